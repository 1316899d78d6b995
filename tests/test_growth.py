"""Comparison and what goes beyond the seed (DEFINITIONS, sections 5 and 6)."""

from datetime import date, timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo.exceptions import ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.sale_dashboard.engine.metrics import Metric

from .common import DashboardCase


def rows(payload, dimension):
    """Breakdown rows by key."""
    return {row["key"]: row for row in payload["breakdowns"].get(dimension, [])}


@tagged("post_install", "-at_install")
class TestComparison(DashboardCase):
    def test_every_figure_has_its_counterpart(self):
        other = self.env["res.partner"].create({"name": "Other"})
        self.make_order(100, at="2025-05-10 10:00:00")
        self.make_order(150)
        self.make_order(50, partner=other)
        self.make_order(30, confirm=False)
        overview = self.compute()["overview"]
        self.assertEqual(
            overview["previous"],
            {
                "total_revenue": 100.0,
                "total_orders": 1,
                "average_order_value": 100.0,
                "new_customers": 1,
                "conversion_rate": 100.0,
            },
        )
        self.assertEqual(overview["change"]["total_revenue"], 100.0)
        self.assertEqual(overview["change"]["total_orders"], 100.0)
        self.assertEqual(overview["change"]["average_order_value"], 0.0)
        self.assertEqual(overview["change"]["new_customers"], 0.0)
        # Percentage points.
        self.assertAlmostEqual(overview["change"]["conversion_rate"], 100 * 2 / 3 - 100)

    def test_no_change_on_a_base_of_zero(self):
        self.make_order(100)
        payload = self.compute()
        self.assertEqual(set(payload["overview"]["change"].values()), {False})
        dashboard = self.dashboards().browse(payload["id"])
        for figure in payload["overview"]["change"]:
            self.assertIs(dashboard[f"{figure}_comparable"], False)
            self.assertEqual(dashboard[f"{figure}_change"], 0.0)
        self.assertIs(payload["top_customers"][0]["change"], False)

    def test_a_decline_to_nothing_is_a_change(self):
        self.make_order(100, at="2025-05-10 10:00:00")
        overview = self.compute()["overview"]
        self.assertEqual(overview["change"]["total_revenue"], -100.0)
        self.assertEqual(overview["change"]["average_order_value"], -100.0)

    def test_nothing_compared(self):
        self.make_order(100)
        payload = self.compute(compare="none")
        self.assertIs(payload["comparison"], False)
        self.assertIs(payload["overview"]["previous"], False)
        self.assertIs(payload["overview"]["change"], False)
        self.assertIs(payload["constant_currency"], False)
        self.assertNotIn("bridge", payload["breakdowns"])
        self.assertIs(payload["sales_by_period"][0]["previous"], False)

    def test_the_bounds_compared_are_in_the_answer(self):
        for compare, expected in (
            ("previous_period", ("2025-05-01", "2025-05-31")),
            ("previous_year", ("2024-06-01", "2024-06-30")),
            ("same_weekdays", ("2024-06-02", "2024-07-01")),
        ):
            comparison = self.compute(compare=compare)["comparison"]
            self.assertEqual((comparison["date_from"], comparison["date_to"]), expected)
        self.assertEqual(comparison["start"], "2024-06-01T22:00:00Z")
        self.assertEqual(comparison["end"], "2024-07-01T22:00:00Z")

    def test_today_is_compared_up_to_this_time_of_day(self):
        self.make_order(1, at="2025-06-09 09:59:59")
        self.make_order(10, at="2025-06-09 10:00:00")
        self.make_order(100, at="2025-06-10 09:00:00")
        with freeze_time("2025-06-10 10:00:00"):
            payload = self.compute("2025-06-10", "2025-06-10")
        self.assertEqual(payload["overview"]["previous"]["total_revenue"], 1.0)
        self.assertEqual(payload["sales_by_period"][0]["previous"]["revenue"], 1.0)
        self.assertEqual(payload["comparison"]["end"], "2025-06-09T10:00:00Z")
        self.assertTrue(payload["sales_by_period"][0]["running"])

    def test_buckets_meet_the_same_offsets(self):
        for day, amount in ((1, 5), (2, 7), (31, 1000)):
            self.make_order(amount, at=f"2025-05-{day:02} 10:00:00")
        self.make_order(14, at="2025-06-02 10:00:00")
        payload = self.compute()
        first, second = payload["sales_by_period"][:2]
        self.assertEqual(first["previous"]["revenue"], 5.0)
        self.assertEqual(first["change"], -100.0)
        self.assertEqual(second["previous"]["date_from"], "2025-05-02")
        self.assertEqual(second["change"], 100.0)
        # May has a day more than June: in the total, in no bucket.
        self.assertEqual(payload["overview"]["previous"]["total_revenue"], 1012.0)
        counterparts = [
            row["previous"]["revenue"] for row in payload["sales_by_period"]
        ]
        self.assertEqual(sum(counterparts), 12.0)
        march = self.compute("2025-03-01", "2025-03-31")["sales_by_period"]
        self.assertEqual(
            [bool(row["previous"]) for row in march], [True] * 28 + [False] * 3
        )

    def test_customers_and_segments_have_counterparts(self):
        partners = self.env["res.partner"].create(
            [{"name": f"Customer {index}"} for index in range(3)]
        )
        self.make_order(40, partner=partners[0], at="2025-05-10 10:00:00")
        self.make_order(10, partner=partners[2], at="2025-05-10 10:00:00")
        for partner, amount in zip(partners, (60, 30, 5), strict=True):
            self.make_order(amount, partner=partner)
        payload = self.compute()
        self.assertEqual(
            [
                (row["previous"]["total_revenue"], row["change"])
                for row in payload["top_customers"]
            ],
            [(40.0, 50.0), (0.0, False), (10.0, -50.0)],
        )
        high, medium = payload["customer_segments"]
        self.assertEqual(high["previous"], {"customer_count": 1, "total_revenue": 40.0})
        self.assertEqual(high["change"], 50.0)
        self.assertEqual(medium["previous"]["total_revenue"], 10.0)

    def test_conversion_has_equally_long_to_mature(self):
        # Created in the comparison, confirmed after as long as the period has had.
        with freeze_time("2025-06-10 10:00:00"):
            self.make_order(created="2025-06-10 08:00:00", at="2025-06-10 09:00:00")
            self.make_order(created="2025-06-09 08:00:00", at="2025-06-09 09:00:00")
            self.make_order(created="2025-06-09 08:00:00", at="2025-06-10 09:30:00")
            payload = self.compute("2025-06-10", "2025-06-10")
        self.assertEqual(payload["overview"]["conversion_rate"], 100.0)
        self.assertEqual(payload["overview"]["previous"]["conversion_rate"], 50.0)
        self.assertEqual(payload["overview"]["change"]["conversion_rate"], 50.0)


