"""Money in whole units: one rounding rule, exact sums."""

from decimal import Decimal
from unittest import TestCase

from odoo.addons.sale_dashboard.engine.money import (
    divide_half_away,
    from_units,
    revenue_units,
    to_units,
)


class TestEngineMoney(TestCase):
    def test_units_of_a_float_sum(self):
        self.assertEqual(to_units(0.1 + 0.2, 0.01), 30)
        self.assertEqual(to_units(-1240.0, 0.01), -124000)
        self.assertEqual(to_units(False, 0.01), 0)
        self.assertEqual(to_units(1500.0, 1.0), 1500)
        self.assertEqual(to_units(12.35, 0.05), 247)

    def test_units_there_and_back(self):
        for units in (0, 1, -1, 99, 10**13 + 1, -(10**12) - 7):
            for rounding in (0.01, 1.0, 0.05, 0.001):
                self.assertEqual(to_units(from_units(units, rounding), rounding), units)

    def test_from_units_is_the_nearest_float(self):
        self.assertEqual(from_units(9900, 0.01), 99.0)
        self.assertEqual(from_units(1, 0.05), 0.05)

    def test_halves_go_away_from_zero(self):
        self.assertEqual(divide_half_away(5, 2), 3)
        self.assertEqual(divide_half_away(-5, 2), -3)
        self.assertEqual(divide_half_away(5, -2), -3)
        self.assertEqual(divide_half_away(4, 3), 1)
        self.assertEqual(divide_half_away(-4, 3), -1)
        self.assertEqual(divide_half_away(0, 3), 0)
        with self.assertRaises(ZeroDivisionError):
            divide_half_away(1, 0)

    def test_revenue_at_the_orders_own_rate(self):
        same = (1.0, 1.0)
        # 100 EUR booked at 0.5 are 200 USD; today's rate plays no part.
        self.assertEqual(revenue_units(100.0, 0.5, same, 0.01), 20000)
        # 1.00 at rate 3 is 0.33 per order: three make 0.99, not 1.00.
        self.assertEqual(3 * revenue_units(1.0, 3.0, same, 0.01), 99)
        self.assertEqual(revenue_units(0.005, 1.0, same, 0.01), 1)
        self.assertEqual(revenue_units(-0.005, 1.0, same, 0.01), -1)

    def test_no_rate_counts_as_one(self):
        for rate in (0, 0.0, None, False):
            self.assertEqual(revenue_units(12.34, rate, (1.0, 1.0), 0.01), 1234)

    def test_company_factor(self):
        # 100 of a company whose currency has rate 1.25 to our rate 1: 80.
        self.assertEqual(revenue_units(100.0, 1.0, (1.0, 1.25), 0.01), 8000)
        self.assertEqual(revenue_units(Decimal("100"), 2.0, (3.0, 1.0), 1.0), 150)
