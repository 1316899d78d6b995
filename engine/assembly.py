"""The figures out of the rows of the queries: pure, exact, no side effects."""

from dataclasses import dataclass, field
from itertools import repeat
from operator import add, itemgetter
from typing import NamedTuple

from .customers import Ranking, rank, segments
from .money import divide_half_away


class Sum(NamedTuple):
    """Revenue in units (see :mod:`.money`) and the orders it is made of."""

    units: int = 0
    order_count: int = 0

    def __add__(self, other):
        return Sum(self.units + other.units, self.order_count + other.order_count)


NOTHING = Sum()
_units, _order_count = itemgetter(0), itemgetter(1)  # of a Sum, faster than by name


def make_sums(units, order_counts):
    """A :class:`Sum` of each pair, in half the time of calling it.

    :rtype: iterator of Sum
    """
    return map(tuple.__new__, repeat(Sum), zip(units, order_counts, strict=True))


def add_up(sums):
    """The sum of thousands, without one for each on the way.

    :param sums: collection of :class:`Sum`
    """
    return Sum(sum(map(_units, sums)), sum(map(_order_count, sums)))


class Conversion(NamedTuple):
    """Orders created, and how many of them are converted."""

    converted: int = 0
    created: int = 0

    def __add__(self, other):
        return Conversion(
            self.converted + other.converted, self.created + other.created
        )

    @property
    def rate(self):
        """In percent; 0 of nothing."""
        return percentage(self.converted, self.created)


@dataclass(frozen=True)
class CoreRows:
    """What one pass over the orders of a span reads.

    :param Sum total: all of them
    :param dict points: index of a bound of the span, from 0 -> Sum; sparse
    :param dict customers: id of a customer the viewer may see -> Sum
    :param Sum hidden: the orders of all other customers
    :param dict users: salesperson id (False: nobody) -> Sum
    :param dict teams: team id (False: none) -> Sum
    :param dict countries: country id (False: unknown or hidden customer) -> Sum
    :param dict pairs: (company id, currency id) of the orders -> Sum
    :param dict first_points: id of a customer -> index of the bound of the first order
    :param dict last_orders: id of a customer -> instant of the last order, naive UTC
    :param dict effects: id of a customer (False: all hidden ones) -> units by which
        revenue as booked exceeds that at the comparison's rates; sparse
    """

    total: Sum
    points: dict
    customers: dict
    hidden: Sum
    users: dict = field(default_factory=dict)
    teams: dict = field(default_factory=dict)
    countries: dict = field(default_factory=dict)
    pairs: dict = field(default_factory=dict)
    first_points: dict = field(default_factory=dict)
    last_orders: dict = field(default_factory=dict)
    effects: dict = field(default_factory=dict)

    def __add__(self, later):
        """These orders and those of another pass over the same span's bounds."""
        return CoreRows(
            total=self.total + later.total,
            hidden=self.hidden + later.hidden,
            first_points=_merge(min, self.first_points, later.first_points),
            last_orders=_merge(max, self.last_orders, later.last_orders),
            **{
                name: _merge(add, getattr(self, name), getattr(later, name))
                for name in (
                    *("points", "customers", "users", "teams", "countries", "pairs"),
                    "effects",
                )
            },
        )


@dataclass(frozen=True)
class Core:
    """Everything the core pass says of one span.

    ``points`` runs parallel to the request's buckets. ``ranking`` are all visible
    customers, the best first. ``rows`` are the rows it was made from.
    """

    rows: CoreRows
    average_units: int
    points: tuple
    ranking: Ranking
    segments: tuple

    @property
    def total(self):
        return self.rows.total

    @property
    def customer_count(self):
        return len(self.rows.customers)


def assemble_core(rows, buckets):
    """Assemble the core figures of a span.

    :param CoreRows rows: see there
    :param buckets: the span's buckets; None where there is none
    :rtype: Core
    """
    ranking = rank(rows.customers)
    return Core(
        rows=rows,
        average_units=average(*rows.total),
        points=tuple(
            rows.points.get(index, NOTHING) if bucket else None
            for index, bucket in enumerate(buckets)
        ),
        ranking=ranking,
        segments=tuple(segments(ranking)),
    )


def _merge(function, figures, others):
    """Two dicts as one; ``function`` of two values for a key that both have.

    The first one may be large, the second is small.
    """
    merged = dict(figures)
    for key, value in others.items():
        merged[key] = function(merged[key], value) if key in merged else value
    return merged


def average(units, count):
    """Units per order, rounded once, half away from zero; 0 without orders."""
    return divide_half_away(units, count) if count else 0


def percentage(part, whole):
    """``part`` of ``whole`` in percent; 0 of nothing."""
    return 100.0 * part / whole if whole else 0.0
