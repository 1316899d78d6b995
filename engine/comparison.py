"""Which days a period is compared with, and what a change is.

The rules are DEFINITIONS, section 5.
"""

from calendar import monthrange
from datetime import date, datetime, timedelta, timezone

from .periods import ONE_DAY, day_start, instant_of

UNIT_MONTHS = (1, 3, 12)  # month, quarter, year: tested in this order


def comparison_days(date_from, date_to, compare, today):
    """The days that ``date_from`` .. ``date_to`` are compared with.

    :param str compare: ``none``, ``previous_period``, ``previous_year`` or
        ``same_weekdays``
    :param datetime.date today: the current day in the request's zone
    :return: ``(first, last)``, both included, or None for ``none``
    """
    if compare == "previous_period":
        return _previous_period(date_from, date_to, today)
    if compare == "previous_year":
        return _shift_months(date_from, -12), _shift_months(date_to, -12)
    if compare == "same_weekdays":
        year = timedelta(days=364)
        return date_from - year, date_to - year
    return None


def _previous_period(date_from, date_to, today):
    for months in UNIT_MONTHS:
        first, last = _unit(date_from, months)
        if (date_from, date_to) == (first, last):
            return _unit(first - ONE_DAY, months)
    if date_to == today:
        for months in UNIT_MONTHS:
            if date_from == _unit(today, months)[0]:
                return _shift_months(date_from, -months), _shift_months(
                    date_to, -months
                )
    length = date_to - date_from
    return date_from - length - ONE_DAY, date_from - ONE_DAY


def _unit(day, months):
    """First and last day of the month, quarter or year that ``day`` is in."""
    first = date(day.year, (day.month - 1) // months * months + 1, 1)
    end = first.replace(month=first.month + months - 1)
    return first, end.replace(day=monthrange(end.year, end.month)[1])


def _shift_months(day, months):
    """The same day number some months away, clipped to that month's last day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    month += 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def comparison_end(last, date_to, now, zone):
    """The instant at which the comparison ends.

    Where the period ends today, the comparison ends at the same local time of day:
    half a day is not compared with a whole one.

    :param last: last day of the comparison
    :param date_to: last day of the period
    :param datetime now: naive UTC
    :return: naive UTC, exclusive
    """
    local_now = now.replace(tzinfo=timezone.utc).astimezone(zone)
    if date_to != local_now.date():
        return day_start(last + ONE_DAY, zone)
    return instant_of(datetime.combine(last, local_now.time()), zone)


def change(current, previous):
    """Relative change in percent, or None where the base is zero.

    :param current: figure of the period
    :param previous: its counterpart
    """
    if not previous:
        return None
    return 100.0 * (current - previous) / abs(previous)
