"""Write the plan of :mod:`.plan` into an Odoo database, through the ORM."""

import logging
from datetime import date, datetime, time

import pytz

from odoo import SUPERUSER_ID, fields
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import SQL, split_every

from . import plan as planning
from .catalogue import CATEGORIES, ITEMS

_logger = logging.getLogger(__name__)

DEFAULT_SEED = 2026
BATCH = 100

# No chatter, no tracking, no invitation, no notification: nothing that writes a
# message or sends one.
SILENT = {
    "tracking_disable": True,
    "mail_create_nolog": True,
    "mail_create_nosubscribe": True,
    "mail_notrack": True,
    "mail_auto_subscribe_no_notify": True,
    "no_reset_password": True,
    # Where stock is installed: orders without deliveries.
    "skip_procurement": True,
    "lang": None,
    "tz": "UTC",
}

GROUPS = {
    "own": "sales_team.group_sale_salesman",
    "all": "sales_team.group_sale_salesman_all_leads",
    "manager": "sales_team.group_sale_manager",
}


def find_demo_company(env):
    """The demo company of this database, or an empty record.

    :rtype: res.company
    """
    # sudo: whether it exists is the database's affair, whoever asks; nothing is read.
    companies = env["res.company"].sudo().with_context(active_test=False)
    return companies.search([("name", "=", planning.MAIN.name)], limit=1)


def make_demo_company(env, today=None, seed=DEFAULT_SEED, orders=1800, progress=None):
    """Make a believable company, *Maison Lumière*, and its Swiss sister.

    Eighteen months of quotations and orders up to and including ``today``: growth and
    seasons, weekdays and weekends, a long tail of customers (firms with contact
    persons, private persons, several countries), three teams and eight salespeople,
    24 products in five categories, three order currencies with monthly rates,
    quotations that are open, about to expire, expired or lost, returns, locked and
    cancelled orders. The second company keeps its books in Swiss francs and has a
    twelfth of the orders.

    All rows belong to these two companies, except what Odoo does not keep by company:
    users, product categories, and the currencies made active (the first second one
    switches Odoo's multi-currency and pricelist features on, which gives every company
    a default pricelist). Other companies stay as they are. The administrator is let
    into both companies, the first becomes his current one, and he is given its time
    zone where he has none. Salesperson ``demo`` has the password ``demo``; the others
    have none and cannot log in until someone sets it. A login that is taken gets a
    number.

    No e-mail is sent and nothing is committed. The same ``seed``, ``today`` and
    ``orders`` give the same figures in any database: nothing depends on ids, and the
    present hour decides only what of the last day has happened yet.

    :param env: any environment; everything is done as the superuser.
    :param date today: the last day, a date or ``YYYY-MM-DD``; the default is the
        present day in the company's zone (Europe/Paris).
    :param int seed: another seed gives other customers and orders.
    :param int orders: how many confirmed orders to aim at, both companies together;
        the quotations that were not confirmed come on top, about half as many.
    :param progress: called as ``progress(done, total, text)`` every second or so;
        ``done`` reaches ``total`` at the end.
    :return: the first company, in the environment given.
    :rtype: res.company
    :raise UserError: if one of the two companies exists already, or ``today`` lies in
        the future.
    """
    now = fields.Datetime.now()
    zone = pytz.timezone(planning.MAIN.timezone)
    present = pytz.utc.localize(now).astimezone(zone).date()
    today = fields.Date.to_date(today) or present
    _check_possible(env, today, present)
    # A day that is over is over everywhere: the hour plays no part.
    last_second = zone.localize(datetime.combine(today, time(23, 59, 59)))
    now = min(now, last_second.astimezone(pytz.utc).replace(tzinfo=None))
    plan = planning.make_plan(today, now, seed, orders)
    silent_env = env(user=SUPERUSER_ID, su=True, context=SILENT)
    company = _Writer(silent_env, plan, progress or _no_progress).run()
    env.invalidate_all()
    return env["res.company"].browse(company.id)


