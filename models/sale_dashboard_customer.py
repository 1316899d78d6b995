from odoo import fields, models

from ..engine import rfm

RFM_GROUPS = [
    (rfm.CHAMPION, "Champion"),
    (rfm.LOYAL, "Loyal"),
    (rfm.PROMISING, "Promising"),
    (rfm.NEEDS_ATTENTION, "Needs attention"),
    (rfm.AT_RISK, "At risk"),
    (rfm.HIBERNATING, "Hibernating"),
]


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
    previous_total_revenue = fields.Monetary()
    total_revenue_change = fields.Float(help="In percent of the previous revenue.")
    total_revenue_comparable = fields.Boolean(
        help="Where not set, the change is 0 and means nothing."
    )
    previous_order_count = fields.Integer(string="Previous Orders")
    lifetime_revenue = fields.Monetary(
        help="All confirmed orders up to the end of the period, whatever the filter."
    )
    lifetime_orders = fields.Integer()
    first_order_date = fields.Date()
    last_order_date = fields.Date()
    average_gap_days = fields.Float(
        help="Mean days between orders; 0 and meaningless for a single order."
    )
    rfm_recency = fields.Integer(string="Recency Score")
    rfm_frequency = fields.Integer(string="Frequency Score")
    rfm_monetary = fields.Integer(string="Monetary Score")
    rfm_group = fields.Selection(
        selection=RFM_GROUPS,
        string="RFM Group",
    )
