from datetime import datetime

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ..engine.money import from_units, revenue_units, to_decimal
from ..engine.request import MAX_BUCKETS
from ..fresh_fields import FreshBoolean, FreshFloat, FreshInteger, FreshMonetary
from ..indexes import LargeIndex
from ..tools import is_uninstalling
from .sale_dashboard_change import NO_DAY
from .sale_dashboard_customer import RFM_GROUPS
from .sale_dashboard_segment import SEGMENTS

# Revenue field -> the stored amount it is made from.
REVENUE_SOURCES = {
    "dashboard_amount_untaxed": "amount_untaxed",
    "dashboard_amount_total": "amount_total",
}
# The same at a comparison's exchange rates.
CONSTANT_SOURCES = {
    "dashboard_constant_untaxed": "amount_untaxed",
    "dashboard_constant_total": "amount_total",
}
# Revenue as booked minus revenue at a comparison's exchange rates.
EFFECT_SOURCES = {
    "dashboard_effect_untaxed": (
        "dashboard_amount_untaxed",
        "dashboard_constant_untaxed",
    ),
    "dashboard_effect_total": ("dashboard_amount_total", "dashboard_constant_total"),
}
# Amounts made by the database in whole units of the display currency's rounding.
UNIT_FIELDS = {**REVENUE_SOURCES, **CONSTANT_SOURCES, **EFFECT_SOURCES}
# Number of an interval -> the instant that is in it.
BUCKET_SOURCES = {
    "dashboard_bucket": "date_order",
    "dashboard_created_bucket": "create_date",
}
# Amounts in the order's company currency, at its own rate, not rounded.
COMPANY_SOURCES = {
    "dashboard_company_untaxed": "amount_untaxed",
    "dashboard_company_total": "amount_total",
}
# What is not stored and has a meaning in a query.
QUERY_FIELDS = frozenset(
    {
        *UNIT_FIELDS,
        *BUCKET_SOURCES,
        *COMPANY_SOURCES,
        "dashboard_after_split",
        "dashboard_converted",
        "dashboard_currency_id",
    }
)


