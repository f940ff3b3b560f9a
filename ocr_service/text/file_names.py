"""Reads titles, authors and years from the names of files. Pure.

"Smith, John - 2004 - Elements of Percolation (2nd ed) [libgen.lc]" names all three.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ocr_service.text.imprint import FIRST_YEAR, LAST_YEAR, person_names
from ocr_service.text.title_words import is_placeholder

__all__ = ["NamedFile", "read_file_name"]

# What sites and programs add to a name: "[libgen.lc]", "(z-lib.org)", "(1)".
_ADDED = re.compile(
    r"\s*[\[({][^\[\](){}]*\b[\w-]+\.(?:\w{2,4})[^\[\](){}]*[\])}]|\s*\(\d\)$|\s*-\s*copy$"
    r"|\s*[\[({](?:\d+(?:st|nd|rd|th)|first|second|third|rev\w*)?\s*(?:ed(?:ition|n)?|aufl(?:age)?)\.?[\])}]"
    r"|[\s_-]+(?:libgen|z-?lib)\S*$",
    re.IGNORECASE,
)
_YEAR = re.compile(
    r"\s*[\[({]((?:1[4-9]|20)\d\d)[\])}]|(?:^|\s+-\s+)((?:1[4-9]|20)\d\d)(?=\s+-\s+|$)"
)
_LAST_FIRST = re.compile(r"^([^\W\d_][\w'’-]+(?:\s[\w'’-]+)?),\s((?:[^\W\d_][\w'’-]*\.?\s?){1,3})$")


@dataclass(frozen=True, slots=True)
class NamedFile:
    """What the name of a file says; `title` is all of it that is no author and no year."""

    title: str
    authors: tuple[str, ...] = ()
    year: int | None = None

    @property
    def is_telling(self) -> bool:
        """Whether the name says what the file is about: "main" and "scan0001" do not."""
        letters = sum(letter.isalpha() for letter in self.title)
        return letters >= 2 and not is_placeholder(self.title)


def read_file_name(stem: str) -> NamedFile:
    """Return what the name of a file, without its suffix, says of its title, authors and year."""
    name = re.sub(r"[_\s]+", " ", stem).strip()
    while (shorter := _ADDED.sub("", name).strip()) != name and shorter:
        name = shorter
    year = None
    for match in _YEAR.finditer(name):
        found = int(match[1] or match[2])
        year = found if FIRST_YEAR <= found <= LAST_YEAR else None
    without = _YEAR.sub("", name).strip(" -") if year else name
    parts = re.split(r"\s+-\s+", without)
    authors = _authors(parts[0]) if len(parts) > 1 else ()
    title = " - ".join(parts[1:] if authors else parts) or name or stem
    return NamedFile(title, authors, year if title != name else None)


def _authors(text: str) -> tuple[str, ...]:
    """Return the names in "Smith, John" or "Smith, John; Doe, Jane", or ()."""
    found: list[str] = []
    for part in re.split(r"\s*[;&]\s*|\s+and\s+", text):
        match = _LAST_FIRST.match(part)
        names = person_names(f"{match[2].strip()} {match[1]}") if match else ()
        if not names:
            return ()
        found += names
    return tuple(found)
