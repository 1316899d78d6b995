"""Read by `odoo shell` with a read replica: where figures are read, and stored.

The two servers log every statement. Prints `passed: ...` or `failed: ...` for each
check.
"""

import json
import os
import signal
import threading
import time
import urllib.request
from contextlib import contextmanager
from datetime import date, datetime, timedelta

import psycopg2

from odoo.addons.sale_dashboard.demo.company import find_demo_company

company = find_demo_company(env)  # noqa: F821 - odoo shell provides it
registry = env.registry  # noqa: F821
admin = env.ref("base.user_admin").id  # noqa: F821
today = date.today()
span = (str(today - timedelta(days=29)), str(today))
AGGREGATES = "GROUPING SETS"
KEEP = "INSERT INTO sale_dashboard_part "
STORE = 'INSERT INTO "sale_dashboard" '
# Reading an order takes long, but on the replica only: a policy that lets all pass.
SLOW_ON_REPLICA = """
CREATE FUNCTION slow_on_replica() RETURNS boolean LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    IF pg_is_in_recovery() THEN PERFORM pg_sleep(0.05); END IF;
    RETURN true;
END $$;
CREATE POLICY slow_on_replica ON sale_order USING (slow_on_replica());
ALTER TABLE sale_order ENABLE ROW LEVEL SECURITY;
ALTER TABLE sale_order FORCE ROW LEVEL SECURITY;
"""
# What it shows of a statement is its beginning.
READING = """
pg_stat_activity WHERE datname = current_database() AND state = 'active'
    AND wait_event = 'PgSleep' AND query LIKE 'SELECT GROUPING(%'
"""


def check(what, holds):
    print("passed:" if holds else "failed:", what, flush=True)


@contextmanager
def transaction():
    with registry.cursor() as cr:
        context = {"allowed_company_ids": company.ids, "tz": "Europe/Paris"}
        yield env(cr=cr, user=admin, context=context)  # noqa: F821


def ask(refresh=True, environment=None):
    def run(one):
        return one["sale.dashboard"].generate_dashboard_data(*span, refresh=refresh)

    if environment:
        return run(environment)
    with transaction() as one:
        return run(one)


def confirm(environment):
    """Confirm a new order of 1000."""
    order = environment["sale.order"].create(
        {
            "partner_id": environment["sale.order"].search([], limit=1).partner_id.id,
            "order_line": [
                (
                    0,
                    0,
                    {
                        "product_id": environment["product.product"]
                        .search([("sale_ok", "=", True)], limit=1)
                        .id,
                        "price_unit": 1000,
                        "tax_ids": [(5,)],
                    },
                )
            ],
        }
    )
    order.action_confirm()
    environment.flush_all()


@contextmanager
def logged():
    """What the servers log in the body: {"primary": text, "replica": text}."""
    logs = {name: os.environ[f"{name.upper()}_LOG"] for name in ("primary", "replica")}
    starts = {name: os.path.getsize(path) for name, path in logs.items()}
    texts = {}
    yield texts
    for name, path in logs.items():
        with open(path, errors="replace") as log:
            log.seek(starts[name])
            texts[name] = log.read()


def on_replica(sql):
    # Not through Odoo: its own connections are what is tested.
    with (
        psycopg2.connect(
            host=os.environ["PGHOST"],
            port=os.environ["REPLICA_PORT"],
            user="postgres",
            dbname=env.cr.dbname,  # noqa: F821
        ) as connection,
        connection.cursor() as cursor,
    ):
        cursor.execute(sql)
        return cursor.fetchone()


def catch_up():
    """Until the replica has all that the primary has committed."""
    with registry.cursor() as cr:
        cr.execute("SELECT pg_current_wal_insert_lsn()::text")
        position = cr.fetchone()[0]
    for _turn in range(600):
        [[done]] = [
            on_replica(f"SELECT pg_last_wal_replay_lsn() >= '{position}'::pg_lsn")
        ]
        if done:
            return
        time.sleep(0.05)
    raise RuntimeError("the replica does not catch up")


def ask_over_http():
    """The same, as an integrator asks the served Odoo, computed anew."""
    query = f"start_date={span[0]}&end_date={span[1]}&company_ids={company.id}"
    request = urllib.request.Request(  # noqa: S310 - our own server
        f"{os.environ['SERVED']}/sale_dashboard/api/v1/dashboard?{query}"
        "&timezone=Europe/Paris&refresh=true",
        headers={"Authorization": f"Bearer {api_key}"},
    )
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(request, timeout=120) as response:
        return json.load(response)


@contextmanager
def primary():
    """A cursor of the database's owner on the primary."""
    with registry.cursor() as cr:
        yield cr


def cut():
    """End the connections that are amid reading the orders."""
    on_replica(f"SELECT pg_terminate_backend(pid) FROM {READING}")


def ask_while(break_it, asked):
    """Ask; break something once the replica is amid reading the orders for it.

    :return: the ``payload`` of what was answered, or None; what the servers ``logged``
    """
    found = {"payload": None}

    def run():
        found["payload"] = asked()

    with logged() as texts:
        thread = threading.Thread(target=run)
        thread.start()
        for _turn in range(400):
            if on_replica(f"SELECT COUNT(*) FROM {READING}")[0]:
                break
            time.sleep(0.05)
        else:
            raise RuntimeError("the replica is not asked")
        break_it()
        thread.join()
    return found | {"logged": texts}