class SaleOrder(models.Model):
    """What the dashboard needs of an order: its revenue in the display currency.

    The two ``dashboard_amount_*`` fields are not stored: for one record they are
    computed, in a query :meth:`_field_to_sql` gives the same rule as SQL. So
    ``dashboard_amount_untaxed:sum`` is right wherever Odoo aggregates: in the
    dashboard's own query, in ``formatted_read_group`` and in the footer of a list.
    """

    _inherit = "sale.order"

    dashboard_currency_id = fields.Many2one(
        comodel_name="res.currency",
        string="Dashboard Currency",
        compute="_compute_dashboard_currency_id",
        compute_sudo=False,
        exportable=False,
    )
    dashboard_amount_untaxed = fields.Monetary(
        string="Revenue (Untaxed)",
        currency_field="dashboard_currency_id",
        compute="_compute_dashboard_amounts",
        compute_sudo=False,
        help="Untaxed amount at the order's own rate, in the current company's"
        " currency, rounded once per order.",
    )
    dashboard_amount_total = fields.Monetary(
        string="Revenue (Total)",
        currency_field="dashboard_currency_id",
        compute="_compute_dashboard_amounts",
        compute_sudo=False,
        help="Total with taxes at the order's own rate, in the current company's"
        " currency, rounded once per order.",
    )
    dashboard_bucket = FreshInteger(
        compute="_compute_dashboard_bucket",
        compute_sudo=False,
        aggregator=None,
        exportable=False,
        help="Number of the interval of the context key 'sale_dashboard_bounds' (UTC"
        " instants, ascending) that the order date is in; 0 is before the first.",
    )
    dashboard_created_bucket = FreshInteger(
        compute="_compute_dashboard_created_bucket",
        compute_sudo=False,
        aggregator=None,
        exportable=False,
        help="As the bucket of the order date, of the instant of creation.",
    )
    dashboard_converted = FreshBoolean(
        compute="_compute_dashboard_converted",
        compute_sudo=False,
        exportable=False,
        help="Whether the order is confirmed. With the context key"
        " 'sale_dashboard_maturity' (two or three UTC instants), orders created before"
        " the first count only if confirmed before the second, all others only if"
        " confirmed before the third, which is not before the second.",
    )
    dashboard_after_split = FreshBoolean(
        compute="_compute_dashboard_after_split",
        compute_sudo=False,
        exportable=False,
        help="Whether the order date is not before the context key"
        " 'sale_dashboard_split' (UTC instant): the sides of a comparison.",
    )
    dashboard_constant_untaxed = FreshMonetary(
        string="Revenue at Comparison Rates (Untaxed)",
        currency_field="dashboard_currency_id",
        compute="_compute_dashboard_constants",
        compute_sudo=False,
        exportable=False,
        help="Revenue at the rates of the context key 'sale_dashboard_rates'.",
    )
    dashboard_constant_total = FreshMonetary(
        string="Revenue at Comparison Rates (Total)",
        currency_field="dashboard_currency_id",
        compute="_compute_dashboard_constants",
        compute_sudo=False,
        exportable=False,
        help="Revenue at the rates of the context key 'sale_dashboard_rates'.",
    )
    dashboard_effect_untaxed = FreshMonetary(
        string="Currency Effect (Untaxed)",
        currency_field="dashboard_currency_id",
        compute="_compute_dashboard_effects",
        compute_sudo=False,
        exportable=False,
        help="Revenue as booked minus revenue at the rates of the context key"
        " 'sale_dashboard_rates'.",
    )
    dashboard_effect_total = FreshMonetary(
        string="Currency Effect (Total)",
        currency_field="dashboard_currency_id",
        compute="_compute_dashboard_effects",
        compute_sudo=False,
        exportable=False,
        help="Revenue as booked minus revenue at the rates of the context key"
        " 'sale_dashboard_rates'.",
    )
    dashboard_company_untaxed = FreshFloat(
        string="Untaxed Amount in Company Currency",
        compute="_compute_dashboard_company_amounts",
        compute_sudo=False,
        exportable=False,
        help="At the order's own rate, not rounded.",
    )
    dashboard_company_total = FreshFloat(
        string="Total in Company Currency",
        compute="_compute_dashboard_company_amounts",
        compute_sudo=False,
        exportable=False,
        help="At the order's own rate, not rounded.",
    )
    # What the dashboard is filtered by. Searched under the viewer's rights: an order
    # is not found by what he may not see of its customer or products.
    dashboard_customer_id = fields.Many2one(
        string="Customer Entity",
        related="partner_id.commercial_partner_id",
        related_sudo=False,
        exportable=False,
    )
    dashboard_country_id = fields.Many2one(
        string="Customer Country",
        related="partner_id.commercial_partner_id.country_id",
        related_sudo=False,
        exportable=False,
    )
    dashboard_product_id = fields.Many2one(
        string="Ordered Product",
        related="order_line.product_id",
        related_sudo=False,
        exportable=False,
    )
    dashboard_category_id = fields.Many2one(
        string="Ordered Product Category",
        related="order_line.product_id.categ_id",
        related_sudo=False,
        exportable=False,
    )

    # Groups of customers, which a period makes: conditions on these are taken out of
    # the dashboard's filter domain before it is used (see engine/groups.py).
    dashboard_segment = fields.Selection(
        selection=SEGMENTS,
        string="Customer Segment",
        store=False,
        search="_search_dashboard_group",
        exportable=False,
    )
    dashboard_rfm_group = fields.Selection(
        selection=RFM_GROUPS,
        string="RFM Group",
        store=False,
        search="_search_dashboard_group",
        exportable=False,
    )
    dashboard_customer_type = fields.Selection(
        selection=[("new", "New"), ("returning", "Returning")],
        string="New or Returning Customer",
        store=False,
        search="_search_dashboard_group",
        exportable=False,
    )

    # Everything the core pass reads of an order, so that it reads nothing else.
    _dashboard_sales = LargeIndex(
        "(company_id, date_order) INCLUDE (id, partner_id, amount_untaxed,"
        " amount_total, currency_id, currency_rate, user_id, team_id)"
        " WHERE state = 'sale'"
    )
    # Whether a customer has ordered before, and all he ever ordered.
    _dashboard_customers = LargeIndex(
        "(partner_id, date_order) INCLUDE (company_id, amount_untaxed, amount_total,"
        " currency_id, currency_rate, user_id, team_id) WHERE state = 'sale'"
    )
    # Conversion.
    _dashboard_created = LargeIndex(
        "(create_date) INCLUDE (company_id, state, date_order, user_id, team_id)"
    )
    _dashboard_quotations = LargeIndex(
        "(company_id, validity_date) INCLUDE (partner_id, amount_untaxed,"
        " amount_total, currency_id, currency_rate, user_id, team_id)"
        " WHERE state IN ('draft', 'sent')"
    )

    @api.depends_context("allowed_company_ids")
    def _compute_dashboard_currency_id(self):
        self.dashboard_currency_id = self.env.company.currency_id

    @api.depends("amount_untaxed", "amount_total", "currency_rate", "company_id")
    @api.depends_context("allowed_company_ids")
    def _compute_dashboard_amounts(self):
        rounding = self.env.company.currency_id.rounding
        factors = self.company_id._get_dashboard_factors()
        for order in self:
            factor = factors.get(order.company_id.id, (1.0, 1.0))
            for revenue, amount in REVENUE_SOURCES.items():
                units = revenue_units(
                    order[amount], order.currency_rate, factor[:2], rounding
                )
                order[revenue] = from_units(units, rounding)

    def _compute_dashboard_constants(self):
        rounding = self.env.company.currency_id.rounding
        factors = self.company_id._get_dashboard_factors()
        rates = {
            (company_id, currency_id): (amount, company_amount)
            for company_id, currency_id, amount, company_amount in (
                self._get_dashboard_rates()
            )
        }
        for order in self:
            pair = (order.company_id.id, order.currency_id.id)
            rate, divisor = rates.get(pair, (order.currency_rate, 1.0))
            numerator, denominator, *_day = factors.get(pair[0], (1.0, 1.0))
            factor = (
                to_decimal(numerator) * to_decimal(divisor),
                to_decimal(denominator),
            )
            for constant, amount in CONSTANT_SOURCES.items():
                units = revenue_units(order[amount], rate, factor, rounding)
                order[constant] = from_units(units, rounding)

    def _compute_dashboard_company_amounts(self):
        for order in self:
            for in_company, amount in COMPANY_SOURCES.items():
                order[in_company] = order[amount] / (order.currency_rate or 1.0)

    def _compute_dashboard_bucket(self):
        for order in self:
            order.dashboard_bucket = self._find_dashboard_bucket(order.date_order)

    def _compute_dashboard_created_bucket(self):
        for order in self:
            order.dashboard_created_bucket = self._find_dashboard_bucket(
                order.create_date
            )

    def _find_dashboard_bucket(self, instant):
        # Reading all fields of an order must not need the key, grouping by it does.
        has_bounds = "sale_dashboard_bounds" in self.env.context
        bounds = self._get_dashboard_bounds() if has_bounds else []
        return sum(bound <= instant for bound in bounds if instant)

    def _compute_dashboard_converted(self):
        converted = self.filtered_domain(self._get_dashboard_converted_domain())
        for order in self:
            order.dashboard_converted = order in converted

    def _compute_dashboard_after_split(self):
        has_split = "sale_dashboard_split" in self.env.context
        split = self._get_dashboard_split() if has_split else None
        for order in self:
            order.dashboard_after_split = bool(
                split and order.date_order and order.date_order >= split
            )

    def _compute_dashboard_effects(self):
        for order in self:
            for effect, (revenue, constant) in EFFECT_SOURCES.items():
                order[effect] = order[revenue] - order[constant]

    def _search_dashboard_group(self, _operator, _value):
        raise UserError(
            self.env._(
                "Customer groups are those of a period: only the sales dashboard can"
                " be filtered by them."
            )
        )

    def _field_to_sql(self, alias, field_expr, query=None) -> SQL:
        """Give the dashboard's own fields their meaning inside a query."""
        # Every field that is read of an order comes by.
        if field_expr not in QUERY_FIELDS:
            return super()._field_to_sql(alias, field_expr, query)
        if field_expr == "dashboard_currency_id":
            return SQL("%s::int", self.env.company.currency_id.id)
        if field_expr in UNIT_FIELDS:
            units = self._dashboard_units_to_sql(alias, field_expr, query)
            return SQL("(%s * %s)", units, self._get_dashboard_unit())
        if field_expr in COMPANY_SOURCES:
            return SQL(
                "(%s / COALESCE(NULLIF(%s, 0), 1))",
                self._field_to_sql(alias, COMPANY_SOURCES[field_expr], query),
                self._field_to_sql(alias, "currency_rate", query),
            )
        if field_expr == "dashboard_after_split":
            # A condition, not a number: PostgreSQL then knows that it makes two groups
            # of each, and adds up in memory instead of sorting.
            return SQL(
                "(%s >= %s)",
                self._field_to_sql(alias, "date_order", query),
                self._get_dashboard_split(),
            )
        if field_expr in BUCKET_SOURCES:
            # One array literal: parsed once, searched in O(log n) per row. Using the
            # very instants of the domain, no order can fall between domain and bucket.
            bounds = ",".join(
                bound.isoformat(sep=" ") for bound in self._get_dashboard_bounds()
            )
            return SQL(
                "width_bucket(%s, %s::timestamp[])",
                self._field_to_sql(alias, BUCKET_SOURCES[field_expr], query),
                "{" + bounds + "}",
            )
        domain = self._get_dashboard_converted_domain().optimize_full(self)
        return domain._to_sql(self, alias, query)

    def _read_group_select(self, aggregate_spec, query):
        """Add revenue up in whole units: several times faster than in decimals.

        With the context key 'sale_dashboard_raw' the sum stays in units. With
        'sale_dashboard_exact', any other sum is decimal text: Odoo turns numeric into
        float, and such sums cannot be added up any more as if they were one.
        """
        field, _colon, function = aggregate_spec.partition(":")
        if function != "sum" or field not in UNIT_FIELDS:
            aggregate = super()._read_group_select(aggregate_spec, query)
            is_exact = function == "sum" and self.env.context.get(
                "sale_dashboard_exact"
            )
            return SQL("%s::text", aggregate) if is_exact else aggregate
        units = self._dashboard_units_to_sql(self._table, field, query)
        if self.env.context.get("sale_dashboard_raw"):
            return SQL("SUM(%s::bigint)::bigint", units)
        return SQL("(SUM(%s::bigint) * %s)", units, self._get_dashboard_unit())

    def _read_group_postprocess_groupby(self, groupby_spec, raw_values):
        """With the context key 'sale_dashboard_raw', give ids where groups are records.

        Thousands of customers cost several times as much as records.
        """
        if self.env.context.get("sale_dashboard_raw"):
            return raw_values
        return super()._read_group_postprocess_groupby(groupby_spec, raw_values)

    def _read_group_postprocess_aggregate(self, aggregate_spec, raw_values):
        """With the context key 'sale_dashboard_raw', leave whole columns as they are.

        Only where a value is missing one by one is looked at.
        """
        if self.env.context.get("sale_dashboard_raw") and None not in raw_values:
            return raw_values
        return super()._read_group_postprocess_aggregate(aggregate_spec, raw_values)

    def _dashboard_units_to_sql(self, alias, field, query):
        """One of :data:`UNIT_FIELDS` in units of the currency's rounding, as SQL."""
        company = self._field_to_sql(alias, "company_id", query)
        currency = self._field_to_sql(alias, "currency_id", query)
        if field in EFFECT_SOURCES:
            booked, constant = (
                self._dashboard_units_to_sql(alias, source, query)
                for source in EFFECT_SOURCES[field]
            )
            pairs = [
                SQL("(%s, %s)", company_id, currency_id)
                for company_id, currency_id, *_sums in self._get_dashboard_rates()
            ]
            if not pairs:
                return SQL("NULL::numeric")
            # At other rates than their own are only the orders of these pairs.
            return SQL(
                "(CASE WHEN (%s, %s) IN (%s) THEN %s - %s END)",
                company,
                currency,
                SQL(", ").join(pairs),
                booked,
                constant,
            )
        if field in CONSTANT_SOURCES:
            amount_field, rates = CONSTANT_SOURCES[field], self._get_dashboard_rates()
        else:
            amount_field, rates = REVENUE_SOURCES[field], ()
        return self._dashboard_amount_to_units(
            amount=self._field_to_sql(alias, amount_field, query),
            rate=self._field_to_sql(alias, "currency_rate", query),
            company=company,
            currency=currency,
            rates=rates,
        )

    def _get_dashboard_unit(self):
        """The rounding of the display currency, exactly, as SQL."""
        return SQL("%s::numeric", repr(self.env.company.currency_id.rounding))

    def _dashboard_amount_to_sql(self, **parts):
        """:meth:`_dashboard_amount_to_units` as an amount of the display currency."""
        units = self._dashboard_amount_to_units(**parts)
        return SQL("(%s * %s)", units, self._get_dashboard_unit())

    def _dashboard_amount_to_units(
        self, amount, rate, company, currency=None, rates=()
    ):
        """SQL twin of :func:`engine.money.revenue_units`.

        :param rates: rows of :meth:`_get_dashboard_rates` that replace own rates
        """
        unit = self._get_dashboard_unit()
        factors = self.env.companies._get_dashboard_factors()
        own_rate = SQL("COALESCE(NULLIF(%s, 0), 1)", rate)
        cases = []
        for company_id, currency_id, rate_amount, company_amount in rates:
            numerator, denominator, *_day = factors.get(company_id, (1.0, 1.0))
            cases.append(
                SQL(
                    "WHEN (%s, %s) = (%s, %s) THEN %s",
                    company,
                    currency,
                    company_id,
                    currency_id,
                    self._dashboard_quotient(
                        amount, (company_amount, numerator), (rate_amount, denominator)
                    ),
                )
            )
        for company_id, (numerator, denominator, *_day) in factors.items():
            units = self._dashboard_quotient(
                amount, (numerator,), (denominator,), own_rate
            )
            cases.append(SQL("WHEN %s = %s THEN %s", company, company_id, units))
        # Most orders are of the current company's currency: they take the short way.
        units = SQL("%s / (%s * %s)", amount, own_rate, unit)
        if cases:
            units = SQL("CASE %s ELSE %s END", SQL(" ").join(cases), units)
        return SQL("ROUND(%s)", units)

    def _dashboard_quotient(self, amount, numerators, denominators, own_rate=None):
        """An amount times some numbers through others, in units, as SQL.

        Multiplications before the one division keep one rounding: the last.
        """
        unit = self._get_dashboard_unit()
        numbers, others = (
            SQL(" * ").join(SQL("%s::numeric", repr(number)) for number in some)
            for some in (numerators, denominators)
        )
        # What is the same for all is multiplied once.
        divisor = SQL("(%s * %s)", others, unit)
        if own_rate:
            divisor = SQL("(%s * %s)", own_rate, divisor)
        return SQL("%s * (%s) / %s", amount, numbers, divisor)

    def _get_dashboard_rates(self):
        """The validated context key ``sale_dashboard_rates``; empty without it.

        :return: ``[company_id, currency_id, amount, company_amount]`` rows; the rate of
            the pair is ``amount / company_amount``
        :raise ValueError: if it is malformed
        """
        rates = self.env.context.get("sale_dashboard_rates") or []
        well_formed = isinstance(rates, list | tuple) and all(
            isinstance(row, list | tuple)
            and len(row) == 4
            and all(type(value) is int for value in row[:2])
            and all(type(value) in (int, float) and value for value in row[2:])
            for row in rates
        )
        if not well_formed:
            raise ValueError(
                "'sale_dashboard_rates' must hold rows of company id, currency id,"
                " amount and amount in company currency"
            )
        return [[*row[:2], *map(float, row[2:])] for row in rates]

    def _get_dashboard_bounds(self):
        """The validated context key ``sale_dashboard_bounds``, as naive datetimes.

        :raise ValueError: if it is missing, too long or holds no datetimes
        """
        bounds = self.env.context.get("sale_dashboard_bounds")
        if (
            not isinstance(bounds, list | tuple)
            or not 0 < len(bounds) <= MAX_BUCKETS
            or not all(bound and isinstance(bound, str | datetime) for bound in bounds)
        ):
            raise ValueError(
                "dashboard_bucket needs the context key 'sale_dashboard_bounds':"
                f" 1 to {MAX_BUCKETS} ascending UTC datetimes"
            )
        return [fields.Datetime.to_datetime(bound) for bound in bounds]

    def _get_dashboard_converted_domain(self):
        """Which orders are converted, by the context key ``sale_dashboard_maturity``.

        :raise ValueError: if that is malformed
        """
        confirmed = self.env["sale.dashboard.source"]._get_confirmed_domain()
        maturity = self.env.context.get("sale_dashboard_maturity")
        if not maturity:
            return confirmed
        if (
            not isinstance(maturity, list | tuple)
            or len(maturity) not in (2, 3)
            or not all(one and isinstance(one, str | datetime) for one in maturity)
        ):
            raise ValueError(
                "'sale_dashboard_maturity' must hold two or three UTC datetimes"
            )
        before, matured, *limits = map(fields.Datetime.to_datetime, maturity)
        later = Domain("create_date", ">=", before)
        for limit in limits:
            later &= Domain("date_order", "<", limit)
        return confirmed & (later | Domain("date_order", "<", matured))

    def _get_dashboard_split(self):
        """The validated context key ``sale_dashboard_split``, as naive datetime.

        :raise ValueError: if it is missing or no datetime
        """
        split = self.env.context.get("sale_dashboard_split")
        if split and isinstance(split, str | datetime):
            return fields.Datetime.to_datetime(split)
        raise ValueError(
            "dashboard_after_split needs the context key 'sale_dashboard_split': a UTC"
            " datetime"
        )

    # ------------------------------------------------------------------
    # Changes
    # ------------------------------------------------------------------

    def write(self, vals):
        # Tags and the like have no column; written together with a column that is
        # ignored, nobody else would see them.
        if any(
            name in self._fields and self._fields[name].type == "many2many"
            for name in vals
        ):
            self._note_dashboard_change()
        changes = self.env["sale.dashboard.change"]
        sales = changes._get_sales()
        if sales.moved_by(vals) and not is_uninstalling(self.env):
            changes._note_before(self, in_cache=None if sales.is_computed else sales)
        return super().write(vals)

    def _write_multi(self, vals_list):
        # Not everything is written by write(): a computed field is not.
        changes = self.env["sale.dashboard.change"]
        sales = changes._get_sales()
        if any(map(sales.moved_by, vals_list)) and not is_uninstalling(self.env):
            changes._note_before(self)
            if sales.is_overlooked:
                changes._note(self, self.browse())
        if any("user_id" in vals for vals in vals_list):
            # Nobody can ask afterwards whose they were.
            changes._note_of_all()
        return super()._write_multi(vals_list)

    def unlink(self):
        # sudo: it is about all of them, whoever deletes.
        orders = self.sudo().exists()
        if orders and not is_uninstalling(self.env):
            created = filter(None, orders.mapped("create_date"))
            changes = self.env["sale.dashboard.change"]
            changes._note_before(self, min(created, default=NO_DAY))
            changes._note_of_all()
            # A change from now on: a flush before they are gone writes it down.
            changes._note(orders, self.browse())
        return super().unlink()
