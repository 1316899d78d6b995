"""Read by `odoo shell`: fills a database with orders, and commits.

The few records (companies, people, products) are made through the ORM, the many
(customers, orders, lines) by SQL. Every value of order number `n` depends on `n` alone,
counted back from the last day: twice as many years add older orders, and leave the
newer ones as they are.

What to make comes in the environment, as JSON in BENCH_COMPANY: `orders`, `years`,
`last_day`. Speaks in lines: `progress: 3/40 text`, and at the end `bench company:
made`.
"""

import json
import os
from datetime import date, timedelta

from odoo.fields import Command
from odoo.tools import SQL

CUSTOMERS = 20_000
#: a company and its contact persons
PARTNERS_PER_CUSTOMER = 3
SALESPEOPLE = 50
TEAMS = 8
PRODUCTS = 200
COUNTRIES = ("us", "fr", "de", "uk", "be", "nl", "es", "it", "ch", "ca", "jp", "in")
CHUNK = 50_000
#: company currency -> the rates of the others in it, about which each month moves
RATES = {"USD": {"EUR": 0.9, "GBP": 0.8}, "EUR": {"USD": 1.1, "GBP": 0.85}}
SILENT = {"tracking_disable": True, "no_reset_password": True, "mail_notrack": True}

# What each chunk of orders is made of. pg_temp.r(n, k) is the k-th number of order n,
# from 0 to 1 and as good as random.
FUNCTIONS = """
CREATE FUNCTION pg_temp.r(n bigint, k bigint) RETURNS float8
    LANGUAGE sql IMMUTABLE
    RETURN (hashint8extended(n, k) & 1048575) / 1048576.0;
CREATE FUNCTION pg_temp.quantity(n bigint, line int) RETURNS numeric
    LANGUAGE sql IMMUTABLE
    RETURN 1 + floor(pg_temp.r(n, 20 + line) * 5)::int;
CREATE FUNCTION pg_temp.price(n bigint, line int) RETURNS numeric
    LANGUAGE sql IMMUTABLE
    RETURN (5 + floor(pg_temp.r(n, 30 + line) ^ 3 * 50000) / 100)::numeric(12, 2);
"""
# Sold on workdays more than on weekends, from 7 to 19 o'clock; of the customers, four
# fifths have been there from the start, the others come one by one in the last three
# years; a few buy often. One order in five is in a foreign currency, one in four is of
# the second company. Quotations are made up to three weeks before they are confirmed;
# those of more than three months ago are cancelled, but for one in fifty.
ORDERS = """
INSERT INTO sale_order (
    id, name, company_id, partner_id, partner_invoice_id, partner_shipping_id,
    currency_id, currency_rate, user_id, team_id, state, invoice_status,
    date_order, create_date, write_date, create_uid, write_uid, validity_date,
    amount_untaxed, amount_tax, amount_total,
    locked, require_signature, require_payment, prepayment_percent
)
SELECT
    %(first_id)s + n, 'B' || lpad(n::text, 8, '0'), company_id, partner_id,
    partner_id, partner_id, currency_id, rate, user_id, team_id, state,
    CASE state WHEN 'sale' THEN 'to invoice' ELSE 'no' END,
    CASE state WHEN 'sale' THEN day ELSE created END, created, day, 2, 2,
    CASE WHEN state IN ('draft', 'sent') THEN created::date + 30 END,
    untaxed, round(untaxed * 0.2, 2), untaxed + round(untaxed * 0.2, 2),
    false, false, false, 1.0
FROM (
    SELECT
        n, day, users.id AS user_id, users.team_id,
        company_id, currency_id, rate,
        day - pg_temp.r(n, 8) ^ 2 * interval '21 days' AS created,
        %(first_partner)s + %(per_customer)s * floor(
            pg_temp.r(n, 1) ^ 2 * (
                0.8 + 0.2 * greatest(
                    0, 1 - extract(epoch FROM %(end)s::timestamp - day) / 94608000
                )
            ) * %(customers)s
        )::int + floor(pg_temp.r(n, 2) * %(per_customer)s)::int AS partner_id,
        CASE
            WHEN pg_temp.r(n, 5) < 0.75 THEN 'sale'
            WHEN pg_temp.r(n, 5)
                < CASE
                    WHEN day >= %(end)s::timestamp - interval '90 days'
                    THEN 0.85 ELSE 0.995 END
            THEN 'cancel'
            WHEN pg_temp.r(n, 5) < 0.93 THEN 'draft'
            ELSE 'sent'
        END AS state,
        pg_temp.price(n, 1) * pg_temp.quantity(n, 1)
            + pg_temp.price(n, 2) * pg_temp.quantity(n, 2) AS untaxed
    FROM (
        SELECT
            n,
            date_trunc('day', moment)
                - CASE
                    WHEN extract(isodow FROM moment) > 5 AND pg_temp.r(n, 9) < 0.7
                    THEN interval '2 days' ELSE interval '0' END
                + interval '7 hours' + pg_temp.r(n, 3) * interval '12 hours' AS day,
            floor(pg_temp.r(n, 6) * %(salespeople)s)::int AS user_number,
            pg_temp.r(n, 4) < 0.25 AS of_second,
            pg_temp.r(n, 7) AS foreign_share,
            extract(month FROM moment)::int AS month
        FROM (
            SELECT
                n,
                %(end)s::timestamp
                    - interval '1 second'
                    - n * (%(seconds)s::float8 / %(total)s) * interval '1 second'
                AS moment
            FROM generate_series(%(start)s::bigint, %(stop)s::bigint - 1) AS n
        ) AS moments
    ) AS numbers
    JOIN bench_user AS users ON users.number = user_number
    JOIN bench_currency AS money
        ON money.of_second = numbers.of_second
        AND money.month = numbers.month
        AND foreign_share >= money.low AND foreign_share < money.high
) AS orders
"""
LINES = """
INSERT INTO sale_order_line (
    order_id, sequence, company_id, currency_id, order_partner_id, salesman_id,
    product_id, product_uom_id, name, state, product_uom_qty, price_unit, discount,
    price_subtotal, price_tax, price_total, price_reduce_taxexcl, price_reduce_taxinc,
    qty_delivered_method, qty_delivered, qty_invoiced, qty_to_invoice, invoice_status,
    untaxed_amount_invoiced, untaxed_amount_to_invoice, is_downpayment, is_expense,
    customer_lead, technical_price_unit, create_date, write_date, create_uid, write_uid
)
SELECT
    id, line, company_id, currency_id, partner_id, user_id, product_id, uom_id, name,
    state, quantity, price, 0, price * quantity, tax, price * quantity + tax,
    price, price, 'manual', 0, 0, quantity, invoice_status, 0, price * quantity,
    false, false, 0, price, create_date, write_date, 2, 2
FROM (
    SELECT
        orders.id, line, company_id, currency_id, partner_id, user_id, state,
        invoice_status, create_date, write_date, products.id AS product_id,
        products.uom_id, products.name, pg_temp.quantity(n, line) AS quantity,
        pg_temp.price(n, line) AS price,
        -- The second line takes what rounding left of the order's tax.
        CASE line
            WHEN 1 THEN round(pg_temp.price(n, 1) * pg_temp.quantity(n, 1) * 0.2, 2)
            ELSE amount_tax
                - round(pg_temp.price(n, 1) * pg_temp.quantity(n, 1) * 0.2, 2)
        END AS tax
    FROM sale_order AS orders
    CROSS JOIN LATERAL (SELECT orders.id::bigint - %(first_id)s AS n) AS numbered
    CROSS JOIN generate_series(1, 2) AS line
    JOIN bench_product AS products
        ON products.number = floor(pg_temp.r(n, 10 + line) * %(products)s)::int
    WHERE orders.id >= %(first_id)s + %(start)s AND orders.id < %(first_id)s + %(stop)s
) AS lines
"""
PARTNERS = """
INSERT INTO res_partner (
    id, name, complete_name, email, is_company, parent_id, commercial_partner_id,
    commercial_company_name, country_id, type, lang, active, partner_share,
    autopost_bills, customer_rank, create_date, write_date, create_uid, write_uid
)
SELECT
    id, name, complete_name, lower(replace(name, ' ', '.')) || '@example.com',
    id = company_id, nullif(company_id, id), company_id,
    'Company ' || number, countries.country_id, 'contact', 'en_US', true, true,
    'ask', 1, now(), now(), 2, 2
FROM (
    SELECT
        %(first)s + i AS id, %(first)s + i - i %% %(per_customer)s AS company_id,
        i / %(per_customer)s AS number,
        CASE i %% %(per_customer)s
            WHEN 0 THEN 'Company ' || i / %(per_customer)s
            ELSE 'Contact ' || i END AS name,
        'Company ' || i / %(per_customer)s
            || CASE i %% %(per_customer)s WHEN 0 THEN '' ELSE ', Contact ' || i END
        AS complete_name
    FROM generate_series(0, %(count)s - 1) AS i
) AS partners
JOIN unnest(%(countries)s) WITH ORDINALITY AS countries (country_id, ordinal)
    ON countries.ordinal = 1 + number %% cardinality(%(countries)s)
"""


