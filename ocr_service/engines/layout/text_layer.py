"""Reads the text layer a PDF carries: is it any good, and what does it say, region by region.

Nothing is recognised here. A page whose text layer is missing or garbled is for the OCR engines;
inline mathematics comes as the plain characters of the file.
"""

from __future__ import annotations

import logging
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from enum import StrEnum

from ocr_service.common.errors import InputError
from ocr_service.engines.layout import headings, prose
from ocr_service.engines.layout.reading_order import in_reading_order
from ocr_service.engines.layout.text_boxes import Ink, TextBox, page_ink, read_boxes, upright_page
from ocr_service.library.pages import Region
from ocr_service.pdf.document import TITLE_PAGES, Document, OutlineEntry
from ocr_service.pdf.page_tree import Native
from ocr_service.text.text_quality import junk_share, odd_share, wordlike_share

__all__ = ["MAX_PAGE_CHARS", "TextVerdict", "judge", "read_text_layer"]

MAX_PAGE_CHARS = 200_000
MAX_LAYOUT_CHARS = 20_000  # the analysis takes half a minute over 50,000; books have 3,000
CUT_NOTE = "[The text of this page is cut here: it is longer than 200,000 characters.]"

# A layer is garbled when this share of it cannot be read. Over the three books we develop with,
# heavy in formulas, the worst page has 3 % such characters and 92 % words that could be words.
MAX_JUNK = 0.25
MIN_WORDLIKE = 0.6
# Text hidden under a scan was guessed by somebody's OCR, so it is held to more: below these
# limits our own reading is the better one.
MIN_HIDDEN_WORDLIKE = 0.8
MAX_HIDDEN_ODD = 0.015
MIN_CHARS = 16  # fewer are a page number or a stamp
MAX_STAMP_CHARS = 120  # visible text on a page that is otherwise one image
MAX_RUNNING = 160  # characters of a running head
MAX_CAPTION = 200
MAX_MISSING = 0.04  # share of a page's letters that the layout may lose
MAX_EXTRA = 0.15  # share it may repeat

_LABELS = {"formula": "equation", "picture": "image", "fallback": "text"}
_HEADINGS = frozenset({"title", "section_header"})
_RUNNING = frozenset({"page_header", "page_footer"})
_PAGE_NUMBER = re.compile(r"^[\W_]*(?:\d{1,4}|[ivxlcdm]{1,8})[\W_]*$", re.IGNORECASE)
_CAPTION = re.compile(r"^(fig(ure|\.)?|abb(ildung|\.)|tab(le|elle|\.)?|plate)\s*\d", re.IGNORECASE)
_OPERATOR = re.compile(r"[=<>≤≥≡≈∼≅∫∑∏√→+−±×÷∂∞∈⊂�]")
_WORD = re.compile(r"[^\W\d_]{4,}")

logger = logging.getLogger(__name__)


class TextVerdict(StrEnum):
    """What a page's text layer is worth."""

    USABLE = "usable"
    GARBLED = "garbled"
    MISSING = "missing"


def judge(document: Document, page_index: int, ink: Ink | None = None) -> TextVerdict:
    """Say what the text layer of a page (0-based index) is worth.

    `ink` is what `page_ink` says of the page, where that is known already.

    MISSING: the page shows an image or drawings, and hardly any text. GARBLED: too much of the
    text is no text (no Unicode map), or it hides under a scan and reads badly. USABLE: everything
    else, an empty page and a page of formulas included.

    Raises:
        InputError: The page cannot be read.
    """
    text = document.text(page_index)[:MAX_PAGE_CHARS]
    ink = ink or page_ink(document, page_index)
    length = sum(not character.isspace() for character in text)
    if length and junk_share(text) > MAX_JUNK:
        return TextVerdict.GARBLED
    if length < MIN_CHARS:
        return TextVerdict.MISSING if ink.is_figured else TextVerdict.USABLE
    hidden = ink.hidden_share > 0.5
    if ink.image_share > 0.6 and length < MAX_STAMP_CHARS and not hidden:
        return TextVerdict.MISSING
    words, odd = wordlike_share(text), odd_share(text)
    if words is not None and words < (MIN_HIDDEN_WORDLIKE if hidden else MIN_WORDLIKE):
        return TextVerdict.GARBLED
    if hidden and odd is not None and odd > MAX_HIDDEN_ODD:
        return TextVerdict.GARBLED
    return TextVerdict.USABLE


