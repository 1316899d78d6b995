"""Ranking, segments and the assembly of the core figures."""

from unittest import TestCase

from odoo.addons.sale_dashboard.engine.assembly import (
    CoreRows,
    Sum,
    assemble_core,
    percentage,
)
from odoo.addons.sale_dashboard.engine.customers import (
    CustomerRevenue,
    rank,
    segments,
    thresholds,
)


def customers(*units):
    return [CustomerRevenue(id_, unit, 1) for id_, unit in enumerate(units, start=1)]


def members(result):
    return {
        segment.name: [customer.id for customer in segment.members]
        for segment in result
    }


class TestEngineCustomers(TestCase):
    def test_rank_breaks_ties_by_id(self):
        ranked = rank([CustomerRevenue(3, 5, 1), CustomerRevenue(1, 5, 1)])
        self.assertEqual([customer.id for customer in ranked], [1, 3])

    def test_no_customers(self):
        self.assertEqual(segments([]), [])

    def test_one_to_three_customers(self):
        self.assertEqual(members(segments(rank(customers(7)))), {"High Value": [1]})
        self.assertEqual(
            members(segments(rank(customers(7, 5)))),
            {"High Value": [1], "Medium Value": [2]},
        )
        self.assertEqual(
            members(segments(rank(customers(7, 5, 3)))),
            {"High Value": [1], "Medium Value": [2, 3]},
        )

    def test_thresholds_follow_the_seed(self):
        for n in range(1, 101):
            ranked = rank(customers(*range(1000, 1000 - n, -1)))
            high = ranked[int(0.1 * n) if n > 10 else 0].units
            medium = ranked[int(n * 3 / 10) if n > 3 else n - 1].units
            self.assertEqual(thresholds(ranked), (high, medium))

    def test_equal_revenues_are_all_high(self):
        self.assertEqual(len(members(segments(rank(customers(*[5] * 20))))), 1)

    def test_negative_revenue_is_a_customer(self):
        result = segments(rank(customers(10, 0, -4, -6)))
        self.assertEqual(
            members(result),
            {"High Value": [1], "Medium Value": [2], "Low Value": [3, 4]},
        )
        self.assertEqual(result[-1].units, -10)
        self.assertEqual(result[-1].average_units, -5)

    def test_segments_hold_every_customer_once(self):
        for n in (4, 10, 11, 37, 2500):
            units = [(37 * i) % 91 - 10 for i in range(n)]
            result = segments(rank(customers(*units)))
            self.assertEqual(sum(len(segment.members) for segment in result), n)
            self.assertEqual(sum(segment.units for segment in result), sum(units))
            self.assertTrue(all(len(one.top_customers) <= 5 for one in result))

    def test_core(self):
        rows = CoreRows(
            total=Sum(1001, 3),
            points={1: Sum(1001, 3)},
            customers={8: Sum(400, 1), 7: Sum(500, 1)},
            hidden=Sum(101, 1),
        )
        core = assemble_core(rows, buckets=("a", "b", None))
        self.assertEqual(core.points, (Sum(0, 0), Sum(1001, 3), None))
        self.assertEqual(core.average_units, 334)
        self.assertEqual(core.customer_count, 2)
        self.assertEqual([customer.id for customer in core.ranked], [7, 8])
        self.assertEqual(
            sum(segment.units for segment in core.segments) + rows.hidden.units, 1001
        )

    def test_core_of_nothing(self):
        core = assemble_core(CoreRows(Sum(), {}, {}, Sum()), buckets=("a", "b"))
        self.assertEqual(core.average_units, 0)
        self.assertEqual(core.points, (Sum(0, 0), Sum(0, 0)))
        self.assertEqual(core.segments, ())

    def test_percentage(self):
        self.assertEqual(percentage(1, 4), 25.0)
        self.assertEqual(percentage(3, 0), 0.0)
