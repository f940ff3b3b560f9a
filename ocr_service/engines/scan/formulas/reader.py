"""Defines what reads a formula: the image of one in, its LaTeX and how sure that is out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from PIL import Image

__all__ = ["LINE", "FormulaReader", "FormulaText"]

LINE = 40  # pixels, height of a line of the page's text in the image of a formula


@dataclass(frozen=True, slots=True)
class FormulaText:
    """What a formula was read as.

    `latex` is without delimiters. `confidence` is the geometric mean of the probabilities (0 to 1)
    of its tokens. `is_complete` tells that the model ended the formula itself.
    """

    latex: str
    confidence: float
    is_complete: bool = True


class FormulaReader(Protocol):
    """Reads formulas with a model that is loaded once. Not thread-safe."""

    @property
    def name(self) -> str:
        """The name that the page's record gives this reader."""

    def read(self, image: Image.Image) -> FormulaText:
        """Read the image of one formula: dark on light, level, without its number.

        Its scale is such that a line of the text around the formula is `LINE` pixels high.
        """
