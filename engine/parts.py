"""What is over is read once, kept, and added to.

An order is dated by its confirmation, so that what moves is nearly always today. The
orders of the days before (a span's *closed* part) are read once; after a change, only
those of the day that may still move (its *open* part) are read anew, and added. Sums
are exact, so that the two together are what one reading of the whole span gives.

Whether something kept is still right is not decided here; see
``sale.dashboard.part``.
"""

import sys
from array import array
from base64 import b64decode, b64encode
from dataclasses import replace
from datetime import datetime
from fractions import Fraction
from operator import add

from .assembly import CoreRows, Sum, make_sums
from .periods import ONE_DAY, day_start, local_today

SEPARATOR = ","
# Those of CoreRows with few keys, each a JSON type.
SUMS = ("points", "users", "teams", "countries")


class Parts:
    """The closed parts of one answer: what was kept, and what is to be kept.

    ``closed`` has the closed rows of a side once they are known: side ->
    :class:`CoreRows`. ``added`` is what is to be kept: name -> ``(until, JSON value,
    whether it goes by the orders' creation)``, where everything in it is dated before
    ``until``.

    :param zone: zone of the days; None: nothing is kept, and all of a span is open
    :param today: the day that may still move
    :param dict found: name -> ``(until, JSON value)``
    """

    def __init__(self, zone=None, today=None, found=None):
        self._zone = zone
        self._today_start = zone and day_start(today, zone)
        self._found = found or {}
        self.closed = {}
        self.added = {}

    def split(self, span):
        """The closed and the open part of a span, each with all of its bounds.

        The comparison with a day that is not over ends during its last day, every time
        a little later: that day is open, too.

        :return: ``(Span, Span)``, None for what there is not
        """
        if not span or not self._zone:
            return None, span
        last_day = day_start(span.date_to, self._zone)
        is_whole = span.end >= day_start(span.date_to + ONE_DAY, self._zone)
        until = min(span.end if is_whole else last_day, self._today_start)
        if until <= span.start:
            return None, span
        if until >= span.end:
            return span, None
        return replace(span, end=until), replace(span, start=until)

    def closed_end(self, instant=None):
        """The start of an instant's day, or of the day that may still move.

        None where nothing is kept.
        """
        if instant is None:
            return self._today_start
        day = local_today(instant, self._zone)
        return min(day_start(day, self._zone), self._today_start)

    def find(self, name, span):
        """What is kept of a closed part under a name, or None."""
        until, value = self._found.get(name, (None, None))
        return value if span and until == span.end else None

    def collect(self, name, span, read):
        """What is read of a span: of its closed part what is kept, if there is.

        :param read: function of a part of the span that gives a JSON value; of the
            closed one, that is kept
        :return: list of such values, which together are of the span
        """
        closed, pending = self.split(span)
        found = []
        if closed:
            value = self.find(name, closed)
            if value is None:
                value = read(closed)
                self.keep(name, closed, value)
            found.append(value)
        if pending:
            found.append(read(pending))
        return found

    def keep(self, name, span, value, by_creation=False):
        """Have a JSON value kept under a name.

        :param Span span: the closed part that it was read of
        :param by_creation: whether it is of all orders created then, not of sales
        """
        self.added[name] = (span.end, value, by_creation)


def pack_rows(rows):
    """A :class:`CoreRows` without its effects in JSON types.

    Thousands of customers go by columns, each of them one text: to read numbers and
    strings one by one takes longer than the database needs for a day's orders.
    """
    ids = list(rows.customers)
    return {
        "total": rows.total,
        "hidden": rows.hidden,
        "ids": pack_numbers(ids),
        "first_points": pack_numbers(map(rows.first_points.__getitem__, ids)),
        "last_orders": SEPARATOR.join(
            map(datetime.isoformat, map(rows.last_orders.__getitem__, ids))
        ),
        "customers": _pack_figures(rows.customers.values()),
        **{
            name: {"keys": list(sums), "figures": _pack_figures(sums.values())}
            for name, sums in ((name, getattr(rows, name)) for name in SUMS)
        },
        "pairs": {
            "keys": list(rows.pairs),
            "figures": _pack_figures(rows.pairs.values()),
        },
    }


