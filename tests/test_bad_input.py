"""Bad input ends in a sentence a person understands, and stores nothing."""

from odoo.exceptions import ValidationError
from odoo.tests import tagged

from .common import DashboardCase

GOOD = {"date_from": "2025-06-01", "date_to": "2025-06-30"}
BAD = (
    ({"date_from": "2025-07-01"}, "before it begins"),
    ({"date_from": "yesterday"}, "YYYY-MM-DD"),
    ({"date_to": None}, "YYYY-MM-DD"),
    ({"date_from": "1066-10-14"}, "between the years"),
    ({"date_from": "2001-01-01", "period_type": "monthly"}, "at most 20 years"),
    ({"date_from": "2020-01-01"}, "weekly"),
    ({"period_type": "hourly"}, "daily, weekly, monthly"),
    ({"compare": "last_decade"}, "previous_year"),
    ({"measure": "margin"}, "untaxed, total"),
    ({"top_limit": 0}, "from 1 to 1000"),
    ({"top_limit": 1001}, "from 1 to 1000"),
    ({"top_limit": "ten"}, "from 1 to 1000"),
    ({"timezone": "Mars/Olympus"}, "not a time zone"),
    ({"filters": []}, "must be an object"),
    ({"filters": "team"}, "must be an object"),
    ({"filters": {"teams": [1]}}, "not a filter"),
    ({"filters": {"team_ids": ["1"]}}, "list of record ids"),
    ({"filters": {"team_ids": [987654321]}}, "do not exist"),
    ({"filters": {"domain": "[]"}}, "list of conditions"),
    ({"filters": {"domain": [["no_such_field", "=", 1]]}}, "no_such_field"),
    ({"filters": {"domain": ["&"]}}, "cannot be used on orders"),
    ({"filters": {"domain": [["state", "sounds like", "sale"]]}}, "sounds like"),
    ({"filters": {"domain": [5]}}, "cannot be used on orders"),
    ({"filters": {"domain": [["amount_untaxed", "=", "ten"]]}}, "ten"),
    ({"filters": {"domain": [["id", "in", ["a"]]]}}, "cannot be used on orders"),
    ({"filters": {"domain": [["name", "=", "a\0b"]]}}, "no text can have"),
    ({"filters": {"domain": [["amount_untaxed", "<", float("inf")]]}}, "not finite"),
)


@tagged("post_install", "-at_install")
class TestBadInput(DashboardCase):
    def test_every_method_refuses_and_stores_nothing(self):
        dashboards = self.dashboards()
        for bad, words in BAD:
            for method in ("generate", "generate_dashboard_data", "get_sales_overview"):
                with self.subTest(bad=bad, method=method):
                    with self.assertRaises(ValidationError) as caught:
                        getattr(dashboards, method)(**{**GOOD, **bad})
                    self.assertIs(type(caught.exception), ValidationError)
                    self.assertIn(words, str(caught.exception))
        self.assertEqual(self.env["sale.dashboard"].search_count([]), 0)

    def test_unknown_parameters_are_refused(self):
        with self.assertRaises(TypeError):
            self.dashboards().get_sales_overview(**GOOD, colour="red")

    def test_other_peoples_records_in_filters(self):
        second = self.make_company("Second Inc", self.usd)
        team = self.env["crm.team"].create({"name": "T", "company_id": second.id})
        partner = self.env["res.partner"].create({"name": "P", "company_id": second.id})
        for filters in ({"team_ids": team.ids}, {"partner_ids": partner.ids}):
            with self.assertRaises(ValidationError):
                self.compute(filters=filters)
        self.assertEqual(self.env["sale.dashboard"].search_count([]), 0)

    def test_metric_domain_of_nothing(self):
        dashboard = self.dashboards().browse(self.compute()["id"])
        for metric, key in (
            ("margin", None),
            ("total_revenue", "2025-07-01"),
            ("total_revenue", 987654321),
            ("total_revenue", "Platinum"),
            ([], None),
            ({}, None),
            (None, None),
        ):
            with self.assertRaises(ValidationError):
                dashboard.get_metric_domain(metric, key)
        for nothing in ([], {}, None, 5):
            with self.assertRaises(ValidationError):
                dashboard.get_metric_domain("total_revenue", None, nothing)
            with self.assertRaises(ValidationError):
                dashboard.load_breakdown(nothing)

    def test_bucket_bounds_of_a_stranger(self):
        orders = self.env["sale.order"]
        for bounds in (None, [], ["2025-06-01"] * 1101, "2025", 5, [5], ["soon"]):
            with self.assertRaises(ValueError):
                orders.with_context(sale_dashboard_bounds=bounds)._read_group(
                    [], ["dashboard_bucket"], ["__count"]
                )
