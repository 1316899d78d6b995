"""The verifier recomputes a figure of another addon without knowing it."""

import re

from odoo.tests import tagged

from odoo.addons.sale_dashboard.tests import test_verify_rpc as common


@tagged("post_install", "-at_install")
class TestVerifyMetric(common.TestVerifyRpc):
    def test_metrics_are_recomputed(self):
        companies = f"--company-ids={self.company.id},{self.other_company.id}"
        year = ("--date-from=2025-01-01", "--date-to=2025-12-31")
        for user, arguments in (
            (self.admin, (companies, "--compare=previous_year")),
            (self.manager, (companies, "--compare=none", "--measure=total")),
            (self.salesman, ("--compare=same_weekdays",)),
        ):
            with self.subTest(user=user.login):
                done = self.run_script(user, *year, "--period-type=monthly", *arguments)
                self.assertExit(done, common.EQUAL)
                metrics = self.dashboard_of(user).metrics
                self.assertEqual(
                    [row["name"] for row in metrics], ["big_orders", "big_revenue"]
                )
                orders, revenue = (row["value"] for row in metrics)
                self.assertTrue(orders)
                self.assertFigure(done, "metric big_orders", str(orders))
                self.assertFigure(done, "metric big_revenue", f"{revenue:.2f}")

    def test_tampered_metric(self):
        stored = self.make_dashboard(
            self.admin, self.company, date_from="2025-01-01", date_to="2025-12-31"
        )
        orders, revenue = stored.metrics
        revenue["value"] += 0.01
        stored.sudo().metrics = [orders, revenue]
        done = self.run_script(self.admin, f"--dashboard-id={stored.id}")
        self.assertExit(done, common.DIFFERS)
        named = re.findall(r"(?m)^DIFFERS: (.*?): stored", done.stdout)
        self.assertEqual(named, ["metric big_revenue"])
