r"""Shows formulas as Unicode in a terminal, where they read well: `σ²/n`, `∑ᵢ xᵢ ≤ ‖x‖`.

unicodeit turns commands, scripts and accents into characters. It replaces beginnings of commands
that it does not know (`\operatorname` would begin with `ø`), so a formula is given to it only if it
knows every command, and what comes out is shown only if nothing of LaTeX is left in it.
"""

from __future__ import annotations

import re
from functools import cache

from indexer.passages.math_spans import find_math

__all__ = ["unicode_formula", "with_unicode_formulas"]

_LONGEST = 160  # characters of LaTeX; longer formulas do not read well on one line
_COMMAND = re.compile(r"\\(?:[A-Za-z]+|.)")
_ALPHABETS = frozenset({r"\mathbb", r"\mathcal", r"\mathfrak", r"\mathbf"})
_ARGUMENT = r"\{([^{}\\]*)\}"
_SIMPLE = r"\{((?:[^{}]|\{[^{}]*\})*)\}"
_LEFT = re.compile(r"[{}^_\\]")
_ACCENTS = "hat|bar|tilde|dot|ddot|vec|overline|check|breve"
_OPEN, _CLOSE = "\ue000", "\ue001"  # for printed braces, until those of LaTeX are gone
# What unicodeit does not know, in what it does; applied in turn.
_PLAINER = (
    (re.compile(r"\\(?:left|right|[bB]igg?[lrm]?)\s*(?=[()\[\]|/.\\])"), ""),
    (re.compile(rf"\\(?:operatorname|mathrm|text|mathsf|textrm)\*?\s*{_ARGUMENT}"), r"\1"),
    (re.compile(r"\\(sin|cos|tan|log|ln|exp|lim|max|min|sup|inf|det|dim|Pr|arg|gcd)(?![a-zA-Z])"),
     r"\1 "),
    (re.compile(r"\\(?:,|;|:|!|quad|qquad)(?![a-zA-Z])"), " "),
    (re.compile(r"\\lVert|\\rVert"), r"\\|"),
    (re.compile(r"\\lvert|\\rvert"), "|"),
    (re.compile(rf"\\({_ACCENTS})\s*(\\[A-Za-z]+|\w)"), r"\\\1{\2}"),
    (re.compile(r"\\[dt]?frac\s*\{([\w']{1,3})\}\s*\{([\w']{1,3})\}"), r"\1/\2 "),
    (re.compile(rf"\\sqrt\s*{_SIMPLE}"), r"√(\1)"),
    (re.compile(r"√\((\w)\)"), r"√\1"),
    (re.compile(r"\\tag\*?\{[^{}]*\}"), ""),
    (re.compile(r"\\([%$#])"), r"\1"),
    (re.compile(r"\\\{"), _OPEN),
    (re.compile(r"\\\}"), _CLOSE),
)  # fmt: skip
_SPACED_SCRIPT = re.compile(rf"(?<=[_^]){_SIMPLE}")


def with_unicode_formulas(text: str) -> str:
    r"""Return text with its formulas in Unicode; those that would not read well stay LaTeX."""
    parts, position = [], 0
    for span in find_math(text):
        shown = unicode_formula(span.latex)
        if shown is not None:
            parts += [text[position : span.start], shown]
            position = span.end
    return "".join([*parts, text[position:]])


def unicode_formula(latex: str) -> str | None:
    r"""Return LaTeX (without delimiters) in Unicode on one line; None if it would not read well."""
    if len(latex) > _LONGEST or "\\\\" in latex or "&" in latex:
        return None
    import unicodeit

    plain = latex
    for pattern, replacement in _PLAINER:
        plain = pattern.sub(replacement, plain)
    plain = _SPACED_SCRIPT.sub(lambda found: "{" + found[1].replace(" ", "") + "}", plain)
    if not all(command in _known() for command in _COMMAND.findall(plain)):
        return None
    shown: str = unicodeit.replace(plain)
    shown = " ".join(shown.split())
    if _LEFT.search(shown) or not shown:
        return None
    return shown.replace(_OPEN, "{").replace(_CLOSE, "}")


@cache
def _known() -> frozenset[str]:
    from unicodeit.data import COMBININGMARKS, REPLACEMENTS

    names = {name for name, _ in (*REPLACEMENTS, *COMBININGMARKS)}
    return frozenset({name for name in names if _COMMAND.fullmatch(name)} | _ALPHABETS)
