"""Tells which version of Octavo runs."""

from __future__ import annotations

import os
from importlib.metadata import PackageNotFoundError, version

__all__ = ["VERSION_VARIABLE", "octavo_version"]

VERSION_VARIABLE = "OCTAVO_VERSION"  # set where only the source is, as in a rented container


def octavo_version() -> str:
    """Return the installed version, or "unknown"."""
    try:
        return version("octavo")
    except PackageNotFoundError:
        return os.environ.get(VERSION_VARIABLE) or "unknown"
