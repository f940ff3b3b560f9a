"""Tells whether a page has mathematics, and which formulas of a reading are none. Pure."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

__all__ = ["count_formulas", "is_mathematical_font", "mathematical_signs"]

_FONT = re.compile(
    r"(?:^|\+)(?:cm(?:mi|sy|ex|bsy)|lm(?:math|mi|sy|ex)|ms[ab]m|eu[fr][mb]|rsfs|stmary|wasy"
    r"|(?:new|n)?[tp]x(?:sy|mi|ex)|mt(?:mi|sy|ex)|.*math)",
    re.IGNORECASE,
)
_RELATIONS = frozenset("=<>^±×÷")  # ASCII and Latin-1; one of them proves little
_LEAST_RELATIONS = 3
_NO_SIGNS = frozenset("\N{NOT SIGN}\N{MINUS SIGN}|~+")  # also a dash, a rule, a mark of a list
_FORMULA = re.compile(r"\\\((.*?)\\\)|\\\[(.*?)\\\]", re.DOTALL)
_UPRIGHT = re.compile(r"\\(?:text|mathrm|mathbf|mathit|mathsf|mathtt|mathfrak)\s*\{([^{}]*)\}")
_COMMAND = re.compile(r"\\[a-zA-Z]+")
# C_3H_5NO, in upright letters: formulas too, on pages that have no others.
_ELEMENT = (
    "A[cglmrstu]|B[aeikr]?|C[adelorsu]?|D[bsy]|E[rsu]|F[elmr]?|G[ade]|H[efgos]?|I[nr]?|Kr?"
    "|L[airuv]|M[dgnot]|N[abdeiop]?|Os?|P[abdmortu]?|R[abefghnu]|S[bcegimnr]?|T[abcehilm]"
    "|U|V|W|Xe|Yb?|Z[nr]"
)
_CHEMICAL = re.compile(
    rf"(?=.*_)(?:\\mathrm\{{(?:{_ELEMENT})+\}}|_\{{\d{{1,3}}\}}|\^\{{\d?[+-]\}}|[()])+"
)
_PROSE = re.compile(r"[^\W\d_]{4,}")
_FEW_OF_PROSE = 0.2  # share of a page's formulas
_MOST_WORDS = 6  # in a formula: "if n is even", "otherwise", "for all real"


@lru_cache(maxsize=1024)
def is_mathematical_font(name: str) -> bool:
    """Tell whether a font, by its name, holds nothing but the characters of formulas."""
    return bool(_FONT.search(name))


def mathematical_signs(text: str) -> bool:
    """Tell whether a text has characters of mathematics: operators, Greek letters, relations."""
    if sum(text.count(sign) for sign in _RELATIONS) >= _LEAST_RELATIONS:
        return True
    return not text.isascii() and any(map(_is_sign, set(text)))


def count_formulas(markdown: str, *, mathematical: bool) -> tuple[int, int]:
    """Return how many formulas a page's markdown has, and how many of them are none.

    On a page without mathematics all are none but those of chemistry. On a page with mathematics
    those that are prose are, but a few of these are no reason to give up the others: they count
    where they are many.
    """
    formulas = [first or second for first, second in _FORMULA.findall(markdown)]
    if not mathematical:
        return len(formulas), sum(not _CHEMICAL.fullmatch(formula) for formula in formulas)
    prose = sum(map(_is_prose, formulas))
    return len(formulas), prose if prose > _FEW_OF_PROSE * len(formulas) else 0


def _is_sign(character: str) -> bool:
    if character in _NO_SIGNS or character in _RELATIONS:
        return False
    return unicodedata.category(character) == "Sm" or "GREEK" in unicodedata.name(character, "")


def _is_prose(formula: str) -> bool:
    """Tell whether a formula is words: more of them than go between symbols."""
    words = [word for run in _UPRIGHT.findall(formula) for word in _PROSE.findall(run)]
    bare = _COMMAND.sub(" ", _UPRIGHT.sub(" ", formula))
    return len(words) + len(_PROSE.findall(bare)) > _MOST_WORDS
