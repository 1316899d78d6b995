"""`dev/odoo ARGUMENTS`: Odoo's own command line in the project's environment.

For example `dev/odoo shell -d sale_dashboard`, `dev/odoo i18n export ...`,
`dev/odoo --help`. PostgreSQL is started if it is not running, and stopped when the
last command that uses it ends.
"""

from __future__ import annotations

from .. import process, setup


def main(arguments: list[str]) -> int:
    with setup.workshop() as workshop:
        return process.replace(workshop.odoo(*arguments), workshop.env)
