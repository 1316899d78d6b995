"""A served Odoo: started, watched until its dashboard answers, and stopped.

Each served Odoo leaves a note in `.odoo/servers`, locked for as long as its command
lives, so that the other commands know which database is served at which port.
"""

from __future__ import annotations

import contextlib
import fcntl
import html
import http.cookiejar
import json
import os
import re
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from . import locks, paths, process
from .errors import Stop
from .progress import Step
from .setup import Workshop

DASHBOARD = "/odoo/sales-dashboard"
LOGIN = "admin"
PASSWORD = "admin"  # noqa: S105 - the password of a database made for trying out
PATIENCE = 180


@dataclass(frozen=True)
class Served:
    """A served Odoo, as its note tells."""

    pid: int
    port: int
    database: str

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


def served(database: str) -> list[Served]:
    """The Odoos of this checkout that serve a database now."""
    found = []
    for note in sorted(paths.SERVERS.glob("*.json")) if paths.SERVERS.is_dir() else ():
        with contextlib.suppress(OSError, ValueError, TypeError):
            with locks.open_lock(note) as descriptor:
                if locks.try_lock(descriptor):
                    note.unlink()  # its command is gone
                    continue
            entry = Served(**json.loads(note.read_text("utf-8")))
            if entry.database == database:
                found.append(entry)
    return found


@contextlib.contextmanager
def serving(
    workshop: Workshop,
    database: str,
    port: int,
    *,
    log: str,
    options: tuple[str, ...] = (),
    opens_page: bool = True,
) -> Iterator[tuple[Served, subprocess.Popen]]:
    """Serve a database for as long as the body runs, from when it answers.

    :param options: further ones of Odoo's own
    :param opens_page: whether it answers once its page does
    """
    entry = Served(os.getpid(), port, database)
    with _note(entry), process.log_file(log).open("a") as output:
        server = subprocess.Popen(
            workshop.odoo("server", "-d", database, "--http-port", port, *options),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=workshop.env,
            # Ctrl-C reaches us; we stop Odoo first, then the database.
            start_new_session=True,
            preexec_fn=process.die_with_parent,
        )
        try:
            with Step(f"Starting Odoo on port {port}") as step:
                _wait(server, entry, process.log_file(log))
                if opens_page:
                    step.update(text="loading the dashboard's page")
                    warm(entry)
            yield entry, server
        finally:
            process.end(server, patience=30)


def warm(entry: Served) -> bool:
    """Open the dashboard's page as a browser would, with its scripts and styles.

    :return: whether the page answered to the default login
    :raise Stop: the page answers with an error
    """
    browser = urllib.request.build_opener(
        urllib.request.ProxyHandler({}),
        urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()),
    )
    try:
        if not _log_in(browser, entry):
            return False
        page = _get(browser, entry.url + DASHBOARD)
        links = re.findall(r"(?:src|href)=\"(/web/assets/[^\"]+)\"", page)
        for link in links:
            _get(browser, entry.url + html.unescape(link))
    except (urllib.error.URLError, OSError) as error:
        raise Stop(f"the page {DASHBOARD} does not answer: {error}") from error
    return True


def _log_in(browser: urllib.request.OpenerDirector, entry: Served) -> bool:
    form = _get(browser, f"{entry.url}/web/login")
    token = re.search(r'name="csrf_token" value="([^"]+)"', form)
    body = urllib.parse.urlencode(
        {
            "login": LOGIN,
            "password": PASSWORD,
            "csrf_token": token[1] if token else "",
        }
    ).encode()
    with browser.open(f"{entry.url}/web/login", body, timeout=PATIENCE) as answer:
        return not answer.geturl().startswith(f"{entry.url}/web/login")


def _get(browser: urllib.request.OpenerDirector, url: str) -> str:
    with browser.open(url, timeout=PATIENCE) as answer:
        return answer.read().decode("utf-8", "replace")


def _wait(server: subprocess.Popen, entry: Served, log: Path) -> None:
    browser = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    deadline = time.monotonic() + PATIENCE
    while True:
        if server.poll() is not None:
            raise Stop(f"Odoo stopped while starting; see {log}", code=1)
        try:
            with browser.open(f"{entry.url}/web/health", timeout=10):
                break
        except OSError:
            if time.monotonic() > deadline:
                raise Stop(f"Odoo does not answer; see {log}", code=1) from None
            time.sleep(0.2)


@contextlib.contextmanager
def _note(entry: Served) -> Iterator[None]:
    paths.SERVERS.mkdir(parents=True, exist_ok=True)
    note = paths.SERVERS / f"{entry.pid}-{entry.port}.json"
    with locks.open_lock(note) as descriptor:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        os.write(descriptor, json.dumps(asdict(entry)).encode())
        try:
            yield
        finally:
            note.unlink(missing_ok=True)
