from collections import Counter

from odoo import api, fields, models
from odoo.tools import SQL

from ..tools import Pending


class Lookups(Pending):
    """Hits and misses of this worker that are not in the database yet."""

    def _make_empty(self):
        return Counter()

    def _write(self, cr, noted):
        cr.execute(
            "INSERT INTO sale_dashboard_lookup (hits, misses) VALUES (%s, %s)",
            [noted["hits"], noted["misses"]],
            log_exceptions=False,
        )

    def count(self, dbname, hit):
        self._note(dbname, lambda noted: noted.update(["hits" if hit else "misses"]))

    def pending(self, dbname):
        """``Counter`` of ``hits`` and ``misses``."""
        with self._lock:
            return Counter(self._noted.get(dbname))


lookups = Lookups()


class SaleDashboardLookup(models.Model):
    """How often the cache had the answer, all workers together."""

    _name = "sale.dashboard.lookup"
    _inherit = "sale.dashboard.ledger"
    _description = "Sales Dashboard Cache Lookups"
    _log_access = False

    hits = fields.Float(digits=0, required=True)
    misses = fields.Float(digits=0, required=True)

    @api.model
    def _note(self, hit):
        """Count a lookup of this database."""
        lookups.count(self.env.cr.dbname, hit)

    @api.model
    def _get_info(self):
        """``cache_info`` of the payload; right to within a minute.

        ``size`` is the number of the caller's records that have not expired,
        ``hit_ratio`` 0..1, and 0 before any lookup.
        """
        # One query: this is a good part of what a hit costs.
        [[rows, hits, misses, size]] = self.env.execute_query(
            SQL(
                """
                SELECT COUNT(*), COALESCE(SUM(hits), 0), COALESCE(SUM(misses), 0), (
                    SELECT COUNT(*) FROM sale_dashboard
                    WHERE create_uid = %s AND expires_at > %s
                )
                FROM sale_dashboard_lookup
                """,
                self.env.uid,
                fields.Datetime.now(),
            )
        )
        self._compact_if_long(rows)
        pending = lookups.pending(self.env.cr.dbname)
        hits = int(hits) + pending["hits"]
        misses = int(misses) + pending["misses"]
        total = hits + misses
        return {
            "hits": hits,
            "misses": misses,
            "hit_ratio": hits / total if total else 0.0,
            "size": size,
        }
