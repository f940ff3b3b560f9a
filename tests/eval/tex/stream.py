r"""Streams TeX's tokens: expands macros, and takes tokens back.

`Stream` handles macros with their arguments, and groups, in which definitions are local. Derived
classes add definitions, counters and conditionals to `primitives`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from tests.eval.tex.lexer import CLOSE, OPEN, SPACE, STAR, Lexer, untokenise

__all__ = ["Environment", "Macro", "Stream"]

MAX_EXPANSIONS = 1_000_000
MAX_ARGUMENT = 200_000  # tokens
MAX_FILES = 50  # open at once
END = "\\\x00end"  # marks the end of tokens that are expanded on their own
_IN_MATH = "\\ifmmode"
FROZEN = "\x02"  # before a name that means what it meant before the book defined it anew

# What the reader handles by itself: a book's own version, made of TeX's internals, is not read.
_PROTECTED = frozenset(
    "\\" + name
    for name in """
    part chapter section subsection subsubsection paragraph subparagraph footnote footnotetext
    footnotemark item caption tableofcontents maketitle label ref pageref cite index begin end
    includegraphics normalsize small footnotesize scriptsize tiny large Large LARGE huge Huge
    lintertext rintertext intertext shortintertext text mbox frac par
    """.split()
)


@dataclass(frozen=True, slots=True)
class Macro:
    """A macro: `pattern` is what follows its name, with parameters as "#1"; `body` likewise.

    `defaults` holds for each parameter the default of an optional argument, or None; the value
    "*" stands for an optional star.
    """

    body: tuple[str, ...]
    parameters: int = 0
    defaults: tuple[tuple[str, ...] | str | None, ...] = ()
    pattern: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Environment:
    """A user's environment."""

    begin: Macro
    end: tuple[str, ...]


