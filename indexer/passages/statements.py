r"""Finds numbered statements on a page: theorems, definitions, exercises, figures, equations.

A statement begins a paragraph with its kind and its number ("Theorem 4.2 (Bayes).", "**Lemma 3**",
"Satz 2.1"); an equation has a `\tag`. Kinds are told in English, German, French and Spanish.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from indexer.passages.blocks import BlockKind, split_blocks
from indexer.passages.math_spans import find_math
from ocr_service.text.late_pattern import late_pattern

__all__ = [
    "KINDS",
    "Statement",
    "find_statements",
    "first_words",
    "kind_of_word",
    "statement_starts",
]

_NAMES = {
    "theorem": "theorem satz théorème teorema",
    "lemma": "lemma lemme hilfssatz lema",
    "proposition": "proposition proposición",
    "corollary": "corollary korollar corollaire corolario",
    "definition": "definition définition definición",
    "example": "example beispiel exemple ejemplo",
    "exercise": "exercise problem aufgabe übung exercice ejercicio",
    "remark": "remark note bemerkung remarque",
    "algorithm": "algorithm algorithmus algorithme",
    "figure": "figure fig abbildung abb",
    "table": "table tabelle tableau",
}
KINDS = (*_NAMES, "equation")
"""The kinds of statements, in the order in which they are listed."""

_KIND_OF = {name: kind for kind, names in _NAMES.items() for name in names.split()}
_NUMBER = r"(?:[A-Z]|[IVXLC]{1,7}|\d{1,4})(?:[.\-–]\d{1,4}){0,3}[a-z]?"
_OPENS = late_pattern(
    rf"(?:#{{1,6}}[ \t]+)?[*_]{{0,3}}(?P<word>[^\W\d_]{{3,12}})\.?[ \t]+(?P<number>{_NUMBER})(?!\w)"
    r"[*_]{0,3}[ \t]?(?:\((?P<name>[^()\n]{2,80})\))?"
)
# In a text on one line: behind the end of a sentence.
_WORDS = "|".join(sorted((name.capitalize() for name in _KIND_OF), key=len, reverse=True))
_BEGINS = late_pattern(
    rf"(?:^|(?<=[.!?:)\]…*] ))(?:(?:{_WORDS})\.? {_NUMBER}(?!\w)(?=[.:]| ?\(| ?[—–])"
    r"|\(\d{1,3}\)(?= [A-Z]))"
)
_TAG = late_pattern(r"\\tag\*?\s?\{\(?([^{}()]{1,12})\)?\}")
_FIRST_WORDS = 90  # characters


@dataclass(frozen=True, slots=True)
class Statement:
    """A numbered statement, which begins at the offset `start` of its page's markdown.

    `name` is what stands in brackets after the number, if anything; `text` its first words, or the
    equation without its number.
    """

    kind: str
    number: str
    name: str
    text: str
    start: int


def find_statements(markdown: str) -> list[Statement]:
    """Return the numbered statements of a page in order."""
    found = [*_paragraphs(markdown), *_equations(markdown)]
    return sorted(found, key=lambda statement: statement.start)


def statement_starts(line: str) -> list[int]:
    """Return where numbered statements and exercises begin in a text on one line."""
    return [match.start() for match in _BEGINS.finditer(line)]


def kind_of_word(word: str) -> str | None:
    """Return the kind of statement that a word names, None if it names none."""
    return _KIND_OF.get(word.lower())


def _paragraphs(markdown: str) -> Iterator[Statement]:
    for block in split_blocks(markdown):
        if block.kind not in {BlockKind.PARAGRAPH, BlockKind.HEADING, BlockKind.LIST_ITEM}:
            continue
        opens = _OPENS.match(markdown, block.start, block.end)
        kind = _KIND_OF.get(opens["word"].lower()) if opens else None
        # A sentence may begin so too ("Theorem 2 says"); a statement's word has a capital letter,
        # and a full stop, a bracket, a colon or emphasis behind its number.
        if opens is None or kind is None or not opens["word"][0].isupper():
            continue
        after = markdown[opens.end() : block.end]
        if not (
            opens["name"] or opens[0].rstrip()[-1] in "*_" or after.lstrip()[:1] in {"", *".:—–-"}
        ):
            continue
        name, text = (opens["name"] or "").strip(), first_words(after)
        yield Statement(kind, opens["number"], name, text, block.start)


def _equations(markdown: str) -> Iterator[Statement]:
    for span in find_math(markdown):
        tag = _TAG.search(span.latex) if span.display else None
        if tag:
            latex = (span.latex[: tag.start()] + span.latex[tag.end() :]).strip()
            yield Statement("equation", tag[1].strip(), "", latex, span.start)


def first_words(text: str) -> str:
    """Return the beginning of a text on one line; no formula is cut."""
    line = " ".join(text.lstrip(" .:*_—–-").split())
    end = len(line) if len(line) <= _FIRST_WORDS else line.rfind(" ", 0, _FIRST_WORDS)
    cut = next((span for span in find_math(line) if span.start < end < span.end), None)
    return line[: cut.start if cut else end].rstrip()
