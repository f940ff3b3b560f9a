r"""Links "(2.6)" and "Theorem 4.2" in a text to where the book has them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from search.reader.books import BookContents, PlacedStatement
from search.reader.rendering import Reference

__all__ = ["references"]

_WORDS = "Theorem|Lemma|Proposition|Corollary|Definition|Example|Exercise|Figure|Table|Algorithm"
_SHORT = {"Fig.": "Figure", "Thm.": "Theorem", "Prop.": "Proposition", "Ex.": "Exercise"}
_REFERENCE = re.compile(
    rf"\((?P<equation>[A-Z]?\d{{1,3}}(?:\.\d{{1,3}}){{0,2}}[a-z]?)\)"
    rf"|\b(?P<word>{_WORDS}|Fig\.|Thm\.|Prop\.|Ex\.)[ ~](?P<number>\d{{1,3}}(?:\.\d{{1,3}}){{0,2}})"
)


def references(
    text: str, offset: int, contents: BookContents, address: Callable[[PlacedStatement], str]
) -> Iterator[Reference]:
    """Yield the references in a piece of a page; `offset` is where the piece begins.

    A statement does not refer to itself.
    """
    for found in _REFERENCE.finditer(text):
        if found["equation"]:
            anchor = f"eq-{found['equation']}"
        else:
            word = _SHORT.get(found["word"], found["word"])
            anchor = f"{word.lower()}-{found['number']}"
        target = contents.targets.get(anchor)
        if target is not None and target.statement.start != offset + found.start():
            yield found.start(), found.end(), address(target)
