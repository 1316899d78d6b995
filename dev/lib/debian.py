"""Debian packages without installing them: a private apt, unpacked into `.odoo/`.

Debian's `sid` carries Odoo 19 and what belongs to it. The packages are not
installed, only downloaded (apt checks their signatures and hashes) and unpacked, so
neither root nor sid's other packages are needed. The mirror is the one that this
machine's own apt is set up with.
"""

from __future__ import annotations

import functools
import re
import shutil
import threading
from collections.abc import Callable
from pathlib import Path

from . import machine, paths, process
from .errors import Stop
from .progress import Step, say

SUITE = "sid"
#: what apt says where there is no network
NO_NETWORK = (
    "Could not connect",
    "Could not resolve",
    "Network is unreachable",
    "Temporary failure",
    "Unable to connect",
    "timed out",
)
KEYRINGS = [
    Path("/usr/share/keyrings/debian-archive-keyring.gpg"),
    Path("/usr/share/keyrings/debian-archive-keyring.pgp"),
]


def available() -> bool:
    """Whether this machine has Debian's tools."""
    return bool(shutil.which("apt-get") and shutil.which("dpkg-deb"))


def unpack(packages: list[str], target: Path, title: str) -> None:
    """Download packages and unpack them into one folder, whole or not at all.

    :param target: the folder to make; it is there only when everything is in it
    :param title: what to call it in the progress ("Odoo 19")
    """
    machine.check_disk()
    folder = paths.APT / target.name
    folder.mkdir(parents=True, exist_ok=True)
    with Step(f"Downloading {title}") as step:
        _download(packages, folder, step)
    part = target.with_name(f"{target.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir()
    with Step(f"Unpacking {title}") as step:
        debs = sorted(folder.glob("*.deb"))
        for number, deb in enumerate(debs):
            step.update(number / len(debs), deb.name.split("_")[0])
            process.run(
                ["dpkg-deb", "-x", deb, part], log="apt", what=f"unpacking {deb.name}"
            )
    shutil.rmtree(target, ignore_errors=True)
    part.rename(target)
    shutil.rmtree(folder)


def _download(packages: list[str], folder: Path, step: Step) -> None:
    step.update(text="reading the package lists")
    options = list(_update())
    uris = machine.output_of(
        ["apt-get", *options, "download", "--print-uris", *packages]
    )
    sizes = {name: int(size) for name, size in re.findall(r"' (\S+) (\d+) ", uris)}
    if not sizes:
        raise Stop(
            f"this machine's Debian mirror does not have {packages[0]} in its suite "
            f"{SUITE}; name an Odoo {paths.SERIES} source with --odoo PATH"
        )
    for stale in folder.iterdir():
        if stale.name not in sizes:
            stale.unlink()
    total = sum(sizes.values())

    def show() -> None:
        done = sum(file.stat().st_size for file in folder.iterdir())
        step.update(done / total, f"of {total / 1e6:.0f} MB")

    with _every_second(show):
        process.run(
            ["apt-get", *options, "download", *packages],
            cwd=folder,
            log="apt",
            what=f"downloading {packages[0]}",
            hint=_no_network,
        )


@functools.cache
def _update() -> tuple[str, ...]:
    """Read the package lists of the first mirror that has the suite, once.

    :return: the options that make apt use them
    """
    mirrors = _mirrors()
    if not mirrors:
        raise Stop(
            "apt knows no Debian mirror on this machine; add one to its sources, or "
            f"name an Odoo {paths.SERIES} source with --odoo PATH"
        )
    failure: Stop | None = None
    for mirror in mirrors:
        options = _options(mirror)
        try:
            _read_lists(options)
        except Stop as stop:
            # A mirror may stand still for some weeks. What it serves is still signed;
            # only its age is then not held against it.
            failure = stop
            if "is expired" not in str(stop):
                continue
            say(f"The mirror {mirror} is out of date; using it as it is.")
            options += ["-o", "Acquire::Check-Valid-Until=false"]
            _read_lists(options)
        return tuple(options)
    raise failure


def _read_lists(options: list[str]) -> None:
    process.run(
        ["apt-get", *options, "-o", "APT::Update::Error-Mode=any", "update"],
        log="apt",
        what="apt-get update",
        hint=_no_network,
    )


def _mirrors() -> list[str]:
    """The addresses of the Debian archive in this machine's apt sources."""
    found = machine.output_of(
        ["apt-get", "indextargets", "--format", "$(COMPONENT) $(REPO_URI)"]
    )
    addresses = {
        address
        for component, _, address in (
            line.partition(" ") for line in found.splitlines()
        )
        if component == "main" and "security" not in address
    }
    # The archive itself is commonly called `debian`; anything else comes after it.
    return sorted(
        addresses, key=lambda uri: (not uri.rstrip("/").endswith("/debian"), uri)
    )


def _options(mirror: str) -> list[str]:
    """Options that give apt a state of its own, below `.odoo/apt`."""
    lists, cache = paths.APT / "lists", paths.APT / "cache"
    for folder in (lists / "partial", cache / "archives" / "partial"):
        folder.mkdir(parents=True, exist_ok=True)
    keyring = next((path for path in KEYRINGS if path.is_file()), None)
    signed = f"[signed-by={keyring}] " if keyring else ""
    source = paths.APT / "sources.list"
    source.write_text(f"deb {signed}{mirror} {SUITE} main\n", encoding="utf-8")
    settings = {
        "Dir::Etc::sourcelist": source,
        "Dir::Etc::sourceparts": "-",
        "Dir::Etc::preferences": "-",
        "Dir::Etc::preferencesparts": "-",
        "Dir::State::lists": lists,
        "Dir::Cache": cache,
        # Otherwise a root apt drops to a user who may not write here.
        "APT::Sandbox::User": "root",
        "Acquire::Languages": "none",
        "Acquire::Retries": "3",
    }
    return [
        part for name, value in settings.items() for part in ("-o", f"{name}={value}")
    ]


def _no_network(output: str) -> str | None:
    if any(sign in output for sign in NO_NETWORK):
        return (
            "the Debian mirror of this machine cannot be reached; check the network, "
            "then run this again"
        )
    return None


class _every_second:  # noqa: N801 - used as a function
    """Call a function each second while the body runs."""

    def __init__(self, function: Callable[[], None]) -> None:
        self._function = function
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._loop, daemon=True)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_error: object) -> None:
        self._ended.set()
        self._thread.join()

    def _loop(self) -> None:
        while not self._ended.wait(1):
            try:
                self._function()
            except FileNotFoundError:
                continue
