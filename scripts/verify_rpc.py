# /// script
# requires-python = ">=3.10"
# dependencies = [
#     "zenoo-rpc>=0.2.4,<0.3",
#     "httpx",
#     "rich",
#     "tzdata",
# ]
# ///
"""Recompute a sales dashboard from raw orders over RPC, and compare.

The script is a plain client: it imports nothing of the addon, knows the
documented rules only, and does all arithmetic with :class:`~decimal.Decimal`.

1. It asks the server for a dashboard, ``sale.dashboard.generate(...)``, and
   reads the stored record, its lines and the payload of
   ``generate_dashboard_data(...)``.
2. It fetches the raw orders of the period and of what it is compared with, page by
   page and as the same user, and computes every figure anew.
3. It prints ``figure | stored | recomputed | ok`` for every figure and line, or with
   ``--json`` the same for machines.

``verify_rpc.py show``, with the same arguments, recomputes nothing: it prints the
dashboard for people.

Products and categories are read by the server when asked for: ``--products`` asks.
For a figure that another addon adds (a metric), the server says which records it is
made of; these are fetched and added up here.

Exit status: 0 all figures are equal, 1 a figure differs, 2 it could not check
(bad arguments, login, network, rights, an error on the server, a metric that cannot
be recomputed, or orders that kept changing while they were read).

``--transport json2`` speaks JSON-2, which takes API keys only, instead of the older
``/jsonrpc``.

With ``--json``, one object goes to standard output. Its keys stay as they are while
its ``schema_version`` does:

``verdict``
    ``equal``, ``different`` or ``unchecked``, as the exit status; and ``error``, where
    nothing at all could be checked: then there are no further keys.
``dashboard_id``, ``generated_at``, ``request``, ``currency``
    What was checked.
``figures``
    A list of ``{"name", "stored", "recomputed", "verdict"}`` in the order of the table.
    Amounts and percentages are texts, so that no digit is lost, counts are numbers,
    and an undefined value is null.
``payload``
    The same for what the payload says, ``recomputed``, beside the record, ``stored``.
``notes``, ``unchecked``, ``errors``
    What else is to be said: sentences, and sentences by failed section.

The password, or an API key, comes from the environment variable
``ODOO_PASSWORD`` or from the file given with ``--password-file``::

    ODOO_PASSWORD=... uv run scripts/verify_rpc.py \\
        --url https://odoo.example.com --database prod --login me@example.com

Two notes on dates. Odoo's date-times are UTC and their bounds are sent as
``YYYY-MM-DD HH:MM:SS``. Microseconds are cut off when a record is read; as all
bounds are whole seconds, the cut never moves an order across one.
"""

from __future__ import annotations

import argparse
import ast
import asyncio
import contextlib
import json
import os
import re
import sys
import threading
import traceback
from bisect import bisect_right
from collections import Counter
from collections.abc import (
    AsyncIterator,
    Awaitable,
    Callable,
    Iterable,
    Iterator,
    Mapping,
    Sequence,
)
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta, timezone
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

EXIT_EQUAL, EXIT_DIFFERS, EXIT_UNCHECKED = 0, 1, 2
#: What the exit status means.
VERDICTS = ("equal", "different", "unchecked")
#: Of what ``--json`` prints.
SCHEMA_VERSION = 1

#: Rows asked for in one call; memory is bounded by it, not by the orders.
PAGE_SIZE = 5000
#: Calls at one time: more would wait for each other on the server.
CONCURRENCY = 4
#: Ids put into one domain.
CHUNK_SIZE = 1000
#: How often the dashboard is asked for anew when figures differ.
RECHECKS = 3
#: Seconds that one call may take.
TIMEOUT = 300.0

TRANSPORTS = ("jsonrpc", "json2")
MEASURES = {"untaxed": "amount_untaxed", "total": "amount_total"}
PERIOD_TYPES = ("daily", "weekly", "monthly")
COMPARES = ("none", "previous_period", "previous_year", "same_weekdays")
#: A quotation expires soon if it is valid for at most so many days more.
EXPIRING_DAYS = 7
#: Recency, frequency and monetary scores (1 to 5) of the named groups: the least and
#: the greatest of each. The first group that fits wins; all scores fit one.
RFM_GROUPS = (
    ("champion", (4, 4, 4), (5, 5, 5)),
    ("loyal", (3, 3, 1), (5, 5, 5)),
    ("promising", (4, 1, 1), (5, 5, 5)),
    ("needs_attention", (3, 1, 1), (3, 5, 5)),
    ("at_risk", (1, 3, 1), (2, 5, 5)),
    ("hibernating", (1, 1, 1), (2, 5, 5)),
)
#: Groups of customers that a dashboard can be filtered by.
CUSTOMER_GROUPS = (
    *(f"segment:{name} Value" for name in ("High", "Medium", "Low")),
    *(f"rfm_group:{group}" for group, *_limits in RFM_GROUPS),
    *("customer_type:new", "customer_type:returning"),
)
#: Parts of the bridge; the earlier one is the larger of two equal ones.
BRIDGE_PARTS = ("new", "returning", "lost", "volume", "size", "currency")
#: Warnings whose counts and amounts are recomputed.
WARNINGS = (
    "company_without_rate",
    "currency_without_rate",
    "no_product_line",
    "future_order",
    "hidden_customers",
    "no_timezone",
)
#: Dimensions read by the server when asked for -> model of their records.
LINE_DIMENSIONS = {"product": "product.product", "category": "product.category"}
#: Dimensions whose rows are records, and known by their rank.
RECORD_DIMENSIONS = ("user", "team", "country", *LINE_DIMENSIONS)
#: Stands for all customers the user may not read, who are one row, and for none of
#: a thing (no salesperson, no team, no country): ids begin at 1.
HIDDEN = NOBODY = 0
#: Sums of comparison rates agree if they differ by less than this part of them.
RATE_TOLERANCE = Decimal("1e-9")
#: Customers kept per segment in the record, and shown in the payload.
SEGMENT_STORED, SEGMENT_SHOWN = 5, 3
#: Cells longer than this stand out of their column.
MAX_WIDTH = 48
#: Percentages and quantities are compared to this precision, large ones to so many
#: digits: more is not in the server's floats.
PERCENT, PERCENT_DIGITS = Decimal("0.000001"), 12
ONE_DAY = timedelta(days=1)

#: What a figure can be; money and percentages are Decimal, days are text.
Value = Decimal | int | str | bool | None
#: The figures of one source by name, in the order they are printed.
Figures = dict[str, Value]


class CheckError(Exception):
    """The check could not be made; the text says why, in one line."""


# ----------------------------------------------------------------------
# Days, zones and buckets
# ----------------------------------------------------------------------


