"""Point-of-sale orders in Sales Analysis: run where ``pos_sale`` is installed.

No module of ``tests/__init__.py``, and not called ``test_*``: elsewhere these tests do
not exist, rather than being skipped. Against a database with this addon and
``pos_sale``: ``pytest --odoo-database=... tests/pos_sale/reconcile_pos.py``.
"""

from odoo.fields import Command
from odoo.tests import tagged

from ..test_reconcile import ReconcileCase


@tagged("post_install", "-at_install")
class TestReconcilePointOfSale(ReconcileCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.user.group_ids += cls.env.ref("point_of_sale.group_pos_manager")
        cls.cashier = cls.make_user(
            "reconcile_cashier",
            "sales_team.group_sale_manager,point_of_sale.group_pos_user",
        )
        cls.session = cls.make_session(cls.company)

    @classmethod
    def make_session(cls, company):
        env = cls.env(context={**cls.env.context, "allowed_company_ids": company.ids})
        journals = env["account.journal"].create(
            [
                {"name": name, "code": name[:4], "type": kind, "company_id": company.id}
                for name, kind in (("Sales", "sale"), ("Shop", "general"))
            ]
        )
        config = env["pos.config"].create(
            {
                "name": "Shop",
                "company_id": company.id,
                "invoice_journal_id": journals[0].id,
                "journal_id": journals[1].id,
                "payment_method_ids": False,
            }
        )
        return env["pos.session"].create({"config_id": config.id})

    def make_pos_order(self, amount, state="paid", session=None, **values):
        session = session or self.session
        order = self.env["pos.order"].create(
            {
                "session_id": session.id,
                "company_id": session.company_id.id,
                "amount_tax": 0,
                "amount_total": amount,
                "amount_paid": amount,
                "amount_return": 0,
                "date_order": "2025-06-10 10:00:00",
                "lines": [
                    Command.create(
                        {
                            "product_id": self.product.id,
                            "qty": 1,
                            "price_unit": amount,
                            "price_subtotal": amount,
                            "price_subtotal_incl": amount * 1.2,
                        }
                    )
                ],
                **values,
            }
        )
        order.flush_recordset()
        self.env.cr.execute(
            "UPDATE pos_order SET state = %s WHERE id = %s", (state, order.id)
        )
        order.invalidate_recordset()
        return order

    def test_they_are_named_and_opened(self):
        self.make_rate(self.eur, "2025-01-01", 3.0)
        self.make_order(1, currency=self.eur)
        orders = [
            self.make_pos_order(amount, state)
            for amount, state in ((20, "paid"), (5.5, "done"), (-3, "invoiced"))
        ]
        self.make_pos_order(1000, "draft")
        self.make_pos_order(1000, "cancel")
        self.make_pos_order(1000, date_order="2025-07-10 10:00:00")
        result = self.reconcile()
        self.assertEqual(result["totals"]["ours"], 0.33)
        self.assertEqual(result["totals"]["sales_analysis"], 22.83)
        self.assertEqual(self.analysed(), 22.83)
        self.assertEqual(
            self.causes(result), {"point_of_sale": -22.5, "currency_rounding": 0.0}
        )
        self.assertEqual(result["counts"]["sales_analysis"], 4)
        self.assertEqual(
            {one.order_reference for one in self.open(result, "point_of_sale")},
            set(orders),
        )
        [first, *_rest] = result["orders"]
        self.assertEqual(
            (first["model"], first["id"], first["name"], first["company"]),
            ("pos.order", orders[0].id, orders[0].name, self.company.name),
        )
        total = self.reconcile(measure="total")
        self.assertEqual(self.causes(total)["point_of_sale"], -27.0)

    def test_sold_in_another_company(self):
        second = self.make_company("Second SA", self.eur)
        both = self.company | second
        user = self.make_user("reconcile_all", "sales_team.group_sale_manager", both)
        self.make_rate(self.eur, "2025-01-01", 0.7)
        self.make_pos_order(10, session=self.make_session(second))
        self.make_pos_order(0.05)
        self.make_order(33.33, company=second)
        for companies in (both, second | self.company, second):
            with self.subTest(companies=companies):
                result = self.reconcile(user=user, companies=companies)
                self.assertEqual(
                    result["totals"]["sales_analysis"], self.analysed(user, companies)
                )
                self.assertIn("point_of_sale", self.causes(result))

    def test_own_documents(self):
        salesman = self.make_user("reconcile_own", "sales_team.group_sale_salesman")
        self.make_pos_order(10, user_id=salesman.id)
        self.make_pos_order(100, user_id=self.cashier.id)
        result = self.reconcile(user=salesman)
        self.assertEqual(self.causes(result), {"point_of_sale": -10.0})
        self.assertEqual(len(self.open(result, "point_of_sale", salesman)), 1)

    def test_filters(self):
        other = self.env["res.partner"].create({"name": "Other"})
        self.make_pos_order(10, partner_id=self.customer.id)
        self.make_pos_order(100, partner_id=other.id)
        self.make_order(1)
        filters = {"partner_ids": self.customer.ids}
        result = self.reconcile(filters=filters)
        self.assertEqual(self.causes(result), {"point_of_sale": -10.0})
        # A domain on orders cannot be asked of the point of sale.
        result = self.reconcile(filters={"domain": [["amount_untaxed", ">", 0]]})
        self.assertEqual(result["totals"]["sales_analysis"], 1.0)
        self.assertEqual(result["causes"], [])
        self.assertEqual(len(result["notes"]), 2)
