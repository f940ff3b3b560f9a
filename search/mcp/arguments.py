"""Defines what the arguments of the tools accept. Models see these descriptions and limits."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, Field

from search.live.page_views import MAX_SIDE, MIN_SIDE

__all__ = [
    "AuthorsArgument",
    "BookArgument",
    "BooksArgument",
    "CursorArgument",
    "LabelArgument",
    "LimitArgument",
    "MaxSideArgument",
    "MaxTokensArgument",
    "OffsetArgument",
    "PageArgument",
    "PageListArgument",
    "PagesArgument",
    "QueryArgument",
    "RegionArgument",
    "ToPageArgument",
]


def _listed(value: object) -> object:
    """Return a single name as a list of one: models often give a string."""
    return [value] if isinstance(value, str) else value


_Names = Annotated[list[Annotated[str, Field(max_length=200)]] | None, BeforeValidator(_listed)]

QueryArgument = Annotated[str, Field(min_length=1, max_length=4000)]
BooksArgument = Annotated[
    _Names,
    Field(max_length=50, description="only these books: by id, title or author, or a part of it"),
]
AuthorsArgument = Annotated[_Names, Field(max_length=50, description="only books of these authors")]
PagesArgument = Annotated[
    str | None, Field(max_length=40, description='only these pages of the file: "51" or "30-60"')
]
LimitArgument = Annotated[int, Field(ge=1, le=50)]
CursorArgument = Annotated[
    str | None,
    Field(max_length=200, description="next_cursor of the last answer, other arguments unchanged"),
]
BookArgument = Annotated[
    str, Field(min_length=1, max_length=200, description="id, title or author, or a part of it")
]
PageArgument = Annotated[
    int | None, Field(ge=1, le=10_000_000, description="page of the file, not the label")
]
ToPageArgument = Annotated[int | None, Field(ge=1, le=10_000_000, description="last page")]
PageListArgument = Annotated[
    str | None, Field(max_length=200, description='instead: "9", "9-12", "40-" or "3,7-9,51"')
]
LabelArgument = Annotated[
    str | None, Field(max_length=80, description='instead: printed label, "xiv" or "51-53"')
]
OffsetArgument = Annotated[
    int, Field(ge=0, le=100_000_000, description="next_offset of the last answer")
]
MaxTokensArgument = Annotated[int, Field(ge=1_000, le=20_000, description="limit of the answer")]
RegionArgument = Annotated[
    list[Annotated[float, Field(ge=0, le=1)]] | None,
    Field(
        min_length=4,
        max_length=4,
        description="[left, top, right, bottom] as fractions of the page, such as a box",
    ),
]
MaxSideArgument = Annotated[
    int, Field(ge=MIN_SIDE, le=MAX_SIDE, description="pixels of the longer side")
]
