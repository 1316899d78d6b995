"""Every figure against a naive recomputation, on random order books.

Each book is a database of orders made by plain SQL (any value the columns can hold, not
only what the ORM would write), asked random requests by users of different rights. What
comes out is compared with :mod:`.naive`'s arithmetic on the very same rows.

``SALE_DASHBOARD_EXAMPLES`` multiplies the number of books. A book is known by its seed,
a request by its number: ``SALE_DASHBOARD_SEED=7`` runs book 7 alone.
"""

import os
import random
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from unittest.mock import patch

import pytz

from odoo import fields
from odoo.tests import tagged
from odoo.tools import SQL

from odoo.addons.sale_dashboard.engine.groups import ALL

from . import naive
from .common import DashboardCase

COUNTEREXAMPLES = (94,)  # books that once showed a mistake
BOOKS = 20 * int(os.environ.get("SALE_DASHBOARD_EXAMPLES", "1"))
REQUESTS = 50
RECONCILED = 10  # of the requests of a book
VERIFIED = 2
ZONES = (
    "America/Havana",
    "America/New_York",
    "Asia/Kathmandu",
    "Asia/Tokyo",
    "Australia/Lord_Howe",
    "Europe/Paris",
    "Pacific/Chatham",
    "Pacific/Kiritimati",
    "UTC",
)
BEGIN = date(2024, 1, 1)
DAYS = 760
STATES = ("sale",) * 7 + ("draft", "sent", "cancel")
RATES = ("0.5", "0.9174311926605505", "1.0873", "3", "15.7312", "0.0615")
UNIT = {"USD": "0.01", "EUR": "0.01", "JPY": "1"}


@dataclass
class Line:
    """One row of the lines' table; without product it is a down payment."""

    product: bool
    untaxed: Decimal
    total: Decimal


@dataclass
class Order:
    """One row of the table, as it was inserted. ``lines``: no sections, no notes."""

    id: int
    partner: int
    company: int
    currency: str
    rate: Decimal | None
    untaxed: Decimal
    total: Decimal
    state: str
    user: int | None
    team: int | None
    date_order: datetime
    create_date: datetime
    lines: list


@dataclass
class Viewer:
    """Who asks. ``own``: his own and nobody's orders only."""

    user: object
    companies: list
    own: bool


