"""A figure of another addon is in the record, the payload and its drill-down."""

from datetime import datetime

from odoo.tests import HttpCase, tagged

from odoo.addons.sale_dashboard.tests.common import DashboardCase


@tagged("post_install", "-at_install")
class TestMetric(DashboardCase):
    def test_from_one_override_to_every_reader(self):
        self.make_order(1000)
        self.make_order(3000)
        self.make_order(999.99)
        self.make_order(2000, at="2025-05-10 10:00:00")
        payload = self.compute()
        metrics = {row["name"]: row for row in payload["metrics"]}
        self.assertEqual(metrics["big_orders"]["label"], "Big orders")
        self.assertEqual(metrics["big_orders"]["value"], 2)
        self.assertEqual(metrics["big_orders"]["change"], 100.0)
        self.assertEqual(metrics["big_revenue"]["value"], 4000.0)
        self.assertEqual(metrics["big_revenue"]["previous"], 2000.0)
        dashboard = self.dashboards().browse(payload["id"])
        self.assertEqual(dashboard.metrics[0]["value"], 2)
        for name, row in metrics.items():
            for side, figure in (("current", "value"), ("previous", "previous")):
                described = dashboard.get_metric_domain(name, side=side)
                [group] = (
                    self.env[described["model"]]
                    .with_user(self.viewer)
                    .with_context(**described["context"])
                    .formatted_read_group(
                        described["domain"], [], [described["aggregate"]]
                    )
                )
                self.assertEqual(group[described["aggregate"]], row[figure])


@tagged("post_install", "-at_install")
class TestMetricPage(DashboardCase, HttpCase):
    def test_it_has_its_card(self):
        self.viewer.password = "dashboard_viewer"
        self.make_order(4000, at=str(datetime.now().replace(microsecond=0)))
        figure = "[data-metric=big_revenue] .o_sd_card_value"
        self.browser_js(
            "/odoo/sales-dashboard",
            "console.log('test successful')",
            ready=f"/4.?000/.test(document.querySelector('{figure}')?.textContent)",
            login="dashboard_viewer",
        )