@tagged("post_install", "-at_install")
class TestBeyondTheSeed(DashboardCase):
    def test_lifetime(self):
        for at, amount in (
            ("2024-01-10 23:30:00", 1000),
            ("2025-06-05 10:00:00", 20),
            ("2025-06-10 10:00:00", 3),
            ("2025-07-01 10:00:00", 5000),
        ):
            self.make_order(amount, at=at)
        [customer] = self.compute(filters={"domain": [["amount_untaxed", "<", 100]]})[
            "top_customers"
        ]
        self.assertEqual(customer["total_revenue"], 23.0)
        gap = (date(2025, 6, 10) - date(2024, 1, 11)).days / 2
        self.assertEqual(
            customer["lifetime"],
            {
                "revenue": 1023.0,
                "order_count": 3,
                "first_order_date": "2024-01-11",
                "last_order_date": "2025-06-10",
                "average_gap_days": gap,
            },
        )

    def test_a_single_order_has_no_gap(self):
        self.make_order(10)
        [customer] = self.compute()["top_customers"]
        self.assertIs(customer["lifetime"]["average_gap_days"], False)

    def test_rfm(self):
        partners = self.env["res.partner"].create(
            [{"name": f"Customer {index}"} for index in range(5)]
        )
        for index, partner in enumerate(partners):
            for _order in range(5 - index):
                day = date(2025, 6, 30) - timedelta(days=5 * index)
                self.make_order(100 - index, partner=partner, at=f"{day} 10:00:00")
        payload = self.compute()
        self.assertEqual(
            [list(row["rfm"].values()) for row in payload["top_customers"]],
            [
                [5, 5, 5, "champion"],
                [4, 4, 4, "champion"],
                [3, 3, 3, "loyal"],
                [2, 2, 2, "hibernating"],
                [1, 1, 1, "hibernating"],
            ],
        )
        groups = rows(payload, "rfm_group")
        self.assertEqual(groups["champion"]["customer_count"], 2)
        self.assertEqual(
            sum(row["revenue"] for row in groups.values()),
            payload["overview"]["total_revenue"],
        )

    def test_new_and_returning(self):
        fresh = self.env["res.partner"].create({"name": "Fresh"})
        self.make_order(70, at="2025-05-10 10:00:00")
        self.make_order(100)
        self.make_order(11, partner=fresh)
        kinds = rows(self.compute(), "customer_type")
        self.assertEqual(kinds["new"]["revenue"], 11.0)
        self.assertEqual(kinds["new"]["customer_count"], 1)
        self.assertEqual(kinds["new"]["previous"]["revenue"], 70.0)
        self.assertEqual(kinds["returning"]["revenue"], 100.0)
        self.assertEqual(kinds["returning"]["previous"]["revenue"], 0.0)

    def test_leaderboards(self):
        team = self.env["crm.team"].create({"name": "Europe"})
        belgium = self.env.ref("base.be")
        partner = self.env["res.partner"].create(
            {"name": "Brussels", "country_id": belgium.id}
        )
        self.make_order(10, user_id=self.viewer.id, team_id=team.id, partner=partner)
        self.make_order(5)
        self.make_order(4, team_id=team.id, at="2025-05-10 10:00:00", partner=partner)
        payload = self.compute()
        users = rows(payload, "user")
        self.assertEqual(users[str(self.viewer.id)]["name"], self.viewer.name)
        self.assertEqual(users[str(self.viewer.id)]["revenue"], 10.0)
        self.assertEqual(users[""]["revenue"], 5.0)
        self.assertIs(users[""]["id"], False)
        teams = rows(payload, "team")
        self.assertEqual(teams[str(team.id)]["change"], 150.0)
        countries = rows(payload, "country")
        self.assertEqual(countries[str(belgium.id)]["order_count"], 1)
        self.assertEqual(countries[str(belgium.id)]["previous"]["revenue"], 4.0)
        for dimension in ("user", "team", "country"):
            self.assertEqual(
                sum(row["revenue"] for row in rows(payload, dimension).values()), 15.0
            )

    def test_open_quotations(self):
        with freeze_time("2025-06-10 22:30:00"):  # already the 11th in Paris
            for validity in ("2025-06-10", "2025-06-11", "2025-06-18", "2025-06-19"):
                self.make_order(10, confirm=False, validity_date=validity)
            self.make_order(10, confirm=False, validity_date=False, state="sent")
            self.make_order(10)._action_cancel()
            quotations = rows(self.compute(), "quotation")
        self.assertEqual(
            {key: row["order_count"] for key, row in quotations.items()},
            {"open": 4, "expiring": 2, "expired": 1},
        )
        self.assertEqual(quotations["expiring"]["revenue"], 20.0)


