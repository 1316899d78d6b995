from dataclasses import replace

from odoo import models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import LazyTranslate

from ..engine import reconcile as engine
from ..engine.money import from_units, to_decimal, to_units
from ..tools import translated
from .sale_dashboard_source_reconcile import ANALYSIS_FIELDS

_lt = LazyTranslate(__name__)

MAX_ROWS = 10_000
MAX_OPENED = 10_000  # orders named in the domain of a cause
ORDER = "sale.order"
LABELS = {
    engine.CURRENCY_ROUNDING: _lt("Currency rounding"),
    engine.CURRENCY_TABLE: _lt("Exchange rate between companies"),
    engine.TAX_ROUNDING: _lt("Tax rounding"),
    engine.EARLY_PAYMENT: _lt("Early payment discount"),
    engine.ORDER_TOTAL: _lt("Total of the order"),
    engine.DOWN_PAYMENT: _lt("Down payments"),
    engine.NO_PRODUCT_LINE: _lt("No product line"),
    engine.STATE: _lt("Status"),
    engine.ACCESS_RULES: _lt("Access rules"),
    engine.POINT_OF_SALE: _lt("Point of sale"),
    engine.UNEXPLAINED: _lt("Unexplained"),
}
HELPS = {
    engine.CURRENCY_ROUNDING: _lt(
        "The dashboard rounds each order to the display currency, as accounting does;"
        " Sales Analysis does not round."
    ),
    engine.CURRENCY_TABLE: _lt(
        "Sales Analysis converts the company's currency at another rate."
    ),
    engine.TAX_ROUNDING: _lt(
        "The order's total is rounded as a whole, Sales Analysis adds up rounded lines."
    ),
    engine.EARLY_PAYMENT: _lt(
        "The order's taxes are computed on a discount for early payment, those of its"
        " lines are not."
    ),
    engine.ORDER_TOTAL: _lt(
        "The order's total is not what its lines add up to, by more than rounding:"
        " imported, or changed by another app."
    ),
    engine.DOWN_PAYMENT: _lt(
        "Down payment lines without a product have an amount in the order, none in"
        " Sales Analysis."
    ),
    engine.NO_PRODUCT_LINE: _lt(
        "Sales Analysis reports product lines only; these orders have none."
    ),
    engine.STATE: _lt("Sales Analysis leaves orders of this status out."),
    engine.ACCESS_RULES: _lt(
        "Access rules show you these orders in one of the two, not in the other."
    ),
    engine.POINT_OF_SALE: _lt(
        "Sales Analysis adds orders of the point of sale, which are not sales orders."
    ),
    engine.UNEXPLAINED: _lt(
        "Nothing known explains this: refresh the dashboard, and if it stays, report"
        " it."
    ),
}


