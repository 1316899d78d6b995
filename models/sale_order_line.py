from odoo import api, fields, models
from odoo.tools import SQL

from ..engine.money import from_units, revenue_units
from ..indexes import LargeIndex

# Revenue field -> the stored amount of the line it is made from.
LINE_SOURCES = {
    "dashboard_amount_untaxed": "price_subtotal",
    "dashboard_amount_total": "price_total",
}


class SaleOrderLine(models.Model):
    """A line's revenue in the display currency, for products and categories.

    The same rule as an order's (see ``sale.order``), rounded once per line; what lines
    and orders differ by is shown as a row of its own.
    """

    _inherit = "sale.order.line"

    dashboard_currency_id = fields.Many2one(related="order_id.dashboard_currency_id")
    dashboard_currency_rate = fields.Float(
        related="order_id.currency_rate", string="Order Rate", exportable=False
    )
    dashboard_amount_untaxed = fields.Monetary(
        string="Revenue (Untaxed)",
        currency_field="dashboard_currency_id",
        compute="_compute_dashboard_amounts",
        compute_sudo=False,
        help="Subtotal at the order's own rate, in the current company's currency.",
    )
    dashboard_amount_total = fields.Monetary(
        string="Revenue (Total)",
        currency_field="dashboard_currency_id",
        compute="_compute_dashboard_amounts",
        compute_sudo=False,
        help="Total at the order's own rate, in the current company's currency.",
    )

    # Orders without any product line.
    _dashboard_products = LargeIndex("(order_id) WHERE display_type IS NULL")

    @api.depends("price_subtotal", "price_total", "order_id.currency_rate")
    @api.depends_context("allowed_company_ids")
    def _compute_dashboard_amounts(self):
        rounding = self.env.company.currency_id.rounding
        factors = self.company_id._get_dashboard_factors()
        for line in self:
            factor = factors.get(line.company_id.id, (1.0, 1.0))
            for revenue, amount in LINE_SOURCES.items():
                units = revenue_units(
                    line[amount], line.order_id.currency_rate, factor[:2], rounding
                )
                line[revenue] = from_units(units, rounding)

    def _field_to_sql(self, alias, field_expr, query=None) -> SQL:
        """Give the dashboard's own fields their meaning inside a query."""
        if field_expr in LINE_SOURCES:
            return self.env["sale.order"]._dashboard_amount_to_sql(
                amount=self._field_to_sql(alias, LINE_SOURCES[field_expr], query),
                rate=self._field_to_sql(alias, "dashboard_currency_rate", query),
                company=self._field_to_sql(alias, "company_id", query),
            )
        return super()._field_to_sql(alias, field_expr, query)

    # ------------------------------------------------------------------
    # Changes
    # ------------------------------------------------------------------

    def _write_multi(self, vals_list):
        if any("order_id" in vals for vals in vals_list):
            self._note_dashboard_orders()
        return super()._write_multi(vals_list)

    def unlink(self):
        if self:
            self._note_dashboard_orders()
        return super().unlink()

    def _note_dashboard_orders(self):
        """Note the orders that these lines belong to, in the database, until now."""
        self.env.cr.execute(
            SQL(
                "SELECT DISTINCT order_id FROM sale_order_line WHERE id = ANY(%s)",
                list(self._ids),
            )
        )
        order_ids = [order_id for [order_id] in self.env.cr.fetchall()]
        self.env["sale.order"].browse(order_ids)._note_dashboard_change()
