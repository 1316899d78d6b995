"""What is over is read once, kept, and added to.

An order is dated by its confirmation, so that what moves is nearly always today. The
orders of the days before (a span's *closed* part) are read once; after a change, only
those of the day that may still move (its *open* part) are read anew, and added. Sums
are exact, so that the two together are what one reading of the whole span gives.

Whether something kept is still right is not decided here; see
``sale.dashboard.part``.
"""

from dataclasses import replace
from datetime import datetime
from fractions import Fraction
from operator import add

from .assembly import CoreRows, Sum, make_sums
from .periods import ONE_DAY, day_start

SIDES = ("previous", "current")


class Parts:
    """The closed parts of one answer: what was kept, and what is to be kept.

    ``closed`` has the closed rows of a side once they are known: side ->
    :class:`CoreRows`. ``added`` is what is to be kept: name -> ``(until, JSON value)``,
    where everything in it is dated before ``until``.

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

    def find(self, name, span):
        """What is kept of a closed part under a name, or None."""
        until, value = self._found.get(name, (None, None))
        return value if span and until == span.end else None

    def keep(self, name, span, value):
        """Have a JSON value kept under a name.

        :param Span span: the closed part that it was read of
        """
        self.added[name] = (span.end, value)


def pack_rows(rows):
    """A :class:`CoreRows` without its effects in JSON types, by columns."""
    customers = rows.customers
    return {
        "total": rows.total,
        "hidden": rows.hidden,
        "customers": {
            "id": list(customers),
            "units": [figures.units for figures in customers.values()],
            "orders": [figures.order_count for figures in customers.values()],
            "first": [rows.first_points[one] for one in customers],
            "last": [rows.last_orders[one].isoformat() for one in customers],
        },
        "points": _pack_sums(rows.points),
        "users": _pack_sums(rows.users),
        "teams": _pack_sums(rows.teams),
        "countries": _pack_sums(rows.countries),
        "pairs": _pack_sums(rows.pairs),
    }


def unpack_rows(value):
    """The :class:`CoreRows` that :func:`pack_rows` was given, without effects."""
    columns = value["customers"]
    ids = columns["id"]
    return CoreRows(
        total=Sum(*value["total"]),
        hidden=Sum(*value["hidden"]),
        customers=dict(zip(ids, make_sums(columns["units"], columns["orders"]))),
        first_points=dict(zip(ids, columns["first"])),
        last_orders=dict(zip(ids, map(datetime.fromisoformat, columns["last"]))),
        points=_unpack_sums(value["points"]),
        users=_unpack_sums(value["users"]),
        teams=_unpack_sums(value["teams"]),
        countries=_unpack_sums(value["countries"]),
        pairs={
            tuple(pair): figures
            for pair, figures in zip(
                value["pairs"]["key"], _unpack_figures(value["pairs"])
            )
        },
    )


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


def _pack_sums(sums):
    return {
        "key": list(sums),
        "units": [figures.units for figures in sums.values()],
        "orders": [figures.order_count for figures in sums.values()],
    }


def _unpack_sums(columns):
    return dict(zip(columns["key"], _unpack_figures(columns)))


def _unpack_figures(columns):
    return make_sums(columns["units"], columns["orders"])
