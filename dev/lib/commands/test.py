"""`dev/test`: every test, on a machine that may have nothing yet.

The parts, in this order:

engine   the pure functions of engine/, in seconds; the rest waits for them to pass
odoo     all other tests under pytest-odoo, in Chromium where they need a browser
runner   the same tests, all of them, under Odoo's own runner, on a fresh install
verify   the served demo company: its page in Chromium, axe-core in every state of it,
         the print and the exports; and scripts/verify_rpc.py over 30 and 365 days, by
         day, week and month
mail     mails from workers that are killed between two mails and while they hand one
         over, from two workers at once, and 100 of 20 views, each computed once
lint     everything of dev/lint
exports  with --full: the PDF report as wkhtmltopdf makes it, and the workbook as
         LibreOffice opens it
pos      with --full: what needs the point of sale beside it
matrix   with --full: the demo company reconciled and verified as three users, for 1,
         30, 90 and 365 days, both measures, all comparisons
mails    with --full: the same with 500 mails of 20 views
replica  with --full: figures on a streaming replica; lagging, stopped, and with writes
         of one's own that it does not have
install  with --full: installing beside 100,000 orders takes less than a minute, and
         uninstalling leaves nothing behind there either
property with --full: five times as many random requests against random order books
upstream with --full: Odoo's own lint, its clicks on everything there is to click, its
         tests of sales and those of all models and views: as green with the addon as
         without
wheel    the wheel builds, installs elsewhere, Odoo installs the addon from there, and
         uninstalling it leaves nothing behind

What is not `engine` and not of `--full` runs two parts at a time, each in a process of
its own. The last line is `N passed, M failed`; a skipped test is a failed one. The logs
of all parts are in `.odoo/log`.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta

from .. import (
    locks,
    machine,
    mail,
    matrix,
    npm,
    paths,
    postgres,
    process,
    progress,
    replica,
    server,
    setup,
    suites,
    uninstall,
    upstream,
)
from ..bench import company
from ..database import Databases
from ..report import Result, check, conclude, part
from . import lint, run, verify

BROWSERS = ("google-chrome", "chromium", "chromium-browser", "google-chrome-stable")
PYTEST_DATABASE = f"{paths.ADDON}_test_pytest"
RUNNER_DATABASE = f"{paths.ADDON}_test_runner"
POS_DATABASE = f"{paths.ADDON}_test_pos"
EXPORT_DATABASE = f"{paths.ADDON}_test_exports"
WHEEL_DATABASE = f"{paths.ADDON}_test_wheel"
ENGINE = "test_engine_*.py"
#: How many parts run beside each other, and in which order they begin.
LANES = 2
LONGEST_FIRST = ("runner", "odoo", "verify", "wheel", "mail", "lint")
#: In the environment of a part's process: the pid of the command it is a part of.
PART_OF = "SALE_DASHBOARD_TEST_PART_OF"
#: option of check_exports.py -> program it needs, and the Debian package it is in
EXPORT_PROGRAMS = {
    "--wkhtmltopdf": ("wkhtmltopdf", "wkhtmltopdf"),
    "--office": ("soffice", "libreoffice-calc"),
}
MANY_ORDERS = 100_000
INSTALL_SECONDS = 60  # not counting the indexes that are built afterwards


def main(arguments: list[str]) -> int:
    options = _parse(arguments)
    wanted = options.only or (["engine", "odoo"] if options.k else list(PARTS))
    if options.full and not options.only:
        wanted += FULL_PARTS
    if {"odoo", "runner", "verify", "upstream"} & set(wanted):
        _ensure_programs()
    with setup.workshop(options.odoo) as workshop:
        # rtlcss and odoo-await for the tests, axe-core for the page, lint's tools
        if {"lint", "odoo", "runner", "verify", "upstream"} & set(wanted):
            npm.ensure()
        databases = Databases(workshop)
        if os.environ.get(PART_OF) == str(os.getppid()):
            return conclude(_run(databases, wanted, options.k))
        with locks.exclusive(
            "test", "Waiting for another dev/test of this checkout ..."
        ):
            total = Result()
            first = [name for name in wanted if name == "engine"]
            if first:
                total.add(_run(databases, first, options.k))
                if total.failed and len(wanted) > 1:
                    return conclude(total)
            beside = [name for name in PARTS if name in wanted and name not in first]
            if len(beside) > 1:
                databases.template()
                total.add(_run_beside(beside, arguments))
                beside = []
            rest = [name for name in FULL_PARTS if name in wanted]
            total.add(_run(databases, beside + rest, options.k))
    return conclude(total)


def _run(databases: Databases, names: list[str], expression: str | None) -> Result:
    """Run parts here, one after the other."""
    total = Result()
    if {"engine", "odoo"} & set(names):
        databases.install(
            PYTEST_DATABASE, "Installing the addon for the tests", log="test"
        )
        databases.set_stamp(PYTEST_DATABASE, kind="test")
    for name in names:
        work = (PARTS | FULL_PARTS)[name]
        total.add(part(name, lambda work=work: work(databases, expression)))
    return total


def _run_beside(names: list[str], arguments: list[str]) -> Result:
    """Run parts in processes of their own, :data:`LANES` at a time.

    What they show goes to our stderr; their last line, on stdout, is the result.
    """
    waiting = sorted(names, key=LONGEST_FIRST.index)
    running: list[subprocess.Popen] = []
    total = Result()
    env = process.environment(**{PART_OF: str(os.getpid()), progress.PLAIN: "1"})
    try:
        while waiting or running:
            while waiting and len(running) < LANES:
                # argparse takes the last --only
                command = [*sys.orig_argv, "--only", waiting.pop(0)]
                running.append(
                    subprocess.Popen(
                        command,
                        stdout=subprocess.PIPE,
                        text=True,
                        env=env,
                        preexec_fn=process.die_with_parent,
                    )
                )
            time.sleep(0.2)
            for lane in [lane for lane in running if lane.poll() is not None]:
                running.remove(lane)
                total.add(_read_lane(lane))
    except BaseException:
        for lane in running:
            process.end(lane, patience=60)
        raise
    return total


def _read_lane(lane: subprocess.Popen) -> Result:
    found = re.search(r"(\d+) passed, (\d+) failed\s*\Z", lane.stdout.read())
    if not found or (lane.returncode and not int(found[2])):
        return Result(failed=1)  # it has said why
    return Result(passed=int(found[1]), failed=int(found[2]))


def _engine(databases: Databases, expression: str | None) -> Result:
    files = sorted((paths.LINKED_ADDON / "tests").glob(ENGINE))
    return suites.with_pytest(
        databases,
        PYTEST_DATABASE,
        "Testing the engine",
        tests=[*map(str, files), "-x", *(["-k", expression] if expression else [])],
        log="test-engine",
    )


def _odoo(databases: Databases, expression: str | None) -> Result:
    folder = paths.LINKED_ADDON / "tests"
    tests = [str(folder), f"--ignore-glob=*/{ENGINE}"]
    return suites.with_pytest(
        databases,
        PYTEST_DATABASE,
        "Testing under pytest-odoo",
        tests=[*tests, *(["-k", expression] if expression else [])],
        log="test-odoo",
    )


def _runner(databases: Databases, _expression: str | None) -> Result:
    return suites.with_odoo(
        databases,
        RUNNER_DATABASE,
        "Testing under Odoo's own runner",
        log="test-runner",
    )


@contextmanager
def _demo_company() -> Iterator[None]:
    """Use its database alone: while it is served, it cannot be copied."""
    with locks.exclusive("demo", "Waiting for the demo company's database ..."):
        yield


def _verify(databases: Databases, _expression: str | None) -> Result:
    with _demo_company():
        return _verify_demo_company(databases)


def _verify_demo_company(databases: Databases) -> Result:
    run.prepare(databases.workshop, paths.ADDON)
    port = machine.free_port(suites.TEST_PORT)
    env = databases.workshop.env | {"ODOO_PASSWORD": server.PASSWORD}
    today = date.today()
    result = Result()
    with server.serving(databases.workshop, paths.ADDON, port, log="test-verify") as (
        entry,
        _process,
    ):
        axe = npm.MODULES / "axe-core" / "axe.min.js"
        for name, script, arguments in (
            ("the page of the demo company", "page.py", []),
            ("the states of the page", "check_states.py", ["--axe", axe]),
            ("the exports of the page", "check_exports.py", []),
        ):
            look = [
                *(paths.PYTHON, paths.DEV / "lib" / "scripts" / script, entry.url),
                *("--database", paths.ADDON, "--login", server.LOGIN, *arguments),
            ]
            result.add(check(name, look, cwd=paths.ROOT, env=env))
        for days in (30, 365):
            for period_type in ("daily", "weekly", "monthly"):
                first = today - timedelta(days=days - 1)
                command = [
                    *(paths.PYTHON, verify.SCRIPT, "--url", entry.url),
                    *("--database", paths.ADDON, "--login", server.LOGIN),
                    *("--date-from", first.isoformat(), "--date-to", today.isoformat()),
                    *("--period-type", period_type),
                ]
                name = f"verify_rpc.py over {days} days, {period_type}"
                result.add(check(name, command, cwd=paths.ROOT, env=env))
    return result


def _lint(_databases: Databases, _expression: str | None) -> Result:
    result = lint.lint()
    result.complaints.clear()  # its own parts have printed them
    return result


def _wheel(databases: Databases, _expression: str | None) -> Result:
    """It builds, it holds the addon alone, Odoo installs from it and uninstalls it."""
    wheels, target = paths.HOME / "wheels", paths.HOME / "wheel-target"
    for folder in (wheels, target):
        shutil.rmtree(folder, ignore_errors=True)
    pip = [paths.PYTHON, "-m", "pip", "--disable-pip-version-check"]
    env = databases.workshop.env
    offline = ["--no-deps", "--no-build-isolation", "--no-index"]
    result = check(
        "building the wheel",
        [*pip, "wheel", *offline, "--wheel-dir", wheels, paths.ROOT],
        cwd=paths.HOME,
        env=env,
    )
    wheel = next(wheels.glob("*.whl"), None) if wheels.is_dir() else None
    if wheel is None:
        return result
    result.add(
        check(
            "installing the wheel",
            [*pip, "install", "--no-deps", "--no-index", "--target", target, wheel],
            cwd=paths.HOME,
            env=env,
        )
    )
    addon = target / "odoo" / "addons" / paths.ADDON
    foreign = sorted({"dev", ".odoo", ".ci", "pyproject.toml"} & _names(addon))
    if not (addon / "__manifest__.py").is_file() or foreign:
        result.fail(f"the wheel has no addon, or has what is not of it: {foreign}")
    databases.drop(WHEEL_DATABASE)
    databases.copy(databases.template(), WHEEL_DATABASE)
    before = uninstall.snapshot(WHEEL_DATABASE)
    addons = ",".join(map(str, (addon.parent, *databases.workshop.source.addons)))
    result.add(
        check(
            "installing the addon from the wheel",
            [
                *databases.workshop.odoo("-d", WHEEL_DATABASE, "-i", paths.ADDON),
                *("--stop-after-init", "--no-http", f"--addons-path={addons}"),
            ],
            cwd=paths.HOME,
            env=env,
        )
    )
    sql = f"SELECT state FROM ir_module_module WHERE name = '{paths.ADDON}'"
    if postgres.query(sql, WHEEL_DATABASE) != "installed":
        result.fail("Odoo did not install the addon from the wheel")
    else:
        result.add(uninstall.check(databases, WHEEL_DATABASE, before))
    databases.drop(WHEEL_DATABASE)
    return result


def _names(folder: os.PathLike[str]) -> set[str]:
    return set(os.listdir(folder)) if os.path.isdir(folder) else set()


def _matrix(databases: Databases, _expression: str | None) -> Result:
    run.prepare(databases.workshop, paths.ADDON)
    return matrix.run(databases)


def _exports(databases: Databases, _expression: str | None) -> Result:
    """The files that other programs make, or read, of the demo company's dashboard."""
    there = {}
    for option, (program, package) in EXPORT_PROGRAMS.items():
        if not shutil.which(program):
            if not machine.apt_offers(package):
                progress.say(f"This machine's apt has no {package}: left out.")
                continue
            machine.apt_install([package], "The export tests")
        there[option] = shutil.which(program)
    run.prepare(databases.workshop, paths.ADDON)
    databases.drop(EXPORT_DATABASE)
    databases.copy(paths.ADDON, EXPORT_DATABASE)
    port = machine.free_port(suites.TEST_PORT)
    env = databases.workshop.env | {"ODOO_PASSWORD": server.PASSWORD}
    with server.serving(
        databases.workshop, EXPORT_DATABASE, port, log="test-exports"
    ) as (entry, _process):
        script = paths.DEV / "lib" / "scripts" / "check_exports.py"
        command = [
            *(paths.PYTHON, script, entry.url, "--database", EXPORT_DATABASE),
            *("--login", server.LOGIN),
            *(f"{option}={program}" for option, program in there.items()),
        ]
        result = check("wkhtmltopdf and LibreOffice", command, cwd=paths.ROOT, env=env)
    databases.drop(EXPORT_DATABASE)
    return result


