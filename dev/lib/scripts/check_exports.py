"""Export and print the served dashboard as a person does, and read it all back.

In Chromium: the page is printed, and a workbook is chosen in the export menu by
keyboard. What is in both is the payload that the page shows. With `--wkhtmltopdf`, the
report too; with `--office`, the workbook is opened in LibreOffice and what that makes
of it is read. Exit code 1 where a figure differs, with what was found.
"""

from __future__ import annotations

import argparse
import base64
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import openpyxl
import pypdfium2
from browser import PATIENCE, Browser, chromium, find_program, log_in

SETTLED = ".o_sd_page[aria-busy=false] .o_sd_figures:not(.o_sd_waiting)"
FIGURES = "/sale.dashboard/generate_dashboard_data"
#: the first of the menu
WORKBOOK = [("e", "KeyE", 69), ("ArrowDown", "ArrowDown", 40), ("Enter", "Enter", 13)]
#: A whole amount is shown without cents.
WITHOUT_CENTS = 1000
OFFICE_PATIENCE = 180
CALL = """
fetch("/web/dataset/call_kw/%s", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ jsonrpc: "2.0", params: { kwargs: {}, ...%s } }),
}).then((answer) => answer.json()).then(({ result }) => result)
"""
TEMPLATE = ["sale_dashboard", "report_sale_dashboard_document"]
FONT = """
<data>
    <xpath expr="//div[hasclass('o_sd_report')]" position="before">
        <style>
            .o_sd_report, .o_sd_report * { font-family: sans-serif !important }
        </style>
    </xpath>
</data>
"""
#: what LibreOffice says of any file where it has no Java, which nothing here needs
HARMLESS = re.compile(r"javaldx|Java Runtime|^convert ", re.IGNORECASE)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url")
    parser.add_argument("--database", required=True)
    parser.add_argument("--login", required=True)
    parser.add_argument("--wkhtmltopdf", help="the server has it: the report, too")
    parser.add_argument("--office", help="LibreOffice's program, to open the workbook")
    parser.add_argument("--keep", type=Path, help="a folder to leave the files in")
    options = parser.parse_args()
    session = log_in(
        options.url, options.database, options.login, os.environ["ODOO_PASSWORD"]
    )
    with (
        tempfile.TemporaryDirectory() as temporary,
        chromium(find_program(), 1440, 1000) as browser,
    ):
        folder = options.keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        browser.set_cookies(options.url, session_id=session, tz="Europe/Paris")
        payload = open_dashboard(browser, options.url)
        complaints = [*check_print(browser, payload, folder)]
        workbook = download(browser, folder, "xlsx", press_keys)
        complaints += check_workbook(workbook, payload, "the workbook")
        if options.wkhtmltopdf:
            use_system_font(browser)
            report = download(browser, folder, "pdf", choose_pdf)
            complaints += check_report(report, payload)
        if options.office:
            complaints += check_office(options.office, workbook, payload)
        complaints += [f"console: {one}" for one in browser.errors]
    print("\n".join(complaints))
    return 1 if complaints else 0


def open_dashboard(browser: Browser, url: str) -> dict:
    """Open the page; the payload that it shows."""
    answers: list[str] = []

    def note(event: dict) -> None:
        if FIGURES in event["response"]["url"]:
            answers.append(event["requestId"])

    browser.listeners["Network.responseReceived"] = note
    browser.call("Page.navigate", url=f"{url}/odoo/sales-dashboard")
    browser.wait_for(SETTLED)
    browser.wait_for(".o_sd_breakdown")
    body = browser.call("Network.getResponseBody", requestId=answers[-1])["body"]
    return json.loads(body)["result"]


# ----------------------------------------------------------------------
# The print of the page
# ----------------------------------------------------------------------


def check_print(browser: Browser, payload: dict, folder: Path) -> Iterator[str]:
    """The amounts of the payload, as the page writes them, are on the paper."""
    answer = browser.call("Page.printToPDF", printBackground=True)
    target = folder / "print.pdf"
    target.write_bytes(base64.b64decode(answer["data"]))
    text = read_pdf(target)
    overview = payload["overview"]
    amounts = [overview["total_revenue"], overview["average_order_value"]]
    amounts += [row["revenue"] for row in payload["sales_by_period"]]
    for table in ("top_customers", "customer_segments"):
        amounts += [row["total_revenue"] for row in payload[table]]
    counts = [overview["total_orders"], overview["new_customers"]]
    counts += [row["order_count"] for row in payload["sales_by_period"]]
    texts = [*map(shorten, amounts), *(f"{count:,}" for count in counts)]
    texts += [write_rate(overview["conversion_rate"])]
    texts += [row["name"] for row in payload["top_customers"]]
    yield from missing(texts, text, "the print")


def shorten(amount: float) -> str:
    """An amount as the page shows it at a glance."""
    decimals = 0 if abs(amount) >= WITHOUT_CENTS else 2
    step = Decimal(1).scaleb(-decimals)
    return f"{Decimal(repr(amount)).quantize(step, ROUND_HALF_UP):,}"


def write_rate(rate: float) -> str:
    """A percentage as the page writes it: 58%, 58.1%."""
    tenths = Decimal(repr(rate)).quantize(Decimal("0.1"), ROUND_HALF_UP)
    return f"{tenths}".removesuffix(".0") + "%"


def read_pdf(path: Path) -> str:
    with pypdfium2.PdfDocument(path) as document:
        return "\n".join(page.get_textpage().get_text_bounded() for page in document)


