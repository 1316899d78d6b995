"""Ranking and segments: what the dashboard says about customers.

A customer is a commercial entity. Customers are given as a dict of their ids and
``(units, order_count)``; money is in units (see :mod:`.money`). There are tens of
thousands of them, so nothing here makes an object for each.
"""

from bisect import bisect_right
from dataclasses import dataclass
from itertools import pairwise
from operator import neg
from typing import NamedTuple

from .money import divide_half_away

HIGH_VALUE = "High Value"
MEDIUM_VALUE = "Medium Value"
LOW_VALUE = "Low Value"
SEGMENT_NAMES = (HIGH_VALUE, MEDIUM_VALUE, LOW_VALUE)
SEGMENT_TOP_CUSTOMERS = 5


class Ranking(NamedTuple):
    """Customers by revenue, the largest first, ties by id: two parallel lists."""

    ids: list
    units: list


@dataclass(frozen=True)
class Segment:
    """Customers of like revenue. ``customer_ids`` are in rank order."""

    name: str
    customer_ids: list
    units: int
    average_units: int

    @property
    def top_customer_ids(self):
        """The best of the segment, at most :data:`SEGMENT_TOP_CUSTOMERS`."""
        return self.customer_ids[:SEGMENT_TOP_CUSTOMERS]


def rank(customers):
    """Rank customers.

    :param dict customers: id -> ``(units, order_count)``
    :rtype: Ranking
    """
    ids = sorted(customers)
    units = [customers[one][0] for one in ids]
    # Sorting is stable: ties stay by id.
    order = sorted(range(len(ids)), key=units.__getitem__, reverse=True)
    return Ranking([ids[one] for one in order], [units[one] for one in order])


def thresholds(units):
    """Least revenue of the high and of the medium segment.

    The seed's formulas over ALL customers r[0] >= r[1] >= ... (n of them):
    high = ``r[int(0.1 n)]`` if n > 10 else ``r[0]``; medium = ``r[int(0.3 n)]`` if
    n > 3 else ``r[n-1]``. Integer division, as ``0.3 * n`` is not exact.

    :param units: revenue of each customer, the largest first; not empty
    :return: (high, medium) in units
    """
    n = len(units)
    return units[n // 10 if n > 10 else 0], units[3 * n // 10 if n > 3 else n - 1]


def segments(ranking):
    """Split ranked customers into :data:`SEGMENT_NAMES`; empty segments are left out.

    :param Ranking ranking: result of :func:`rank`
    :rtype: list[Segment]
    """
    ids, units = ranking
    if not ids:
        return []
    # Revenue falls along the ranking: each segment is a slice of it, up to the last
    # customer who reaches its threshold.
    ends = [bisect_right(units, -least, key=neg) for least in thresholds(units)]
    slices = pairwise((0, *ends, len(ids)))
    return [
        _segment(name, ids[first:end], sum(units[first:end]))
        for name, (first, end) in zip(SEGMENT_NAMES, slices, strict=True)
        if first < end
    ]


def _segment(name, customer_ids, units):
    return Segment(
        name=name,
        customer_ids=customer_ids,
        units=units,
        average_units=divide_half_away(units, len(customer_ids)),
    )
