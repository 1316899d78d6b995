import logging
import threading
import time
from ast import literal_eval
from collections import defaultdict
from datetime import date, datetime, timedelta

import psycopg2

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command, Domain
from odoo.tools import LazyTranslate, OrderedSet

from ..engine.assembly import assemble_core, percentage
from ..engine.customers import SEGMENT_NAMES
from ..engine.errors import InvalidRequest
from ..engine.money import from_units
from ..engine.request import parse_request
from ..engine.scope import make_scope

_lt = LazyTranslate(__name__)
_logger = logging.getLogger(__name__)

SCHEMA_VERSION = 1
DEFAULT_CACHE_TTL = 300  # seconds, as in the seed
RECENTLY_USED = timedelta(hours=1)  # Odoo's default age limit of transient records
RECORDS_KEPT_PER_REQUEST = 2
PAYLOAD_SEGMENT_CUSTOMERS = 3

# Sentence for each engine.errors.InvalidRequest code.
INVALID_REQUEST = {
    "not_a_day": _lt("“%(value)s” is not a date. Write dates as YYYY-MM-DD."),
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
    "not_a_domain": _lt("The filter domain must be a list of conditions."),
    "unknown_records": _lt(
        "“%(name)s” names records that do not exist or that you may not read."
    ),
    "bad_domain": _lt("The filter domain cannot be used on orders: %(reason)s"),
}
SECTION_FAILED = _lt(
    "This could not be computed. Try again; if it stays so, tell your administrator:"
    " the server's log has the details."
)
FIGURES = {
    "core": ("total_revenue", "total_orders", "average_order_value", "customer_count"),
    "new_customers": ("new_customers",),
    "conversion": ("conversion_rate",),
}


def to_json_domain(domain):
    """A domain in JSON types; instants become Odoo's UTC strings."""

    def to_json(value):
        if isinstance(value, datetime):
            return fields.Datetime.to_string(value)
        if isinstance(value, date):
            return fields.Date.to_string(value)
        if isinstance(value, list | tuple | set | frozenset | OrderedSet):
            return [to_json(one) for one in value]
        if isinstance(value, Domain):
            return to_json_domain(value)
        return value

    return [to_json(item) for item in domain]


class CacheCounter:
    """Hits and misses of this process, per database."""

    def __init__(self):
        self._lock = threading.Lock()
        self._counts = defaultdict(lambda: {"hits": 0, "misses": 0})

    def count(self, dbname, name):
        with self._lock:
            self._counts[dbname][name] += 1

    def read(self, dbname):
        """``{"hits", "misses", "hit_ratio"}``; the ratio is 0..1, 0 before any."""
        with self._lock:
            counts = dict(self._counts[dbname])
        total = counts["hits"] + counts["misses"]
        return {**counts, "hit_ratio": counts["hits"] / total if total else 0.0}


