"""Read by `odoo shell`: makes the demo company and commits it.

Speaks to `database.fill_with_demo` in lines: `progress: 3/40 text`, and at the end
`demo company: made`.
"""

from odoo.addons.sale_dashboard.demo.company import make_demo_company


def _progress(done, total, text):
    print(f"progress: {done}/{total} {text}", flush=True)


make_demo_company(env, progress=_progress)  # noqa: F821 - odoo shell provides it
env.cr.commit()  # noqa: F821
print("demo company: made", flush=True)
