"""Defines what is found in books: entries of their lists, and numbered statements. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Self

__all__ = ["ListKind", "ListedEntry", "PageSpan", "RawEntry", "StatementItem"]


class ListKind(StrEnum):
    """The kinds of lists."""

    INDEX = "index"
    CONTENTS = "contents"
    FIGURES = "figures"
    TABLES = "tables"
    GLOSSARY = "glossary"
    BIBLIOGRAPHY = "bibliography"

    @property
    def leads_elsewhere(self) -> bool:
        """Whether its entries say where something else stands."""
        return self not in {ListKind.GLOSSARY, ListKind.BIBLIOGRAPHY}


@dataclass(frozen=True, slots=True)
class PageSpan:
    """Pages of the file from `first` to `last`, 1-based, and what the list prints for them.

    `main` marks pages printed in bold or italics, which books use for the definition.
    """

    first: int
    last: int
    printed: str
    main: bool = False


@dataclass(frozen=True, slots=True)
class RawEntry:
    """An entry as it is printed: a path of terms, the text of its page references, what to see."""

    term: tuple[str, ...]
    printed: str = ""
    see: tuple[str, ...] = ()
    text: str = ""


@dataclass(frozen=True, slots=True)
class ListedEntry:
    """An entry of a list on the 1-based page `page` of the file.

    `term` is the path from the main term to the sub-term, or one title. `spans` are the pages that
    it names; empty if it names none or they are not in the file. `printed` are its page references
    as they are printed. `see` are the terms that it refers to. `text` is what a glossary says.
    """

    kind: ListKind
    page: int
    term: tuple[str, ...]
    printed: str = ""
    spans: tuple[PageSpan, ...] = ()
    see: tuple[str, ...] = ()
    text: str = ""

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Build an entry from the values that `dataclasses.asdict` returned."""
        spans = tuple(PageSpan(**span) for span in data["spans"])
        lists = {"term": tuple(data["term"]), "see": tuple(data["see"]), "spans": spans}
        return cls(**{**data, **lists, "kind": ListKind(data["kind"])})


@dataclass(frozen=True, slots=True)
class StatementItem:
    """A statement, or the heading of a section, on the 1-based page `page`.

    It is `markdown[start:end]` of its page; what goes on overleaf is not part of it. `number` or
    `name` may be empty, but not both. `group` is the number of the list that an exercise stands in.
    `source` is to whom or what an exercise is attributed. `section` is the path of headings.
    """

    kind: str
    number: str
    name: str
    text: str
    page: int
    start: int
    end: int
    section: tuple[str, ...] = ()
    group: str = ""
    source: str = ""
