"""The page in a real browser: unit tests of the components, and tours."""

from datetime import datetime, timedelta

from odoo.tests import HttpCase, tagged

from odoo.addons.web.tests import test_js

from .common import DashboardCase


def hoot_id(suite):
    """The id that the test page knows a suite by (as in web/tests/test_js.py)."""
    value = 0
    for character in suite:
        value = ((value << 5) - value + ord(character)) & 0xFFFFFFFF
    return f"{value:08x}"


class HootCase(HttpCase):
    def run_suite(self, preset):
        self.browser_js(
            f"/web/tests?headless&loglevel=2&preset={preset}&timeout=15000"
            f"&id={hoot_id('@sale_dashboard')}",
            "",
            "",
            login="admin",
            timeout=180,
            success_signal="[HOOT] Test suite succeeded",
            error_checker=test_js.unit_test_error_checker,
        )


@tagged("post_install", "-at_install")
class TestHoot(HootCase):
    def test_hoot_id(self):
        self.assertEqual(hoot_id("@web/core"), "e39ce9ba")

    def test_components_desktop(self):
        self.run_suite("desktop")


@tagged("post_install", "-at_install")
class TestHootMobile(HootCase):
    browser_size = "375x667"
    touch_enabled = True

    def test_components_mobile(self):
        self.run_suite("mobile")


@tagged("post_install", "-at_install")
class TestTours(DashboardCase, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.viewer.password = "dashboard_viewer"
        partners = cls.env["res.partner"].create(
            [{"name": f"Customer {index}"} for index in range(5)]
        )
        now = datetime.now().replace(microsecond=0)
        for index, partner in enumerate(partners):
            cls.make_order(
                100 * (index + 1), partner=partner, at=str(now - timedelta(days=index))
            )
        # What the last thirty days are compared with.
        cls.make_order(250, partner=partners[0], at=str(now - timedelta(days=45)))

    def run_tour(self, name):
        self.start_tour(
            "/odoo/sales-dashboard", name, login="dashboard_viewer", timeout=180
        )

    def test_main_path(self):
        self.run_tour("sale_dashboard_main")

    def test_search_and_address(self):
        self.run_tour("sale_dashboard_frame")

    def test_the_proof(self):
        self.run_tour("sale_dashboard_proof")

    def test_a_change_shows_without_a_reload(self):
        self.make_order(
            123.45,
            at=str(datetime.now().replace(microsecond=0)),
            confirm=False,
            client_order_ref="Confirmed behind the dashboard",
        )
        self.run_tour("sale_dashboard_live")
