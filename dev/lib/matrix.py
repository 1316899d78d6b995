"""The demo company reconciled and verified as all kinds of users, every way.

As the administrator, as a salesperson of two companies and as one who sees his own
documents, for 1, 30, 90 and 365 days, both measures and all comparisons.
"""

from __future__ import annotations

import itertools
import re
from datetime import date, timedelta

from . import machine, paths, process, server, suites
from .database import Databases
from .report import Result, check

DATABASE = f"{paths.ADDON}_test_matrix"
LOGINS = ("admin", "demo", "marc.demo")
DAYS = (1, 30, 90, 365)
MEASURES = ("untaxed", "total")
COMPARES = ("none", "previous_period", "previous_year", "same_weekdays")
SCRIPT = paths.DEV / "lib" / "scripts" / "reconcile_all.py"
VERIFIER = paths.ROOT / "scripts" / "verify_rpc.py"


def run(databases: Databases) -> Result:
    """Both, on a copy of the demo company's database."""
    databases.drop(DATABASE)
    databases.copy(paths.ADDON, DATABASE)
    result = _reconcile(databases)
    result.add(_verify(databases))
    databases.drop(DATABASE)
    return result


def _reconcile(databases: Databases) -> Result:
    lines: list[str] = []
    process.run(
        databases.workshop.odoo("shell", "-d", DATABASE, "--no-http"),
        log="test-matrix",
        what="reconciling the demo company",
        env=databases.workshop.env,
        stdin=SCRIPT.read_text("utf-8"),
        on_line=lines.append,
    )
    result = Result()
    found = (re.fullmatch(r"reconciled: (.+): (\S+)", line.strip()) for line in lines)
    rows = [match.groups() for match in found if match]
    for name, unexplained in rows:
        if float(unexplained):
            result.fail(f"{name}: {unexplained} unexplained")
        else:
            result.passed += 1
    if len(rows) != len(LOGINS) * len(DAYS) * len(MEASURES) * len(COMPARES):
        result.fail(f"only {len(rows)} dashboards were reconciled")
    return result


def _verify(databases: Databases) -> Result:
    result = Result()
    today = date.today()
    port = machine.free_port(suites.TEST_PORT)
    with server.serving(databases.workshop, DATABASE, port, log="test-matrix") as (
        entry,
        _process,
    ):
        for login, days, measure, compare in itertools.product(
            LOGINS, DAYS, MEASURES, COMPARES
        ):
            first = today - timedelta(days=days - 1)
            command = [
                *(paths.PYTHON, VERIFIER, "--url", entry.url, "--products"),
                *("--database", DATABASE, "--login", login, "--measure", measure),
                *("--date-from", first.isoformat(), "--date-to", today.isoformat()),
                *("--compare", compare),
            ]
            name = f"verify_rpc.py as {login}, {days} days, {measure}, {compare}"
            env = databases.workshop.env | {"ODOO_PASSWORD": login}
            result.add(check(name, command, cwd=paths.ROOT, env=env))
    return result
