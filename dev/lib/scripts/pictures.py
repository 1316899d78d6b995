"""Take pictures of the page's main states, on the served demo company.

Into a folder: those that the documentation shows, or with `--all` every state, to be
looked at.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path

from browser import Browser, chromium, find_program, log_in
from check_states import print_page
from states import NARROW, WIDE, Page, walk

#: A mouse, which a headless browser has not: what shows under it does not show now.
MOUSE = (
    "--blink-settings=primaryHoverType=2,availableHoverTypes=2,"
    "primaryPointerType=4,availablePointerTypes=4"
)
#: the figures, the curve, the customers and what stands beside them
SHOWN = (1440, 1350)
#: a mail beside a list of mails, and on a phone
MAIL_WIDTHS = {600: "", 360: "_narrow"}
#: how high the page would be without its scrollbar
HEIGHT = """
(() => {
    const { bottom } = document.querySelector(".o_sd_page").getBoundingClientRect();
    return Math.ceil(bottom + document.querySelector(".o_content").scrollTop);
})()
"""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url")
    parser.add_argument("--database", required=True)
    parser.add_argument("--login", required=True)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--mails", type=Path, required=True, help="pages of mails")
    parser.add_argument("--all", action="store_true", help="every state")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    session = log_in(
        options.url, options.database, options.login, os.environ["ODOO_PASSWORD"]
    )
    with chromium(find_program(), *WIDE, MOUSE) as browser:
        browser.set_cookies(options.url, session_id=session)
        page = Page(browser, options.url)
        if options.all:
            take_all(page, options.folder)
        else:
            take_shown(page, options.folder)
        take_mails(browser, options.mails, options.folder, every=options.all)
    return 0


def take_shown(page: Page, folder: Path) -> None:
    """Wide in light and dark colours, and narrow."""
    for name, dark, size in (
        ("screenshot", False, SHOWN),
        ("screenshot_dark", True, SHOWN),
        ("screenshot_narrow", False, NARROW),
    ):
        page.open(dark=dark, size=size)
        page.settle()
        take(page.browser, folder / f"{name}.png", size, whole=False)


def take_all(page: Page, folder: Path) -> None:
    for state in walk(page):
        for suffix, size in (("", WIDE), ("_narrow", NARROW)):
            take(page.browser, folder / f"{state}{suffix}.png", size, whole=True)
        page.browser.resize(*WIDE)
    page.open(dark=True)
    page.settle()
    take(page.browser, folder / "dark.png", WIDE, whole=True)
    (folder / "print.pdf").write_bytes(print_page(page.browser))


def take_mails(browser: Browser, mails: Path, folder: Path, *, every: bool) -> None:
    """Mails as a mail program shows them: in light and dark colours."""
    for mail in sorted(mails.glob("mail*.html")) if every else [mails / "mail.html"]:
        browser.call("Page.navigate", url=mail.as_uri())
        browser.wait_for(".sd-sheet")
        for scheme, suffix in (("light", ""), ("dark", "_dark")):
            feature = {"name": "prefers-color-scheme", "value": scheme}
            browser.call("Emulation.setEmulatedMedia", features=[feature])
            for width, size in MAIL_WIDTHS.items() if every else [(640, "")]:
                browser.resize(width, 400)
                height = browser.evaluate("document.documentElement.scrollHeight")
                browser.resize(width, height)
                browser.picture(folder / f"{mail.stem}{suffix}{size}.png")


def take(browser: Browser, target: Path, size: tuple[int, int], *, whole: bool) -> None:
    width, height = size
    browser.resize(width, height)
    if whole and browser.evaluate("Boolean(document.querySelector('.o_sd_page'))"):
        # The width first: it decides the height.
        time.sleep(0.3)
        browser.resize(width, max(height, browser.evaluate(HEIGHT)))
    # Pictures of people, and the last of the motion.
    time.sleep(1)
    browser.picture(target)


if __name__ == "__main__":
    sys.exit(main())
