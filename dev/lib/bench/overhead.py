"""What the addon adds to Odoo's own work: confirming an order, and being installed.

Three databases made alike, two plain and one with the addon, are open in one process of
Odoo, which confirms an order in each of them in turn. So everything the addon changes
counts, not only what can be switched off; the two plain ones tell how far the same work
lies apart (A/A).
"""

from __future__ import annotations

import json
import re
import statistics

from .. import paths, postgres, process
from ..database import Databases, progress_of
from ..progress import Step
from .context import Context, Measured
from .statistics import ratio

SCRIPT = paths.DEV / "lib" / "scripts" / "bench_overhead.py"
LOG = "bench-overhead"
ROUNDS = 1000
PLAIN = f"{paths.ADDON}_bench_plain"
AGAIN = f"{paths.ADDON}_bench_plain_again"
WITH_ADDON = f"{paths.ADDON}_bench_confirm"
#: the sides of the comparison, in the names of their series
SIDES = ("plain", "again", "token", "bus")


def measure(context: Context) -> Measured:
    """Confirm orders with and without the addon.

    Series: `confirm_plain` and `confirm_again` (no addon), `confirm_token` (the addon,
    told to nobody), `confirm_bus` (all of it); `bus_message` and `bus_notify`, what one
    message takes in the thread that sends it, and its NOTIFY alone, whose commit holds
    a lock among all that notify. Facts: `confirm_statements`, the statements of each
    side; `confirm_points`, how many percent each median is above that of
    `confirm_plain`; `confirm_paired_ms`, the median difference from the plain one of
    the same round; `confirm_bus_ms`, the same of the bus from the token;
    `confirm_messages`, how many were sent.
    """
    return confirm(context.databases, max(ROUNDS, context.rounds))


def confirm(databases: Databases, rounds: int) -> Measured:
    names = (PLAIN, AGAIN, WITH_ADDON)
    try:
        _make(databases)
        return _confirm(databases, rounds)
    finally:
        for name in names:
            databases.drop(name)


def _make(databases: Databases) -> None:
    template = databases.template()
    for name in (PLAIN, AGAIN):
        databases.drop(name)
        databases.copy(template, name)
        databases.set_stamp(name, kind="bench")
    databases.install(WITH_ADDON, "Installing the addon to confirm with", log=LOG)
    databases.set_stamp(WITH_ADDON, kind="bench")
    for name in (PLAIN, AGAIN, WITH_ADDON):
        postgres.query("VACUUM ANALYZE", name)


def _confirm(databases: Databases, rounds: int) -> Measured:
    plan = {"plain": PLAIN, "again": AGAIN, "addon": WITH_ADDON, "rounds": rounds}
    with Step(f"Confirming {rounds} orders on each side") as step:
        output = process.run(
            databases.workshop.odoo("shell", "-d", PLAIN, "--no-http"),
            log=LOG,
            what="confirming orders",
            env=databases.workshop.env | {"BENCH_OVERHEAD": json.dumps(plan)},
            stdin=SCRIPT.read_text("utf-8"),
            on_line=progress_of(step),
        )
    answer = json.loads(re.findall(r"^answer: (.*)$", output, re.MULTILINE)[-1])
    measured = Measured()
    for side in SIDES:
        measured.samples[f"confirm_{side}"] = answer["samples"][side]
    for name in ("message", "notify"):
        measured.samples[f"bus_{name}"] = answer["samples"][name]
    plain = measured.samples["confirm_plain"]
    ratios = {side: ratio(measured.samples[f"confirm_{side}"], plain) for side in SIDES}
    measured.ratios = {
        "confirm_a_a": ratios["again"],
        "confirm_token": ratios["token"],
        "confirm_overhead": ratios["bus"],
    }
    measured.facts = {
        "confirm_statements": answer["statements"],
        "confirm_points": {
            side: round(100 * (value - 1), 2) for side, value in ratios.items()
        },
        "confirm_paired_ms": {
            side: _paired(measured.samples[f"confirm_{side}"], plain) for side in SIDES
        },
        "confirm_bus_ms": _paired(
            measured.samples["confirm_bus"], measured.samples["confirm_token"]
        ),
        "confirm_messages": answer["messages"],
    }
    return measured


def _paired(samples: list[float], others: list[float]) -> float:
    """The median of the differences, round by round."""
    differences = [one - other for one, other in zip(samples, others, strict=True)]
    return round(statistics.median(differences), 3)
