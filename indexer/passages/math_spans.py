r"""Finds the mathematics in a page's markdown.

Delimiters are `\( \)`, `\[ \]`, `$ $`, `$$ $$` and display environments such as `\begin{align}`.
The text comes from OCR, so delimiters do not always pair: an opening one that is not closed before
something that no formula contains (a blank line, a heading, another opening one) is plain text, and
the scan continues just after it. That also makes the scan linear: a failed attempt ends near where
the next one starts.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NamedTuple

__all__ = ["MathSpan", "code_ranges", "find_math", "next_after"]

MAX_LENGTH = 4_000  # characters of one formula; longer ones are loops of the OCR model
_TEXT_REACH = 600  # most characters of a `\text{...}` with formulas inside

_ENVIRONMENTS = (
    r"equation|align|alignat|gather|multline|eqnarray|displaymath|flalign|xalignat|dmath"
)
# Tokens that matter outside mathematics. An escaped character is one token, so that `\$` is no
# dollar and the bracket of `\\[2pt]` opens nothing.
_OUTSIDE = re.compile(rf"\\begin\{{((?:{_ENVIRONMENTS})\*?)\}}|\\.|\$\$?|`+|~{{3,}}", re.DOTALL)
# Tokens that matter inside mathematics: `\text{`, other escapes, dollars, and ends of formulas.
_INSIDE = re.compile(
    r"(?P<text>\\(?:text[a-z]{0,6}|[mh]box|intertext)\s{0,3}\{)"
    rf"|\\(?P<env>begin|end)\{{(?P<name>(?:{_ENVIRONMENTS})\*?)\}}"
    r"|\\."
    r"|\$\$?"
    r"|(?P<blank>\n[ \t\r]*(?=\n))"
    r"|(?P<wall>\n {0,3}\#{1,6}[ \t]|</?t[dhr]\b)",
    re.DOTALL,
)
# A whole `\text{...}`, with formulas of its own. Possessive, and matched on a bounded reach.
_TEXT = re.compile(
    r"\\[a-z]+\s*\{(?:[^{}\\$]|\\[^()\[\]]|\\\((?:[^\\]|\\[^()\[\]])*+\\\)|\$[^$]*+\$"
    r"|\{(?:[^{}\\$]|\\[^()\[\]]|\$[^$]*+\$|\\\((?:[^\\]|\\[^()\[\]])*+\\\))*+\})*+\}",
    re.DOTALL,
)
_BREAK = re.compile(r"\n(?:[ \t\r]*\n| {0,3}#)")  # what no `\text{...}` crosses
_CLOSES = {"\\(": "\\)", "\\[": "\\]", "$$": "$$"}
_FENCE = re.compile(r"^ {0,3}(?P<mark>`{3,}|~{3,})(?P<info>[^\n]*)$", re.MULTILINE)
_TEX_QUOTE = re.compile(r"''|\w'(?=[\s,.;:)!?]|$)")
_ALIGNAT_COUNT = re.compile(r"\s*\{\s*\d+\s*\}")


@dataclass(frozen=True, slots=True)
class MathSpan:
    """One formula: `markdown[start:end]` with its delimiters, `latex` without them, stripped."""

    start: int
    end: int
    latex: str
    display: bool


class _Opening(NamedTuple):
    """An opening delimiter: what it is and where it and its formula begin."""

    mark: str  # "$", "$$", "\\(", "\\[" or the name of an environment
    start: int
    inner: int

    @property
    def display(self) -> bool:
        return self.mark not in {"$", "\\("}


def find_math(markdown: str) -> list[MathSpan]:
    """Return the formulas of a page, in order and without overlap.

    Empty formulas are left out, and so is everything in code.
    """
    spans: list[MathSpan] = []
    if "$" not in markdown and "\\" not in markdown:
        return spans
    code = dict(code_ranges(markdown))
    position = 0
    while found := _OUTSIDE.search(markdown, position):
        position = found.end()
        if found[0][0] in "`~":
            position = code.get(found.start(), position)
            continue
        opening = _opening(markdown, found)
        if opening is None:
            continue
        close = _find_close(markdown, opening)
        if close is None:
            continue
        inner_end, position = close
        latex = markdown[opening.inner : inner_end].strip()
        if latex:
            spans.append(MathSpan(opening.start, position, latex, opening.display))
    return spans


def next_after(spans: list[MathSpan], offset: int, first: int = 0) -> int:
    """Return the index, at least `first`, of the first span that ends after `offset`."""
    low, high = first, len(spans)
    while low < high:
        middle = (low + high) // 2
        if spans[middle].end <= offset:
            low = middle + 1
        else:
            high = middle
    return low


def _opening(markdown: str, found: re.Match[str]) -> _Opening | None:
    """Return what a match of `_OUTSIDE` opens, None if nothing."""
    mark, start, end = found[0], found.start(), found.end()
    if found[1]:
        count = _ALIGNAT_COUNT.match(markdown, end) if "alignat" in found[1] else None
        return _Opening(found[1], start, count.end() if count else end)
    if mark in _CLOSES or (mark == "$" and not markdown[end : end + 1].isspace()):
        return _Opening(mark, start, end)
    return None


def _find_close(markdown: str, opening: _Opening) -> tuple[int, int] | None:
    """Return the ends of the formula and of its closing delimiter, None if it is never closed."""
    position, limit = opening.inner, min(len(markdown), opening.inner + MAX_LENGTH + 40)
    while found := _INSIDE.search(markdown, position, limit):
        position = found.end()
        if found["text"]:
            reach = min(limit, found.start() + _TEXT_REACH)
            whole = _TEXT.match(markdown, found.start(), reach)
            position = whole.end() if whole and not _BREAK.search(whole[0]) else position
            continue
        if found["wall"] or (found["blank"] is not None and not opening.display):
            return None
        verdict = _verdict(markdown, opening, found)
        if verdict is not None:
            # of the two dollars in `$x$$y$` only the first closes
            end = found.start() + 1 if opening.mark == "$" else position
            return (found.start(), end) if verdict else None
    return None


def _verdict(markdown: str, opening: _Opening, found: re.Match[str]) -> bool | None:
    """Return True if a token closes the formula, False if there is no formula, else None."""
    mark, hit = opening.mark, found[0]
    if mark == "$":
        # pandoc's rule: no space before the closing dollar and no digit after it
        if hit[0] == "$":
            after = markdown[found.start() + 1 : found.start() + 2]
            return not markdown[found.start() - 1].isspace() and not after.isdigit()
        return False if hit in {"\\(", "\\["} else None
    if hit == _CLOSES.get(mark):
        return True
    if found["env"] and mark not in _CLOSES:  # `\[ \begin{align}` is bad LaTeX, and common
        return found["env"] == "end" and found["name"] == mark
    # Another opening delimiter; but `\(` in a display is a slip.
    stops = hit in {"\\[", "$$"} or (hit == mark == "\\(")
    return False if stops else None


def code_ranges(markdown: str) -> list[tuple[int, int]]:
    """Return (start, end) of fenced blocks and of code between backticks, in order.

    A fence that is never closed is ignored: on a page of OCR it would hide all that follows. TeX's
    quotes (``so'' and `so') are not code either.
    """
    if "`" not in markdown and "~~~" not in markdown:
        return []
    ranges = _fences(markdown)
    return sorted(ranges + _inline_code(markdown))


def _fences(markdown: str) -> list[tuple[int, int]]:
    """Return the fenced blocks, from the opening mark to the end of the closing line."""
    ranges: list[tuple[int, int]] = []
    lines = [found for found in _FENCE.finditer(markdown) if "`" not in found["info"]]
    hopeless = {"`": 1 << 30, "~": 1 << 30}  # no fence of at least this length is closed later
    index = 0
    while index < len(lines):
        opening = lines[index]
        mark = opening["mark"]
        index += 1
        if len(mark) >= hopeless[mark[0]]:
            continue
        for later in range(index, len(lines)):
            closing = lines[later]
            if closing["mark"].startswith(mark) and not closing["info"].strip():
                ranges.append((opening.start("mark"), closing.end()))
                index = later + 1
                break
        else:
            hopeless[mark[0]] = len(mark)
    return ranges


def _inline_code(markdown: str) -> list[tuple[int, int]]:
    """Return code between runs of equally many backticks, on one line."""
    ranges: list[tuple[int, int]] = []
    nearest: dict[int, int] = {}  # length of a run -> the start of the nearest such run after it
    for run in reversed(list(re.finditer(r"`+", markdown))):
        length, start = run.end() - run.start(), run.start()
        close = nearest.get(length)
        nearest[length] = start
        if close is None or markdown.find("\n", run.end(), close) >= 0:
            continue
        if not _TEX_QUOTE.search(markdown, run.end(), close):
            ranges.append((start, close + length))
    return ranges
