"""Check every state of the page in Chromium, on the served demo company.

In each state axe-core finds nothing serious or critical, and the console stays free of
errors; while the figures load, nothing moves that was there; the print holds the
figures and no controls. Exit code 1 where that is not so, with what was found.
"""

from __future__ import annotations

import argparse
import base64
import json
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pypdfium2
from browser import Browser, chromium, find_program, log_in
from states import NARROW, WIDE, Page, walk

#: what counts, of what axe-core tells: the other impacts are hints
COUNTED = ("serious", "critical")
#: Odoo's search bar and its menus are as Odoo made them, and so is what is around us.
AXE = """
axe.run(
    {
        include: %s,
        exclude: [[".o_cp_searchview"], [".o_search_bar_menu"]],
    },
    { resultTypes: ["violations"], rules: { "target-size": { enabled: true } } }
).then(({ violations }) => JSON.stringify(violations.map(
    ({ id, impact, help, nodes }) => ({
        id, impact, help, nodes: nodes.map(({ target, any, all, none }) =>
            [String(target), [...any, ...all, ...none].map(({ message }) => message)]),
    })
)))
"""
PAGE, OVERLAY = ".o_action_manager", ".o-overlay-container"
#: the states that are another one with something above it
OVERLAID = ("reconciled", "help", "choosing_a_period", "exporting")
#: A quarter of what browsers call good.
MAX_SHIFT = 0.025
#: The menus of Odoo, and our own controls.
CHROME = ("To Invoice", "Try again", "Set targets", "Reconcile with", "vs previous")
PRINTED = """
[...document.querySelectorAll(
    ".o_sd_report_head span, .o_sd_card_value, .o_sd_customer .o_sd_row_button"
)].map((element) => element.textContent)
"""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url")
    parser.add_argument("--database", required=True)
    parser.add_argument("--login", required=True)
    parser.add_argument("--axe", type=Path, required=True, help="axe.min.js")
    options = parser.parse_args()
    session = log_in(
        options.url, options.database, options.login, os.environ["ODOO_PASSWORD"]
    )
    axe = options.axe.read_text("utf-8")
    complaints = []
    with chromium(find_program(), *WIDE) as browser:
        browser.set_cookies(options.url, session_id=session)
        page = Page(browser, options.url)
        for state in visit(page):
            print(state, file=sys.stderr)
            complaints += [f"{state}: {one}" for one in examine(browser, axe, state)]
            if state in ("dark", "narrow"):
                complaints += [f"{state}: {one}" for one in moved(page)]
        complaints += check_print(browser)
        complaints += [f"console: {one}" for one in browser.errors]
    print("\n".join(complaints))
    return 1 if complaints else 0


def visit(page: Page) -> Iterator[str]:
    yield from walk(page)
    for name, dark, size in (("narrow", False, NARROW), ("dark", True, WIDE)):
        page.open(dark=dark, size=size)
        page.settle()
        yield name


def examine(browser: Browser, axe: str, state: str) -> Iterator[str]:
    parts = [[OVERLAY]] if state in OVERLAID else [[PAGE], [OVERLAY]]
    if not browser.evaluate("Boolean(window.axe)"):
        browser.evaluate(f"{axe}; 0")
    for found in json.loads(browser.evaluate(AXE % json.dumps(parts))):
        if found["impact"] in COUNTED:
            yield f"{found['impact']}, {found['id']}: {found['help']}\n" + "\n".join(
                f"    {target}: {'; '.join(messages)}"
                for target, messages in found["nodes"][:5]
            )


def moved(page: Page) -> Iterator[str]:
    shifts = page.shifts()
    total = sum(value for value, _nodes in shifts)
    if total > MAX_SHIFT:
        yield f"the layout shifted by {total:.3f} while loading: {shifts}"


def check_print(browser: Browser) -> Iterator[str]:
    """The page in dark colours, printed."""
    expected = browser.evaluate(PRINTED)
    if len(expected) < 5:
        yield f"too little to print: {expected}"
    text = squeeze(read(print_page(browser)))
    yield from (f"not printed: {one}" for one in expected if squeeze(one) not in text)
    yield from (f"printed: {one}" for one in CHROME if squeeze(one) in text)


def print_page(browser: Browser) -> bytes:
    answer = browser.call(
        "Page.printToPDF", printBackground=True, preferCSSPageSize=True
    )
    return base64.b64decode(answer["data"])


def read(document: bytes) -> str:
    with pypdfium2.PdfDocument(document) as pages:
        return "\n".join(one.get_textpage().get_text_bounded() for one in pages)


def squeeze(text: str) -> str:
    return re.sub(r"\s+", "", text)


if __name__ == "__main__":
    sys.exit(main())