def read_text_layer(
    document: Document, page_index: int, outline: Sequence[OutlineEntry]
) -> list[Region]:
    """Return the regions of a page in reading order, running heads and page numbers included.

    Args:
        document: The open document.
        page_index: 0-based.
        outline: The whole document's bookmarks; those of this page set its headings' levels.

    Returns:
        Regions with boxes as fractions of the page as displayed; together at most
        MAX_PAGE_CHARS characters, with a note where they were cut. Empty if there is no text.

    Raises:
        InputError: The page cannot be read.
    """
    plain = document.text(page_index)[:MAX_PAGE_CHARS]
    if not plain.strip():
        return []
    entries = [entry for entry in outline if entry.page_index == page_index]
    try:
        crowded = len(plain) > MAX_LAYOUT_CHARS
        regions = [] if crowded else _by_layout(document, page_index, entries)
    except InputError as error:
        logger.warning("%s; read without its layout", error)
        regions = []
    if not _complete(regions, plain):
        regions = _by_blocks(document, page_index)
    return _bounded(regions)


def _by_layout(
    document: Document, page_index: int, entries: Sequence[OutlineEntry]
) -> list[Region]:
    """Return the regions that the layout model sees."""
    ink = page_ink(document, page_index)
    boxes = read_boxes(document, page_index, ink)
    page = upright_page(document, page_index)
    body = headings.body_size(boxes)
    regions: list[Region] = []
    for box in boxes:
        label, text = _labelled(box, body, entries, ink, page.rect.height)
        if not text:
            continue
        region = Region(label, _fractions(box.box, page.rect), text)
        if regions and _continues_heading(regions[-1], region, entries):
            regions[-1] = _merged(regions[-1], region)
        else:
            regions.append(region)
    regions = in_reading_order(regions)
    return [_with_marks(_titled(region, document, page_index), entries) for region in regions]


def _labelled(
    box: TextBox, body: float, entries: Sequence[OutlineEntry], ink: Ink, height: float
) -> tuple[str, str]:
    """Return a box's label in our words and its markdown, headings still without their marks."""
    label = _LABELS.get(box.label, box.label.replace("-", "_"))
    flat = prose.join_lines([prose.line_text(line) for line in box.lines])
    if label == "image" and not _is_drawn(box, ink):
        label = "text"
    if label == "text" and len(flat) <= MAX_CAPTION and _CAPTION.match(flat):
        label = "caption"
    if label in _RUNNING | {"page_number"}:
        label = _running(label, flat, box, height)
    if label == "text" and box.lines and all(line.mono for line in box.lines):
        label = "code"
    if label == "code" and ink.hidden_share > 0.5:
        label = "text"  # hidden text of OCR tools is in a font of equal widths: it says nothing
    if label == "text" and _is_formula(flat):
        label = "equation"
    label = headings.corrected_label(box, label, flat, body, entries)
    return label, _markdown(box, label, flat)


def _markdown(box: TextBox, label: str, flat: str) -> str:
    """Return the markdown of a box."""
    lines = [text for line in box.lines if (text := prose.line_text(line))]
    if label in _HEADINGS | _RUNNING | {"page_number"}:
        return prose.shorten_leaders(flat)
    if label == "table":
        whole = prose.is_faithful(box.table or (), flat)
        return (whole and prose.table_markdown(box.table or ())) or prose.entries(lines)
    if label in {"image", "equation"}:
        inside = prose.escape("\n".join(lines))
        return inside if label == "equation" else f"![](figure)\n\n{inside}".strip()
    if label == "code":
        return "```\n" + "\n".join(lines).replace("```", "'''") + "\n```"
    if label == "list_item":
        return prose.list_markdown(box.lines)
    return prose.paragraphs(box.lines)


def _running(label: str, text: str, box: TextBox, height: float) -> str:
    """Return the label of what a model calls a running head or foot: it must be at an edge."""
    at_edge = box.box[3] < 0.2 * height or box.box[1] > 0.8 * height
    if not at_edge or len(text) > MAX_RUNNING:
        return "text"
    return "page_number" if _PAGE_NUMBER.match(text) else label.replace("number", "footer")


def _is_formula(text: str) -> bool:
    """Tell whether a box of "text" is a displayed formula: operators, and no word to speak of."""
    return len(text) >= 3 and bool(_OPERATOR.search(text)) and not _WORD.search(text)


