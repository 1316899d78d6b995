"""`dev/run`: a working Odoo with the addon and its demo company, from nothing.

Gets Odoo 19, a Python environment and PostgreSQL into `.odoo/`, makes the database
with the demo company, serves it, and prints the address when the page answers. A
second start takes seconds and keeps the data. Ctrl-C stops everything.

Started twice in one checkout, both serve the same database, as two workers would; with
`--database NAME` the second has its own. Checkouts share nothing.
"""

from __future__ import annotations

import argparse
import signal

from .. import database as databases
from .. import machine, paths, server, setup
from ..errors import Stop
from ..progress import say

DEFAULT_PORT = 8069


def main(arguments: list[str]) -> int:
    options = _parse(arguments)
    port = _port(options.port)
    with setup.workshop(options.odoo) as workshop:
        prepare(workshop, options.database, reset=options.reset)
        if not machine.port_is_free(port):
            # Somebody took it while we were at work.
            port = _port(options.port)
        log = f"odoo-{port}"
        with server.serving(workshop, options.database, port, log=log) as (entry, odoo):
            print(
                f"\n  Sales Dashboard  {entry.url}{server.DASHBOARD}\n"
                f"  login            {server.LOGIN}   password {server.PASSWORD}"
                "   (salesperson: demo / demo)\n"
                f"  log              {paths.LOG / log}.log\n"
                "  stop             Ctrl-C\n",
                flush=True,
            )
            try:
                code = odoo.wait()
            except KeyboardInterrupt:
                signal.signal(signal.SIGINT, signal.SIG_IGN)
                say("Stopping Odoo ...")
                return 0
            raise Stop(f"Odoo ended (exit code {code}); see {paths.LOG / log}.log", 1)


def prepare(workshop: setup.Workshop, name: str, *, reset: bool = False) -> None:
    """Have the database with the demo company, made or brought up to date."""
    made = databases.Databases(workshop)
    others = server.served(name)
    if reset and others:
        raise Stop(
            f"the database {name} is being served at {others[0].url}; stop that "
            f"(process {others[0].pid}), then run this again"
        )
    with databases.locks.exclusive("database", "Waiting for the database ..."):
        stamp = made.stamp(name)
        code = databases.code_hash()
        if stamp is None or reset:
            made.install(name, "Installing the addon", log="database")
            made.fill_with_demo(name, log="database")
            made.set_stamp(name, kind="demo", code=code)
        elif stamp.get("odoo") != workshop.source.key:
            raise Stop(
                f"the database {name} was made with another Odoo; start over with "
                "--reset, or name another with --database"
            )
        elif stamp.get("code") != code:
            made.update(name, log="database")
            made.set_stamp(name, kind="demo", code=code)


def _port(wanted: int | None) -> int:
    if wanted is not None:
        if not 0 < wanted < 65536:
            raise Stop(f"there is no port {wanted}; choose one from 1 to 65535")
        if not machine.port_is_free(wanted):
            raise Stop(
                f"port {wanted} is busy; choose another with --port, or leave --port "
                "out to take the next free one"
            )
        return wanted
    port = machine.free_port(DEFAULT_PORT)
    if port != DEFAULT_PORT:
        say(f"Port {DEFAULT_PORT} is busy; taking {port}.")
    return port


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="dev/run",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--port", type=int, help=f"default: {DEFAULT_PORT} or the next free one"
    )
    parser.add_argument(
        "--odoo",
        metavar="PATH",
        help=f"an Odoo {paths.SERIES} source to use instead of Debian's package; it is "
        "remembered, `--odoo debian` goes back",
    )
    parser.add_argument(
        "--reset", action="store_true", help="make the database anew: its data is lost"
    )
    parser.add_argument(
        "--database",
        metavar="NAME",
        default=paths.ADDON,
        help=f"default: {paths.ADDON}",
    )
    return parser.parse_args(arguments)
