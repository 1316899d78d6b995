"""`dev/screenshots [--all [--folder PATH]]`: the pictures of the documentation.

Serves the demo company, unless it is being served, and takes the pictures of the main
states in light, dark and narrow, and of the mail, into static/description/. `--all`
takes every state (loading, failed, empty, very long names, ten years, ...) wide and
narrow, the print, and the mail in several languages and widths, to be looked at.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from .. import paths, process, server, setup
from ..errors import Stop
from . import verify

SCRIPTS = paths.DEV / "lib" / "scripts"
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
        tempfile.TemporaryDirectory() as mails,
    ):
        render_mails(workshop, Path(mails))
        command = [
            *(paths.PYTHON, SCRIPTS / "pictures.py", url, "--database", paths.ADDON),
            *("--login", server.LOGIN, "--folder", folder.resolve()),
            *("--mails", mails),
            *(["--all"] if options.all else []),
        ]
        env = workshop.env | {"ODOO_PASSWORD": server.PASSWORD}
        code = process.replace(command, env)
    if not code:
        print(f"The pictures are in {folder}")
    return code


def render_mails(workshop: setup.Workshop, folder: Path) -> None:
    """The demo company's mails as pages, in a folder."""
    output = process.run(
        workshop.odoo("shell", "-d", paths.ADDON, "--no-http"),
        log="screenshots",
        what="rendering the mails",
        env=workshop.env | {"FOLDER": str(folder)},
        stdin=(SCRIPTS / "render_mail.py").read_text("utf-8"),
    )
    if "mails: rendered" not in output:
        raise Stop(f"rendering the mails failed; see {paths.LOG / 'screenshots'}.log")
