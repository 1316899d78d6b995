"""The button: every figure of a record recomputed inside Odoo, and what it says."""

from datetime import timedelta
from itertools import product
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged
from odoo.tools import SQL, mute_logger

from ..models import sale_dashboard_verify
from .common import DashboardCase

JUNE = ("2025-06-01", "2025-06-30")
# A stored figure of each kind, and where: table, column, which row of it.
CORRUPTED = {
    "total_revenue": ("sale_dashboard", "total_revenue", None),
    "total_orders": ("sale_dashboard", "total_orders", None),
    "average_order_value": ("sale_dashboard", "average_order_value", None),
    "new_customers": ("sale_dashboard", "new_customers", None),
    "conversion_rate": ("sale_dashboard", "conversion_rate", None),
    "customer_count": ("sale_dashboard", "customer_count", None),
    "previous total_revenue": ("sale_dashboard", "previous_total_revenue", None),
    "change total_revenue": ("sale_dashboard", "total_revenue_change", None),
    "hidden_customers total_revenue": ("sale_dashboard", "hidden_revenue", None),
    "constant_currency currency_effect": ("sale_dashboard", "currency_effect", None),
    "period 2025-06-10 revenue": (
        "sale_dashboard_period",
        "revenue",
        "period = '2025-06-10'",
    ),
    "period 2025-06-10 previous order_count": (
        "sale_dashboard_period",
        "previous_order_count",
        "period = '2025-06-10'",
    ),
    **{
        f"period 2025-06-10 {name}": (
            "sale_dashboard_period",
            name.replace(" ", "_"),
            "period = '2025-06-10'",
        )
        for name in (
            *("new_customers", "created_orders", "conversion_rate"),
            *("previous new_customers", "previous converted_orders"),
        )
    },
    "top customer 1 total_revenue": (
        "sale_dashboard_customer",
        "total_revenue",
        "rank = 1",
    ),
    "top customer 1 lifetime revenue": (
        "sale_dashboard_customer",
        "lifetime_revenue",
        "rank = 1",
    ),
    "top customer 1 share": ("sale_dashboard_customer", "share", "rank = 1"),
    "segment High Value total_revenue": (
        "sale_dashboard_segment",
        "total_revenue",
        "segment_name = 'High Value'",
    ),
    "segment High Value average_revenue_per_customer": (
        "sale_dashboard_segment",
        "average_revenue_per_customer",
        "segment_name = 'High Value'",
    ),
    **{
        f"{name} revenue": (
            "sale_dashboard_breakdown",
            "revenue",
            f"dimension = '{name.split()[0]}' AND rank = 1",
        )
        for name in (
            *("user 1", "team 1", "country 1", "product 1", "category 1"),
            *("customer_type new", "rfm_group champion", "quotation open"),
            "bridge new",
        )
    },
}


