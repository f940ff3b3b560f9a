"""Reads the lines of a page's own text, with the fonts they are set in.

One extraction a page serves the verdict on the text layer, the choice of a reader, the plain reader
and the check of what was read. Text off the page is left out, and so is what `shown_text` says does
not count. Text that a clipping path hides, or that lies under a picture, MuPDF does not tell from
visible text, so it counts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice, pairwise
from typing import Any

from ocr_service.engines.layout.ink import Rect, upright_page
from ocr_service.engines.layout.raw_text import raw_blocks
from ocr_service.engines.layout.shown_text import Overprints, shown_lines
from ocr_service.pdf.document import Document
from ocr_service.pdf.page_tree import Native

__all__ = ["MAX_LINES", "LayerLine", "LayerText", "read_page_text"]

MAX_LINES = 20_000
_OFFICE_SYMBOLS = "OpenSymbol"
_NO_SIZE = 0.5  # points
_LEVEL = 0.2  # of a line's size: pieces of one line are no further from each other

_RawLine = tuple[int, dict[str, Any], list[dict[str, Any]]]  # block, line and its painted spans


@dataclass(frozen=True, slots=True)
class LayerLine:
    """A line as MuPDF makes it: `box` in points of the page as displayed, `size` of its type.

    `prose` is its text without the characters of formulas; `level` is whether it runs from left to
    right.
    """

    text: str
    prose: str
    box: Rect
    size: float
    level: bool = True


@dataclass(frozen=True, slots=True)
class LayerText:
    """A page's own text: the lines of each block, in the file's order.

    `fonts` counts the characters of each font, by name; `symbols` are those of the font that office
    programs have for the signs of formulas and for bullets; `width` and `height` are in points.
    """

    blocks: tuple[tuple[LayerLine, ...], ...]
    fonts: Counter[str]
    width: float
    height: float
    symbols: str = ""

    def columns(self) -> Iterator[list[LayerLine]]:
        """Yield runs of lines of one block each of which stands below the one before."""
        for block in self.blocks:
            run = [block[0]]
            for above, below in pairwise(block):
                if not _stands_below(above, below):
                    yield run
                    run = []
                run.append(below)
            yield run

    @property
    def text(self) -> str:
        """All lines, a line each."""
        return "\n".join(line.text for block in self.blocks for line in block)


def read_page_text(
    document: Document, page_index: int, is_formula_font: Callable[[str], bool]
) -> LayerText:
    """Return the text of a page (0-based index), the page upright.

    `is_formula_font` tells by a font's name whether it holds characters of formulas.

    Raises:
        InputError: The page cannot be read.
    """
    page = upright_page(document, page_index)
    with document.page_errors(page_index):
        return _page_text(page, is_formula_font)


def _page_text(page: Native, is_formula_font: Callable[[str], bool]) -> LayerText:
    raw = raw_blocks(page, "dict")
    blocks: dict[int, list[LayerLine]] = {}
    fonts: Counter[str] = Counter()
    symbols: list[str] = []
    drawn = Overprints()
    for number, line, spans in _whole_lines(islice(shown_lines(raw), MAX_LINES)):
        for span in spans:
            fonts[span["font"]] += len(span["text"])
            if _OFFICE_SYMBOLS in span["font"]:
                symbols.append(span["text"])
        made = _line(line, spans, is_formula_font)
        if made and not drawn.is_again(made.text, made.box[0], made.box[1], made.size):
            blocks.setdefault(number, []).append(made)
    rect = page.rect
    lines = tuple(map(tuple, blocks.values()))
    return LayerText(lines, fonts, rect.width, rect.height, "".join(symbols))


def _whole_lines(lines: Iterable[_RawLine]) -> Iterator[_RawLine]:
    """Join the pieces that MuPDF makes of a line.

    It ends a line at each blank of no size, which typesetters of journals set between words.
    """
    whole: _RawLine | None = None
    for number, line, spans in lines:
        if whole and whole[0] == number and _goes_on(whole[2], spans):
            left, top, _, bottom = whole[1]["bbox"]
            box = (left, min(top, line["bbox"][1]), line["bbox"][2], max(bottom, line["bbox"][3]))
            whole = (number, {**whole[1], "bbox": box}, [*whole[2], *spans])
            continue
        if whole:
            yield whole
        whole = (number, line, spans)
    if whole:
        yield whole


def _goes_on(line: list[dict[str, Any]], piece: list[dict[str, Any]]) -> bool:
    """Tell whether a piece's spans begin with a blank of no size, where those of a line end."""
    if not line or not piece or piece[0]["size"] > _NO_SIZE or piece[0]["text"].strip():
        return False
    near = _LEVEL * float(max(span["size"] for span in line))
    along, down = piece[0]["origin"]
    return bool(
        abs(along - line[-1]["bbox"][2]) < near and abs(down - line[-1]["origin"][1]) < near
    )


def _line(
    line: dict[str, Any], spans: list[dict[str, Any]], is_formula_font: Callable[[str], bool]
) -> LayerLine | None:
    """Return a line of these spans, None if there is nothing but blanks."""
    text = "".join([span["text"] for span in spans])
    if not text.strip():
        return None
    prose = "".join([" " if is_formula_font(span["font"]) else span["text"] for span in spans])
    size = max([span["size"] for span in spans])
    return LayerLine(text, prose, line["bbox"], size, abs(line["dir"][0] - 1) < 0.02)


def _stands_below(above: LayerLine, below: LayerLine) -> bool:
    """Tell whether the second line begins under the first, further down the page."""
    down = below.box[1] + below.box[3] > above.box[1] + above.box[3] + 0.5 * above.size
    return down and below.box[0] < above.box[2] and above.box[0] < below.box[2]
