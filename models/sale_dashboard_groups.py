from dataclasses import replace

from odoo import api, models
from odoo.exceptions import UserError

# Dimension of customer groups -> the section that computes it.
SECTIONS = {"segment": "core", "rfm_group": "rfm", "customer_type": "new_customers"}


class SaleDashboard(models.TransientModel):
    """Customer groups as a filter: who is in them."""

    _inherit = "sale.dashboard"

    @api.model
    def _with_members(self, scope, refresh=False):
        """The scope with the members of its customer groups, if it has any.

        They are those of the answer to the same request without the filter: nothing is
        computed here, so that a row and a filter by it cannot differ.

        :param refresh: compute that answer anew
        :raise UserError: if it could not be computed
        """
        if not scope.request.filters.customer_groups:
            return scope
        unfiltered, dimension, keys = scope.without_last_group()
        dashboard = self._answer(unfiltered, refresh)
        failed = (dashboard.errors or {}).get(SECTIONS[dimension])
        if failed:
            raise UserError(failed)
        return replace(scope, members=dashboard._list_members(dimension, keys))

    def _list_members(self, dimension, keys):
        """Sorted ids of the customers in some groups of this record."""
        self.ensure_one()
        if dimension == "segment":
            rows = self.segment_ids.filtered(lambda row: row.segment_name in keys)
        elif dimension == "rfm_group":
            rows = self.breakdown_ids.filtered(
                lambda row: row.dimension == dimension and row.key in keys
            )
        else:
            return self._list_members_by_type(keys)
        return tuple(sorted(one for row in rows for one in row.customer_ids or []))

    def _list_members_by_type(self, keys):
        new = set(self._get_customers("new_customers", "current"))
        members = set()
        if "new" in keys:
            members |= new
        if "returning" in keys:
            # Of those the viewer may not see, nobody knows who they are.
            members |= set(self._get_customers("customer_count", "current")) - new
        return tuple(sorted(members))
