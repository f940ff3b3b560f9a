r"""LaTeX -> tokens that are the same for formulas that look the same.

Presentation goes (sizes, spacing, fonts of weight), spellings are made one (`\le` and `\leq`,
`x^{2}` and `x^2`, `x^2_i` and `x_i^2`, `f'` and `f^\prime`, `≤` and `\leq`). What is not LaTeX
gives some tokens too; nothing raises, and long input is cut.
"""

from __future__ import annotations

import re
import unicodedata

from indexer.formulas.latex_symbols import (
    ALIASES,
    DROPPED,
    DROPPED_WITH_ARGUMENT,
    FUNCTIONS,
    ONE_ARGUMENT,
    PLAIN_ENVIRONMENTS,
    TEXT,
    TWO_ARGUMENTS,
    UNICODE,
    WRAPPERS,
)

__all__ = ["raw_tokens", "tokenize_latex"]

MAX_TOKENS = 600
_MAX_INPUT = 8_000  # characters looked at
_MAX_DEPTH = 40  # of braces; what is deeper is read without its braces
_MAX_TOKEN = 40  # characters
_RAW = re.compile(
    r"\\(?:left|right|middle)\s*\.|\\[A-Za-z]+|\\.|\d+(?:\.\d+)?|[A-Za-z]+|\s+|.", re.DOTALL
)
_ENTITIES = {"lt": "<", "gt": ">", "amp": "&", "le": r"\leq ", "ge": r"\geq ", "nbsp": " "}
_ENTITY = re.compile(r"\\?&(lt|gt|amp|le|ge|nbsp);")
_NON_ASCII = re.compile(r"[^\x00-\x7f]")
_WORD = re.compile(r"[^\W\d_]+|\d+")
_INFIX = {r"\over": r"\frac", r"\choose": r"\binom", r"\atop": r"\binom", r"\brack": r"\binom"}


def tokenize_latex(latex: str) -> list[str]:
    """Return the normal tokens of a formula, at most `MAX_TOKENS`.

    No token holds white space or `~`.
    """
    return _Reader(raw_tokens(latex)).read()[:MAX_TOKENS]


def raw_tokens(latex: str) -> list[str]:
    """Cut LaTeX into commands, numbers, letters and characters, in the normal spelling.

    White space is a single space; at most `_MAX_INPUT` characters are read.
    """
    text = _ENTITY.sub(lambda found: _ENTITIES[found[1]], latex[:_MAX_INPUT])
    text = _NON_ASCII.sub(_ascii, text)
    tokens: list[str] = []
    for found in _RAW.finditer(text):
        token = found[0]
        if token[0] == "\\" and len(token) > 1:
            name = ALIASES.get(token[1:])
            tokens.append(name if name in _SINGLE else "\\" + (name or token[1:_MAX_TOKEN]))
        elif token.isspace():
            tokens.append(" ")
        elif token.isalpha() and token.isascii():
            tokens.extend(_letters(token))
        else:
            tokens.append(token[:_MAX_TOKEN])
    return tokens


# Characters that `ALIASES` gives for a command; the braces `\{` and `\}` stay commands.
_SINGLE = frozenset({"[", "]", "<", ">", "|", "‖", ":", "*", "(", ")", "^", "_"})


def _ascii(found: re.Match[str]) -> str:
    """Spell a character that is not ASCII as LaTeX does, with a space to end a command."""
    char = found[0]
    known = UNICODE.get(char)
    if known is None:
        plain = unicodedata.normalize("NFKC", char)
        known = "".join(UNICODE.get(part, part) for part in plain)
    return known + " " if known[-1:].isalpha() and known.startswith("\\") else known


def _letters(run: str) -> list[str]:
    """Cut letters that stand together into variables, but keep the names of functions whole."""
    if run in FUNCTIONS:
        return ["\\" + ALIASES.get(run, run)]
    return list(run)


