"""Tells the fonts whose characters are pieces of drawings: LaTeX's pictures and XY-pic have such.

Their lines, arrow heads and arcs have the codes of letters, which say nothing.
"""

from __future__ import annotations

import re
from functools import lru_cache

__all__ = ["is_drawing_font"]

_FONT = re.compile(
    r"(?:^|\+)(?:line|l?circle)w?\d+$"
    r"|(?:^|\+)xy(?:atip|btip|bsql|circ|dash|line)\w*?\d+$",
    re.IGNORECASE,
)


@lru_cache(maxsize=1024)
def is_drawing_font(name: str) -> bool:
    """Tell whether a font, by its name, holds nothing but pieces of drawings."""
    return bool(_FONT.search(name))
