"""An Odoo worker without HTTP: answers requests of `dev/bench`, one line of JSON each.

Started as a program of the environment: `bench_worker.py DATABASE`. A request names an
`op` and a `period`; the answer's `ms` is the wall clock from opening a cursor to the
end of its commit, what a request costs a server beside HTTP itself.

ours     our whole answer, computed anew and stored
again    the same after a change of today: the days that are over are kept
cached   the same, from the stored record
targets  targets and projection, which the screen asks for beside it
sql      the statements of dev/bench.sql
check    both once, every figure compared; answers `differences`
check_again  the same after a change of today
plans    EXPLAIN (ANALYZE, BUFFERS) of the statements
begin_day    copies a whole day's orders into today, up to now; their number
confirm      confirms one of them, which wait for it, as a person does
end_day      takes them out again
"""

import json
import os
import re
import sys
import time
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.tools import config

#: the room for groups that the dashboard takes, too
SETTINGS = "SET LOCAL work_mem = '256MB'"
# A day's orders, spread from midnight (UTC) until now; one in eight is not confirmed.
COPY_ORDERS = """
INSERT INTO sale_order (%(columns)s, date_order, create_date)
SELECT %(columns)s, %(at)s, %(at)s - (date_order - create_date)
FROM sale_order
WHERE date_order >= %%(day)s AND date_order < %%(day)s + interval '1 day'
"""
AT = """
    date_trunc('day', now() AT TIME ZONE 'utc')
    + (date_order - %%(day)s)
    * extract(epoch FROM (now() AT TIME ZONE 'utc')::time) / 86400
"""
COPY_LINES = """
INSERT INTO sale_order_line (%(columns)s, order_id)
SELECT %(of_line)s, copy.id
FROM sale_order AS copy
JOIN sale_order AS original
    ON original.name = copy.name AND original.id <= %%(last_id)s
JOIN sale_order_line AS line ON line.order_id = original.id
WHERE copy.id > %%(last_id)s
"""
SQL_FILE = Path(__file__).resolve().parents[2] / "bench.sql"


