import json
import threading
from contextlib import contextmanager, suppress
from datetime import datetime

from psycopg2.errors import SerializationFailure

from odoo import SUPERUSER_ID, api
from odoo.fields import Command
from odoo.modules.registry import DummyRLock, Registry
from odoo.tests import BaseCase, TransactionCase, get_db_name, new_test_user
from odoo.tools import SQL, mute_logger

from ..models.sale_dashboard_herald import CHANGED_NOTIFICATION


@contextmanager
def listed_statements():
    """A list of the SQL statements that this thread runs in the body."""
    statements = []
    thread = threading.current_thread()
    before = getattr(thread, "query_hooks", ())
    thread.query_hooks = [
        *before,
        lambda _cr, query, *_more: statements.append(
            query if isinstance(query, str) else query.code
        ),
    ]
    try:
        yield statements
    finally:
        thread.query_hooks = before


class DashboardCase(TransactionCase):
    """A company of its own in USD, a viewer in Paris, and a way to make orders.

    Everything happens in June 2025, so that "today" plays no part unless a test makes
    it.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.user.group_ids += cls.env.ref("sales_team.group_sale_manager")
        cls.env = cls.env(context={**cls.env.context, "tracking_disable": True})
        cls.usd = cls.env.ref("base.USD")
        cls.eur = cls.env.ref("base.EUR")
        (cls.usd | cls.eur).active = True
        cls.company = cls.make_company("Dashboard Inc", cls.usd)
        cls.viewer = cls.make_user("dashboard_viewer", "sales_team.group_sale_manager")
        cls.product = cls.env["product.product"].create(
            {"name": "Table", "list_price": 100.0, "type": "consu"}
        )
        cls.customer = cls.env["res.partner"].create(
            {"name": "Azure", "is_company": True, "email": "azure@example.com"}
        )
        cls.pricelists = {
            currency: cls.env["product.pricelist"].create(
                {
                    "name": currency.name,
                    "currency_id": currency.id,
                    "company_id": False,
                }
            )
            for currency in (cls.usd, cls.eur)
        }

    @classmethod
    def make_company(cls, name, currency):
        company = cls.env["res.company"].create(
            {"name": name, "currency_id": currency.id}
        )
        cls.env.user.company_ids += company
        return company

    @classmethod
    def make_user(cls, login, group, companies=None, tz="Europe/Paris"):
        companies = companies or cls.company
        return new_test_user(
            cls.env,
            login=login,
            groups=f"base.group_user,{group}",
            company_id=companies[0].id,
            company_ids=[Command.set(companies.ids)],
            tz=tz,
        )

    @classmethod
    def make_rate(cls, currency, day, rate, company=None):
        return cls.env["res.currency.rate"].create(
            {
                "currency_id": currency.id,
                "name": day,
                "rate": rate,
                "company_id": (company or cls.company).id,
            }
        )

    @classmethod
    def make_order(
        cls,
        amount=100.0,
        at="2025-06-10 10:00:00",
        partner=None,
        currency=None,
        company=None,
        confirm=True,
        created=None,
        lines=None,
        **values,
    ):
        """An order of ``amount``, dated ``at`` (UTC), made as the superuser.

        ``created`` is its creation, the same instant if not given; the ORM does not
        let anyone choose it.
        """
        company = company or cls.company
        values.setdefault("user_id", False)
        values.setdefault("team_id", False)
        order = (
            cls.env["sale.order"]
            .with_company(company)
            .create(
                {
                    "partner_id": (partner or cls.customer).id,
                    "company_id": company.id,
                    "pricelist_id": cls.pricelists[currency].id if currency else False,
                    "date_order": at,
                    "order_line": [
                        Command.create(
                            {
                                "product_id": cls.product.id,
                                "product_uom_qty": quantity,
                                "price_unit": price,
                                "tax_ids": [Command.clear()],
                            }
                        )
                        for quantity, price in (
                            [(1, amount)] if lines is None else lines
                        )
                    ],
                    **values,
                }
            )
        )
        if confirm:
            order.action_confirm()
            order.date_order = at
        order.flush_recordset()
        cls.env.cr.execute(
            SQL(
                "UPDATE sale_order SET create_date = %s WHERE id = %s",
                created or at,
                order.id,
            )
        )
        order.invalidate_recordset(["create_date"])
        return order

    def dashboards(self, user=None, companies=None):
        """The model as a viewer sees it."""
        companies = companies or self.company
        return (
            self.env["sale.dashboard"]
            .with_user(user or self.viewer)
            .with_context(allowed_company_ids=companies.ids, tracking_disable=False)
        )

    def compute(self, date_from="2025-06-01", date_to="2025-06-30", **options):
        """The payload of June 2025 for the viewer, computed anew."""
        user = options.pop("user", None)
        companies = options.pop("companies", None)
        return self.dashboards(user, companies).generate_dashboard_data(
            date_from, date_to, refresh=True, **options
        )

    def figure(self, name, **options):
        return self.compute(**options)["overview"][name]

    def at(self, text):
        return datetime.fromisoformat(text)


def list_messages(env, last_id):
    """Instants and payloads of the messages to open dashboards after one of the bus."""
    messages = env["bus.bus"].search([("id", ">", last_id)], order="id")
    found = [(message.create_date, json.loads(message.message)) for message in messages]
    return [
        (sent, message["payload"])
        for sent, message in found
        if message["type"] == CHANGED_NOTIFICATION
    ]


class CommittedCase(BaseCase):
    """Two orders of one customer, and real transactions: what one sees of another.

    Everything is committed, and removed at the end. The orders are quotations of today
    over 1 and 10 in the main company.
    """

    def setUp(self):
        super().setUp()
        self.registry = Registry(get_db_name())
        # Odoo's runner holds it for the whole run: other threads would wait for ever.
        self.patch(Registry, "_lock", DummyRLock())
        self.users = {}
        with self.cursor() as env:
            customer = env["res.partner"].create({"name": "Committed"})
            product = env["product.product"].create({"name": "Table"})
            orders = env["sale.order"].create(
                [
                    {
                        "partner_id": customer.id,
                        "user_id": False,
                        "order_line": [
                            Command.create(
                                {
                                    "product_id": product.id,
                                    "price_unit": price,
                                    "tax_ids": [Command.clear()],
                                }
                            )
                        ],
                    }
                    for price in (1, 10)
                ]
            )
            self.customer, self.product = customer.id, product.id
            self.orders = orders.ids
        self.addCleanup(self.remove)
        self.viewer = self.make_user("dashboard_committed")

    def remove(self):
        # What a worker has noted is written by a thread of its own, maybe just now:
        # again, as Odoo does with every request.
        for _attempt in range(4):
            with suppress(SerializationFailure), mute_logger("odoo.sql_db"):
                return self._remove()
        return self._remove()

    def _remove(self):
        with self.cursor() as env:
            orders = env["sale.order"].browse(self.orders)
            orders._action_cancel()
            orders.unlink()
            users = env["res.users"].browse(self.users.values())
            partners = users.partner_id + env["res.partner"].browse(self.customer)
            env["sale.dashboard"].search([("create_uid", "in", users.ids)]).unlink()
            env.cr.execute("DELETE FROM sale_dashboard_computation")
            users.unlink()
            partners.unlink()
            env["product.product"].browse(self.product).unlink()

    @contextmanager
    def cursor(self, user=SUPERUSER_ID, **context):
        """An environment on a cursor of its own, committed at the end."""
        with self.registry.cursor() as cr:
            yield api.Environment(cr, user, {"tracking_disable": True, **context})

    def make_user(self, login, group="sales_team.group_sale_manager", **values):
        """Id of a new user."""
        with self.cursor() as env:
            user = new_test_user(env, login, group, tz="Europe/Paris", **values)
            self.users[login] = user.id
        return user.id

    def confirm(self, env, number):
        env["sale.order"].browse(self.orders[number]).action_confirm()
        env.cr.flush()

    def ask_in(self, env, **options):
        """The payload of this month's orders of the customer."""
        today = env["sale.dashboard"]._make_day_scope().today
        return env["sale.dashboard"].generate_dashboard_data(
            str(today.replace(day=1)),
            str(today),
            **{"filters": {"partner_ids": [self.customer]}, **options},
        )

    def ask(self, user=None, context=None, **options):
        """The same in a transaction of its own: ``(revenue, id)``."""
        with self.cursor(user or self.viewer, **(context or {})) as env:
            payload = self.ask_in(env, **options)
        return payload["overview"]["total_revenue"], payload["id"]
