"""Calendar days of a zone, the instants they begin at, and the buckets of a curve.

Everything the dashboard says about time comes from here. Instants are naive UTC
datetimes, as Odoo stores them; intervals are half open (``start <= t < end``).
"""

from bisect import bisect_right
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from functools import cache
from itertools import repeat
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import pytz

PERIOD_TYPES = ("daily", "weekly", "monthly")
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Bucket:
    """One point of the curve.

    ``key`` is ``YYYY-MM-DD`` (daily), the ISO week's Monday (weekly) or ``YYYY-MM``
    (monthly). ``date_from`` and ``date_to`` are the days of the asked period that lie
    in it (both included); ``start`` and ``end`` the same as instants.
    ``partial``: the asked period cuts it. ``running``: its last day is not over yet.
    """

    key: str
    date_from: date
    date_to: date
    start: datetime
    end: datetime
    partial: bool
    running: bool


def day_start(day, zone):
    """The first instant of the calendar day ``day`` in ``zone``.

    :param datetime.date day: the day
    :param zoneinfo.ZoneInfo zone: the zone
    :return: naive UTC datetime
    """
    return instant_of(datetime.combine(day, time.min), zone)


def instant_of(local, zone):
    """The instant at which the clocks of ``zone`` first show ``local``.

    A local time that the clocks skip means the first instant after the gap; one that
    comes twice means the earlier.

    :param datetime local: naive local time
    :return: naive UTC datetime
    """
    # fold=0 is the earlier of two; for a missing time it is the instant counted with
    # the offset from before the gap, which need not be the gap's end.
    aware = local.replace(tzinfo=zone, fold=0)
    instant = aware.astimezone(timezone.utc)
    if instant.astimezone(zone).replace(tzinfo=None, fold=0) != local:
        instant = _end_of_gap(aware)
    return instant.replace(tzinfo=None)


def days_before(instants, last, first, zone):
    """How many days each instant's local day is before ``last``.

    Far faster than asking the zone for each of thousands.

    :param instants: iterable of naive UTC, all on the days ``first`` .. ``last``
    :param date last: the day counted from
    :rtype: list[int]
    """
    count = (last - first).days + 1
    starts = [day_start(first + number * ONE_DAY, zone) for number in range(count)]
    return [count - number for number in map(bisect_right, repeat(starts), instants)]


def _end_of_gap(missing):
    """The instant at which the clocks jump over the local time ``missing``."""
    zone = missing.tzinfo
    before = missing.replace(fold=1).astimezone(timezone.utc)
    after = missing.replace(fold=0).astimezone(timezone.utc)
    old_offset = before.astimezone(zone).utcoffset()
    while after - before > timedelta(seconds=1):
        middle = before + (after - before) // 2
        middle = middle.replace(microsecond=0)
        if middle <= before:
            break
        if middle.astimezone(zone).utcoffset() == old_offset:
            before = middle
        else:
            after = middle
    return after


def period_bounds(date_from, date_to, zone):
    """Instants between which the days ``date_from`` .. ``date_to`` lie.

    :return: ``(start, end)``, naive UTC, half open
    """
    return day_start(date_from, zone), day_start(date_to + ONE_DAY, zone)


def local_time(now, zone):
    """What the clocks of ``zone`` show at ``now`` (naive UTC), naive."""
    return now.replace(tzinfo=timezone.utc).astimezone(zone).replace(tzinfo=None)


def local_today(now, zone):
    """The calendar day that ``now`` (naive UTC) is in ``zone``."""
    return local_time(now, zone).date()


def bucket_start(day, period_type):
    """First calendar day of the bucket that ``day`` is in."""
    if period_type == "weekly":
        return day - timedelta(days=day.weekday())
    if period_type == "monthly":
        return day.replace(day=1)
    return day


def bucket_key(day, period_type):
    """The key of the bucket that ``day`` is in (see :class:`Bucket`)."""
    first = bucket_start(day, period_type)
    return f"{first:%Y-%m}" if period_type == "monthly" else first.isoformat()


def _next_bucket_start(first, period_type):
    if period_type == "weekly":
        return first + timedelta(days=7)
    if period_type == "monthly":
        return (first + timedelta(days=31)).replace(day=1)
    return first + ONE_DAY


def count_buckets(date_from, date_to, period_type):
    """How many buckets :func:`buckets` would make, without making them."""
    first = bucket_start(date_from, period_type)
    if period_type == "monthly":
        months = (date_to.year - first.year) * 12 + date_to.month - first.month
        return months + 1
    return (date_to - first).days // (7 if period_type == "weekly" else 1) + 1


def buckets(date_from, date_to, period_type, zone, today):
    """The dense, ordered buckets of a period; days without sales have theirs too.

    :param datetime.date today: the current day in ``zone``
    :rtype: list[Bucket]
    """
    result = []
    first = bucket_start(date_from, period_type)
    while first <= date_to:
        following = _next_bucket_start(first, period_type)
        day_from = max(first, date_from)
        day_to = min(following - ONE_DAY, date_to)
        result.append(
            Bucket(
                key=bucket_key(first, period_type),
                date_from=day_from,
                date_to=day_to,
                start=day_start(day_from, zone),
                end=day_start(day_to + ONE_DAY, zone),
                partial=(day_from, day_to) != (first, following - ONE_DAY),
                running=day_to >= today,
            )
        )
        first = following
    return result


def is_zone(name):
    """Whether a zone can be asked for: Odoo groups and localises with pytz."""
    return isinstance(name, str) and name in pytz.all_timezones_set


def get_zone(name):
    """The zone called ``name``.

    Whatever Odoo lets people choose, which are the zones of pytz: it brings its own
    files, while a system may leave out the old names, or have none at all.

    :raise zoneinfo.ZoneInfoNotFoundError: if pytz does not know it either
    """
    try:
        return ZoneInfo(name)
    except ZoneInfoNotFoundError:
        if not is_zone(name):
            raise
        return _read_zone(name)


@cache
def _read_zone(name):
    with pytz.open_resource(name) as file:
        return ZoneInfo.from_file(file, key=name)
