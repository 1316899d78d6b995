"""Checks that a script makes inside of `odoo shell`, told line by line."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from . import process
from .report import Result


def run(
    command: list[str | Path],
    script: Path,
    *,
    name: str,
    log: str,
    env: Mapping[str, str],
) -> Result:
    """Have a script read by a shell, and count what it says.

    It prints `passed: ...` or `failed: ...` for each check, and at the end, so that one
    that broke off is known, `NAME checks: done`.
    """
    lines: list[str] = []
    process.run(
        command,
        log=log,
        what=f"checking {name}",
        env=env,
        stdin=script.read_text("utf-8"),
        on_line=lambda line: lines.append(line.strip()),
    )
    result = Result()
    for line in lines:
        found = re.fullmatch(r"(passed|failed): (.+)", line)
        if found and found[1] == "passed":
            result.passed += 1
        elif found:
            result.fail(found[2])
    if f"{name} checks: done" not in lines:
        result.fail(f"not all was checked; see {process.log_file(log)}")
    return result