def missing(texts: list[str], text: str, where: str) -> Iterator[str]:
    squeezed = squeeze(text)
    for one in dict.fromkeys(texts):
        if squeeze(one) not in squeezed:
            yield f"not in {where}: {one}"


def squeeze(text: str) -> str:
    return re.sub(r"\s+", "", text)


# ----------------------------------------------------------------------
# Downloads
# ----------------------------------------------------------------------


def press_keys(browser: Browser) -> None:
    """The menu by its key, then its first item."""
    for key, code, number in WORKBOOK:
        for kind in ("rawKeyDown", "keyUp"):
            browser.call(
                "Input.dispatchKeyEvent",
                type=kind,
                key=key,
                code=code,
                windowsVirtualKeyCode=number,
            )
        if key == "e":
            browser.wait_for(".o_sd_export_menu")
        time.sleep(0.2)


def choose_pdf(browser: Browser) -> None:
    browser.click(".o_sd_export")
    browser.click(".o_sd_export_menu [data-value=pdf]")


def download(browser: Browser, folder: Path, suffix: str, choose) -> Path:
    """What comes down when somebody chooses it.

    :raise RuntimeError: nothing comes, or the page says why not
    """
    before = set(folder.glob(f"*.{suffix}"))
    browser.call(
        "Browser.setDownloadBehavior", behavior="allow", downloadPath=str(folder)
    )
    choose(browser)
    deadline = time.monotonic() + 2 * PATIENCE
    while time.monotonic() < deadline:
        found = set(folder.glob(f"*.{suffix}")) - before
        if found:
            return found.pop()
        said = browser.evaluate(
            "document.querySelector('.o_notification')?.textContent || ''"
        )
        if said:
            raise RuntimeError(f"no {suffix}: {said}")
        time.sleep(0.2)
    raise RuntimeError(f"no {suffix} came")


def use_system_font(browser: Browser) -> None:
    """Have the report in a font of this machine, by an inherited view of the template.

    Debian's wkhtmltopdf draws the fonts of a page as outlines: nothing to read back.
    """

    def call(model: str, method: str, *arguments: object) -> object:
        parameters = {"model": model, "method": method, "args": arguments}
        return browser.evaluate(CALL % (f"{model}/{method}", json.dumps(parameters)))

    _model, template = call("ir.model.data", "check_object_reference", *TEMPLATE)
    view = {"name": "Font", "type": "qweb", "inherit_id": template, "arch": FONT}
    call("ir.ui.view", "create", {**view, "mode": "extension"})


def check_workbook(path: Path, payload: dict, where: str) -> Iterator[str]:
    """Revenue and orders of every row, to the cent."""
    book = openpyxl.load_workbook(path, data_only=True)
    breakdowns = payload["breakdowns"]
    sheets = {
        "Revenue over time": payload["sales_by_period"],
        "Top customers": payload["top_customers"],
        "Customer segments": payload["customer_segments"],
        "Salespeople": breakdowns.get("user", []),
        "Teams": breakdowns.get("team", []),
        "Countries": breakdowns.get("country", []),
        "Customer groups": breakdowns.get("rfm_group", []),
        "Why revenue changed": breakdowns.get("bridge", []),
    }
    overview = [cell.value for cell in book["Overview"]["B"]]
    for name in ("total_revenue", "total_orders", "average_order_value"):
        if payload["overview"][name] not in overview:
            yield f"{name} of {where} differs: {payload['overview'][name]}, {overview}"
    for title, rows in sheets.items():
        header, *cells = book[title].iter_rows(values_only=True)
        column = header.index("Revenue")
        found = [row[column] for row in cells if row[column] is not None]
        expected = [row.get("revenue", row.get("total_revenue")) for row in rows]
        if len(found) != len(expected) or any(
            abs(one - other) >= 0.005
            for one, other in zip(found, expected, strict=False)
        ):
            yield f"{title} of {where} differs: {found}, not {expected}"


def check_report(path: Path, payload: dict) -> Iterator[str]:
    """The report that wkhtmltopdf made: every amount, to the cent."""
    overview = payload["overview"]
    amounts = [overview["total_revenue"], overview["average_order_value"]]
    amounts += [row["revenue"] for row in payload["sales_by_period"]]
    for table in ("top_customers", "customer_segments"):
        amounts += [row["total_revenue"] for row in payload[table]]
    for rows in payload["breakdowns"].values():
        amounts += [row["revenue"] for row in rows]
    texts = [f"{Decimal(repr(amount)):,.2f}" for amount in amounts]
    texts += [row["name"] for row in payload["top_customers"]]
    yield from missing(texts, read_pdf(path), "the report")


# ----------------------------------------------------------------------
# LibreOffice
# ----------------------------------------------------------------------


def check_office(program: str, path: Path, payload: dict) -> Iterator[str]:
    """LibreOffice opens the workbook, and has the same in it afterwards."""
    target = path.parent / "office"
    with tempfile.TemporaryDirectory() as profile:
        answer = subprocess.run(
            [
                *(program, f"-env:UserInstallation=file://{profile}", "--headless"),
                *("--convert-to", "xlsx:Calc MS Excel 2007 XML"),
                *("--outdir", str(target), str(path)),
            ],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=OFFICE_PATIENCE,
        )
    said = [
        line
        for line in answer.stdout.splitlines()
        if line.strip() and not HARMLESS.search(line)
    ]
    if answer.returncode or said:
        yield f"LibreOffice ended with {answer.returncode}: {said}"
    converted = target / path.name
    if not converted.is_file():
        yield "LibreOffice made nothing of the workbook"
        return
    yield from check_workbook(converted, payload, "what LibreOffice made of it")


if __name__ == "__main__":
    sys.exit(main())
