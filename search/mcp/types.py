"""Defines what the tools of the MCP server return; clients get these types as schemas.

Many hosts show a model this JSON and nothing else, so names are short, empty fields are left out,
and the notice about quotations is included. Text from books is in the fields `quote`, `latex`,
`section`, `title` and `authors` only.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, Field

from search.mcp.quoting import NOTICE, json_tokens

__all__ = [
    "BookItem",
    "BooksAnswer",
    "FormulaItem",
    "FormulasAnswer",
    "IndexAnswerItem",
    "IndexEntriesAnswer",
    "OutlineItem",
    "PageItem",
    "PagesAnswer",
    "SearchAnswer",
    "SearchItem",
    "ToolAnswer",
]

CiteField = Annotated[str, Field(description="the citation to give: [book p. label]")]
PageField = Annotated[int, Field(description="1-based page of the file")]
BoxField = Annotated[
    list[float], Field(description="left, top, right, bottom as fractions of the page")
]


class _Item(BaseModel):
    def data(self) -> dict[str, Any]:
        """Return plain JSON values without empty fields."""
        return self.model_dump(mode="json", exclude_none=True)

    @property
    def tokens(self) -> int:
        """The estimated tokens of the item as JSON."""
        return json_tokens(self.data())


class ToolAnswer(_Item):
    """The fields of every answer."""

    notice: str = NOTICE
    hint: str | None = Field(default=None, description="what to do next")
    next_cursor: str | None = Field(default=None, description="pass it as cursor to continue")


class SearchItem(_Item):
    """A passage that was found."""

    cite: CiteField
    book: str
    page: PageField
    section: str | None = None
    quote: str
    near: bool | None = Field(default=None, description="true: nearest, but no answer")
    lacks: list[str] | None = Field(default=None, description="rare words that it does not have")
    continues: str | None = Field(default=None, description="the page its text continues on")
    found_by: str | None = None


class IndexAnswerItem(_Item):
    """An entry of a book's index, contents, list of figures or tables, glossary, bibliography."""

    book: str
    kind: str = Field(description="index, contents, figures, tables, glossary or bibliography")
    quote: str = Field(description="the entry, with its printed pages and those of the file")
    pages: list[list[int]] = Field(description="first and last pages of the file")


class IndexEntriesAnswer(ToolAnswer):
    """All entries for a term, best first."""

    entries: list[IndexAnswerItem]


class SearchAnswer(ToolAnswer):
    """The best passages, best first.

    `said` is false if no passage clearly answers; `hint` tells whether the shelf surely has none.
    """

    said: bool | None = None
    missing: list[str] | None = Field(default=None, description="words that no page has")
    pages_with_all: int | None = Field(default=None, description="pages with all other words")
    index: list[IndexAnswerItem] | None = Field(
        default=None, description="what the books' own indexes and contents name for the query"
    )
    hits: list[SearchItem]


class FormulaItem(_Item):
    """A formula that was found."""

    cite: CiteField
    book: str
    page: PageField
    number: str | None = Field(default=None, description="the equation's number in the book")
    relation: str | None = Field(
        default=None, description="how it relates to the formula asked for"
    )
    latex: str
    near: bool | None = Field(default=None, description="true: only similar")
    quote: str = Field(description="the text around it")
    box: BoxField | None = None


class FormulasAnswer(ToolAnswer):
    """The best formulas, best first."""

    hits: list[FormulaItem]


class PageItem(_Item):
    """A page, or a part of one."""

    cite: CiteField
    page: PageField
    status: str | None = Field(default=None, description="only if the page may be misread")
    offset: int | None = Field(default=None, description="characters of the page before the quote")
    quote: str


class PagesAnswer(ToolAnswer):
    """Pages of a book in order."""

    book: str
    title: str
    page_count: int
    pages: list[PageItem]
    next_page: int | None = Field(default=None, description="from_page of the next call")
    next_offset: int | None = Field(default=None, description="offset of the next call")


class OutlineItem(_Item):
    """A heading; `level` 1 is the outermost."""

    level: int
    section: str
    page: PageField


class BookItem(_Item):
    """A book."""

    book: str = Field(description="id, or an unambiguous beginning of it")
    title: str
    authors: list[str] | None = None
    year: int | None = Field(default=None, description="of publication")
    pages: int
    labels: str | None = Field(default=None, description="first and last printed page label")
    formulas: int | None = None
    state: str | None = Field(default=None, description="only if it cannot be searched yet")


class BooksAnswer(ToolAnswer):
    """The books of the library and its state, or one book with its outline."""

    status: str | None = None
    books: list[BookItem]
    outline: list[OutlineItem] | None = None
