"""The code that the tiles of the page show, taken from the page and run."""

import json
import os
import re
import subprocess
import sys
from datetime import timedelta
from urllib.parse import quote, urlencode, urljoin

from odoo import fields
from odoo.tests import HttpCase, tagged
from odoo.tests.common import ChromeBrowser
from odoo.tools import mute_logger

from .common import DashboardCase

TIMEOUT = 180
#: where the payload has what a tile shows; a panel by its class
PLACES = {
    "total_revenue": ["overview", "total_revenue"],
    "total_orders": ["overview", "total_orders"],
    "average_order_value": ["overview", "average_order_value"],
    "new_customers": ["overview", "new_customers"],
    "conversion_rate": ["overview", "conversion_rate"],
    "o_sd_revenue_chart": ["sales_by_period"],
    "o_sd_top_customers": ["top_customers"],
    "o_sd_segments": ["customer_segments"],
    "o_sd_customer_types": ["breakdowns", "customer_type"],
    "o_sd_bridge": ["breakdowns", "bridge"],
    "o_sd_breakdown": ["breakdowns", "product"],
    "o_sd_quotations": ["breakdowns", "quotation"],
    "o_sd_warnings": ["warnings"],
}
TARGETS = "o_sd_targets"
#: the login of zenoo-rpc takes longer than all calls of the others
ZENOO = ("total_revenue", "o_sd_breakdown", TARGETS)
COLLECT = """
(async () => {
    const find = (selector) => document.querySelector(selector);
    const all = (selector) => [...document.querySelectorAll(selector)];
    const wait = async (what) => {
        for (let i = 0; i < 3600; i++) {
            const found = what();
            if (found) {
                return found;
            }
            await new Promise((resolve) => setTimeout(resolve, 25));
        }
        throw new Error(`waited in vain: ${what}\n${document.body.innerText}`);
    };
    await wait(() => find(".o_sd_set_targets"));
    await wait(() => find(".o_sd_page[aria-busy=false] [data-dimension=product]")).then(
        (tab) => tab.click()
    );
    await wait(() => find(".o_sd_breakdown [role=tabpanel][aria-busy=false] tbody"));
    const tiles = {};
    for (const button of all(".o_sd_code_button")) {
        const tile = button.previousElementSibling?.dataset.metric
            || [...button.closest(".o_sd_panel").classList].find(
                (name) => name !== "o_sd_panel"
            );
        tiles[tile] = {};
        button.click();
        await wait(() => find(".modal .o_sd_code"));
        for (const tab of all(".modal [data-sample]")) {
            tab.click();
            await wait(() => tab.getAttribute("aria-selected") === "true");
            tiles[tile][tab.dataset.sample] = {
                code: find(".modal .o_sd_code").textContent,
                where: find(".modal .o_sd_code_where")?.textContent || "",
            };
        }
        find(".modal .btn-close").click();
        await wait(() => !find(".modal"));
    }
    const shown = all(".o_sd_card[data-metric]").map((card) => [
        card.dataset.metric,
        JSON.parse(card.dataset.tooltipInfo).exactValue
            || card.querySelector(".o_sd_card_value").textContent,
    ]);
    return JSON.stringify({ tiles, shown: Object.fromEntries(shown) });
})()
"""


