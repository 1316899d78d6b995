"""The scheduled refresh and the server action."""

from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo import fields
from odoo.fields import Command
from odoo.tests import tagged

from .common import DashboardCase

JUNE = ("2025-06-01", "2025-06-30")


@tagged("post_install", "-at_install")
class TestScheduled(DashboardCase):
    def setUp(self):
        super().setUp()
        self.cron = self.env.ref("sale_dashboard.ir_cron_refresh_recent")
        self.now = fields.Datetime.now()
        self.make_order(100)

    def run_cron(self, **after):
        self.env.cr.flush()  # the job has a cursor of its own: as if committed
        with (
            self.enter_registry_test_mode(),
            freeze_time(self.now + timedelta(**after)),
        ):
            self.cron.method_direct_trigger()
        self.env.invalidate_all()

    def newest(self, user):
        return self.env["sale.dashboard"].search(
            [("create_uid", "=", user.id)], limit=1
        )

    def test_refreshed_as_its_own_user(self):
        second = self.make_company("Second Inc", self.eur)
        both = second | self.company
        user = self.make_user(
            "dashboard_both",
            "sales_team.group_sale_salesman",
            companies=both,
            tz="Asia/Tokyo",
        )
        self.make_order(11, user_id=self.viewer.id)
        with freeze_time(self.now):
            asked = self.dashboards(user, both).generate(
                *JUNE,
                timezone="America/New_York",
                period_type="weekly",
                filters={"partner_ids": self.customer.ids},
            )
            self.dashboards().generate(*JUNE)
        self.make_order(1000)
        self.run_cron(minutes=6)
        refreshed = self.newest(user)
        self.assertGreater(refreshed.id, asked)
        self.assertEqual(refreshed.create_uid, user)
        self.assertEqual(refreshed.company_order, both.ids)
        self.assertEqual(refreshed.currency_id, self.eur)
        self.assertEqual(refreshed.timezone, "America/New_York")
        self.assertEqual(refreshed.period_type, "weekly")
        self.assertEqual(refreshed.partner_ids, self.customer)
        self.assertEqual(refreshed.total_orders, 2)  # not the viewer's own
        self.assertEqual(self.newest(self.viewer).total_orders, 3)
        # The next open is a hit on what the job made.
        with freeze_time(self.now + timedelta(minutes=7)):
            found = self.dashboards(user, both).generate(
                *JUNE,
                timezone="America/New_York",
                period_type="weekly",
                filters={"partner_ids": self.customer.ids},
            )
        self.assertEqual(found, refreshed.id)

    def test_fresh_ones_are_left_alone(self):
        with freeze_time(self.now):
            asked = self.dashboards().generate(*JUNE)
        self.run_cron(minutes=4)
        self.assertEqual(self.newest(self.viewer).id, asked)

    def test_it_ends_when_nobody_asks(self):
        with freeze_time(self.now):
            self.dashboards().generate(*JUNE)
        for minutes in (10, 20, 30, 40, 50):
            self.run_cron(minutes=minutes)
        last = self.newest(self.viewer)
        self.run_cron(minutes=61)
        self.assertEqual(self.newest(self.viewer), last)
        self.assertEqual(last.requested_at, self.now.replace(microsecond=0))

    def test_who_lost_his_rights_gets_nothing_and_stops_nobody(self):
        second = self.make_company("Second Inc", self.usd)
        both = self.company | second
        loses_company = self.make_user(
            "dashboard_a", "sales_team.group_sale_manager", companies=both
        )
        loses_group = self.make_user("dashboard_b", "sales_team.group_sale_manager")
        leaves = self.make_user("dashboard_c", "sales_team.group_sale_manager")
        with freeze_time(self.now):
            self.dashboards(loses_company, both).generate(*JUNE)
            self.dashboards(loses_group).generate(*JUNE)
            self.dashboards(leaves).generate(*JUNE)
            self.dashboards().generate(*JUNE)
        before = {
            user: self.newest(user) for user in (loses_company, loses_group, leaves)
        }
        kept = self.newest(self.viewer)
        loses_company.company_ids = self.company
        loses_group.group_ids = [Command.set(self.env.ref("base.group_user").ids)]
        leaves.active = False
        self.run_cron(minutes=6)
        for user, dashboard in before.items():
            self.assertEqual(self.newest(user), dashboard)
        self.assertGreater(self.newest(self.viewer).id, kept.id)

    def test_stopped_in_the_middle_it_goes_on_where_it_was(self):
        other = self.make_user("dashboard_other", "sales_team.group_sale_manager")
        with freeze_time(self.now):
            for user in (self.viewer, other):
                self.dashboards(user).generate(*JUNE)
        dashboards = self.env["sale.dashboard"]
        with freeze_time(self.now + timedelta(minutes=6)):
            self.assertEqual(len(dashboards._get_due_for_refresh()), 2)
            # No time left after the first: what a worker at its limit reports.
            with patch.object(
                self.env.registry["ir.cron"], "_commit_progress", return_value=0
            ) as progress:
                dashboards._cron_refresh_recent()
            progress.assert_called_once_with(1, remaining=1)
            self.assertEqual(len(dashboards._get_due_for_refresh()), 1)
            with patch.object(
                self.env.registry["ir.cron"], "_commit_progress", return_value=60
            ):
                dashboards._cron_refresh_recent()
                self.assertFalse(dashboards._get_due_for_refresh())

    def test_server_action_for_automation_rules(self):
        action = self.env.ref("sale_dashboard.action_server_refresh_recent")
        self.assertEqual(action.model_name, "sale.order")
        triggers = self.env["ir.cron.trigger"].search([("cron_id", "=", self.cron.id)])
        order = self.make_order(5)
        action.with_user(self.viewer).with_context(
            active_model="sale.order", active_id=order.id, active_ids=order.ids
        ).run()
        self.assertTrue(
            self.env["ir.cron.trigger"].search([("cron_id", "=", self.cron.id)])
            - triggers
        )
