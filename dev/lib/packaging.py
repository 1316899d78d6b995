"""The build backend of pyproject.toml: whool, given the files of the addon only.

whool takes the addon's name from its folder, and everything that git tracks as its
content. A checkout may be called anything and has `dev/` beside the addon, so the
addon is laid out in a folder of the right name first.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from . import config, paths

Settings = dict[str, Any]


def build_wheel(
    wheel_directory: str,
    config_settings: Settings | None = None,
    metadata_directory: str | None = None,
) -> str:
    import whool.buildapi

    target = Path(wheel_directory).resolve()
    with _addon(config.entries()):
        return whool.buildapi.build_wheel(str(target), config_settings)


def build_sdist(sdist_directory: str, config_settings: Settings | None = None) -> str:
    import whool.buildapi

    target = Path(sdist_directory).resolve()
    with _addon([*config.entries(), "dev"]):
        return whool.buildapi.build_sdist(target, config_settings)


def prepare_metadata_for_build_wheel(
    metadata_directory: str, config_settings: Settings | None = None
) -> str:
    import whool.buildapi

    target = Path(metadata_directory).resolve()
    with _addon(config.entries()):
        return whool.buildapi.prepare_metadata_for_build_wheel(str(target))


@contextlib.contextmanager
def _addon(entries: list[str]) -> Iterator[None]:
    """Be in a folder `sale_dashboard` with these entries for as long as it lasts."""
    before = Path.cwd()
    with tempfile.TemporaryDirectory() as folder:
        addon = Path(folder) / paths.ADDON
        copy_entries(entries, addon)
        os.chdir(addon)
        try:
            yield
        finally:
            os.chdir(before)


def copy_entries(entries: list[str], target: Path) -> None:
    """Copy top-level entries of the checkout into a new folder."""
    target.mkdir(parents=True)
    for name in entries:
        source = paths.ROOT / name
        if source.is_dir():
            shutil.copytree(
                source,
                target / name,
                ignore=shutil.ignore_patterns("__pycache__", "*.py[co]"),
            )
        else:
            shutil.copy2(source, target)
