import random
from datetime import datetime, timedelta
from typing import NamedTuple

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL, ormcache

from ..engine.salespeople import NOBODY
from .base import WATCHED

# Keys of cr.precommit.data (dropped when a savepoint rolls back, as the change is) and
# of cr.cache (dropped by any rollback).
PENDING = "sale_dashboard.change"
ROW = "sale_dashboard.change"
SALES = "sale_dashboard.sales"
UNKNOWN = None, None

# Of a change that may move any figure, and of one that moves no sale.
ALL_DAYS = datetime(1, 1, 1)
NO_DAY = datetime(9999, 12, 31)
MANY = 1000  # orders: more of them are not asked for their days
JUST_NOW = timedelta(minutes=1)


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
    created_since = fields.Datetime(
        help="Orders created before this are what they were, but for how far they have"
        " come and what they are worth. Empty: nobody knows."
    )
    salesperson = fields.Integer(
        help="Id of the user whose orders alone have changed; 0: only orders without a"
        " salesperson. Empty: those of several, or something else."
    )

    @api.model
    def _note(self, records=None, touched=None):
        """This transaction changes what a figure may be made of.

        The one place for it: it moves the change token, and tells open dashboards.
        Call it before or after the change, as often as you like: it is one row
        per transaction, written when that is flushed, and at most one message.

        :param records: what changes. Of orders and their lines, that moves the sales
            of certain days only (see :meth:`_note_before`); of anything else, or of
            nothing said, all of them
        :param touched: those of them of which more changes than how far they have come
            and what they are worth; all, if that is not said
        """
        pending = self._get_pending()
        pending.is_moved = True
        if records is None or records._name not in ("sale.order", "sale.order.line"):
            pending.move_all_days()
            return
        pending.orders.add(records)
        if touched is None:
            touched = records
        if touched:
            pending.touched.add(touched)
        if len(pending.orders) > MANY:
            pending.move_all_days()

    @api.model
    def _note_before(self, orders, created_since=NO_DAY, in_cache=None):
        """Orders may be about to become sales, or none any more, or of another day.

        Nobody can ask afterwards what they were. It is no change by itself: whether
        one comes of it, :meth:`_note` says.

        :param created_since: when the oldest of them was created, if they are about to
            be deleted
        :param _Sales in_cache: which orders are sales, if the cache still has what they
            were, where it has it
        """
        pending = self._get_pending()
        pending.created_since = min(pending.created_since, created_since)
        unknown = set(filter(None, orders._ids)) - pending.known_ids
        if not unknown or pending.since == ALL_DAYS:
            return
        pending.known_ids |= unknown
        if in_cache:
            oldest, unknown = self._find_oldest_cached(unknown, in_cache)
            pending.since = min(pending.since, oldest)
        if unknown:
            ids = SQL("%s", list(unknown))
            # Not flushed: as they are in the database.
            self.env.cr.execute(SQL("SELECT %s", self._select_oldest_sale(ids)))
            [since] = self.env.cr.fetchone()
            pending.since = min(pending.since, since or NO_DAY)

    @api.model
    def _note_of_all(self):
        """This transaction may change orders of whomever, or whose they are.

        It is no change by itself, as with :meth:`_note_before`.
        """
        self._get_pending().is_of_all = True

    @api.model
    def _get_pending(self):
        precommit = self.env.cr.precommit
        pending = precommit.data.get(PENDING)
        if pending is None:
            pending = precommit.data[PENDING] = _Pending()
            precommit.add(self._write_pending)
        return pending

    @api.model
    def _select_oldest_sale(self, ids):
        """SQL: the oldest order date of the sales among some orders, or NULL.

        :param SQL ids: array of ids
        """
        sales = self._get_sales()
        return SQL(
            "(SELECT MIN(%s) FROM %s WHERE %s AND %s = ANY(%s))",
            SQL.identifier("sale_order", "date_order"),
            sales.tables,
            sales.condition,
            SQL.identifier("sale_order", "id"),
            ids,
        )

    @api.model
    def _get_sales(self):
        """Which orders are sales.

        :rtype: _Sales
        """
        domain = self.env["sale.dashboard.source"]._get_confirmed_domain()
        known, sales = self.env.cr.cache.get(SALES, UNKNOWN)
        # It is asked several times by who confirms an order, and nearly always a
        # constant: that takes no time to compare.
        if known is not domain:
            sales = self._describe_sales(domain)
            self.env.cr.cache[SALES] = domain, sales
        return sales

    @api.model
    @ormcache("repr(domain)")
    def _describe_sales(self, domain):
        # sudo: it is about all orders, whoever changes them.
        orders = self.env["sale.order"].sudo()
        query = orders._search(domain, active_test=False, bypass_access=True)
        paths = {condition.field_expr for condition in domain.iter_conditions()}
        names = frozenset(path.partition(".")[0] for path in paths)
        return _Sales(
            # What takes longest of looking who is in a domain, done once.
            domain.optimize(orders),
            names,
            names | {"date_order"},
            any(not WATCHED["sale.order"].moves({name}) for name in names),
            any(
                path not in orders._fields or orders._fields[path].compute
                for path in paths
            ),
            query.from_clause,
            query.where_clause,
        )

    @api.model
    def _write_pending(self):
        """Write what :meth:`_note` has noted; there is one row per transaction."""
        cr = self.env.cr
        pending = cr.precommit.data.pop(PENDING, None)
        if pending is None or not pending.is_moved:
            return
        since = self._get_since(pending)
        created_since = self._get_created_since(pending)
        salesperson = self._get_salesperson(pending)
        if ROW in cr.cache:
            cr.execute(
                SQL(
                    """
                    UPDATE sale_dashboard_change
                    SET since = LEAST(since, %s),
                        created_since = LEAST(created_since, %s),
                        salesperson = CASE WHEN salesperson = %s THEN salesperson END
                    WHERE id = currval('sale_dashboard_change_id_seq')
                    """,
                    since,
                    created_since,
                    salesperson,
                )
            )
            # A savepoint may have taken the row back without clearing the cache.
            if cr.rowcount:
                return
        cr.execute(
            SQL(
                """
                INSERT INTO sale_dashboard_change (
                    count, stamp, since, created_since, salesperson
                )
                VALUES (1, %s, %s, %s, %s)
                """,
                random.getrandbits(62),
                since,
                created_since,
                salesperson,
            )
        )
        cr.cache[ROW] = True
        self.env["sale.dashboard.herald"]._announce()

    @api.model
    def _get_since(self, pending):
        """From when on this transaction moves sales, as they were and as they are.

        Everything is flushed.

        :return: the instant, or SQL for it
        """
        since, moved = pending.since, pending.orders
        if since == ALL_DAYS:
            return since
        oldest, unread = self._find_oldest_cached(moved.ids, self._get_sales())
        since = min(since, oldest)
        if not (unread or moved.line_ids):
            return since
        order_ids = self._select_order_ids(unread, moved.line_ids)
        # LEAST is without the NULLs.
        return SQL("LEAST(%s, %s)", since, self._select_oldest_sale(order_ids))

    @api.model
    def _get_created_since(self, pending):
        """When the oldest order was created that this transaction has touched.

        Everything is flushed.

        :return: the instant, or SQL for it
        """
        since, touched = pending.created_since, pending.touched
        if since == ALL_DAYS or not touched:
            return since
        return SQL(
            "LEAST(%s, (SELECT MIN(create_date) FROM sale_order WHERE id = ANY(%s)))",
            since,
            self._select_order_ids(touched.ids, touched.line_ids),
        )

    @api.model
    def _get_salesperson(self, pending):
        """The only salesperson of whose orders this transaction has changed any.

        Everything is flushed.

        :return: id of the user, :data:`NOBODY`, SQL for it, or None
        """
        order_ids = pending.orders.ids
        if pending.is_of_all or pending.orders.line_ids or not order_ids:
            return None
        users = self.env["sale.order"]._fields["user_id"]._get_cache(self.env)
        if order_ids <= users.keys():
            user_ids = {users[order_id] for order_id in order_ids}
            return None if len(user_ids) > 1 else user_ids.pop() or NOBODY
        return SQL(
            """(
                SELECT CASE WHEN MIN(user_id) = MAX(user_id) THEN MIN(user_id) END
                FROM (
                    SELECT COALESCE(user_id, %s) AS user_id
                    FROM sale_order WHERE id = ANY(%s)
                ) AS orders
            )""",
            NOBODY,
            list(order_ids),
        )

    @api.model
    def _select_order_ids(self, order_ids, line_ids):
        """SQL: array of the ids of some orders, and of those of some lines."""
        return SQL(
            """ARRAY(
                SELECT unnest(%s::int[])
                UNION ALL
                SELECT order_id FROM sale_order_line WHERE id = ANY(%s)
            )""",
            list(order_ids),
            list(line_ids),
        )

    @api.model
    def _find_oldest_cached(self, order_ids, sales):
        """The oldest order date of the sales among orders, as far as it is in cache.

        Of orders that all are dated just now, none need be a sale.

        :param set order_ids: of those it is asked of
        :param _Sales sales: which of them count
        :return: ``(date, ids of the orders that would have to be read)``
        """
        orders = self.env["sale.order"]
        dates = orders._fields["date_order"]._get_cache(self.env)
        cached = order_ids & dates.keys()
        for name in sales.names:
            cached &= orders._fields[name]._get_cache(self.env).keys()
        oldest = min(filter(None, map(dates.__getitem__, cached)), default=NO_DAY)
        if oldest < fields.Datetime.now() - JUST_NOW:
            if sales.is_computed:
                # sudo: it is about all orders, whoever changes them.
                orders = orders.sudo()
            found = orders.browse(cached).filtered_domain(sales.domain)
            oldest = min(
                filter(None, map(dates.__getitem__, found._ids)), default=NO_DAY
            )
        return oldest, order_ids - cached

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

    @api.model
    def _read_shares(self):
        """What is written, by the salesperson whose orders alone have changed.

        :return: dict of sums of stamps; the key None is for all others
        """
        return dict(
            self.env.execute_query(
                SQL(
                    """
                    SELECT salesperson, SUM(stamp)::text
                    FROM sale_dashboard_change GROUP BY salesperson
                    """
                )
            )
        )


