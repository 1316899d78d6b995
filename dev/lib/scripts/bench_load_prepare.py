"""Read by `odoo shell`: sessions of people who look, and quotations to confirm.

What to make comes in the environment, as JSON in BENCH_LOAD: `dashboards` (people),
`orders` (quotations), `base_url`. Prints `answer: {"people", "seller", "orders"}`.
"""

import json
import os

from odoo import http
from odoo.fields import Command
from odoo.service import security

GROUPS = {
    # Every other looks at his own orders, the rest at all.
    0: "sales_team.group_sale_salesman",
    1: "sales_team.group_sale_salesman_all_leads",
}


def log_in(user):
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
        "context": {"lang": user.lang, "tz": user.tz or "UTC", "uid": user.id}
        | {"allowed_company_ids": user.company_ids.ids},
    }


def run(plan):
    companies = env["res.company"].search([])  # noqa: F821
    people = (
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
                                env.ref(GROUPS[number % 2]).id,  # noqa: F821
                            ]
                        )
                    ],
                }
                for number in range(plan["dashboards"])
            ]
        )
    )
    orders = env["sale.order"].search(  # noqa: F821
        [("state", "=", "draft"), ("company_id", "=", companies[0].id)],
        limit=plan["orders"],
        order="id desc",
    )
    env.cr.commit()  # noqa: F821
    return {
        "people": [log_in(user) for user in people],
        "seller": log_in(env.ref("base.user_admin")),  # noqa: F821
        "orders": orders.ids,
    }


print("answer: " + json.dumps(run(json.loads(os.environ["BENCH_LOAD"]))), flush=True)
