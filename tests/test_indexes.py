import threading
import time
from contextlib import contextmanager
from unittest.mock import patch

import psycopg2

from odoo import SUPERUSER_ID
from odoo.api import Environment
from odoo.modules.registry import DummyRLock, Registry
from odoo.sql_db import Cursor, db_connect
from odoo.tests import common, tagged
from odoo.tools import SQL

from .. import indexes
from ..engine.assembly import CoreRows, Sum
from ..engine.request import parse_request
from .common import DashboardCase

SALES = "sale_order_dashboard_sales"
NAMES = (
    SALES,
    "sale_order_dashboard_customers",
    "sale_order_dashboard_created",
    "sale_order_dashboard_quotations",
    "sale_order_line_dashboard_products",
)
PATIENCE = 60


@tagged("post_install", "-at_install")
class TestIndexBuilding(common.BaseCase):
    """Indexes built beside the writers, on the real database; no order is written."""

    def setUp(self):
        super().setUp()
        self.registry = Registry(common.get_db_name())
        # Odoo's runner holds it for the whole run: other threads would wait for ever.
        self.patch(Registry, "_lock", DummyRLock())
        # Whatever a test leaves, the others find all indexes.
        self.addCleanup(indexes.build_missing, self.registry)

    def cursor(self):
        """A transaction of the database itself, as any other process has.

        It is committed where the body ends.
        """
        return db_connect(self.registry.db_name).cursor()

    def list_missing(self):
        with self.cursor() as cr:
            return [
                name for _table, name, _one in indexes.list_missing(cr, self.registry)
            ]

    def drop_sales_index(self):
        with self.cursor() as cr:
            cr.execute(SQL("DROP INDEX IF EXISTS %s", SQL.identifier(SALES)))

    def apply_declared(self, limit):
        """What an install or update does for the index, on a table beyond ``limit``."""
        with self.cursor() as cr, patch.object(indexes, "LARGE_TABLE", limit):
            model = self.registry["sale.order"]
            index = model._table_objects[SALES]
            env = Environment(cr, SUPERUSER_ID, {})
            index.apply_to_database(env["sale.order"])

    def test_small_tables_have_them_at_once(self):
        self.assertEqual(self.list_missing(), [])
        self.drop_sales_index()
        self.assertEqual(self.list_missing(), [SALES])
        self.apply_declared(limit=10**6)
        self.assertEqual(self.list_missing(), [])

    def test_large_tables_wait_for_the_job(self):
        self.drop_sales_index()
        self.apply_declared(limit=-1)
        self.assertEqual(self.list_missing(), [SALES])
        indexes.build_missing(self.registry)
        self.assertEqual(self.list_missing(), [])
        # As declared: the next update leaves it alone, whatever the size.
        with self.cursor() as cr:
            cr.execute("SELECT to_regclass(%s)::oid", [SALES])
            [before] = cr.fetchone()
        self.apply_declared(limit=10**6)
        with self.cursor() as cr:
            cr.execute("SELECT to_regclass(%s)::oid", [SALES])
            self.assertEqual(cr.fetchone()[0], before)

    def make_invalid(self):
        """An INVALID index, as a crash leaves it: its building is broken off."""
        with self.cursor() as older, self.cursor() as cr:
            older.execute("SELECT 1 FROM sale_order LIMIT 1")
            cr.rollback()
            cr._cnx.autocommit = True
            cr.execute("SET statement_timeout = 500")
            with self.assertRaises(psycopg2.errors.QueryCanceled):
                # It waits for the older transaction.
                cr.execute(
                    SQL(
                        "CREATE INDEX CONCURRENTLY %s ON sale_order (id)",
                        SQL.identifier(SALES),
                    ),
                    log_exceptions=False,
                )
            cr.execute("RESET statement_timeout")
            cr._cnx.autocommit = False
        with self.cursor() as cr:
            self.assertTrue(indexes.is_invalid(cr, SALES))

    def test_invalid_is_replaced(self):
        for replace in (
            lambda: indexes.build_missing(self.registry),
            lambda: self.apply_declared(limit=10**6),
        ):
            self.drop_sales_index()
            self.make_invalid()
            self.assertEqual(self.list_missing(), [SALES])
            replace()
            self.assertEqual(self.list_missing(), [])
            with self.cursor() as cr:
                self.assertFalse(indexes.is_invalid(cr, SALES))

    def find_builder(self):
        return [one for one in threading.enumerate() if one.name == indexes.BUILDER]

    def run_job(self, expected):
        """Run the scheduled job as Odoo does: in two transactions of its own."""
        cron_id = self.cron_id()
        with self.cursor() as cron_cr:
            job = self.registry["ir.cron"]._acquire_one_job(
                cron_cr, cron_id, include_not_ready=True
            )
            self.registry["ir.cron"]._process_job(cron_cr, job)
            # Not yet committed: PostgreSQL waits for us, we did not wait for it.
            self.assertEqual(bool(self.find_builder()), expected)
        deadline = time.monotonic() + PATIENCE
        for builder in self.find_builder():
            builder.join(deadline - time.monotonic())
        self.assertFalse(self.find_builder())

    def cron_id(self):
        with self.cursor() as cr:
            env = Environment(cr, SUPERUSER_ID, {})
            return env.ref("sale_dashboard.ir_cron_build_indexes").id

    def is_active(self):
        with self.cursor() as cr:
            cr.execute("SELECT active FROM ir_cron WHERE id = %s", [self.cron_id()])
            return cr.fetchone()[0]

    def test_job_ends_when_all_is_built(self):
        cron_id = self.cron_id()
        with self.cursor() as cr:
            cr.execute("UPDATE ir_cron SET active = true WHERE id = %s", [cron_id])
        self.drop_sales_index()
        self.run_job(expected=True)
        self.assertEqual(self.list_missing(), [])
        self.assertTrue(self.is_active())
        self.run_job(expected=False)
        self.assertFalse(self.is_active())


