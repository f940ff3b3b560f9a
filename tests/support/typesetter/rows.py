"""Defines signs, lists of them with the spaces TeX sets, and scripts: the parts of a formula."""

# ruff: noqa: D102 - what the methods and properties of an expression are, `Expression` says

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from tests.support.typesetter.fonts import CHARACTERS
from tests.support.typesetter.galley import Galley, Style, attach, draw, letters

__all__ = ["Expression", "MathList", "OperatorName", "Scripted", "Sign"]

THIN, MEDIUM, THICK = 1 / 6, 2 / 9, 5 / 18
_THIN_PAIRS = frozenset(
    "ord-op op-ord op-op close-op close-inner inner-ord inner-op inner-open inner-inner ord-inner "
    "op-inner punct-ord punct-op punct-open punct-inner punct-close punct-rel".split()
)


class Expression(Protocol):
    """Part of a formula. `atom` is its kind in TeX, which decides on the space between two."""

    @property
    def atom(self) -> str:
        """Its kind in TeX: ord, op, bin, rel, open, close, punct or inner."""

    @property
    def latex(self) -> str:
        """The LaTeX expected, as the reader writes it but for blanks."""

    def lay(self, style: Style) -> Galley:
        """Set it."""


@dataclass(frozen=True)
class Sign:
    """A character of `CHARACTERS`, by its LaTeX."""

    latex: str

    @property
    def atom(self) -> str:
        return CHARACTERS[self.latex].atom

    def lay(self, style: Style) -> Galley:
        found = CHARACTERS[self.latex]
        return draw(found.font, found.character, found.metric, style.size)


@dataclass(frozen=True)
class OperatorName:
    r"""An upright name such as \sin."""

    latex: str
    atom: str = "op"

    def lay(self, style: Style) -> Galley:
        return letters(self.latex.strip("\\"), "CMR10", style.size)


@dataclass(frozen=True)
class MathList:
    """Parts side by side, with TeX's spaces between."""

    parts: tuple[Expression, ...]
    atom: str = "ord"

    @property
    def latex(self) -> str:
        return " ".join(part.latex for part in self.parts)

    def lay(self, style: Style) -> Galley:
        galley = Galley()
        atoms = _settled([part.atom for part in self.parts])
        for place, part in enumerate(self.parts):
            if place:
                galley.width += style.size * _space(atoms[place - 1], atoms[place], style)
            inner = part.lay(style)
            galley.put(inner, galley.width, 0.0)
            galley.width += inner.width
        return galley


def _settled(atoms: Sequence[str]) -> list[str]:
    """Return the kinds with signs such as the minus of "-x" as ordinary (rules 5 and 6)."""
    settled = list(atoms)
    for place, atom in enumerate(settled):
        before = settled[place - 1] if place else "open"
        after = settled[place + 1] if place + 1 < len(settled) else "close"
        alone = before in {"op", "bin", "rel", "open", "punct"} or after in {
            "rel",
            "close",
            "punct",
        }
        if atom == "bin" and alone:
            settled[place] = "ord"
    return settled


def _space(before: str, after: str, style: Style) -> float:
    """Return the space between two atoms, in ems."""
    small = style.size < 10.0
    if "bin" in {before, after}:
        return 0.0 if small else MEDIUM
    if "rel" in {before, after} and before != after:
        tight = small or before == "open" or after in {"close", "punct"}
        return 0.0 if tight else THICK
    if f"{before}-{after}" not in _THIN_PAIRS:
        return 0.0
    return 0.0 if small and "op" not in {before, after} else THIN


@dataclass(frozen=True)
class Scripted:
    """A nucleus with scripts (rule 18); `primes` are in the superscript."""

    nucleus: Expression
    sup: Expression | None = None
    sub: Expression | None = None
    primes: int = 0

    @property
    def atom(self) -> str:
        return self.nucleus.atom

    @property
    def latex(self) -> str:
        sub = f"_{{{self.sub.latex}}}" if self.sub else ""
        sup = f"^{{{self.sup.latex}}}" if self.sup else ""
        return self.nucleus.latex + "'" * self.primes + sub + sup

    def lay(self, style: Style) -> Galley:
        galley = Galley()
        inner = self.nucleus.lay(style)
        galley.put(inner, 0.0, 0.0)
        raised: list[Expression] = [Sign("\\prime")] * self.primes + (
            [self.sup] if self.sup else []
        )
        over = MathList(tuple(raised)).lay(style.script) if raised else None
        under = self.sub.lay(style.script) if self.sub else None
        simple = isinstance(self.nucleus, Sign)
        galley.width = inner.width + attach(galley, inner, (over, under), style, simple=simple)
        return galley
