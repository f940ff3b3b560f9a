r"""Carries out definitions: `\\def`, `\\newcommand`, environments, operators, switches."""

from __future__ import annotations

from tests.eval.tex.lexer import EQUALS, OPEN, PARAMETER, SPACE, literal, untokenise
from tests.eval.tex.stream import FROZEN, Environment, Macro, Stream

__all__ = ["Definitions"]

_BACKQUOTE = "`"
_NAME_END = "\\endcsname"
_PROTECTED_ENVIRONMENTS = frozenset(
    """DPalign DPalign* DPgather DPgather* align align* equation equation* document figure
    table""".split()
)


class Definitions(Stream):
    """A stream that carries out definitions."""

    def __init__(self, text: str) -> None:
        """Read from a text."""
        super().__init__(text)
        self.environments: dict[str, Environment] = {}
        self.primitives |= {
            "\\def": self._def,
            "\\edef": self._def,
            "\\gdef": lambda: self._def(everywhere=True),
            "\\xdef": lambda: self._def(everywhere=True),
            "\\let": self._let,
            "\\LetLtxMacro": self._let,
            "\\chardef": self._chardef,
            "\\AtBeginDocument": lambda: self.push(self.argument()),
            "\\newif": self._newif,
            "\\newcommand": self._newcommand,
            "\\renewcommand": self._newcommand,
            "\\newrobustcmd": self._newcommand,
            "\\renewrobustcmd": self._newcommand,
            "\\DeclareRobustCommand": self._newcommand,
            "\\providecommand": lambda: self._newcommand(keep=True),
            "\\newenvironment": self._newenvironment,
            "\\renewenvironment": self._newenvironment,
            "\\DeclareMathOperator": self._operator,
            "\\DeclareInputText": self._input_text,
            "\\DeclareUnicodeCharacter": lambda: self._input_text(base=16),
            "\\expandafter": self._expandafter,
            "\\csname": self._csname,
            "\\makeatletter": lambda: self._at_letter(letter=True),
            "\\makeatother": lambda: self._at_letter(letter=False),
        }
        for name in ("New", "Renew", "Declare", "Provide"):
            self.primitives[f"\\{name}DocumentCommand"] = self._document_command
        for name in ("long", "global", "outer", "protected", "protect", "relax"):
            self.primitives[f"\\{name}"] = _nothing

    def _def(self, *, everywhere: bool = False) -> None:
        name = self.raw()
        pattern: list[str] = []
        while (token := self.raw()) is not None and token != OPEN:
            if token == PARAMETER:
                token += self.raw() or ""
            pattern.append(token)
        body = self._body(self.rest_of_group())
        if name is not None:
            self.define(name, Macro(body, pattern=tuple(pattern)), everywhere=everywhere)

    @staticmethod
    def _body(tokens: list[str]) -> tuple[str, ...]:
        """Join parameter marks with their digits."""
        result: list[str] = []
        index = 0
        while index < len(tokens):
            token = tokens[index]
            if token == PARAMETER:
                marks = 1
                while tokens[index + marks : index + marks + 1] == ["#"]:
                    marks += 1
                digit = tokens[index + marks] if index + marks < len(tokens) else ""
                result.append("#" * ((marks + 1) // 2) + digit)
                index += marks + 1
            else:
                result.append(token)
                index += 1
        return tuple(result)

    def _let(self) -> None:
        name = self.raw()
        token = self.skip_spaces()
        if token == EQUALS:
            token = self.skip_spaces()
        if name is not None and token is not None and name != token:
            macro = self.macros.get(token)
            self.define(name, macro if macro is not None else Macro((FROZEN + token,)))

    def _chardef(self) -> None:
        r"""Define a name as a character: by its number, or as `\\(` after a backquote."""
        name = self.raw()
        token = self.skip_spaces()
        if token == EQUALS:
            token = self.skip_spaces()
        digits = ""
        if token == _BACKQUOTE:
            char = (self.raw() or " ")[-1]
        else:
            while token is not None and token.isdigit():
                digits, token = digits + token, self.raw()
            self.push([token] if token not in (None, SPACE) else [])
            char = chr(int(digits or "32"))
        if name is not None:
            self.define(name, Macro((literal(char),)))

    def _newif(self) -> None:
        name = self.raw() or ""
        self.switches.setdefault(name[3:], False)

    def _command_name(self) -> str:
        self.star()
        tokens = self.argument()
        return next((token for token in tokens if token != SPACE), "")

    def _signature(self) -> tuple[int, list[str] | None]:
        count = untokenise(self.optional() or ["0"]).strip()
        return (int(count) if count.isdigit() else 0), self.optional()

    def _newcommand(self, *, keep: bool = False) -> None:
        name = self._command_name()
        count, default = self._signature()
        body = self._body(self.argument())
        defaults = (None if default is None else tuple(default),)
        if not (keep and name in self.macros):
            self.define(name, Macro(body, count, defaults))

    def _document_command(self) -> None:
        name = self._command_name()
        letters = [token for token in self.argument() if token != SPACE]
        body = self._body(self.argument())
        defaults: list[tuple[str, ...] | str | None] = []
        index = 0
        while index < len(letters):
            kind = letters[index]
            index += 1
            if kind == "m":
                defaults.append(None)
            elif kind == "s":
                defaults.append("*")
            elif kind == "o":
                defaults.append(("\\NoValue",))
            elif kind == "O" and letters[index : index + 1] == ["{"]:
                end = letters.index("}", index)
                defaults.append(tuple(letters[index + 1 : end]))
                index = end + 1
        self.define(name, Macro(body, len(defaults), tuple(defaults)))

    def _newenvironment(self) -> None:
        self.star()
        name = untokenise(self.argument()).strip()
        count, default = self._signature()
        begin = self._body(self.argument())
        end = self._body(self.argument())
        defaults = (None if default is None else tuple(default),)
        if name not in _PROTECTED_ENVIRONMENTS:
            self.environments[name] = Environment(Macro(begin, count, defaults), end)

    def environment_begin(self, environment: Environment) -> list[str]:
        """Read the arguments of a user's environment; return its begin code with them."""
        return self.expansion(environment.begin)

    def _operator(self) -> None:
        star = "*" if self.star() else ""
        name = next((token for token in self.argument() if token != SPACE), "")
        body = self._body(self.argument())
        self.define(name, Macro(("\\operatorname", *star, "{", *body, "}")))

    def _input_text(self, base: int = 10) -> None:
        code = untokenise(self.argument()).strip()
        body = self._body(self.argument())
        try:
            self.define(chr(int(code, base)), Macro(body))
        except ValueError:
            return

    def _at_letter(self, *, letter: bool) -> None:
        self.lexer.at_is_letter = letter

    def _expandafter(self) -> None:
        first, second = self.raw(), self.raw()
        if second is not None and not self.expand(second):
            self.push([second])
        if first is not None:
            self.push([first])

    def _csname(self) -> None:
        tokens: list[str] = []
        while (token := self.next()) is not None and token != _NAME_END:
            tokens.append(token)
        self.push(["\\" + "".join(tokens)])


def _nothing() -> None:
    """Do nothing: prefixes such as `long` change nothing here."""
