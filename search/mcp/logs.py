"""Sends log messages of the server's processes to stderr: stdout is for the protocol only."""

from __future__ import annotations

import logging
import sys

__all__ = ["log_to_stderr"]


def log_to_stderr() -> None:
    """Send all logging to stderr, unless something else has set it up."""
    if not logging.getLogger().handlers:
        logging.basicConfig(
            stream=sys.stderr, level=logging.WARNING, format="octavo mcp: %(message)s"
        )
