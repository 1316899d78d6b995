"""When a mail is due, and which days it is about.

A schedule is told in local time: "eight o'clock in Paris" stays eight o'clock in Paris
whatever the clocks do. Days are calendar days of the zone; instants are naive UTC. A
time that the clocks skip is due at the first instant after the gap, one that comes
twice is due once, the first time.
"""

from dataclasses import dataclass
from datetime import datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

from .periods import ONE_DAY, day_start, instant_of, local_today
from .targets import month_end, shift_month

DAILY = "daily"
WEEKDAYS = "weekdays"
WEEKLY = "weekly"
MONTHLY = "monthly"
MONTHLY_LAST_WORKING_DAY = "monthly_last_working_day"

YESTERDAY = "yesterday"
LAST_7_DAYS = "last_7_days"
LAST_WEEK = "last_week"
MONTH_TO_DATE = "month_to_date"
LAST_MONTH = "last_month"
CUSTOM = "custom"

# Every month has a day that is due, so two whole ones hold at least one; one day more
# for a zone that has left one out.
LONGEST_WAIT = 64
MINUTES_A_DAY = 24 * 60


def _office_days(first, last):
    """Monday to Friday."""
    days = ((first + offset * ONE_DAY) for offset in range((last - first).days + 1))
    return [day for day in days if day.weekday() < 5]


@dataclass(frozen=True)
class Schedule:
    """On which days, and when, something is due.

    :param str kind: one of the constants above
    :param ZoneInfo zone: whose clocks are meant
    :param float hour: local time of day in hours, ``0 <= hour < 24``; 8.5 is half past
        eight
    :param int weekday: 0 is Monday; for ``weekly``
    :param int day_of_month: 1 to 31, clipped to the month's last day; for ``monthly``
    :param working_days: ``(first, last) -> ascending dates``, both included; for
        ``monthly_last_working_day``
    """

    kind: str
    zone: ZoneInfo
    hour: float
    weekday: int = 0
    day_of_month: int = 1
    working_days: object = _office_days

    def next_after(self, instant):
        """The first instant after ``instant`` at which it is due."""
        # Where the clocks go back at midnight, a day may come twice.
        day = local_today(instant, self.zone) - ONE_DAY
        for offset in range(LONGEST_WAIT):
            due = self._due_on(day + offset * ONE_DAY)
            if due is not None and due > instant:
                return due
        raise AssertionError(f"nothing is due after {instant}: {self}")

    def latest_until(self, instant):
        """The last instant at or before ``instant`` at which it was due."""
        day = local_today(instant, self.zone) + ONE_DAY
        for offset in range(LONGEST_WAIT):
            due = self._due_on(day - offset * ONE_DAY)
            if due is not None and due <= instant:
                return due
        raise AssertionError(f"nothing was due until {instant}: {self}")

    def _due_on(self, day):
        """The instant at which it is due on a day; None where it is not."""
        if not self._includes(day):
            return None
        # Samoa's 30 December 2011: nobody was there to read it.
        if day_start(day, self.zone) == day_start(day + ONE_DAY, self.zone):
            return None
        minutes = min(round(self.hour * 60), MINUTES_A_DAY - 1)
        local = datetime.combine(day, time(minutes // 60, minutes % 60))
        return instant_of(local, self.zone)

    def _includes(self, day):
        if self.kind == WEEKDAYS:
            return day.weekday() < 5
        if self.kind == WEEKLY:
            return day.weekday() == self.weekday
        if self.kind == MONTHLY:
            return day.day == min(self.day_of_month, month_end(day).day)
        if self.kind == MONTHLY_LAST_WORKING_DAY:
            last = month_end(day)
            days = self.working_days(day.replace(day=1), last)
            # A month without any still has its mail.
            return day == (days[-1] if days else last)
        return True


def local_time(instant, zone):
    """What the clocks of a zone show at an instant: naive local datetime."""
    aware = instant.replace(tzinfo=timezone.utc).astimezone(zone)
    return aware.replace(tzinfo=None)


def period_days(rule, today, custom_days=1):
    """The days a mail is about: ``(first, last)``, both included.

    The words mean what they mean on the screen: "last 7 days" end today, weeks begin
    on Monday.

    :param str rule: one of the constants above
    :param datetime.date today: the day on which it was due, in its reader's zone
    :param int custom_days: how many days, up to today, ``custom`` means
    """
    if rule == YESTERDAY:
        return today - ONE_DAY, today - ONE_DAY
    if rule == LAST_7_DAYS:
        return today - 6 * ONE_DAY, today
    if rule == LAST_WEEK:
        monday = today - timedelta(days=today.weekday() + 7)
        return monday, monday + 6 * ONE_DAY
    if rule == MONTH_TO_DATE:
        return today.replace(day=1), today
    if rule == LAST_MONTH:
        first = shift_month(today, -1)
        return first, month_end(first)
    if rule == CUSTOM:
        return today - (custom_days - 1) * ONE_DAY, today
    raise ValueError(rule)
