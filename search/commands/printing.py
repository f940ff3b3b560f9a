"""Prints JSON documents and lines; decides how text looks on a terminal."""

from __future__ import annotations

import os
import sys
from typing import Any

import click

from ocr_service.console.json_values import json_lines, json_text

__all__ = ["in_colour", "latex_option", "on_terminal", "print_json", "readable"]

latex_option = click.option(
    "--latex",
    is_flag=True,
    help="Show formulas as LaTeX on a terminal too; piped, they always are.",
)


def print_json(document: dict[str, Any], items: str, *, as_lines: bool) -> None:
    """Print a document, or only the items under its key `items`, one per line."""
    for line in json_lines(document[items]) if as_lines else [json_text(document)]:
        click.echo(line)


def in_colour() -> bool:
    """Return whether stdout is a terminal and NO_COLOR is not set."""
    return on_terminal() and not os.environ.get("NO_COLOR")


def on_terminal() -> bool:
    """Return whether stdout is a terminal."""
    return sys.stdout.isatty()


def readable(text: str, *, latex: bool) -> str:
    """Return text with its formulas in Unicode on a terminal, unless `latex` is wanted."""
    if latex or not on_terminal():
        return text
    from search.output.unicode_math import with_unicode_formulas  # not for pipes

    return with_unicode_formulas(text)
