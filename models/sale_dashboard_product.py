from odoo import models
from odoo.exceptions import ValidationError
from odoo.fields import Command

from ..engine.assembly import Sum, percentage
from .sale_dashboard_source import LINE_GROUPS

MODELS = {"product": "product.product", "category": "product.category"}


class SaleDashboard(models.TransientModel):
    """Products and categories: read when asked for, then part of the record."""

    _inherit = "sale.dashboard"

    def load_breakdown(self, dimension):
        """The best products or categories of the period, from order lines.

        Lines are brought to the display currency and rounded one by one; a last row
        with the key ``other`` holds what is left of the revenue: further products,
        and what orders and their lines differ by. So the rows add up to the revenue.

        :param str dimension: ``product`` or ``category``
        :return: the rows as in the payload's ``breakdowns``
        :raise ValidationError: on any other dimension
        """
        self.ensure_one()
        self.check_access("read")
        if str(dimension) not in LINE_GROUPS:
            raise ValidationError(
                self.env._(
                    "“%(value)s” is not one of: %(choices)s.",
                    value=dimension,
                    choices=", ".join(LINE_GROUPS),
                )
            )
        if dimension not in self.breakdown_ids.mapped("dimension"):
            rows = self._compute_line_breakdown(dimension)
            self._store({"breakdown_ids": [Command.create(row) for row in rows]})
        # A period without sales has no rows.
        return self._get_breakdowns(undefined=False).get(dimension, [])

    def _compute_line_breakdown(self, dimension):
        scope = self._get_scope()
        source = self._get_source(scope)
        groupby = LINE_GROUPS[dimension]
        best = source._read_lines(scope, scope.current, groupby, limit=self.top_limit)
        before = (
            source._read_lines(scope, scope.comparison, groupby, ids=best)
            if scope.comparison
            else {}
        )
        names = source._read_names(
            MODELS[dimension], set(best) - {False}, ["display_name"]
        )
        build = self.env["sale.dashboard.builder"]._start(source, scope)
        total = source._read_sum(
            scope, source._get_sales_domain(scope, scope.current)
        ).units
        nothing = (Sum(), 0.0)
        for rank, (record_id, (figures, quantity)) in enumerate(best.items(), start=1):
            other = before.get(record_id, nothing)[0] if scope.comparison else None
            build.add_row(
                dimension,
                str(record_id or ""),
                figures,
                other,
                res_id=record_id,
                name=names.get(record_id, {}).get("display_name", ""),
                quantity=quantity,
                rank=rank,
                share=percentage(figures.units, total),
            )
        rest = total - sum(figures.units for figures, _quantity in best.values())
        if rest:
            build.add_row(
                dimension,
                "other",
                Sum(rest, 0),
                None,
                rank=len(best) + 1,
                share=percentage(rest, total),
            )
        return build.breakdown
