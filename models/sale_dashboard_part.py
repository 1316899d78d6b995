import json
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ..engine.parts import Parts
from ..tools import drop_expired, store_uncompressed
from .sale_dashboard_computation import PRUNED_AT_ONCE


class SaleDashboardPart(models.Model):
    """What an answer's orders of the days that are over add up to.

    Kept under the key of the answer (see :meth:`sale.dashboard._make_key`), which holds
    the request, everything that decides what a user may see, and the day. What is kept
    is right in a snapshot that sees every change that the one it was read in saw, if
    all further changes moved later sales only (``since`` of
    ``sale.dashboard.change``) or, of what goes by their creation, orders created later
    (``created_since``): the rows of changes that were seen are remembered, and
    all of them have to be there still. Private: no one has access over RPC, and
    :meth:`_find` is the only reader.
    """

    _name = "sale.dashboard.part"
    _description = "Sales Dashboard Part"
    _log_access = False

    key = fields.Char(required=True)
    name = fields.Char(required=True)
    until = fields.Datetime(required=True, help="Everything in it is dated before.")
    by_creation = fields.Boolean(
        help="It is of all orders created before, not of the sales dated before."
    )
    seen = fields.Text(required=True, help="Changes that were seen: array of ids.")
    read_at = fields.Datetime(required=True)
    expires_at = fields.Datetime(required=True, index=True)
    value = fields.Text(required=True)

    _unique_name = models.UniqueIndex("(key, name)")

    def init(self):
        store_uncompressed(self.env.cr, self._table, "value")

    @api.model
    def _count_orders(self):
        """How many orders there are, as the database estimates; below 0: unknown."""
        [[orders]] = self.env.execute_query(
            SQL("SELECT reltuples FROM pg_class WHERE oid = 'sale_order'::regclass")
        )
        return orders

    @api.model
    def _find(self, key, scope):
        """The parts for a key that are right in this transaction's snapshot.

        :return: ``(Parts, instant at which the oldest was read, or None)``
        """
        rows = self.env.execute_query(
            SQL(
                """
                SELECT part.name, part.until, part.value, part.read_at
                FROM sale_dashboard_part AS part
                WHERE part.key = %s AND part.expires_at > %s AND (
                    SELECT COUNT(seen.id) = cardinality(part.seen::int[])
                        AND bool_and(
                            seen.id IS NOT NULL
                            OR COALESCE(
                                CASE WHEN part.by_creation
                                    THEN change.created_since
                                    ELSE change.since
                                END >= part.until,
                                FALSE
                            )
                        ) IS NOT FALSE
                    FROM sale_dashboard_change AS change
                    LEFT JOIN unnest(part.seen::int[]) AS seen (id)
                        ON seen.id = change.id
                )
                """,
                key,
                fields.Datetime.now(),
            )
        )
        found = {name: (until, json.loads(value)) for name, until, value, _at in rows}
        parts = Parts(scope.zone, scope.today, found)
        return parts, min((read_at for *_part, read_at in rows), default=None)

    @api.model
    def _list_seen(self):
        """The changes that this transaction's snapshot sees, as an array's text."""
        [[seen]] = self.env.execute_query(
            SQL("SELECT COALESCE(array_agg(id), '{}')::text FROM sale_dashboard_change")
        )
        return seen

    @api.model
    def _keep(self, cr, key, parts, seen, read_at, ttl):
        """Keep what was read for an answer, for the next one.

        :param Parts parts: of the answer
        :param seen: result of :meth:`_list_seen` in the snapshot that it was read in
        :param ttl: seconds
        """
        for name, (until, value, by_creation) in parts.added.items():
            cr.execute(
                SQL(
                    """
                    INSERT INTO sale_dashboard_part AS kept (
                        key, name, until, by_creation, seen, read_at, expires_at, value
                    )
                    VALUES (
                        %(key)s, %(name)s, %(until)s, %(by_creation)s, %(seen)s,
                        %(read_at)s, %(expires_at)s, %(value)s
                    )
                    ON CONFLICT (key, name) DO UPDATE SET
                        until = excluded.until,
                        by_creation = excluded.by_creation,
                        seen = excluded.seen,
                        read_at = excluded.read_at,
                        expires_at = excluded.expires_at,
                        value = excluded.value
                    """,
                    key=key,
                    name=name,
                    until=until,
                    by_creation=by_creation,
                    seen=seen,
                    read_at=read_at,
                    expires_at=read_at + timedelta(seconds=ttl),
                    value=json.dumps(value),
                )
            )
        drop_expired(cr, self._table, fields.Datetime.now(), PRUNED_AT_ONCE)

    @api.autovacuum
    def _gc_expired(self):
        an_hour_ago = fields.Datetime.now() - timedelta(hours=1)
        drop_expired(self.env.cr, self._table, an_hour_ago)
