from ast import literal_eval

import psycopg2

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL, LazyTranslate

from ..engine.errors import InvalidRequest
from ..engine.periods import is_zone
from ..engine.request import parse_request
from ..engine.scope import make_scope
from ..id_list import IdList
from ..tools import translated

_lt = LazyTranslate(__name__)

# Sentence for each engine.errors.InvalidRequest code.
INVALID_REQUEST = {
    "not_a_day": _lt("“%(value)s” is not a date. Write dates as YYYY-MM-DD."),
    "not_a_month": _lt("“%(value)s” is not a month. Write months as YYYY-MM."),
    "reversed": _lt(
        "The period ends (%(date_to)s) before it begins (%(date_from)s). Swap the two"
        " dates."
    ),
    "out_of_calendar": _lt("Choose dates between the years 1900 and 9000."),
    "too_long": _lt(
        "A dashboard covers at most %(years)s years. Choose a shorter period."
    ),
    "unknown_choice": _lt("“%(value)s” is not one of: %(choices)s."),
    "out_of_range": _lt("Ask for a whole number from 1 to %(maximum)s."),
    "too_many_buckets": _lt(
        "This period has more than %(maximum)s points. Use the period type"
        " “%(wider)s” or a shorter period."
    ),
    "unknown_zone": _lt(
        "“%(value)s” is not a time zone. Use a name such as Europe/Paris."
    ),
    "not_an_object": _lt("Filters must be an object with lists of ids and a domain."),
    "unknown_filter": _lt("“%(value)s” is not a filter. Filters are: %(choices)s."),
    "not_ids": _lt("“%(name)s” must be a list of record ids."),
    "not_groups": _lt("“%(name)s” must be a list of names."),
    "unknown_group": _lt(
        "“%(value)s” is not a customer group. Customer groups are: %(choices)s."
    ),
    "misplaced_group": _lt(
        "A customer group can only be chosen, and joined to other conditions by “and”."
    ),
    "not_a_domain": _lt("The filter domain must be a list of conditions."),
    "unknown_records": _lt(
        "“%(name)s” names records that do not exist or that you may not read."
    ),
    "bad_domain": _lt("The filter domain cannot be used on orders: %(reason)s"),
    "too_deep": _lt("The filter domain has conditions within conditions too deep."),
    "not_text": _lt("A text of the filter domain has a character no text can have."),
    "not_finite": _lt("A number of the filter domain is not finite."),
    "not_a_token": _lt(
        "“%(value)s” is not a change token. Give the change_token of an answer."
    ),
    # Of the HTTP API
    "unknown_parameter": _lt("This parameter is unknown. Parameters are: %(choices)s."),
    "repeated_parameter": _lt("Give this parameter only once."),
    "missing_parameter": _lt("Give this parameter a value."),
    "not_a_number": _lt("“%(value)s” is not a whole number."),
    "not_a_list_of_ids": _lt(
        "“%(value)s” is not a list of record ids, separated by commas."
    ),
    "not_a_boolean": _lt("“%(value)s” is neither true nor false."),
    "not_json": _lt("“%(value)s” is not JSON."),
    "foreign_company": _lt("You have no access to one of these companies."),
}


