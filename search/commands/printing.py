"""Prints JSON documents and lines; decides whether to use colour."""

from __future__ import annotations

import os
import sys
from typing import Any

import click

from ocr_service.console.json_values import json_lines, json_text

__all__ = ["in_colour", "print_json"]


def print_json(document: dict[str, Any], items: str, *, as_lines: bool) -> None:
    """Print a document, or only the items under its key `items`, one per line."""
    for line in json_lines(document[items]) if as_lines else [json_text(document)]:
        click.echo(line)


def in_colour() -> bool:
    """Return whether stdout is a terminal and NO_COLOR is not set."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR")
