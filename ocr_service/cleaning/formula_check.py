"""Tells which formulas the reader's KaTeX cannot typeset, without running KaTeX.

What it looks for is what is left to find after `formula_repair.py`: unknown commands and
environments, missing arguments, and signs that have no meaning where they stand.
"""

from __future__ import annotations

import re

from ocr_service.cleaning.formula_commands import ENVIRONMENTS, is_command

__all__ = ["fault"]

_PIECE = re.compile(
    r"\\(?P<edge>begin|end)\{(?P<environment>[A-Za-z]{1,20}\*?)\}"
    r"|\\(?P<command>[A-Za-z]+)|\\.|(?P<sign>[{}&_^$])",
    re.DOTALL,
)
_TEXT = re.compile(r"text[a-z]{0,6}|mbox|tag|hbox")
_NEED = frozenset(
    """frac dfrac tfrac binom sqrt vec hat bar tilde dot ddot overline underline widehat widetilde
    text mathrm mathbf mathcal mathbb operatorname overset underset stackrel""".split()
)
_NOTHING = re.compile(r"\s*(?:\Z|[}&]|\\\\|\\end\b|\\right(?![A-Za-z]))")


def fault(formula: str) -> str | None:
    r"""Return what KaTeX cannot typeset of a formula without delimiters, None if it can.

    The answer is a name such as `\foo`, or a few words.
    """
    groups: list[bool] = []  # of the open groups: whether they hold words
    words_next = False
    for found in _PIECE.finditer(formula):
        sign = found["sign"]
        if sign == "{":
            groups.append(words_next)
        elif sign == "}":
            if not groups:
                return "a brace that closes nothing"
            groups.pop()
        elif reason := _name_fault(found) or _sign_fault(found, in_words=any(groups)):
            return reason
        words_next = bool(found["command"] and _TEXT.fullmatch(found["command"]))
    return "a brace that is not closed" if groups else None


def _name_fault(found: re.Match[str]) -> str | None:
    """Return what is wrong with a command or the name of an environment."""
    name, environment = found["command"], found["environment"]
    if environment and environment not in ENVIRONMENTS:
        return f"environment {environment}"
    if name and not is_command(name):
        return f"\\{name}"
    if name in _NEED and _NOTHING.match(found.string, found.end()):
        return f"\\{name} without its argument"
    return None


def _sign_fault(found: re.Match[str], *, in_words: bool) -> str | None:
    """Return what is wrong with a sign that has a meaning in LaTeX."""
    sign = found["sign"]
    if sign and in_words:
        return None if sign == "$" else f"{sign} in words"
    if sign == "$":
        return "a dollar"
    if sign in {"_", "^"} and _NOTHING.match(found.string, found.end()):
        return "a script without its text"
    return None