@tagged("post_install", "-at_install")
class TestVerify(DashboardCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.second = cls.make_company("Second SA", cls.eur)
        cls.both = cls.company | cls.second
        cls.viewer.company_ids = [Command.set(cls.both.ids)]
        cls.make_rate(cls.eur, "2025-01-01", 0.8)
        cls.make_rate(cls.usd, "2025-01-01", 1.25, cls.second)
        team = cls.env["crm.team"].create({"name": "North", "company_id": False})
        france = cls.env.ref("base.fr")
        others = cls.env["res.partner"].create(
            [
                {"name": f"Customer {number}", "country_id": france.id}
                for number in (1, 2)
            ]
        )
        for number, (partner, currency, company) in enumerate(
            product([cls.customer, *others], [None, cls.eur], cls.both)
        ):
            cls.make_order(
                100.01 + number,
                at=f"2025-06-{number + 5:02} 22:30:00",
                partner=partner,
                currency=currency,
                company=company,
                created=f"2025-06-0{number % 7 + 1} 08:00:00",
                user_id=cls.viewer.id if number % 2 else False,
                team_id=team.id if number % 3 else False,
            )
        for company in cls.both:
            cls.make_order(
                33.33, at="2025-05-11 12:00:00", currency=cls.eur, company=company
            )
        cls.make_order(77, confirm=False)

    def make_dashboard(self, user=None, companies=None, products=False, **options):
        dashboards = self.dashboards(user, companies or self.both)
        dashboard = dashboards.browse(
            dashboards.generate(*JUNE, refresh=True, **options)
        )
        for dimension in ("product", "category") if products else ():
            dashboard.load_breakdown(dimension)
        return dashboard

    def corrupt(self, dashboard, table, column, where=None):
        """Move a stored figure by a cent, past everything that is Odoo's."""
        self.env.flush_all()
        owner = "id" if table == "sale_dashboard" else "dashboard_id"
        self.env.cr.execute(
            SQL(
                "UPDATE %s SET %s = %s + %s WHERE %s = %s AND %s",
                *map(SQL.identifier, (table, column, column)),
                1 if column.endswith(("orders", "customers", "count")) else 0.01,
                SQL.identifier(owner),
                dashboard.id,
                SQL(where or "true"),  # pylint: disable=sql-injection
            )
        )
        self.assertEqual(self.env.cr.rowcount, 1, (table, column, where))
        self.env.invalidate_all()

    # ------------------------------------------------------------------
    # Verdicts
    # ------------------------------------------------------------------

    def test_honest_figures_are_equal(self):
        salesman = self.make_user(
            "verify_own", "sales_team.group_sale_salesman", self.both
        )
        self.env["res.lang"]._activate_lang("fr_FR")
        for options in (
            {"products": True},
            {"companies": self.second | self.company, "measure": "total"},
            {"period_type": "weekly", "compare": "previous_year"},
            {"period_type": "monthly", "timezone": "Pacific/Kiritimati"},
            {"timezone": "America/Havana", "compare": "same_weekdays"},
            {"compare": "none", "top_limit": 1, "companies": self.second},
            {"filters": {"partner_ids": self.customer.ids}},
            {"filters": {"domain": [["amount_total", ">", 105]]}},
            {"user": salesman},
        ):
            with self.subTest(**options):
                dashboard = self.make_dashboard(**options)
                verdict = dashboard.action_verify()
                self.assertEqual(verdict["verdict"], "equal", verdict)
                self.assertEqual(verdict["differences"], [])
                self.assertGreater(verdict["figure_count"], 60)
                self.assertEqual(dashboard.verdict, "equal")
                self.assertTrue(dashboard.verified_at)

    def test_a_language_other_than_the_readers(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.env.ref("base.fr").with_context(lang="fr_FR").name = "La France"
        dashboard = self.make_dashboard()
        french = dashboard.with_context(lang="fr_FR").action_verify()
        self.assertEqual(french["verdict"], "equal", french)

    def test_a_cent_is_seen_wherever_it_is(self):
        honest = self.make_dashboard(products=True)
        self.assertEqual(honest.action_verify()["verdict"], "equal")
        for figure, place in CORRUPTED.items():
            with self.subTest(figure=figure), self.env.cr.savepoint() as savepoint:
                self.corrupt(honest, *place)
                verdict = honest.action_verify()
                self.assertEqual(verdict["verdict"], "different")
                found = [row["figure"] for row in verdict["differences"]]
                self.assertIn(figure, found)
                self.assertEqual(honest.verdict, "different")
                self.assertEqual(honest.verdict_differences, verdict["differences"])
                savepoint.rollback()

    def test_a_payload_that_is_not_its_record(self):
        dashboard = self.make_dashboard()
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE sale_dashboard SET payload = replace(payload, %s, %s)"
            " WHERE id = %s",
            ('"total_orders": 12', '"total_orders": 13', dashboard.id),
        )
        self.env.invalidate_all()
        verdict = dashboard.action_verify()
        self.assertEqual(
            verdict["differences"],
            [{"figure": "payload: total_orders", "stored": "12", "recomputed": "13"}],
        )

    def test_the_evidence_stays(self):
        dashboard = self.make_dashboard()
        self.corrupt(dashboard, "sale_dashboard", "total_revenue")
        before = dashboard.total_revenue, dashboard.payload
        dashboard.action_verify()
        self.env.invalidate_all()
        self.assertEqual((dashboard.total_revenue, dashboard.payload), before)

    def test_a_change_since_then_is_no_difference(self):
        dashboard = self.make_dashboard()
        self.make_order(5)
        verdict = dashboard.action_verify()
        self.assertEqual(verdict["verdict"], "unchecked")
        self.assertIn("changed since", verdict["reason"])
        self.assertEqual(dashboard.verdict_reason, verdict["reason"])
        self.assertFalse(dashboard.verdict_differences)
        # What was computed to tell it is not kept.
        self.assertEqual(self.dashboards().search([], limit=1), dashboard)

    def test_a_change_of_something_else_does_not_matter(self):
        dashboard = self.make_dashboard()
        self.product.name = "Chair"
        self.assertFalse(dashboard._is_newest())
        self.assertEqual(dashboard.action_verify()["verdict"], "equal")

    def test_rights_that_changed_since_then_are_no_difference(self):
        colleague = self.make_user("verify_b", "sales_team.group_sale_salesman")
        self.make_order(50, user_id=colleague.id)
        dashboard = self.make_dashboard()
        self.viewer.group_ids = [
            Command.unlink(self.env.ref("sales_team.group_sale_manager").id),
            Command.link(self.env.ref("sales_team.group_sale_salesman").id),
        ]
        self.assertEqual(dashboard.action_verify()["verdict"], "unchecked")

    def test_a_wrong_computation_is_seen_although_orders_changed(self):
        """What differs when computed anew is not explained by the change."""
        dashboard = self.make_dashboard()
        self.make_order(5)
        builder = self.env.registry["sale.dashboard.builder"]
        build = builder._build_conversion

        def wrong(self, build_):
            build(self, build_)
            build_.values["conversion_rate"] += 1

        with patch.object(builder, "_build_conversion", wrong):
            verdict = dashboard.action_verify()
        self.assertEqual(verdict["verdict"], "different")
        self.assertIn(
            "conversion_rate", [one["figure"] for one in verdict["differences"]]
        )

    def test_a_failed_section_is_not_checked(self):
        builder = self.env.registry["sale.dashboard.builder"]

        def fail(self, _build):
            raise ValueError("broken")

        with (
            patch.object(builder, "_build_conversion", fail),
            mute_logger("odoo.addons.sale_dashboard.models.sale_dashboard_builder"),
        ):
            dashboard = self.make_dashboard()
        verdict = dashboard.action_verify()
        self.assertEqual(verdict["verdict"], "unchecked")
        self.assertEqual(verdict["reason"], dashboard.errors["conversion"])
        self.corrupt(dashboard, "sale_dashboard", "total_revenue")
        self.assertEqual(dashboard.action_verify()["verdict"], "different")

    def test_there_is_an_end_to_waiting(self):
        dashboard = self.make_dashboard()
        self.patch(sale_dashboard_verify, "MAX_SECONDS", -1)
        verdict = dashboard.action_verify()
        self.assertEqual(verdict["verdict"], "unchecked")
        self.assertIn("too many orders", verdict["reason"])

    # ------------------------------------------------------------------
    # Rights
    # ------------------------------------------------------------------

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")
    def test_only_ones_own(self):
        dashboard = self.make_dashboard()
        other = self.make_user("verify_other", "sales_team.group_sale_manager")
        portal = new_test_user(self.env, "verify_portal", "base.group_portal")
        for user in (other, portal):
            with self.assertRaises(AccessError):
                dashboard.with_user(user).action_verify()
        self.assertFalse(dashboard.verdict)

    @mute_logger("odoo.addons.base.models.ir_model")
    def test_nobody_writes_his_own_verdict(self):
        dashboard = self.make_dashboard()
        with self.assertRaises(AccessError):
            dashboard.write({"verdict": "equal"})

    def test_server_action(self):
        dashboard = self.make_dashboard()
        self.env.ref("sale_dashboard.action_server_verify").with_user(
            self.viewer
        ).with_context(
            active_model="sale.dashboard",
            active_id=dashboard.id,
            active_ids=dashboard.ids,
            allowed_company_ids=self.both.ids,
        ).run()
        self.assertEqual(dashboard.verdict, "equal")

    def test_memory_is_bounded_by_the_pages(self):
        """No order stays in the cache once it is added up."""
        dashboard = self.make_dashboard()
        self.env.invalidate_all()
        dashboard.action_verify()
        field = self.env["sale.order"]._fields["amount_untaxed"]
        self.assertFalse(self.env.cache.get_records(self.env["sale.order"], field))


@tagged("post_install", "-at_install")
class TestVerification(DashboardCase):
    """The schedule that verifies what was sold yesterday."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Other companies of the database have nobody to tell.
        group = cls.env.ref("sales_team.group_sale_manager")
        cls.env["res.users"].search([("id", "!=", cls.viewer.id)]).write(
            {"group_ids": [Command.unlink(group.id)]}
        )
        cls.company.partner_id.tz = "Pacific/Auckland"
        cls.viewer.company_ids = [Command.set(cls.company.ids)]
        cls.verifications = cls.env["sale.dashboard.verification"]

    def setUp(self):
        super().setUp()
        now = fields.Datetime.now().replace(hour=13, minute=30)
        self.patch(fields.Datetime, "now", lambda: now)
        self.patch(fields.Date, "today", lambda: now.date())
        # 01:30 or 02:30 of the next day in Auckland: yesterday is the UTC day.
        self.day = now.date()
        self.make_order(100, at=f"{self.day} 08:00:00")

    def run_cron(self):
        """The schedule's method; what it commits is this test's."""
        with patch.object(
            self.env.registry["ir.cron"], "_commit_progress", return_value=60
        ) as progress:
            self.verifications._cron_verify_yesterday()
        self.env.invalidate_all()
        return progress

    def found(self):
        return self.verifications.search([("company_id", "=", self.company.id)])

    def corrupt(self):
        """Whatever is stored from now on is a cent off."""
        builder = self.env.registry["sale.dashboard.builder"]
        core = builder._build_core

        def wrong(self, build):
            core(self, build)
            build.values["total_revenue"] += 0.01

        patcher = patch.object(builder, "_build_core", wrong)
        patcher.start()
        self.addCleanup(patcher.stop)
        return patcher

    def test_equal_figures_raise_nothing(self):
        self.run_cron()
        found = self.found()
        self.assertEqual(
            (found.day, found.verdict, found.user_id, found.timezone),
            (self.day, "equal", self.viewer, "Pacific/Auckland"),
        )
        self.assertGreater(found.figure_count, 60)
        self.assertFalse(found.activity_ids)
        # Done is done.
        self.run_cron().assert_not_called()
        self.assertEqual(self.found().attempts, 1)

    def test_one_activity_for_the_manager_and_only_one(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.viewer.lang = "fr_FR"
        colleague = self.make_user("verify_there", "sales_team.group_sale_manager")
        self.corrupt()
        self.run_cron()
        found = self.found()
        self.assertEqual(found.verdict, "different")
        self.assertEqual(found.activity_ids.user_id, self.viewer | colleague)
        self.assertEqual(len(found.activity_ids), 2)
        notes = {activity.user_id: activity.note for activity in found.activity_ids}
        self.assertIn("total_revenue: stored 100.01", notes[colleague])
        self.assertIn("enregistré 100.01", notes[self.viewer])
        self.assertIn(
            "total_revenue: stored 100.01, recomputed 100.00", found.difference_text
        )
        self.run_cron().assert_not_called()
        found.action_verify_again()
        self.assertEqual(found.attempts, 2)
        self.assertEqual(len(found.activity_ids), 2)

    def test_once_it_is_right_again_there_is_nothing_to_do(self):
        patcher = self.corrupt()
        self.run_cron()
        patcher.stop()
        # The wrong record goes with a change of the orders.
        self.make_order(5, at=f"{self.day} 08:00:00")
        found = self.found()
        found.with_user(self.viewer).with_context(
            allowed_company_ids=self.company.ids
        ).action_verify_again()
        self.assertEqual(found.verdict, "equal")
        self.assertFalse(found.activity_ids)

    def test_what_could_not_be_checked_is_tried_again(self):
        self.patch(sale_dashboard_verify, "MAX_SECONDS", -1)
        for attempts in (1, 2, 3):
            self.run_cron()
            self.assertEqual(
                (self.found().verdict, self.found().attempts), ("unchecked", attempts)
            )
        self.assertIn("too many orders", self.found().reason)
        self.run_cron().assert_not_called()
        self.assertFalse(self.found().activity_ids)

    @mute_logger("odoo.addons.sale_dashboard.models.sale_dashboard_verification")
    def test_one_company_does_not_stop_another(self):
        second = self.make_company("Second Inc", self.usd)
        self.make_user("verify_second", "sales_team.group_sale_manager", second)
        dashboards = self.env.registry["sale.dashboard"]
        generate = dashboards._generate

        def fail(self, *args, **kwargs):
            if self.env.company != second:
                raise ValueError("broken")
            return generate(self, *args, **kwargs)

        with patch.object(dashboards, "_generate", fail):
            self.run_cron()
        self.assertEqual(
            (self.found().verdict, self.found().reason), ("unchecked", "broken")
        )
        other = self.verifications.search([("company_id", "=", second.id)])
        self.assertEqual(other.verdict, "equal")

    def test_stopped_between_two_companies_it_goes_on_with_the_second(self):
        second = self.make_company("Second Inc", self.usd)
        self.make_user("verify_second", "sales_team.group_sale_manager", second)
        jobs = self.env.registry["ir.cron"]
        with patch.object(jobs, "_commit_progress", return_value=0) as progress:
            self.verifications._cron_verify_yesterday()
        progress.assert_called_once_with(1, remaining=1)
        self.assertEqual(len(self.verifications.search([])), 1)
        # Odoo calls it again although the time is over: it begins nothing then.
        with patch.object(jobs, "_commit_progress", return_value=0) as progress:
            self.verifications.with_context(cron_end_time=0)._cron_verify_yesterday()
        progress.assert_called_once_with(remaining=1)
        self.run_cron()
        self.assertEqual(len(self.verifications.search([])), 2)

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")
    def test_rights(self):
        self.run_cron()
        found = self.found()
        second = self.make_company("Second Inc", self.usd)
        stranger = self.make_user(
            "verify_stranger", "sales_team.group_sale_manager", second
        )
        salesman = self.make_user("verify_sales", "sales_team.group_sale_salesman")
        own = found.with_user(self.viewer)
        self.assertEqual(own.read(["verdict"])[0]["verdict"], "equal")
        for method, args in (
            ("write", [{"verdict": "different"}]),
            ("unlink", []),
            ("create", [{"day": "2025-01-01", "company_id": self.company.id}]),
        ):
            with self.assertRaises(AccessError):
                getattr(own, method)(*args)
        for user in (stranger, salesman):
            for method in ("read", "action_verify_again"):
                with self.assertRaises(AccessError):
                    getattr(found.with_user(user), method)()
        with self.assertRaises(AccessError):
            self.verifications.with_user(salesman).action_verify_yesterday()

    def test_the_schedule_and_the_action_for_automation_rules(self):
        cron = self.env.ref("sale_dashboard.ir_cron_verify_yesterday")
        self.env.cr.flush()
        with self.enter_registry_test_mode():
            cron.method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual(self.found().verdict, "equal")
        triggers = self.env["ir.cron.trigger"].search([("cron_id", "=", cron.id)])
        order = self.make_order(5)
        self.env.ref("sale_dashboard.action_server_verify_yesterday").with_user(
            self.viewer
        ).with_context(
            active_model="sale.order", active_id=order.id, active_ids=order.ids
        ).run()
        self.assertTrue(
            self.env["ir.cron.trigger"].search([("cron_id", "=", cron.id)]) - triggers
        )

    def test_old_ones_go(self):
        self.run_cron()
        self.found().day = self.day - timedelta(days=400)
        self.verifications._gc_old()
        self.assertFalse(self.found())
