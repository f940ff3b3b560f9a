"""Tells main terms from sub-terms by the alphabet. Pure, standard library only.

Indents are lost when a page becomes text. But main terms are in alphabetical order, and a sub-term
("group, 3 / abelian, 5 / order of, 7 / homomorphism, 9") mostly breaks it: the main terms are the
longest chain of terms that is in order.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from indexer.listings.chains import longest_chain

__all__ = ["SMALL_WORDS", "in_order", "main_terms", "sort_key"]

SMALL_WORDS = frozenset(
    "of the a an in on by for to and with as at from von der die des und für im de la du et".split()
)
"""Words with which no term begins or ends, unless another one stands before or behind it."""


_ENOUGH = 0.3  # share of terms that a chain in order must have to tell anything
_CAPITALS = 0.85  # share of main terms with a capital letter, where sub-terms have none
_NO_LETTER = re.compile(r"[^a-z0-9]+")
_FORMULA = re.compile(r"\\\(.*?\\\)")


def sort_key(term: str) -> str:
    """Return the letters and digits by which an index orders a term; a command by its name."""
    text = unicodedata.normalize("NFKD", _FORMULA.sub(" ", term).casefold())
    return _NO_LETTER.sub(" ", text.encode("ascii", "ignore").decode()).strip()


def in_order(terms: Sequence[str]) -> set[int]:
    """Return the places of the longest chain of terms in alphabetical order.

    Only their first words are compared: indexes differ in how they order the rest.
    """
    return set(longest_chain([sort_key(term).partition(" ")[0] for term in terms]))


def _is_part(term: str) -> bool:
    """Return whether a term needs another one before it: "order of", "for matrices"."""
    words = term.split()
    if not words or words[0][:1].isupper() or "," in term:
        return False
    return words[0] in SMALL_WORDS or words[-1] in SMALL_WORDS


def main_terms(terms: Sequence[str]) -> list[bool]:
    """Return for each term whether it is a main term."""
    whole = [place for place, term in enumerate(terms) if not _is_part(term)]
    chain = {whole[place] for place in in_order([terms[place] for place in whole])}
    if len(chain) < _ENOUGH * len(terms):
        return [not term.startswith(("—", "–")) for term in terms]
    capital = sum(terms[place][:1].isupper() for place in chain) >= _CAPITALS * len(chain)
    found = []
    for place, term in enumerate(terms):
        dashed = term.startswith(("—", "–"))
        lower = capital and term[:1].islower()
        found.append(place in chain and not dashed and not lower)
    return found
