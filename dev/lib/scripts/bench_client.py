"""A client of a served Odoo: answers requests of `dev/bench`, one line of JSON each.

Started as a program of the environment: `bench_client.py URL DATABASE LOGIN PASSWORD`.
A request names an `op` and a `period`; the answer's `ms` is the wall clock from the
first byte sent to the last answer read.

http     our answer, computed anew
http_again  our answer after a change of today
odoo     the data calls that the page of Odoo's own Sales dashboard makes, in its order,
         six at a time as browsers do (recorded from the page, then written down here)
seed     the seed's program over zenoo-rpc, mended only as far as it must be to run
"""

import asyncio
import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from decimal import Decimal
from threading import local

import requests
from bench_seed import SalesDashboard, connect

BROWSER_CONNECTIONS = 6
PATIENCE = 600
REPORT = "sale.report"
SOLD = ["state", "not in", ["draft", "sent", "cancel"]]
PIVOT_AGGREGATES = ["order_reference:count_distinct", "price_subtotal:sum", "__count"]
CHART_AGGREGATES = [
    "__count",
    "currency_id:array_agg_distinct",
    "price_subtotal:sum_currency",
    "price_subtotal:sum",
]
#: what is grouped by -> the field that must be set
PIVOTS = {
    "country_id": "country_id",
    "partner_id": "partner_id",
    "team_id": "team_id",
    "source_id": "source_id",
    "product_id": "product_tmpl_id",
    "categ_id": "categ_id",
    "user_id": "user_id",
    "medium_id": "medium_id",
}
LIST_SPECIFICATION = {
    "id": {},
    "partner_id": {"fields": {"display_name": {}}},
    "user_id": {"fields": {"display_name": {}}},
    "amount_untaxed": {},
    "currency_id": {
        "fields": {"name": {}, "symbol": {}, "decimal_places": {}, "position": {}}
    },
}


def main(url, database, login, password):
    client = Client(url, database, login, password)
    print("{}", flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        answer = getattr(client, f"do_{request['op']}")(request["period"])
        print(json.dumps(answer), flush=True)


class Client:
    def __init__(self, url, database, login, password):
        self.url = url
        self.database = database
        self.login = login
        self.password = password
        self.threads = local()
        session = requests.Session()
        session.trust_env = False
        answer = session.post(
            f"{url}/web/session/authenticate",
            json={
                "jsonrpc": "2.0",
                "params": {"db": database, "login": login, "password": password},
            },
            timeout=PATIENCE,
        ).json()["result"]
        self.cookies = session.cookies
        companies = answer["user_companies"]
        current = companies["current_company"]
        others = {int(one) for one in companies["allowed_companies"]} - {current}
        self.context = {
            **answer["user_context"],
            "allowed_company_ids": [current, *sorted(others)],
        }
        self.pool = ThreadPoolExecutor(BROWSER_CONNECTIONS)

    def call(self, model, method, kwargs, **context):
        """One call as the page makes it.

        :raise RuntimeError: if Odoo answers with an error
        """
        session = getattr(self.threads, "session", None)
        if session is None:
            session = self.threads.session = requests.Session()
            session.trust_env = False
            session.cookies.update(self.cookies)
        kwargs = {**kwargs, "context": {**self.context, **context}}
        answer = session.post(
            f"{self.url}/web/dataset/call_kw/{model}/{method}",
            json={
                "jsonrpc": "2.0",
                "method": "call",
                "params": {
                    "model": model,
                    "method": method,
                    "args": [],
                    "kwargs": kwargs,
                },
            },
            timeout=PATIENCE,
        ).json()
        if "error" in answer:
            raise RuntimeError(answer["error"]["data"]["message"])
        return answer["result"]

    def do_http(self, period):
        return self.generate({**period, "refresh": True})

    def do_http_again(self, period):
        return self.generate(period)

    def generate(self, kwargs):
        started = time.perf_counter()
        self.call("sale.dashboard", "generate_dashboard_data", kwargs)
        return {"ms": (time.perf_counter() - started) * 1000, "calls": 1}

    def do_odoo(self, period):
        calls = odoo_calls(period)
        started = time.perf_counter()
        pending = [self.pool.submit(self.call, *call) for call in calls]
        for one in pending:
            one.result()
        return {"ms": (time.perf_counter() - started) * 1000, "calls": len(calls)}

    def do_seed(self, period):
        return asyncio.run(self.run_seed(period))

    async def run_seed(self, period):
        """Logging in is not counted, nor is what the seed's cache would keep."""
        client = await connect(self.url, self.database, self.login, self.password)
        try:
            dashboard = SalesDashboard(client, self.context["allowed_company_ids"])
            first, last = (
                date.fromisoformat(period[name]) for name in ("date_from", "date_to")
            )
            started = time.perf_counter()
            data = await dashboard.generate_dashboard_data(first, last)
            ms = (time.perf_counter() - started) * 1000
        finally:
            await client.close()
        if data["overview"].total_revenue <= Decimal(0):
            raise RuntimeError("the seed found no order")
        return {"ms": ms, "orders": data["overview"].total_orders}


def odoo_calls(period):
    """``(model, method, kwargs)`` of the page's data calls, in its order."""
    first, last = (
        date.fromisoformat(period[name]) for name in ("date_from", "date_to")
    )
    days = (last - first).days + 1
    this = between("date", first, last)
    before = between("date", first - timedelta(days=days), last - timedelta(days=days))
    return [
        chart([*this, ["state", "!=", "cancel"]], "country_id"),
        chart(this, "date:month"),
        *(
            pivot([[required, "!=", False], SOLD, *this], grouped)
            for grouped, required in PIVOTS.items()
        ),
        pivot([["state", "in", ["draft", "sent", "sale"]], *this], "state"),
        pivot([["state", "in", ["draft", "sent", "sale"]], *before], "state"),
        *(
            (
                "sale.order",
                "web_search_read",
                {
                    "specification": LIST_SPECIFICATION,
                    "order": order,
                    "limit": 10,
                    "domain": [*state, *between("date_order", first, last)],
                },
            )
            for order, state in (
                (
                    "amount_untaxed DESC",
                    ["|", ["state", "=", "draft"], ["state", "=", "sent"]],
                ),
                ("amount_untaxed DESC, invoice_status ASC", [SOLD]),
            )
        ),
    ]


def between(field, first, last):
    return [[field, ">=", f"{first} 00:00:00"], [field, "<=", f"{last} 23:59:59"]]


def chart(domain, groupby):
    return (
        REPORT,
        "formatted_read_group",
        {
            "domain": [SOLD, *domain],
            "groupby": [groupby],
            "aggregates": CHART_AGGREGATES,
        },
    )


def pivot(domain, groupby):
    return (
        REPORT,
        "formatted_read_grouping_sets",
        {
            "domain": domain,
            "grouping_sets": [[], [groupby]],
            "aggregates": PIVOT_AGGREGATES,
            "order": groupby,
        },
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
