"""Defines a row of type: characters in the order drawn, with the box around them."""

from __future__ import annotations

from dataclasses import dataclass, field

from ocr_service.engines.typeset.characters.nodes import Glyph, Rule

__all__ = ["GlyphRow", "are_level", "overlap_in_height"]

_OVERLAP = 0.2  # share of the lower of two heights: with more in common, two things are level


@dataclass(slots=True, eq=False)
class GlyphRow:
    """A row of type: its characters in the order drawn, and the rules that belong to it.

    `number` is an equation's number, if it was beside several rows. The box and `size`, that of the
    largest type, are in points.
    """

    glyphs: list[Glyph] = field(default_factory=list)
    rules: list[Rule] = field(default_factory=list)
    number: str = ""
    left: float = 1e9
    top: float = 1e9
    right: float = -1e9
    bottom: float = -1e9
    size: float = 0.0

    def add(self, glyph: Glyph, top: float, bottom: float) -> None:
        """Add a character whose body extends from `top` to `bottom`."""
        self.glyphs.append(glyph)
        self.left, self.right = min(self.left, glyph.left), max(self.right, glyph.right)
        self.top, self.bottom = min(self.top, top), max(self.bottom, bottom)
        if not glyph.tall:
            self.size = max(self.size, glyph.size)

    def take(self, other: GlyphRow) -> None:
        """Add all of another row."""
        self.glyphs += other.glyphs
        self.rules += other.rules
        self.number = self.number or other.number
        self.left, self.right = min(self.left, other.left), max(self.right, other.right)
        self.top, self.bottom = min(self.top, other.top), max(self.bottom, other.bottom)
        self.size = max(self.size, other.size)


def overlap_in_height(top: float, bottom: float, other_top: float, other_bottom: float) -> bool:
    """Tell whether two ranges of y (in points) overlap enough to be side by side."""
    shared = min(bottom, other_bottom) - max(top, other_top)
    return shared > _OVERLAP * max(0.5, min(bottom - top, other_bottom - other_top))


def are_level(before: GlyphRow, row: GlyphRow) -> bool:
    """Tell whether two rows are side by side."""
    apart = row.left > before.right - 1 or row.right < before.left + 1
    return apart and overlap_in_height(row.top, row.bottom, before.top, before.bottom)
