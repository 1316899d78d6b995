import logging
import random

import psycopg2
from psycopg2.pool import PoolError

from odoo import api, fields, models
from odoo.tools import SQL

_logger = logging.getLogger(__name__)

# Keys of cr.precommit.data (dropped when a savepoint rolls back, as the change is) and
# of cr.cache (dropped by any rollback).
PENDING = "sale_dashboard.change"
ROW = "sale_dashboard.change"

ROWS_LEFT = 1000  # more than that, and readers have them added up


class SaleDashboardChange(models.Model):
    """What may have moved a figure: one row for each transaction that did.

    The change token is the sum over the rows that a snapshot sees, so it says which
    committed changes that snapshot sees. Rows are only added, and nobody waits for
    anybody: neither a lock nor a row is shared by those who confirm orders. Every row
    has a random stamp of its own, which makes two different sets of rows differ even
    where both hold as many: on a replica, or where one's own transaction is not
    committed yet. :meth:`_compact` keeps the sums.

    Private: no one has access over RPC.
    """

    _name = "sale.dashboard.change"
    _description = "Sales Dashboard Change"
    _log_access = False

    count = fields.Float(digits=0, required=True, help="Number of changes in this row.")
    stamp = fields.Float(digits=0, required=True, help="Sum of their random stamps.")

    @api.model
    def _note(self):
        """This transaction changes what a figure may be made of.

        The one place for it: it moves the change token, and tells open dashboards.
        Call it before or after the change, as often as you like: it is one row
        per transaction, written when that is flushed, and at most one message.
        """
        precommit = self.env.cr.precommit
        if PENDING not in precommit.data:
            precommit.data[PENDING] = True
            precommit.add(self._write_pending)

    @api.model
    def _write_pending(self):
        """Write what :meth:`_note` has noted, unless this transaction's row stands."""
        cr = self.env.cr
        if not cr.precommit.data.pop(PENDING, False):
            return
        # A savepoint may have taken the row back without clearing the cache: look.
        rows = self.env.execute_query(
            SQL(
                """
                INSERT INTO sale_dashboard_change (count, stamp)
                SELECT 1, %s WHERE NOT EXISTS (
                    SELECT FROM sale_dashboard_change WHERE id = %s
                )
                RETURNING id
                """,
                random.getrandbits(62),
                cr.cache.get(ROW, 0),
            )
        )
        if rows:
            [[cr.cache[ROW]]] = rows
            self.env["sale.dashboard.herald"]._announce()

    @api.model
    def _get_token(self):
        """The change token of this transaction's snapshot, its own changes included.

        Equal tokens mean that the same changes were visible. It begins with their
        number, so that of two tokens the older one can be told.

        :rtype: str
        """
        # What is pending is a change too, and has to be noted first.
        self.env.flush_all()
        self._write_pending()
        # What this transaction changes from here on is another change.
        self.env.cr.cache.pop(ROW, None)
        rows, token = self._read_token()
        if rows > ROWS_LEFT:
            self.env.cr.postcommit.add(self._compact_apart)
        return token

    @api.model
    def _read_token(self):
        """The number of rows, and the token of those that are written."""
        [[rows, count, stamp]] = self.env.execute_query(
            SQL(
                # Text: Odoo turns numeric into float.
                """
                SELECT COUNT(*),
                    COALESCE(SUM(count), 0)::text,
                    MOD(COALESCE(SUM(stamp), 0), 18446744073709551616)::text
                FROM sale_dashboard_change
                """
            )
        )
        return rows, f"{count}-{int(stamp):016x}"

    # ------------------------------------------------------------------
    # Keeping it short
    # ------------------------------------------------------------------

    @api.autovacuum
    def _gc_changes(self):
        self._compact_apart()

    @api.model
    def _compact_apart(self):
        """Compact in a transaction of its own; if that fails, the next one will."""
        try:
            with self.env.registry.cursor() as cr:
                # Rows that another compaction took meanwhile are no conflict then.
                cr.execute("SET TRANSACTION ISOLATION LEVEL READ COMMITTED")
                self.with_env(self.env(cr=cr))._compact()
        except (psycopg2.Error, PoolError):
            _logger.warning("Changes of the sales dashboard not compacted", exc_info=1)

    @api.model
    def _compact(self):
        """Replace rows by one with their sums.

        Another compaction has rows of its own (SKIP LOCKED); nobody else locks any.
        """
        self.env.cr.execute(
            SQL(
                """
                WITH gone AS (
                    DELETE FROM sale_dashboard_change
                    WHERE id IN (
                        SELECT id FROM sale_dashboard_change FOR UPDATE SKIP LOCKED
                    )
                    RETURNING count, stamp
                )
                INSERT INTO sale_dashboard_change (count, stamp)
                SELECT SUM(count), SUM(stamp) FROM gone HAVING COUNT(*) > 0
                """
            )
        )
