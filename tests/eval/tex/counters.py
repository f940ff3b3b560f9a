r"""Counts as LaTeX does: sections, theorems, equations."""

from __future__ import annotations

from collections.abc import Callable

from tests.eval.tex.definitions import Definitions
from tests.eval.tex.lexer import LITERAL, untokenise

__all__ = ["Counters"]

_ROMAN = (
    (1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"),
    (40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"),
)  # fmt: skip


class Counters(Definitions):
    """A stream that counts. `parents` names for a counter the one that resets it."""

    def __init__(self, text: str) -> None:
        """Read from a text."""
        super().__init__(text)
        self.counters: dict[str, int] = {}
        self.parents: dict[str, str] = {}
        self.theorems: dict[str, tuple[str, str | None]] = {}  # name -> (title, counter)
        self.primitives |= {
            "\\newtheorem": self._newtheorem,
            "\\newcounter": self._newcounter,
            "\\setcounter": lambda: self._count_up(add=False),
            "\\addtocounter": lambda: self._count_up(add=True),
            "\\stepcounter": self._stepcounter,
            "\\refstepcounter": self._stepcounter,
            "\\numberwithin": self._number_within,
            "\\arabic": lambda: self._print_counter(str),
            "\\roman": lambda: self._print_counter(_roman),
            "\\Roman": lambda: self._print_counter(lambda value: _roman(value).upper()),
            "\\alph": lambda: self._print_counter(lambda value: chr(96 + max(value, 1) % 27)),
            "\\Alph": lambda: self._print_counter(lambda value: chr(64 + max(value, 1) % 27)),
        }

    def _newtheorem(self) -> None:
        starred = self.star()
        name = untokenise(self.argument()).strip()
        shared = self.optional()
        title = untokenise(self.argument()).strip()
        within = self.optional()
        counter = None if starred else (untokenise(shared).strip() if shared else name)
        if counter == name:
            self.counters[name] = 0
            if within:
                self.parents[name] = untokenise(within).strip()
        self.theorems[name] = (title, counter)

    def _newcounter(self) -> None:
        name = untokenise(self.argument()).strip()
        parent = self.optional()
        self.counters[name] = 0
        if parent:
            self.parents[name] = untokenise(parent).strip()

    def _count_up(self, *, add: bool) -> None:
        name = self.name_argument()
        value = _integer(untokenise(self.expanded(self.argument())), self.counters)
        self.counters[name] = value + (self.counters.get(name, 0) if add else 0)

    def _stepcounter(self) -> None:
        self.step(self.name_argument())

    def step(self, name: str) -> int:
        """Increment a counter and reset those that depend on it."""
        self.counters[name] = self.counters.get(name, 0) + 1
        for child, parent in self.parents.items():
            if parent == name:
                self.counters[child] = 0
        return self.counters[name]

    def _number_within(self) -> None:
        self.optional()
        name = self.name_argument()
        self.parents[name] = self.name_argument()

    def number(self, counter: str) -> str:
        r"""Return a counter as it is printed: by `\\the...` if the book says so, else `1.2.3`."""
        own = f"\\the{counter}"
        if own in self.macros:
            return untokenise(self.expanded([own])).strip()
        text = str(self.counters.get(counter, 0))
        parent = self.parents.get(counter)
        if parent is None:
            return text
        above = self.number(parent)
        return text if above in ("", "0") else f"{above}.{text}"

    def _print_counter(self, form: Callable[[int], str]) -> None:
        self.push(list(form(self.counters.get(self.name_argument(), 0))))


def _integer(text: str, counters: dict[str, int]) -> int:
    text = text.replace(LITERAL, "").strip()
    if text.startswith("\\value"):
        return counters.get(text[6:].strip(" {}"), 0)
    try:
        return int(text)
    except ValueError:
        return 0


def _roman(value: int) -> str:
    result = ""
    for number, letters in _ROMAN:
        while value >= number:
            result, value = result + letters, value - number
    return result
