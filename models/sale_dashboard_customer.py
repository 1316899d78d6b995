from odoo import fields, models


class SaleDashboardCustomer(models.TransientModel):
    """One of a dashboard's top customers: a commercial entity."""

    _name = "sale.dashboard.customer"
    _description = "Sales Dashboard Customer"
    _order = "dashboard_id, rank"

    dashboard_id = fields.Many2one(
        comodel_name="sale.dashboard",
        required=True,
        index=True,
        ondelete="cascade",
    )
    currency_id = fields.Many2one(related="dashboard_id.currency_id")
    rank = fields.Integer()
    partner_id = fields.Many2one(
        comodel_name="res.partner", string="Customer", ondelete="cascade"
    )
    name = fields.Char()
    email = fields.Char()
    is_company = fields.Boolean()
    total_revenue = fields.Monetary(string="Revenue")
    order_count = fields.Integer(string="Orders")
    share = fields.Float(help="Share of the period's revenue, in percent.")