class Company:
    """One run of the script."""

    def __init__(self, env, orders, years, last_day):
        self.env = env(context={**env.context, **SILENT})
        self.cr = env.cr
        self.orders = orders
        self.years = years
        self.end = date.fromisoformat(last_day) + timedelta(days=1)

    def make(self):
        self._say(0, "companies, people, products")
        self.companies = self._make_companies()
        self._make_people()
        self._make_products()
        self.env.flush_all()
        self._say(0, "customers")
        self._make_customers()
        self._make_currencies()
        self.cr.execute(FUNCTIONS)
        with _Bare(self.cr, "sale_order"), _Bare(self.cr, "sale_order_line"):
            self._make_orders()
            self._say(self.orders, "indexes")
        self.env.registry.clear_cache()

    def _say(self, done, text):
        print(f"progress: {done}/{self.orders} {text}", flush=True)

    def _make_companies(self):
        env = self.env
        currencies = env["res.currency"].with_context(active_test=False)
        money = {one.name: one for one in currencies.search([("name", "in", _NAMES)])}
        for currency in money.values():
            currency.active = True
        first = env.company
        first.write({"name": "Bench America", "currency_id": money["USD"].id})
        second = env["res.company"].create(
            {"name": "Bench Europe", "currency_id": money["EUR"].id}
        )
        # The zone as Odoo's web client sets it at the first login.
        env.ref("base.user_admin").write(
            {"company_ids": [Command.link(second.id)], "tz": "UTC"}
        )
        for company in first | second:
            for name, rate in RATES[company.currency_id.name].items():
                for month in range(0, 12 * self.years, 3):
                    env["res.currency.rate"].create(
                        {
                            "company_id": company.id,
                            "currency_id": money[name].id,
                            "name": self.end - timedelta(days=1 + 30 * month),
                            "company_rate": rate * (1 + (month % 7 - 3) / 100),
                        }
                    )
        self.money = money
        return first | second

    def _make_people(self):
        env = self.env
        teams = env["crm.team"].create(
            [{"name": f"Team {n + 1}", "company_id": False} for n in range(TEAMS)]
        )
        users = env["res.users"].create(
            [
                {
                    "name": f"Salesperson {n + 1}",
                    "login": f"salesperson{n + 1}",
                    "company_ids": [Command.set(self.companies.ids)],
                    "company_id": self.companies[0].id,
                    "group_ids": [
                        Command.set(
                            [
                                env.ref("base.group_user").id,
                                env.ref("sales_team.group_sale_salesman").id,
                            ]
                        )
                    ],
                }
                for n in range(SALESPEOPLE)
            ]
        )
        self.cr.execute(
            "CREATE TEMP TABLE bench_user (number int, id int, team_id int)"
        )
        for number, user in enumerate(users):
            self.cr.execute(
                SQL(
                    "INSERT INTO bench_user VALUES (%s, %s, %s)",
                    number,
                    user.id,
                    teams[number % TEAMS].id,
                )
            )

    def _make_products(self):
        env = self.env
        categories = env["product.category"].create(
            [{"name": f"Category {n + 1}"} for n in range(10)]
        )
        products = env["product.product"].create(
            [
                {
                    "name": f"Product {n + 1}",
                    "type": "consu",
                    "categ_id": categories[n % len(categories)].id,
                    "list_price": 100.0,
                }
                for n in range(PRODUCTS)
            ]
        )
        self.cr.execute(
            "CREATE TEMP TABLE bench_product"
            " (number int, id int, uom_id int, name text)"
        )
        for number, product in enumerate(products):
            self.cr.execute(
                SQL(
                    "INSERT INTO bench_product VALUES (%s, %s, %s, %s)",
                    number,
                    product.id,
                    product.uom_id.id,
                    product.name,
                )
            )

    def _make_customers(self):
        count = CUSTOMERS * PARTNERS_PER_CUSTOMER
        self.first_partner = self._reserve("res_partner", count)
        self.cr.execute(
            PARTNERS,
            {
                "first": self.first_partner,
                "per_customer": PARTNERS_PER_CUSTOMER,
                "count": count,
                "countries": [self.env.ref(f"base.{code}").id for code in COUNTRIES],
            },
        )

    def _make_currencies(self):
        """Which share of a month's orders is in which currency, and its rate."""
        self.cr.execute(
            "CREATE TEMP TABLE bench_currency (company_id int, of_second bool,"
            " month int, currency_id int, rate numeric, low float8, high float8)"
        )
        shares = ((0.0, 0.8), (0.8, 0.92), (0.92, 1.1))
        for number, company in enumerate(self.companies):
            own = company.currency_id.name
            rates = {own: 1.0, **RATES[own]}
            for month in range(1, 13):
                for (name, rate), (low, high) in zip(
                    rates.items(), shares, strict=True
                ):
                    moved = rate if name == own else rate * (1 + (month % 7 - 3) / 100)
                    self.cr.execute(
                        SQL(
                            "INSERT INTO bench_currency VALUES"
                            " (%s, %s, %s, %s, round(%s, 6), %s, %s)",
                            company.id,
                            bool(number),
                            month,
                            self.money[name].id,
                            moved,
                            low,
                            high,
                        )
                    )

    def _make_orders(self):
        first_id = self._reserve("sale_order", self.orders)
        values = {
            "first_id": first_id,
            "first_partner": self.first_partner,
            "per_customer": PARTNERS_PER_CUSTOMER,
            "customers": CUSTOMERS,
            "salespeople": SALESPEOPLE,
            "products": PRODUCTS,
            "end": self.end.isoformat(),
            "seconds": self.years * 365 * 86400,
            "total": self.orders,
        }
        for start in range(0, self.orders, CHUNK):
            stop = min(start + CHUNK, self.orders)
            self._say(start, f"{start:,} of {self.orders:,} orders")
            for statement in (ORDERS, LINES):
                self.cr.execute(statement, {**values, "start": start, "stop": stop})

    def _reserve(self, table, count):
        """The first of `count` ids that the table's sequence will not give again."""
        sequence = SQL.identifier(f"{table}_id_seq")
        self.cr.execute(SQL("SELECT nextval(%s)", f"{table}_id_seq"))
        [first] = self.cr.fetchone()
        self.cr.execute(
            SQL("ALTER SEQUENCE %s RESTART WITH %s", sequence, first + count)
        )
        return first


