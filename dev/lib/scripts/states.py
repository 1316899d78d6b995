"""The states of the page, brought about in a real browser on the served demo company.

What the server answers is real: another question is asked for it (days without a sale,
one day, ten years), it comes late or not at all, or a part of it is changed on its way
to what is rare in a demo company (names that are too long, huge and negative amounts,
sections that failed).
"""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date

from browser import Browser

ADDRESS = "/odoo/sales-dashboard"
FIGURES = "*/sale.dashboard/generate_dashboard_data*"
SETTLED = ".o_sd_page[aria-busy=false] .o_sd_figures:not(.o_sd_waiting)"
#: figures that wait for others pale, and come back slowly
FADED = "getComputedStyle(document.querySelector('.o_sd_figures')).opacity !== '1'"
WIDE = (1440, 1000)
NARROW = (360, 800)
LONG_NAME = (
    "Gesellschaft für die Beförderung von Büroeinrichtungen und Zubehör im "
    "Großhandel Donaudampfschifffahrtsgesellschaftskapitänswitwenrente mbH & Co. KG"
)
#: what moves while the page loads, as browsers measure it
WATCH_SHIFTS = """
window.shifts = [];
new PerformanceObserver((list) => {
    for (const { hadRecentInput, sources, value } of list.getEntries()) {
        if (!hadRecentInput) {
            const nodes = sources.map(({ node }) => node?.className || node?.nodeName);
            window.shifts.push([value, nodes.join(", ")]);
        }
    }
}).observe({ type: "layout-shift", buffered: true });
"""


def fail(exception: str, message: str) -> dict:
    """What Odoo answers where a method raised."""
    data = {"name": exception, "message": message, "arguments": [message], "debug": ""}
    return {
        "jsonrpc": "2.0",
        "error": {"code": 200, "message": "Odoo Server Error", "data": data},
    }


@dataclass
class Page:
    """The dashboard in a browser, and how its next questions are answered."""

    browser: Browser
    url: str
    #: keyword arguments that are asked instead
    ask: dict = field(default_factory=dict)
    #: the answer as a whole, in place of the server's
    answer: dict | None = None
    #: changes the server's answer
    change: Callable[[dict], None] | None = None
    is_held: bool = False
    held: dict | None = None
    #: how many questions got their answer
    answered: int = 0

    def __post_init__(self) -> None:
        self.browser.listeners["Fetch.requestPaused"] = self._on_paused
        stages = ("Request", "Response")
        patterns = [{"urlPattern": FIGURES, "requestStage": stage} for stage in stages]
        self.browser.call("Fetch.enable", patterns=patterns)
        self.browser.call("Page.addScriptToEvaluateOnNewDocument", source=WATCH_SHIFTS)

    def answer_so(self, **how: object) -> None:
        """Set how the next questions are answered; nothing given: as they are."""
        self.ask, self.answer, self.change = {}, None, None
        self.is_held = False
        for name, value in how.items():
            setattr(self, name, value)

    def open(self, *, dark: bool = False, size: tuple[int, int] = WIDE) -> None:
        self.browser.set_cookies(
            self.url, tz="Europe/Paris", color_scheme="dark" if dark else "light"
        )
        self.browser.resize(*size)
        self.browser.call("Page.navigate", url=f"{self.url}{ADDRESS}")

    def settle(self) -> None:
        """Until the figures asked for last are painted, and nothing moves."""
        self.browser.wait_for(SETTLED)
        self.browser.wait_for(".o_sd_page:not(:has(.o_sd_breakdown_ghost))")
        self.browser.wait_for(".o_sd_page:not(:has(.o_sd_targets_ghost))")
        while self.browser.evaluate(FADED):
            time.sleep(0.05)
        time.sleep(0.2)

    def press(self, selector: str) -> None:
        """Click on what makes the page ask, and wait for the answer."""
        before = self.answered
        self.browser.click(selector)
        while self.answered == before:
            self.browser.evaluate("0")
        # A frame, in which the page learns of it.
        time.sleep(0.1)

    def refresh(self) -> None:
        self.press(".o_sd_refresh:not(:disabled)")
        self.settle()

    def release(self) -> None:
        """Let the question go on that was held, to be answered as set now."""
        while self.held is None:
            self.browser.evaluate("0")
        self.is_held = False
        held, self.held = self.held, None
        self._on_paused(held)

    def shifts(self) -> list:
        return self.browser.evaluate("window.shifts")

    def _on_paused(self, event: dict) -> None:
        request = event["requestId"]
        if "responseStatusCode" in event:
            self._on_response(request)
        elif self.is_held:
            self.held = event
        elif self.answer is not None:
            self._fulfill(request, self.answer)
        elif self.ask:
            question = json.loads(event["request"]["postData"])
            question["params"]["kwargs"].update(self.ask)
            self.browser.post(
                "Fetch.continueRequest",
                requestId=request,
                postData=_encode(question),
            )
        else:
            self.browser.post("Fetch.continueRequest", requestId=request)

    def _on_response(self, request: str) -> None:
        if self.change is None:
            self.answered += 1
            self.browser.post("Fetch.continueRequest", requestId=request)
            return
        body = self.browser.call("Fetch.getResponseBody", requestId=request)
        text = body["body"]
        if body["base64Encoded"]:
            text = base64.b64decode(text).decode()
        answer = json.loads(text)
        self.change(answer["result"])
        self._fulfill(request, answer)

    def _fulfill(self, request: str, answer: dict) -> None:
        self.answered += 1
        self.browser.post(
            "Fetch.fulfillRequest",
            requestId=request,
            responseCode=200,
            responseHeaders=[{"name": "Content-Type", "value": "application/json"}],
            body=_encode(answer),
        )


