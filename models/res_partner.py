from odoo import models


class ResPartner(models.Model):
    _inherit = "res.partner"

    def write(self, vals):
        result = super().write(vals)
        if "tz" in vals:
            # Odoo keeps what users.context_get() says, and forgets it only where the
            # zone is written as the user's, not as his contact's.
            self.env.registry.clear_cache()
        return result
