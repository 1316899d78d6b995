"""Other programs: run them, log them, and never leave one behind."""

from __future__ import annotations

import ctypes
import os
import shlex
import signal
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from . import paths
from .errors import Stop

PR_SET_PDEATHSIG = 1
_prctl = ctypes.CDLL(None).prctl if sys.platform == "linux" else None


def die_with_parent() -> None:
    """`preexec_fn`: be terminated when the command that started us is killed."""
    if _prctl is not None:
        _prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)


def log_file(name: str) -> Path:
    """The path of a log in `.odoo/log`, the folder being there."""
    paths.LOG.mkdir(parents=True, exist_ok=True)
    return paths.LOG / f"{name}.log"


def run(
    command: Sequence[str | Path],
    *,
    log: str,
    what: str,
    hint: Callable[[str], str | None] | None = None,
    **options: Any,
) -> str:
    """Run a program to its end; its output goes to `.odoo/log/<log>.log`.

    :param what: what the program is for, in words ("installing Odoo")
    :param hint: gets the last lines of a failed run, may answer with a better error
    :param options: as for `follow`
    :return: the last lines of the output
    :raise Stop: the program failed; names the log
    """
    try:
        code, tail = follow(command, log=log, **options)
    except OSError as error:
        raise Stop(f"{what} failed: {error}") from error
    if code:
        advice = hint(tail) if hint else None
        if advice:
            raise Stop(advice)
        lines = [line for line in tail.splitlines() if line.strip()] or ["no output"]
        raise Stop(
            f"{what} failed (exit code {code}): {lines[-1].strip()} "
            f"[log: {log_file(log)}]"
        )
    return tail


def follow(
    command: Sequence[str | Path],
    *,
    log: str,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    stdin: str | None = None,
    on_line: Callable[[str], None] | None = None,
) -> tuple[int, str]:
    """Run a program, its output going to a log and line by line to `on_line`.

    :return: its exit code, and the last lines of its output
    """
    tail: deque[str] = deque(maxlen=60)
    with log_file(log).open("a", 1, "utf-8", "replace") as output:
        output.write(f"$ {shlex.join(str(part) for part in command)}\n")
        output.flush()
        process = subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.PIPE if stdin is not None else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd=cwd,
            env=env,
            text=True,
            encoding="utf-8",
            errors="replace",
            preexec_fn=die_with_parent,
        )
        try:
            if stdin is not None:
                process.stdin.write(stdin)
                process.stdin.close()
            for line in process.stdout:
                output.write(line)
                tail.append(line.rstrip("\n"))
                if on_line is not None:
                    on_line(line.rstrip("\n"))
            code = process.wait()
        except BaseException:
            end(process)
            raise
    return exit_code(code), "\n".join(tail)


def end(process: subprocess.Popen, patience: float = 20) -> None:
    """Ask a program to end; kill it when it does not."""
    if process.poll() is not None:
        return
    process.terminate()
    try:
        process.wait(patience)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def replace(command: Sequence[str | Path], env: Mapping[str, str]) -> int:
    """Run an interactive program on our own terminal; answer its exit code.

    Ctrl-C is the program's business: it reaches it through the terminal.
    """
    previous = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        process = subprocess.Popen(
            [str(part) for part in command],
            env=env,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )
        try:
            return exit_code(process.wait())
        except BaseException:
            end(process)
            raise
    finally:
        signal.signal(signal.SIGINT, previous)


def exit_code(code: int) -> int:
    """A return code as a shell counts it: a signal is 128 and more."""
    return 128 - code if code < 0 else code


def environment(**changes: str | None) -> dict[str, str]:
    """The environment of this process with changes; None takes a variable away."""
    env = dict(os.environ)
    for name, value in changes.items():
        if value is None:
            env.pop(name, None)
        else:
            env[name] = value
    return env
