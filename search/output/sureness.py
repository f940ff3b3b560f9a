"""Says how sure an answer is, in the lines that stand above its hits and before what is only near.

These lines are for people and for agents, in every mode; JSON has the values that they are made of.
"""

from __future__ import annotations

from collections.abc import Sequence

from search.question.language import LANGUAGE_NAMES
from search.retrieval.certainty import Certainty
from search.retrieval.hits import Hit
from search.retrieval.relation import Relation

__all__ = ["NEAR", "NEAREST", "SIMILAR", "certainty_notes", "near_line", "split_near", "verdict"]

_ABSENT = "nothing on this shelf says this"
_UNSURE = "no page clearly says this (other words may find it)"
NEAREST = "nearest:"
NEAR = "only near from here:"
SIMILAR = "only similar from here:"
_SHOWN = 60  # characters of a word


def certainty_notes(certainty: Certainty, hits: Sequence[Hit]) -> list[str]:
    """Return what to know before the hits: missing words, and how many pages have the others."""
    notes = [certainty.broken] if certainty.broken else []
    if certainty.language is not None:
        return [*notes, _language_note(certainty)]
    if certainty.missing:
        searched = dict(pair for hit in hits for pair in hit.corrections)
        words = [
            f"{typed[:_SHOWN]} (searched {searched[typed][:_SHOWN]})"
            if typed in searched
            else typed[:_SHOWN]
            for typed in certainty.missing
        ]
        notes.append(f"not on this shelf: {', '.join(words)}")
    if certainty.unmet and not certainty.missing:
        notes.append("no passage has all that is required by quotes or +")
    if certainty.pages is not None:
        words_of = "all words" if not certainty.missing else "all the other words"
        notes.append(_having(certainty.pages, words_of))
    return notes


def _language_note(certainty: Certainty) -> str:
    """Return what a question in another language than the books comes to."""
    name = LANGUAGE_NAMES.get(certainty.language or "", certainty.language)
    told = f"the question is in {name}, no book searched is"
    if certainty.glossary:
        return f"{told}: translated by the glossary of {certainty.glossary}"
    if certainty.by_meaning:
        return f"{told}: answered by meaning"
    return f"{told}: ask in the language of the books (the encoder 'multilingual' answers others)"


def _having(pages: int, words: str) -> str:
    if pages == 0:
        return f"no page has {words}"
    return f"1 page has {words}" if pages == 1 else f"{pages} pages have {words}"


def split_near(hits: Sequence[Hit]) -> tuple[list[Hit], list[Hit]]:
    """Return the hits that answer, and those that are only near."""
    return [hit for hit in hits if not hit.near], [hit for hit in hits if hit.near]


def verdict(certainty: Certainty) -> str:
    """Return what is to be said where no hit answers."""
    return _ABSENT if certainty.absent else _UNSURE


def near_line(near: Sequence[Hit], certainty: Certainty) -> str:
    """Return the line above the hits that are only near."""
    similar = all(hit.relation == Relation.SIMILAR for hit in near)
    if certainty.language is not None and not (certainty.by_meaning or certainty.glossary):
        return "nearest, by the few words that they share:"
    if certainty.said:
        return SIMILAR if similar else NEAR
    if similar:
        return f"no formula here equals or contains this; {SIMILAR}"
    return f"{verdict(certainty)}; {NEAREST}"
