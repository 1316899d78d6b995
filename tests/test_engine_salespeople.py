"""Whose orders access rules let see, as far as they say so."""

from unittest import TestCase

from odoo.addons.sale_dashboard.engine.salespeople import NOBODY, find_salespeople

OWN = ("user_id", "=", 7)
NONE = ("user_id", "=", False)
OTHER = ("user_id", "in", [8, 9, None])
COMPANY = ("company_id", "in", [1])


class TestEngineSalespeople(TestCase):
    def test_said(self):
        for domain, salespeople in (
            ([OWN], {7}),
            ([NONE], {NOBODY}),
            ([OTHER], {8, 9, NOBODY}),
            (["|", OWN, NONE], {7, NOBODY}),
            (["&", COMPANY, "|", OWN, NONE], {7, NOBODY}),
            (["&", "|", OWN, NONE, COMPANY], {7, NOBODY}),
            (["|", OWN, "&", COMPANY, OTHER], {7, 8, 9, NOBODY}),
            (["&", "|", OWN, NONE, "|", NONE, OTHER], {NOBODY}),
            (["&", OWN, OTHER], set()),
            (["&", "!", NONE, OWN], {7}),
        ):
            self.assertEqual(find_salespeople(domain), salespeople, domain)

    def test_not_said(self):
        for domain in (
            [],
            [COMPANY],
            [(1, "=", 1)],
            ["|", OWN, COMPANY],
            ["|", "&", COMPANY, COMPANY, OWN],
            ["!", OWN],
            ["&", COMPANY, "!", OWN],
            [("user_id", "!=", 7)],
            [("user_id", "not in", [7])],
            [("user_id", "in", "Mitchell")],
            [("user_id", "=", "Mitchell")],
            [("user_id", "=", True)],
            [("user_id", "any", [("id", "=", 7)])],
            [("user_id.id", "=", 7)],
            [("team_id.user_id", "=", 7)],
            [object()],
        ):
            self.assertIsNone(find_salespeople(domain), domain)
