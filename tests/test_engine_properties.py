"""The pure engine against its definitions, on thousands of examples.

``SALE_DASHBOARD_EXAMPLES`` multiplies the number of examples.
"""

import os
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from unittest import TestCase

import pytz
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odoo.addons.sale_dashboard.engine import money, periods, reconcile, rfm
from odoo.addons.sale_dashboard.engine.assembly import average
from odoo.addons.sale_dashboard.engine.bridge import PARTS, bridge, bridge_members
from odoo.addons.sale_dashboard.engine.comparison import (
    change,
    comparison_days,
    comparison_end,
)
from odoo.addons.sale_dashboard.engine.customers import (
    rank,
    segments,
)
from odoo.addons.sale_dashboard.engine.request import (
    COMPARES,
    MAX_BUCKETS,
    parse_request,
)
from odoo.addons.sale_dashboard.engine.scope import make_scope

from . import naive

MORE = int(os.environ.get("SALE_DASHBOARD_EXAMPLES", "1"))
ODD_ZONES = (
    "Africa/Cairo",
    "Africa/Casablanca",
    "America/Asuncion",
    "America/Havana",
    "America/Nuuk",
    "America/Sao_Paulo",
    "America/St_Johns",
    "Antarctica/Troll",
    "Asia/Beirut",
    "Asia/Kathmandu",
    "Asia/Tehran",
    "Atlantic/Azores",
    "Australia/Eucla",
    "Australia/Lord_Howe",
    "Europe/Dublin",
    "Europe/Paris",
    "Pacific/Apia",
    "Pacific/Chatham",
    "Pacific/Kiritimati",
    "Pacific/Kwajalein",
    "Pacific/Marquesas",
)
PERIOD_TYPES = ("daily", "weekly", "monthly")

days = st.dates(date(1925, 1, 1), date(2090, 12, 31))
zones = st.one_of(st.sampled_from(ODD_ZONES), st.sampled_from(pytz.all_timezones)).map(
    naive.zone
)
units = st.integers(-(10**12), 10**12)
few = st.integers(-500, 500)  # so small that there are ties
counts = st.integers(1, 40)
cents = st.decimals(-(10**9), 10**9, places=2)
# What a double can hold to the cent, whatever is made of it.
amounts = st.integers(-(10**8), 10**8).map(lambda number: Decimal(number) / 100)
near_one = st.integers(1, 10**5).map(lambda number: Decimal(number) / 1000)
rates = st.decimals(Decimal("0.00001"), 20_000, places=8).filter(bool)


def examples(number):
    return settings(
        max_examples=number * MORE,
        deadline=None,
        derandomize=MORE == 1,
        database=None,
        suppress_health_check=list(HealthCheck),
    )


