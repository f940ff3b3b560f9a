"""Spares a process that answers one question what pays only in longer ones.

Looking for cycles among the objects that a search loads takes 7 % of its time, and as much again
when the process ends.
"""

from __future__ import annotations

import atexit
import contextlib
import gc
from collections.abc import Iterator

from ocr_service.common.one_thread import use_one_thread

__all__ = ["short_run"]


@contextlib.contextmanager
def short_run() -> Iterator[None]:
    """Answer one question: numpy with one thread, memory given back when the process ends."""
    use_one_thread()
    atexit.unregister(gc.freeze)
    atexit.register(gc.freeze)  # what is frozen is not looked through when the process ends
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
