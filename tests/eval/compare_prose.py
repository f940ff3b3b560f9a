"""Counts the errors in the prose of an aligned source and output."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rapidfuzz.distance import Levenshtein

from tests.eval.align import Alignment
from tests.eval.figures import BookFigures
from tests.eval.tokens import CITATION, WILDCARDS, Token

__all__ = ["count_prose"]

EXTRA = 100  # characters of output without source that are a list of contents, not an error


def count_prose(
    source: Sequence[Token], output: Sequence[Token], alignment: Alignment, result: BookFigures
) -> None:
    """Add the errors of the prose, and of its order, to a comparison."""
    counter = _Prose(result)
    moved = {i for i, _ in alignment.moved}
    for i, j in alignment.pairs:
        first = source[i] if i is not None else None
        second = output[j] if j is not None else None
        counter.add(first, second, moved=i in moved)
    counter.flush()


class _Prose:
    """Collects stretches that differ; `flush` counts one."""

    def __init__(self, result: BookFigures) -> None:
        self._result = result
        self._ours: list[str] = []
        self._theirs: list[str] = []
        self._page = 0

    def add(self, first: Token | None, second: Token | None, *, moved: bool) -> None:
        """Take a pair; either may be missing, and what is aside on one side is no error."""
        result = self._result
        self._page = second.page or self._page if second is not None else self._page
        if first is not None and not first.aside and first.form is None:
            result.characters += len(first.text) * (first.text not in WILDCARDS)
        if first is None or second is None:
            if first is not None and not first.aside:
                self._ours.append(first.text)
            if second is not None and not second.aside:
                self._theirs.append(second.text)
            return
        if first.aside or second.aside:
            return
        same = first.key == second.key
        if same and first.form is None:
            result.words_moved += moved
            result.words_in_order += not moved
        if moved:
            result.character_errors += Levenshtein.distance(first.text, second.text)
        elif same or first.key in WILDCARDS or (first.form is not None and second.form is not None):
            self.flush()
        else:
            self._ours.append(first.text)
            self._theirs.append(second.text)

    def flush(self) -> None:
        """Count the errors of the stretch that ends here."""
        if not self._ours and not self._theirs:
            return
        result = self._result
        cited = CITATION in self._ours
        ours = [text for text in self._ours if text != CITATION]
        first, second = _without_wildcards("".join(ours), "".join(self._theirs))
        if len(second) > EXTRA and len(first) * 5 < len(second):
            result.extra_characters += len(second) - len(first)
            errors = len(first)
        else:
            errors = Levenshtein.distance(first.casefold(), second.casefold())
            if cited:  # a citation may print anything
                errors = max(0, errors - max(0, len(second) - len(first)))
        result.character_errors += errors
        result.prose.append((self._page, errors, " ".join(ours), " ".join(self._theirs)))
        self._ours.clear()
        self._theirs.clear()


def _without_wildcards(first: str, second: str) -> tuple[str, str]:
    """Match what only typesetting can tell (a page number) with any number."""
    while "\ue000" in first:
        before, _, first_rest = first.partition("\ue000")
        found = re.search(r"\d+|\b[ivxl]+\b", second)
        if found:
            second = second[: found.start()] + second[found.end() :]
        first = before + first_rest
    while "\ue001" in first:  # a footnote's mark
        second = re.sub(r"\d{1,3}|[*†‡§¶]{1,3}|\ufffc", "", second, count=1)
        first = first.replace("\ue001", "", 1)
    return re.sub(r"\.{4,}", "", first), re.sub(r"\.{4,}", "", second)  # leaders