def _no_progress(done, total, text):
    """Tell nobody."""


def _check_possible(env, today, present):
    if today > present:
        raise UserError(
            env._(
                "The demo company cannot end on %(day)s: that day is still to come.",
                day=today,
            )
        )
    wanted = [planning.MAIN.name, planning.SECOND.name]
    # sudo: whether it exists is the database's affair, whoever asks; nothing is read.
    companies = env["res.company"].sudo().with_context(active_test=False)
    existing = companies.search([("name", "in", wanted)], limit=1)
    if existing:
        raise UserError(
            env._(
                "This database already has the demo company %(name)s. To make it "
                "again, start from a database without it.",
                name=existing.name,
            )
        )


class _Writer:
    """One run of :func:`make_demo_company`.

    The maps hold what was written, by the names the plan uses.
    """

    def __init__(self, env, plan, progress):
        self.env = env
        self.plan = plan
        self._progress = progress
        documents = sum(len(part.orders) for part in plan.companies)
        # Each document is created once and brought to its state once.
        self.total = 2 * documents
        self.done = 0
        self.companies = {}
        self.currencies = {}
        self.users = {}
        self.teams = {}
        self.taxes = {}
        self.pricelists = {}
        self.products = {}
        self.partners = {}

    def run(self):
        """:return: the first company."""
        self._tell("Companies, currencies and salespeople")
        self._write_companies()
        self._write_currencies()
        self._write_users()
        self._write_teams()
        self._tell("Products and customers")
        self._write_taxes()
        self._write_pricelists()
        self._write_products()
        written = []
        for part in self.plan.companies:
            self._write_sequence(part.spec)
            self._write_customers(part)
            written += self._write_orders(part)
        self._archive_customers()
        self.env.flush_all()
        self._date_creation(written)
        self._tell("Done", self.total - self.done)
        return self.companies[planning.MAIN.code]

    def _tell(self, text, steps=0):
        self.done += steps
        self._progress(self.done, self.total, text)

    def _in_company(self, spec):
        return self.env(
            context=dict(
                self.env.context, allowed_company_ids=self.companies[spec.code].ids
            )
        )

    # What the companies are

    def _write_companies(self):
        for part in self.plan.companies:
            spec = part.spec
            currency = self._currency(spec.currency)
            company = self.env["res.company"].create(
                {"name": spec.name, "currency_id": currency.id}
            )
            # The address goes to the partner afterwards: a country given to
            # `res.company` installs that country's accounting, and commits; an e-mail
            # given to it is looked up in Odoo's company directory, over the network.
            company.partner_id.write(
                {
                    "street": spec.street,
                    "zip": spec.zip,
                    "city": spec.city,
                    "country_id": self._country(spec.home).id,
                    "tz": spec.timezone,
                    "email": f"hello@{spec.code.lower()}.example.com",
                    "company_id": company.id,
                }
            )
            self.companies[spec.code] = company
        ids = [company.id for company in self.companies.values()]
        self.env = self.env(context=dict(self.env.context, allowed_company_ids=ids))
        self.companies = {
            code: company.with_env(self.env) for code, company in self.companies.items()
        }
        self._write_warehouses()
        admin = self.env.ref("base.user_admin", raise_if_not_found=False)
        if admin:
            admin.write(
                {
                    "company_ids": [Command.link(company_id) for company_id in ids],
                    "company_id": ids[0],
                    "tz": admin.tz or planning.MAIN.timezone,
                }
            )

    def _write_warehouses(self):
        """Where stock is installed an order needs one; Odoo makes it in tests only."""
        if "stock.warehouse" in self.env:
            warehouses = self.env["stock.warehouse"]
            for company in self.companies.values():
                if not warehouses.search_count([("company_id", "=", company.id)]):
                    warehouses.create({"company_id": company.id})

    def _currency(self, code):
        """The currency of that ISO code, activated where it is not."""
        if code not in self.currencies:
            currency = (
                self.env["res.currency"]
                .with_context(active_test=False)
                .search([("name", "=", code)], limit=1)
            )
            if not currency.active:
                currency.active = True
            self.currencies[code] = currency
        return self.currencies[code].with_env(self.env)

    def _country(self, code):
        return self.env["res.country"].search([("code", "=", code)], limit=1)

    def _write_currencies(self):
        """Dated rates of each company's own, in its own currency.

        The company's currency itself gets a rate of 1, so that a shared rate, if the
        database has any, does not enter into the conversion.
        """
        codes = ("EUR", "USD", "GBP", "CHF")
        values = []
        for part in self.plan.companies:
            own = part.spec.currency
            for position, (month, _rates) in enumerate(self.plan.rates):
                base = planning.rate_at(self.plan.rates, own, month)
                for code in codes:
                    if code == own and position:
                        continue
                    rate = planning.rate_at(self.plan.rates, code, month) / base
                    values.append(
                        {
                            "name": month,
                            "currency_id": self._currency(code).id,
                            "company_id": self.companies[part.spec.code].id,
                            "rate": round(rate, 6),
                        }
                    )
        self.env["res.currency.rate"].create(values)

    def _write_users(self):
        values = []
        people = []
        for part in self.plan.companies:
            company = self.companies[part.spec.code]
            for person in part.spec.salespeople:
                groups = self.env.ref("base.group_user")
                groups |= self.env.ref(GROUPS[person.level])
                own = company.ids
                if person.level == "manager" or person.login == "demo":
                    own = [every.id for every in self.companies.values()]
                login = self._free_login(person.login)
                vals = {
                    "name": person.name,
                    "login": login,
                    "email": f"{login}@{part.spec.code.lower()}.example.com",
                    "tz": part.spec.timezone,
                    "company_id": company.id,
                    "company_ids": [Command.set(own)],
                    "group_ids": [Command.set(groups.ids)],
                }
                if person.login == "demo":
                    vals["password"] = "demo"
                people.append(person)
                values.append(vals)
        users = self.env["res.users"].create(values)
        self.users = {
            person.login: user for person, user in zip(people, users, strict=True)
        }
        # Odoo subscribes new users to the default digest, which would write to them.
        digests = self.env["digest.digest"].with_context(active_test=False)
        digests.search([("user_ids", "in", users.ids)]).write(
            {"user_ids": [Command.unlink(user.id) for user in users]}
        )

    def _free_login(self, login):
        users = self.env["res.users"].with_context(active_test=False)
        candidate, number = login, 1
        while users.search_count([("login", "=", candidate)], limit=1):
            number += 1
            candidate = f"{login}{number}"
        if candidate != login:
            _logger.warning("Login %s is taken, using %s.", login, candidate)
        return candidate

    def _write_teams(self):
        for part in self.plan.companies:
            for position, name in enumerate(part.spec.teams):
                members = [
                    person for person in part.spec.salespeople if person.team == name
                ]
                chief = next((p for p in members if p.level == "manager"), members[0])
                self.teams[part.spec.code, name] = self.env["crm.team"].create(
                    {
                        "name": name,
                        "company_id": self.companies[part.spec.code].id,
                        "user_id": self.users[chief.login].id,
                        "member_ids": [
                            Command.set([self.users[p.login].id for p in members])
                        ],
                        "color": position + 1,
                        "sequence": 20 + position,
                    }
                )

    # What they sell

    def _write_taxes(self):
        """The domestic tax and the tax-free export of each company.

        Neither company has a chart of accounts, so the tax group and the country a tax
        needs are given here.
        """
        for part in self.plan.companies:
            spec = part.spec
            company = self.companies[spec.code]
            env = self._in_company(spec)
            country = self._country(spec.home)
            group = env["account.tax.group"].create(
                {"name": "VAT", "company_id": company.id, "country_id": country.id}
            )
            for kind, name, amount in (
                ("domestic", f"VAT {spec.vat:g}%", spec.vat),
                ("export", "VAT 0% export", 0.0),
            ):
                self.taxes[spec.code, kind] = env["account.tax"].create(
                    {
                        "name": name,
                        "amount": amount,
                        "amount_type": "percent",
                        "type_tax_use": "sale",
                        "price_include_override": "tax_excluded",
                        "company_id": company.id,
                        "country_id": country.id,
                        "tax_group_id": group.id,
                    }
                )

    def _write_pricelists(self):
        """One for each currency the customers of a company pay in.

        Odoo may have made the one in the company's own currency already.
        """
        pricelists = self.env["product.pricelist"]
        for part in self.plan.companies:
            spec = part.spec
            company = self.companies[spec.code]
            for code in dict.fromkeys(c.currency for c, _share in spec.countries):
                currency = self._currency(code)
                existing = pricelists.search(
                    [("company_id", "=", company.id), ("currency_id", "=", currency.id)]
                )
                self.pricelists[spec.code, code] = existing[:1] or pricelists.create(
                    {
                        "name": f"{spec.name} {code}",
                        "currency_id": currency.id,
                        "company_id": company.id,
                    }
                )

    def _write_products(self):
        root = self.env["product.category"].create({"name": planning.MAIN.name})
        categories = self.env["product.category"].create(
            [{"name": name, "parent_id": root.id} for name in CATEGORIES]
        )
        by_name = dict(zip(CATEGORIES, categories, strict=True))
        for part in self.plan.companies:
            spec = part.spec
            rate = planning.rate_at(self.plan.rates, spec.currency, date.max)
            products = self._in_company(spec)["product.product"].create(
                [
                    {
                        "name": item.name,
                        "default_code": item.code,
                        "type": "service" if item.service else "consu",
                        "categ_id": by_name[item.category].id,
                        "list_price": round(item.price * rate, 2),
                        "standard_price": round(item.price * rate * 0.55, 2),
                        "invoice_policy": "order",
                        "company_id": self.companies[spec.code].id,
                        "taxes_id": [
                            Command.set(self.taxes[spec.code, "domestic"].ids)
                        ],
                        "supplier_taxes_id": [Command.clear()],
                    }
                    for item in ITEMS
                ]
            )
            for item, product in zip(ITEMS, products, strict=True):
                self.products[spec.code, item.code] = product

    def _write_sequence(self, spec):
        """References of its own: other companies' numbers stay without gaps."""
        self.env["ir.sequence"].create(
            {
                "name": f"Sales Order {spec.name}",
                "code": "sale.order",
                "prefix": spec.code,
                "padding": 5,
                "company_id": self.companies[spec.code].id,
            }
        )

    # Whom they sell to

    def _write_customers(self, part):
        env = self._in_company(part.spec)
        company = self.companies[part.spec.code]
        codes = [country.code for country, _share in part.spec.countries]
        countries = {code: self._country(code) for code in codes}
        entities = env["res.partner"].create(
            [
                {
                    "name": customer.name,
                    "is_company": customer.is_company,
                    "email": customer.email,
                    "street": customer.street,
                    "zip": customer.zip,
                    "city": customer.city,
                    "country_id": countries[customer.country].id,
                    "company_id": company.id,
                    "user_id": self.users[customer.salesperson.login].id,
                    "specific_property_product_pricelist": self.pricelists[
                        part.spec.code, customer.currency
                    ].id,
                }
                for customer in part.customers
            ]
        )
        contact_keys = []
        contact_values = []
        for customer, entity in zip(part.customers, entities, strict=True):
            self.partners[part.spec.code, customer.index, None] = entity
            for position, (name, email, function) in enumerate(customer.contacts):
                contact_keys.append((part.spec.code, customer.index, position))
                contact_values.append(
                    {
                        "name": name,
                        "email": email,
                        "function": function,
                        "parent_id": entity.id,
                        "type": "contact",
                        "company_id": company.id,
                    }
                )
        contacts = env["res.partner"].create(contact_values)
        self.partners.update(zip(contact_keys, contacts, strict=True))

    def _archive_customers(self):
        for part in self.plan.companies:
            for customer in part.customers:
                if customer.archived:
                    entity = self.partners[part.spec.code, customer.index, None]
                    (entity | entity.child_ids).write({"active": False})

    # What happened

    def _write_orders(self, part):
        """:return: list of (planned order, id), in the order of their creation."""
        env = self._in_company(part.spec)
        spec = part.spec
        written = []
        for batch in split_every(BATCH, part.orders, list):
            records = env["sale.order"].create(
                [self._prepare_order(spec, order) for order in batch]
            )
            pairs = list(zip(batch, records, strict=True))
            text = f"{spec.name}: quotations of {batch[-1].created:%B %Y}"
            self._tell(text, len(batch))
            self._bring_to_state(env, pairs)
            # What is confirmed is written before the next batch: flat memory.
            env.flush_all()
            self._tell(text, len(batch))
            written += [(order, record.id) for order, record in pairs]
        return written

    def _prepare_order(self, spec, order):
        customer = order.customer
        entity = self.partners[spec.code, customer.index, None]
        partner = self.partners[spec.code, customer.index, order.contact]
        team = order.team and self.teams[spec.code, order.team]
        user = order.salesperson and self.users[order.salesperson.login]
        kind = "domestic" if customer.country == spec.home else "export"
        tax = self.taxes[spec.code, kind]
        return {
            "company_id": self.companies[spec.code].id,
            "partner_id": partner.id,
            "partner_invoice_id": entity.id,
            "partner_shipping_id": partner.id,
            "date_order": order.created,
            "validity_date": order.validity,
            "user_id": user.id if user else False,
            "team_id": team.id if team else False,
            "pricelist_id": self.pricelists[spec.code, order.currency].id,
            "fiscal_position_id": False,
            "payment_term_id": False,
            "client_order_ref": order.reference or False,
            "order_line": [
                Command.create(self._prepare_line(spec, line, position, tax))
                for position, line in enumerate(order.lines, start=1)
            ],
        }

    def _prepare_line(self, spec, line, position, tax):
        if not line.code:
            return {
                "display_type": "line_section",
                "name": line.text,
                "sequence": position,
            }
        product = self.products[spec.code, line.code]
        return {
            "product_id": product.id,
            "name": product.name,
            "product_uom_id": product.uom_id.id,
            "product_uom_qty": line.quantity,
            "price_unit": line.price,
            "discount": line.discount,
            "tax_ids": [Command.set(tax.ids)],
            # Spares a search for a matching analytic distribution, line by line.
            "analytic_distribution": False,
            "sequence": position,
        }

    def _bring_to_state(self, env, pairs):
        """Send, confirm, lock and cancel, as the buttons do.

        Confirming dates an order now, so the real date is written afterwards; that
        makes Odoo take the currency rate of that day.
        """

        def those(condition):
            ids = [record.id for order, record in pairs if condition(order)]
            return env["sale.order"].browse(ids)

        those(lambda o: o.state == "sent").action_quotation_sent()
        those(lambda o: o.ordered).action_confirm()
        for order, record in pairs:
            if order.ordered:
                record.date_order = order.ordered
        those(lambda o: o.state == "cancel").action_cancel()
        those(lambda o: o.locked).action_lock()

    def _date_creation(self, written):
        """Set the creation dates, by the one SQL UPDATE there is.

        ``create({'create_date': ...})`` is ignored by the ORM, which always writes the
        present moment; conversion is measured by creation dates, so an import of past
        quotations must set them like this. Everything is flushed before, so that
        nothing pending overwrites it, and the cache is dropped after.
        """
        self.env.cr.execute(
            SQL(
                """
                UPDATE sale_order
                   SET create_date = planned.create_date
                  FROM unnest(%s::int[], %s::timestamp[]) AS planned(id, create_date)
                 WHERE sale_order.id = planned.id
                """,
                [order_id for _order, order_id in written],
                [order.created for order, _id in written],
            )
        )
        self.env["sale.order"].invalidate_model(["create_date"])