class TestPropertyPeriods(TestCase):
    def check_tiling(self, first, last, period_type, zone, today):
        buckets = periods.buckets(first, last, period_type, zone, today)
        expected = naive.bucket_days(first, last, period_type)
        self.assertEqual([one.key for one in buckets], list(expected))
        self.assertEqual(len(buckets), periods.count_buckets(first, last, period_type))
        start, end = periods.period_bounds(first, last, zone)
        self.assertEqual(start, naive.day_start(first, zone))
        self.assertEqual(end, naive.day_start(last + timedelta(days=1), zone))
        for bucket, inside in zip(buckets, expected.values(), strict=True):
            self.assertEqual(
                (bucket.date_from, bucket.date_to), (inside[0], inside[-1])
            )
            self.assertEqual(bucket.start, start)
            self.assertLessEqual(bucket.start, bucket.end)
            start = bucket.end
            whole = naive.whole_bucket(bucket.key, period_type)
            self.assertEqual(bucket.partial, inside != whole)
            self.assertEqual(bucket.running, bucket.date_to >= today)
        self.assertEqual(start, end)

    @examples(1500)
    @given(days, st.integers(0, 60), st.sampled_from(PERIOD_TYPES), zones, days)
    def test_buckets_tile(self, first, length, period_type, zone, today):
        self.check_tiling(
            first, first + timedelta(days=length), period_type, zone, today
        )

    def test_every_zone_there_is(self):
        """Two years of days in every zone: the clocks change in most."""
        for name in pytz.all_timezones:
            zone = naive.zone(name)
            with self.subTest(zone=name):
                for first, last in (
                    (date(2024, 3, 1), date(2024, 4, 20)),
                    (date(2025, 9, 1), date(2025, 11, 10)),
                ):
                    self.check_tiling(first, last, "weekly", zone, last)

    @examples(1500)
    @given(days, zones)
    def test_a_day_begins_when_the_clocks_first_show_it(self, day, zone):
        self.assertEqual(periods.day_start(day, zone), naive.day_start(day, zone))

    @examples(800)
    @given(st.datetimes(datetime(1925, 1, 1), datetime(2090, 1, 1)), zones)
    def test_an_instant_of_any_local_time(self, local, zone):
        local = local.replace(microsecond=0)
        self.assertEqual(
            periods.instant_of(local, zone), naive.first_instant(local, zone)
        )

    @examples(200)
    @given(
        days,
        st.integers(0, 20),
        zones,
        st.lists(st.floats(0, 0.999), max_size=20),
    )
    def test_days_before(self, first, length, zone, places):
        last = first + timedelta(days=length)
        start, end = periods.period_bounds(first, last, zone)
        instants = [start, *(start + place * (end - start) for place in places)]
        # Where the clocks go back over midnight, the later day has begun all the same.
        begun = [naive.day_start(last - timedelta(days=one), zone) for one in range(21)]
        self.assertEqual(
            periods.days_before(iter(instants), last, first, zone),
            [
                next(ago for ago, begins in enumerate(begun) if begins <= one)
                for one in instants
            ],
        )

    @examples(1000)
    @given(st.datetimes(datetime(1925, 1, 1), datetime(2090, 1, 1)), zones)
    def test_today(self, now, zone):
        self.assertEqual(
            periods.local_today(now, zone), naive.local_at(now, zone).date()
        )


class TestPropertyComparison(TestCase):
    @examples(2000)
    @given(st.data())
    def test_compared_days(self, data):
        today = data.draw(days)
        unit = data.draw(st.sampled_from(("month", "quarter", "year", "none")))
        first = data.draw(days)
        last = first + timedelta(days=data.draw(st.integers(0, 400)))
        if unit != "none":
            first, last = naive.unit_of(first, unit)
            if data.draw(st.booleans()):
                today = last = first + timedelta(days=data.draw(st.integers(0, 364)))
        for compare in COMPARES:
            self.assertEqual(
                comparison_days(first, last, compare, today),
                naive.compared_days(first, last, compare, today),
            )

    @examples(1000)
    @given(
        days,
        st.integers(0, 100),
        st.sampled_from(PERIOD_TYPES),
        st.sampled_from(COMPARES[1:]),
        zones,
        st.integers(-5, 120),
        st.integers(0, 86399),
    )
    def test_counterparts_tile(
        self, first, length, period_type, compare, zone, ago, second
    ):
        last = first + timedelta(days=length)
        now = datetime.combine(first + timedelta(days=ago), datetime.min.time())
        now += timedelta(seconds=second)
        request = parse_request(first, last, period_type, compare)
        scope = make_scope(
            request.__class__(**{**request.__dict__, "timezone": zone.key}),
            "UTC",
            (1,),
            now,
        )
        today = naive.local_at(now, zone).date()
        other_first, other_last = naive.compared_days(first, last, compare, today)
        span = scope.comparison
        self.assertEqual((span.date_from, span.date_to), (other_first, other_last))
        self.assertEqual(span.start, naive.day_start(other_first, zone))
        if last == today:
            local = naive.local_at(now, zone)
            end = naive.first_instant(datetime.combine(other_last, local.time()), zone)
        else:
            end = naive.day_start(other_last + timedelta(days=1), zone)
        self.assertEqual(span.end, end)
        self.assertEqual(span.end, comparison_end(other_last, last, now, zone))
        offset = other_first - first
        start = span.start
        for bucket, other in zip(scope.current.buckets, span.buckets, strict=True):
            if bucket.date_from + offset > other_last:
                self.assertIsNone(other)
                continue
            self.assertEqual(other.date_from, bucket.date_from + offset)
            self.assertEqual(other.date_to, min(bucket.date_to + offset, other_last))
            self.assertEqual(other.start, start)
            start = other.end
        present = [one for one in span.buckets if one]
        if present[-1].date_to == other_last:
            self.assertEqual(present[-1].end, span.end)
        else:
            self.assertEqual(span.bounds[-1], present[-1].end)
        self.assertEqual(list(span.bounds), sorted(span.bounds))

    @examples(500)
    @given(units, units)
    def test_change(self, current, previous):
        expected = naive.change(current, previous)
        found = change(current, previous)
        if expected is False:
            self.assertIsNone(found)
        else:
            self.assertAlmostEqual(found, expected, delta=abs(expected) * 1e-12)