@tagged("post_install", "-at_install")
class TestIndexUse(DashboardCase):
    def list_statements(self, work):
        """The statements about orders that ``work`` sends."""
        statements = []
        execute = Cursor.execute

        def listen(cursor, query, params=None, log_exceptions=True):
            execute(cursor, query, params, log_exceptions)
            statements.append(cursor._obj.query.decode())

        with patch.object(Cursor, "execute", listen):
            work()
        return [
            one
            for one in statements
            if one.startswith("SELECT") and '"sale_order' in one
        ]

    def assertUses(self, index, work):
        """``index`` alone answers the statements of ``work``: it has all columns.

        Which one the database takes depends on how many rows there are: here it has
        no other, and no way round it.
        """
        statements = self.list_statements(work)
        self.assertTrue(statements)
        cr = self.env.cr
        with self.savepoint():
            cr.execute(
                "SELECT indexrelid::regclass::text FROM pg_index"
                " WHERE indrelid = %s::regclass AND NOT indisprimary"
                " AND indexrelid <> %s::regclass",
                [index.partition("_dashboard_")[0], index],
            )
            for [other] in cr.fetchall():
                cr.execute(SQL("DROP INDEX %s", SQL(other)))
            cr.execute("SET LOCAL enable_seqscan = off")
            cr.execute("SET LOCAL enable_bitmapscan = off")
            for statement in statements:
                cr.execute(f"EXPLAIN {statement}")
                plan = "\n".join(line for (line,) in cr.fetchall())
                self.assertIn(f"Index Only Scan using {index} on ", plan)

    @contextmanager
    def savepoint(self):
        """What the body does to the database is taken back."""
        self.env.cr.execute("SAVEPOINT indexes")
        try:
            yield
        finally:
            self.env.cr.execute("ROLLBACK TO SAVEPOINT indexes")

    def test_every_figure_has_its_index(self):
        self.make_order(100)
        dashboards = self.dashboards()
        scope = dashboards._make_scope(
            parse_request(date_from="2025-06-01", date_to="2025-06-30")
        )
        source = dashboards._get_source(scope)
        customers = self.env["res.partner"].search([]).ids
        confirmed = source._get_sales_domain(scope, scope.current)
        nothing = CoreRows(total=Sum(), points={}, customers={}, hidden=Sum())
        for index, work in (
            (SALES, lambda: source._read_cores(scope, [[1, 2, 1.0, 2.0]])),
            (SALES, lambda: source._read_comparison_rates(scope)),
            (
                SALES,
                lambda: source._read_effects(
                    scope, scope.current, [[1, 2, 1.0, 2.0]], nothing
                ),
            ),
            (
                "sale_order_dashboard_customers",
                lambda: source._read_new_customers(scope, "current", set(customers)),
            ),
            (
                "sale_order_dashboard_customers",
                lambda: source._read_lifetimes(scope, customers),
            ),
            (
                "sale_order_dashboard_created",
                lambda: source._read_conversion(scope),
            ),
            (
                "sale_order_dashboard_quotations",
                lambda: source._read_quotations(scope),
            ),
            (
                "sale_order_line_dashboard_products",
                lambda: source._read_sum(
                    scope, confirmed & source._get_no_product_domain()
                ),
            ),
        ):
            with self.subTest(index=index):
                self.assertUses(index, work)

    def test_uninstall_drops_them(self):
        constraints = self.env["ir.model.constraint"].search([("name", "in", NAMES)])
        self.assertEqual(sorted(constraints.mapped("name")), sorted(NAMES))
        constraints.unlink()
        self.env.cr.execute(
            "SELECT count(*) FROM pg_indexes WHERE indexname = ANY(%s)", [list(NAMES)]
        )
        self.assertEqual(self.env.cr.fetchone(), (0,))
