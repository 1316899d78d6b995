"""Recency, frequency, monetary: scores of a period's customers, and their groups.

DEFINITIONS, section 6: R = days from a customer's last order to the period's last day
(fewer is better), F = orders, M = revenue, all in the period. A score is
``5 - floor(5 k / n)`` where k of the n customers are strictly better.
"""

from collections import Counter
from functools import cache
from itertools import product
from typing import NamedTuple

CHAMPION = "champion"
LOYAL = "loyal"
PROMISING = "promising"
NEEDS_ATTENTION = "needs_attention"
AT_RISK = "at_risk"
HIBERNATING = "hibernating"

# group: least and greatest (recency, frequency, monetary); the first that fits wins,
# and together they leave no score out.
GROUPS = (
    (CHAMPION, (4, 4, 4), (5, 5, 5)),
    (LOYAL, (3, 3, 1), (5, 5, 5)),
    (PROMISING, (4, 1, 1), (5, 5, 5)),
    (NEEDS_ATTENTION, (3, 1, 1), (3, 5, 5)),
    (AT_RISK, (1, 3, 1), (2, 5, 5)),
    (HIBERNATING, (1, 1, 1), (2, 5, 5)),
)


class Scores(NamedTuple):
    """1 (weakest) to 5 (strongest) each."""

    recency: int
    frequency: int
    monetary: int


# Thousands of customers share them.
ALL_SCORES = {scores: Scores(*scores) for scores in product(range(1, 6), repeat=3)}


def score(customers):
    """Scores of every customer.

    :param dict customers: customer id -> ``(days, order_count, units)``
    :rtype: dict[int, Scores]
    """
    recency = _ranks([days for days, _orders, _units in customers.values()])
    frequency = _ranks([-orders for _days, orders, _units in customers.values()])
    monetary = _ranks([-units for _days, _orders, units in customers.values()])
    return {
        customer_id: ALL_SCORES[recency[days], frequency[-orders], monetary[-units]]
        for customer_id, (days, orders, units) in customers.items()
    }


def _ranks(values):
    """Value -> score, where smaller values are better."""
    counts = Counter(values)
    ranks = {}
    better = 0
    for value in sorted(counts):
        ranks[value] = 5 - 5 * better // len(values)
        better += counts[value]
    return ranks


@cache  # of the 125 there are
def group_of(scores):
    """The named group of :class:`Scores`."""
    return next(
        name
        for name, least, greatest in GROUPS
        if all(
            low <= value <= high
            for low, value, high in zip(least, scores, greatest, strict=True)
        )
    )
