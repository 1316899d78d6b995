"""The Odoo tests, run twice: by pytest-odoo, and by Odoo's own runner.

pytest knows which test failed and why, and runs one test alone; Odoo's runner is what
others run, sees `at_install` tests at install, and only what `tests/__init__.py`
imports. A skipped test counts as failed: Odoo skips all browser tests without a word
where there is no browser.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Sequence
from pathlib import Path

from . import machine, paths, process
from .database import Databases
from .progress import Step
from .report import Result

#: Where the tests' own server listens, or the first free port after it.
TEST_PORT = 8269
#: Small addons that extend the addon, to test that this works.
TEST_ADDONS = paths.DEV / "addons"
#: pytest's exit code for "no test matched"
NOTHING_COLLECTED = 5

#: Lines of Odoo's log that say nothing about the addon.
HARMLESS = re.compile(
    r"Running as user 'root'"
    r"|pg_trgm|unaccent"
    r"|wkhtmltopdf|Wkhtmltopdf"
    r"|docutils|Unexpected indentation|Block quote ends"
)


def with_pytest(
    databases: Databases, name: str, title: str, *, tests: Sequence[str], log: str
) -> Result:
    """Run tests under pytest-odoo against an installed database.

    :param tests: arguments of pytest that choose the tests
    """
    report = paths.LOG / f"{log}.xml"
    report.unlink(missing_ok=True)
    command = [
        *(str(paths.PYTHON), "-m", "pytest", "-c", str(paths.ROOT / "pyproject.toml")),
        f"--confcutdir={paths.LINKED_ADDON}",
        *(f"--rootdir={paths.LINKED_ADDON}", "-v", "-rs", "--tb=short", "--no-header"),
        *("--odoo-http", f"--odoo-database={name}", "--odoo-log-level=warn"),
        *(f"--junit-xml={report}", *tests),
    ]
    with Step(title) as step:
        code, tail = process.follow(
            command,
            log=log,
            cwd=paths.LINKED_ADDON,
            env=databases.workshop.env | {"PYTHONDONTWRITEBYTECODE": "1"},
            on_line=lambda line: _pytest_progress(line, step),
        )
    if code == NOTHING_COLLECTED and "-k" in tests:
        return Result()
    if not report.is_file():
        return Result(failed=1, complaints=[f"pytest ended early:\n{tail}"])
    result = _read_junit(report.read_text("utf-8"))
    if code and not result.failed:
        result.fail(f"pytest ended with exit code {code}:\n{tail}")
    if not result.passed and not result.failed:
        result.fail("no test ran")
    return result


def _pytest_progress(line: str, step: Step) -> None:
    found = re.match(r"(?:\S*/)?(test_\w+)\.py::(\S+) .*\[ *(\d+)%\]", line)
    if found:
        step.update(int(found[3]) / 100, f"{found[1]} {found[2].split('::')[-1]}")


def _read_junit(text: str) -> Result:
    result = Result()
    for case in ElementTree.fromstring(text).iter("testcase"):  # noqa: S314 - ours
        name = f"{case.get('classname', '').rpartition('.')[2]}.{case.get('name')}"
        problems = [child for child in case if child.tag in {"failure", "error"}]
        skips = case.findall("skipped")
        for problem in problems:
            result.fail(f"FAILED {name}\n{(problem.text or '').strip()}")
        for skip in skips:
            result.fail(f"SKIPPED {name}: {skip.get('message')}")
        if not problems and not skips:
            result.passed += 1
    return result


def with_odoo(databases: Databases, name: str, title: str, *, log: str) -> Result:
    """Install the addon and run its tests under Odoo's own runner.

    The small addons of `dev/addons` are installed beside it, and tested too: what
    extends the addon must leave its own tests green.
    """
    databases.drop(name)
    databases.copy(databases.template(), name)
    lines: list[str] = []
    port = machine.free_port(TEST_PORT)
    extending = sorted(
        path.parent.name for path in TEST_ADDONS.glob("*/__manifest__.py")
    )
    modules = [paths.ADDON, *extending]
    addons = (paths.ADDONS, _link_test_addons(), *databases.workshop.source.addons)
    command = databases.workshop.odoo(
        *("-d", name, "-i", ",".join(modules), "--stop-after-init"),
        *("--test-enable", "--test-tags", ",".join(f"/{one}" for one in modules)),
        *("--http-port", port, f"--addons-path={','.join(map(str, addons))}"),
    )
    with Step(title) as step:

        def follow(line: str) -> None:
            lines.append(line)
            found = re.search(r": Starting (\w+\.\w+) \.\.\.", line)
            if found:
                step.update(text=found[1])

        code, tail = process.follow(
            command, log=log, env=databases.workshop.env, on_line=follow
        )
    return _read_runner(lines, code, tail)


def _link_test_addons() -> Path:
    """A folder for Odoo with the addons of `dev/addons` in it."""
    folder = paths.HOME / "test-addons"
    folder.mkdir(parents=True, exist_ok=True)
    link = folder / "addons"
    link.unlink(missing_ok=True)
    link.symlink_to(TEST_ADDONS)
    return link


def _read_runner(lines: list[str], code: int, tail: str) -> Result:
    """Count what Odoo's log tells.

    Each test begins with `Starting <name> ...`; a failure, an error and a skip have a
    line of their own.
    """
    started = sum(1 for line in lines if re.search(r": Starting \w+\.\w+ \.\.\.", line))
    totals = None
    result = Result()
    for number, line in enumerate(lines):
        found = re.search(r"(\d+) failed, (\d+) error\(s\) of (\d+) tests", line)
        if found:
            totals = [int(count) for count in found.groups()]
        if re.search(r" INFO \S+ \S+: skipped ", line):
            result.fail(f"SKIPPED {line.split(': skipped ', 1)[1]}")
        elif re.search(r" (ERROR|CRITICAL|WARNING) ", line) and not HARMLESS.search(
            line
        ):
            result.complaints.append(entry(lines, number))
    if totals is None or not started:
        result.fail(f"Odoo's runner ran no test to its end:\n{tail}")
        return result
    skipped = result.failed
    bad = totals[0] + totals[1]
    result.failed += bad
    result.passed = max(totals[2] - bad - skipped, 0)
    if len(result.complaints) > skipped and not bad:
        result.failed += 1
        result.complaints.insert(0, "the log has warnings or errors:")
    if code and not result.failed:
        result.fail(f"Odoo ended with exit code {code}:\n{tail}")
    return result


def entry(lines: Sequence[str], first: int) -> str:
    """An entry of Odoo's log: its line, and those up to the next dated one."""
    last = first + 1
    while last < len(lines) and not re.match(r"\d{4}-\d\d-\d\d ", lines[last]):
        last += 1
    return "\n".join(lines[first:last])
