from datetime import datetime

from odoo.fields import Command
from odoo.tests import TransactionCase, new_test_user
from odoo.tools import SQL


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