def main(database):
    config.parse_config(["-c", os.environ["ODOO_RC"], "-d", database])
    worker = Worker(Registry(database))
    # The answers have stdout for themselves.
    answers, sys.stdout = sys.stdout, sys.stderr
    print("{}", file=answers, flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        answer = worker.handle(request["op"], request["period"])
        print(json.dumps(answer, default=str), file=answers, flush=True)


class Worker:
    def __init__(self, registry):
        self.registry = registry
        self.statements = read_statements()
        with registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            user = env.ref("base.user_admin")
            self.uid = user.id
            companies = user.company_id | user.company_ids
            self.context = {
                "lang": user.lang,
                "tz": user.tz or "UTC",
                "allowed_company_ids": companies.ids,
            }

    def handle(self, op, period):
        return getattr(self, f"do_{op}")(period)

    def timed(self, work):
        started = time.perf_counter()
        with self.registry.cursor() as cr:
            result = work(api.Environment(cr, self.uid, self.context))
        return (time.perf_counter() - started) * 1000, result

    def do_ours(self, period):
        return {"ms": self.timed(lambda env: generate(env, period, True))[0]}

    def do_cached(self, period):
        return {"ms": self.timed(lambda env: generate(env, period, False))[0]}

    def do_again(self, period):
        return self.do_cached(period)

    def do_begin_day(self, _period):
        with self.registry.cursor() as cr:
            # The last day is not a whole one.
            cr.execute("SELECT max(id), max(date_order)::date - 1 FROM sale_order")
            self.last_id, day = cr.fetchone()
            values = {"day": day, "last_id": self.last_id}
            for table, statement, apart in (
                ("sale_order", COPY_ORDERS, ("id", "date_order", "create_date")),
                ("sale_order_line", COPY_LINES, ("id", "order_id")),
            ):
                columns = list_columns(cr, table, apart)
                parts = {
                    "columns": ", ".join(columns),
                    "of_line": ", ".join(f"line.{name}" for name in columns),
                    "at": AT % (),
                }
                cr.execute(statement % parts, values)
            for table, column in (
                ("sale_order", "id"),
                ("sale_order_line", "order_id"),
            ):
                cr.execute(
                    f"UPDATE {table} SET state = 'draft'"
                    f" WHERE {column} > %s AND {column} %% 8 = 0",
                    [self.last_id],
                )
            env = api.Environment(cr, self.uid, self.context)
            env["sale.dashboard.change"]._note()
            copies = env["sale.order"].search([("id", ">", self.last_id)])
            self.waiting = copies.filtered(lambda one: one.state == "draft").ids
        with self.registry.cursor() as cr:
            cr.execute("ANALYZE sale_order, sale_order_line")
        return {"orders": len(copies)}

    def do_confirm(self, _period):
        def work(env):
            env["sale.order"].browse(self.waiting.pop()).action_confirm()

        return {"ms": self.timed(work)[0]}

    def do_end_day(self, _period):
        with self.registry.cursor() as cr:
            env = api.Environment(cr, self.uid, self.context)
            for table, column in (
                ("sale_order_line", "order_id"),
                ("sale_order", "id"),
            ):
                cr.execute(f"DELETE FROM {table} WHERE {column} > %s", [self.last_id])
            env["sale.dashboard.change"]._note()
        return {}

    def do_targets(self, period):
        month = period["date_to"][:7]
        ms, _payload = self.timed(lambda env: env["sale.dashboard"].get_targets(month))
        return {"ms": ms}

    def do_sql(self, period):
        def work(env):
            return self.run_sql(env, get_scope(env, period))

        return {"ms": self.timed(work)[0]}

    def do_check(self, period):
        return self.compare(period, refresh=True)

    def do_check_again(self, period):
        return self.compare(period, refresh=False)

    def compare(self, period, refresh):
        def work(env):
            payload = generate(env, period, refresh)
            # At the instant of the dashboard: conversion moves with the clock.
            scope = env["sale.dashboard"].browse(payload["id"])._get_scope()
            return payload, self.run_sql(env, scope), len(scope.comparison.bounds)

        _ms, (payload, rows, bounds_before) = self.timed(work)
        ours, theirs = read_payload(payload), read_rows(rows, bounds_before)
        differences = [
            f"{key}: {ours.get(key)} by the dashboard, {theirs.get(key)} by SQL"
            for key in sorted(ours.keys() | theirs.keys(), key=str)
            if ours.get(key) != theirs.get(key)
        ]
        return {"differences": differences, "compared": len(ours)}

    def do_plans(self, period):
        def explain(env):
            rows, plans = [], {}
            env.cr.execute(SETTINGS)
            values = get_values(env, get_scope(env, period))
            for name, statement in self.statements.items():
                asked = values | shown_customers(rows)
                env.cr.execute(f"EXPLAIN (ANALYZE, BUFFERS) {statement}", asked)
                plans[name] = [line for (line,) in env.cr.fetchall()]
                env.cr.execute(statement, asked)
                rows += env.cr.fetchall()
            return plans

        return {"plans": self.timed(explain)[1]}

    def run_sql(self, env, scope):
        """All rows of all statements."""
        rows = []
        env.cr.execute(SETTINGS)
        values = get_values(env, scope)
        for statement in self.statements.values():
            env.cr.execute(statement, values | shown_customers(rows))
            rows += env.cr.fetchall()
        return rows


def list_columns(cr, table, apart):
    """The columns of a table but for some."""
    cr.execute(
        """
        SELECT quote_ident(column_name)
        FROM information_schema.columns
        WHERE table_name = %s AND table_schema = 'public' AND column_name <> ALL(%s)
        """,
        [table, list(apart)],
    )
    return [name for (name,) in cr.fetchall()]


def read_statements():
    """Name -> statement, in the order of the file."""
    parts = re.split(r"^-- name: (\w+)$", SQL_FILE.read_text("utf-8"), flags=re.M)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def generate(env, period, refresh):
    return env["sale.dashboard"].generate_dashboard_data(refresh=refresh, **period)


def shown_customers(rows):
    """The best customers, and all whose names the screen shows."""
    return {
        "best": [row[5] for row in rows if row[0] == "top"],
        "shown": [row[5] for row in rows if row[0] in ("top", "segment_top")],
    }


def get_scope(env, period):
    from odoo.addons.sale_dashboard.engine.request import parse_request

    return env["sale.dashboard"]._make_scope(parse_request(**period))


def get_values(env, scope):
    """The parameters of the statements."""
    current, before = scope.current, scope.comparison
    company = env.company
    [other] = env.companies - company
    factors = env.companies._get_dashboard_factors()
    numerator, denominator, *_day = factors[other.id]
    return {
        "companies": list(scope.company_ids),
        "start": current.start,
        "end": current.end,
        "previous_start": before.start,
        "previous_end": before.end,
        "bounds": [*before.bounds, *current.bounds],
        "matured": scope.now - (current.start - before.start),
        "now": scope.now,
        "today": scope.today,
        "zone": scope.timezone,
        "unit": Decimal(repr(company.currency_id.rounding)),
        "currency": company.currency_id.id,
        "foreign": other.id,
        "foreign_currency": other.currency_id.id,
        "numerator": Decimal(repr(numerator)),
        "denominator": Decimal(repr(denominator)),
    }


# ----------------------------------------------------------------------
# The same figures from both, in one form: (kind, key) -> numbers, money in cents
# ----------------------------------------------------------------------


def cents(amount):
    return round(Decimal(repr(amount)) * 100)


def read_payload(payload):
    overview = payload["overview"]
    before = overview["previous"]
    figures = {
        ("total", side): (cents(part["total_revenue"]), part["total_orders"])
        for side, part in (("current", overview), ("previous", before))
    }
    figures["new", "current"] = overview["new_customers"]
    figures["new", "previous"] = before["new_customers"]
    figures["conversion", "current"] = round(overview["conversion_rate"], 9)
    figures["conversion", "previous"] = round(before["conversion_rate"], 9)
    for place, row in enumerate(payload["sales_by_period"]):
        for side, part in (("current", row), ("previous", row["previous"])):
            if part:
                figures["bucket", side, place] = pair(part)
                figures["bucket_new", side, place] = part["new_customers"]
                figures["created", side, place] = (
                    part["converted_orders"],
                    part["created_orders"],
                )
    for dimension in ("user", "team", "country"):
        for row in payload["breakdowns"][dimension]:
            figures[dimension, "current", row["key"]] = pair(row)
            figures[dimension, "previous", row["key"]] = pair(row["previous"])
    for row in payload["customer_segments"]:
        name = row["segment_name"]
        figures["segment", "current", name] = (
            cents(row["total_revenue"]),
            row["customer_count"],
        )
        figures["segment", "previous", name] = (
            cents(row["previous"]["total_revenue"]),
            row["previous"]["customer_count"],
        )
        for number, customer in enumerate(row["top_customers"], start=1):
            figures["segment_top", name, number] = (
                customer["id"],
                cents(customer["total_revenue"]),
                customer["order_count"],
            )
            figures["name", customer["id"]] = name_of(customer)
    for row in payload["top_customers"]:
        lifetime, rfm = row["lifetime"], row["rfm"]
        figures["top", row["rank"]] = (row["id"], *pair(row, "total_revenue"))
        figures["top_before", row["id"]] = pair(row["previous"], "total_revenue")
        figures["lifetime", row["id"]] = (
            *pair(lifetime),
            lifetime["first_order_date"],
            lifetime["last_order_date"],
        )
        scores = (rfm["recency"], rfm["frequency"], rfm["monetary"])
        figures["top_rfm", row["rank"]] = scores
        figures["name", row["id"]] = name_of(row)
    for row in payload["breakdowns"]["rfm_group"]:
        figures["rfm_group", row["key"]] = (*pair(row), row["customer_count"])
    for row in payload["breakdowns"]["quotation"]:
        figures["quotation", row["key"]] = pair(row)
    new = payload["breakdowns"]["customer_type"][0]
    figures["new_revenue", "current"] = pair(new)
    figures["new_revenue", "previous"] = pair(new["previous"])
    for row in payload["breakdowns"]["bridge"]:
        figures["bridge", row["key"]] = cents(row["revenue"])
    for warning in payload["warnings"]:
        if warning["code"] != "no_timezone":
            figures["warning", warning["code"]] = warning["order_count"]
    return {key: value for key, value in figures.items() if any_number(value)}


def any_number(value):
    """Rows of nothing are listed by one side and left out by the other."""
    return any(value) if isinstance(value, tuple) else bool(value)


def pair(row, revenue="revenue"):
    return cents(row[revenue]), row["order_count"]


def name_of(customer):
    return customer["name"], customer["email"], customer["is_company"]


class Row(NamedTuple):
    """A row of the statements; what the numbers mean depends on the kind."""

    kind: str
    key: str | None
    current: bool | None
    one: int
    two: int
    three: int
    four: int | str

    @property
    def side(self):
        return "current" if self.current else "previous"


SEGMENTS = ("High Value", "Medium Value", "Low Value")
#: kind of row -> figure and its value
FORMS = {
    "total": lambda row: ((row.kind, row.side), (row.one, row.two)),
    "user": lambda row: ((row.kind, row.side, row.key), (row.one, row.two)),
    "team": lambda row: ((row.kind, row.side, row.key), (row.one, row.two)),
    "country": lambda row: ((row.kind, row.side, row.key), (row.one, row.two)),
    "segment": lambda row: ((row.kind, row.side, row.key), (row.one, row.three)),
    "segment_top": lambda row: (
        (row.kind, row.key, row.four),
        (row.three, row.one, row.two),
    ),
    "top": lambda row: ((row.kind, int(row.key)), (row.three, row.one, row.two)),
    "top_before": lambda row: ((row.kind, int(row.key)), (row.one, row.two)),
    "top_rfm": lambda row: ((row.kind, int(row.key)), (row.one, row.two, row.three)),
    "rfm_group": lambda row: ((row.kind, row.key), (row.one, row.two, row.three)),
    "new": lambda row: ((row.kind, row.side), row.three),
    "new_revenue": lambda row: ((row.kind, row.side), (row.one, row.two)),
    "effect": lambda row: (("bridge", "currency"), row.one),
    "bridge": lambda row: ((row.kind, row.key), row.one),
    "name": lambda row: ((row.kind, int(row.key)), tuple(json.loads(row.four))),
    "lifetime": lambda row: (
        (row.kind, int(row.key)),
        (row.one, row.two, str(row.three), str(row.four)),
    ),
    "warning": lambda row: ((row.kind, row.key), row.two),
}


def read_rows(rows, bounds_before):
    """:param bounds_before: how many of the bounds are the comparison's"""
    figures = {}
    created = {"current": (0, 0), "previous": (0, 0)}
    quotations = {"open": (0, 0), "expiring": (0, 0), "expired": (0, 0)}

    def find_bucket(row):
        place = int(row.key) - 1 - bounds_before
        if place >= 0:
            return row.kind, "current", place
        return row.kind, "previous", place + bounds_before

    for row in map(Row._make, rows):
        if row.kind == "bucket":
            figures[find_bucket(row)] = (row.one, row.two)
        elif row.kind == "bucket_new":
            figures[find_bucket(row)] = row.three
        elif row.kind == "created":
            figures[find_bucket(row)] = (row.one, row.two)
            converted, count = created[row.side]
            created[row.side] = (converted + row.one, count + row.two)
        elif row.kind == "quotation":
            for name in (row.key, "expiring") if row.current else (row.key,):
                units, count = quotations[name]
                quotations[name] = (units + row.one, count + row.two)
        else:
            figure, value = FORMS[row.kind](row)
            figures[figure] = value
            if row.kind == "new":
                figure, value = FORMS["new_revenue"](row._replace(kind="new_revenue"))
                figures[figure] = value
    for side, (converted, count) in created.items():
        if count:
            figures["conversion", side] = round(100.0 * converted / count, 9)
    for name, numbers in quotations.items():
        figures["quotation", name] = numbers
    for segment in SEGMENTS:
        # The dashboard lists a segment only if it has customers now.
        if ("segment", "current", segment) not in figures:
            figures.pop(("segment", "previous", segment), None)
    return {key: value for key, value in figures.items() if any_number(value)}


if __name__ == "__main__":
    main(*sys.argv[1:])
