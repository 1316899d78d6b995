"""Every figure of the core, case by case (DEFINITIONS, sections 1 to 4 and 8)."""

from datetime import date, timedelta
from unittest.mock import patch

from odoo.exceptions import ValidationError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import DashboardCase


@tagged("post_install", "-at_install")
class TestFigures(DashboardCase):
    # ------------------------------------------------------------------
    # Which orders
    # ------------------------------------------------------------------

    def test_empty(self):
        payload = self.compute()
        overview = payload["overview"]
        self.assertEqual(set(overview.pop("change").values()), {False})
        self.assertEqual(set(overview.pop("previous").values()), {0})
        self.assertEqual(
            overview,
            {
                "total_revenue": 0.0,
                "total_orders": 0,
                "average_order_value": 0.0,
                "customer_count": 0,
                "new_customers": 0,
                "conversion_rate": 0.0,
                "period_start": "2025-06-01",
                "period_end": "2025-06-30",
            },
        )
        self.assertEqual(payload["errors"], {})
        self.assertEqual(len(payload["sales_by_period"]), 30)
        self.assertEqual(payload["top_customers"], [])
        self.assertEqual(payload["customer_segments"], [])

    def test_only_confirmed_orders_are_sales(self):
        self.make_order(100)
        self.make_order(10, confirm=False)
        self.make_order(1, confirm=False, state="sent")
        cancelled = self.make_order(1000)
        cancelled._action_cancel()
        locked = self.make_order(10000)
        locked.action_lock()
        overview = self.compute()["overview"]
        self.assertEqual(overview["total_revenue"], 10100.0)
        self.assertEqual(overview["total_orders"], 2)
        self.assertEqual(overview["average_order_value"], 5050.0)

    def test_cancelled_stays_in_the_base_of_conversion(self):
        self.make_order(100)
        self.make_order(100)._action_cancel()
        overview = self.compute()["overview"]
        self.assertEqual(overview["total_orders"], 1)
        self.assertEqual(overview["conversion_rate"], 50.0)

    def test_conversion_is_dated_by_creation(self):
        self.make_order(created="2025-06-05 08:00:00", at="2025-07-05 08:00:00")
        self.make_order(created="2025-06-05 08:00:00", confirm=False)
        self.make_order(created="2025-05-31 21:59:59", at="2025-06-05 08:00:00")
        overview = self.compute()["overview"]
        self.assertEqual(overview["conversion_rate"], 50.0)
        self.assertEqual(overview["total_orders"], 1)

    def test_own_documents_see_their_own_and_nobodys(self):
        salesman = self.make_user("dashboard_own", "sales_team.group_sale_salesman")
        other = self.make_user("dashboard_other", "sales_team.group_sale_salesman")
        self.make_order(1, user_id=salesman.id)
        self.make_order(10, user_id=other.id)
        self.make_order(100)
        self.assertEqual(self.figure("total_revenue", user=salesman), 101.0)
        self.assertEqual(self.figure("total_revenue"), 111.0)

    def test_return_on_the_same_order(self):
        self.make_order(lines=[(1, 100), (-1, 30)])
        overview = self.compute()["overview"]
        self.assertEqual((overview["total_revenue"], overview["total_orders"]), (70, 1))

    def test_negative_order(self):
        self.make_order(100)
        self.make_order(lines=[(-1, 130)])
        payload = self.compute()
        self.assertEqual(payload["overview"]["total_revenue"], -30.0)
        self.assertEqual(payload["overview"]["average_order_value"], -15.0)
        self.assertEqual(payload["top_customers"][0]["total_revenue"], -30.0)

    def test_companies_are_the_requests(self):
        second = self.make_company("Second Inc", self.usd)
        both = self.company | second
        user = self.make_user(
            "dashboard_both", "sales_team.group_sale_manager", companies=both
        )
        self.make_order(100)
        self.make_order(11, company=second)
        self.assertEqual(self.figure("total_revenue", user=user), 100.0)
        self.assertEqual(
            self.figure("total_revenue", user=user, companies=second), 11.0
        )
        self.assertEqual(self.figure("total_revenue", user=user, companies=both), 111.0)

    def test_filters(self):
        team = self.env["crm.team"].create({"name": "Europe"})
        contact = self.env["res.partner"].create(
            {"name": "Contact", "parent_id": self.customer.id}
        )
        other = self.env["res.partner"].create({"name": "Other"})
        self.make_order(1, team_id=team.id, partner=other)
        self.make_order(10, user_id=self.viewer.id, partner=other)
        self.make_order(100, partner=contact)
        for filters, revenue in (
            ({"team_ids": team.ids}, 1.0),
            ({"user_ids": self.viewer.ids}, 10.0),
            ({"partner_ids": self.customer.ids}, 100.0),
            ({"partner_ids": contact.ids}, 100.0),
            ({"domain": [["amount_untaxed", "<", 50]]}, 11.0),
            ({"domain": [["partner_id.name", "=", "Other"]]}, 11.0),
            ({"team_ids": team.ids, "partner_ids": contact.ids}, 0.0),
        ):
            with self.subTest(filters=filters):
                self.assertEqual(self.figure("total_revenue", filters=filters), revenue)

    def test_filters_on_archived_records_outlive_storing(self):
        team = self.env["crm.team"].create({"name": "Dissolved"})
        self.make_order(1, team_id=team.id)
        self.make_order(10)
        team.active = False
        payload = self.compute(filters={"team_ids": team.ids})
        dashboard = self.dashboards().browse(payload["id"])
        described = dashboard.get_metric_domain("total_revenue")
        self.assertEqual(self._open(described), 1.0)
        self.assertEqual(payload["overview"]["total_revenue"], 1.0)

    # ------------------------------------------------------------------
    # Which days
    # ------------------------------------------------------------------

    def test_day_boundary_is_the_viewers(self):
        self.make_order(at="2025-06-01 22:30:00")
        sold = [
            bucket["period"]
            for bucket in self.compute()["sales_by_period"]
            if bucket["order_count"]
        ]
        self.assertEqual(sold, ["2025-06-02"])
        self.assertEqual(
            self.figure("total_orders", date_from="2025-06-01", date_to="2025-06-01"),
            0,
        )
        self.assertEqual(
            self.figure(
                "total_orders",
                date_from="2025-06-01",
                date_to="2025-06-01",
                timezone="UTC",
            ),
            1,
        )

    def test_bounds_are_half_open(self):
        self.make_order(1, at="2025-05-31 21:59:59")
        self.make_order(10, at="2025-05-31 22:00:00")
        self.make_order(100, at="2025-06-30 21:59:59")
        self.make_order(1000, at="2025-06-30 22:00:00")
        payload = self.compute()
        self.assertEqual(payload["overview"]["total_revenue"], 110.0)
        self.assertEqual(payload["sales_by_period"][0]["revenue"], 10.0)
        self.assertEqual(payload["sales_by_period"][-1]["revenue"], 100.0)

    def test_zone_falls_back_to_the_company_then_utc(self):
        self.viewer.tz = False
        self.company.partner_id.tz = "Asia/Tokyo"
        self.assertEqual(self.compute()["timezone"], "Asia/Tokyo")
        self.company.partner_id.tz = False
        self.assertEqual(self.compute()["timezone"], "UTC")

    def test_zone_changed_on_the_contact_counts_at_once(self):
        self.viewer.tz = "Europe/Paris"
        self.assertEqual(self.compute()["timezone"], "Europe/Paris")
        self.viewer.partner_id.tz = "Asia/Tokyo"
        self.assertEqual(self.compute()["timezone"], "Asia/Tokyo")

    def test_odd_zones_and_clock_changes_tile(self):
        for zone, day in (
            ("Australia/Lord_Howe", "2025-10-05"),
            ("Asia/Kathmandu", "2025-06-10"),
            ("Africa/Cairo", "2025-04-25"),
            ("America/Havana", "2025-11-02"),
            ("America/St_Johns", "2010-11-07"),
        ):
            for hour in range(0, 24, 2):
                self.make_order(1, at=f"{day} {hour:02}:30:30")
            with self.subTest(zone=zone):
                payload = self.compute(
                    self._shift(day, -2), self._shift(day, 2), timezone=zone
                )
                buckets = payload["sales_by_period"]
                self.assertEqual(len(buckets), 5)
                self.assertEqual(payload["overview"]["total_orders"], 12)
                self.assertEqual(sum(one["order_count"] for one in buckets), 12)

    def _shift(self, day, days):
        return str(date.fromisoformat(day) + timedelta(days=days))

    def test_weekly_and_monthly_buckets_add_up(self):
        for at in ("2025-06-01 10:00:00", "2025-06-02 10:00:00", "2025-06-30 10:00:00"):
            self.make_order(10, at=at)
        weekly = self.compute(period_type="weekly")["sales_by_period"]
        self.assertEqual(
            [(one["period"], one["revenue"]) for one in weekly if one["revenue"]],
            [("2025-05-26", 10.0), ("2025-06-02", 10.0), ("2025-06-30", 10.0)],
        )
        self.assertEqual([one["partial"] for one in weekly], [True, *[False] * 4, True])
        monthly = self.compute(period_type="monthly")["sales_by_period"]
        self.assertEqual(
            [(one["period"], one["revenue"], one["order_count"]) for one in monthly],
            [("2025-06", 30.0, 3)],
        )

    def test_leap_days_and_the_turn_of_the_year(self):
        self.make_order(1, at="2024-02-28 23:30:00")  # the 29th in Paris
        self.make_order(10, at="2024-12-31 22:59:59")
        self.make_order(100, at="2024-12-31 23:00:00")
        days = {
            row["period"]: row["revenue"]
            for row in self.compute("2024-02-28", "2024-03-01")["sales_by_period"]
        }
        self.assertEqual(
            days, {"2024-02-28": 0.0, "2024-02-29": 1.0, "2024-03-01": 0.0}
        )
        self.assertEqual(
            self.figure(
                "total_revenue",
                date_from="2024-01-01",
                date_to="2024-12-31",
                period_type="monthly",
            ),
            11.0,
        )
        weeks = self.compute("2024-12-30", "2025-01-05", period_type="weekly")
        self.assertEqual(
            [(row["period"], row["revenue"]) for row in weeks["sales_by_period"]],
            [("2024-12-30", 110.0)],
        )

    # ------------------------------------------------------------------
    # Money
    # ------------------------------------------------------------------

    def test_orders_count_at_their_own_rate(self):
        self.make_rate(self.eur, "2025-06-01", 0.5)
        self.make_rate(self.eur, "2025-06-20", 0.8)
        self.make_order(100)
        self.make_order(100, currency=self.eur)
        self.assertEqual(self.figure("total_revenue"), 300.0)

    def test_rounding_once_per_order(self):
        self.make_rate(self.eur, "2025-01-01", 3.0)
        for day in (3, 4, 5):
            self.make_order(1, currency=self.eur, at=f"2025-06-{day:02} 10:00:00")
        payload = self.compute()
        self.assertEqual(payload["overview"]["total_revenue"], 0.99)
        self.assertEqual(
            [one["revenue"] for one in payload["sales_by_period"] if one["revenue"]],
            [0.33, 0.33, 0.33],
        )

    def test_zero_and_null_rates_count_as_one(self):
        orders = self.make_order(100) | self.make_order(10)
        orders.flush_recordset()
        for order, rate in zip(orders, (0, None), strict=True):
            self.env.cr.execute(
                "UPDATE sale_order SET currency_rate = %s WHERE id = %s",
                (rate, order.id),
            )
        orders.invalidate_recordset()
        self.assertEqual(self.figure("total_revenue"), 110.0)

    def test_measures(self):
        tax = self.make_tax(20.0)
        order = self.make_order(100)
        order.order_line.tax_ids = tax
        self.assertEqual(self.figure("total_revenue"), 100.0)
        self.assertEqual(self.figure("total_revenue", measure="total"), 120.0)

    def make_tax(self, amount, **values):
        group = self.env["account.tax.group"].create(
            {"name": "VAT", "company_id": self.company.id}
        )
        return self.env["account.tax"].create(
            {
                "name": f"{amount} %",
                "amount": amount,
                "company_id": self.company.id,
                "tax_group_id": group.id,
                "country_id": self.env.ref("base.us").id,
                **values,
            }
        )

    def test_tax_included_and_global_rounding(self):
        """The order's own totals count, whatever its lines add up to."""
        self.company.tax_calculation_rounding_method = "round_globally"
        tax = self.make_tax(19.0, price_include_override="tax_included")
        orders = self.env["sale.order"]
        for _turn in range(3):
            order = self.make_order(lines=[(1, 0.99), (1, 0.99), (1, 0.99)])
            order.order_line.tax_ids = tax
            orders += order
        self.env.flush_all()
        for measure in ("untaxed", "total"):
            self.assertAlmostEqual(
                self.figure("total_revenue", measure=measure),
                sum(orders.mapped(f"amount_{measure}")),
                2,
            )
        self.assertEqual(self.figure("total_revenue", measure="total"), 8.91)

    def test_a_shared_rate_converts_an_order(self):
        self.env["res.currency.rate"].create(
            {
                "currency_id": self.eur.id,
                "name": "2025-01-02",
                "rate": 4.0,
                "company_id": False,
            }
        )
        self.make_order(100, currency=self.eur)
        self.assertEqual(self.figure("total_revenue"), 25.0)

    def test_a_branch_converts_with_its_roots_rates(self):
        second = self.make_company("Second SA", self.eur)
        branch = self.env["res.company"].create(
            {"name": "Branch", "parent_id": self.company.id}
        )
        self.env.user.company_ids += branch
        self.make_rate(self.eur, "2025-01-01", 0.5)
        both = branch | second
        user = self.make_user(
            "dashboard_branch", "sales_team.group_sale_manager", companies=both
        )
        self.make_order(100, company=second)
        self.assertEqual(self.figure("total_revenue", user=user, companies=both), 200.0)

    def test_company_factor(self):
        """As Sales Analysis: our rate over the ROOT's newest rate, not a shared one."""
        second = self.make_company("Second SA", self.eur)
        both = self.company | second
        user = self.make_user(
            "dashboard_both", "sales_team.group_sale_manager", companies=both
        )
        self.make_order(100)
        self.make_order(100, company=second)
        shared = self.env["res.currency.rate"].create(
            {
                "currency_id": self.eur.id,
                "name": "2025-01-02",
                "rate": 4.0,
                "company_id": False,
            }
        )
        payload = self.compute(user=user, companies=both)
        self.assertEqual(payload["overview"]["total_revenue"], 200.0)
        self.assertEqual(payload["warnings"][0]["code"], "company_without_rate")
        self.make_rate(self.eur, "2025-01-01", 0.5)
        self.make_rate(self.eur, "2199-01-01", 0.1)
        payload = self.compute(user=user, companies=both)
        self.assertEqual(payload["overview"]["total_revenue"], 300.0)
        self.assertEqual(payload["warnings"], [])
        self.assertEqual(
            payload["currency_factors"],
            {
                str(second.id): {
                    "numerator": 1.0,
                    "denominator": 0.5,
                    "date": "2025-01-01",
                }
            },
        )
        self.assertTrue(shared.exists())

    def test_factor_agrees_with_sales_analysis(self):
        second = self.make_company("Second SA", self.eur)
        both = self.company | second
        self.make_rate(self.eur, "2025-01-01", 0.8)
        self.make_order(100, company=second)
        self.env.flush_all()
        [[analysed]] = (
            self.env["sale.report"]
            .with_context(allowed_company_ids=both.ids)
            ._read_group(
                [("company_id", "=", second.id), ("state", "=", "sale")],
                [],
                ["price_subtotal:sum"],
            )
        )
        user = self.make_user(
            "dashboard_both", "sales_team.group_sale_manager", companies=both
        )
        revenue = self.figure("total_revenue", user=user, companies=both)
        self.assertEqual(revenue, analysed)
        self.assertEqual(revenue, 125.0)

    def test_currency_without_decimals(self):
        jpy = self.env.ref("base.JPY")
        jpy.active = True
        tokyo = self.make_company("Tokyo KK", jpy)
        user = self.make_user(
            "dashboard_tokyo", "sales_team.group_sale_manager", companies=tokyo
        )
        self.make_rate(self.eur, "2025-01-01", 0.0061, company=tokyo)
        self.make_order(100, currency=self.eur, company=tokyo)
        self.make_order(101, currency=self.eur, company=tokyo)
        overview = self.compute(user=user, companies=tokyo)["overview"]
        self.assertEqual(overview["total_revenue"], 16393.0 + 16557.0)
        self.assertEqual(overview["average_order_value"], 16475.0)

    # ------------------------------------------------------------------
    # Customers
    # ------------------------------------------------------------------

    def test_contacts_are_one_customer(self):
        for name in ("Ann", "Bob"):
            contact = self.env["res.partner"].create(
                {"name": name, "parent_id": self.customer.id}
            )
            self.make_order(50, partner=contact)
        payload = self.compute(compare="none")
        self.assertEqual(payload["overview"]["customer_count"], 1)
        self.assertEqual(
            payload["top_customers"],
            [
                {
                    "id": self.customer.id,
                    "name": "Azure",
                    "email": "azure@example.com",
                    "is_company": True,
                    "total_revenue": 100.0,
                    "order_count": 2,
                    "rank": 1,
                    "share": 100.0,
                    "previous": False,
                    "change": False,
                    "lifetime": {
                        "revenue": 100.0,
                        "order_count": 2,
                        "first_order_date": "2025-06-10",
                        "last_order_date": "2025-06-10",
                        "average_gap_days": 0.0,
                    },
                    "rfm": {
                        "recency": 5,
                        "frequency": 5,
                        "monetary": 5,
                        "group": "champion",
                    },
                }
            ],
        )

    def test_archived_customers_count(self):
        self.make_order(100)
        self.customer.active = False
        payload = self.compute()
        self.assertEqual(payload["top_customers"][0]["name"], "Azure")
        self.assertEqual(payload["overview"]["new_customers"], 1)

    def test_customer_the_viewer_may_not_see(self):
        second = self.make_company("Second Inc", self.usd)
        foreign = self.env["res.partner"].create(
            {"name": "Foreign", "company_id": self.company.id}
        )
        self.make_order(100, partner=foreign)
        self.make_order(11)
        self.env.cr.execute(
            "UPDATE res_partner SET company_id = %s WHERE id = %s",
            (second.id, foreign.id),
        )
        self.env.invalidate_all()
        payload = self.compute()
        self.assertEqual(payload["errors"], {})
        self.assertEqual(payload["overview"]["total_revenue"], 111.0)
        self.assertEqual(payload["overview"]["total_orders"], 2)
        self.assertEqual(payload["overview"]["new_customers"], 1)
        self.assertEqual([one["name"] for one in payload["top_customers"]], ["Azure"])
        self.assertEqual(payload["customer_segments"][0]["total_revenue"], 11.0)

    def test_new_customers(self):
        known, filtered, fresh, elsewhere = self.env["res.partner"].create(
            [{"name": name} for name in ("Known", "Filtered", "Fresh", "Elsewhere")]
        )
        second = self.make_company("Second Inc", self.usd)
        team = self.env["crm.team"].create({"name": "Europe"})
        self.make_order(partner=known, at="2025-05-31 21:59:59")
        self.make_order(partner=filtered, at="2024-01-10 10:00:00", team_id=team.id)
        self.make_order(partner=elsewhere, at="2024-01-10 10:00:00", company=second)
        self.make_order(partner=fresh, at="2024-01-10 10:00:00", confirm=False)
        for partner in (known, filtered, fresh, fresh, elsewhere):
            self.make_order(partner=partner)
        self.assertEqual(self.figure("new_customers"), 2)
        # The earlier order of "Filtered" counts whatever the filter says.
        other_team = {"domain": [["team_id", "=", False]]}
        self.assertEqual(self.figure("new_customers", filters=other_team), 2)

    def test_top_limit_and_ties(self):
        partners = self.env["res.partner"].create(
            [{"name": f"Customer {index}"} for index in range(4)]
        )
        for partner, amount in zip(partners, (5, 7, 5, 5), strict=True):
            self.make_order(amount, partner=partner)
        payload = self.compute(top_limit=3)
        self.assertEqual(
            [one["id"] for one in payload["top_customers"]],
            [partners[1].id, partners[0].id, partners[2].id],
        )
        self.assertEqual(payload["overview"]["customer_count"], 4)

    def test_segments_cover_every_customer(self):
        partners = self.env["res.partner"].create(
            [{"name": f"Customer {index:02}"} for index in range(12)]
        )
        for index, partner in enumerate(partners):
            self.make_order(100 - index, partner=partner)
        payload = self.compute(top_limit=1)
        self.assertEqual(
            [
                (one["segment_name"], one["customer_count"])
                for one in payload["customer_segments"]
            ],
            [("High Value", 2), ("Medium Value", 2), ("Low Value", 8)],
        )
        self.assertEqual(
            sum(one["total_revenue"] for one in payload["customer_segments"]),
            payload["overview"]["total_revenue"],
        )
        low = payload["customer_segments"][-1]
        self.assertEqual(len(low["top_customers"]), 3)
        self.assertEqual(low["top_customers"][0]["id"], partners[4].id)

    # ------------------------------------------------------------------
    # Drill-down, failing sections
    # ------------------------------------------------------------------

    def test_drill_down_equals_the_figure(self):
        self.make_rate(self.eur, "2025-01-01", 0.9)
        self.make_order(33.33, currency=self.eur)
        self.make_order(12, at="2025-06-11 10:00:00")
        self.make_order(5, confirm=False)
        payload = self.compute()
        dashboard = self.dashboards().browse(payload["id"])
        for metric in ("total_revenue", "total_orders", "new_customers"):
            with self.subTest(metric=metric):
                self.assertEqual(
                    self._open(dashboard.get_metric_domain(metric)),
                    payload["overview"][metric],
                )
        for metric, factor in (("average_order_value", 1), ("conversion_rate", 100)):
            ratio = dashboard.get_metric_domain(metric)
            self.assertAlmostEqual(
                factor
                * self._open(ratio["numerator"])
                / self._open(ratio["denominator"]),
                payload["overview"][metric],
                2,
            )
        for bucket in payload["sales_by_period"]:
            domain = dashboard.get_metric_domain("total_revenue", bucket["period"])
            self.assertEqual(self._open(domain), bucket["revenue"])
            domain = dashboard.get_metric_domain("new_customers", bucket["period"])
            self.assertEqual(self._open(domain), bucket["new_customers"])
            ratio = dashboard.get_metric_domain("conversion_rate", bucket["period"])
            self.assertEqual(
                (self._open(ratio["numerator"]), self._open(ratio["denominator"])),
                (bucket["converted_orders"], bucket["created_orders"]),
            )
        for row in payload["top_customers"]:
            domain = dashboard.get_metric_domain("total_revenue", row["id"])
            self.assertEqual(self._open(domain), row["total_revenue"])
        for row in payload["customer_segments"]:
            domain = dashboard.get_metric_domain("total_orders", row["segment_name"])
            self.assertEqual(self._open(domain), 2)

    def test_new_customers_and_conversion_by_bucket(self):
        early, late, known = self.env["res.partner"].create(
            [{"name": name} for name in ("Early", "Late", "Known")]
        )
        before, during = "2025-05-20 10:00:00", "2025-06-20 10:00:00"
        self.make_order(1, at="2025-04-01 10:00:00", partner=known)
        self.make_order(1, at=before, partner=known)
        self.make_order(1, at=before, partner=early)
        self.make_order(1, at="2025-06-03 10:00:00", partner=late)
        self.make_order(1, at=during, partner=late)
        self.make_order(1, at=during, partner=early)
        self.make_order(1, at=during, confirm=False)
        self.make_order(1, at=during, partner=known)
        options = {"compare": "previous_period", "period_type": "weekly"}
        payload = self.compute(**options)
        rows = {row["period"]: row for row in payload["sales_by_period"]}
        figures = ("new_customers", "created_orders", "converted_orders")
        self.assertEqual(
            {
                key: tuple(row[figure] for figure in figures)
                for key, row in rows.items()
                if row["created_orders"]
            },
            {"2025-06-02": (1, 1, 1), "2025-06-16": (0, 4, 3)},
        )
        self.assertEqual(rows["2025-06-16"]["conversion_rate"], 75.0)
        self.assertEqual(rows["2025-06-09"]["conversion_rate"], 0.0)
        # May is one day longer: its week of the 20th is the one of the 20th of June.
        [week] = [
            row["previous"]
            for row in payload["sales_by_period"]
            if row["previous"] and row["previous"]["created_orders"]
        ]
        self.assertEqual([week[figure] for figure in figures], [1, 2, 2])
        dashboard = self.dashboards().browse(payload["id"])
        described = dashboard.get_metric_domain(
            "new_customers", "2025-06-16", "previous"
        )
        self.assertEqual(
            self.env["res.partner"].search(described["domain"]),
            early,
        )
        described = dashboard.get_metric_domain("new_customers", "2025-06-02")
        self.assertEqual(self.env["res.partner"].search(described["domain"]), late)
        for metric in ("new_customers", "conversion_rate"):
            with self.assertRaises(ValidationError):
                dashboard.get_metric_domain(metric, "2025-07-01")

    def _open(self, described):
        model = (
            self.env[described["model"]]
            .with_user(self.viewer)
            .with_context(**described["context"])
        )
        [group] = model.formatted_read_group(
            described["domain"], [], [described["aggregate"]]
        )
        return group[described["aggregate"]] or 0

    def test_revenue_of_one_record_is_the_aggregates(self):
        self.make_rate(self.eur, "2025-01-01", 3.0)
        orders = self.make_order(1, currency=self.eur) | self.make_order(2.5)
        orders = orders.with_user(self.viewer).with_context(
            allowed_company_ids=self.company.ids
        )
        self.assertEqual(orders.mapped("dashboard_amount_untaxed"), [0.33, 2.5])
        [[total]] = orders._read_group(
            [("id", "in", orders.ids)], [], ["dashboard_amount_untaxed:sum"]
        )
        self.assertEqual(total, 2.83)

    def test_what_is_only_grouped_by_is_never_old(self):
        """Nor is it looked after at each change of an order."""
        order = self.make_order(10).with_context(
            sale_dashboard_split="2025-06-01 00:00:00",
            sale_dashboard_bounds=["2025-01-01 00:00:00", "2025-06-01 00:00:00"],
        )
        read = [
            "dashboard_bucket",
            "dashboard_after_split",
            "dashboard_converted",
            "dashboard_company_untaxed",
        ]
        for instant, state, expected in (
            ("2025-05-31 23:59:59", "sale", [1, False, True, 10.0]),
            ("2025-06-01 00:00:00", "cancel", [2, True, False, 10.0]),
        ):
            order.write({"date_order": instant, "state": state})
            self.assertEqual([order[name] for name in read], expected)
        triggered = {
            dependent.name
            for name in ("date_order", "state", "amount_untaxed", "currency_rate")
            for dependent in self.registry.get_dependent_fields(order._fields[name])
            if dependent.name.startswith("dashboard_")
        }
        self.assertEqual(
            triggered,
            {
                "dashboard_amount_untaxed",
                "dashboard_amount_total",
                "dashboard_currency_rate",
            },
        )

    def test_reading_all_fields_of_an_order_needs_no_bounds(self):
        [values] = self.make_order().read()
        self.assertEqual(values["dashboard_bucket"], 0)

    def test_a_failing_section_leaves_the_rest_standing(self):
        self.make_order(100)
        source = self.env.registry["sale.dashboard.source"]

        def fail(self, *_args):
            self.env.cr.execute("SELECT no_such_column FROM sale_order")

        with (
            patch.object(source, "_read_conversion", fail),
            mute_logger(
                "odoo.sql_db",
                "odoo.addons.sale_dashboard.models.sale_dashboard_builder",
            ),
        ):
            payload = self.compute()
        self.assertEqual(list(payload["errors"]), ["conversion"])
        self.assertIs(payload["overview"]["conversion_rate"], False)
        for row in payload["sales_by_period"]:
            self.assertIs(row["conversion_rate"], False)
            self.assertIs(row["created_orders"], False)
        self.assertEqual(payload["overview"]["total_revenue"], 100.0)
        self.assertEqual(payload["overview"]["new_customers"], 1)
        # Never reused: the next request computes again.
        again = self.dashboards().generate_dashboard_data("2025-06-01", "2025-06-30")
        self.assertEqual(again["errors"], {})
        self.assertNotEqual(again["id"], payload["id"])

    def test_a_failing_core_fails_as_one(self):
        self.make_order(100)
        source = self.env.registry["sale.dashboard.source"]
        with (
            patch.object(source, "_read_cores", side_effect=KeyError("broken")),
            mute_logger("odoo.addons.sale_dashboard.models.sale_dashboard_builder"),
        ):
            payload = self.compute()
        self.assertEqual(
            set(payload["errors"]),
            {"core", "new_customers", "lifetime", "rfm", "bridge", "health"},
        )
        self.assertIs(payload["overview"]["total_revenue"], False)
        self.assertEqual(payload["overview"]["conversion_rate"], 100.0)
        self.assertNotIn("KeyError", payload["errors"]["core"])

    def test_line_totals_are_seen_without_a_flush_by_hand(self):
        order = self.make_order(100)
        order.order_line.price_unit = 150
        self.assertEqual(self.figure("total_revenue"), 150.0)

    def test_team_of_lines_does_not_multiply_orders(self):
        tag = self.env["crm.tag"].create([{"name": "A"}, {"name": "B"}])
        self.make_order(100, tag_ids=[Command.set(tag.ids)])
        filters = {"domain": [["tag_ids", "in", tag.ids]]}
        overview = self.compute(filters=filters)["overview"]
        self.assertEqual(
            (overview["total_revenue"], overview["total_orders"]), (100, 1)
        )
