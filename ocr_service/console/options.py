"""Defines options and messages that all commands share."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from ocr_service.common.path_text import shown
from ocr_service.library.pages import storable

__all__ = [
    "index_address",
    "index_option",
    "json_option",
    "jsonl_option",
    "library_option",
    "library_path",
    "say",
    "shelf_option",
    "shelf_url",
]

F = TypeVar("F", bound=Callable[..., Any])


def _remember_library(
    ctx: click.Context, _parameter: click.Parameter, value: Path | None
) -> Path | None:
    """Remember --library, wherever it is given; the last one on the line counts."""
    if value is not None:
        ctx.find_root().meta["octavo.library"] = value
    return value


def library_option(command: F) -> F:
    """Add --library DIR."""
    return click.option(
        "--library",
        type=click.Path(file_okay=False, path_type=Path),
        metavar="DIR",
        expose_value=False,
        callback=_remember_library,
        help="The library's folder [default: $OCTAVO_LIBRARY, else the platform's data folder].",
    )(command)


def library_path() -> Path:
    """Return the library's folder: --library, OCTAVO_LIBRARY, or the platform's default."""
    given = click.get_current_context().find_root().meta.get("octavo.library")
    if given is None and os.environ.get("OCTAVO_LIBRARY"):
        given = os.environ["OCTAVO_LIBRARY"]
    if given is None:
        import platformdirs

        given = Path(platformdirs.user_data_dir("octavo", appauthor=False)) / "library"
    return Path(given)


def _remember_index(
    ctx: click.Context, _parameter: click.Parameter, value: str | None
) -> str | None:
    """Remember --index, wherever it is given."""
    if value is not None:
        ctx.find_root().meta["octavo.index"] = value
    return value


def index_option(command: F) -> F:
    """Add --index ADDRESS."""
    return click.option(
        "--index",
        metavar="ADDRESS",
        expose_value=False,
        callback=_remember_index,
        help="An index outside the library: qdrant://HOST:PORT/COLLECTION [default: "
        "$OCTAVO_INDEX, else the library's own]. $OCTAVO_INDEX_TOKEN is its token.",
    )(command)


def _remember_shelf(
    ctx: click.Context, _parameter: click.Parameter, value: str | None
) -> str | None:
    """Remember --shelf, wherever it is given."""
    if value is not None:
        ctx.find_root().meta["octavo.shelf"] = value
    return value


def shelf_option(command: F) -> F:
    """Add --shelf URL."""
    return click.option(
        "--shelf",
        metavar="URL",
        expose_value=False,
        callback=_remember_shelf,
        help="Where the pages of all machines are, such as s3://BUCKET/PATH; the library's folder "
        "keeps those that were read [default: $OCTAVO_SHELF, else the library's own].",
    )(command)


def shelf_url() -> str | None:
    """Return the URL of the page store: --shelf, OCTAVO_SHELF, or None for none."""
    given: str | None = click.get_current_context().find_root().meta.get("octavo.shelf")
    return given or os.environ.get("OCTAVO_SHELF") or None


def index_address() -> str | None:
    """Return the address of the index: --index, OCTAVO_INDEX, or None for the library's own."""
    given: str | None = click.get_current_context().find_root().meta.get("octavo.index")
    return given or os.environ.get("OCTAVO_INDEX") or None


json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
jsonl_option = click.option(
    "--jsonl", "as_lines", is_flag=True, help="Print JSON, one item per line."
)


def say(line: str) -> None:
    """Print a message on stderr as one line without control characters."""
    click.echo(f"octavo: {storable(shown(line))}".replace("\n", " "), err=True)
