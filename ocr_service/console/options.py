"""Defines options and messages that all commands share."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from ocr_service.common.path_text import shown
from ocr_service.library.pages import storable

__all__ = ["json_option", "jsonl_option", "library_option", "library_path", "say"]

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


json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
jsonl_option = click.option(
    "--jsonl", "as_lines", is_flag=True, help="Print JSON, one item per line."
)


def say(line: str) -> None:
    """Print a message on stderr as one line without control characters."""
    click.echo(f"octavo: {storable(shown(line))}".replace("\n", " "), err=True)
