import json
from urllib.parse import urlencode

from odoo import fields, models
from odoo.fields import Domain

from ..engine.groups import make_conditions
from ..tools import to_json_domain
from .sale_dashboard_source import CUSTOMER

VIEW_ROUTE = "/sale_dashboard/view"
# What the page shows where its address says nothing (see `address.js`).
DEFAULTS = {"compare": "previous_period", "measure": "untaxed"}


class SaleDashboard(models.TransientModel):
    """The address at which the page shows what a record was asked for."""

    _inherit = "sale.dashboard"

    def _get_address(self):
        """An absolute address for people who may open the dashboard.

        It names the days, not what they were called when it was written: "yesterday" of
        a mail stays that day. The companies go along, since the page shows those of its
        reader's browser: ``/sale_dashboard/view`` switches to them.
        """
        self.ensure_one()
        params = {
            "companies": "-".join(map(str, self.company_order)),
            "period": "custom",
            "from": fields.Date.to_string(self.date_from),
            "to": fields.Date.to_string(self.date_to),
            "granularity": self.period_type,
        }
        for name, default in DEFAULTS.items():
            if self[name] != default:
                params[name] = self[name]
        domain = self._get_filters_as_domain()
        if not domain.is_true():
            text = repr(to_json_domain(domain))
            params["filters"] = json.dumps([{"domain": text}])
        return f"{self.get_base_url()}{VIEW_ROUTE}?{urlencode(params)}"

    def _get_filters_as_domain(self):
        """The filters as the page knows them: as one domain on orders."""
        filters = self._get_filters()
        partners = self.env["res.partner"].browse(filters["partner_ids"])
        return Domain.AND(
            [
                *(
                    [(path, "in", ids)]
                    for path, ids in (
                        ("team_id", filters["team_ids"]),
                        ("user_id", filters["user_ids"]),
                        (CUSTOMER, partners.commercial_partner_id.ids),
                    )
                    if ids
                ),
                *([one] for one in make_conditions(tuple(filters["customer_groups"]))),
                filters["domain"],
            ]
        )
