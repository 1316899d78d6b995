"""Recency, frequency, monetary: scores of a period's customers, and their groups.

DEFINITIONS, section 6: R = days from a customer's last order to the period's last day
(fewer is better), F = orders, M = revenue, all in the period. A score is
``5 - floor(5 k / n)`` where k of the n customers are strictly better.
"""

from bisect import bisect_right
from collections import Counter
from functools import cache
from itertools import chain, pairwise, product, repeat
from operator import neg
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


# Full fifths of all that are better, by each measure -> Scores; thousands share them.
_SCORES = {
    fifths: Scores(*(5 - fifth for fifth in fifths))
    for fifths in product(range(5), repeat=3)
}


def score(days, order_counts, units):
    """Scores of customers, given as parallel lists, the largest revenue first.

    :param days: from the last order to the period's last day
    :rtype: list[Scores]
    """
    if not days:
        return []
    fifths = zip(
        _fifths(days),
        _fifths(order_counts, reverse=True),
        _fifths_of_falling(units),
        strict=True,
    )
    return list(map(_SCORES.__getitem__, fifths))


def _fifths(values, reverse=False):
    """``floor(5 k / n)`` of each of n values, k of which are better; few are distinct.

    :param bool reverse: larger ones are better, not smaller ones
    """
    counts = Counter(values)
    fifth_of, better = {}, 0
    for value in sorted(counts, reverse=reverse):
        fifth_of[value] = 5 * better // len(values)
        better += counts[value]
    return map(fifth_of.__getitem__, values)


def _fifths_of_falling(values):
    """As :func:`_fifths` where larger is better, of values from the largest on.

    The fifth is j or more where ``k >= j n / 5``: after the last that is equal to the
    value at place ``ceil(j n / 5)``.
    """
    n = len(values)
    lasts = (values[-(-j * n // 5) - 1] for j in range(1, 5))
    ends = (bisect_right(values, -last, key=neg) for last in lasts)
    runs = pairwise((0, *ends, n))
    return chain.from_iterable(
        repeat(fifth, end - start) for fifth, (start, end) in enumerate(runs)
    )


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
