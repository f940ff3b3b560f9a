r"""Finds mathematics that is typed without dollars: `p = C A^d`, `2^(n-1)-1`, `sum 1/n^2`, `σ²`.

Such a formula is a run of operands and operators: letters one by one, numbers, names of functions
and of Greek letters. It needs evidence that it is no text: a power, a relation between operands, or
arithmetic with a letter and a number. So "t-test", "C++", "p-value", "COVID-19", "and/or",
"f(x) notation", "ISO 9001:2008" and "page 12-15" hold none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from indexer.formulas.latex_symbols import FUNCTIONS, VARIABLES
from ocr_service.text.late_pattern import late_pattern

__all__ = ["BareFormula", "bare_formulas"]

_BIG = frozenset({"sum", "prod", "int"})
_ROOTS = frozenset({"sqrt", "√"})
_NAMES = {
    **{name: f"\\{name} " for name in (*FUNCTIONS, *_BIG, "sqrt") if name not in {"span", "rank"}},
    **{name: f"\\{name} " for name in VARIABLES if len(name) > 1},
    "infinity": r"\infty ",
    "oo": r"\infty ",
}
_SIGNS = {"<=": r"\leq ", ">=": r"\geq ", "!=": r"\neq ", "->": r"\to ", "*": r"\cdot "}
_LETTER = r"[A-Za-zα-ωΑ-Ωϑϕϵℓ]"
_PARTS = "¼½¾⅓⅔⅕⅙⅛⅜⅝⅞"
_RAISED = "²³¹⁰⁴⁵⁶⁷⁸⁹ⁿ"
_PIECE = late_pattern(
    rf"(?P<number>\d+(?:[.]\d+)?|[{_PARTS}])|(?P<letters>[A-Za-z]+)|(?P<letter>{_LETTER}|[∞ℝℂℕℤℚ])"
    rf"|(?P<relation><=|>=|!=|->|[=<>≤≥≠≈≡∼∝∈→])|(?P<big>[∑∏∫√∂∇])"
    rf"|(?P<raised>[{_RAISED}⁻₀-₉ₙ]+)|(?P<operator>[-+*/·⋅×÷±−])|(?P<power>\^)"
    r"|(?P<other>[()\[\]{}|_,.!']|\?[A-Za-z]?)"
)
_CODE = late_pattern(r"==|\+\+|--|[-+*/]=|&&|\|\||=>|<<|>>|//|::|:=")
_POWER = late_pattern(rf"(?:{_LETTER}|[\d)\]}}])\s?(?:\^|[{_RAISED}])")
_RELATION = late_pattern(r"(?<=[\w)\]}'|!²³]) ?(?:<=|>=|!=|[=<>≤≥≠≈≡∼∝∈]) ?(?=[\w(\[{\\|√∑∫∞+−?-])")
# A letter and a number, one on each side: 1/n, n-1, x + 2; but B-52 is a name.
_ARITHMETIC = late_pattern(
    r"(?<![\w.])\d+ ?[-+*/·×−] ?[a-zα-ω](?!\w)|(?<!\w)[a-zα-ω] ?[-+*/·×−] ?\d+(?![\w.])"
)
_WEAK = late_pattern(r"[a-zα-ω)] ?[-+*/·×−] ?[a-zα-ω(]")  # enough if nothing else is asked
_PRIME = late_pattern(rf"{_LETTER}'+\(")
_FRACTION = late_pattern(rf"[{_PARTS}] ?{_LETTER}(?![A-Za-z])")
_CALL = late_pattern(r"(?<![A-Za-z])sqrt\(|[∑∏∫√∂∇] ?[\w(]")
_QUOTED = late_pattern('"[^"]*"')
_DIFFERENTIAL = late_pattern("d[a-z]")
_ENDS = ",.;:?!"
_ALONE = late_pattern(r"[-+*/·×−=<>≤≥≠≈]+")


@dataclass(frozen=True, slots=True)
class BareFormula:
    """`text[start:end]` of a question as typed, and its LaTeX."""

    start: int
    end: int
    latex: str


def bare_formulas(text: str) -> list[BareFormula]:
    """Return the formulas of a question without dollars and backslashes, in order.

    In quotes there is none.
    """
    if not re.search(rf"[-+*/^=<>≤≥≠≈∈·×−{_RAISED}∑∫√∂'{_PARTS}]", text):
        return []
    text = _QUOTED.sub(lambda part: "_" * len(part[0]), text)
    found = []
    for start, end in _runs(text):
        start, end = _trimmed(text, start, end)  # noqa: PLW2901
        typed = text[start:end]
        alone = not text[:start].strip() and not text[end:].strip(_ENDS + " ")
        if typed and _is_formula(typed, alone=alone):
            found.append(BareFormula(start, end, _latex(typed)))
    return found


def _runs(text: str) -> Iterator[tuple[int, int]]:
    """Yield the start and end of runs of words that may be parts of formulas."""
    start = last = None
    for word in re.finditer(r"\S+", text):
        typed = word[0].rstrip(_ENDS)
        if not typed or not _may_be_mathematics(typed):
            if start is not None and last is not None:
                yield start, last
            start = None
            continue
        start = word.start() if start is None else start
        last = word.start() + len(typed)
        if len(typed) < len(word[0]):  # a comma or a full stop
            yield start, last
            start = None
    if start is not None and last is not None:
        yield start, last


def _may_be_mathematics(word: str) -> bool:
    """Return whether a word has only operands and operators. Letters multiply beside `=` or `^`."""
    if _CODE.search(word):
        return False
    place, products = 0, 0
    while place < len(word):
        piece = _PIECE.match(word, place)
        if piece is None:
            return False
        letters = piece["letters"]
        if (
            letters
            and len(letters) > 1
            and letters not in _NAMES
            and not _DIFFERENTIAL.fullmatch(letters)
        ):
            if len(letters) > 3:  # the PV of PV=nRT
                return False
            products += 1
        place = piece.end()
    if not products:
        return True
    left = re.match(r"[A-Za-z0-9]{1,2}(?==)", word)
    return bool(left and not word[left.end() + 1 :].isupper()) or bool(_POWER.search(word))


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """Return a run without an article, a number of the text and operators at its ends."""
    words = [(start + m.start(), start + m.end()) for m in re.finditer(r"\S+", text[start:end])]
    while words:
        first, second = text[slice(*words[0])], text[slice(*words[1])] if len(words) > 1 else ""
        operated = bool(second) and _ALONE.fullmatch(second) is not None
        article = first in {"a", "A", "I"} and not operated and len(words) > 1
        counted = text[:start].strip() and first.isdigit() and not operated
        stray = _ALONE.fullmatch(first) is not None or (first in _NAMES and text[:start].strip())
        if not (article or counted or stray):
            break
        words.pop(0)
    while words:
        final = text[slice(*words[-1])]
        before = text[slice(*words[-2])] if len(words) > 1 else ""
        article = final in {"a", "A", "I"} and bool(before) and not _ALONE.fullmatch(before)
        if not (article or _ALONE.fullmatch(final)):
            break
        words.pop()
    return (words[0][0], words[-1][1]) if words else (start, start)


def _is_formula(typed: str, *, alone: bool) -> bool:
    """Return whether a run has evidence of mathematics, a variable, and brackets that close."""
    letters = re.sub("|".join(sorted(_BIG | {"sqrt"})), "", typed)
    if not re.search(_LETTER, letters) or not _closed(typed) or typed.endswith(("+", "^", "_")):
        return False
    evidence = (
        _POWER,
        _RELATION,
        _ARITHMETIC,
        _PRIME,
        _CALL,
        _FRACTION,
        *([_WEAK] if alone else []),
    )
    return any(pattern.search(typed) for pattern in evidence)


def _closed(typed: str) -> bool:
    """Return whether each bracket has its partner."""
    stack: list[str] = []
    for sign in typed:
        if sign in "([{":
            stack.append(sign)
        elif sign in ")]}" and (
            not stack or stack.pop() + sign not in {"()", "[]", "{}", "(]", "[)"}
        ):
            return False
    return not stack


def _latex(typed: str) -> str:
    """Return the LaTeX of a run: names as commands, and braces around powers, indices and roots."""
    out: list[str] = []
    place = 0
    while place < len(typed):
        sign = typed[place]
        piece = _PIECE.match(typed, place)
        if piece is None:
            out.append(sign)
            place += 1
        elif sign in "^_" or piece[0] in _ROOTS:
            inner, place = _argument(typed, piece.end())
            out.append(("\\sqrt" if piece[0] in _ROOTS else sign) + f"{{{_latex(inner)}}}")
        elif sign in "{}":
            out.append("\\" + sign)
            place += 1
        else:
            shown = _NAMES.get(piece[0]) if piece["letters"] else _SIGNS.get(piece[0])
            out.append(shown or piece[0])
            place = piece.end()
    return "".join(out).strip()


def _argument(typed: str, place: int) -> tuple[str, int]:
    """Return what a power, an index or a root applies to, without brackets, and its end."""
    while place < len(typed) and typed[place] == " ":
        place += 1
    if typed[place : place + 1] in {"(", "{"}:
        depth = 0
        for end in range(place, len(typed)):
            depth += (typed[end] in "({") - (typed[end] in ")}")
            if not depth:
                return typed[place + 1 : end], end + 1
    one = re.compile(rf"[-−+]?(?:\d+(?:\.\d+)?|{'|'.join(_NAMES)}|\S)?").match(typed, place)
    end = one.end() if one else place
    return typed[place:end], end
