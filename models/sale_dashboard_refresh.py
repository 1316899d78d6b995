import logging
from contextlib import contextmanager
from datetime import timedelta

import psycopg2

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..tools import is_cron_time_left

_logger = logging.getLogger(__name__)

# Longer than from one run of the schedule to the next but one: there is no gap.
KEPT_READY = timedelta(minutes=25)
STATEMENT_TIMEOUT_MS = 20_000


class SaleDashboard(models.TransientModel):
    """What people use is remembered, and made ready before they ask again."""

    _inherit = "sale.dashboard"

    @api.model
    def _ask(self, refresh, **parameters):
        """As :meth:`_generate`, for somebody who is likely to ask the same again."""
        dashboard = self._generate(refresh, **parameters)
        if not self.env.su:
            self.env["sale.dashboard.request"]._remember(parameters)
        return dashboard

    @api.model
    def _answer(self, scope, refresh=False, requested_at=None):
        if requested_at is None or refresh:
            return super()._answer(scope, refresh, requested_at)
        return self._make_ready(scope, requested_at)

    @api.model
    def _make_ready(self, scope, requested_at):
        """Have a new record of the caller ready for when he asks.

        As :meth:`_answer` without looking for his own, which may soon expire, and
        without counting a lookup, which nobody made. What was computed for others with
        the same rights will do.
        """
        key, traceable = self._make_key(scope)
        token, written = self.env["sale.dashboard.change"]._read_state()
        if not traceable:
            return self.browse()  # it would not be used
        if written:
            answer, token, _keep = self._compute(scope, token, written)
        else:
            answer, token, _hit = self._share(scope, key, token, refresh=False)
        lifetime = self._get_lifetime(answer)
        if not lifetime:
            return self.browse()
        lifetime = max(lifetime, KEPT_READY.total_seconds())
        return self._keep(scope, key, token, answer, lifetime, requested_at)

    # ------------------------------------------------------------------
    # The schedule
    # ------------------------------------------------------------------

    @api.model
    def _cron_refresh_recent(self):
        """Make ready what people used lately, or are about to open.

        Each as its own user, in the zone, companies and language it was asked in, what
        was used last first. Committed one by one: killed at any point and run again,
        what is done is not done again. It stops when the time of the job is over, and
        what is left comes with the next run.
        """
        if not self._get_cache_ttl():
            return
        due = self._get_due_for_refresh()
        jobs = self.env["ir.cron"]
        if due and not is_cron_time_left(self.env):
            jobs._commit_progress(remaining=len(due))
            return
        for done, request in enumerate(due):
            request.refreshed_at = fields.Datetime.now()
            jobs._commit_progress(remaining=len(due) - done)
            self._refresh_as_owner(request)
            if not jobs._commit_progress(1, remaining=len(due) - done - 1):
                break

    @api.model
    def _get_due_for_refresh(self):
        """The ``sale.dashboard.request`` records that are due."""
        return self.env["sale.dashboard.request"]._get_due()

    @api.model
    def _refresh_as_owner(self, request):
        """Ask what a user asks, as that user; a failure is logged, and his alone."""
        env = request._get_environment()
        if env is None:
            return
        try:
            with self.env.cr.savepoint(), self._limited_statements():
                self.with_env(env)._generate(
                    refresh=False,
                    requested_at=request.requested_at,
                    **request._get_parameters(),
                )
        except UserError as error:
            _logger.info("Request %s not made ready: %s", request.id, error)
        except psycopg2.InterfaceError:  # the connection is gone
            raise
        except Exception:
            _logger.exception("Request %s could not be made ready", request.id)

    @api.model
    @contextmanager
    def _limited_statements(self):
        """No statement of the body may take as long as to have the worker killed."""
        before = self._limit_statements(str(STATEMENT_TIMEOUT_MS))
        yield
        self._limit_statements(before)  # after an error, the rollback does it

    @api.model
    def _limit_statements(self, limit):
        self.env.cr.execute(
            SQL(
                "SELECT current_setting('statement_timeout'),"
                " set_config('statement_timeout', %s, true)",
                limit,
            )
        )
        return self.env.cr.fetchone()[0]

    @api.model
    def action_refresh_recent(self):
        """Have the scheduled refresh run as soon as possible (server actions)."""
        self.check_access("read")
        self.env.ref("sale_dashboard.ir_cron_refresh_recent")._trigger()
        return True  # XML-RPC carries no None
