"""Which Octavo this is."""

from __future__ import annotations

import os
from importlib.metadata import PackageNotFoundError, version

__all__ = ["VERSION_VARIABLE", "octavo_version"]

VERSION_VARIABLE = "OCTAVO_VERSION"  # says so where only the source is, as in a rented container


def octavo_version() -> str:
    """Return the version that is installed; "unknown" if that cannot be told."""
    try:
        return version("octavo")
    except PackageNotFoundError:
        return os.environ.get(VERSION_VARIABLE) or "unknown"
