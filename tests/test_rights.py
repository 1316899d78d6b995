"""Who may read what: attempts to break in, one by one."""

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .common import DashboardCase

LINES = ("period_ids", "top_customer_ids", "segment_ids", "breakdown_ids")
PUBLIC_METHODS = (
    "generate",
    "generate_dashboard_data",
    "get_sales_overview",
    "get_top_customers",
    "get_sales_by_period",
    "get_customer_segments",
)


@tagged("post_install", "-at_install")
class TestRights(DashboardCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.make_order(100)

    def stored(self):
        """A record of the viewer's, as he sees it."""
        return self.dashboards().browse(self.compute()["id"])

    def test_the_record_is_the_callers(self):
        dashboard = self.stored()
        self.assertEqual(dashboard.create_uid, self.viewer)
        self.assertFalse(dashboard.env.su)
        for name in LINES:
            self.assertEqual(dashboard[name].create_uid, self.viewer)

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_nobody_reads_anothers_records(self):
        dashboard = self.stored()
        manager = self.make_user("dashboard_spy", "sales_team.group_sale_manager")
        administrator = self.env.ref("base.user_admin")
        administrator.company_ids += self.company
        for user in (manager, administrator):
            spied = dashboard.with_user(user)
            self.assertFalse(spied.search([("id", "=", dashboard.id)]))
            with self.assertRaises(AccessError):
                spied.read(["total_revenue"])
            with self.assertRaises(AccessError):
                spied.get_metric_domain("total_revenue")
            for name in LINES:
                with self.assertRaises(AccessError):
                    dashboard[name].with_user(user).read()

    @mute_logger("odoo.addons.base.models.ir_model")
    def test_not_even_the_owner_writes_figures(self):
        dashboard = self.stored()
        records = [dashboard, *(dashboard[name] for name in LINES)]
        for record in records:
            with self.assertRaises(AccessError):
                record.write({"create_uid": self.viewer.id})
            with self.assertRaises(AccessError):
                record.unlink()
            with self.assertRaises(AccessError):
                record.create({})
        with self.assertRaises(AccessError):
            dashboard.write({"total_revenue": 1.0})
        with self.assertRaises(AccessError):
            dashboard.copy()

    @mute_logger("odoo.addons.base.models.ir_model")
    def test_no_public_method_answers_outsiders(self):
        before = self.env["sale.dashboard"].search_count([])
        for login, groups in (
            ("dashboard_portal", "base.group_portal"),
            ("dashboard_public", "base.group_public"),
            ("dashboard_employee", "base.group_user"),
        ):
            user = new_test_user(
                self.env,
                login=login,
                groups=groups,
                company_id=self.company.id,
                company_ids=[Command.set(self.company.ids)],
            )
            dashboards = self.env["sale.dashboard"].with_user(user)
            for method in PUBLIC_METHODS:
                with (
                    self.subTest(login=login, method=method),
                    self.assertRaises(AccessError),
                ):
                    getattr(dashboards, method)("2025-06-01", "2025-06-30")
            with self.assertRaises(AccessError):
                dashboards.action_refresh_recent()
        self.assertEqual(self.env["sale.dashboard"].search_count([]), before)

    def test_companies_of_others_are_refused(self):
        second = self.make_company("Second Inc", self.usd)
        with self.assertRaises(AccessError):
            self.compute(companies=self.company | second)
        with self.assertRaises(AccessError):
            self.compute(companies=second)

    def test_a_users_own_cache_is_not_anothers(self):
        salesman = self.make_user("dashboard_own", "sales_team.group_sale_salesman")
        other = self.make_user("dashboard_other", "sales_team.group_sale_salesman")
        self.make_order(11, user_id=other.id)
        ask = ("2025-06-01", "2025-06-30")
        seen = {}
        for user in (self.viewer, salesman, other):
            payload = self.dashboards(user).generate_dashboard_data(*ask)
            seen[user] = payload["overview"]["total_revenue"]
        self.assertEqual(list(seen.values()), [111.0, 100.0, 111.0])

    def test_a_filter_cannot_probe_what_the_viewer_may_not_read(self):
        salesman = self.make_user("dashboard_own", "sales_team.group_sale_salesman")
        with self.assertRaises(AccessError):
            self.compute(
                user=salesman,
                filters={"domain": [["create_uid.totp_secret", "!=", False]]},
            )

    def test_rights_that_change_make_another_answer(self):
        salesman = self.make_user("dashboard_own", "sales_team.group_sale_salesman")
        self.make_order(11, user_id=self.viewer.id)
        ask = ("2025-06-01", "2025-06-30")
        first = self.dashboards(salesman).generate_dashboard_data(*ask)
        salesman.group_ids += self.env.ref("sales_team.group_sale_salesman_all_leads")
        second = self.dashboards(salesman).generate_dashboard_data(*ask)
        self.assertEqual(first["overview"]["total_revenue"], 100.0)
        self.assertEqual(second["overview"]["total_revenue"], 111.0)

    def test_the_menu_is_there_for_salespeople(self):
        salesman = self.make_user("dashboard_own", "sales_team.group_sale_salesman")
        employee = new_test_user(self.env, "dashboard_employee", "base.group_user")
        menus = self.env["ir.ui.menu"]
        ours = self.env.ref("sale_dashboard.menu_sale_dashboard")
        analysis = self.env.ref("sale.menu_reporting_sales")
        visible = menus.with_user(salesman)._visible_menu_ids()
        self.assertLessEqual({ours.id, ours.parent_id.id}, visible)
        self.assertNotIn(analysis.id, visible)
        self.assertNotIn(ours.id, menus.with_user(employee)._visible_menu_ids())
        visible = menus.with_user(self.viewer)._visible_menu_ids()
        self.assertLessEqual({ours.id, analysis.id}, visible)
        # Odoo asks for them with every page.
        self.env.invalidate_all()
        menus = menus.with_user(salesman)
        with self.assertQueryCount(0):
            menus._visible_menu_ids()
