"""A headless Chromium, spoken to over its DevTools websocket, and a session of Odoo."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import websocket

PATIENCE = 60
PROGRAMS = ("google-chrome", "chromium", "chromium-browser", "google-chrome-stable")


class Browser:
    """One page of a headless Chromium, spoken to over its DevTools websocket."""

    def __init__(self, address: str) -> None:
        self.socket = websocket.create_connection(
            address, suppress_origin=True, timeout=PATIENCE
        )
        self.number = 0
        self.answers: dict[int, dict] = {}
        self.unwaited: set[int] = set()
        self.errors: list[str] = []
        #: called with the parameters of an event, by its name
        self.listeners: dict[str, Callable[[dict], None]] = {}
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")

    def call(self, method: str, **parameters: object) -> dict:
        number = self._send(method, parameters)
        # A listener may call too, while we wait: every answer is kept for who asked.
        while number not in self.answers:
            self._receive()
        message = self.answers.pop(number)
        if "error" in message:
            raise RuntimeError(f"{method}: {message['error']}")
        return message["result"]

    def post(self, method: str, **parameters: object) -> None:
        """Call without waiting for the answer."""
        self.unwaited.add(self._send(method, parameters))

    def _send(self, method: str, parameters: dict) -> int:
        self.number += 1
        self.socket.send(
            json.dumps({"id": self.number, "method": method, "params": parameters})
        )
        return self.number

    def _receive(self) -> None:
        message = json.loads(self.socket.recv())
        number = message.get("id")
        if number is None:
            self._note(message)
        elif number in self.unwaited:
            self.unwaited.remove(number)
        else:
            self.answers[number] = message

    def evaluate(self, expression: str) -> object:
        """The value of an expression, awaited where it is a promise."""
        answer = self.call(
            "Runtime.evaluate",
            expression=expression,
            awaitPromise=True,
            returnByValue=True,
        )
        if "exceptionDetails" in answer:
            details = answer["exceptionDetails"]
            raise RuntimeError(
                details.get("exception", {}).get("description", details["text"])
            )
        return answer["result"].get("value", "")

    def wait_for(self, selector: str) -> None:
        """Until an element is there.

        :raise RuntimeError: it does not come
        """
        deadline = time.monotonic() + PATIENCE
        found = f"Boolean(document.querySelector({json.dumps(selector)}))"
        while not self.evaluate(found):
            if time.monotonic() > deadline:
                raise RuntimeError(f"{selector} does not appear")
            time.sleep(0.05)

    def click(self, selector: str) -> None:
        self.wait_for(selector)
        self.evaluate(f"document.querySelector({json.dumps(selector)}).click()")

    def resize(self, width: int, height: int) -> None:
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=False,
        )

    def set_cookies(self, url: str, **cookies: str) -> None:
        for name, value in cookies.items():
            self.call("Network.setCookie", name=name, value=value, url=url)

    def picture(self, target: Path) -> None:
        image = self.call("Page.captureScreenshot", format="png")["data"]
        target.write_bytes(base64.b64decode(image))

    def _note(self, message: dict) -> None:
        """Keep what a person would see as red in the console."""
        method, details = message.get("method"), message.get("params", {})
        if method in self.listeners:
            self.listeners[method](details)
        if method == "Runtime.exceptionThrown":
            self.errors.append(details["exceptionDetails"].get("text", "exception"))
        elif method == "Runtime.consoleAPICalled" and details["type"] == "error":
            self.errors.append(str([one.get("value") for one in details["args"]]))
        elif method == "Log.entryAdded" and details["entry"]["level"] == "error":
            entry = details["entry"]
            self.errors.append(f"{entry['text']} {entry.get('url', '')}")


def find_program() -> str:
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if program is None:
        raise RuntimeError("no Chromium on this machine")
    return program


@contextmanager
def chromium(program: str, width: int, height: int, *flags: str) -> Iterator[Browser]:
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        command = [
            *(program, "--headless=new", "--remote-debugging-port=0", "--no-first-run"),
            *("--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"),
            *("--disable-background-networking", "--disable-component-update"),
            *("--disable-sync", "--hide-scrollbars", f"--window-size={width},{height}"),
            *(f"--user-data-dir={profile}", *flags, "about:blank"),
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
