from odoo import models
from odoo.fields import Domain

from ..engine.customers import CustomerRevenue
from ..engine.money import to_units

CUSTOMER = "partner_id.commercial_partner_id"


class SaleDashboardSource(models.AbstractModel):
    """The one place that queries orders for figures, under the viewer's rights.

    Every method takes an :class:`~..engine.scope.Scope` and must be called with the
    scope's companies and zone in the context (see ``sale.dashboard``). Nothing here
    uses ``sudo()``.
    """

    _name = "sale.dashboard.source"
    _description = "Sales Dashboard Source"

    # ------------------------------------------------------------------
    # Which orders
    # ------------------------------------------------------------------

    def _get_confirmed_domain(self):
        """Which orders are sales. Override to count other states as well."""
        return Domain("state", "=", "sale")

    def _get_company_domain(self, scope):
        return Domain("company_id", "in", list(scope.company_ids))

    def _get_filter_domain(self, scope):
        """Companies and filters of the request; no dates, no state."""
        filters = scope.request.filters
        domain = self._get_company_domain(scope)
        if filters.team_ids:
            domain &= Domain("team_id", "in", list(filters.team_ids))
        if filters.user_ids:
            domain &= Domain("user_id", "in", list(filters.user_ids))
        if filters.partner_ids:
            # A customer filter means the whole commercial entity.
            partners = self.env["res.partner"].browse(filters.partner_ids)
            domain &= Domain(CUSTOMER, "in", partners.commercial_partner_id.ids)
        return domain & Domain(filters.domain)

    def _get_period_domain(self, scope, field="date_order", bucket=None):
        interval = bucket or scope
        return Domain(field, ">=", interval.start) & Domain(field, "<", interval.end)

    def _get_sales_domain(self, scope, bucket=None):
        """The confirmed orders behind the revenue of the period or of one bucket."""
        return (
            self._get_filter_domain(scope)
            & self._get_confirmed_domain()
            & self._get_period_domain(scope, bucket=bucket)
        )

    def _get_created_domain(self, scope):
        """The orders created in the period, in any state: conversion's base."""
        return self._get_filter_domain(scope) & self._get_period_domain(
            scope, "create_date"
        )

    def _get_revenue_field(self, scope):
        return f"dashboard_amount_{scope.request.measure}"

    # ------------------------------------------------------------------
    # Figures
    # ------------------------------------------------------------------

    def _read_core(self, scope):
        """Total, buckets and customers of the period in one pass over the orders.

        :return: keyword arguments of :func:`~..engine.assembly.assemble_core`
        :rtype: dict
        """
        orders = self.env["sale.order"].with_context(
            sale_dashboard_bounds=[bucket.start for bucket in scope.buckets]
        )
        orders.check_access("read")
        totals, points, customers = orders._read_grouping_sets(
            self._get_sales_domain(scope),
            [[], ["dashboard_bucket"], [CUSTOMER]],
            [f"{self._get_revenue_field(scope)}:sum", "__count"],
        )
        rounding = self.env.company.currency_id.rounding
        visible = self._filter_visible_customers(
            [customer.id for customer, *_figures in customers if customer]
        )
        rows, hidden = [], (0, 0)
        for customer, revenue, order_count in customers:
            units = to_units(revenue, rounding)
            if customer.id in visible:
                rows.append(CustomerRevenue(customer.id, units, order_count))
            else:
                hidden = (hidden[0] + units, hidden[1] + order_count)
        # Without any order PostgreSQL gives no row for the empty grouping set either.
        revenue, order_count = totals[0] if totals else (0, 0)
        return {
            "total": (to_units(revenue, rounding), order_count),
            "points": {
                index - 1: (to_units(revenue, rounding), order_count)
                for index, revenue, order_count in points
            },
            "customers": rows,
            "hidden": hidden,
        }

    def _filter_visible_customers(self, customer_ids):
        """Which of these customers the viewer may read, archived ones included."""
        if not customer_ids:
            return frozenset()
        partners = self.env["res.partner"].with_context(active_test=False)
        return frozenset(partners.search([("id", "in", customer_ids)])._ids)

    def _read_customer_details(self, customer_ids):
        """Name, e-mail and kind of customers.

        :return: customer id -> ``{"name", "email", "is_company"}``
        """
        partners = self.env["res.partner"].with_context(active_test=False)
        return {
            partner.id: {
                "name": partner.name or "",
                "email": partner.email or "",
                "is_company": partner.is_company,
            }
            for partner in partners.search_fetch(
                [("id", "in", list(customer_ids))], ["name", "email", "is_company"]
            )
        }

    def _read_new_customers(self, scope, customer_ids):
        """Which of the period's customers have no earlier confirmed order.

        Earlier orders count whatever the request filters, as long as the viewer may
        see them in the request's companies.

        :param customer_ids: customers with an order in the period
        :return: sorted ids
        :rtype: list[int]
        """
        if not customer_ids:
            return []
        earlier = self.env["sale.order"]._read_group(
            self._get_company_domain(scope)
            & self._get_confirmed_domain()
            & Domain("date_order", "<", scope.start)
            & Domain(CUSTOMER, "in", list(customer_ids)),
            [CUSTOMER],
        )
        known = {customer.id for (customer,) in earlier}
        return sorted(set(customer_ids) - known)

    def _read_conversion(self, scope):
        """Orders created in the period, and how many of them are confirmed now.

        :return: ``(converted, created)``
        """
        orders = self.env["sale.order"]
        created = self._get_created_domain(scope)
        return (
            orders.search_count(created & self._get_confirmed_domain()),
            orders.search_count(created),
        )
