"""The query parameters of the HTTP API: how they are read, and how described.

One table says both, so that the API's document cannot say anything else than what the
API does. What a value means is checked where every caller's is: in :mod:`.request`.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass

from . import groups
from .errors import InvalidRequest
from .periods import PERIOD_TYPES
from .request import COMPARES, MAX_TOP_LIMIT, MEASURES

_NUMBER = re.compile(r"-?\d{1,18}", re.ASCII)
_ID = re.compile(r"[1-9]\d{0,9}", re.ASCII)
_BOOLEANS = {"true": True, "1": True, "false": False, "0": False}


@dataclass(frozen=True)
class Parameter:
    """A query parameter.

    :param str name: as callers write it
    :param str target: parameter of the method behind it, or ``filters.<name>``
    :param str description: for people, in English
    :param dict schema: JSON Schema of its value
    :param read: the value out of its text; raises :class:`InvalidRequest`
    :param bool is_json: whether the text is JSON
    :param str example: a value that always works
    """

    name: str
    target: str
    description: str
    schema: dict
    read: Callable[[str, str], object]
    required: bool = False
    is_json: bool = False
    example: str | None = None


def read_text(_name, text):
    return text


def read_number(name, text):
    if not _NUMBER.fullmatch(text):
        raise InvalidRequest(name, "not_a_number", value=text[:40])
    return int(text)


def read_ids(name, text):
    """Ids separated by commas, in their order, each once."""
    ids = text.split(",")
    if not all(map(_ID.fullmatch, ids)):
        raise InvalidRequest(name, "not_a_list_of_ids", value=text[:40])
    return list(dict.fromkeys(map(int, ids)))


def read_list(_name, text):
    return text.split(",")


def read_boolean(name, text):
    if text not in _BOOLEANS:
        raise InvalidRequest(name, "not_a_boolean", value=text[:40])
    return _BOOLEANS[text]


def read_json(name, text):
    try:
        return json.loads(text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        raise InvalidRequest(name, "not_json", value=text[:40]) from None


def _refuse_constant(constant):
    raise ValueError(f"{constant} is not JSON")


_IDS = {
    "type": "array",
    "items": {"type": "integer", "minimum": 1, "maximum": 9_999_999_999},
    "minItems": 1,
}
COMPANIES = Parameter(
    "company_ids",
    "company_ids",
    "Ids of companies, separated by commas. The first one is the current company and"
    " sets the currency. Without it, the user's default company alone.",
    _IDS,
    read_ids,
)
TIMEZONE = Parameter(
    "timezone",
    "timezone",
    "IANA name of the zone whose days count, such as Europe/Paris. Without it, the"
    " user's own zone, else the company's, else UTC.",
    {"type": "string", "minLength": 1, "maxLength": 64},
    read_text,
)
DASHBOARD = (
    Parameter(
        "start_date",
        "date_from",
        "First day of the period, YYYY-MM-DD.",
        {"type": "string", "format": "date"},
        read_text,
        required=True,
        example="2026-10-24",
    ),
    Parameter(
        "end_date",
        "date_to",
        "Last day of the period, included.",
        {"type": "string", "format": "date"},
        read_text,
        required=True,
        example="2026-11-22",
    ),
    Parameter(
        "period_type",
        "period_type",
        "What one point of the curve covers; there may be 1,100 of them at most.",
        {"type": "string", "enum": list(PERIOD_TYPES), "default": "daily"},
        read_text,
    ),
    Parameter(
        "compare",
        "compare",
        "What the period is compared with.",
        {"type": "string", "enum": list(COMPARES), "default": "previous_period"},
        read_text,
    ),
    Parameter(
        "measure",
        "measure",
        "Amounts without or with taxes.",
        {"type": "string", "enum": list(MEASURES), "default": "untaxed"},
        read_text,
    ),
    Parameter(
        "top_limit",
        "top_limit",
        "How many top customers, products and categories.",
        {"type": "integer", "minimum": 1, "maximum": MAX_TOP_LIMIT, "default": 10},
        read_number,
    ),
    TIMEZONE,
    COMPANIES,
    Parameter(
        "team_ids",
        "filters.team_ids",
        "Only orders of these sales teams: ids separated by commas.",
        _IDS,
        read_ids,
    ),
    Parameter(
        "user_ids",
        "filters.user_ids",
        "Only orders of these salespeople: ids separated by commas.",
        _IDS,
        read_ids,
    ),
    Parameter(
        "partner_ids",
        "filters.partner_ids",
        "Only orders of these customers: ids separated by commas.",
        _IDS,
        read_ids,
    ),
    Parameter(
        "customer_groups",
        "filters.customer_groups",
        "Only orders of the customers in these groups of the period, separated by"
        " commas, such as segment:High Value,customer_type:new: in any of one kind, and"
        " in one of each kind. Who is in a group is as the same request without it (for"
        " the second kind, with the first) says.",
        {
            "type": "array",
            "items": {"type": "string", "enum": list(groups.ALL)},
            "minItems": 1,
        },
        read_list,
    ),
    Parameter(
        "domain",
        "filters.domain",
        "Only orders that this Odoo domain on sale.order finds, as JSON.",
        {"type": "array"},
        read_json,
        is_json=True,
    ),
    Parameter(
        "refresh",
        "refresh",
        "Compute anew even if a fresh answer is stored.",
        {"type": "boolean", "default": False},
        read_boolean,
    ),
)
TARGETS = (
    Parameter(
        "month",
        "month",
        "The month, YYYY-MM. Without it, the current one.",
        {"type": "string", "pattern": "^[0-9]{4}-(0[1-9]|1[0-2])$"},
        read_text,
    ),
    TIMEZONE,
    COMPANIES,
)
CHANGES = (
    Parameter(
        "since",
        "token",
        "A change token: change_token of any answer.",
        {"type": "string", "pattern": "^[0-9]{1,18}-[0-9a-f]{16}$"},
        read_text,
        required=True,
        example="1-00000000000000aa",
    ),
)


def parse_query(parameters, arguments):
    """What a query string asks of the method behind an address.

    :param parameters: the :class:`Parameter` of the address
    :param arguments: ``(name, text)`` of the query string, in its order
    :return: target -> value, with ``filters`` as a dict of its own
    :rtype: dict
    :raise InvalidRequest: naming the query parameter at fault
    """
    known = {parameter.name: parameter for parameter in parameters}
    given = {}
    for name, text in arguments:
        if name not in known:
            raise InvalidRequest(name[:40], "unknown_parameter", choices=tuple(known))
        if name in given:
            raise InvalidRequest(name, "repeated_parameter")
        given[name] = text
    result = {}
    for name, parameter in known.items():
        if not given.get(name):
            if parameter.required or name in given:
                raise InvalidRequest(name, "missing_parameter")
            continue
        holder, _dot, target = parameter.target.rpartition(".")
        values = result.setdefault(holder, {}) if holder else result
        values[target] = parameter.read(name, given[name])
    return result


def find_parameter(parameters, refused, values):
    """The query parameter that a refusal of the method behind it is about.

    :param str refused: ``InvalidRequest.parameter``
    :param dict values: ``InvalidRequest.values``; ``name`` says which filter
    :rtype: str
    """
    if refused == "filters":
        refused = f"filters.{values.get('name', 'domain')}"
    names = {parameter.target: parameter.name for parameter in parameters}
    return names.get(refused, refused)
