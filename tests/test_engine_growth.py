"""RFM scores and the bridge between two periods."""

from fractions import Fraction
from itertools import product
from unittest import TestCase

from odoo.addons.sale_dashboard.engine import rfm
from odoo.addons.sale_dashboard.engine.bridge import PARTS, bridge, bridge_members


class TestEngineRfm(TestCase):
    def test_scores_count_the_strictly_better(self):
        scores = rfm.score([0, 5, 5, 20, 30], [9, 9, 3, 1, 1], [900, 100, 100, 50, 10])
        self.assertEqual([one.recency for one in scores], [5, 4, 4, 2, 1])
        self.assertEqual([one.frequency for one in scores], [5, 5, 3, 2, 2])
        self.assertEqual([one.monetary for one in scores], [5, 4, 4, 2, 1])

    def test_a_single_customer_is_a_champion(self):
        [scores] = rfm.score([12], [1], [-5])
        self.assertEqual(scores, (5, 5, 5))
        self.assertEqual(rfm.group_of(scores), rfm.CHAMPION)
        self.assertEqual(rfm.score([], [], []), [])

    def test_every_score_has_its_group(self):
        known = {name for name, *_limits in rfm.GROUPS}
        groups = {rfm.group_of(scores) for scores in product(range(1, 6), repeat=3)}
        self.assertEqual(groups, known)

    def test_scores_agree_with_the_definition(self):
        for n in range(1, 58):
            customers = [
                (one * 7 % 31, one * 5 % 11, 20 - one * 13 // n) for one in range(n)
            ]
            scores = rfm.score(*zip(*customers, strict=True))
            for one, (days, orders, units) in enumerate(customers):
                better = (
                    sum(other[0] < days for other in customers),
                    sum(other[1] > orders for other in customers),
                    sum(other[2] > units for other in customers),
                )
                self.assertEqual(scores[one], tuple(5 - 5 * k // n for k in better))


def compare(current, previous):
    """The bridge of periods without new customers, at constant rates."""
    return bridge(current, previous, bridge_members(current, previous, ()), {})


class TestEngineBridge(TestCase):
    def test_each_part(self):
        # At the comparison's rates: 500, 300 and 900.
        current = {3: (910, 3), 1: (535, 1), 2: (295, 2)}
        effects = {3: 10, 1: 35, 2: -5}
        previous = {4: (250, 1), 3: (400, 2)}
        members = bridge_members(current, previous, [1])
        parts = bridge(current, previous, members, effects)
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
            members,
            {"new": [1], "returning": [2], "lost": [4], "volume": [3], "size": [3]},
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
            effects = {one: one * seed % 17 - 8 for one in current if one % 3}
            members = bridge_members(current, previous, {1, 2, 3})
            parts = bridge(current, previous, members, effects)
            self.assertEqual(tuple(parts), PARTS)
            total = sum(units for units, _count in current.values())
            before = sum(units for units, _count in previous.values())
            self.assertEqual(sum(parts.values()), total - before)

    def test_volume_is_exact_before_it_is_rounded(self):
        current = {one: (100, 2) for one in range(3)}
        previous = {one: (1, 3) for one in range(3)}
        parts = compare(current, previous)
        self.assertEqual(parts["volume"], -1)  # three times -1/3
        self.assertEqual(Fraction(parts["volume"] + parts["size"]), 297)

    def test_a_residual_unit_goes_to_the_largest_part(self):
        # volume = 1/2 -> 1, size = 9 1/2 -> 10: one too many.
        parts = compare({1: (11, 3)}, {1: (1, 2)})
        self.assertEqual(parts["volume"], 1)
        self.assertEqual(parts["size"], 9)

    def test_nothing(self):
        self.assertEqual(set(compare({}, {}).values()), {0})
