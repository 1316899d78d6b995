"""`dev/readme [--check]`: makes README.rst from the parts in `readme/`.

Each part is one section, its text in reStructuredText as it stands; but where a part
includes a file of code, README.rst holds the code itself, as it is read where files
cannot be included. `--check` changes nothing and fails when README.rst is not what the
parts make.
"""

from __future__ import annotations

import argparse
import ast
import re
import textwrap

from .. import paths
from ..report import Result, conclude

README = paths.ROOT / "README.rst"
PARTS = paths.ROOT / "readme"
INCLUDE = re.compile(r"^\.\. include:: (\S+)\n   :code: (\w+)$", re.MULTILINE)
#: part -> heading; the first opens the page without one
SECTIONS = {
    "DESCRIPTION": "",
    "USAGE": "Usage",
    "CLIENTS": "Clients",
    "INSTALL": "Installation",
    "CONFIGURE": "Configuration",
    "PERFORMANCE": "Performance",
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
        text = (PARTS / f"{part}.rst").read_text("utf-8").strip()
        text = INCLUDE.sub(_code, text)
        page.append(f"{heading}\n{'=' * len(heading)}\n\n{text}" if heading else text)
    return "\n\n".join(page) + "\n"


def _code(included: re.Match) -> str:
    """What an `include` of code stands for."""
    code = (PARTS / included[1]).read_text("utf-8").strip()
    return f".. code-block:: {included[2]}\n\n{textwrap.indent(code, '    ')}"
