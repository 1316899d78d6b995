import logging
import threading
from collections import Counter, defaultdict

import psycopg2

from odoo import api, fields, models
from odoo.sql_db import db_connect
from odoo.tools import SQL

_logger = logging.getLogger(__name__)

WRITE_INTERVAL = 60  # seconds


class Lookups:
    """Hits and misses of this worker that are not in the database yet.

    The first one starts a timer, and what has come together until then is written at
    once, on a connection of its own: a request never waits for it.
    """

    def __init__(self, interval=WRITE_INTERVAL):
        self._interval = interval
        self._lock = threading.Lock()
        self._pending = defaultdict(Counter)

    def count(self, dbname, hit):
        with self._lock:
            if not self._pending[dbname]:
                timer = threading.Timer(self._interval, self.save, [dbname])
                timer.daemon = True
                timer.start()
            self._pending[dbname]["hits" if hit else "misses"] += 1

    def pending(self, dbname):
        """``Counter`` of ``hits`` and ``misses``."""
        with self._lock:
            return Counter(self._pending[dbname])

    def save(self, dbname):
        """Add what is pending to what the database has."""
        with self._lock:
            counts = self._pending.pop(dbname, Counter())
        try:
            # Not the registry's: below a test, that would be the test's own cursor.
            with db_connect(dbname).cursor() as cr:
                cr.execute(
                    "INSERT INTO sale_dashboard_lookup (hits, misses) VALUES (%s, %s)",
                    [counts["hits"], counts["misses"]],
                    log_exceptions=False,
                )
        except psycopg2.Error:  # the database or the addon may be gone by now
            _logger.info("%s of %s were not counted", counts, dbname, exc_info=True)


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
