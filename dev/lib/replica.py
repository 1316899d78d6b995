"""A read replica: what runs on it, what does not, and what happens without it.

A real streaming replica of our own server, made by `pg_basebackup`; Odoo started with
`--db_replica_host`, in a shell and served; and the statements that both servers log.
"""

from __future__ import annotations

from . import checks, machine, paths, postgres, process, server
from .database import Databases
from .report import Result

DATABASE = f"{paths.ADDON}_test_replica"
SCRIPT = paths.DEV / "lib" / "scripts" / "replica_checks.py"
PGDATA = paths.HOME / "replica"
PORT = "5433"
HTTP_PORT = 8475
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
    options = (
        f"--db_replica_host={postgres.socket_folder()}",
        f"--db_replica_port={PORT}",
    )
    port = machine.free_port(HTTP_PORT)
    with server.serving(
        databases.workshop,
        DATABASE,
        port,
        log=f"{LOG}-odoo",
        options=options,
        # It would make assets, and look for them where they may not be yet.
        opens_page=False,
    ) as (served, _process):
        return checks.run(
            databases.workshop.odoo("shell", "-d", DATABASE, "--no-http", *options),
            SCRIPT,
            name="replica",
            log=LOG,
            env=databases.workshop.env
            | {
                "PRIMARY_LOG": str(process.log_file("postgres")),
                "REPLICA_LOG": str(process.log_file(POSTGRES_LOG)),
                "REPLICA_DATA": str(PGDATA),
                "REPLICA_PORT": PORT,
                "SERVED": served.url,
            },
        )