class TestPropertyMoney(TestCase):
    @examples(2000)
    @given(
        cents,
        st.one_of(rates, st.none(), st.just(0)),
        rates,
        rates,
        st.sampled_from(("0.01", "1", "0.05", "0.001")),
    )
    def test_revenue(self, amount, rate, numerator, denominator, rounding):
        exact = naive.revenue(
            amount, rate, Fraction(numerator) / Fraction(denominator), rounding
        )
        found = money.revenue_units(
            float(amount),
            rate and float(rate),
            (float(numerator), float(denominator)),
            float(rounding),
        )
        self.assertEqual(found, exact)

    @examples(2000)
    @given(units, st.sampled_from((0.01, 1.0, 0.05, 0.001)))
    def test_units_survive_a_float(self, number, rounding):
        self.assertEqual(
            money.to_units(money.from_units(number, rounding), rounding), number
        )

    @examples(2000)
    @given(units, st.integers(-1000, 1000).filter(bool))
    def test_division(self, numerator, denominator):
        self.assertEqual(
            money.divide_half_away(numerator, denominator),
            naive.nearest(Fraction(numerator, denominator)),
        )
        if denominator > 0:
            self.assertEqual(
                average(numerator, denominator),
                naive.nearest(Fraction(numerator, denominator)),
            )


customers = st.dictionaries(
    st.integers(1, 10**6), st.tuples(st.one_of(few, units), counts), max_size=60
)


class TestPropertyCustomers(TestCase):
    @examples(500)
    @given(customers)
    def test_segments(self, customers):
        ranking = rank(customers)
        self.assertEqual(ranking.ids, naive.ranked(customers))
        self.assertEqual(ranking.units, [customers[one][0] for one in ranking.ids])
        found = segments(ranking)
        self.assertEqual(
            {one.name: one.customer_ids for one in found}, naive.segments(customers)
        )
        self.assertEqual(
            sum(one.units for one in found), sum(sums[0] for sums in customers.values())
        )
        self.assertEqual(sum(len(one.customer_ids) for one in found), len(customers))
        for one in found:
            self.assertEqual(
                one.average_units,
                naive.nearest(Fraction(one.units, len(one.customer_ids))),
            )

    @examples(500)
    @given(
        st.dictionaries(
            st.integers(1, 10**6),
            st.tuples(st.integers(0, 365), counts, st.one_of(few, units)),
            max_size=60,
        )
    )
    def test_rfm(self, customers):
        ids = sorted(customers, key=lambda one: customers[one][2], reverse=True)
        found = rfm.score(*([customers[one][at] for one in ids] for at in range(3)))
        self.assertEqual(
            dict(zip(ids, map(tuple, found), strict=True)), naive.scores(customers)
        )
        for scores in found:
            self.assertIn(rfm.group_of(scores), [name for name, *_rest in rfm.GROUPS])

    @examples(500)
    @given(st.data())
    def test_bridge(self, data):
        pool = st.integers(1, 15)
        sums = st.tuples(st.one_of(few, units), st.integers(1, 7))
        current = data.draw(st.dictionaries(pool, sums, max_size=12))
        previous = data.draw(st.dictionaries(pool, sums, max_size=12))
        new_ids = data.draw(st.sets(pool))
        effects = data.draw(
            st.fixed_dictionaries({}, optional={one: few for one in current})
        )
        effect = sum(effects.values())
        constant = {
            one: (amount - effects.get(one, 0), count)
            for one, (amount, count) in current.items()
        }
        members = bridge_members(current, previous, new_ids)
        found = bridge(current, previous, members, effects)
        exact = naive.bridge(constant, previous, new_ids, effect)
        self.assertEqual(tuple(found), PARTS)
        self.assertEqual(
            sum(found.values()),
            sum(one for one, _count in current.values())
            - sum(one for one, _count in previous.values()),
        )
        rounded = {part: naive.nearest(amount) for part, amount in exact.items()}
        moved = {part for part in PARTS if found[part] != rounded[part]}
        # A residual unit goes to the largest part, to nobody else.
        self.assertLessEqual(len(moved), 1)
        for part in moved:
            self.assertEqual(abs(found[part] - rounded[part]), 1)
            self.assertEqual(
                abs(rounded[part]), max(abs(one) for one in rounded.values())
            )
        for part in ("new", "returning"):
            self.assertEqual(
                sum(constant[one][0] for one in members[part]), exact[part]
            )
        self.assertEqual(
            -sum(previous[one][0] for one in members["lost"]), exact["lost"]
        )


