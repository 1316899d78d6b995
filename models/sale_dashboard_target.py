from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools.misc import format_date

from ..engine.money import from_units
from ..engine.targets import (
    AHEAD,
    BEHIND,
    FIRST_YEAR,
    LAST_YEAR,
    ON_TRACK,
    is_covered,
    shift_month,
)

MAX_AMOUNT = 10**15  # beyond, no figure is exact, and far beyond there is none
# What a target can be for, beside the whole company: kind -> field.
DIMENSIONS = {"team": "team_id", "user": "user_id"}


class SaleDashboardTarget(models.Model):
    """What a sales team, a salesperson or a whole company is to sell in a month.

    In untaxed confirmed orders of the company, the dashboard's own revenue, in the
    company's currency. The figures beside it are the reader's: of the orders he may
    see, in his time zone, up to the end of today.
    """

    _name = "sale.dashboard.target"
    _description = "Sales Target"
    _order = "month desc, company_id, team_id, user_id, id"
    _check_company_auto = True

    month = fields.Date(
        required=True,
        index=True,
        default=lambda self: fields.Date.context_today(self).replace(day=1),
        help="Any day of the month; the first is kept.",
    )
    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        index=True,
        ondelete="cascade",
        default=lambda self: self.env.company,
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    team_id = fields.Many2one(
        comodel_name="crm.team",
        string="Sales Team",
        index="btree_not_null",
        ondelete="cascade",
        check_company=True,
        help="Leave team and salesperson empty for a target of the whole company.",
    )
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Salesperson",
        index="btree_not_null",
        ondelete="cascade",
        check_company=True,
        domain=[("share", "=", False)],
    )
    kind = fields.Selection(
        selection=[
            ("company", "Company"),
            ("team", "Sales Team"),
            ("user", "Salesperson"),
        ],
        string="Target Of",
        compute="_compute_kind",
    )
    amount = fields.Monetary(
        string="Target", required=True, help="Untaxed confirmed orders of the month."
    )
    team_invoiced_target = fields.Float(
        related="team_id.invoiced_target", string="Invoicing Target of the Team"
    )
    # How far it is; see engine.targets.Progress
    reached = fields.Monetary(
        compute="_compute_progress",
        compute_sudo=False,
        help="Untaxed orders confirmed so far, of those you may see.",
    )
    share = fields.Float(
        string="Reached (%)",
        compute="_compute_progress",
        compute_sudo=False,
        aggregator=None,
        help="In percent of the target.",
    )
    expected_share = fields.Float(
        string="Expected (%)",
        compute="_compute_progress",
        compute_sudo=False,
        aggregator=None,
        help="Working days before today, in percent of the month's.",
    )
    status = fields.Selection(
        selection=[(AHEAD, "Ahead"), (ON_TRACK, "On Track"), (BEHIND, "Behind")],
        compute="_compute_progress",
        compute_sudo=False,
        help="On track: at most one working day's worth of the target off the pace.",
    )
    remaining = fields.Monetary(compute="_compute_progress", compute_sudo=False)
    needed_per_day = fields.Monetary(
        string="Needed per Day",
        compute="_compute_progress",
        compute_sudo=False,
        help="On each remaining working day, today included.",
    )
    working_days_total = fields.Integer(
        string="Working Days",
        compute="_compute_progress",
        compute_sudo=False,
        aggregator=None,
        help="Of the company's working hours, without its general time off.",
    )
    working_days_gone = fields.Integer(
        compute="_compute_progress",
        compute_sudo=False,
        aggregator=None,
        help="Those before today.",
    )
    is_partial = fields.Boolean(
        string="Only Your Part",
        compute="_compute_progress",
        compute_sudo=False,
        help="You may see only a part of the orders that count for this target, so"
        " nothing is said of its pace.",
    )

    _check_amount = models.Constraint(
        "CHECK(amount > 0)", "A target must be greater than zero."
    )
    _check_amount_limit = models.Constraint(
        f"CHECK(amount <= {MAX_AMOUNT})",
        "A target cannot be greater than 1,000,000,000,000,000.",
    )
    _check_month = models.Constraint(
        "CHECK(EXTRACT(DAY FROM month) = 1)",
        "A target's month is kept as its first day.",
    )
    _check_one_dimension = models.Constraint(
        "CHECK(team_id IS NULL OR user_id IS NULL)",
        "A target is for a sales team or for a salesperson, not for both.",
    )
    _unique_target = models.UniqueIndex(
        "(company_id, month, COALESCE(team_id, 0), COALESCE(user_id, 0))",
        "There is already a target for this month.",
    )

    # ------------------------------------------------------------------
    # Computed fields
    # ------------------------------------------------------------------

    @api.depends("month", "kind", "team_id.name", "user_id.name", "company_id.name")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for target in self:
            whose = target.team_id or target.user_id or target.company_id
            month = format_date(self.env, target.month, date_format="MMMM y")
            target.display_name = f"{whose.display_name or ''} – {month}"

    @api.depends("team_id", "user_id")
    def _compute_kind(self):
        for target in self:
            kinds = [kind for kind, field in DIMENSIONS.items() if target[field]]
            target.kind = kinds[0] if kinds else "company"

    @api.depends("month", "company_id", "team_id", "user_id", "amount")
    @api.depends_context("uid", "allowed_company_ids", "tz")
    def _compute_progress(self):
        measurable = self.filtered(
            lambda target: target.month
            and is_covered(target.month)
            and target.company_id
            and target.amount > 0
        )
        (self - measurable)._set_progress(None, 0.01)
        by_scope = measurable.grouped(
            lambda target: (target.company_id._origin, target.month.replace(day=1))
        )
        for (company, month), targets in by_scope.items():
            dashboards = self.env["sale.dashboard"].with_company(company)
            scope = dashboards._make_month_scope(month)
            measured = dashboards._measure_targets(scope, targets)
            for target in targets:
                target._set_progress(measured[target], company.currency_id.rounding)

    def _set_progress(self, measured, rounding):
        """Set the computed figures; what is undefined is 0 or empty."""

        def amount(name):
            return from_units(getattr(measured, name, None) or 0, rounding)

        days = measured.days if measured else None
        self.update(
            {
                "reached": amount("reached"),
                "remaining": amount("remaining"),
                "needed_per_day": amount("needed_per_day"),
                "share": measured.share if measured else 0.0,
                "expected_share": (measured and measured.expected_share) or 0.0,
                "status": measured.status if measured else False,
                "working_days_total": days.total if days else 0,
                "working_days_gone": days.gone if days else 0,
                "is_partial": bool(measured and measured.partial),
            }
        )

    # ------------------------------------------------------------------
    # Constraints and onchange
    # ------------------------------------------------------------------

    @api.constrains("month")
    def _check_month_range(self):
        for target in self:
            if target.month and not is_covered(target.month):
                raise ValidationError(
                    self.env._(
                        "Choose a month between the years %(first)s and %(last)s.",
                        first=FIRST_YEAR,
                        last=LAST_YEAR,
                    )
                )

    @api.onchange("month")
    def _onchange_month(self):
        if self.month:
            self.month = self.month.replace(day=1)

    @api.onchange("team_id")
    def _onchange_team_id(self):
        if self.team_id:
            self.user_id = False
            # A start, not a rule: the form says that Odoo means paid invoices by it.
            self.amount = self.amount or self.team_id.invoiced_target

    @api.onchange("user_id")
    def _onchange_user_id(self):
        if self.user_id:
            self.team_id = False

    # ------------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._normalise(vals) for vals in vals_list])

    def write(self, vals):
        return super().write(self._normalise(vals))

    def copy_data(self, default=None):
        """A copy is for the next month: the same one has its target already."""
        vals_list = super().copy_data(default)
        if "month" not in (default or {}):
            for target, vals in zip(self, vals_list, strict=True):
                vals["month"] = shift_month(target.month, 1)
        return vals_list

    @api.model
    def _normalise(self, vals):
        if not vals.get("month"):
            return vals
        return {**vals, "month": fields.Date.to_date(vals["month"]).replace(day=1)}

    # ------------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------------

    def action_repeat_next_month(self):
        """Set the same targets for the month after; what is there already stays.

        :return: an action that shows the next months' targets
        """
        self.check_access("read")
        months = {shift_month(target.month, 1) for target in self}
        existing = self.search(
            [
                ("month", "in", sorted(months)),
                ("company_id", "in", self.company_id.ids),
            ]
        )
        keys = {(target.month, *target._get_key()): target for target in existing}
        repeated = self.browse()
        # In the order of months: of two that follow each other the later is there.
        for target in self.sorted("month"):
            key = (shift_month(target.month, 1), *target._get_key())
            if key not in keys:
                keys[key] = target.copy()
            repeated |= keys[key]
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "sale_dashboard.action_sale_dashboard_target"
        )
        return {**action, "domain": [("id", "in", repeated.ids)], "context": {}}

    # ------------------------------------------------------------------
    # Business
    # ------------------------------------------------------------------

    def _get_dimension(self):
        """The field these targets, all of one kind, are set by; None: the company."""
        return DIMENSIONS.get(self[:1].kind)

    def _get_key(self):
        """Whose revenue counts: ``(company id, field, record id)``.

        As ``sale.dashboard.source._read_reached`` gives it.
        """
        self.ensure_one()
        field = self._get_dimension() or False
        return (
            self.company_id._origin.id,
            field,
            self[field]._origin.id if field else False,
        )
