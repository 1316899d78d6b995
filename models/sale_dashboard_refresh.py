import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

_logger = logging.getLogger(__name__)

RECENTLY_USED = timedelta(hours=1)  # Odoo's default age limit of transient records


class SaleDashboard(models.TransientModel):
    """The scheduled refresh of dashboards in use."""

    _inherit = "sale.dashboard"

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
            # It has expired; what was computed for another meanwhile will do.
            dashboard._generate(
                refresh=False,
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
