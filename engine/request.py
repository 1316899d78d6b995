"""What a caller may ask, checked before anything is queried or stored."""

import re
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime
from math import isfinite

from .errors import InvalidRequest
from .groups import parse_groups, split_domain
from .periods import PERIOD_TYPES, count_buckets, is_zone

COMPARES = ("none", "previous_period", "previous_year", "same_weekdays")
MEASURES = ("untaxed", "total")
FILTERS = ("team_ids", "user_ids", "partner_ids", "customer_groups", "domain")
MAX_TOP_LIMIT = 1000
MAX_YEARS = 20
MAX_BUCKETS = 1100
MAX_DEPTH = 50  # of the lists in a filter domain; "any" takes two

_ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


@dataclass(frozen=True)
class Filters:
    """Which orders, beside period and companies. Empty means all.

    The ids and the domain are checked for form only: whether they exist and may be
    read is for the model layer to say. ``customer_groups``: see :mod:`.groups`; none
    is in the domain any more.
    """

    team_ids: tuple = ()
    user_ids: tuple = ()
    partner_ids: tuple = ()
    customer_groups: tuple = ()
    domain: list = field(default_factory=list)


@dataclass(frozen=True)
class Request:
    """One well-formed request. ``timezone`` is an IANA name or None (the default)."""

    date_from: date
    date_to: date
    period_type: str
    compare: str
    measure: str
    top_limit: int
    timezone: str | None
    filters: Filters


def parse_request(
    date_from,
    date_to,
    period_type="daily",
    compare="previous_period",
    measure="untaxed",
    top_limit=10,
    timezone=None,
    filters=None,
):
    """Check the parameters of a public method.

    :param date_from: first day, ``YYYY-MM-DD`` or a date
    :param date_to: last day, included
    :rtype: Request
    :raise InvalidRequest: naming the first parameter at fault
    """
    date_from = _parse_day("date_from", date_from)
    date_to = _parse_day("date_to", date_to)
    if date_from > date_to:
        raise InvalidRequest(
            "date_from", "reversed", date_from=str(date_from), date_to=str(date_to)
        )
    # The bounds need a day on either side, and years stay four digits wide.
    if date_from.year < 1900 or date_to.year > 9000:
        parameter = "date_from" if date_from.year < 1900 else "date_to"
        raise InvalidRequest(parameter, "out_of_calendar")
    if date_to >= _years_later(date_from, MAX_YEARS):
        raise InvalidRequest("date_to", "too_long", years=MAX_YEARS)
    _check_choice("period_type", period_type, PERIOD_TYPES)
    _check_choice("compare", compare, COMPARES)
    _check_choice("measure", measure, MEASURES)
    if type(top_limit) is not int or not 1 <= top_limit <= MAX_TOP_LIMIT:
        raise InvalidRequest("top_limit", "out_of_range", maximum=MAX_TOP_LIMIT)
    if count_buckets(date_from, date_to, period_type) > MAX_BUCKETS:
        wider = next(
            wider
            for wider in PERIOD_TYPES[PERIOD_TYPES.index(period_type) + 1 :]
            if count_buckets(date_from, date_to, wider) <= MAX_BUCKETS
        )
        raise InvalidRequest(
            "period_type", "too_many_buckets", maximum=MAX_BUCKETS, wider=wider
        )
    return Request(
        date_from=date_from,
        date_to=date_to,
        period_type=period_type,
        compare=compare,
        measure=measure,
        top_limit=top_limit,
        timezone=_parse_timezone(timezone),
        filters=parse_filters(filters),
    )


def _parse_day(parameter, value):
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    # date.fromisoformat takes week dates and compact forms too from Python 3.11 on.
    if isinstance(value, str) and _ISO_DAY.fullmatch(value):
        # The 31st of June ends in the same error as any other non-date.
        with suppress(ValueError):
            return date.fromisoformat(value)
    raise InvalidRequest(parameter, "not_a_day", value=str(value)[:40])


def _years_later(day, years):
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # 29 February
        return day.replace(year=day.year + years, month=3, day=1)


def _check_choice(parameter, value, choices):
    if not isinstance(value, str) or value not in choices:
        raise InvalidRequest(
            parameter, "unknown_choice", value=str(value)[:40], choices=choices
        )


def _parse_timezone(value):
    if value is None or value is False or value == "":
        return None
    if not is_zone(value):
        raise InvalidRequest("timezone", "unknown_zone", value=str(value)[:40])
    return value


def parse_filters(value):
    """Check the parameter ``filters``.

    :param value: dict of :data:`FILTERS`, each optional; None or False: no filter
    :rtype: Filters
    :raise InvalidRequest: if it is malformed
    """
    if value is None or value is False:
        return Filters()
    if not isinstance(value, dict):
        raise InvalidRequest("filters", "not_an_object")
    for name in value:
        if name not in FILTERS:
            raise InvalidRequest(
                "filters", "unknown_filter", value=str(name)[:40], choices=FILTERS
            )
    ids = {}
    for name in ("team_ids", "user_ids", "partner_ids"):
        given = value.get(name) or ()
        if not isinstance(given, list | tuple) or any(
            type(one) is not int or not 0 < one < 2**31 for one in given
        ):
            raise InvalidRequest("filters", "not_ids", name=name)
        ids[name] = tuple(sorted(set(given)))
    domain = value.get("domain") or []
    if not isinstance(domain, list | tuple):
        raise InvalidRequest("filters", "not_a_domain")
    _check_values(domain)
    domain, groups = split_domain(list(domain))
    given = value.get("customer_groups") or []
    if not isinstance(given, list | tuple):
        raise InvalidRequest("filters", "not_groups", name="customer_groups")
    return Filters(
        **ids, customer_groups=parse_groups([*given, *groups]), domain=domain
    )


def _check_values(domain):
    """Refuse values that no query can carry, however deep they are."""
    pending = [(domain, 1)]
    while pending:
        value, depth = pending.pop()
        # What reads a domain calls itself for each list in it: Odoo, JSON, Python.
        if depth > MAX_DEPTH:
            raise InvalidRequest("filters", "too_deep")
        if isinstance(value, list | tuple):
            pending.extend((one, depth + 1) for one in value)
            # A path of fields takes as many queries within queries.
            if len(value) == 3 and str(value[0]).count(".") > MAX_DEPTH:
                raise InvalidRequest("filters", "too_deep")
        elif isinstance(value, str):
            # PostgreSQL has no NUL, and UTF-8 no half of a surrogate pair.
            if "\0" in value or any("\ud800" <= one <= "\udfff" for one in value):
                raise InvalidRequest("filters", "not_text")
        elif isinstance(value, float) and not isfinite(value):
            raise InvalidRequest("filters", "not_finite")
