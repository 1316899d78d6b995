"""Working days, pace and projection: pure arithmetic."""

from datetime import date, datetime, timedelta
from fractions import Fraction
from unittest import TestCase

from odoo.addons.sale_dashboard.engine import projection, targets
from odoo.addons.sale_dashboard.engine.errors import InvalidRequest
from odoo.addons.sale_dashboard.engine.targets import DayCount

JUNE = date(2025, 6, 1)  # a Sunday; 21 working days


def june(*numbers):
    return [JUNE.replace(day=number) for number in numbers]


class TestEngineMonths(TestCase):
    def test_months_are_parsed(self):
        self.assertEqual(targets.parse_month("2025-06"), JUNE)
        for bad in (
            *("2025-13", "2025-00", "0000-01", "1899-12", "9001-01", "2025-6"),
            *("2025-06-01", " 2025-06", "2025-06\n", "junk", "", 202506, None, True),
            *(["2025-06"], JUNE, "٢٠٢٥-٠٦", "２０２５-06"),
        ):
            with self.subTest(bad=bad), self.assertRaises(InvalidRequest) as caught:
                targets.parse_month(bad)
            self.assertEqual(caught.exception.parameter, "month")

    def test_ends_and_shifts(self):
        self.assertEqual(targets.month_end(date(2024, 2, 3)), date(2024, 2, 29))
        self.assertEqual(targets.month_end(date(2025, 12, 31)), date(2025, 12, 31))
        self.assertEqual(targets.shift_month(date(2025, 12, 31), 1), date(2026, 1, 1))
        self.assertEqual(targets.shift_month(date(2025, 1, 31), -1), date(2024, 12, 1))
        self.assertEqual(targets.shift_month(date(2025, 3, 8), -13), date(2024, 2, 1))


class TestEngineWorkingDays(TestCase):
    def days(self, **options):
        return targets.working_days(JUNE, date(2025, 6, 30), **options)

    def test_monday_to_friday_without_a_calendar(self):
        for hours in (None, {}):
            days = self.days(hours=hours)
            self.assertEqual(len(days), 21)
            self.assertEqual({day.weekday() for day in days}, set(range(5)))

    def test_half_a_week(self):
        hours = {(week, day): (8.0, 12.0) for week in (0, 1) for day in (0, 1, 2)}
        self.assertEqual(len(self.days(hours=hours)), 5 + 4 + 4)

    def test_alternating_weeks(self):
        # Odoo: 2025-06-02 is in a week of parity (738673 - 1) // 7 % 2.
        parity = targets.week_parity(date(2025, 6, 2))
        self.assertEqual(targets.week_parity(date(2025, 6, 8)), parity)
        self.assertEqual(targets.week_parity(date(2025, 6, 9)), 1 - parity)
        hours = {(parity, 0): (8.0, 17.0), (1 - parity, 4): (8.0, 17.0)}
        self.assertEqual(self.days(hours=hours), june(2, 13, 16, 27, 30))

    def test_only_a_whole_day_off_is_no_working_day(self):
        def at(day, hour, minute=0):
            return datetime(2025, 6, day, hour, minute)

        hours = {(week, day): (8.0, 17.0) for week in (0, 1) for day in range(5)}
        for time_off, missing in (
            ([(at(9, 0), at(9, 23, 59))], june(9)),
            ([(at(9, 8), at(9, 17))], june(9)),
            ([(at(9, 8), at(9, 16))], []),
            ([(at(9, 12), at(9, 23, 59))], []),
            # Two halves make a whole, in any order; a gap does not.
            ([(at(9, 12), at(9, 18)), (at(9, 7), at(9, 12))], june(9)),
            ([(at(9, 13), at(9, 18)), (at(9, 7), at(9, 12))], []),
            # A short one inside a long one does not end it.
            ([(at(9, 7), at(9, 18)), (at(9, 8), at(9, 9))], june(9)),
            ([(at(6, 12), at(11, 12))], june(9, 10)),
            ([(at(7, 0), at(8, 23))], []),  # a weekend
        ):
            with self.subTest(time_off=time_off):
                days = self.days(hours=hours, time_off=time_off)
                self.assertEqual(len(days), 21 - len(missing))
                self.assertTrue(set(missing).isdisjoint(days))

    def test_work_until_midnight_is_covered_by_a_day_off(self):
        hours = {(week, day): (0.0, 24.0) for week in (0, 1) for day in range(7)}
        off = (datetime(2025, 6, 9), datetime(2025, 6, 9, 23, 59, 59))
        self.assertEqual(len(self.days(hours=hours, time_off=[off])), 29)

    def test_today_remains(self):
        days = self.days()
        for day, gone in ((1, 0), (2, 0), (3, 1), (15, 10), (16, 10), (30, 20)):
            count = targets.count_days(days, date(2025, 6, day))
            self.assertEqual(count, (21, gone))
            self.assertEqual(count.remaining, 21 - gone)
        self.assertEqual(targets.count_days(days, date(2025, 7, 1)).remaining, 0)
        self.assertEqual(targets.count_days(days, date(2025, 5, 31)).gone, 0)


