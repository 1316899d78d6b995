"""`dev/screenshots [--all [--folder PATH]]`: the pictures of the documentation.

Serves the demo company, unless it is being served, and takes the pictures of the main
states in light, dark and narrow into static/description/. `--all` takes every state
(loading, failed, empty, very long names, ten years, ...) wide and narrow, and the
print, to be looked at.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from .. import paths, process, server, setup
from . import verify

SCRIPT = paths.DEV / "lib" / "scripts" / "pictures.py"
SHOWN = paths.ROOT / "static" / "description"
LOOKED_AT = paths.HOME / "screenshots"


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="dev/screenshots",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--all", action="store_true", help="every state")
    parser.add_argument(
        "--folder",
        type=Path,
        help=f"default: {SHOWN.relative_to(paths.ROOT)}, with --all "
        f"{LOOKED_AT.relative_to(paths.ROOT)}",
    )
    options = parser.parse_args(arguments)
    folder = options.folder or (LOOKED_AT if options.all else SHOWN)
    with (
        setup.workshop() as workshop,
        verify.some_server(workshop, paths.ADDON) as url,
    ):
        command = [
            *(paths.PYTHON, SCRIPT, url, "--database", paths.ADDON),
            *("--login", server.LOGIN, "--folder", folder.resolve()),
            *(["--all"] if options.all else []),
        ]
        env = workshop.env | {"ODOO_PASSWORD": server.PASSWORD}
        code = process.replace(command, env)
    if not code:
        print(f"The pictures are in {folder}")
    return code