def unpack_rows(value):
    """The :class:`CoreRows` that :func:`pack_rows` was given, without effects."""
    ids = unpack_numbers(value["ids"])
    texts = value["last_orders"].split(SEPARATOR) if ids else ()
    return CoreRows(
        total=Sum(*value["total"]),
        hidden=Sum(*value["hidden"]),
        customers=dict(zip(ids, _unpack_figures(value["customers"]), strict=True)),
        first_points=dict(zip(ids, unpack_numbers(value["first_points"]), strict=True)),
        last_orders=dict(zip(ids, map(datetime.fromisoformat, texts), strict=True)),
        pairs=_unpack_sums(map(tuple, value["pairs"]["keys"]), value["pairs"]),
        **{name: _unpack_sums(value[name]["keys"], value[name]) for name in SUMS},
    )


def pack_effects(effects, rates):
    """Currency effects by customer (False: hidden ones) in JSON types.

    :param rates: those they were computed with (JSON types)
    """
    return {
        "rates": rates,
        "ids": pack_numbers(effects),
        "units": pack_numbers(effects.values()),
    }


def unpack_effects(value):
    """The effects that :func:`pack_effects` was given."""
    ids = (one or False for one in unpack_numbers(value["ids"]))
    return dict(zip(ids, unpack_numbers(value["units"]), strict=True))


def pack_lifetimes(lifetimes):
    """Lifetimes (see :func:`add_lifetimes`) in JSON types."""
    return [
        [customer_id, *figures, first.isoformat(), last.isoformat()]
        for customer_id, (figures, first, last) in lifetimes.items()
    ]


def unpack_lifetimes(rows):
    """The lifetimes that :func:`pack_lifetimes` was given."""
    return {
        customer_id: (Sum(units, count), *map(datetime.fromisoformat, instants))
        for customer_id, units, count, *instants in rows
    }


def add_lifetimes(*parts):
    """What customers ordered, and when first and last, from several parts.

    :param parts: customer id -> ``(Sum, first instant, last)``
    """
    lifetimes = {}
    for part in parts:
        for customer_id, (figures, first, last) in part.items():
            if customer_id in lifetimes:
                others, earliest, latest = lifetimes[customer_id]
                figures += others
                first, last = min(first, earliest), max(last, latest)
            lifetimes[customer_id] = figures, first, last
    return lifetimes


def pack_numbers(numbers):
    """The text for some integers: eight bytes each, in Base64."""
    packed = array("q", numbers)
    if sys.byteorder == "big":
        packed.byteswap()
    return b64encode(packed.tobytes()).decode()


def unpack_numbers(text):
    """The integers that :func:`pack_numbers` was given.

    :rtype: list[int]
    """
    packed = array("q", b64decode(text))
    if sys.byteorder == "big":
        packed.byteswap()
    return packed.tolist()


def add_pairs(*parts):
    """Sums by company and currency, rounded once, as one reading would be.

    :param parts: rows ``[company_id, currency_id, amount, company_amount]``, amounts
        as decimal text
    :return: one such row for each company and currency, amounts as float
    """
    sums = {}
    for company_id, currency_id, *texts in (row for rows in parts for row in rows):
        pair = company_id, currency_id
        amounts = map(Fraction, texts)
        if pair in sums:
            amounts = map(add, sums[pair], amounts)
        sums[pair] = list(amounts)
    return [[*pair, *map(float, sums[pair])] for pair in sorted(sums)]


def _pack_figures(sums):
    sums = list(sums)
    return [
        pack_numbers(figures.units for figures in sums),
        pack_numbers(figures.order_count for figures in sums),
    ]


def _unpack_figures(columns):
    return make_sums(*map(unpack_numbers, columns))


def _unpack_sums(keys, value):
    return dict(zip(keys, _unpack_figures(value["figures"]), strict=True))
