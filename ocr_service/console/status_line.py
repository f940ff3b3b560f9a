"""Shows one line that changes on stderr: in place on a terminal, now and then elsewhere."""

from __future__ import annotations

import shutil
import sys
import threading
import time
from typing import Any, Protocol, TextIO

from ocr_service.common.path_text import shown
from ocr_service.library.pages import storable

__all__ = ["PlainLine", "StatusLine", "TerminalLine", "make_status_line"]

_SECONDS_BETWEEN_LINES = 10.0  # where lines stay
_SECONDS_BETWEEN_CHANGES = 0.1  # where they do not


class StatusLine(Protocol):
    """Shows the state of a long job. May be called from several threads."""

    def show(self, text: str) -> None:
        """Show `text` instead of what was shown before."""

    def clear(self) -> None:
        """Remove the line."""

    def say(self, line: str) -> None:
        """Print a line that stays."""


class TerminalLine:
    """The last line of a terminal."""

    def __init__(self, stream: TextIO) -> None:
        """Draw on `stream`, which is a terminal."""
        from tqdm import tqdm

        self._tqdm = tqdm
        self._stream = stream
        self._bar: Any = None
        self._changed = 0.0
        self._lock = threading.RLock()

    def show(self, text: str) -> None:
        """Replace the line, at most ten times a second."""
        now = time.monotonic()
        with self._lock:
            if now - self._changed < _SECONDS_BETWEEN_CHANGES:
                return
            self._changed = now
            if self._bar is None:
                self._bar = self._tqdm(file=self._stream, bar_format="{desc}", leave=False)
            width = shutil.get_terminal_size().columns - 1
            self._bar.set_description_str(_one_line(text)[:width])

    def clear(self) -> None:
        """Remove the line."""
        with self._lock:
            if self._bar is not None:
                self._bar.close()
                self._bar = None

    def say(self, line: str) -> None:
        """Print a line above."""
        self._tqdm.write(_one_line(line), file=self._stream)


class PlainLine:
    """Prints the state every ten seconds, for logs and pipes."""

    def __init__(self, stream: TextIO) -> None:
        """Write to `stream`."""
        self._stream = stream
        self._printed = time.monotonic()
        self._lock = threading.RLock()

    def show(self, text: str) -> None:
        """Print `text` if it is time."""
        with self._lock:
            now = time.monotonic()
            if now - self._printed >= _SECONDS_BETWEEN_LINES:
                self._printed = now
                self.say(text)

    def clear(self) -> None:
        """Do nothing: what is printed stays."""

    def say(self, line: str) -> None:
        """Print a line."""
        with self._lock:
            print(_one_line(line), file=self._stream, flush=True)


def _one_line(text: str) -> str:
    """Return text on one line: file names may contain newlines and control characters."""
    return storable(shown(text)).replace("\n", " ")


def make_status_line() -> StatusLine:
    """Return a line that changes if stderr is a terminal, else plain lines."""
    return TerminalLine(sys.stderr) if sys.stderr.isatty() else PlainLine(sys.stderr)