class TestPropertyReconcile(TestCase):
    """An order made of known parts is taken apart into just these."""

    @examples(400)
    @given(
        st.lists(
            st.tuples(
                amounts,  # product lines
                st.one_of(st.just(Decimal(0)), amounts),  # down payments
                st.integers(-4, 4),  # cents of tax rounding
                near_one,
                near_one,
                st.sampled_from(("kept", "dropped", "pos", "wrong")),
            ),
            max_size=6,
        ),
        st.sampled_from(("0.01", "1")),
        st.integers(0, 20),
    )
    def test_parts_come_back(self, orders, rounding, limit):
        rounding = Decimal(rounding)
        explained, wrong, ours = [], 0, 0
        for number, order in enumerate(orders):
            product, down, tax, rate, numerator, kind = order
            key = ("sale.order", number)
            factor = Fraction(numerator)
            in_display = factor / Fraction(rate)
            analysis = Fraction(product) * in_display
            shown = Decimal(repr(float(analysis)))
            if kind == "pos":
                explained.append(
                    reconcile.only_in_analysis(
                        key, shown, reconcile.POINT_OF_SALE, rounding
                    )
                )
                continue
            amount = product + down + Decimal(tax) / 100
            if kind == "dropped":
                shown = None
            units = naive.revenue(amount, rate, factor, rounding)
            if kind == "wrong":
                units += 1
                wrong += 1
            ours += units
            facts = reconcile.OrderFacts(
                units=units,
                amount=amount,
                rate=rate,
                factor=(numerator, Decimal(1)),
                table_rate=numerator,
                analysis=shown,
                rounding=Decimal("0.01"),
            )
            lines = reconcile.Lines(product + down, 2, down, 1)
            if not reconcile.needs_lines(facts, rounding):
                # The total alone tells all, up to what a float of it can hold.
                self.assertLessEqual(
                    abs(Fraction(down) + Fraction(tax, 100)) * in_display,
                    abs(analysis) / 10**11 + Fraction(rounding) / 1000,
                )
                lines = None
            one = reconcile.explain(key, facts, lines, rounding)
            self.assertEqual(one.difference, sum(one.causes.values()))
            self.assertLessEqual(
                abs(one.causes.get("currency_rounding", 0)),
                reconcile.PARTS_PER_UNIT // 2,
            )
            if lines is not None and kind == "kept":
                for cause, part in (("down_payment", down), ("tax_rounding", tax)):
                    part = Fraction(part) / (100 if cause == "tax_rounding" else 1)
                    exact = part * in_display * reconcile.PARTS_PER_UNIT
                    exact /= Fraction(rounding)
                    self.assertLessEqual(abs(one.causes.get(cause, 0) - exact), 1)
            explained.append(one)
        result = reconcile.reconcile(ours, explained, limit, 5)
        self.assertEqual(
            result.ours_units,
            result.analysis_units + sum(one.units for one in result.causes),
        )
        self.assertEqual(result.unexplained_parts, wrong * reconcile.PARTS_PER_UNIT)
        self.assertEqual(len(result.rows), min(limit, result.difference_count))
        for cause in result.causes:
            self.assertEqual(len(cause.keys), min(cause.order_count, 5))


class TestPropertyRequest(TestCase):
    @examples(500)
    @given(days, st.integers(0, 7300), st.sampled_from(PERIOD_TYPES))
    def test_counted_as_made(self, first, length, period_type):
        last = first + timedelta(days=length)
        expected = len(naive.bucket_days(first, last, period_type))
        self.assertEqual(periods.count_buckets(first, last, period_type), expected)
        if expected <= MAX_BUCKETS and length < 7300:
            parse_request(first, last, period_type)
