"""Where Odoo comes from: Debian's package, or a source that is already there."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

from . import debian, paths
from .errors import Stop

#: Odoo, and the fonts and libraries that its tree links to
PACKAGES = [
    "odoo-19",
    "fonts-font-awesome",
    "fonts-inconsolata",
    "fonts-montserrat",
    "fonts-ocr-b",
    "fonts-roboto-unhinted",
    "libjs-jquery",
    "libjs-jquery-form",
    "libjs-underscore",
]

#: Where the path given last with `--odoo` is kept; no such file means Debian's.
CHOICE = paths.HOME / "odoo-source"

#: The `mail` manifest names this file and Debian leaves it out: it blurs the camera's
#: background. The browser reports its absence as an error on every page.
LEFT_OUT = "mail/static/lib/selfie_segmentation/selfie_segmentation.js"


@dataclass(frozen=True)
class Source:
    """An Odoo that can be imported."""

    #: the folder to put on Python's path: it contains the package `odoo`
    folder: Path
    addons: tuple[Path, ...]
    version: str

    @property
    def key(self) -> str:
        """Names this Odoo in databases: another source or version, another key."""
        inside = self.folder.is_relative_to(paths.HOME)
        # Debian's package is the same wherever the checkout is moved to.
        name = "debian" if inside else str(self.folder)
        return hashlib.sha256(f"{name} {self.version}".encode()).hexdigest()[:8]


def choose(path: str | None) -> None:
    """Remember what `--odoo` says: a path, `debian`, or nothing (as before)."""
    if path is None:
        return
    if path == "debian":
        CHOICE.unlink(missing_ok=True)
        return
    folder = Path(path).expanduser().resolve()
    find(folder)
    paths.HOME.mkdir(exist_ok=True)
    CHOICE.write_text(f"{folder}\n", encoding="utf-8")


def ensure() -> Source:
    """The Odoo to use, downloaded if need be."""
    if CHOICE.is_file():
        return find(Path(CHOICE.read_text(encoding="utf-8").strip()))
    folder = paths.TREE / "usr" / "lib" / "python3" / "dist-packages"
    if not folder.is_dir():
        if not debian.available():
            raise Stop(
                "Odoo is downloaded with Debian's apt, which this machine does not "
                f"have; name an Odoo {paths.SERIES} source with --odoo PATH"
            )
        debian.unpack(PACKAGES, paths.TREE, f"Odoo {paths.SERIES}")
    source = find(folder)
    left_out = folder / "odoo" / "addons" / LEFT_OUT
    if not left_out.exists():
        left_out.parent.mkdir(parents=True, exist_ok=True)
        left_out.write_text("// Debian does not ship this file.\n", encoding="utf-8")
    return source


def find(folder: Path) -> Source:
    """Look at an Odoo source: a checkout, or a folder with the package `odoo`.

    :raise Stop: there is none, or it is of another series
    """
    release = folder / "odoo" / "release.py"
    if not release.is_file():
        raise Stop(
            f"{folder} is no Odoo source: it has no odoo/release.py; give --odoo the "
            "folder that contains odoo-bin, or the one that contains the package odoo"
        )
    text = release.read_text(encoding="utf-8")
    found = re.search(r"^version_info = \((\d+), (\d+)", text, re.MULTILINE)
    version = ".".join(found.groups()) if found else "unknown"
    if version != paths.SERIES:
        raise Stop(
            f"{folder} is Odoo {version}; this addon needs Odoo {paths.SERIES}: give "
            "--odoo another folder, or `--odoo debian` for Debian's package"
        )
    addons = [folder / "odoo" / "addons"]
    if not (addons[0] / "web").is_dir():
        addons.append(folder / "addons")
    if not (addons[-1] / "sale_management").is_dir():
        raise Stop(f"{folder} has no addons beside it; give --odoo a whole Odoo source")
    return Source(folder, tuple(addons), version)
