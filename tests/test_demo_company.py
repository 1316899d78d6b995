"""The demo company: believable, the same each time, and nobody else's business."""

import hashlib
from collections import Counter, defaultdict
from datetime import date, datetime, time, timedelta

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import TransactionCase, tagged

from odoo.addons.sale_dashboard.demo import plan as planning
from odoo.addons.sale_dashboard.demo.catalogue import CATEGORIES, CONSUMED, ITEMS
from odoo.addons.sale_dashboard.demo.company import (
    DEFAULT_SEED,
    find_demo_company,
    make_demo_company,
)

# What Odoo keeps by company, and what the demo company writes of it.
COMPANY_MODELS = (
    "account.fiscal.position",
    "account.journal",
    "account.tax",
    "account.tax.group",
    "crm.team",
    "product.pricelist",
    "product.template",
    "res.currency.rate",
    "res.partner",
    "sale.order",
    "sale.order.line",
)


def untaxed(rates, order):
    """The untaxed amount of a planned order in euro, as good as makes no odds."""
    amount = sum(
        line.quantity * line.price * (1 - line.discount / 100) for line in order.lines
    )
    return amount / planning.rate_at(rates, order.currency, order.date_order.date())


@tagged("post_install", "-at_install")
class TestDemoPlan(TransactionCase):
    """The plan is pure: it is looked at in full size, for several last days."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plans = [
            planning.make_plan(day, datetime.combine(day, time(13, 0)), seed, 1800)
            for day, seed in (
                (date(2026, 11, 22), DEFAULT_SEED),  # a Sunday
                (date(2027, 3, 1), DEFAULT_SEED),  # a Monday, first of its month
                (date(2028, 2, 29), 7),
            )
        ]

    def test_same_seed_same_plan(self):
        day = date(2026, 11, 22)
        noon = datetime.combine(day, time(13, 0))
        again = planning.make_plan(day, noon, DEFAULT_SEED, 1800)
        self.assertEqual(again, self.plans[0])
        other = planning.make_plan(day, noon, DEFAULT_SEED + 1, 1800)
        self.assertNotEqual(other, self.plans[0])

    def test_the_hour_changes_the_last_day_only(self):
        day = date(2026, 11, 22)

        def until(plan, last):
            return [
                (order.created, order.ordered, order.lines)
                for part in plan.companies
                for order in part.orders
                if order.ordered and order.ordered < last
            ]

        morning = planning.make_plan(
            day, datetime.combine(day, time(6, 0)), DEFAULT_SEED, 1800
        )
        midnight = datetime.combine(day, time.min)
        self.assertEqual(until(morning, midnight), until(self.plans[0], midnight))
        noon = datetime.combine(day, time(13, 0))
        self.assertGreater(len(until(self.plans[0], noon)), len(until(morning, noon)))

    def test_size_and_conversion(self):
        for plan in self.plans:
            states = Counter(o.state for part in plan.companies for o in part.orders)
            self.assertGreaterEqual(states["sale"], 1600)
            for state in ("draft", "sent", "cancel"):
                self.assertGreater(states[state], 50)
            for part in plan.companies:
                confirmed = sum(order.state == "sale" for order in part.orders)
                self.assertTrue(0.55 < confirmed / len(part.orders) < 0.75)
            self.assertTrue(100 < len(plan.companies[1].orders) < 300)

    def test_nothing_after_now(self):
        for plan in self.plans:
            now = datetime.combine(plan.today, time(13, 0))
            today = datetime.combine(plan.today, time.min)
            orders = [order for part in plan.companies for order in part.orders]
            self.assertLessEqual(max(o.date_order for o in orders), now)
            self.assertGreaterEqual(sum((o.ordered or now) < now for o in orders), 1500)
            self.assertGreaterEqual(
                sum(bool(o.ordered and o.ordered >= today) for o in orders), 3
            )
            for order in orders:
                self.assertLessEqual(order.created, order.date_order)
                if order.state != "cancel":
                    self.assertEqual(order.state == "sale", bool(order.ordered))

    def test_long_tail_and_new_customers(self):
        for plan in self.plans:
            part = plan.companies[0]
            revenue = Counter()
            first = {}
            for order in sorted(part.orders, key=lambda o: o.date_order):
                if order.state == "sale":
                    revenue[order.customer.index] += untaxed(plan.rates, order)
                    first.setdefault(order.customer.index, order.ordered)
            total = sum(revenue.values())
            self.assertTrue(1_500_000 < total / 1.5 < 3_000_000, total)
            best = sum(amount for _index, amount in revenue.most_common(10))
            self.assertTrue(0.2 < best / total < 0.55, best / total)
            self.assertGreater(len(revenue), 250)
            countries = {order.customer.country for order in part.orders}
            self.assertGreaterEqual(len(countries), 6)
            newcomers = Counter(day.strftime("%Y-%m") for day in first.values())
            for month, _rates in plan.rates[1:-1]:
                self.assertGreaterEqual(newcomers[month.strftime("%Y-%m")], 2)

    def test_seasons_growth_and_weekdays(self):
        plan = self.plans[0]
        confirmed = [o for o in plan.companies[0].orders if o.state == "sale"]
        months = Counter(order.ordered.strftime("%Y-%m") for order in confirmed)
        self.assertGreater(months["2025-12"], 1.5 * months["2025-08"])
        self.assertGreater(months["2026-10"], months["2025-10"])
        weekdays = Counter(order.ordered.weekday() for order in confirmed)
        quiet = max(weekdays[5], weekdays[6])
        self.assertGreater(min(weekdays[day] for day in range(5)), 2 * quiet)

    def test_last_month_is_lively(self):
        for plan in self.plans:
            since = datetime.combine(plan.today - timedelta(days=30), time.min)
            recent = [
                o
                for o in plan.companies[0].orders
                if o.state == "sale" and o.ordered >= since
            ]
            self.assertGreater(len(recent), 60)

    def test_open_quotations(self):
        for plan in self.plans:
            pending = [
                order.validity
                for order in plan.companies[0].orders
                if order.state in ("draft", "sent")
            ]
            week = plan.today + timedelta(days=7)
            self.assertGreater(sum(day < plan.today for day in pending), 50)
            self.assertGreater(sum(plan.today <= day <= week for day in pending), 2)
            self.assertGreater(sum(day > week for day in pending), 5)

    def test_special_cases(self):
        """Returns, credits, locked, cancelled late, unassigned, discounts, contacts."""
        for plan in self.plans:
            part = plan.companies[0]
            confirmed = [order for order in part.orders if order.state == "sale"]
            lines = [line for order in confirmed for line in order.lines]
            self.assertGreater(sum(line.quantity < 0 for line in lines), 20)
            self.assertGreater(sum(untaxed(plan.rates, o) < 0 for o in confirmed), 3)
            self.assertGreater(sum(order.locked for order in confirmed), 20)
            self.assertGreater(sum(o.salesperson is None for o in confirmed), 30)
            self.assertGreater(sum(o.team is None for o in confirmed), 10)
            self.assertGreater(sum(o.contact is not None for o in confirmed), 200)
            self.assertGreater(sum(line.discount > 0 for line in lines), 100)
            self.assertGreater(
                sum(o.state == "cancel" and bool(o.ordered) for o in part.orders), 5
            )
            self.assertIn(sum(customer.archived for customer in part.customers), (2, 3))
            currencies = Counter(order.currency for order in confirmed)
            self.assertEqual(set(currencies), {"EUR", "USD", "GBP"})
            self.assertGreater(min(currencies.values()), 30)

    def test_cast_and_catalogue(self):
        self.assertEqual(len(planning.MAIN.salespeople), 8)
        self.assertEqual(len(planning.MAIN.teams), 3)
        self.assertEqual((len(ITEMS), len(CATEGORIES)), (24, 5))
        self.assertLessEqual(CONSUMED, {item.code for item in ITEMS})
        for plan in self.plans:
            people = [c for part in plan.companies for c in part.customers]
            emails = [c.email for c in people]
            emails += [contact[1] for c in people for contact in c.contacts]
            for email in emails:
                self.assertRegex(email, r"^[a-z0-9.-]+@([a-z0-9-]+\.)?example\.com$")


@tagged("post_install", "-at_install")
class TestDemoCompany(TransactionCase):
    """What is written, in a small size: twice, the first time rolled back."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context=dict(cls.env.context, active_test=False))
        # Active currencies are for all, and switching them on gives every company a
        # default pricelist: Odoo's doing, kept out of the comparison.
        cls.env["res.currency"].search(
            [("name", "in", ("CHF", "EUR", "GBP", "USD")), ("active", "=", False)]
        ).active = True
        cls.before = cls._census()
        cls.numbers = cls._numbers()
        cls.companies = cls.env["res.company"].search([])
        cls.users = cls.env["res.users"].search([])
        cls.strangers = cls._strangers()
        cls.mails = cls.env["mail.mail"].search_count([])
        cls.messages = cls.env["mail.message"].search_count([])
        last_day = fields.Date.today() - timedelta(days=2)
        cls.day = last_day
        with cls.env.cr.savepoint() as savepoint:
            make_demo_company(cls.env, today=last_day, orders=300)
            cls.first_digest = cls._digest()
            savepoint.rollback()
        cls.env.invalidate_all()
        cls.env.registry.clear_all_caches()
        cls.steps = []
        cls.company = make_demo_company(
            cls.env,
            today=last_day,
            orders=300,
            progress=lambda *step: cls.steps.append(step),
        )
        cls.second = cls.env["res.company"].search(
            [("name", "=", planning.SECOND.name)]
        )
        cls.both = cls.company | cls.second
        cls.orders = cls.env["sale.order"].search([("company_id", "in", cls.both.ids)])

    @classmethod
    def _census(cls, domain=()):
        """Rows by model, of the companies that ``domain`` leaves."""
        return {
            name: cls.env[name].search_count(list(domain)) for name in COMPANY_MODELS
        }

    @classmethod
    def _numbers(cls):
        """The next numbers of the order sequences that are not the demo companies'."""
        names = [planning.MAIN.name, planning.SECOND.name]
        return (
            cls.env["ir.sequence"]
            .search([("code", "=", "sale.order"), ("company_id.name", "not in", names)])
            .mapped("number_next_actual")
        )

    @classmethod
    def _strangers(cls):
        """The companies and users of before, by what could have changed."""
        users = cls.users - cls.env.ref("base.user_root")
        users -= cls.env.ref("base.user_admin")
        return (
            cls.companies.read(["name", "currency_id", "country_id"]),
            users.read(["login", "company_id", "company_ids", "group_ids"]),
        )

    @classmethod
    def _digest(cls):
        """A digest of all figures and names, and of no id."""
        cls.env.flush_all()
        cls.env.invalidate_all()
        orders = cls.env["sale.order"].search(
            [("company_id.name", "in", (planning.MAIN.name, planning.SECOND.name))]
        )
        rows = sorted(
            (
                order.name,
                str(order.create_date),
                str(order.date_order),
                str(order.validity_date),
                order.state,
                order.locked,
                order.company_id.name,
                order.partner_id.email,
                order.partner_id.active,
                order.user_id.login,
                order.team_id.name,
                order.currency_id.name,
                repr(order.currency_rate),
                repr(order.amount_untaxed),
                repr(order.amount_total),
                tuple(
                    (li.product_id.default_code, li.product_uom_qty, li.price_unit)
                    for li in order.order_line
                ),
            )
            for order in orders
        )
        return hashlib.sha256(repr(rows).encode()).hexdigest()

    def test_same_figures_each_time(self):
        self.assertEqual(self._digest(), self.first_digest)

    def test_nothing_in_other_companies(self):
        mine = ("company_id", "in", self.both.ids)
        after = self._census(["!", mine])
        # Users' partners belong to no company, as everywhere in Odoo; only the
        # administrator's may, and then it follows him.
        admin = self.env.ref("base.user_admin")
        users = self.env["res.users"].search([("company_id", "in", self.both.ids)])
        after["res.partner"] -= len((users - admin).partner_id)
        after["res.partner"] += admin.partner_id.company_id == self.company
        self.assertEqual(after, self.before)
        self.assertEqual(self._numbers(), self.numbers)
        self.assertEqual(self._strangers(), self.strangers)

    def test_nothing_is_sent(self):
        self.assertEqual(self.env["mail.mail"].search_count([]), self.mails)
        self.assertEqual(self.env["mail.message"].search_count([]), self.messages)
        users = self.env["res.users"].search([("company_id", "in", self.both.ids)])
        users -= self.env.ref("base.user_admin")
        subscribed = self.env["digest.digest"].search([("user_ids", "in", users.ids)])
        self.assertFalse(subscribed)

    def test_second_call_is_refused(self):
        self.assertEqual(find_demo_company(self.env), self.company)
        with self.assertRaisesRegex(UserError, "already has the demo company"):
            make_demo_company(self.env, orders=300)

    def test_future_is_refused(self):
        future = fields.Date.today() + timedelta(days=2)
        with self.assertRaisesRegex(UserError, "still to come"):
            make_demo_company(self.env, today=future, orders=300)

    def test_administrator_and_salespeople(self):
        admin = self.env.ref("base.user_admin")
        self.assertEqual(admin.company_id, self.company)
        self.assertLessEqual(self.both, admin.company_ids)
        users = self.env["res.users"].search([("company_id", "=", self.company.id)])
        users -= admin
        self.assertEqual(len(users), 8)
        for user in users:
            self.assertTrue(user.has_group("sales_team.group_sale_salesman"))
            self.assertTrue(user.has_group("base.group_user"))
        teams = self.env["crm.team"].search([("company_id", "=", self.company.id)])
        self.assertEqual(len(teams), 3)
        self.assertEqual(len(teams.member_ids), 8)
        own = users.filtered(
            lambda u: not u.has_group("sales_team.group_sale_salesman_all_leads")
        )
        self.assertEqual(len(own), 5)
        self.assertEqual(
            sum(user.has_group("sales_team.group_sale_manager") for user in users), 1
        )

    def test_demo_can_log_in_and_the_others_cannot(self):
        self.env.cr.execute(
            "SELECT id FROM res_users WHERE password IS NOT NULL AND company_id IN %s",
            [tuple(self.both.ids)],
        )
        with_password = self.env["res.users"].browse(
            [row[0] for row in self.env.cr.fetchall()]
        )
        with_password -= self.env.ref("base.user_admin")
        self.assertEqual(len(with_password), 1)
        self.assertTrue(with_password.login.startswith("demo"))
        self.assertTrue(
            with_password.has_group("sales_team.group_sale_salesman_all_leads")
        )
        with_password.with_user(with_password)._check_credentials(
            {"type": "password", "login": with_password.login, "password": "demo"},
            {"interactive": True},
        )

    def test_currencies_and_rates(self):
        """Each order carries the rate its company had on its day."""
        rates = defaultdict(list)
        for rate in self.env["res.currency.rate"].search(
            [("company_id", "in", self.both.ids)], order="name"
        ):
            rates[rate.company_id, rate.currency_id].append((rate.name, rate.rate))

        def rate_on(company, currency, day):
            dated = rates[company, currency]
            return next(rate for start, rate in reversed(dated) if start <= day)

        seen = set()
        for order in self.orders:
            day = order.date_order.date()
            company = order.company_id
            expected = rate_on(company, order.currency_id, day) / rate_on(
                company, company.currency_id, day
            )
            self.assertAlmostEqual(order.currency_rate, expected, 9, order.name)
            seen.add((company.currency_id.name, order.currency_id.name))
        self.assertLessEqual(
            {("EUR", "EUR"), ("EUR", "USD"), ("EUR", "GBP"), ("CHF", "CHF")}, seen
        )
        self.assertTrue(all(self.orders.currency_id.mapped("active")))
        self.assertEqual(self.company.currency_id.name, "EUR")
        self.assertEqual(self.second.currency_id.name, "CHF")
        for currency in self.orders.currency_id:
            own = rates[self.company, currency]
            self.assertEqual(len(own), 1 if currency.name == "EUR" else len(set(own)))
        dollar = self.env.ref("base.USD")
        self.assertGreaterEqual(len(rates[self.company, dollar]), 18)

    def test_dates(self):
        now = fields.Datetime.now()
        for order in self.orders:
            self.assertLessEqual(order.create_date, order.date_order, order.name)
            self.assertLess(order.date_order, now)
            if order.state in ("draft", "sent"):
                self.assertEqual(order.create_date, order.date_order)
        first = min(self.orders.mapped("create_date")).date()
        self.assertLess((self.day - first).days, 550)
        self.assertGreater((self.day - first).days, 520)
        waited = self.orders.filtered(
            lambda o: o.state == "sale" and o.create_date.date() < o.date_order.date()
        )
        self.assertGreater(len(waited), 100)

    def test_states_and_amounts(self):
        states = Counter(self.orders.mapped("state"))
        self.assertGreater(states["sale"], 240)
        self.assertTrue(0.5 < states["sale"] / len(self.orders) < 0.8)
        for state in ("draft", "sent", "cancel"):
            self.assertGreater(states[state], 3)
        self.assertTrue(any(self.orders.mapped("locked")))
        self.assertTrue(all(o.state == "sale" for o in self.orders if o.locked))
        home = self.orders.filtered(
            lambda o: o.partner_id.country_id.code == "FR"
            and o.company_id == self.company
        )
        for order in home:
            self.assertAlmostEqual(
                order.amount_total, order.amount_untaxed * 1.2, delta=0.05
            )
        self.assertTrue(self.orders.order_line.filtered("discount"))
        self.assertTrue(
            self.orders.order_line.filtered(lambda line: line.product_uom_qty < 0)
        )
        self.assertTrue(self.orders.partner_id.filtered("parent_id"))
        self.assertTrue(self.orders.filtered(lambda order: not order.user_id))

    def test_records_agree_on_their_company(self):
        for company in self.both:
            orders = self.orders.filtered(lambda o, c=company: o.company_id == c)
            orders.with_company(company)._check_company()
            orders.order_line.with_company(company)._check_company()
            for order in orders.filtered("user_id"):
                self.assertIn(company, order.user_id.company_ids)
            self.assertEqual(orders.partner_id.company_id, company)
            self.assertEqual(orders.team_id.company_id, company)

    def test_salespeople_see_their_part(self):
        def seen_by(name, companies):
            user = self.env["res.users"].search(
                [("name", "=", name), ("company_id", "=", self.company.id)]
            )
            orders = self.env["sale.order"].with_user(user)
            orders = orders.with_context(allowed_company_ids=companies.ids).search([])
            # Everything an order shows is readable too.
            orders.read(["partner_id", "team_id", "pricelist_id", "currency_id"])
            orders.order_line.read(["product_id", "tax_ids", "product_uom_id"])
            return user, orders

        marc, own = seen_by("Marc Delmas", self.company)
        self.assertEqual(own.user_id, marc)
        self.assertTrue(own.filtered(lambda order: not order.user_id))
        self.assertLess(len(own), len(self.orders))
        _demo, every = seen_by("Camille Laurent", self.both)
        self.assertEqual(set(every.ids), set(self.orders.ids))

    def test_progress_is_told(self):
        done = [step[0] for step in self.steps]
        self.assertEqual(done, sorted(done))
        self.assertEqual(self.steps[-1][0], self.steps[-1][1])
        self.assertGreater(len(done), 5)
        self.assertTrue(all(step[2] for step in self.steps))
