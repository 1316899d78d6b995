"""The change token: every change that can move a figure moves it, nothing else does."""

from contextlib import contextmanager
from unittest.mock import patch

from odoo import modules
from odoo.fields import Command
from odoo.tests import tagged

from .common import CommittedCase, DashboardCase, listed_statements

JUNE = ("2025-06-01", "2025-06-30")


@tagged("post_install", "-at_install")
class TestChangeToken(DashboardCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.changes = cls.env["sale.dashboard.change"]
        cls.team = cls.env["crm.team"].create({"name": "T", "company_id": False})
        cls.order = cls.make_order(100, team_id=cls.team.id, user_id=cls.viewer.id)
        cls.env.cr.flush()

    @contextmanager
    def assertMisses(self, what=""):
        """What the body does makes the dashboard compute anew."""
        before = self.dashboards().generate(*JUNE)
        self.assertEqual(self.dashboards().generate(*JUNE), before)
        yield
        self.assertNotEqual(self.dashboards().generate(*JUNE), before, what)

    @contextmanager
    def assertHits(self, what=""):
        """What the body does leaves the dashboard as it is."""
        before = self.dashboards().generate(*JUNE)
        yield
        self.assertEqual(self.dashboards().generate(*JUNE), before, what)

    def token(self):
        return self.changes._get_token()

    def rows(self):
        self.env.cr.execute("SELECT COUNT(*) FROM sale_dashboard_change")
        return self.env.cr.fetchone()[0]

    # ------------------------------------------------------------------
    # What moves it
    # ------------------------------------------------------------------

    def test_it_is_in_record_and_payload(self):
        payload = self.compute()
        dashboard = self.dashboards().browse(payload["id"])
        self.assertEqual(dashboard.change_token, self.token())
        self.assertEqual(payload["change_token"], dashboard.change_token)
        self.assertRegex(payload["change_token"], r"^\d+-[0-9a-f]{16}$")

    def test_nothing(self):
        """What is asked of no record is no change."""
        with self.assertHits():
            self.env["sale.order"].write({"state": "sale", "date_order": "2025-06-01"})
            self.env["sale.order"].unlink()
            self.env["sale.order.line"].unlink()

    def test_orders(self):
        other = self.env["res.partner"].create({"name": "Other"})
        tag = self.env["crm.tag"].create({"name": "Tag"})
        with self.assertMisses("new order"):
            order = self.make_order(5, confirm=False)
        with self.assertMisses("confirmed"):
            order.action_confirm()
        for name, value in (
            ("date_order", "2025-06-11 10:00:00"),
            ("team_id", False),
            ("user_id", False),
            ("partner_id", other.id),
            ("currency_rate", 2.0),
            ("validity_date", "2025-07-01"),
            ("tag_ids", [Command.link(tag.id)]),
            ("locked", True),
        ):
            with self.assertMisses(name):
                self.order[name] = value
        with self.assertMisses("a tag beside a field that is ignored"):
            self.order.write({"note": "N", "tag_ids": [Command.clear()]})
        self.order.locked = False
        with self.assertMisses("cancelled"):
            self.order._action_cancel()
        order._action_cancel()
        with self.assertMisses("deleted"):
            order.unlink()

    def test_order_lines(self):
        line = self.order.order_line
        product = self.product.copy()
        for name, value in (("price_unit", 90), ("product_uom_qty", 2)):
            with self.assertMisses(name):
                line[name] = value
        with self.assertMisses("product"):
            line.product_id = product
        with self.assertMisses("a line more, worth nothing"):
            self.order.order_line = [
                Command.create(
                    {"product_id": product.id, "price_unit": 0, "name": "Free"}
                )
            ]
        quotation = self.make_order(5, confirm=False)
        with self.assertMisses("a line less"):
            quotation.order_line.unlink()

    def test_partners(self):
        parent = self.env["res.partner"].create({"name": "P", "is_company": True})
        country = self.env.ref("base.fr")
        contact = self.env["res.partner"].create({"name": "Contact"})
        self.order.partner_id = contact
        for name, value in (
            ("name", "Other"),
            ("email", "other@example.com"),
            ("is_company", True),
            ("country_id", country.id),
            ("active", False),
            ("company_id", self.company.id),
        ):
            with self.assertMisses(name):
                contact[name] = value
        with self.assertMisses("commercial entity"):
            contact.write({"is_company": False, "parent_id": parent.id})
        with self.assertMisses("name of a country"):
            country.name = "Gaul"
        with self.assertMisses("translated name of a country"):
            country.update_field_translations("name", {"en_US": "France"})

    def test_contacts_that_are_merged(self):
        # Odoo's wizard moves the orders by SQL.
        double = self.env["res.partner"].create({"name": "Azure (2)"})
        self.make_order(10, partner=double)
        with self.assertMisses():
            self.env["base.partner.merge.automatic.wizard"]._merge(
                (self.customer | double).ids, self.customer
            )
        payload = self.dashboards().generate_dashboard_data(*JUNE)
        [row] = payload["top_customers"]
        self.assertEqual(row["total_revenue"], 110.0)

    def test_currencies_and_companies(self):
        with self.assertMisses("new rate"):
            rate = self.make_rate(self.eur, "2025-06-01", 0.5)
        with self.assertMisses("rate"):
            rate.rate = 0.6
        with self.assertMisses("no rate"):
            rate.unlink()
        with self.assertMisses("rounding"):
            self.usd.rounding = 0.1
        with self.assertMisses("currency of the company"):
            self.company.currency_id = self.eur
        with self.assertMisses("name of the company"):
            self.company.name = "Other Inc"

    def test_teams_and_people(self):
        with self.assertMisses("name of the team"):
            self.team.name = "Other"
        with self.assertMisses("translated name of the team"):
            self.team.update_field_translations("name", {"en_US": "T"})
        with self.assertMisses("new member"):
            self.team.member_ids += self.viewer
        with self.assertMisses("no member"):
            self.team.member_ids = False
        with self.assertMisses("company of the team"):
            self.team.company_id = self.company
        with self.assertMisses("no team"):
            self.team.unlink()
        salesman = self.make_user("dashboard_x", "sales_team.group_sale_salesman")
        with self.assertMisses("name of a person"):
            salesman.name = "Other"
        with self.assertMisses("companies of a person"):
            salesman.company_ids += self.make_company("Second", self.usd)

    def test_products(self):
        category = self.env["product.category"].create({"name": "C"})
        with self.assertMisses("category of a product"):
            self.product.categ_id = category
        with self.assertMisses("name of a category"):
            category.name = "D"
        with self.assertMisses("name of a product"):
            self.product.name = "Chair"
        with self.assertMisses("reference of a product"):
            self.product.default_code = "T1"

    def test_targets(self):
        target = self.env["sale.dashboard.target"].create(
            {"month": "2025-06-01", "amount": 10, "company_id": self.company.id}
        )
        before = self.token()
        target.amount = 20
        self.assertNotEqual(self.token(), before)
        before = self.token()
        target.unlink()
        self.assertNotEqual(self.token(), before)

    def test_rules_and_groups(self):
        model = self.env.ref("sale.model_sale_order")
        with self.assertMisses("new rule"):
            rule = self.env["ir.rule"].create(
                {
                    "name": "R",
                    "model_id": model.id,
                    "domain_force": "[('amount_total', '<', 1000)]",
                }
            )
        with self.assertMisses("rule"):
            rule.domain_force = "[('amount_total', '<', 10)]"
        with self.assertMisses("no rule"):
            rule.unlink()
        group = self.env.ref("sales_team.group_sale_salesman")
        with self.assertMisses("new access"):
            access = self.env["ir.model.access"].create(
                {"name": "A", "model_id": model.id, "group_id": group.id}
            )
        with self.assertMisses("no access"):
            access.unlink()
        other = self.env["res.groups"].create({"name": "G"})
        with self.assertMisses("groups of the user"):
            self.viewer.group_ids += other
        with self.assertMisses("users of the group"):
            other.user_ids = False
        with self.assertMisses("implied groups"):
            other.write({"implied_ids": [Command.link(group.id)]})

    # ------------------------------------------------------------------
    # What does not
    # ------------------------------------------------------------------

    def test_what_moves_no_figure(self):
        with self.assertHits():
            self.order.write({"note": "<p>Thanks</p>", "client_order_ref": "PO 1"})
            self.order._portal_ensure_token()
            self.order.message_post(body="Hello")
            self.order.order_line.name = "Table, wooden"
            self.customer.write({"phone": "1", "comment": "<p>Nice</p>"})
            self.env["res.partner"].create({"name": "Nobody's customer"})
            self.product.list_price = 5
            self.env["ir.config_parameter"].set_param("sale_dashboard.x", "1")

    # ------------------------------------------------------------------
    # Once, and neither lost nor faked
    # ------------------------------------------------------------------

    def test_one_row_for_many_changes(self):
        self.token()
        self.order.date_order = "2025-06-12 10:00:00"
        self.env.cr.flush()
        rows = self.rows()
        self.order.order_line.price_unit = 1
        self.env.cr.flush()
        with self.env.cr.savepoint():
            self.make_order(3)
        self.env.cr.flush()
        self.assertEqual(self.rows(), rows)

    def test_a_change_after_the_token_is_another(self):
        self.order.date_order = "2025-06-12 10:00:00"
        tokens = [self.token()]
        self.assertEqual(self.token(), tokens[0])
        self.order.order_line.price_unit = 1  # pending: not flushed
        tokens.append(self.token())
        self.order.order_line.price_unit = 2
        tokens.append(self.token())
        self.assertEqual(len(set(tokens)), 3)
        counts = [int(token.partition("-")[0]) for token in tokens]
        self.assertEqual(counts, list(range(counts[0], counts[0] + 3)))

    def test_what_a_savepoint_takes_back(self):
        before = self.token()
        for flush in (True, False):
            with self.subTest(flush=flush):
                with (
                    self.assertRaises(ZeroDivisionError),
                    self.env.cr.savepoint(flush=flush),
                ):
                    self.order.date_order = "2025-06-12 10:00:00"
                    self.assertNotEqual(self.token(), before)
                    raise ZeroDivisionError
                self.assertEqual(self.token(), before)
                self.env.invalidate_all()

    def test_a_change_before_what_a_savepoint_takes_back(self):
        before = self.token()
        self.order.date_order = "2025-06-12 10:00:00"
        with self.assertRaises(ZeroDivisionError), self.env.cr.savepoint():
            self.order.order_line.price_unit = 1
            self.env.cr.flush()
            raise ZeroDivisionError
        self.assertNotEqual(self.token(), before)

    def test_a_change_after_what_a_savepoint_takes_back(self):
        """Also where the savepoint leaves the cursor's cache as it is."""
        for flush in (True, False):
            with self.subTest(flush=flush):
                before = self.token()
                with (
                    self.assertRaises(ZeroDivisionError),
                    self.env.cr.savepoint(flush=flush),
                ):
                    self.order.date_order = "2025-06-12 10:00:00"
                    self.env.cr.flush()  # the row is written in here
                    raise ZeroDivisionError
                self.env.invalidate_all()
                self.order.order_line.price_unit += 1
                self.env.cr.flush()
                self.assertNotEqual(self.token(), before)

    def test_one_statement_more_for_who_confirms(self):
        quotation = self.make_order(5, confirm=False)
        self.env.cr.flush()
        self.env.cr.clear()
        with (
            # As outside of tests, where the message is not sent by who confirms.
            patch.object(modules.module, "current_test", None),
            listed_statements() as statements,
        ):
            quotation.action_confirm()
            self.env.cr.flush()
        ours = [
            statement
            for statement in statements
            if "sale_dashboard" in statement or "bus_bus" in statement
        ]
        self.assertEqual(len(ours), 1, ours)
        self.assertIn("INSERT INTO sale_dashboard_change", ours[0])

    def test_compacting_keeps_it(self):
        for day in range(1, 4):
            self.order.date_order = f"2025-06-{day:02} 10:00:00"
            before = self.token()
        self.assertGreater(self.rows(), 1)
        with self.assertHits():
            self.changes._compact()
            self.assertEqual(self.rows(), 1)
            self.assertEqual(self.token(), before)

    def test_nobody_has_access(self):
        self.assertFalse(self.changes.with_user(2).has_access("read"))


@tagged("post_install", "-at_install")
class TestTwoWriters(CommittedCase):
    def test_the_first_writer_commits_last(self):
        with self.cursor() as first:
            self.confirm(first, 0)
            with self.cursor() as second:
                self.confirm(second, 1)
            revenue, stored = self.ask()
            self.assertEqual(revenue, 10.0)
            self.assertEqual(self.ask(), (10.0, stored))
        revenue, later = self.ask()
        self.assertEqual(revenue, 11.0)
        self.assertNotEqual(later, stored)
        self.assertEqual(self.ask(), (11.0, later))

    def test_compaction_beside_writers_and_readers(self):
        with self.cursor() as writer, self.cursor() as reader:
            reader.cr.execute("SELECT 1")  # his snapshot
            self.confirm(writer, 0)
            before = self.ask()
            token = reader["sale.dashboard.change"]._get_token()
            with self.cursor() as env:
                # Another compaction at the same time takes nothing twice.
                env["sale.dashboard.change"]._compact()
                env["sale.dashboard.change"]._compact_apart()
            self.assertEqual(self.ask(), before)
            self.assertEqual(reader["sale.dashboard.change"]._get_token(), token)
        self.assertNotEqual(self.ask(), before)
        with self.cursor() as env:
            env["sale.dashboard.change"]._compact_apart()
            env.cr.execute("SELECT COUNT(*) FROM sale_dashboard_change")
            self.assertLessEqual(env.cr.fetchone()[0], 1)