def _encode(value: dict) -> str:
    return base64.b64encode(json.dumps(value).encode()).decode()


# ---- answers that are rare ----


def fail_sections(payload: dict) -> None:
    """All that may fail by itself has failed."""
    sentence = "This part could not be computed. The log says why."
    overview = payload["overview"]
    overview["conversion_rate"] = overview["new_customers"] = False
    for row in payload["top_customers"]:
        row["lifetime"] = row["rfm"] = False
    for dimension in ("customer_type", "bridge", "quotation"):
        payload["breakdowns"][dimension] = []
    sections = ("new_customers", "conversion_rate", "lifetime", "rfm", "bridge")
    payload["errors"] = dict.fromkeys((*sections, "quotations", "health"), sentence)


def exaggerate(payload: dict) -> None:
    """Names that fit nowhere, amounts that are huge, amounts that are negative."""
    payload["overview"]["total_revenue"] = -98_765_432_109.87
    payload["overview"]["average_order_value"] = -1_234_567.89
    payload["overview"]["change"]["total_revenue"] = -1_234_567.8
    for number, row in enumerate(payload["top_customers"]):
        row["name"] = LONG_NAME
        row["total_revenue"] *= -1_000_000 if number % 2 else 1_000_000
    for row in payload["breakdowns"]["user"]:
        row["name"] = LONG_NAME
        row["revenue"] *= 1_000_000
    for row in payload["sales_by_period"][::2]:
        row["revenue"] *= -1_000_000
    for row in payload["breakdowns"]["bridge"]:
        row["revenue"] *= 1_000_000
    for row in payload["customer_segments"]:
        row["total_revenue"] *= 1_000_000
    message = "My Company has no rate for CHF: these orders count one to one."
    payload["warnings"].append(
        {
            "code": "currency_without_rate",
            "message": message,
            "order_count": 2,
            "revenue": 1930.0,
            "model": "sale.order",
            "domain": [["id", "=", 0]],
        }
    )


# ---- the walk ----


def walk(page: Page) -> Iterator[str]:
    """Bring about one state after the other, in light colours on a wide screen.

    :return: the names of the states, each while the page is in it
    """
    browser = page.browser
    page.answer_so(is_held=True)
    page.open()
    browser.wait_for(".o_sd_skeleton")
    yield "loading"
    page.answer = fail("builtins.ValueError", "what nobody shall see")
    page.release()
    browser.wait_for(".o_sd_failure")
    yield "failed"
    message = (
        "You are not allowed to access 'Sales Dashboard' (sale.dashboard) records.\n\n"
        "This operation is allowed for the following groups:\n\t- Sales/User: Own\n\n"
        "Contact your administrator to request access if necessary."
    )
    page.answer_so(answer=fail("odoo.exceptions.AccessError", message))
    page.press(".o_sd_failure .o_sd_retry")
    browser.wait_for(".o_sd_page[aria-busy=false] .o_sd_failure")
    yield "no_rights"
    page.answer_so()
    page.press(".o_sd_failure .o_sd_retry")
    page.settle()
    yield "loaded"
    browser.click(".o_sd_as_line")
    browser.click(".o_sd_orders_toggle")
    yield "line_with_orders"
    for selector in (".o_sd_as_bars", ".o_sd_orders_toggle"):
        browser.click(selector)
    tables = ".o_sd_table_toggle"
    toggle = f"document.querySelectorAll('{tables}').forEach((el) => el.click())"
    browser.evaluate(toggle)
    yield "tables"
    browser.evaluate(toggle)
    browser.click(".o_sd_reconcile")
    browser.wait_for(".o_sd_verdict")
    yield "reconciled"
    close_dialog(browser)
    browser.click(".o_sd_help")
    browser.wait_for(".o_sd_key_map")
    yield "help"
    close_dialog(browser)
    browser.click(".o_sd_period_button")
    browser.wait_for(".o_sd_period_menu")
    yield "choosing_a_period"
    browser.click(".o_sd_period_button")
    browser.wait_for("body:not(:has(.o_sd_period_menu))")
    browser.click(".o_sd_export")
    browser.wait_for(".o_sd_export_menu")
    yield "exporting"
    browser.click(".o_sd_export")
    browser.wait_for("body:not(:has(.o_sd_export_menu))")
    page.press(".o_sd_top_customers .o_sd_filter")
    browser.wait_for(".o_searchview_facet")
    page.settle()
    yield "filtered"
    page.press(".o_facet_remove")
    browser.wait_for("body:not(:has(.o_searchview_facet))")
    page.settle()
    browser.click(".o_sd_toggle_wall")
    browser.wait_for(".o_sd_wall")
    yield "wall"
    browser.click(".o_sd_leave_wall")
    browser.wait_for("body:not(:has(.o_sd_wall))")
    yield from walk_answers(page)


def close_dialog(browser: Browser) -> None:
    browser.click(".modal .btn-close")
    browser.wait_for("body:not(:has(.modal))")


def walk_answers(page: Page) -> Iterator[str]:
    today = date.today()
    long_ago = {"date_from": "2001-01-01", "date_to": "2001-01-30"}
    one_day = {"date_from": str(today), "date_to": str(today)}
    decade = {
        "date_from": str(today.replace(year=today.year - 10, day=1)),
        "date_to": str(today),
        "period_type": "monthly",
    }
    for name, how in {
        "sections_failed": {"change": fail_sections},
        "extremes": {"change": exaggerate},
        "empty": {"ask": long_ago},
        "one_day": {"ask": one_day},
        "ten_years": {"ask": decade},
        "uncompared": {"ask": {"compare": "none"}},
    }.items():
        page.answer_so(**how)
        page.refresh()
        yield name
    page.answer_so()
    page.refresh()
