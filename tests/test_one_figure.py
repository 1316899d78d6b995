"""One figure, followed through every way to read it."""

import base64
import csv
import io
import json
import re
from decimal import Decimal
from urllib.parse import urljoin

import lxml.html
import openpyxl
import pypdfium2

from odoo.tests import tagged
from odoo.tests.common import ChromeBrowser, get_db_name

from .test_clients import JUNE, PASSWORD, REVENUE, ClientsCase, mute_errors

REPORT = "sale_dashboard.action_report_sale_dashboard"
SCREEN = "/odoo/sales-dashboard?period=custom&from=2025-06-01&to=2025-06-30"
#: What the page writes, once it is there.
CARD = """
new Promise((resolve) => setTimeout(() => resolve(
    document.querySelector("[data-metric=total_revenue] .o_sd_card_value")?.textContent
), 50))
"""


def read_number(text):
    """The amount of a text in English, whatever currency stands around it."""
    [found] = re.findall(r"-?\d[\d,]*\.?\d*", text)
    return Decimal(found.replace(",", ""))


@tagged("post_install", "-at_install")
class TestOneFigure(ClientsCase):
    """One figure, followed through every way to read it: the same to the cent.

    A way to read it is a method ``figure_by_*`` that returns the revenue of June as
    a Decimal, of the digits the reader gets.
    """

    def figure_by_record(self):
        dashboards = self.dashboards()
        dashboard = dashboards.browse(dashboards.generate(**JUNE))
        return Decimal(str(dashboard.total_revenue))

    def figure_by_jsonrpc(self):
        return self._read_payload("jsonrpc")

    def figure_by_xmlrpc(self):
        return self._read_payload("xmlrpc")

    def figure_by_json2(self):
        return self._read_payload("json2")

    def figure_by_export(self):
        dashboards = self.dashboards()
        dashboard = dashboards.browse(dashboards.generate(**JUNE))
        return Decimal(str(dashboard.export_data(["total_revenue"])["datas"][0][0]))

    def figure_by_curl(self):
        return self.read_example("with_curl.sh", ODOO_API_KEY=self.key)[0]

    @mute_errors
    def figure_by_zenoo_rpc(self):
        return self.read_example("with_zenoo_rpc.py")[0]

    def figure_by_odoorpc(self):
        return self.read_example("with_odoorpc.py")[0]

    def figure_by_odooly(self):
        return self.read_example("with_odooly.py")[0]

    def figure_by_odoo_await(self):
        return self.read_example("with_odoo_await.js")[0]

    # ------------------------------------------------------------------
    # HTTP
    # ------------------------------------------------------------------

    def fetch(self, address):
        """What an address of the HTTP API has for June."""
        response = self.http.get(
            f"{self.base_url()}/sale_dashboard/api/v1/{address}",
            params={"start_date": JUNE["date_from"], "end_date": JUNE["date_to"]},
            headers={
                "Authorization": f"bearer {self.key}",
                "X-Odoo-Database": get_db_name(),
            },
            timeout=60,
        )
        self.assertEqual(response.status_code, 200, response.text)
        return response.content

    def figure_by_http(self):
        payload = json.loads(self.fetch("dashboard"), parse_float=Decimal)
        return payload["overview"]["total_revenue"]

    def figure_by_http_section(self):
        part = json.loads(self.fetch("overview"), parse_float=Decimal)
        return part["overview"]["total_revenue"]

    def figure_by_http_curve(self):
        part = json.loads(self.fetch("sales_by_period"), parse_float=Decimal)
        return sum(point["revenue"] for point in part["sales_by_period"])

    def figure_by_csv(self):
        text = io.StringIO(self.fetch("overview.csv").decode(), newline="")
        [row] = [
            row for row in csv.DictReader(text) if row["figure"] == "total_revenue"
        ]
        return Decimal(row["value"])

    def figure_by_xlsx(self):
        book = openpyxl.load_workbook(io.BytesIO(self.fetch("dashboard.xlsx")))
        [cell] = [
            row[1]
            for row in book.worksheets[0].iter_rows(min_row=5)
            if row[0].value == "Revenue"
        ]
        return Decimal(repr(cell.value))

    def figure_by_report(self):
        """What the PDF is made of; `dev/test --full` has wkhtmltopdf make it."""
        dashboards = self.dashboards()
        reports = dashboards.env["ir.actions.report"]
        dashboard_id = dashboards.generate(**JUNE)
        page = lxml.html.fromstring(
            reports._render_qweb_html(REPORT, [dashboard_id])[0]
        )
        [cell] = page.xpath(
            "//div[@data-table='overview']//tr[td[normalize-space()='Revenue']]"
            "/td[@data-column='value']"
        )
        return read_number(cell.text_content())

    def figure_by_mail(self):
        dashboards = self.dashboards()
        dashboard = dashboards.browse(dashboards.generate(**JUNE))
        mail = dashboards.env["sale.dashboard.mail"]._render(dashboard)
        [line] = re.findall(r"(?m)^Revenue  .*?(\d[\d,.]*\.\d\d)", mail["text"])
        return read_number(line)

    # ------------------------------------------------------------------
    # The screen, and its print
    # ------------------------------------------------------------------

    def figure_by_screen(self):
        return read_number(self.show()[0])

    def figure_by_print(self):
        with pypdfium2.PdfDocument(self.show()[1]) as document:
            text = "\n".join(
                page.get_textpage().get_text_bounded() for page in document
            )
        text = text.replace("\xa0", " ")
        self.assertIn("Revenue", text)
        return read_number(re.search(r"Revenue[^\d]*\$ ?(\d[\d,.]*)", text)[1])

    def show(self):
        """The figure as the page writes it, and the page as PDF; in real Chromium."""
        browser = ChromeBrowser(self)
        self.addCleanup(browser.stop)
        self.session = None
        self.authenticate(self.viewer.login, PASSWORD, browser=browser)
        browser.navigate_to(urljoin(self.base_url(), SCREEN))
        self.assertTrue(
            browser._wait_ready(CARD.replace("textContent", "textContent?.length > 0"))
        )
        answer = browser._websocket_request(
            "Runtime.evaluate", params={"expression": CARD, "awaitPromise": True}
        )
        printed = browser._websocket_request("Page.printToPDF")
        # What the page still asks for must not share the cursor with the next reader:
        # neither what is being answered, nor what waits to be accepted, which a request
        # of our own queues behind.
        browser.navigate_to("about:blank")
        self.http.get(f"{self.base_url()}/web/health", timeout=60)
        self._wait_remaining_requests()
        return answer["result"]["value"], base64.b64decode(printed["data"])

    def _read_payload(self, protocol):
        payload = self.call(
            protocol, "sale.dashboard", "generate_dashboard_data", **JUNE
        )
        return Decimal(str(payload["overview"]["total_revenue"]))

    def test_one_figure(self):
        readers = [name for name in dir(self) if name.startswith("figure_by_")]
        read = {name: getattr(self, name)() for name in readers}
        self.assertEqual(read, dict.fromkeys(readers, REVENUE))
