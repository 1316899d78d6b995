import threading
import time
from contextlib import closing
from unittest.mock import patch

import psycopg2

from odoo import SUPERUSER_ID
from odoo.api import Environment
from odoo.modules.registry import Registry
from odoo.sql_db import Cursor, db_connect
from odoo.tests import common, tagged
from odoo.tools import SQL

from .. import indexes
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
        # Whatever a test leaves, the others find all indexes.
        self.addCleanup(indexes.build_missing, self.registry)

    def cursor(self):
        """A transaction of the database itself, as any other process has."""
        return closing(db_connect(self.registry.db_name).cursor())

    def list_missing(self):
        with self.cursor() as cr:
            return [
                name for _table, name, _one in indexes.list_missing(cr, self.registry)
            ]

    def drop_sales_index(self):
        with self.cursor() as cr:
            cr.execute(SQL("DROP INDEX IF EXISTS %s", SQL.identifier(SALES)))
            cr.commit()

    def apply_declared(self, limit):
        """What an install or update does for the index, on a table beyond ``limit``."""
        with self.cursor() as cr, patch.object(indexes, "LARGE_TABLE", limit):
            model = self.registry["sale.order"]
            index = model._table_objects[SALES]
            env = Environment(cr, SUPERUSER_ID, {})
            index.apply_to_database(env["sale.order"])
            cr.commit()

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
            cron_cr.commit()
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
            cr.commit()
        self.drop_sales_index()
        self.run_job(expected=True)
        self.assertEqual(self.list_missing(), [])
        self.assertTrue(self.is_active())
        self.run_job(expected=False)
        self.assertFalse(self.is_active())


@tagged("post_install", "-at_install")
class TestIndexUse(DashboardCase):
    def explain(self, work):
        """The plans of the statements of ``work`` that have indexes made for them.

        Every other way to read a table is made to cost more than it could: what is
        left is whether the index has every column that the statement reads.
        """
        statements = []
        execute = Cursor.execute

        def listen(cursor, query, params=None, log_exceptions=True):
            execute(cursor, query, params, log_exceptions)
            statements.append(cursor._obj.query.decode())

        with patch.object(Cursor, "execute", listen):
            work()
        cr = self.env.cr
        for way in ("seqscan", "indexscan", "bitmapscan"):
            cr.execute(f"SET LOCAL enable_{way} = off")
        plans = []
        for statement in statements:
            if statement.startswith("SELECT") and '"sale_order' in statement:
                cr.execute(f"EXPLAIN {statement}")
                plans.append("\n".join(line for (line,) in cr.fetchall()))
        return plans

    def assertUses(self, index, work):
        plans = self.explain(work)
        self.assertTrue(plans)
        for plan in plans:
            self.assertIn(f"Index Only Scan using {index} on ", plan)

    def test_every_figure_has_its_index(self):
        self.make_order(100)
        dashboards = self.dashboards()
        scope = dashboards._make_scope(
            parse_request(date_from="2025-06-01", date_to="2025-06-30")
        )
        source = dashboards._get_source(scope)
        customers = self.env["res.partner"].search([]).ids
        confirmed = source._get_sales_domain(scope, scope.current)
        for index, work in (
            (SALES, lambda: source._read_cores(scope, [[1, 2, 1.0, 2.0]])),
            (SALES, lambda: source._read_comparison_rates(scope)),
            (
                "sale_order_dashboard_customers",
                lambda: source._read_new_customers(scope, scope.current, customers),
            ),
            (
                "sale_order_dashboard_customers",
                lambda: source._read_lifetimes(scope, customers),
            ),
            (
                "sale_order_dashboard_created",
                lambda: source._read_conversion(scope, scope.comparison),
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
        constraints._module_data_uninstall()
        self.env.cr.execute(
            "SELECT count(*) FROM pg_indexes WHERE indexname = ANY(%s)", [list(NAMES)]
        )
        self.assertEqual(self.env.cr.fetchone(), (0,))
