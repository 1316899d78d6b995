from datetime import datetime, timedelta

from odoo.tests import HttpCase, tagged

from .common import DashboardCase

SETTLED = ".o_sd_page[aria-busy=false] .o_sd_figures:not(.o_sd_waiting)"
LOOK = """
(() => {
    const find = (selector) => document.querySelector(selector);
    const box = (selector) => find(selector).getBoundingClientRect();
    const content = find(".o_sd_content");
    const number = find(".o_sd_top_customers tbody .o_sd_bar_cell");
    const text = number.querySelector(".o_sd_bar_text").getBoundingClientRect();
    const cell = number.getBoundingClientRect();
    const sentence = find(".o_sd_revenue_chart .o_sd_sentence");
    const range = document.createRange();
    const letter = (index) => {
        range.setStart(sentence.firstChild, index);
        range.setEnd(sentence.firstChild, index + 1);
        return range.getBoundingClientRect();
    };
    const [first, last] = [0, sentence.textContent.length - 1].map(letter);
    const wrong = Object.entries({
        "the page reads from right to left":
            getComputedStyle(find(".o_sale_dashboard")).direction === "rtl",
        "the first card is the rightmost":
            box("[data-metric=total_revenue]").left
                > box("[data-metric=total_orders]").right,
        "the customers stand right of the segments":
            box(".o_sd_top_customers").left > box(".o_sd_segments").right,
        "numbers end at the left of their column":
            text.left - cell.left < cell.right - text.right,
        "the sign of a change stays before its number":
            /\\u2066\\+/.test(find(".o_sd_card .o_sd_change").textContent),
        "what is not translated reads from left to right": first.left < last.left,
        "and stands at the right":
            Math.abs(last.right - sentence.getBoundingClientRect().right) < 2,
        "nothing is wider than the page":
            content.scrollWidth <= content.clientWidth,
    }).filter(([, isSo]) => !isSo);
    if (wrong.length) {
        console.error("Not so: " + wrong.map(([what]) => what).join("; "));
    } else {
        console.log("test successful");
    }
})()
"""


@tagged("post_install", "-at_install")
class TestRightToLeft(DashboardCase, HttpCase):
    """The page in a language that is written from right to left.

    Odoo turns its styles round by the program ``rtlcss`` (npm), without which this
    fails.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("ar_001")
        cls.viewer.write({"password": "dashboard_viewer", "lang": "ar_001"})
        now = datetime.now().replace(microsecond=0)
        cls.make_order(300, at=str(now - timedelta(hours=1)))
        cls.make_order(200, at=str(now - timedelta(days=45)))
        # Turning Odoo's styles round takes longer than one request of a test waits for
        # the other.
        for bundle in ("web.assets_web", "web.assets_web_print"):
            cls.env["ir.qweb"]._get_asset_bundle(bundle, js=False, rtl=True).css()

    def test_the_page_is_turned_round(self):
        self.browser_js(
            "/odoo/sales-dashboard",
            LOOK,
            ready=f"Boolean(document.querySelector('{SETTLED}'))",
            login="dashboard_viewer",
        )
