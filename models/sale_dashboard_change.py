import random

from odoo import api, fields, models
from odoo.tools import SQL

# Keys of cr.precommit.data (dropped when a savepoint rolls back, as the change is) and
# of cr.cache (dropped by any rollback).
PENDING = "sale_dashboard.change"
ROW = "sale_dashboard.change"


class SaleDashboardChange(models.Model):
    """What may have moved a figure: one row for each transaction that did.

    The change token is the sum over the rows that a snapshot sees, so it says which
    committed changes that snapshot sees. Rows are only added, and nobody waits for
    anybody: neither a lock nor a row is shared by those who confirm orders. Every row
    has a random stamp of its own, which makes two different sets of rows differ even
    where both hold as many: on a replica, or where one's own transaction is not
    committed yet.
    """

    _name = "sale.dashboard.change"
    _inherit = "sale.dashboard.ledger"
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
        return self._read_state()[0]

    @api.model
    def _read_state(self):
        """The change token, and whether this transaction has written anything.

        :return: ``(token, written)``
        """
        # What is pending is a change too, and has to be noted first.
        self.env.flush_all()
        self._write_pending()
        # What this transaction changes from here on is another change.
        self.env.cr.cache.pop(ROW, None)
        rows, token, written = self._read_token()
        self._compact_if_long(rows)
        return token, written

    @api.model
    def _read_token(self):
        """What is written: ``(number of rows, token, written)``.

        ``written`` says whether this transaction has written anything.
        """
        [[rows, count, stamp, written]] = self.env.execute_query(
            SQL(
                # Text: Odoo turns numeric into float.
                """
                SELECT COUNT(*),
                    COALESCE(SUM(count), 0)::text,
                    MOD(COALESCE(SUM(stamp), 0), 18446744073709551616)::text,
                    pg_current_xact_id_if_assigned() IS NOT NULL
                FROM sale_dashboard_change
                """
            )
        )
        return rows, f"{count}-{int(stamp):016x}", written
