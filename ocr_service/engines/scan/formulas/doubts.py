"""Tells which readings of formulas are not to be trusted."""

from __future__ import annotations

import re

from ocr_service.engines.scan.formulas.reader import FormulaText

__all__ = ["doubt", "sound_latex"]

_LEAST_CONFIDENCE = 0.85
_LONGEST = 2_000  # characters
_REPEATS = re.compile(r"(.{1,60}?)\1{5,}", re.DOTALL)
_SHORT_REPEAT = 12  # characters in all: a row of dots, of a few zeros, of braces is no loop
_COMMAND = re.compile(r"\\[A-Za-z]+")
_OF_TWO = re.compile(r"\\(?:[dtc]?frac|[dt]?binom|stackrel|overset|underset)(?![A-Za-z])")
_SCRIPT = re.compile(r"[_^]\s*(?=\{)")
_RELATION = re.compile(r"[=<>]|\\(?:leq?|geq?|neq?|equiv|sim|approx)(?![A-Za-z])")
_WORD = re.compile(r"[A-Za-z]")


def doubt(text: FormulaText) -> str:
    """Return why a reading is not to be trusted, in a few words; "" if it is."""
    latex = text.latex.strip()
    if not latex:
        return "nothing was read"
    if not text.is_complete or len(latex) > _LONGEST or _loops(latex):
        return "the reading loops"
    if text.confidence < _LEAST_CONFIDENCE:
        return "the reading is unsure"
    if _is_one_script(latex):
        return "the reading is one script"
    return "" if sound_latex(latex) else "the reading is no LaTeX"


def _loops(latex: str) -> bool:
    """Return whether a passage stands six times in a row."""
    for match in _REPEATS.finditer(re.sub(r"\s+", " ", latex)):
        if len(match[0]) >= _SHORT_REPEAT and _WORD.search(match[0]):
            return True
    return False


def _is_one_script(latex: str) -> bool:
    """Return whether most of a formula, a relation with it, stands in a script: `f_{(x) = y}`."""
    for script in _SCRIPT.finditer(latex):
        group = latex[script.end() : _end_of_argument(latex, script.end())]
        if 2 * len(group) > len(latex) and _RELATION.search(group):
            return True
    return False


def sound_latex(latex: str) -> bool:
    """Return whether LaTeX is well-formed: braces and delimiters in pairs, commands known."""
    from latex2mathml.converter import convert

    depth = 0
    for brace in re.findall(r"\\.|[{}]", latex, re.DOTALL):
        depth += (brace == "{") - (brace == "}")
        if depth < 0:
            return False
    if depth:
        return False
    try:
        mathml = convert(latex)
    except Exception:  # it raises its own errors, KeyError, IndexError and others
        return False
    # What it does not know, it copies: a command, or a mark of a column outside a grid.
    return not re.search(r"<m[ion]>\s*(?:\\[A-Za-z]|&<)", mathml) and _has_arguments(latex)


def _has_arguments(latex: str) -> bool:
    """Return whether everything that takes two arguments has them."""
    for match in _OF_TWO.finditer(latex):
        place = match.end()
        for _ in range(2):
            while place < len(latex) and latex[place].isspace():
                place += 1
            if place >= len(latex) or latex[place] in "}&^_":
                return False
            place = _end_of_argument(latex, place)
    return True


def _end_of_argument(latex: str, place: int) -> int:
    """Return where an argument ends that begins at a place: a group, a command or a character."""
    command = _COMMAND.match(latex, place)
    if command:
        return command.end()
    depth = 0
    for end in range(place, len(latex)):
        escaped = latex[end - 1 : end] == "\\"
        depth += (latex[end] == "{" and not escaped) - (latex[end] == "}" and not escaped)
        if depth <= 0:
            return end + 1
    return len(latex)
