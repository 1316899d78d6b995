"""The memory of what people ask, the scheduled refresh and the server action."""

from datetime import datetime, timedelta
from unittest.mock import call, patch

from freezegun import freeze_time

from odoo import fields
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import SQL

from ..models import sale_dashboard_lookup, sale_dashboard_request
from ..models.sale_dashboard_lookup import Lookups
from ..models.sale_dashboard_request import Requests
from .common import CommittedCase, DashboardCase, listed_statements

JUNE = ("2025-06-01", "2025-06-30")


@tagged("post_install", "-at_install")
class TestScheduled(DashboardCase):
    def setUp(self):
        super().setUp()
        self.cron = self.env.ref("sale_dashboard.ir_cron_refresh_recent")
        self.now = fields.Datetime.now()
        self.make_order(100)
        # Of this test alone, and written when it says so.
        self.patch(sale_dashboard_request, "requests", Requests(interval=3600))
        self.env.cr.execute("DELETE FROM sale_dashboard_request")

    def save(self):
        """Write what people asked, as a timer does within a minute."""
        sale_dashboard_request.requests.save(self.env.cr.dbname, self.env.cr)
        self.env.invalidate_all()

    def run_cron(self, **after):
        self.save()
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
        self.save()
        dashboards = self.env["sale.dashboard"]
        with freeze_time(self.now + timedelta(minutes=6)):
            self.assertEqual(len(dashboards._get_due_for_refresh()), 2)
            # No time left after the first: what a worker at its limit reports.
            with patch.object(
                self.env.registry["ir.cron"], "_commit_progress", return_value=0
            ) as progress:
                dashboards._cron_refresh_recent()
            # The first is claimed before and counted after, the second is not begun.
            self.assertEqual(
                progress.call_args_list, [call(remaining=2), call(1, remaining=1)]
            )
            self.assertEqual(len(dashboards._get_due_for_refresh()), 1)
            # Odoo calls it again although the time is over: it begins nothing then.
            with patch.object(
                self.env.registry["ir.cron"], "_commit_progress", return_value=0
            ) as progress:
                dashboards.with_context(cron_end_time=0)._cron_refresh_recent()
            progress.assert_called_once_with(remaining=1)
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

    # ------------------------------------------------------------------
    # The first open in the morning
    # ------------------------------------------------------------------

    def open(self, date_from, date_to, preset, user=None, **options):
        """What the page asks, as it asks it; the ``cache_info`` it is answered."""
        view = {"period": preset, "granularity": "auto"}
        return (
            self.dashboards(user)
            .with_context(sale_dashboard_view=view, tz="Europe/Paris", lang="en_US")
            .generate_dashboard_data(date_from, date_to, **options)
        )["cache_info"]

    def forget_dashboards(self):
        """The night: transient records go after an hour."""
        self.env["sale.dashboard"].search([]).unlink()
        self.env.cr.execute("DELETE FROM sale_dashboard_computation")

    def test_the_first_open_in_the_morning_is_a_hit(self):
        self.patch(sale_dashboard_lookup, "lookups", Lookups(interval=3600))
        # At 8:05 in Paris, on the last day of a quarter ...
        with freeze_time("2026-03-31 06:05:00"):
            self.open("2026-03-02", "2026-03-31", "last_30_days")
            self.open("2026-03-01", "2026-03-31", "this_month")
            self.open("2026-01-01", "2026-03-31", "this_quarter", period_type="weekly")
            self.open("2026-03-30", "2026-03-30", "yesterday")
        # ... and again in the afternoon: that is not when the day begins.
        with freeze_time("2026-03-31 14:00:00"):
            self.open("2026-03-02", "2026-03-31", "last_30_days")
        self.save()
        self.forget_dashboards()
        self.make_order(1000, at="2026-03-31 21:00:00")
        cron = self.env["sale.dashboard"]
        with freeze_time("2026-04-01 04:00:00"):
            self.assertFalse(cron._get_due_for_refresh())
        self.env.cr.flush()
        with self.enter_registry_test_mode(), freeze_time("2026-04-01 05:45:00"):
            self.cron.method_direct_trigger()
        self.env.invalidate_all()
        with freeze_time("2026-04-01 06:00:00"):
            before = self.dashboards()._get_cache_info()
            for first, last, preset in (
                ("2026-03-03", "2026-04-01", "last_30_days"),
                ("2026-04-01", "2026-04-01", "this_month"),
                # By day again: a quarter that has just begun.
                ("2026-04-01", "2026-04-01", "this_quarter"),
                ("2026-03-31", "2026-03-31", "yesterday"),
            ):
                after = self.open(first, last, preset)
            self.assertEqual(after["hits"] - before["hits"], 4)
            self.assertEqual(after["misses"], before["misses"])
            # The order of the night is in it.
            data = self.dashboards().generate_dashboard_data("2026-03-31", "2026-03-31")
            self.assertEqual(data["overview"]["total_revenue"], 1000.0)

    def test_it_stays_ready_from_run_to_run(self):
        with freeze_time(self.now):
            self.dashboards().generate(*JUNE)
        for minutes in range(10, 60, 10):
            self.run_cron(minutes=minutes)
            for later in (0, 5, 9):
                with freeze_time(self.now + timedelta(minutes=minutes + later)):
                    key, token = self.newest(self.viewer).mapped(
                        lambda one: (one.request_key, one.change_token)
                    )[0]
                    found = self.dashboards()._find_fresh(key, token)
                self.assertEqual(found, self.newest(self.viewer))
                self.assertEqual(
                    found.generated_at,
                    (self.now + timedelta(minutes=minutes)).replace(microsecond=0),
                )

    def test_after_the_hour_at_which_he_comes_it_ends(self):
        with freeze_time("2026-03-30 06:05:00"):
            self.open("2026-03-01", "2026-03-30", "last_30_days")
        self.save()
        dashboards = self.env["sale.dashboard"]
        for time, due in (
            ("2026-03-30 06:11:00", 1),  # looking at it
            ("2026-03-30 07:30:00", 0),
            ("2026-03-31 05:04:00", 0),
            ("2026-03-31 05:06:00", 1),
            ("2026-03-31 07:04:00", 1),
            ("2026-03-31 07:06:00", 0),
            ("2026-06-20 06:00:00", 1),
            ("2026-06-30 06:00:00", 0),  # ninety days
        ):
            with freeze_time(time):
                self.assertEqual(len(dashboards._get_due_for_refresh()), due, time)

    def test_the_same_request_is_remembered_once(self):
        requests = self.env["sale.dashboard.request"]
        for day in (9, 10, 11):
            with freeze_time(f"2026-03-{day:02} 07:00:00"):
                self.open(f"2026-03-{day - 6:02}", f"2026-03-{day:02}", "last_7_days")
            with freeze_time(f"2026-03-{day:02} 12:00:00"):
                # Without the page's word for it, it is the same seven days.
                self.open(f"2026-03-{day - 6:02}", f"2026-03-{day:02}", None)
            self.save()
        remembered = requests.search([("user_id", "=", self.viewer.id)])
        self.assertEqual(len(remembered), 1)
        self.assertEqual(remembered.opened_at, datetime(2026, 3, 11, 7))
        self.assertEqual(remembered.requested_at, datetime(2026, 3, 11, 12))

    def test_what_nobody_asks_is_not_remembered(self):
        """Neither what a mail or a schedule computes for him, nor the superuser's."""
        self.dashboards()._generate(False, date_from=JUNE[0], date_to=JUNE[1])
        self.env["sale.dashboard"].generate(*JUNE)
        self.save()
        self.assertFalse(self.env["sale.dashboard.request"].search([]))

    def test_only_the_last_few_are_kept(self):
        requests = self.env["sale.dashboard.request"]
        for number in range(1, 13):
            with freeze_time(self.now + timedelta(minutes=number)):
                self.dashboards().generate(*JUNE, top_limit=number)
        self.save()
        requests._gc_old()
        kept = requests.search([])
        self.assertEqual(
            [one._get_parameters()["top_limit"] for one in kept], [*range(12, 2, -1)]
        )
        with freeze_time(self.now + timedelta(days=90, minutes=5)):
            requests._gc_old()
            self.assertEqual(len(requests.search([])), 7)

    def test_nonsense_about_the_view_is_not_believed(self):
        for view in ("x", {"period": 3}, {"period": "last_month"}, {"period": []}):
            self.dashboards().with_context(sale_dashboard_view=view).generate(*JUNE)
        self.save()
        remembered = self.env["sale.dashboard.request"].search([])
        self.assertEqual(len(remembered), 1)
        parameters = remembered._get_parameters()
        self.assertEqual(
            (str(parameters["date_from"]), str(parameters["date_to"])), JUNE
        )

    def test_one_that_fails_does_not_stop_the_others(self):
        other = self.make_user("dashboard_other", "sales_team.group_sale_manager")
        with freeze_time(self.now):
            for user in (other, self.viewer):
                self.dashboards(user).generate(*JUNE)
        before = self.newest(self.viewer)
        dashboards = self.env.registry["sale.dashboard"]
        keep = dashboards._keep

        def fail(self, *args, **kwargs):
            if self.env.user == other:
                self.env.cr.execute("SELECT 1 / 0", log_exceptions=False)
            return keep(self, *args, **kwargs)

        with (
            patch.object(dashboards, "_keep", fail),
            self.assertLogs(
                "odoo.addons.sale_dashboard.models.sale_dashboard_refresh", "ERROR"
            ) as log,
        ):
            self.run_cron(minutes=6)
        self.assertEqual(len(log.records), 1)
        self.assertGreater(self.newest(self.viewer).id, before.id)

    def test_no_statement_runs_for_ever(self):
        with freeze_time(self.now):
            self.dashboards().generate(*JUNE)
        self.save()
        dashboards = self.env.registry["sale.dashboard"]
        compute = dashboards._compute
        seen = []

        def look(self, *args, **kwargs):
            seen.extend(
                row[0] for row in self.env.execute_query(SQL("SHOW statement_timeout"))
            )
            return compute(self, *args, **kwargs)

        with patch.object(dashboards, "_compute", look):
            self.run_cron(minutes=6)
        self.assertEqual(seen, ["20s"])
        self.env.cr.execute("SHOW statement_timeout")
        self.assertEqual(self.env.cr.fetchone(), ("0",))


@tagged("post_install", "-at_install")
class TestSharedRefresh(CommittedCase):
    def test_users_with_the_same_rights_share_one_computation(self):
        self.patch(sale_dashboard_request, "requests", Requests(interval=3600))
        users = [self.viewer, self.make_user("dashboard_colleague")]
        begin = fields.Datetime.now()
        with freeze_time(begin):
            for user in users:
                self.ask(user, compare="none")
        dbname = self.registry.db_name
        with self.cursor() as env:
            env.cr.execute("DELETE FROM sale_dashboard_request")
            env.cr.execute("DELETE FROM sale_dashboard_computation")
        sale_dashboard_request.requests.save(dbname)
        with (
            freeze_time(begin + timedelta(minutes=6)),
            self.cursor() as env,
            listed_statements() as statements,
        ):
            env["sale.dashboard"]._cron_refresh_recent()
        cores = [one for one in statements if "GROUPING SETS" in one]
        self.assertEqual(len(cores), 1)
        with self.cursor() as env:
            made = env["sale.dashboard"].search(
                [("generated_at", "=", begin + timedelta(minutes=6))]
            )
            self.assertCountEqual(made.create_uid.ids, users)