def _is_drawn(box: TextBox, ink: Ink) -> bool:
    """Tell whether an image or some drawing lies in a picture box."""
    left, top, right, bottom = box.box
    area = max((right - left) * (bottom - top), 1e-6)

    def inside(other: tuple[float, float, float, float]) -> float:
        width = min(right, other[2]) - max(left, other[0])
        height = min(bottom, other[3]) - max(top, other[1])
        return max(0.0, width) * max(0.0, height) / area

    pictured = sum(map(inside, ink.images)) > 0.2
    return pictured or sum(inside(drawing) > 0 for drawing in ink.drawings) >= 2


def _continues_heading(before: Region, region: Region, entries: Sequence[OutlineEntry]) -> bool:
    """Tell whether a heading goes on: "CHAPTER IV." and its words, or two lines of one bookmark."""
    if before.label not in _HEADINGS or region.label not in _HEADINGS:
        return False
    broken_off = before.text.isupper() and not before.text.endswith((".", ":", "!", "?"))
    if headings.is_chapter_number(before.text) or (broken_off and region.text.isupper()):
        return True
    entry = headings.matching_entry(before.text, entries)
    joined = f"{before.text} {region.text}"
    return entry is not None and entry == headings.matching_entry(joined, [entry])


def _merged(first: Region, second: Region) -> Region:
    """Return two headings as one."""
    box = (
        min(first.box[0], second.box[0]),
        min(first.box[1], second.box[1]),
        max(first.box[2], second.box[2]),
        max(first.box[3], second.box[3]),
    )
    return Region(first.label, box, prose.join_lines([first.text, second.text]))


def _titled(region: Region, document: Document, page_index: int) -> Region:
    """Return a heading of the first pages as a title if it is the document's own."""
    heading = region.label in _HEADINGS and page_index < TITLE_PAGES
    if heading and region.text.casefold() == (document.stated_title or "").casefold():
        return Region("title", region.box, region.text)
    return region


def _with_marks(region: Region, entries: Sequence[OutlineEntry]) -> Region:
    """Return a heading with its `#` marks; anything else as it is."""
    if region.label not in _HEADINGS:
        return region
    level = headings.heading_level(region.label, region.text, entries)
    text = f"{'#' * level} {region.text}".replace("$", r"\$")
    return Region(region.label, region.box, text)


def _complete(regions: Sequence[Region], plain: str) -> bool:
    """Tell whether the regions hold the letters and digits of the plain text, and hold them once.

    Letters are counted, not words, because joining hyphens changes words.
    """
    wanted = _letters(plain)
    found = _letters(" ".join(region.text for region in regions).replace("![](figure)", ""))
    total = max(sum(wanted.values()), 1)
    missing = sum((wanted - found).values())
    extra = sum((found - wanted).values())
    return missing <= max(3, MAX_MISSING * total) and extra <= max(20, MAX_EXTRA * total)


def _letters(text: str) -> Counter[str]:
    """Return how often each letter and digit occurs, ligatures decomposed."""
    plain = unicodedata.normalize("NFKD", text)
    return Counter(character for character in plain if character.isalnum())


def _by_blocks(document: Document, page_index: int) -> list[Region]:
    """Return one region of text a block of the file, in the file's order.

    Sorting by place would shuffle columns, and most files are written in the order they are read.
    """
    page = upright_page(document, page_index)
    regions = []
    with document.page_errors(page_index):
        for *corners, text, _, kind in page.get_text("blocks"):
            lines = [prose.tidy(line) for line in str(text).split("\n")]
            if kind == 0 and any(lines):
                markdown = prose.escape(prose.shorten_leaders(prose.join_lines(lines)))
                regions.append(Region("text", _fractions(corners, page.rect), markdown))
    return regions


def _fractions(box: Sequence[float], bounds: Native) -> tuple[float, float, float, float]:
    """Return a box in points as fractions (0..1) of the page."""
    width, height = max(bounds.width, 1e-6), max(bounds.height, 1e-6)
    left, right = ((box[side] - bounds.x0) / width for side in (0, 2))
    top, bottom = ((box[side] - bounds.y0) / height for side in (1, 3))
    left, top, right, bottom = (min(1.0, max(0.0, value)) for value in (left, top, right, bottom))
    return (left, top, max(left, right), max(top, bottom))


def _bounded(regions: Sequence[Region]) -> list[Region]:
    """Return the regions, cut with a note once they are longer than MAX_PAGE_CHARS together."""
    kept: list[Region] = []
    left = MAX_PAGE_CHARS
    for region in regions:
        if len(region.text) > left:
            kept.append(Region(region.label, region.box, region.text[:left]))
            return [*kept, Region("text", region.box, CUT_NOTE)]
        kept.append(region)
        left -= len(region.text)
    return kept
