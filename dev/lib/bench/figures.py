"""What our answer costs, beside SQL written by hand, Odoo's dashboard and the seed.

Side by side in one process without HTTP: our whole answer (`ours_*`: computed, stored,
committed), the statements of `dev/bench.sql` (`sql_*`), and our answer out of the cache
(`cached_*`). Side by side over HTTP, against one threaded Odoo: our answer (`http_*`),
the data calls of the page of Odoo's own Sales dashboard (`odoo_*`), and the seed's way
(`seed_30d`). Nothing is counted before every figure of ours has been found equal to
that of the statements.

`again_*` and `http_again_*` are what an open dashboard waits for: a period that ends
today, a day like any other until now, an order that a salesperson has just confirmed,
and an answer of a minute ago, whose orders of the days before are kept. Each sample is
another confirmed order.

`cold_*` is the first request to a worker that was just started, in a PostgreSQL that
was just started; the kernel's own cache of the disk stays warm.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

from .. import paths, postgres, process
from ..errors import Stop
from ..progress import Step
from . import statistics
from .context import Context, Measured, Period

SCRIPTS = paths.DEV / "lib" / "scripts"
WORKER = SCRIPTS / "bench_worker.py"
CLIENT = SCRIPTS / "bench_client.py"
LOG = "bench"
#: the periods of the table that are measured cold as well
COLD_PERIODS = ("30d", "365d")
#: the periods that must not cost more with more years before them
HISTORY_PERIODS = ("30d", "365d")
#: repetitions of what takes many seconds each
SEED_ROUNDS = 5


class Program:
    """A script that answers lines of JSON; see `bench_worker.py`."""

    def __init__(self, context: Context, script: Path, *arguments: str) -> None:
        self._log = process.log_file(LOG).open("a", 1)
        self._process = subprocess.Popen(
            [str(paths.PYTHON), str(script), *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            env=context.workshop.env,
            text=True,
            preexec_fn=process.die_with_parent,
        )
        self._read()

    def ask(self, **request: Any) -> dict[str, Any]:
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        return self._read()

    def end(self) -> None:
        process.end(self._process)
        self._log.close()

    def _read(self) -> dict[str, Any]:
        line = self._process.stdout.readline()
        if not line:
            raise Stop(f"a program of the bench has ended; see {paths.LOG / LOG}.log")
        return json.loads(line)


@contextmanager
def running(context: Context, script: Path, *arguments: str) -> Iterator[Program]:
    program = Program(context, script, *arguments)
    try:
        yield program
    finally:
        program.end()


def request_of(period: Period) -> dict[str, str]:
    """What the screen asks for."""
    return {
        "date_from": period.date_from.isoformat(),
        "date_to": period.date_to.isoformat(),
        "period_type": period.period_type,
    }


def measure(context: Context) -> Measured:
    """Everything warm; `context.served` is there."""
    measured = Measured()
    with running(context, WORKER, context.database) as worker:
        _check(context, worker, measured)
        _without_http(context, worker, measured)
        with running(
            context,
            CLIENT,
            *(context.served.url, context.database, context.login, context.password),
        ) as client:
            _over_http(context, worker, client, measured)
    samples = measured.samples
    for name in ("30d", "365d"):
        measured.ratios[f"ours_vs_sql_{name}"] = statistics.ratio(
            samples[f"ours_{name}"], samples[f"sql_{name}"]
        )
    measured.ratios["odoo_vs_ours_90d"] = statistics.ratio(
        samples["odoo_90d"], samples["http_90d"]
    )
    measured.ratios["seed_vs_ours_30d"] = statistics.ratio(
        samples["seed_30d"], samples["http_30d"]
    )
    measured.ratios["again_vs_sql_90d"] = statistics.ratio(
        samples["again_90d"], samples["sql_90d"]
    )
    measured.ratios["odoo_vs_again_90d"] = statistics.ratio(
        samples["odoo_90d"], samples["http_again_90d"]
    )
    measured.ratios["seed_vs_again_30d"] = statistics.ratio(
        samples["seed_30d"], samples["http_again_30d"]
    )
    measured.facts["cached_ms"] = statistics.summary(samples["cached_30d"])["median"]
    return measured


def measure_in_process(context: Context) -> Measured:
    """Only our answer and the statements, for the picture."""
    measured = Measured()
    with running(context, WORKER, context.database) as worker:
        _check(context, worker, measured)
        _without_http(context, worker, measured)
    return measured


def measure_history(context: Context, large: Context) -> Measured:
    """The same periods of two databases, in turn: `large` has more years before them.

    Series: `history_ours_*` and `history_sql_*` of the larger one, `history_of_ours_*`
    and `history_of_sql_*` of the other.
    """
    measured = Measured()
    operations = ("ours", "sql")
    with (
        Step("The same periods with more history") as step,
        running(context, WORKER, context.database) as worker,
        running(large, WORKER, large.database) as other,
    ):
        for name in HISTORY_PERIODS:
            sides = {
                "history_of": (worker, request_of(context.period(name))),
                "history": (other, request_of(large.period(name))),
            }
            for number in range(-1, context.rounds):
                step.update(text=f"{name}, round {max(number, 0) + 1}")
                for op in operations if number % 2 else reversed(operations):
                    for side, (program, period) in sides.items():
                        answer = program.ask(op=op, period=period)
                        if number >= 0:  # the first warms up
                            measured.add(f"{side}_{op}_{name}", answer["ms"])
    for name in HISTORY_PERIODS:
        for op, ratio in (("ours", f"history_{name}"), ("sql", f"history_sql_{name}")):
            measured.ratios[ratio] = statistics.ratio(
                measured.samples[f"history_{op}_{name}"],
                measured.samples[f"history_of_{op}_{name}"],
            )
    return measured


def measure_cold(context: Context) -> Measured:
    """First requests; nothing may be served meanwhile."""
    measured = Measured()
    periods = [context.period(name) for name in COLD_PERIODS]
    restarts = 0
    with Step("Cold answers") as step:
        for number in range(context.rounds):
            for index, period in enumerate(periods):
                for op in ("sql", "ours") if number % 2 else ("ours", "sql"):
                    done = number * len(periods) + index
                    step.update(done / (context.rounds * len(periods)), period.name)
                    restarts += postgres.restart()
                    with running(context, WORKER, context.database) as worker:
                        answer = worker.ask(op=op, period=request_of(period))
                    measured.add(f"cold_{op}_{period.name}", answer["ms"])
    measured.facts["cold_restarted_postgresql"] = bool(restarts)
    return measured


def _check(context: Context, worker: Program, measured: Measured) -> None:
    """Compare all figures, and keep the plans."""
    plans, compared = {}, 0
    with Step("Comparing every figure with SQL written by hand") as step:
        for period in context.periods:
            step.update(text=period.name)
            answer = worker.ask(op="check", period=request_of(period))
            if answer["differences"]:
                raise Stop(
                    f"figures differ over {period.name}: {answer['differences'][0]}",
                    code=1,
                )
            compared += answer["compared"]
            answer = worker.ask(op="plans", period=request_of(period))
            plans[period.name] = answer["plans"]
    measured.facts["figures_compared"] = compared
    measured.facts["plans"] = plans


def _without_http(context: Context, worker: Program, measured: Measured) -> None:
    operations = ("ours", "sql", "cached")
    with Step("Our answer beside SQL written by hand") as step:
        for period in context.periods:
            for number in range(-1, context.rounds):
                step.update(text=f"{period.name}, round {max(number, 0) + 1}")
                for op in operations if number % 2 else reversed(operations):
                    answer = worker.ask(op=op, period=request_of(period))
                    if number >= 0:  # the first warms up
                        measured.add(f"{op}_{period.name}", answer["ms"])
        for _number in range(context.rounds):
            step.update(text="targets")
            answer = worker.ask(op="targets", period=request_of(context.periods[0]))
            measured.add("targets", answer["ms"])


def _over_http(
    context: Context, worker: Program, client: Program, measured: Measured
) -> None:
    with (
        Step("Odoo's own dashboard and the seed, over HTTP") as step,
        _today(worker, measured),
    ):
        for period in context.periods:
            today = request_of(period.moved(date.today()))
            _check_again(worker, period, today, measured)
            for number in range(-1, context.rounds):
                step.update(text=f"{period.name}, round {max(number, 0) + 1}")
                worker.ask(op="confirm", period=today)
                again = worker.ask(op="again", period=today)
                worker.ask(op="confirm", period=today)
                http_again = client.ask(op="http_again", period=today)
                if number >= 0:
                    measured.add(f"again_{period.name}", again["ms"])
                    measured.add(f"http_again_{period.name}", http_again["ms"])
                for op in ("http", "odoo"):
                    answer = client.ask(op=op, period=request_of(period))
                    if number >= 0:
                        measured.add(f"{op}_{period.name}", answer["ms"])
                        measured.facts[f"{op}_calls"] = answer["calls"]
        period = context.period("30d")
        for number in range(SEED_ROUNDS):
            step.update(text=f"the seed, round {number + 1}")
            answer = client.ask(op="seed", period=request_of(period))
            measured.add("seed_30d", answer["ms"])
            measured.facts["seed_orders"] = answer["orders"]


@contextmanager
def _today(worker: Program, measured: Measured) -> Iterator[None]:
    """A day like the last one of the database, up to now."""
    answer = worker.ask(op="begin_day", period=None)
    measured.facts["orders_of_today"] = answer["orders"]
    try:
        yield
    finally:
        worker.ask(op="end_day", period=None)


def _check_again(
    worker: Program, period: Period, today: dict[str, str], measured: Measured
) -> None:
    """Compare what is made of kept parts with SQL written by hand."""
    worker.ask(op="ours", period=today)
    worker.ask(op="confirm", period=today)
    answer = worker.ask(op="check_again", period=today)
    if answer["differences"]:
        raise Stop(
            f"figures differ over {period.name} after a change:"
            f" {answer['differences'][0]}",
            code=1,
        )
    measured.facts["figures_compared"] += answer["compared"]
