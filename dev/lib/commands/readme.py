"""`dev/readme [--check]`: makes README.rst from the parts in `readme/`.

Each part is one section, its text in reStructuredText as it stands. `--check` changes
nothing and fails when README.rst is not what the parts make.
"""

from __future__ import annotations

import argparse
import ast

from .. import paths
from ..report import Result, conclude

README = paths.ROOT / "README.rst"
#: part -> heading; the first opens the page without one
SECTIONS = {
    "DESCRIPTION": "",
    "USAGE": "Usage",
    "INSTALL": "Installation",
    "CONFIGURE": "Configuration",
    "DEVELOP": "Where things live",
    "ROADMAP": "Known limits",
}


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="dev/readme",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--check", action="store_true", help="only compare")
    if parser.parse_args(arguments).check:
        return conclude(check())
    README.write_text(make(), "utf-8")
    return 0


def check() -> Result:
    """Whether README.rst is what its parts make."""
    result = Result()
    if README.is_file() and README.read_text("utf-8") == make():
        result.passed += 1
    else:
        result.fail("README.rst is not made from readme/: run dev/readme")
    return result


def make() -> str:
    """The text of README.rst."""
    manifest = ast.literal_eval((paths.ROOT / "__manifest__.py").read_text("utf-8"))
    title = manifest["name"]
    page = [
        f"{'=' * len(title)}\n{title}\n{'=' * len(title)}",
        ".. Made from readme/ by dev/readme: change it there.",
    ]
    for part, heading in SECTIONS.items():
        text = (paths.ROOT / "readme" / f"{part}.rst").read_text("utf-8").strip()
        page.append(f"{heading}\n{'=' * len(heading)}\n\n{text}" if heading else text)
    return "\n\n".join(page) + "\n"
