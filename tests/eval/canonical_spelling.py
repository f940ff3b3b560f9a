r"""Rewrites LaTeX in few commands, so that latex2mathml makes one tree of what looks the same.

Joins only what looks alike on the page; `canonical.py` lists the rules.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial

from tests.eval.canonical_names import (
    ALIASES,
    DROPPED,
    DROPPED_WITH_ARGUMENT,
    NEGATED,
    NEGATED_NAMES,
    SWITCHES,
    TRANSPARENT,
    UPRIGHT,
)

__all__ = ["prepared"]

_OF_LIGATURES = {"``": "“", "''": "”", "---": "—", "--": "–"}
_TOKEN = re.compile(r"\\(?:[A-Za-z]+\*?|.)|\s+|.", re.DOTALL)
_MATH_IN_TEXT = re.compile(r"\$([^$]*)\$|\\\((.*?)\\\)", re.DOTALL)
_PLAIN_TEXT = re.compile(r"[^\\$^_&]*\Z")
_GOTHIC_IN_TEXT = re.compile(r"\\text(?:goth|frak|swab)\s*\{([^{}]*)\}")
_ZERO = re.compile(r"0+(?:\.0*)?\s*(?:[a-z]{2})?")  # a thickness that draws no line
_DIMENSION = re.compile(r"\s*-?[\d.]+\s*(?:pt|em|ex|mu|mm|cm|in|pc)")
_FENCES = ("left", "right", "middle")
_UPRIGHT_LETTERS = ("mathrm", "operatorname", "mathup", "symrm")
_CHARACTERS = {"…": "\\dots ", "~": "", "°": "^{\\circ}"}
_OPEN, _CLOSE, _MARK = "{", "}", "&"
_CELL_ENDS = ("&", "\\\\", "\\end")
_PLAIN_NAMES = ("(", ")", "[", "]", ":", "*")
_ALIGNED = ("aligned", "alignedat", "gathered", "split", "align", "gather")
_COMPOSED = {
    "coloneqq": ":=",
    "eqqcolon": "=:",
    "Coloneqq": "::=",
    "llangle": "⟨⟨",
    "rrangle": "⟩⟩",
}
_MATRICES = ("aligned", "alignedat", "gathered", "split", "smallmatrix", "align", "gather")


def prepared(latex: str) -> str:
    """Return LaTeX in fewer commands, for latex2mathml."""
    without_comments = re.sub(r"(?<!\\)%[^\n]*\n?", "", latex)
    return _Rewriter(without_comments).rewritten()


class _Rewriter:
    """Rewrites one formula; `_index` is the next token."""

    def __init__(self, latex: str) -> None:
        self._tokens: list[str] = _TOKEN.findall(latex)
        self._index = 0
        self._grids: list[str] = []  # open environments; "matrix" for one whose `&` align only
        self._readers: dict[str, Callable[[], str]] = {
            **dict.fromkeys(_FENCES, self._fence),
            **dict.fromkeys(DROPPED_WITH_ARGUMENT, self._without_argument),
            "begin": partial(self._environment, "begin"),
            "end": partial(self._environment, "end"),
            "not": self._negated,
            "smash": self._smash,
            "genfrac": self._general_fraction,
        }

    def rewritten(self) -> str:
        """Return the formula in fewer commands."""
        parts: list[str] = []
        while self._index < len(self._tokens):
            token = self._tokens[self._index]
            self._index += 1
            if token[0] == "\\" and len(token) > 1:
                parts.append(self._command(token[1:]))
            else:
                aligned = token == _MARK and self._grids[-1:] == ["matrix"]
                parts.append("" if aligned else _CHARACTERS.get(token, token))
        return "".join(parts)

    def _command(self, name: str) -> str:
        name = name.removesuffix("*") if name[0].isalpha() else name
        reader = self._readers.get(name)
        if reader is not None:
            return reader()
        if name in DROPPED or name in TRANSPARENT:
            return " "
        if name in SWITCHES:
            return _Rewriter(f"\\{SWITCHES[name]}{{{self._rest_of_group()}}}").rewritten()
        if name in UPRIGHT:
            return _upright(self._argument(), name)
        return _renamed(name)

    def _skip_spaces(self) -> None:
        while self._index < len(self._tokens) and self._tokens[self._index].isspace():
            self._index += 1

    def _fence(self) -> str:
        r"""Drop `\\left` and similar, with the point that means no delimiter."""
        self._skip_spaces()
        self._index += self._tokens[self._index : self._index + 1] == ["."]
        return ""

    def _argument(self) -> str:
        """Read an argument; return it as text."""
        self._skip_spaces()
        if self._index >= len(self._tokens):
            return ""
        start = self._index
        if self._tokens[start] != _OPEN:
            self._index += 1
            return self._tokens[start]
        depth = 0
        while self._index < len(self._tokens):
            token = self._tokens[self._index]
            depth += (token == _OPEN) - (token == _CLOSE)
            self._index += 1
            if depth == 0:
                break
        return "".join(self._tokens[start + 1 : self._index - 1])

    def _without_argument(self) -> str:
        """Skip an argument or a dimension."""
        self._skip_spaces()
        if self._tokens[self._index : self._index + 1] == [_OPEN]:
            self._argument()
            return ""
        found = _DIMENSION.match("".join(self._tokens[self._index : self._index + 20]))
        length = len(found[0]) if found else 0
        while length > 0 and self._index < len(self._tokens):
            length -= len(self._tokens[self._index])
            self._index += 1
        return ""

    def _smash(self) -> str:
        """Skip `[t]` or `[b]`; the argument is printed."""
        self._skip_spaces()
        if self._tokens[self._index : self._index + 1] == ["["]:
            self._index += 3
        return " "

    def _general_fraction(self) -> str:
        r"""Write `\\genfrac` as a fraction, or as a column of two, between its delimiters."""
        before, after, thickness, _, upper, lower = (
            _Rewriter(self._argument()).rewritten() for _ in range(6)
        )
        if _ZERO.fullmatch(thickness.strip()):
            whole = f"\\begin{{matrix}}{upper}\\\\{lower}\\end{{matrix}}"
        else:
            whole = f"\\frac{{{upper}}}{{{lower}}}"
        return f" {before.strip().strip('.')}{whole}{after.strip().strip('.')} "

    def _rest_of_group(self) -> str:
        """Return the rest of this group, or of this cell of a grid."""
        start, depth = self._index, 0
        while self._index < len(self._tokens):
            token = self._tokens[self._index]
            depth += (token == _OPEN) - (token == _CLOSE)
            if depth < 0 or (depth == 0 and token in _CELL_ENDS):
                break
            self._index += 1
        return "".join(self._tokens[start : self._index])

    def _environment(self, command: str) -> str:
        name = self._argument().strip().removesuffix("*")
        if command == "end":
            self._grids[-1:] = []
        else:
            self._grids.append("matrix" if name in _ALIGNED else "")
            if self._tokens[self._index : self._index + 1] == ["["] and name in _ALIGNED:
                self._index += 3  # `[t]`
            if name in ("alignedat", "alignat"):
                self._argument()
        known = {"dcases": "cases", "rcases": "cases", "psmallmatrix": "pmatrix"}
        name = "matrix" if name in _MATRICES else known.get(name, name)
        return f"\\{command}{{{name}}}"

    def _negated(self) -> str:
        """Write a negated relation as one glyph."""
        self._skip_spaces()
        if self._index >= len(self._tokens):
            return ""
        token = self._tokens[self._index]
        self._index += 1
        name = _renamed(token[1:]).strip() if token[0] == "\\" else token
        negated = NEGATED.get(name)
        if negated is None:
            return f"\\not {token} "
        return _renamed(negated[1:]) if negated.startswith("\\") else f" {negated} "


def _renamed(name: str) -> str:
    if name in NEGATED_NAMES:
        return f" {NEGATED_NAMES[name]} "
    name = ALIASES.get(name, name)
    if name in _PLAIN_NAMES:
        return name
    if name == "vert":
        return "|"
    if name in _COMPOSED:
        return _COMPOSED[name]
    if name in ("iint", "iiint", "iiiint"):
        return "\\int " * name.count("i")
    return f"\\{name} " if name[:1].isalpha() else f"\\{name}"


def _upright(argument: str, name: str) -> str:
    """Return upright letters in one spelling; formulas in a text stay formulas."""
    if name in _UPRIGHT_LETTERS:
        argument = re.sub(r"\\[,;:! ]|~|\\nobreak\s*|\{\}", " ", argument).strip()
        bare = argument.replace("{", "").replace("}", "")
        if not _PLAIN_TEXT.match(bare):
            return f"\\mathrm{{{_Rewriter(argument).rewritten()}}}"
        return f"\\mathop{{\\text{{{bare}}}}}" if name == "operatorname" else f"\\text{{{bare}}}"
    argument = _GOTHIC_IN_TEXT.sub(r"$\\mathfrak{\1}$", argument)
    parts: list[str] = []
    position = 0
    for found in _MATH_IN_TEXT.finditer(argument):
        parts.append(_text_part(argument[position : found.start()]))
        parts.append("{" + _Rewriter(found[1] or found[2] or "").rewritten() + "}")
        position = found.end()
    parts.append(_text_part(argument[position:]))
    return "".join(parts)


def _text_part(text: str) -> str:
    if not text.strip():
        return " "
    for mark, printed in _OF_LIGATURES.items():
        text = text.replace(mark, printed)
    text = re.sub(
        r"\\(?:emph|text[a-z]{2}|bf|it|rm|sc|bfseries|itshape|small|footnotesize)(?![a-z])",
        "",
        text,
    )
    text = re.sub(r"\\(?=[&%$#_{}])", "", text)
    text = re.sub(r"\\[,;:! /]|~|\\(?:quad|qquad|ldots|dots)(?![a-z])", " ", text)
    text = text.replace("{", "").replace("}", "")
    return f"\\text{{{text}}}"
