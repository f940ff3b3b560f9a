"""Limits on the memory and the processor time of one piece of work, kept by the operating system.

A limit is never raised: where the person who started Octavo set a lower one (`ulimit`), theirs
holds, and where the hard limit is lower, that one. On Windows there are none of these, on macOS
there is no limit on memory; the time limit of the pool of workers holds everywhere.
"""

from __future__ import annotations

import contextlib
import math
import re
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

__all__ = [
    "HAS_CPU_LIMIT",
    "cpu_limit",
    "lowest_limit",
    "memory_limit",
    "memory_reason",
    "out_of_time",
]

MEMORY_LIMIT = 2 << 30  # bytes that one page may take on top of what the process holds
HAS_CPU_LIMIT = sys.platform != "win32"


def lowest_limit(wanted: int, soft: int, hard: int, infinity: int) -> int:
    """Return `wanted` as a soft limit, or the lower of the limits that are in force already."""
    return min([wanted, *(limit for limit in (soft, hard) if limit != infinity)])


@contextlib.contextmanager
def memory_limit() -> Iterator[None]:
    """Bound what the process may allocate within the block (Linux; elsewhere no bound)."""
    held = _data_bytes()
    if held is None or sys.platform != "linux":
        yield
        return
    import resource

    with _soft_limit(resource.RLIMIT_DATA, held + MEMORY_LIMIT):
        yield


@contextlib.contextmanager
def cpu_limit(seconds: float) -> Iterator[None]:
    """End the process by SIGXCPU when the block takes more processor time than `seconds`.

    Processor time and not wall time, so that a page takes no longer on a busy machine. The limit
    is in whole seconds, rounded up. Nothing happens on Windows.
    """
    if sys.platform == "win32":
        yield
        return
    import resource

    with _soft_limit(resource.RLIMIT_CPU, math.ceil(time.process_time() + seconds)):
        yield


@contextlib.contextmanager
def _soft_limit(kind: int, wanted: int) -> Iterator[None]:
    """Set a soft limit within the block, no higher than those in force."""
    import resource

    before = resource.getrlimit(kind)
    resource.setrlimit(kind, (lowest_limit(wanted, *before, resource.RLIM_INFINITY), before[1]))
    try:
        yield
    finally:
        resource.setrlimit(kind, before)


def out_of_time(error: BaseException) -> bool:
    """Return whether a worker's future failed because the work took too much time."""
    signalled = -getattr(error, "exitcode", 0) == getattr(signal, "SIGXCPU", None)
    return isinstance(error, TimeoutError) or signalled


def memory_reason() -> str:
    """Return why a page fails that takes too much memory: for Octavo's limit, or the person's."""
    if sys.platform == "linux":
        import resource

        soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
        ours = (_data_bytes() or 0) + MEMORY_LIMIT
        allowed = lowest_limit(ours, soft, hard, resource.RLIM_INFINITY)
        if allowed < ours:
            return f"needs more memory than 'ulimit -d' allows ({allowed // 1_000_000} MB)"
    return "needs over 2 GB of memory"


def _data_bytes() -> int | None:
    """Return the size of this process's private writable memory, as RLIMIT_DATA counts it."""
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii", errors="replace")
    except OSError:
        return None
    match = re.search(r"^VmData:\s+(\d+) kB$", status, re.MULTILINE)
    return int(match[1]) * 1024 if match else None
