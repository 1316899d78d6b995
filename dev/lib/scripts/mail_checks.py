"""Read by `odoo shell`: workers that are killed, two at once, many readers.

Prints `passed: ...` or `failed: ...` for each check.
"""

import json
import os
import signal
import subprocess
import time
from collections import Counter
from contextlib import ExitStack
from pathlib import Path
from unittest.mock import patch

from odoo.addons.sale_dashboard.demo.company import find_demo_company
from odoo.addons.sale_dashboard.tests.inbox import Inbox

VIEWS = 20
READERS = int(os.environ["READERS"])
RECIPIENTS = 8
PATIENCE = 120
env = env  # noqa: F821, PLW0127 - odoo shell provides it
company = find_demo_company(env)
subscriptions = env["sale.dashboard.subscription"]


def check(what, holds, found=""):
    print(
        "passed:" if holds else "failed:", what, found if not holds else "", flush=True
    )


def wait(condition, what):
    deadline = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > deadline:
            raise RuntimeError(f"waited in vain: {what}")
        time.sleep(0.02)


class Worker:
    """A process of its own, which sends what is due when it is let."""

    def __init__(self, name):
        self.signal = Path(os.environ["SIGNALS"]) / name
        self.process = subprocess.Popen(
            json.loads(os.environ["WORKER"]),
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            env=os.environ | {"SIGNAL": str(self.signal)},
            text=True,
        )
        self.process.stdin.write(Path(os.environ["WORKER_SCRIPT"]).read_text("utf-8"))
        self.process.stdin.close()

    def begin(self):
        wait(self.signal.with_suffix(".ready").exists, "a worker starts")
        self.signal.touch()

    def kill(self):
        os.kill(self.process.pid, signal.SIGKILL)

    def end(self):
        return self.process.wait(PATIENCE)


def make_readers(prefix, count):
    return env["res.users"].create(
        [
            {
                "name": f"{prefix} {number}",
                "login": f"{prefix}{number}",
                "email": f"{prefix}{number}@example.com",
                "tz": "Europe/Paris",
                "company_id": company.id,
                "company_ids": [(6, 0, company.ids)],
                "group_ids": [
                    (4, env.ref("sales_team.group_sale_salesman_all_leads").id)
                ],
            }
            for number in range(count)
        ]
    )


def subscribe(readers, **values):
    """A subscription that is to be sent now."""
    subscription = subscriptions.create(
        {
            "name": "Sales",
            "user_ids": [(6, 0, readers.ids)],
            "company_id": company.id,
            "company_ids": [(6, 0, company.ids)],
            "period_rule": "yesterday",
            **values,
        }
    )
    subscription.action_send_now()
    env.cr.commit()
    return subscription


def send():
    """Send what is due, here."""
    subscriptions._cron_send_due()
    env.cr.commit()


def look_anew():
    env.cr.rollback()
    env.invalidate_all()


def check_once(what, inbox, readers):
    expected = Counter(readers.mapped("email"))
    found = Counter(inbox.addresses)
    check(f"{what}: everybody has one mail", found == expected, found - expected)


def at_number(number, action):
    """A hook of the inbox that acts the given time it is called."""
    calls = []

    def hook(_inbox):
        calls.append(1)
        if len(calls) == number:
            action()

    return hook


def check_killed_between(inbox, worker, readers):
    """Killed between two mails: before each but the first, the session is tried."""
    subscription = subscribe(readers)
    inbox.on_noop = at_number(3, worker.kill)
    worker.begin()
    check("the worker was killed", worker.end() == -signal.SIGKILL)
    check("three mails were sent by then", len(inbox.mails) == 3, len(inbox.mails))
    look_anew()
    states = Counter(subscription.run_ids.delivery_ids.mapped("state"))
    check(
        "the others wait",
        states == {"sent": 3, "pending": RECIPIENTS - 3},
        states,
    )
    inbox.on_noop = None
    send()
    check_once("killed between two", inbox, readers)
    look_anew()
    check("its run is sent", subscription.last_result == "sent")


def check_killed_while_handing_over(inbox, worker, readers):
    """Killed when the server has the mail, before it has answered."""
    subscription = subscribe(readers)
    inbox.on_mail = at_number(4, worker.kill)
    worker.begin()
    worker.end()
    inbox.on_mail = None
    send()
    check_once("killed while handing over", inbox, readers)
    look_anew()
    deliveries = subscription.run_ids.delivery_ids
    [unknown] = deliveries.filtered(lambda one: one.state != "sent")
    check("one is not known to have arrived", unknown.state == "sending")
    unknown.sending_at = "2020-01-01 00:00:00"
    env.cr.commit()
    send()
    check_once("not sent again", inbox, readers)
    look_anew()
    check("but said to be so", unknown.state == "uncertain", unknown.state)
    messages = "".join(subscription.message_ids.mapped("body"))
    check("the owner is told", "may have arrived" in messages, messages)


def check_two_workers(inbox, workers, readers):
    subscription = subscribe(readers)
    inbox.seconds = 0.05
    for worker in workers:
        wait(worker.signal.with_suffix(".ready").exists, "a worker starts")
    for worker in workers:
        worker.begin()
    codes = [worker.end() for worker in workers]
    inbox.seconds = 0
    check("both workers ended well", codes == [0, 0], codes)
    check_once("two workers at once", inbox, readers)
    check("both have sent some", len(inbox.peers) == 2, inbox.peers)
    send()
    look_anew()
    check("one run was made", len(subscription.run_ids) == 1)
    check("it is sent", subscription.last_result == "sent")


def check_computed_once(inbox, readers):
    subscribed = [
        subscribe(readers, filters={"domain": [("amount_total", ">=", number)]})
        for number in range(VIEWS)
    ]
    dashboards = type(env["sale.dashboard"])
    compute = dashboards._compute_answer
    computed = Counter()

    def count(self, scope):
        computed[str(scope.request)] += 1
        return compute(self, scope)

    began = time.monotonic()
    with patch.object(dashboards, "_compute_answer", count):
        send()
    seconds = time.monotonic() - began
    look_anew()
    total = VIEWS * len(readers)
    check(f"{total} mails were sent", len(inbox.mails) == total, len(inbox.mails))
    check(
        f"{VIEWS} views of {total} mails were computed once each",
        len(computed) == VIEWS and set(computed.values()) == {1},
        computed.values(),
    )
    results = {subscription.last_result for subscription in subscribed}
    check("all runs are sent", results == {"sent"}, results)
    print(f"{total} mails in {seconds:.1f} s", flush=True)


with ExitStack() as stack:
    workers = [Worker(f"worker{number}") for number in range(4)]
    for worker in workers:
        stack.callback(worker.process.kill)
    inbox = stack.enter_context(Inbox())
    subscriptions.search([]).active = False
    env["ir.mail_server"].search([]).active = False
    env["ir.mail_server"].create(
        {
            "name": "Loopback",
            "smtp_host": "127.0.0.1",
            "smtp_port": inbox.port,
            "smtp_encryption": "none",
        }
    )
    company.email = "sales@example.com"
    readers = make_readers("reader", RECIPIENTS)
    crowd = make_readers("crowd", READERS)
    env.cr.commit()
    for scenario, arguments in (
        (check_killed_between, (workers[0], readers)),
        (check_killed_while_handing_over, (workers[1], readers)),
        (check_two_workers, (workers[2:], readers | crowd)),
        (check_computed_once, (crowd,)),
    ):
        inbox.reset()
        scenario(inbox, *arguments)
print("mail checks: done")
