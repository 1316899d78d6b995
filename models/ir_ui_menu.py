from odoo import api, models
from odoo.tools import ormcache


class IrUiMenu(models.Model):
    _inherit = "ir.ui.menu"

    @api.model
    @ormcache("frozenset(self.env.user._get_group_ids())", "debug")
    def _visible_menu_ids(self, debug=False):
        """Show *Sales > Reporting > Sales Dashboard* to salespeople as well.

        Odoo keeps *Reporting* for sales managers. Widening its groups would open every
        other report in it and outlive an uninstall, so the way to our menu alone is
        added here.
        """
        visible_ids = super()._visible_menu_ids(debug)
        # sudo: the parents are menus the user's groups hide; only ids are read.
        menu = self.sudo().env.ref(
            "sale_dashboard.menu_sale_dashboard", raise_if_not_found=False
        )
        reporting = menu and menu.parent_id
        if not reporting or menu.id not in visible_ids or reporting.id in visible_ids:
            return visible_ids
        # Entries below a hidden menu count as visible as long as nothing shows it.
        siblings = reporting.search([("id", "child_of", reporting.ids)])
        path_ids = {menu.id}
        while reporting:
            path_ids.add(reporting.id)
            reporting = reporting.parent_id
        return (visible_ids - set(siblings._ids)) | path_ids
