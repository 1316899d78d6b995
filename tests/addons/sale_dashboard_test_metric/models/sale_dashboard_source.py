from odoo import models
from odoo.tools import LazyTranslate

from odoo.addons.sale_dashboard.engine.metrics import Metric

_lt = LazyTranslate(__name__)


class SaleDashboardSource(models.AbstractModel):
    _inherit = "sale.dashboard.source"

    def _get_metrics(self):
        big = [("amount_untaxed", ">=", 1000)]
        return [
            *super()._get_metrics(),
            Metric(
                name="big_orders",
                label=_lt("Big orders"),
                help=_lt("Confirmed orders of 1,000 and more."),
                domain=big,
            ),
            Metric(
                name="big_revenue",
                label=_lt("Revenue of big orders"),
                help=_lt("What orders of 1,000 and more bring."),
                kind="monetary",
                aggregate="revenue",
                domain=big,
            ),
        ]