def _replica(databases: Databases, _expression: str | None) -> Result:
    run.prepare(databases.workshop, paths.ADDON)
    return replica.run(databases)


def _mail(databases: Databases, _expression: str | None, readers: int = 5) -> Result:
    with _demo_company():
        run.prepare(databases.workshop, paths.ADDON)
        mail.prepare(databases)
    return mail.run(databases, readers)


def _mails(databases: Databases, expression: str | None) -> Result:
    return _mail(databases, expression, readers=25)


def _property(databases: Databases, _expression: str | None) -> Result:
    databases.install(PYTEST_DATABASE, "Installing the addon", log="test-property")
    os.environ["SALE_DASHBOARD_EXAMPLES"] = "5"
    return suites.with_pytest(
        databases,
        PYTEST_DATABASE,
        "Testing random order books",
        tests=[str(paths.LINKED_ADDON / "tests" / "test_property_figures.py")],
        log="test-property",
    )


def _install(databases: Databases, _expression: str | None) -> Result:
    name = company.name_of(MANY_ORDERS)
    databases.drop(name)
    last_day = date.today() - timedelta(days=1)
    stamp = company.ensure(databases, MANY_ORDERS, last_day=last_day)
    result = Result(passed=1)
    if float(stamp["install_s"]) > INSTALL_SECONDS:
        result = Result()
        result.fail(f"installing took {stamp['install_s']} s")
    before = uninstall.snapshot(databases.template())
    result.add(uninstall.check(databases, name, before))
    databases.drop(name)
    return result


