"""When a mail is due: clocks that change, ends of months, leap years."""

from datetime import date, datetime, timedelta
from unittest import TestCase
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.addons.sale_dashboard.engine import schedule as engine
from odoo.addons.sale_dashboard.engine.schedule import (
    Schedule,
    local_time,
    period_days,
)

PARIS = ZoneInfo("Europe/Paris")
NEW_YORK = ZoneInfo("America/New_York")
ZONES = (
    "Africa/Cairo",  # changes its clocks at midnight
    "America/New_York",
    "America/Sao_Paulo",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",  # by half an hour
    "Europe/Paris",
    "Pacific/Apia",  # left a day out
    "UTC",
)
KINDS = (
    engine.DAILY,
    engine.WEEKDAYS,
    engine.WEEKLY,
    engine.MONTHLY,
    engine.MONTHLY_LAST_WORKING_DAY,
)


def at(text):
    return datetime.fromisoformat(text)


class TestSchedule(TestCase):
    def check(self, schedule, after, *expected):
        for one in expected:
            following = schedule.next_after(at(after))
            self.assertEqual(following, at(one))
            self.assertEqual(schedule.latest_until(following), following)
            after = one

    def test_eight_stays_eight_when_the_clocks_change(self):
        # Clocks go forward on 30 March 2025 and back on 26 October.
        self.check(
            Schedule(engine.DAILY, PARIS, 8),
            "2025-03-28 12:00",
            "2025-03-29 07:00",
            "2025-03-30 06:00",
        )
        self.check(
            Schedule(engine.DAILY, PARIS, 8),
            "2025-10-24 12:00",
            "2025-10-25 06:00",
            "2025-10-26 07:00",
        )

    def test_an_hour_that_the_clocks_skip_is_due_after_the_gap(self):
        # 2:30 does not exist in Paris that night: the clocks go from 2:00 to 3:00.
        self.check(
            Schedule(engine.DAILY, PARIS, 2.5),
            "2025-03-29 12:00",
            "2025-03-30 01:00",
            "2025-03-31 00:30",
        )

    def test_an_hour_that_comes_twice_is_due_once(self):
        self.check(
            Schedule(engine.DAILY, PARIS, 2.5),
            "2025-10-25 12:00",
            "2025-10-26 00:30",
            "2025-10-27 01:30",
        )
        self.check(
            Schedule(engine.DAILY, NEW_YORK, 1.5),
            "2025-11-01 12:00",
            "2025-11-02 05:30",
            "2025-11-03 06:30",
        )

    def test_midnight_where_the_clocks_skip_it(self):
        # Cairo, 25 April 2025: after 23:59 comes 1:00.
        self.check(
            Schedule(engine.DAILY, ZoneInfo("Africa/Cairo"), 0),
            "2025-04-24 12:00",
            "2025-04-24 22:00",
            "2025-04-25 21:00",
        )

    def test_a_day_that_a_zone_left_out(self):
        # Samoa had no 30 December 2011; 8:00 was 18:00 UTC before, and is since.
        self.check(
            Schedule(engine.DAILY, ZoneInfo("Pacific/Apia"), 8),
            "2011-12-28 19:00",
            "2011-12-29 18:00",
            "2011-12-30 18:00",
        )

    def test_weekdays_and_weekly(self):
        # 7 November 2025 is a Friday.
        self.check(
            Schedule(engine.WEEKDAYS, PARIS, 8),
            "2025-11-07 06:59",
            "2025-11-07 07:00",
            "2025-11-10 07:00",
        )
        self.check(
            Schedule(engine.WEEKLY, PARIS, 8.25, weekday=0),
            "2025-11-03 07:15",
            "2025-11-10 07:15",
            "2025-11-17 07:15",
        )

    def test_the_last_day_of_every_month(self):
        self.check(
            Schedule(engine.MONTHLY, ZoneInfo("UTC"), 8, day_of_month=31),
            "2028-01-31 08:00",
            "2028-02-29 08:00",
            "2028-03-31 08:00",
            "2028-04-30 08:00",
        )
        self.check(
            Schedule(engine.MONTHLY, ZoneInfo("UTC"), 8, day_of_month=29),
            "2027-01-29 08:00",
            "2027-02-28 08:00",
            "2027-03-29 08:00",
        )

    def test_the_last_working_day(self):
        # 31 January 2026 is a Saturday.
        self.check(
            Schedule(engine.MONTHLY_LAST_WORKING_DAY, PARIS, 8),
            "2026-01-01 00:00",
            "2026-01-30 07:00",
            "2026-02-27 07:00",
            "2026-03-31 06:00",
        )

    def test_the_last_working_day_of_a_company(self):
        def closed_after_the_20th(first, _last):
            return [first.replace(day=day) for day in range(1, 21)]

        self.check(
            Schedule(
                engine.MONTHLY_LAST_WORKING_DAY,
                PARIS,
                8,
                working_days=closed_after_the_20th,
            ),
            "2026-01-01 00:00",
            "2026-01-20 07:00",
            "2026-02-20 07:00",
        )
        self.check(
            Schedule(
                engine.MONTHLY_LAST_WORKING_DAY,
                PARIS,
                8,
                working_days=lambda first, last: [],
            ),
            "2026-01-01 00:00",
            "2026-01-31 07:00",
        )

    def test_a_missed_night_leaves_the_latest_one(self):
        daily = Schedule(engine.DAILY, PARIS, 8)
        self.assertEqual(
            daily.latest_until(at("2025-11-12 06:59")), at("2025-11-11 07:00")
        )
        self.assertEqual(
            daily.latest_until(at("2025-11-12 07:00")), at("2025-11-12 07:00")
        )

    @settings(max_examples=300, deadline=None, derandomize=True)
    @given(
        kind=st.sampled_from(KINDS),
        zone=st.sampled_from(ZONES),
        minutes=st.integers(0, 24 * 60 - 1),
        weekday=st.integers(0, 6),
        day_of_month=st.integers(1, 31),
        instant=st.datetimes(datetime(1999, 1, 1), datetime(2036, 1, 1)),
    )
    def test_any_schedule(self, kind, zone, minutes, weekday, day_of_month, instant):
        zone = ZoneInfo(zone)
        schedule = Schedule(kind, zone, minutes / 60, weekday, day_of_month)
        due = schedule.next_after(instant)
        self.assertGreater(due, instant)
        # Nothing is due in between, from either side.
        self.assertEqual(schedule.latest_until(due), due)
        self.assertLessEqual(schedule.latest_until(instant), instant)
        self.assertEqual(schedule.next_after(schedule.latest_until(instant)), due)
        second = timedelta(seconds=1)
        self.assertEqual(schedule.next_after(due - second), due)
        local = local_time(due, zone)
        shown = local.hour * 60 + local.minute
        if shown != minutes:
            # Only in a gap: the clocks have just jumped.
            self.assertGreater(local - local_time(due - second, zone), second)
        if kind == engine.WEEKLY and shown == minutes:
            self.assertEqual(local.weekday(), weekday)