class TestEngineProgress(TestCase):
    def test_progress(self):
        made = targets.progress(2100, 900, DayCount(21, 10))
        self.assertEqual(made.share, 100 * 900 / 2100)
        self.assertEqual(made.expected_share, 100 * 10 / 21)
        self.assertEqual(made.remaining, 1200)
        self.assertEqual(made.needed_per_day, 109)  # 1200 / 11 = 109.09
        self.assertEqual(made.status, targets.ON_TRACK)

    def test_needed_is_rounded_half_away(self):
        for missing, needed in ((3, 2), (5, 3), (4, 2), (1, 1)):
            made = targets.progress(10, 10 - missing, DayCount(20, 18))
            self.assertEqual(made.needed_per_day, needed)

    def test_one_working_days_worth_is_on_track(self):
        # 100 a day; 10 days gone: the pace asks for 1000.
        for reached, status in (
            (899, targets.BEHIND),
            (900, targets.ON_TRACK),
            (1000, targets.ON_TRACK),
            (1100, targets.ON_TRACK),
            (1101, targets.AHEAD),
            (2100, targets.AHEAD),
        ):
            made = targets.progress(2100, reached, DayCount(21, 10))
            self.assertEqual(made.status, status, reached)

    def test_edges_of_the_month(self):
        first = targets.progress(2100, 0, DayCount(21, 0))
        self.assertEqual((first.status, first.expected_share), ("on_track", 0))
        self.assertEqual(first.needed_per_day, 100)
        before = targets.progress(2100, 0, DayCount(21, 0), begun=False)
        self.assertIsNone(before.status)
        last = targets.progress(2100, 2100, DayCount(21, 20))
        self.assertEqual((last.status, last.needed_per_day), ("ahead", 0))
        # Nothing is on track any more once no working day remains.
        missed = targets.progress(2100, 2099, DayCount(21, 21))
        self.assertEqual((missed.status, missed.remaining), ("behind", 1))
        self.assertIsNone(missed.needed_per_day)
        beaten = targets.progress(2100, 2101, DayCount(21, 21))
        self.assertEqual(
            (beaten.status, beaten.remaining, beaten.needed_per_day), ("ahead", 0, 0)
        )

    def test_returns_put_a_target_further_away(self):
        made = targets.progress(1000, -100, DayCount(20, 10))
        self.assertEqual(made.share, -10.0)
        self.assertEqual((made.remaining, made.needed_per_day), (1100, 110))
        self.assertEqual(made.status, targets.BEHIND)

    def test_a_month_without_working_days(self):
        made = targets.progress(1000, 10, DayCount(0, 0))
        self.assertIsNone(made.expected_share)
        self.assertIsNone(made.status)
        self.assertIsNone(made.needed_per_day)
        self.assertEqual(made.remaining, 990)

    def test_a_part_says_nothing_of_the_whole(self):
        made = targets.progress(1000, 10, DayCount(20, 10), partial=True)
        self.assertEqual((made.reached, made.share), (10, 1.0))
        self.assertEqual(
            (made.status, made.remaining, made.needed_per_day), (None, None, None)
        )


