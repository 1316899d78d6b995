"""The days that are over are kept: used again while nothing in them has moved."""

import random
import threading
from datetime import datetime, timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo import fields, models
from odoo.exceptions import AccessError
from odoo.fields import Command, Domain
from odoo.tests import tagged

from ..engine.parts import Parts
from ..models.res_config_settings import MAX_TTL
from .common import CommittedCase, listed_statements

# A Wednesday, at noon in Paris; the comparison is 1 to 18 May, up to the same time.
NOW = datetime(2025, 6, 18, 10, 0, 0)
PERIOD = ("2025-06-01", "2025-06-18")
CREATED = {"created previous", "created current"}
CONVERSION = CREATED | {"converted previous", "converted current"}
ALL = CONVERSION | {
    *("sales previous", "sales current", "new previous", "new current"),
    *("rates", "effects", "no product", "lifetimes"),
}
# Of the comparison alone.
BEFORE = {
    *("sales previous", "new previous", "rates"),
    *("created previous", "converted previous"),
}
CUSTOMERS = 8


class PartsCase(CommittedCase):
    """Orders of eight customers in two currencies, over both periods and before."""

    def setUp(self):
        super().setUp()
        freezer = freeze_time(NOW)
        self.clock = freezer.start()
        self.period = PERIOD
        self.addCleanup(freezer.stop)
        self.addCleanup(self.remove_parts)
        self.random = random.Random(self.id())
        with self.cursor() as env:
            env["ir.config_parameter"].set_param("sale_dashboard.parts_from_orders", 0)
            self.currency = env["res.currency"].create(
                {"name": "XDB", "symbol": "X", "rounding": 0.01}
            )
            env["res.currency.rate"].create(
                {"currency_id": self.currency.id, "name": "2024-01-01", "rate": 3.0}
            )
            self.pricelist = env["product.pricelist"].create(
                {"name": "X", "currency_id": self.currency.id, "company_id": False}
            )
            self.pricelist, self.currency = self.pricelist.id, self.currency.id
            partners = env["res.partner"].create(
                [{"name": f"Customer {number}"} for number in range(CUSTOMERS)]
            )
            self.partners = partners.ids
            days = (90, 40, 35, 33, 31, 20, 12, 7, 3, 1) * 3
            self.make_orders(
                env, [NOW - timedelta(days=one, minutes=one) for one in days]
            )
        with self.cursor() as env:
            env.cr.execute("ANALYZE sale_order")

    def remove_parts(self):
        with self.cursor() as env:
            parameters = env["ir.config_parameter"]
            parameters.set_param("sale_dashboard.parts_from_orders", False)
            parameters.set_param("sale_dashboard.cache_ttl", False)
            orders = env["sale.order"].search([("partner_id", "in", self.partners)])
            orders._action_cancel()
            orders.unlink()
            env["product.pricelist"].browse(self.pricelist).unlink()
            env["res.currency"].browse(self.currency).unlink()
            env["res.partner"].browse(self.partners).unlink()
            env.cr.execute("DELETE FROM sale_dashboard_part")
            env.cr.execute("DELETE FROM sale_dashboard_computation")

    def make_order(self, env, at, confirm=True, **values):
        """An order of a random customer, amount and currency, dated and created so."""
        return self.make_orders(env, [at], confirm, **values)

    def make_orders(self, env, instants, confirm=True, **values):
        orders = env["sale.order"].create(
            [
                {
                    "partner_id": self.random.choice(self.partners),
                    "pricelist_id": self.random.choice([False, self.pricelist]),
                    "date_order": at,
                    "user_id": False,
                    "order_line": [
                        Command.create(
                            {
                                "product_id": self.product,
                                "price_unit": self.random.randint(100, 99_999) / 100,
                                "tax_ids": [Command.clear()],
                            }
                        ),
                        Command.create({"display_type": "line_section", "name": "S"}),
                    ],
                    **values,
                }
                for at in instants
            ]
        )
        if confirm:
            orders.action_confirm()
            for order, at in zip(orders, instants, strict=True):
                order.date_order = at
        env.flush_all()
        env.cr.execute(
            "UPDATE sale_order AS made SET create_date = known.at"
            " FROM unnest(%s, %s::timestamp[]) AS known (id, at)"
            " WHERE made.id = known.id",
            [orders.ids, list(instants)],
        )
        return orders

    def generate(self, **options):
        """The payload, in a transaction of its own."""
        with self.cursor(self.viewer) as env:
            return env["sale.dashboard"].generate_dashboard_data(
                *self.period, **options
            )

    def scope_in(self, env, **options):
        """``(model that answers, scope)``"""
        parameters = {
            **dict(zip(("date_from", "date_to"), self.period, strict=True)),
            **{"period_type": "daily", "compare": "previous_period"},
            **{
                "measure": "untaxed",
                "top_limit": 10,
                "timezone": None,
                "filters": None,
            },
        }
        return env["sale.dashboard"]._check_request(parameters | options)

    def find(self, **options):
        """Names of the parts that the next answer is made from.

        And that it is then what it would be without them.
        """
        with self.cursor(self.viewer) as env:
            dashboards, scope = self.scope_in(env, **options)
            key, _traceable = dashboards._make_key(scope)
            parts, _read_at = dashboards.env["sale.dashboard.part"]._find(key, scope)
            names = set(parts._found)
            quick = dashboards._compute_answer(scope, parts)
            whole = dashboards._compute_answer(scope)
        for answer in (quick, whole):
            del answer["duration_ms"]
            self.assertFalse(answer["errors"])
        self.assertEqual(quick, whole)
        return names

    def change(self, change):
        """What is kept after a change in a transaction of its own."""
        self.generate()
        self.assertEqual(self.find(), ALL)
        with self.cursor() as env:
            change(env)
        return self.find()

    def order_of(self, env, days, **values):
        """A confirmed order dated so many days ago."""
        start = NOW.replace(hour=0) - timedelta(days=days)
        order = env["sale.order"].search(
            [
                ("partner_id", "in", self.partners),
                ("state", "=", "sale"),
                ("date_order", ">=", start),
                ("date_order", "<", start + timedelta(days=1)),
                *((name, "=", value) for name, value in values.items()),
            ],
            limit=1,
        )
        self.assertTrue(order)
        return order


