"""The options by which `octavo search` and `octavo context` restrict a search."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from ocr_service.console.completion import complete_book

__all__ = ["filter_options"]

_Command = TypeVar("_Command", bound=Callable[..., Any])

_BOOK = click.option(
    "--book",
    "books",
    multiple=True,
    metavar="BOOK",
    shell_complete=complete_book,
    help="Search only this book, by its id or title; repeatable.",
)
_AUTHOR = click.option(
    "--author",
    "authors",
    multiple=True,
    metavar="NAME",
    help="Search only books of this author; repeatable.",
)
_PAGES = click.option(
    "--pages", metavar="N[-M]", help="Search only these pages (numbers, not labels)."
)


def filter_options(command: _Command) -> _Command:
    """Add --book, --author and --pages, which the command takes as `books`, `authors`, `pages`."""
    return _BOOK(_AUTHOR(_PAGES(command)))