def assert_fell_back(what, found, before):
    payload, texts = found["payload"], found["logged"]
    check(f"{what}: it had begun there", AGGREGATES in texts["replica"])
    check(f"{what}: an answer", payload and not payload["errors"])
    check(
        f"{what}: no old figure",
        payload and round(revenue(payload) - revenue(before)) == 1000,
    )
    check(f"{what}: read on the primary", AGGREGATES in texts["primary"])
    check(f"{what}: stored", STORE in texts["primary"])


def revenue(payload):
    return payload["overview"]["total_revenue"]


def assert_on(where, texts, what):
    other = {"primary": "replica", "replica": "primary"}[where]
    check(f"{what}: figures are read on the {where}", AGGREGATES in texts[where])
    check(f"{what}: and not on the {other}", AGGREGATES not in texts[other])
    check(f"{what}: stored on the primary", STORE in texts["primary"])


ask()  # caches, compiled templates
catch_up()
with logged() as texts:
    first = ask()
assert_on("replica", texts, "a replica in step")
check("no errors, no figure missing", not first["errors"] and revenue(first))

with logged() as texts:
    again = ask(refresh=False)
check("what the replica computed is found again", again["id"] == first["id"])
check("a hit reads no figures", AGGREGATES not in texts["primary"] + texts["replica"])

with logged() as texts, transaction() as one:
    confirm(one)
    own = ask(environment=one)
    one.cr.rollback()
check("pending writes are read", round(revenue(own) - revenue(first), 2) == 1000)
check("pending writes are read on the primary", AGGREGATES in texts["primary"])
check("and not on the replica", AGGREGATES not in texts["replica"])

with transaction() as one:
    dashboard = one["sale.dashboard"].browse(ask(environment=one)["id"])
    with logged() as texts:
        dashboard.reconcile()
check("reconciling reads on the primary", "sale_order" in texts["primary"])
check("and not on the replica", "sale_order" not in texts["replica"])

on_replica("SELECT pg_wal_replay_pause()")
with transaction() as one:
    confirm(one)
with logged() as texts:
    later = ask(refresh=False)
check("a paused replica: no old figure", round(revenue(later) - revenue(first)) == 1000)
assert_on("primary", texts, "a paused replica")
with logged() as texts:
    shared = ask()
check("a paused replica: asked anew", revenue(shared) == revenue(later))
on_replica("SELECT pg_wal_replay_resume()")
catch_up()
with logged() as texts:
    resumed = ask()
assert_on("replica", texts, "a replica that has caught up")
check("the same figures", revenue(resumed) == revenue(later))

# What the days that are over add up to is kept on the primary, and read on the replica.
with transaction() as one:
    one["ir.config_parameter"].set_param("sale_dashboard.parts_from_orders", "0")
    one.cr.execute("ANALYZE sale_order")
catch_up()
with logged() as texts:
    whole = ask()
assert_on("replica", texts, "figures that are kept")
check("they are kept on the primary", KEEP in texts["primary"])
with transaction() as one:
    confirm(one)
catch_up()
with logged() as texts:
    added = ask(refresh=False)
assert_on("replica", texts, "what is added to them")
check("only to them", texts["replica"].count(AGGREGATES) == 2)
check("and the figure is right", round(revenue(added) - revenue(whole)) == 1000)
with logged() as texts:
    check("as is the whole anew", revenue(ask()) == revenue(added))
check("which reads all", texts["replica"].count(AGGREGATES) > 2)
with transaction() as one:
    one["ir.config_parameter"].set_param("sale_dashboard.parts_from_orders", False)
later = added

with transaction() as one:
    api_key = one["res.users.apikeys"]._generate(
        "rpc", "replica", datetime.now() + timedelta(days=1)
    )
with transaction() as one:
    confirm(one)
    later = ask(environment=one)
catch_up()
with logged() as texts:
    served = ask_over_http()
check("over HTTP: no error", not served["errors"])
check("over HTTP: the latest figure", revenue(served) == revenue(later))
assert_on("replica", texts, "over HTTP")

# In the middle of reading the orders: one connection is cut ...
with primary() as cr:
    cr.execute(SLOW_ON_REPLICA)
for what, asked in (("a connection", ask), ("one of the served", ask_over_http)):
    with transaction() as one:
        confirm(one)
    catch_up()
    found = ask_while(cut, asked)
    assert_fell_back(f"{what} cut amid a query", found, later)
    later = found["payload"]

# ... and then the whole server is gone, without a word.
with open(os.path.join(os.environ["REPLICA_DATA"], "postmaster.pid")) as file:
    postmaster = int(file.readline())
with transaction() as one:
    confirm(one)
catch_up()
found = ask_while(lambda: os.kill(postmaster, signal.SIGQUIT), ask)
assert_fell_back("stopped amid a query", found, later)
later = found["payload"]

with transaction() as one:
    confirm(one)
with logged() as texts:
    alone = ask(refresh=False)
check("a stopped replica: no error", not alone["errors"])
check(
    "a stopped replica: no old figure", round(revenue(alone) - revenue(later)) == 1000
)
check("a stopped replica: read on the primary", AGGREGATES in texts["primary"])
print("replica checks: done", flush=True)
