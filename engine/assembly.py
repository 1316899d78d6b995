"""The core figures out of the rows of the one query: pure, exact, no side effects."""

from dataclasses import dataclass

from . import customers as ranking
from .money import divide_half_away


@dataclass(frozen=True)
class Core:
    """Everything the core pass says; money in units (see :mod:`.money`).

    ``points`` runs parallel to the request's buckets: ``(units, order_count)`` each.
    ``hidden`` is the one row ``(units, order_count)`` of orders whose customer the
    viewer may not see: part of the totals, of no ranking and no segment.
    """

    units: int
    order_count: int
    average_units: int
    customer_count: int
    points: tuple
    top_customers: tuple
    segments: tuple
    hidden: tuple


def assemble_core(total, points, customers, hidden, bucket_count, top_limit):
    """Assemble the core figures.

    :param tuple total: ``(units, order_count)`` of the period
    :param dict points: bucket index from 0 -> ``(units, order_count)``; sparse
    :param customers: iterable of :class:`~.customers.CustomerRevenue`
    :param tuple hidden: see :class:`Core`
    :param int bucket_count: number of buckets of the request
    :param int top_limit: how many top customers
    :rtype: Core
    """
    units, order_count = total
    ranked = ranking.rank(customers)
    return Core(
        units=units,
        order_count=order_count,
        average_units=average(units, order_count),
        customer_count=len(ranked),
        points=tuple(points.get(index, (0, 0)) for index in range(bucket_count)),
        top_customers=tuple(ranked[:top_limit]),
        segments=tuple(ranking.segments(ranked)),
        hidden=hidden,
    )


def average(units, count):
    """Units per order, rounded once, half away from zero; 0 without orders."""
    return divide_half_away(units, count) if count else 0


def percentage(part, whole):
    """``part`` of ``whole`` in percent; 0 of nothing."""
    return 100.0 * part / whole if whole else 0.0
