"""PyMuPDF, without the layout model that importing it loads."""

from __future__ import annotations

import importlib
import sys
import threading
from types import ModuleType

__all__ = ["load_pymupdf"]

# Packages that PyMuPDF imports where they are installed.
_COMPANIONS = ("pymupdf.layout", "pymupdf4llm")
_lock = threading.Lock()


def load_pymupdf() -> ModuleType:
    """Import PyMuPDF without its companions.

    They build a neural network when they are imported: seven eighths of the time of importing all
    three, in every worker, for a model that one page in many needs. An import that is stopped
    counts as a package that is not there. `engines/text_boxes.py` imports them when a page does
    need them.
    """
    with _lock:
        pymupdf = sys.modules.get("pymupdf") or _import_alone()
        # As the companions do. Heights of characters are then those that the font states, which is
        # what the readers go by, whether or not a page before has needed the companions.
        pymupdf.TOOLS.unset_quad_corrections(True)
        return pymupdf


def _import_alone() -> ModuleType:
    stopped = [name for name in _COMPANIONS if name not in sys.modules]
    for name in stopped:
        sys.modules[name] = None  # type: ignore[assignment]
    try:
        return importlib.import_module("pymupdf")
    finally:
        for name in stopped:
            del sys.modules[name]
