"""Customer groups as a filter: their orders alone, whoever asks and however."""

import json

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import mute_logger

from odoo.addons.sale_dashboard.engine.groups import ALL

from .common import DashboardCase

JUNE = {"date_from": "2025-06-01", "date_to": "2025-06-30"}
API = "/sale_dashboard/api/v1/dashboard?start_date=2025-06-01&end_date=2025-06-30"


class GroupsCase(DashboardCase):
    """Twelve customers of June, of whom four ordered in May: the best and the last."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.people = cls.env["res.partner"].create(
            [{"name": f"Buyer {number}"} for number in range(12)]
        )
        for number, buyer in enumerate(cls.people):
            cls.make_order(1000 - 80 * number, partner=buyer)
            if number < 6:
                cls.make_order(0.5, at=f"2025-06-{20 + number} 10:00:00", partner=buyer)
            if number in (0, 1, 10, 11):
                cls.make_order(7, at="2025-05-12 10:00:00", partner=buyer)
        cls.make_order(
            3, at="2025-06-12 10:00:00", partner=cls.people[0], confirm=False
        )
        # Of nobody in June
        cls.other = cls.env["res.partner"].create({"name": "In May"})
        cls.make_order(90, at="2025-05-12 10:00:00", partner=cls.other)

    def ask(self, *groups, domain=(), **options):
        filters = {"customer_groups": list(groups), "domain": list(domain)}
        return self.compute(filters=filters, **options)

    def record(self, payload, user=None, companies=None):
        return self.dashboards(user, companies).browse(payload["id"])

    def rows(self, payload):
        """Name of a group -> (revenue, orders or None, customers) of its row."""
        found = {
            f"segment:{row['segment_name']}": (
                row["total_revenue"],
                None,
                row["customer_count"],
            )
            for row in payload["customer_segments"]
        }
        for dimension in ("rfm_group", "customer_type"):
            for row in payload["breakdowns"][dimension]:
                found[f"{dimension}:{row['key']}"] = (
                    row["revenue"],
                    row["order_count"],
                    row["customer_count"],
                )
        return found


@tagged("post_install", "-at_install")
class TestGroups(GroupsCase):
    def test_the_filter_finds_what_its_row_shows(self):
        rows = self.rows(self.compute())
        self.assertGreater(len(rows), 6)
        for name, (revenue, orders, customers) in rows.items():
            with self.subTest(name=name):
                overview = self.ask(name)["overview"]
                self.assertEqual(overview["total_revenue"], revenue)
                self.assertEqual(overview["customer_count"], customers)
                if orders is not None:
                    self.assertEqual(overview["total_orders"], orders)

    def test_a_group_nobody_is_in(self):
        rows = self.rows(self.compute())
        for name in set(ALL) - set(rows):
            self.assertEqual(self.ask(name)["overview"]["total_orders"], 0)
        # Nor are there any customers in an empty period.
        overview = self.ask(
            "segment:High Value", date_from="2024-01-01", date_to="2024-01-31"
        )["overview"]
        self.assertEqual(overview["total_orders"], 0)

    def test_either_of_one_dimension_then_of_the_next_among_them(self):
        rows = self.rows(self.compute())
        high, medium = "segment:High Value", "segment:Medium Value"
        both = self.ask(high, medium)
        self.assertEqual(
            both["overview"]["customer_count"], rows[high][2] + rows[medium][2]
        )
        # Of these, the row is what a further filter finds.
        for name, (revenue, _orders, customers) in self.rows(both).items():
            if name.startswith("segment"):
                continue
            overview = self.ask(medium, name, high)["overview"]
            self.assertEqual(overview["total_revenue"], revenue, name)
            self.assertEqual(overview["customer_count"], customers, name)

    def test_the_same_customers_are_compared(self):
        known, others = self.people[:2] + self.people[10:], self.people[2:10]
        returning = self.ask("customer_type:returning")["overview"]
        self.assertEqual(returning["customer_count"], len(known))
        # Not the order of May of somebody who is no customer of June.
        self.assertEqual(returning["previous"]["total_revenue"], 4 * 7.0)
        new = self.ask("customer_type:new")["overview"]
        self.assertEqual(new["new_customers"], len(others))
        self.assertEqual(new["previous"]["total_orders"], 0)

    def test_quotations_and_conversion_are_theirs(self):
        payload = self.ask("segment:High Value")
        [quotation, *_rest] = payload["breakdowns"]["quotation"]
        self.assertEqual((quotation["revenue"], quotation["order_count"]), (3.0, 1))
        payload = self.ask("segment:Low Value")
        [quotation, *_rest] = payload["breakdowns"]["quotation"]
        self.assertEqual(quotation["order_count"], 0)
        self.assertEqual(payload["overview"]["conversion_rate"], 100.0)

    def test_a_condition_of_the_domain_is_the_same_filter(self):
        high = ["dashboard_segment", "=", "High Value"]
        small = ["amount_untaxed", "<", 2]
        payload = self.ask(domain=["&", small, high])
        dashboard = self.record(payload)
        self.assertEqual(dashboard.customer_groups, ["segment:High Value"])
        self.assertEqual(dashboard._get_filters()["domain"], [small])
        again = self.dashboards().generate(
            **JUNE,
            filters={"customer_groups": ["segment:High Value"], "domain": [small]},
        )
        self.assertEqual(again, payload["id"])
        # The other filter decides who is in the group, too: the best of small orders.
        self.assertEqual(payload["overview"]["total_revenue"], 3.0)

    def test_one_computation_says_who_is_in_it(self):
        """The unfiltered answer that is there is used, whoever asked for it."""
        self.compute()
        source = self.env.registry["sale.dashboard.source"]
        calls = []
        read = source._read_cores

        def count(self, *args):
            calls.append(args)
            return read(self, *args)

        self.patch(source, "_read_cores", count)
        filters = {"customer_groups": ["segment:High Value"]}
        dashboards = self.dashboards()
        first = dashboards.generate(**JUNE, filters=filters)
        self.assertEqual(len(calls), 1)
        self.assertEqual(dashboards.generate(**JUNE, filters=filters), first)
        self.assertEqual(len(calls), 1)
        dashboards.generate(**JUNE, filters=filters, refresh=True)
        self.assertEqual(len(calls), 3)
        # A new order changes who is in it.
        self.make_order(99999, partner=self.people[11])
        fresh = dashboards.browse(dashboards.generate(**JUNE, filters=filters))
        self.assertIn(self.people[11].id, fresh.member_ids)

    def test_every_figure_opens_its_records(self):
        payload = self.ask("segment:Medium Value", "segment:Low Value")
        dashboard = self.record(payload)
        overview = payload["overview"]
        for side, part in (("current", overview), ("previous", overview["previous"])):
            for metric in ("total_revenue", "total_orders"):
                described = dashboard.get_metric_domain(metric, side=side)
                self.assertEqual(self.open(described), part[metric])
        for row in payload["breakdowns"]["customer_type"]:
            key = f"customer_type:{row['key']}"
            described = dashboard.get_metric_domain("total_revenue", key)
            self.assertEqual(self.open(described), row["revenue"])
        dashboard.load_breakdown("product")
        row = dashboard.breakdown_ids.filtered(lambda row: row.dimension == "product")
        described = dashboard.get_metric_domain("total_revenue", f"product:{row.key}")
        self.assertEqual(self.open(described), row.revenue)
        self.assertEqual(row.revenue, overview["total_revenue"])

    def open(self, described):
        """As a client does: what it is given goes over the wire and back."""
        described = json.loads(json.dumps(described))
        model = self.env[described["model"]].with_user(self.viewer)
        [group] = model.with_context(**described["context"]).formatted_read_group(
            described["domain"], [], [described["aggregate"]]
        )
        return group[described["aggregate"]] or 0

    def test_verified_and_reconciled(self):
        for groups in (
            ["rfm_group:loyal"],
            ["customer_type:new", "segment:High Value"],
        ):
            dashboard = self.record(self.ask(*groups))
            verdict = dashboard.action_verify()
            self.assertEqual(verdict["verdict"], "equal", verdict)
            self.assertEqual(dashboard.reconcile()["unexplained"], 0)
            dashboard.sudo().total_orders += 1
            self.assertEqual(dashboard.action_verify()["verdict"], "different")

    def test_ones_own_documents_make_ones_own_groups(self):
        salesman = self.make_user("groups_salesman", "sales_team.group_sale_salesman")
        orders = self.env["sale.order"].search([("partner_id", "in", self.people.ids)])
        orders.user_id = self.viewer
        mine = orders.filtered(lambda order: order.partner_id == self.people[9])
        mine.user_id = salesman
        payload = self.ask("segment:High Value", user=salesman)
        self.assertEqual(payload["overview"]["total_revenue"], 280.0)
        dashboard = self.record(payload, salesman)
        self.assertEqual(dashboard.member_ids, self.people[9].ids)
        with (
            self.assertRaises(AccessError),
            mute_logger("odoo.addons.base.models.ir_rule"),
        ):
            self.record(payload).read(["member_ids"])

    def test_customers_nobody_may_see_are_in_no_group(self):
        other = self.make_company("Other", self.usd)
        self.people[0].company_id = other
        groups = [name for name in ALL if name.startswith("segment")]
        hidden = self.compute()["hidden_customers"]
        self.assertEqual(hidden["order_count"], 2)
        overview = self.ask(*groups)["overview"]
        self.assertEqual(overview["customer_count"], 11)
        self.assertEqual(
            overview["total_revenue"],
            self.compute()["overview"]["total_revenue"] - hidden["total_revenue"],
        )

    def test_a_failed_section_is_said(self):
        source = self.env.registry["sale.dashboard.source"]

        def fail(self, *_args):
            raise KeyError("broken")

        self.patch(source, "_read_last_orders", fail)
        with mute_logger("odoo.addons.sale_dashboard.models.sale_dashboard_builder"):
            with self.assertRaisesRegex(UserError, "could not be computed"):
                self.ask("rfm_group:loyal")
            # The others do not need it.
            self.assertTrue(self.ask("segment:High Value")["overview"]["total_orders"])

    def test_what_is_no_group_is_refused(self):
        before = self.env["sale.dashboard"].search_count([])
        for filters, words in (
            ({"customer_groups": "segment:High Value"}, "list of names"),
            (
                {"customer_groups": ["segment:Best"]},
                "segment:High Value, segment:Medium",
            ),
            (
                {"domain": [["dashboard_segment", "=", "Best"]]},
                "is not a customer group",
            ),
            ({"domain": [["dashboard_segment", "!=", "High Value"]]}, "only be chosen"),
            (
                {"domain": [["partner_id.sale_order_ids.dashboard_segment", "=", "x"]]},
                "Customer groups are those of a period",
            ),
        ):
            with self.subTest(filters=filters):
                with self.assertRaisesRegex(ValidationError, words) as caught:
                    self.compute(filters=filters)
                self.assertIs(type(caught.exception), ValidationError)
        self.assertEqual(self.env["sale.dashboard"].search_count([]), before)
        with self.assertRaisesRegex(UserError, "only the sales dashboard"):
            self.env["sale.order"].search([("dashboard_rfm_group", "=", "loyal")])

    def test_a_mailed_view_keeps_it(self):
        subscriptions = self.env["sale.dashboard.subscription"].with_user(self.viewer)
        subscription = subscriptions.browse(
            subscriptions.subscribe_view(
                {
                    "filters": {
                        "domain": [
                            "&",
                            ["dashboard_segment", "=", "High Value"],
                            ["amount_total", ">", 1],
                        ]
                    }
                }
            )
        )
        self.assertEqual(subscription.filter_groups, "High Value")
        self.assertEqual(subscription.filter_domain, "[['amount_total', '>', 1]]")
        subscription.filter_domain = "[('amount_total', '>', 2)]"
        self.assertEqual(
            subscription.filters["customer_groups"], ["segment:High Value"]
        )
        with self.assertRaises(ValidationError):
            subscription.filters = {"customer_groups": ["segment:Best"]}

    def test_an_address_of_it_means_the_same(self):
        groups = ["rfm_group:loyal", "segment:High Value", "segment:Low Value"]
        dashboard = self.record(self.ask(*groups, domain=[["amount_total", ">", 1]]))
        domain = json.loads(json.dumps(list(dashboard._get_filters_as_domain())))
        again = self.record(self.ask(domain=domain))
        self.assertEqual(again._get_filters(), dashboard._get_filters())
        bounds = {key: value for key, _label, value, *_kind in self.list_bounds(again)}
        self.assertEqual(bounds["customer_groups"], "Loyal; High Value; Low Value")

    def list_bounds(self, dashboard):
        return dashboard._list_bounds(dashboard._get_payload(undefined=None))

    def test_thousands_of_customers(self):
        """As one value of the statement, however many they are."""
        self.env.flush_all()
        self.env.cr.execute(
            """
            INSERT INTO res_partner (name, complete_name, active, autopost_bills, type)
            SELECT 'Many ' || n, 'Many ' || n, true, 'ask', 'contact'
            FROM generate_series(1, 3000) AS n RETURNING id
            """
        )
        ids = [one for (one,) in self.env.cr.fetchall()]
        self.env.cr.execute(
            "UPDATE res_partner SET commercial_partner_id = id WHERE id = ANY(%s)",
            [ids],
        )
        self.env.cr.execute("SELECT * FROM sale_order LIMIT 0")
        names = [one.name for one in self.env.cr.description if one.name != "id"]
        values = ["many.id" if one == "partner_id" else f"o.{one}" for one in names]
        template = self.make_order(5)
        # The names are those of the table's columns.
        self.env.cr.execute(
            f"INSERT INTO sale_order ({', '.join(names)}) SELECT {', '.join(values)}"
            " FROM sale_order AS o, unnest(%s) AS many (id) WHERE o.id = %s",
            [ids, template.id],
        )
        self.env.invalidate_all()
        payload = self.ask("customer_type:new")
        self.assertEqual(payload["overview"]["customer_count"], 3000 + 9)
        dashboard = self.record(payload)
        described = dashboard.get_metric_domain("total_orders")
        self.assertEqual(self.open(described), payload["overview"]["total_orders"])


@tagged("post_install", "-at_install")
class TestGroupsOverHttp(GroupsCase, HttpCase):
    def setUp(self):
        super().setUp()
        user = new_test_user(
            self.env,
            login="groups_http",
            password="groups_http",
            groups="sales_team.group_sale_manager",
            company_id=self.company.id,
            company_ids=self.company.ids,
            tz="Europe/Paris",
        )
        self.authenticate(user.login, user.login)

    def test_query(self):
        answer = self.url_open(f"{API}&customer_groups=segment:High%20Value")
        self.assertEqual(answer.status_code, 200)
        expected = self.ask("segment:High Value")["overview"]
        overview = answer.json()["overview"]
        self.assertEqual(overview["total_revenue"], expected["total_revenue"])
        domain = json.dumps([["dashboard_segment", "=", "High Value"]])
        same = self.url_open(f"{API}&domain={domain}")
        self.assertEqual(same.json()["overview"], overview)

    def test_refused(self):
        for query, parameter in (
            ("customer_groups=segment:Best", "customer_groups"),
            ('domain=[["dashboard_segment","!=","High Value"]]', "domain"),
        ):
            answer = self.url_open(f"{API}&{query}")
            self.assertEqual(answer.status_code, 400)
            self.assertEqual(answer.json()["parameter"], parameter)