class SaleDashboard(models.TransientModel):
    """One request for sales figures, and its answer.

    Records are made by :meth:`generate` only: users have read access to their own,
    so that what a record says is what was computed. The record is also the cache: it
    is reused for the same caller and the same request while it is fresh.
    """

    _name = "sale.dashboard"
    _description = "Sales Dashboard"
    _order = "id desc"

    # Request
    date_from = fields.Date(string="From", required=True)
    date_to = fields.Date(string="To", required=True)
    timezone = fields.Char(required=True)
    period_type = fields.Selection(
        selection=[("daily", "Day"), ("weekly", "Week"), ("monthly", "Month")],
        required=True,
    )
    compare = fields.Selection(
        selection=[
            ("none", "Nothing"),
            ("previous_period", "Previous period"),
            ("previous_year", "Previous year"),
            ("same_weekdays", "Same weekdays a year ago"),
        ],
        required=True,
    )
    measure = fields.Selection(
        selection=[("untaxed", "Untaxed"), ("total", "With taxes")], required=True
    )
    top_limit = fields.Integer(string="Top Customers Asked", required=True)
    company_id = fields.Many2one(
        comodel_name="res.company", required=True, ondelete="cascade"
    )
    company_ids = fields.Many2many(comodel_name="res.company", string="Companies")
    currency_id = fields.Many2one(
        comodel_name="res.currency", required=True, ondelete="cascade"
    )
    team_ids = fields.Many2many(comodel_name="crm.team", string="Sales Teams")
    user_ids = fields.Many2many(comodel_name="res.users", string="Salespeople")
    partner_ids = fields.Many2many(
        comodel_name="res.partner", string="Filtered Customers"
    )
    customer_groups = fields.Json(
        help="Names of customer groups: only orders of their members count."
    )
    member_ids = IdList(
        string="Member IDs",
        prefetch=False,  # thousands
        help="Ids of the customers in those groups.",
    )
    filter_domain = fields.Char(help="A domain on sales orders.")
    # Answer
    total_revenue = fields.Monetary(string="Revenue")
    total_orders = fields.Integer(string="Orders")
    average_order_value = fields.Monetary(string="Average Order")
    new_customers = fields.Integer()
    conversion_rate = fields.Float(
        help="Share of the orders created in the period that are confirmed now, in"
        " percent."
    )
    customer_count = fields.Integer(string="Customers")
    hidden_revenue = fields.Monetary(
        help="Part of the revenue: orders of customers the viewer may not see."
    )
    hidden_order_count = fields.Integer(string="Orders of Hidden Customers")
    new_customer_ids = IdList(
        string="New Customer IDs",
        help="Ids of the new customers, so that they can be opened: bucket by bucket of"
        " their first order.",
    )
    # Comparison: the counterpart of every figure, the change (percent; percentage
    # points for the conversion rate), and whether that is defined at all
    previous_total_revenue = fields.Monetary()
    total_revenue_change = fields.Float()
    total_revenue_comparable = fields.Boolean()
    previous_total_orders = fields.Integer()
    total_orders_change = fields.Float()
    total_orders_comparable = fields.Boolean()
    previous_average_order_value = fields.Monetary()
    average_order_value_change = fields.Float()
    average_order_value_comparable = fields.Boolean()
    previous_new_customers = fields.Integer()
    new_customers_change = fields.Float()
    new_customers_comparable = fields.Boolean()
    previous_conversion_rate = fields.Float()
    conversion_rate_change = fields.Float()
    conversion_rate_comparable = fields.Boolean()
    previous_new_customer_ids = IdList(string="Previous New Customer IDs")
    compare_from = fields.Date(string="Compared From")
    compare_to = fields.Date(string="Compared To")
    compare_start = fields.Datetime(help="First instant of the comparison, in UTC.")
    compare_end = fields.Datetime(
        help="Instant before which the comparison ends, in UTC. Where the period ends"
        " today, it is the same local time of day."
    )
    # Constant currency
    constant_revenue = fields.Monetary(
        help="Revenue at the comparison period's exchange rates."
    )
    previous_constant_revenue = fields.Monetary()
    constant_revenue_change = fields.Float()
    constant_revenue_comparable = fields.Boolean()
    currency_effect = fields.Monetary(
        help="Revenue as booked minus revenue at the comparison's rates."
    )
    comparison_rates = fields.Json(
        help="Company, currency, sum of amounts, sum in company currency: the mean rate"
        " of every pair in the comparison."
    )
    metrics = fields.Json(help="Figures that other addons add.")
    # Lines
    period_ids = fields.One2many(
        comodel_name="sale.dashboard.period", inverse_name="dashboard_id"
    )
    top_customer_ids = fields.One2many(
        comodel_name="sale.dashboard.customer", inverse_name="dashboard_id"
    )
    segment_ids = fields.One2many(
        comodel_name="sale.dashboard.segment", inverse_name="dashboard_id"
    )
    breakdown_ids = fields.One2many(
        comodel_name="sale.dashboard.breakdown", inverse_name="dashboard_id"
    )
    # Provenance
    request_key = fields.Char(index=True)
    requested_at = fields.Datetime(
        help="When its user asked for these figures; of what the schedule made ready,"
        " when he last did before."
    )
    generated_at = fields.Datetime(help="When the figures were read, in UTC.")
    read_at = fields.Datetime(
        help="When the oldest of the orders were read, in UTC: those of the days that"
        " are over are read again where they have changed, or after a while."
    )
    expires_at = fields.Datetime(help="Until when the record is reused, in UTC.")
    duration_ms = fields.Integer(string="Duration (ms)")
    change_token = fields.Char(
        help="Which changes were there when the figures were read: equal tokens, equal"
        " orders."
    )
    company_order = fields.Json(
        help="Ids of the companies, the current one first: the order matters, it"
        " decides the currency."
    )
    currency_factors = fields.Json(
        help="By company id: numerator, denominator and day of the factor from that"
        " company's currency to the display currency, where they differ."
    )
    payload = fields.Text(
        prefetch=False, help="The record as JSON: what every reader of it gets."
    )
    warnings = fields.Json()
    errors = fields.Json(help="Section -> sentence, for sections that failed.")

    _check_dates = models.Constraint(
        "CHECK(date_from <= date_to)", "The period must not end before it begins."
    )

    @api.depends("date_from", "date_to")
    def _compute_display_name(self):
        for dashboard in self:
            dashboard.display_name = f"{dashboard.date_from} – {dashboard.date_to}"

    # ------------------------------------------------------------------
    # Public methods
    # ------------------------------------------------------------------

    @api.model
    def generate(
        self,
        date_from,
        date_to,
        period_type="daily",
        compare="previous_period",
        measure="untaxed",
        top_limit=10,
        timezone=None,
        filters=None,
        refresh=False,
    ):
        """Compute a dashboard, or find the caller's own fresh one.

        :param str date_from: first day, ``YYYY-MM-DD`` of ``timezone``
        :param str date_to: last day, included
        :param str period_type: ``daily``, ``weekly`` (ISO) or ``monthly``; at most
            1,100 buckets
        :param str compare: ``none``, ``previous_period``, ``previous_year`` or
            ``same_weekdays``
        :param str measure: ``untaxed`` or ``total``
        :param int top_limit: number of top customers, 1 to 1000
        :param str timezone: IANA name; without it the user's, else the company's,
            else UTC
        :param dict filters: ``{"team_ids": [], "user_ids": [], "partner_ids": [],
            "customer_groups": [], "domain": []}``, each optional; a group is named
            ``dimension:key``, such as ``segment:High Value``
        :param bool refresh: compute anew even if a fresh record exists
        :return: id of a ``sale.dashboard`` record of the caller
        :rtype: int
        :raise ValidationError: on a request that cannot be answered; nothing is stored
        :raise AccessError: if the caller may not read dashboards
        """
        return self._ask(
            refresh,
            date_from=date_from,
            date_to=date_to,
            period_type=period_type,
            compare=compare,
            measure=measure,
            top_limit=top_limit,
            timezone=timezone,
            filters=filters,
        ).id

    @api.model
    def generate_dashboard_data(
        self,
        date_from,
        date_to,
        period_type="daily",
        compare="previous_period",
        measure="untaxed",
        top_limit=10,
        timezone=None,
        filters=None,
        refresh=False,
    ):
        """The whole dashboard as JSON types; parameters as in :meth:`generate`.

        :return: the payload; an undefined figure is False, as everywhere in Odoo
        :rtype: dict
        """
        return self._ask(
            refresh,
            date_from=date_from,
            date_to=date_to,
            period_type=period_type,
            compare=compare,
            measure=measure,
            top_limit=top_limit,
            timezone=timezone,
            filters=filters,
        )._get_payload()

    @api.model
    def get_sales_overview(self, date_from, date_to, **options):
        """The ``overview`` part of the payload; options as in :meth:`generate`."""
        return self._get_part("overview", date_from, date_to, options)

    @api.model
    def get_top_customers(self, date_from, date_to, **options):
        """The ``top_customers`` part; options as in :meth:`generate`."""
        return self._get_part("top_customers", date_from, date_to, options)

    @api.model
    def get_sales_by_period(self, date_from, date_to, **options):
        """The ``sales_by_period`` part; options as in :meth:`generate`."""
        return self._get_part("sales_by_period", date_from, date_to, options)

    @api.model
    def get_customer_segments(self, date_from, date_to, **options):
        """The ``customer_segments`` part; options as in :meth:`generate`."""
        return self._get_part("customer_segments", date_from, date_to, options)

    # ------------------------------------------------------------------
    # Request
    # ------------------------------------------------------------------

    @api.model
    def _get_part(self, part, date_from, date_to, options):
        return self.generate_dashboard_data(date_from, date_to, **options)[part]

    @api.model
    def _generate(self, refresh, requested_at=None, **parameters):
        """Find or make the record for a request; see :meth:`generate`.

        :param requested_at: when a person asked for it, if not now
        """
        dashboards, scope = self._check_request(parameters)
        try:
            return dashboards._answer(scope, refresh, requested_at)
        except InvalidRequest as error:
            raise self._refuse(error) from None

    @api.model
    def _check_request(self, parameters):
        """What a request means, once it is sure that the caller may ask it.

        :param dict parameters: those of :func:`..engine.request.parse_request`
        :return: ``(model to answer it with, scope)``
        """
        # Any user of the database, portal included, reaches an @api.model method.
        self.check_access("read")
        self.env["sale.order"].check_access("read")
        try:
            request = parse_request(**parameters)
            self._check_filters(request.filters)
        except InvalidRequest as error:
            raise self._refuse(error) from None
        dashboards = self.with_env(self.env(context=self._get_clean_context()))
        return dashboards, dashboards._make_scope(request)

    @api.model
    def _get_clean_context(self):
        """What of the context may decide an answer: others may get the same one."""
        context = self.env.context
        names = ("allowed_company_ids", "lang", "tz")
        return {name: context[name] for name in names if name in context}

    @api.model
    def _compute_answer(self, scope, parts=None):
        """Every figure of a scope as values for ``create``, in this transaction.

        :param Parts parts: what is kept of the days that are over
        :raise InvalidRequest: if the database refuses the filter domain
        """
        self._check_domain_values(scope.request.filters.domain)
        # Of each record one or two fields are read, never the dozens that a first one
        # would bring with it.
        context = self._get_scope_context(scope) | {"prefetch_fields": False}
        builder = self.env["sale.dashboard.builder"].with_context(**context)
        source = self.env["sale.dashboard.source"].with_context(**context)
        return builder._build(source, scope, parts)

    def _refuse(self, error):
        values = dict(error.values)
        if "choices" in values:
            values["choices"] = ", ".join(values["choices"])
        sentence = translated(self.env, INVALID_REQUEST[error.code])
        # A plain ValidationError: clients know it by its exact class. The attributes
        # let the HTTP API name the parameter.
        refusal = ValidationError(sentence % values)
        refusal.parameter, refusal.values = error.parameter, error.values
        return refusal

    def _check_filters(self, filters):
        """Refuse filters the viewer cannot use: foreign ids, unreadable fields."""
        for name, model in (
            ("team_ids", "crm.team"),
            ("user_ids", "res.users"),
            ("partner_ids", "res.partner"),
        ):
            ids = getattr(filters, name)
            records = self.env[model].with_context(active_test=False)
            if ids and records.search_count([("id", "in", ids)]) != len(ids):
                raise InvalidRequest("filters", "unknown_records", name=name)
        if not filters.domain:
            return
        try:
            # Building the query checks every field of the domain for its existence
            # and for the viewer's right to search by it; nothing is executed.
            domain = Domain(filters.domain)
            self.env["sale.order"].with_context(active_test=False)._search(domain)
        except (
            UserError,
            ValueError,
            TypeError,
            KeyError,
            AttributeError,
            AssertionError,
            RecursionError,
        ) as error:
            if isinstance(error, AccessError):
                raise
            raise InvalidRequest("filters", "bad_domain", reason=error) from None

    @api.model
    def _check_domain_values(self, domain):
        """Refuse values that are none of their field's, such as a word for a number.

        PostgreSQL is the one to know; planning reads no order.
        """
        if not domain:
            return
        orders = self.env["sale.order"].with_context(active_test=False)
        query = orders._search(Domain(domain)).select()
        try:
            with self.env.cr.savepoint(flush=False):
                self.env.cr.execute(SQL("EXPLAIN %s", query), log_exceptions=False)
        except (psycopg2.DataError, psycopg2.ProgrammingError) as error:
            raise InvalidRequest(
                "filters", "bad_domain", reason=error.diag.message_primary
            ) from None

    def _make_scope(self, request):
        company = self.env.company
        companies = company | self.env.companies
        timezone = self._get_user_timezone() or company._get_dashboard_timezone()
        return make_scope(request, timezone, companies.ids, fields.Datetime.now())

    @api.model
    def _get_user_timezone(self):
        """The zone of the caller's preferences, or False; costs no query."""
        # Odoo takes any text for a zone, and some cease to be one.
        zone = self.env["res.users"].context_get()["tz"]
        return zone if is_zone(zone) else False

    def _get_scope(self):
        """The scope this record was computed in."""
        self.ensure_one()
        request = parse_request(
            date_from=self.date_from,
            date_to=self.date_to,
            period_type=self.period_type,
            compare=self.compare,
            measure=self.measure,
            top_limit=self.top_limit,
            timezone=self.timezone,
            filters=self._get_filters(),
        )
        return make_scope(
            request,
            self.timezone,
            self.company_order,
            self.generated_at,
            (self.member_ids or ()) if self.customer_groups else None,
        )

    def _get_filters(self):
        """The request's filters in the form the public methods take."""
        dashboard = self.with_context(active_test=False)
        return {
            "team_ids": dashboard.team_ids.ids,
            "user_ids": dashboard.user_ids.ids,
            "partner_ids": dashboard.partner_ids.ids,
            "customer_groups": dashboard.customer_groups or [],
            "domain": literal_eval(self.filter_domain or "[]"),
        }

    def _get_source(self, scope):
        """The query source, in the scope's companies and zone.

        Of the caller's context nothing else may decide what is read: some is kept.
        """
        context = self._get_clean_context() | self._get_scope_context(scope)
        return self.env(context=context)["sale.dashboard.source"]

    @api.model
    def _get_scope_context(self, scope):
        return {
            "allowed_company_ids": list(scope.company_ids),
            "tz": scope.timezone,
            "active_test": False,
        }
