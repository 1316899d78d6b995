"""The databases: a template with Odoo's sales apps, and copies of it with the addon.

Each database that is made here carries what it is in its comment, written last: one
without that comment was interrupted, and is made anew. Databases that were not made
here are never touched.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from . import config, locks, paths, postgres, process, venv
from .errors import Stop
from .progress import Step
from .setup import Workshop

#: What every database begins with; the addon's dependencies.
BASE_MODULES = "sale_management"
BUILDING = "being made by dev/"
DEMO_SCRIPT = paths.DEV / "lib" / "scripts" / "make_demo.py"


@dataclass
class Databases:
    """The databases of one workshop."""

    workshop: Workshop

    # ---- what there is ----

    def exists(self, name: str) -> bool:
        sql = f"SELECT 1 FROM pg_database WHERE datname = {_quote(name)}"
        return postgres.query(sql) == "1"

    def comment(self, name: str) -> str:
        sql = (
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database "
            f"WHERE datname = {_quote(name)}"
        )
        return postgres.query(sql)

    def stamp(self, name: str) -> dict[str, str] | None:
        """What a whole database of ours says of itself; None for any other."""
        try:
            stamp = json.loads(self.comment(name))
        except ValueError:
            return None
        return stamp if isinstance(stamp, dict) and "odoo" in stamp else None

    def set_stamp(self, name: str, **stamp: str) -> None:
        text = json.dumps(stamp | {"odoo": self.workshop.source.key}, sort_keys=True)
        self._set_comment(name, text)

    def refuse_foreign(self, name: str) -> None:
        """Stop before a database that was not made here would be dropped."""
        if (
            self.exists(name)
            and self.stamp(name) is None
            and self.comment(name) != BUILDING
        ):
            raise Stop(
                f"a database {name} exists that was not made here; name another with "
                "--database, or drop it yourself"
            )

    # ---- making and dropping ----

    def template(self) -> str:
        """The database that the others are copied from, made if need be."""
        prefix = f"{paths.ADDON}_template_"
        key = f"{self.workshop.source.key}{venv.lock_hash()}{BASE_MODULES}"
        name = prefix + hashlib.sha256(key.encode()).hexdigest()[:8]
        with locks.exclusive("template", "Waiting for the template database ..."):
            if self.stamp(name) is not None:
                return name
            self.drop(name)
            self._create(name, "template0")
            self.odoo_job(
                f"Installing Odoo's {BASE_MODULES}",
                *("-d", name, "-i", BASE_MODULES, "--stop-after-init", "--no-http"),
                log="template",
            )
            self.set_stamp(name, kind="template")
        return name

    def copy(self, source: str, name: str) -> None:
        """Make a database from another one, its filestore included."""
        with locks.exclusive("template", "Waiting for the template database ..."):
            self._create(name, source)
        target = _filestore(name)
        shutil.rmtree(target, ignore_errors=True)
        if _filestore(source).is_dir():
            # Files there are named by their content and never written to again.
            shutil.copytree(_filestore(source), target, copy_function=_link_or_copy)

    def drop(self, name: str) -> None:
        """Drop a database of ours and its filestore; it need not exist."""
        self.refuse_foreign(name)
        if self.exists(name):
            statement = f"DROP DATABASE {_identifier(name)}"
            try:
                postgres.query(f"{statement} WITH (FORCE)")
            except Stop:
                # Where autovacuum is at work, FORCE is refused to who is no superuser;
                # without it, PostgreSQL ends autovacuum itself.
                postgres.query(statement)
        shutil.rmtree(_filestore(name), ignore_errors=True)

    def install(
        self, name: str, title: str, *arguments: str, log: str, beside: str = ""
    ) -> None:
        """A fresh database with the addon, not yet stamped as whole.

        :param beside: another of Odoo's addons to install with it
        """
        modules = f"{paths.ADDON},{beside}" if beside else paths.ADDON
        template = self.template()
        self.drop(name)
        self.copy(template, name)
        self.odoo_job(
            title,
            *("-d", name, "-i", modules, "--stop-after-init"),
            *(arguments or ("--no-http",)),
            log=log,
        )

    def update(self, name: str, log: str) -> None:
        """Bring the addon in a database up to date with its code."""
        self.odoo_job(
            f"Updating the addon in {name}",
            *("-d", name, "-u", paths.ADDON, "--stop-after-init", "--no-http"),
            log=log,
        )

    def fill_with_demo(self, name: str, log: str) -> None:
        """Make the demo company in a database."""
        with Step("Making the demo company") as step:
            output = process.run(
                self.workshop.odoo("shell", "-d", name, "--no-http"),
                log=log,
                what="making the demo company",
                env=self.workshop.env,
                stdin=DEMO_SCRIPT.read_text("utf-8"),
                on_line=progress_of(step),
            )
        if "demo company: made" not in output:
            raise Stop(f"making the demo company failed; see {paths.LOG / log}.log")

    def odoo_job(self, title: str, *arguments: str, log: str) -> None:
        """Run Odoo until it stops by itself, showing which module it is at."""
        errors: list[str] = []

        with Step(title) as step:

            def follow(line: str) -> None:
                found = re.search(r"Loading module (\S+) \((\d+)/(\d+)\)", line)
                if found:
                    number, total = int(found[2]), int(found[3])
                    step.update((number - 1) / total, found[1])
                if re.match(r"\S+ \S+ \d+ CRITICAL ", line):
                    errors.append(line.split(" ", 5)[-1])

            process.run(
                self.workshop.odoo(*arguments),
                log=log,
                what=title[0].lower() + title[1:],
                env=self.workshop.env,
                on_line=follow,
            )
        if errors:
            raise Stop(f"{title} failed: {errors[0]} [log: {paths.LOG / log}.log]")

    def _create(self, name: str, template: str) -> None:
        options = "ENCODING 'UTF8' LC_COLLATE 'C'" if template == "template0" else ""
        postgres.query(
            f"CREATE DATABASE {_identifier(name)} "
            f"TEMPLATE {_identifier(template)} {options}"
        )
        self._set_comment(name, BUILDING)

    def _set_comment(self, name: str, text: str) -> None:
        postgres.query(f"COMMENT ON DATABASE {_identifier(name)} IS {_quote(text)}")


def code_hash() -> str:
    """Changes with the addon's code: what an update of the module would load."""
    digest = hashlib.sha256()
    for entry in config.entries():
        top = paths.ROOT / entry
        files = [top] if top.is_file() else sorted(top.rglob("*"))
        for file in files:
            relative = file.relative_to(paths.ROOT)
            if (
                file.suffix in {".py", ".xml", ".csv", ".po"}
                and relative.parts[0] not in {"tests", "scripts"}
                and relative.parts[:2] != ("static", "src")
                and relative.parts[:2] != ("static", "tests")
            ):
                digest.update(str(relative).encode())
                digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


def progress_of(step: Step) -> Callable[[str], None]:
    def follow(line: str) -> None:
        found = re.match(r"progress: (\d+)/(\d+) (.*)", line)
        if found:
            step.update(int(found[1]) / max(int(found[2]), 1), found[3])

    return follow


def _filestore(database: str) -> Path:
    return paths.DATA / "filestore" / database


def _link_or_copy(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def _quote(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _identifier(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