class TestPeriodDays(TestCase):
    def check(self, rule, today, first, last, **options):
        self.assertEqual(
            period_days(rule, date.fromisoformat(today), **options),
            (date.fromisoformat(first), date.fromisoformat(last)),
        )

    def test_rules(self):
        self.check(engine.YESTERDAY, "2028-03-01", "2028-02-29", "2028-02-29")
        self.check(engine.LAST_7_DAYS, "2025-01-03", "2024-12-28", "2025-01-03")
        # 5 January 2026 is a Monday, 4 January a Sunday.
        self.check(engine.LAST_WEEK, "2026-01-05", "2025-12-29", "2026-01-04")
        self.check(engine.LAST_WEEK, "2026-01-04", "2025-12-22", "2025-12-28")
        self.check(engine.MONTH_TO_DATE, "2026-07-01", "2026-07-01", "2026-07-01")
        self.check(engine.LAST_MONTH, "2026-01-31", "2025-12-01", "2025-12-31")
        self.check(engine.LAST_MONTH, "2027-03-31", "2027-02-01", "2027-02-28")
        self.check(
            engine.CUSTOM, "2026-01-10", "2025-12-28", "2026-01-10", custom_days=14
        )
        with self.assertRaises(ValueError):
            period_days("tomorrow", date(2026, 1, 1))
