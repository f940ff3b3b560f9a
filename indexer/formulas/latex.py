r"""Rewrites LaTeX as plain LaTeX of some twenty commands, for the parser of `layout`.

Removes presentation, unifies spellings, closes braces and environments, and turns every symbol
without structure into a leaf: `\text{v:\theta}`. So the parser sees only commands that it knows,
and none of the macros, lengths or colours that a page may invent.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import ClassVar

from indexer.formulas.latex_symbols import (
    DROPPED,
    DROPPED_WITH_ARGUMENT,
    FUNCTIONS,
    ONE_ARGUMENT,
    PLAIN_ENVIRONMENTS,
    TEXT,
    VARIABLES,
    WRAPPERS,
)
from indexer.formulas.latex_tokens import raw_tokens

__all__ = ["leaf_label", "plain_latex"]

_MAX_TOKENS = 1_500  # of a formula, spaces not counted
_MAX_DEPTH = 40  # of braces; deeper ones are dropped
_MAX_WORDS = 20  # of one text in a formula
_ALPHABETS = frozenset({"mathbb", "mathcal", "mathfrak", "mathscr"})
_STRUCTURE = (ONE_ARGUMENT - _ALPHABETS - {"not"}) | {
    "frac", "binom", "sqrt", "overset", "underset", "over", "choose", "atop", "brack",
}  # fmt: skip
_PLAIN = frozenset("()[]+-=<>|/!,.:;*")  # which the parser takes unchanged
_BLANK = frozenset("~$ ")
_DIGITS = {
    r"\frac": 2,
    r"\binom": 2,
    r"\sqrt": 1,
    "^": 1,
    "_": 1,
}  # arguments of one digit
_FENCED = {
    "pmatrix": ("(", ")"), "bmatrix": ("[", "]"), "vmatrix": ("|", "|"), "Bmatrix": (r"\{", r"\}"),
    "Vmatrix": (r"\text{o:‖}", r"\text{o:‖}"), "cases": (r"\{", ""), "dcases": (r"\{", ""),
    "rcases": ("", r"\}"),
}  # fmt: skip
_MATRICES = frozenset({"matrix", "array", "smallmatrix", "tabular", "subarray", *_FENCED})
_NEGATED = {"=": r"\neq", r"\in": r"\notin", r"\equiv": r"\nequiv", r"\subset": r"\nsubset",
            r"\exists": r"\nexists"}  # fmt: skip
_ANGLES = {"<": r"\langle", ">": r"\rangle"}
_WORD = re.compile(r"[^\W\d_]+|\d+")
_DOTS = re.compile(r"\.\s*\.\s*\.(?:\s*\.)*")
_WILDCARD = re.compile(r"(?<!\\)\\\?\{([A-Za-z0-9]{1,20})\}|(?:(?<!\\)\\)?\?([A-Za-z])?")
_QUESTION_MARK = re.compile(r"(?<=[\w)\]}'!])\s*\?[\s.]*$")
# Marks among the raw tokens: a wildcard, and the start of a word. No formula holds them.
_WILD, _SPOKEN = "\ue000", "\ue001"


def plain_latex(latex: str, *, wildcards: bool = False) -> str:
    r"""Return plain LaTeX that looks like `latex`, at most a few thousand characters.

    With `wildcards`, `?`, `?x` and `\?x` are wildcards: leaves of the kind `w:`. A question mark at
    the end is punctuation.
    """
    latex = _QUESTION_MARK.sub("", re.sub(f"[{_WILD}{_SPOKEN}]", "", latex))
    names: list[str] = []
    if wildcards:

        def mark(found: re.Match[str]) -> str:
            names.append(found[1] or found[2] or "")
            return _WILD

        latex = _WILDCARD.sub(mark, latex)
    raw = raw_tokens(_DOTS.sub(r"\\ldots ", latex))
    return _Writer(raw[: 2 * _MAX_TOKENS], names).write()


def leaf_label(sign: str) -> str:
    r"""Return the label of a symbol: its kind, a colon and its name.

    Kinds are `v` variables, `n` numbers, `f` names of functions, `o` operators and everything else.
    """
    name = sign.removeprefix("\\")
    if name in FUNCTIONS:
        return f"f:{name}"
    if name in VARIABLES or (len(sign) == 1 and sign.isalpha()):
        return f"v:{name}"
    if sign[0].isdigit():
        return f"n:{sign}"
    return f"o:{name or sign}"


class _Writer:
    """Reads raw tokens once, from left to right; every method advances `_at`."""

    def __init__(self, raw: list[str], wildcards: list[str]) -> None:
        self._raw = raw
        self._at = 0
        self._out: list[str] = []
        self._open: list[str] = []  # the closing tokens of the open groups and environments
        self._wildcards = iter(wildcards)
        self._digits = 0  # how many digits of the next number are arguments of their own

    def write(self) -> str:
        """Return the plain LaTeX of all raw tokens."""
        while self._at < len(self._raw) and len(self._out) < _MAX_TOKENS:
            sign = self._raw[self._at]
            self._at += 1
            if sign == " ":
                continue
            digits, self._digits = self._digits, 0
            if sign[0] == "\\" and len(sign) > 1:
                self._command(sign[1:])
            else:
                self._character(sign, digits)
        self._out += reversed(self._open)
        return " ".join(self._out)

    def _character(self, sign: str, digits: int) -> None:
        if sign in {"{", "}"}:
            self._brace(sign)
        elif sign == "&":
            self._out += ["&"] if self._in_matrix() else []
        elif sign == _WILD:
            self._leaf(f"w:{next(self._wildcards, '')}")
        elif sign[0] == _SPOKEN:
            self._leaf(f"t:{sign[1:]}")
        elif sign == "'":
            self._primes()
        elif sign in {"^", "_"}:
            self._digits = 1
            self._out.append(sign)
        elif sign[0].isdigit() and digits and len(sign) > 1:
            self._out += [*sign[:digits], *([sign[digits:]] if sign[digits:] else [])]
        elif sign[0].isdigit() or (sign.isascii() and (sign.isalpha() or sign in _PLAIN)):
            self._out.append(sign)
        elif sign.isprintable() and sign not in _BLANK:
            self._leaf(leaf_label(sign))

    def _brace(self, sign: str) -> None:
        if sign == "{" and len(self._open) < _MAX_DEPTH:
            self._open.append("}")
            self._out.append("{")
        elif sign == "}" and self._open and self._open[-1] == "}":
            self._out.append(self._open.pop())

    def _primes(self) -> None:
        """Write primes and the superscript after them as one superscript."""
        count = 1
        while self._peek() == "'":
            self._at += 1
            count += 1
        self._out += ["^", "{", *[r"\text{o:prime}"] * count]
        if self._peek() == "^" and len(self._open) < _MAX_DEPTH:
            self._at += 1
            if self._peek() == "{":
                self._at += 1
                self._open.append("}")  # the superscript's own brace closes ours
                return
            self._out += self._raw[self._at : self._at + 1]
            self._at += 1
        self._out.append("}")

    def _leaf(self, label: str) -> None:
        self._out.append(rf"\text{{{label}}}")

    def _in_matrix(self) -> bool:
        return any(closer != "}" for closer in self._open)

    def _command(self, name: str) -> None:
        read = self._readers.get(name)
        if read is not None:
            read(self, name)
        elif name in DROPPED or name in WRAPPERS or name[-1] == "." or not name.isprintable():
            return
        elif name in _STRUCTURE or name in {"{", "}"}:
            self._out.append("\\" + name)
            self._digits = _DIGITS.get("\\" + name, 0)
        elif name.isalnum() or name in "%#&_$|":
            self._leaf(leaf_label("\\" + name))

    def _fence(self, _name: str) -> None:
        angle = _ANGLES.get(self._peek())
        if angle:
            self._raw[self._at] = angle

    def _skip(self, _name: str) -> None:
        self._verbatim()

    def _peek(self) -> str:
        """Skip spaces and return the next token, "" at the end."""
        while self._at < len(self._raw) and self._raw[self._at] == " ":
            self._at += 1
        return self._raw[self._at] if self._at < len(self._raw) else ""

    def _new_row(self, _name: str) -> None:
        if self._peek() == "[":  # \\[2pt]
            closing = self._raw[self._at : self._at + 8]
            if "]" in closing and any(sign.isdigit() for sign in closing):
                self._at += closing.index("]") + 1
        if self._in_matrix():
            self._out.append(r"\\")

    def _modified(self, name: str) -> None:
        r"""Write a letter of an alphabet (ℝ), or a sign with `\not`, as one symbol."""
        following = self._peek()
        group = self._raw[self._at : self._at + 3]
        if name == "not":
            if following in _NEGATED:
                self._raw[self._at] = _NEGATED[following]
            else:
                self._leaf("o:not")
        elif len(following) == 1 and following.isalnum():
            self._at += 1
            self._leaf(f"v:{name}:{following}")
        elif len(group) == 3 and group[0] == "{" and group[2] == "}" and group[1].isalnum():
            self._at += 3
            self._leaf(f"v:{name}:{group[1]}")
        # Of several letters in an alphabet each is written without it.

    def _text(self, _name: str) -> None:
        r"""Put the words of `\text{...}`, and its formulas in dollars, before the unread tokens."""
        inner: list[str] = []
        words, in_formula = "", False
        for sign in self._verbatim():
            command = sign[0] == "\\" and sign[1:].isalpha()
            if sign != "$" and not in_formula and not command and sign not in {"^", "_"}:
                words += sign
                continue
            inner += _spoken(words)
            words, in_formula = "", in_formula ^ (sign == "$")
            inner += [sign] if sign != "$" else []
        inner += _spoken(words)
        self._raw[self._at : self._at] = inner if len(inner) == 1 else ["{", *inner, "}"]

    def _environment(self, name: str) -> None:
        kind = "".join(self._verbatim()).strip().rstrip("*")
        before, after = _FENCED.get(kind, ("", ""))
        if kind in PLAIN_ENVIRONMENTS or kind not in _MATRICES:
            return
        closer = rf"\end{{matrix}} {after}".strip()
        if name == "end":
            if closer in self._open:
                while self._open[-1] != closer:
                    self._out.append(self._open.pop())
                self._out.append(self._open.pop())
            return
        if kind in {"array", "tabular", "subarray"}:
            self._verbatim()  # the columns' alignment
        if len(self._open) < _MAX_DEPTH:
            self._open.append(closer)
            self._out += [before, r"\begin{matrix}"] if before else [r"\begin{matrix}"]

    def _verbatim(self) -> list[str]:
        """Return the raw tokens of the group that follows, [] if none does."""
        if self._peek() == "*":
            self._at += 1
        if self._peek() == "[":  # an option
            end = self._raw.index("]", self._at) if "]" in self._raw[self._at :] else self._at
            self._at = end + (end > self._at)
        if self._peek() != "{":
            return []
        start, depth = self._at + 1, 0
        while self._at < len(self._raw):
            depth += {"{": 1, "}": -1}.get(self._raw[self._at], 0)
            self._at += 1
            if depth == 0:
                break
        return self._raw[start : self._at - 1]

    _readers: ClassVar[dict[str, Callable[[_Writer, str], None]]] = {
        **dict.fromkeys(("left", "right", "middle"), _fence),
        **dict.fromkeys(("begin", "end"), _environment),
        **dict.fromkeys(DROPPED_WITH_ARGUMENT, _skip),
        **dict.fromkeys(TEXT, _text),
        **dict.fromkeys((*_ALPHABETS, "not"), _modified),
        "\\": _new_row,
    }


def _spoken(text: str) -> list[str]:
    """Return a text as tokens: letters, numbers, names of functions, and words."""
    tokens = []
    for word in _WORD.findall(text)[:_MAX_WORDS]:
        if word in FUNCTIONS:
            tokens.append("\\" + word)
        else:
            single = len(word) == 1 or word[0].isdigit()
            tokens.append(word[:40] if single else _SPOKEN + word.lower()[:40])
    return tokens
