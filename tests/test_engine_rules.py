"""Periods that move with the days."""

from datetime import date, datetime, timedelta
from unittest import TestCase

from odoo.addons.sale_dashboard.engine.rules import (
    PRESETS,
    choose_period_type,
    find_rule,
    is_near_in_the_day,
    resolve,
)

TODAY = date(2026, 11, 22)  # a Sunday, as in static/tests/dashboard/periods.test.js
DAYS_OF = {
    "today": ("2026-11-22", "2026-11-22"),
    "yesterday": ("2026-11-21", "2026-11-21"),
    "last_7_days": ("2026-11-16", "2026-11-22"),
    "last_30_days": ("2026-10-24", "2026-11-22"),
    "last_90_days": ("2026-08-25", "2026-11-22"),
    "this_week": ("2026-11-16", "2026-11-22"),
    "this_month": ("2026-11-01", "2026-11-22"),
    "this_quarter": ("2026-10-01", "2026-11-22"),
    "this_year": ("2026-01-01", "2026-11-22"),
    "last_week": ("2026-11-09", "2026-11-15"),
    "last_month": ("2026-10-01", "2026-10-31"),
    "last_quarter": ("2026-07-01", "2026-09-30"),
    "last_year": ("2025-01-01", "2025-12-31"),
}


def days(first, last):
    return date.fromisoformat(first), date.fromisoformat(last)


class TestEngineRules(TestCase):
    def test_presets_mean_what_the_page_means(self):
        self.assertEqual(PRESETS.keys(), DAYS_OF.keys())
        for preset, expected in DAYS_OF.items():
            with self.subTest(preset=preset):
                self.assertEqual(resolve(PRESETS[preset], TODAY), days(*expected))
                rule = find_rule(*days(*expected), TODAY, preset)
                self.assertEqual(rule, PRESETS[preset])

    def test_without_its_name(self):
        for first, last, rule in (
            ("2026-11-22", "2026-11-22", ["days", 1, 0]),
            ("2026-11-21", "2026-11-21", ["days", 1, 1]),
            ("2026-10-24", "2026-11-22", ["days", 30, 0]),
            ("2026-10-23", "2026-11-21", ["days", 30, 1]),
            ("2026-11-01", "2026-11-22", ["unit", "month", 0]),
            ("2026-10-01", "2026-10-31", ["unit", "month", 1]),
            ("2026-11-12", "2026-11-22", ["days", 11, 0]),
            ("2026-06-01", "2026-06-30", ["fixed", "2026-06-01", "2026-06-30"]),
            ("2026-11-20", "2026-11-25", ["fixed", "2026-11-20", "2026-11-25"]),
        ):
            self.assertEqual(find_rule(*days(first, last), TODAY), rule)

    def test_a_name_that_does_not_fit_is_not_believed(self):
        for preset in ("last_month", "nonsense"):
            rule = find_rule(*days("2026-11-01", "2026-11-22"), TODAY, preset)
            self.assertEqual(rule, ["unit", "month", 0])

    def test_a_rule_gives_its_days_back_whatever_it_is_called(self):
        for offset in range(800):
            today = TODAY + timedelta(days=offset)
            for rule in PRESETS.values():
                period = resolve(rule, today)
                self.assertEqual(resolve(find_rule(*period, today), today), period)

    def test_granularity(self):
        for count, expected in (
            (62, "daily"),
            (63, "weekly"),
            (400, "weekly"),
            (401, "monthly"),
        ):
            first = TODAY - timedelta(days=count - 1)
            self.assertEqual(choose_period_type(first, TODAY), expected)

    def test_near_on_the_clock(self):
        hour = timedelta(hours=1)
        for one, other, near in (
            ("2026-11-21 08:00", "2026-11-22 07:00", True),
            ("2026-11-21 08:00", "2026-11-22 06:59", False),
            ("2026-11-21 08:00", "2026-11-22 09:00", True),
            ("2026-11-21 23:40", "2026-11-23 00:20", True),
            ("2026-11-21 20:00", "2026-11-22 08:00", False),
        ):
            moments = map(datetime.fromisoformat, (one, other))
            self.assertIs(is_near_in_the_day(*moments, hour), near, (one, other))
