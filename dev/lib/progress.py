"""Shows what a long step is doing and how far it is.

On a terminal one line is rewritten in place; elsewhere a plain line comes at the
start, now and then, and at the end, so that logs stay readable.
"""

from __future__ import annotations

import os
import shutil
import sys
import threading
import time
from types import TracebackType

#: seconds between two lines where the output is not a terminal
QUIET_INTERVAL = 15
#: Set in the environment where several commands share one terminal: plain lines there.
PLAIN = "SALE_DASHBOARD_PLAIN_PROGRESS"


def say(text: str) -> None:
    """Print one line for the person at the keyboard.

    It goes to stderr: stdout belongs to what the command answers (`dev/psql | ...`).
    """
    print(text, file=sys.stderr, flush=True)


class Step:
    """A context around one long step: `with Step("Unpacking Odoo") as step:`."""

    def __init__(self, title: str) -> None:
        self.title = title
        self._detail = ""
        self._tty = sys.stderr.isatty() and PLAIN not in os.environ
        self._start = self._shown = time.monotonic()
        self._width = 0
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self._ticker = threading.Thread(target=self._tick, daemon=True)

    def update(self, fraction: float | None = None, text: str = "") -> None:
        """Tell how far it is: a fraction from 0 to 1, a text, or both."""
        percent = "" if fraction is None else f"{min(max(fraction, 0), 1):.0%}"
        with self._lock:
            self._detail = " ".join(part for part in (percent, text) if part)
        if self._tty:
            self._draw()
        elif time.monotonic() - self._shown > QUIET_INTERVAL:
            self._shown = time.monotonic()
            say(f"  {self.title}: {self._detail}")

    def __enter__(self) -> Step:
        if self._tty:
            self._draw()
            self._ticker.start()
        else:
            say(f"{self.title} ...")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        _error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        self._ended.set()
        seconds = time.monotonic() - self._start
        word = "done" if kind is None else "stopped"
        if self._tty:
            self._ticker.join()
            self._write(f"{self.title}: {word} in {seconds:.0f} s")
            say("")
        else:
            say(f"  {self.title}: {word} in {seconds:.0f} s")

    def _tick(self) -> None:
        while not self._ended.wait(1):
            self._draw()

    def _draw(self) -> None:
        seconds = time.monotonic() - self._start
        with self._lock:
            detail = f" {self._detail}" if self._detail else ""
        self._write(f"{self.title}:{detail} ({seconds:.0f} s)")

    def _write(self, text: str) -> None:
        with self._lock:
            text = text[: shutil.get_terminal_size().columns - 1]
            sys.stderr.write("\r" + text.ljust(self._width))
            sys.stderr.flush()
            self._width = len(text)