class Answer:
    """The naive figures of one request on one book."""

    def __init__(self, case, viewer, request, now):
        self.case = case
        self.viewer = viewer
        self.request = request
        self.now = now
        self.zone = naive.zone(request["timezone"])
        self.today = naive.local_at(now, self.zone).date()
        self.companies = [case.book_companies[one] for one in viewer.companies]
        self.unit = Fraction(UNIT[self.companies[0].currency_id.name])
        self.factors = case.factors(self.companies, now.date())
        self.first = date.fromisoformat(request["date_from"])
        self.last = date.fromisoformat(request["date_to"])
        self.span = (
            naive.day_start(self.first, self.zone),
            naive.day_start(self.last + naive.DAY, self.zone),
        )
        self.compared = naive.compared_days(
            self.first, self.last, request["compare"], self.today
        )
        if self.compared:
            first, last = self.compared
            end = naive.day_start(last + naive.DAY, self.zone)
            if self.last == self.today:
                local = naive.local_at(now, self.zone)
                end = naive.first_instant(
                    datetime.combine(last, local.time()), self.zone
                )
            self.compared_span = (naive.day_start(first, self.zone), end)
        self.firsts = {}
        ids = {company.id for company in self.companies}
        self.seen = [
            order
            for order in case.orders
            if order.company in ids
            and (not viewer.own or order.user in (None, viewer.user.id))
        ]
        self.members = None
        groups = request["filters"].get("customer_groups")
        if groups:
            self.members = self.find_members(case, viewer, request, now, groups)

    def find_members(self, case, viewer, request, now, groups):
        """The customers in the groups of the last dimension, of those in the others."""
        dimension = groups[-1].partition(":")[0]
        rest = [one for one in groups if not one.startswith(f"{dimension}:")]
        filters = {**request["filters"], "customer_groups": rest}
        whole = Answer(case, viewer, {**request, "filters": filters}, now)
        sales = whole.sales(whole.span)
        customers, _hidden = whole.customers(sales)
        new = set(whole.new_customers(whole.span))
        found = {"new": new, "returning": set(customers) - new}
        if dimension == "segment":
            found = naive.segments(customers)
        elif dimension == "rfm_group":
            found = defaultdict(set)
            for one, scores in whole.scores(sales, customers).items():
                found[naive.rfm_group(*scores)].add(one)
        keys = {one.partition(":")[2] for one in groups if one not in rest}
        return {one for key in keys for one in found.get(key, ())}

    def scores(self, sales, customers):
        return naive.scores(
            {
                one: (self.days_since(sales, one), count, units)
                for one, (units, count) in customers.items()
            }
        )

    def days_since(self, sales, customer):
        last = max(one.date_order for one in sales if self.customer(one) == customer)
        return (self.last - naive.local_at(last, self.zone).date()).days

    def sees(self, partner):
        company = self.case.partners[partner]["company"]
        return company is None or company in {one.id for one in self.companies}

    def customer(self, order):
        """The commercial entity, or None where the viewer may not know it."""
        entity = self.case.partners[order.partner]["entity"]
        return entity if self.sees(order.partner) and self.sees(entity) else None

    def is_analysed(self, order):
        """Whether Sales Analysis is filtered to this order; it knows no hidden ones."""
        filters = self.request["filters"]
        if self.request["tests"]:
            return self.passes(order)
        entities = {
            self.case.partners[one]["entity"] for one in filters.get("partner_ids", [])
        }
        entity = self.case.partners[order.partner]["entity"]
        return (
            (self.members is None or entity in self.members)
            and (not filters.get("team_ids") or order.team in filters["team_ids"])
            and (not filters.get("user_ids") or order.user in filters["user_ids"])
            and (not entities or entity in entities)
        )

    def passes(self, order):
        filters = self.request["filters"]
        partners = filters.get("partner_ids")
        if partners:
            entities = {self.case.partners[one]["entity"] for one in partners}
            entity = self.case.partners[order.partner]["entity"]
            if not self.sees(order.partner) or entity not in entities:
                return False
        if self.members is not None and self.customer(order) not in self.members:
            return False
        return (
            (not filters.get("team_ids") or order.team in filters["team_ids"])
            and (not filters.get("user_ids") or order.user in filters["user_ids"])
            and all(test(self, order) for test in self.request["tests"])
        )

    def units(self, order):
        amount = getattr(order, self.request["measure"])
        return naive.revenue(amount, order.rate, self.factors[order.company], self.unit)

    def sales(self, span):
        return [
            order
            for order in self.seen
            if order.state == "sale"
            and span[0] <= order.date_order < span[1]
            and self.passes(order)
        ]

    def sums(self, orders, key):
        """Key -> (units, orders)."""
        found = defaultdict(lambda: (0, 0))
        for order in orders:
            units, count = found[key(order)]
            found[key(order)] = (units + self.units(order), count + 1)
        return dict(found)

    def total(self, orders):
        return self.sums(orders, lambda _order: True).get(True, (0, 0))

    def customers(self, orders):
        """Visible customers, and the orders of the others."""
        found = self.sums(orders, self.customer)
        return found, found.pop(None, (0, 0))

    def new_customers(self, span):
        customers, _hidden = self.customers(self.sales(span))
        known = {
            self.case.partners[order.partner]["entity"]
            for order in self.seen
            if order.state == "sale"
            and order.date_order < span[0]
            and self.sees(order.partner)
        }
        return sorted(set(customers) - known)

    def conversion(self, span, matured=None):
        created = [
            order
            for order in self.seen
            if span[0] <= order.create_date < span[1] and self.passes(order)
        ]
        converted = [
            order
            for order in created
            if order.state == "sale" and (not matured or order.date_order < matured)
        ]
        rate = Fraction(100 * len(converted), len(created) or 1)
        return rate, len(converted), len(created)

    def first_orders(self, span):
        """The instants of the first orders of a span's new customers."""
        if span not in self.firsts:
            sales = self.sales(span)
            self.firsts[span] = [
                min(one.date_order for one in sales if self.customer(one) == customer)
                for customer in self.new_customers(span)
            ]
        return self.firsts[span]

    def matured(self, span):
        """Before when an order of a side must be confirmed; None for the period."""
        return None if span == self.span else self.now - (self.span[0] - span[0])

    def constant(self):
        """Customer (None: hidden) -> units at the comparison's mean rates."""
        sums = defaultdict(lambda: [Fraction(0), Fraction(0)])
        for order in self.sales(self.compared_span):
            amount = Fraction(getattr(order, self.request["measure"]))
            pair = sums[order.company, order.currency]
            pair[0] += amount
            pair[1] += amount / (Fraction(order.rate) if order.rate else 1)
        found = defaultdict(int)
        for order in self.sales(self.span):
            company = self.case.companies_by_id[order.company]
            amount, in_company = sums.get((order.company, order.currency), (0, 0))
            rate = order.rate
            usable = amount and in_company and (amount > 0) == (in_company > 0)
            if order.currency != company.currency_id.name and usable:
                rate = amount / in_company
            found[self.customer(order)] += naive.revenue(
                getattr(order, self.request["measure"]),
                rate,
                self.factors[order.company],
                self.unit,
            )
        return found


