"""Read by `odoo shell`: confirms orders in databases with and without the addon.

What to do comes in the environment, as JSON in BENCH_OVERHEAD: the databases `plain`,
`again` and `addon`, and `rounds`. Speaks in lines: `progress: 3/300 text`, and at the
end `answer: {"samples", "statements", "messages"}`, times in milliseconds.
"""

import gc
import json
import os
import random
import time

from odoo import SUPERUSER_ID, api
from odoo.fields import Command
from odoo.modules.registry import Registry
from odoo.service.model import execute_cr
from odoo.sql_db import db_connect

from odoo.addons.sale_dashboard.models import sale_dashboard_herald

BATCH = 25
WARM_UP = 10
MESSAGES = 50


class Company:
    """One database, and orders in it that wait to be confirmed."""

    def __init__(self, database):
        self.registry = Registry(database)
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            self.uid = env.ref("base.user_admin").id
            self.partners = env["res.partner"].create(
                [{"name": f"Customer {index}"} for index in range(20)]
            )
            self.products = env["product.product"].create(
                [
                    {"name": f"Product {index}", "list_price": 10, "type": "consu"}
                    for index in range(20)
                ]
            )
        self.waiting = []

    def quote(self):
        """Make a batch of quotations with two lines each."""
        with self.registry.cursor() as cr:
            env = api.Environment(cr, self.uid, {})
            orders = env["sale.order"].create(
                [
                    {
                        "partner_id": self.partners.ids[index % 20],
                        "order_line": [
                            Command.create(
                                {
                                    "product_id": self.products.ids[(index + k) % 20],
                                    "product_uom_qty": 1 + k,
                                }
                            )
                            for k in range(2)
                        ],
                    }
                    for index in range(BATCH)
                ]
            )
            self.waiting = orders.ids

    def confirm(self):
        """Confirm an order as Odoo's RPC does, and commit; milliseconds, statements."""
        order_id = self.waiting.pop()
        with self.registry.cursor() as cr:
            before = cr.sql_log_count
            started = time.perf_counter()
            execute_cr(cr, self.uid, "sale.order", "action_confirm", [[order_id]], {})
            cr.commit()
            return 1000 * (time.perf_counter() - started), cr.sql_log_count - before

    def count_messages(self):
        with self.registry.cursor() as cr:
            cr.execute(
                "SELECT count(*) FROM bus_bus WHERE message LIKE %s",
                [f'%"{sale_dashboard_herald.CHANGED_NOTIFICATION}"%'],
            )
            return cr.fetchone()[0]

    def tell(self):
        """Send one message as the herald does; milliseconds."""
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            started = time.perf_counter()
            herald = env["sale.dashboard.herald"]
            herald._tell(herald._get_token())
            cr.commit()
            return 1000 * (time.perf_counter() - started)


def notify():
    """Wake up who listens, as Odoo's bus does after a message; milliseconds."""
    started = time.perf_counter()
    with db_connect("postgres").cursor() as cr:
        cr.execute("SELECT pg_notify('imbus', '[]')")
    return 1000 * (time.perf_counter() - started)


def run(plan):
    plain, again, addon = (Company(plan[name]) for name in ("plain", "again", "addon"))
    sides = {"plain": plain, "again": again, "token": addon, "bus": addon}
    samples = {side: [] for side in sides}
    statements = {side: [] for side in sides}
    announce = sale_dashboard_herald.herald.announce
    order = list(sides)
    chance = random.Random(0)
    messages = 0
    for round_number in range(-WARM_UP, plan["rounds"]):
        if len(plain.waiting) < 1:
            plain.quote()
            again.quote()
        # Nobody's garbage is collected at another's expense; what stays is no garbage.
        gc.collect()
        if round_number <= 0:
            gc.freeze()
        gc.disable()
        chance.shuffle(order)
        for side in order:
            company = sides[side]
            if not company.waiting:
                company.quote()
            sale_dashboard_herald.herald.announce = (
                announce if side == "bus" else lambda dbname: None
            )
            milliseconds, count = company.confirm()
            if round_number >= 0:
                samples[side].append(milliseconds)
                statements[side].append(count)
        gc.enable()
        if round_number == 0:
            messages = addon.count_messages()
        if round_number % 10 == 0:
            print(f"progress: {max(round_number, 0)}/{plan['rounds']} orders")
    for thread in list(sale_dashboard_herald.herald._threads.values()):
        thread.join()
    messages = addon.count_messages() - messages
    samples["message"] = [addon.tell() for _index in range(MESSAGES)]
    samples["notify"] = [notify() for _index in range(MESSAGES)]
    return {
        "samples": samples,
        "statements": {
            side: sorted(counts)[len(counts) // 2]
            for side, counts in statements.items()
        },
        "messages": messages,
    }


print("answer: " + json.dumps(run(json.loads(os.environ["BENCH_OVERHEAD"]))))
