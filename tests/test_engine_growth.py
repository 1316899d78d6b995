"""RFM scores and the bridge between two periods."""

from fractions import Fraction
from itertools import product
from unittest import TestCase

from odoo.addons.sale_dashboard.engine import rfm
from odoo.addons.sale_dashboard.engine.bridge import PARTS, bridge, bridge_members


class TestEngineRfm(TestCase):
    def test_scores_count_the_strictly_better(self):
        customers = {
            one: (days, orders, units)
            for one, (days, orders, units) in enumerate(
                [(0, 9, 900), (5, 9, 100), (5, 3, 100), (20, 1, 50), (30, 1, 10)]
            )
        }
        scores = rfm.score(customers)
        self.assertEqual([one.recency for one in scores.values()], [5, 4, 4, 2, 1])
        self.assertEqual([one.frequency for one in scores.values()], [5, 5, 3, 2, 2])
        self.assertEqual([one.monetary for one in scores.values()], [5, 4, 4, 2, 1])

    def test_a_single_customer_is_a_champion(self):
        scores = rfm.score({7: (12, 1, -5)})
        self.assertEqual(scores[7], (5, 5, 5))
        self.assertEqual(rfm.group_of(scores[7]), rfm.CHAMPION)
        self.assertEqual(rfm.score({}), {})

    def test_every_score_has_its_group(self):
        known = {name for name, *_limits in rfm.GROUPS}
        groups = {rfm.group_of(scores) for scores in product(range(1, 6), repeat=3)}
        self.assertEqual(groups, known)

    def test_scores_agree_with_the_definition(self):
        customers = {
            one: (one * 7 % 31, one * 5 % 11, one * 13 % 101 - 20) for one in range(57)
        }
        scores = rfm.score(customers)
        for one, (days, orders, units) in customers.items():
            better = (
                sum(other[0] < days for other in customers.values()),
                sum(other[1] > orders for other in customers.values()),
                sum(other[2] > units for other in customers.values()),
            )
            self.assertEqual(scores[one], tuple(5 - 5 * k // 57 for k in better))


class TestEngineBridge(TestCase):
    def test_each_part(self):
        current = {1: (500, 1), 2: (300, 2), 3: (900, 3)}
        previous = {3: (400, 2), 4: (250, 1)}
        parts = bridge(current, previous, {1}, 40)
        self.assertEqual(
            parts,
            {
                "new": 500,
                "returning": 300,
                "lost": -250,
                "volume": 200,
                "size": 300,
                "currency": 40,
            },
        )
        self.assertEqual(
            bridge_members(current, previous, {1}),
            {"new": {1}, "returning": {2}, "lost": {4}, "volume": {3}, "size": {3}},
        )

    def test_it_adds_up_to_the_unit(self):
        for seed in range(200):
            current = {
                one: ((one * 7919 + seed) % 1009 - 100, one * seed % 7 + 1)
                for one in range(seed % 23)
            }
            previous = {
                one: ((one * 104729 + seed) % 997 - 90, one * seed % 5 + 1)
                for one in range(seed % 3, 29)
            }
            effect = seed % 17 - 8
            parts = bridge(current, previous, {1, 2, 3}, effect)
            self.assertEqual(tuple(parts), PARTS)
            total = sum(units for units, _count in current.values()) + effect
            before = sum(units for units, _count in previous.values())
            self.assertEqual(sum(parts.values()), total - before)

    def test_volume_is_exact_before_it_is_rounded(self):
        current = {one: (100, 2) for one in range(3)}
        previous = {one: (1, 3) for one in range(3)}
        parts = bridge(current, previous, set(), 0)
        self.assertEqual(parts["volume"], -1)  # three times -1/3
        self.assertEqual(Fraction(parts["volume"] + parts["size"]), 297)

    def test_a_residual_unit_goes_to_the_largest_part(self):
        # volume = 1/2 -> 1, size = 9 1/2 -> 10: one too many.
        parts = bridge({1: (11, 3)}, {1: (1, 2)}, set(), 0)
        self.assertEqual(parts["volume"], 1)
        self.assertEqual(parts["size"], 9)

    def test_nothing(self):
        self.assertEqual(set(bridge({}, {}, set(), 0).values()), {0})
