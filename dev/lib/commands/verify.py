"""`dev/verify ARGUMENTS`: scripts/verify_rpc.py in the project's environment.

`dev/verify show` prints the dashboard instead. Without `--url`, both take the database
that `dev/run` serves, or serve it for the time of the call (making it, if it is not
there yet). `--database` defaults to `sale_dashboard`, `--login` to `admin`, and its
password to `admin`.
"""

from __future__ import annotations

import argparse
import contextlib
from collections.abc import Iterator

from .. import machine, paths, process, server, setup
from . import run

SCRIPT = paths.ROOT / "scripts" / "verify_rpc.py"


def main(arguments: list[str]) -> int:
    if {"-h", "--help"} & set(arguments):
        print(__doc__)
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument("--url")
    parser.add_argument("--database", default=paths.ADDON)
    parser.add_argument("--login", default=server.LOGIN)
    parser.add_argument("--password-file")
    parser.add_argument("-h", "--help", action="store_true")
    known, rest = parser.parse_known_args(arguments)
    with setup.workshop() as workshop:
        if known.help:
            return process.replace([paths.PYTHON, SCRIPT, "--help"], workshop.env)
        if known.url:
            return call(workshop, known.url, known.database, known, rest)
        with some_server(workshop, known.database) as url:
            return call(workshop, url, known.database, known, rest)


def call(
    workshop: setup.Workshop,
    url: str,
    database: str,
    known: argparse.Namespace,
    rest: list[str],
) -> int:
    """Run the verifier on our terminal; its exit code."""
    command = [
        *(paths.PYTHON, SCRIPT, "--url", url, "--database", database),
        *("--login", known.login),
    ]
    env = workshop.env
    if known.password_file:
        command += ["--password-file", known.password_file]
    elif known.login == server.LOGIN:
        env.setdefault("ODOO_PASSWORD", server.PASSWORD)
    return process.replace([*command, *rest], env)


@contextlib.contextmanager
def some_server(workshop: setup.Workshop, database: str) -> Iterator[str]:
    """The address of a served database: one that is there, or one for now."""
    already = server.served(database)
    if already:
        yield already[0].url
        return
    run.prepare(workshop, database)
    port = machine.free_port(run.DEFAULT_PORT + 100)
    with server.serving(workshop, database, port, log=f"odoo-{port}") as (entry, _odoo):
        yield entry.url
