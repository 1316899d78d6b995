from collections import defaultdict
from decimal import Decimal

from odoo import models
from odoo.fields import Domain
from odoo.tools import SQL

from ..engine.money import to_decimal, to_units
from ..engine.reconcile import STATE, Lines, OrderFacts

# What the page "Sales Analysis" shows: the default filter of its search view. Orders of
# the point of sale have states of their own.
NOT_IN_ANALYSIS = ("draft", "sent", "cancel")
ANALYSIS_FIELDS = {"untaxed": "price_subtotal", "total": "price_total"}


class SaleDashboardSource(models.AbstractModel):
    """What reconciling with Sales Analysis reads, under the viewer's rights."""

    _inherit = "sale.dashboard.source"

    def _get_analysis_domain(self, scope, span):
        """The lines of Sales Analysis for the period, the companies and the filters.

        All but the request's ``domain``, which is one on orders.
        """
        filters = scope.request.filters
        domain = (
            self._get_company_domain(scope)
            & self._get_interval_domain(span, "date")
            & Domain("state", "not in", NOT_IN_ANALYSIS)
        )
        if filters.team_ids:
            domain &= Domain("team_id", "in", list(filters.team_ids))
        if filters.user_ids:
            domain &= Domain("user_id", "in", list(filters.user_ids))
        if filters.partner_ids:
            partners = self.env["res.partner"].browse(filters.partner_ids)
            domain &= Domain(
                "commercial_partner_id", "in", partners.commercial_partner_id.ids
            )
        if filters.customer_groups:
            domain &= self._get_ids_domain("commercial_partner_id", scope.members)
        return domain

    def _read_analysis(self, scope, span):
        """What Sales Analysis says of every order; an order without line is not there.

        :return: order reference (``model,id``) -> amount, not rounded
        :rtype: dict[str, Decimal]
        """
        # A view knows no pending writes: Odoo would not flush any.
        self.env.flush_all()
        amount = ANALYSIS_FIELDS[scope.request.measure]
        rows = self.env["sale.report"]._read_group(
            self._get_analysis_domain(scope, span),
            ["order_reference"],
            [f"{amount}:sum"],
        )
        return {reference: to_decimal(sum_ or 0) for reference, sum_ in rows}

    def _read_analysis_rates(self):
        """Factor that Sales Analysis gives each company: company id -> Decimal."""
        # The very table that it joins; no orders are in it.
        table = self.env["res.currency"]._get_simple_currency_table(self.env.companies)
        rows = self.env.execute_query(
            SQL("SELECT company_id, COALESCE(NULLIF(rate, 0), 1)::text FROM %s", table)
        )
        return {company_id: Decimal(rate) for company_id, rate in rows}

    def _read_order_facts(self, scope, span, analysis):
        """Every order behind our revenue, with what Sales Analysis says of it.

        :param dict analysis: result of :meth:`_read_analysis`
        :return: order id -> ``(company id, OrderFacts)``
        """
        measure = scope.request.measure
        rows = self.env["sale.order"]._read_group(
            self._get_sales_domain(scope, span),
            ["id", "company_id", "currency_id", "state"],
            [
                f"{self._get_revenue_field(scope)}:sum",
                f"amount_{measure}:sum",
                "currency_rate:max",
            ],
        )
        rounding = self.env.company.currency_id.rounding
        factors = {
            company_id: (to_decimal(numerator), to_decimal(denominator))
            for company_id, (numerator, denominator, _day) in (
                self.env.companies._get_dashboard_factors().items()
            )
        }
        rates = self._read_analysis_rates()
        one = Decimal(1)
        facts = {}
        for order, company, currency, state, revenue, amount, rate in rows:
            facts[order.id] = (
                company.id,
                OrderFacts(
                    units=to_units(revenue, rounding),
                    amount=to_decimal(amount or 0),
                    rate=to_decimal(rate or 1),
                    factor=factors.get(company.id, (one, one)),
                    table_rate=rates.get(company.id, one),
                    analysis=analysis.get(f"sale.order,{order.id}"),
                    rounding=to_decimal(currency.rounding),
                    absent=STATE if state in NOT_IN_ANALYSIS else "",
                ),
            )
        return facts

    def _read_order_lines(self, scope, order_ids):
        """What the lines of these orders add up to.

        :return: order id -> :class:`~..engine.reconcile.Lines`
        """
        if not order_ids:
            return {}
        amount = f"{ANALYSIS_FIELDS[scope.request.measure]}:sum"
        lines = self.env["sale.order.line"]
        priced = Domain("order_id", "in", order_ids) & Domain(
            "display_type", "=", False
        )
        found = defaultdict(Lines)
        for order, sum_, count in lines._read_group(
            priced, ["order_id"], [amount, "__count"]
        ):
            found[order.id] = Lines(to_decimal(sum_ or 0), count)
        for order, sum_, count in lines._read_group(
            priced & Domain("product_id", "=", False), ["order_id"], [amount, "__count"]
        ):
            found[order.id] = found[order.id]._replace(
                amount_without_product=to_decimal(sum_ or 0),
                count_without_product=count,
            )
        return found

    def _read_early_payment_orders(self, order_ids):
        """Which of these orders compute their taxes on an early payment discount."""
        return set(
            self.env["sale.order"]
            ._search(
                Domain("id", "in", order_ids)
                & Domain("payment_term_id.early_discount", "=", True)
                & Domain("payment_term_id.early_pay_discount_computation", "=", "mixed")
            )
            .get_result_ids()
        )

    def _read_analysis_names(self, scope, span, references):
        """Name and company of orders of Sales Analysis: reference -> ``(name, id)``."""
        if not references:
            return {}
        rows = self.env["sale.report"]._read_group(
            self._get_analysis_domain(scope, span)
            & Domain("order_reference", "in", references),
            ["order_reference", "name", "company_id"],
        )
        return {
            reference: (name or "", company.id) for reference, name, company in rows
        }