def parse_zone(name: str) -> ZoneInfo:
    """Return the zone of an IANA name, or raise :exc:`CheckError`."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise CheckError(f"unknown time zone {name!r}") from error


def zone_or_none(name: str | bool) -> str:
    """Return the name of a zone, or nothing if it is none (any more)."""
    try:
        return parse_zone(name).key if isinstance(name, str) else ""
    except CheckError:
        return ""


def day_start(day: date, zone: ZoneInfo) -> datetime:
    """Return the first instant of a calendar day of a zone, as naive UTC."""
    return instant_of(datetime(day.year, day.month, day.day), zone)


def instant_of(local: datetime, zone: ZoneInfo) -> datetime:
    """Return when the clocks of a zone show a time, as naive UTC.

    That is the earlier instant where the clocks show it twice, the first instant
    after the gap where they jump over it.
    """
    before, after = (
        local.replace(tzinfo=zone, fold=fold).utcoffset() for fold in (0, 1)
    )
    instant = local - before
    if _to_local(instant, zone) == local:
        return instant
    # The clocks jumped over it between these two instants: look for the jump.
    low, high = local - after, local - before
    while high - low > timedelta(seconds=1):
        middle = low + timedelta(seconds=(high - low) // timedelta(seconds=2))
        if _to_local(middle, zone) < local:
            low = middle
        else:
            high = middle
    return high


def _to_local(instant: datetime, zone: ZoneInfo) -> datetime:
    """Turn a naive UTC instant into the naive wall clock of a zone."""
    return instant.replace(tzinfo=timezone.utc).astimezone(zone).replace(tzinfo=None)


def utc_text(instant: datetime) -> str:
    """Write a naive UTC instant as Odoo reads it; the texts sort as the instants."""
    return instant.isoformat(" ", "seconds")


def local_day(instant: datetime, zone: ZoneInfo) -> date:
    """Return the calendar day of a zone a naive UTC instant lies in."""
    return _to_local(instant, zone).date()


def months_earlier(day: date, months: int) -> date:
    """Return the same day number some months earlier, at most that month's last."""
    month_count = day.year * 12 + day.month - 1 - months
    first = date(month_count // 12, month_count % 12 + 1, 1)
    last = bucket_next(first, "monthly") - ONE_DAY
    return first.replace(day=min(day.day, last.day))


def comparison_days(
    date_from: date, date_to: date, compare: str, today: date
) -> tuple[date, date] | None:
    """Return the first and the last day that a period is compared with.

    :param today: the current day of the zone
    """
    if compare == "none":
        return None
    if compare == "previous_year":
        return months_earlier(date_from, 12), months_earlier(date_to, 12)
    if compare == "same_weekdays":
        year = timedelta(days=364)
        return date_from - year, date_to - year
    # Months, quarters and years that the period could be, or be the beginning of.
    units = [
        months
        for months in (1, 3, 12)
        if date_from.day == 1 and (date_from.month - 1) % months == 0
    ]
    for months in units:
        if date_to + ONE_DAY == months_earlier(date_from, -months):
            return months_earlier(date_from, months), date_from - ONE_DAY
    if date_to == today:
        for months in units:
            if today < months_earlier(date_from, -months):
                return months_earlier(date_from, months), months_earlier(today, months)
    length = date_to - date_from + ONE_DAY
    return date_from - length, date_from - ONE_DAY


def bucket_first(day: date, period_type: str) -> date:
    """Return the first day of the whole bucket a day belongs to."""
    if period_type == "weekly":
        return day - timedelta(days=day.weekday())
    if period_type == "monthly":
        return day.replace(day=1)
    return day


def bucket_next(first: date, period_type: str) -> date:
    """Return the first day of the bucket after the one starting on ``first``."""
    if period_type == "weekly":
        return first + timedelta(days=7)
    if period_type == "monthly":
        return (first + timedelta(days=31)).replace(day=1)
    return first + ONE_DAY


@dataclass
class Bucket:
    """One day, ISO week or month, with what was sold in it."""

    period: str
    date_from: date
    date_to: date
    partial: bool
    revenue: Decimal = Decimal(0)
    order_count: int = 0


def make_buckets(date_from: date, date_to: date, period_type: str) -> list[Bucket]:
    """Return the dense buckets of a period; the outer ones may be cut by it."""
    buckets = []
    first = bucket_first(date_from, period_type)
    while first <= date_to:
        following = bucket_next(first, period_type)
        last = following - ONE_DAY
        buckets.append(
            Bucket(
                period=first.isoformat()[: 7 if period_type == "monthly" else 10],
                date_from=max(first, date_from),
                date_to=min(last, date_to),
                partial=first < date_from or last > date_to,
            )
        )
        first = following
    return buckets


# ----------------------------------------------------------------------
# Money
# ----------------------------------------------------------------------


def exact(number: float) -> Decimal:
    """Return the decimal number a JSON float was written as."""
    return Decimal(str(number))


def round_half_away(amount: Fraction, step: Decimal) -> Decimal:
    """Round to a multiple of ``step``; a tie goes away from zero."""
    return round_ratio(amount.numerator, amount.denominator, step)


def round_ratio(numerator: int, denominator: int, step: Decimal) -> Decimal:
    """Round a quotient, whose denominator is positive, as :func:`round_half_away`."""
    step_numerator, step_denominator = step.as_integer_ratio()
    unit = denominator * step_numerator
    steps, remainder = divmod(abs(numerator) * step_denominator, unit)
    if 2 * remainder >= unit:
        steps += 1
    return Decimal(-steps if numerator < 0 else steps) * step


def divide(numerator: Decimal, denominator: int, step: Decimal) -> Decimal:
    """Return the rounded quotient, 0 when there is nothing to divide by."""
    if not denominator:
        return Decimal(0)
    return round_half_away(Fraction(numerator) / denominator, step)


@dataclass(frozen=True)
class Factor:
    """What turns a company's currency into the display currency."""

    numerator: Decimal = Decimal(1)
    denominator: Decimal = Decimal(1)
    #: Date of the rate used, empty if there is none.
    day: str = ""

    def __str__(self) -> str:
        day = f"of {self.day}" if self.day else "for want of a rate"
        numbers = (self.numerator.normalize(), self.denominator.normalize())
        return "{:f} / {:f} ".format(*numbers) + day


def order_revenue(
    amount: Decimal, currency_rate: Decimal | Fraction, factor: Factor, step: Decimal
) -> Decimal:
    """Return one order's revenue in the display currency, rounded once.

    The amount is in the order's currency, ``currency_rate`` is the order's own
    stored rate against its company's currency, where 0 counts as 1; at constant
    currency, it is the comparison's rate.
    """
    # In whole numbers: Fraction would reduce each product, for each order.
    numerator = denominator = 1
    for value in (amount, factor.numerator):
        up, down = value.as_integer_ratio()
        numerator, denominator = numerator * up, denominator * down
    for value in (currency_rate or Decimal(1), factor.denominator):
        up, down = value.as_integer_ratio()
        numerator, denominator = numerator * down, denominator * up
    if denominator < 0:
        numerator, denominator = -numerator, -denominator
    return round_ratio(numerator, denominator, step)


# ----------------------------------------------------------------------
# What is asked
# ----------------------------------------------------------------------


@dataclass(frozen=True)
class Request:
    """One request for a dashboard, with everything that decides its figures."""

    date_from: date
    date_to: date
    timezone: str
    period_type: str
    compare: str
    measure: str
    top_limit: int
    company_id: int
    company_ids: tuple[int, ...]
    team_ids: tuple[int, ...] = ()
    user_ids: tuple[int, ...] = ()
    partner_ids: tuple[int, ...] = ()
    customer_groups: tuple[str, ...] = ()
    domain: tuple[Any, ...] = ()

    @property
    def filters(self) -> dict[str, list[Any]]:
        """What narrows the orders down, as JSON has it."""
        return {
            "team_ids": sorted(self.team_ids),
            "user_ids": sorted(self.user_ids),
            "partner_ids": sorted(self.partner_ids),
            "customer_groups": list(self.customer_groups),
            # tuples and lists mean the same
            "domain": json.loads(json.dumps(self.domain)),
        }


class Side(NamedTuple):
    """The period, or what it is compared with.

    ``start`` and ``end`` are UTC texts, the second excluded. ``buckets`` of the
    comparison run parallel to the period's: each holds the days at the same offsets,
    and is None beyond the comparison's end.
    """

    date_from: date
    date_to: date
    start: str
    end: str
    buckets: tuple[Bucket | None, ...]

    @property
    def days(self) -> str:
        """The days in words."""
        return f"{self.date_from} .. {self.date_to}"


def make_sides(request: Request, now: datetime) -> tuple[Side, Side | None]:
    """Return the period and its comparison, as they were at an instant."""
    zone = parse_zone(request.timezone)
    period = Side(
        request.date_from,
        request.date_to,
        utc_text(day_start(request.date_from, zone)),
        utc_text(day_start(request.date_to + ONE_DAY, zone)),
        tuple(make_buckets(request.date_from, request.date_to, request.period_type)),
    )
    today = local_day(now, zone)
    days = comparison_days(request.date_from, request.date_to, request.compare, today)
    if not days:
        return period, None
    first, last = days
    if request.date_to == today:
        # Half a day is not compared with a whole one.
        end = instant_of(datetime.combine(last, _to_local(now, zone).time()), zone)
    else:
        end = day_start(last + ONE_DAY, zone)
    distance = first - request.date_from
    counterparts = tuple(
        replace(
            bucket,
            date_from=bucket.date_from + distance,
            date_to=min(bucket.date_to + distance, last),
        )
        if bucket.date_from + distance <= last
        else None
        for bucket in period.buckets
    )
    start = utc_text(day_start(first, zone))
    return period, Side(first, last, start, utc_text(end), counterparts)


@dataclass(frozen=True)
class Terms:
    """How money is shown: the display currency and what converts into it."""

    currency: str
    rounding: Decimal
    #: Companies of the request by id, with ``currency_id``, ``root_id`` and ``name``.
    companies: Mapping[int, Mapping[str, Any]] = field(default_factory=dict)
    factors: Mapping[int, Factor] = field(default_factory=dict)

    def is_foreign(self, company_id: int, currency_id: int) -> bool:
        """Whether a company's orders in a currency can be moved by a rate."""
        return self.companies[company_id]["currency_id"] != currency_id


@dataclass(frozen=True)
class Options:
    """The command line."""

    url: str
    database: str
    login: str
    secret: str = field(repr=False)
    date_from: date | None = None
    date_to: date | None = None
    period_type: str = "daily"
    compare: str = "previous_period"
    measure: str = "untaxed"
    company_ids: tuple[int, ...] = ()
    team_ids: tuple[int, ...] = ()
    user_ids: tuple[int, ...] = ()
    partner_ids: tuple[int, ...] = ()
    customer_groups: tuple[str, ...] = ()
    domain: tuple[Any, ...] = ()
    timezone: str | None = None
    top_limit: int = 10
    products: bool = False
    dashboard_id: int | None = None
    transport: str = "jsonrpc"


# ----------------------------------------------------------------------
# The book: what is kept of the orders, page by page
# ----------------------------------------------------------------------

#: A company and the currency of some of its orders.
Pair = tuple[int, int]
#: Amounts of a pair in the comparison: in its currency and in the company's.
Rates = dict[Pair, tuple[Decimal, Decimal]]


@dataclass(slots=True)
class Sum:
    """Revenue and number of some orders."""

    revenue: Decimal = Decimal(0)
    order_count: int = 0

    def add(self, revenue: Decimal, order_count: int = 1) -> None:
        """Add orders that were summed elsewhere, or one order."""
        self.revenue += revenue
        self.order_count += order_count


@dataclass(slots=True)
class ContactSum(Sum):
    """The orders of a contact or a customer."""

    #: The revenue at the comparison's rates.
    constant: Decimal = Decimal(0)
    #: Dates of the first and of the last order, UTC texts.
    first: str = ""
    last: str = ""

    def merge(self, other: ContactSum) -> None:
        """Add the orders of another contact."""
        self.add(other.revenue, other.order_count)
        self.constant += other.constant
        self.first = min(self.first or other.first, other.first)
        self.last = max(self.last, other.last)


@dataclass
class PairSum(Sum):
    """The orders of a company in another currency than its own."""

    amount: Decimal = Decimal(0)
    company_amount: Decimal = Decimal(0)


def total_of(sums: Iterable[Sum]) -> Sum:
    """Add up sums."""
    total = Sum()
    for one in sums:
        total.add(one.revenue, one.order_count)
    return total


class Money:
    """Turns raw amounts into revenue.

    :param rates: the comparison's rates, where they are known
    """

    def __init__(
        self, request: Request, terms: Terms, rates: Rates | None = None
    ) -> None:
        self.field = MEASURES[request.measure]
        self.terms = terms
        self._rates = rates or {}

    def revenue(
        self, order: Mapping[str, Any], field_name: str | None = None
    ) -> Decimal:
        """Return an order's revenue."""
        return order_revenue(
            exact(order[field_name or self.field]),
            exact(order["currency_rate"] or 0),
            self.terms.factors.get(order["company_id"], Factor()),
            self.terms.rounding,
        )

    def constant(self, order: Mapping[str, Any]) -> Decimal | None:
        """Return an order's revenue at the comparison's rate, if there is one."""
        rate = self._rates.get((order["company_id"], order["currency_id"]))
        if not rate:
            return None
        amount, company_amount = map(Fraction, rate)
        return order_revenue(
            exact(order[self.field]),
            amount / company_amount,
            self.terms.factors.get(order["company_id"], Factor()),
            self.terms.rounding,
        )


@dataclass
class Conversion:
    """How many of the orders created on a side are confirmed."""

    confirmed: int = 0
    created: int = 0

    @property
    def rate(self) -> Decimal:
        """The share in percent, 0 of nothing."""
        return ratio(Decimal(self.confirmed), Decimal(self.created))


class Book:
    """Adds up the confirmed orders of one side without keeping them.

    :param matured: only what was confirmed before this instant counts as converted
    """

    #: What it needs of an order, beside the amount.
    FIELDS = (
        "create_date",
        "date_order",
        "company_id",
        "partner_id",
        "user_id",
        "team_id",
        "currency_id",
        "currency_rate",
    )

    def __init__(
        self, request: Request, side: Side, money: Money, matured: str | None = None
    ) -> None:
        self._money = money
        self._matured = matured
        self.fields = (*self.FIELDS, money.field)
        self.side = side
        zone = parse_zone(request.timezone)
        days = [bucket.date_from for bucket in side.buckets if bucket]
        self._targets: list[Bucket | None] = [one for one in side.buckets if one]
        if self._targets[-1].date_to < side.date_to:
            # Days of the comparison that are left over are no bucket's counterpart.
            days.append(self._targets[-1].date_to + ONE_DAY)
            self._targets.append(None)
        self._starts = [utc_text(day_start(day, zone)) for day in days]
        self.total = Sum()
        #: Of the orders created on this side.
        self.conversion = Conversion()
        #: The same by bucket; of days that are no bucket's counterpart there are none.
        self.conversions = [Conversion() for bucket in side.buckets if bucket]
        self._lock = threading.Lock()
        self.by_contact: dict[int, ContactSum] = {}
        self.by_user: dict[int, Sum] = {}
        self.by_team: dict[int, Sum] = {}
        self.by_company: dict[int, Sum] = {}
        #: Only pairs of a company and another currency than its own.
        self.by_pair: dict[Pair, PairSum] = {}

    def add_all(self, orders: Iterable[Mapping[str, Any]]) -> None:
        """Take orders as ``search_read`` returns them."""
        for order in orders:
            self.add(order)

    def add(self, order: Mapping[str, Any]) -> None:
        """Take one order."""
        if not self.side.start <= order["date_order"] < self.side.end:
            raise CheckError(
                f"the server returned order {order['id']} of {order['date_order']},"
                f" outside {self.side.start} .. {self.side.end}"
            )
        revenue = self._money.revenue(order)
        bucket = self._targets[self._place(order["date_order"])]
        if bucket:
            bucket.revenue += revenue
            bucket.order_count += 1
        self.total.add(revenue)
        if self.side.start <= order["create_date"] < self.side.end:
            self.add_created(True, order)
        for sums, key in (
            (self.by_user, order["user_id"] or NOBODY),
            (self.by_team, order["team_id"] or NOBODY),
            (self.by_company, order["company_id"]),
        ):
            sums.setdefault(key, Sum()).add(revenue)
        constant = revenue
        pair = (order["company_id"], order["currency_id"])
        if self._money.terms.is_foreign(*pair):
            self._add_to_pair(pair, order, revenue)
            constant = self._money.constant(order)
        self.by_contact.setdefault(order["partner_id"], ContactSum()).merge(
            ContactSum(
                revenue=revenue,
                order_count=1,
                constant=revenue if constant is None else constant,
                first=order["date_order"],
                last=order["date_order"],
            )
        )

    def _place(self, instant: str) -> int:
        """Return which bucket an instant of this side is in, from 0."""
        return bisect_right(self._starts, instant) - 1

    def add_created(self, is_confirmed: bool, order: Mapping[str, Any]) -> None:
        """Take an order that was created on this side, whatever became of it."""
        is_ripe = self._matured is None or order["date_order"] < self._matured
        place = self._place(order["create_date"])
        # Those that are sales come from a thread.
        with self._lock:
            for conversion in (self.conversion, *self.conversions[place : place + 1]):
                conversion.created += 1
                conversion.confirmed += is_confirmed and is_ripe

    def count_first(self, firsts: Iterable[str]) -> list[int]:
        """Count by bucket the customers whose first orders these instants are."""
        counts = Counter(map(self._place, firsts))
        return [counts[place] for place in range(len(self.conversions))]

    def _add_to_pair(
        self, pair: Pair, order: Mapping[str, Any], revenue: Decimal
    ) -> None:
        found = self.by_pair.setdefault(pair, PairSum())
        amount = exact(order[self._money.field])
        found.add(revenue)
        found.amount += amount
        found.company_amount += amount / exact(order["currency_rate"] or 1)

    def rates(self) -> Rates:
        """Return the mean rate of every pair, as two sums.

        Orders that net to nothing, or to different signs, have none.
        """
        return {
            pair: (found.amount, found.company_amount)
            for pair, found in self.by_pair.items()
            if found.amount * found.company_amount > 0
        }

    def by_customer(self, entities: Mapping[int, int]) -> dict[int, ContactSum]:
        """Add up per commercial entity; all the user may not read are one.

        :param entities: the commercial entity of each contact, where the user may
            read both
        """
        customers: dict[int, ContactSum] = {}
        for contact, found in self.by_contact.items():
            entity = entities.get(contact, HIDDEN)
            customers.setdefault(entity, ContactSum()).merge(found)
        return customers


# ----------------------------------------------------------------------
# Customers
# ----------------------------------------------------------------------


class Customer(NamedTuple):
    """A commercial entity with its confirmed orders of the period."""

    id: int
    revenue: Decimal
    order_count: int


def ranked(sums: Mapping[int, Sum]) -> list[Customer]:
    """Return the customers the user may read, best first, ties by id."""
    customers = [
        Customer(id_, found.revenue, found.order_count)
        for id_, found in sums.items()
        if id_ != HIDDEN
    ]
    return sorted(customers, key=lambda customer: (-customer.revenue, customer.id))


def segments(customers: Sequence[Customer]) -> Iterator[tuple[str, list[Customer]]]:
    """Cut customers, best first, into the non-empty segments.

    The thresholds are the revenue of the customer at a tenth and at three tenths of
    the list; of a short list the first and the last.
    """
    if not customers:
        return
    count = len(customers)
    high = customers[count // 10 if count > 10 else 0].revenue
    medium = customers[count * 3 // 10 if count > 3 else count - 1].revenue
    members: dict[str, list[Customer]] = {
        "High Value": [],
        "Medium Value": [],
        "Low Value": [],
    }
    for customer in customers:
        if customer.revenue >= high:
            members["High Value"].append(customer)
        elif customer.revenue >= medium:
            members["Medium Value"].append(customer)
        else:
            members["Low Value"].append(customer)
    yield from ((name, found) for name, found in members.items() if found)


class Scores(NamedTuple):
    """Recency, frequency and monetary value, 1 (weakest) to 5 (strongest) each."""

    recency: int
    frequency: int
    monetary: int

    @property
    def group(self) -> str:
        """The first group of the table that fits."""
        for name, least, greatest in RFM_GROUPS:
            limits = zip(least, self, greatest, strict=True)
            if all(low <= score <= high for low, score, high in limits):
                return name
        raise CheckError(f"no RFM group for the scores {tuple(self)}")


def rfm_scores(
    customers: Sequence[Customer], days_since: Mapping[int, int]
) -> dict[int, Scores]:
    """Score customers: 5 - floor(5 k / n) where k of all n are strictly better.

    :param days_since: days from each one's last order to the end of the period
    """

    def scores(goodness: Mapping[int, Any]) -> dict[int, int]:
        ordered = sorted(goodness.values(), reverse=True)
        better = {}
        for position, value in enumerate(ordered):
            better.setdefault(value, position)
        count = len(ordered)
        return {id_: 5 - 5 * better[one] // count for id_, one in goodness.items()}

    recency = scores({customer.id: -days_since[customer.id] for customer in customers})
    frequency = scores({customer.id: customer.order_count for customer in customers})
    monetary = scores({customer.id: customer.revenue for customer in customers})
    return {
        customer.id: Scores(
            recency[customer.id], frequency[customer.id], monetary[customer.id]
        )
        for customer in customers
    }


def bridge(
    current: Mapping[int, ContactSum],
    previous: Mapping[int, Sum],
    new: set[int],
    step: Decimal,
) -> dict[str, Decimal]:
    """Return why revenue changed: parts that add up to the change, to the cent.

    All parts but the last are at the comparison's rates. Of customers in both
    periods, volume is what more or fewer orders of the former size make.

    :param new: customers without any order before the period
    """
    parts = dict.fromkeys(BRIDGE_PARTS, Decimal(0))
    volume = Fraction(0)
    both = Decimal(0)
    for id_, now in current.items():
        before = previous.get(id_)
        parts["currency"] += now.revenue - now.constant
        if before:
            more = now.order_count - before.order_count
            volume += Fraction(before.revenue) * more / before.order_count
            both += now.constant - before.revenue
        else:
            parts["new" if id_ in new else "returning"] += now.constant
    for id_, before in previous.items():
        if id_ not in current:
            parts["lost"] -= before.revenue
    parts["volume"] = round_half_away(volume, step)
    parts["size"] = round_half_away(Fraction(both) - volume, step)
    residual = both - parts["volume"] - parts["size"]
    largest = max(BRIDGE_PARTS, key=lambda part: abs(parts[part]))
    parts[largest] += residual
    return parts


def ratio(part: Decimal, whole: Decimal) -> Decimal:
    """Return a share in percent, 0 of nothing."""
    return 100 * part / whole if whole else Decimal(0)


def change(current: Decimal, previous: Decimal) -> Decimal | None:
    """Return a change in percent, None on a base of zero."""
    if not previous:
        return None
    return 100 * (Decimal(current) - previous) / abs(Decimal(previous))


# ----------------------------------------------------------------------
# The figures of a source, by name
# ----------------------------------------------------------------------

#: A dashboard in the form of the payload, which record, payload and recomputation
#: are brought to.
View = Mapping[str, Any]

#: Figures with a counterpart in the comparison.
COMPARED = (
    "total_revenue",
    "total_orders",
    "average_order_value",
    "new_customers",
    "conversion_rate",
)
OVERVIEW = (*COMPARED, "customer_count")
#: Of a bucket, beside its revenue and orders.
BUCKET_FIGURES = (
    "new_customers",
    "created_orders",
    "converted_orders",
    "conversion_rate",
)
#: Section of ``errors`` -> the figures that are missing when it failed.
FAILED_FIGURES = {
    "new_customers": r"(period \S+ )?(previous |change )?new_customers"
    r"|customer_type .*",
    "conversion": r"(period \S+ )?(previous |change )?"
    r"(conversion_rate|created_orders|converted_orders)",
    "lifetime": r"top customer \d+ lifetime .*",
    "rfm": r"top customer \d+ rfm|rfm_group .*",
    "quotations": r"quotation .*",
    "bridge": r"bridge .*|constant_currency .*|comparison rate .*",
    "metrics": r"metric .*",
    "health": r"warning .*",
}


def is_failed(name: str, sections: Iterable[str]) -> bool:
    """Whether a figure is missing because its section failed on the server."""
    return any(
        re.fullmatch(FAILED_FIGURES.get(section, re.escape(section)), name)
        for section in sections
    )


class Sheet:
    """Collects the figures of one source under names common to all sources."""

    def __init__(self, view: View, rounding: Decimal) -> None:
        self._cent = Decimal(1).scaleb(min(rounding.normalize().as_tuple().exponent, 0))
        self._converters: dict[str, Callable[[Any], Value]] = {
            "monetary": self.money,
            "integer": lambda number: int(number),
            "float": percent,
        }
        self.figures: Figures = {}
        self._put_comparison(view["comparison"])
        self._put_overview(view["overview"])
        for position, line in enumerate(view["sales_by_period"], 1):
            self._put_bucket(position, line)
        for line in view["top_customers"]:
            self._put_customer(line)
        for line in view["customer_segments"]:
            self._put_segment(line)
        self._put_line("hidden_customers", view["hidden_customers"])
        for dimension, lines in view["breakdowns"].items():
            for line in lines:
                self._put_row(dimension, line)
        self._put_constant_currency(view["constant_currency"])
        for line in view["metrics"]:
            self._put_metric(line)
        self._put_warnings(view["warnings"])

    def put(self, name: str, value: Value) -> None:
        """Keep a figure; a line that comes twice gets a name of its own."""
        while name in self.figures:
            name += " again"
        self.figures[name] = value

    def money(self, amount: float | Decimal) -> Decimal:
        """Return an amount with the decimals of the display currency."""
        return quantized(amount, self._cent)

    def _convert(self, name: str, value: Any) -> Value:
        """Convert a value by the name of its column."""
        if name.endswith(("revenue", "average_order_value", "per_customer", "effect")):
            return optional(self.money, value)
        if name.endswith(("share", "quantity", "change", "rate", "gap_days")):
            return optional(percent, value)
        return optional(lambda one: one if isinstance(one, str) else int(one), value)

    def _put_line(self, name: str, line: Mapping[str, Any]) -> None:
        """Keep all columns of a line."""
        for column, value in line.items():
            self.put(f"{name} {column}", self._convert(column, value))

    def _put_previous(self, name: str, line: Mapping[str, Any]) -> None:
        """Keep the counterpart of a line and the change, if there is one."""
        if not line["previous"]:
            return
        previous = dict(line["previous"])
        if "date_from" in previous:
            days = (previous.pop("date_from"), previous.pop("date_to"))
            self.put(f"{name} previous days", "{} .. {}".format(*days))
        self._put_line(f"{name} previous", previous)
        self.put(f"{name} change", self._convert("change", line["change"]))

    def _put_comparison(self, comparison: Mapping[str, Any] | bool) -> None:
        if comparison:
            days = f"{comparison['date_from']} .. {comparison['date_to']}"
            self.put("comparison days", days)
            bounds = (as_utc_text(comparison[name]) for name in ("start", "end"))
            self.put("comparison bounds", " .. ".join(bounds))

    def _put_overview(self, overview: Mapping[str, Any]) -> None:
        for figure in OVERVIEW:
            self.put(figure, self._convert(figure, overview[figure]))
        if not overview["previous"]:
            return
        for figure in COMPARED:
            previous, moved = (
                overview[part][figure] for part in ("previous", "change")
            )
            self.put(f"previous {figure}", self._convert(figure, previous))
            self.put(f"change {figure}", self._convert("change", moved))

    def _put_bucket(self, position: int, line: Mapping[str, Any]) -> None:
        name = f"period {line['period']}"
        days = f"{position}: {line['date_from']} .. {line['date_to']}"
        flags = [flag for flag in ("partial", "running") if line[flag]]
        self.put(f"{name} days", ", ".join([days, *flags]))
        self.put(f"{name} revenue", self.money(line["revenue"]))
        self.put(f"{name} order_count", line["order_count"])
        for figure in BUCKET_FIGURES:
            self.put(f"{name} {figure}", self._convert(figure, line[figure]))
        self._put_previous(name, line)

    def _put_customer(self, line: Mapping[str, Any]) -> None:
        name = f"top customer {line['rank']}"
        self.put(f"{name} is", identity_of(line))
        self.put(f"{name} total_revenue", self.money(line["total_revenue"]))
        self.put(f"{name} order_count", line["order_count"])
        self.put(f"{name} share", percent(line["share"]))
        self._put_previous(name, line)
        if line["lifetime"]:
            self._put_line(f"{name} lifetime", line["lifetime"])
        if line["rfm"]:
            scores = "{recency} {frequency} {monetary} {group}"
            self.put(f"{name} rfm", scores.format(**line["rfm"]))

    def _put_segment(self, line: Mapping[str, Any]) -> None:
        name = f"segment {line['segment_name']}"
        self.put(f"{name} customer_count", line["customer_count"])
        self.put(f"{name} total_revenue", self.money(line["total_revenue"]))
        average = line["average_revenue_per_customer"]
        self.put(f"{name} average_revenue_per_customer", self.money(average))
        self._put_previous(name, line)
        for position, customer in enumerate(line["top_customers"], 1):
            revenue = self.money(customer["total_revenue"])
            self.put(
                f"{name} top {position}",
                f"{identity_of(customer)}: {revenue} in {customer['order_count']}",
            )

    def _put_row(self, dimension: str, line: Mapping[str, Any]) -> None:
        """Keep a row of a breakdown; columns it does not use are 0."""
        if dimension in RECORD_DIMENSIONS:
            name = f"{dimension} {line['rank']}"
            self.put(f"{name} is", record_of(line))
        else:
            name = f"{dimension} {line['key']}"
            self.put(f"{name} rank", line["rank"])
        self.put(f"{name} revenue", self.money(line["revenue"]))
        for column in ("order_count", "customer_count", "quantity", "share"):
            if line[column]:
                self.put(f"{name} {column}", self._convert(column, line[column]))
        self._put_previous(name, line)

    def _put_constant_currency(self, constant: Mapping[str, Any] | bool) -> None:
        if not constant:
            return
        for company, currency, *sums in constant["rates"]:
            self.put(
                f"comparison rate of company {company} currency {currency}",
                " / ".join(f"{as_decimal(one).normalize():f}" for one in sums),
            )
        for column in ("revenue", "change", "currency_effect"):
            value = self._convert(column, constant[column])
            self.put(f"constant_currency {column}", value)

    def _put_metric(self, line: Mapping[str, Any]) -> None:
        convert = self._converters[line["kind"]]
        name = f"metric {line['name']}"
        self.put(name, optional(convert, line["value"]))
        # 0 is a figure, False (over RPC) is none
        if line["previous"] is not False:
            self.put(f"{name} previous", optional(convert, line["previous"]))
            self.put(f"{name} change", self._convert("change", line["change"]))

    def _put_warnings(self, warnings: Iterable[Mapping[str, Any]]) -> None:
        by_code: dict[str, list[tuple[int, Decimal]]] = {}
        for line in warnings:
            figures = (line["order_count"], self.money(line["revenue"]))
            by_code.setdefault(line["code"], []).append(figures)
        for code, lines in by_code.items():
            for position, (order_count, revenue) in enumerate(sorted(lines), 1):
                name = f"warning {code} {position}"
                self.put(f"{name} order_count", order_count)
                self.put(f"{name} revenue", revenue)


def record_of(line: Mapping[str, Any]) -> str:
    """Say in one cell which record a row of a breakdown is about."""
    text = f"{line['key'] or '-'} {line['name']}".strip()
    id_text = str(line["id"] or "")
    return text if line["key"] in (id_text, "other") else f"{text} (id {id_text})"


def as_utc_text(instant: str) -> str:
    """Write an instant of the payload or of a record in one way."""
    return instant.replace("T", " ").rstrip("Z")


def as_decimal(number: float | Decimal) -> Decimal:
    """Return a number of a recomputation, or of JSON, as it is."""
    return number if isinstance(number, Decimal) else exact(number)


def quantized(number: float | Decimal, step: Decimal) -> Decimal:
    """Return a number with a fixed number of decimals."""
    number = number if isinstance(number, Decimal) else exact(number)
    # Adding zero turns a negative zero into zero.
    return number.quantize(step, rounding=ROUND_HALF_UP) + 0


def percent(number: float | Decimal) -> Decimal:
    """Return a percentage or a quantity with the decimals it is compared to."""
    number = number if isinstance(number, Decimal) else exact(number)
    step = Decimal(1).scaleb(number.adjusted() + 1 - PERCENT_DIGITS)
    return quantized(number, max(PERCENT, step))


def optional(convert: Callable[[Any], Value], value: Any) -> Value:
    """Convert a value, if there is one: over RPC, an undefined one is False."""
    return None if value is False or value is None else convert(value)


def identity_of(line: Mapping[str, Any]) -> str:
    """Say in one cell who the customer of a line is."""
    kind = "company" if line["is_company"] else "person"
    return f"{line['id']} {line['name'] or ''} <{line['email'] or ''}> {kind}"


@dataclass(frozen=True)
class Row:
    """One line of the report."""

    name: str
    stored: Value
    recomputed: Value
    #: Why there is nothing to compare, if so.
    excuse: str = ""

    @property
    def differs(self) -> bool:
        """Whether the figure is wrong."""
        return not self.excuse and self.stored != self.recomputed

    @property
    def verdict(self) -> str:
        """The last column."""
        return self.excuse or ("DIFFERS" if self.differs else "ok")

    def as_json(self) -> dict[str, Any]:
        """Return the row for machines."""
        status = EXIT_UNCHECKED if self.excuse else int(self.differs)
        return {
            "name": self.name,
            "stored": as_json_value(self.stored),
            "recomputed": as_json_value(self.recomputed),
            "verdict": VERDICTS[status],
        }


def as_json_value(value: Value) -> int | str | bool | None:
    """Return a value for JSON; a decimal number as text, exactly."""
    return str(value) if isinstance(value, Decimal) else value


def compare(
    stored: Figures, recomputed: Figures, excuses: Mapping[str, str] | None = None
) -> list[Row]:
    """Put two sources side by side; what only one of them has, differs.

    :param excuses: why figures have nothing to compare, by name
    """
    names = [*recomputed, *(name for name in stored if name not in recomputed)]
    return [
        Row(name, stored.get(name), recomputed.get(name), (excuses or {}).get(name, ""))
        for name in names
    ]


# ----------------------------------------------------------------------
# The server, over zenoo-rpc
# ----------------------------------------------------------------------


class RefusedError(CheckError):
    """The user may not read this."""


def explain(error: BaseException) -> str:
    """Return what the server really said, in one line.

    zenoo-rpc's own text is "Odoo Server Error" for nearly all of them; what Odoo
    answered is kept in the context of the exception, or of its cause at login.
    """
    raw = (getattr(error, "context", None) or {}).get("raw_error") or {}
    data = raw.get("data") or {}
    if not raw and hasattr(error.__cause__, "context"):
        return explain(error.__cause__)
    text = str(data.get("message") or raw.get("message") or error)
    kind = data.get("name") or type(error).__name__
    if not kind.startswith("odoo.exceptions."):
        text = f"{kind.rpartition('.')[2]}: {text}"
    if text.endswith(": "):
        # httpx says nothing of a failed TLS handshake, its causes do.
        text += repr(root_cause(error))
    text = " ".join(re.sub(r"<[^<>]*>", " ", text).split())
    return text if len(text) <= 400 else f"{text[:400]}..."


def root_cause(error: BaseException) -> BaseException:
    """Return where a chain of exceptions began."""
    while error.__cause__ or error.__context__:
        error = error.__cause__ or error.__context__
    return error


class Meter:
    """Shows on a terminal how many of the orders are read; elsewhere, nothing."""

    def __init__(self) -> None:
        self._bar: Any = None
        self._task: Any = None

    def __enter__(self) -> Meter:
        if sys.stderr.isatty():
            with contextlib.suppress(ImportError):
                self._bar = self._make_bar()
        return self

    def __exit__(self, *_error: object) -> None:
        if self._bar:
            self._bar.stop()

    @property
    def is_shown(self) -> bool:
        """Whether anybody looks."""
        return self._bar is not None

    def expect(self, total: int) -> None:
        """Begin anew, with so many orders to read."""
        if self._task is not None:
            self._bar.remove_task(self._task)
        self._bar.start()
        self._task = self._bar.add_task("Reading orders", total=total)

    def advance(self, count: int) -> None:
        """Take note of orders that are read."""
        if self._task is not None:
            self._bar.advance(self._task, count)

    @staticmethod
    def _make_bar() -> Any:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TimeRemainingColumn

        return Progress(
            "{task.description}",
            BarColumn(20),
            "{task.completed:,} of {task.total:,}",
            TimeRemainingColumn(),
            console=Console(stderr=True),
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
        )


class Json2Transport:
    """Odoo's JSON-2 for a ZenooClient, which itself knows ``/jsonrpc`` alone.

    It takes the place of the client's own transport: the same calls and exceptions.
    JSON-2 wants an API key, and arguments by name.
    """

    def __init__(self, url: str) -> None:
        import httpx

        self._http = httpx.AsyncClient(base_url=url, timeout=TIMEOUT)

    async def json_rpc_call(
        self, service: str, method: str, params: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Answer what zenoo-rpc calls: ``execute_kw``, and what its login needs."""
        arguments = params.get("args", [])
        result: Any = None
        if service == "object":
            database, _uid, key, model, name, args, kwargs = arguments
            body = {"ids": args[0], **kwargs} if args else kwargs
            result = await self._post(database, key, model, name, body)
        elif method == "authenticate":
            result = await self._authenticate(*arguments[:3])
        return {"result": result}

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def _authenticate(self, database: str, login: str, key: str) -> int:
        """Return the user the key belongs to, who must be the one that is named."""
        from zenoo_rpc.exceptions import AuthenticationError

        if not key.isascii():
            raise AuthenticationError("this is no API key")
        context = await self._post(database, key, "res.users", "context_get", {})
        body = {"ids": [context["uid"]], "fields": ["login"]}
        (user,) = await self._post(database, key, "res.users", "read", body)
        if user["login"] != login:
            raise AuthenticationError(f"the API key is not one of {login!r}")
        return user["id"]

    async def _post(
        self, database: str, key: str, model: str, method: str, body: Mapping[str, Any]
    ) -> Any:
        import httpx
        from zenoo_rpc import exceptions

        headers = {"Authorization": f"bearer {key}", "X-Odoo-Database": database}
        try:
            response = await self._http.post(
                f"/json/2/{model}/{method}", json=body, headers=headers
            )
        except httpx.HTTPError as error:
            raise exceptions.ConnectionError(
                f"Failed to connect to {self._http.base_url}: {error}"
            ) from error
        try:
            answer = response.json()
        except ValueError as error:
            raise exceptions.ConnectionError(
                f"HTTP status {response.status_code}, and no JSON"
            ) from error
        if response.is_success:
            return answer
        raise exceptions.map_jsonrpc_error(
            {"code": response.status_code, "message": "Odoo said no", "data": answer}
        )


class Server:
    """A ZenooClient after login, used in the safe way only.

    Raw ``execute_kw`` with an explicit context for every call; no cache, no batches,
    no typed models.
    """

    def __init__(self, client: Any, uid: int, meter: Meter) -> None:
        self._client = client
        self._slots = asyncio.Semaphore(CONCURRENCY)
        self.uid = uid
        self.meter = meter
        #: The user's ``company_id``, ``tz`` and ``lang``.
        self.user: dict[str, Any] = {}
        self.context: dict[str, Any] = {}

    async def call(
        self,
        model: str,
        method: str,
        arguments: Mapping[str, Any] | None = None,
        ids: Sequence[int] | None = None,
        **context: Any,
    ) -> Any:
        """Call a method; ``context`` comes on top of the common one.

        :param arguments: by name, as JSON-2 wants them and all others take them
        :param ids: the records, None where it is a method of the model
        """
        from zenoo_rpc.exceptions import AccessError, ZenooError

        args = [] if ids is None else [list(ids)]
        context = {**self.context, **context}
        try:
            async with self._slots:
                return await self._client.execute_kw(
                    model, method, args, dict(arguments or {}), context=context
                )
        except AccessError as error:
            raise RefusedError(f"{model}.{method}: {explain(error)}") from error
        except ZenooError as error:
            raise CheckError(f"{model}.{method}: {explain(error)}") from error

    async def read(
        self, model: str, ids: Sequence[int], fields: Sequence[str]
    ) -> list[dict[str, Any]]:
        """Read records in the order of ``ids``; many2one fields come as plain ids.

        Archived records in many2many fields are read too.
        """
        found: dict[int, dict[str, Any]] = {}
        for chunk in chunks(ids):
            # load="" leaves out the names of many2one fields
            rows = await self.call(
                model,
                "read",
                {"fields": list(fields), "load": ""},
                chunk,
                active_test=False,
            )
            found.update((row["id"], row) for row in rows)
        # Odoo answers nothing, not an error, for records that are gone.
        missing = [id_ for id_ in ids if id_ not in found]
        if missing:
            raise CheckError(f"{model}: no record {missing[0]}")
        return [found[id_] for id_ in ids]

    async def pages(
        self,
        model: str,
        domain: Sequence[Any],
        fields: Sequence[str],
        **context: Any,
    ) -> AsyncIterator[list[dict[str, Any]]]:
        """Yield all records of a domain, archived ones too, by ascending id.

        Each page starts after the last id of the one before, so that nothing comes
        twice and nothing is skipped when records appear or vanish in between. The
        next page is under way while the caller has one.
        """

        def fetch(last: int) -> asyncio.Task:
            arguments = {
                "domain": [*domain, ["id", ">", last]],
                "fields": list(fields),
                "order": "id",
                "limit": PAGE_SIZE,
                "load": "",
            }
            with_archived = {"active_test": False, **context}
            return asyncio.ensure_future(
                self.call(model, "search_read", arguments, **with_archived)
            )

        last, following = 0, fetch(0)
        try:
            while following:
                rows = await following
                for row in rows:
                    if row["id"] <= last:
                        raise CheckError(f"{model}: the server's ids are out of order")
                    last = row["id"]
                following = fetch(last) if len(rows) == PAGE_SIZE else None
                if rows:
                    yield rows
        finally:
            if following:
                following.cancel()

    async def find(
        self, model: str, domain: Sequence[Any], fields: Sequence[str]
    ) -> dict[int, dict[str, Any]]:
        """Return the readable records of a domain by id."""
        found = {}
        async for rows in self.pages(model, domain, fields):
            found.update((row["id"], row) for row in rows)
        return found

    async def find_ids(
        self, model: str, ids: Iterable[int], fields: Sequence[str], key: str = "id"
    ) -> dict[int, dict[str, Any]]:
        """Return the readable ones of these records, or those that refer to them.

        :param key: field that is one of the ids
        """
        found = {}
        for part in await together(
            *(self.find(model, [[key, "in", chunk]], fields) for chunk in chunks(ids))
        ):
            found.update(part)
        return found


def chunks(ids: Iterable[int]) -> Iterator[list[int]]:
    """Cut ids into lists short enough for one domain."""
    ids = list(ids)
    for start in range(0, len(ids), CHUNK_SIZE):
        yield ids[start : start + CHUNK_SIZE]


async def together(*parts: Awaitable[Any]) -> list[Any]:
    """Wait for calls side by side; the first error ends them all."""
    tasks = [asyncio.ensure_future(part) for part in parts]
    try:
        return await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def login(client: Any, options: Options, meter: Meter) -> Server:
    """Log a ZenooClient in; a password and an API key go the same way."""
    from zenoo_rpc.exceptions import ZenooError

    async def no_context(transport: Any) -> None:
        """Stand in for zenoo-rpc's own context call.

        Up to 0.2.4 it sends the word "password" instead of the password. Here
        every call brings its own context, so nothing is lost.
        """

    client._session._load_user_context = no_context
    try:
        await client.login(options.database, options.login, options.secret)
    except ZenooError as error:
        raise CheckError(f"login: {explain(error)}") from error
    server = Server(client, client.uid, meter)
    (server.user,) = await server.read(
        "res.users", [server.uid], ["company_id", "tz", "lang"]
    )
    server.user["tz"] = zone_or_none(server.user["tz"])
    if server.user["lang"]:
        server.context["lang"] = server.user["lang"]
    return server


# ----------------------------------------------------------------------
# What is stored
# ----------------------------------------------------------------------


def compared_fields(*figures: str) -> tuple[str, ...]:
    """Return the fields of figures with a counterpart, and of their changes."""
    return tuple(
        name
        for figure in figures
        for name in (
            figure,
            f"previous_{figure}",
            f"{figure}_change",
            f"{figure}_comparable",
        )
    )


RECORD_FIELDS = (
    # request
    "date_from",
    "date_to",
    "timezone",
    "period_type",
    "compare",
    "measure",
    "top_limit",
    "company_id",
    "company_order",
    "team_ids",
    "user_ids",
    "partner_ids",
    "customer_groups",
    "filter_domain",
    # answer
    *compared_fields(*COMPARED, "constant_revenue"),
    "customer_count",
    "hidden_revenue",
    "hidden_order_count",
    "currency_effect",
    "comparison_rates",
    "metrics",
    "compare_from",
    "compare_to",
    "compare_start",
    "compare_end",
    "currency_id",
    "currency_factors",
    "generated_at",
    "warnings",
    "errors",
)
LINE_MODELS = {
    "period_ids": (
        "sale.dashboard.period",
        (
            "period",
            "date_from",
            "date_to",
            "partial",
            "running",
            "order_count",
            "previous_order_count",
            "previous_date_from",
            "previous_date_to",
            *BUCKET_FIGURES,
            *(f"previous_{figure}" for figure in BUCKET_FIGURES),
            *compared_fields("revenue"),
        ),
    ),
    "top_customer_ids": (
        "sale.dashboard.customer",
        (
            "rank",
            "partner_id",
            "name",
            "email",
            "is_company",
            "order_count",
            "previous_order_count",
            "share",
            *compared_fields("total_revenue"),
            "lifetime_revenue",
            "lifetime_orders",
            "first_order_date",
            "last_order_date",
            "average_gap_days",
            "rfm_recency",
            "rfm_frequency",
            "rfm_monetary",
            "rfm_group",
        ),
    ),
    "segment_ids": (
        "sale.dashboard.segment",
        (
            "segment_name",
            "customer_count",
            "previous_customer_count",
            *compared_fields("total_revenue"),
            "average_revenue_per_customer",
            "top_customers",
        ),
    ),
    "breakdown_ids": (
        "sale.dashboard.breakdown",
        (
            "dimension",
            "key",
            "res_id",
            "name",
            "rank",
            "order_count",
            "customer_count",
            "quantity",
            "share",
            "has_previous",
            "previous_order_count",
            *compared_fields("revenue"),
        ),
    ),
}
#: Of the request, under the same name in record and payload.
ECHOED_FIELDS = ("timezone", "period_type", "measure", "company_id", "currency_id")


@dataclass
class Answer:
    """A stored dashboard and, when it was asked for just now, its payload."""

    record: dict[str, Any]
    lines: dict[str, list[dict[str, Any]]]
    #: What the server says a metric is made of, by name and side.
    metric_domains: dict[tuple[str, str], Any]
    payload: dict[str, Any] | None = None
    #: Whether products and categories were asked for.
    has_products: bool = False

    @property
    def errors(self) -> dict[str, str]:
        """The sections the server could not compute, each with its sentence."""
        return self.record["errors"] or {}

    @property
    def computed_at(self) -> datetime:
        """When the server computed it, naive UTC."""
        return datetime.fromisoformat(self.record["generated_at"])

    @property
    def is_compared(self) -> bool:
        """Whether the record has a comparison."""
        return bool(self.record["compare_from"])

    @property
    def line_dimensions(self) -> list[str]:
        """Which of products and categories are, or should be, in the record."""
        found = {line["dimension"] for line in self.lines["breakdown_ids"]}
        return [one for one in LINE_DIMENSIONS if self.has_products or one in found]

    def request(self) -> Request:
        """Return what the record says it was asked."""
        record = self.record
        return Request(
            date_from=date.fromisoformat(record["date_from"]),
            date_to=date.fromisoformat(record["date_to"]),
            timezone=record["timezone"],
            period_type=record["period_type"],
            compare=record["compare"],
            measure=record["measure"],
            top_limit=record["top_limit"],
            company_id=record["company_id"],
            company_ids=tuple(record["company_order"]),
            team_ids=tuple(record["team_ids"]),
            user_ids=tuple(record["user_ids"]),
            partner_ids=tuple(record["partner_ids"]),
            customer_groups=tuple(record["customer_groups"] or ()),
            domain=parse_domain(record["filter_domain"]),
        )

    def stored_figures(self, rounding: Decimal) -> Figures:
        """Return the figures of the stored record and its lines.

        Those of a failed section have no value.
        """
        figures = Sheet(self._stored_view(), rounding).figures
        return {
            name: None if is_failed(name, self.errors) else value
            for name, value in figures.items()
        }

    def payload_figures(self, rounding: Decimal) -> Figures:
        """Return the figures of the payload, under the same names."""
        return Sheet(self.payload, rounding).figures

    def _stored_view(self) -> View:
        record, lines = self.record, self.lines
        overview = {figure: record[figure] for figure in OVERVIEW}
        overview["previous"] = self.is_compared and {
            figure: record[f"previous_{figure}"] for figure in COMPARED
        }
        overview["change"] = self.is_compared and {
            figure: stored_change(record, figure) for figure in COMPARED
        }
        breakdowns: dict[str, list[View]] = {}
        for line in lines["breakdown_ids"]:
            breakdowns.setdefault(line["dimension"], []).append(stored_row(line))
        return {
            "comparison": self.is_compared
            and {
                "date_from": record["compare_from"],
                "date_to": record["compare_to"],
                "start": record["compare_start"],
                "end": record["compare_end"],
            },
            "overview": overview,
            "sales_by_period": [stored_bucket(line) for line in lines["period_ids"]],
            "top_customers": [
                self._stored_customer(line) for line in lines["top_customer_ids"]
            ],
            "customer_segments": [
                self._stored_segment(line) for line in lines["segment_ids"]
            ],
            "hidden_customers": {
                "total_revenue": record["hidden_revenue"],
                "order_count": record["hidden_order_count"],
            },
            "breakdowns": breakdowns,
            "constant_currency": self.is_compared
            and "bridge" not in self.errors
            and {
                "revenue": record["constant_revenue"],
                "change": stored_change(record, "constant_revenue"),
                "currency_effect": record["currency_effect"],
                "rates": record["comparison_rates"] or [],
            },
            "metrics": [
                {
                    "name": row["name"],
                    "kind": row["kind"],
                    "value": row["value"],
                    "previous": row.get("previous_value", False),
                    "change": row.get("value_comparable", False)
                    and row["value_change"],
                }
                for row in record["metrics"] or []
            ],
            "warnings": record["warnings"] or [],
        }

    def _stored_customer(self, line: Mapping[str, Any]) -> View:
        orders = line["lifetime_orders"]
        return {
            **line,
            "id": line["partner_id"],
            "previous": self.is_compared
            and {
                "total_revenue": line["previous_total_revenue"],
                "order_count": line["previous_order_count"],
            },
            "change": stored_change(line, "total_revenue"),
            "lifetime": "lifetime" not in self.errors
            and {
                "revenue": line["lifetime_revenue"],
                "order_count": orders,
                "first_order_date": line["first_order_date"],
                "last_order_date": line["last_order_date"],
                "average_gap_days": orders > 1 and line["average_gap_days"],
            },
            "rfm": "rfm" not in self.errors
            and {
                "recency": line["rfm_recency"],
                "frequency": line["rfm_frequency"],
                "monetary": line["rfm_monetary"],
                "group": line["rfm_group"],
            },
        }

    def _stored_segment(self, line: Mapping[str, Any]) -> View:
        return {
            **line,
            "top_customers": line["top_customers"] or [],
            "previous": self.is_compared
            and {
                "customer_count": line["previous_customer_count"],
                "total_revenue": line["previous_total_revenue"],
            },
            "change": stored_change(line, "total_revenue"),
        }

    def stored_facts(self) -> Figures:
        """Return what the record says beside its figures."""
        record = self.record
        return {
            "id": record["id"],
            "period": f"{record['date_from']} .. {record['date_to']}",
            "compare": record["compare"],
            "company_ids": str(record["company_order"]),
            "currency_factors": as_json(record["currency_factors"] or {}),
            "errors": as_json(self.errors),
            "generated_at": record["generated_at"],
            **{name: record[name] for name in ECHOED_FIELDS},
        }

    def payload_facts(self) -> Figures:
        """Return the same as :meth:`stored_facts` out of the payload."""
        payload = self.payload
        overview = payload["overview"]
        comparison = payload["comparison"] or {"compare": "none"}
        return {
            "id": payload["id"],
            "period": f"{overview['period_start']} .. {overview['period_end']}",
            "compare": comparison["compare"],
            "company_ids": str(payload["company_ids"]),
            "currency_factors": as_json(payload["currency_factors"]),
            "errors": as_json(payload["errors"]),
            "generated_at": as_utc_text(payload["generated_at"]),
            **{name: payload[name] for name in ECHOED_FIELDS},
        }


def as_json(value: Mapping[str, Any]) -> str:
    """Return an object as text; the order of its keys means nothing."""
    return json.dumps(value, sort_keys=True)


def stored_change(record: Mapping[str, Any], figure: str) -> float | bool:
    """Return the change of a figure, False where it is undefined."""
    return record[f"{figure}_comparable"] and record[f"{figure}_change"]


def stored_bucket(line: Mapping[str, Any]) -> View:
    """Return a line of the curve in the form of the payload."""
    return {
        **line,
        "previous": line["previous_date_from"]
        and {
            "date_from": line["previous_date_from"],
            "date_to": line["previous_date_to"],
            "revenue": line["previous_revenue"],
            "order_count": line["previous_order_count"],
            **{figure: line[f"previous_{figure}"] for figure in BUCKET_FIGURES},
        },
        "change": stored_change(line, "revenue"),
    }


def stored_row(line: Mapping[str, Any]) -> View:
    """Return a row of a breakdown in the form of the payload."""
    return {
        **line,
        "key": line["key"] or "",
        "id": line["res_id"],
        "name": line["name"] or "",
        "previous": line["has_previous"]
        and {
            "revenue": line["previous_revenue"],
            "order_count": line["previous_order_count"],
        },
        "change": stored_change(line, "revenue"),
    }


def parse_domain(text: str | Sequence[Any] | bool | None) -> tuple[Any, ...]:
    """Read a stored filter domain, a Python or JSON literal or a list."""
    if not text or not isinstance(text, str):
        return tuple(text or ())
    try:
        return tuple(ast.literal_eval(text))
    except (ValueError, SyntaxError) as error:
        raise CheckError(f"cannot read the filter domain {text!r}") from error


async def read_answer(server: Server, dashboard_id: int) -> Answer:
    """Read a stored dashboard with all its lines."""
    fields = [*RECORD_FIELDS, *LINE_MODELS]
    (record,) = await server.read("sale.dashboard", [dashboard_id], fields)
    lines = {
        name: await server.read(model, record[name], columns)
        for name, (model, columns) in LINE_MODELS.items()
    }
    sides = ("current", "previous") if record["compare_from"] else ("current",)
    metric_domains = {
        (row["name"], side): await server.call(
            "sale.dashboard",
            "get_metric_domain",
            {"metric": row["name"], "side": side},
            [dashboard_id],
        )
        for row in record["metrics"] or []
        for side in sides
    }
    return Answer(record, lines, metric_domains)


async def load_lines(server: Server, dashboard_id: int) -> dict[str, Any]:
    """Have products and categories added to a record; return their rows."""
    loaded = {
        dimension: await server.call(
            "sale.dashboard", "load_breakdown", {"dimension": dimension}, [dashboard_id]
        )
        for dimension in LINE_DIMENSIONS
    }
    return {dimension: rows for dimension, rows in loaded.items() if rows}


def arguments_of(request: Request) -> dict[str, Any]:
    """Return a request as the server's methods take it."""
    return {
        "date_from": request.date_from.isoformat(),
        "date_to": request.date_to.isoformat(),
        "period_type": request.period_type,
        "compare": request.compare,
        "measure": request.measure,
        "top_limit": request.top_limit,
        "timezone": request.timezone,
        "filters": request.filters,
    }


async def ask(
    server: Server, request: Request, refresh: bool, products: bool
) -> Answer:
    """Let the server compute a dashboard, or return it from its own cache."""
    arguments = arguments_of(request)
    generated = await server.call(
        "sale.dashboard", "generate", {**arguments, "refresh": refresh}
    )
    if not isinstance(generated, int):
        raise CheckError(f"sale.dashboard.generate returned {generated!r}, not an id")
    payload = await server.call("sale.dashboard", "generate_dashboard_data", arguments)
    # Orders that changed in between make the second call store a new record.
    if products:
        payload["breakdowns"].update(await load_lines(server, payload["id"]))
    answer = await read_answer(server, payload["id"])
    answer.payload = payload
    answer.has_products = products
    return answer


# ----------------------------------------------------------------------
# What the raw records say
# ----------------------------------------------------------------------


async def read_companies(server: Server, request: Request) -> dict[int, dict[str, Any]]:
    """Read the companies of a request."""
    fields = ["name", "currency_id", "root_id"]
    rows = await server.read("res.company", request.company_ids, fields)
    return {row["id"]: row for row in rows}


async def read_terms(server: Server, request: Request, day: date) -> Terms:
    """Read currencies and rates, and work out the company factors.

    :param day: the UTC date the rates are taken at
    """
    companies = await read_companies(server, request)
    current = companies[request.company_id]
    (currency,) = await server.read(
        "res.currency", [current["currency_id"]], ["name", "rounding"]
    )
    factors = {}
    for company_id, company in companies.items():
        if company["currency_id"] != current["currency_id"]:
            factors[company_id] = await read_factor(
                server,
                company["currency_id"],
                current["currency_id"],
                current["root_id"],
                day,
            )
    return Terms(currency["name"], exact(currency["rounding"]), companies, factors)


async def read_factor(
    server: Server, source: int, target: int, root: int, day: date
) -> Factor:
    """Work out the factor from one currency to another, as Sales Analysis does.

    The newest rate of the source currency that the root company itself has; without
    one the factor is 1. Against it the target's own rate, else the shared one, else
    the earliest there is, else 1.
    """
    until = ["name", "<=", day.isoformat()]
    denominator = await read_rate(server, source, root, [until], "name desc")
    if not denominator:
        return Factor()
    numerator = (
        await read_rate(server, target, root, [until], "name desc")
        or await read_rate(server, target, False, [until], "name desc")
        or await read_rate(server, target, root, [], "name")
        or await read_rate(server, target, False, [], "name")
    )
    return Factor(
        numerator=exact(numerator["rate"]) if numerator else Decimal(1),
        denominator=exact(denominator["rate"]),
        day=denominator["name"],
    )


async def read_rate(
    server: Server, currency: int, company: int | bool, domain: list[Any], order: str
) -> dict[str, Any] | None:
    """Return the first rate of a currency that belongs to exactly this company."""
    rows = await server.call(
        "res.currency.rate",
        "search_read",
        {
            "domain": [
                ["currency_id", "=", currency],
                ["company_id", "=", company],
                *domain,
            ],
            "fields": ["name", "rate"],
            "order": order,
            "limit": 1,
        },
    )
    return rows[0] if rows and rows[0]["rate"] else None


async def filter_domain(server: Server, request: Request) -> list[Any]:
    """Return which orders count, apart from days and state."""
    domain: list[Any] = [["company_id", "in", list(request.company_ids)]]
    if request.team_ids:
        domain.append(["team_id", "in", list(request.team_ids)])
    if request.user_ids:
        domain.append(["user_id", "in", list(request.user_ids)])
    if request.partner_ids:
        chosen = await server.find_ids(
            "res.partner", request.partner_ids, ["commercial_partner_id"]
        )
        entities = {row["commercial_partner_id"] for row in chosen.values()}
        contacts = await server.find_ids(
            "res.partner", entities, ["id"], key="commercial_partner_id"
        )
        domain.append(["partner_id", "in", list(contacts)])
    return [*domain, *request.domain]


def sales_domain(side: Side, domain: Sequence[Any]) -> list[Any]:
    """Return the confirmed orders of a side."""
    return [
        ["state", "=", "sale"],
        ["date_order", ">=", side.start],
        ["date_order", "<", side.end],
        *domain,
    ]


async def read_book(server: Server, book: Book, domain: Sequence[Any]) -> None:
    """Add up the orders of a book's side."""

    async def read_sales() -> None:
        sales = sales_domain(book.side, domain)
        async for orders in server.pages("sale.order", sales, book.fields):
            server.meter.advance(len(orders))
            # In a thread, so that the next page is sent for meanwhile.
            await asyncio.to_thread(book.add_all, orders)

    async def read_created() -> None:
        created = created_domain(book.side, domain)
        fields = ["state", "create_date", "date_order"]
        async for orders in server.pages("sale.order", created, fields):
            server.meter.advance(len(orders))
            for order in orders:
                book.add_created(order["state"] == "sale", order)

    await together(read_sales(), read_created())


async def read_sum(server: Server, money: Money, domain: Sequence[Any]) -> Sum:
    """Add up the orders of a domain."""
    found = Sum()
    fields = ["company_id", "currency_rate", money.field]
    async for orders in server.pages("sale.order", domain, fields):
        for order in orders:
            found.add(money.revenue(order))
    return found


def created_domain(side: Side, domain: Sequence[Any]) -> list[Any]:
    """Return the orders created on a side, but those of :func:`sales_domain`."""
    return [
        ["create_date", ">=", side.start],
        ["create_date", "<", side.end],
        *("|", ["state", "!=", "sale"]),
        *("|", ["date_order", "<", side.start], ["date_order", ">=", side.end]),
        *domain,
    ]


def quotation_domain(domain: Sequence[Any]) -> list[Any]:
    """Return the quotations that are no orders yet, of any day."""
    return [["state", "in", ["draft", "sent"]], *domain]


async def read_quotations(
    server: Server,
    request: Request,
    terms: Terms,
    domain: Sequence[Any],
    now: datetime,
) -> dict[str, Sum]:
    """Add up the open quotations, those that expire soon, and apart the expired."""
    today = local_day(now, parse_zone(request.timezone))
    soon = str(today + timedelta(days=EXPIRING_DAYS))
    today = str(today)
    money = Money(request, terms)
    sums = {"open": Sum(), "expiring": Sum(), "expired": Sum()}
    fields = ["validity_date", "company_id", "currency_rate", money.field]
    async for orders in server.pages("sale.order", quotation_domain(domain), fields):
        server.meter.advance(len(orders))
        for order in orders:
            revenue = money.revenue(order)
            last_day = order["validity_date"]
            is_expired = last_day and last_day < today
            sums["expired" if is_expired else "open"].add(revenue)
            if last_day and today <= last_day <= soon:
                sums["expiring"].add(revenue)
    return sums


@dataclass
class Recount:
    """Both sides of a request, added up from the raw records."""

    server: Server
    request: Request
    terms: Terms
    #: When the stored figures were computed, naive UTC.
    now: datetime
    #: Which orders count, apart from days and state.
    domain: list[Any]
    money: Money
    book: Book
    #: The comparison, None where nothing is compared.
    before: Book | None
    #: Entity -> its country, of the customers the user may read.
    countries: dict[int, int]
    customers: dict[int, ContactSum]
    customers_before: dict[int, ContactSum]
    #: Customers without an order before the period, or before the comparison.
    new: set[int]
    new_before: set[int]
    #: Quotations by ``open``, ``expiring`` and ``expired``.
    quotations: dict[str, Sum]

    @property
    def rounding(self) -> Decimal:
        """The rounding of the display currency."""
        return self.terms.rounding

    @property
    def today(self) -> date:
        """The day in the zone when the stored figures were computed."""
        return local_day(self.now, parse_zone(self.request.timezone))

    def local_day(self, text: str) -> date:
        """Return the day in the zone of a UTC text."""
        zone = parse_zone(self.request.timezone)
        return local_day(datetime.fromisoformat(text), zone)

    def share(self, revenue: Decimal) -> Decimal:
        """Return a share of the period's revenue, in percent."""
        return ratio(revenue, self.book.total.revenue)

    def compared(
        self, current: Sum, before: Sum | None, name: str = "revenue"
    ) -> dict[str, Any]:
        """Return the figures of a row that has a counterpart where one is given.

        :param name: what the revenue is called
        """
        return {
            name: current.revenue,
            "order_count": current.order_count,
            "previous": before is not None
            and {name: before.revenue, "order_count": before.order_count},
            "change": None
            if before is None
            else change(current.revenue, before.revenue),
        }

    def row(
        self,
        key: str,
        rank: int,
        current: Sum,
        before: Sum | None = None,
        **columns: Any,
    ) -> View:
        """Return a row of a breakdown."""
        return {
            "key": key,
            "id": key if key.isdigit() else "",
            "rank": rank,
            "name": "",
            "customer_count": 0,
            "quantity": 0,
            "share": 0,
            **self.compared(current, before),
            **columns,
        }


async def recount(
    server: Server, request: Request, terms: Terms, now: datetime, stored_rates: Any
) -> tuple[Recount, Rates]:
    """Read the raw orders of both sides, and who is behind them.

    :param stored_rates: the comparison's rates as the record has them
    :return: also the rates that were used
    """
    period, comparison = make_sides(request, now)
    domain = await filter_domain(server, request)
    if request.customer_groups:
        members = await read_members(server, request, terms, now)
        domain = [["partner_id.commercial_partner_id", "in", members], *domain]
    if server.meter.is_shown:
        await expect(server, [one for one in (period, comparison) if one], domain)

    async def read_books() -> tuple[Book, Book | None, Rates]:
        before, rates = None, {}
        if comparison:
            # Both periods have had equally long to convert.
            starts = map(datetime.fromisoformat, (period.start, comparison.start))
            matured = utc_text(now - (next(starts) - next(starts)))
            before = Book(request, comparison, Money(request, terms), matured)
            await read_book(server, before, domain)
            rates = agreed_rates(before.rates(), stored_rates)
        book = Book(request, period, Money(request, terms, rates))
        await read_book(server, book, domain)
        return book, before, rates

    (book, before, rates), quotations = await together(
        read_books(), read_quotations(server, request, terms, domain, now)
    )
    contacts = {*book.by_contact, *(before.by_contact if before else ())}
    entities, countries = await read_entities(server, contacts)
    customers = book.by_customer(entities)
    customers_before = before.by_customer(entities) if before else {}
    # Who bought in a comparison that ends before the period has an earlier order.
    is_earlier = comparison and comparison.end <= period.start
    unknown = set(customers) - set(customers_before if is_earlier else ())
    new, new_before = await together(
        read_new(server, request, period, unknown, entities),
        read_new(server, request, comparison or period, customers_before, entities),
    )
    done = Recount(
        server=server,
        request=request,
        terms=terms,
        now=now,
        domain=domain,
        money=Money(request, terms, rates),
        book=book,
        before=before,
        countries=countries,
        customers=customers,
        customers_before=customers_before,
        new=new,
        new_before=new_before,
        quotations=quotations,
    )
    return done, rates


async def read_members(
    server: Server, request: Request, terms: Terms, now: datetime
) -> list[int]:
    """Return the customers in the groups of a request.

    Those of the last dimension are groups of the very request without that dimension.
    """
    dimension = request.customer_groups[-1].partition(":")[0]
    others = [
        name for name in request.customer_groups if not name.startswith(f"{dimension}:")
    ]
    whole = replace(request, customer_groups=tuple(others), compare="none")
    done, _rates = await recount(server, whole, terms, now, [])
    customers = ranked(done.customers)
    groups: dict[str, set[int]] = {}
    if dimension == "segment":
        for name, members in segments(customers):
            groups[name] = {customer.id for customer in members}
    elif dimension == "rfm_group":
        for id_, scores in scores_of(done, customers).items():
            groups.setdefault(scores.group, set()).add(id_)
    else:
        known = {customer.id for customer in customers} - done.new
        groups = {"new": done.new, "returning": known}
    return sorted(
        set().union(
            *(
                members
                for name, members in groups.items()
                if f"{dimension}:{name}" in request.customer_groups
            )
        )
    )


async def expect(server: Server, sides: Iterable[Side], domain: Sequence[Any]) -> None:
    """Tell the meter how many orders will be read."""
    domains = [quotation_domain(domain)]
    for side in sides:
        domains += [sales_domain(side, domain), created_domain(side, domain)]
    counts = await together(
        *(server.call("sale.order", "search_count", {"domain": one}) for one in domains)
    )
    server.meter.expect(sum(counts))


def agreed_rates(own: Rates, stored: Sequence[Sequence[Any]]) -> Rates:
    """Return the stored rates where they are right, else the own ones.

    The server keeps them as floats and converts with these; converted with the exact
    sums, an order's revenue may be a cent off.
    """
    agreed = dict(own)
    for company, currency, *sums in stored:
        found = own.get((company, currency), ())
        pairs = list(zip(found, map(exact, sums), strict=False))
        if pairs and all(
            abs(one - other) <= RATE_TOLERANCE * abs(one) for one, other in pairs
        ):
            agreed[company, currency] = tuple(other for _one, other in pairs)
    return agreed


async def read_entities(
    server: Server, contacts: Iterable[int]
) -> tuple[dict[int, int], dict[int, int]]:
    """Return the commercial entity of contacts, and the countries of the entities.

    Contacts and entities the user may not read are left out: they are no customers
    of his.
    """
    fields = ["commercial_partner_id", "country_id"]
    rows = await server.find_ids("res.partner", contacts, fields)
    owners = {id_: row["commercial_partner_id"] for id_, row in rows.items()}
    rows |= await server.find_ids("res.partner", {*owners.values()} - {*rows}, fields)
    readable = {*owners.values()} & {*rows}
    countries = {id_: rows[id_]["country_id"] or NOBODY for id_ in readable}
    entities = {id_: owner for id_, owner in owners.items() if owner in readable}
    return entities, countries


async def read_new(
    server: Server,
    request: Request,
    side: Side,
    customers: Iterable[int],
    entities: Mapping[int, int],
) -> set[int]:
    """Return the customers without any earlier confirmed order, filters aside.

    :param entities: the customer of contacts that are known
    """
    known: dict[int, list[int]] = {}
    for contact, customer in entities.items():
        known.setdefault(customer, []).append(contact)

    async def read_chunk(chunk: Sequence[int]) -> set[int]:
        new = set(chunk)
        # Most have ordered by the contacts at hand; of the others, ask for all.
        some = {contact: id_ for id_ in chunk for contact in known[id_]}
        new -= await read_earlier(server, request, side, some)
        name = "commercial_partner_id"
        rows = await server.find_ids("res.partner", new, [name], key=name)
        others = {id_: row[name] for id_, row in rows.items()}
        return new - await read_earlier(server, request, side, others)

    parts = await together(*map(read_chunk, chunks({*customers} - {HIDDEN})))
    return set().union(*parts)


async def read_earlier(
    server: Server, request: Request, side: Side, entities: Mapping[int, int]
) -> set[int]:
    """Return the customers with a confirmed order of these contacts before a side."""
    found: set[int] = set()
    # Each round leaves out the customers found in the one before, so that few rounds
    # do, however many orders a customer has.
    while contacts := [id_ for id_, owner in entities.items() if owner not in found]:
        orders = await server.call(
            "sale.order",
            "search_read",
            {
                "domain": [
                    ["state", "=", "sale"],
                    ["company_id", "in", list(request.company_ids)],
                    ["date_order", "<", side.start],
                    ["partner_id", "in", contacts],
                ],
                "fields": ["partner_id"],
                "order": "id",
                "limit": PAGE_SIZE,
                "load": "",
            },
        )
        found |= {entities[order["partner_id"]] for order in orders}
        if len(orders) < PAGE_SIZE:
            break
    return found


# ----------------------------------------------------------------------
# The parts of the view
# ----------------------------------------------------------------------


async def recompute(
    server: Server, request: Request, terms: Terms, answer: Answer
) -> View:
    """Compute every figure of a stored answer from the raw records."""
    stored_rates = answer.record["comparison_rates"] or []
    done, rates = await recount(
        server, request, terms, answer.computed_at, stored_rates
    )
    customers = ranked(done.customers)
    scores = scores_of(done, customers)
    hidden = done.customers.get(HIDDEN, Sum())
    breakdowns = {
        **await leaderboards(done),
        "customer_type": customer_types(done),
        "rfm_group": rfm_rows(done, customers, scores),
        "quotation": quotation_rows(done),
        "bridge": bridge_rows(done),
        **await line_rows(done, answer.line_dimensions),
    }
    return {
        "comparison": comparison_part(done),
        "overview": overview_part(done),
        "sales_by_period": bucket_part(done),
        "top_customers": await customer_part(done, customers, scores),
        "customer_segments": await segment_part(done, customers),
        "hidden_customers": {
            "total_revenue": hidden.revenue,
            "order_count": hidden.order_count,
        },
        "breakdowns": breakdowns,
        "constant_currency": constant_part(done, rates),
        "metrics": [
            await metric_line(done, answer, row)
            for row in answer.record["metrics"] or []
        ],
        "warnings": await warning_part(done),
    }


def scores_of(done: Recount, customers: Sequence[Customer]) -> dict[int, Scores]:
    """Return recency, frequency and money of the period's customers."""
    days = {
        customer.id: (
            done.request.date_to - done.local_day(done.customers[customer.id].last)
        ).days
        for customer in customers
    }
    return rfm_scores(customers, days)


def comparison_part(done: Recount) -> View | None:
    """Return what the period is compared with."""
    if not done.before:
        return None
    side = done.before.side
    days = {"date_from": side.date_from, "date_to": side.date_to}
    return {**days, "start": side.start, "end": side.end}


def overview_part(done: Recount) -> View:
    """Return the single figures of both sides, and how they changed."""
    current = {
        **overview_of(done.book, done.new, done.rounding),
        "conversion_rate": done.book.conversion.rate,
    }
    overview = {
        **current,
        "customer_count": len(set(done.customers) - {HIDDEN}),
        "previous": None,
        "change": None,
    }
    if done.before:
        previous = {
            **overview_of(done.before, done.new_before, done.rounding),
            "conversion_rate": done.before.conversion.rate,
        }
        moved = {name: change(current[name], previous[name]) for name in previous}
        # In percentage points, defined as soon as there was anything to convert.
        moved["conversion_rate"] = (
            current["conversion_rate"] - previous["conversion_rate"]
            if done.before.conversion.created
            else None
        )
        overview.update(previous=previous, change=moved)
    return overview


def overview_of(book: Book, new: set[int], rounding: Decimal) -> dict[str, Any]:
    """Return what the orders of a side say."""
    total = book.total
    return {
        "total_revenue": total.revenue,
        "total_orders": total.order_count,
        "average_order_value": divide(total.revenue, total.order_count, rounding),
        "new_customers": len(new),
    }


def bucket_part(done: Recount) -> list[View]:
    """Return the curve."""
    buckets = done.book.side.buckets
    before = done.before.side.buckets if done.before else [None] * len(buckets)
    figures = bucket_figures(done.book, done.customers, done.new)
    figures_before = (
        bucket_figures(done.before, done.customers_before, done.new_before)
        if done.before
        else []
    )
    lines = []
    for place, (bucket, other) in enumerate(zip(buckets, before, strict=True)):
        line = {
            **vars(bucket),
            "running": bucket.date_to >= done.today,
            **figures[place],
        }
        line["previous"] = other and {
            "date_from": other.date_from,
            "date_to": other.date_to,
            "revenue": other.revenue,
            "order_count": other.order_count,
            **figures_before[place],
        }
        line["change"] = other and change(bucket.revenue, other.revenue)
        lines.append(line)
    return lines


def bucket_figures(
    book: Book, customers: Mapping[int, ContactSum], new: Iterable[int]
) -> list[dict[str, Any]]:
    """Return what is said of each bucket of a side beside revenue and orders."""
    counts = book.count_first(customers[id_].first for id_ in new)
    return [
        {
            "new_customers": count,
            "created_orders": conversion.created,
            "converted_orders": conversion.confirmed,
            "conversion_rate": conversion.rate,
        }
        for count, conversion in zip(counts, book.conversions, strict=True)
    ]


async def customer_part(
    done: Recount, customers: Sequence[Customer], scores: Mapping[int, Scores]
) -> list[View]:
    """Return the top customers."""
    top = customers[: done.request.top_limit]
    details = await read_details(done, top)
    lifetimes = await read_lifetimes(done, top)
    lines = []
    for rank, customer in enumerate(top, 1):
        before = done.customers_before.get(customer.id, Sum()) if done.before else None
        lifetime, score = lifetimes[customer.id], scores[customer.id]
        first, last = map(done.local_day, (lifetime.first, lifetime.last))
        gaps = lifetime.order_count - 1
        lines.append(
            {
                **details[customer.id],
                "rank": rank,
                "share": done.share(customer.revenue),
                **done.compared(
                    Sum(customer.revenue, customer.order_count), before, "total_revenue"
                ),
                "lifetime": {
                    "revenue": lifetime.revenue,
                    "order_count": lifetime.order_count,
                    "first_order_date": str(first),
                    "last_order_date": str(last),
                    "average_gap_days": Decimal((last - first).days) / gaps
                    if gaps
                    else None,
                },
                "rfm": {**score._asdict(), "group": score.group},
            }
        )
    return lines


async def read_details(
    done: Recount, customers: Iterable[Customer]
) -> dict[int, dict[str, Any]]:
    """Read who some customers are."""
    return await done.server.find_ids(
        "res.partner",
        [customer.id for customer in customers],
        ["name", "email", "is_company"],
    )


async def read_lifetimes(
    done: Recount, customers: Iterable[Customer]
) -> dict[int, ContactSum]:
    """Add up all orders of customers until the end of the period, filters aside."""
    lifetimes: dict[int, ContactSum] = {}
    fields = [
        "partner_id",
        "date_order",
        "company_id",
        "currency_rate",
        done.money.field,
    ]
    for chunk in chunks(customer.id for customer in customers):
        contacts = await done.server.find(
            "res.partner",
            [["commercial_partner_id", "in", chunk]],
            ["commercial_partner_id"],
        )
        domain = [
            ["state", "=", "sale"],
            ["company_id", "in", list(done.request.company_ids)],
            ["date_order", "<", done.book.side.end],
            ["partner_id", "in", list(contacts)],
        ]
        async for orders in done.server.pages("sale.order", domain, fields):
            for order in orders:
                entity = contacts[order["partner_id"]]["commercial_partner_id"]
                day = order["date_order"]
                lifetimes.setdefault(entity, ContactSum()).merge(
                    ContactSum(done.money.revenue(order), 1, first=day, last=day)
                )
    return lifetimes


async def segment_part(done: Recount, customers: Sequence[Customer]) -> list[View]:
    """Return the segments."""
    before = dict(segments(ranked(done.customers_before)))
    parts = dict(segments(customers))
    best = [one for members in parts.values() for one in members[:SEGMENT_STORED]]
    details = await read_details(done, best)
    lines = []
    for name, members in parts.items():
        current = total_of(Sum(*customer[1:]) for customer in members)
        others = before.get(name, [])
        previous = total_of(Sum(*customer[1:]) for customer in others).revenue
        lines.append(
            {
                "segment_name": name,
                "customer_count": len(members),
                "total_revenue": current.revenue,
                "average_revenue_per_customer": divide(
                    current.revenue, len(members), done.rounding
                ),
                "previous": done.before
                and {"customer_count": len(others), "total_revenue": previous},
                "change": done.before and change(current.revenue, previous),
                "top_customers": [
                    {
                        **details[customer.id],
                        "total_revenue": customer.revenue,
                        "order_count": customer.order_count,
                    }
                    for customer in members[:SEGMENT_STORED]
                ],
            }
        )
    return lines


async def leaderboards(done: Recount) -> dict[str, list[View]]:
    """Return salespeople, teams and countries, best first, ties by id."""

    def by_country(sums: Mapping[int, Sum]) -> dict[int, Sum]:
        found: dict[int, Sum] = {}
        for id_, one in sums.items():
            country = done.countries.get(id_, NOBODY)
            found.setdefault(country, Sum()).add(one.revenue, one.order_count)
        return found

    book, before = done.book, done.before
    boards = {}
    for dimension, model, current, previous in (
        ("user", "res.users", book.by_user, before and before.by_user),
        ("team", "crm.team", book.by_team, before and before.by_team),
        (
            "country",
            "res.country",
            by_country(done.customers),
            before and by_country(done.customers_before),
        ),
    ):
        ids = {*current, *(previous or ())}
        nothing = Sum()
        names = await done.server.find_ids(model, ids - {NOBODY}, ["name"])
        ordered = sorted(ids, key=lambda id_: (-current.get(id_, nothing).revenue, id_))
        boards[dimension] = [
            done.row(
                str(id_ or ""),
                rank,
                current.get(id_, nothing),
                None if previous is None else previous.get(id_, nothing),
                name=names[id_]["name"] if id_ in names else "",
                share=done.share(current.get(id_, nothing).revenue),
            )
            for rank, id_ in enumerate(ordered, 1)
        ]
    return boards


def customer_types(done: Recount) -> list[View]:
    """Return the orders of new customers, and all others."""

    def split(sums: Mapping[int, Sum], new: set[int]) -> tuple[Sum, Sum]:
        return (
            total_of(one for id_, one in sums.items() if id_ in new),
            total_of(one for id_, one in sums.items() if id_ not in new),
        )

    current = split(done.customers, done.new)
    before = (
        split(done.customers_before, done.new_before) if done.before else (None,) * 2
    )
    known = set(done.customers) - {HIDDEN} - done.new
    return [
        done.row(
            key,
            rank,
            current[rank - 1],
            before[rank - 1],
            customer_count=len(ids),
            share=done.share(current[rank - 1].revenue),
        )
        for rank, (key, ids) in enumerate((("new", done.new), ("returning", known)), 1)
    ]


def rfm_rows(
    done: Recount, customers: Sequence[Customer], scores: Mapping[int, Scores]
) -> list[View]:
    """Return the groups that have customers."""
    rows = []
    for rank, (group, *_limits) in enumerate(RFM_GROUPS, 1):
        members = [one for one in customers if scores[one.id].group == group]
        if members:
            found = total_of(Sum(*customer[1:]) for customer in members)
            share = done.share(found.revenue)
            rows.append(
                done.row(group, rank, found, customer_count=len(members), share=share)
            )
    return rows


def quotation_rows(done: Recount) -> list[View]:
    """Return the open quotations, those that expire soon, and apart the expired."""
    return [
        done.row(key, rank, found)
        for rank, (key, found) in enumerate(done.quotations.items(), 1)
    ]


def bridge_rows(done: Recount) -> list[View]:
    """Return why revenue changed."""
    if not done.before:
        return []
    parts = bridge(done.customers, done.customers_before, done.new, done.rounding)
    return [
        done.row(key, rank, Sum(revenue, 0))
        for rank, (key, revenue) in enumerate(parts.items(), 1)
    ]


def constant_part(done: Recount, rates: Rates) -> View | None:
    """Return the revenue at the comparison's rates."""
    if not done.before:
        return None
    constant = sum((one.constant for one in done.customers.values()), Decimal(0))
    return {
        "revenue": constant,
        "change": change(constant, done.before.total.revenue),
        "currency_effect": done.book.total.revenue - constant,
        "rates": [[*pair, *sums] for pair, sums in rates.items()],
    }


# ----------------------------------------------------------------------
# Products and categories
# ----------------------------------------------------------------------


@dataclass
class LineSum(Sum):
    """Lines of a product or category; an order is counted once."""

    quantity: Decimal = Decimal(0)


@dataclass
class LineBook:
    """Adds up order lines by product and by category."""

    sums: dict[str, dict[int, LineSum]]
    #: Products the user may read, with ``display_name`` and ``categ_id``.
    products: dict[int, dict[str, Any]] = field(default_factory=dict)

    def key(self, dimension: str, line: Mapping[str, Any]) -> int:
        """Return the product or category of a line."""
        if dimension == "product":
            return line["product_id"] or NOBODY
        return self.products.get(line["product_id"], {}).get("categ_id") or NOBODY

    def add(self, line: Mapping[str, Any], revenue: Decimal, counted: set[Any]) -> None:
        """Take one line.

        :param counted: what was counted of the orders at hand
        """
        for dimension, sums in self.sums.items():
            key = self.key(dimension, line)
            mark = (dimension, key, line["order_id"])
            found = sums.setdefault(key, LineSum())
            found.add(revenue, mark not in counted)
            found.quantity += exact(line["product_uom_qty"])
            counted.add(mark)


async def read_line_book(
    done: Recount, side: Side, dimensions: Iterable[str]
) -> LineBook:
    """Add up the lines of a side's confirmed orders, some orders at a time.

    A line is converted like its order, and rounded by itself.
    """
    amount = {"untaxed": "price_subtotal", "total": "price_total"}[done.request.measure]
    book = LineBook({dimension: {} for dimension in dimensions})
    domain = sales_domain(side, done.domain)
    fields = ["order_id", "product_id", "product_uom_qty", amount]
    async for page in done.server.pages(
        "sale.order", domain, ["company_id", "currency_rate"]
    ):
        orders = {order["id"]: order for order in page}
        for chunk in chunks(orders):
            counted: set[Any] = set()
            line_domain = [["order_id", "in", chunk], ["display_type", "=", False]]
            async for lines in done.server.pages(
                "sale.order.line", line_domain, fields
            ):
                unknown = {line["product_id"] for line in lines} - {
                    *book.products,
                    False,
                }
                book.products.update(
                    await done.server.find_ids(
                        "product.product", unknown, ["display_name", "categ_id"]
                    )
                )
                for line in lines:
                    terms = {**orders[line["order_id"]], amount: line[amount]}
                    book.add(line, done.money.revenue(terms, amount), counted)
    return book


async def line_rows(done: Recount, dimensions: Sequence[str]) -> dict[str, list[View]]:
    """Return the best products and categories, and what is left of the revenue."""
    if not dimensions:
        return {}
    book = await read_line_book(done, done.book.side, dimensions)
    before = done.before and await read_line_book(done, done.before.side, dimensions)
    rows = {}
    for dimension in dimensions:
        sums = book.sums[dimension]
        best = sorted(sums, key=lambda id_: (-sums[id_].revenue, id_))
        best = best[: done.request.top_limit]
        names = await done.server.find_ids(
            LINE_DIMENSIONS[dimension], set(best) - {NOBODY}, ["display_name"]
        )
        rows[dimension] = [
            done.row(
                str(id_ or ""),
                rank,
                sums[id_],
                before and before.sums[dimension].get(id_, Sum()),
                name=names[id_]["display_name"] if id_ in names else "",
                quantity=sums[id_].quantity,
                share=done.share(sums[id_].revenue),
            )
            for rank, id_ in enumerate(best, 1)
        ]
        rest = done.book.total.revenue - total_of(sums[id_] for id_ in best).revenue
        if rest:
            share = done.share(rest)
            rows[dimension].append(
                done.row("other", len(best) + 1, Sum(rest, 0), share=share)
            )
    return rows


# ----------------------------------------------------------------------
# Metrics of other addons
# ----------------------------------------------------------------------


class NotRecomputableError(CheckError):
    """A metric is made in a way this script does not know."""


@dataclass
class Fold:
    """Aggregates numbers without keeping them."""

    count: int = 0
    sum: Decimal = Decimal(0)
    min: Decimal = Decimal(0)
    max: Decimal = Decimal(0)

    @property
    def avg(self) -> Decimal:
        """The mean, 0 of nothing."""
        return self.sum / self.count if self.count else Decimal(0)

    def add(self, value: Decimal) -> None:
        """Take one number."""
        self.min = min(self.min, value) if self.count else value
        self.max = max(self.max, value) if self.count else value
        self.count += 1
        self.sum += value


FOLDS = ("sum", "min", "max", "avg")


async def metric_line(done: Recount, answer: Answer, row: Mapping[str, Any]) -> View:
    """Recompute a metric from the records the server says it is made of.

    What cannot be recomputed is None.
    """
    name = row["name"]
    values = {
        side: await read_metric(done, answer.metric_domains[name, side], row["kind"])
        for side in ("current", "previous")
        if (name, side) in answer.metric_domains
    }
    current, previous = values["current"], values.get("previous", False)
    return {
        "name": name,
        "kind": row["kind"],
        "value": current,
        "previous": previous,
        "change": None
        if current is None or not previous
        else change(current, previous),
    }


async def read_metric(
    done: Recount, described: Mapping[str, Any], kind: str
) -> Decimal | None:
    """Return one side of a metric, None where it cannot be recomputed."""
    try:
        value = await fold_metric(done, described)
    except NotRecomputableError:
        return None
    if kind == "monetary":
        return round_half_away(Fraction(value), done.rounding)
    return value


async def fold_metric(done: Recount, described: Mapping[str, Any]) -> Decimal:
    """Fetch the raw records of a metric, and aggregate them page by page."""
    aggregate = described.get("aggregate", "")
    name, _colon, function = aggregate.partition(":")
    fields, value_of = metric_reader(done, described)
    fold = Fold()
    async for records in done.server.pages(
        described["model"], described["domain"], fields, **described["context"]
    ):
        for record in records:
            fold.add(value_of(record))
    return Decimal(fold.count if aggregate == "__count" else getattr(fold, function))


def metric_reader(
    done: Recount, described: Mapping[str, Any]
) -> tuple[list[str], Callable[[Mapping[str, Any]], Decimal]]:
    """Return the raw fields of an aggregate, and what makes a number of them."""
    aggregate = described.get("aggregate", "")
    name, _colon, function = aggregate.partition(":")
    if aggregate == "__count":
        return ["id"], lambda record: Decimal(1)
    if function not in FOLDS:
        raise NotRecomputableError(aggregate)
    amount = MEASURES.get(name.removeprefix("dashboard_amount_"))
    if amount and described["model"] == "sale.order":
        fields = ["company_id", "currency_rate", amount]
        return fields, lambda order: done.money.revenue(order, amount)
    if name.startswith("dashboard_"):
        # Computed by the server, not raw.
        raise NotRecomputableError(aggregate)

    def number(record: Mapping[str, Any]) -> Decimal:
        value = record[name]
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise NotRecomputableError(aggregate)
        return exact(value)

    return [name], number


# ----------------------------------------------------------------------
# Data health
# ----------------------------------------------------------------------


async def warning_part(done: Recount) -> list[View]:
    """Return the warnings, each with its orders."""
    book = done.book
    found: list[tuple[str, Sum]] = []
    for company_id, factor in done.terms.factors.items():
        if not factor.day:
            orders = book.by_company.get(company_id, Sum())
            found.append(("company_without_rate", orders))
    for (company_id, currency_id), orders in book.by_pair.items():
        if not await has_rate(done, company_id, currency_id):
            found.append(("currency_without_rate", orders))
    sales = sales_domain(book.side, done.domain)
    no_line = ["order_line", "not any", [["display_type", "=", False]]]
    late = ["date_order", ">", utc_text(done.now)]
    for code, domain in (
        ("no_product_line", [*sales, no_line]),
        ("future_order", [["state", "=", "sale"], late, *done.domain]),
    ):
        found.append((code, await read_sum(done.server, done.money, domain)))
    found.append(("hidden_customers", done.customers.get(HIDDEN, Sum())))
    lines = [
        {"code": code, "order_count": orders.order_count, "revenue": orders.revenue}
        for code, orders in found
        if orders.order_count or code == "company_without_rate"
    ]
    if not done.server.user["tz"]:
        lines.append({"code": "no_timezone", "order_count": 0, "revenue": Decimal(0)})
    return lines


async def has_rate(done: Recount, company_id: int, currency_id: int) -> bool:
    """Whether a company can convert a currency: any rate of one of the two will do.

    Rates count from where Odoo looks for them: the company's root, and shared ones.
    The other currency of the two may be the one that all rates refer to.
    """
    company = done.terms.companies[company_id]
    domain = [
        ["currency_id", "in", [currency_id, company["currency_id"]]],
        ["company_id", "in", [False, company["root_id"]]],
    ]
    rates = await done.server.call(
        "res.currency.rate",
        "search_read",
        {"domain": domain, "fields": ["id"], "limit": 1},
    )
    return bool(rates)


# ----------------------------------------------------------------------
# The check
# ----------------------------------------------------------------------


async def resolve(server: Server, options: Options) -> Request:
    """Fill in what the command line left open, and set the common context."""
    company_ids = options.company_ids or (server.user["company_id"],)
    server.context["allowed_company_ids"] = list(company_ids)
    zone = (
        options.timezone
        or server.user["tz"]
        or await company_zone(server, company_ids[0])
    )
    server.context["tz"] = zone
    today = local_day(utc_now(), parse_zone(zone))
    date_to = options.date_to or max(today, options.date_from or today)
    return Request(
        date_from=options.date_from or date_to - timedelta(days=29),
        date_to=date_to,
        timezone=zone,
        period_type=options.period_type,
        compare=options.compare,
        measure=options.measure,
        top_limit=options.top_limit,
        company_id=company_ids[0],
        company_ids=company_ids,
        team_ids=options.team_ids,
        user_ids=options.user_ids,
        partner_ids=options.partner_ids,
        customer_groups=options.customer_groups,
        domain=options.domain,
    )


async def company_zone(server: Server, company_id: int) -> str:
    """Return the zone of a company, for users without one."""
    (company,) = await server.read("res.company", [company_id], ["partner_id"])
    (partner,) = await server.read("res.partner", [company["partner_id"]], ["tz"])
    return zone_or_none(partner["tz"]) or "UTC"


def utc_now() -> datetime:
    """Return the present, naive UTC."""
    return datetime.now(timezone.utc).replace(tzinfo=None)


@dataclass
class Report:
    """All rows of one comparison."""

    answer: Answer
    request: Request
    terms: Terms
    rows: list[Row]
    #: What the stored record and its payload disagree about: never a matter of time.
    payload_rows: list[Row]
    notes: list[str]
    #: Figures that are neither right nor wrong.
    unchecked: list[str]

    @property
    def recomputed(self) -> Figures:
        """What the raw records said, by name."""
        return {row.name: row.recomputed for row in self.rows}

    @property
    def differing(self) -> list[Row]:
        """The rows that are wrong."""
        return [row for row in self.rows + self.payload_rows if row.differs]

    @property
    def exit_code(self) -> int:
        """The exit status of the script."""
        if self.differing:
            return EXIT_DIFFERS
        missing = self.answer.errors or self.unchecked
        return EXIT_UNCHECKED if missing else EXIT_EQUAL


async def inspect(server: Server, answer: Answer, asked: Request | None) -> Report:
    """Compare one answer of the server with the raw records."""
    if "core" in answer.errors:
        raise CheckError(f"the server could not compute it: {answer.errors['core']}")
    request = answer.request()
    notes = []
    try:
        terms = await read_terms(server, request, answer.computed_at.date())
    except RefusedError as error:
        terms = await stored_terms(server, answer)
        notes.append(f"stored currency factors used, not checked: {error}")
    view = await recompute(server, request, terms, answer)
    recomputed = Sheet(view, terms.rounding).figures
    stored = answer.stored_figures(terms.rounding)
    for code in sorted({line["code"] for line in answer.record["warnings"] or []}):
        if code not in WARNINGS:
            notes.append(f"warning {code} of another addon, not recomputed")
            prefix = f"warning {code} "
            stored = {
                name: value
                for name, value in stored.items()
                if not name.startswith(prefix)
            }
    unknown = [line["name"] for line in view["metrics"] if is_unknown(line)]
    excused = {name: "FAILED" for name in recomputed if is_failed(name, answer.errors)}
    for name in unknown:
        for row in ("{}", "{} previous", "{} change"):
            excused[row.format(f"metric {name}")] = "NOT CHECKED"
    rows = compare(stored, recomputed, excused)
    rows = [*terms_rows(await stored_terms(server, answer), terms), *rows]
    if asked:
        rows = [*request_rows(request, asked), *rows]
    unchecked = [
        f"metric {name}: not recomputable,"
        f" {answer.metric_domains[name, 'current'].get('aggregate')!r} is no count,"
        " sum, least, greatest or mean of a raw field"
        for name in unknown
    ]
    payload_rows = check_payload(answer, terms.rounding)
    return Report(answer, request, terms, rows, payload_rows, notes, unchecked)


def is_unknown(line: View) -> bool:
    """Whether a metric could not be recomputed."""
    return line["value"] is None or line["previous"] is None


def check_payload(answer: Answer, rounding: Decimal) -> list[Row]:
    """Compare the payload with the record it was made from."""
    if answer.payload is None:
        return []
    stored = answer.stored_figures(rounding)
    shown = {name: value for name, value in stored.items() if is_shown(name)}
    shown.update(answer.stored_facts())
    own = answer.payload_figures(rounding) | answer.payload_facts()
    return [replace(row, name=f"payload: {row.name}") for row in compare(shown, own)]


def is_shown(name: str) -> bool:
    """Whether a stored figure is in the payload: it shows fewer segment customers."""
    head, _top, position = name.rpartition(" top ")
    return not head.startswith("segment ") or int(position) <= SEGMENT_SHOWN


async def stored_terms(server: Server, answer: Answer) -> Terms:
    """Return the terms the record says it was computed on."""
    (currency,) = await server.read(
        "res.currency", [answer.record["currency_id"]], ["name", "rounding"]
    )
    return Terms(
        currency=currency["name"],
        rounding=exact(currency["rounding"]),
        companies=await read_companies(server, answer.request()),
        factors={
            int(company_id): Factor(
                exact(factor["numerator"]),
                exact(factor["denominator"]),
                factor["date"] or "",
            )
            for company_id, factor in (answer.record["currency_factors"] or {}).items()
        },
    )


def terms_rows(stored: Terms, own: Terms) -> list[Row]:
    """Compare the terms of the record with those read from the raw records."""
    return [
        Row("currency", stored.currency, own.currency),
        *(
            Row(
                f"currency_factors of company {company_id}",
                str(stored.factors.get(company_id)),
                str(own.factors.get(company_id)),
            )
            for company_id in sorted({*stored.factors, *own.factors})
        ),
    ]


def request_rows(stored: Request, asked: Request) -> list[Row]:
    """Compare what the record says it was asked with what was asked."""
    rows = [
        Row(name, str(getattr(stored, name)), str(getattr(asked, name)))
        for name in (
            "date_from",
            "date_to",
            "timezone",
            "period_type",
            "compare",
            "measure",
            "top_limit",
            "company_id",
            "company_ids",
        )
    ]
    for name, filtered in asked.filters.items():
        if filtered or stored.filters[name]:
            rows.append(Row(name, str(stored.filters[name]), str(filtered)))
    return rows


async def check_stored(server: Server, dashboard_id: int, products: bool) -> Report:
    """Check a stored dashboard as it is."""
    if products:
        await load_lines(server, dashboard_id)
    answer = await read_answer(server, dashboard_id)
    answer.has_products = products
    request = answer.request()
    server.context.update(
        allowed_company_ids=list(request.company_ids), tz=request.timezone
    )
    return await inspect(server, answer, None)


async def check_fresh(server: Server, options: Options) -> Report:
    """Ask for a dashboard and check it.

    A stored answer may be older than the orders, and orders may change between the
    calls, which are no snapshot. So a difference only counts if it is still there when
    the server has computed the dashboard anew, between two recomputations that agree
    on every figure.
    """
    asked = await resolve(server, options)
    products = options.products
    answer = await ask(server, asked, False, products)
    report = await inspect(server, answer, asked)
    for _attempt in range(RECHECKS):
        if not report.differing:
            return report
        before, former = report.recomputed, answer
        answer = await ask(server, asked, True, products)
        report = await inspect(server, answer, asked)
        if report.recomputed == before:
            return report
        # Where the period ends today, what is compared moves with the clock: look
        # once more at what was there then.
        if (await inspect(server, former, asked)).recomputed == before:
            return report
    if report.differing:
        raise CheckError(
            f"orders kept changing while they were read, and {len(report.differing)}"
            f" figures with them ({report.differing[0].name}, ...): check a closed"
            " period, or at a quiet time"
        )
    return report


def as_object(report: Report) -> dict[str, Any]:
    """Return everything for machines; its keys are documented at the top."""
    request, answer = report.request, report.answer
    return {
        "schema_version": SCHEMA_VERSION,
        "verdict": VERDICTS[report.exit_code],
        "dashboard_id": answer.record["id"],
        "generated_at": answer.record["generated_at"].replace(" ", "T") + "Z",
        "request": {**arguments_of(request), "company_ids": list(request.company_ids)},
        "currency": report.terms.currency,
        "figures": [row.as_json() for row in report.rows],
        "payload": [row.as_json() for row in report.payload_rows],
        "notes": report.notes,
        "unchecked": report.unchecked,
        "errors": answer.errors,
    }


def render(report: Report) -> str:
    """Return the table and the verdict as text."""
    request, answer = report.request, report.answer
    lines = [
        f"sale.dashboard {answer.record['id']}: {request.date_from} .. "
        f"{request.date_to} {request.timezone}, {request.period_type}, "
        f"{request.measure}, compared with {request.compare}, "
        f"companies {list(request.company_ids)}, "
        f"{report.terms.currency}, computed {answer.record['generated_at']} UTC"
    ]
    for company_id, factor in report.terms.factors.items():
        lines.append(f"amounts of company {company_id} times {factor}")
    cells = [("figure", "stored", "recomputed", "ok"), *map(cells_of, report.rows)]
    if report.payload_rows:
        wrong = [row for row in report.payload_rows if row.differs]
        same = f"{len(report.payload_rows) - len(wrong)} as stored"
        cells.append(("payload", same, "", "DIFFERS" if wrong else "ok"))
        cells += map(cells_of, wrong)
    widths = [
        min(max(len(line[column]) for line in cells), MAX_WIDTH) for column in range(3)
    ]
    for *columns, verdict in cells:
        padded = [
            cell.ljust(width) for cell, width in zip(columns, widths, strict=True)
        ]
        lines.append(" | ".join([*padded, verdict]))
    lines += [f"note: {printable(note)}" for note in report.notes]
    lines += [f"NOT CHECKED: {printable(what)}" for what in report.unchecked]
    for section, sentence in answer.errors.items():
        lines.append(f"FAILED on the server: {section}: {printable(sentence)}")
    for row in report.differing:
        lines.append(
            f"DIFFERS: {row.name}: stored {printable(row.stored)},"
            f" recomputed {printable(row.recomputed)}"
        )
    total = len(report.rows) + len(report.payload_rows)
    lines.append(f"{total} figures compared, {len(report.differing)} differ")
    return "".join(f"{line}\n" for line in lines)


def cells_of(row: Row) -> tuple[str, str, str, str]:
    """Return a line of the table."""
    return (row.name, printable(row.stored), printable(row.recomputed), row.verdict)


def printable(value: Value) -> str:
    """Write a value; control characters of names do not reach the terminal."""
    text = "-" if value is None else str(value)
    return "".join(
        character if character.isprintable() else f"\\u{ord(character):04x}"
        for character in text
    )


# ----------------------------------------------------------------------
# The dashboard for people
# ----------------------------------------------------------------------


async def fetch_payload(options: Options) -> dict[str, Any]:
    """Return the payload of a dashboard, as it is."""
    async with connected(options) as server:
        if options.dashboard_id is None:
            request = await resolve(server, options)
            payload = await server.call(
                "sale.dashboard", "generate_dashboard_data", arguments_of(request)
            )
        else:
            (record,) = await server.read(
                "sale.dashboard", [options.dashboard_id], ["payload"]
            )
            # What is undefined is NaN there, False over RPC.
            payload = json.loads(record["payload"], parse_constant=lambda _name: False)
        if "core" in payload["errors"]:
            raise CheckError(
                f"the server could not compute it: {payload['errors']['core']}"
            )
        if options.products:
            payload["breakdowns"].update(await load_lines(server, payload["id"]))
    return payload


class Board:
    """A payload on a terminal: in its width, and in colour where it has colours."""

    FIGURES = (
        ("Revenue", "total_revenue"),
        ("Orders", "total_orders"),
        ("Average order", "average_order_value"),
        ("New customers", "new_customers"),
        ("Conversion rate", "conversion_rate"),
    )
    PERIODS = {"daily": "day", "weekly": "week", "monthly": "month"}
    UNDEFINED = "-"

    def __init__(self, payload: View) -> None:
        try:
            from rich.console import Console
        except ImportError as error:
            raise CheckError("rich is missing: pip install rich") from error
        self._payload = payload
        self._console = Console(highlight=False, markup=False, emoji=False)
        exponent = exact(payload["currency_rounding"]).normalize().as_tuple().exponent
        self._decimals = max(-exponent, 0)

    def print(self) -> None:
        """Print all of it."""
        payload = self._payload
        self._print_head()
        self._print_figures()
        self._print_curve()
        rows = [
            (
                str(line["rank"]),
                line["name"],
                self._money(line["total_revenue"]),
                self._share(line["share"]),
                self._change(line["change"]),
            )
            for line in payload["top_customers"]
        ]
        hidden = payload["hidden_customers"]
        if hidden["order_count"]:
            revenue = self._money(hidden["total_revenue"])
            rows.append(("", "Customers you may not see", revenue, "", ""))
        self._print_table("Top customers", ("", "", "revenue", "share", "change"), rows)
        self._print_table(
            "Customer segments",
            ("", "customers", "revenue", "per customer", "change"),
            [
                (
                    line["segment_name"],
                    f"{line['customer_count']:,}",
                    self._money(line["total_revenue"]),
                    self._money(line["average_revenue_per_customer"]),
                    self._change(line["change"]),
                )
                for line in payload["customer_segments"]
            ],
            name_column=0,
        )
        for dimension, title in (("product", "Products"), ("category", "Categories")):
            self._print_lines(title, payload["breakdowns"].get(dimension, ()))
        self._print_foot()

    def _print_head(self) -> None:
        payload = self._payload
        overview, comparison = payload["overview"], payload["comparison"]
        head = "{period_start} .. {period_end}".format(**overview)
        measure = "untaxed" if payload["measure"] == "untaxed" else "with taxes"
        self._line(f"Sales Dashboard  {head}", "bold")
        self._line(f"{payload['timezone']}, {measure}, {payload['currency']}")
        if comparison:
            days = "{date_from} .. {date_to}".format(**comparison)
            self._line(f"compared with {days}")

    def _print_figures(self) -> None:
        overview = self._payload["overview"]
        previous, changes = overview["previous"], overview["change"]
        rows = [
            (
                label,
                self._figure(figure, overview[figure]),
                self._figure(figure, previous[figure]) if previous else "",
                self._change(
                    changes[figure], "pts" if figure == "conversion_rate" else "%"
                )
                if changes
                else "",
            )
            for label, figure in self.FIGURES
        ]
        rows += [
            (
                metric["label"],
                self._metric(metric, metric["value"]),
                self._metric(metric, metric["previous"]),
                self._change(metric["change"]) if previous else "",
            )
            for metric in self._payload["metrics"]
        ]
        heads = ("", "", "before", "change") if previous else ("", "", "", "")
        self._print_table("Overview", heads, rows, name_column=0)

    def _print_curve(self) -> None:
        payload = self._payload
        lines = payload["sales_by_period"]
        self._title(f"Sales by {self.PERIODS[payload['period_type']]}")
        ascii_only = not self._console.encoding.lower().startswith("utf")
        ramp = "_.:-=+*#" if ascii_only else "▁▂▃▄▅▆▇█"
        revenues = [line["revenue"] for line in lines]
        width = max(self._console.width - 2, 1)
        self._line(f"  {sparkline(revenues, ramp, width)}", "cyan")
        best = max(lines, key=lambda line: line["revenue"])
        self._line(
            f"  {lines[0]['period']} .. {lines[-1]['period']},"
            f" most {self._money(best['revenue'])} in {best['period']}"
        )

    def _print_lines(self, title: str, lines: Iterable[View]) -> None:
        rows = [
            (
                str(line["rank"]),
                "Others" if line["key"] == "other" else line["name"] or self.UNDEFINED,
                self._money(line["revenue"]),
                self._share(line["share"]),
                self._change(line["change"]),
            )
            for line in lines
        ]
        if rows:
            self._print_table(title, ("", "", "revenue", "share", "change"), rows)

    def _print_foot(self) -> None:
        payload = self._payload
        self._console.print()
        for warning in payload["warnings"]:
            self._line(f"Warning: {warning['message']}", "yellow")
        for section, sentence in payload["errors"].items():
            self._line(f"FAILED: {section}: {sentence}", "bold red")
        generated = as_utc_text(payload["generated_at"]).partition(".")[0]
        self._line(f"Computed {generated} UTC in {payload['duration_ms']:,} ms", "dim")
        cache = payload.get("cache_info")
        if cache:
            requests = cache["hits"] + cache["misses"]
            self._line(
                f"Cache: {cache['hit_ratio']:.1%} of {requests:,} requests answered"
                f" from it, size {cache['size']:,}",
                "dim",
            )

    def _print_table(
        self,
        title: str,
        heads: Sequence[str],
        rows: Iterable[Sequence[str]],
        name_column: int = 1,
    ) -> None:
        """Print a table; where it is too wide, names take several lines."""
        from rich.table import Table
        from rich.text import Text

        self._title(title)
        table = Table(box=None, header_style="dim", padding=(0, 0, 0, 2))
        for number, head in enumerate(heads):
            is_name = number == name_column
            justify = "left" if is_name else "right"
            table.add_column(head, justify=justify, no_wrap=not is_name)
        for row in rows:
            cells = [Text(printable(cell)) for cell in row]
            # Neither what is undefined nor a change of zero.
            if row[-1].strip("+-0.% pts"):
                cells[-1].stylize("green" if row[-1].startswith("+") else "red")
            table.add_row(*cells)
        if table.row_count:
            self._console.print(table)
        else:
            self._line("  none", "dim")

    def _title(self, text: str) -> None:
        self._console.print()
        self._line(text, "bold")

    def _line(self, text: str, style: str | None = None) -> None:
        self._console.print(printable(text), style=style)

    def _figure(self, name: str, value: Any) -> str:
        if value is False:
            return "FAILED" if self._payload["errors"] else self.UNDEFINED
        if name in ("total_revenue", "average_order_value"):
            return self._money(value)
        return f"{value:.1f} %" if name == "conversion_rate" else f"{value:,}"

    def _metric(self, metric: View, value: Any) -> str:
        if value is False:
            return ""
        return self._money(value) if metric["kind"] == "monetary" else f"{value:,}"

    def _money(self, amount: float) -> str:
        return f"{exact(amount):,.{self._decimals}f} {self._payload['currency']}"

    def _share(self, share: float) -> str:
        # Adding zero turns a negative zero into zero.
        return f"{round(share, 1) + 0:.1f} %"

    def _change(self, moved: float | bool, unit: str = "%") -> str:
        if moved is False:
            return self.UNDEFINED
        return f"{round(moved, 1) + 0:+,.1f} {unit}"


def sparkline(values: Sequence[float], ramp: str, width: int) -> str:
    """Draw values in a line; where there are more than fit, the means of neighbours.

    :param ramp: characters from the lowest to the highest
    """
    count = min(len(values), width)
    edges = [len(values) * number // count for number in range(count + 1)]
    means = [
        sum(values[start:end]) / (end - start)
        for start, end in zip(edges, edges[1:], strict=False)
    ]
    low, high = min(0, *means), max(0, *means)
    step = (high - low) / (len(ramp) - 1) or 1
    return "".join(ramp[round((mean - low) / step)] for mean in means)


# ----------------------------------------------------------------------
# The command
# ----------------------------------------------------------------------


def parse_day(text: str) -> date:
    """Read ``YYYY-MM-DD``."""
    try:
        return datetime.strptime(text, "%Y-%m-%d").date()
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"not a day YYYY-MM-DD: {text!r}") from error


def parse_ids(text: str) -> tuple[int, ...]:
    """Read ``1,2``."""
    try:
        return tuple(dict.fromkeys(int(part) for part in text.split(",")))
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"not ids like 1,2: {text!r}") from error


def parse_url(text: str) -> str:
    """Read the address of a server; zenoo-rpc would drop a path in silence."""
    parts = urlsplit(text)
    try:
        complete = parts.scheme in ("http", "https") and parts.hostname
        port = parts.port
    except ValueError:
        complete, port = False, None
    if not complete or parts.path not in ("", "/") or parts.query or "@" in text:
        raise argparse.ArgumentTypeError(
            "give the address as http(s)://HOST[:PORT], without a path or a user"
        )
    port = port or (443 if parts.scheme == "https" else 80)
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{parts.scheme}://{host}:{port}"


def parse_groups(text: str) -> tuple[str, ...]:
    """Read ``segment:High Value,rfm_group:loyal``: one dimension after the other."""
    names = text.split(",")
    unknown = [name for name in names if name not in CUSTOMER_GROUPS]
    if unknown:
        raise argparse.ArgumentTypeError(
            f"no customer group: {unknown[0]!r}; there are {', '.join(CUSTOMER_GROUPS)}"
        )
    dimensions = dict.fromkeys(name.partition(":")[0] for name in names)
    return tuple(
        name
        for dimension in dimensions
        for name in CUSTOMER_GROUPS
        if name in names and name.startswith(f"{dimension}:")
    )


def parse_domain_argument(text: str) -> tuple[Any, ...]:
    """Read ``[["amount_total", ">", 100]]``."""
    try:
        domain = json.loads(text)
    except (ValueError, RecursionError):  # of thousands of brackets
        domain = None
    if not isinstance(domain, list):
        raise argparse.ArgumentTypeError(
            f'not a domain like [["amount_total", ">", 100]]: {text!r}'
        )
    return tuple(domain)


def build_parser() -> argparse.ArgumentParser:
    """Return the command line."""
    parser = argparse.ArgumentParser(
        description="Recompute a sales dashboard from raw orders over RPC, and"
        " compare. Exit status: 0 all equal, 1 a figure differs, 2 could not check.",
        epilog="The password or API key is read from ODOO_PASSWORD. What --json prints"
        " is described at the top of the script.",
        # --password must not be taken for --password-file
        allow_abbrev=False,
    )
    add = parser.add_argument
    add(
        "command",
        nargs="?",
        choices=("verify", "show"),
        default="verify",
        help="verify the figures (the default), or only show them",
    )
    add("--url", required=True, type=parse_url, help="http(s)://HOST[:PORT]")
    add("--database", required=True)
    add("--login", required=True)
    add(
        "--password-file",
        type=Path,
        help="file with the password or API key, instead of ODOO_PASSWORD",
    )
    add("--password", nargs="?", const="", help=argparse.SUPPRESS)
    add(
        "--transport",
        choices=TRANSPORTS,
        default="jsonrpc",
        help="json2 takes an API key only (jsonrpc)",
    )
    add("--date-from", type=parse_day, help="first day (30 days up to the last)")
    add("--date-to", type=parse_day, help="last day, included (today)")
    add("--period-type", choices=PERIOD_TYPES, default="daily")
    add("--compare", choices=COMPARES, default="previous_period")
    add("--measure", choices=tuple(MEASURES), default="untaxed")
    add(
        "--company-ids",
        type=parse_ids,
        default=(),
        help="for example 1,2; the first sets the currency (the user's default)",
    )
    add("--team-ids", type=parse_ids, default=(), help="only of these sales teams")
    add("--user-ids", type=parse_ids, default=(), help="only of these salespeople")
    add("--partner-ids", type=parse_ids, default=(), help="only of these customers")
    add(
        "--customer-groups",
        type=parse_groups,
        default=(),
        help="only of the customers in these groups of the period, for example"
        ' "segment:High Value,customer_type:new"',
    )
    add(
        "--domain",
        type=parse_domain_argument,
        default=(),
        help='only these orders, for example [["amount_total", ">", 100]]',
    )
    add("--timezone", help="IANA name (the user's, else the company's, else UTC)")
    add("--top-limit", type=int, default=10, help="number of top customers (10)")
    add(
        "--products",
        action="store_true",
        help="check products and categories too, which are read when asked for",
    )
    add(
        "--dashboard-id",
        type=int,
        help="check this stored record instead of asking for a fresh one",
    )
    add("--json", action="store_true", help="print JSON, for machines")
    return parser


def read_secret(path: Path | None) -> str:
    """Return the password or API key from the file or the environment."""
    if path is None:
        secret = os.environ.get("ODOO_PASSWORD", "")
        source = "ODOO_PASSWORD"
    else:
        try:
            secret = path.read_text(encoding="utf-8").rstrip("\r\n")
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or "it is no text"
            raise CheckError(f"cannot read the password file: {reason}") from None
        source = "the password file"
    if not secret:
        raise CheckError(f"{source} is empty: it must hold the password or API key")
    return secret


@contextlib.asynccontextmanager
async def connected(options: Options) -> AsyncIterator[Server]:
    """Log in, and log out at the end."""
    try:
        from zenoo_rpc import ZenooClient
    except ImportError as error:
        raise CheckError("zenoo-rpc is missing: pip install zenoo-rpc") from error
    address = urlsplit(options.url)
    # Given in parts, as of a whole address it drops the brackets of an IPv6 host.
    client = ZenooClient(
        address.netloc.rpartition(":")[0],
        port=address.port,
        protocol=address.scheme,
        timeout=TIMEOUT,
    )
    try:
        if options.transport == "json2":
            await client._transport.close()
            client._transport = Json2Transport(options.url)
        with Meter() as meter:
            yield await login(client, options, meter)
    finally:
        await client.close()


async def verify(options: Options) -> Report:
    """Check one dashboard."""
    async with connected(options) as server:
        if options.dashboard_id is not None:
            return await check_stored(server, options.dashboard_id, options.products)
        return await check_fresh(server, options)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit status."""
    for stream in (sys.stdout, sys.stderr):
        # A name must not end the check on a terminal that cannot show it.
        stream.reconfigure(errors="backslashreplace")
    parser = build_parser()
    given = vars(parser.parse_args(arguments))
    if given.pop("password") is not None:
        parser.error(
            "a password on the command line is seen by others: set"
            " ODOO_PASSWORD, or give --password-file"
        )
    run = {"verify": run_verify, "show": run_show}[given.pop("command")]
    as_json = given.pop("json")
    secret = ""
    try:
        secret = read_secret(given.pop("password_file"))
        return run(Options(secret=secret, **given), as_json)
    except CheckError as error:
        problem = printable(str(error))
    except KeyboardInterrupt:
        problem = "interrupted"
    except Exception:  # noqa: BLE001
        # Whatever it is, it is no verdict: exit status 1 is kept for that.
        problem = f"unexpected:\n{traceback.format_exc()}"
    if secret:
        problem = problem.replace(secret, "***")
    sys.stderr.write(f"verify_rpc: could not check: {problem.rstrip()}\n")
    if as_json:
        verdict = VERDICTS[EXIT_UNCHECKED]
        write_json(
            {"schema_version": SCHEMA_VERSION, "verdict": verdict, "error": problem}
        )
    return EXIT_UNCHECKED


def run_verify(options: Options, as_json: bool) -> int:
    """Verify, print, and return the exit status."""
    report = asyncio.run(verify(options))
    if as_json:
        write_json(as_object(report))
    else:
        sys.stdout.write(render(report))
        sys.stdout.flush()
    return report.exit_code


def run_show(options: Options, as_json: bool) -> int:
    """Print the dashboard; a section that failed is exit status 2."""
    payload = asyncio.run(fetch_payload(options))
    if as_json:
        write_json(payload)
    else:
        Board(payload).print()
    return EXIT_UNCHECKED if payload["errors"] else EXIT_EQUAL


def write_json(value: Mapping[str, Any]) -> None:
    """Write an object to standard output."""
    sys.stdout.write(json.dumps(value, indent=2) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
