from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import LazyTranslate

from ..engine import projection
from ..engine.errors import InvalidRequest
from ..engine.money import from_units, revenue_units
from ..engine.parts import Parts
from ..engine.request import parse_request
from ..engine.targets import (
    count_days,
    month_end,
    parse_month,
    progress,
    shift_month,
)
from ..tools import translated

_lt = LazyTranslate(__name__)

KINDS = ("company", "team", "user")  # the order in which targets are listed
NOT_ENOUGH_HISTORY = "not_enough_history"
PROJECTED = "projected"
NOT_BEGUN, OVER = "not_begun", "over"
PAID_INVOICES = _lt(
    "Invoicing target of the sales team: Odoo means untaxed paid invoices by it, not"
    " orders."
)


class SaleDashboard(models.TransientModel):
    """Monthly targets, the pace they set, and a projection of the month."""

    _inherit = "sale.dashboard"

    # ------------------------------------------------------------------
    # Public methods
    # ------------------------------------------------------------------

    @api.model
    @api.readonly
    def get_targets(self, month=None, timezone=None):
        """The targets of a month, how far they are, and where the month may end.

        Targets are in untaxed orders of their company, read under the caller's own
        rights; for a month that runs, up to the end of today. Money is in the current
        company's currency; an undefined value is False. Who sees only his own orders
        knows only a part of what counts for others' targets: there ``partial`` is set,
        and nothing is said of the pace.

        :param str month: ``YYYY-MM``; without it the current one in the zone
        :param str timezone: IANA name; without it the user's, else the company's,
            else UTC
        :return: ``month``, ``status`` (``running``, ``over``, ``not_begun``),
            ``date_from``, ``date_to`` (the days counted), ``currency``,
            ``currency_id``, ``timezone``, ``partial``, ``working_days`` (of the
            current company), ``targets``, ``projection`` (of all orders the caller
            sees in the companies) and ``suggestions``
        :rtype: dict
        :raise ValidationError: if month or zone are none
        :raise AccessError: if the caller may not read dashboards, orders or targets
        """
        return self._get_targets(month, timezone)

    @api.model
    def _get_targets(self, month=None, timezone=None, undefined=False):
        """As :meth:`get_targets`.

        :param undefined: what stands for what is not defined: None over HTTP
        """
        for model in (self._name, "sale.order", "sale.dashboard.target"):
            self.env[model].check_access("read")
        try:
            today = self._make_day_scope(timezone).today
            first = parse_month(month) if month else today.replace(day=1)
            scope = self._make_month_scope(first, timezone)
        except InvalidRequest as error:
            raise self._refuse(error) from None
        return self._make_targets(scope, undefined)

    @api.model
    def _make_targets(self, scope, undefined):
        """What :meth:`get_targets` returns.

        :param scope: result of :meth:`_make_month_scope`
        :param undefined: as for :meth:`_get_targets`
        """
        payload, _read_at = self._read_targets(scope, undefined)
        return payload

    @api.model
    def _read_targets(self, scope, undefined):
        """As :meth:`_make_targets`, and when the oldest of its orders were read.

        What orders of the days that are over add up to is kept for the next time, as
        that of an answer is.

        :return: ``(dict, instant)``
        """
        key, traceable = self._make_key(scope)
        _token, written = self.env["sale.dashboard.change"]._read_state()
        now = fields.Datetime.now()
        if written or not traceable or not self._can_keep_parts(scope):
            return self._compute_targets(scope, undefined, Parts()), now
        model = self.env["sale.dashboard.part"]
        seen = model._list_seen()
        parts, read_at = model._find(key, scope)
        payload = self._compute_targets(scope, undefined, parts)
        if parts.added:
            with self.env["sale.dashboard.computation"]._own_cursor() as cr:
                if cr:
                    model._keep(cr, key, parts, seen, now, self._get_cache_ttl())
        return payload, read_at or now

    @api.model
    def _compute_targets(self, scope, undefined, parts):
        """As :meth:`_make_targets`.

        :param Parts parts: what is kept of the days that are over
        """
        source = self._get_source(scope)
        company = source.env.company
        targets = self._search_targets(scope)
        names = self._read_target_names(targets)
        measured = self._measure_targets(scope, targets, parts)
        projections = self._project_targets(scope, targets, parts)
        [days] = self._count_working_days(scope, company).values()
        return {
            "month": f"{scope.current.date_from:%Y-%m}",
            "status": self._get_month_status(scope) or "running",
            "date_from": str(scope.current.date_from),
            "date_to": str(scope.current.date_to),
            "currency": company.currency_id.name,
            "currency_id": company.currency_id.id,
            "timezone": scope.timezone,
            "partial": not self._sees_all_orders(),
            "working_days": self._get_days_payload(days),
            "targets": [
                {
                    "id": target.id,
                    "kind": target.kind,
                    "res_id": target[target._get_dimension() or "company_id"].id,
                    "name": names[target],
                    "company_id": target.company_id.id,
                    **self._get_progress_payload(source, measured[target], undefined),
                    "projection": self._get_projection_payload(
                        source, projections.get(target), undefined
                    ),
                }
                for target in sorted(
                    targets, key=lambda one: (KINDS.index(one.kind), names[one], one.id)
                )
            ],
            "projection": self._get_projection_payload(
                source, projections[None], undefined
            ),
            "suggestions": self._get_target_suggestions(source, targets),
        }

    @api.model
    @api.readonly
    def get_target_domain(self, target_id, timezone=None):
        """The orders behind what a target has reached, to open or to recompute.

        :param int target_id: id of a ``sale.dashboard.target``
        :param str timezone: as for :meth:`get_targets`
        :return: ``model``, ``domain``, ``context`` and ``aggregate`` as
            :meth:`get_metric_domain` gives them
        :rtype: dict
        :raise ValidationError: if there is no such target for the caller
        """
        for model in (self._name, "sale.order", "sale.dashboard.target"):
            self.env[model].check_access("read")
        target = self.env["sale.dashboard.target"]
        if type(target_id) is int:
            target = target.search([("id", "=", target_id)])
        if not target:
            raise ValidationError(self.env._("There is no such target."))
        try:
            scope = self._make_month_scope(target.month, timezone)
        except InvalidRequest as error:
            raise self._refuse(error) from None
        source = self._get_source(scope)
        orders = source._get_target_domain(scope, target)
        if self._get_month_status(scope) == NOT_BEGUN:
            orders = Domain.FALSE  # orders dated ahead are not reached yet
        revenue = f"{source._get_revenue_field(scope)}:sum"
        return self._describe(scope, orders, revenue)

    # ------------------------------------------------------------------
    # Which month, whose targets
    # ------------------------------------------------------------------

    @api.model
    def _make_day_scope(self, timezone=None):
        """The scope of any day at all, for its zone and its today."""
        day = fields.Date.today()
        return self._make_scope(
            parse_request(day, day, compare="none", timezone=timezone)
        )

    @api.model
    def _make_month_scope(self, first, timezone=None):
        """The scope of a month: all of it, or up to today while it runs.

        :param datetime.date first: its first day
        :raise InvalidRequest: if the zone is none
        """
        today = self._make_day_scope(timezone).today
        last = month_end(first)
        return self._make_scope(
            parse_request(
                first,
                today if first <= today <= last else last,
                compare="none",
                timezone=timezone,
            )
        )

    @api.model
    def _get_month_status(self, scope):
        """:data:`NOT_BEGUN` or :data:`OVER`; None while the month runs."""
        if scope.today < scope.current.date_from:
            return NOT_BEGUN
        return OVER if scope.today > month_end(scope.current.date_from) else None

    @api.model
    def _search_targets(self, scope):
        return self.env["sale.dashboard.target"].search(
            [
                ("month", "=", scope.current.date_from),
                ("company_id", "in", list(scope.company_ids)),
            ]
        )

    @api.model
    def _read_target_names(self, targets):
        """What each target is for; empty where the caller may not see it.

        :return: target -> str
        """
        source = self.env["sale.dashboard.source"]
        names = {}
        for targets_of_kind in targets.grouped("kind").values():
            field = targets_of_kind._get_dimension() or "company_id"
            records = targets_of_kind[field]
            known = source._read_names(records._name, records.ids, ["name"])
            for target in targets_of_kind:
                names[target] = known.get(target[field].id, {}).get("name", "")
        return names

    @api.model
    def _sees_all_orders(self):
        """Whether the user sees everyone's orders (sale/security/ir_rules.xml)."""
        return self.env.su or self.env.user.has_group(
            "sales_team.group_sale_salesman_all_leads"
        )

    @api.model
    def _is_partial(self, target):
        """Whether the user sees only a part of the orders that count for a target."""
        own = target.kind == "user" and target.user_id == self.env.user
        return not own and not self._sees_all_orders()

    # ------------------------------------------------------------------
    # Figures
    # ------------------------------------------------------------------

    @api.model
    def _measure_targets(self, scope, targets, parts=None):
        """How far targets of one month are, in units of the scope's currency.

        :param scope: result of :meth:`_make_month_scope`
        :param Parts parts: as for :meth:`_compute_targets`
        :return: target -> :class:`~..engine.targets.Progress`
        """
        source = self._get_source(scope)
        companies = targets.company_id.with_env(source.env)
        counts = self._count_working_days(scope, companies)
        begun = self._get_month_status(scope) != NOT_BEGUN
        factors = companies._get_dashboard_factors()
        rounding = source.env.company.currency_id.rounding
        reached = {}
        if begun and companies:
            reached = source._read_reached(scope, companies.ids, parts)

        def to_target_units(target):
            factor = factors.get(target.company_id.id, (1.0, 1.0))
            # A target below half a unit of the currency is still more than nothing.
            return max(1, revenue_units(target.amount, 1.0, factor[:2], rounding))

        return {
            target: progress(
                to_target_units(target),
                reached.get(target._get_key(), 0),
                counts[target.company_id.id],
                begun=begun,
                partial=self._is_partial(target),
            )
            for target in targets
        }

    @api.model
    def _count_working_days(self, scope, companies):
        """The month's working days of companies.

        :return: company id -> :class:`~..engine.targets.DayCount`
        """
        source = self._get_source(scope)
        first = scope.current.date_from
        return {
            company.id: count_days(
                source._read_working_days(company, first, month_end(first)), scope.today
            )
            for company in companies.with_env(source.env)
        }

    # ------------------------------------------------------------------
    # Projection
    # ------------------------------------------------------------------

    @api.model
    def _project_targets(self, scope, targets, parts):
        """Project the month, and each target the user sees all orders of.

        :param Parts parts: as for :meth:`_compute_targets`
        :return: target, or None for all orders of the scope ->
            :class:`~..engine.projection.Projection` or ``NoProjection``; a str where
            the month does not run
        """
        targets = targets.filtered(lambda target: not self._is_partial(target))
        status = self._get_month_status(scope)
        if status:
            return dict.fromkeys([None, *targets], status)
        first = scope.current.date_from
        oldest = shift_month(first, -projection.MONTHS_READ)
        history = self._make_scope(
            parse_request(
                oldest, scope.current.date_to, compare="none", timezone=scope.timezone
            )
        )
        source = self._get_source(history)
        companies = (source.env.company | targets.company_id).with_env(source.env)
        days = {
            company.id: source._read_working_days(company, oldest, month_end(first))
            for company in companies
        }
        fields_of_targets = {target._get_dimension() for target in targets} - {None}
        daily = source._read_daily_revenue(history, sorted(fields_of_targets), parts)

        def project(key, company_id):
            return projection.project(
                daily.get(key, {}), days[company_id], first, scope.today
            )

        return {
            None: project(None, source.env.company.id),
            **{
                target: project(target._get_key(), target.company_id.id)
                for target in targets
            },
        }

    # ------------------------------------------------------------------
    # Payload
    # ------------------------------------------------------------------

    @api.model
    def _get_progress_payload(self, source, measured, undefined):
        """A target's figures in JSON types."""
        rounding = source.env.company.currency_id.rounding

        def amount(units):
            return undefined if units is None else from_units(units, rounding)

        expected = measured.expected_share
        return {
            "amount": amount(measured.target),
            "reached": amount(measured.reached),
            "share": measured.share,
            "expected_share": undefined if expected is None else expected,
            "status": measured.status or undefined,
            "remaining": amount(measured.remaining),
            "needed_per_day": amount(measured.needed_per_day),
            "working_days": self._get_days_payload(measured.days),
            "partial": measured.partial,
        }

    @api.model
    def _get_days_payload(self, days):
        return {"total": days.total, "gone": days.gone, "remaining": days.remaining}

    @api.model
    def _get_projection_payload(self, source, projected, undefined):
        """A projection in JSON types; ``status`` says whether there is one.

        Undefined for a target of which the user sees only a part.
        """
        if projected is None:
            return undefined
        if isinstance(projected, str):
            return {"status": projected}
        if isinstance(projected, projection.NoProjection):
            return {
                "status": NOT_ENOUGH_HISTORY,
                "reason": projected.reason,
                "months": projected.months,
                "months_needed": projection.MONTHS_NEEDED,
            }
        rounding = source.env.company.currency_id.rounding
        return {
            "status": PROJECTED,
            "expected": from_units(projected.expected, rounding),
            "low": from_units(projected.low, rounding),
            "high": from_units(projected.high, rounding),
            "base": from_units(projected.base, rounding),
            "as_of": str(projected.as_of),
            "error": projected.error,
            "covered": projected.covered,
            "tested": projected.tested,
            "months": projected.months,
        }

    @api.model
    def _get_target_suggestions(self, source, targets):
        """Teams with an invoicing target of Odoo's and none of ours this month.

        For those who may set targets; the amount is in the currency of the company the
        target would be for.
        """
        if not targets.has_access("create"):
            return []
        companies = source.env.companies
        teams = self.env["crm.team"].search(
            [
                ("invoiced_target", ">", 0),
                ("company_id", "in", [False, *companies.ids]),
                ("id", "not in", targets.team_id.ids),
            ]
        )
        suggestions = []
        for team in teams:
            company = team.company_id or source.env.company
            suggestions.append(
                {
                    "team_id": team.id,
                    "name": team.name,
                    "company_id": company.id,
                    "currency": company.currency_id.name,
                    "currency_id": company.currency_id.id,
                    "amount": team.invoiced_target,
                    "basis": "paid_invoices",
                    "label": translated(self.env, PAID_INVOICES),
                }
            )
        return suggestions
