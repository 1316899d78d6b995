"""A record that is copied is what the same answer would have made."""

from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo import fields
from odoo.tests import tagged

from ..models.sale_dashboard_cache import LINES
from ..models.sale_dashboard_copy import OWN_FIELDS
from ..models.sale_dashboard_reread import FOLLOWS
from .common import CommittedCase, listed_statements

COPIES = "WITH copy AS"


@tagged("post_install", "-at_install")
class TestCopy(CommittedCase):
    def setUp(self):
        super().setUp()
        with self.cursor() as env:
            self.confirm(env, 0)
        # A new user is a change.
        self.other = self.make_user("dashboard_other")
        self.third = self.make_user("dashboard_third")
        _revenue, self.stored = self.ask()

    def ask_and_tell(self, user, **options):
        """Revenue, id, and whether the record was copied."""
        with listed_statements() as statements:
            revenue, dashboard_id = self.ask(user, **options)
        return revenue, dashboard_id, any(COPIES in one for one in statements)

    def read_all(self, env, dashboard_id):
        """All that is stored of a record and its lines, but what is its own."""

        def read(records, *others):
            names = [
                name
                for name, field in records._fields.items()
                if field.store and name not in OWN_FIELDS.union(LINES, others)
            ]
            return records.read(names, load=None)

        def without_id(rows):
            return [{**row, "id": None} for row in rows]

        dashboard = env["sale.dashboard"].browse(dashboard_id)
        lines = [dashboard[name] for name in LINES]
        self.assertTrue(all(lines))
        for records in (dashboard, *lines):
            self.assertEqual(records.create_uid.id, env.uid)
            self.assertTrue(all(records.mapped("create_date")))
        return [
            without_id(read(dashboard)),
            *(without_id(read(records, "dashboard_id")) for records in lines),
        ]

    def test_it_is_what_the_answer_makes(self):
        _revenue, copied, by_copying = self.ask_and_tell(self.other)
        dashboards = self.registry["sale.dashboard"]
        with patch.object(
            dashboards, "_copy_stored", lambda self, *_args, **_kwargs: self.browse()
        ):
            _revenue, made, too = self.ask_and_tell(self.third)
        self.assertEqual((by_copying, too), (True, False))
        with self.cursor(self.other) as env:
            copy = self.read_all(env, copied)
        with self.cursor() as env:
            first, second = env["sale.dashboard"].browse([self.stored, copied])
            self.assertGreaterEqual(second.requested_at, first.requested_at)
        with self.cursor(self.third) as env:
            self.assertEqual(self.read_all(env, made), copy)
        self.assertEqual(copy[0][0]["partner_ids"], [self.customer])

    def test_it_is_its_owner_s_alone(self):
        _revenue, copied, _by_copying = self.ask_and_tell(self.other)
        for user, own, foreign in (
            (self.other, copied, self.stored),
            (self.viewer, self.stored, copied),
        ):
            with self.cursor(user) as env:
                found = env["sale.dashboard"].search([("id", "in", [own, foreign])])
                self.assertEqual(found.ids, [own])
                for name in LINES:
                    lines = env[found._fields[name].comodel_name].search(
                        [("dashboard_id", "in", [own, foreign])]
                    )
                    self.assertEqual(lines.dashboard_id, found)

    def test_what_was_added_to_the_other_one_is_not_copied(self):
        with self.cursor(self.viewer) as env:
            dashboard = env["sale.dashboard"].browse(self.stored)
            self.assertTrue(dashboard.load_breakdown("product"))
        _revenue, made, by_copying = self.ask_and_tell(self.other)
        self.assertFalse(by_copying)
        with self.cursor(self.other) as env:
            dashboard = env["sale.dashboard"].browse(made)
            self.assertNotIn("product", dashboard.breakdown_ids.mapped("dimension"))

    def test_another_s_rights_copy_nothing(self):
        salesman = self.make_user("dashboard_own", "sales_team.group_sale_salesman")
        with self.cursor() as env:
            env["sale.order"].browse(self.orders[0]).user_id = self.viewer
        self.ask()
        revenue, _made, by_copying = self.ask_and_tell(salesman)
        self.assertEqual((revenue, by_copying), (0.0, False))
        self.assertTrue(self.ask_and_tell(self.other)[2])

    def test_what_was_made_ready_for_another_one_is_not_copied(self):
        """It is kept for longer, until he asks."""
        with self.cursor(self.viewer) as env:
            first = env["sale.dashboard"].browse(self.stored)
            expires_at = first.expires_at
            ready = first._make_ready(first._get_scope(), fields.Datetime.now())
            self.assertGreater(ready.expires_at, expires_at)
        with self.cursor() as env:
            env["sale.dashboard"].browse(self.stored).unlink()
        _revenue, made, by_copying = self.ask_and_tell(self.other)
        self.assertFalse(by_copying)
        with self.cursor(self.other) as env:
            found = env["sale.dashboard"].browse(made).expires_at
            self.assertEqual(found, expires_at)

    def test_what_has_expired_is_not_copied(self):
        with freeze_time(fields.Datetime.now() + timedelta(seconds=301)):
            self.assertFalse(self.ask_and_tell(self.other)[2])

    def test_customers_who_are_gone_are_not_copied(self):
        following = {FOLLOWS: True}
        of_all = {"filters": {"user_ids": [self.other]}}
        with self.cursor() as env:
            gone = env["res.partner"].create({"name": "Gone"}).id
            orders = env["sale.order"].browse(self.orders)
            orders.user_id = self.other
            self.confirm(env, 1)
            orders[1].partner_id = gone
        with freeze_time(fields.Datetime.now()):
            self.ask(**of_all)
            with self.cursor() as env:
                env["sale.order"].browse(self.orders[1]).order_line.price_unit = 20
            # Computed a second time: those who follow wait for the third.
            self.assertEqual(self.ask(context=following, **of_all)[0], 21.0)
            with self.cursor() as env:
                env["sale.order"].browse(self.orders[1]).partner_id = self.customer
                env["res.partner"].browse(gone).unlink()
            revenue, made, by_copying = self.ask_and_tell(
                self.other, context=following, **of_all
            )
        self.assertEqual((revenue, by_copying), (21.0, False))
        with self.cursor(self.other) as env:
            customers = env["sale.dashboard"].browse(made).top_customer_ids.partner_id
            self.assertEqual(customers.ids, [self.customer])
