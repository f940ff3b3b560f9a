r"""Expands the macros of LaTeX source.

`Expander` adds to definitions and counters the conditionals that need no typesetting, and ifthen's
`\\ifthenelse`. What is defined by other means stays as it is written. Nothing else is evaluated,
and the count of expansions is bounded.
"""

from __future__ import annotations

from functools import partial

from tests.eval.tex.counters import Counters
from tests.eval.tex.lexer import CLOSE, OPEN, SPACE, untokenise

__all__ = ["Expander"]

_FI, _ELSE, _OR, _VALUE = "\\fi", "\\else", "\\or", "\\value"
_SIGNS = ("-", "+")
_OTHER_CONDITIONALS = frozenset(
    "\\ifhbox \\ifvbox \\ifvoid \\ifeof \\ifcsname \\iffontchar \\ifmmode".split()
)


class Expander(Counters):
    """A stream of tokens with macros expanded and conditionals decided."""

    def __init__(self, text: str) -> None:
        """Read from a text."""
        super().__init__(text)
        decided = {
            "iftrue": True, "iffalse": False, "ifdim": False, "ifvmode": False, "ifinner": False,
            "ifpdf": True,
        }  # fmt: skip
        for name, value in decided.items():
            self.primitives[f"\\{name}"] = partial(self.conditional, value)
        for name in ("else", "or"):
            self.primitives[f"\\{name}"] = partial(self._skip_branch, to_else=False)
        self.primitives |= {
            "\\fi": lambda: None,
            "\\ifhmode": lambda: self.conditional(not self.math),
            "\\ifx": self._ifx,
            "\\if": self._ifx,
            "\\ifcat": self._ifx,
            "\\ifnum": self._ifnum,
            "\\ifodd": self._ifodd,
            "\\ifcase": self._ifcase,
            "\\ifdefined": self._ifdefined,
            "\\ifthenelse": self._ifthenelse,
            "\\mathpalette": self._mathpalette,
            "\\mathchoice": self._mathchoice,
            "\\newboolean": self._newboolean,
            "\\provideboolean": self._newboolean,
            "\\setboolean": self._setboolean,
            "\\IfBooleanTF": self._if_boolean,
            "\\IfNoValueTF": lambda: self._if_value(negate=False),
            "\\IfValueTF": lambda: self._if_value(negate=True),
        }

    def conditional(self, value: bool) -> None:
        """Continue in the branch of a conditional that `value` chooses."""
        if not value:
            self._skip_branch(to_else=True)

    def _skip_branch(self, *, to_else: bool, to_or: int = 0) -> None:
        r"""Skip to the `\\fi` of this conditional, or to its `\\else` or n-th `\\or`."""
        depth = 0
        while (token := self.raw()) is not None:
            if depth == 0:
                to_or -= token == _OR
                if token == _FI or (token == _ELSE and to_else) or (token == _OR and to_or == 0):
                    return
            depth += self._is_conditional(token) - (token == _FI)

    def _is_conditional(self, token: str) -> bool:
        if not token.startswith("\\if") or token in ("\\ifthenelse", "\\iff"):
            return False
        known = token in self.primitives or token[3:] in self.switches
        return known or token in _OTHER_CONDITIONALS

    def _ifx(self) -> None:
        first, second = self.raw(), self.raw()
        same = first == second or (
            first in self.macros and self.macros.get(first) == self.macros.get(second or "")
        )
        self.conditional(same)

    def _ifdefined(self) -> None:
        self.conditional((self.raw() or "") in self.macros)

    def _number_tokens(self) -> int:
        digits = ""
        while (token := self.next()) is not None:
            if token.isdigit() or (token in _SIGNS and not digits):
                digits += token
            elif token == _VALUE:
                return self.counters.get(self.name_argument(), 0)
            elif token == SPACE and not digits:
                continue
            else:
                if token != SPACE:
                    self.push([token])
                break
        return int(digits) if digits.strip("-+") else 0

    def _ifnum(self) -> None:
        left = self._number_tokens()
        relation = self.skip_spaces()
        right = self._number_tokens()
        self.conditional(
            left < right if relation == "<" else left > right if relation == ">" else left == right
        )

    def _ifodd(self) -> None:
        self.conditional(self._number_tokens() % 2 == 1)

    def _ifcase(self) -> None:
        value = self._number_tokens()
        if value > 0:
            self._skip_branch(to_else=True, to_or=value)

    def _ifthenelse(self) -> None:
        test, yes, no = self.argument(), self.argument(), self.argument()
        self.push(yes if self._test(test) else no)

    def _test(self, tokens: list[str]) -> bool:
        r"""Evaluate ifthen's tests: `\\boolean`, `\\equal`, `\\not`, `\\isodd` and comparisons."""
        tokens = [token for token in tokens if token != SPACE]
        negate = False
        while tokens[:1] in (["\\not"], ["\\NOT"]):
            negate, tokens = not negate, tokens[1:]
        mark = "\\\x00test"
        head = tokens[0] if tokens else ""
        self.push([*tokens[1:], mark])
        if head == "\\boolean":
            value = self.switches.get(self.name_argument(), False)
        elif head == "\\equal":
            left, right = (self.expanded(self.argument()) for _ in range(2))
            value = untokenise(left).strip() == untokenise(right).strip()
        elif head == "\\isodd":
            value = self._number_tokens() % 2 == 1
        else:
            self.push([head] if head else [])
            left_number = self._number_tokens()
            relation = self.skip_spaces()
            right_number = self._number_tokens()
            value = {
                "<": left_number < right_number,
                ">": left_number > right_number,
                "=": left_number == right_number,
            }.get(relation or "", False)
        while (token := self.raw()) is not None and token != mark:
            pass
        return value != negate

    def _mathpalette(self) -> None:
        """Call a macro with a style and an argument, as TeX does for each style."""
        name, argument = self.skip_spaces(), self.argument()
        self.push([name or " ", "\\textstyle", OPEN, *argument, CLOSE])

    def _mathchoice(self) -> None:
        """Take the second of four choices: that for formulas in text."""
        choices = [self.argument() for _ in range(4)]
        self.push([OPEN, *choices[1], CLOSE])

    def _newboolean(self) -> None:
        self.switches[untokenise(self.argument()).strip()] = False

    def _setboolean(self) -> None:
        name = untokenise(self.argument()).strip()
        self.switches[name] = untokenise(self.argument()).strip() == "true"

    def _if_boolean(self) -> None:
        test, yes, no = self.argument(), self.argument(), self.argument()
        self.push(yes if test == ["\\BooleanTrue"] else no)

    def _if_value(self, *, negate: bool) -> None:
        test, yes, no = self.argument(), self.argument(), self.argument()
        self.push(yes if (test == ["\\NoValue"]) != negate else no)
