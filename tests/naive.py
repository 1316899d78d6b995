"""The figures once more, in the plainest Python there is, to compare with.

Nothing here is taken from the addon: DEFINITIONS.md was read again, and every rule is
written the slow and obvious way, with fractions. If the two disagree, one is wrong.
"""

from calendar import monthrange
from datetime import date, datetime, timedelta, timezone
from fractions import Fraction
from math import floor
from zoneinfo import ZoneInfo

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


# ----------------------------------------------------------------------
# Days
# ----------------------------------------------------------------------


def offset_at(instant, zone):
    """Offset of a zone at an instant (naive UTC)."""
    return instant.replace(tzinfo=timezone.utc).astimezone(zone).utcoffset()


def local_at(instant, zone):
    """What the clocks of a zone show at an instant (naive UTC)."""
    return instant + offset_at(instant, zone)


def first_instant(local, zone):
    """The first instant at which the clocks show ``local`` or later.

    A zone is a list of stretches of time with one offset each: in every stretch around
    the wanted time, see when the clocks get there.
    """
    begin, end = local - 30 * HOUR, local + 54 * HOUR
    while begin < end:
        offset = offset_at(begin, zone)
        following = begin + HOUR
        if offset_at(following, zone) != offset:
            before = begin
            while following - before > timedelta(seconds=1):
                middle = before + timedelta(
                    seconds=int((following - before).total_seconds()) // 2
                )
                if offset_at(middle, zone) == offset:
                    before = middle
                else:
                    following = middle
        reached = max(begin, local - offset)
        if reached < following:
            return reached
        begin = following
    raise AssertionError(f"{local} never comes in {zone}")


def day_start(day, zone):
    return first_instant(datetime(day.year, day.month, day.day), zone)


def bucket_key(day, period_type):
    if period_type == "monthly":
        return f"{day.year:04}-{day.month:02}"
    if period_type == "weekly":
        year, week, _weekday = day.isocalendar()
        return date.fromisocalendar(year, week, 1).isoformat()
    return day.isoformat()


def bucket_days(first, last, period_type):
    """Key -> the asked days that are in it, day by day."""
    found = {}
    day = first
    while day <= last:
        found.setdefault(bucket_key(day, period_type), []).append(day)
        day += DAY
    return found


def whole_bucket(key, period_type):
    """All days of a bucket."""
    if period_type == "monthly":
        year, month = map(int, key.split("-"))
        return [
            date(year, month, number)
            for number in range(1, monthrange(year, month)[1] + 1)
        ]
    first = date.fromisoformat(key)
    count = 7 if period_type == "weekly" else 1
    return [first + number * DAY for number in range(count)]


def months_away(day, months):
    index = day.year * 12 + day.month - 1 + months
    year, month = index // 12, index % 12 + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def unit_of(day, unit):
    """First and last day of a month, quarter or year."""
    if unit == "month":
        months = [day.month]
    elif unit == "quarter":
        quarter = (day.month - 1) // 3
        months = [3 * quarter + 1, 3 * quarter + 2, 3 * quarter + 3]
    else:
        months = list(range(1, 13))
    return (
        date(day.year, months[0], 1),
        date(day.year, months[-1], monthrange(day.year, months[-1])[1]),
    )


UNITS = {"month": 1, "quarter": 3, "year": 12}


def compared_days(first, last, compare, today):
    if compare == "none":
        return None
    if compare == "previous_year":
        return months_away(first, -12), months_away(last, -12)
    if compare == "same_weekdays":
        return first - 364 * DAY, last - 364 * DAY
    for unit in UNITS:
        if (first, last) == unit_of(first, unit):
            return unit_of(first - DAY, unit)
    if last == today:
        for unit, months in UNITS.items():
            if first == unit_of(today, unit)[0]:
                return months_away(first, -months), months_away(last, -months)
    days = (last - first).days + 1
    return first - days * DAY, first - DAY


# ----------------------------------------------------------------------
# Money
# ----------------------------------------------------------------------


def nearest(number):
    """The nearest integer, halves away from zero."""
    number = Fraction(number)
    return (1 if number >= 0 else -1) * floor(abs(number) + Fraction(1, 2))


def revenue(amount, rate, factor, unit):
    """Units of an amount; ``rate`` 0 or None counts as 1."""
    rate = Fraction(rate) if rate else Fraction(1)
    return nearest(Fraction(amount) / rate * Fraction(factor) / Fraction(unit))


# ----------------------------------------------------------------------
# Customers
# ----------------------------------------------------------------------


def ranked(customers):
    """Ids of ``{id: (units, orders)}``, the largest revenue first."""
    return sorted(customers, key=lambda one: (-customers[one][0], one))


def segments(customers):
    """Name -> ids in rank order; without the empty ones."""
    r = sorted((units for units, _orders in customers.values()), reverse=True)
    n = len(r)
    if not n:
        return {}
    high = r[floor(Fraction(1, 10) * n)] if n > 10 else r[0]
    medium = r[floor(Fraction(3, 10) * n)] if n > 3 else r[n - 1]
    found = {"High Value": [], "Medium Value": [], "Low Value": []}
    for one in ranked(customers):
        units = customers[one][0]
        if units >= high:
            found["High Value"].append(one)
        elif units >= medium:
            found["Medium Value"].append(one)
        else:
            found["Low Value"].append(one)
    return {name: ids for name, ids in found.items() if ids}


def rfm_group(recency, frequency, money):
    """What the readme says of the three scores."""
    if min(recency, frequency, money) >= 4:
        return "champion"
    if min(recency, frequency) >= 3:
        return "loyal"
    if recency >= 4:
        return "promising"
    if recency == 3:
        return "needs_attention"
    return "at_risk" if frequency >= 3 else "hibernating"


def scores(customers):
    """RFM of ``{id: (days, orders, units)}``: ``{id: (r, f, m)}``."""
    n = len(customers)
    found = {}
    for one, (days, orders, units) in customers.items():
        better = (
            len([1 for other in customers.values() if other[0] < days]),
            len([1 for other in customers.values() if other[1] > orders]),
            len([1 for other in customers.values() if other[2] > units]),
        )
        found[one] = tuple(5 - floor(Fraction(5 * k, n)) for k in better)
    return found


def bridge(current, previous, new_ids, effect):
    """Exact parts before any rounding: ``{part: Fraction}``."""
    parts = dict.fromkeys(
        ("new", "returning", "lost", "volume", "size", "currency"), Fraction(0)
    )
    for one, (units, orders) in current.items():
        if one in previous:
            r0, n0 = previous[one]
            volume = Fraction((orders - n0) * r0, n0)
            parts["volume"] += volume
            parts["size"] += units - r0 - volume
        elif one in new_ids:
            parts["new"] += units
        else:
            parts["returning"] += units
    for one, (units, _orders) in previous.items():
        if one not in current:
            parts["lost"] -= units
    parts["currency"] += effect
    return parts


def change(current, previous):
    """Percent, or False without a base."""
    if not previous:
        return False
    return float(100 * (Fraction(current) - previous) / abs(Fraction(previous)))


def zone(name):
    return ZoneInfo(name)
