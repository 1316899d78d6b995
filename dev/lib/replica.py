"""A read replica: what runs on it, what does not, and what happens without it.

A real streaming replica of our own server, made by `pg_basebackup`; Odoo started with
`--db_replica_host`; and the statements that both servers log.
"""

from __future__ import annotations

import re

from . import paths, postgres, process
from .database import Databases
from .report import Result

DATABASE = f"{paths.ADDON}_test_replica"
SCRIPT = paths.DEV / "lib" / "scripts" / "replica_checks.py"
PGDATA = paths.HOME / "replica"
PORT = "5433"
LOG = "test-replica"
POSTGRES_LOG = "postgres-replica"


def run(databases: Databases) -> Result:
    """On a copy of the demo company's database."""
    databases.drop(DATABASE)
    databases.copy(paths.ADDON, DATABASE)
    for setting, value in (("log_min_messages", "log"), ("log_statement", "all")):
        # Of the database, so the replica has it too.
        postgres.administer(f"ALTER DATABASE {DATABASE} SET {setting} = '{value}'")
    try:
        with postgres.replicating(PGDATA, PORT, POSTGRES_LOG):
            return _check(databases)
    finally:
        databases.drop(DATABASE)


def _check(databases: Databases) -> Result:
    lines: list[str] = []
    socket = str(postgres.socket_folder())
    process.run(
        databases.workshop.odoo(
            *("shell", "-d", DATABASE, "--no-http"),
            *(f"--db_replica_host={socket}", f"--db_replica_port={PORT}"),
        ),
        log=LOG,
        what="checking the replica",
        env=databases.workshop.env
        | {
            "PRIMARY_LOG": str(process.log_file("postgres")),
            "REPLICA_LOG": str(process.log_file(POSTGRES_LOG)),
            "REPLICA_DATA": str(PGDATA),
            "REPLICA_PORT": PORT,
        },
        stdin=SCRIPT.read_text("utf-8"),
        on_line=lambda line: lines.append(line.strip()),
    )
    result = Result()
    for line in lines:
        found = re.fullmatch(r"(passed|failed): (.+)", line)
        if found and found[1] == "passed":
            result.passed += 1
        elif found:
            result.fail(found[2])
    if "replica checks: done" not in lines:
        result.fail(f"not all was checked; see {process.log_file(LOG)}")
    return result
