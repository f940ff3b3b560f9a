"""Reads MathML that is pasted into a question, as pages of the web and word processors copy it."""

from __future__ import annotations

import re

from ocr_service.text.late_pattern import late_pattern

__all__ = ["mathml_as_latex"]

_MOST = 40_000  # characters of a question that are looked at: MathML takes many for one formula
_MATH = late_pattern(r"(?is)<((?:\w+:)?)math\b[^>]*>.*?</\1math\s*>")


def mathml_as_latex(text: str) -> str:
    """Return a question with LaTeX between dollars in place of each `math` element."""
    if "math" not in text or "</" not in text:
        return text
    return _MATH.sub(_latex, text[:_MOST])


def _latex(element: re.Match[str]) -> str:
    from bs4 import BeautifulSoup  # takes as long to load as a cold search

    from ocr_service.inputs.mathml import latex_of

    tag = BeautifulSoup(element[0], "html.parser").find(f"{element[1].lower()}math")
    latex = latex_of(tag) if tag is not None else ""
    return f" ${latex}$ " if latex else " "
