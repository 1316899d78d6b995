"""Ranking and segments: what the dashboard says about customers.

A customer is a commercial entity, given as ``CustomerRevenue``; money is in units
(see :mod:`.money`).
"""

from dataclasses import dataclass
from operator import attrgetter
from typing import NamedTuple

from .money import divide_half_away

HIGH_VALUE = "High Value"
MEDIUM_VALUE = "Medium Value"
LOW_VALUE = "Low Value"
SEGMENT_NAMES = (HIGH_VALUE, MEDIUM_VALUE, LOW_VALUE)
SEGMENT_TOP_CUSTOMERS = 5


class CustomerRevenue(NamedTuple):
    """Revenue (units) and confirmed orders of one customer in the period."""

    id: int
    units: int
    order_count: int


@dataclass(frozen=True)
class Segment:
    """Customers of like revenue. ``members`` are in rank order."""

    name: str
    members: tuple
    units: int
    average_units: int

    @property
    def top_customers(self):
        """The best of the segment, at most :data:`SEGMENT_TOP_CUSTOMERS`."""
        return self.members[:SEGMENT_TOP_CUSTOMERS]


def rank(customers):
    """Customers by revenue, the largest first; ties by id.

    :param customers: iterable of :class:`CustomerRevenue`
    """
    by_id = sorted(customers, key=attrgetter("id"))
    return sorted(by_id, key=attrgetter("units"), reverse=True)  # stable: ties by id


def thresholds(ranked):
    """Least revenue of the high and of the medium segment.

    The seed's formulas over ALL customers r[0] >= r[1] >= ... (n of them):
    high = ``r[int(0.1 n)]`` if n > 10 else ``r[0]``; medium = ``r[int(0.3 n)]`` if
    n > 3 else ``r[n-1]``. Integer division, as ``0.3 * n`` is not exact.

    :param ranked: a non-empty result of :func:`rank`
    :return: (high, medium) in units
    """
    n = len(ranked)
    high = ranked[n // 10 if n > 10 else 0]
    medium = ranked[3 * n // 10 if n > 3 else n - 1]
    return high.units, medium.units


def segments(ranked):
    """Split ranked customers into :data:`SEGMENT_NAMES`; empty segments are left out.

    :rtype: list[Segment]
    """
    if not ranked:
        return []
    high, medium = thresholds(ranked)
    members = {name: [] for name in SEGMENT_NAMES}
    for customer in ranked:
        if customer.units >= high:
            members[HIGH_VALUE].append(customer)
        elif customer.units >= medium:
            members[MEDIUM_VALUE].append(customer)
        else:
            members[LOW_VALUE].append(customer)
    return [
        _segment(name, tuple(customers))
        for name, customers in members.items()
        if customers
    ]


def _segment(name, members):
    units = sum(customer.units for customer in members)
    return Segment(
        name=name,
        members=members,
        units=units,
        average_units=divide_half_away(units, len(members)),
    )
