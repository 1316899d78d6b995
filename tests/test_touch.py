"""A finger on a phone, in real Chromium: what is large enough, and what a tap does."""

import json
import time
from datetime import datetime, timedelta
from urllib.parse import urljoin

from odoo.tests import HttpCase, tagged
from odoo.tests.common import ChromeBrowser

from .common import DashboardCase

SETTLED = ".o_sd_page[aria-busy=false] .o_sd_figures:not(.o_sd_waiting)"
RECORD = ".o_data_row, .o_kanban_record:not(.o_kanban_ghost)"
IS_THERE = "Boolean(document.querySelector(%s))"
PLACE = """
(() => {
    const target = document.querySelector(%s);
    target.scrollIntoView({ block: "center" });
    const { height, left, top, width } = target.getBoundingClientRect();
    return [left + width / 2, top + height / 2];
})()
"""
# The main controls by name, and anything else that can be pressed; beside each row of a
# table its button may be lower, the row does the same.
SMALL = """
[...document.querySelectorAll(".o_sale_dashboard button")].filter((button) => {
    const { height, width } = button.getBoundingClientRect();
    const isMain = button.matches(".o_sd_toolbar button, .o_sd_tools button");
    const least = isMain ? 44 : button.matches(".o_sd_row_button") ? 28 : 32;
    return height && (height < least || width < 24);
}).map((button) => [button.className, button.getBoundingClientRect().height].join(" "))
"""
WIDTHS = """
[document.documentElement, document.querySelector(".o_sd_content")].map(
    ({ clientWidth, scrollWidth }) => scrollWidth - clientWidth
)
"""
SCROLLED = """
[...document.querySelectorAll(".o_sale_dashboard, .o_sd_content")].some(
    ({ scrollTop }) => scrollTop > 100
)
"""
TOOLTIP = 'Chart.getChart(document.querySelector("canvas")).tooltip.opacity'
OVERLAPS = """
(() => {
    const { bottom } = document.querySelector(".o_sd_as_line").getBoundingClientRect();
    const sentence = document.querySelector(".o_sd_revenue_chart .o_sd_sentence");
    return bottom - sentence.getBoundingClientRect().top > 4;
})()
"""


@tagged("post_install", "-at_install")
class TestTouch(DashboardCase, HttpCase):
    browser_size = "360x740"
    touch_enabled = True

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        now = datetime.now().replace(microsecond=0)
        # One each day, so that any bucket that is hit has one.
        for days in range(30):
            cls.make_order(100 + days, at=str(now - timedelta(days=days, seconds=1)))

    def setUp(self):
        super().setUp()
        self.enterContext(self.allow_requests(all_requests=True))
        self.addCleanup(setattr, self, "http_request_allow_all", False)
        self.addCleanup(self._wait_remaining_requests)
        self.browser = ChromeBrowser(self)
        self.addCleanup(self.browser.stop)
        self.browser._websocket_request(
            "Emulation.setTouchEmulationEnabled", params={"enabled": True}
        )
        login = self.viewer.login
        self.authenticate(login, login, browser=self.browser)

    def test_a_phone_by_finger(self):
        self.open()
        self.assertEqual(self.evaluate(SMALL), [])
        self.assertEqual(self.evaluate(WIDTHS), [0, 0])
        self.assertFalse(self.evaluate(OVERLAPS))
        self.swipe((180, 600), (180, 200))
        self.wait(SCROLLED)
        # What a finger cannot rest on shows at its first tap, and opens at its second.
        self.tap(".o_sd_chart canvas")
        self.wait(f"{TOOLTIP} === 1")
        self.tap(".o_sd_chart canvas")
        self.wait_for(RECORD)
        self.open()
        self.tap("[data-metric=total_orders]")
        self.wait_for(RECORD)
        self.open()
        self.tap(".o_sd_top_customers .o_sd_filter")
        self.wait_for(f"{SETTLED} [data-customer]")
        self.wait_for(".o_searchview_facet")
        self.tap(".o_sd_period_button")
        self.wait_for(".o_sd_presets")
        self.tap(".o_sd_presets .o_sd_menu_item:nth-child(3)")
        self.wait("location.search.includes('period=last_7_days')")

    def open(self):
        self.browser.navigate_to(urljoin(self.base_url(), "/odoo/sales-dashboard"))
        self.wait_for(SETTLED)

    def evaluate(self, code):
        answer = self.browser._websocket_request(
            "Runtime.evaluate", params={"expression": code, "returnByValue": True}
        )
        return answer["result"]["value"]

    def wait(self, code):
        # Asked again until it is so.
        code = f"new Promise((done) => setTimeout(() => done({code}), 50))"
        self.assertTrue(self.browser._wait_ready(code), f"never so: {code}")

    def wait_for(self, selector):
        self.wait(IS_THERE % json.dumps(selector))

    def touch(self, kind, *points):
        points = [{"x": x, "y": y} for x, y in points]
        self.browser._websocket_request(
            "Input.dispatchTouchEvent", params={"type": kind, "touchPoints": points}
        )

    def tap(self, selector):
        before = None
        # A sheet slides in.
        while (place := self.evaluate(PLACE % json.dumps(selector))) != before:
            before = place
            time.sleep(0.1)
        self.touch("touchStart", place)
        self.touch("touchEnd")

    def swipe(self, start, end, steps=8):
        self.touch("touchStart", start)
        for step in range(1, steps + 1):
            self.touch(
                "touchMove",
                [a + (b - a) * step / steps for a, b in zip(start, end, strict=True)],
            )
        time.sleep(0.3)  # at rest: it scrolls no further, which a tap would only stop
        self.touch("touchEnd")