class TestEngineProjection(TestCase):
    def days(self, month=JUNE):
        first = targets.shift_month(month, -projection.MONTHS_READ)
        return targets.working_days(first, targets.month_end(month))

    def even(self, months=13, amount=100):
        """``amount`` on every working day of so many months before June."""
        first = targets.shift_month(JUNE, -months)
        return {day: amount for day in self.days() if first <= day < JUNE}

    def project(self, revenue, today):
        return projection.project(revenue, self.days(), JUNE, today)

    def test_even_months_go_on_evenly(self):
        revenue = self.even() | {day: 200 for day in june(2, 3, 4, 5, 6)}
        made = self.project(revenue, date(2025, 6, 9))
        # Twice as much a day as ever: the level is free, only the shape repeats.
        self.assertEqual((made.low, made.expected, made.high), (4200, 4200, 4200))
        self.assertEqual((made.base, made.as_of), (1000, date(2025, 6, 6)))
        self.assertEqual((made.error, made.covered, made.tested), (0.0, 12, 12))
        self.assertEqual(made.months, 12)

    def test_today_is_not_in_the_base_but_a_floor(self):
        revenue = self.even() | {day: 200 for day in june(2, 3, 4, 5, 6)}
        revenue[date(2025, 6, 9)] = 9000
        made = self.project(revenue, date(2025, 6, 9))
        self.assertEqual(made.base, 1000)
        self.assertEqual((made.low, made.expected, made.high), (10000, 10000, 10000))

    def test_the_weekend_counts_with_the_days_after_it(self):
        revenue = self.even() | {day: 100 for day in june(2, 3, 4, 5, 6)}
        revenue[date(2025, 6, 1)] = 50  # a Sunday before the first working day
        revenue[date(2025, 6, 7)] = 30
        self.assertEqual(self.project(revenue, date(2025, 6, 8)).base, 550)
        self.assertEqual(self.project(revenue, date(2025, 6, 9)).base, 550)
        self.assertEqual(self.project(revenue, date(2025, 6, 10)).base, 580)

    def test_a_rush_at_the_end_is_learnt(self):
        revenue = {}
        for back in range(1, 14):
            first = targets.shift_month(JUNE, -back)
            days = targets.working_days(first, targets.month_end(first))
            revenue |= {day: 100 for day in days}
            revenue[days[-1]] += 100 * len(days)  # half of the month on its last day
        revenue |= {day: 100 for day in june(2, 3, 4, 5, 6, 9, 10, 11, 12, 13)}
        made = self.project(revenue, date(2025, 6, 16))
        self.assertEqual(made.expected, 4200)

    def test_the_interval_and_how_wrong_it_was(self):
        # Shares at the middle of the month: 0.30, 0.34, ... 0.74.
        revenue = {}
        shares = [Fraction(30 + 4 * index, 100) for index in range(12)]
        months = []
        for back, share in enumerate(shares, start=1):
            first = targets.shift_month(JUNE, -back)
            days = targets.working_days(first, targets.month_end(first))
            revenue[days[0]] = int(share * 10000)
            revenue[days[-1]] = 10000 - int(share * 10000)
            months.append(first)
        revenue[date(2024, 5, 31)] = 1  # so that the oldest month is known in full
        revenue |= {JUNE.replace(day=2): 5000}
        made = self.project(revenue, date(2025, 6, 16))
        self.assertEqual(made.months, 12)
        self.assertEqual(made.expected, round(5000 / 0.52))
        self.assertEqual(made.low, round(5000 / (0.30 + 0.04 * 9.9)))
        self.assertEqual(made.high, round(5000 / (0.30 + 0.04 * 1.1)))
        errors, held = [], 0
        for index, share in enumerate(shares):
            others = sorted(shares[:index] + shares[index + 1 :])
            expected = share / others[5]
            low, high = share / others[9], share / others[1]  # 11 others: exact
            errors.append(abs(expected - 1))
            held += low <= 1 <= high
        self.assertAlmostEqual(made.error, float(100 * sum(errors) / 12), places=9)
        self.assertEqual((made.covered, made.tested), (held, 12))
        self.assertEqual(held, 8)

    def test_half_a_working_day_lies_between_two(self):
        month = projection.PastMonth(100, (10, 30, 60, 100))
        for position, share in (
            (Fraction(0), 0),
            (Fraction(1, 8), Fraction(5, 100)),
            (Fraction(1, 4), Fraction(10, 100)),
            (Fraction(3, 8), Fraction(20, 100)),
            (Fraction(1), 1),
        ):
            self.assertEqual(month.share_at(position), share)

    def test_not_enough_history(self):
        revenue = self.even(months=5) | {day: 100 for day in june(2, 3)}
        self.assertEqual(self.project(revenue, date(2025, 6, 4)), ("too_few_months", 5))
        revenue = self.even(months=6) | {day: 100 for day in june(2, 3)}
        self.assertEqual(self.project(revenue, date(2025, 6, 4)).months, 6)
        self.assertEqual(self.project({}, date(2025, 6, 4)), ("too_few_months", 0))

    def test_a_month_that_began_in_the_middle_is_not_full(self):
        revenue = self.even(months=6) | {day: 100 for day in june(2, 3)}
        oldest = min(revenue)
        del revenue[oldest]
        self.assertEqual(self.project(revenue, date(2025, 6, 4)), ("too_few_months", 5))
        revenue[oldest - timedelta(days=40)] = 1
        self.assertEqual(self.project(revenue, date(2025, 6, 4)).months, 6)

    def test_months_without_sales_are_not_used(self):
        revenue = self.even()
        for back in (2, 5):
            month = targets.shift_month(JUNE, -back)
            for day in [one for one in revenue if one.replace(day=1) == month]:
                del revenue[day]
        returned = targets.shift_month(JUNE, -7)
        revenue[returned] = -1000000
        revenue |= {day: 100 for day in june(2, 3)}
        self.assertEqual(self.project(revenue, date(2025, 6, 4)).months, 9)

    def test_too_early_or_nothing_reached(self):
        revenue = self.even() | {day: 100 for day in june(1, 2)}
        self.assertEqual(self.project(revenue, date(2025, 6, 2)), ("too_early", 12))
        self.assertEqual(
            self.project(self.even(), date(2025, 6, 10)), ("nothing_reached", 12)
        )
        revenue = self.even() | {date(2025, 6, 3): -5}
        self.assertEqual(
            self.project(revenue, date(2025, 6, 10)), ("nothing_reached", 12)
        )

    def test_months_that_had_nothing_by_then_bound_nothing(self):
        revenue = self.even()
        for back in range(1, 5):
            month = targets.shift_month(JUNE, -back)
            for day in [one for one in revenue if one.replace(day=1) == month]:
                if day.day < 25:
                    del revenue[day]
        revenue |= {day: 100 for day in june(2, 3)}
        self.assertEqual(self.project(revenue, date(2025, 6, 4)), ("too_irregular", 12))

    def test_all_working_days_gone(self):
        # May 2026 ends on a Sunday: only a weekend is left of it.
        may = date(2026, 5, 1)
        days = self.days(may)
        revenue = {day: 100 for day in days if day < date(2026, 5, 30)}
        made = projection.project(revenue, days, may, date(2026, 5, 30))
        self.assertEqual((made.low, made.expected, made.high), (2100, 2100, 2100))

    def test_quantiles(self):
        numbers = [Fraction(n) for n in (10, 20, 30, 40)]
        self.assertEqual(projection.quantile(numbers, Fraction(1, 2)), 25)
        self.assertEqual(projection.quantile(numbers, Fraction(0)), 10)
        self.assertEqual(projection.quantile(numbers, Fraction(1)), 40)
        self.assertEqual(projection.quantile(numbers, Fraction(1, 10)), 13)
        self.assertEqual(projection.quantile(numbers[:1], Fraction(9, 10)), 10)
