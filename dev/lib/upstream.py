"""Odoo's own tests, without the addon and with it: as green with it as without.

The same modules, the same demo data, Odoo's own runner; once without the addon and once
with it. A test that passes without it must pass with it: one that fails, is skipped or
does not run only with it has failed, and so has each warning or error of the log that
names the addon and is not there without it. What is wrong on both sides is the
machine's (a program or a font that it does not have), and is only named.

What happens without the addon is kept in `.odoo/upstream`, per version of Odoo and of
the packages; who changes an Odoo source of his own removes that folder.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import time
from collections import Counter
from dataclasses import asdict, dataclass, field
from pathlib import Path

from . import config, machine, npm, packaging, paths, process, suites, venv
from .database import BASE_MODULES, Databases
from .progress import Step, say
from .report import Result

DATABASE = f"{paths.ADDON}_test_upstream"
LOG = "test-upstream"
FOLDER = paths.HOME / "upstream"
LINT = "test_lint"

#: Name of a suite -> whose tests are in it (`module.file`), and what chooses them from
#: all of Odoo's: those about every addon, model, view and menu there is, and those of
#: the addons that ours extends.
SUITES = {
    "lint": (rf"{LINT}\.", (f"/{LINT}",)),
    "click everywhere": (
        r"web\.test_click_everywhere",
        ("click_all/web", "/web:TestMenusAdminLight", "/web:TestMenusDemoLight"),
    ),
    "sales": (
        r"(sale|sale_management|sales_team)\.",
        ("/sale", "/sale_management", "/sales_team"),
    ),
    "models, views and assets": (
        r"(base|web)\.",
        (
            "migration/base",  # all views and all filters
            "render_all_views/base",
            "/base:TestEveryModel",
            "/base:TestFormCreate",
            "/base:TestInvisibleField",
            "/base:TestIrHttpPerformances",
            "/base:TestModelDeprecations",
            "/base:TestNeutralize",
            "/base:TestOverrides",
            "/base:TestReports",
            "/base:TestResConfigExecute",
            "/base:TestTranslationExport",
            "/web:IrModelAccessTest",
            "/web:TestLoad",
            "/web:TestLogsAssetsGenerateTime",
            "/web:TestPerfSessionInfo",
            "/web:TestWebAssetsCursors",
        ),
    ),
}

#: What Odoo's lint calls, in front of the real ones. pylint would read the whole of
#: Odoo for most of an hour, the same on both sides: one of Odoo's addons stands for it.
#: eslint is given no file where there is none to lint: Odoo's lint leaves out what is
#: below a folder `lib`, where Debian's Odoo lies.
PROGRAMS = {
    "pylint": """\
#!{python}
import sys

from pylint import run_pylint


def is_of_odoo(word):
    return word.startswith("{odoo}") and not word.startswith("{ours}")


words = [word for word in sys.argv[1:] if not is_of_odoo(word)]
if words != sys.argv[1:]:
    sys.argv[1:] = [*words, "{sale}"]
run_pylint()
""",
    "eslint": """\
#!/bin/sh
case "$*" in
*.js) ESLINT_USE_FLAT_CONFIG=false exec {eslint} "$@" ;;
esac
""",
}

#: How many files a test of Odoo's lint says it looked at.
LOOKED_AT = re.compile(r"(?:Testing )?(\d+) (?:js files|files tested|modules checked)")
LINE = re.compile(r"\d{4}-\d\d-\d\d \S+ \d+ ([A-Z]+) \S+ (\S+): (.*)")
TOTALS = re.compile(r"\d+ failed, \d+ error\(s\) of \d+ tests when loading database")
STARTING = re.compile(r"Starting (\S+) \.\.\.")
OUTCOMES = {
    "skipped": re.compile(r"skipped (\S+) : "),
    "failed": re.compile(r"(?:FAIL|ERROR): (?:Subtest )?(\S+\.\S+)"),
}
SUBTEST = re.compile(r"ERROR \S+: (?:FAIL|ERROR): Subtest .*")
#: The addon, its files, its models.
ADDON = re.compile(rf"\b{paths.ADDON.replace('_', '[_.]')}\b")


@dataclass
class Side:
    """What Odoo's log tells of one run."""

    #: `module.file: Class.method` -> passed, failed or skipped
    tests: dict[str, str] = field(default_factory=dict)
    #: the warnings and errors, without what changes from run to run
    entries: list[str] = field(default_factory=list)
    #: `module.file` -> how many files that lint looked at
    files: dict[str, int] = field(default_factory=dict)
    seconds: int = 0
    #: the last lines, where Odoo did not come to its end
    broken: str = ""


def run(databases: Databases) -> Result:
    """Both sides, the one without the addon only where it is not kept."""
    modules = [BASE_MODULES]
    if any((addons / LINT).is_dir() for addons in databases.workshop.source.addons):
        modules.append(LINT)
    else:
        say(f"This Odoo has no {LINT}: its tests are left out.")
    _write_programs(databases)
    without = _without(databases, modules)
    if without.broken:
        return Result(failed=1, complaints=[f"without the addon: {without.broken}"])
    folder = FOLDER / "addons"
    shutil.rmtree(folder, ignore_errors=True)
    # Laid out as it is installed: Odoo's lint does not follow links.
    packaging.copy_entries(config.entries(), folder / paths.ADDON)
    beside = _run(
        databases,
        "Testing Odoo with the addon",
        [*modules, paths.ADDON],
        [folder],
    )
    return _compare(without, beside)


