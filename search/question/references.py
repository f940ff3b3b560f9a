"""Reads references to statements in a question: "Theorem 4.2", "eq. (12) of chapter 3", "§ 78".

Pure, standard library only.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ocr_service.text.late_pattern import late_pattern

__all__ = ["REFERENCE_KINDS", "StatementReference", "find_reference", "statement_kind"]

_WORDS = {
    "theorem": "theorems theorem thm satz théorème",
    "lemma": "lemmas lemmata lemma lem hilfssatz",
    "proposition": "propositions proposition prop",
    "corollary": "corollaries corollary cor korollar",
    "definition": "definitions definition def",
    "example": "examples example beispiel exemple",
    "exercise": "exercises exercise ex problems problem misc aufgabe übung exercice",
    "answer": "answers answer solutions solution lösung",
    "remark": "remarks remark note bemerkung",
    "algorithm": "algorithms algorithm",
    "figure": "figures figure fig abbildung abb",
    "table": "tables table tab tabelle",
    "equation": "equations equation eqs eqn eq formula gleichung",
    "section": "sections section sec abschnitt §",
    "chapter": "chapters chapter chap ch kapitel",
}
_KIND_OF = {word: kind for kind, words in _WORDS.items() for word in words.split()}
REFERENCE_KINDS = tuple(_WORDS)
"""The kinds that `kind:` takes."""

_NUMBER = r"(?:(?:[A-Z]|\d{1,4})(?:[.\-–]\d{1,4}){0,3}[a-z]?|[IVXLC]{1,7}|[ivxl]{2,6})"
_FIND = late_pattern(
    r"(?<![\w(])(?:(?P<word>[^\W\d_]{2,12})\.?[ \t]{0,2}|(?P<sign>§)\s?)"
    rf"\(?(?P<number>{_NUMBER})\)?(?![\w(])",
)
_GROUPED = late_pattern(
    rf"(?<!\w)(?:(?:misc(?:ellaneous|\.)?)\s+)?ex(?:\.|s\.|amples?|ercises?)\s*(?P<group>{_NUMBER})"
    rf"\s*,?\s+(?:no\.?|nr\.?|number|#)\s?(?P<number>{_NUMBER})(?!\w)",
    re.IGNORECASE,
)
_CHAPTER = late_pattern(
    rf"\s*(?:,|of|in|from)?\s*(?:the\s+)?\b(?:chapter|chap\.?|ch\.?|kapitel)\s?"
    rf"(?P<chapter>{_NUMBER})(?!\w)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class StatementReference:
    """A reference: the kind and number of a statement, and the words of the question beside it.

    `group` is the number of the list that an exercise stands in, `chapter` that of its chapter.
    """

    kind: str
    number: str
    group: str = ""
    chapter: str = ""
    rest: str = ""


def statement_kind(word: str) -> str:
    """Return the kind of statement that a word names, as in kind:theorems; "" if it names none."""
    return _KIND_OF.get(word.lower().rstrip("."), "")


def find_reference(text: str) -> StatementReference | None:
    """Return the first reference to a numbered statement in a question, None if there is none."""
    if grouped := _GROUPED.search(text):
        rest = f"{text[: grouped.start()]} {text[grouped.end() :]}".strip()
        return StatementReference("exercise", grouped["number"], grouped["group"], "", rest)
    chapter, without = "", text
    for found in _FIND.finditer(text):
        kind = "section" if found["sign"] else _KIND_OF.get((found["word"] or "").lower())
        if kind is None:
            continue
        if kind == "chapter" and chapter == "" and _others(text, found):
            continue  # it restricts another reference
        without = f"{text[: found.start()]} {text[found.end() :]}"
        inside = _CHAPTER.search(without) if kind != "chapter" else None
        if inside:
            chapter = inside["chapter"]
            without = f"{without[: inside.start()]} {without[inside.end() :]}"
        return StatementReference(kind, found["number"], "", chapter, " ".join(without.split()))
    return None


def _others(text: str, chapter: re.Match[str]) -> bool:
    """Return whether a question has another reference than that to a chapter."""
    rest = f"{text[: chapter.start()]} {text[chapter.end() :]}"
    kinds = [_KIND_OF.get((one["word"] or "§").lower()) for one in _FIND.finditer(rest)]
    return any(kind not in {None, "chapter"} for kind in kinds)
