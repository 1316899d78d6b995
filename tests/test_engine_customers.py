"""Ranking, segments and the assembly of the core figures."""

from unittest import TestCase

from odoo.addons.sale_dashboard.engine.assembly import (
    CoreRows,
    Sum,
    add_up,
    assemble_core,
    make_sums,
    percentage,
)
from odoo.addons.sale_dashboard.engine.customers import (
    rank,
    segments,
    thresholds,
)


def customers(*units):
    return {id_: Sum(unit, 1) for id_, unit in enumerate(units, start=1)}


def members(result):
    return {segment.name: segment.customer_ids for segment in result}


class TestEngineCustomers(TestCase):
    def test_rank_breaks_ties_by_id(self):
        ranking = rank({3: Sum(5, 9), 4: Sum(7, 1), 1: Sum(5, 1), 2: Sum(-5, 1)})
        self.assertEqual(ranking.ids, [4, 1, 3, 2])
        self.assertEqual(ranking.units, [7, 5, 5, -5])

    def test_no_customers(self):
        self.assertEqual(rank({}), ([], []))
        self.assertEqual(segments(rank({})), [])

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
            units = rank(customers(*range(1000, 1000 - n, -1))).units
            high = units[int(0.1 * n) if n > 10 else 0]
            medium = units[int(n * 3 / 10) if n > 3 else n - 1]
            self.assertEqual(thresholds(units), (high, medium))

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
            self.assertEqual(sum(len(segment.customer_ids) for segment in result), n)
            self.assertEqual(sum(segment.units for segment in result), sum(units))
            for segment in result:
                best = rank({one: Sum(units[one - 1]) for one in segment.customer_ids})
                self.assertEqual(segment.top_customer_ids, best.ids[:5])

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
        self.assertEqual(core.ranking, ([7, 8], [500, 400]))
        self.assertEqual(
            sum(segment.units for segment in core.segments) + rows.hidden.units, 1001
        )

    def test_core_of_nothing(self):
        core = assemble_core(CoreRows(Sum(), {}, {}, Sum()), buckets=("a", "b"))
        self.assertEqual(core.average_units, 0)
        self.assertEqual(core.points, (Sum(0, 0), Sum(0, 0)))
        self.assertEqual(core.segments, ())

    def test_sums(self):
        sums = list(make_sums([5, -7], [1, 2]))
        self.assertEqual(sums, [Sum(5, 1), Sum(-7, 2)])
        self.assertEqual([one.order_count for one in sums], [1, 2])
        self.assertEqual(add_up(sums), sum(sums, Sum()))
        self.assertEqual(add_up([]), Sum())

    def test_percentage(self):
        self.assertEqual(percentage(1, 4), 25.0)
        self.assertEqual(percentage(3, 0), 0.0)
