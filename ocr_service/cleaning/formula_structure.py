r"""Balances the groups, environments and `\left ... \right` of one formula.

What is open is closed where it must end; a closing mark that nothing opened is removed, or becomes
the plain bracket that it is. An environment that is closed by another name keeps its first one.
Letters, numbers and signs are never removed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import NamedTuple

__all__ = ["TOKEN", "balanced"]

TOKEN = re.compile(
    r"\\(?P<edge>begin|end)\{(?P<name>[A-Za-z]{0,20}\*?)\}"
    r"|\\(?P<side>left|right|middle)(?![A-Za-z])\s*(?P<delimiter>\\[A-Za-z]+|\\.|[^\s\\{}&])?"
    r"|\\[A-Za-z]+|\\.|\\\Z|[{}&]|[^\\{}&]+",
    re.DOTALL,
)
_DEEPEST = 60  # a formula that opens more at a time is left alone


class _Open(NamedTuple):
    """What is open: "{", "left", or the name of an environment; where its token is."""

    what: str
    place: int

    @property
    def is_environment(self) -> bool:
        return self.what not in {"{", "left"}


@dataclass(slots=True)
class _Balance:
    """The tokens read so far, what is open of them, and whether a column mark stands outside."""

    tokens: list[str] = field(default_factory=list)
    open: list[_Open] = field(default_factory=list)
    columns_outside: bool = False

    def environment(self) -> bool:
        return any(one.is_environment for one in self.open)

    def close_last(self) -> None:
        r"""Close what was opened last; of an open `\left(` only the bracket stays."""
        last = self.open.pop()
        if last.what == "{":
            self.tokens.append("}")
        elif last.what == "left":
            self.tokens[last.place] = _bare(self.tokens[last.place])
        else:
            self.tokens.append(f"\\end{{{last.what}}}")


def balanced(formula: str) -> str:
    r"""Return a formula, without its delimiters, with all that it opens closed, and no more.

    Columns outside of any environment get one: `aligned`. Takes time linear in the length.
    """
    state = _Balance()
    for found in TOKEN.finditer(formula):
        _read(state, found)
        if len(state.open) > _DEEPEST:
            return formula
    if formula.endswith("\\") and state.tokens and state.tokens[-1] == "\\":
        state.tokens.append(" ")
    while state.open:
        state.close_last()
    text = "".join(state.tokens)
    return f"\\begin{{aligned}}{text}\\end{{aligned}}" if state.columns_outside else text


def _read(state: _Balance, found: re.Match[str]) -> None:
    """Take one more token."""
    written = found[0]
    match found["edge"] or found["side"] or written:
        case "begin":
            state.open.append(_Open(found["name"], len(state.tokens)))
        case "end":
            written = _end(state, found["name"])
        case "left" | "right" | "middle":
            written = _side(state, found)
        case "{":
            state.open.append(_Open("{", len(state.tokens)))
        case "}":
            written = _brace(state)
        case "&":
            written = _column(state)
        case "\\\\":
            while state.open and state.open[-1].what == "left":
                state.close_last()
    state.tokens.append(written)


def _end(state: _Balance, name: str) -> str:
    r"""Return the `\end` of the environment that is open; nothing if none is."""
    if not state.environment():
        return ""
    named = any(one.what == name for one in state.open)
    while not (state.open[-1].what == name if named else state.open[-1].is_environment):
        state.close_last()
    return f"\\end{{{state.open.pop().what}}}"


def _column(state: _Balance) -> str:
    """Return a column mark, after closing all that is open in its cell; no cell, no mark."""
    if state.environment():
        while not state.open[-1].is_environment:
            state.close_last()
    elif any(one.what == "{" for one in state.open):
        return " "
    else:
        while state.open:
            state.close_last()
        state.columns_outside = True
    return "&"


def _brace(state: _Balance) -> str:
    """Return a closing brace if a brace is open, after closing all that is open within it."""
    if not any(one.what == "{" for one in state.open):
        return ""
    while state.open[-1].what == "left":
        state.close_last()
    if state.open[-1].is_environment:
        return ""  # a stray brace in a cell, rather than the end of a group around it
    state.open.pop()
    return "}"


def _side(state: _Balance, found: re.Match[str]) -> str:
    r"""Return a `\left`, `\right` or `\middle`, or only its bracket if it has no counterpart."""
    if found["delimiter"] is None:
        return "" if found["side"] != "left" else " "
    if found["side"] == "left":
        state.open.append(_Open("left", len(state.tokens)))
        return found[0]
    if not state.open or state.open[-1].what != "left":
        return _bare(found[0])
    if found["side"] == "right":
        state.open.pop()
    return found[0]


def _bare(token: str) -> str:
    r"""Return the bracket of `\left(`; nothing of `\left.`."""
    bracket = re.sub(r"\\(?:left|right|middle)\s*", "", token)
    return "" if bracket == "." else bracket
