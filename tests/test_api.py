"""The HTTP API: the payload, and problems that name the parameter."""

import json
from datetime import timedelta

from odoo import fields
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .common import DashboardCase

DASHBOARD = "/sale_dashboard/api/v1/dashboard"
JUNE = "start_date=2025-06-01&end_date=2025-06-30"


@tagged("post_install", "-at_install")
class TestApi(DashboardCase, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.make_order(100)
        cls.viewer.password = "dashboard_viewer"

    def get(self, query=JUNE, key=None, method="GET", address=DASHBOARD):
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        return self.url_open(
            f"{address}?{query}", headers=headers, method=method, allow_redirects=False
        )

    def assertProblem(self, response, status, parameter=None):
        self.assertEqual(response.status_code, status)
        self.assertEqual(response.headers["Content-Type"], "application/problem+json")
        problem = response.json()
        self.assertEqual(problem["status"], status)
        self.assertTrue(problem["title"] and problem["detail"])
        self.assertEqual(problem.get("parameter"), parameter)
        self.assertNotIn("Traceback", response.text)
        return problem

    def make_key(self, user):
        return (
            self.env["res.users.apikeys"]
            .with_user(user)
            ._generate("rpc", "test", fields.Datetime.now() + timedelta(days=1))
        )

    def test_payload_over_a_session(self):
        self.authenticate("dashboard_viewer", "dashboard_viewer")
        response = self.get()
        self.assertEqual(response.status_code, 200)
        self.assertEqual(
            response.headers["Content-Type"].split(";")[0], "application/json"
        )
        payload = response.json()
        self.assertEqual(payload["overview"]["total_revenue"], 100.0)
        stored = self.dashboards().browse(payload["id"])._get_payload(undefined=None)
        moving = ("cache_info",)
        self.assertEqual(
            {key: value for key, value in payload.items() if key not in moving},
            {
                key: value
                for key, value in json.loads(json.dumps(stored)).items()
                if key not in moving
            },
        )

    def test_payload_over_an_api_key(self):
        key = self.make_key(self.viewer)
        payload = self.get(f"{JUNE}&period_type=monthly&top_limit=3", key=key).json()
        self.assertEqual(payload["overview"]["total_orders"], 1)
        self.assertEqual(
            [one["period"] for one in payload["sales_by_period"]], ["2025-06"]
        )
        self.assertEqual(payload["company_ids"], self.company.ids)

    @mute_logger("odoo.http")
    def test_companies(self):
        second = self.make_company("Second SA", self.eur)
        self.viewer.company_ids += second
        key = self.make_key(self.viewer)
        query = f"{JUNE}&company_ids={second.id},{self.company.id}"
        payload = self.get(query, key=key).json()
        self.assertEqual(payload["company_ids"], [second.id, self.company.id])
        self.assertEqual(payload["currency"], "EUR")
        self.assertEqual(self.get(key=key).json()["company_ids"], self.company.ids)
        third = self.make_company("Third SA", self.eur)
        for bad in (f"{third.id}", "one", "", f"{second.id},", "999999999"):
            response = self.get(f"{JUNE}&company_ids={bad}", key=key)
            self.assertProblem(response, 400, "company_ids")

    @mute_logger("odoo.http")
    def test_bad_input_names_the_parameter(self):
        self.authenticate("dashboard_viewer", "dashboard_viewer")
        for query, parameter in (
            ("", "start_date"),
            ("start_date=2025-06-01", "end_date"),
            ("start_date=June&end_date=2025-06-30", "start_date"),
            ("start_date=2025-07-01&end_date=2025-06-30", "start_date"),
            ("start_date=2025-06-01&end_date=2025-06-31", "end_date"),
            (f"{JUNE}&period_type=hourly", "period_type"),
            (f"{JUNE}&compare=last_decade", "compare"),
            (f"{JUNE}&measure=margin", "measure"),
            (f"{JUNE}&top_limit=ten", "top_limit"),
            (f"{JUNE}&top_limit=1001", "top_limit"),
            (f"{JUNE}&timezone=Mars", "timezone"),
            (f"{JUNE}&colour=red", "colour"),
        ):
            with self.subTest(query=query):
                self.assertProblem(self.get(query), 400, parameter)
        self.assertEqual(self.env["sale.dashboard"].search_count([]), 0)

    @mute_logger("odoo.http", "odoo.addons.base.models.ir_model")
    def test_who_may_not(self):
        self.assertProblem(self.get(), 401)
        self.assertProblem(self.get(key="not-a-key"), 401)
        self.authenticate("dashboard_viewer", "dashboard_viewer")
        self.assertProblem(self.get(key="not-a-key"), 401)
        self.viewer.group_ids = self.env.ref("base.group_user")
        self.assertProblem(self.get(), 403)

    @mute_logger("odoo.http")
    def test_addresses_and_methods(self):
        key = self.make_key(self.viewer)
        address = "/sale_dashboard/api/v1/nothing"
        self.assertProblem(self.get(key=key, address=address), 404)
        for method in ("POST", "PUT", "DELETE"):
            response = self.get(key=key, method=method)
            self.assertProblem(response, 405)
            self.assertEqual(response.headers["Allow"], "GET, HEAD")
