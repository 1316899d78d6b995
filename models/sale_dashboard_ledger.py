import logging

import psycopg2

from odoo import api, models
from odoo.tools import SQL

_logger = logging.getLogger(__name__)

MAX_ROWS = 3000  # more than that, and who reads them has them added up


class SaleDashboardLedger(models.AbstractModel):
    """Numbers that many add to at once: rows are only added, the sums are what counts.

    Nobody waits for anybody. From time to time rows are replaced by one with their
    sums. Private: no one has access over RPC.
    """

    _name = "sale.dashboard.ledger"
    _description = "Sales Dashboard Ledger"

    @api.autovacuum
    def _gc_rows(self):
        if not self._abstract:
            self._compact_apart()

    @api.model
    def _compact_if_long(self, rows):
        """To be called by who reads the sums, with the number of rows there were."""
        if rows > MAX_ROWS and not self.env.cr.readonly:
            self.env.cr.postcommit.add(self._compact_apart)

    @api.model
    def _compact_apart(self):
        """Compact in a transaction of its own; if that fails, the next one will."""
        try:
            with self.env.registry.cursor() as cr:
                # Rows that another compaction took meanwhile are no conflict then.
                cr.execute("SET TRANSACTION ISOLATION LEVEL READ COMMITTED")
                self.with_env(self.env(cr=cr))._compact()
        except psycopg2.Error:
            _logger.warning("%s was not compacted", self._name, exc_info=True)

    @api.model
    def _compact(self):
        """Replace rows by one with their sums.

        Another compaction has rows of its own (SKIP LOCKED); nobody else locks any.
        """
        columns = [
            name for name, field in self._fields.items() if field.type == "float"
        ]
        self.env.cr.execute(
            SQL(
                """
                WITH gone AS (
                    DELETE FROM %(table)s
                    WHERE id IN (SELECT id FROM %(table)s FOR UPDATE SKIP LOCKED)
                    RETURNING %(columns)s
                )
                INSERT INTO %(table)s (%(columns)s)
                SELECT %(sums)s FROM gone HAVING COUNT(*) > 0
                """,
                table=SQL.identifier(self._table),
                columns=SQL(", ").join(map(SQL.identifier, columns)),
                sums=SQL(", ").join(
                    SQL("SUM(%s)", SQL.identifier(column)) for column in columns
                ),
            )
        )
