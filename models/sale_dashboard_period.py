from odoo import fields, models


class SaleDashboardPeriod(models.TransientModel):
    """One bucket of a dashboard's curve."""

    _name = "sale.dashboard.period"
    _description = "Sales Dashboard Period"
    _order = "dashboard_id, period"

    dashboard_id = fields.Many2one(
        comodel_name="sale.dashboard",
        required=True,
        index=True,
        ondelete="cascade",
    )
    currency_id = fields.Many2one(related="dashboard_id.currency_id")
    period = fields.Char(
        required=True,
        help="YYYY-MM-DD of the day or of the ISO week's Monday, or YYYY-MM.",
    )
    date_from = fields.Date(
        string="From", help="First day of the asked period in this bucket."
    )
    date_to = fields.Date(
        string="To", help="Last day of the asked period in this bucket."
    )
    partial = fields.Boolean(help="The asked period cuts this bucket.")
    running = fields.Boolean(help="This bucket was not over when computed.")
    revenue = fields.Monetary()
    order_count = fields.Integer(string="Orders")
    previous_revenue = fields.Monetary()
    revenue_change = fields.Float(help="In percent of the previous revenue.")
    revenue_comparable = fields.Boolean(
        help="Where not set, the change is 0 and means nothing."
    )
    previous_order_count = fields.Integer(string="Previous Orders")
    new_customers = fields.Integer(
        help="New customers of the asked period whose first order of it is in this"
        " bucket."
    )
    created_orders = fields.Integer(help="Orders created in this bucket, in any state.")
    converted_orders = fields.Integer(help="Those of them that are confirmed now.")
    conversion_rate = fields.Float(
        help="Share of the created orders that are converted, in percent; 0 of none."
    )
    previous_new_customers = fields.Integer()
    previous_created_orders = fields.Integer()
    previous_converted_orders = fields.Integer()
    previous_conversion_rate = fields.Float()
    previous_date_from = fields.Date(
        help="First day this bucket is compared with; empty beyond the comparison."
    )
    previous_date_to = fields.Date(help="Last day this bucket is compared with.")