@tagged("post_install", "-at_install")
class TestPropertyFigures(DashboardCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        jpy = cls.env.ref("base.JPY")
        jpy.active = True
        cls.currencies = {"USD": cls.usd, "EUR": cls.eur, "JPY": jpy}
        cls.book_companies = {
            "dollar": cls.company,
            "euro": cls.make_company("Euro SA", cls.eur),
            "dollar too": cls.make_company("Second Inc", cls.usd),
            "yen": cls.make_company("Yen KK", jpy),
        }
        cls.companies_by_id = {one.id: one for one in cls.book_companies.values()}
        everything = cls.env["res.company"].browse(cls.companies_by_id)
        manager = cls.make_user(
            "book_manager", "sales_team.group_sale_manager", everything
        )
        salesman = cls.make_user(
            "book_salesman", "sales_team.group_sale_salesman", everything
        )
        narrow = cls.make_user("book_narrow", "sales_team.group_sale_manager")
        cls.viewers = [
            Viewer(manager, ["dollar"], False),
            Viewer(manager, ["euro", "dollar"], False),
            Viewer(manager, ["dollar", "euro", "dollar too", "yen"], False),
            Viewer(manager, ["yen", "dollar too"], False),
            Viewer(salesman, ["dollar", "euro"], True),
            Viewer(salesman, ["euro"], True),
            Viewer(narrow, ["dollar"], False),
        ]
        cls.users = [manager.id, salesman.id, narrow.id]
        cls.teams = cls.env["crm.team"].create(
            [{"name": name, "company_id": False} for name in ("North", "South")]
        )
        cls.template = cls.make_order(1, confirm=False)
        cls.env.cr.execute("SELECT * FROM sale_order LIMIT 0")
        cls.columns = [one.name for one in cls.env.cr.description]

    # ------------------------------------------------------------------
    # The books
    # ------------------------------------------------------------------

    def write_book(self, dice):
        """Replace partners, rates and orders by random ones."""
        self.env.flush_all()
        cr = self.env.cr
        cr.execute("DELETE FROM sale_order WHERE id != %s", (self.template.id,))
        cr.execute(
            "UPDATE sale_order SET company_id = %s, state = 'cancel',"
            " create_date = '1990-01-01', date_order = '1990-01-01' WHERE id = %s",
            (self.company.id, self.template.id),
        )
        self.write_rates(dice)
        self.write_partners(dice)
        self.write_orders(dice)
        self.env.invalidate_all()

    def write_rates(self, dice):
        self.env.cr.execute("DELETE FROM res_currency_rate")
        self.rates = []
        days = [BEGIN + timedelta(days=dice.randrange(-400, DAYS)) for _one in range(4)]
        for company in (None, *self.companies_by_id):
            for name, currency in self.currencies.items():
                for day in sorted(set(dice.sample(days, dice.randint(0, 3)))):
                    rate = Decimal(dice.choice(RATES))
                    self.rates.append((company, name, day, rate))
                    self.env.cr.execute(
                        "INSERT INTO res_currency_rate"
                        " (company_id, currency_id, name, rate)"
                        " VALUES (%s, %s, %s, %s)",
                        (company, currency.id, day, rate),
                    )

    def factors(self, companies, today):
        """Company id -> Fraction, as DEFINITIONS (Money) says."""
        current = companies[0]
        display = current.currency_id.name
        own, shared = (
            sorted(
                (day, rate)
                for owner, name, day, rate in self.rates
                if name == display and owner == whose
            )
            for whose in (current.id, None)
        )
        numerator = Decimal(1)
        past = [[rate for day, rate in some if day <= today] for some in (own, shared)]
        if past[0] or past[1]:
            numerator = (past[0] or past[1])[-1]
        elif own or shared:
            numerator = (own or shared)[0][1]
        found = {}
        for company in companies:
            other = company.currency_id.name
            rates = sorted(
                (day, rate)
                for owner, name, day, rate in self.rates
                if name == other and owner == current.id and day <= today
            )
            found[company.id] = Fraction(1)
            if other != display and rates:
                found[company.id] = Fraction(numerator) / Fraction(rates[-1][1])
        return found

    def write_partners(self, dice):
        cr = self.env.cr
        self.partners = {}
        owners = [None] * 6 + list(self.companies_by_id)

        def insert(name, parent, owner):
            cr.execute(
                "INSERT INTO res_partner (name, complete_name, active, is_company,"
                " company_id, parent_id, partner_share, autopost_bills, type)"
                " VALUES (%s, %s, %s, %s, %s, %s, true, 'ask', 'contact')"
                " RETURNING id",
                (name, name, dice.random() > 0.15, parent is None, owner, parent),
            )
            [partner] = cr.fetchone()
            entity = parent or partner
            cr.execute(
                "UPDATE res_partner SET commercial_partner_id = %s WHERE id = %s",
                (entity, partner),
            )
            self.partners[partner] = {"entity": entity, "company": owner}
            return partner

        for number in range(dice.randint(1, 30)):
            parent = insert(f"Customer {number}", None, dice.choice(owners))
            for contact in range(dice.choice((0, 0, 1, 3))):
                insert(f"Contact {number}.{contact}", parent, dice.choice(owners))

    def write_orders(self, dice):
        # Names of the columns are the table's own, values are parameters.
        given = (
            *("name", "partner_id", "partner_invoice_id", "partner_shipping_id"),
            *("company_id", "currency_id", "currency_rate", "amount_untaxed"),
            *("amount_tax", "amount_total", "state", "user_id", "team_id"),
            *("date_order", "create_date", "locked"),
        )
        kept = [one for one in self.columns if one not in (*given, "id")]
        columns = SQL(", ").join(map(SQL.identifier, (*given, *kept)))
        copied = SQL(", ").join(map(SQL.identifier, kept))

        def insert(values):
            [[order_id]] = self.env.execute_query(
                SQL(
                    "INSERT INTO sale_order (%s) SELECT %s, %s FROM sale_order"
                    " WHERE id = %s RETURNING id",
                    columns,
                    SQL(", ").join(SQL("%s", value) for value in values),
                    copied,
                    self.template.id,
                )
            )
            return order_id

        self.orders = []
        partners = list(self.partners)
        for number in range(dice.randint(0, 160)):
            company = dice.choice(list(self.companies_by_id.values()))
            currency = dice.choice(
                [*self.currencies.values(), company.currency_id, company.currency_id]
            )
            rate = Decimal(1)
            if currency != company.currency_id:
                rate = Decimal(dice.choice(RATES))
            if dice.random() < 0.08:
                rate = dice.choice((None, Decimal(0)))
            untaxed = self.draw_amount(dice)
            total = untaxed + dice.choice((0, untaxed / 5, Decimal("0.01")))
            order = Order(
                id=0,
                partner=dice.choice(partners),
                company=company.id,
                currency=currency.name,
                rate=rate,
                untaxed=untaxed,
                total=total.quantize(Decimal("0.01")),
                state=dice.choice(STATES),
                user=dice.choice((None, *self.users)),
                team=dice.choice((None, *self.teams.ids)),
                date_order=self.draw_instant(dice),
                create_date=self.draw_instant(dice),
                lines=[],
            )
            if dice.random() < 0.6:
                order.create_date = order.date_order - timedelta(
                    hours=dice.randrange(900)
                )
            order.id = insert(
                (
                    f"Book {number}",
                    *[order.partner] * 3,
                    order.company,
                    currency.id,
                    order.rate,
                    order.untaxed,
                    order.total - order.untaxed,
                    order.total,
                    order.state,
                    order.user,
                    order.team,
                    order.date_order,
                    order.create_date,
                    number % 5 == 0,
                )
            )
            self.write_lines(dice, order)
            self.orders.append(order)

    def write_lines(self, dice, order):
        """Lines that add up to the order, nearly, or not at all."""
        kind = dice.random()
        cents = Decimal("0.01")
        if kind < 0.85:
            rest = Line(True, order.untaxed, order.total)
            for _one in range(dice.randint(0, 2)):
                part = Decimal(dice.randint(-99, 999)) / 100
                order.lines.append(Line(True, part, part + cents))
                rest.untaxed -= part
                rest.total -= part + cents
            order.lines.append(rest)
        if kind < 0.2:
            order.lines[0].untaxed += dice.randint(-2, 2) * cents
            order.lines[0].total += dice.randint(-2, 2) * cents
        elif kind < 0.3:
            order.lines[0].untaxed += dice.randint(-200, 200)
        elif kind < 0.4 or kind > 0.95:
            part = Decimal(dice.randint(1, 9999)) / 100
            order.lines.append(Line(False, part, part * 2))
        rows = [
            (None, line.product and self.product.id or None, line.untaxed, line.total)
            for line in order.lines
        ]
        if dice.random() < 0.2:
            rows.append(("line_section", None, Decimal(0), Decimal(0)))
        for display_type, product, untaxed, total in rows:
            self.env.cr.execute(
                "INSERT INTO sale_order_line (order_id, name, display_type,"
                " product_id, product_uom_id, is_downpayment, product_uom_qty,"
                " price_unit, discount, customer_lead, price_subtotal, price_total,"
                " salesman_id, company_id, state, currency_id) VALUES"
                " (%s, 'Line', %s, %s, %s, %s, %s, 0, 0, 0, %s, %s, %s, %s, %s, %s)",
                (
                    order.id,
                    display_type,
                    product,
                    product and self.product.uom_id.id,
                    not product and not display_type,
                    0 if display_type else 1,
                    untaxed,
                    total,
                    order.user,
                    order.company,
                    order.state,
                    self.currencies[order.currency].id,
                ),
            )

    def draw_amount(self, dice):
        kind = dice.random()
        if kind < 0.1:
            return Decimal(0)
        if kind < 0.2:
            return Decimal(dice.choice((10, 20, 100)))  # ties
        if kind < 0.3:
            return Decimal(dice.randint(-50_000, 0)) / 100
        if kind < 0.35:
            # Sums stay below 10 ** 14 cents: beyond, Odoo's own Monetary is not exact.
            return Decimal(dice.randint(0, 10**8)) / 100
        return Decimal(dice.randint(0, 500_000)) / 100

    def draw_instant(self, dice):
        """Any time of the book, with a liking for midnights and clock changes."""
        day = BEGIN + timedelta(days=dice.randrange(DAYS))
        kind = dice.random()
        if kind < 0.4:
            return datetime(day.year, day.month, day.day) + timedelta(
                seconds=dice.randrange(86400)
            )
        if kind < 0.5:
            day = day.replace(day=1)
        start = naive.day_start(day, naive.zone(dice.choice(ZONES)))
        step = dice.choice((-1_000_000, -1, 0, 1, 500_000, 3_600_000_000))
        return start + timedelta(microseconds=step)

    # ------------------------------------------------------------------
    # The requests
    # ------------------------------------------------------------------

    def draw_request(self, dice, viewer, today):
        first = BEGIN + timedelta(days=dice.randrange(DAYS))
        kind = dice.randrange(5)
        if kind == 0:  # a whole unit
            first, last = naive.unit_of(first, dice.choice(("month", "quarter")))
        elif kind == 1:  # a running unit
            unit = dice.choice(("month", "month", "quarter", "year"))
            first, last = naive.unit_of(today, unit)[0], today
        elif kind == 2:
            last = today
            first = today - timedelta(days=dice.choice((0, 6, 29, 89)))
        else:
            last = first + timedelta(days=dice.choice((0, 1, 6, 27, 30, 59, 200)))
        length = (last - first).days
        period_types = ["weekly", "monthly"] if length > 62 else ["daily", "weekly"]
        filters, tests = self.draw_filters(dice, viewer)
        return {
            "date_from": first.isoformat(),
            "date_to": last.isoformat(),
            "period_type": dice.choice(period_types),
            "compare": dice.choice(
                ("none", "previous_period", "previous_year", "same_weekdays")
            ),
            "measure": dice.choice(("untaxed", "total")),
            "top_limit": dice.choice((1, 3, 10)),
            "filters": filters,
            "tests": tests,
        }

    def draw_filters(self, dice, viewer):
        filters, tests = {}, []
        if dice.random() < 0.15:
            filters["team_ids"] = dice.sample(self.teams.ids, dice.randint(1, 2))
        if dice.random() < 0.15:
            filters["user_ids"] = dice.sample(self.users, dice.randint(1, 2))
        if dice.random() < 0.15:
            companies = {self.book_companies[one].id for one in viewer.companies}
            visible = [
                one
                for one, values in self.partners.items()
                if values["company"] is None or values["company"] in companies
            ]
            filters["partner_ids"] = dice.sample(visible, min(len(visible), 3))
        if dice.random() < 0.2:
            filters["customer_groups"] = dice.sample(ALL, dice.choice((1, 1, 2, 4)))
        if dice.random() < 0.25:
            team, limit = self.teams[0].id, dice.randint(0, 2000)
            euro = self.eur.id
            domain, test = dice.choice(
                (
                    (
                        [["amount_untaxed", "<", limit]],
                        lambda _answer, order: order.untaxed < limit,
                    ),
                    (
                        [["currency_id", "=", euro]],
                        lambda _answer, order: order.currency == "EUR",
                    ),
                    (
                        ["|", ["team_id", "!=", team], ["user_id", "=", False]],
                        lambda _answer, order: order.team != team or order.user is None,
                    ),
                    (
                        [["partner_id.is_company", "=", True]],
                        lambda answer, order: answer.sees(order.partner)
                        and self.partners[order.partner]["entity"] == order.partner,
                    ),
                    (
                        [["state", "=", "draft"]],
                        lambda _a, order: order.state == "draft",
                    ),
                )
            )
            filters["domain"] = domain
            tests.append(test)
        return filters, tests

    def test_books(self):
        only = os.environ.get("SALE_DASHBOARD_SEED")
        for seed in [int(only)] if only else {*range(BOOKS), *COUNTEREXAMPLES}:
            dice = random.Random(seed)
            self.write_book(dice)
            # Hundreds of records in one transaction, where no autovacuum helps.
            self.env.cr.execute(
                "ANALYZE sale_dashboard, sale_dashboard_period,"
                " sale_dashboard_customer, sale_dashboard_segment,"
                " sale_dashboard_breakdown"
            )
            for number in range(REQUESTS):
                viewer = dice.choice(self.viewers)
                zone = dice.choice(ZONES)
                if dice.random() < 0.2:
                    zone = dice.choice(pytz.common_timezones)
                now = self.draw_instant(dice).replace(microsecond=0)
                today = naive.local_at(now, naive.zone(zone)).date()
                request = self.draw_request(dice, viewer, today)
                request["timezone"] = zone
                with (
                    self.subTest(seed=seed, number=number, request=request, now=now),
                    patch.object(fields.Datetime, "now", lambda now=now: now),
                    patch.object(fields.Date, "today", lambda now=now: now.date()),
                ):
                    dashboard = self.check(viewer, request, now)
                    if number < RECONCILED:
                        answer = Answer(self, viewer, request, now)
                        self.check_reconciled(dashboard.reconcile(), answer)
                    if number < VERIFIED:
                        verdict = dashboard.action_verify()
                        self.assertEqual(verdict["differences"], [])
                        self.assertEqual(verdict["verdict"], "equal", verdict)

    # ------------------------------------------------------------------
    # The comparison
    # ------------------------------------------------------------------

    def check(self, viewer, request, now):
        """Ask, and compare; return the record."""
        answer = Answer(self, viewer, request, now)
        companies = self.env["res.company"].browse([one.id for one in answer.companies])
        asked = {name: value for name, value in request.items() if name != "tests"}
        payload = self.compute(user=viewer.user, companies=companies, **asked)
        self.assertEqual(payload["errors"], {})
        self.to_units = lambda amount: naive.nearest(
            Fraction(Decimal(repr(amount))) / answer.unit
        )
        self.check_overview(payload, answer)
        self.check_buckets(payload, answer)
        self.check_customers(payload, answer)
        self.check_breakdowns(payload, answer)
        if answer.compared:
            self.check_bridge(payload, answer)
        return self.dashboards(viewer.user, companies).browse(payload["id"])

    def check_sum(self, found, expected, revenue="revenue"):
        self.assertEqual(
            (self.to_units(found[revenue]), found["order_count"]), expected
        )

    def check_change(self, found, current, previous):
        expected = naive.change(current, previous)
        if expected is False:
            self.assertIs(found, False)
        else:
            self.assertAlmostEqual(found, expected, delta=1e-9 * max(1, abs(expected)))

    def check_overview(self, payload, answer):
        spans = {"current": answer.span}
        if answer.compared:
            spans["previous"] = answer.compared_span
        figures = {}
        for side, span in spans.items():
            units, count = answer.total(answer.sales(span))
            rate, _converted, created = answer.conversion(span, answer.matured(span))
            figures[side] = {
                "total_revenue": units,
                "total_orders": count,
                "average_order_value": naive.nearest(Fraction(units, count or 1)),
                "new_customers": len(answer.new_customers(span)),
                "conversion_rate": rate,
                "created": created,
            }
        overview = payload["overview"]
        customers, _hidden = answer.customers(answer.sales(answer.span))
        self.assertEqual(overview["customer_count"], len(customers))
        for side, expected in figures.items():
            found = overview if side == "current" else overview["previous"]
            for name in ("total_revenue", "average_order_value"):
                self.assertEqual(self.to_units(found[name]), expected[name], name)
            for name in ("total_orders", "new_customers"):
                self.assertEqual(found[name], expected[name], name)
            self.assertAlmostEqual(
                found["conversion_rate"], float(expected["conversion_rate"]), 9
            )
        if not answer.compared:
            self.assertIs(overview["previous"], False)
            return
        before = figures["previous"]
        for name in (
            *("total_revenue", "average_order_value"),
            *("total_orders", "new_customers"),
        ):
            self.check_change(
                overview["change"][name], figures["current"][name], before[name]
            )
        points = figures["current"]["conversion_rate"] - before["conversion_rate"]
        if before["created"]:
            self.assertAlmostEqual(
                overview["change"]["conversion_rate"], float(points), 9
            )
        else:
            self.assertIs(overview["change"]["conversion_rate"], False)

    def check_buckets(self, payload, answer):
        period_type = answer.request["period_type"]
        expected = naive.bucket_days(answer.first, answer.last, period_type)
        rows = payload["sales_by_period"]
        self.assertEqual([row["period"] for row in rows], list(expected))
        sales = answer.sales(answer.span)
        found = answer.sums(
            sales,
            lambda order: naive.bucket_key(
                naive.local_at(order.date_order, answer.zone).date(), period_type
            )
            if not self.is_odd(order.date_order, answer.zone)
            else self.bucket_of(order.date_order, expected, answer),
        )
        for row, days in zip(rows, expected.values(), strict=True):
            self.check_sum(row, found.get(row["period"], (0, 0)))
            self.assertEqual(
                (row["date_from"], row["date_to"]), (str(days[0]), str(days[-1]))
            )
            self.assertEqual(
                row["partial"],
                days != naive.whole_bucket(row["period"], period_type),
            )
            self.assertEqual(row["running"], days[-1] >= answer.today)
            bounds = (
                naive.day_start(days[0], answer.zone),
                naive.day_start(days[-1] + naive.DAY, answer.zone),
            )
            self.check_bucket(row, bounds, answer, answer.span)
            self.check_counterpart(row, days, answer)
        self.assertEqual(
            sum(self.to_units(row["revenue"]) for row in rows),
            self.to_units(payload["overview"]["total_revenue"]),
        )
        self.assertEqual(
            sum(row["order_count"] for row in rows),
            payload["overview"]["total_orders"],
        )
        self.assertEqual(
            sum(row["new_customers"] for row in rows),
            payload["overview"]["new_customers"],
        )

    def check_bucket(self, found, bounds, answer, span):
        """New customers and conversion of one bucket of a side."""
        rate, converted, created = answer.conversion(bounds, answer.matured(span))
        self.assertEqual(
            (found["converted_orders"], found["created_orders"]), (converted, created)
        )
        self.assertAlmostEqual(found["conversion_rate"], float(rate), 9)
        firsts = answer.first_orders(span)
        self.assertEqual(
            found["new_customers"],
            sum(bounds[0] <= first < bounds[1] for first in firsts),
        )

    def is_odd(self, instant, zone):
        """Whether the clocks show this local time, or midnight, twice that day."""
        return any(
            naive.offset_at(instant, zone)
            != naive.offset_at(instant + hours * naive.HOUR, zone)
            for hours in (-24, -2, 2, 24)
        )

    def bucket_of(self, instant, expected, answer):
        """The bucket between whose midnights an instant lies."""
        for key, days in expected.items():
            start = naive.day_start(days[0], answer.zone)
            end = naive.day_start(days[-1] + naive.DAY, answer.zone)
            if start <= instant < end:
                return key
        raise AssertionError(f"{instant} is in no bucket")

    def check_counterpart(self, row, days, answer):
        if not answer.compared:
            self.assertIs(row["previous"], False)
            return
        first, last = answer.compared
        offset = first - answer.first
        other = [day + offset for day in days if day + offset <= last]
        if not other:
            self.assertIs(row["previous"], False)
            self.assertIs(row["change"], False)
            return
        start = naive.day_start(other[0], answer.zone)
        end = naive.day_start(other[-1] + naive.DAY, answer.zone)
        if other[-1] == last:
            end = min(end, answer.compared_span[1])
        expected = answer.total(answer.sales((start, end)))
        self.check_sum(row["previous"], expected)
        self.check_bucket(row["previous"], (start, end), answer, answer.compared_span)
        self.assertEqual(
            (row["previous"]["date_from"], row["previous"]["date_to"]),
            (str(other[0]), str(other[-1])),
        )
        self.check_change(row["change"], self.to_units(row["revenue"]), expected[0])

    def check_customers(self, payload, answer):
        sales = answer.sales(answer.span)
        customers, hidden = answer.customers(sales)
        before, before_segments = {}, {}
        if answer.compared:
            before, _hidden = answer.customers(answer.sales(answer.compared_span))
            before_segments = naive.segments(before)
        order = naive.ranked(customers)
        rows = payload["top_customers"]
        self.assertEqual(
            [row["id"] for row in rows], order[: answer.request["top_limit"]]
        )
        total = answer.total(sales)
        scores = answer.scores(sales, customers)
        for rank, row in enumerate(rows, start=1):
            self.assertEqual(row["rank"], rank)
            self.check_sum(row, customers[row["id"]], "total_revenue")
            if total[0]:
                share = 100 * Fraction(customers[row["id"]][0], total[0])
                self.assertAlmostEqual(
                    row["share"], float(share), delta=1e-9 * max(1, abs(share))
                )
            if answer.compared:
                expected = before.get(row["id"], (0, 0))
                self.check_sum(row["previous"], expected, "total_revenue")
                self.check_change(row["change"], customers[row["id"]][0], expected[0])
            self.assertEqual(
                tuple(row["rfm"][one] for one in ("recency", "frequency", "monetary")),
                scores[row["id"]],
            )
            self.check_lifetime(row, answer)
        segments = naive.segments(customers)
        found = payload["customer_segments"]
        self.assertEqual([one["segment_name"] for one in found], list(segments))
        for one in found:
            ids = segments[one["segment_name"]]
            units = sum(customers[customer][0] for customer in ids)
            self.assertEqual(one["customer_count"], len(ids))
            self.assertEqual(self.to_units(one["total_revenue"]), units)
            self.assertEqual(
                self.to_units(one["average_revenue_per_customer"]),
                naive.nearest(Fraction(units, len(ids))),
            )
            self.assertEqual([top["id"] for top in one["top_customers"]], ids[:3])
            if answer.compared:
                ids = before_segments.get(one["segment_name"], [])
                units_before = sum(before[customer][0] for customer in ids)
                self.assertEqual(
                    (
                        self.to_units(one["previous"]["total_revenue"]),
                        one["previous"]["customer_count"],
                    ),
                    (units_before, len(ids)),
                )
                self.check_change(one["change"], units, units_before)
        self.check_sum(payload["hidden_customers"], hidden, "total_revenue")
        self.assertEqual(
            sum(self.to_units(one["total_revenue"]) for one in found) + hidden[0],
            total[0],
        )

    def check_lifetime(self, row, answer):
        orders = [
            order
            for order in answer.seen
            if order.state == "sale"
            and order.date_order < answer.span[1]
            and answer.customer(order) == row["id"]
        ]
        lifetime = row["lifetime"]
        self.check_sum(lifetime, answer.total(orders))
        first, last = (
            naive.local_at(one, answer.zone).date()
            for one in (
                min(order.date_order for order in orders),
                max(order.date_order for order in orders),
            )
        )
        self.assertEqual(
            (lifetime["first_order_date"], lifetime["last_order_date"]),
            (str(first), str(last)),
        )
        if len(orders) == 1:
            self.assertIs(lifetime["average_gap_days"], False)
        else:
            self.assertAlmostEqual(
                lifetime["average_gap_days"], (last - first).days / (len(orders) - 1), 9
            )

    def check_breakdowns(self, payload, answer):
        sales = answer.sales(answer.span)
        total = answer.total(sales)
        breakdowns = payload["breakdowns"]
        for dimension in ("user", "team"):
            expected = answer.sums(
                sales, lambda order, name=dimension: getattr(order, name) or False
            )
            before = {}
            if answer.compared:
                before = answer.sums(
                    answer.sales(answer.compared_span),
                    lambda order, name=dimension: getattr(order, name) or False,
                )
            rows = breakdowns.get(dimension, [])
            self.assertEqual({row["id"] for row in rows}, {*expected, *before})
            for row in rows:
                self.check_sum(row, expected.get(row["id"], (0, 0)))
                if answer.compared:
                    self.check_sum(row["previous"], before.get(row["id"], (0, 0)))
        rows = {row["key"]: row for row in breakdowns["customer_type"]}
        customers, _hidden = answer.customers(sales)
        new = [customers[one] for one in answer.new_customers(answer.span)]
        expected = tuple(sum(one[index] for one in new) for index in (0, 1))
        self.check_sum(rows["new"], expected)
        self.assertEqual(rows["new"]["customer_count"], len(new))
        self.check_sum(
            rows["returning"], (total[0] - expected[0], total[1] - expected[1])
        )

    def check_bridge(self, payload, answer):
        customers, hidden = answer.customers(answer.sales(answer.span))
        before, hidden_before = answer.customers(answer.sales(answer.compared_span))
        constant = answer.constant()
        effect = sum(one[0] for one in customers.values()) + hidden[0]
        effect -= sum(constant.values())
        current = {one: (constant[one], sums[1]) for one, sums in customers.items()}
        if hidden[1]:
            current[False] = (constant[None], hidden[1])
        if hidden_before[1]:
            before[False] = hidden_before
        parts = naive.bridge(
            current, before, set(answer.new_customers(answer.span)), effect
        )
        found = {
            row["key"]: self.to_units(row["revenue"])
            for row in payload["breakdowns"]["bridge"]
        }
        self.assertEqual(
            sum(found.values()),
            answer.total(answer.sales(answer.span))[0]
            - answer.total(answer.sales(answer.compared_span))[0],
        )
        residual = 0
        for part, amount in parts.items():
            residual += abs(found[part] - naive.nearest(amount))
        self.assertLessEqual(residual, 1)
        self.assertEqual(
            self.to_units(payload["constant_currency"]["currency_effect"]), effect
        )

    def check_reconciled(self, result, answer):
        """Sales Analysis and the causes, from the lines that were written."""
        measure = answer.request["measure"]
        ours = {order.id for order in answer.sales(answer.span)}
        analysis = Fraction(0)
        causes = defaultdict(Fraction)
        for order in answer.seen:
            if (
                order.state != "sale"
                or not answer.span[0] <= order.date_order < answer.span[1]
                or not answer.is_analysed(order)
            ):
                continue
            factor = answer.factors[order.company]
            factor /= Fraction(order.rate) if order.rate else 1
            product, down = (
                sum(
                    Fraction(getattr(line, measure))
                    for line in order.lines
                    if line.product == wanted
                )
                for wanted in (True, False)
            )
            analysis += product * factor
            if order.id not in ours:
                causes["access_rules"] -= product * factor
                continue
            rest = Fraction(getattr(order, measure)) - product - down
            if rest + down == 0:
                continue  # what cancels out within one order is no difference
            limit = 2 * len(order.lines) * Fraction(UNIT[order.currency])
            if not any(line.product for line in order.lines):
                causes["no_product_line"] += rest * factor
            elif abs(rest) <= limit:
                causes["tax_rounding"] += rest * factor
            else:
                causes["order_total"] += rest * factor
            causes["down_payment"] += down * factor
        self.assertEqual(result["unexplained"], 0)
        self.assertFalse(result["stale"])
        totals = {name: self.to_units(one) for name, one in result["totals"].items()}
        self.assertEqual(
            totals["sales_analysis"], naive.nearest(analysis / answer.unit)
        )
        self.assertEqual(totals["order_list"], totals["ours"])
        found = {one["cause"]: self.to_units(one["amount"]) for one in result["causes"]}
        self.assertEqual(totals["ours"] - totals["sales_analysis"], sum(found.values()))
        found.pop("currency_rounding", None)
        expected = {
            cause: naive.nearest(amount / answer.unit)
            for cause, amount in causes.items()
        }
        self.assertEqual(
            {cause: units for cause, units in found.items() if units},
            {cause: units for cause, units in expected.items() if units},
        )
