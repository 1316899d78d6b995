"""`dev/bench`: what the dashboard costs, measured beside everything else in one run.

Makes a database of N orders by SQL and keeps it for the next run; then measures the
dashboard (computed anew, from its cache), SQL written by hand that computes the same
figures (dev/bench.sql), the data calls of Odoo's own Sales dashboard, and the seed's
way over zenoo-rpc. Prints the medians, their spread and the ratios. The databases take
about 1.3 GB for a million orders; their names begin with `sale_dashboard_bench`.

`dev/bench load` leaves many dashboards open in a copy of that database while orders are
confirmed, with worker processes behind a proxy: see its own --help.
"""

from __future__ import annotations

import argparse
import importlib
import json
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

from .. import locks, machine, server, setup
from ..bench import company, figures, load, report, statistics
from ..bench.context import Context, Measured, make_periods
from ..database import Databases

#: modules of lib/bench with `measure(context)`, in order
PARTS = ("figures", "overhead", "browser")
DEFAULT_ORDERS = 1_000_000
#: sizes of the picture, beside the measured one
SMALLER = (10_000, 100_000)
ROUNDS = 5
PORT = 8469


def main(arguments: list[str]) -> int:
    if arguments[:1] == ["load"]:
        options, work = _parse_load(arguments[1:]), _load
    else:
        options, work = _parse(arguments), _bench
    setup.clean_logs()
    with setup.workshop(options.odoo, bench=True) as workshop:
        waiting = "Waiting for another dev/bench of this checkout ..."
        with locks.exclusive("bench", waiting):
            return work(options, Databases(workshop))


def _load(options: argparse.Namespace, databases: Databases) -> int:
    yesterday = date.today() - timedelta(days=1)
    company.ensure(databases, options.orders, last_day=yesterday)
    plan = load.Plan(options.dashboards, options.orders_per_second, options.minutes)
    found = load.run(databases, company.name_of(options.orders), plan)
    if options.json:
        head = {"machine": machine.describe(), "versions": report.versions()}
        options.json.write_text(json.dumps(head | {"load": found}, indent=1), "utf-8")
    print(load.describe(found))
    return 1 if found["error_count"] else 0


def _bench(options: argparse.Namespace, databases: Databases) -> int:
    context, stamp = _context(options, databases, options.orders)
    measured = Measured()
    measured.facts["install_s"] = float(stamp["install_s"])
    measured.facts["index_s"] = float(stamp["index_s"])
    if "figures" in options.only:
        measured.update(figures.measure_cold(context))
    port = machine.free_port(PORT)
    with server.serving(
        databases.workshop, context.database, port, log="bench-odoo"
    ) as (served, _process):
        context = replace(context, served=served)
        for name in options.only:
            part = importlib.import_module(f"..bench.{name}", __package__)
            measured.update(part.measure(context))
    if options.large:
        _add_large(options, databases, context, measured)
    if options.picture:
        sizes = _measure_sizes(options, databases, context, measured)
        report.draw(options.picture, context, sizes)
    if options.json:
        head = {"machine": machine.describe(), "versions": report.versions()}
        report.write_json(options.json, context, measured, head)
    print(report.table(context, measured))
    return 0


def _context(
    options: argparse.Namespace,
    databases: Databases,
    orders: int,
    years: int = company.YEARS,
) -> tuple[Context, dict[str, str]]:
    """A context without a served Odoo, its database made."""
    yesterday = date.today() - timedelta(days=1)
    stamp = company.ensure(databases, orders, years, last_day=yesterday)
    periods = make_periods(
        date.fromisoformat(stamp["last_day"]), date.fromisoformat(stamp["oldest_day"])
    )
    context = Context(
        workshop=databases.workshop,
        databases=databases,
        database=company.name_of(orders, years),
        orders=orders,
        rounds=options.rounds,
        periods=periods,
    )
    return context, stamp


