import random
from datetime import datetime

from odoo import api, fields, models
from odoo.tools import SQL

# Keys of cr.precommit.data (dropped when a savepoint rolls back, as the change is) and
# of cr.cache (dropped by any rollback).
PENDING = "sale_dashboard.change"
ROW = "sale_dashboard.change"

# Of a change that may move any figure, and of one that moves no sale.
ALL_DAYS = datetime(1, 1, 1)
NO_DAY = datetime(9999, 12, 31)
MANY = 1000  # orders: more of them are not asked for their days


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
    since = fields.Datetime(
        help="Sales dated before this are what they were, and whatever else decides"
        " about them. Empty: nobody knows, as of rows that were added up."
    )

    @api.model
    def _note(self, records=None, is_new=False):
        """This transaction changes what a figure may be made of.

        The one place for it: it moves the change token, and tells open dashboards.
        Call it before the change, as often as you like: it is one row per
        transaction, written when that is flushed, and at most one message.

        :param records: what changes. Of orders and their lines that moves the sales
            of certain days only; of anything else, or of nothing said, all of them
        :param is_new: whether they have just been created
        """
        precommit = self.env.cr.precommit
        pending = precommit.data.get(PENDING)
        if pending is None:
            pending = precommit.data[PENDING] = _Pending()
            precommit.add(self._write_pending)
        if pending.since == ALL_DAYS:
            return
        if records is not None and records._name == "sale.order.line":
            pending.line_ids.update(records._ids)
        elif records is not None and records._name == "sale.order":
            unknown = set(records._ids) - pending.order_ids
            pending.order_ids |= unknown
            if unknown and not is_new:
                # As they were: nobody can ask for that afterwards.
                ids = SQL("%s", list(unknown))
                self.env.cr.execute(SQL("SELECT %s", self._select_oldest_sale(ids)))
                [oldest] = self.env.cr.fetchone()
                pending.since = min(pending.since, oldest or NO_DAY)
        else:
            pending.since = ALL_DAYS
        if len(pending.order_ids) + len(pending.line_ids) > MANY:
            pending.since = ALL_DAYS

    @api.model
    def _select_oldest_sale(self, ids):
        """SQL: the oldest order date of the sales among some orders, or NULL.

        :param SQL ids: array of ids
        """
        # sudo: it is about all orders, whoever changes them.
        orders = self.env["sale.order"].sudo()
        query = orders._search(
            self.env["sale.dashboard.source"]._get_confirmed_domain(),
            active_test=False,
            bypass_access=True,
        )
        query.add_where(SQL("%s = ANY(%s)", SQL.identifier(orders._table, "id"), ids))
        oldest = SQL("MIN(%s)", SQL.identifier(orders._table, "date_order"))
        return SQL("(%s)", query.select(oldest))

    @api.model
    def _write_pending(self):
        """Write what :meth:`_note` has noted; there is one row per transaction."""
        cr = self.env.cr
        pending = cr.precommit.data.pop(PENDING, None)
        if pending is None:
            return
        since = self._get_since(pending)
        # A savepoint may have taken the row back without clearing the cache: look.
        row = cr.cache.get(ROW, 0)
        rows = self.env.execute_query(
            SQL(
                """
                INSERT INTO sale_dashboard_change (count, stamp, since)
                SELECT 1, %s, %s WHERE NOT EXISTS (
                    SELECT FROM sale_dashboard_change WHERE id = %s
                )
                RETURNING id
                """,
                random.getrandbits(62),
                since,
                row,
            )
        )
        if rows:
            [[cr.cache[ROW]]] = rows
            self.env["sale.dashboard.herald"]._announce()
        else:
            cr.execute(
                SQL(
                    """
                    UPDATE sale_dashboard_change SET since = LEAST(since, %s)
                    WHERE id = %s
                    """,
                    since,
                    row,
                )
            )

    @api.model
    def _get_since(self, pending):
        """SQL: from when on this transaction moves sales, as they were and as they are.

        Everything is flushed.
        """
        if pending.since == ALL_DAYS:
            return SQL("%s::timestamp", ALL_DAYS)
        lines = self.env["sale.order.line"]
        order_ids = SQL(
            """ARRAY(
                SELECT unnest(%s::int[])
                UNION ALL
                SELECT order_id FROM %s WHERE id = ANY(%s)
            )""",
            list(pending.order_ids),
            SQL.identifier(lines._table),
            list(pending.line_ids),
        )
        return SQL(
            "LEAST(%s::timestamp, %s)",  # without the NULLs
            pending.since,
            self._select_oldest_sale(order_ids),
        )

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


class _Pending:
    """What a transaction has changed and not written down yet.

    Sales dated before ``since`` are untouched so far; the orders and the orders of the
    lines have to be asked for what they become.
    """

    def __init__(self):
        self.since = NO_DAY
        self.order_ids = set()
        self.line_ids = set()
