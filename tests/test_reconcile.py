"""Our figure beside Sales Analysis: every difference named, to the last cent."""

import json
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command, Domain
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import DashboardCase


class ReconcileCase(DashboardCase):
    """Reconciles, and checks what must hold whatever the orders are."""

    def reconcile(self, limit=200, **options):
        payload = self.compute(compare="none", **options)
        dashboard = self.dashboards(
            options.get("user"), options.get("companies")
        ).browse(payload["id"])
        result = dashboard.reconcile(limit)
        self.check(result)
        self.assertEqual(result["unexplained"], 0.0)
        self.assertFalse(result["stale"])
        self.assertNotIn("unexplained", self.causes(result))
        totals, overview = result["totals"], payload["overview"]
        self.assertEqual(totals["ours"], overview["total_revenue"])
        self.assertEqual(totals["order_list"], overview["total_revenue"])
        self.assertEqual(result["counts"]["ours"], overview["total_orders"])
        self.assertEqual(result["counts"]["order_list"], overview["total_orders"])
        return result

    def check(self, result):
        """What must hold even where something is unexplained."""
        self.assertNotIn("null", json.dumps(result))
        unit = str(result["currency_rounding"])
        totals = result["totals"]
        self.assertEqual(
            self.exact(totals["ours"]) - self.exact(totals["sales_analysis"]),
            self.exact(result["difference"]),
        )
        causes = sum(self.exact(one["amount"]) for one in result["causes"])
        self.assertEqual(causes, self.exact(result["difference"]))
        for row in result["orders"]:
            total = sum(map(self.exact, row["causes"].values()))
            self.assertAlmostEqual(float(total), row["difference"], 9)
            # The analysis' own amount is a float: it has 15 digits.
            self.assertAlmostEqual(
                (row["ours"] - row["sales_analysis"] - row["difference"])
                / max(1.0, abs(row["ours"])),
                0.0,
                14,
            )
            rounding = self.exact(row["causes"].get("currency_rounding", 0))
            self.assertLessEqual(abs(rounding), Decimal(unit) / 2)

    def exact(self, number):
        return Decimal(repr(number))

    def causes(self, result):
        return {one["cause"]: one["amount"] for one in result["causes"]}

    def analysed(
        self, user=None, companies=None, field="price_subtotal", unit="0.01", domain=()
    ):
        """June 2025 in Paris as the page Sales Analysis says it, to the cent."""
        companies = companies or self.company
        self.env.flush_all()
        report = (
            self.env["sale.report"]
            .with_user(user or self.viewer)
            .with_context(allowed_company_ids=companies.ids)
        )
        [group] = report.formatted_read_group(
            [
                ("date", ">=", "2025-05-31 22:00:00"),
                ("date", "<", "2025-06-30 22:00:00"),
                ("state", "not in", ("draft", "cancel", "sent")),
                *domain,
            ],
            [],
            [f"{field}:sum"],
        )
        amount = self.exact(group[f"{field}:sum"] or 0.0)
        return float(
            (amount / Decimal(unit)).quantize(Decimal(1), ROUND_HALF_UP) * Decimal(unit)
        )

    def make_tax(self, amount, company=None, **values):
        company = company or self.company
        group = self.env["account.tax.group"].create(
            {"name": "VAT", "company_id": company.id}
        )
        return self.env["account.tax"].create(
            {
                "name": f"{amount} %",
                "amount": amount,
                "company_id": company.id,
                "tax_group_id": group.id,
                "country_id": self.env.ref("base.us").id,
                **values,
            }
        )

    def make_taxed_order(self, tax, prices, **values):
        return self.make_order(
            order_line=[
                Command.create(
                    {
                        "product_id": self.product.id,
                        "price_unit": price,
                        "tax_ids": [Command.set(tax.ids)],
                    }
                )
                for price in prices
            ],
            **values,
        )

    def open(self, result, cause, user=None):
        """The records that a cause opens."""
        [found] = [one for one in result["causes"] if one["cause"] == cause]
        drill_down = found["drill_down"]
        self.assertTrue(drill_down["complete"])
        return (
            self.env[drill_down["model"]]
            .with_user(user or self.viewer)
            .with_context(**drill_down["context"])
            .search(drill_down["domain"])
        )


