"""For locust: people who leave their dashboards open, while others confirm orders.

What to do comes in the JSON file that BENCH_LOAD names: `people`, `seller`, `orders`
(of bench_load_prepare.py), `orders_per_second`, `seconds`, `answer` (where to write).

A dashboard does what `static/src/dashboard/live_refresh.js` does: it reads once,
listens to the bus, and re-reads when told of what it does not have yet, at once if it
may, at most every max(2 s, 20 x the last computation), jittered. Selling begins once
all dashboards are open.

"Seen after" of a confirmed order, on one dashboard: from the answer to who confirmed
until the dashboard has read figures that it asked for after that. (Those it asked for
just before may have the order too: what is told is the most it can have been.)
"""

import bisect
import json
import os
import random
import statistics
import time
from datetime import date, timedelta
from pathlib import Path

import gevent
import gevent.event
import gevent.lock
import websocket
from locust import FastHttpUser, constant, constant_throughput, events, task

PLAN = json.loads(Path(os.environ["BENCH_LOAD"]).read_text("utf-8"))
SELLERS = max(1, round(PLAN["orders_per_second"] * 2))
CHANGED = "sale_dashboard/changed"
LONE_CHANGE_SPREAD = 0.6
MIN_INTERVAL = 2.0
INTERVAL_PER_DURATION = 20
INTERVAL_SPREAD = 0.25
WARM_UP = 5  # seconds after the last dashboard has opened


class Run:
    """What all users of this process share."""

    people = list(PLAN["people"])
    orders = list(PLAN["orders"])
    # People do not all come at the same moment.
    opening = gevent.lock.BoundedSemaphore(4)
    opened = 0
    selling_since = None
    confirmed_at = []
    refresh = []  # milliseconds: a re-read as its dashboard waits for it
    computing = []  # milliseconds the server computed for it
    seen_after = []
    confirm = []
    messages = {}  # id of a message -> when it first came
    received = 0
    known = 0  # messages that told nothing new
    errors = []

    @classmethod
    def fail(cls, what):
        cls.errors.append(f"{time.time():.1f} {what}"[:300])


class OdooUser(FastHttpUser):
    abstract = True
    network_timeout = 60.0
    connection_timeout = 60.0

    def log_in(self, person):
        self.person = person
        self.cookie = f"session_id={person['session']}"

    def call(self, name, model, method, args, kwargs):
        """Call a method as the web client does; None where it failed."""
        body = {"model": model, "method": method, "args": args}
        body["kwargs"] = {"context": self.person["context"], **kwargs}
        with self.client.post(
            f"/web/dataset/call_kw/{model}/{method}",
            name=name,
            json={"jsonrpc": "2.0", "method": "call", "params": body},
            headers={"Cookie": self.cookie},
            catch_response=True,
        ) as response:
            try:
                answer = response.json()
            except (TypeError, ValueError):
                answer = {"error": {"message": f"status {response.status_code}"}}
            if not isinstance(answer, dict) or "error" in answer:
                Run.fail(f"{name}: {answer}")
                response.failure(f"{name} failed")
                return None
            return answer["result"]


