"""Read by `odoo shell`: reconciles the demo company as several people.

Prints `reconciled: WHO PERIOD ...: UNEXPLAINED` for each dashboard, and gives every
salesperson of the demo company his login as password, for the verifier that follows.
"""

from datetime import date, timedelta

from odoo.addons.sale_dashboard.demo.company import find_demo_company

company = find_demo_company(env)  # noqa: F821 - odoo shell provides it
for login in ("admin", "demo", "marc.demo"):
    user = env["res.users"].search([("login", "=", login)])  # noqa: F821
    user.password = login
    for days in (1, 30, 90, 365):
        for measure in ("untaxed", "total"):
            for compare in (
                "none",
                "previous_period",
                "previous_year",
                "same_weekdays",
            ):
                dashboards = env["sale.dashboard"].with_user(user)  # noqa: F821
                dashboards = dashboards.with_context(
                    allowed_company_ids=(company | user.company_ids).ids
                    if login != "marc.demo"
                    else user.company_id.ids
                )
                dashboard = dashboards.browse(
                    dashboards.generate(
                        str(date.today() - timedelta(days=days - 1)),
                        str(date.today()),
                        compare=compare,
                        measure=measure,
                    )
                )
                answer = dashboard.reconcile(limit=0)
                print(
                    f"reconciled: {login} {days} {measure} {compare}:"
                    f" {answer['unexplained']}",
                    flush=True,
                )
env.cr.commit()  # noqa: F821
