r"""Characters drawn over or into one another: a case for each rule that joins them.

A case is what is drawn, in order: font, character, and its x and y in ems from the first.
"""

from __future__ import annotations

import pytest

from ocr_service.engines.typeset.characters.nodes import Glyph
from ocr_service.engines.typeset.formulas.accents import overlay
from ocr_service.engines.typeset.formulas.latex import latex_of
from tests.support.typesetter.galley import Galley, draw

Drawn = tuple[str, str, float, float]
SIZE = 10.0
LETTER, LOW, HIGH = (0.5, 0.431, 0.0), (0.5, 0.1, 0.0), (0.5, 0.694, -0.531)  # width, height, depth
ARROW, MATH, TEXT = "CMSY10", "CMMI10", "CMR10"
METRICS = {"ˆ": HIGH, "´": HIGH, "¯": HIGH, ".": LOW, "·": LOW, "⃗": HIGH}
METRICS |= {"→": (1.0, 0.511, 0.0), "←": (1.0, 0.511, 0.0), "=": (0.778, 0.367, -0.133)}
METRICS |= {"−": (0.778, 0.27, -0.23), "∫": (0.5, 0.8, 0.3), "∼": (0.778, 0.367, -0.133)}

CASES: list[tuple[str, tuple[Drawn, ...], str]] = [
    ("accent before its letter", ((TEXT, "ˆ", 0.0, 0.0), (MATH, "x", 0.0, 0.0)), r"\hat{x}"),
    ("accent after its letter", ((MATH, "x", 0.0, 0.0), (TEXT, "ˆ", 0.0, 0.0)), r"\hat{x}"),
    ("accent beside its letter", ((TEXT, "ˆ", 0.0, 0.0), (MATH, "x", 1.0, 0.0)), r"\hat{}x"),
    ("combining accent, whose x tells nothing", ((MATH, "⃗", 2.0, 0.0), (MATH, "x", 0.0, 0.0)),
     r"\vec{x}"),
    ("letter of text with its accent", ((TEXT, "´", 0.0, 0.0), (TEXT, "e", 0.0, 0.0)),
     r"\mathrm{é}"),
    ("letter of text with its accent behind, before a comma",
     ((TEXT, "y", 0.0, 0.0), (TEXT, "´", 0.0, 0.0), (TEXT, ",", 0.53, 0.0)),
     r"\mathrm{ý},"),
    ("letter of text with its accent behind, before a narrow letter",
     ((TEXT, "e", 0.0, 0.0), (TEXT, "´", 0.0, 0.0), (TEXT, "t", 0.45, 0.0)),
     r"\text{ét}"),
    ("accent of text before its letter, after another",
     ((TEXT, "t", 0.0, 0.0), (TEXT, "´", 0.5, 0.0), (TEXT, "e", 0.5, 0.0)),
     r"\text{té}"),
    ("three dots on the baseline",
     ((MATH, ".", 0.0, 0.0), (MATH, ".", 0.45, 0.0), (MATH, ".", 0.9, 0.0)), r"\ldots"),
    ("three dots at the height of an operation",
     ((ARROW, "·", 0.0, 0.0), (ARROW, "·", 0.45, 0.0), (ARROW, "·", 0.9, 0.0)), r"\cdots"),
    ("three dots in a column",
     ((MATH, ".", 0.0, 0.0), (MATH, ".", 0.0, 0.4), (MATH, ".", 0.0, 0.8)), r"\vdots"),
    ("three dots down a diagonal",
     ((MATH, ".", 0.0, 0.0), (MATH, ".", 0.4, 0.4), (MATH, ".", 0.8, 0.8)), r"\ddots"),
    ("dots in uneven steps are not joined",
     ((MATH, ".", 0.0, 0.0), (MATH, ".", 0.3, 0.0), (MATH, ".", 0.9, 0.0)), "..."),
    ("negated equality", ((ARROW, "\x36", 0.0, 0.0), (TEXT, "=", 0.0, 0.0)), r"\ne"),
    ("negated relation", ((ARROW, "\x36", 0.0, 0.0), (ARROW, "∼", 0.0, 0.0)), r"\not\sim"),
    ("arrow that maps an element", ((ARROW, "\x37", 0.0, 0.0), (ARROW, "→", 0.0, 0.0)),
     r"\mapsto"),
    ("long arrow that maps an element",
     ((ARROW, "\x37", 0.0, 0.0), (ARROW, "−", 0.0, 0.0), (ARROW, "→", 0.6, 0.0)),
     r"\longmapsto"),
    ("long arrow", ((ARROW, "−", 0.0, 0.0), (ARROW, "→", 0.6, 0.0)), r"\longrightarrow"),
    ("minus and arrow that do not overlap", ((ARROW, "−", 0.0, 0.0), (ARROW, "→", 0.9, 0.0)),
     r"-\to"),
    ("triple integral", ((ARROW, "∫", 0.0, 0.0), (ARROW, "∫", 0.3, 0.0), (ARROW, "∫", 0.6, 0.0)),
     r"\iiint"),
    ("congruence", ((ARROW, "∼", 0.0, -0.2), (TEXT, "=", 0.0, 0.1)), r"\cong"),
]  # fmt: skip


def drawn(characters: tuple[Drawn, ...]) -> list[Glyph]:
    """Return characters as drawn."""
    galley = Galley()
    for font, character, x, y in characters:
        glyph = draw(font, character, METRICS.get(character, LETTER), SIZE)
        galley.put(glyph, x * SIZE, y * SIZE)
    return [glyph for glyph in galley.items if isinstance(glyph, Glyph)]


@pytest.mark.parametrize(
    ("characters", "latex"), [pytest.param(case, latex, id=name) for name, case, latex in CASES]
)
def test_signs_drawn_in_parts_are_one(characters: tuple[Drawn, ...], latex: str) -> None:
    assert latex_of(overlay(drawn(characters))) == latex
