"""Open the served dashboard in Chromium, check what it shows, take its picture.

Run by the commands of dev/ in the project's environment. Prints what it saw as JSON;
exit code 1 if the page is not whole: five non-zero cards, a drawn curve, customers,
segments, and no error in the console.
"""

from __future__ import annotations

import argparse
import base64
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import websocket

PATIENCE = 60
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


class Browser:
    """One page of a headless Chromium, spoken to over its DevTools websocket."""

    def __init__(self, address: str) -> None:
        self.socket = websocket.create_connection(
            address, suppress_origin=True, timeout=PATIENCE
        )
        self.number = 0
        self.errors: list[str] = []
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")

    def call(self, method: str, **parameters: object) -> dict:
        self.number += 1
        self.socket.send(
            json.dumps({"id": self.number, "method": method, "params": parameters})
        )
        while True:
            message = json.loads(self.socket.recv())
            if message.get("id") == self.number:
                if "error" in message:
                    raise RuntimeError(f"{method}: {message['error']}")
                return message["result"]
            self._note(message)

    def evaluate(self, expression: str) -> str:
        answer = self.call("Runtime.evaluate", expression=expression)
        return answer["result"].get("value", "")

    def picture(self, target: Path) -> None:
        image = self.call("Page.captureScreenshot", format="png")["data"]
        target.write_bytes(base64.b64decode(image))

    def _note(self, message: dict) -> None:
        """Keep what a person would see as red in the console."""
        method, details = message.get("method"), message.get("params", {})
        if method == "Runtime.exceptionThrown":
            self.errors.append(details["exceptionDetails"].get("text", "exception"))
        elif method == "Runtime.consoleAPICalled" and details["type"] == "error":
            self.errors.append(str([one.get("value") for one in details["args"]]))
        elif method == "Log.entryAdded" and details["entry"]["level"] == "error":
            entry = details["entry"]
            self.errors.append(f"{entry['text']} {entry.get('url', '')}")


@contextmanager
def chromium(program: str, width: int, height: int) -> Iterator[Browser]:
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        command = [
            *(program, "--headless=new", "--remote-debugging-port=0", "--no-first-run"),
            *("--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"),
            *("--disable-background-networking", "--disable-component-update"),
            *("--disable-sync", "--hide-scrollbars", f"--window-size={width},{height}"),
            *(f"--user-data-dir={profile}", "about:blank"),
        ]
        process = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            yield Browser(_find_page(Path(profile, "DevToolsActivePort")))
        finally:
            process.terminate()
            process.wait(timeout=20)


def _find_page(note: Path) -> str:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if note.is_file() and note.read_text().count("\n"):
            port = note.read_text().splitlines()[0]
            opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
            with opener.open(f"http://127.0.0.1:{port}/json/list") as answer:
                for target in json.load(answer):
                    if target["type"] == "page":
                        return target["webSocketDebuggerUrl"]
        time.sleep(0.1)
    raise RuntimeError("Chromium did not start")


def log_in(url: str, database: str, login: str, password: str) -> str:
    """A session of Odoo; the value of its cookie."""
    body = {"jsonrpc": "2.0", "params": {"db": database, "login": login}}
    body["params"]["password"] = password
    request = urllib.request.Request(
        f"{url}/web/session/authenticate",
        json.dumps(body).encode(),
        {"Content-Type": "application/json"},
    )
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(request, timeout=PATIENCE) as answer:
        cookies = answer.headers.get_all("Set-Cookie") or []
        if "error" in json.load(answer):
            raise RuntimeError(f"{login} cannot log in")
    found = [one.split(";")[0].partition("=") for one in cookies]
    return next(value for name, _equals, value in found if name == "session_id")


def look(browser: Browser) -> dict:
    """What the page shows once it has settled, or after waiting in vain."""
    deadline = time.monotonic() + PATIENCE
    while True:
        seen = json.loads(browser.evaluate(SEEN) or "{}")
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
    names = ("google-chrome", "chromium", "chromium-browser", "google-chrome-stable")
    program = next(filter(None, map(shutil.which, names)), None)
    if program is None:
        parser.error("no Chromium on this machine")
    session = log_in(
        options.url, options.database, options.login, os.environ["ODOO_PASSWORD"]
    )
    with chromium(program, options.width, options.height) as browser:
        cookies = {"session_id": session, "tz": "Europe/Paris"}
        if options.dark:
            cookies["color_scheme"] = "dark"
        for name, value in cookies.items():
            browser.call("Network.setCookie", name=name, value=value, url=options.url)
        browser.call(
            "Emulation.setDeviceMetricsOverride",
            width=options.width,
            height=options.height,
            deviceScaleFactor=1,
            mobile=False,
        )
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
