"""Mails from several processes: killed, two at once, and many readers of few views.

A real mail server on loopback, a real database that everything is committed in, and
workers that are processes of their own, so that they can be killed.
"""

from __future__ import annotations

import json
import re
import tempfile

from . import paths, process
from .database import Databases
from .report import Result

DATABASE = f"{paths.ADDON}_test_mail"
SCRIPTS = paths.DEV / "lib" / "scripts"
LOG = "test-mail"


def prepare(databases: Databases) -> None:
    """Copy the demo company's database, which nobody may use meanwhile."""
    databases.drop(DATABASE)
    databases.copy(paths.ADDON, DATABASE)


def run(databases: Databases, readers: int) -> Result:
    """On that copy.

    :param readers: how many recipients each of twenty views has
    """
    shell = databases.workshop.odoo("shell", "-d", DATABASE, "--no-http")
    lines: list[str] = []
    try:
        with tempfile.TemporaryDirectory() as folder:
            process.run(
                shell,
                log=LOG,
                what="checking mails",
                env=databases.workshop.env
                | {
                    "WORKER": json.dumps([str(part) for part in shell]),
                    "WORKER_SCRIPT": str(SCRIPTS / "mail_worker.py"),
                    "SIGNALS": folder,
                    "READERS": str(readers),
                },
                stdin=(SCRIPTS / "mail_checks.py").read_text("utf-8"),
                on_line=lambda line: lines.append(line.strip()),
            )
    finally:
        databases.drop(DATABASE)
    result = Result()
    for line in lines:
        found = re.fullmatch(r"(passed|failed): (.+)", line)
        if found and found[1] == "passed":
            result.passed += 1
        elif found:
            result.fail(found[2])
    if "mail checks: done" not in lines:
        result.fail(f"not all was checked; see {process.log_file(LOG)}")
    return result
