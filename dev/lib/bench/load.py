"""People at work: open dashboards that follow while orders are confirmed.

As in production: worker processes and the websockets' own process behind a reverse
proxy. The database is a copy of the bench's, dropped afterwards.
"""

from __future__ import annotations

import contextlib
import json
import re
import statistics
import subprocess
import threading
import time
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from .. import machine, paths, postgres, process
from ..database import Databases, progress_of
from ..errors import Stop
from ..progress import Step

SCRIPTS = paths.DEV / "lib" / "scripts"
DATABASE = f"{paths.ADDON}_bench_load"
LOG = "bench-load"
PORT = 8300
WORKERS = 4
#: seconds between two counts of the records
COUNT_EVERY = 10
PATIENCE = 120
#: the issue's own: dashboards, orders a second, minutes
DASHBOARDS = 200
ORDERS_PER_SECOND = 5.0
MINUTES = 10.0


@dataclass(frozen=True)
class Plan:
    dashboards: int = DASHBOARDS
    orders_per_second: float = ORDERS_PER_SECOND
    minutes: float = MINUTES

    @property
    def seconds(self) -> float:
        return self.minutes * 60

    @property
    def seconds_alone(self) -> float:
        """Of confirming while no dashboard is open."""
        return min(60, self.seconds / 2)


def run(databases: Databases, source: str, plan: Plan) -> dict[str, Any]:
    """Put a copy of a database under load; what was found, in JSON types.

    :param source: a database of the bench that nobody is connected to
    :return: percentiles of `refresh_ms`, `seen_after_ms`, `confirm_ms`,
        `confirm_alone_ms` (no dashboard open), `message_gap_ms`, `spread_ms` (over
        which dashboards were told to read); rates; `older_share`
        of re-reads that were given older figures; `settled_s`, until all dashboards had
        the last order; `errors`; `records`, the numbers of stored dashboards
        over time; `records_per_request`, the most any caller had of one request
    """
    databases.drop(DATABASE)
    with Step("Copying the database to put under load"):
        databases.copy(source, DATABASE)
        databases.set_stamp(DATABASE, kind="bench")
    try:
        with _serving(databases) as url:
            return _load(databases, url, plan)
    finally:
        databases.drop(DATABASE)


def _load(databases: Databases, url: str, plan: Plan) -> dict[str, Any]:
    prepared = _prepare(databases, plan)
    task, answer = paths.HOME / "bench-load.json", paths.HOME / "bench-load-answer.json"
    answer.unlink(missing_ok=True)
    task.write_text(
        json.dumps(
            prepared
            | {
                "orders_per_second": plan.orders_per_second,
                "seconds": plan.seconds,
                "seconds_alone": plan.seconds_alone,
                "answer": str(answer),
            }
        ),
        "utf-8",
    )
    counter = _Counter()
    with (
        Step(
            f"{plan.dashboards} dashboards, {plan.orders_per_second:g} orders a second"
        ) as step,
        counter,
    ):
        process.run(
            [
                *(paths.PYTHON, "-m", "locust", "-f", SCRIPTS / "bench_load.py"),
                *("--headless", "--host", url, "--only-summary"),
                *("--exit-code-on-error", "0"),
                # Everybody is of a kind that has a fixed number.
                *("--users", str(10 * plan.dashboards), "--spawn-rate", "10"),
            ],
            log=LOG,
            what="the load",
            env=databases.workshop.env | {"BENCH_LOAD": str(task)},
            on_line=progress_of(step),
        )
    if not answer.is_file():
        raise Stop(f"the load ended early; see {process.log_file(LOG)}")
    found = json.loads(answer.read_text("utf-8"))
    for file in (task, answer):
        file.unlink()
    return found | {
        "dashboards": plan.dashboards,
        "minutes": plan.minutes,
        "workers": WORKERS,
        "records": counter.records,
        "records_per_request": counter.most,
        "bus_rows": counter.bus_rows(),
    }


def _prepare(databases: Databases, plan: Plan) -> dict[str, Any]:
    wanted = {
        "dashboards": plan.dashboards,
        "orders": int(
            plan.orders_per_second * (plan.seconds + plan.seconds_alone) * 1.1
        )
        + 100,
    }
    with Step("Logging people in, making quotations"):
        output = process.run(
            databases.workshop.odoo("shell", "-d", DATABASE, "--no-http"),
            log=LOG,
            what="preparing the load",
            env=databases.workshop.env | {"BENCH_LOAD": json.dumps(wanted)},
            stdin=(SCRIPTS / "bench_load_prepare.py").read_text("utf-8"),
        )
    return json.loads(re.findall(r"^answer: (.*)$", output, re.MULTILINE)[-1])


