"""Find a page's formulas, with the number that is printed beside them and their place."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from indexer.passages.math_spans import MAX_LENGTH, MathSpan, find_math
from ocr_service.library.pages import Page, Region

__all__ = ["Box", "Formula", "find_formulas"]

Box = tuple[float, float, float, float]

MAX_FORMULAS = 2_000  # of one page; a page of a book has some dozens
_MAX_REGIONS = 1_000
_REACH = 160  # characters around a formula in which its number is looked for

# (12), (3.4), (A.1), (2.3a), (1'), (*). Letters alone count where they cannot be text.
_NUMERAL = r"[A-Z]?\.?\d{1,4}(?:[.\-–:]\d{1,3}){0,3}\s?[a-z]?['′]{0,2}|\*{1,3}|†|‡|⋆|★"
_LETTERS = r"[A-Z]{1,2}|[a-z]|[ivx]{2,5}"
_TAG = re.compile(r"\\(?:tag\*?|l?eqno)\s*(?:\{([^{}\n]{1,40})\}|\(([^()\n]{1,20})\))")
_WORDS = r"\\(?:text(?:rm|bf|it|normal)?|mbox|mathrm|mathbf|hbox|rm)"
# The number at the end of a formula, set off by a wide space or by being text.
_AT_END = re.compile(
    r"(?:\\q?quad|\\hfill|\\hspace\*?\{[^{}]{1,20}\}|\\[ ,;:!]|~|\s)*+"
    rf"{_WORDS}\s*\{{\s*\(\s*({_NUMERAL}|{_LETTERS})\s*\)\s*\}}[\s.,]*$"
    r"|(?:\\q?quad|\\hfill|\\hspace\*?\{[^{}]{1,20}\}|\\;\s*\\;)"
    r"(?:\\q?quad|\\hfill|\\hspace\*?\{[^{}]{1,20}\}|\\[ ,;:!]|~|\s)*+"
    rf"\{{?\(\s*({_NUMERAL}|[A-Z])\s*\)\}}?[\s.,]*$"
)
_AFTER = re.compile(rf"[ \t.,;:·…]*+\(\s*({_NUMERAL}|{_LETTERS})\s*\)[ \t.]*(?=\n|$)")
_BEFORE = re.compile(rf"[ \t]*\(\s*({_NUMERAL}|{_LETTERS})\s*\)[ \t.·…]*$")
_BELOW = re.compile(rf"[ \t.,;]*\n(?:[ \t]*\n)?[ \t]*\(\s*({_NUMERAL})\s*\)[ \t.]*(?=\n|$)")
_SPACES = ("\\qquad", "\\quad", "\\hfill", "\\,", "\\;", "\\:", "\\!")
_ROW_PART = re.compile(
    r"\\(begin|end)\{[^{}\n]{1,30}\}|\\\\(?:\s*\[[^\]\n]{1,20}\])?|\\.|[{}]", re.S
)
_OUTER = re.compile(
    r"\s*\\begin\{((?:align|alignat|gather|eqnarray|flalign)(?:ed|at)?\*?|split|array|gathered)\}"
    r"(?:\[[tbc]\])?(?:\{[^{}]{0,40}\})?(.*)\\end\{\1\}\s*$",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula of a page.

    `latex` has neither its delimiters nor its number; `number` is what the book prints beside it,
    without parentheses. `page_index` is 0-based. `char_start` and `char_end` are its place in the
    page's markdown (a row's own place where an alignment is taken apart), `box` its region's place
    on the page, where one is known.
    """

    latex: str
    display: bool
    number: str | None
    book_id: str
    page_index: int
    char_start: int
    char_end: int
    box: Box | None


def find_formulas(page: Page) -> list[Formula]:
    """Return the formulas of a page in their order, at most `MAX_FORMULAS`.

    An alignment with numbers on several of its rows gives one formula a row. Formulas of more than
    4,000 characters are left out: they are loops of the OCR model.
    """
    spans = find_math(page.markdown)[:MAX_FORMULAS]
    boxes = _Boxes(page)
    found: list[Formula] = []
    for span in spans:
        box = boxes.of(span)
        for latex, number, start, end in _numbered(page.markdown, span):
            if latex and len(latex) <= MAX_LENGTH:
                place = (page.book_id, page.page_index, start, end)
                found.append(Formula(latex, span.display, number, *place, box))
    return found[:MAX_FORMULAS]


_Part = tuple[str, str | None, int, int]  # latex, number, start, end


