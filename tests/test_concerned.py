"""Whom a change concerns: who sees other salespeople's orders only, need not ask."""

from datetime import timedelta

from freezegun import freeze_time

from odoo import fields, modules
from odoo.fields import Command
from odoo.tests import tagged

from ..engine.salespeople import NOBODY
from ..models import sale_dashboard_herald
from ..models.sale_dashboard_herald import ANSWERING_MS, Herald
from ..models.sale_dashboard_reread import FOLLOWS
from .common import CommittedCase, DashboardCase, list_messages, listed_statements

OWN_ORDERS = "sales_team.group_sale_salesman"
JUNE = ("2025-06-01", "2025-06-30")
# What says when and how an answer was made, not what is in it.
OF_THE_ANSWER = {
    *("id", "change_token", "generated_at", "expires_at", "duration_ms", "cache_info"),
}


@tagged("post_install", "-at_install")
class TestConcerned(DashboardCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ann = cls.make_user("dashboard_ann", OWN_ORDERS)
        cls.bob = cls.make_user("dashboard_bob", OWN_ORDERS)
        cls.order = cls.make_order(100, user_id=cls.ann.id)
        cls.quotation = cls.make_order(10, user_id=cls.ann.id, confirm=False)
        cls.other = cls.make_order(20, user_id=cls.bob.id)
        cls.nobodys = cls.make_order(40)
        cls.next_transaction()

    @classmethod
    def next_transaction(cls):
        """Have what is noted written, and begin anew, as a commit would."""
        cls.env.cr.flush()
        cls.env.cr.clear()

    def of(self, change):
        """Whose orders alone a change is of, as it is written; None: of more."""
        self.next_transaction()
        change()
        self.env.cr.flush()
        self.env.cr.execute(
            "SELECT salesperson FROM sale_dashboard_change"
            " WHERE id = currval('sale_dashboard_change_id_seq')"
        )
        [[salesperson]] = self.env.cr.fetchall()
        return salesperson

    def changes(self):
        """What may happen to orders, and what else moves a figure."""
        cancelled = self.make_order(5, user_id=self.bob.id, confirm=False)
        cancelled._action_cancel()
        line = {"product_id": self.product.id, "price_unit": 3, "tax_ids": False}
        new = {"partner_id": self.customer.id, "company_id": self.company.id}
        return {
            "price": lambda: self.order.order_line.write({"price_unit": 90}),
            "confirmed": self.quotation.action_confirm,
            "dated": lambda: self.order.write({"date_order": "2025-06-11 10:00:00"}),
            "a line more": lambda: self.other.write(
                {"order_line": [Command.create(line)]}
            ),
            "nobody's": lambda: self.nobodys.order_line.write({"price_unit": 41}),
            "new": lambda: self.make_order(7, user_id=self.bob.id),
            "new quotation": lambda: self.env["sale.order"].create(
                {**new, "user_id": self.ann.id, "order_line": [Command.create(line)]}
            ),
            "cancelled": self.other._action_cancel,
            "two": lambda: (self.order | self.nobodys).order_line.write(
                {"price_unit": 80}
            ),
            "handed over": lambda: self.order.write({"user_id": self.bob.id}),
            "given up": lambda: self.order.write({"user_id": False}),
            "deleted": cancelled.unlink,
            "customer": lambda: self.customer.write({"name": "Azure Inc"}),
        }

    def test_whose_a_change_is(self):
        expected = {
            **dict.fromkeys(
                ("price", "confirmed", "dated", "new quotation"), self.ann.id
            ),
            **dict.fromkeys(("a line more", "new", "cancelled"), self.bob.id),
            "nobody's": NOBODY,
        }
        for name, change in self.changes().items():
            with self.subTest(name):
                self.assertEqual(self.of(change), expected.get(name))

    def test_whoever_is_not_concerned_sees_no_change(self):
        """What a change moves, it moves for those only whom it says it concerns."""
        spared = []
        for name, change in self.changes().items():
            before = {user: self.figures(user) for user in (self.ann, self.bob)}
            salesperson = self.of(change)
            for user, figures in before.items():
                seen = self.dashboards(user)._get_salespeople()
                self.assertEqual(seen, {user.id, NOBODY})
                is_concerned = salesperson is None or salesperson in seen
                if not is_concerned:
                    spared.append((name, user.login))
                    self.assertEqual(self.figures(user), figures, name)
        self.assertEqual(len(spared), 7)

    def figures(self, user):
        payload = self.dashboards(user).generate_dashboard_data(*JUNE, refresh=True)
        return {key: payload[key] for key in payload if key not in OF_THE_ANSWER}

    def test_what_is_not_in_cache_is_asked_for(self):
        def change(orders):
            orders.order_line.write({"price_unit": 50})
            self.env.flush_all()
            self.env.invalidate_all()

        for orders, salesperson in (
            (self.order, self.ann.id),
            (self.nobodys, NOBODY),
            (self.order | self.other, None),
        ):
            self.assertEqual(self.of(lambda orders=orders: change(orders)), salesperson)

    def test_changes_one_after_another_in_a_transaction(self):
        def change(*orders):
            for order in orders:
                order.order_line.price_unit += 1
                self.env.flush_all()
                self.env["sale.dashboard.change"]._write_pending()

        self.assertEqual(
            self.of(lambda: change(self.order, self.quotation)), self.ann.id
        )
        self.assertIsNone(self.of(lambda: change(self.order, self.other)))
        self.assertIsNone(self.of(lambda: change(self.order, self.nobodys, self.order)))

    def test_what_becomes_of_another_s_sale(self):
        """It moves no sale, but who filters by it is concerned."""

        def change():
            self.order.order_line.price_unit = 70
            self.other.invoice_status = "upselling"

        self.assertIsNone(self.of(change))
        self.assertIsNone(self.of(lambda: self.other.write({"invoice_status": "no"})))

    def test_who_sees_whose(self):
        self.assertIsNone(self.dashboards(self.viewer)._get_salespeople())
        # A test's own environment is the superuser's.
        self.assertIsNone(self.env["sale.dashboard"]._get_salespeople())
        self.assertEqual(
            self.dashboards(self.ann)._get_salespeople(), {self.ann.id, NOBODY}
        )
        # Rules of groups add up.
        self.env["ir.rule"].create(
            {
                "name": "Those of his team",
                "model_id": self.env.ref("sale.model_sale_order").id,
                "domain_force": "[('team_id.member_ids', 'in', user.id)]",
                "groups": [Command.link(self.env.ref(OWN_ORDERS).id)],
            }
        )
        self.assertIsNone(self.dashboards(self.ann)._get_salespeople())

    def test_rules_that_say_nothing_of_salespeople(self):
        for model, domain in (
            # It leads to other orders.
            ("base.model_res_partner", "[('sale_order_ids', '!=', False)]"),
            # Nobody notes when that changes.
            ("sale.model_sale_order", "[('client_order_ref', '=', False)]"),
        ):
            rule = self.env["ir.rule"].create(
                {
                    "name": domain,
                    "model_id": self.env.ref(model).id,
                    "domain_force": domain,
                }
            )
            self.assertIsNone(self.dashboards(self.ann)._get_salespeople(), domain)
            rule.unlink()
            self.assertTrue(self.dashboards(self.ann)._get_salespeople(), domain)

    def told(self, user, follows=False, domain=()):
        dashboards = self.dashboards(user)
        if follows is not None:
            dashboards = dashboards.with_context(**{FOLLOWS: follows})
        payload = dashboards.generate_dashboard_data(
            *JUNE, filters={"domain": list(domain)}
        )
        return payload.get("concerned_by")

    def test_an_open_dashboard_is_told_what_concerns_it(self):
        herald = self.env["sale.dashboard.herald"]
        marks = herald._get_marks({self.ann.id, NOBODY})
        self.assertEqual(len(set(marks)), 2)
        for follows in (False, True):
            self.assertEqual(self.told(self.ann, follows), marks)
            self.assertIsNone(self.told(self.viewer, follows))
        # Nobody else is told; a mark says nothing of who it is.
        self.assertIsNone(self.told(self.ann, None))
        self.assertFalse({str(self.ann.id), self.ann.login} & set(marks))
        self.assertNotEqual(self.told(self.bob), marks)

    def test_filters(self):
        marks = self.told(self.ann)
        self.assertEqual(self.told(self.ann, domain=[("state", "=", "sale")]), marks)
        for domain in (
            [("partner_id.sale_order_ids", "!=", False)],
            [("client_order_ref", "=", False)],  # not traceable
        ):
            self.assertIsNone(self.told(self.ann, domain=domain), domain)

    def test_only_who_is_concerned_is_waited_for(self):
        herald = self.env["sale.dashboard.herald"]
        self.env["sale.dashboard"].search([]).unlink()
        spreads = []
        for user in (self.ann, self.bob, self.viewer):
            self.dashboards(user).generate(*JUNE)
            self.env.flush_all()
            spreads.append(herald._get_spread({self.ann.id}))
        self.assertGreaterEqual(spreads[0], ANSWERING_MS)
        self.assertEqual(spreads[1], spreads[0])
        self.assertGreaterEqual(spreads[2], spreads[1] + ANSWERING_MS)
        self.assertGreaterEqual(herald._get_spread(), spreads[2] + ANSWERING_MS)


@tagged("post_install", "-at_install")
class TestConcernedMessages(CommittedCase):
    """With real commits: of the quotations, the first is Ann's, the other one Bob's."""

    def setUp(self):
        super().setUp()
        self.ann = self.make_user("dashboard_ann", OWN_ORDERS)
        self.bob = self.make_user("dashboard_bob", OWN_ORDERS)
        with self.cursor() as env:
            for number, user in enumerate((self.ann, self.bob)):
                env["sale.order"].browse(self.orders[number]).user_id = user
            self.last_id = env["bus.bus"]._bus_last_id()
        self.addCleanup(self.remove_messages)
        # A test's own transaction sends its message at once; these are real ones.
        self.patch(modules.module, "current_test", None)
        self.herald = Herald()
        self.patch(sale_dashboard_herald.herald, "announce", self.herald.announce)

    def remove_messages(self):
        with self.cursor() as env:
            env.cr.execute("DELETE FROM bus_bus WHERE id > %s", [self.last_id])

    def change(self, *numbers):
        """Marks of the message that comes of changing these orders."""
        with self.cursor() as env:
            for number in numbers:
                env["sale.order"].browse(self.orders[number]).order_line.price_unit += 1
        for thread in list(self.herald._threads.values()):
            thread.join(20)
            self.assertFalse(thread.is_alive())
        with self.cursor() as env:
            _sent, payload = list_messages(env, self.last_id)[-1]
            token = env["sale.dashboard.change"]._get_token()
        self.assertEqual(payload["token"], token)
        return payload.get("concerns", "all")

    def marks(self, *salespeople):
        with self.cursor() as env:
            return env["sale.dashboard.herald"]._get_marks(salespeople)

    def test_messages_say_whose_orders_changed(self):
        # Nobody knows what was told before.
        self.assertEqual(self.change(0), "all")
        self.assertEqual(self.change(0), self.marks(self.ann))
        self.assertEqual(self.change(1), self.marks(self.bob))
        self.assertEqual(self.change(0, 1), "all")
        self.assertEqual(self.change(1), self.marks(self.bob))

    def test_what_others_told_meanwhile_is_told_again(self):
        self.change(0)
        other, self.herald = self.herald, Herald()
        self.patch(sale_dashboard_herald.herald, "announce", self.herald.announce)
        self.assertEqual(self.change(0), "all")
        self.herald = other
        self.patch(sale_dashboard_herald.herald, "announce", other.announce)
        self.assertEqual(self.change(1), self.marks(self.ann, self.bob))

    def test_rows_that_were_added_up(self):
        self.change(0)
        with self.cursor() as env:
            env["sale.dashboard.change"]._compact()
        self.assertEqual(self.change(1), "all")
        self.assertEqual(self.change(1), self.marks(self.bob))


@tagged("post_install", "-at_install")
class TestConcernedFigures(CommittedCase):
    """Of the orders, the first is Ann's, the other one Bob's; at a fixed time."""

    def setUp(self):
        super().setUp()
        self.ann = self.make_user("dashboard_ann", OWN_ORDERS)
        self.bob = self.make_user("dashboard_bob", OWN_ORDERS)
        with self.cursor() as env:
            orders = env["sale.order"].browse(self.orders)
            for order, user in zip(orders, (self.ann, self.bob), strict=True):
                order.user_id = user
            orders.action_confirm()
        freezer = freeze_time(fields.Datetime.now())
        self.clock = freezer.start()
        self.addCleanup(freezer.stop)

    def change(self, *numbers):
        self.clock.tick(timedelta(seconds=30))  # nobody is held up
        with self.cursor() as env:
            for number in numbers:
                env["sale.order"].browse(self.orders[number]).order_line.price_unit += 1

    def see(self, user, follows=True):
        """Revenue, and whether orders were read for it."""
        with listed_statements() as statements:
            with self.cursor(user, **{FOLLOWS: follows}) as env:
                payload = self.ask_in(env)
            with self.cursor(user, **{FOLLOWS: follows}) as env:
                env["sale.dashboard"].get_targets()
        self.assertNotIn("reread_after_ms", payload)
        return (
            payload["overview"]["total_revenue"],
            any('FROM "sale_order"' in one for one in statements),
        )

    def test_others_changes_compute_nothing(self):
        for user in (self.ann, self.viewer):
            self.see(user, follows=False)
        self.change(1)
        self.assertEqual(self.see(self.ann), (1.0, False))
        self.assertEqual(self.see(self.viewer), (12.0, True))
        # Another page of hers is answered with the figures of the first.
        self.change(0)
        self.assertEqual(self.see(self.ann), (2.0, True))
        self.change(1)
        self.assertEqual(self.see(self.ann), (2.0, False))
        # Who asks for the latest gets them.
        self.assertEqual(self.see(self.ann, follows=False), (2.0, True))
        self.change(0, 1)
        self.assertEqual(self.see(self.ann), (3.0, True))

    def test_what_may_be_anybody_s_is_computed(self):
        self.see(self.ann, follows=False)
        with self.cursor() as env:
            env["res.partner"].browse(self.customer).name = "Another"
        self.assertEqual(self.see(self.ann), (1.0, True))
        with self.cursor() as env:
            env["sale.order"].browse(self.orders[1]).user_id = self.ann
        self.clock.tick(timedelta(seconds=30))
        self.assertEqual(self.see(self.ann), (11.0, True))
        self.clock.tick(timedelta(seconds=30))
        with self.cursor() as env:
            env["sale.order"].browse(self.orders[1]).user_id = False
        self.assertEqual(self.see(self.ann), (11.0, True))  # nobody's are hers, too
        self.change(1)
        self.assertEqual(self.see(self.ann), (12.0, True))

    def test_the_record_says_whose(self):
        with self.cursor(self.ann) as env:
            payload = self.ask_in(env)
            dashboard = env["sale.dashboard"].browse(payload["id"])
            self.assertEqual(dashboard.salespeople, f"{NOBODY} {self.ann}")
        with self.cursor(self.viewer) as env:
            payload = self.ask_in(env)
            dashboard = env["sale.dashboard"].browse(payload["id"])
            self.assertIs(dashboard.salespeople, False)