class Stream:
    """Tokens with macros expanded. `math` is True while the caller reads mathematics."""

    def __init__(self, text: str) -> None:
        """Read from a text."""
        self.lexer = Lexer(text)
        self.math = False
        self.macros: dict[str, Macro] = {}
        self.switches: dict[str, bool] = {"mmode": False}
        self.primitives: dict[str, Callable[[], None]] = {}
        self._lexers: list[Lexer] = []
        self._pushed: list[str] = []
        self._groups: list[dict[str, Macro | None]] = []
        self._count = 0

    def raw(self) -> str | None:
        """Return the next token, unexpanded, or None at the end."""
        if self._pushed:
            return self._pushed.pop()
        token = self.lexer.next()
        while token is None and self._lexers:
            self.lexer = self._lexers.pop()
            token = self.lexer.next()
        return token

    def push(self, tokens: list[str] | tuple[str, ...]) -> None:
        """Put tokens before the stream."""
        self._pushed.extend(reversed(tokens))

    def read_file(self, text: str) -> None:
        """Put a file's text before the rest.

        Raises:
            ValueError: files call each other without end.
        """
        if len(self._lexers) > MAX_FILES:
            raise ValueError(f"more than {MAX_FILES} files within each other")
        self._lexers.append(self.lexer)
        letters = self.lexer.at_is_letter
        self.lexer = Lexer(text)
        self.lexer.at_is_letter = letters

    def pending(self) -> bool:
        """Return whether pushed tokens come before the lexer's."""
        return bool(self._pushed)

    def next(self) -> str | None:
        """Return the next token that is not a macro and defines nothing."""
        while (token := self.raw()) is not None:
            if token[0] == FROZEN:  # what a name meant before the book defined it anew
                if token[1:] not in self.primitives:
                    return token[1:]
                self.primitives[token[1:]]()
            elif not self.expand(token):
                return token
        return None

    def expand(self, token: str) -> bool:
        """Expand or carry out `token`; return whether it was a macro or primitive."""
        macro = self.macros.get(token)
        if macro is not None:
            self._count += 1
            if self._count > MAX_EXPANSIONS:
                raise ValueError(f"more than {MAX_EXPANSIONS:,} macro expansions; last {token}")
            self.push(self.expansion(macro))
            return True
        primitive = self.primitives.get(token)
        if primitive is not None:
            primitive()
            return True
        if token.startswith("\\if") and token[3:] in self.switches:
            self.conditional(self.math if token == _IN_MATH else self.switches[token[3:]])
            return True
        for value, start in ((True, -4), (False, -5)):  # \footrue, \foofalse
            name = token[1:start]
            if token.endswith("true" if value else "false") and name in self.switches:
                self.switches[name] = value
                return True
        return False

    def conditional(self, value: bool) -> None:
        """Continue in the branch of a conditional that `value` chooses."""
        raise NotImplementedError

    def defined(self, name: str) -> bool:
        """Return whether the book defines this control sequence."""
        return name in self.macros

    def begin_group(self) -> None:
        """Open a scope of definitions."""
        self._groups.append({})

    def end_group(self) -> None:
        """Close a scope and restore the definitions from before it."""
        if self._groups:
            for name, macro in self._groups.pop().items():
                self._set(name, macro)

    def define(self, name: str, macro: Macro | None, *, everywhere: bool = False) -> None:
        """Define a control sequence in this scope, or undefine it."""
        if name in _PROTECTED:
            return
        if everywhere:
            for group in self._groups:
                group.pop(name, None)
        elif self._groups:
            self._groups[-1].setdefault(name, self.macros.get(name))
        if macro is not None and name in macro.body and "\\fi" not in macro.body:
            body = tuple(FROZEN + token if token == name else token for token in macro.body)
            macro = replace(macro, body=body)  # as `\\protect` would have it
        self._set(name, macro)

    def _set(self, name: str, macro: Macro | None) -> None:
        if macro is None:
            self.macros.pop(name, None)
        else:
            self.macros[name] = macro

    def skip_spaces(self) -> str | None:
        """Return the next unexpanded token that is no space."""
        while (token := self.raw()) == SPACE:
            pass
        return token

    def argument(self) -> list[str]:
        """Read one undelimited argument, unexpanded, without its braces."""
        token = self.skip_spaces()
        if token is None:
            return []
        return self.rest_of_group() if token == OPEN else [token]

    def rest_of_group(self) -> list[str]:
        """Read to the brace that closes, unexpanded."""
        tokens: list[str] = []
        depth = 1
        while (token := self.raw()) is not None:
            depth += (token == OPEN) - (token == CLOSE)
            if depth == 0:
                return tokens
            tokens.append(token)
            if len(tokens) > MAX_ARGUMENT:
                raise ValueError(f"an argument of more than {MAX_ARGUMENT:,} tokens")
        return tokens

    def optional(self, opening: str = "[", closing: str = "]") -> list[str] | None:
        """Read an optional argument if there is one."""
        token = self.raw()
        spaces = []
        while token in (" ", "\\par"):
            spaces.append(token)
            token = self.raw()
        if token != opening:
            self.push([*spaces, *([token] if token is not None else [])])
            return None
        tokens: list[str] = []
        depth = 0
        while (token := self.raw()) is not None:
            depth += (token == OPEN) - (token == CLOSE)
            if token == closing and depth <= 0:
                break
            tokens.append(token)
        return tokens

    def star(self) -> bool:
        """Read a star if there is one; return whether there was."""
        token = self.skip_spaces()
        if token == STAR:
            return True
        if token is not None:
            self.push([token])
        return False

    def name_argument(self) -> str:
        """Read an argument that is a name, expanded: of an environment, a counter, a label."""
        return untokenise(self.expanded(self.argument())).strip()

    def expanded(self, tokens: list[str]) -> list[str]:
        """Return tokens with their macros expanded."""
        self.push([*tokens, END])
        result: list[str] = []
        while (token := self.next()) is not None and token != END:
            result.append(token)
        return result

    def expansion(self, macro: Macro) -> list[str]:
        """Read a macro's arguments; return its body with them."""
        if macro.pattern is not None:
            arguments = self._delimited(macro.pattern)
        else:
            arguments = []
            for index in range(macro.parameters):
                default = macro.defaults[index] if index < len(macro.defaults) else None
                if default == "*":
                    arguments.append(["\\BooleanTrue" if self.star() else "\\BooleanFalse"])
                elif default is None:
                    arguments.append(self.argument())
                else:
                    given = self.optional()
                    arguments.append(list(default) if given is None else given)
        return self._filled(macro.body, arguments)

    @staticmethod
    def _filled(body: tuple[str, ...], arguments: list[list[str]]) -> list[str]:
        result: list[str] = []
        for token in body:
            if token[0] == "#" and len(token) == 2 and token[1].isdigit():
                place = int(token[1]) - 1
                result.extend(arguments[place] if place < len(arguments) else [])
            elif token[0] == "#" and len(token) > 2:  # of a definition inside the definition
                result.append(token[1:])
            else:
                result.append(token)
        return result

    def _delimited(self, pattern: tuple[str, ...]) -> list[list[str]]:
        r"""Read the arguments of a macro made by `\\def`."""
        arguments: list[list[str]] = []
        index = 0
        while index < len(pattern):
            if pattern[index][0] != "#" or len(pattern[index]) < 2:
                token = self.raw()
                if token != pattern[index] and token is not None:
                    self.push([token])
                index += 1
                continue
            index += 1
            end = index
            while end < len(pattern) and not (pattern[end][0] == "#" and len(pattern[end]) == 2):
                end += 1
            if end == index:
                arguments.append(self.argument())
            else:
                arguments.append(self._until(list(pattern[index:end])))
            index = end
        return arguments

    def _until(self, delimiter: list[str]) -> list[str]:
        tokens: list[str] = []
        depth = 0
        while (token := self.raw()) is not None and len(tokens) < MAX_ARGUMENT:
            depth += (token == OPEN) - (token == CLOSE)
            tokens.append(token)
            if depth == 0 and tokens[-len(delimiter) :] == delimiter:
                del tokens[-len(delimiter) :]
                break
        if tokens[:1] == [OPEN] and tokens[-1:] == [CLOSE] and _is_one_group(tokens):
            return tokens[1:-1]
        return tokens


def _is_one_group(tokens: list[str]) -> bool:
    depth = 0
    for index, token in enumerate(tokens):
        depth += (token == OPEN) - (token == CLOSE)
        if depth == 0:
            return index == len(tokens) - 1
    return False
