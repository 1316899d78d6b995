"""This computer: what apt can add, how much room the disk has, which ports are free."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess

from . import paths, process
from .errors import Stop
from .progress import Step, say

#: what a complete `.odoo` takes, with room to work
NEEDED_BYTES = 3 * 1024**3


def is_root() -> bool:
    return os.geteuid() == 0


def check_disk() -> None:
    """Refuse to begin what the disk has no room for."""
    free = shutil.disk_usage(paths.ROOT).free
    if free < NEEDED_BYTES:
        raise Stop(
            f"about {NEEDED_BYTES / 1024**3:.0f} GB are needed in {paths.ROOT} and "
            f"only {free / 1024**3:.1f} GB are free; make room, then run this again"
        )


def apt_install(packages: list[str], reason: str) -> None:
    """Install Debian packages, as root; as anyone else, name the line to run.

    :param reason: what they are needed for ("the browser tests")
    """
    line = f"apt-get install --no-install-recommends {' '.join(packages)}"
    if not shutil.which("apt-get"):
        raise Stop(f"{reason} need: {' '.join(packages)}; install that and run again")
    if not is_root():
        raise Stop(f"{reason} need one more package; run as root: {line}")
    say(f"{reason} need what this machine lacks; running: {line}")
    env = process.environment(DEBIAN_FRONTEND="noninteractive")
    with Step(f"Installing {' '.join(packages)}") as step:
        for arguments in (
            ["update"],
            ["install", "-y", "--no-install-recommends", *packages],
        ):
            step.update(text=f"apt-get {arguments[0]}")
            process.run(
                ["apt-get", *arguments],
                log="apt",
                what=f"apt-get {arguments[0]}",
                env=env,
            )


def apt_offers(package: str) -> bool:
    """Whether apt can install a Debian package here."""
    if is_root() and shutil.which("apt-get"):
        output_of(["apt-get", "update"])
    return bool(output_of(["apt-cache", "show", "--no-all-versions", package]))


def free_port(first: int) -> int:
    """The first free port on the loopback interface from `first` on."""
    for port in range(first, min(first + 200, 65536)):
        if port_is_free(port):
            return port
    raise Stop(
        f"no free port between {first} and {first + 200}; choose one with --port"
    )


def port_is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def memory_bytes() -> int:
    """The memory of this machine."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def describe() -> dict[str, str | int]:
    """Processor, cores and memory: what a measurement depends on."""
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            names = [line for line in file if line.startswith("model name")]
    except OSError:
        names = []
    return {
        "processor": names[0].partition(":")[2].strip() if names else "unknown",
        "cores": os.cpu_count() or 0,
        "memory_gb": round(memory_bytes() / 1024**3),
    }


def output_of(command: list[str]) -> str:
    """The output of a quick command, empty where it fails or is not there."""
    try:
        return subprocess.run(
            command, capture_output=True, text=True, check=True, timeout=60
        ).stdout
    except (OSError, subprocess.SubprocessError):
        return ""