class _Bare:
    """A table without its indexes and foreign keys while the body fills it."""

    def __init__(self, cr, table):
        self.cr = cr
        self.table = table

    def __enter__(self):
        self.cr.execute(
            SQL(
                "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint"
                " WHERE conrelid = %s::regclass AND contype = 'f'",
                self.table,
            )
        )
        self.constraints = self.cr.fetchall()
        self.cr.execute(
            SQL(
                "SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid)"
                " FROM pg_index WHERE indrelid = %s::regclass AND NOT indisprimary",
                self.table,
            )
        )
        self.indexes = self.cr.fetchall()
        table = SQL.identifier(self.table)
        for name, _definition in self.constraints:
            self.cr.execute(
                SQL("ALTER TABLE %s DROP CONSTRAINT %s", table, SQL.identifier(name))
            )
        for name, _definition in self.indexes:
            self.cr.execute(SQL("DROP INDEX %s", SQL.identifier(name.strip('"'))))

    def __exit__(self, kind, _error, _traceback):
        if kind is not None:
            return
        for _name, definition in self.indexes:
            self.cr.execute(definition)
        table = SQL.identifier(self.table)
        for name, definition in self.constraints:
            self.cr.execute(
                SQL(
                    "ALTER TABLE %s ADD CONSTRAINT %s %s",
                    table,
                    SQL.identifier(name),
                    SQL(definition),
                )
            )


_NAMES = sorted({name for one, others in RATES.items() for name in (one, *others)})

Company(env, **json.loads(os.environ["BENCH_COMPANY"])).make()  # noqa: F821
env.cr.commit()  # noqa: F821 - odoo shell provides env
print("bench company: made", flush=True)
