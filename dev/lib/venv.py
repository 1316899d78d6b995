"""The Python environment: everything of `dev/lock/requirements.txt`, by its hash."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import re
import shutil
import sys
from pathlib import Path

from . import debian, machine, paths, process
from .errors import Stop
from .progress import Step

STAMP = paths.VENV / "complete"
#: what only `dev/bench` needs, and that it is there
BENCH_LOCK = paths.LOCK.with_name("bench.txt")
BENCH_STAMP = paths.VENV / "bench-complete"
#: pip and the certificate authorities as Debian packages, unpacked
PIP_TREE = paths.HOME / "pip"
#: what pip says where there is no network
NO_NETWORK = (
    "Failed to establish a new connection",
    "NameResolutionError",
    "NewConnectionError",
    "Read timed out",
    "Temporary failure",
)
SYSTEM_CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")


def lock_hash() -> str:
    return hashlib.sha256(paths.LOCK.read_bytes()).hexdigest()[:12]


def _wanted() -> str:
    version = ".".join(map(str, sys.version_info[:2]))
    return f"{version} {lock_hash()} {paths.VENV}"


def is_complete() -> bool:
    return STAMP.is_file() and STAMP.read_text(encoding="utf-8") == _wanted()


def ensure() -> None:
    """Make the environment, or make it anew after the lock or Python has changed."""
    if is_complete():
        return
    machine.check_disk()
    _own_pip()
    with Step("Installing the Python packages") as step:
        shutil.rmtree(paths.VENV, ignore_errors=True)
        step.update(text="making the environment")
        _make(step)
        _install(paths.LOCK, step)
        STAMP.write_text(_wanted(), encoding="utf-8")


def ensure_bench() -> None:
    """Add what only `dev/bench` needs to the environment, which is there."""
    wanted = hashlib.sha256(BENCH_LOCK.read_bytes()).hexdigest()
    if BENCH_STAMP.is_file() and BENCH_STAMP.read_text(encoding="utf-8") == wanted:
        return
    with Step("Installing the Python packages of the bench") as step:
        _install(BENCH_LOCK, step)
        BENCH_STAMP.write_text(wanted, encoding="utf-8")


def _install(lock: Path, step: Step) -> None:
    """Install what a lock file pins, by its hashes."""
    total = len(re.findall(r"^\S+==", lock.read_text("utf-8"), re.MULTILINE))
    seen = 0

    def count(line: str) -> None:
        nonlocal seen
        if line.startswith(("Collecting ", "Requirement already satisfied")):
            seen += 1
            name = line.removeprefix("Requirement already satisfied: ").split("==")[0]
            step.update(seen / total, name.removeprefix("Collecting "))
        elif line.startswith("Installing collected"):
            step.update(text=f"unpacking {seen} packages")

    process.run(
        [
            *(paths.PYTHON, "-m", "pip", "install", "--no-deps"),
            *("--only-binary", ":all:", "--require-hashes"),
            *("--progress-bar", "off", "--disable-pip-version-check"),
            *("--no-input", "-r", lock),
        ],
        log="pip",
        what="installing the Python packages",
        env=_pip_environment(),
        on_line=count,
        hint=_advice,
    )


def _has_ensurepip() -> bool:
    """Debian ships Python without it, in the package python3-venv."""
    return importlib.util.find_spec("ensurepip") is not None


def _own_pip() -> None:
    """Where Python comes without pip or certificates, take Debian's own packages."""
    certificates = SYSTEM_CERTIFICATES.is_file() or os.environ.get("PIP_CERT")
    if _has_ensurepip() and (certificates or not debian.available()):
        return
    if PIP_TREE.is_dir():
        return
    if not debian.available():
        raise Stop(
            "this Python has no pip and cannot make one (ensurepip is missing); "
            "install your system's package for Python's venv, then run this again"
        )
    debian.unpack(["python3-pip-whl", "ca-certificates"], PIP_TREE, "pip")


def _make(step: Step) -> None:
    wheel = next(PIP_TREE.glob("usr/share/python-wheels/pip-*.whl"), None)
    command = [sys.executable, "-m", "venv", paths.VENV]
    process.run(
        [*command, "--without-pip"] if wheel else command,
        log="pip",
        what="making the Python environment",
    )
    if wheel:
        step.update(text="installing pip")
        process.run(
            [paths.PYTHON, wheel / "pip", "install", "--no-index", "--no-deps", wheel],
            log="pip",
            what="installing pip",
            env=_pip_environment(),
        )


def _pip_environment() -> dict[str, str]:
    """pip as this machine configures it, given certificates where it has none."""
    env = process.environment(PYTHONPATH=None, PYTHONHOME=None)
    if SYSTEM_CERTIFICATES.is_file() or env.get("PIP_CERT") or not PIP_TREE.is_dir():
        return env
    bundle = paths.HOME / "certificates.pem"
    authorities = sorted(PIP_TREE.glob("usr/share/ca-certificates/mozilla/*.crt"))
    bundle.write_text("".join(path.read_text("utf-8") for path in authorities), "utf-8")
    return env | {"PIP_CERT": str(bundle)}


def _advice(output: str) -> str | None:
    version = ".".join(map(str, sys.version_info[:2]))
    if any(sign in output for sign in NO_NETWORK):
        return (
            "the Python package index cannot be reached; check the network (and pip's "
            "configuration), then run this again"
        )
    if "No space left" in output:
        return "the disk is full; make room, then run this again"
    if "No matching distribution" in output:
        return (
            f"a package has no wheel for Python {version} on this machine (see "
            f"{paths.LOG / 'pip.log'}); name another Python: PYTHON=python3.13 dev/run"
        )
    return None
