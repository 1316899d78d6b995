"""Indexes on tables that may be large, built without keeping anyone waiting.

Odoo builds an index inside the transaction that installs the addon, which locks the
table for as long as that takes; and PostgreSQL builds one beside the writers
(``CONCURRENTLY``) only outside of any transaction, once all older ones have ended. So
on a large table the install leaves its indexes out, and a scheduled job builds them
afterwards on a connection of its own. The dashboard is only slower without them.
"""

import logging
from contextlib import contextmanager

from odoo import models
from odoo.sql_db import db_connect
from odoo.tools import SQL, sql

_logger = logging.getLogger(__name__)

LARGE_TABLE = 100_000  # rows
# The thread that builds; and, one per database, the lock it holds.
BUILDER = "sale_dashboard.indexes"


class LargeIndex(models.Index):
    """A declared index that only small tables get during the install."""

    def apply_to_database(self, model):
        cr = model.env.cr
        if is_large(cr, model._table):
            return
        if is_invalid(cr, self.full_name(model)):
            sql.drop_index(cr, self.full_name(model), model._table)
        super().apply_to_database(model)


def is_large(cr, table):
    """Whether a table has more than :data:`LARGE_TABLE` rows; counts no further."""
    cr.execute(
        SQL(
            "SELECT count(*) FROM (SELECT FROM %s LIMIT %s) AS rows",
            SQL.identifier(table),
            LARGE_TABLE + 1,
        )
    )
    return cr.fetchone()[0] > LARGE_TABLE


def is_invalid(cr, name):
    """Whether an index is what a crash left of building it."""
    cr.execute(
        SQL(
            "SELECT NOT indisvalid FROM pg_index"
            " WHERE indexrelid = to_regclass(quote_ident(%s))",
            name,
        )
    )
    return bool(cr.rowcount) and cr.fetchone()[0]


def list_missing(cr, registry):
    """``(table, name, index)`` of the declared indexes that are not as declared."""
    missing = []
    for model_class in registry.values():
        for index in model_class._table_objects.values():
            if not isinstance(index, LargeIndex):
                continue
            name = sql.make_identifier(f"{model_class._table}_{index.name}")
            _definition, comment = sql.index_definition(cr, name)
            # The comment is the last thing that is made.
            if comment != index.get_definition(registry) or is_invalid(cr, name):
                missing.append((model_class._table, name, index))
    return missing


def build_missing(registry):
    """Build what is missing, old or INVALID, beside those who write.

    Returns when all is there, at once if another process is at it. Waits for all
    transactions that are older, so the caller must have none open.
    """
    with _autocommit(registry.db_name) as cr:
        cr.execute(SQL("SELECT pg_try_advisory_lock(hashtext(%s))", BUILDER))
        if not cr.fetchone()[0]:
            return
        try:
            for table, name, index in list_missing(cr, registry):
                _build(cr, registry, table, name, index)
        finally:
            cr.execute(SQL("SELECT pg_advisory_unlock(hashtext(%s))", BUILDER))


def _build(cr, registry, table, name, index):
    definition = index.get_definition(registry)
    identifier = SQL.identifier(name)
    _logger.info("Building the index %s", name)
    cr.execute(SQL("DROP INDEX CONCURRENTLY IF EXISTS %s", identifier))
    cr.execute(
        SQL(
            "CREATE INDEX CONCURRENTLY %s ON %s %s",
            identifier,
            SQL.identifier(table),
            SQL(definition.removeprefix("INDEX ").replace("%", "%%")),
        )
    )
    # By it Odoo knows at the next update that the index is as declared.
    cr.execute(SQL("COMMENT ON INDEX %s IS %s", identifier, definition))
    _logger.info("The index %s is built", name)


@contextmanager
def _autocommit(dbname):
    """A cursor whose statements are no transaction."""
    cr = db_connect(dbname).cursor()
    try:
        cr.rollback()
        cr._cnx.autocommit = True
        yield cr
    finally:
        cr._cnx.autocommit = False
        cr.close()
