"""Two people at once, each in a browser of his own, in real Chromium."""

import contextlib
import json
from datetime import datetime
from unittest.mock import patch
from urllib.parse import urljoin

from odoo.tests import HttpCase, tagged
from odoo.tests.common import ChromeBrowser

from odoo.addons.bus.models.bus import BusBus
from odoo.addons.bus.websocket import (
    CloseCode,
    WebsocketConnectionHandler,
    _kick_all,
)

from .common import DashboardCase

ORDERS = "[data-metric=total_orders] .o_sd_card_value"
# True once the page shows that figure, and is live; asked again until then.
SHOWS = """
new Promise((resolve) => setTimeout(() => resolve(
    document.querySelector(%s)?.textContent === %s
    && Boolean(document.querySelector("[data-status=live]"))
), 50))
"""
CONFIRM = """
odoo.__WOWL_DEBUG__.root.env.services.orm.call("sale.order", "action_confirm", [[%s]])
"""
# The animation of what has changed.
MOTION = """
(() => {
    const figure = document.querySelector(%s).cloneNode(true);
    figure.classList.add("o_sd_changed");
    document.querySelector(".o_sale_dashboard").append(figure);
    const { animationName } = getComputedStyle(figure);
    figure.remove();
    return animationName;
})()
"""


@tagged("post_install", "-at_install")
class TestLiveBrowsers(DashboardCase, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.salesperson = cls.make_user(
            "dashboard_salesperson", "sales_team.group_sale_salesman"
        )

    def quotation(self, user):
        now = str(datetime.now().replace(microsecond=0))
        return self.make_order(100, at=now, user_id=user.id, confirm=False)

    def test_each_sees_what_he_may(self):
        quotations = [
            self.quotation(user)
            for user in (self.viewer, self.salesperson, self.salesperson)
        ]
        quotations.pop().action_confirm()
        with self.live_browsers():
            # Both before either page asks: its requests have the same connection.
            manager = self.log_in(self.viewer)
            salesperson = self.log_in(self.salesperson)
            for browser in (manager, salesperson):
                browser.navigate_to(urljoin(self.base_url(), "/odoo/sales-dashboard"))
            self.assertShows(manager, "1")
            self.assertShows(salesperson, "1")
            self.confirm(manager, quotations[0])
            self.assertShows(manager, "2")
            # Not his own: told that something changed, he reads what he knew.
            self.confirm(salesperson, quotations[1])
            self.assertShows(manager, "3")
            self.assertShows(salesperson, "2")
            self.assertMotion(manager, "o_sd_changed")
            self.assertMotion(salesperson, "none", {"prefers-reduced-motion": "reduce"})

    @contextlib.contextmanager
    def live_browsers(self):
        """As in ``browser_js()``, for more than one browser: messages arrive."""
        send = BusBus._sendone

        def send_at_once(bus, target, notification_type, message):
            send(bus, target, notification_type, message)
            bus.env.cr.precommit.run()
            bus.env.cr.postcommit.run()

        with contextlib.ExitStack() as stack:
            self.browsers = stack.enter_context(contextlib.ExitStack())
            stack.enter_context(self.allow_requests(all_requests=True))
            stack.callback(setattr, self, "http_request_allow_all", False)
            stack.enter_context(patch.object(BusBus, "_sendone", send_at_once))
            stack.enter_context(
                patch.object(
                    WebsocketConnectionHandler, "websocket_allowed", return_value=True
                )
            )
            stack.callback(self._wait_remaining_requests)
            stack.callback(_kick_all, CloseCode.KILL_NOW)
            yield

    def log_in(self, user):
        browser = ChromeBrowser(self)
        self.browsers.callback(browser.stop)
        # Or Odoo would end the session of the other one.
        self.session = None
        self.authenticate(user.login, user.login, browser=browser)
        return browser

    def assertShows(self, browser, orders):
        code = SHOWS % (json.dumps(ORDERS), json.dumps(orders))
        self.assertTrue(browser._wait_ready(code), f"never shows {orders} orders")

    def assertMotion(self, browser, expected, media=None):
        features = [{"name": key, "value": media[key]} for key in media or {}]
        browser._websocket_request(
            "Emulation.setEmulatedMedia", params={"features": features}
        )
        answer = browser._websocket_request(
            "Runtime.evaluate", params={"expression": MOTION % json.dumps(ORDERS)}
        )
        self.assertEqual(answer["result"]["value"], expected)

    def confirm(self, browser, order):
        """As the person in front of that browser, behind the back of the page."""
        answer = browser._websocket_request(
            "Runtime.evaluate",
            params={"expression": CONFIRM % order.id, "awaitPromise": True},
        )
        self.assertEqual(answer["result"], {"type": "boolean", "value": True})
