from odoo import fields, models

from ..id_list import IdList


class SaleDashboardBreakdown(models.TransientModel):
    """One row of a breakdown of the dashboard's period.

    ``dimension`` says of which: salespeople, sales teams and countries (leaderboards),
    new and returning customers, RFM groups, open quotations, the bridge between the
    two periods, products and categories. ``key`` names the row in it.
    """

    _name = "sale.dashboard.breakdown"
    _description = "Sales Dashboard Breakdown"
    _order = "dashboard_id, dimension, rank, id"

    dashboard_id = fields.Many2one(
        comodel_name="sale.dashboard",
        required=True,
        index=True,
        ondelete="cascade",
    )
    currency_id = fields.Many2one(related="dashboard_id.currency_id")
    dimension = fields.Selection(
        selection=[
            ("user", "Salesperson"),
            ("team", "Sales Team"),
            ("country", "Country"),
            ("customer_type", "New and Returning"),
            ("rfm_group", "RFM Group"),
            ("quotation", "Open Quotations"),
            ("bridge", "Why Revenue Changed"),
            ("product", "Product"),
            ("category", "Product Category"),
        ],
        required=True,
    )
    key = fields.Char(help="Record id, or the name of the row in its dimension.")
    res_id = fields.Integer(
        string="Record ID", help="0 where the row is no record: nobody, no team."
    )
    name = fields.Char(
        help="Name of the record, empty where the viewer may not see it."
    )
    rank = fields.Integer()
    revenue = fields.Monetary()
    order_count = fields.Integer(string="Orders")
    customer_count = fields.Integer(string="Customers")
    quantity = fields.Float(help="Ordered quantity, for products and categories.")
    share = fields.Float(help="Share of the period's revenue, in percent.")
    has_previous = fields.Boolean(help="Whether this row has a counterpart.")
    previous_revenue = fields.Monetary()
    previous_order_count = fields.Integer(string="Previous Orders")
    revenue_change = fields.Float(help="In percent of the previous revenue.")
    revenue_comparable = fields.Boolean(
        help="Where not set, the change is 0 and means nothing."
    )
    customer_ids = IdList(
        string="Customer IDs",
        prefetch=False,  # thousands; read only to be opened
        help="Customers of an RFM group, so that it can be opened.",
    )
