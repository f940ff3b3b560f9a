r"""Puts formulas that stand between dollars between `\( \)` and `\[ \]`.

By pandoc's rule no space follows the first dollar of an inline formula, none precedes the last, and
no digit follows it. An amount of money and words are no formula. Code is not changed.
"""

from __future__ import annotations

import re

from ocr_service.cleaning.latex_repair import outside_code

__all__ = ["without_dollars"]

_DISPLAY = re.compile(r"(?<!\\)\$\$((?:[^$\\]|\\.){1,8000}?)\$\$", re.DOTALL)
_INLINE = re.compile(
    r"(?<![\\$])\$(?=[^\s$])((?:[^$\\\n]|\\.|\n(?!\s*\n)){1,600}?)(?<=\S)\$(?![\d$])"
)
_MONEY = re.compile(r"\d[\d.,]*\s+[^\W\d_]{2,}[^\\^_=<>+]*")


def without_dollars(markdown: str) -> str:
    """Return markdown with its formulas between LaTeX's own delimiters."""
    return outside_code(markdown, _changed) if "$" in markdown else markdown


def _changed(text: str) -> str:
    text = _DISPLAY.sub(lambda found: rf"\[{found[1]}\]", text)
    return _INLINE.sub(_inline, text)


def _inline(found: re.Match[str]) -> str:
    return found[0] if _MONEY.fullmatch(found[1]) else rf"\({found[1]}\)"
