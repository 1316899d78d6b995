"""Everything a command needs before it can start, made once and then only checked."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from . import config, locks, odoo_source, paths, postgres, process, venv
from .odoo_source import Source

WAITING = "Waiting for another command that is setting up this checkout ..."


@dataclass(frozen=True)
class Workshop:
    """An environment that is ready: Odoo, its Python, its configuration."""

    source: Source

    @property
    def env(self) -> dict[str, str]:
        return config.environment(self.source)

    def odoo(self, *arguments: object) -> list[str]:
        """The command line of Odoo with arguments."""
        return [str(paths.PYTHON), "-m", "odoo", *map(str, arguments)]


def python() -> None:
    """Only the Python environment (what lint and packaging need)."""
    with locks.exclusive("setup", WAITING):
        venv.ensure()


@contextmanager
def workshop(odoo: str | None = None, *, bench: bool = False) -> Iterator[Workshop]:
    """Odoo and a running PostgreSQL, for as long as the body runs.

    :param odoo: what `--odoo` says, if it was given
    :param bench: with the Python packages of the bench
    """
    with locks.exclusive("setup", WAITING):
        odoo_source.choose(odoo)
        source = odoo_source.ensure()
        venv.ensure()
        if bench:
            venv.ensure_bench()
        config.link_addon()
        config.write(source)
    with postgres.running():
        yield Workshop(source)


def clean_logs() -> None:
    """Begin new logs where the old ones have grown beyond use."""
    if not paths.LOG.is_dir():
        return
    for log in paths.LOG.glob("*.log"):
        if log.stat().st_size > 20_000_000:
            log.replace(process.log_file(f"{log.stem}.old"))
