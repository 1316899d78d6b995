"""For locust: people who leave their dashboards open, while others confirm orders.

What to do comes in the JSON file that BENCH_LOAD names: `people`, `seller`, `orders`
(see bench_load_prepare.py), `orders_per_second`, `seconds`, `seconds_alone`, and
`answer` (where to write).

First orders are confirmed while no dashboard is open. Then the dashboards open, and
once all are, orders are confirmed again; at the end, until every one has the last.

A dashboard does what `static/src/dashboard/live_refresh.js` does: it reads once,
listens to the bus, and re-reads when told of what concerns it and it does not have yet,
at once if it may, spread as it was told, at most every two seconds or as seldom as the
server said (else every 20 x the last computation), jittered, less often where it has to
wait long for an answer; where it was given older figures, when the server said.

"Seen after" of a confirmed order, on one dashboard that may show it: from the answer to
who confirmed until the dashboard has read figures that count as many more orders.
"""

import json
import math
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
REREAD_INTERVAL_PER_WAIT = 10
MAX_INTERVAL_OF_WAIT = 20.0
MAX_INTERVAL_PER_SPREAD = 6
INTERVAL_SPREAD = 0.25
CHECK_INTERVAL = 300.0
OPENS = {"sale_dashboard_follows": False}
FOLLOWS = {"sale_dashboard_follows": True}
WARM_UP = 5  # seconds after the last dashboard has opened
PATIENCE = 120  # seconds for the last order to show everywhere


def count_changes(token):
    """Of two change tokens, the older has fewer."""
    return int(token.partition("-")[0])


class Run:
    """What all users of this process share."""

    people = list(PLAN["people"])
    orders = list(PLAN["orders"])
    # People do not all come at the same moment.
    opening = gevent.lock.BoundedSemaphore(4)
    dashboards = []
    alone_until = None  # no dashboard is open until then
    selling_since = None
    confirmed = []  # (when, whose it is)
    refresh = []  # milliseconds: a re-read as its dashboard waits for it
    computing = []  # milliseconds the server computed for it
    older = 0  # re-reads that were given older figures
    seen_after = []
    confirm = []
    confirm_alone = []
    messages = {}  # id of a message -> when it first came
    received = 0
    spreads = []  # milliseconds, as told
    known = 0  # messages that told nothing new
    others = 0  # messages of others' orders
    errors = []

    @classmethod
    def is_selling(cls):
        since = cls.selling_since
        return since is not None and time.monotonic() < since + PLAN["seconds"]

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

    def call(self, name, model, method, args, kwargs, context=None):
        """Call a method as the web client does; None where it failed."""
        context = self.person["context"] | (context or {})
        body = {"model": model, "method": method, "args": args}
        body["kwargs"] = {"context": context, **kwargs}
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
        self.concerned_by = None  # marks of messages; all, if not said
        self.pending = None
        self.spread = LONE_CHANGE_SPREAD
        self.before = None  # orders that there were when it opened
        self.shown = 0  # of those confirmed since
        self.seen = 0  # of Run.confirmed, others' among them
        self.next_allowed = 0.0
        self.targets_ready_at = 0.0
        self.look_at = math.inf
        self.wake = gevent.event.Event()
        self.last_notification = 0
        while Run.alone_until is None or time.monotonic() < Run.alone_until:
            gevent.sleep(0.5)
        with Run.opening:
            self.read("first read", OPENS)
        self.listener = gevent.spawn(self.listen)
        Run.dashboards.append(self)

    def on_stop(self):
        self.listener.kill(block=False)

    def read(self, name, context):
        """Read all that a dashboard shows, and decide when to read again."""
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
            context,
        )
        read_at = time.monotonic()
        if read_at >= self.targets_ready_at:
            targets = self.call(
                f"{name}: targets", "sale.dashboard", "get_targets", [], {}, context
            )
            after = targets and targets.get("reread_after_ms")
            self.targets_ready_at = time.monotonic() + (after or 0) / 1000
        ended = time.monotonic()
        waited = ended - asked_at
        if payload is None:
            self.plan(0, waited)
            return
        if payload["errors"]:
            Run.fail(f"{name}: {payload['errors']}")
        if self.token and count_changes(payload["change_token"]) < count_changes(
            self.token
        ):
            Run.fail(f"{name}: {payload['change_token']} after {self.token}")
        self.token = payload["change_token"]
        self.concerned_by = payload.get("concerned_by")
        older = payload.get("reread_after_ms")
        if name == "re-read" and Run.selling_since:
            Run.refresh.append(1000 * waited)
            Run.older += older is not None
            if older is None:
                Run.computing.append(payload["duration_ms"])
        self.see(payload["overview"]["total_orders"], read_at)
        targets_after_ms = 1000 * (self.targets_ready_at - ended)
        later = targets_after_ms if targets_after_ms > 0 else None
        look = later if older is None else older
        following = payload.get("next_reread_ms")
        self.plan(payload["duration_ms"] / 1000, waited, older, look, following)

    def see(self, count, at):
        """Note which confirmed orders the figures have: so many orders they count."""
        if self.before is None:
            self.before = count
        for confirmed_at, salesperson in Run.confirmed[self.seen :]:
            if self.can_see(salesperson):
                if self.shown >= count - self.before:
                    return
                self.shown += 1
                Run.seen_after.append(1000 * max(0, at - confirmed_at))
            self.seen += 1

    def can_see(self, salesperson):
        return self.person["own"] in (None, salesperson)

    def is_behind(self):
        """Whether there are orders that it should show and does not."""
        left = Run.confirmed[self.seen :]
        return any(self.can_see(salesperson) for _confirmed, salesperson in left)

    def plan(
        self,
        duration,
        waited,
        reread_after_ms=None,
        look_after_ms=None,
        next_reread_ms=None,
    ):
        """When to read again; duration of the computation and wait are in seconds."""
        most = max(MAX_INTERVAL_OF_WAIT, MAX_INTERVAL_PER_SPREAD * self.spread)
        told_wait = min(most, REREAD_INTERVAL_PER_WAIT * waited)
        if reread_after_ms is not None:
            interval = max(reread_after_ms / 1000, told_wait)
        elif next_reread_ms is not None:
            interval = max(MIN_INTERVAL, next_reread_ms / 1000, told_wait)
        else:
            interval = max(
                MIN_INTERVAL,
                INTERVAL_PER_DURATION * duration,
                min(most, INTERVAL_PER_DURATION * waited),
            )
        look = CHECK_INTERVAL if look_after_ms is None else look_after_ms / 1000
        now = time.monotonic()
        self.next_allowed = now + interval * (1 + random.random() * INTERVAL_SPREAD)
        self.look_at = now + look * (1 + random.random() * INTERVAL_SPREAD)

    @task
    def live(self):
        untold = not self.wake.wait(max(0, self.look_at - time.monotonic()))
        self.wake.clear()
        if not untold and self.is_known():
            return
        gevent.sleep(
            max(
                random.random() * self.spread,
                self.next_allowed - time.monotonic(),
            )
        )
        if not untold and self.is_known():
            return
        self.pending = None
        self.read("re-read", FOLLOWS)
        self.wake.set()

    def is_known(self):
        """Whether the figures shown have what was told last."""
        if self.pending is None:
            return True
        pending, shown = map(count_changes, (self.pending, self.token))
        if self.pending != self.token and pending >= shown:
            return False
        self.pending = None
        Run.known += 1
        return True

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
            concerns = message["payload"].get("concerns")
            if None not in (concerns, self.concerned_by) and not set(
                concerns
            ).intersection(self.concerned_by):
                Run.others += 1
                continue
            self.pending = message["payload"]["token"]
            spread = message["payload"]["spread_ms"] / 1000
            self.spread = max(LONE_CHANGE_SPREAD, spread)
            Run.spreads.append(1000 * spread)
            self.wake.set()