class SaleDashboard(models.TransientModel):
    """Our figure beside Odoo's own for the same period, every difference named."""

    _inherit = "sale.dashboard"

    def reconcile(self, limit=200):
        """Reconcile this record's revenue with Sales Analysis and the order list.

        Everything is read now, under the caller's rights, for the period, companies and
        filters of the record. The amounts of ``causes`` add up to ``difference`` to the
        cent (``unexplained`` is one of them where it is not 0); those of ``orders`` are
        not rounded.

        :param int limit: number of orders listed, the largest differences first
        :return: JSON types::

            {"date_from", "date_to", "timezone", "measure", "currency", "currency_id",
             "currency_rounding", "company_ids",
             "totals": {"ours": stored, "order_list", "sales_analysis",
                        "plain_sum", "plain_sum_currency"},
             "counts": {"ours", "order_list", "sales_analysis"},
             "difference": ours - sales_analysis, "unexplained": 0.0, "stale": False,
             "causes": [{"cause", "label", "help", "amount", "order_count",
                         "drill_down": {"model", "domain", "context", "complete"}}],
             "orders": [{"model", "id", "name", "company_id", "company", "ours",
                         "sales_analysis", "difference", "causes": {cause: amount}}],
             "order_count": number of orders that differ, "limit", "notes": []}

        ``plain_sum`` adds up the amounts of Odoo's order list whatever their currency,
        ``plain_sum_currency`` is Odoo's own footer for several currencies (today's
        rates, in the currency of rate 1). ``stale``: the orders no longer add up to the
        stored figure, the difference is in ``unexplained``.
        :rtype: dict
        :raise ValidationError: if ``limit`` is no number from 0 to 10,000
        :raise UserError: if the record has no revenue, as it could not be computed
        """
        self.ensure_one()
        self.check_access("read")
        if type(limit) is not int or not 0 <= limit <= MAX_ROWS:
            raise ValidationError(
                self.env._("Ask for 0 to %(maximum)s orders.", maximum=MAX_ROWS)
            )
        if "core" in (self.errors or {}):
            raise UserError(
                self.env._("There are no figures to reconcile: refresh the dashboard.")
            )
        scope = self._get_scope()
        source = self._get_source(scope)
        # Never on a replica: Sales Analysis over two currencies makes a table.
        analysis = self._read_comparable_analysis(source, scope)
        facts = source._read_order_facts(scope, scope.current, analysis)
        rounding = to_decimal(self.currency_id.rounding)
        result = engine.reconcile(
            to_units(self.total_revenue, rounding),
            [
                *self._explain_orders(source, scope, facts, rounding),
                *self._explain_others(analysis, facts, rounding),
            ],
            limit,
            MAX_OPENED,
        )
        return {
            **self._describe_reconciled(scope),
            **self._describe_totals(source, scope, result, analysis, facts),
            "causes": self._describe_causes(scope, result, rounding),
            "orders": self._describe_orders(source, scope, result, facts, rounding),
            "order_count": result.difference_count,
            "limit": limit,
            "notes": self._get_reconcile_notes(scope),
        }

    def _read_comparable_analysis(self, source, scope):
        """Sales Analysis by order, for the very filters of this record."""
        analysis = source._read_analysis(scope, scope.current)
        if not scope.request.filters.domain:
            return analysis
        # The domain is one on orders, most of which Sales Analysis has no field for.
        sales = source._get_sales_domain(scope, scope.current)
        passing = {
            f"{ORDER},{order_id}"
            for order_id in source.env[ORDER]._search(sales).get_result_ids()
        }
        return {
            reference: amount
            for reference, amount in analysis.items()
            if reference in passing
        }

    def _explain_orders(self, source, scope, facts, rounding):
        """Every order of ours, explained."""
        asked = [
            order_id
            for order_id, (_company_id, one) in facts.items()
            if engine.needs_lines(one, rounding)
        ]
        lines = source._read_order_lines(scope, asked)
        early = source._read_early_payment_orders(asked) if asked else set()
        asked = set(asked)
        for order_id, (_company_id, one) in facts.items():
            yield engine.explain(
                (ORDER, order_id),
                replace(one, early_payment=order_id in early),
                lines.get(order_id, engine.Lines()) if order_id in asked else None,
                rounding,
            )

    def _explain_others(self, analysis, facts, rounding):
        """Every order of Sales Analysis that is none of ours."""
        for reference, amount in analysis.items():
            model, record_id = reference.split(",")
            key = (model, int(record_id))
            if model != ORDER:
                cause = engine.POINT_OF_SALE
            elif key[1] in facts:
                continue
            else:
                cause = engine.ACCESS_RULES
            yield engine.only_in_analysis(key, amount, cause, rounding)

    # ------------------------------------------------------------------
    # The answer
    # ------------------------------------------------------------------

    def _describe_reconciled(self, scope):
        return {
            "date_from": str(scope.request.date_from),
            "date_to": str(scope.request.date_to),
            "timezone": scope.timezone,
            "measure": self.measure,
            "currency": self.currency_id.name,
            "currency_id": self.currency_id.id,
            "currency_rounding": self.currency_id.rounding,
            "company_ids": list(scope.company_ids),
        }

    def _describe_totals(self, source, scope, result, analysis, facts):
        revenue = f"{source._get_revenue_field(scope)}:sum"
        plain = f"amount_{scope.request.measure}:sum"
        [order_list] = source.env[ORDER].formatted_read_group(
            source._get_sales_domain(scope, scope.current),
            [],
            [revenue, plain, f"{plain}_currency", "__count"],
        )
        rounding = to_decimal(self.currency_id.rounding)
        return {
            "totals": {
                "ours": self.total_revenue,
                "order_list": order_list[revenue] or 0.0,
                "sales_analysis": from_units(result.analysis_units, rounding),
                "plain_sum": order_list[plain] or 0.0,
                "plain_sum_currency": order_list[f"{plain}_currency"] or 0.0,
            },
            "counts": {
                "ours": self.total_orders,
                "order_list": order_list["__count"],
                "sales_analysis": len(analysis),
            },
            "difference": from_units(result.difference_units, rounding),
            "unexplained": engine.from_parts(result.unexplained_parts, rounding),
            "stale": result.ours_units != sum(one.units for _id, one in facts.values())
            or self.total_orders != len(facts),
        }

    def _describe_causes(self, scope, result, rounding):
        return [
            self._describe_cause(
                scope,
                cause.name,
                from_units(cause.units, rounding),
                cause.order_count,
                cause.keys,
            )
            for cause in result.causes
        ]

    def _describe_cause(self, scope, cause, amount, order_count, keys):
        """One cause, and how its orders are opened.

        Orders that are none of ours are opened in Sales Analysis: reading it is all
        the rights the caller is known to have.
        """
        model, field, values = ORDER, "id", [record_id for _model, record_id in keys]
        if cause in (engine.POINT_OF_SALE, engine.ACCESS_RULES):
            model, field = "sale.report", "order_reference"
            values = [f"{model_name},{record_id}" for model_name, record_id in keys]
        drill_down = self._describe(scope, Domain(field, "in", values), "", model)
        drill_down.pop("aggregate")
        return {
            "cause": cause,
            "label": translated(self.env, LABELS[cause]),
            "help": translated(self.env, HELPS[cause]),
            "amount": amount,
            "order_count": order_count,
            "drill_down": {**drill_down, "complete": len(keys) == order_count},
        }

    def _describe_orders(self, source, scope, result, facts, rounding):
        ours = [row.key[1] for row in result.rows if row.key[0] == ORDER]
        names = {
            (ORDER, order_id): (values["name"], facts[order_id][0])
            for order_id, values in source._read_names(ORDER, ours, ["name"]).items()
            if order_id in facts
        }
        others = {
            ",".join(map(str, row.key)): row.key
            for row in result.rows
            if row.key not in names
        }
        found = source._read_analysis_names(scope, scope.current, list(others))
        names.update((others[reference], values) for reference, values in found.items())
        companies = {company.id: company.name for company in source.env.companies}
        rows = []
        for row in result.rows:
            name, company_id = names.get(row.key, ("", False))
            rows.append(
                {
                    "model": row.key[0],
                    "id": row.key[1],
                    "name": name,
                    "company_id": company_id,
                    "company": companies.get(company_id, ""),
                    "ours": engine.from_parts(row.ours, rounding),
                    "sales_analysis": engine.from_parts(row.analysis, rounding),
                    "difference": engine.from_parts(row.difference, rounding),
                    "causes": {
                        cause: engine.from_parts(parts, rounding)
                        for cause, parts in row.causes.items()
                    },
                }
            )
        return rows

    def _get_reconcile_notes(self, scope):
        """What a reader must know of how the two were made comparable."""
        notes = [
            self.env._(
                "Sales Analysis: “%(field)s”, filter “Sales Orders”, for the same"
                " instants, companies and filters.",
                field=self.env["sale.report"]
                ._fields[ANALYSIS_FIELDS[scope.request.measure]]
                ._description_string(self.env),
            )
        ]
        if scope.request.filters.domain:
            notes.append(
                self.env._(
                    "The filter domain is one on sales orders. It was applied to the"
                    " orders in Sales Analysis; orders of the point of sale cannot pass"
                    " it."
                )
            )
        return notes
