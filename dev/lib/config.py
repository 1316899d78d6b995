"""What Odoo is told: the addons path, the configuration file, the environment."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from . import paths, postgres
from .odoo_source import Source

#: Top-level entries of the checkout that are not part of the addon.
NOT_ADDON = {"PKG-INFO", "build", "dev", "eslint.config.mjs", "node_modules"}

CONFIG = paths.HOME / "odoo.conf"
TEMPLATE = """\
[options]
; Written anew by the commands of dev/ at each start.
addons_path = {addons}
data_dir = {data}
admin_passwd = admin
http_interface = 127.0.0.1
http_port = 8069
workers = 0
max_cron_threads = 1
db_maxconn = 40
; zenoo-rpc speaks to /jsonrpc, which warns at each call.
log_handler = :INFO,odoo.addons.rpc.controllers.jsonrpc:ERROR
; psql is the only program of PostgreSQL that Odoo calls
pg_path = {pg_path}
{database}"""
EMBEDDED = """\
db_host = {host}
db_port = 5432
db_user = {user}
"""


def entries() -> list[str]:
    """The top-level entries that make up the addon: tracked ones, or about to be."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=paths.ROOT,
        capture_output=True,
    )
    if listed.returncode == 0:
        names = {
            os.fsdecode(name).partition("/")[0] for name in listed.stdout.split(b"\0")
        }
    else:
        # Not a git checkout (an unpacked archive): all but what was made here.
        names = {
            path.name for path in paths.ROOT.iterdir() if path.name != "__pycache__"
        }
    return sorted(
        name
        for name in names
        if name
        and not name.startswith(".")
        and name not in NOT_ADDON
        and (paths.ROOT / name).exists()
    )


def link_addon() -> None:
    """Make `.odoo/addons/sale_dashboard` a folder of links to the addon's entries.

    One link to the root would let Odoo find `.odoo` inside the addon, over and over.
    """
    paths.LINKED_ADDON.mkdir(parents=True, exist_ok=True)
    wanted = set(entries())
    for path in paths.LINKED_ADDON.iterdir():
        if path.is_symlink() and path.name not in wanted:
            path.unlink()
    for name in wanted:
        link = paths.LINKED_ADDON / name
        target = Path("../../..") / name
        if not link.is_symlink() or link.readlink() != target:
            link.unlink(missing_ok=True)
            link.symlink_to(target)


def write(source: Source) -> None:
    """Write the configuration file, whole, in place of the last one."""
    paths.DATA.mkdir(parents=True, exist_ok=True)
    database = (
        ""
        if postgres.is_external()
        else EMBEDDED.format(host=postgres.socket_folder(), user=postgres.ROLE)
    )
    text = TEMPLATE.format(
        addons=",".join(map(str, (paths.ADDONS, *source.addons))),
        data=paths.DATA,
        pg_path=postgres.programs(),
        database=database,
    )
    part = CONFIG.with_name(f"{CONFIG.name}.{os.getpid()}")
    part.write_text(text, encoding="utf-8")
    part.replace(CONFIG)


def environment(source: Source) -> dict[str, str]:
    """The environment in which Odoo, its tests and its tools run."""
    return postgres.environment() | {
        "ODOO_RC": str(CONFIG),
        "PYTHONPATH": str(source.folder),
        "PYTHONUNBUFFERED": "1",
        # The clients in JavaScript that the tests run look for their packages there.
        "NODE_PATH": str(paths.NODE / "node_modules"),
        "PATH": os.pathsep.join(
            [
                str(paths.VENV / "bin"),
                # Odoo calls rtlcss, which calls node, for languages from right to left.
                *map(str, paths.node_programs()),
                postgres.environment()["PATH"],
            ]
        ),
    }
