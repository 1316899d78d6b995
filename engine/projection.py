"""An honest projection of the running month's revenue.

The method. The month stands at the end of its last working day gone: ``k`` of its
``n`` working days. Each past month had, at the same part ``k / n`` of ITS working days
(interpolated between two of them), reached some share of what it ended at. If this
month is like them, it ends at its revenue so far divided by that share: the projection
uses the median share, the interval the 90th (low) and 10th (high) percentile of the
shares. So a business that sells most in the last week is not projected by a straight
line. The month cannot end below what it already has: all three are at least that.

Which months. Of the last twelve those with a positive revenue that are known in full:
the first order seen must not be later than the month's first working day. With fewer
than six nothing is projected.

How wrong it was. Each of these months is projected in turn from the others at the same
position, and compared with what it really was: the mean error in percent, and how many
months ended inside their interval.

What it assumes. The shape of a month repeats; its level may change freely. It knows
nothing of seasons within a month, of open quotations or of one order larger than all
others, and orders cancelled later are missing from the past but not yet from this
month. Few months make a rough interval: that is why it is counted how often it held.

Money is in units (see :mod:`.money`).
"""

from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate
from math import floor
from typing import NamedTuple

from .targets import month_end, shift_month

MONTHS_USED = 12
MONTHS_READ = MONTHS_USED + 1  # the oldest only shows whether the next is known in full
MONTHS_NEEDED = 6
LOW, MIDDLE, HIGH = Fraction(9, 10), Fraction(1, 2), Fraction(1, 10)  # of the shares

TOO_FEW_MONTHS = "too_few_months"
TOO_EARLY = "too_early"
NOTHING_REACHED = "nothing_reached"
TOO_IRREGULAR = "too_irregular"


class NoProjection(NamedTuple):
    """Why there is none, and how many past months could be used."""

    reason: str
    months: int


@dataclass(frozen=True)
class Projection:
    """What the month is expected to end at.

    :param int expected: units
    :param int low: units
    :param int high: units
    :param int base: revenue (units) at the end of ``as_of``, which it is made from
    :param datetime.date as_of: the last working day gone
    :param float error: mean error of the same method in past months, in percent
    :param int covered: past months that ended inside their interval ...
    :param int tested: ... of so many that could be projected
    :param int months: past months the shares are from
    """

    expected: int
    low: int
    high: int
    base: int
    as_of: object
    error: float
    covered: int
    tested: int
    months: int


class PastMonth(NamedTuple):
    """A month that is over: its revenue, and as it stood after each working day."""

    total: int
    standings: tuple

    def share_at(self, position):
        """Share of its revenue the month had at a part 0..1 of its working days."""
        place = position * len(self.standings)
        before = floor(place)
        standings = (0, *self.standings)
        standing = Fraction(standings[before])
        if place > before:
            step = standings[before + 1] - standings[before]
            standing += (place - before) * step
        return standing / self.total


def project(revenue, days, month, today):
    """Project the month that is running.

    :param dict revenue: day -> units, from the first of the oldest of
        :data:`MONTHS_READ` months to ``today``; days without orders may be missing
    :param days: ascending working days from the same day to the end of the month
    :param datetime.date month: first day of the month
    :param datetime.date today: a day of it
    :rtype: Projection | NoProjection
    """
    by_month = {}
    for day in days:
        by_month.setdefault(day.replace(day=1), []).append(day)
    history = past_months(revenue, by_month, month)
    current = by_month.get(month, [])
    gone = [day for day in current if day < today]
    if len(history) < MONTHS_NEEDED:
        return NoProjection(TOO_FEW_MONTHS, len(history))
    if not gone:
        return NoProjection(TOO_EARLY, len(history))
    so_far = _add_up_days(revenue, month)
    base = so_far[gone[-1].day]
    if base <= 0:
        return NoProjection(NOTHING_REACHED, len(history))
    position = Fraction(len(gone), len(current))
    shares = [one.share_at(position) for one in history]
    ends = _ends(base, so_far[today.day], shares)
    tests = _backtest(history, shares) if ends else []
    if not tests:
        return NoProjection(TOO_IRREGULAR, len(history))
    low, expected, high = map(_round_half_away, ends)
    return Projection(
        expected=expected,
        low=low,
        high=high,
        base=base,
        as_of=gone[-1],
        error=float(100 * sum(error for error, _held in tests) / len(tests)),
        covered=sum(held for _error, held in tests),
        tested=len(tests),
        months=len(history),
    )


def past_months(revenue, by_month, month):
    """The months before ``month`` that can be learnt from, the latest first.

    :param dict by_month: first day of a month -> its working days
    :rtype: list[PastMonth]
    """
    first_sale = min(revenue, default=None)
    result = []
    for back in range(1, MONTHS_USED + 1):
        first = shift_month(month, -back)
        days = by_month.get(first)
        so_far = _add_up_days(revenue, first)
        if days and so_far[-1] > 0 and first_sale <= days[0]:
            standings = tuple(so_far[day.day] for day in days)
            result.append(PastMonth(so_far[-1], standings))
    return result


def _add_up_days(revenue, first):
    """Revenue of a month up to and with each day number; 0 at index 0."""
    numbers = range(1, month_end(first).day + 1)
    daily = (revenue.get(first.replace(day=number), 0) for number in numbers)
    return list(accumulate(daily, initial=0))


def _ends(base, reached, shares):
    """``(low, expected, high)`` of a month, or None where the shares allow none."""
    ordered = sorted(shares)
    highest, median, lowest = (quantile(ordered, part) for part in (LOW, MIDDLE, HIGH))
    if lowest <= 0:
        return None
    return tuple(
        max(Fraction(reached), base / share) for share in (highest, median, lowest)
    )


def _backtest(history, shares):
    """Project every past month from the others.

    :return: ``(relative error, held)`` of those the method has an answer for
    """
    result = []
    for index, month in enumerate(history):
        base = shares[index] * month.total
        others = shares[:index] + shares[index + 1 :]
        ends = _ends(base, base, others) if base > 0 else None
        if ends:
            low, expected, high = ends
            error = abs(expected - month.total) / month.total
            result.append((error, low <= month.total <= high))
    return result


def quantile(ordered, part):
    """The ``part`` quantile (0..1), interpolated between neighbours.

    :param ordered: ascending fractions, at least one
    :rtype: fractions.Fraction
    """
    place = part * (len(ordered) - 1)
    before = floor(place)
    after = min(before + 1, len(ordered) - 1)
    return ordered[before] + (place - before) * (ordered[after] - ordered[before])


def _round_half_away(number):
    magnitude = floor(abs(number) + Fraction(1, 2))
    return magnitude if number >= 0 else -magnitude
