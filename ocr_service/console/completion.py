"""Completes the ids of books in a shell."""

from __future__ import annotations

import click

from ocr_service.common.errors import OctavoError
from ocr_service.console.options import library_path

__all__ = ["complete_book"]


def complete_book(ctx: click.Context, _parameter: click.Parameter, incomplete: str) -> list[str]:
    """Return the ids that begin as typed, of the library that the line or the settings name."""
    from ocr_service.library.library import Library

    try:
        with ctx.scope(cleanup=False):
            library = Library(library_path())
        return [book_id for book_id in library.book_ids() if book_id.startswith(incomplete)]
    except (OSError, OctavoError):
        return []
