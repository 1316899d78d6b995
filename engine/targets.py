"""Monthly targets: working days, the pace they set, and how far a target is.

DEFINITIONS, section 6. Money is in units (see :mod:`.money`); days are calendar days.

A day is a working day if the calendar has working time on it that no time off covers;
half a day counts as one, as in Odoo's own days per week. Today is not gone before it
is over: the pace counts the working days before it, and what is still needed is spread
over today and the working days after it.
"""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from .errors import InvalidRequest
from .money import divide_half_away
from .periods import ONE_DAY

AHEAD = "ahead"
ON_TRACK = "on_track"
BEHIND = "behind"

FIRST_YEAR, LAST_YEAR = 1910, 8999  # a projection looks back from the month

_ISO_MONTH = re.compile(r"(\d{4})-(\d{2})", re.ASCII)
# Time off ends a second before midnight; working time may end at it.
_NEGLIGIBLE = timedelta(minutes=1)


# ----------------------------------------------------------------------
# Months
# ----------------------------------------------------------------------


def parse_month(value):
    """The first day of the month ``YYYY-MM``.

    :raise InvalidRequest: if it is not one, or out of the calendar
    """
    match = _ISO_MONTH.fullmatch(value) if isinstance(value, str) else None
    if match and 1 <= int(match[2]) <= 12:
        first = date(max(int(match[1]), 1), int(match[2]), 1)
        if is_covered(first):
            return first
    raise InvalidRequest("month", "not_a_month", value=str(value)[:40])


def is_covered(day):
    """Whether months of this day's year can be asked for."""
    return FIRST_YEAR <= day.year <= LAST_YEAR


def month_end(day):
    """The last day of the month that ``day`` is in."""
    return day.replace(day=monthrange(day.year, day.month)[1])


def shift_month(day, months):
    """The first day of the month that is ``months`` away from ``day``'s."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, 1)


# ----------------------------------------------------------------------
# Working days
# ----------------------------------------------------------------------

# Without a calendar: Monday to Friday, in both of the weeks that alternate.
OFFICE_HOURS = {(week, day): (9.0, 17.0) for week in (0, 1) for day in range(5)}


def working_days(first, last, hours=None, time_off=()):
    """The working days from ``first`` to ``last``, both included.

    :param dict hours: ``(week, weekday)`` -> ``(opens, closes)`` in hours of the day;
        weeks alternate between 0 and 1 as Odoo counts them, weekday 0 is Monday; None
        or empty: :data:`OFFICE_HOURS`
    :param time_off: ``(start, end)`` local naive datetimes, in any order
    :return: ascending dates
    :rtype: list[datetime.date]
    """
    hours = hours or OFFICE_HOURS
    time_off = sorted(time_off)
    result = []
    for offset in range((last - first).days + 1):
        day = first + offset * ONE_DAY
        opening = hours.get((week_parity(day), day.weekday()))
        if opening and not _is_covered(day, *opening, time_off):
            result.append(day)
    return result


def week_parity(day):
    """Which of two alternating weeks a day is in: Odoo's ``get_week_type``."""
    return (day.toordinal() - 1) // 7 % 2


def _is_covered(day, opens, closes, time_off):
    """Whether time off leaves nothing of a day's opening hours."""
    midnight = datetime.combine(day, time.min)
    reached = midnight + timedelta(hours=opens)
    closing = midnight + timedelta(hours=closes)
    for start, end in time_off:
        if start > reached + _NEGLIGIBLE:
            break
        reached = max(reached, end)
    return reached + _NEGLIGIBLE >= closing


class DayCount(NamedTuple):
    """The working days of a month; today and later ones remain."""

    total: int
    gone: int

    @property
    def remaining(self):
        return self.total - self.gone


def count_days(days, today):
    """Count a month's working days as seen on ``today``.

    :rtype: DayCount
    """
    return DayCount(len(days), sum(day < today for day in days))


# ----------------------------------------------------------------------
# Progress
# ----------------------------------------------------------------------


@dataclass(frozen=True)
class Progress:
    """How far a target is; None is undefined.

    :param int target: units
    :param int reached: units
    :param DayCount days: working days of the target's company
    :param bool partial: only a part of what counts for the target is known
    :param float share: reached, in percent of the target
    :param expected_share: what the pace asks for by now, in percent; None in a month
        without working days
    :param status: :data:`AHEAD`, :data:`ON_TRACK`, :data:`BEHIND` or None
    :param remaining: units still missing, never negative
    :param needed_per_day: units for each remaining working day
    """

    target: int
    reached: int
    days: DayCount
    partial: bool
    share: float
    expected_share: float | None
    status: str | None
    remaining: int | None
    needed_per_day: int | None


def progress(target, reached, days, begun=True, partial=False):
    """How far a target is.

    The pace asks for ``days.gone / days.total`` of the target. On track means at most
    one working day's worth (``target / days.total``) off the pace: that is what today,
    which is in ``reached`` but not gone, may be worth. Ahead is more than that, or the
    whole target; behind is less, or anything short of the target once no working day
    remains.

    :param bool begun: whether the month has begun; before, there is no status
    :param bool partial: ``reached`` is only a part of what counts for the target, so
        that nothing can be said of the whole
    :rtype: Progress
    """
    missing = max(0, target - reached)
    needed = None
    if days.remaining:
        needed = divide_half_away(missing, days.remaining)
    elif not missing:
        needed = 0
    return Progress(
        target=target,
        reached=reached,
        days=days,
        partial=partial,
        share=100.0 * reached / target,
        expected_share=100.0 * days.gone / days.total if days.total else None,
        status=_status(target, reached, days) if begun and not partial else None,
        remaining=None if partial else missing,
        needed_per_day=None if partial else needed,
    )


def _status(target, reached, days):
    if reached >= target:
        return AHEAD
    if not days.total:
        return None
    if not days.remaining:
        return BEHIND
    # All times days.total, so that the comparison is exact.
    if reached * days.total > target * (days.gone + 1):
        return AHEAD
    if reached * days.total < target * (days.gone - 1):
        return BEHIND
    return ON_TRACK
