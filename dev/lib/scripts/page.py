"""Open the served dashboard in Chromium, check what it shows, take its picture.

Run by the commands of dev/ in the project's environment. Prints what it saw as JSON;
exit code 1 if the page is not whole: five non-zero cards, a drawn curve, customers,
segments, and no error in the console.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from pathlib import Path

from browser import PATIENCE, Browser, chromium, find_program, log_in

SEEN = """
(() => {
    const all = (selector) => [...document.querySelectorAll(selector)];
    const canvas = document.querySelector(".o_sd_revenue_chart canvas");
    const settled = document.querySelector(
        ".o_sd_page[aria-busy=false] .o_sd_figures:not(.o_sd_waiting)"
    );
    const pixels = canvas && canvas.width
        ? canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data
        : [];
    return JSON.stringify({
        settled: Boolean(settled),
        cards: all(".o_sd_card[data-metric] .o_sd_card_value")
            .map((card) => card.textContent),
        curve: pixels.some((value) => value),
        customers: all(".o_sd_top_customers tbody tr").length,
        segments: all(".o_sd_legend li").length,
    });
})()
"""


def look(browser: Browser) -> dict:
    """What the page shows once it has settled, or after waiting in vain."""
    deadline = time.monotonic() + PATIENCE
    while True:
        seen = json.loads(str(browser.evaluate(SEEN) or "{}"))
        if (seen.get("settled") and seen["curve"]) or time.monotonic() > deadline:
            return seen
        time.sleep(0.1)


def complaints(seen: dict, errors: list[str]) -> list[str]:
    """What is missing on the page, in words."""
    found = [f"console: {error}" for error in errors]
    cards = seen.get("cards", [])
    if len(cards) < 5 or not all(set("123456789") & set(card) for card in cards):
        found.append(f"not five non-zero cards: {cards}")
    found += [
        f"no {part}"
        for part in ("curve", "customers", "segments")
        if not seen.get(part)
    ]
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url")
    parser.add_argument("--database", required=True)
    parser.add_argument("--login", required=True)
    parser.add_argument("--screenshot", type=Path)
    parser.add_argument("--width", type=int, default=1400)
    parser.add_argument("--height", type=int, default=1150)
    parser.add_argument("--dark", action="store_true")
    options = parser.parse_args()
    session = log_in(
        options.url, options.database, options.login, os.environ["ODOO_PASSWORD"]
    )
    with chromium(find_program(), options.width, options.height) as browser:
        cookies = {"session_id": session, "tz": "Europe/Paris"}
        if options.dark:
            cookies["color_scheme"] = "dark"
        browser.set_cookies(options.url, **cookies)
        browser.resize(options.width, options.height)
        started = time.monotonic()
        browser.call("Page.navigate", url=f"{options.url}/odoo/sales-dashboard")
        seen = look(browser)
        seen["seconds"] = round(time.monotonic() - started, 2)
        if options.screenshot:
            time.sleep(1.5)  # pictures of people, and the last of the motion
            browser.picture(options.screenshot)
        seen["complaints"] = complaints(seen, browser.errors)
    print(json.dumps(seen, ensure_ascii=False, indent=1))
    return 1 if seen["complaints"] else 0


if __name__ == "__main__":
    sys.exit(main())