def _pos(databases: Databases, _expression: str | None) -> Result:
    """What needs point of sale: its orders are in Sales Analysis, but are no sales."""
    databases.install(
        POS_DATABASE,
        "Installing the addon beside point of sale",
        log="test-pos",
        beside="pos_sale",
    )
    return suites.with_pytest(
        databases,
        POS_DATABASE,
        "Testing beside point of sale",
        tests=[str(paths.LINKED_ADDON / "tests" / "pos_sale" / "reconcile_pos.py")],
        log="test-pos",
    )


def _upstream(databases: Databases, _expression: str | None) -> Result:
    return upstream.run(databases)


PARTS: dict[str, Callable[[Databases, str | None], Result]] = {
    "engine": _engine,
    "odoo": _odoo,
    "runner": _runner,
    "verify": _verify,
    "mail": _mail,
    "lint": _lint,
    "wheel": _wheel,
}
#: run by --full alone
FULL_PARTS: dict[str, Callable[[Databases, str | None], Result]] = {
    "exports": _exports,
    "pos": _pos,
    "matrix": _matrix,
    "mails": _mails,
    "replica": _replica,
    "install": _install,
    "property": _property,
    "upstream": _upstream,
}


def _ensure_programs() -> None:
    if not any(map(shutil.which, BROWSERS)):
        machine.apt_install(["chromium"], "The browser tests")
    if not shutil.which("curl"):
        machine.apt_install(["curl"], "The tests of the examples")


def _parts(text: str) -> list[str]:
    names = text.split(",")
    unknown = set(names) - set(PARTS | FULL_PARTS)
    if unknown:
        raise argparse.ArgumentTypeError(
            f"no part {', '.join(sorted(unknown))}; there are: {', '.join(PARTS)}"
        )
    return names


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="dev/test",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--full",
        action="store_true",
        help="also what is slow or needs more than the usual registries",
    )
    parser.add_argument(
        "-k",
        metavar="EXPRESSION",
        help="only the tests that pytest selects by it (parts engine and odoo)",
    )
    parser.add_argument(
        "--only", type=_parts, metavar="PART,...", help=f"of: {', '.join(PARTS)}"
    )
    parser.add_argument("--odoo", metavar="PATH", help="as in dev/run")
    return parser.parse_args(arguments)