cache_counter = CacheCounter()


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
    new_customer_ids = fields.Json(
        string="New Customer IDs",
        help="Ids of the new customers, so that they can be opened.",
    )
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
    # Provenance
    request_key = fields.Char(index=True)
    requested_at = fields.Datetime(
        help="When its user last asked for these figures and they had to be computed;"
        " a scheduled refresh keeps it, so that it ends when nobody asks any more."
    )
    generated_at = fields.Datetime(help="When the figures were read, in UTC.")
    expires_at = fields.Datetime(help="Until when the record is reused, in UTC.")
    duration_ms = fields.Integer(string="Duration (ms)")
    company_order = fields.Json(
        help="Ids of the companies, the current one first: the order matters, it"
        " decides the currency."
    )
    currency_factors = fields.Json(
        help="By company id: numerator, denominator and day of the factor from that"
        " company's currency to the display currency, where they differ."
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
            "domain": []}``, each optional
        :param bool refresh: compute anew even if a fresh record exists
        :return: id of a ``sale.dashboard`` record of the caller
        :rtype: int
        :raise ValidationError: on a request that cannot be answered; nothing is stored
        :raise AccessError: if the caller may not read dashboards
        """
        return self._generate(
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
        return self._generate(
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

    def get_metric_domain(self, metric, key=None, side="current"):
        """What a figure is made of, so that it can be opened or recomputed.

        The figure equals ``formatted_read_group(domain, [], [aggregate])`` on
        ``model`` with ``context``. A rate gives ``numerator`` and ``denominator`` of
        that form instead.

        :param str metric: a figure of the overview
        :param key: narrows revenue and orders to a bucket's ``period``, a customer's
            ``id`` or a segment's ``segment_name``
        :param str side: ``current``
        :rtype: dict
        :raise ValidationError: if there is no such figure
        """
        self.ensure_one()
        self.check_access("read")
        scope = self._get_scope()
        source = self._get_source(scope)
        if side != "current" or metric not in {
            figure for figures in FIGURES.values() for figure in figures
        }:
            raise ValidationError(
                self.env._("There is no figure “%(metric)s”.", metric=metric)
            )
        revenue = f"{source._get_revenue_field(scope)}:sum"
        sales = source._get_sales_domain(scope)
        if key:
            sales &= self._get_key_domain(scope, key)
        if metric == "total_revenue":
            return self._describe("sale.order", sales, revenue)
        if metric == "total_orders":
            return self._describe("sale.order", sales, "__count")
        if metric == "average_order_value":
            return {
                "numerator": self._describe("sale.order", sales, revenue),
                "denominator": self._describe("sale.order", sales, "__count"),
            }
        if metric == "conversion_rate":
            created = source._get_created_domain(scope)
            converted = created & source._get_confirmed_domain()
            return {
                "numerator": self._describe("sale.order", converted, "__count"),
                "denominator": self._describe("sale.order", created, "__count"),
            }
        if metric == "customer_count":
            customers = [
                customer_id
                for segment in self.segment_ids
                for customer_id in segment.customer_ids
            ]
        else:
            customers = self.new_customer_ids or []
        return self._describe("res.partner", Domain("id", "in", customers), "__count")

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
        # Any user of the database, portal included, reaches an @api.model method.
        self.check_access("read")
        self.env["sale.order"].check_access("read")
        try:
            request = parse_request(**parameters)
            self._check_filters(request.filters)
        except InvalidRequest as error:
            raise self._refuse(error) from None
        scope = self._make_scope(request)
        key = scope.key(
            lang=self.env.lang or "en_US",
            groups=sorted(self.env.user._get_group_ids()),
            superuser=self.env.su,
        )
        dashboard = self.browse() if refresh else self._find_fresh(key)
        cache_counter.count(self.env.cr.dbname, "hits" if dashboard else "misses")
        if dashboard:
            return dashboard
        answer = self._compute_answer(scope)
        answer["requested_at"] = requested_at or answer["generated_at"]
        return self._store(scope, key, answer)

    def _refuse(self, error):
        values = dict(error.values)
        if "choices" in values:
            values["choices"] = ", ".join(values["choices"])
        sentence = self.env._(INVALID_REQUEST[error.code]) % values
        # A plain ValidationError: clients know it by its exact class. The attribute
        # lets the HTTP API name the parameter.
        refusal = ValidationError(sentence)
        refusal.parameter = error.parameter
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
        try:
            # Building the query checks every field of the domain for its existence
            # and for the viewer's right to search by it; nothing is executed.
            domain = Domain(filters.domain)
            self.env["sale.order"].with_context(active_test=False)._search(domain)
        except (UserError, ValueError, TypeError, KeyError, AssertionError) as error:
            if isinstance(error, AccessError):
                raise
            raise InvalidRequest("filters", "bad_domain", reason=error) from None

    def _make_scope(self, request):
        company = self.env.company
        companies = company | self.env.companies
        timezone = self.env.user.tz or company.partner_id.tz or "UTC"
        return make_scope(request, timezone, companies.ids, fields.Datetime.now())

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
            request, self.timezone, self.company_order, self.generated_at
        )

    def _get_filters(self):
        """The request's filters in the form the public methods take."""
        dashboard = self.with_context(active_test=False)
        return {
            "team_ids": dashboard.team_ids.ids,
            "user_ids": dashboard.user_ids.ids,
            "partner_ids": dashboard.partner_ids.ids,
            "domain": literal_eval(self.filter_domain or "[]"),
        }

    def _get_source(self, scope):
        """The query source, in the scope's companies and zone."""
        return self.env["sale.dashboard.source"].with_context(
            **self._get_scope_context(scope)
        )

    @api.model
    def _get_scope_context(self, scope):
        return {
            "allowed_company_ids": list(scope.company_ids),
            "tz": scope.timezone,
            "active_test": False,
        }

    # ------------------------------------------------------------------
    # Answer
    # ------------------------------------------------------------------

    def _compute_answer(self, scope):
        """Every figure of the scope as values for :meth:`create`; stores nothing.

        The core fails as one; every further section stands for itself. A section that
        failed leaves its figures empty and a sentence in ``errors``.
        """
        started = time.monotonic()
        source = self._get_source(scope)
        answer = {
            "errors": {},
            "warnings": [],
            "generated_at": fields.Datetime.now(),
        }
        core = self._run_section(answer, "core", lambda: self._read_core(source, scope))
        if core:
            customer_ids = [
                member.id for segment in core.segments for member in segment.members
            ]
            self._run_section(
                answer,
                "new_customers",
                lambda: self._read_new_customers(answer, source, scope, customer_ids),
            )
            self._run_section(
                answer, "core", lambda: self._fill_core(answer, source, scope, core)
            )
        else:
            answer["errors"]["new_customers"] = answer["errors"]["core"]
        self._run_section(
            answer,
            "conversion",
            lambda: self._read_conversion(answer, source, scope),
        )
        answer["duration_ms"] = round(1000 * (time.monotonic() - started))
        return answer

    def _run_section(self, answer, section, compute):
        """Run one section in its own savepoint; a failure becomes a sentence."""
        try:
            with self.env.cr.savepoint(flush=False):
                return compute()
        except (
            psycopg2.OperationalError,  # serialization, lost connection: Odoo retries
            psycopg2.InterfaceError,
            psycopg2.errors.ReadOnlySqlTransaction,  # Odoo runs it again read-write
        ):
            raise
        except UserError as error:
            _logger.info("Section %s refused: %s", section, error)
            answer["errors"][section] = str(error)
        except Exception:
            _logger.exception("Section %s of the sales dashboard failed", section)
            answer["errors"][section] = self.env._(SECTION_FAILED)
        return None

    def _read_core(self, source, scope):
        return assemble_core(
            **source._read_core(scope),
            bucket_count=len(scope.buckets),
            top_limit=scope.request.top_limit,
        )

    def _fill_core(self, answer, source, scope, core):
        currency = source.env.company.currency_id
        named = {customer.id for customer in core.top_customers}
        for segment in core.segments:
            named.update(customer.id for customer in segment.top_customers)
        details = source._read_customer_details(named)

        def amount(units):
            return from_units(units, currency.rounding)

        def describe(customer):
            return {
                **details[customer.id],
                "total_revenue": amount(customer.units),
                "order_count": customer.order_count,
            }

        answer.update(
            total_revenue=amount(core.units),
            total_orders=core.order_count,
            average_order_value=amount(core.average_units),
            customer_count=core.customer_count,
            period_ids=[
                Command.create(
                    {
                        "period": bucket.key,
                        "date_from": bucket.date_from,
                        "date_to": bucket.date_to,
                        "partial": bucket.partial,
                        "running": bucket.running,
                        "revenue": amount(units),
                        "order_count": order_count,
                    }
                )
                for bucket, (units, order_count) in zip(
                    scope.buckets, core.points, strict=True
                )
            ],
            top_customer_ids=[
                Command.create(
                    {
                        **describe(customer),
                        "rank": rank,
                        "partner_id": customer.id,
                        "share": percentage(customer.units, core.units),
                    }
                )
                for rank, customer in enumerate(core.top_customers, start=1)
            ],
            segment_ids=[
                Command.create(
                    {
                        "sequence": SEGMENT_NAMES.index(segment.name),
                        "segment_name": segment.name,
                        "customer_count": len(segment.members),
                        "total_revenue": amount(segment.units),
                        "average_revenue_per_customer": amount(segment.average_units),
                        "top_customers": [
                            {"id": customer.id, **describe(customer)}
                            for customer in segment.top_customers
                        ],
                        "customer_ids": [customer.id for customer in segment.members],
                    }
                )
                for segment in core.segments
            ],
            currency_factors=self._describe_factors(source, answer),
        )

    def _describe_factors(self, source, answer):
        """The factors used, in JSON types; a missing rate is a warning."""
        factors = source.env.companies._get_dashboard_factors()
        for company in source.env.companies.filtered(lambda one: one.id in factors):
            if not factors[company.id][2]:
                answer["warnings"].append(
                    {
                        "code": "company_without_rate",
                        "company_id": company.id,
                        "message": self.env._(
                            "%(company)s has no exchange rate for %(currency)s: the"
                            " orders of %(other)s are added as if one %(currency)s"
                            " were one %(display)s.",
                            company=source.env.company.name,
                            currency=company.currency_id.name,
                            other=company.name,
                            display=source.env.company.currency_id.name,
                        ),
                    }
                )
        return {
            str(company_id): {
                "numerator": numerator,
                "denominator": denominator,
                "date": fields.Date.to_string(day) if day else False,
            }
            for company_id, (numerator, denominator, day) in factors.items()
        }

    def _read_new_customers(self, answer, source, scope, customer_ids):
        new_ids = source._read_new_customers(scope, customer_ids)
        answer.update(new_customers=len(new_ids), new_customer_ids=new_ids)

    def _read_conversion(self, answer, source, scope):
        answer["conversion_rate"] = percentage(*source._read_conversion(scope))

    # ------------------------------------------------------------------
    # Store and cache
    # ------------------------------------------------------------------

    @api.model
    def _get_cache_ttl(self):
        """Seconds for which a record is reused; 0 never reuses."""
        # sudo: the parameter is a setting, users may not read the table of them.
        parameters = self.env["ir.config_parameter"].sudo()
        value = parameters.get_param("sale_dashboard.cache_ttl", DEFAULT_CACHE_TTL)
        try:
            return max(0, int(value))
        except ValueError:
            return DEFAULT_CACHE_TTL

    def _find_fresh(self, key):
        return self.search(
            [
                ("create_uid", "=", self.env.uid),
                ("request_key", "=", key),
                ("expires_at", ">", fields.Datetime.now()),
            ],
            limit=1,
        )

    def _store(self, scope, key, answer):
        """Keep an answer as a record of the caller, and drop his older ones.

        This is the only place that writes dashboards.
        """
        request = scope.request
        company = self.env["res.company"].browse(scope.company_ids[0])
        lifetime = 0 if answer["errors"] else self._get_cache_ttl()
        # sudo: users have read access only, or anyone could forge his own figures.
        # create_uid stays the caller.
        dashboards = self.sudo()
        dashboard = dashboards.create(
            {
                **answer,
                "date_from": request.date_from,
                "date_to": request.date_to,
                "timezone": scope.timezone,
                "period_type": request.period_type,
                "compare": request.compare,
                "measure": request.measure,
                "top_limit": request.top_limit,
                "company_id": company.id,
                "company_ids": [Command.set(scope.company_ids)],
                "company_order": list(scope.company_ids),
                "currency_id": company.currency_id.id,
                "team_ids": [Command.set(request.filters.team_ids)],
                "user_ids": [Command.set(request.filters.user_ids)],
                "partner_ids": [Command.set(request.filters.partner_ids)],
                "filter_domain": repr(request.filters.domain)
                if request.filters.domain
                else False,
                "request_key": key,
                "expires_at": answer["generated_at"] + timedelta(seconds=lifetime),
            }
        )
        dashboards.search(
            [("create_uid", "=", self.env.uid), ("request_key", "=", key)],
            offset=RECORDS_KEPT_PER_REQUEST,
        ).unlink()
        return dashboard.with_env(self.env)

    @api.model
    def _get_cache_info(self):
        """Hits and misses of this worker, and how many fresh records the caller has."""
        return {
            **cache_counter.read(self.env.cr.dbname),
            "size": self.search_count(
                [
                    ("create_uid", "=", self.env.uid),
                    ("expires_at", ">", fields.Datetime.now()),
                ]
            ),
        }

    # ------------------------------------------------------------------
    # Readers
    # ------------------------------------------------------------------

    def _get_payload(self, undefined=False):
        """The record as the public JSON payload; see DESIGN of the payload in README.

        :param undefined: what stands for a figure whose section failed, and for an
            absent id: False over RPC (XML-RPC cannot carry None), None over HTTP
        :rtype: dict
        """
        self.ensure_one()
        errors = self.errors or {}
        overview = {
            figure: undefined if section in errors else self[figure]
            for section, figures in FIGURES.items()
            for figure in figures
        }
        return {
            "schema_version": SCHEMA_VERSION,
            "id": self.id,
            "overview": {
                **overview,
                "period_start": fields.Date.to_string(self.date_from),
                "period_end": fields.Date.to_string(self.date_to),
            },
            "top_customers": [
                {
                    "id": customer.partner_id.id or undefined,
                    "name": customer.name or "",
                    "email": customer.email or "",
                    "is_company": customer.is_company,
                    "total_revenue": customer.total_revenue,
                    "order_count": customer.order_count,
                    "rank": customer.rank,
                    "share": customer.share,
                }
                for customer in self.top_customer_ids
            ],
            "sales_by_period": [
                {
                    "period": bucket.period,
                    "date_from": fields.Date.to_string(bucket.date_from),
                    "date_to": fields.Date.to_string(bucket.date_to),
                    "revenue": bucket.revenue,
                    "order_count": bucket.order_count,
                    "partial": bucket.partial,
                    "running": bucket.running,
                }
                for bucket in self.period_ids
            ],
            "customer_segments": [
                {
                    "segment_name": segment.segment_name,
                    "customer_count": segment.customer_count,
                    "total_revenue": segment.total_revenue,
                    "average_revenue_per_customer": (
                        segment.average_revenue_per_customer
                    ),
                    "top_customers": segment.top_customers[:PAYLOAD_SEGMENT_CUSTOMERS],
                }
                for segment in self.segment_ids
            ],
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
            "cache_info": self._get_cache_info(),
            "warnings": self.warnings or [],
            "errors": errors,
        }

    @api.model
    def _format_instant(self, instant):
        return f"{instant.isoformat()}Z"

    def _get_key_domain(self, scope, key):
        """Domain on orders for a row's key; see :meth:`get_metric_domain`."""
        source = self.env["sale.dashboard.source"]
        for bucket in scope.buckets:
            if bucket.key == key:
                return source._get_period_domain(scope, bucket=bucket)
        for segment in self.segment_ids:
            if segment.segment_name == key:
                return Domain(
                    "partner_id.commercial_partner_id", "in", segment.customer_ids
                )
        for customer in self.top_customer_ids:
            if customer.partner_id.id == key:
                return Domain("partner_id.commercial_partner_id", "=", key)
        raise ValidationError(self.env._("There is no row “%(key)s”.", key=key))

    def _describe(self, model, domain, aggregate):
        """One drill-down, in JSON types."""
        return {
            "model": model,
            "domain": to_json_domain(domain),
            "context": self._get_scope_context(self._get_scope()),
            "aggregate": aggregate,
        }

    # ------------------------------------------------------------------
    # Scheduled refresh
    # ------------------------------------------------------------------

    @api.model
    def _cron_refresh_recent(self):
        """Compute anew the dashboards people used lately and that have expired.

        Each as its own user, in the zone and companies it was asked in. Committed one
        by one: killed at any point and run again, what is done is not done again.
        """
        due = self._get_due_for_refresh()
        for done, dashboard in enumerate(due, start=1):
            dashboard._refresh_as_owner()
            if not self.env["ir.cron"]._commit_progress(1, remaining=len(due) - done):
                break

    @api.model
    def _get_due_for_refresh(self):
        """Expired newest records, per user and request, that somebody still uses."""
        now = fields.Datetime.now()
        newest = self._read_group(
            [("requested_at", ">", now - RECENTLY_USED)],
            ["create_uid", "request_key"],
            ["id:max"],
        )
        return self.browse(record_id for _user, _key, record_id in newest).filtered(
            lambda dashboard: dashboard.expires_at <= now
        )

    def _refresh_as_owner(self):
        """Ask again what this record asked, as the user who asked."""
        self.ensure_one()
        owner = self.create_uid
        companies = [
            company_id
            for company_id in self.company_order
            if company_id in owner.company_ids.ids
        ]
        # Who lost the rights or a company since gets nothing new.
        if not owner.active or companies != self.company_order:
            return
        dashboard = self.with_user(owner).with_context(
            allowed_company_ids=companies, tz=self.timezone, lang=owner.lang
        )
        try:
            dashboard._generate(
                refresh=True,
                requested_at=self.requested_at,
                date_from=self.date_from,
                date_to=self.date_to,
                period_type=self.period_type,
                compare=self.compare,
                measure=self.measure,
                top_limit=self.top_limit,
                timezone=self.timezone,
                filters=self._get_filters(),
            )
        except UserError as error:
            _logger.info("Dashboard %s of %s not refreshed: %s", self.id, owner, error)

    @api.model
    def action_refresh_recent(self):
        """Have the scheduled refresh run as soon as possible (server actions)."""
        self.check_access("read")
        self.env.ref("sale_dashboard.ir_cron_refresh_recent")._trigger()

