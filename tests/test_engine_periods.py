"""The pure time rules: days of a zone as instants, buckets, and their edges."""

from datetime import date, datetime, timedelta
from unittest import TestCase
from zoneinfo import ZoneInfo

from odoo.addons.sale_dashboard.engine.periods import (
    bucket_key,
    buckets,
    count_buckets,
    day_start,
    local_today,
    period_bounds,
)


def start(day, zone):
    return day_start(date.fromisoformat(day), ZoneInfo(zone))


class TestEnginePeriods(TestCase):
    def test_plain_day(self):
        self.assertEqual(start("2026-01-15", "UTC"), datetime(2026, 1, 15))
        self.assertEqual(start("2026-01-15", "Europe/Paris"), datetime(2026, 1, 14, 23))
        self.assertEqual(
            start("2026-01-15", "Asia/Kathmandu"), datetime(2026, 1, 14, 18, 15)
        )

    def test_clock_changes_make_short_and_long_days(self):
        for zone, day, hours in (
            ("Europe/Paris", "2026-03-29", 23),
            ("Europe/Paris", "2026-10-25", 25),
            ("America/New_York", "2026-03-08", 23),
            ("America/New_York", "2026-11-01", 25),
            ("Australia/Lord_Howe", "2026-10-04", 23.5),
            ("Australia/Lord_Howe", "2026-04-05", 24.5),
        ):
            with self.subTest(zone=zone, day=day):
                first = date.fromisoformat(day)
                begin, end = period_bounds(first, first, ZoneInfo(zone))
                self.assertEqual(end - begin, timedelta(hours=hours))

    def test_missing_midnight_is_the_end_of_the_gap(self):
        # Beirut 2026-03-29: 00:00 -> 01:00; Cairo 2026-04-24 (a Friday) likewise.
        self.assertEqual(start("2026-03-29", "Asia/Beirut"), datetime(2026, 3, 28, 22))
        self.assertEqual(start("2026-04-24", "Africa/Cairo"), datetime(2026, 4, 23, 22))
        # Toronto 1919-03-30: the clocks jumped from 23:30 to 00:30.
        self.assertEqual(
            start("1919-03-31", "America/Toronto"), datetime(1919, 3, 31, 4, 30)
        )

    def test_skipped_day_is_empty(self):
        # Samoa crossed the date line: there was no 30 December 2011.
        begin, end = period_bounds(
            date(2011, 12, 30), date(2011, 12, 30), ZoneInfo("Pacific/Apia")
        )
        self.assertEqual(begin, end)
        self.assertEqual(begin, datetime(2011, 12, 30, 10))

    def test_double_midnight_is_the_earlier(self):
        # Havana 2026-11-01: at 01:00 back to 00:00.
        self.assertEqual(
            start("2026-11-01", "America/Havana"), datetime(2026, 11, 1, 4)
        )
        # St. John's 2010-11-07: at 00:01 back to 23:01 of the day before.
        self.assertEqual(
            start("2010-11-07", "America/St_Johns"), datetime(2010, 11, 7, 2, 30)
        )

    def test_days_follow_each_other_without_gap_or_overlap(self):
        for zone in ("Europe/Paris", "Australia/Lord_Howe", "Africa/Cairo"):
            for offset in range(366):
                day = date(2026, 1, 1) + timedelta(days=offset)
                _begin, end = period_bounds(day, day, ZoneInfo(zone))
                self.assertEqual(end, day_start(day + timedelta(1), ZoneInfo(zone)))

    def test_local_today(self):
        late = datetime(2025, 6, 1, 22, 30)
        self.assertEqual(local_today(late, ZoneInfo("UTC")), date(2025, 6, 1))
        self.assertEqual(local_today(late, ZoneInfo("Europe/Paris")), date(2025, 6, 2))

    def test_daily_buckets_are_dense_and_tile_the_period(self):
        first, last = date(2024, 2, 27), date(2024, 3, 2)
        zone = ZoneInfo("Europe/Paris")
        result = buckets(first, last, "daily", zone, date(2024, 3, 1))
        self.assertEqual(
            [bucket.key for bucket in result],
            ["2024-02-27", "2024-02-28", "2024-02-29", "2024-03-01", "2024-03-02"],
        )
        begin, end = period_bounds(first, last, zone)
        self.assertEqual((result[0].start, result[-1].end), (begin, end))
        for earlier, later in zip(result, result[1:], strict=False):
            self.assertEqual(earlier.end, later.start)
        self.assertFalse(any(bucket.partial for bucket in result))
        self.assertEqual(
            [bucket.running for bucket in result], [False, False, False, True, True]
        )

    def test_weekly_buckets_are_iso_weeks_over_the_new_year(self):
        result = buckets(
            date(2025, 12, 30),
            date(2026, 1, 12),
            "weekly",
            ZoneInfo("UTC"),
            date(2026, 2, 1),
        )
        self.assertEqual(
            [(bucket.key, bucket.partial) for bucket in result],
            [("2025-12-29", True), ("2026-01-05", False), ("2026-01-12", True)],
        )
        self.assertEqual(result[0].date_from, date(2025, 12, 30))
        self.assertEqual(result[-1].date_to, date(2026, 1, 12))

    def test_monthly_buckets(self):
        result = buckets(
            date(2025, 11, 1),
            date(2026, 2, 10),
            "monthly",
            ZoneInfo("UTC"),
            date(2026, 2, 10),
        )
        self.assertEqual(
            [(bucket.key, bucket.partial, bucket.running) for bucket in result],
            [
                ("2025-11", False, False),
                ("2025-12", False, False),
                ("2026-01", False, False),
                ("2026-02", True, True),
            ],
        )

    def test_count_agrees_with_the_buckets(self):
        for period_type in ("daily", "weekly", "monthly"):
            for length in (0, 1, 6, 7, 30, 59, 364, 365, 366, 800):
                first = date(2023, 12, 28)
                last = first + timedelta(days=length)
                result = buckets(first, last, period_type, ZoneInfo("UTC"), first)
                self.assertEqual(count_buckets(first, last, period_type), len(result))

    def test_bucket_key(self):
        self.assertEqual(bucket_key(date(2026, 1, 4), "daily"), "2026-01-04")
        self.assertEqual(bucket_key(date(2026, 1, 4), "weekly"), "2025-12-29")
        self.assertEqual(bucket_key(date(2026, 1, 4), "monthly"), "2026-01")
