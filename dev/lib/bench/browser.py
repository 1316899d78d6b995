"""What a person waits for: from the click on the menu to the last figure painted.

Ours and Odoo's own Sales dashboard in one Chromium, on the bench's database and on the
demo company; there also what the page shifts, which tasks hold it up, and the bytes of
its bundles.
"""

from __future__ import annotations

import json
import re
import shlex
from typing import Any

from .. import machine, paths, postgres, process, server
from ..commands import run
from ..database import progress_of
from ..progress import Step
from ..server import Served
from .context import Context, Measured
from .statistics import ratio

SCRIPT = paths.DEV / "lib" / "scripts" / "bench_browser.py"
LOG = "bench-browser"
PORT = 8569
#: what a client without any figures of ours has to compute anew
FORGET = "INSERT INTO sale_dashboard_change (count, stamp) VALUES (1, 1)"


def measure(context: Context) -> Measured:
    """Open both dashboards by turns.

    Series: `browser_ours` (computed anew), `browser_cached`, `browser_called` (computed
    anew, and opened without a pointer that comes near first), `browser_odoo`, all to
    the last figure in the window; `browser_all` is `browser_ours` to the last one below
    it too; and the same as `browser_demo_*` on the demo company. Facts, by these
    series: `layout_shift` (the greatest), `long_tasks` (milliseconds of those over 50);
    `bundles` (bytes); `console_errors`.
    """
    measured = _look(context, context.served, "browser")
    run.prepare(context.workshop, paths.ADDON)
    port = machine.free_port(PORT)
    with server.serving(context.workshop, paths.ADDON, port, log=LOG) as (
        served,
        _odoo,
    ):
        demo = _look(context, served, "browser_demo")
    for name, value in demo.facts.items():
        if isinstance(value, dict):
            measured.facts[name] = {**measured.facts[name], **value}
        else:
            measured.facts[name] += value
    measured.samples.update(demo.samples)
    measured.ratios.update(demo.ratios)
    return measured


def _look(context: Context, served: Served, name: str) -> Measured:
    forget = [
        *(str(postgres.programs() / "psql"), "-X", "-w", "-q", "-o", "/dev/null"),
        *("-d", served.database, "-c", FORGET),
    ]
    with Step(f"Opening dashboards in Chromium ({served.database})") as step:
        output = process.run(
            [
                *(paths.PYTHON, SCRIPT, served.url, "--database", served.database),
                *("--login", context.login, "--rounds", str(context.rounds)),
                *("--forget", shlex.join(forget)),
            ],
            log=LOG,
            what="opening dashboards in Chromium",
            env=context.workshop.env | {"ODOO_PASSWORD": context.password},
            on_line=progress_of(step),
        )
    answer = json.loads(re.findall(r"^answer: (.*)$", output, re.MULTILINE)[-1])

    def named(found: dict[str, Any]) -> dict[str, Any]:
        return {f"{name}_{side}": value for side, value in found.items()}

    return Measured(
        samples=named(answer["samples"]),
        facts={
            "layout_shift": named(answer["shift"]),
            "long_tasks": named(answer["long_tasks"]),
            "bundles": answer["bundles"],
            "console_errors": answer["errors"],
        },
        ratios={
            f"{name}_ours_vs_odoo": ratio(
                answer["samples"]["ours"], answer["samples"]["odoo"]
            )
        },
    )
