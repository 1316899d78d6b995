from odoo import models

from odoo.addons.sale_dashboard.engine.metrics import Metric


class SaleDashboardSource(models.AbstractModel):
    _inherit = "sale.dashboard.source"

    def _get_metrics(self):
        big = [("amount_untaxed", ">=", 1000)]
        return [
            *super()._get_metrics(),
            Metric(
                name="big_orders",
                label="Big orders",
                help="Confirmed orders of 1,000 and more.",
                domain=big,
            ),
            Metric(
                name="big_revenue",
                label="Revenue of big orders",
                help="What orders of 1,000 and more bring.",
                kind="monetary",
                aggregate="revenue",
                domain=big,
            ),
        ]
