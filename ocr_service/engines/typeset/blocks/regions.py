"""Turns blocks into the regions of a page: labels, boxes as fractions of the page, markdown."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ocr_service.common.boxes import hull
from ocr_service.engines.layout import headings, prose
from ocr_service.engines.typeset.blocks.code import code_markdown, typewritten_paragraphs
from ocr_service.engines.typeset.blocks.displays import display_markdown
from ocr_service.engines.typeset.blocks.find_blocks import PageBlock
from ocr_service.engines.typeset.blocks.line_facts import BULLET
from ocr_service.engines.typeset.blocks.lines import PageLine, join_text
from ocr_service.engines.typeset.blocks.measure import Measure
from ocr_service.engines.typeset.blocks.tables import table_markdown
from ocr_service.engines.typeset.characters.kinds import LETTER
from ocr_service.engines.typeset.characters.nodes import Glyph, InkBox
from ocr_service.library.pages import Region
from ocr_service.pdf.document import OutlineEntry

__all__ = ["block_regions", "join_headings", "with_figures"]

_MAX_HEADING = 160  # characters
_WORD = re.compile(r"[^\W\d_]{2}")
_DECIMAL = re.compile(r"\d{1,2}(?:\.\d{1,2}){1,3}\.?\s+[^\W\d_]")
_CAPTION = re.compile(r"(?i:fig(?:ure|\.)?|tab(?:le|elle|\.)|abb(?:ildung|\.))\s*(?:\d|[IVX]+\b)")


def join_headings(regions: Sequence[Region]) -> list[Region]:
    """Return regions with the parts of a heading joined: "Chapter 2" and the title below it."""
    joined: list[Region] = []
    for region in regions:
        before = joined[-1] if joined else None
        if before is not None and _goes_on(before, region):
            words = f"{before.text} {region.text.lstrip('# ')}"
            box = (
                min(before.box[0], region.box[0]),
                min(before.box[1], region.box[1]),
                max(before.box[2], region.box[2]),
                max(before.box[3], region.box[3]),
            )
            joined[-1] = Region(before.label, box, words)
        else:
            joined.append(region)
    return joined


def _goes_on(before: Region, region: Region) -> bool:
    """Tell whether a heading continues one that is only a number, or a line of capitals."""
    if not before.label == region.label == "section_header":
        return False
    first, second = before.text.lstrip("# "), region.text.lstrip("# ")
    broken = first.isupper() and second.isupper() and not first.endswith((".", ":", "!", "?"))
    return headings.is_chapter_number(first) or (broken and before.box[1] < region.box[1])


def with_figures(
    regions: Sequence[Region],
    figures: Sequence[InkBox],
    labels: Sequence[Sequence[Glyph]],
    words: Sequence[InkBox],
    page: Measure,
) -> list[Region]:
    """Return regions with a page's figures inserted at their places, each with its labels.

    `words` are the boxes of the page's words.
    """
    merged = list(regions)
    for box, inside in zip(figures, labels, strict=True):
        place = _fractions(box, page)
        beside = _column(box, page)
        inner = " ".join(_words(inside, words))
        text = f"![](figure)\n\n{prose.escape(inner)}" if inner else "![](figure)"
        at = next(
            (i for i, other in enumerate(merged) if _is_after(other, place, beside)), len(merged)
        )
        merged.insert(at, Region("image", place, text))
    return merged


def _column(box: InkBox, page: Measure) -> tuple[float, float]:
    """Return the left and right edge of the columns that a figure stands in, as fractions."""
    middle = (box[0] + box[2]) / 2
    edges = [(left, right) for left, right in page.columns if left < middle < right]
    left, right = min(edges, default=(box[0], box[2]))
    width = max(page.width, 1.0)
    return min(left, box[0]) / width, max(right, box[2]) / width


def _is_after(region: Region, box: InkBox, column: tuple[float, float]) -> bool:
    """Tell whether a region is below the top of a figure, in its column."""
    beside = region.box[0] < column[1] and region.box[2] > column[0]
    return beside and region.box[1] >= box[1] and region.label != "page_header"


def _words(glyphs: Sequence[Glyph], words: Sequence[InkBox]) -> list[str]:
    """Return the labels of a figure, in the order they are drawn.

    Args:
        glyphs: Their characters, without blanks.
        words: The boxes of the page's words, as MuPDF parts them.
    """
    found: list[str] = []
    before: InkBox | None = None
    for glyph in glyphs:
        x, y = glyph.middle, (glyph.top + glyph.bottom) / 2
        word = before if before and _holds(before, x, y) else None
        word = word or next((box for box in words if _holds(box, x, y)), None)
        if word is not None and word == before:
            found[-1] += glyph.text
        else:
            found.append(glyph.text)
        before = word
    return [tidied for word in found if (tidied := prose.tidy(word))]


def _holds(box: InkBox, x: float, y: float) -> bool:
    return box[0] <= x <= box[2] and box[1] <= y <= box[3]


def block_regions(block: PageBlock, page: Measure, entries: Sequence[OutlineEntry]) -> list[Region]:
    """Return a block as regions; `entries` are the bookmarks that lead to this page."""
    box = _fractions(block.box, page)
    lines = block.lines
    match block.label:
        case "equation":
            return [
                Region("equation", _fractions(part, page), text)
                for part, text in display_markdown(lines)
            ]
        case "table":
            return [Region("table", box, table_markdown(lines) or join_text(lines))]
        case "code":
            return _code_regions(lines, box, page)
        case "contents":
            return [Region("text", box, prose.entries([line.text for line in lines]))]
        case "page_header" | "page_footer" | "page_number":
            return [Region(block.label, box, " ".join(line.text for line in lines))]
    text = join_text(lines)
    level = _heading(block, page, entries)
    if level:
        return [Region("section_header", box, f"{'#' * level} {text}")]
    return [_text_region(block, box, text, page)]


def _code_regions(lines: Sequence[PageLine], box: InkBox, page: Measure) -> list[Region]:
    paragraphs = typewritten_paragraphs(lines)
    if not paragraphs:
        return [Region("code", box, code_markdown(lines))]
    return [
        Region(
            "text",
            _fractions(hull([line.box for line in part]), page),
            prose.escape(join_text(part)),
        )
        for part in paragraphs
    ]


def _text_region(block: PageBlock, box: InkBox, text: str, page: Measure) -> Region:
    if BULLET.match(text):
        return Region("list_item", box, "- " + BULLET.sub("", text))
    label = "text"
    small = block.lines[0].size < 0.93 * page.size
    if small and box[1] > 0.55:
        label = "footnote"
    elif _CAPTION.match(text) and len(text) < 400:
        label = "caption"
    escaped = prose.escape(text)
    return Region(label, box, prose.shorten_leaders(escaped))


def _heading(block: PageBlock, page: Measure, entries: Sequence[OutlineEntry]) -> int:
    """Return the level of a heading, 1 to 6; 0 for a block that is none.

    A heading is in the outline, or it reads like one and is set like one.
    """
    plain = " ".join(facts.plain for facts in block.facts)
    if len(block.facts) > 4 or len(plain) > _MAX_HEADING or not _WORD.search(plain):
        return 0
    entry = headings.matching_entry(plain, entries)
    set_like = _is_set_like_heading(block, plain, page)
    # A sentence of the text may end with the words of a title: "Words of sampling."
    known = entry is not None and (set_like or headings.is_title(plain, entry))
    if known or (set_like and _reads_like_heading(block, plain)):
        return headings.heading_level("section_header", plain, entries)
    return 0


def _reads_like_heading(block: PageBlock, plain: str) -> bool:
    """Exclude parts of sentences, "that is odd,", formulas, addresses, and "Table 1. Results"."""
    part_of_sentence = plain.endswith((",", ";")) or plain[:1].islower()
    if headings.is_address(plain):
        return False
    return not (part_of_sentence or block.facts[0].math_share > 0.6 or _CAPTION.match(plain))


def _is_set_like_heading(block: PageBlock, plain: str, page: Measure) -> bool:
    """Tell headings by their type: large, bold, capitals, or italic with a number such as 1.2."""
    if min(line.size for line in block.lines) >= 1.12 * page.size:
        return True
    first = block.facts[0]
    centred = first.is_centred(1.5 * first.line.size, 1.5 * first.line.size)
    at_margin = first.indent < first.line.size
    if all(line.bold for line in block.lines) and len(plain.split()) <= 14:
        return centred or at_margin
    if at_margin and len(block.lines) == 1 and _DECIMAL.match(plain):
        return _is_slanted(block.lines[0])
    return centred and _is_capitals(block, plain)


def _is_slanted(line: PageLine) -> bool:
    """Tell whether all letters of a line are italic."""
    letters = [glyph for glyph in line.glyphs if glyph.kind is LETTER]
    return bool(letters) and all(glyph.face.italic for glyph in letters)


def _is_capitals(block: PageBlock, plain: str) -> bool:
    """Find words in capitals, or in small capitals: "THE RESULTS"."""
    capitals = all(line.caps for line in block.lines)
    return capitals and len(plain) > 4 and plain.upper() != plain.lower()


def _fractions(box: InkBox, page: Measure) -> InkBox:
    """Return a box in points as fractions (0..1) of the page."""
    values = [
        min(1.0, max(0.0, value / side))
        for value, side in zip(box, (page.width, page.height) * 2, strict=True)
    ]
    return (values[0], values[1], max(values[0], values[2]), max(values[1], values[3]))
