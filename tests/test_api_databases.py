"""The HTTP API of a server that has several databases."""

from contextlib import contextmanager
from unittest.mock import patch

from odoo.http import root
from odoo.tests import tagged
from odoo.tools import config, mute_logger

from ..engine.addresses import ROOT
from .test_api import JUNE, ApiCase

SECOND = "sale_dashboard_of_the_tests_that_is_not_there"
NO_DATABASE = mute_logger("odoo.http", "odoo.sql_db", "odoo.registry")


@tagged("post_install", "-at_install")
class TestApiDatabases(ApiCase):
    @contextmanager
    def serving(self, server_wide):
        """As if Odoo had been started for two databases."""
        modules = ["base", "rpc", "web"]
        if server_wide:
            modules.append("sale_dashboard")
        options = {
            "db_name": [self.env.cr.dbname, SECOND],
            "server_wide_modules": modules,
        }
        root.__dict__.pop("nodb_routing_map", None)
        self.addCleanup(root.__dict__.pop, "nodb_routing_map", None)
        with patch.dict(config._runtime_options, options):
            yield

    def ask(self, database=None, **headers):
        if database:
            headers["X-Odoo-Database"] = database
        return self.get(user=self.viewer, **headers)

    def test_the_header_chooses(self):
        for server_wide in (False, True):
            with self.serving(server_wide):
                response = self.ask(self.env.cr.dbname)
            self.assertEqual(response.status_code, 200)
            self.assertEqual(response.json()["overview"]["total_orders"], 1)

    @NO_DATABASE
    def test_no_database(self):
        with self.serving(server_wide=True):
            for database in (None, "nonsense", SECOND):
                for address in ("dashboard", "nothing", f"{ROOT[:-3]}"):
                    with self.subTest(database=database, address=address):
                        headers = {"X-Odoo-Database": database} if database else {}
                        response = self.get(
                            user=self.viewer, address=address, **headers
                        )
                        problem = self.assertProblem(response, 400)
                        self.assertIn("X-Odoo-Database", problem["detail"])
            document = self.get("", address="openapi.json")
            self.assertEqual(document.status_code, 200)

    @NO_DATABASE
    def test_no_database_and_not_loaded_server_wide(self):
        # As the documentation says: Odoo's own page, with nothing of ours in it.
        with self.serving(server_wide=False):
            response = self.ask()
        self.assertEqual(response.status_code, 404)
        self.assertIn("text/html", response.headers["Content-Type"])

    def test_a_session_of_another_database(self):
        self.viewer.password = "dashboard_viewer"
        self.authenticate("dashboard_viewer", "dashboard_viewer")
        with self.serving(server_wide=True):
            response = self.get(JUNE, **{"X-Odoo-Database": SECOND})
        self.assertEqual(response.status_code, 403)