def _numbered(markdown: str, span: MathSpan) -> list[_Part]:
    """Return a formula, or its rows if these have numbers of their own."""
    if not span.display:
        return [(span.latex, _number_beside(markdown, span), span.start, span.end)]
    latex = span.latex
    rows = list(_rows(markdown, span)) if "\\\\" in latex else []
    marked = [row for row in rows if row[1] is not None]
    if len(marked) > 1:
        return rows
    if marked:  # the one number is that of all rows
        row, number, start, end = marked[0]
        latex = latex.replace(markdown[start:end].strip(), row, 1)
        return [(latex, number, span.start, span.end)]
    latex, inside = _number_inside(latex)
    return [(latex, inside or _number_beside(markdown, span), span.start, span.end)]


def _number_inside(latex: str) -> tuple[str, str | None]:
    """Take the number off a formula that carries it."""
    tag = _TAG.search(latex)
    if tag:
        number = re.sub(r"\\[a-zA-Z]+|[${}\\]", "", tag[1] or tag[2]).strip()
        rest = _TAG.sub("", latex)
    else:
        end = _AT_END.search(latex, max(0, len(latex) - _REACH))
        if end is None:
            return latex, None
        number = end[1] or end[2]
        rest = latex[: end.start()]
    return _strip_space(rest), number.removeprefix("(").removesuffix(")").strip() or None


def _strip_space(latex: str) -> str:
    """Take off the space that stood between a formula and its number."""
    while True:
        latex = latex.strip(" \t\r\n~")
        shorter = latex
        for space in _SPACES:
            shorter = shorter.removesuffix(space)
        if shorter == latex:
            return latex
        latex = shorter


def _number_beside(markdown: str, span: MathSpan) -> str | None:
    """Return the number on the line of a formula, or alone on the line below a display.

    An inline formula has one only if the two have the line for themselves.
    """
    line = markdown.rfind("\n", max(0, span.start - _REACH), span.start) + 1
    left = markdown[line if line or span.start < _REACH else span.start - _REACH : span.start]
    after = _AFTER.match(markdown, span.end, span.end + _REACH)
    if after and (span.display or not left.strip()):
        return after[1]
    rest = markdown[span.end : span.end + _REACH].split("\n", 1)[0]
    if not span.display or rest.strip(" \t.,;:"):
        return None
    before = _BEFORE.match(left) if len(left) < _REACH else None
    below = None if before else _BELOW.match(markdown, span.end, span.end + _REACH)
    found = before or below
    return found[1] if found else None


def _rows(markdown: str, span: MathSpan) -> Iterator[_Part]:
    """Yield the rows of a formula that are not empty, each with its own number."""
    body, offset = span.latex, markdown.index(span.latex, span.start)
    outer = _OUTER.match(body)
    if outer:
        body, offset = outer[2], offset + outer.start(2)
    for start, end in _row_ends(body):
        latex, number = _number_inside(body[start:end].strip())
        latex = latex.replace("\\notag", "").replace("\\nonumber", "").strip()
        if latex:
            yield latex, number, offset + start, offset + end


def _row_ends(body: str) -> Iterator[tuple[int, int]]:
    r"""Yield where rows begin and end: at `\\` outside of groups and environments."""
    depth, start = 0, 0
    for found in _ROW_PART.finditer(body):
        part = found[0]
        if part == "{" or found[1] == "begin":
            depth += 1
        elif part == "}" or found[1] == "end":
            depth -= 1
        elif part.startswith("\\\\") and depth <= 0:
            yield start, found.start()
            start = found.end()
    yield start, len(body)


class _Boxes:
    """The boxes of a page's regions by their places in its markdown."""

    def __init__(self, page: Page) -> None:
        self._markdown = page.markdown
        self._starts: list[int] = []
        self._placed: list[tuple[int, Box]] = []  # (end, box)
        self._loose: list[Region] = []  # regions whose text is not in the markdown as it stands
        position = 0
        for region in page.regions[:_MAX_REGIONS]:
            text = region.text.strip()
            at = page.markdown.find(text, position) if text else -1
            if at >= 0:
                position = at + len(text)
                self._starts.append(at)
                self._placed.append((position, region.box))
            elif text:
                self._loose.append(region)

    def of(self, span: MathSpan) -> Box | None:
        """Return the box of the region that holds a formula."""
        index = bisect_right(self._starts, span.start) - 1
        if index >= 0 and span.end <= self._placed[index][0]:
            return self._placed[index][1]
        text = self._markdown[span.start : span.end]
        return next((region.box for region in self._loose if text in region.text), None)