def _measure_sizes(
    options: argparse.Namespace,
    databases: Databases,
    context: Context,
    measured: Measured,
) -> dict[int, dict[str, float]]:
    """Number of orders -> series -> median: what the picture shows."""
    sizes = {context.orders: _medians(measured)}
    for orders in SMALLER:
        if orders < context.orders:
            smaller, _stamp = _context(options, databases, orders)
            sizes[orders] = _medians(figures.measure_in_process(smaller))
    large = {
        name.removeprefix("large_"): median
        for name, median in sizes[context.orders].items()
        if name.startswith("large_")
    }
    if large:
        sizes[context.orders * company.LARGE_FACTOR] = large
    return sizes


def _medians(measured: Measured) -> dict[str, float]:
    return {
        name: statistics.summary(samples)["median"]
        for name, samples in measured.samples.items()
    }


def _add_large(
    options: argparse.Namespace,
    databases: Databases,
    context: Context,
    measured: Measured,
) -> None:
    """The same with ten times the history: older years at the same density."""
    larger, _stamp = _context(
        options,
        databases,
        options.orders * company.LARGE_FACTOR,
        company.YEARS * company.LARGE_FACTOR,
    )
    large = figures.measure_in_process(larger)
    measured.update(
        Measured(samples={f"large_{name}": one for name, one in large.samples.items()})
    )
    measured.ratios["large_ours_vs_sql_365d"] = statistics.ratio(
        large.samples["ours_365d"], large.samples["sql_365d"]
    )
    measured.update(figures.measure_history(context, larger))


def _parts(text: str) -> list[str]:
    names = text.split(",")
    unknown = set(names) - set(PARTS)
    if unknown:
        raise argparse.ArgumentTypeError(
            f"no part {', '.join(sorted(unknown))}; there are: {', '.join(PARTS)}"
        )
    return names


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="dev/bench",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--orders",
        type=int,
        default=DEFAULT_ORDERS,
        metavar="N",
        help=f"default: {DEFAULT_ORDERS:,}",
    )
    parser.add_argument(
        "--large",
        action="store_true",
        help="also ten times the history at the same density (hours and 15 GB for ten "
        "million orders)",
    )
    parser.add_argument(
        "--json", type=Path, metavar="FILE", help="write every sample and the plans"
    )
    parser.add_argument(
        "--picture",
        type=Path,
        metavar="FILE",
        help="draw cost against 10 k and 100 k orders and these",
    )
    parser.add_argument(
        "--rounds", type=int, default=ROUNDS, help=f"repetitions; default: {ROUNDS}"
    )
    parser.add_argument(
        "--only",
        type=_parts,
        default=list(PARTS),
        metavar="PART,...",
        help=f"of: {', '.join(PARTS)}",
    )
    parser.add_argument("--odoo", metavar="PATH", help="as in dev/run")
    return parser.parse_args(arguments)


def _parse_load(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="dev/bench load", description=load.__doc__)
    parser.add_argument(
        "--minutes",
        type=float,
        default=load.MINUTES,
        metavar="N",
        help=f"of confirming, once all are open; default: {load.MINUTES:g}",
    )
    parser.add_argument(
        "--dashboards",
        type=int,
        default=load.DASHBOARDS,
        metavar="N",
        help=f"default: {load.DASHBOARDS}",
    )
    parser.add_argument(
        "--orders-per-second",
        type=float,
        default=load.ORDERS_PER_SECOND,
        metavar="N",
        help=f"default: {load.ORDERS_PER_SECOND:g}",
    )
    parser.add_argument(
        "--orders",
        type=int,
        default=DEFAULT_ORDERS,
        metavar="N",
        help=f"of the database; default: {DEFAULT_ORDERS:,}",
    )
    parser.add_argument(
        "--json", type=Path, metavar="FILE", help="write what was found"
    )
    parser.add_argument("--odoo", metavar="PATH", help="as in dev/run")
    return parser.parse_args(arguments)
