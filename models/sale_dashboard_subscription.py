import json
from ast import literal_eval

import pytz

from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Command
from odoo.tools import format_datetime

from ..engine import schedule as engine
from ..engine.errors import InvalidRequest
from ..engine.groups import split_domain
from ..engine.periods import get_zone, is_zone
from ..engine.request import MAX_BUCKETS, parse_filters, parse_request
from .sale_dashboard_run import RESULTS

MANAGER = "sales_team.group_sale_manager"
# What decides which figures an external partner gets.
CONTENT = frozenset(
    {
        "user_id",
        "company_id",
        "company_ids",
        "filters",
        "period_rule",
        "custom_days",
        "period_type",
        "compare",
        "measure",
        "in_body",
        "attach_xlsx",
        "attach_pdf",
    }
)
# Of the values of a request to `generate`, what a subscription keeps.
VIEW = ("period_type", "compare", "measure", "filters")


class SaleDashboardSubscription(models.Model):
    """A dashboard by mail: who gets which view, and when.

    Every user gets the figures he would see himself: computed as that user, in those of
    the subscription's companies that are his. External partners see nothing themselves;
    they get the owner's figures, which only a sales manager may decide.
    """

    _name = "sale.dashboard.subscription"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _description = "Sales Dashboard by Mail"
    _order = "name, id"

    name = fields.Char(required=True, tracking=True)
    active = fields.Boolean(default=True, tracking=True)
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Owner",
        required=True,
        index=True,
        ondelete="cascade",
        default=lambda self: self.env.user,
        domain=[("share", "=", False)],
        tracking=True,
    )
    user_ids = fields.Many2many(
        comodel_name="res.users",
        relation="sale_dashboard_subscription_user_rel",
        column1="subscription_id",
        column2="user_id",
        string="Recipients",
        default=lambda self: self.env.user,
        domain=[("share", "=", False)],
        help="Each gets the figures he may see himself, in his language, time zone and"
        " currency.",
    )
    partner_ids = fields.Many2many(
        comodel_name="res.partner",
        relation="sale_dashboard_subscription_partner_rel",
        column1="subscription_id",
        column2="partner_id",
        string="External Recipients",
        help="They get the owner's figures, which the mail says, and no link. Only"
        " sales managers choose them.",
    )
    unserved_user_ids = fields.Many2many(
        comodel_name="res.users",
        relation="sale_dashboard_subscription_unserved_rel",
        column1="subscription_id",
        column2="user_id",
        string="Recipients without Access",
        readonly=True,
        copy=False,
        help="They have lost their rights on sales or on every company of this mail, so"
        " they get nothing. The owner has been told.",
    )
    is_recipient = fields.Boolean(compute="_compute_is_recipient")
    is_manager = fields.Boolean(compute="_compute_is_manager")
    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        index=True,
        ondelete="cascade",
        default=lambda self: self.env.company,
        help="Sets the currency, for those who have it.",
    )
    company_ids = fields.Many2many(
        comodel_name="res.company",
        relation="sale_dashboard_subscription_company_rel",
        column1="subscription_id",
        column2="company_id",
        string="Companies",
        required=True,
        default=lambda self: self.env.companies,
    )
    # The view
    filters = fields.Json(
        help="As `sale.dashboard.generate` takes them: team_ids, user_ids, partner_ids,"
        " customer_groups, domain."
    )
    filter_groups = fields.Char(
        string="Customer Groups",
        compute="_compute_filter_domain",
        help="Only the orders of their customers count: who is in a group, the figures"
        " of each period say anew. They are chosen on the dashboard.",
    )
    filter_domain = fields.Char(
        string="Orders",
        compute="_compute_filter_domain",
        inverse="_inverse_filter_domain",
        help="Which orders count, beside teams, salespeople and customers.",
    )
    filter_team_ids = fields.Many2many(
        comodel_name="crm.team",
        string="Sales Teams",
        compute="_compute_filter_records",
        inverse="_inverse_filter_records",
    )
    filter_user_ids = fields.Many2many(
        comodel_name="res.users",
        string="Salespeople",
        compute="_compute_filter_records",
        inverse="_inverse_filter_records",
        context={"active_test": False},
    )
    filter_partner_ids = fields.Many2many(
        comodel_name="res.partner",
        string="Customers",
        compute="_compute_filter_records",
        inverse="_inverse_filter_records",
        context={"active_test": False},
    )
    period_rule = fields.Selection(
        selection=[
            (engine.YESTERDAY, "Yesterday"),
            (engine.LAST_7_DAYS, "Last 7 days"),
            (engine.LAST_WEEK, "Last week"),
            (engine.MONTH_TO_DATE, "Month to date"),
            (engine.LAST_MONTH, "Last month"),
            (engine.CUSTOM, "Last N days"),
        ],
        string="Period",
        required=True,
        default=engine.YESTERDAY,
        tracking=True,
        help="Seen from the day on which the mail is due, in the reader's time zone.",
    )
    custom_days = fields.Integer(string="Days", default=30)
    period_type = fields.Selection(
        selection=[("daily", "Day"), ("weekly", "Week"), ("monthly", "Month")],
        string="Step",
        required=True,
        default="daily",
    )
    compare = fields.Selection(
        selection=[
            ("none", "Nothing"),
            ("previous_period", "Previous period"),
            ("previous_year", "Previous year"),
            ("same_weekdays", "Same weekdays a year ago"),
        ],
        string="Compared with",
        required=True,
        default="previous_period",
    )
    measure = fields.Selection(
        selection=[("untaxed", "Untaxed"), ("total", "With taxes")],
        required=True,
        default="untaxed",
    )
    # When
    schedule = fields.Selection(
        selection=[
            (engine.DAILY, "Every day"),
            (engine.WEEKDAYS, "Monday to Friday"),
            (engine.WEEKLY, "Every week"),
            (engine.MONTHLY, "Every month"),
            (engine.MONTHLY_LAST_WORKING_DAY, "Last working day of the month"),
        ],
        required=True,
        default=engine.WEEKDAYS,
        tracking=True,
    )
    weekday = fields.Selection(
        selection=[
            ("0", "Monday"),
            ("1", "Tuesday"),
            ("2", "Wednesday"),
            ("3", "Thursday"),
            ("4", "Friday"),
            ("5", "Saturday"),
            ("6", "Sunday"),
        ],
        required=True,
        default="0",
    )
    day_of_month = fields.Integer(
        default=1,
        help="In shorter months, the last day: 31 is the last of every month.",
    )
    hour = fields.Float(
        string="At", default=8.0, tracking=True, help="Local time of the time zone."
    )
    timezone = fields.Selection(
        selection=lambda self: [(name, name) for name in sorted(pytz.all_timezones)],
        string="Time Zone",
        required=True,
        default=lambda self: self.env["sale.dashboard"]._get_user_timezone()
        or self.env.company._get_dashboard_timezone(),
        help="Whose clocks the schedule means. The figures are those of each reader's"
        " own time zone.",
    )
    next_run = fields.Datetime(
        compute="_compute_next_run", store=True, index=True, copy=False, readonly=True
    )
    next_run_local = fields.Char(
        string="Next Mail", compute="_compute_next_run_local", compute_sudo=False
    )
    # The mail
    lang = fields.Selection(
        selection=lambda self: self.env["res.lang"].get_installed(),
        string="Language",
        help="Empty: each reader's own.",
    )
    in_body = fields.Boolean(string="Figures in the Mail", default=True)
    attach_xlsx = fields.Boolean(string="Excel File")
    attach_pdf = fields.Boolean(string="PDF")
    condition = fields.Selection(
        selection=[
            ("always", "Always"),
            ("changed", "Only if something changed since the last mail"),
            ("figure", "Only if a figure is beyond a limit"),
            ("behind_target", "Only if a target is not reached"),
            ("behind_pace", "Only if behind the pace of a target"),
        ],
        string="Send",
        required=True,
        default="always",
        help="Asked for each reader, of his own figures.",
    )
    condition_figure = fields.Selection(
        selection=[
            ("total_revenue", "Revenue"),
            ("total_orders", "Orders"),
            ("average_order_value", "Average order"),
            ("new_customers", "New customers"),
            ("conversion_rate", "Conversion rate"),
        ],
        string="Figure",
        default="total_revenue",
    )
    condition_operator = fields.Selection(
        selection=[
            ("below", "is below"),
            ("above", "is above"),
            ("up_more", "is up by more than (%)"),
            ("down_more", "is down by more than (%)"),
        ],
        string="Operator",
        default="below",
    )
    condition_limit = fields.Float(
        string="Limit",
        help="Money in the reader's currency; a change in percent, that of the"
        " conversion rate in percentage points.",
    )
    run_ids = fields.One2many(
        comodel_name="sale.dashboard.run", inverse_name="subscription_id"
    )
    last_run_id = fields.Many2one(
        comodel_name="sale.dashboard.run",
        string="Last Mailing",
        compute="_compute_last_run",
    )
    last_result = fields.Selection(
        selection=RESULTS,
        compute="_compute_last_run",
        help="Of the last mailing; empty while mails wait to be sent.",
    )

    _check_hour = models.Constraint(
        "CHECK(hour >= 0 AND hour < 24)", "The time of day is from 00:00 to 23:59."
    )
    _check_day_of_month = models.Constraint(
        "CHECK(day_of_month BETWEEN 1 AND 31)", "The day of the month is from 1 to 31."
    )
    _check_custom_days = models.Constraint(
        f"CHECK(custom_days BETWEEN 1 AND {MAX_BUCKETS})",
        f"A period has from 1 to {MAX_BUCKETS} days.",
    )
    _check_condition_limit = models.Constraint(
        "CHECK(condition_limit > '-Infinity' AND condition_limit < 'Infinity')",
        "The limit must be a number.",
    )
    _check_format = models.Constraint(
        "CHECK(in_body OR attach_xlsx OR attach_pdf)",
        "Choose at least one format: in the mail, Excel or PDF.",
    )

    # ------------------------------------------------------------------
    # Computed fields
    # ------------------------------------------------------------------

    @api.depends("user_ids")
    @api.depends_context("uid")
    def _compute_is_recipient(self):
        for subscription in self:
            subscription.is_recipient = self.env.user in subscription.user_ids

    @api.depends_context("uid")
    def _compute_is_manager(self):
        self.is_manager = self._is_by_manager()

    @api.depends("filters")
    @api.depends_context("lang")
    def _compute_filter_domain(self):
        dashboards = self.env["sale.dashboard"]
        for subscription in self:
            groups, domain = subscription._split_filters()
            subscription.filter_groups = ", ".join(dashboards._list_group_names(groups))
            subscription.filter_domain = repr(domain)

    def _split_filters(self):
        """The customer groups of the filters, and the domain without any."""
        filters = self.filters or {}
        domain, groups = split_domain(filters.get("domain") or [])
        return [*(filters.get("customer_groups") or []), *groups], domain

    def _inverse_filter_domain(self):
        for subscription in self:
            try:
                domain = literal_eval(subscription.filter_domain or "[]")
                json.dumps(domain)
            except (
                ValueError,
                SyntaxError,
                TypeError,  # [{[1]: 2}], or what is no JSON: [{1}]
                RecursionError,
                MemoryError,  # of Python's own parser, on thousands of brackets
            ):
                raise ValidationError(
                    self.env._("The filter must be a list of plain conditions.")
                ) from None
            groups, _before = subscription._split_filters()
            subscription.filters = {
                **(subscription.filters or {}),
                "customer_groups": groups,
                "domain": domain,
            }

    @api.depends("filters")
    def _compute_filter_records(self):
        for subscription in self:
            filters = subscription.filters or {}
            for name in ("team_ids", "user_ids", "partner_ids"):
                field = f"filter_{name}"
                comodel = self.env[self._fields[field].comodel_name]
                # What the reader may see of them, and what there still is.
                subscription[field] = comodel.with_context(active_test=False).search(
                    [("id", "in", filters.get(name) or [])]
                )

    def _inverse_filter_records(self):
        for subscription in self:
            subscription.filters = {
                **(subscription.filters or {}),
                "team_ids": subscription.filter_team_ids.ids,
                "user_ids": subscription.filter_user_ids.ids,
                "partner_ids": subscription.filter_partner_ids.ids,
            }

    @api.depends(
        "active",
        "schedule",
        "weekday",
        "day_of_month",
        "hour",
        "timezone",
        "company_id",
    )
    def _compute_next_run(self):
        now = fields.Datetime.now()
        for subscription in self:
            subscription.next_run = subscription.active and (
                subscription._get_schedule().next_after(now)
            )

    @api.depends("next_run", "timezone")
    @api.depends_context("lang")
    def _compute_next_run_local(self):
        for subscription in self:
            next_run = subscription.next_run
            subscription.next_run_local = next_run and self.env._(
                "%(day_and_time)s (%(zone)s)",
                day_and_time=format_datetime(
                    self.env, next_run, tz=subscription.timezone, dt_format="short"
                ),
                zone=subscription.timezone,
            )

    @api.depends("run_ids.result")
    def _compute_last_run(self):
        newest = self.env["sale.dashboard.run"]._read_group(
            [("subscription_id", "in", self.ids)], ["subscription_id"], ["id:max"]
        )
        last = {subscription.id: run_id for subscription, run_id in newest}
        for subscription in self:
            run = self.env["sale.dashboard.run"].browse(
                last.get(subscription._origin.id, ())
            )
            subscription.last_run_id = run
            subscription.last_result = run.result

    # ------------------------------------------------------------------
    # Constraints
    # ------------------------------------------------------------------

    @api.constrains("user_id", "company_id", "company_ids")
    def _check_companies(self):
        for subscription in self:
            if subscription.company_id not in subscription.company_ids:
                raise ValidationError(
                    self.env._("The company must be one of the companies.")
                )
            if subscription.company_ids - subscription.user_id.company_ids:
                raise ValidationError(
                    self.env._("The owner must have access to all of the companies.")
                )

    def _check_recipients(self, people, partners):
        """Refuse owner and recipients, as far as they are new.

        Who has been one may have become something else meanwhile: that must keep
        nobody from leaving.
        """
        if any(not user._is_internal() for user in people):
            raise ValidationError(
                self.env._("Owner and recipients must be internal users.")
            )
        # sudo: who is a user may be hidden from who writes.
        if any(user._is_internal() for user in partners.sudo().user_ids):
            raise ValidationError(
                self.env._(
                    "An external recipient is a user of Odoo: choose the user"
                    " instead, who then gets his own figures."
                )
            )

    @api.model
    def _check_form(self, vals):
        """Refuse what nothing can be computed of, or no column holds.

        Constraints are too late for it: they see what is written.
        """
        try:
            parse_filters(vals.get("filters"))
            if vals.get("timezone") and not is_zone(vals["timezone"]):
                raise InvalidRequest(
                    "timezone", "unknown_zone", value=str(vals["timezone"])[:40]
                )
        except InvalidRequest as error:
            raise self.env["sale.dashboard"]._refuse(error) from None

    @api.constrains("filters", "period_type", "compare", "measure")
    def _check_view(self):
        """Refuse what no dashboard could be computed for, as the owner."""
        day = fields.Date.today()
        for subscription in self:
            dashboards = subscription._get_dashboards(subscription.user_id)
            try:
                request = parse_request(day, day, **subscription._get_view_values())
                dashboards._check_filters(request.filters)
            except InvalidRequest as error:
                raise dashboards._refuse(error) from None

    # ------------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_form(vals)
        subscriptions = super().create(vals_list)
        for subscription in subscriptions:
            people = subscription.user_id | subscription.user_ids
            subscription._check_recipients(people, subscription.partner_ids)
        for subscription in subscriptions.filtered("partner_ids"):
            subscription._check_external_choice()
            subscription._log_external(added=subscription.partner_ids)
        return subscriptions

    def write(self, vals):
        self._check_form(vals)
        if "user_id" in vals and not (self.env.su or self._is_by_manager()):
            raise AccessError(
                self.env._("Only a sales manager gives a mail to another owner.")
            )
        before = [(one, one.user_id | one.user_ids, one.partner_ids) for one in self]
        result = super().write(vals)
        for subscription, people, partners in before:
            added = subscription.partner_ids - partners
            new = (subscription.user_id | subscription.user_ids) - people
            subscription._check_recipients(new, added)
            removed = partners - subscription.partner_ids
            decides = subscription.partner_ids and CONTENT & set(vals)
            if added or decides:
                subscription._check_external_choice()
            if added or removed:
                subscription._log_external(added, removed)
        return result

    def copy_data(self, default=None):
        return [
            {
                **values,
                "name": self.env._("%(name)s (copy)", name=subscription.name),
                # Chosen by a manager for that one; who copies owns the copy.
                "partner_ids": [Command.clear()],
                "user_id": self.env.uid,
                **(default or {}),
            }
            for subscription, values in zip(
                self, super().copy_data(default), strict=True
            )
        ]

    def _check_external_choice(self):
        """Whether the user may decide that external partners get the owner's figures.

        A sales manager, and in no company that is not his.
        """
        if self.env.su:
            return
        if not self._is_by_manager():
            raise AccessError(
                self.env._(
                    "Only a sales manager decides what is mailed to external"
                    " recipients."
                )
            )
        if self.company_ids - self.env.user.company_ids:
            raise AccessError(
                self.env._(
                    "External recipients would get figures of companies that are not"
                    " yours."
                )
            )

    @api.model
    def _is_by_manager(self):
        return self.env.user.has_group(MANAGER)

    def _log_external(self, added=(), removed=()):
        for partners, sentence in (
            (
                added,
                self.env._(
                    "External recipients added, who get the figures of %(owner)s:"
                    " %(names)s",
                    owner=self.user_id.name,
                    names=", ".join(partner.display_name for partner in added),
                ),
            ),
            (
                removed,
                self.env._(
                    "External recipients removed: %(names)s",
                    names=", ".join(partner.display_name for partner in removed),
                ),
            ),
        ):
            if partners:
                self.message_post(body=sentence, subtype_xmlid="mail.mt_note")

    # ------------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------------

    @api.model
    def subscribe_view(self, values):
        """Make a subscription of what the screen shows ("mail me this").

        :param dict values: of a request to :meth:`sale.dashboard.generate` what a
            subscription keeps (``period_type``, ``compare``, ``measure``,
            ``filters``), and any of ``name``, ``period_rule``, ``custom_days``,
            ``schedule``, ``weekday``, ``day_of_month``, ``hour``, ``timezone``,
            ``lang``, ``in_body``, ``attach_xlsx``, ``attach_pdf`` and the
            ``condition`` fields
        :return: id of the new ``sale.dashboard.subscription``; the caller is its owner
            and only recipient, the companies are those of the context
        :rtype: int
        :raise ValidationError: on values that no subscription can have
        """
        names = {
            *VIEW,
            *("name", "period_rule", "custom_days"),
            *("schedule", "weekday", "day_of_month", "hour", "timezone"),
            *("lang", "in_body", "attach_xlsx", "attach_pdf"),
            *("condition", "condition_figure", "condition_operator"),
            "condition_limit",
        }
        if not isinstance(values, dict):
            raise ValidationError(
                self.env._(
                    "Give an object with any of: %(known)s.",
                    known=", ".join(sorted(names)),
                )
            )
        unknown = sorted(set(values) - names)
        if unknown:
            raise ValidationError(
                self.env._(
                    "“%(names)s” cannot be set. What can: %(known)s.",
                    names=", ".join(unknown),
                    known=", ".join(sorted(names)),
                )
            )
        return self.create({"name": self.env._("Sales Dashboard"), **values}).id

    def action_leave(self):
        """Stop getting this mail; any recipient may, whoever owns it."""
        user = self.env.user
        for subscription in self:
            # sudo: the rules say whether he may see it; leaving needs no other right.
            subscription.check_access("read")
            if user in subscription.user_ids:
                subscription.sudo()._remove_recipient(user=user)
        return True  # XML-RPC carries no None

    def _remove_recipient(self, user=None, partner=None):
        """Take a recipient off, and say so in the chatter."""
        self.ensure_one()
        who = user or partner
        field = "user_ids" if user else "partner_ids"
        self.write({field: [Command.unlink(who.id)]})
        if user:  # external ones are logged anyway
            self.message_post(
                body=self.env._("%(name)s left this mail.", name=who.name),
                subtype_xmlid="mail.mt_note",
            )

    def action_preview(self):
        """Open a preview, as oneself if one is a recipient."""
        self.ensure_one()
        user = self.env.user
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Preview"),
            "res_model": "sale.dashboard.preview",
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_subscription_id": self.id,
                "default_user_id": (
                    user if user in self.user_ids else self.user_ids[:1]
                ).id,
            },
        }

    def action_view_runs(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Mails Sent"),
            "res_model": "sale.dashboard.run",
            "view_mode": "list,form",
            "domain": [("subscription_id", "=", self.id)],
        }

    # ------------------------------------------------------------------
    # What it means
    # ------------------------------------------------------------------

    def _get_schedule(self):
        self.ensure_one()
        # sudo: when the company works is no secret, and no figure.
        source = self.env["sale.dashboard.source"].sudo()
        company = self.company_id.sudo()
        return engine.Schedule(
            kind=self.schedule,
            # In a form, before it is checked, any of them may be anything.
            zone=get_zone(self.timezone or "UTC"),
            hour=min(max(0, self.hour), 24),
            weekday=int(self.weekday or 0),
            day_of_month=max(1, self.day_of_month),
            working_days=lambda first, last: source._read_working_days(
                company, first, last
            ),
        )

    def _get_view_values(self):
        """What of a request to ``sale.dashboard.generate`` is kept."""
        self.ensure_one()
        return {name: self[name] for name in VIEW}