@tagged("post_install", "-at_install")
class TestParts(PartsCase):
    def test_what_is_kept_is_used(self):
        self.assertEqual(self.find(), set())
        self.generate()
        self.assertEqual(self.find(), ALL)
        with self.cursor() as env:
            order = self.make_order(env, NOW, confirm=False)
        with self.cursor() as env:
            order.with_env(env).action_confirm()
            env.flush_all()
            self.assertEqual(order.with_env(env).date_order, NOW)
        self.assertEqual(self.find(), ALL)
        # The next day, today's orders are over as well.
        self.clock.move_to(NOW + timedelta(days=1))
        self.assertEqual(self.find(), set())

    def test_only_the_open_days_are_read(self):
        self.generate()
        with self.cursor() as env:
            self.make_order(env, NOW)
        with listed_statements() as statements:
            self.generate()
        passes = [text for text in statements if "GROUPING SETS" in text]
        self.assertEqual(len(passes), 2)
        with self.cursor(self.viewer) as env:
            _dashboards, scope = self.scope_in(env)
        with listed_statements() as statements:
            self.generate(refresh=True)
        self.assertGreater(
            sum("GROUPING SETS" in text for text in statements), len(passes)
        )
        self.assertLess(scope.comparison.end, scope.current.start)

    def test_a_change_of_the_days_that_are_over(self):
        """Whatever it is, whatever else keeps its date."""
        customer = 0

        def edit_line(env):
            self.order_of(env, 3).order_line[0].price_unit = 1.0

        def add_line(env):
            self.order_of(env, 3).write(
                {"order_line": [Command.create({"product_id": self.product})]}
            )

        def drop_line(env):
            # Odoo lets nobody delete another one of a confirmed order.
            self.order_of(env, 7).order_line.filtered("display_type").unlink()

        def cancel(env):
            self.order_of(env, 12)._action_cancel()

        def to_today(env):
            self.order_of(env, 7).date_order = NOW

        def from_today(env):
            order = self.make_order(env, NOW)
            env.cr.commit()
            order.date_order = NOW - timedelta(days=2)

        def assign(env):
            self.order_of(env, 3).user_id = self.viewer

        def backdate(env):
            self.make_order(env, NOW - timedelta(days=5))

        def move_line(env):
            mine, other = self.order_of(env, 3), self.make_order(env, NOW)
            env.cr.commit()
            mine.order_line[0].order_id = other

        def rename(env):
            env["res.partner"].browse(self.partners[customer]).name = "Renamed"

        for change in (edit_line, cancel, to_today, from_today):
            with self.subTest(change.__name__):
                # They are still the orders that were created then.
                self.assertEqual(self.change(change), BEFORE | {"created current"})
        for change in (add_line, drop_line, assign, backdate, move_line):
            with self.subTest(change.__name__):
                self.assertEqual(self.change(change), BEFORE)
        # Anything else may have to do with all of them.
        self.assertEqual(self.change(rename), set())
        self.assertEqual(
            self.change(lambda env: self.order_of(env, 33)._action_cancel()), CREATED
        )

    def test_deleted(self):
        def cancel(env):
            self.order_of(env, 12)._action_cancel()

        def delete(env):
            env["sale.order"].search(
                [("partner_id", "in", self.partners), ("state", "=", "cancel")]
            ).unlink()

        self.assertEqual(self.change(cancel), BEFORE | {"created current"})
        # It was no sale any more.
        self.assertEqual(self.change(delete), ALL - {"created current"})

    def test_written_down_before_it_is_gone(self):
        """As where another addon deletes in a savepoint, which flushes."""
        with self.cursor() as env:
            order = self.make_order(env, NOW - timedelta(days=9), confirm=False)

        def delete(env):
            def unlink(orders):
                env.cr.flush()
                return base(orders)

            base = models.BaseModel.unlink
            with patch.object(models.BaseModel, "unlink", unlink):
                order.with_env(env).unlink()

        self.assertEqual(self.change(delete), ALL - {"created current"})

    def test_sales_by_what_is_computed(self):
        """Another addon may count by any field; in cache it may be what it will be."""
        source = self.registry["sale.dashboard.source"]
        domain = Domain("state", "=", "sale") & Domain("amount_total", ">", 0)

        def empty(env):
            order = self.order_of(env, 3)
            order.order_line[0].price_unit = 0
            order.write({"state": "cancel"})

        with patch.object(source, "_get_confirmed_domain", lambda _self: domain):
            self.assertEqual(self.change(empty), BEFORE | {"created current"})

    def test_what_is_no_sale_moves_no_day(self):
        def quote(env):
            self.make_order(env, NOW - timedelta(days=9), confirm=False)

        def requote(env):
            order = env["sale.order"].search(
                [("partner_id", "in", self.partners), ("state", "=", "draft")], limit=1
            )
            order.order_line[0].price_unit = 5

        def confirm(env):
            env["sale.order"].search(
                [("partner_id", "in", self.partners), ("state", "=", "draft")], limit=1
            ).action_confirm()

        def invoice(env):
            # Every older sale comes to it.
            order = self.order_of(env, 3)
            order.invoice_status = "invoiced"
            env.flush_all()
            self.assertIn("sale_dashboard.change", env.cr.precommit.data)

        with self.subTest("quote"):
            self.assertEqual(self.change(quote), ALL - {"created current"})
        for change in (requote, confirm, invoice):
            with self.subTest(change.__name__):
                self.assertEqual(self.change(change), ALL)

    def test_a_quotation_comes_under_the_filter(self):
        with self.cursor() as env:
            tag = env["crm.tag"].create({"name": "Parts"}).id
            order = self.make_order(env, NOW - timedelta(days=9), confirm=False)

        def remove_tag():
            with self.cursor() as env:
                env["crm.tag"].browse(tag).unlink()

        self.addCleanup(remove_tag)
        for values, filters in (
            ({"user_id": self.viewer}, {"user_ids": [self.viewer]}),
            (
                {"tag_ids": [Command.link(tag)]},
                {"domain": [("tag_ids", "in", [tag])]},
            ),
            (
                {"client_order_ref": "R", "tag_ids": [Command.clear()]},
                {"domain": [("tag_ids", "in", [tag])]},
            ),
            (
                {"order_line": [Command.create({"product_id": self.product})]},
                {"domain": [("order_line.product_id", "=", self.product)]},
            ),
        ):
            with self.subTest(str(values)):
                self.generate(filters=filters)
                kept = self.find(filters=filters)
                self.assertLessEqual(CONVERSION, kept)
                with self.cursor() as env:
                    order.with_env(env).write(values)
                self.assertEqual(self.find(filters=filters), kept - {"created current"})

    def test_confirmed_long_after(self):
        """What became of the orders of a period that is over."""
        self.period = ("2025-06-01", "2025-06-10")
        days = (9, 12, 13, 20, 23)
        with self.cursor() as env:
            orders = [
                self.make_order(env, NOW - timedelta(days=one), confirm=False).id
                for one in days
            ]

        def rates():
            overview = self.generate()["overview"]
            return overview["conversion_rate"], overview["previous"]["conversion_rate"]

        before = rates()
        self.assertEqual(self.find(), ALL)
        # Of the comparison, what is confirmed now is too late.
        for order_id, place in zip(orders, (0, 0, 0, None, None), strict=True):
            with self.cursor() as env:
                env["sale.order"].browse(order_id).action_confirm()
            self.assertEqual(self.find(), ALL)
            after = rates()
            for side in (0, 1):
                (self.assertGreater if side == place else self.assertEqual)(
                    after[side], before[side]
                )
            before = after
        # Soon enough it is until so many days after as the period has had.
        with self.cursor() as env:
            env["sale.order"].browse(orders[-1]).date_order = NOW - timedelta(
                days=10, hours=1
            )
        self.assertGreater(rates()[1], before[1])

    def test_who_began_before_and_commits_after(self):
        with self.cursor() as first:
            self.order_of(first, 3)._action_cancel()
            first.flush_all()
            self.generate()
            self.assertEqual(self.find(), ALL)
        self.assertEqual(self.find(), BEFORE | {"created current"})

    def test_a_savepoint(self):
        """What was taken back and done again otherwise counts as it was done."""

        def change(env):
            order = self.order_of(env, 3)
            try:
                with env.cr.savepoint():
                    order.order_line[0].price_unit = 2.0
                    env["sale.dashboard.change"]._get_token()
                    raise KeyError
            except KeyError:
                order.order_line[0].price_unit = 3.0

        self.assertEqual(self.change(change), BEFORE | {"created current"})

    def test_a_change_after_its_row_was_written(self):
        def change(env):
            self.make_order(env, NOW)
            env.cr.flush()
            self.order_of(env, 3).order_line[0].price_unit = 2.0

        self.assertEqual(self.change(change), BEFORE | {"created current"})

    def test_changes_that_were_added_up(self):
        """Nobody knows any more which they were."""
        changes = "sale.dashboard.change"
        self.assertEqual(self.change(lambda env: env[changes]._compact()), set())

    def test_many_at_once(self):
        def change(env):
            for _number in range(3):
                self.make_order(env, NOW)
            pending = env.cr.precommit.data["sale_dashboard.change"]
            pending.orders.ids.update(range(-1001, 0))
            self.make_order(env, NOW)

        self.assertEqual(self.change(change), set())

    def test_a_currency_rate_of_the_comparison_moves(self):
        """With the time of day, more of the comparison's last day counts."""
        with self.cursor() as env:
            for hours in (1, 2, 3):
                at = datetime(2025, 5, 18, 10 + hours)
                self.make_order(env, at, pricelist_id=self.pricelist)
        for hours in range(5):
            self.clock.move_to(NOW + timedelta(hours=hours, seconds=30))
            with self.cursor() as env:
                self.make_order(env, fields.Datetime.now())
            self.generate()
            self.assertLessEqual({"sales current", "sales previous"}, self.find())

    def test_no_longer_than_the_setting(self):
        """What was changed past Odoo is seen in time, whatever was kept of it."""
        before = self.generate()["overview"]["total_revenue"]
        with self.cursor() as env:
            order = self.order_of(env, 3)
            env.cr.execute(
                "UPDATE sale_order SET amount_untaxed = amount_untaxed + 1000,"
                " currency_rate = 1 WHERE id = %s",
                [order.id],
            )
        self.clock.move_to(NOW + timedelta(seconds=200))
        with self.cursor() as env:
            self.make_order(env, NOW, confirm=False)
        payload = self.generate()
        self.assertEqual(payload["overview"]["total_revenue"], before)
        with self.cursor(self.viewer) as env:
            dashboard = env["sale.dashboard"].browse(payload["id"])
            self.assertEqual(dashboard.read_at, NOW)
            self.assertEqual(dashboard.expires_at, NOW + timedelta(seconds=300))
        self.clock.move_to(NOW + timedelta(seconds=300))
        self.assertGreater(self.generate()["overview"]["total_revenue"], before)

    def test_a_refresh_reads_all(self):
        before = self.generate()["overview"]["total_revenue"]
        with self.cursor() as env:
            env.cr.execute(
                "UPDATE sale_order SET amount_untaxed = amount_untaxed + 1000,"
                " currency_rate = 1 WHERE id = %s",
                [self.order_of(env, 3).id],
            )
        refreshed = self.generate(refresh=True)["overview"]["total_revenue"]
        self.assertGreater(refreshed, before)
        with self.cursor() as env:
            self.make_order(env, NOW)
        self.assertGreater(self.generate()["overview"]["total_revenue"], refreshed)

    def test_nothing_is_kept_of_little(self):
        with self.cursor() as env:
            env["ir.config_parameter"].set_param(
                "sale_dashboard.parts_from_orders", 10**9
            )
        self.generate()
        self.assertEqual(self.find(), set())

    def test_where_other_orders_decide(self):
        """Today's order may let one of last week count."""
        for domain, kept in (
            ([("partner_id.sale_order_ids.state", "=", "draft")], set()),
            ([("partner_id", "any", [("sale_order_ids", "!=", False)])], set()),
            ([("order_line.product_id", "=", self.product)], ALL),
            ([("order_line.order_id.partner_id.sale_order_ids", "!=", False)], set()),
            # What becomes of a sale moves no day otherwise.
            ([("invoice_status", "=", "invoiced")], set()),
            ([("order_line.order_id.invoice_status", "!=", "no")], set()),
            ([("write_date", ">", "2020-01-01 00:00:00")], set()),
            # Nor does an order's progress move the day that it was created on.
            ([("amount_untaxed", ">", 1)], ALL - CONVERSION),
            ([("order_line.price_total", ">", 1)], ALL - CONVERSION),
            (
                [("order_line", "any", [("order_id.state", "=", "sale")])],
                ALL - CONVERSION,
            ),
        ):
            filters = {"domain": domain}
            with self.subTest(str(domain)):
                self.generate(filters=filters)
                self.assertEqual(self.find(filters=filters), kept)

    def test_where_other_orders_decide_by_a_rule(self):
        with self.cursor() as env:
            rule = env["ir.rule"].create(
                {
                    "name": "Customers with an order",
                    "model_id": env.ref("base.model_res_partner").id,
                    "domain_force": "['|', ('sale_order_ids', '!=', False),"
                    " ('user_ids', '!=', False)]",
                }
            )
        try:
            self.generate()
            self.assertEqual(self.find(), set())
        finally:
            with self.cursor() as env:
                rule.with_env(env).unlink()

    def test_of_whom_they_are(self):
        """A salesperson's own documents are not made from a manager's parts."""
        self.generate()
        self.viewer = self.make_user(
            "dashboard_parts", group="sales_team.group_sale_salesman"
        )
        self.assertEqual(self.find(), set())
        with self.cursor(self.viewer) as env, self.assertRaises(AccessError):
            env["sale.dashboard.part"].search([])

    def test_two_at_once(self):
        """Both keep what they have read, and either is right."""
        threads = [threading.Thread(target=self.generate) for _number in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        self.assertEqual(self.find(), ALL)

    def test_whatever_happens(self):
        """A working day of random changes: always what reading everything gives."""
        partners = self.partners

        def any_order(env, states):
            orders = env["sale.order"].search(
                [("partner_id", "in", partners), ("state", "in", states)]
            )
            return self.random.choice(list(orders) or [orders])

        def change_once(env):
            kind = self.random.randrange(10)
            if kind < 3:
                days = self.random.choice([0, 0, 0, 0, 1, 3, 30, 31])
                at = fields.Datetime.now() - timedelta(days=days)
                self.make_order(env, at, confirm=self.random.random() < 0.7)
            elif kind < 5:
                any_order(env, ["draft"]).action_confirm()
            elif kind == 5:
                any_order(env, ["sale"])._action_cancel()
            elif kind == 6:
                for line in any_order(env, ["sale", "draft"]).order_line[:1]:
                    line.price_unit = self.random.randint(1, 5000) / 10
            elif kind == 7:
                order = any_order(env, ["sale"])
                days = self.random.choice([0, 2, 31, 33, 60])
                order.date_order = fields.Datetime.now() - timedelta(days=days)
            elif kind == 8:
                any_order(env, ["cancel"]).unlink()
            else:
                any_order(env, ["draft"]).unlink()

        with self.cursor() as env:
            env["ir.config_parameter"].set_param("sale_dashboard.cache_ttl", MAX_TTL)
        used = used_created = 0
        for minutes in range(0, 600, 15):
            self.clock.move_to(NOW + timedelta(minutes=minutes))
            with self.cursor() as env:
                change_once(env)
            found = self.find()
            used += bool(found)
            used_created += found.issuperset(CREATED)
            self.generate()
        self.assertGreater(used, 10)
        self.assertGreater(used_created, 10)


@tagged("post_install", "-at_install")
class TestPartsOfTargets(PartsCase):
    """What is kept of targets and of the months before, for the projection."""

    def setUp(self):
        super().setUp()
        with self.cursor() as env:
            self.company = env.company.id
            self.team = env["crm.team"].create({"name": "T", "company_id": False}).id
            orders = env["sale.order"].search([("partner_id", "in", self.partners)])
            for order in orders:
                order.user_id = self.random.choice([False, self.viewer])
                order.team_id = self.random.choice([False, self.team])
            targets = env["sale.dashboard.target"].create(
                [
                    {"month": "2025-06-01", "amount": 1000, **values}
                    for values in (
                        {"kind": "company"},
                        {"kind": "user", "user_id": self.viewer},
                        {"kind": "team", "team_id": self.team},
                    )
                ]
            )
        self.targets = targets.ids
        self.names = {f"reached {self.company}", "daily team_id user_id"}
        self.addCleanup(self.remove_targets)

    def remove_targets(self):
        with self.cursor() as env:
            env["sale.dashboard.target"].browse(self.targets).unlink()
            env["sale.order"].search([("team_id", "=", self.team)]).team_id = False
            env["crm.team"].browse(self.team).unlink()

    def get_both(self):
        """``(payload, names of the parts it was made from)``

        And that it is what it would be without them.
        """
        with self.cursor(self.viewer) as env:
            dashboards = env["sale.dashboard"]
            scope = dashboards._make_month_scope(NOW.date().replace(day=1))
            key, traceable = dashboards._make_key(scope)
            self.assertTrue(traceable)
            parts, _at = dashboards.env["sale.dashboard.part"]._find(key, scope)
            names = set(parts._found)
            payload = dashboards.get_targets()
            self.assertEqual(
                payload, dashboards._compute_targets(scope, False, Parts())
            )
        return payload, names

    def test_what_is_kept_is_used(self):
        before, names = self.get_both()
        self.assertEqual(names, set())
        with self.cursor() as env:
            self.make_order(env, NOW, user_id=self.viewer, team_id=self.team)
        with listed_statements() as statements, self.cursor(self.viewer) as env:
            env["sale.dashboard"].get_targets()
        passes = [text for text in statements if "GROUPING SETS" in text]
        self.assertEqual(len(passes), 2)  # those of the day that is not over
        after, names = self.get_both()
        self.assertEqual(names, self.names)
        for one, other in zip(before["targets"], after["targets"], strict=True):
            self.assertLess(one["reached"], other["reached"])

    def test_a_change_of_the_days_that_are_over(self):
        self.get_both()
        with self.cursor() as env:
            self.order_of(env, 3).order_line[0].price_unit = 1
        self.assertEqual(self.get_both()[1], set())
        self.assertEqual(self.get_both()[1], self.names)
        self.clock.move_to(NOW + timedelta(days=1))
        self.assertEqual(self.get_both()[1], set())

    def test_whatever_happens(self):
        for _turn in range(12):
            with self.cursor() as env:
                days = self.random.choice((0, 0, 0, 1, 3, 12, 31))
                self.make_order(
                    env,
                    NOW - timedelta(days=days, minutes=1),
                    user_id=self.random.choice([False, self.viewer]),
                    team_id=self.random.choice([False, self.team]),
                )
            self.get_both()

    def test_who_sees_his_own(self):
        salesman = self.make_user("dashboard_own", "sales_team.group_sale_salesman")
        viewer, self.viewer = self.viewer, salesman
        self.get_both()
        with self.cursor() as env:
            self.order_of(env, 3, user_id=viewer).user_id = salesman
        self.assertEqual(self.get_both()[1], set())
        with self.cursor() as env:
            self.make_order(env, NOW, user_id=salesman)
        self.assertTrue(self.get_both()[1])
        self.viewer = viewer