@tagged("post_install", "-at_install")
class TestProducts(DashboardCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        categories = cls.env["product.category"].create(
            [{"name": "Wood"}, {"name": "Steel"}]
        )
        cls.table, cls.chair, cls.shelf = cls.env["product.product"].create(
            [
                {"name": name, "categ_id": category.id, "type": "consu"}
                for name, category in zip(
                    ("Oak Table", "Oak Chair", "Shelf"),
                    (categories[0], categories[0], categories[1]),
                    strict=True,
                )
            ]
        )
        cls.wood, cls.steel = categories
        cls.make_rate(cls.eur, "2025-01-01", 3.0)
        cls.sell(
            [(cls.table, 1, 100.0), (cls.chair, 4, 24.0)], at="2025-06-05 10:00:00"
        )
        cls.sell([(cls.table, 1, 50.0)], at="2025-05-05 10:00:00")
        # Two lines of 1 EUR at rate 3: 0.33 each, the order 0.67.
        cls.sell([(cls.shelf, 1, 1.0), (cls.shelf, 1, 1.0)], currency=cls.eur)

    @classmethod
    def sell(cls, lines, **values):
        order = cls.make_order(
            lines=[(quantity, price) for _product, quantity, price in lines],
            confirm=False,
            **values,
        )
        at = order.date_order
        for line, (product, _quantity, price) in zip(
            order.order_line, lines, strict=True
        ):
            line.write(
                {"product_id": product.id, "price_unit": price, "tax_ids": False}
            )
        order.action_confirm()
        order.date_order = at

    def load(self, dimension, **options):
        payload = self.compute(**options)
        self.assertNotIn(dimension, payload["breakdowns"])
        dashboard = self.dashboards().browse(payload["id"])
        return dashboard, dashboard.load_breakdown(dimension)

    def test_products(self):
        dashboard, lines = self.load("product")
        self.assertEqual(
            [
                (row["name"], row["revenue"], row["order_count"], row["quantity"])
                for row in lines
            ],
            [
                ("Oak Table", 100.0, 1, 1.0),
                ("Oak Chair", 96.0, 1, 4.0),
                ("Shelf", 0.66, 1, 2.0),
                ("", 0.01, 0, 0.0),
            ],
        )
        self.assertEqual(lines[0]["change"], 100.0)
        self.assertIs(lines[1]["change"], False)
        self.assertEqual(sum(row["revenue"] for row in lines), dashboard.total_revenue)
        self.assertEqual(lines[-1]["key"], "other")

    def test_categories(self):
        _dashboard, lines = self.load("category")
        self.assertEqual(
            [(row["id"], row["revenue"], row["order_count"]) for row in lines[:2]],
            [(self.wood.id, 196.0, 1), (self.steel.id, 0.66, 1)],
        )

    def test_the_rest_is_one_row(self):
        _dashboard, lines = self.load("product", top_limit=1)
        self.assertEqual(
            [(row["key"], row["revenue"]) for row in lines],
            [(str(self.table.id), 100.0), ("other", 96.67)],
        )

    def test_a_period_without_sales_has_no_rows(self):
        dashboard = self.dashboards().browse(
            self.compute("1999-01-01", "1999-01-31")["id"]
        )
        self.assertEqual(dashboard.load_breakdown("product"), [])
        self.assertEqual(dashboard.load_breakdown("category"), [])

    def test_ties_go_by_id(self):
        # By the product's own order, the reference, it would be the other way round.
        self.table.default_code, self.chair.default_code = "Z", "A"
        self.sell([(self.chair, 1, 4.0)], at="2025-06-06 10:00:00")
        _dashboard, lines = self.load("product", top_limit=1)
        self.assertEqual(lines[0]["id"], self.table.id)

    def test_lines_without_a_product(self):
        orders = self.make_order(80, at="2025-05-20 10:00:00") + self.make_order(90)
        self.env.cr.execute(
            "UPDATE sale_order_line SET product_id = NULL, is_downpayment = true"
            " WHERE order_id IN %s",
            (orders._ids,),
        )
        self.env.invalidate_all()
        for dimension in ("product", "category"):
            dashboard, lines = self.load(dimension)
            [row] = [line for line in lines if not line["key"]]
            self.assertEqual((row["revenue"], row["previous"]["revenue"]), (90.0, 80.0))
            for side, amount in (("current", 90.0), ("previous", 80.0)):
                opened = dashboard.get_metric_domain(
                    "total_revenue", f"{dimension}:", side
                )
                found = self.env["sale.order.line"].search(opened["domain"])
                self.assertEqual(sum(found.mapped("price_subtotal")), amount)

    def test_loaded_once_and_then_part_of_the_payload(self):
        dashboard, lines = self.load("product")
        count = len(dashboard.breakdown_ids)
        self.assertEqual(dashboard.load_breakdown("product"), lines)
        self.assertEqual(len(dashboard.breakdown_ids), count)
        payload = self.dashboards().generate_dashboard_data("2025-06-01", "2025-06-30")
        self.assertEqual(payload["breakdowns"]["product"], lines)
        self.assertEqual(dashboard.breakdown_ids.create_uid, self.viewer)

    def test_rows_open(self):
        dashboard, lines = self.load("product")
        key = f"product:{self.chair.id}"
        described = dashboard.get_metric_domain("total_revenue", key)
        self.assertEqual(described["model"], "sale.order.line")
        [group] = (
            self.env["sale.order.line"]
            .with_user(self.viewer)
            .with_context(**described["context"])
            .formatted_read_group(described["domain"], [], [described["aggregate"]])
        )
        self.assertEqual(group[described["aggregate"]], lines[1]["revenue"])
        described = dashboard.get_metric_domain("total_orders", key)
        self.assertEqual(self.env["sale.order"].search_count(described["domain"]), 1)
        with self.assertRaises(ValidationError):
            dashboard.get_metric_domain("total_revenue", "product:other")
        with self.assertRaises(ValidationError):
            dashboard.load_breakdown("colour")


@tagged("post_install", "-at_install")
class TestWhyItChanged(DashboardCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        names = ("Both", "Lost", "Back", "Fresh")
        cls.both, cls.lost, cls.back, cls.fresh = cls.env["res.partner"].create(
            [{"name": name} for name in names]
        )
        cls.make_rate(cls.eur, "2025-05-01", 0.5)
        cls.make_rate(cls.eur, "2025-06-01", 0.8)
        cls.make_order(100, partner=cls.back, at="2025-01-10 10:00:00")
        cls.make_order(60, partner=cls.lost, at="2025-05-10 10:00:00")
        cls.make_order(
            100, partner=cls.both, at="2025-05-10 10:00:00", currency=cls.eur
        )
        cls.make_order(200, partner=cls.both, currency=cls.eur)
        cls.make_order(40, partner=cls.both)
        cls.make_order(7, partner=cls.back)
        cls.make_order(11, partner=cls.fresh)

    def test_constant_currency(self):
        payload = self.compute()
        overview = payload["overview"]
        # 200 EUR booked at 0.8 are 250; at May's 0.5 they are 400.
        self.assertEqual(overview["total_revenue"], 250 + 40 + 7 + 11)
        self.assertEqual(overview["previous"]["total_revenue"], 200 + 60)
        constant = payload["constant_currency"]
        self.assertEqual(constant["currency_effect"], -150.0)
        self.assertEqual(constant["revenue"], 400 + 40 + 7 + 11)
        self.assertEqual(
            constant["rates"], [[self.company.id, self.eur.id, 100.0, 200.0]]
        )
        self.assertAlmostEqual(constant["change"], 100 * (458 - 260) / 260)

    def test_the_bridge_adds_up(self):
        payload = self.compute()
        parts = {key: row["revenue"] for key, row in rows(payload, "bridge").items()}
        self.assertEqual(
            parts,
            {
                "new": 11.0,
                "returning": 7.0,
                "lost": -60.0,
                "volume": 200.0,
                "size": 40.0,
                "currency": -150.0,
            },
        )
        overview = payload["overview"]
        self.assertEqual(
            sum(parts.values()),
            overview["total_revenue"] - overview["previous"]["total_revenue"],
        )

    @mute_logger("odoo.addons.sale_dashboard.models.sale_dashboard_builder")
    def test_without_new_customers_the_bridge_fails_too(self):
        source = self.env.registry["sale.dashboard.source"]
        with patch.object(source, "_read_new_customers", side_effect=ValueError):
            payload = self.compute()
        self.assertEqual(payload["errors"].keys(), {"new_customers", "bridge"})
        self.assertIs(payload["constant_currency"], False)
        self.assertNotIn("bridge", payload["breakdowns"])

    def test_each_part_opens_its_orders(self):
        dashboard = self.dashboards().browse(self.compute()["id"])
        for part, partners in (
            ("new", self.fresh),
            ("returning", self.back),
            ("lost", self.lost),
            ("volume", self.both),
            ("size", self.both),
            ("currency", self.both),
        ):
            opened = dashboard.get_metric_domain("total_orders", f"bridge:{part}")
            orders = self.env["sale.order"].search(opened["domain"])
            self.assertEqual(orders.partner_id, partners, part)

    def test_without_foreign_orders_there_is_no_effect(self):
        payload = self.compute(filters={"domain": [["currency_id", "=", self.usd.id]]})
        self.assertEqual(payload["constant_currency"]["currency_effect"], 0.0)
        self.assertEqual(payload["constant_currency"]["rates"], [])

    def test_a_pair_without_comparison_orders_keeps_its_own_rate(self):
        filters = {"domain": [["date_order", ">", "2025-06-01 00:00:00"]]}
        payload = self.compute(filters=filters)
        self.assertEqual(payload["constant_currency"]["currency_effect"], 0.0)


@tagged("post_install", "-at_install")
class TestDrillDown(DashboardCase):
    """Every figure, bucket, row and segment opens to exactly itself."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.second = cls.make_company("Second SA", cls.eur)
        cls.both = cls.company | cls.second
        cls.make_rate(cls.eur, "2025-01-01", 0.9)
        cls.make_rate(cls.eur, "2025-06-01", 0.7)
        cls.make_rate(cls.usd, "2025-01-01", 1.1, company=cls.second)
        cls.salesman = cls.make_user("dashboard_own", "sales_team.group_sale_salesman")
        cls.manager = cls.make_user(
            "dashboard_two", "sales_team.group_sale_manager", companies=cls.both
        )
        team = cls.env["crm.team"].create({"name": "Europe"})
        partners = cls.env["res.partner"].create(
            [
                {
                    "name": f"Customer {index}",
                    "country_id": cls.env.ref("base.fr" if index % 3 else "base.be").id
                    if index % 4
                    else False,
                }
                for index in range(12)
            ]
        )
        partners[3].active = False
        for index in range(40):
            month = 5 + index % 2
            confirmed = index % 5 != 4
            cls.make_order(
                10.01 + 7.77 * index,
                at=f"2025-0{month}-{1 + index * 7 % 30:02} {index % 24:02}:30:00",
                partner=partners[index * index % 12],
                currency=cls.eur if index % 3 == 0 else None,
                company=cls.second if index % 7 == 0 else None,
                user_id=(False, cls.salesman.id, cls.viewer.id)[index % 3],
                team_id=team.id if index % 2 and index % 7 else False,
                confirm=confirmed,
                validity_date=date.today() + timedelta(days=index - 20),
            )

    def opened(self, described, user):
        model = (
            self.env[described["model"]]
            .with_user(user)
            .with_context(**described["context"])
        )
        [group] = model.formatted_read_group(
            described["domain"], [], [described["aggregate"]]
        )
        return group[described["aggregate"]] or 0

    def check(self, user, companies, **options):
        payload = self.compute(user=user, companies=companies, **options)
        self.assertEqual(payload["errors"], {})
        dashboard = self.dashboards(user, companies).browse(payload["id"])

        def assert_opens(figure, metric, key=None, side="current"):
            described = dashboard.get_metric_domain(metric, key, side)
            with self.subTest(user=user.login, metric=metric, key=key, side=side):
                self.assertEqual(self.opened(described, user), figure)

        overview = payload["overview"]
        for side, figures in (
            ("current", overview),
            ("previous", overview["previous"]),
        ):
            for metric in ("total_revenue", "total_orders", "new_customers"):
                assert_opens(figures[metric], metric, side=side)
            ratio = dashboard.get_metric_domain("conversion_rate", None, side)
            created = self.opened(ratio["denominator"], user)
            rate = 100 * self.opened(ratio["numerator"], user) / (created or 1)
            self.assertEqual(rate, figures["conversion_rate"])
        assert_opens(overview["customer_count"], "customer_count")
        for row in payload["sales_by_period"]:
            assert_opens(row["revenue"], "total_revenue", row["period"])
            assert_opens(row["order_count"], "total_orders", row["period"])
            if row["previous"]:
                before = row["previous"]["revenue"]
                assert_opens(before, "total_revenue", row["period"], "previous")
        for row in payload["top_customers"]:
            assert_opens(row["total_revenue"], "total_revenue", row["id"])
            before = row["previous"]["total_revenue"]
            assert_opens(before, "total_revenue", row["id"], "previous")
        for row in payload["customer_segments"]:
            assert_opens(row["total_revenue"], "total_revenue", row["segment_name"])
            before = row["previous"]["total_revenue"]
            assert_opens(before, "total_revenue", row["segment_name"], "previous")
        opened = 0
        for dimension, lines in payload["breakdowns"].items():
            for row in lines:
                if dimension == "bridge":
                    continue
                key = f"{dimension}:{row['key']}"
                assert_opens(row["revenue"], "total_revenue", key)
                assert_opens(row["order_count"], "total_orders", key)
                if row["previous"]:
                    before = row["previous"]["revenue"]
                    assert_opens(before, "total_revenue", key, "previous")
                opened += 1
        self.assertGreater(opened, 8)

    def test_manager(self):
        self.check(self.viewer, self.company)

    def test_own_documents(self):
        self.check(self.salesman, self.company, period_type="weekly")

    def test_all_documents(self):
        user = self.make_user(
            "dashboard_all", "sales_team.group_sale_salesman_all_leads"
        )
        self.check(user, self.company, period_type="monthly")

    def test_two_companies(self):
        self.check(self.manager, self.both, compare="previous_year")
        self.check(self.manager, self.second | self.company, measure="total")

    def test_with_filters(self):
        self.check(
            self.viewer,
            self.company,
            filters={"domain": [["amount_untaxed", ">", 50]]},
        )

    def test_hidden_customers(self):
        foreign = self.env["res.partner"].create(
            {"name": "Foreign", "company_id": self.company.id}
        )
        self.make_order(100, partner=foreign)
        self.make_order(50, partner=foreign, at="2025-05-05 10:00:00")
        self.env.cr.execute(
            "UPDATE res_partner SET company_id = %s WHERE id = %s",
            (self.second.id, foreign.id),
        )
        self.env.invalidate_all()
        payload = self.compute()
        self.assertEqual(
            payload["hidden_customers"], {"total_revenue": 100.0, "order_count": 1}
        )
        dashboard = self.dashboards().browse(payload["id"])
        described = dashboard.get_metric_domain("total_revenue", "hidden")
        self.assertEqual(self.opened(described, self.viewer), 100.0)
        self.check(self.viewer, self.company)


@tagged("post_install", "-at_install")
class TestHealth(DashboardCase):
    def warnings(self, **options):
        payload = self.compute(**options)
        self.assertNotIn("health", payload["errors"])
        return {row["code"]: row for row in payload["warnings"]}

    def test_all_is_well(self):
        self.make_order(100)
        self.assertEqual(self.warnings(), {})

    def test_currency_without_a_rate(self):
        self.env["res.currency.rate"].search(
            [("currency_id", "in", (self.usd | self.eur).ids)]
        ).unlink()
        self.make_order(100, currency=self.eur)
        warning = self.warnings()["currency_without_rate"]
        self.assertEqual((warning["revenue"], warning["order_count"]), (100.0, 1))
        self.assertIn("EUR", warning["message"])
        self.assertEqual(self.env["sale.order"].search_count(warning["domain"]), 1)
        self.make_rate(self.eur, "2025-01-01", 0.9)
        self.assertEqual(self.warnings(), {})

    def test_orders_without_a_product_line(self):
        order = self.make_order(lines=[])
        self.env.cr.execute(
            "UPDATE sale_order SET amount_untaxed = 100 WHERE id = %s", (order.id,)
        )
        warning = self.warnings()["no_product_line"]
        self.assertEqual((warning["revenue"], warning["order_count"]), (100.0, 1))

    def test_orders_in_the_future(self):
        self.make_order(100, at="2199-01-01 10:00:00")
        warning = self.warnings()["future_order"]
        self.assertEqual(warning["order_count"], 1)

    def test_viewer_without_a_time_zone(self):
        self.viewer.tz = False
        self.assertIn("UTC", self.warnings()["no_timezone"]["message"])


@tagged("post_install", "-at_install")
class TestMetricsOfOtherAddons(DashboardCase):
    def test_one_override_is_enough(self):
        source = self.env.registry["sale.dashboard.source"]
        extra = [
            Metric(
                "big_orders",
                "Big orders",
                "Orders of 100 and more.",
                domain=[("amount_untaxed", ">=", 100)],
            ),
            Metric(
                "big_revenue",
                "Big revenue",
                "What they bring.",
                "monetary",
                "revenue",
                [("amount_untaxed", ">=", 100)],
            ),
        ]
        self.make_order(100)
        self.make_order(300)
        self.make_order(7)
        self.make_order(200, at="2025-05-10 10:00:00")
        with patch.object(source, "_get_metrics", lambda _self: extra):
            payload = self.compute()
            dashboard = self.dashboards().browse(payload["id"])
            described = dashboard.get_metric_domain("big_revenue")
        self.assertEqual(
            payload["metrics"],
            [
                {
                    "name": "big_orders",
                    "label": "Big orders",
                    "help": "Orders of 100 and more.",
                    "kind": "integer",
                    "value": 2,
                    "previous": 1,
                    "change": 100.0,
                },
                {
                    "name": "big_revenue",
                    "label": "Big revenue",
                    "help": "What they bring.",
                    "kind": "monetary",
                    "value": 400.0,
                    "previous": 200.0,
                    "change": 100.0,
                },
            ],
        )
        self.assertEqual(dashboard.metrics[0]["value"], 2)
        self.assertEqual(self.env["sale.order"].search_count(described["domain"]), 2)
