"""The commands, one module each, called `main(arguments) -> exit code`."""

from __future__ import annotations

import importlib

NAMES = (
    "run",
    "test",
    "lint",
    "bench",
    "odoo",
    "psql",
    "verify",
    "readme",
    "screenshots",
)


def main(arguments: list[str]) -> int:
    name, *rest = arguments or [""]
    if name not in NAMES:
        print(f"commands: {', '.join(NAMES)}")
        return 2
    return importlib.import_module(f"{__name__}.{name}").main(rest)
