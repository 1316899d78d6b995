# /// script
# requires-python = ">=3.10"
# dependencies = [
#     "zenoo-rpc>=0.2.4,<0.3",
#     "tzdata",
# ]
# ///
"""Recompute a sales dashboard from raw orders over RPC, and compare.

The script is a plain client: it imports nothing of the addon, knows the
documented rules only, and does all arithmetic with :class:`~decimal.Decimal`.

1. It asks the server for a dashboard, ``sale.dashboard.generate(...)``, and
   reads the stored record, its lines and the payload of
   ``generate_dashboard_data(...)``.
2. It fetches the raw orders of the period, page by page and as the same user,
   and computes every figure anew.
3. It prints ``figure | stored | recomputed | ok`` for every figure and line.

Exit status: 0 all figures are equal, 1 a figure differs, 2 it could not check
(bad arguments, login, network, rights, an error on the server, or orders that
kept changing while they were read).

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
import os
import re
import sys
import traceback
from bisect import bisect_right
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta, timezone
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

EXIT_EQUAL, EXIT_DIFFERS, EXIT_UNCHECKED = 0, 1, 2

#: Rows asked for in one call; memory is bounded by it, not by the orders.
PAGE_SIZE = 5000
#: Ids put into one domain.
CHUNK_SIZE = 1000
#: How often the dashboard is asked for anew when figures differ.
RECHECKS = 3
#: Seconds that one call may take.
TIMEOUT = 300.0

MEASURES = {"untaxed": "amount_untaxed", "total": "amount_total"}
PERIOD_TYPES = ("daily", "weekly", "monthly")
#: Customers kept per segment in the record, and shown in the payload.
SEGMENT_STORED, SEGMENT_SHOWN = 5, 3
#: Cells longer than this stand out of their column.
MAX_WIDTH = 48
#: Percentages are compared to this precision.
PERCENT = Decimal("0.000001")

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


def day_start(day: date, zone: ZoneInfo) -> datetime:
    """Return the first instant of a calendar day of a zone, as naive UTC.

    That is the local midnight: the earlier one where the clocks pass midnight
    twice, the first instant after the gap where they jump over it.
    """
    midnight = datetime(day.year, day.month, day.day)
    before, after = (
        midnight.replace(tzinfo=zone, fold=fold).utcoffset() for fold in (0, 1)
    )
    instant = midnight - before
    if _to_local(instant, zone) == midnight:
        return instant
    # The clocks jumped over midnight between these two instants: look for it.
    low, high = midnight - after, midnight - before
    while high - low > timedelta(seconds=1):
        middle = low + timedelta(seconds=(high - low) // timedelta(seconds=2))
        if _to_local(middle, zone) < midnight:
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
    return first + timedelta(days=1)


@dataclass
class Bucket:
    """One day, ISO week or month of the period, with what was sold in it."""

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
        last = following - timedelta(days=1)
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
    steps, remainder = divmod(abs(amount) / Fraction(step), 1)
    if remainder >= Fraction(1, 2):
        steps += 1
    rounded = Decimal(int(steps)) * step
    return -rounded if amount < 0 and rounded else rounded


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
    amount: Decimal, currency_rate: Decimal, factor: Factor, step: Decimal
) -> Decimal:
    """Return one order's revenue in the display currency, rounded once.

    The amount is in the order's currency, ``currency_rate`` is the order's own
    stored rate against its company's currency, where 0 counts as 1.
    """
    divisor = Fraction(currency_rate or 1) * Fraction(factor.denominator)
    return round_half_away(
        Fraction(amount) * Fraction(factor.numerator) / divisor, step
    )


# ----------------------------------------------------------------------
# The book: what is kept of the orders, page by page
# ----------------------------------------------------------------------


@dataclass
class Sum:
    """Revenue and number of some orders."""

    revenue: Decimal = Decimal(0)
    order_count: int = 0

    def add(self, revenue: Decimal, order_count: int = 1) -> None:
        """Add orders that were summed elsewhere, or one order."""
        self.revenue += revenue
        self.order_count += order_count


@dataclass(frozen=True)
class Customer:
    """A commercial entity with its confirmed orders of the period."""

    id: int
    name: str
    email: str
    is_company: bool
    revenue: Decimal
    order_count: int

    def line(self) -> dict[str, Any]:
        """Return it as the payload shows a customer."""
        return {
            "id": self.id,
            "name": self.name,
            "email": self.email,
            "is_company": self.is_company,
            "total_revenue": self.revenue,
            "order_count": self.order_count,
        }


class Book:
    """Adds up confirmed orders without keeping them."""

    def __init__(self, request: Request, terms: Terms) -> None:
        self._amount = MEASURES[request.measure]
        self._terms = terms
        zone = parse_zone(request.timezone)
        self.buckets = make_buckets(
            request.date_from, request.date_to, request.period_type
        )
        self._starts = [
            utc_text(day_start(bucket.date_from, zone)) for bucket in self.buckets
        ]
        self.start, self.end = period_bounds(request)
        self.total = Sum()
        self.by_contact: dict[int, Sum] = {}

    def add(self, order: Mapping[str, Any]) -> None:
        """Take one order as ``search_read`` returns it."""
        if not self.start <= order["date_order"] < self.end:
            raise CheckError(
                f"the server returned order {order['id']} of {order['date_order']},"
                f" outside {self.start} .. {self.end}"
            )
        revenue = order_revenue(
            exact(order[self._amount]),
            exact(order["currency_rate"] or 0),
            self._terms.factors.get(order["company_id"], Factor()),
            self._terms.rounding,
        )
        bucket = self.buckets[bisect_right(self._starts, order["date_order"]) - 1]
        bucket.revenue += revenue
        bucket.order_count += 1
        self.total.add(revenue)
        self.by_contact.setdefault(order["partner_id"], Sum()).add(revenue)

    def by_customer(self, entities: Mapping[int, int]) -> dict[int, Sum]:
        """Add up per commercial entity; contacts the user may not read are left out.

        :param entities: the commercial entity of each contact the user may read
        """
        customers: dict[int, Sum] = {}
        for contact, contact_sum in self.by_contact.items():
            if contact in entities:
                customers.setdefault(entities[contact], Sum()).add(
                    contact_sum.revenue, contact_sum.order_count
                )
        return customers


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
    measure: str
    top_limit: int
    company_id: int
    company_ids: tuple[int, ...]
    team_ids: tuple[int, ...] = ()
    user_ids: tuple[int, ...] = ()
    partner_ids: tuple[int, ...] = ()
    domain: tuple[Any, ...] = ()


def period_bounds(request: Request) -> tuple[str, str]:
    """Return the period as two UTC texts, the second excluded."""
    zone = parse_zone(request.timezone)
    following = request.date_to + timedelta(days=1)
    return (
        utc_text(day_start(request.date_from, zone)),
        utc_text(day_start(following, zone)),
    )


@dataclass(frozen=True)
class Terms:
    """How money is shown: the display currency and what converts into it."""

    currency: str
    rounding: Decimal
    factors: Mapping[int, Factor] = field(default_factory=dict)


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
    measure: str = "untaxed"
    company_ids: tuple[int, ...] = ()
    timezone: str | None = None
    top_limit: int = 10
    dashboard_id: int | None = None


# ----------------------------------------------------------------------
# The figures of a source, by name
# ----------------------------------------------------------------------


class Sheet:
    """Collects the figures of one source under names common to all sources."""

    def __init__(self, rounding: Decimal) -> None:
        self._cent = Decimal(1).scaleb(min(rounding.normalize().as_tuple().exponent, 0))
        self.figures: Figures = {}

    def put(self, name: str, value: Value) -> None:
        """Keep a figure; a line that comes twice gets a name of its own."""
        while name in self.figures:
            name += " again"
        self.figures[name] = value

    def money(self, amount: float | Decimal) -> Decimal:
        """Return an amount with the decimals of the display currency."""
        return quantized(amount, self._cent)

    def put_overview(
        self, overview: Mapping[str, Any], failed: Iterable[str] = ()
    ) -> None:
        """Keep the single figures; those that failed on the server have no value."""
        for name, convert in (
            ("total_revenue", self.money),
            ("total_orders", int),
            ("average_order_value", self.money),
            ("new_customers", int),
            ("conversion_rate", percent),
            ("customer_count", int),
        ):
            self.put(name, None if name in failed else convert(overview[name]))

    def put_bucket(self, position: int, line: Mapping[str, Any]) -> None:
        """Keep a line of ``sales_by_period``."""
        name = f"period {line['period']}"
        days = f"{position}: {line['date_from']} .. {line['date_to']}"
        flags = [flag for flag in ("partial", "running") if line[flag]]
        self.put(f"{name} days", ", ".join([days, *flags]))
        self.put(f"{name} revenue", self.money(line["revenue"]))
        self.put(f"{name} order_count", line["order_count"])

    def put_customer(self, line: Mapping[str, Any]) -> None:
        """Keep a line of ``top_customers``."""
        name = f"top customer {line['rank']}"
        self.put(f"{name} is", identity_of(line))
        self.put(f"{name} total_revenue", self.money(line["total_revenue"]))
        self.put(f"{name} order_count", line["order_count"])
        self.put(f"{name} share", percent(line["share"]))

    def put_segment(self, line: Mapping[str, Any]) -> None:
        """Keep a line of ``customer_segments``."""
        name = f"segment {line['segment_name']}"
        self.put(f"{name} customer_count", line["customer_count"])
        self.put(f"{name} total_revenue", self.money(line["total_revenue"]))
        average = line["average_revenue_per_customer"]
        self.put(f"{name} average_revenue_per_customer", self.money(average))
        for position, customer in enumerate(line["top_customers"], 1):
            revenue = self.money(customer["total_revenue"])
            self.put(
                f"{name} top {position}",
                f"{identity_of(customer)}: {revenue} in {customer['order_count']}",
            )


def quantized(number: float | Decimal, step: Decimal) -> Decimal:
    """Return a number with a fixed number of decimals."""
    number = number if isinstance(number, Decimal) else exact(number)
    # Adding zero turns a negative zero into zero.
    return number.quantize(step, rounding=ROUND_HALF_UP) + 0


def percent(number: float | Decimal) -> Decimal:
    """Return a percentage with the decimals it is compared to."""
    return quantized(number, PERCENT)


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
    #: A failed figure has nothing to compare.
    failed: bool = False

    @property
    def differs(self) -> bool:
        """Whether the figure is wrong."""
        return not self.failed and self.stored != self.recomputed

    @property
    def verdict(self) -> str:
        """The last column."""
        if self.failed:
            return "FAILED"
        return "DIFFERS" if self.differs else "ok"


def compare(
    stored: Figures, recomputed: Figures, failed: Iterable[str] = ()
) -> list[Row]:
    """Put two sources side by side; what only one of them has, differs."""
    names = [*recomputed, *(name for name in stored if name not in recomputed)]
    return [
        Row(name, stored.get(name), recomputed.get(name), failed=name in failed)
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


class Server:
    """A ZenooClient after login, used in the safe way only.

    Raw ``execute_kw`` with an explicit context for every call; no cache, no batches,
    no typed models.
    """

    def __init__(self, client: Any, uid: int) -> None:
        self._client = client
        self.uid = uid
        self.context: dict[str, Any] = {}

    async def call(
        self,
        model: str,
        method: str,
        args: Sequence[Any] = (),
        kwargs: Mapping[str, Any] | None = None,
        **context: Any,
    ) -> Any:
        """Call a method; ``context`` comes on top of the common one."""
        from zenoo_rpc.exceptions import AccessError, ZenooError

        context = {**self.context, **context}
        try:
            return await self._client.execute_kw(
                model, method, list(args), dict(kwargs or {}), context=context
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
                [chunk],
                {"fields": list(fields), "load": ""},
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
    ) -> AsyncIterator[list[dict[str, Any]]]:
        """Yield all records of a domain, archived ones too, by ascending id.

        Each page starts after the last id of the one before, so that nothing comes
        twice and nothing is skipped when records appear or vanish in between.
        """
        last = 0
        while True:
            rows = await self.call(
                model,
                "search_read",
                [[*domain, ["id", ">", last]]],
                {
                    "fields": list(fields),
                    "order": "id",
                    "limit": PAGE_SIZE,
                    "load": "",
                },
                active_test=False,
            )
            for row in rows:
                if row["id"] <= last:
                    raise CheckError(f"{model}: the server returned ids out of order")
                last = row["id"]
            if rows:
                yield rows
            if len(rows) < PAGE_SIZE:
                return

    async def partners(
        self, domain: Sequence[Any], fields: Sequence[str]
    ) -> dict[int, dict[str, Any]]:
        """Return the readable partners of a domain by id."""
        found = {}
        async for rows in self.pages("res.partner", domain, fields):
            found.update((row["id"], row) for row in rows)
        return found


def chunks(ids: Iterable[int]) -> Iterator[list[int]]:
    """Cut ids into lists short enough for one domain."""
    ids = list(ids)
    for start in range(0, len(ids), CHUNK_SIZE):
        yield ids[start : start + CHUNK_SIZE]


async def login(client: Any, options: Options) -> Server:
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
    return Server(client, client.uid)


# ----------------------------------------------------------------------
# What is stored
# ----------------------------------------------------------------------

OVERVIEW_FIELDS = (
    "total_revenue",
    "total_orders",
    "average_order_value",
    "new_customers",
    "conversion_rate",
    "customer_count",
)
REQUEST_FIELDS = (
    "date_from",
    "date_to",
    "timezone",
    "period_type",
    "measure",
    "top_limit",
    "company_id",
    "company_order",
    "team_ids",
    "user_ids",
    "partner_ids",
    "filter_domain",
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
            "revenue",
            "order_count",
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
            "total_revenue",
            "order_count",
            "share",
        ),
    ),
    "segment_ids": (
        "sale.dashboard.segment",
        (
            "segment_name",
            "customer_count",
            "total_revenue",
            "average_revenue_per_customer",
            "top_customers",
        ),
    ),
}
#: Of the request, under the same name in record and payload.
ECHOED_FIELDS = ("timezone", "period_type", "measure", "company_id", "currency_id")
#: Section of ``errors`` -> the figures that are missing when it failed.
FAILED_FIGURES = {"new_customers": "new_customers", "conversion": "conversion_rate"}


@dataclass
class Answer:
    """A stored dashboard and, when it was asked for just now, its payload."""

    record: dict[str, Any]
    lines: dict[str, list[dict[str, Any]]]
    payload: dict[str, Any] | None = None

    @property
    def errors(self) -> dict[str, str]:
        """The sections the server could not compute, each with its sentence."""
        return self.record["errors"] or {}

    @property
    def failed(self) -> set[str]:
        """The figures that are missing because their section failed."""
        return {FAILED_FIGURES.get(section, section) for section in self.errors}

    @property
    def computed_at(self) -> datetime:
        """When the server computed it, naive UTC."""
        return datetime.fromisoformat(self.record["generated_at"])

    def request(self) -> Request:
        """Return what the record says it was asked."""
        record = self.record
        return Request(
            date_from=date.fromisoformat(record["date_from"]),
            date_to=date.fromisoformat(record["date_to"]),
            timezone=record["timezone"],
            period_type=record["period_type"],
            measure=record["measure"],
            top_limit=record["top_limit"],
            company_id=record["company_id"],
            company_ids=tuple(record["company_order"]),
            team_ids=tuple(record["team_ids"]),
            user_ids=tuple(record["user_ids"]),
            partner_ids=tuple(record["partner_ids"]),
            domain=parse_domain(record["filter_domain"]),
        )

    def stored_figures(self, rounding: Decimal) -> Figures:
        """Return the figures of the stored record and its lines."""
        sheet = Sheet(rounding)
        sheet.put_overview(self.record, self.failed)
        for position, line in enumerate(self.lines["period_ids"], 1):
            sheet.put_bucket(position, line)
        for line in self.lines["top_customer_ids"]:
            sheet.put_customer({**line, "id": line["partner_id"]})
        for line in self.lines["segment_ids"]:
            sheet.put_segment({**line, "top_customers": line["top_customers"] or []})
        return sheet.figures

    def payload_figures(self, rounding: Decimal) -> Figures:
        """Return the figures of the payload, under the same names."""
        sheet = Sheet(rounding)
        sheet.put_overview(self.payload["overview"], self.failed)
        for position, line in enumerate(self.payload["sales_by_period"], 1):
            sheet.put_bucket(position, line)
        for line in self.payload["top_customers"]:
            sheet.put_customer(line)
        for line in self.payload["customer_segments"]:
            sheet.put_segment(line)
        return sheet.figures

    def stored_facts(self) -> Figures:
        """Return what the record says beside its figures."""
        record = self.record
        return {
            "id": record["id"],
            "period": f"{record['date_from']} .. {record['date_to']}",
            "company_ids": str(record["company_order"]),
            "currency_factors": str(record["currency_factors"] or {}),
            "errors": str(self.errors),
            "generated_at": record["generated_at"],
            **{name: record[name] for name in ECHOED_FIELDS},
        }

    def payload_facts(self) -> Figures:
        """Return the same as :meth:`stored_facts` out of the payload."""
        payload = self.payload
        overview = payload["overview"]
        return {
            "id": payload["id"],
            "period": f"{overview['period_start']} .. {overview['period_end']}",
            "company_ids": str(payload["company_ids"]),
            "currency_factors": str(payload["currency_factors"]),
            "errors": str(payload["errors"]),
            "generated_at": payload["generated_at"].replace("T", " ").rstrip("Z"),
            **{name: payload[name] for name in ECHOED_FIELDS},
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
    fields = [*OVERVIEW_FIELDS, *REQUEST_FIELDS, *LINE_MODELS]
    fields += ["currency_id", "currency_factors", "generated_at", "errors"]
    (record,) = await server.read("sale.dashboard", [dashboard_id], fields)
    lines = {
        name: await server.read(model, record[name], columns)
        for name, (model, columns) in LINE_MODELS.items()
    }
    return Answer(record, lines)


async def ask(server: Server, request: Request, refresh: bool) -> Answer:
    """Let the server compute a dashboard, or return it from its own cache."""
    arguments = {
        "date_from": request.date_from.isoformat(),
        "date_to": request.date_to.isoformat(),
        "period_type": request.period_type,
        "compare": "none",
        "measure": request.measure,
        "top_limit": request.top_limit,
        "timezone": request.timezone,
    }
    generated = await server.call(
        "sale.dashboard", "generate", [], {**arguments, "refresh": refresh}
    )
    if not isinstance(generated, int):
        raise CheckError(f"sale.dashboard.generate returned {generated!r}, not an id")
    payload = await server.call(
        "sale.dashboard", "generate_dashboard_data", [], arguments
    )
    # Orders that changed in between make the second call store a new record.
    answer = await read_answer(server, payload["id"])
    answer.payload = payload
    return answer


# ----------------------------------------------------------------------
# What the raw records say
# ----------------------------------------------------------------------


async def read_terms(server: Server, request: Request, day: date) -> Terms:
    """Read currencies and rates, and work out the company factors.

    :param day: the UTC date the rates are taken at
    """
    companies = {
        row["id"]: row
        for row in await server.read(
            "res.company", request.company_ids, ["currency_id", "root_id"]
        )
    }
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
    return Terms(currency["name"], exact(currency["rounding"]), factors)


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
        [[["currency_id", "=", currency], ["company_id", "=", company], *domain]],
        {"fields": ["name", "rate"], "order": order, "limit": 1},
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
        chosen = await server.partners(
            [["id", "in", list(request.partner_ids)]], ["commercial_partner_id"]
        )
        entities = sorted({row["commercial_partner_id"] for row in chosen.values()})
        contacts = await server.partners(
            [["commercial_partner_id", "in", entities]], ["id"]
        )
        domain.append(["partner_id", "in", list(contacts)])
    return [*domain, *request.domain]


async def read_book(
    server: Server, request: Request, terms: Terms, domain: Sequence[Any]
) -> Book:
    """Add up the confirmed orders of the period."""
    book = Book(request, terms)
    domain = [
        ["state", "=", "sale"],
        ["date_order", ">=", book.start],
        ["date_order", "<", book.end],
        *domain,
    ]
    fields = [
        "date_order",
        "company_id",
        "partner_id",
        "currency_rate",
        MEASURES[request.measure],
    ]
    async for orders in server.pages("sale.order", domain, fields):
        for order in orders:
            book.add(order)
    return book


async def read_customers(server: Server, book: Book) -> list[Customer]:
    """Return the customers of the period, best first, ties by id.

    A customer is a commercial entity. Contacts and entities the user may not read
    are no customers of his; their orders are in the totals only.
    """
    commercial: dict[int, int] = {}
    for chunk in chunks(book.by_contact):
        contacts = await server.partners(
            [["id", "in", chunk]], ["commercial_partner_id"]
        )
        for contact, row in contacts.items():
            commercial[contact] = row["commercial_partner_id"]
    sums = book.by_customer(commercial)
    customers = []
    for chunk in chunks(sums):
        entities = await server.partners(
            [["id", "in", chunk]], ["name", "email", "is_company"]
        )
        customers += [
            Customer(
                id=id_,
                name=row["name"] or "",
                email=row["email"] or "",
                is_company=row["is_company"],
                revenue=sums[id_].revenue,
                order_count=sums[id_].order_count,
            )
            for id_, row in entities.items()
        ]
    customers.sort(key=lambda customer: (-customer.revenue, customer.id))
    return customers


async def count_new_customers(
    server: Server, request: Request, customers: Sequence[Customer]
) -> int:
    """Count the customers without any earlier confirmed order, filters aside."""
    start, _end = period_bounds(request)
    known: set[int] = set()
    for chunk in chunks(customer.id for customer in customers):
        contacts = await server.partners(
            [["commercial_partner_id", "in", chunk]], ["commercial_partner_id"]
        )
        entity = {id_: row["commercial_partner_id"] for id_, row in contacts.items()}
        # Each round leaves out the customers found in the one before, so that few
        # rounds do, however many orders a customer has.
        while entity:
            orders = await server.call(
                "sale.order",
                "search_read",
                [
                    [
                        ["state", "=", "sale"],
                        ["company_id", "in", list(request.company_ids)],
                        ["date_order", "<", start],
                        ["partner_id", "in", list(entity)],
                    ]
                ],
                {
                    "fields": ["partner_id"],
                    "order": "id",
                    "limit": PAGE_SIZE,
                    "load": "",
                },
            )
            if not orders:
                break
            found = {entity[order["partner_id"]] for order in orders}
            known |= found
            entity = {id_: owner for id_, owner in entity.items() if owner not in found}
    return len(customers) - len(known)


async def read_conversion(
    server: Server, request: Request, domain: Sequence[Any]
) -> Decimal:
    """Return the confirmed share of the orders created in the period, in percent."""
    start, end = period_bounds(request)
    created = confirmed = 0
    domain = [["create_date", ">=", start], ["create_date", "<", end], *domain]
    async for orders in server.pages("sale.order", domain, ["state"]):
        created += len(orders)
        confirmed += sum(order["state"] == "sale" for order in orders)
    return ratio(Decimal(confirmed), Decimal(created))


def ratio(part: Decimal, whole: Decimal) -> Decimal:
    """Return a share in percent, 0 of nothing."""
    return 100 * part / whole if whole else Decimal(0)


async def recompute(
    server: Server, request: Request, terms: Terms, computed_at: datetime
) -> Figures:
    """Compute every figure of a request from the raw records.

    :param computed_at: when the stored figures were computed; it decides which
        buckets were still running
    """
    domain = await filter_domain(server, request)
    book = await read_book(server, request, terms, domain)
    customers = await read_customers(server, book)
    overview = {
        "total_revenue": book.total.revenue,
        "total_orders": book.total.order_count,
        "average_order_value": divide(
            book.total.revenue, book.total.order_count, terms.rounding
        ),
        "customer_count": len(customers),
        "new_customers": await count_new_customers(server, request, customers),
        "conversion_rate": await read_conversion(server, request, domain),
    }
    today = local_day(computed_at, parse_zone(request.timezone))
    sheet = Sheet(terms.rounding)
    sheet.put_overview(overview)
    for position, bucket in enumerate(book.buckets, 1):
        sheet.put_bucket(position, {**vars(bucket), "running": bucket.date_to >= today})
    for rank, customer in enumerate(customers[: request.top_limit], 1):
        share = ratio(customer.revenue, book.total.revenue)
        sheet.put_customer({**customer.line(), "rank": rank, "share": share})
    for name, members in segments(customers):
        revenue = sum((customer.revenue for customer in members), Decimal(0))
        sheet.put_segment(
            {
                "segment_name": name,
                "customer_count": len(members),
                "total_revenue": revenue,
                "average_revenue_per_customer": divide(
                    revenue, len(members), terms.rounding
                ),
                "top_customers": [
                    customer.line() for customer in members[:SEGMENT_STORED]
                ],
            }
        )
    return sheet.figures


# ----------------------------------------------------------------------
# The check
# ----------------------------------------------------------------------


async def resolve(server: Server, options: Options) -> Request:
    """Fill in what the command line left open, and set the common context."""
    (user,) = await server.read("res.users", [server.uid], ["company_id", "tz", "lang"])
    company_ids = options.company_ids or (user["company_id"],)
    if user["lang"]:
        server.context["lang"] = user["lang"]
    server.context["allowed_company_ids"] = list(company_ids)
    zone = options.timezone or user["tz"] or await company_zone(server, company_ids[0])
    server.context["tz"] = zone
    today = local_day(utc_now(), parse_zone(zone))
    date_to = options.date_to or max(today, options.date_from or today)
    return Request(
        date_from=options.date_from or date_to - timedelta(days=29),
        date_to=date_to,
        timezone=zone,
        period_type=options.period_type,
        measure=options.measure,
        top_limit=options.top_limit,
        company_id=company_ids[0],
        company_ids=company_ids,
    )


async def company_zone(server: Server, company_id: int) -> str:
    """Return the zone of a company, for users without one."""
    (company,) = await server.read("res.company", [company_id], ["partner_id"])
    (partner,) = await server.read("res.partner", [company["partner_id"]], ["tz"])
    return partner["tz"] or "UTC"


def utc_now() -> datetime:
    """Return the present, naive UTC."""
    return datetime.now(timezone.utc).replace(tzinfo=None)


def local_day(instant: datetime, zone: ZoneInfo) -> date:
    """Return the calendar day of a zone a naive UTC instant lies in."""
    return _to_local(instant, zone).date()


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
        return EXIT_UNCHECKED if self.answer.errors else EXIT_EQUAL


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
    recomputed = await recompute(server, request, terms, answer.computed_at)
    stored = answer.stored_figures(terms.rounding)
    rows = compare(stored, recomputed, answer.failed)
    rows = [*terms_rows(await stored_terms(server, answer), terms), *rows]
    if asked:
        rows = [*request_rows(request, asked), *rows]
    payload_rows = []
    if answer.payload is not None:
        shown = {name: value for name, value in stored.items() if is_shown(name)}
        shown.update(answer.stored_facts())
        own = answer.payload_figures(terms.rounding) | answer.payload_facts()
        payload_rows = [
            replace(row, name=f"payload: {row.name}") for row in compare(shown, own)
        ]
    return Report(answer, request, terms, rows, payload_rows, notes)


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
    return [
        Row(name, str(getattr(stored, name)), str(getattr(asked, name)))
        for name in (
            "date_from",
            "date_to",
            "timezone",
            "period_type",
            "measure",
            "top_limit",
            "company_id",
            "company_ids",
        )
    ]


async def check_stored(server: Server, dashboard_id: int) -> Report:
    """Check a stored dashboard as it is."""
    answer = await read_answer(server, dashboard_id)
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
    report = await inspect(server, await ask(server, asked, refresh=False), asked)
    for _attempt in range(RECHECKS):
        if not report.differing:
            return report
        before = report.recomputed
        report = await inspect(server, await ask(server, asked, refresh=True), asked)
        if report.recomputed == before:
            return report
    if report.differing:
        raise CheckError(
            f"orders kept changing while they were read, and {len(report.differing)}"
            f" figures with them ({report.differing[0].name}, ...): check a closed"
            " period, or at a quiet time"
        )
    return report


def render(report: Report) -> str:
    """Return the table and the verdict as text."""
    request, answer = report.request, report.answer
    lines = [
        f"sale.dashboard {answer.record['id']}: {request.date_from} .. "
        f"{request.date_to} {request.timezone}, {request.period_type}, "
        f"{request.measure}, companies {list(request.company_ids)}, "
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


def build_parser() -> argparse.ArgumentParser:
    """Return the command line."""
    parser = argparse.ArgumentParser(
        description="Recompute a sales dashboard from raw orders over RPC, and"
        " compare. Exit status: 0 all equal, 1 a figure differs, 2 could not check.",
        epilog="The password or API key is read from ODOO_PASSWORD.",
        # --password must not be taken for --password-file
        allow_abbrev=False,
    )
    add = parser.add_argument
    add("--url", required=True, type=parse_url, help="http(s)://HOST[:PORT]")
    add("--database", required=True)
    add("--login", required=True)
    add(
        "--password-file",
        type=Path,
        help="file with the password or API key, instead of ODOO_PASSWORD",
    )
    add("--password", nargs="?", const="", help=argparse.SUPPRESS)
    add("--date-from", type=parse_day, help="first day (30 days up to the last)")
    add("--date-to", type=parse_day, help="last day, included (today)")
    add("--period-type", choices=PERIOD_TYPES, default="daily")
    add("--measure", choices=tuple(MEASURES), default="untaxed")
    add(
        "--company-ids",
        type=parse_ids,
        default=(),
        help="for example 1,2; the first sets the currency (the user's default)",
    )
    add("--timezone", help="IANA name (the user's, else the company's, else UTC)")
    add("--top-limit", type=int, default=10, help="number of top customers (10)")
    add(
        "--dashboard-id",
        type=int,
        help="check this stored record instead of asking for a fresh one",
    )
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


async def verify(options: Options) -> Report:
    """Log in, check one dashboard, and log out."""
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
        server = await login(client, options)
        if options.dashboard_id is not None:
            return await check_stored(server, options.dashboard_id)
        return await check_fresh(server, options)
    finally:
        await client.close()


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
    secret = ""
    try:
        secret = read_secret(given.pop("password_file"))
        report = asyncio.run(verify(Options(secret=secret, **given)))
        sys.stdout.write(render(report))
        sys.stdout.flush()
        return report.exit_code
    except CheckError as error:
        complain(f"could not check: {printable(str(error))}", secret)
    except KeyboardInterrupt:
        complain("could not check: interrupted", secret)
    except Exception:  # noqa: BLE001
        # Whatever it is, it is no verdict: exit status 1 is kept for that.
        complain(f"could not check, unexpected:\n{traceback.format_exc()}", secret)
    return EXIT_UNCHECKED


def complain(text: str, secret: str) -> None:
    """Write to standard error, without the secret."""
    if secret:
        text = text.replace(secret, "***")
    sys.stderr.write(f"verify_rpc: {text.rstrip()}\n")


if __name__ == "__main__":
    sys.exit(main())
