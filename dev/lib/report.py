"""What the parts of `dev/test` and `dev/lint` say at the end."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from .progress import say


@dataclass
class Result:
    """How many things one part tried, and what was wrong with those that failed."""

    passed: int = 0
    failed: int = 0
    complaints: list[str] = field(default_factory=list)

    def add(self, other: Result) -> None:
        self.passed += other.passed
        self.failed += other.failed
        self.complaints += other.complaints

    def fail(self, complaint: str) -> None:
        self.failed += 1
        self.complaints.append(complaint)


def part(title: str, work: Callable[[], Result]) -> Result:
    """Run one part, and print how it went and how long it took."""
    say(f"== {title}")
    start = time.monotonic()
    result = work()
    for complaint in result.complaints:
        say("\n".join(f"   {line}" for line in complaint.splitlines()))
    say(
        f"== {title}: {result.passed} passed, {result.failed} failed "
        f"in {time.monotonic() - start:.0f} s"
    )
    return result


def check(
    name: str,
    command: Sequence[str | Path],
    *,
    cwd: Path,
    env: Mapping[str, str] | None = None,
    rename: tuple[str, str] | None = None,
) -> Result:
    """One program that passes with exit code 0; else its output is the complaint."""
    answer = subprocess.run(
        [str(word) for word in command],
        cwd=cwd,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )
    if answer.returncode == 0:
        return Result(passed=1)
    output = answer.stdout.strip() or f"exit code {answer.returncode}"
    if rename:
        output = output.replace(*rename)
    return Result(failed=1, complaints=[f"{name}:\n{output}"])


def conclude(result: Result) -> int:
    """Print the last line; the exit code that goes with it."""
    sys.stderr.flush()
    print(f"{result.passed} passed, {result.failed} failed", flush=True)
    return 1 if result.failed else 0
