"""Read by `odoo shell`: sessions of people who look, and quotations to confirm.

What to make comes in the environment, as JSON in BENCH_LOAD: `dashboards` (people),
`orders` (quotations). Every other dashboard is of a salesperson who sees his own orders
only, the rest are of people who see all. Prints `answer: {"people", "seller",
"orders"}`: of each of the people `own` is the id of whose orders alone are seen, or
none; `orders` are pairs of an order's id and its salesperson's.
"""

import itertools
import json
import os

from odoo import http
from odoo.fields import Command
from odoo.service import security
from odoo.tools import SQL

SEES_ALL = "sales_team.group_sale_salesman_all_leads"


def log_in(user, own=None):
    """A session as the login page makes it, without the cost of a password."""
    session = http.root.session_store.new()
    session.update(http.get_default_session(), db=env.cr.dbname)  # noqa: F821
    session.context["lang"] = user.lang
    session.uid = user.id
    session.login = user.login
    session.session_token = security.compute_session_token(session, env)  # noqa: F821
    http.root.session_store.save(session)
    return {
        "session": session.sid,
        "login": user.login,
        "own": own,
        "context": {"lang": user.lang, "tz": user.tz or "UTC", "uid": user.id}
        | {"allowed_company_ids": user.company_ids.ids},
    }


def find_quotations(company, count):
    """So many quotations of the company, the latest first."""
    domain = [("state", "=", "draft"), ("company_id", "=", company.id)]
    found = env["sale.order"].search(domain, limit=count, order="id desc")  # noqa: F821
    if len(found) < count:
        found = copy(found, count - len(found)) + found
    return found


def copy(orders, count):
    """More orders, each as one of those there are, by SQL: it is thousands."""
    cr = env.cr  # noqa: F821
    cr.execute(
        """
        CREATE TEMPORARY TABLE bench_copy ON COMMIT DROP AS
        SELECT source, nextval('sale_order_id_seq')::int AS id
        FROM generate_series(1, %s) AS turn CROSS JOIN unnest(%s) AS source LIMIT %s
        """,
        [-(-count // len(orders)), orders.ids, count],
    )
    for model, own in ((orders, "id"), (orders.order_line, "order_id")):
        columns = [
            SQL.identifier(name)
            for name, field in model._fields.items()
            if field.store and field.column_type and name not in ("id", own)
        ]
        cr.execute(
            SQL(
                """
                INSERT INTO %(table)s (%(own)s, %(columns)s)
                SELECT bench_copy.id, %(columns)s FROM (
                    SELECT %(own)s AS original, %(columns)s FROM %(table)s
                ) AS originals JOIN bench_copy ON source = original
                """,
                table=SQL.identifier(model._table),
                own=SQL.identifier(own),
                columns=SQL(", ").join(columns),
            )
        )
    cr.execute("SELECT id FROM bench_copy ORDER BY id DESC")
    return orders.browse(id_ for [id_] in cr.fetchall())


def run(plan):
    companies = env["res.company"].search([])  # noqa: F821
    salespeople = env["res.users"].search(  # noqa: F821
        [("login", "=like", "salesperson%")], order="id"
    )
    lookers = (
        env["res.users"]  # noqa: F821
        .with_context(no_reset_password=True, tracking_disable=True)
        .create(
            [
                {
                    "name": f"Looks {number}",
                    "login": f"looks{number}",
                    "company_ids": [Command.set(companies.ids)],
                    "company_id": companies[0].id,
                    "group_ids": [
                        Command.set(
                            [
                                env.ref("base.group_user").id,  # noqa: F821
                                env.ref(SEES_ALL).id,  # noqa: F821
                            ]
                        )
                    ],
                }
                for number in range(plan["dashboards"] // 2)
            ]
        )
    )
    people = [log_in(user) for user in lookers] + [
        log_in(user, own=user.id)
        for user in itertools.islice(
            itertools.cycle(salespeople), plan["dashboards"] - len(lookers)
        )
    ]
    orders = find_quotations(companies[0], plan["orders"])
    env.cr.commit()  # noqa: F821
    return {
        "people": people,
        "seller": log_in(env.ref("base.user_admin")),  # noqa: F821
        "orders": [(order.id, order.user_id.id) for order in orders],
    }


print("answer: " + json.dumps(run(json.loads(os.environ["BENCH_LOAD"]))), flush=True)