def _without(databases: Databases, modules: list[str]) -> Side:
    locked = b"".join(file.read_bytes() for file in npm.LOCKED)
    key = f"{databases.workshop.source.key}{venv.lock_hash()}{modules}{SUITES}"
    digest = hashlib.sha256(key.encode() + locked).hexdigest()[:8]
    kept = FOLDER / f"without-{digest}.json"
    if kept.is_file():
        side = Side(**json.loads(kept.read_text("utf-8")))
        say(f"Odoo without the addon: as tested before, in {side.seconds} s")
        return side
    side = _run(databases, "Testing Odoo without the addon", modules, [])
    if not side.broken:
        kept.write_text(json.dumps(asdict(side), indent=1), "utf-8")
    return side


def _run(
    databases: Databases, title: str, modules: list[str], before: list[Path]
) -> Side:
    """Install modules in a fresh database with demo data, and test them."""
    source = databases.workshop.source
    # Resolved: Odoo's lint tells its own addons from others by their path.
    addons = [*before, *(path.resolve() for path in source.addons)]
    tags = [tag for _of, chosen in SUITES.values() for tag in chosen]
    env = databases.workshop.env
    databases.drop(DATABASE)
    databases.copy("template0", DATABASE)
    lines: list[str] = []
    start = time.monotonic()
    with Step(title) as step:

        def follow(line: str) -> None:
            lines.append(line)
            if found := STARTING.search(line):
                step.update(text=found[1])

        command = databases.workshop.odoo(
            *("-d", DATABASE, "-i", ",".join(modules), "--with-demo"),
            *("--stop-after-init", "--test-tags", ",".join(tags)),
            *("--http-port", machine.free_port(suites.TEST_PORT)),
            f"--addons-path={','.join(map(str, addons))}",
        )
        _code, tail = process.follow(
            command,
            log=LOG,
            env=env
            | {
                "PATH": f"{FOLDER / 'bin'}{os.pathsep}{env['PATH']}",
                "PYTHONPATH": str(source.folder.resolve()),
            },
            on_line=follow,
        )
    databases.drop(DATABASE)
    side = _read(lines)
    side.seconds = round(time.monotonic() - start)
    if not any(TOTALS.search(line) for line in lines):
        side.broken = f"Odoo ended early:\n{tail}"
    return side


def _write_programs(databases: Databases) -> None:
    source = databases.workshop.source
    words = {
        "python": paths.PYTHON,
        "eslint": npm.MODULES / ".bin" / "eslint",
        "odoo": source.folder.resolve(),
        "ours": FOLDER,
        "sale": next(
            path.resolve() / "sale"
            for path in source.addons
            if (path / "sale").is_dir()
        ),
    }
    folder = FOLDER / "bin"
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in PROGRAMS.items():
        program = folder / name
        program.write_text(text.format(**words), "utf-8")
        program.chmod(0o755)


def _read(lines: list[str]) -> Side:
    side = Side()
    for number, line in enumerate(lines):
        found = LINE.match(line)
        if not found:
            continue
        level, logger, text = found.groups()
        file = logger.removeprefix("odoo.addons.").replace(".tests.", ".")
        if started := STARTING.match(text):
            side.tests.setdefault(f"{file}: {started[1]}", "passed")
        for outcome, pattern in OUTCOMES.items():
            if ended := pattern.match(text):
                side.tests[f"{file}: {ended[1]}"] = outcome
        if looked := LOOKED_AT.fullmatch(text.strip()):
            side.files[file] = side.files.get(file, 0) + int(looked[1])
        if level in {"WARNING", "ERROR", "CRITICAL"}:
            rest = suites.entry(lines, number).partition("\n")[2]
            entry = f"{level} {logger}: {text}\n{rest}".strip()
            # The checkout's own path may name the addon.
            side.entries.append(entry.replace(str(paths.ROOT), ""))
    return side


def _compare(without: Side, beside: Side) -> Result:
    result = Result()
    if beside.broken:
        result.fail(f"with the addon: {beside.broken}")
    alike = []
    known = set(without.entries)
    for name in sorted(without.tests.keys() | beside.tests.keys()):
        before = without.tests.get(name, "not there")
        now = beside.tests.get(name, "not run")
        if now == "passed":
            result.passed += 1
        elif now == before:
            alike.append(f"{now} {name}")
        else:
            test = name.rpartition(" ")[2]
            why = [entry for entry in beside.entries if test in entry]
            what = f"{name}: {before} without the addon, {now} with it"
            result.fail("\n".join([what, *why]))
            known.update(why)
    for file, number in without.files.items():
        if beside.files.get(file, 0) <= number:
            result.fail(f"{file} did not look at the addon")
    failing = {head[0] for entry in known if (head := SUBTEST.match(entry))}
    for entry in beside.entries:
        head = SUBTEST.match(entry)
        if entry not in known and (
            ADDON.search(entry) or (head and head[0] not in failing)
        ):
            result.fail(f"only with the addon: {entry}")
    for suite, (pattern, _chosen) in SUITES.items():
        counts = [
            Counter(
                what for name, what in side.tests.items() if re.match(pattern, name)
            )
            for side in (without, beside)
        ]
        say(f"   {suite}: {_count(counts[0])} without, {_count(counts[1])} with")
        if not counts[0] and suite != "lint":  # an Odoo without it was told of
            result.fail(f"{suite}: no test ran")
    say(f"   {without.seconds} s without, {beside.seconds} s with")
    for line in alike:
        say(f"   with and without alike: {line}")
    return result


def _count(counter: Counter[str]) -> str:
    return ", ".join(f"{number} {what}" for what, number in sorted(counter.items()))
