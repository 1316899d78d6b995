from odoo import api, fields, models
from odoo.exceptions import ValidationError

MAX_TTL = 24 * 3600  # seconds
MAX_MINIMUM_AGE = 3600
PARAMETERS = {
    "sale_dashboard_cache_ttl": "sale_dashboard.cache_ttl",
    "sale_dashboard_minimum_age": "sale_dashboard.minimum_age",
}


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    # Not by config_parameter: Odoo stores a 0 as "no value", which is the default.
    sale_dashboard_cache_ttl = fields.Integer(
        string="Keep for",
        help="Seconds for which a computed dashboard is used again at most, while"
        " nothing has changed; 0 computes every time.",
    )
    sale_dashboard_minimum_age = fields.Integer(
        string="Compute again at most every",
        help="Seconds for which a computed dashboard is used again although orders have"
        " changed; 0 always shows the latest figures.",
    )

    @api.constrains("sale_dashboard_cache_ttl", "sale_dashboard_minimum_age")
    def _check_sale_dashboard_cache(self):
        for settings in self:
            if not 0 <= settings.sale_dashboard_cache_ttl <= MAX_TTL:
                raise ValidationError(
                    self.env._(
                        "Keep dashboards for 0 to %(maximum)s seconds.", maximum=MAX_TTL
                    )
                )
            limit = min(MAX_MINIMUM_AGE, settings.sale_dashboard_cache_ttl)
            if not 0 <= settings.sale_dashboard_minimum_age <= limit:
                raise ValidationError(
                    self.env._(
                        "Dashboards can be left as they are for 0 to %(maximum)s"
                        " seconds, and not longer than they are kept.",
                        maximum=MAX_MINIMUM_AGE,
                    )
                )

    @api.model
    def get_values(self):
        dashboards = self.env["sale.dashboard"]
        return super().get_values() | {
            "sale_dashboard_cache_ttl": dashboards._get_cache_ttl(),
            "sale_dashboard_minimum_age": dashboards._get_minimum_age(),
        }

    def set_values(self):
        result = super().set_values()
        for name, parameter in PARAMETERS.items():
            self.env["ir.config_parameter"].set_param(parameter, str(self[name]))
        return result
