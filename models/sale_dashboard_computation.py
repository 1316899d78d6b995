import json
import logging
from contextlib import contextmanager
from datetime import date, datetime, timedelta

import psycopg2

from odoo import api, fields, models
from odoo.tools import SQL

_logger = logging.getLogger(__name__)

PATIENCE_MS = 10_000  # how long to wait for who computes the same already
PRUNED_AT_ONCE = 20


def pack(answer):
    """An answer (values of a ``sale.dashboard``) as JSON text."""

    def to_text(value):
        if isinstance(value, datetime):
            return fields.Datetime.to_string(value)
        if isinstance(value, date):
            return fields.Date.to_string(value)
        raise TypeError(f"{value!r} has no JSON form")

    return json.dumps(answer, default=to_text)


def unpack(text):
    """The answer that :func:`pack` was given; days and instants stay text."""
    answer = json.loads(text)
    answer["generated_at"] = fields.Datetime.to_datetime(answer["generated_at"])
    return answer


class SaleDashboardComputation(models.Model):
    """What was computed for one user, for all whose answer is the same.

    The key says whose that is: it holds the request and everything that decides what a
    user may see (see :meth:`sale.dashboard._make_key`); the caller's is made anew for
    each call. Each caller gets a record of his own made from it. Private: no one has
    access over RPC, and :meth:`_find` is the only reader.
    """

    _name = "sale.dashboard.computation"
    _description = "Sales Dashboard Computation"
    _log_access = False

    key = fields.Char(required=True)
    change_token = fields.Char(required=True)
    generated_at = fields.Datetime(required=True)
    expires_at = fields.Datetime(required=True, index=True)
    answer = fields.Text(required=True)

    _unique_key = models.UniqueIndex("(key)")

    @api.model
    def _find(self, key, token, youngest=None, cr=None):
        """What was computed for a key and is still right.

        :param token: change token it must have ...
        :param youngest: ... unless it was generated after this instant
        :param cr: cursor to read with, if not this transaction's
        :return: ``(answer, token)`` or None
        """
        cr = cr or self.env.cr
        cr.execute(
            SQL(
                """
                SELECT answer, change_token FROM sale_dashboard_computation
                WHERE key = %s AND expires_at > %s
                    AND (change_token = %s OR generated_at > %s)
                """,
                key,
                fields.Datetime.now(),
                token,
                youngest or datetime.max,
            )
        )
        row = cr.fetchone()
        return row and (unpack(row[0]), row[1])

    @api.model
    @contextmanager
    def _alone(self, name):
        """Be the only one of all workers who computes what ``name`` stands for.

        Waits for who does already. The lock is PostgreSQL's own, on a connection of its
        own: it ends with that, whatever happens; nobody who waits for it holds another;
        and what the other has committed is seen, as this connection is READ COMMITTED.

        :return: context manager of a cursor to find and keep the answer with, or of
            None: then compute for yourself
        """
        try:
            cr = self.env.registry.cursor()
        except psycopg2.Error:  # no connection left: the answer matters, not the lock
            _logger.warning("A dashboard is computed without a lock", exc_info=True)
            yield None
            return
        with cr:  # commits
            yield cr if self._lock(cr, name) else None

    @api.model
    def _lock(self, cr, name):
        cr.execute("SET TRANSACTION ISOLATION LEVEL READ COMMITTED")
        cr.execute(SQL("SELECT set_config('lock_timeout', %s, true)", f"{PATIENCE_MS}"))
        try:
            cr.execute(
                SQL("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", name),
                log_exceptions=False,
            )
        except psycopg2.errors.LockNotAvailable:
            return False
        return True

    @api.model
    def _keep(self, cr, key, token, answer, expires_at):
        """Keep an answer for others, from the end of :meth:`_alone` on."""
        cr.execute(
            SQL(
                """
                INSERT INTO sale_dashboard_computation AS kept
                    (key, change_token, generated_at, expires_at, answer)
                VALUES (%s, %s, %s, %s, %s)
                ON CONFLICT (key) DO UPDATE SET
                    change_token = excluded.change_token,
                    generated_at = excluded.generated_at,
                    expires_at = excluded.expires_at,
                    answer = excluded.answer
                WHERE kept.generated_at <= excluded.generated_at
                """,
                key,
                token,
                answer["generated_at"],
                expires_at,
                pack(answer),
            )
        )
        self._prune(cr)

    @api.model
    def _prune(self, cr):
        cr.execute(
            SQL(
                """
                DELETE FROM sale_dashboard_computation WHERE id IN (
                    SELECT id FROM sale_dashboard_computation WHERE expires_at <= %s
                    LIMIT %s FOR UPDATE SKIP LOCKED
                )
                """,
                fields.Datetime.now(),
                PRUNED_AT_ONCE,
            )
        )

    @api.autovacuum
    def _gc_expired(self):
        self.env.cr.execute(
            SQL(
                "DELETE FROM sale_dashboard_computation WHERE expires_at <= %s",
                fields.Datetime.now() - timedelta(hours=1),
            )
        )
