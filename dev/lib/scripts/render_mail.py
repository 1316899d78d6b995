"""Read by `odoo shell`: mails of the demo company as pages that a browser shows.

Into the folder named by the variable `FOLDER`: `mail.html` in English, and one in each
of a few other languages. Nothing is committed.
"""

import base64
import os
from datetime import date, timedelta
from pathlib import Path

from odoo.addons.sale_dashboard.demo.company import find_demo_company

LANGUAGES = {"": "en_US", "_de": "de_DE", "_fr": "fr_FR", "_ar": "ar_001"}

folder = Path(os.environ["FOLDER"])
company = find_demo_company(env)  # noqa: F821 - odoo shell provides it
reader = env.ref("base.user_admin")  # noqa: F821
reader.tz = "Europe/Paris"
last = date.today().replace(day=1) - timedelta(days=1)
for suffix, code in LANGUAGES.items():
    env["res.lang"]._activate_lang(code)  # noqa: F821
    dashboards = env(user=reader)["sale.dashboard"].with_context(  # noqa: F821
        allowed_company_ids=company.ids, lang=code
    )
    dashboard = dashboards.browse(
        dashboards.generate(str(last.replace(day=1)), str(last))
    )
    mail = env["sale.dashboard.mail"]._render(  # noqa: F821
        dashboard,
        link=dashboard._get_address(),
        unsubscribe_url="https://example.com/unsubscribe",
        lang=code,
    )
    page = mail["html"]
    for content_id, _name, mimetype, content in mail["images"]:
        data = base64.b64encode(content).decode()
        page = page.replace(f"cid:{content_id}", f"data:{mimetype};base64,{data}")
    (folder / f"mail{suffix}.html").write_text(page, encoding="utf-8")
    (folder / f"mail{suffix}.txt").write_text(mail["text"], encoding="utf-8")
env.cr.rollback()  # noqa: F821
print(f"mails: rendered into {folder}", flush=True)
