from odoo import fields, models

from ..engine.customers import HIGH_VALUE, LOW_VALUE, MEDIUM_VALUE
from ..id_list import IdList

SEGMENTS = [
    (HIGH_VALUE, "High Value"),
    (MEDIUM_VALUE, "Medium Value"),
    (LOW_VALUE, "Low Value"),
]


class SaleDashboardSegment(models.TransientModel):
    """Customers of like revenue in the dashboard's period."""

    _name = "sale.dashboard.segment"
    _description = "Sales Dashboard Segment"
    _rec_name = "segment_name"
    _order = "dashboard_id, sequence"

    dashboard_id = fields.Many2one(
        comodel_name="sale.dashboard",
        required=True,
        index=True,
        ondelete="cascade",
    )
    currency_id = fields.Many2one(related="dashboard_id.currency_id")
    sequence = fields.Integer()
    segment_name = fields.Selection(
        selection=SEGMENTS,
        required=True,
    )
    customer_count = fields.Integer(string="Customers")
    total_revenue = fields.Monetary(string="Revenue")
    average_revenue_per_customer = fields.Monetary(string="Average per Customer")
    top_customers = fields.Json(
        help="The best customers of the segment: id, name, email, is_company,"
        " total_revenue, order_count."
    )
    customer_ids = IdList(
        string="Customer IDs",
        prefetch=False,  # thousands; read only to be opened
        help="Ids of all customers of the segment, so that it can be opened.",
    )
    previous_total_revenue = fields.Monetary()
    total_revenue_change = fields.Float(help="In percent of the previous revenue.")
    total_revenue_comparable = fields.Boolean(
        help="Where not set, the change is 0 and means nothing."
    )
    previous_customer_count = fields.Integer(string="Previous Customers")
    previous_customer_ids = IdList(
        string="Previous Customer IDs",
        prefetch=False,
        help="Ids of the customers of the same segment in the comparison.",
    )
