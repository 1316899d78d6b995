"""One message per transaction when figures may have moved, and none otherwise."""

import json

from odoo.tests import tagged

from .common import DashboardCase


@tagged("post_install", "-at_install")
class TestLive(DashboardCase):
    def setUp(self):
        super().setUp()
        self.order = self.make_order(100)
        self.next_transaction()

    def next_transaction(self):
        """Forget what this transaction has sent, as a commit would."""
        self.env.cr.flush()
        self.env.cr.clear()

    def sent(self):
        """Messages of ours this transaction will send when it commits."""
        self.env.flush_all()
        self.env["sale.dashboard.change"]._write_pending()
        values = self.env.cr.precommit.data.get("bus.bus.values", [])
        messages = [
            (json.loads(value["channel"]), json.loads(value["message"]))
            for value in values
        ]
        return [
            (channel, message)
            for channel, message in messages
            if message["type"] == "sale_dashboard/changed"
        ]

    def assertSent(self, count):
        self.assertEqual(len(self.sent()), count)
        self.next_transaction()

    def test_to_the_sales_group_without_a_figure(self):
        self.order._action_cancel()
        [(channel, message)] = self.sent()
        group = self.env.ref("sales_team.group_sale_salesman")
        self.assertEqual(channel, [self.env.cr.dbname, "res.groups", group.id])
        token = self.env["sale.dashboard.change"]._read_token()[1]
        # Nothing of what changed.
        self.assertEqual(set(message["payload"]), {"token", "spread_ms"})
        self.assertEqual(message["payload"]["token"], token)

    def test_what_moves_a_figure(self):
        order = self.order
        self.make_order(5, confirm=False)
        self.assertSent(1)
        quotation = self.make_order(5, confirm=False)
        self.next_transaction()
        quotation.action_confirm()
        self.assertSent(1)
        # Editing a line never calls write() on its order.
        order.order_line.price_unit = 90
        self.assertSent(1)
        order.date_order = "2025-06-11 10:00:00"
        self.assertSent(1)
        order.team_id = self.env["crm.team"].create({"name": "T"})
        self.assertSent(1)
        order.user_id = self.viewer
        self.assertSent(1)
        order._action_cancel()
        self.assertSent(1)
        quotation._action_cancel()
        self.next_transaction()
        quotation.unlink()
        self.assertSent(1)

    def test_many_changes_are_one_message(self):
        orders = self.order | self.make_order(10) | self.make_order(20)
        orders.order_line.price_unit = 7
        self.env.flush_all()
        orders.write({"user_id": self.viewer.id})
        self.assertSent(1)

    def test_what_moves_no_figure_is_silent(self):
        self.order.client_order_ref = "PO 1"
        self.order.note = "<p>Thanks</p>"
        self.order.message_post(body="Hello")
        self.assertSent(0)
