"""Mails from several processes: killed, two at once, and many readers of few views.

A real mail server on loopback, a real database that everything is committed in, and
workers that are processes of their own, so that they can be killed.
"""

from __future__ import annotations

import json
import tempfile

from . import checks, paths
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
    try:
        with tempfile.TemporaryDirectory() as folder:
            return checks.run(
                shell,
                SCRIPTS / "mail_checks.py",
                name="mail",
                log=LOG,
                env=databases.workshop.env
                | {
                    "WORKER": json.dumps([str(part) for part in shell]),
                    "WORKER_SCRIPT": str(SCRIPTS / "mail_worker.py"),
                    "SIGNALS": folder,
                    "READERS": str(readers),
                },
            )
    finally:
        databases.drop(DATABASE)
