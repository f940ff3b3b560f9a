"""Finds the formulas of a page: LaTeX, the number printed beside each, and the position."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from indexer.passages.math_spans import MAX_LENGTH, MathSpan, find_math
from indexer.passages.wrapper import is_wrapper
from ocr_service.library.pages import Box, Page, Region

__all__ = ["Formula", "find_formulas"]

MAX_FORMULAS = 2_000  # of one page; a page of a book has some dozens
_MAX_REGIONS = 1_000
_REACH = 160  # characters before and after a formula to search for its number

# (12), (3.4), (A.1), (2.3a), (1'), (*). Letters alone count only where they cannot be text.
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
_LETTER_ALONE = re.compile(r"(?:\\[A-Za-z]+\s*)?\{?[A-Za-z]\}?(?:_\{?\w\}?)?'{0,3}")
_ONLY_LETTERS = re.compile(
    r"(?:\s|[.,]|\\\(|\\\)|[_{}']|\b[A-Za-z0-9](?![A-Za-z])|!\[\]\(figure\))*"
)
_LEADERS = re.compile(r"…\s*[.…|\s]*\d|(?:\.\s?){4,}|(?:…\s*){2,}")
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

    `latex` is without delimiters and number; `number` is the one that the book prints beside it,
    without parentheses. `page_index` is 0-based. `char_start` and `char_end` are offsets in the
    page's markdown (those of the row, for a row of an alignment), `box` is (left, top, right,
    bottom) of its region as fractions of the page's size, None if no region holds it.
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
    """Return the formulas of a page in order, at most `MAX_FORMULAS`.

    An alignment with numbers on several rows gives one formula a row. Formulas of more than 4,000
    characters are left out: they are loops of the OCR model. Pages that are no part of the book
    have none.
    """
    if is_wrapper(page.markdown):
        return []
    spans = find_math(page.markdown)[:MAX_FORMULAS]
    boxes = _Boxes(page)
    found: list[Formula] = []
    for span in spans:
        if _is_figure_letter(page.markdown, span):
            continue
        box = boxes.of(span)
        for latex, number, start, end in _numbered(page.markdown, span):
            if latex and len(latex) <= MAX_LENGTH:
                place = (page.book_id, page.page_index, start, end)
                found.append(Formula(latex, span.display, number, *place, box))
    return found[:MAX_FORMULAS]


def _is_figure_letter(markdown: str, span: MathSpan) -> bool:
    r"""Return whether a formula is one of the letters of a figure: its line has only such.

    `A` and `\(B'\)` on a line without a word are labels of points; a display is none, and a letter
    alone may be a paragraph.
    """
    if span.display or not _LETTER_ALONE.fullmatch(span.latex.strip()):
        return False
    near = max(0, span.start - _REACH), span.end + _REACH
    first, last = markdown.rfind("\n", near[0], span.start), markdown.find("\n", span.end, near[1])
    if (first < 0 and near[0]) or (last < 0 and near[1] < len(markdown)):
        return False  # a line so long is none of a figure's
    line = markdown[first + 1 if first >= 0 else 0 : last if last >= 0 else len(markdown)]
    several = len(re.findall("[A-Za-z]", line)) > 1
    return several and _ONLY_LETTERS.fullmatch(line) is not None


def _in_contents(markdown: str, span: MathSpan) -> bool:
    """Return whether a formula is on a line of contents or a heading: they number no formula."""
    if span.display:
        return False
    near = max(0, span.start - _REACH)
    first = markdown.rfind("\n", near, span.start)
    start = first + 1 if first >= 0 else near
    last = markdown.find("\n", span.end, start + 2 * _REACH)
    line = markdown[start : last if last >= 0 else start + 2 * _REACH]
    heading = line.startswith("#") and (first >= 0 or near == 0)
    return heading or _LEADERS.search(line) is not None


_NumberedPart = tuple[str, str | None, int, int]  # latex, number, start, end


def _numbered(markdown: str, span: MathSpan) -> list[_NumberedPart]:
    """Return a formula, or its rows if several of them have numbers."""
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
    """Split a formula into its LaTeX and the number inside it, None if there is none."""
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
    """Remove the space that separated a formula from its number."""
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

    An inline formula has a number only if the line holds nothing else.
    """
    if _in_contents(markdown, span):
        return None
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


def _rows(markdown: str, span: MathSpan) -> Iterator[_NumberedPart]:
    """Yield the non-empty rows of a formula, each with its own number."""
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
    r"""Yield the start and end of rows, which `\\` outside groups and environments separates."""
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
    """Finds the box of a formula among the regions of its page."""

    def __init__(self, page: Page) -> None:
        self._markdown = page.markdown
        self._starts: list[int] = []
        self._placed: list[tuple[int, Region]] = []  # (end, region)
        self._loose: list[Region] = []  # regions whose text is not in the markdown verbatim
        position = 0
        for region in page.regions[:_MAX_REGIONS]:
            text = region.text.strip()
            at = page.markdown.find(text, position) if text else -1
            if at >= 0:
                position = at + len(text)
                self._starts.append(at)
                self._placed.append((position, region))
            elif text:
                self._loose.append(region)

    def of(self, span: MathSpan) -> Box | None:
        """Return the box of the region that holds a formula."""
        index = bisect_right(self._starts, span.start) - 1
        if index >= 0 and span.end <= self._placed[index][0]:
            return self._placed[index][1].box
        text = self._markdown[span.start : span.end]
        return next((region.box for region in self._loose if text in region.text), None)
