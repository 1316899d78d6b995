from odoo import api, models
from odoo.tools import format_date, format_datetime, formatLang

from .table import (
    AMOUNT,
    BOOLEAN,
    CHANGE,
    DATE,
    INSTANT,
    INTEGER,
    NUMBER,
    PAPER,
    POINTS,
    RATE,
)

# The curve, in units of the drawing.
WIDTH, HEIGHT = 1000.0, 220.0


class SaleDashboardReport(models.AbstractModel):
    """What the PDF of a dashboard shows: its tables, each figure as text."""

    _name = "report.sale_dashboard.report_sale_dashboard"
    _description = "Sales Dashboard Report"

    @api.model
    def _get_report_values(self, docids, data=None):
        dashboards = self.env["sale.dashboard"].browse(docids)
        dashboards.check_access("read")
        return {
            "doc_ids": docids,
            "doc_model": dashboards._name,
            "docs": dashboards,
            "reports": {
                dashboard.id: self._prepare_report(dashboard)
                for dashboard in dashboards
            },
        }

    @api.model
    def _prepare_report(self, dashboard):
        tables = dashboard._list_tables()
        return {
            "subtitle": dashboard._get_subtitle(),
            "tables": [self._prepare_table(dashboard, table) for table in tables],
            "curve": self._prepare_curve(
                next(table for table in tables if table.name == "sales_by_period")
            ),
        }

    @api.model
    def _prepare_table(self, dashboard, table):
        columns = table.list_columns(PAPER)
        numeric = {column.name: table.is_numeric(column) for column in columns}
        rows = [
            [
                {
                    "text": self._format_cell(dashboard, row, column),
                    "name": column.name,
                    "numeric": numeric[column.name],
                    "failed": column.name in row.failed,
                }
                for column in columns
            ]
            for row in table.rows
        ]
        return {
            "name": table.name,
            "title": table.title,
            "error": table.error,
            # Of the cells that could not be computed, each reason once.
            "notes": list(dict.fromkeys(row.error for row in table.rows if row.error)),
            "headers": [
                {"text": column.label, "numeric": numeric[column.name]}
                for column in columns
            ],
            "rows": rows,
        }

    @api.model
    def _format_cell(self, dashboard, row, column):
        """A value as the reader writes it; to the last cent."""
        if column.name in row.failed:
            return self.env._("Failed")
        value = row.values.get(column.name)
        if value is None:
            return ""
        kind = row.get_kind(column)
        if kind == AMOUNT:
            return formatLang(self.env, value, currency_obj=dashboard.currency_id)
        if kind in (CHANGE, POINTS, RATE):
            sign = "+" if value > 0 and kind != RATE else ""
            number = sign + formatLang(self.env, value, digits=1)
            return self.env._("%s pt", number) if kind == POINTS else f"{number}%"
        if kind == INTEGER:
            return formatLang(self.env, value, digits=0)
        if kind == NUMBER:
            decimals = 0 if value == round(value) else 2
            return formatLang(self.env, value, digits=decimals)
        if kind == DATE:
            return format_date(self.env, value)
        if kind == INSTANT:
            return format_datetime(
                self.env, value[:19].replace("T", " "), dashboard.timezone
            )
        if kind == BOOLEAN:
            return self.env._("Yes") if value else self.env._("No")
        return value

    @api.model
    def _prepare_curve(self, table):
        """The curve of revenue, and that of the comparison, as points of a drawing.

        :return: None where there is none to draw
        """
        if len(table.rows) < 2:
            return None
        curves = {
            name: [row.values.get(name) for row in table.rows]
            for name in ("revenue", "previous_revenue")
        }
        values = [one for curve in curves.values() for one in curve if one is not None]
        low, high = min(0.0, *values), max(0.0, *values)
        if low == high:
            return None
        step = WIDTH / (len(table.rows) - 1)

        def draw(curve):
            return " ".join(
                f"{index * step:.1f},{HEIGHT * (high - value) / (high - low):.1f}"
                for index, value in enumerate(curve)
                if value is not None
            )

        return {
            "view_box": f"0 -4 {WIDTH:.0f} {HEIGHT + 8:.0f}",
            "zero": f"{HEIGHT * high / (high - low):.1f}",
            "width": f"{WIDTH:.0f}",
            **{name: draw(curve) for name, curve in curves.items()},
        }
