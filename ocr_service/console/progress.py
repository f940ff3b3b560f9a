"""Shows progress on stderr: a bar with rate and time left on a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
import time
from typing import Any, Protocol, TextIO

from ocr_service.common.path_text import shown
from ocr_service.library.pages import storable

__all__ = [
    "Progress",
    "Silent",
    "TerminalProgress",
    "brief_rate",
    "counted",
    "duration",
    "make_progress",
]

_SECONDS_BETWEEN_LINES = 10.0


class Progress(Protocol):
    """Receives the progress of a long job, which consists of stages."""

    def start(self, title: str, total: int, unit: str) -> None:
        """Begin a stage of `total` steps."""

    def advance(self, steps: int = 1) -> None:
        """Count steps of the stage as done."""

    def note(self, text: str) -> None:
        """Show `text` beside the rate from now on."""

    def finish(self) -> None:
        """End the stage."""

    def say(self, line: str) -> None:
        """Print a line above the bar."""


class Silent:
    """Prints nothing."""

    def start(self, title: str, total: int, unit: str) -> None:
        """Do nothing."""

    def advance(self, steps: int = 1) -> None:
        """Do nothing."""

    def note(self, text: str) -> None:
        """Do nothing."""

    def finish(self) -> None:
        """Do nothing."""

    def say(self, line: str) -> None:
        """Do nothing."""


class TerminalProgress:
    """A tqdm bar."""

    def __init__(self, stream: TextIO) -> None:
        """Draw on `stream`, which is a terminal."""
        from tqdm import tqdm

        self._tqdm = tqdm
        self._stream = stream
        self._bar: Any = None

    def start(self, title: str, total: int, unit: str) -> None:
        """Show a bar."""
        self._bar = self._tqdm(
            total=total, desc=title[:32], unit=f" {unit}", file=self._stream, leave=False
        )

    def advance(self, steps: int = 1) -> None:
        """Move the bar."""
        if self._bar is not None:
            self._bar.update(steps)

    def note(self, text: str) -> None:
        """Show `text` at the end of the bar."""
        if self._bar is not None:
            self._bar.set_postfix_str(text, refresh=False)

    def finish(self) -> None:
        """Remove the bar."""
        if self._bar is not None:
            self._bar.close()
            self._bar = None

    def say(self, line: str) -> None:
        """Print a line above the bar."""
        self._tqdm.write(_one_line(line), file=self._stream)


class LineProgress:
    """Prints a plain line every ten seconds, for logs and pipes."""

    def __init__(self, stream: TextIO) -> None:
        """Write to `stream`."""
        self._stream = stream
        self._title = self._unit = self._note = ""
        self._done = self._total = 0
        self._began = self._printed = 0.0

    def start(self, title: str, total: int, unit: str) -> None:
        """Start counting."""
        self._title, self._total, self._unit, self._done = title, total, unit, 0
        self._note = ""
        self._began = self._printed = time.monotonic()

    def advance(self, steps: int = 1) -> None:
        """Count steps, and print a line when it is time."""
        self._done += steps
        now = time.monotonic()
        if now - self._printed < _SECONDS_BETWEEN_LINES or self._done >= self._total:
            return
        self._printed = now
        rate = self._done / (now - self._began)
        left = (self._total - self._done) / rate
        self.say(
            f"{self._title}: {self._done}/{self._total} {self._unit}, "
            f"{brief_rate(rate)} {self._unit}/s, {duration(left)} left{self._note}"
        )

    def note(self, text: str) -> None:
        """Add `text` to later lines."""
        self._note = f", {text}" if text else ""

    def finish(self) -> None:
        """Stop counting."""

    def say(self, line: str) -> None:
        """Print a line."""
        print(_one_line(line), file=self._stream, flush=True)


def brief_rate(rate: float) -> str:
    """Return a rate with its significant digits: 12.3, 0.04; never 1e-05."""
    if 0 < rate < 0.0001:
        return "<0.0001"
    return f"{rate:.1f}" if rate >= 1 or rate == 0 else f"{rate:.2g}"


def counted(number: int, noun: str) -> str:
    """Return a number with its noun: 1 page, 2 pages."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def duration(seconds: float) -> str:
    """Return a time in seconds, minutes or hours, whichever is easiest to read."""
    if seconds < 100:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} minutes" if seconds < 6000 else f"{seconds / 3600:.1f} hours"


def _one_line(text: str) -> str:
    """Return text on one line: file names may contain newlines and control characters."""
    return storable(shown(text)).replace("\n", " ")


def make_progress(*, quiet: bool = False) -> Progress:
    """Return a bar if stderr is a terminal, else plain lines; nothing if `quiet`."""
    if quiet:
        return Silent()
    return TerminalProgress(sys.stderr) if sys.stderr.isatty() else LineProgress(sys.stderr)
