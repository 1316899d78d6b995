"""Locks between commands; the kernel lets go of them when their holder dies."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from . import paths
from .progress import say


@contextmanager
def exclusive(name: str, waiting: str | None = None) -> Iterator[None]:
    """Hold `.odoo/<name>.lock` alone.

    :param waiting: what to say, once, when another command holds it
    """
    paths.HOME.mkdir(exist_ok=True)
    with open_lock(paths.HOME / f"{name}.lock") as descriptor:
        if not try_lock(descriptor):
            if waiting:
                say(waiting)
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield


@contextmanager
def open_lock(path: Path) -> Iterator[int]:
    """A descriptor on a lock file, closed (hence unlocked) at the end."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def try_lock(descriptor: int) -> bool:
    """Lock exclusively if nobody else holds it; answer whether that worked."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
