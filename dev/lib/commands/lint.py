"""`dev/lint [--fix]`: every check of the code that runs without Odoo.

ruff (rules and format) on all Python, pylint-odoo and the OCA's checks on the addon,
eslint and prettier on its JavaScript, styles and XML, and whether README.rst is made
from its parts. `--fix` lets ruff, eslint and prettier correct what they can. One tool
counts as one check.
"""

from __future__ import annotations

import argparse
import shutil

from .. import config, npm, packaging, paths, process, setup
from ..report import Result, check, conclude, part
from . import readme

#: where the addon is laid out under its own name, as pylint-odoo and the OCA expect
STAGE = paths.HOME / "lint"


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="dev/lint",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--fix", action="store_true", help="correct what can be")
    options = parser.parse_args(arguments)
    setup.python()
    npm.ensure()
    return conclude(lint(fix=options.fix))


def lint(*, fix: bool = False) -> Result:
    """Run every tool, the later ones on what the earlier ones corrected."""
    result = Result()
    for name, work in (
        ("ruff", lambda: _ruff(fix)),
        ("eslint", lambda: _eslint(fix)),
        ("prettier", lambda: _prettier(fix)),
        ("pylint-odoo", _pylint),
        ("OCA checks", _oca),
        ("README.rst", readme.check),
    ):
        result.add(part(name, work))
    return result


def _ruff(fix: bool) -> Result:
    ruff = paths.VENV / "bin" / "ruff"
    cache = ["--cache-dir", paths.HOME / "ruff"]
    result = check(
        "ruff check",
        [
            ruff,
            "check",
            *cache,
            "--quiet",
            "--output-format=concise",
            *(["--fix"] if fix else []),
            ".",
        ],
        cwd=paths.ROOT,
    )
    result.add(
        check(
            "ruff format",
            [ruff, "format", *cache, *([] if fix else ["--diff", "--quiet"]), "."],
            cwd=paths.ROOT,
        )
    )
    return result


def _eslint(fix: bool) -> Result:
    tool = npm.MODULES / "eslint" / "bin" / "eslint.js"
    return check(
        "eslint",
        [
            *(
                npm.node(),
                tool,
                "--max-warnings",
                "0",
                "--no-error-on-unmatched-pattern",
            ),
            *(["--fix"] if fix else []),
            *("static", "eslint.config.mjs"),
        ],
        cwd=paths.ROOT,
    )


def _prettier(fix: bool) -> Result:
    tool = npm.MODULES / "prettier" / "bin" / "prettier.cjs"
    plugin = npm.MODULES / "@prettier" / "plugin-xml" / "src" / "plugin.js"
    files = [
        path.relative_to(paths.ROOT)
        for entry in config.entries()
        for path in sorted((paths.ROOT / entry).rglob("*"))
        if path.suffix in {".js", ".scss", ".xml"}
    ]
    return check(
        "prettier",
        [
            *(npm.node(), tool, f"--plugin={plugin}", "--log-level=warn"),
            *("--write" if fix else "--check", "eslint.config.mjs", *files),
        ],
        cwd=paths.ROOT,
    )


def _stage() -> None:
    shutil.rmtree(STAGE, ignore_errors=True)
    packaging.copy_entries(config.entries(), STAGE / paths.ADDON)


def _pylint() -> Result:
    _stage()
    return check(
        "pylint-odoo",
        [
            *(paths.VENV / "bin" / "pylint", f"--rcfile={paths.ROOT / '.pylintrc'}"),
            paths.ADDON,
        ],
        cwd=STAGE,
        env=process.environment(PYTHONPATH=None, PYLINTHOME=str(paths.HOME / "pylint")),
        rename=(f"{paths.ADDON}/", ""),
    )


def _oca() -> Result:
    _stage()
    environment = process.environment(PYTHONPATH=None)
    result = check(
        "OCA checks of the addon",
        [paths.VENV / "bin" / "oca-checks-odoo-module", paths.ADDON],
        cwd=STAGE,
        env=environment,
        rename=(f"{paths.ADDON}/", ""),
    )
    translations = sorted(str(path) for path in (paths.ROOT / "i18n").glob("*.po*"))
    if translations:
        result.add(
            check(
                "OCA checks of the translations",
                [paths.VENV / "bin" / "oca-checks-po", *translations],
                cwd=STAGE,
                env=environment,
            )
        )
    return result