@tagged("post_install", "-at_install")
class TestReconcile(ReconcileCase):
    def test_nothing(self):
        result = self.reconcile()
        self.assertEqual(set(result["totals"].values()), {0.0})
        self.assertEqual((result["causes"], result["orders"]), ([], []))

    def test_orders_that_agree(self):
        self.make_order(100)
        self.make_order(33.33)
        self.make_order(lines=[(1, 100), (-1, 30)])
        self.make_order(lines=[(-1, 130)])
        self.make_order(1000, confirm=False)
        self.make_order(1000)._action_cancel()
        self.make_order(7).action_lock()
        self.make_order(1000, at="2025-06-30 22:00:00")
        result = self.reconcile()
        self.assertEqual(result["totals"]["ours"], 80.33)
        self.assertEqual(result["totals"]["sales_analysis"], self.analysed())
        self.assertEqual(result["counts"]["sales_analysis"], 5)
        self.assertEqual((result["causes"], result["orders"]), ([], []))

    def test_currency_rounding(self):
        self.make_rate(self.eur, "2025-01-01", 3.0)
        orders = [self.make_order(1, currency=self.eur) for _one in range(3)]
        self.make_order(5)
        result = self.reconcile()
        self.assertEqual(result["totals"]["ours"], 5.99)
        self.assertEqual(result["totals"]["sales_analysis"], 6.0)
        self.assertEqual(self.analysed(), 6.0)
        self.assertEqual(result["totals"]["plain_sum"], 8.0)
        self.assertEqual(self.causes(result), {"currency_rounding": -0.01})
        self.assertEqual(result["order_count"], 3)
        self.assertAlmostEqual(result["orders"][0]["sales_analysis"], 1 / 3, 9)
        self.assertEqual(
            set(self.open(result, "currency_rounding").ids),
            {order.id for order in orders},
        )

    def test_awkward_rates(self):
        for rate in (0.9174311926605505, 1.0873, 157.312, 0.00061, 7.7e-5):
            rates = self.env["res.currency.rate"].search(
                [("company_id", "=", self.company.id)]
            )
            rates.unlink()
            self.make_rate(self.eur, "2025-01-01", rate)
            for amount in (0.01, 19.99, 1234567.89, -3.35):
                self.make_order(amount, currency=self.eur)
        result = self.reconcile()
        self.assertEqual(result["totals"]["sales_analysis"], self.analysed())
        self.assertLessEqual(set(self.causes(result)), {"currency_rounding"})

    def test_zero_and_null_rates(self):
        orders = self.make_order(100) | self.make_order(10)
        for order, rate in zip(orders, (0, None), strict=True):
            self.env.cr.execute(
                "UPDATE sale_order SET currency_rate = %s WHERE id = %s",
                (rate, order.id),
            )
        orders.invalidate_recordset()
        result = self.reconcile()
        self.assertEqual(result["totals"]["sales_analysis"], 110.0)
        self.assertEqual(result["causes"], [])

    def test_global_tax_rounding(self):
        self.company.tax_calculation_rounding_method = "round_globally"
        tax = self.make_tax(10.0)
        order = self.make_taxed_order(tax, [0.14, 0.14, 0.14])
        self.assertEqual(order.amount_total, 0.46)
        self.assertEqual(self.reconcile()["causes"], [])
        result = self.reconcile(measure="total")
        self.assertEqual(result["totals"]["ours"], 0.46)
        self.assertEqual(
            result["totals"]["sales_analysis"], self.analysed(field="price_total")
        )
        self.assertNotEqual(result["difference"], 0)
        self.assertEqual(self.causes(result), {"tax_rounding": result["difference"]})
        self.assertEqual(self.open(result, "tax_rounding").ids, order.ids)

    def test_tax_included_prices(self):
        tax = self.make_tax(7.0, price_include_override="tax_included")
        for method in ("round_globally", "round_per_line"):
            self.company.tax_calculation_rounding_method = method
            self.make_taxed_order(tax, [9.99, 0.49, 0.49, 0.49, 3.33])
            with self.subTest(method=method):
                for measure, field in (
                    ("untaxed", "price_subtotal"),
                    ("total", "price_total"),
                ):
                    result = self.reconcile(measure=measure)
                    self.assertEqual(
                        result["totals"]["sales_analysis"], self.analysed(field=field)
                    )
                    self.assertLessEqual(set(self.causes(result)), {"tax_rounding"})

    def test_tax_and_currency_rounding_together(self):
        self.company.tax_calculation_rounding_method = "round_globally"
        self.make_rate(self.eur, "2025-01-01", 0.7)
        tax = self.make_tax(10.0)
        for index in range(7):
            self.make_taxed_order(
                tax, [0.14, 0.14, 0.05 + index / 100], pricelist_id=self.euros()
            )
        result = self.reconcile(measure="total")
        self.assertEqual(
            result["totals"]["sales_analysis"], self.analysed(field="price_total")
        )
        self.assertEqual(
            set(self.causes(result)), {"tax_rounding", "currency_rounding"}
        )

    def euros(self):
        return self.pricelists[self.eur].id

    def test_early_payment_discount(self):
        term = self.env["account.payment.term"].create(
            {
                "name": "2/7 Net 30",
                "early_discount": True,
                "discount_percentage": 10,
                "discount_days": 7,
                "early_pay_discount_computation": "mixed",
            }
        )
        tax = self.make_tax(20.0)
        order = self.make_taxed_order(tax, [100.0], payment_term_id=term.id)
        self.assertEqual(order.amount_total, 118.0)
        result = self.reconcile(measure="total")
        self.assertEqual(result["totals"]["sales_analysis"], 120.0)
        self.assertEqual(self.causes(result), {"early_payment": -2.0})
        self.assertEqual(self.reconcile()["causes"], [])

    def test_orders_without_product_line(self):
        empty = self.make_order(order_line=[])
        section = self.make_order(
            order_line=[
                Command.create({"display_type": "line_section", "name": "Section"}),
                Command.create({"display_type": "line_note", "name": "Note"}),
            ]
        )
        self.assertEqual(self.reconcile()["causes"], [])
        # Imported orders may have a total and no line.
        for order, amount in ((empty, 12.34), (section, 100)):
            self.env.cr.execute(
                "UPDATE sale_order SET amount_untaxed = %s WHERE id = %s",
                (amount, order.id),
            )
        self.env.invalidate_all()
        result = self.reconcile()
        self.assertEqual(result["totals"]["sales_analysis"], 0.0)
        self.assertEqual(self.causes(result), {"no_product_line": 112.34})
        self.assertEqual(
            self.open(result, "no_product_line").ids, (section | empty).ids
        )
        self.assertEqual(
            [row["id"] for row in result["orders"]], [section.id, empty.id]
        )

    def test_down_payments(self):
        order = self.make_order(100)
        order.write(
            {
                "order_line": [
                    Command.create(
                        {
                            "name": "Down payment",
                            "is_downpayment": True,
                            "product_uom_qty": 0.0,
                            "price_unit": 50.0,
                        }
                    )
                ]
            }
        )
        result = self.reconcile()
        self.assertEqual((result["totals"]["ours"], result["causes"]), (100.0, []))
        order.order_line[-1].product_uom_qty = 1.0
        alone = self.make_order(
            order_line=[
                Command.create(
                    {
                        "name": "Down payment",
                        "is_downpayment": True,
                        "product_uom_qty": 1.0,
                        "price_unit": 7.0,
                    }
                )
            ]
        )
        self.assertEqual((order.amount_untaxed, alone.amount_untaxed), (150.0, 7.0))
        result = self.reconcile()
        self.assertEqual(result["totals"]["sales_analysis"], self.analysed())
        self.assertEqual(self.causes(result), {"down_payment": 57.0})

    def test_an_order_whose_total_is_not_its_lines(self):
        order = self.make_order(100)
        self.env.cr.execute(
            "UPDATE sale_order SET amount_untaxed = 90 WHERE id = %s", (order.id,)
        )
        self.env.invalidate_all()
        result = self.reconcile()
        self.assertEqual(self.causes(result), {"order_total": -10.0})

    def test_second_company(self):
        same = self.make_company("Second Inc", self.usd)
        other = self.make_company("Third SA", self.eur)
        all_three = self.company | same | other
        user = self.make_user(
            "reconcile_all", "sales_team.group_sale_manager", all_three
        )
        self.make_rate(self.eur, "2025-01-01", 0.7)
        self.make_rate(self.usd, "2025-01-01", 1.3, company=other)
        for company in all_three:
            for currency in (None, self.eur, self.usd):
                for amount in (10, 0.05, 33.33):
                    self.make_order(amount, company=company, currency=currency)
        for companies in (all_three, other | same | self.company, same, other | same):
            with self.subTest(companies=companies):
                result = self.reconcile(user=user, companies=companies)
                self.assertEqual(
                    result["totals"]["sales_analysis"], self.analysed(user, companies)
                )
                self.assertLessEqual(set(self.causes(result)), {"currency_rounding"})
        result = self.reconcile(user=user, companies=all_three)
        self.assertIn("Third SA", {row["company"] for row in result["orders"]})

    def test_company_without_rate(self):
        other = self.make_company("Second SA", self.eur)
        both = self.company | other
        user = self.make_user("reconcile_all", "sales_team.group_sale_manager", both)
        self.make_order(10, company=other)
        result = self.reconcile(user=user, companies=both)
        self.assertEqual(result["totals"]["sales_analysis"], 10.0)
        self.assertEqual(result["causes"], [])

    def test_currency_without_decimals(self):
        jpy = self.env.ref("base.JPY")
        jpy.active = True
        tokyo = self.make_company("Tokyo KK", jpy)
        user = self.make_user("reconcile_jpy", "sales_team.group_sale_manager", tokyo)
        self.make_rate(self.eur, "2025-01-01", 0.0061, company=tokyo)
        for amount in (100, 101, 0.01):
            self.make_order(amount, currency=self.eur, company=tokyo)
        result = self.reconcile(user=user, companies=tokyo)
        self.assertEqual(
            result["totals"]["sales_analysis"], self.analysed(user, tokyo, unit="1")
        )
        self.assertLessEqual(set(self.causes(result)), {"currency_rounding"})

    def test_another_exchange_table(self):
        """Where Odoo's table should ever give another factor, it is named."""
        other = self.make_company("Second SA", self.eur)
        both = self.company | other
        user = self.make_user("reconcile_all", "sales_team.group_sale_manager", both)
        self.make_rate(self.eur, "2025-01-01", 0.5)
        self.make_order(10, company=other)
        self.patch(
            self.env.registry["res.company"],
            "_get_dashboard_factors",
            lambda companies: {other.id: (1.0, 0.4, False)},
        )
        result = self.reconcile(user=user, companies=both)
        self.assertEqual(result["totals"]["ours"], 25.0)
        self.assertEqual(result["totals"]["sales_analysis"], 20.0)
        self.assertEqual(self.causes(result), {"currency_table": 5.0})

    def test_other_states(self):
        self.make_order(10)
        draft = self.make_order(5, confirm=False)
        self.patch(
            self.env.registry["sale.dashboard.source"],
            "_get_confirmed_domain",
            lambda source: Domain("state", "in", ["sale", "draft"]),
        )
        result = self.reconcile()
        self.assertEqual(self.causes(result), {"state": 5.0})
        self.assertEqual(self.open(result, "state").ids, draft.ids)

    def test_own_documents(self):
        salesman = self.make_user("reconcile_own", "sales_team.group_sale_salesman")
        other = self.make_user("reconcile_other", "sales_team.group_sale_salesman")
        self.make_rate(self.eur, "2025-01-01", 3.0)
        for user in (salesman, other):
            for amount in (1, 2):
                self.make_order(amount, user_id=user.id, currency=self.eur)
        self.make_order(100)
        result = self.reconcile(user=salesman)
        self.assertEqual(result["counts"]["sales_analysis"], 3)
        self.assertEqual(
            result["totals"]["sales_analysis"], self.analysed(user=salesman)
        )
        self.assertEqual(self.reconcile()["counts"]["sales_analysis"], 5)

    def test_access_rules_of_one_side_only(self):
        kept, hidden = self.make_order(100), self.make_order(10)
        for model, cause_amount in (("sale.report", 10.0), ("sale.order", -10.0)):
            field = "name"
            rule = self.env["ir.rule"].create(
                {
                    "name": "Only one",
                    "model_id": self.env["ir.model"]._get_id(model),
                    "domain_force": f"[('{field}', '!=', '{hidden.name}')]",
                }
            )
            with self.subTest(model=model):
                result = self.reconcile()
                self.assertEqual(self.causes(result), {"access_rules": cause_amount})
                self.assertEqual(result["orders"][0]["id"], hidden.id)
                self.assertEqual(result["orders"][0]["name"], hidden.name)
            rule.unlink()
        self.assertTrue(kept)

    def test_filters(self):
        team = self.env["crm.team"].create({"name": "Europe"})
        contact = self.env["res.partner"].create(
            {"name": "Contact", "parent_id": self.customer.id}
        )
        other = self.env["res.partner"].create({"name": "Other"})
        self.make_rate(self.eur, "2025-01-01", 3.0)
        self.make_order(1, team_id=team.id, partner=other, currency=self.eur)
        self.make_order(10, user_id=self.viewer.id, partner=other, currency=self.eur)
        self.make_order(100, partner=contact, currency=self.eur)
        for filters, analysed in (
            ({}, []),
            ({"team_ids": team.ids}, [("team_id", "=", team.id)]),
            ({"user_ids": self.viewer.ids}, [("user_id", "=", self.viewer.id)]),
            ({"partner_ids": contact.ids}, [("partner_id", "=", contact.id)]),
            (
                {"domain": [["amount_untaxed", "<", 50]]},
                [("partner_id", "=", other.id)],
            ),
            (
                {"domain": [["amount_untaxed", "<", 50]], "team_ids": team.ids},
                [("team_id", "=", team.id)],
            ),
        ):
            with self.subTest(filters=filters):
                result = self.reconcile(filters=filters)
                self.assertEqual(
                    result["totals"]["sales_analysis"], self.analysed(domain=analysed)
                )
                self.assertLessEqual(set(self.causes(result)), {"currency_rounding"})
                self.assertEqual(len(result["notes"]), 2 if "domain" in filters else 1)

    def test_limit(self):
        self.make_rate(self.eur, "2025-01-01", 3.0)
        orders = [self.make_order(amount, currency=self.eur) for amount in (1, 2, 4)]
        for limit in (0, 1, 2):
            result = self.reconcile(limit)
            self.assertEqual(len(result["orders"]), limit)
            self.assertEqual((result["order_count"], result["limit"]), (3, limit))
        # 1/3 and 4/3 are a third of a cent off, both down; ties by id.
        rows = [row["id"] for row in self.reconcile()["orders"]]
        self.assertEqual(rows, [order.id for order in orders])
        dashboard = self.dashboards().browse(self.compute()["id"])
        for bad in (-1, 10_001, "5", None, True):
            with self.assertRaises(ValidationError):
                dashboard.reconcile(bad)

    def test_number_of_queries_does_not_grow(self):
        def count():
            dashboard = self.dashboards().browse(self.compute(compare="none")["id"])
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            dashboard.reconcile()
            return self.env.cr.sql_log_count - before

        self.make_rate(self.eur, "2025-01-01", 3.0)
        self.make_order(1, currency=self.eur)
        count()
        few = count()
        for amount in range(2, 22):
            self.make_order(amount, currency=self.eur)
        self.assertLessEqual(count(), few)

    def test_pending_changes_are_seen(self):
        order = self.make_order(100)
        order.order_line.price_unit = 150
        self.assertEqual(self.reconcile()["totals"]["sales_analysis"], 150.0)

    # ------------------------------------------------------------------
    # What must not be explained away
    # ------------------------------------------------------------------

    def test_a_forged_figure_is_unexplained(self):
        self.make_order(100)
        dashboard = self.dashboards().browse(self.compute()["id"])
        dashboard.sudo().total_revenue = 100.01
        result = dashboard.reconcile()
        self.check(result)
        self.assertEqual(result["unexplained"], 0.01)
        self.assertEqual(self.causes(result), {"unexplained": 0.01})
        self.assertTrue(result["stale"])

    def test_a_wrong_order_is_unexplained(self):
        """Were one order's revenue wrong by a cent, no cause would take it."""
        self.make_rate(self.eur, "2025-01-01", 3.0)
        self.make_order(1, currency=self.eur)
        source = self.env.registry["sale.dashboard.source"]
        read = source._read_order_facts

        def read_wrongly(*arguments):
            return {
                order_id: (company_id, replace(facts, units=facts.units + 1))
                for order_id, (company_id, facts) in read(*arguments).items()
            }

        dashboard = self.dashboards().browse(self.compute()["id"])
        self.patch(source, "_read_order_facts", read_wrongly)
        dashboard.sudo().total_revenue = 0.34
        result = dashboard.reconcile()
        self.check(result)
        self.assertEqual(result["unexplained"], 0.01)
        self.assertFalse(result["stale"])
        self.assertEqual(result["orders"][0]["causes"]["unexplained"], 0.01)

    def test_orders_that_changed_since_are_said_so(self):
        order = self.make_order(100)
        dashboard = self.dashboards().browse(self.compute()["id"])
        order.order_line.price_unit = 40
        result = dashboard.reconcile()
        self.check(result)
        self.assertEqual(result["unexplained"], 60.0)
        self.assertTrue(result["stale"])

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_rights(self):
        self.make_order(100)
        dashboard = self.dashboards().browse(self.compute()["id"])
        other = self.make_user("reconcile_spy", "sales_team.group_sale_manager")
        with self.assertRaises(AccessError):
            dashboard.with_user(other).reconcile()

    def test_failed_figures_cannot_be_reconciled(self):
        dashboard = self.dashboards().browse(self.compute()["id"])
        dashboard.sudo().errors = {"core": "It failed."}
        with self.assertRaises(UserError):
            dashboard.reconcile()
