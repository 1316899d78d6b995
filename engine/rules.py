"""Periods that move with the days: what "the last 30 days" are today and tomorrow.

A rule is a list of JSON types: ``["days", n, back]`` are ``n`` days of which the last
is ``back`` days before today; ``["unit", unit, 0]`` is the running week, month, quarter
or year up to today, ``["unit", unit, 1]`` the whole one before; ``["fixed", from, to]``
are two days that stay what they are.
"""

from datetime import timedelta

from .periods import ONE_DAY

DAYS, UNIT, FIXED = "days", "unit", "fixed"
UNIT_MONTHS = {"month": 1, "quarter": 3, "year": 12}
UNITS = ("week", *UNIT_MONTHS)
# Lengths that people mean as such, also where they begin with a month.
USUAL_LENGTHS = (1, 7, 30, 90)
# The names by which the dashboard knows them (static/src/dashboard/periods.js).
PRESETS = {
    "today": [DAYS, 1, 0],
    "yesterday": [DAYS, 1, 1],
    "last_7_days": [DAYS, 7, 0],
    "last_30_days": [DAYS, 30, 0],
    "last_90_days": [DAYS, 90, 0],
    **{f"this_{unit}": [UNIT, unit, 0] for unit in UNITS},
    **{f"last_{unit}": [UNIT, unit, 1] for unit in UNITS},
}
# The granularity that the dashboard chooses for so many days.
AUTO_DAILY_DAYS, AUTO_WEEKLY_DAYS = 62, 400


def resolve(rule, today):
    """The days a rule means.

    :param datetime.date today: in the reader's zone
    :return: ``(first, last)``, both included
    """
    kind, *values = rule
    if kind == DAYS:
        count, back = values
        last = today - back * ONE_DAY
        return last - (count - 1) * ONE_DAY, last
    if kind == UNIT:
        unit, before = values
        first = _unit_start(today, unit)
        return (
            (_unit_start(first - ONE_DAY, unit), first - ONE_DAY)
            if before
            else (
                first,
                today,
            )
        )
    first, last = values
    return type(today).fromisoformat(first), type(today).fromisoformat(last)


def find_rule(date_from, date_to, today, preset=None):
    """The rule by which somebody chose these days on this day.

    :param preset: its name, if he told it; else it is what people mean most often
    """
    candidates = [PRESETS.get(preset)] if preset else []
    days = (date_to - date_from).days + 1
    back = (today - date_to).days
    counted = [DAYS, days, back]
    if back in (0, 1) and days in USUAL_LENGTHS:
        candidates.append(counted)
    candidates += [[UNIT, unit, before] for before in (0, 1) for unit in UNITS]
    if back in (0, 1):
        candidates.append(counted)
    for rule in candidates:
        if rule and resolve(rule, today) == (date_from, date_to):
            return rule
    return [FIXED, date_from.isoformat(), date_to.isoformat()]


def choose_period_type(date_from, date_to):
    """The granularity that fits a period, as the dashboard chooses it."""
    days = (date_to - date_from).days + 1
    if days <= AUTO_DAILY_DAYS:
        return "daily"
    return "weekly" if days <= AUTO_WEEKLY_DAYS else "monthly"


def is_near_in_the_day(one, other, distance):
    """Whether two local times are at most ``distance`` apart on the clock.

    :param datetime one: naive local time
    :param timedelta distance: of less than twelve hours
    """
    day = timedelta(days=1)
    apart = (one - other) % day
    return min(apart, day - apart) <= distance


def _unit_start(day, unit):
    if unit == "week":
        return day - day.weekday() * ONE_DAY
    months = UNIT_MONTHS[unit]
    return day.replace(month=(day.month - 1) // months * months + 1, day=1)