class Seller(OdooUser):
    fixed_count = SELLERS
    wait_time = constant_throughput(PLAN["orders_per_second"] / SELLERS)

    def on_start(self):
        self.log_in(PLAN["seller"])
        # Not all at the same moment.
        gevent.sleep(random.random() * SELLERS / PLAN["orders_per_second"])
        if Run.alone_until is None:
            Run.alone_until = time.monotonic() + PLAN["seconds_alone"]

    @task
    def confirm(self):
        now = time.monotonic()
        if now < Run.alone_until:
            times = Run.confirm_alone
        elif Run.is_selling():
            times = Run.confirm
        else:
            gevent.sleep(0.2)
            return
        order, salesperson = Run.orders.pop()
        done = self.call("confirm", "sale.order", "action_confirm", [[order]], {})
        if done is None:
            return
        ended = time.monotonic()
        times.append(1000 * (ended - now))
        if times is Run.confirm:
            Run.confirmed.append((ended, salesperson))


@events.init.add_listener
def begin(environment, **_options):
    def tell(gone, of):
        print(
            f"progress: {gone:.0f}/{of:.0f} {len(Run.confirm)} orders, "
            f"{len(Run.errors)} errors",
            flush=True,
        )

    def watch():
        people = len(PLAN["people"])
        while len(Run.dashboards) < people:
            print(f"progress: {len(Run.dashboards)}/{people} dashboards", flush=True)
            gevent.sleep(5)
        gevent.sleep(WARM_UP)
        Run.selling_since = time.monotonic()
        while Run.is_selling():
            tell(time.monotonic() - Run.selling_since, PLAN["seconds"])
            gevent.sleep(5)
        gevent.sleep(2)  # for who is just confirming
        ended = time.monotonic()
        while (left := count_unseen()) and time.monotonic() < ended + PATIENCE:
            gevent.sleep(0.5)
        if left:
            Run.fail(f"{left} dashboards do not have the last order")
        settled_s = round(time.monotonic() - ended, 1)
        found = summary() | {"settled_s": settled_s}
        Path(PLAN["answer"]).write_text(json.dumps(found), "utf-8")
        environment.runner.quit()

    gevent.spawn(watch)


def count_unseen():
    """How many dashboards do not have all orders yet."""
    return sum(one.is_behind() for one in Run.dashboards)


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
        "confirm_alone_ms": quantiles(Run.confirm_alone),
        "orders_per_second": round(len(Run.confirm) / PLAN["seconds"], 2),
        "messages_per_second": round(len(moments) / PLAN["seconds"], 2),
        "message_gap_ms": quantiles(gaps),
        "spread_ms": quantiles(Run.spreads),
        "messages_received": Run.received,
        "messages_known": Run.known,
        "messages_of_others": Run.others,
        "rereads_per_second": round(len(Run.refresh) / PLAN["seconds"], 1),
        "older_share": round(Run.older / max(1, len(Run.refresh)), 3),
        "error_count": len(Run.errors),
        "errors": Run.errors[:20],
    }
