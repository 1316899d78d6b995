import logging
from datetime import timedelta

from markupsafe import Markup

from odoo import api, fields, models
from odoo.tools.misc import format_date

from ..engine.periods import ONE_DAY, get_zone, local_today
from ..tools import is_cron_time_left
from .sale_dashboard_source import LINE_GROUPS
from .sale_dashboard_verify import DIFFERENT, EQUAL, UNCHECKED, VERDICTS

_logger = logging.getLogger(__name__)

KEPT = timedelta(days=366)
MAX_ATTEMPTS = 3
MAX_TOLD = 20  # differences in the text of an activity


class SaleDashboardVerification(models.Model):
    """What became of verifying one day's figures of one company.

    Made by the schedule for every day that is over, in the company's own time zone, and
    as a sales manager of it: he sees all orders of the company by Odoo's own rules, and
    what is verified is what he and his like are shown. (The superuser sees what nobody
    is shown: no access rule applies to him.) Managers read these records, nobody
    writes them.
    """

    _name = "sale.dashboard.verification"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _description = "Verification of Sales Figures"
    _order = "day desc, company_id, id"
    _mail_post_access = "read"

    day = fields.Date(required=True, readonly=True, index=True)
    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Verified As",
        readonly=True,
        help="The sales manager whose figures were verified, with his access rights.",
    )
    timezone = fields.Char(readonly=True, help="The zone in which the day begins.")
    verdict = fields.Selection(
        selection=VERDICTS, required=True, readonly=True, tracking=True
    )
    reason = fields.Char(readonly=True, help="Why the figures could not be checked.")
    figure_count = fields.Integer(string="Figures Compared", readonly=True)
    difference_count = fields.Integer(string="Differences", readonly=True)
    differences = fields.Json(
        string="Verdict Differences",
        readonly=True,
        help="The figures that differ: figure, stored, recomputed.",
    )
    difference_text = fields.Text(
        string="What Differs", compute="_compute_difference_text"
    )
    verified_at = fields.Datetime(readonly=True)
    attempts = fields.Integer(readonly=True, help="How often it was tried.")
    is_reported = fields.Boolean(
        readonly=True, help="The sales managers have been given an activity, once."
    )

    _unique_day = models.UniqueIndex("(company_id, day)")

    @api.depends("day", "company_id")
    def _compute_display_name(self):
        for verification in self:
            verification.display_name = self.env._(
                "%(company)s, %(day)s",
                company=verification.company_id.name,
                day=format_date(self.env, verification.day),
            )

    @api.depends("differences")
    def _compute_difference_text(self):
        for verification in self:
            lines = verification._describe(verification.differences or [])
            verification.difference_text = "\n".join(lines)

    @api.model
    def _describe(self, differences):
        """A line of text for each difference."""
        return [
            self.env._(
                "%(figure)s: stored %(stored)s, recomputed %(recomputed)s", **one
            )
            for one in differences
        ]

    # ------------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------------

    def action_verify_again(self):
        """Verify these days again, as the same managers."""
        self.check_access("read")
        for verification in self:
            self._verify_day(verification.company_id, verification.day)
        return True  # XML-RPC carries no None

    @api.model
    def action_verify_yesterday(self):
        """Have the schedule run as soon as possible (server actions)."""
        self.check_access("read")
        self.env.ref("sale_dashboard.ir_cron_verify_yesterday")._trigger()
        return True  # XML-RPC carries no None

    # ------------------------------------------------------------------
    # The schedule
    # ------------------------------------------------------------------

    @api.model
    def _cron_verify_yesterday(self):
        """Verify what of yesterday is not verified yet, company by company.

        Committed one by one: killed at any point and run again, what is done is not
        done again. What could not be checked is tried a few times.
        """
        due = self._list_due()
        jobs = self.env["ir.cron"]
        if due and not is_cron_time_left(self.env):
            jobs._commit_progress(remaining=len(due))
            return
        for done, (company, day) in enumerate(due, start=1):
            self._verify_day(company, day)
            if not jobs._commit_progress(1, remaining=len(due) - done):
                break

    @api.model
    def _list_due(self):
        """``(company, day)`` of what the schedule has to verify now."""
        now = fields.Datetime.now()
        due = []
        for company in self.env["res.company"].search([("active", "=", True)]):
            if not self._get_sales_managers(company):
                continue  # nobody who sees all orders, and nobody to tell
            zone = get_zone(self._get_timezone(company))
            day = local_today(now, zone) - ONE_DAY
            found = self.search([("company_id", "=", company.id), ("day", "=", day)])
            if not found or (
                found.verdict == UNCHECKED and found.attempts < MAX_ATTEMPTS
            ):
                due.append((company, day))
        return due

    @api.model
    def _get_timezone(self, company):
        return company._get_dashboard_timezone()

    @api.model
    def _get_sales_managers(self, company):
        """Who is to be told; the first one's figures are verified.

        The sales managers whose own company it is; if there are none, those who may
        work in it.
        """
        # sudo: a company's managers are looked for among all users.
        managers = (
            self.env.ref("sales_team.group_sale_manager")
            .sudo()
            .all_user_ids.filtered(
                lambda user: user.active
                and not user.share
                and company in user.company_ids
            )
            .sorted("id")
        )
        return managers.filtered(lambda user: user.company_id == company) or managers

    @api.model
    def _verify_day(self, company, day):
        """Verify a day of a company, and keep the verdict."""
        manager = self._get_sales_managers(company)[:1]
        timezone = self._get_timezone(company)
        context = {
            "allowed_company_ids": company.ids,
            "tz": timezone,
            "lang": manager.lang,
        }
        env = self.env(user=manager.id, context=context, su=False)
        dashboards = self.env["sale.dashboard"].with_env(env)
        try:
            with self.env.cr.savepoint():
                dashboard = dashboards._generate(
                    False, date_from=day, date_to=day, timezone=timezone
                )
                for dimension in LINE_GROUPS:
                    dashboard.load_breakdown(dimension)
                verdict = dashboard.action_verify()
        except Exception as error:
            _logger.exception("The figures of %s on %s: no verdict", company.name, day)
            verdict = dashboards._make_verdict(UNCHECKED, reason=str(error))
        self._keep(company, day, manager, timezone, verdict)

    @api.model
    def _keep(self, company, day, manager, timezone, verdict):
        # sudo: users may read only, or anyone could forge a verdict.
        verifications = self.sudo()
        found = verifications.search(
            [("company_id", "=", company.id), ("day", "=", day)]
        )
        values = {
            "user_id": manager.id,
            "timezone": timezone,
            "verified_at": fields.Datetime.now(),
            "attempts": found.attempts + 1,
            **{
                name: verdict[name]
                for name in (
                    "verdict",
                    "reason",
                    "figure_count",
                    "difference_count",
                    "differences",
                )
            },
        }
        if found:
            found.write(values)
        else:
            found = verifications.create(
                {"company_id": company.id, "day": day, **values}
            )
        found._report()

    def _report(self):
        """Give the sales managers an activity if figures differ: once, not every run.

        An activity that is still open when they do not differ any more is done.
        """
        self.ensure_one()
        if self.verdict == DIFFERENT and not self.is_reported:
            self.is_reported = True
            for manager in self._get_sales_managers(self.company_id):
                self.with_context(lang=manager.lang, tz=self.timezone)._give(manager)
        elif self.verdict == EQUAL and self.is_reported:
            self.activity_feedback(
                ["mail.mail_activity_data_warning"],
                feedback=self.env._("Verified again: all figures are equal."),
            )

    def _give(self, manager):
        self.activity_schedule(
            "mail.mail_activity_data_warning",
            user_id=manager.id,
            summary=self.env._(
                "The sales figures of %(day)s differ from the orders",
                day=format_date(self.env, self.day),
            ),
            # Joined like this, names of customers are escaped.
            note=Markup("<br/>").join(self._describe(self.differences[:MAX_TOLD])),
        )

    # ------------------------------------------------------------------
    # Cleaning up
    # ------------------------------------------------------------------

    @api.autovacuum
    def _gc_old(self):
        self.search([("day", "<", fields.Date.today() - KEPT)]).unlink()