@tagged("post_install", "-at_install")
class TestCodeSamples(DashboardCase, HttpCase):
    """Each client's code of each tile prints what the tile shows.

    Needs ``curl``, as whoever copies its call does.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Made while the page loads, they would hold up its other requests.
        for name in ("web.assets_web", "sale_dashboard.assets", "web.chartjs_lib"):
            bundle = cls.env["ir.qweb"]._get_asset_bundle(name)
            bundle.css()
            bundle.js()
        cls.second = cls.make_company("Second SA", cls.eur)
        cls.make_rate(cls.eur, "2024-01-01", 0.8)
        cls.viewer.write(
            {
                "company_ids": cls.company.ids + cls.second.ids,
                "password": "dashboard_viewer",
            }
        )
        # A name that a shell and a program could take for their own.
        strange = cls.env["res.partner"].create({"name": 'O\'Neil "$HOME" Söhne'})
        for number, partner in enumerate((cls.customer, strange, cls.customer)):
            cls.make_order(
                100.5 * (number + 1),
                at=f"2025-06-{10 + number} 10:00:00",
                partner=partner,
            )
        cls.make_order(77, at="2025-06-20 10:00:00", company=cls.second)
        cls.make_order(55, at="2024-06-12 10:00:00")
        # Filtered away.
        cls.make_order(1000, client_order_ref="not 'this'")
        cls.make_order(30, confirm=False)

    def test_code_of_every_tile(self):
        key = (
            self.env["res.users.apikeys"]
            .with_user(self.viewer)
            ._generate("rpc", "test", fields.Datetime.now() + timedelta(days=1))
        )
        with self.allow_requests(all_requests=True):
            found = self.collect()
            payload = self.read_payload()
            self.assertEqual(payload["overview"]["total_orders"], 4)
            self.assertEqual(payload["company_ids"], self.second.ids + self.company.ids)
            of_other_addons = {row["name"] for row in payload["metrics"]}
            self.assertEqual(
                found["tiles"].keys() - of_other_addons, {*PLACES, TARGETS}
            )
            for tile, samples in found["tiles"].items():
                expected = self.expect(tile, payload)
                for client, sample in samples.items():
                    if client == "zenoo" and tile not in ZENOO:
                        continue
                    with self.subTest(tile=tile, client=client):
                        self.assertEqual(self.run_sample(client, sample, key), expected)
        shown = {
            name: text
            for name, text in found["shown"].items()
            if name not in of_other_addons
        }
        self.assertShown(shown, payload["overview"])

    def collect(self):
        """What the page shows, and the code behind each of its buttons."""
        browser = ChromeBrowser(self)
        self.addCleanup(browser.stop)
        self.authenticate("dashboard_viewer", "dashboard_viewer", browser=browser)
        companies = "-".join(map(str, self.second.ids + self.company.ids))
        browser.set_cookie("cids", companies, "/", "127.0.0.1")
        domain = [
            *("|", ["client_order_ref", "=", False]),
            ["client_order_ref", "!=", "not 'this'"],
        ]
        address = urlencode(
            {
                "period": "custom",
                "from": "2025-06-01",
                "to": "2025-06-30",
                "compare": "previous_year",
                "granularity": "weekly",
                "measure": "total",
                "filters": json.dumps([{"domain": repr(domain)}]),
            },
            quote_via=quote,
        )
        browser.navigate_to(
            urljoin(self.base_url(), f"/odoo/sales-dashboard?{address}")
        )
        answer = browser._websocket_request(
            "Runtime.evaluate",
            params={"expression": COLLECT, "awaitPromise": True},
            timeout=TIMEOUT,
        )
        self.assertEqual(answer["result"]["type"], "string", answer)
        return json.loads(answer["result"]["value"])

    def read_payload(self):
        """The record that the page had made."""
        dashboard = self.env["sale.dashboard"].search(
            [("create_uid", "=", self.viewer.id)], limit=1
        )
        return dashboard.with_user(self.viewer)._get_payload()

    def expect(self, tile, payload):
        if tile == TARGETS:
            return self.dashboards(companies=self.second + self.company).get_targets()[
                "targets"
            ]
        for name in PLACES.get(tile, ["metrics"]):
            payload = payload[name]
        return payload

    def run_sample(self, client, sample, key):
        """What the code prints; of curl's whole answer, what is told to look at."""
        command = ["sh", "-eu", "-c"] if client == "curl" else [sys.executable, "-c"]
        with mute_logger("odoo.addons.rpc.controllers.jsonrpc", "odoo.http"):
            done = subprocess.run(
                [*command, sample["code"]],
                env={
                    **os.environ,
                    "ODOO_API_KEY": key,
                    "PYTHONIOENCODING": "utf-8",
                    "no_proxy": "*",
                },
                capture_output=True,
                encoding="utf-8",
                timeout=TIMEOUT,
                check=False,
            )
        self.assertEqual(done.returncode, 0, done.stderr)
        answer = json.loads(done.stdout)
        where = sample["where"].partition(": ")[2]
        for name in where.split(" › ") if where else ():
            answer = answer[name]
        return answer

    def assertShown(self, shown, overview):
        """The page shows these figures, to the cent."""
        for name, text in shown.items():
            with self.subTest(figure=name):
                number = float(re.sub(r"[^\d.]", "", text))
                self.assertAlmostEqual(number, overview[name], places=1)
                if name in ("total_revenue", "average_order_value"):
                    self.assertAlmostEqual(number, overview[name], places=2)