@contextlib.contextmanager
def _serving(databases: Databases) -> Iterator[str]:
    """Odoo with worker processes behind a proxy; the proxy's address."""
    workshop = databases.workshop
    port = machine.free_port(PORT)
    http_port = machine.free_port(port + 1)
    websocket_port = machine.free_port(http_port + 1)
    commands = [
        [
            *(str(paths.PYTHON), str(SCRIPTS / "odoo_server.py"), "server"),
            *("-d", DATABASE, "--http-port", str(http_port), "--proxy-mode"),
            *("--workers", str(WORKERS), "--gevent-port", str(websocket_port)),
            *("--max-cron-threads", "1", "--log-level", "warn"),
        ],
        [
            *(str(paths.PYTHON), str(SCRIPTS / "bench_proxy.py")),
            *map(str, (port, http_port, websocket_port, 2 * WORKERS)),
        ],
    ]
    url = f"http://127.0.0.1:{port}"
    with process.log_file(f"{LOG}-odoo").open("a") as output:
        started: list[subprocess.Popen] = []
        try:
            with Step(f"Starting Odoo with {WORKERS} workers behind a proxy"):
                for command in commands:
                    started.append(
                        subprocess.Popen(
                            command,
                            stdin=subprocess.DEVNULL,
                            stdout=output,
                            stderr=subprocess.STDOUT,
                            env=workshop.env,
                            start_new_session=True,
                            preexec_fn=process.die_with_parent,
                        )
                    )
                # Each worker has to load what it serves.
                with ThreadPoolExecutor(2 * WORKERS) as pool:
                    pages = [f"{url}/web/login"] * 4 * WORKERS
                    list(pool.map(partial(_wait, started, Path(output.name)), pages))
                _wait(started, Path(output.name), f"{url}/websocket/health")
            yield url
        finally:
            for one in reversed(started):
                process.end(one, patience=30)


def _wait(started: list[subprocess.Popen], log: Path, url: str) -> None:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    deadline = time.monotonic() + PATIENCE
    while True:
        if any(one.poll() is not None for one in started):
            raise Stop(f"Odoo or its proxy stopped while starting; see {log}", code=1)
        try:
            with opener.open(url, timeout=PATIENCE):
                return
        except OSError:
            if time.monotonic() > deadline:
                raise Stop(f"Odoo does not answer; see {log}", code=1) from None
            time.sleep(0.5)


class _Counter:
    """Counts what is stored while the body runs."""

    def __init__(self) -> None:
        self.records: list[int] = []
        self.most = 0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._count, daemon=True)

    def __enter__(self) -> _Counter:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._ended.set()
        self._thread.join()

    def _count(self) -> None:
        while not self._ended.wait(COUNT_EVERY):
            found = postgres.query(
                "SELECT count(*) FROM sale_dashboard UNION ALL "
                "SELECT coalesce(max(count), 0) FROM (SELECT count(*) FROM "
                "sale_dashboard GROUP BY create_uid, request_key) AS requests",
                DATABASE,
            )
            count, most = map(int, found.split())
            self.records.append(count)
            self.most = max(self.most, most)

    def bus_rows(self) -> int:
        found = postgres.query(
            "SELECT count(*) FROM bus_bus "
            'WHERE message LIKE \'{"type":"sale_dashboard/%\'',
            DATABASE,
        )
        return int(found)


def describe(found: dict[str, Any]) -> str:
    """The findings as a table for people."""

    def times(name: str) -> str:
        one = found[name]
        if "p50" not in one:
            return "-"
        return (
            f"{one['p50']:9.0f} {one['p95']:9.0f} {one['p99']:9.0f} {one['max']:9.0f}"
        )

    records = found["records"] or [0]
    third = max(1, len(records) // 3)
    lines = [
        f"{found['dashboards']} dashboards, "
        f"{found['orders_per_second']} orders a second, "
        f"{found['minutes']:g} minutes, {found['workers']} workers: "
        f"{found['error_count']} errors",
        "",
        "milliseconds             p50       p95       p99       max",
        f"refresh          {times('refresh_ms')}",
        f"  computed in    {times('computing_ms')}",
        f"seen after       {times('seen_after_ms')}",
        f"confirm          {times('confirm_ms')}",
        f"  none looks on  {times('confirm_alone_ms')}",
        "",
        f"messages a second        {found['messages_per_second']}, to be read over "
        f"{found['spread_ms'].get('p50', 0) / 1000:.1f} s",
        f"re-reads a second        {found['rereads_per_second']}, "
        f"{100 * found['older_share']:.0f} of 100 given older figures",
        f"all have the last order  after {found['settled_s']} s",
        f"stored dashboards        {statistics.median(records[:third]):.0f} in the "
        f"first third, {statistics.median(records[-third:]):.0f} in the last; at most "
        f"{found['records_per_request']} for one caller and request",
    ]
    return "\n".join(lines + found["errors"][:5])
