import json
import math

from odoo import api, fields, models

SCHEMA_VERSION = 1
PAYLOAD_SEGMENT_CUSTOMERS = 3
OVERVIEW = (
    "total_revenue",
    "total_orders",
    "average_order_value",
    "customer_count",
    "new_customers",
    "conversion_rate",
)
# Figures with a counterpart in the comparison.
COMPARED = tuple(figure for figure in OVERVIEW if figure != "customer_count")
SECTION_OF = {"new_customers": "new_customers", "conversion_rate": "conversion"}

# Figures of a bucket beside the core's -> their section.
BUCKET_FIGURES = {
    "new_customers": "new_customers",
    "created_orders": "conversion",
    "converted_orders": "conversion",
    "conversion_rate": "conversion",
}


class SaleDashboard(models.TransientModel):
    """The record as the public JSON payload: every reader's one view of it."""

    _inherit = "sale.dashboard"

    def _get_payload(self, undefined=False):
        """The record in JSON types.

        :param undefined: what stands for a figure whose section failed, a change on a
            base of zero and an absent id: False over RPC (XML-RPC cannot carry None),
            None over HTTP
        :rtype: dict
        """
        self.ensure_one()

        payload = json.loads(self.payload, parse_constant=lambda _nan: undefined)
        return payload | {"id": self.id, "cache_info": self._get_cache_info()}

    def _make_payload(self):
        """What :meth:`_get_payload` reads: JSON, but that what is undefined is NaN.

        Without the record's id, so that it is the same for all who have the same key.
        """
        self.ensure_one()
        undefined = math.nan
        errors = self.errors or {}
        compared = bool(self.compare_from)
        payload = {
            "schema_version": SCHEMA_VERSION,
            "overview": self._get_overview(errors, compared, undefined),
            "top_customers": [
                self._get_customer(row, errors, compared, undefined)
                for row in self.top_customer_ids
            ],
            "sales_by_period": [
                {
                    "period": row.period,
                    "date_from": fields.Date.to_string(row.date_from),
                    "date_to": fields.Date.to_string(row.date_to),
                    "revenue": row.revenue,
                    "order_count": row.order_count,
                    **self._get_bucket_figures(row, errors, undefined),
                    "partial": row.partial,
                    "running": row.running,
                    "previous": {
                        "date_from": fields.Date.to_string(row.previous_date_from),
                        "date_to": fields.Date.to_string(row.previous_date_to),
                        "revenue": row.previous_revenue,
                        "order_count": row.previous_order_count,
                        **self._get_bucket_figures(row, errors, undefined, "previous_"),
                    }
                    if row.previous_date_from
                    else undefined,
                    "change": self._get_change(row, "revenue", undefined),
                }
                for row in self.period_ids
            ],
            "customer_segments": [
                {
                    "segment_name": row.segment_name,
                    "customer_count": row.customer_count,
                    "total_revenue": row.total_revenue,
                    "average_revenue_per_customer": row.average_revenue_per_customer,
                    "top_customers": row.top_customers[:PAYLOAD_SEGMENT_CUSTOMERS],
                    "previous": {
                        "customer_count": row.previous_customer_count,
                        "total_revenue": row.previous_total_revenue,
                    }
                    if compared
                    else undefined,
                    "change": self._get_change(row, "total_revenue", undefined),
                }
                for row in self.segment_ids
            ],
            "hidden_customers": {
                "total_revenue": self.hidden_revenue,
                "order_count": self.hidden_order_count,
            },
            "breakdowns": self._get_breakdowns(undefined),
            "constant_currency": {
                "revenue": self.constant_revenue,
                "change": self._get_change(self, "constant_revenue", undefined),
                "currency_effect": self.currency_effect,
                "rates": self.comparison_rates or [],
            }
            if compared and "bridge" not in errors
            else undefined,
            "metrics": [
                {
                    "name": row["name"],
                    "label": row["label"],
                    "help": row["help"],
                    "kind": row["kind"],
                    "value": row["value"],
                    "previous": row.get("previous_value", undefined),
                    "change": row["value_change"]
                    if row.get("value_comparable")
                    else undefined,
                }
                for row in self.metrics or []
            ],
            "comparison": {
                "compare": self.compare,
                "date_from": fields.Date.to_string(self.compare_from),
                "date_to": fields.Date.to_string(self.compare_to),
                "start": self._format_instant(self.compare_start),
                "end": self._format_instant(self.compare_end),
            }
            if compared
            else undefined,
            "currency": self.currency_id.name,
            "currency_id": self.currency_id.id,
            "currency_rounding": self.currency_id.rounding,
            "currency_factors": self.currency_factors or {},
            "company_id": self.company_id.id,
            "company_ids": self.company_order,
            "timezone": self.timezone,
            "period_type": self.period_type,
            "measure": self.measure,
            "generated_at": self._format_instant(self.generated_at),
            "expires_at": self._format_instant(self.expires_at),
            "duration_ms": self.duration_ms,
            "change_token": self.change_token,
            "warnings": self.warnings or [],
            "errors": errors,
        }
        return json.dumps(payload)

    def _get_overview(self, errors, compared, undefined):
        def stands(figure):
            return SECTION_OF.get(figure, "core") not in errors

        overview = {
            figure: self[figure] if stands(figure) else undefined for figure in OVERVIEW
        }
        overview["period_start"] = fields.Date.to_string(self.date_from)
        overview["period_end"] = fields.Date.to_string(self.date_to)
        overview["previous"] = overview["change"] = undefined
        if compared:
            overview["previous"] = {
                figure: self[f"previous_{figure}"] if stands(figure) else undefined
                for figure in COMPARED
            }
            overview["change"] = {
                figure: self._get_change(self, figure, undefined) for figure in COMPARED
            }
        return overview

    def _get_bucket_figures(self, row, errors, undefined, prefix=""):
        return {
            figure: undefined if section in errors else row[f"{prefix}{figure}"]
            for figure, section in BUCKET_FIGURES.items()
        }

    def _get_customer(self, row, errors, compared, undefined):
        customer = {
            "id": row.partner_id.id or undefined,
            "name": row.name or "",
            "email": row.email or "",
            "is_company": row.is_company,
            "total_revenue": row.total_revenue,
            "order_count": row.order_count,
            "rank": row.rank,
            "share": row.share,
            "previous": undefined,
            "change": self._get_change(row, "total_revenue", undefined),
            "lifetime": undefined,
            "rfm": undefined,
        }
        if compared:
            customer["previous"] = {
                "total_revenue": row.previous_total_revenue,
                "order_count": row.previous_order_count,
            }
        if "lifetime" not in errors:
            customer["lifetime"] = {
                "revenue": row.lifetime_revenue,
                "order_count": row.lifetime_orders,
                "first_order_date": fields.Date.to_string(row.first_order_date),
                "last_order_date": fields.Date.to_string(row.last_order_date),
                "average_gap_days": row.average_gap_days
                if row.lifetime_orders > 1
                else undefined,
            }
        if "rfm" not in errors:
            customer["rfm"] = {
                "recency": row.rfm_recency,
                "frequency": row.rfm_frequency,
                "monetary": row.rfm_monetary,
                "group": row.rfm_group,
            }
        return customer

    def _get_breakdowns(self, undefined):
        """Dimension -> rows, in rank order."""
        breakdowns = {}
        for row in self.breakdown_ids:
            breakdowns.setdefault(row.dimension, []).append(
                {
                    "key": row.key or "",
                    "id": row.res_id or undefined,
                    "name": row.name or "",
                    "revenue": row.revenue,
                    "order_count": row.order_count,
                    "customer_count": row.customer_count,
                    "quantity": row.quantity,
                    "share": row.share,
                    "rank": row.rank,
                    "previous": {
                        "revenue": row.previous_revenue,
                        "order_count": row.previous_order_count,
                    }
                    if row.has_previous
                    else undefined,
                    "change": self._get_change(row, "revenue", undefined),
                }
            )
        return breakdowns

    def _get_change(self, row, figure, undefined):
        comparable = row[f"{figure}_comparable"]
        return row[f"{figure}_change"] if comparable else undefined

    @api.model
    def _format_instant(self, instant):
        return f"{instant.isoformat()}Z"