class _Reader:
    """Reads raw tokens once, from the left; every method moves `_at` on."""

    def __init__(self, raw: list[str]) -> None:
        self._raw = raw
        self._at = 0
        self._matrices = 0  # environments around whose cells and rows matter

    def read(self) -> list[str]:
        """Return the tokens of everything, stray closing braces left out."""
        tokens: list[str] = []
        while self._at < len(self._raw):
            tokens += self._row(0)
            self._at += 1  # the brace that closes nothing
        return tokens

    def _row(self, depth: int, until: str = "}") -> list[str]:
        r"""Read up to a closing token, which stays, or the end; `a \over b` becomes a fraction."""
        tokens: list[str] = []
        numerator: tuple[str, list[str]] | None = None
        while self._at < len(self._raw) and self._raw[self._at] not in {until, "}"}:
            command = _INFIX.get(self._raw[self._at])
            if command:
                self._at += 1
                if numerator is None:
                    numerator, tokens = (command, tokens), []
                continue
            tokens += self._scripted(depth)
        if numerator is None:
            return tokens
        return [numerator[0], *_braced(numerator[1]), *_braced(tokens)]

    def _scripted(self, depth: int) -> list[str]:
        """Read one thing with what is below and above it, below first."""
        base: list[str] = []
        group = False
        if self._raw[self._at] not in {"^", "_", "'"}:
            group = self._raw[self._at] == "{"
            base = self._atom(depth)
        below: list[str] = []
        above: list[str] = []
        while (mark := self._peek()) in {"^", "_", "'"}:
            self._at += 1
            if mark == "'":
                above.append(r"\prime")
            elif mark == "_":
                below += self._argument(depth, digit=True)
            else:
                above += self._argument(depth, digit=True)
        if group and (below or above):
            base = _braced(base)
        tokens = base + (["_", *_braced(below)] if below else [])
        return tokens + (["^", *_braced(above)] if above else [])

    def _peek(self) -> str:
        r"""Return the next token that is no space or `\limits`, or "" at the end; skips to it."""
        while self._at < len(self._raw) and self._raw[self._at] in {" ", r"\limits", r"\nolimits"}:
            self._at += 1
        return self._raw[self._at] if self._at < len(self._raw) else ""

    def _argument(self, depth: int, *, digit: bool = False) -> list[str]:
        """Read a command's argument: a group, a command with its own, or one character."""
        following = self._peek()
        if following in {"", "}", "&", r"\\", r"\end"}:
            return []
        if digit and following[0].isdigit() and len(following) > 1:
            self._raw[self._at] = following[1:]  # `x^23` is x², 3
            return [following[0]]
        return self._atom(depth)

    def _atom(self, depth: int) -> list[str]:
        """Read one group, command or character."""
        raw = self._raw[self._at]
        self._at += 1
        if raw == "{":
            return self._group(depth)
        if len(raw) > 1 and raw[0] == "\\":
            return self._command(raw[1:], depth)
        silent = raw in {" ", "~"} or not raw.isprintable() or (raw == "&" and not self._matrices)
        return [] if silent else [raw]

    def _group(self, depth: int) -> list[str]:
        """Read the rest of a group; braces only group, so they are gone."""
        if depth >= _MAX_DEPTH:
            return []
        tokens = self._row(depth + 1)
        self._at += 1
        return tokens

    def _command(self, name: str, depth: int) -> list[str]:
        """Read what belongs to a command."""
        if name in DROPPED or name.isspace() or not name.isprintable() or name[-1] == ".":
            return []
        if name in {"begin", "end"}:
            return self._environment(name)
        if name in TEXT or name in DROPPED_WITH_ARGUMENT:
            words = self._verbatim()
            return _spoken(words) if name in TEXT else []
        if name == "\\":
            return ["\\\\"] if self._matrices else []
        if depth >= _MAX_DEPTH:
            return ["\\" + name]
        return self._with_arguments(name, depth + 1)

    def _with_arguments(self, name: str, depth: int) -> list[str]:
        """Read a command that takes mathematics, or nothing."""
        if name in WRAPPERS:
            return self._argument(depth)
        if name in ONE_ARGUMENT:
            return _modified(name, self._argument(depth))
        if name == "sqrt":
            return self._root(depth)
        if name not in TWO_ARGUMENTS:
            return ["\\" + name]
        first = _braced(self._argument(depth, digit=True))
        second = self._argument(depth, digit=True)
        if name in {"underset", "overset"}:
            return [*second, "_" if name == "underset" else "^", *first]
        return ["\\" + name, *first, *_braced(second)]

    def _root(self, depth: int) -> list[str]:
        index: list[str] = []
        if self._peek() == "[":
            self._at += 1
            index = self._row(depth + 1, "]")
            self._at += self._peek() == "]"
        radicand = _braced(self._argument(depth + 1, digit=True))
        return [r"\root", *_braced(index), *radicand] if index else [r"\sqrt", *radicand]

    def _environment(self, name: str) -> list[str]:
        kind = self._verbatim().strip().rstrip("*")
        if not kind or kind in PLAIN_ENVIRONMENTS:
            return []
        if name == "end":
            self._matrices = max(0, self._matrices - 1)
            return []
        self._matrices += 1
        if kind in {"array", "tabular"}:
            self._verbatim()  # the columns' alignment
        kind = "".join(_WORD.findall(kind))[:_MAX_TOKEN]
        return [f"\\begin{{{kind}}}"]

    def _verbatim(self) -> str:
        """Return the raw text of the group that follows, "" where none does."""
        if self._peek() == "*":
            self._at += 1
        if self._peek() != "{":
            return ""
        start, depth = self._at + 1, 0
        while self._at < len(self._raw):
            raw = self._raw[self._at]
            depth += (raw == "{") - (raw == "}")
            self._at += 1
            if depth == 0:
                break
        return "".join(self._raw[start : self._at - 1])


_NEGATED = {"=": r"\neq", r"\in": r"\notin", r"\equiv": r"\nequiv", r"\subset": r"\nsubset"}


def _braced(tokens: list[str]) -> list[str]:
    """Put braces around tokens unless there is just one."""
    return tokens if len(tokens) == 1 else ["{", *tokens, "}"]


def _modified(name: str, argument: list[str]) -> list[str]:
    """Return a symbol under an accent, in an alphabet or negated; ℝ and ≠ are one token."""
    symbol = argument[0] if len(argument) == 1 else ""
    if name == "not" and symbol in _NEGATED:
        return [_NEGATED[symbol]]
    if name.startswith("math") and symbol.isalnum():
        return [f"\\{name}{{{symbol}}}"]
    return ["\\" + name, *_braced(argument)]


def _spoken(text: str) -> list[str]:
    r"""Return the words of `\text{...}`: a letter as it is, a function's name as its command."""
    text = text.replace("\\", " ").strip()
    if text in FUNCTIONS:
        return ["\\" + text]
    words = _WORD.findall(text)
    return [word[:_MAX_TOKEN] if len(word) == 1 else word.lower()[:_MAX_TOKEN] for word in words]
