"""`dev/psql ARGUMENTS`: psql on the project's PostgreSQL.

Without a database among the arguments it opens `sale_dashboard`, the one that
`dev/run` serves. `dev/psql -l` lists all; `dev/psql -U postgres` is the superuser.
"""

from __future__ import annotations

import os

from .. import paths, postgres, process, setup


def main(arguments: list[str]) -> int:
    with setup.workshop() as workshop:
        env = workshop.env
        env.setdefault("PGDATABASE", os.environ.get("PGDATABASE", paths.ADDON))
        return process.replace([postgres.programs() / "psql", *arguments], env)