class _Sales(NamedTuple):
    """Which orders are sales.

    ``names`` are the fields of an order that it goes by, ``dated`` with the order date.
    ``is_overlooked`` says whether there are some whose change is none yet for what is
    watched; ``is_computed``, whether some are computed, or not the order's own: their
    values in cache may be those that orders are about to have. ``tables`` and
    ``condition`` are those of a query.
    """

    domain: Domain
    names: frozenset
    dated: frozenset
    is_overlooked: bool
    is_computed: bool
    tables: SQL
    condition: SQL

    def moved_by(self, names):
        """Whether writing these fields may make sales, or sales of another day."""
        return not self.dated.isdisjoint(names)


class _Pending:
    """What a transaction has changed and not written down yet.

    Sales dated before ``since`` were none of what has changed, nor were orders created
    before ``created_since``. What ``orders`` have become will be asked for, and when
    those were created that are ``touched``; what orders were is known of ``known_ids``,
    and of all others it is what they are. Whose orders these are is what they say, too,
    unless it ``is_of_all`` salespeople.
    """

    def __init__(self):
        self.is_moved = False
        self.is_of_all = False
        self.since = NO_DAY
        self.created_since = NO_DAY
        self.orders = _Orders()
        self.touched = _Orders()
        self.known_ids = set()

    def move_all_days(self):
        self.since = self.created_since = ALL_DAYS
        self.is_of_all = True


class _Orders:
    """Orders by their ``ids``, or by ``line_ids`` where only their lines are known."""

    def __init__(self):
        self.ids = set()
        self.line_ids = set()

    def __len__(self):
        return len(self.ids) + len(self.line_ids)

    def add(self, records):
        """Add orders, or those of lines."""
        ids = filter(None, records._ids)
        if records._name == "sale.order":
            self.ids.update(ids)
            return
        known = records._fields["order_id"]._get_cache(records.env)
        for line_id in ids:
            if order_id := known.get(line_id):
                self.ids.add(order_id)
            else:
                self.line_ids.add(line_id)