class Dashboard(OdooUser):
    fixed_count = len(PLAN["people"])
    wait_time = constant(0)

    def on_start(self):
        self.log_in(Run.people.pop())
        self.token = None
        self.pending = None
        self.asked_at = time.monotonic()
        self.next_allowed = 0.0
        self.wake = gevent.event.Event()
        self.last_notification = 0
        with Run.opening:
            self.read("first read")
        self.listener = gevent.spawn(self.listen)
        Run.opened += 1

    def on_stop(self):
        self.listener.kill(block=False)

    def read(self, name):
        today = date.today()
        asked_at = time.monotonic()
        payload = self.call(
            name,
            "sale.dashboard",
            "generate_dashboard_data",
            [],
            {
                "date_from": str(today - timedelta(days=29)),
                "date_to": str(today),
                "period_type": "daily",
                "compare": "previous_period",
                "top_limit": 10,
            },
        )
        targets = self.call(f"{name}: targets", "sale.dashboard", "get_targets", [], {})
        ended = time.monotonic()
        if payload is None or targets is None:
            return ended - asked_at
        if payload["errors"]:
            Run.fail(f"{name}: {payload['errors']}")
        self.token = payload["change_token"]
        if Run.selling_since:
            if name == "re-read":
                Run.refresh.append(1000 * (ended - asked_at))
                Run.computing.append(payload["duration_ms"])
            first = bisect.bisect_right(Run.confirmed_at, self.asked_at)
            last = bisect.bisect_right(Run.confirmed_at, asked_at)
            for confirmed_at in Run.confirmed_at[first:last]:
                Run.seen_after.append(1000 * (ended - confirmed_at))
        self.asked_at = asked_at
        return max(payload["duration_ms"] / 1000, ended - asked_at)

    @task
    def live(self):
        self.wake.wait()
        self.wake.clear()
        if self.pending is None or self.pending == self.token:
            self.pending = None
            return
        gevent.sleep(
            max(
                random.random() * LONE_CHANGE_SPREAD,
                self.next_allowed - time.monotonic(),
            )
        )
        if self.pending == self.token:
            Run.known += 1
            return
        self.pending = None
        duration = self.read("re-read")
        interval = max(MIN_INTERVAL, INTERVAL_PER_DURATION * duration)
        self.next_allowed = time.monotonic() + interval * (
            1 + random.random() * INTERVAL_SPREAD
        )
        self.wake.set()

    def listen(self):
        url = self.host.replace("http", "ws", 1) + "/websocket"
        while True:
            try:
                socket = websocket.create_connection(
                    url, cookie=self.cookie, origin=self.host, timeout=120
                )
                subscribe = {"channels": [], "last": self.last_notification}
                socket.send(json.dumps({"event_name": "subscribe", "data": subscribe}))
                while True:
                    self.receive(socket.recv())
            except (OSError, ValueError, websocket.WebSocketException) as error:
                Run.fail(f"websocket: {error!r}")
                gevent.sleep(1 + random.random())

    def receive(self, text):
        for notification in json.loads(text):
            self.last_notification = max(self.last_notification, notification["id"])
            message = notification["message"]
            if message["type"] != CHANGED:
                continue
            Run.received += 1
            Run.messages.setdefault(notification["id"], time.monotonic())
            token = message["payload"]["token"]
            if token == self.token:
                Run.known += 1
            else:
                self.pending = token
                self.wake.set()


class Seller(OdooUser):
    fixed_count = SELLERS
    wait_time = constant_throughput(PLAN["orders_per_second"] / SELLERS)

    def on_start(self):
        self.log_in(PLAN["seller"])
        while Run.opened < len(PLAN["people"]):
            gevent.sleep(0.5)
        gevent.sleep(WARM_UP + random.random() * SELLERS / PLAN["orders_per_second"])
        if Run.selling_since is None:
            Run.selling_since = time.monotonic()

    @task
    def confirm(self):
        if time.monotonic() > Run.selling_since + PLAN["seconds"]:
            gevent.sleep(1)
            return
        began = time.monotonic()
        done = self.call(
            "confirm", "sale.order", "action_confirm", [[Run.orders.pop()]], {}
        )
        if done is not None:
            ended = time.monotonic()
            Run.confirm.append(1000 * (ended - began))
            bisect.insort(Run.confirmed_at, ended)


@events.init.add_listener
def begin(environment, **_options):
    def watch():
        while Run.selling_since is None:
            print(
                f"progress: {Run.opened}/{len(PLAN['people'])} dashboards", flush=True
            )
            gevent.sleep(5)
        while (gone := time.monotonic() - Run.selling_since) < PLAN["seconds"] + 5:
            print(
                f"progress: {gone:.0f}/{PLAN['seconds']} "
                f"{len(Run.confirm)} orders, {len(Run.errors)} errors",
                flush=True,
            )
            gevent.sleep(5)
        Path(PLAN["answer"]).write_text(json.dumps(summary()), "utf-8")
        environment.runner.quit()

    gevent.spawn(watch)


def quantiles(values):
    """Count, median, 95th and 99th percentile, greatest; in milliseconds."""
    if len(values) < 2:
        return {"count": len(values)}
    cuts = statistics.quantiles(values, n=100, method="inclusive")
    found = {"p50": cuts[49], "p95": cuts[94], "p99": cuts[98], "max": max(values)}
    return {"count": len(values)} | {name: round(one, 1) for name, one in found.items()}


def summary():
    moments = sorted(
        moment for moment in Run.messages.values() if moment >= Run.selling_since
    )
    gaps = [1000 * (b - a) for a, b in zip(moments, moments[1:], strict=False)]
    return {
        "refresh_ms": quantiles(Run.refresh),
        "computing_ms": quantiles(Run.computing),
        "seen_after_ms": quantiles(Run.seen_after),
        "confirm_ms": quantiles(Run.confirm),
        "orders_per_second": round(len(Run.confirm) / PLAN["seconds"], 2),
        "messages_per_second": round(len(moments) / PLAN["seconds"], 2),
        "message_gap_ms": quantiles(gaps),
        "messages_received": Run.received,
        "messages_known": Run.known,
        "rereads_per_second": round(len(Run.refresh) / PLAN["seconds"], 1),
        "error_count": len(Run.errors),
        "errors": Run.errors[:20],
    }
