"""What `dev/bench` says: the table, the JSON, the picture."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

from .. import paths, postgres, process
from . import statistics
from .context import Context, Measured

PLOT = paths.DEV / "lib" / "scripts" / "bench_plot.py"
#: the columns of the table: series, heading
COLUMNS = (
    ("ours", "ours"),
    ("sql", "SQL"),
    ("again", "after a change"),
    ("cached", "cached"),
    ("http", "ours, HTTP"),
    ("http_again", "changed, HTTP"),
    ("odoo", "Odoo, HTTP"),
    ("seed", "seed, HTTP"),
)
#: ratio -> what it has to be: at most, or at least
TARGETS = {
    "ours_vs_sql_30d": ("at most", 2.0),
    "ours_vs_sql_365d": ("at most", 1.5),
    "odoo_vs_ours_90d": ("at least", 20.0),
    "seed_vs_ours_30d": ("at least", 100.0),
    "odoo_vs_again_90d": ("at least", 20.0),
    "seed_vs_again_30d": ("at least", 100.0),
    "history_30d": ("at most", 1.2),
}


def table(context: Context, measured: Measured) -> str:
    """The medians in milliseconds, their spread, and the ratios with their targets."""
    head = f"{'period':8}" + "".join(f"{title:>18}" for _name, title in COLUMNS)
    lines = [head, "-" * len(head)]
    for period in context.periods:
        cells = [_cell(measured, f"{name}_{period.name}") for name, _title in COLUMNS]
        lines.append(f"{period.name:8}" + "".join(f"{cell:>18}" for cell in cells))
        cold = [
            _cell(measured, f"cold_{name}_{period.name}") for name, _title in COLUMNS
        ]
        if any(cold):
            lines.append(f"{'  cold':8}" + "".join(f"{cell:>18}" for cell in cold))
    lines.append("medians in ms ± half the distance of the quartiles")
    in_table = {
        f"{cold}{name}_{period.name}"
        for cold in ("", "cold_")
        for name, _title in COLUMNS
        for period in context.periods
    }
    for series in sorted(measured.samples.keys() - in_table):
        lines.append(f"{series:32} {_cell(measured, series):>18} ms")
    lines.append("")
    for name, value in measured.ratios.items():
        target = TARGETS.get(name)
        verdict = ""
        if target:
            relation, limit = target
            met = value <= limit if relation == "at most" else value >= limit
            verdict = f"{relation} {limit:g}: {'met' if met else 'MISSED'}"
        lines.append(f"{name:32} {value:>12.2f}   {verdict}")
    return "\n".join(lines)


def _cell(measured: Measured, series: str) -> str:
    samples = measured.samples.get(series)
    if not samples:
        return ""
    numbers = statistics.summary(samples)
    return f"{numbers['median']:,.1f} ±{numbers['spread'] / 2:,.1f}"


def write_json(
    target: Path, context: Context, measured: Measured, head: dict[str, Any]
) -> None:
    text = {
        **head,
        "orders": context.orders,
        "periods": {
            period.name: {
                "date_from": period.date_from.isoformat(),
                "date_to": period.date_to.isoformat(),
                "period_type": period.period_type,
            }
            for period in context.periods
        },
        "cached_ms": measured.facts.get("cached_ms"),
        "ratios": measured.ratios,
        "medians_ms": {
            name: statistics.summary(samples)
            for name, samples in sorted(measured.samples.items())
        },
        "samples_ms": measured.samples,
        "facts": measured.facts,
    }
    target.write_text(json.dumps(text, indent=1, default=str) + "\n", "utf-8")


def versions() -> dict[str, str]:
    """What was measured: the code and what runs it."""
    listed = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"],
        cwd=paths.ROOT,
        capture_output=True,
        text=True,
    )
    python = subprocess.run(
        [str(paths.PYTHON), "--version"], capture_output=True, text=True
    )
    return {
        "commit": listed.stdout.strip(),
        "python": python.stdout.strip(),
        "postgresql": postgres.query("SHOW server_version"),
        "odoo": paths.SERIES,
    }


def draw(target: Path, context: Context, sizes: dict[int, dict[str, float]]) -> None:
    """The picture of cost against the number of orders.

    :param sizes: number of orders -> series -> median in ms
    """
    process.run(
        [paths.PYTHON, PLOT, target],
        log="bench",
        what="drawing the picture",
        env=context.workshop.env | {"MPLBACKEND": "Agg"},
        stdin=json.dumps(sizes),
    )
