"""The database of N orders: made once, kept, and brought up to date with the addon."""

from __future__ import annotations

import json
import time
from datetime import date, timedelta

from .. import paths, postgres, process
from ..database import Databases, code_hash, progress_of
from ..errors import Stop
from ..progress import Step

SCRIPT = paths.DEV / "lib" / "scripts" / "bench_company.py"
LOG = "bench-company"
YEARS = 3
#: what `--large` compares with: ten times the years, at the same density
LARGE_FACTOR = 10
#: disk space of an order with its lines and all indexes, generously
BYTES_PER_ORDER = 2500
#: what the database was made by; another one is made anew
GENERATION = "2"
#: what the addon's scheduled job does, here waiting for its end
BUILD_INDEXES = """
from odoo.addons.sale_dashboard.indexes import build_missing
env.cr.rollback()
build_missing(env.registry)
"""


def name_of(orders: int, years: int = YEARS) -> str:
    suffix = "" if years == YEARS else f"_{years}y"
    return f"{paths.ADDON}_bench_{orders}{suffix}"


def ensure(
    databases: Databases, orders: int, years: int = YEARS, *, last_day: date
) -> dict[str, str]:
    """Have the database with the addon of now; what its stamp says.

    The stamp holds `last_day`, the day before the database was made, at which its
    orders end, and the seconds that installing the addon took.
    """
    name = name_of(orders, years)
    stamp = databases.stamp(name)
    if (
        stamp is None
        or stamp.get("generation") != GENERATION
        or stamp.get("odoo") != databases.workshop.source.key
    ):
        stamp = _make(databases, name, orders, years, last_day)
    if stamp["code"] != code_hash():
        databases.update(name, log=LOG)
        _build_indexes(databases, name)
        stamp["code"] = code_hash()
        databases.set_stamp(name, **stamp)
    return stamp


def _make(
    databases: Databases, name: str, orders: int, years: int, last_day: date
) -> dict[str, str]:
    template = databases.template()
    databases.drop(name)
    databases.copy(template, name)
    plan = {"orders": orders, "years": years, "last_day": last_day.isoformat()}
    with Step(f"Making a company of {orders:,} orders") as step:
        output = process.run(
            databases.workshop.odoo("shell", "-d", name, "--no-http"),
            log=LOG,
            what="making the company of the bench",
            env=databases.workshop.env | {"BENCH_COMPANY": json.dumps(plan)},
            stdin=SCRIPT.read_text("utf-8"),
            on_line=progress_of(step),
        )
        if "bench company: made" not in output:
            raise Stop(
                f"making the company of the bench failed; see {paths.LOG / LOG}.log"
            )
        step.update(text="VACUUM ANALYZE")
        postgres.query("VACUUM ANALYZE", name)
    started = time.monotonic()
    databases.odoo_job(
        "Installing the addon on it",
        *("-d", name, "-i", paths.ADDON, "--stop-after-init", "--no-http"),
        log=LOG,
    )
    installed = time.monotonic() - started
    seconds = _build_indexes(databases, name)
    stamp = {
        "kind": "bench",
        "generation": GENERATION,
        "code": code_hash(),
        "last_day": last_day.isoformat(),
        "oldest_day": (last_day - timedelta(days=years * 365)).isoformat(),
        "install_s": f"{installed:.1f}",
        "index_s": f"{seconds:.1f}",
    }
    databases.set_stamp(name, **stamp)
    return stamp


def _build_indexes(databases: Databases, name: str) -> float:
    """Run the job that builds the large indexes after the install; its seconds."""
    started = time.monotonic()
    with Step("Building the addon's indexes"):
        process.run(
            databases.workshop.odoo("shell", "-d", name, "--no-http"),
            log=LOG,
            what="building the addon's indexes",
            env=databases.workshop.env,
            stdin=BUILD_INDEXES,
        )
        postgres.query("VACUUM ANALYZE sale_order", name)
    return time.monotonic() - started
