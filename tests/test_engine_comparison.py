"""Which days are compared, bucket counterparts, and what a change is."""

from datetime import date, datetime, timedelta
from unittest import TestCase
from zoneinfo import ZoneInfo

from odoo.addons.sale_dashboard.engine.comparison import (
    change,
    comparison_days,
    comparison_end,
)
from odoo.addons.sale_dashboard.engine.request import parse_request
from odoo.addons.sale_dashboard.engine.scope import make_scope

TODAY = date(2026, 11, 22)


def days(first, last, compare="previous_period", today=TODAY):
    result = comparison_days(
        date.fromisoformat(first), date.fromisoformat(last), compare, today
    )
    return result and tuple(map(str, result))


def scope(first, last, now="2026-11-22 10:42:07", **options):
    request = parse_request(first, last, **options)
    return make_scope(request, "Europe/Paris", (1,), datetime.fromisoformat(now))


class TestEngineComparison(TestCase):
    def test_whole_units_meet_the_whole_unit_before(self):
        for period, expected in (
            (("2026-03-01", "2026-03-31"), ("2026-02-01", "2026-02-28")),
            (("2026-01-01", "2026-01-31"), ("2025-12-01", "2025-12-31")),
            (("2024-02-01", "2024-02-29"), ("2024-01-01", "2024-01-31")),
            (("2026-07-01", "2026-09-30"), ("2026-04-01", "2026-06-30")),
            (("2026-01-01", "2026-03-31"), ("2025-10-01", "2025-12-31")),
            (("2025-01-01", "2025-12-31"), ("2024-01-01", "2024-12-31")),
            (("2026-11-01", "2026-11-30"), ("2026-10-01", "2026-10-31")),
        ):
            self.assertEqual(days(*period), expected)

    def test_running_units_meet_the_same_day_numbers(self):
        for first, expected in (
            ("2026-11-01", ("2026-10-01", "2026-10-22")),
            ("2026-10-01", ("2026-07-01", "2026-08-22")),
            ("2026-01-01", ("2025-01-01", "2025-11-22")),
        ):
            self.assertEqual(days(first, "2026-11-22"), expected)
        # Clipped to the shorter month; and the month wins over quarter and year.
        self.assertEqual(
            days("2026-03-01", "2026-03-30", today=date(2026, 3, 30)),
            ("2026-02-01", "2026-02-28"),
        )
        self.assertEqual(
            days("2026-01-01", "2026-01-10", today=date(2026, 1, 10)),
            ("2025-12-01", "2025-12-10"),
        )

    def test_any_other_period_meets_as_many_days(self):
        self.assertEqual(days("2026-10-24", "2026-11-22"), ("2026-09-24", "2026-10-23"))
        self.assertEqual(days("2026-11-22", "2026-11-22"), ("2026-11-21", "2026-11-21"))
        # The first days of a month that is over are no running month.
        self.assertEqual(days("2026-10-01", "2026-10-15"), ("2026-09-16", "2026-09-30"))

    def test_years_and_weekdays(self):
        self.assertEqual(
            days("2024-02-29", "2024-03-01", "previous_year"),
            ("2023-02-28", "2023-03-01"),
        )
        first, last = days("2026-11-16", "2026-11-22", "same_weekdays")
        self.assertEqual(date.fromisoformat(first).weekday(), 0)
        self.assertEqual((first, last), ("2025-11-17", "2025-11-23"))
        self.assertIsNone(days("2026-11-16", "2026-11-22", "none"))

    def test_today_is_compared_up_to_this_time_of_day(self):
        paris = ZoneInfo("Europe/Paris")
        now = datetime(2026, 11, 22, 10, 42, 7)
        self.assertEqual(
            comparison_end(date(2026, 10, 22), date(2026, 11, 22), now, paris),
            datetime(2026, 10, 22, 9, 42, 7),
        )
        self.assertEqual(
            comparison_end(date(2026, 10, 22), date(2026, 11, 21), now, paris),
            datetime(2026, 10, 22, 22),
        )

    def test_buckets_meet_the_same_offsets(self):
        comparison = scope("2026-11-01", "2026-11-22", period_type="weekly").comparison
        self.assertEqual(
            [(str(one.date_from), str(one.date_to)) for one in comparison.buckets],
            [
                ("2026-10-01", "2026-10-01"),
                ("2026-10-02", "2026-10-08"),
                ("2026-10-09", "2026-10-15"),
                ("2026-10-16", "2026-10-22"),
            ],
        )
        self.assertEqual(comparison.buckets[-1].end, datetime(2026, 10, 22, 9, 42, 7))
        self.assertEqual(comparison.end, comparison.buckets[-1].end)

    def test_beyond_the_comparison_there_is_none(self):
        march = scope("2026-03-01", "2026-03-31").comparison
        self.assertEqual(len(march.buckets), 31)
        self.assertEqual(march.buckets[28:], (None, None, None))
        self.assertEqual(len(march.bounds), 28)
        self.assertEqual(march.end, datetime(2026, 2, 28, 23))

    def test_days_left_over_are_in_no_bucket(self):
        february = scope("2026-02-01", "2026-02-28").comparison
        self.assertEqual(len(february.buckets), 28)
        self.assertEqual(len(february.bounds), 29)
        self.assertEqual(february.bounds[-1], datetime(2026, 1, 28, 23))
        self.assertEqual(february.end, datetime(2026, 1, 31, 23))

    def test_bounds_rise_and_tile_for_every_kind_of_period(self):
        for compare in ("previous_period", "previous_year", "same_weekdays"):
            for period_type in ("daily", "weekly", "monthly"):
                for length in (0, 6, 27, 29, 30, 89, 364, 365, 730):
                    last = TODAY
                    first = last - timedelta(days=length)
                    side = scope(
                        str(first), str(last), period_type=period_type, compare=compare
                    ).comparison
                    self.assertEqual(list(side.bounds), sorted(set(side.bounds)))
                    self.assertEqual(side.bounds[0], side.start)
                    self.assertLess(side.bounds[-1], side.end)
                    present = [one for one in side.buckets if one]
                    for earlier, later in zip(present, present[1:], strict=False):
                        self.assertEqual(earlier.end, later.start)

    def test_change(self):
        self.assertEqual(change(150, 100), 50.0)
        self.assertEqual(change(50, 100), -50.0)
        self.assertIsNone(change(5, 0))
        self.assertEqual(change(-50, -100), 50.0)
        self.assertEqual(change(0, 100), -100.0)
