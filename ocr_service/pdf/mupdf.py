"""Imports PyMuPDF without the layout model that it loads by default."""

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

    The companions build a neural network when they are imported. That takes seven eighths of the
    time of importing all three, in every worker, for a model that few pages need. PyMuPDF treats
    an import that is stopped as a package that is not installed. `engines/layout/text_boxes.py`
    imports the companions for the pages that need them.
    """
    with _lock:
        pymupdf = sys.modules.get("pymupdf") or _import_alone()
        # As the companions do. The heights of characters are then those that the font states, which
        # the readers rely on, whether or not an earlier page needed the companions.
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
