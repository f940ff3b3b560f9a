"""Keeps numpy to one thread where that is faster: one question, or a process for each core.

Starting its threads takes 40 ms, and waiting for each other they use twice that on every core; a
product of a hundred thousand vectors gains 8 ms by a second one.
"""

from __future__ import annotations

import os

__all__ = ["use_one_thread"]


def use_one_thread() -> None:
    """Let numpy, which is not imported yet, use one thread, unless the environment says otherwise.

    Processes that are started later do so too.
    """
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
