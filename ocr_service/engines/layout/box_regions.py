"""Boxes of the layout to regions: which label each has, and its markdown. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ocr_service.common.boxes import area, hull, overlap
from ocr_service.engines.layout import headings, prose
from ocr_service.engines.layout.code import CodeLine, code_block, is_typewritten
from ocr_service.engines.layout.edges import Edges
from ocr_service.engines.layout.ink import Ink, Rect
from ocr_service.engines.layout.text_boxes import TextBox
from ocr_service.engines.layout.text_lines import Line
from ocr_service.library.pages import Region
from ocr_service.pdf.document import OutlineEntry

__all__ = ["continues_heading", "fractions", "labelled", "merged", "with_marks"]


MAX_RUNNING = 160  # characters of a running head
MAX_CAPTION = 200

_PROSE_WORDS, _PROSE_LINE = 15, 4  # words in a picture, and in each of its lines: text in a frame
_LABELS = {"formula": "equation", "picture": "image", "fallback": "text"}
_RUNNING = frozenset({"page_header", "page_footer"})
_NOTE_MARK = re.compile(r"^\s*(?:\d{1,3}|[*∗†‡§¶a-z])\s*$")
_PAGE_NUMBER = re.compile(r"^[\W_]*(?:\d{1,4}|[ivxlcdm]{1,8})[\W_]*$", re.IGNORECASE)
_CAPTION = re.compile(r"^(fig(ure|\.)?|abb(ildung|\.)|tab(le|elle|\.)?|plate)\s*\d", re.IGNORECASE)
_OPERATOR = re.compile(r"[=<>≤≥≡≈∼≅∫∑∏√→+−±×÷∂∞∈⊂�]")
_WORD = re.compile(r"[^\W\d_]{4,}")


def labelled(
    box: TextBox, body: float, entries: Sequence[OutlineEntry], ink: Ink, edges: Edges
) -> tuple[str, str]:
    """Return a box's label in our words and its markdown, headings still without their marks."""
    label = _LABELS.get(box.label, box.label.replace("-", "_"))
    flat = prose.join_lines([prose.line_text(line) for line in box.lines])
    if label == "image" and (not _is_drawn(box, ink) or _is_prose(box)):
        label = "text"  # a slide, or text in a frame or on a tinted ground
    if label == "text" and len(flat) <= MAX_CAPTION and _CAPTION.match(flat):
        label = "caption"
    if edges.hold_aside(box) and len(flat) <= MAX_RUNNING:
        label = "page_header"  # turned, in the margin: what a library or an archive stamps there
    elif label in _RUNNING | {"page_number"}:
        label = "footnote" if _is_note(box) else _running(label, flat, box, edges)
    if label == "text" and box.lines and all(line.mono for line in box.lines):
        typewritten = is_typewritten([prose.line_text(line) for line in box.lines])
        label = "text" if typewritten else "code"
    if label == "code" and ink.hidden_share > 0.5:
        label = "text"  # hidden text of OCR tools is in a font of equal widths: it says nothing
    if label == "text" and _is_formula(flat):
        label = "equation"
    label = headings.corrected_label(box, label, flat, body, entries)
    if label == "table" and len(box.lines) == 1:
        label = "text"  # one line has no rows
    return label, _markdown(box, label, flat)


def _markdown(box: TextBox, label: str, flat: str) -> str:
    """Return the markdown of a box."""
    lines = [text for line in box.lines if (text := prose.line_text(line))]
    if label in headings.LABELS | _RUNNING | {"page_number"}:
        return prose.shorten_leaders(flat)
    if label == "table":
        whole = prose.is_faithful(box.table or (), "\n".join(lines))
        return (whole and prose.table_markdown(box.table or ())) or prose.entries(lines)
    if label in {"image", "equation"}:
        inside = prose.escape("\n".join(lines))
        return inside if label == "equation" else f"![](figure)\n\n{inside}".strip()
    if label == "code":
        return code_block([_code_line(line) for line in box.lines])
    if label == "list_item":
        return prose.list_markdown(box.lines)
    return prose.paragraphs(box.lines)


def _code_line(line: Line) -> CodeLine:
    """Return the characters of a line with their edges; those of a turned span share its edges."""
    characters = []
    for span in line.spans:
        edges = span.edges if len(span.edges) == len(span.text) else ()
        for place, character in enumerate(span.text):
            left, right = edges[place] if edges else (span.box[0], span.box[2])
            characters.append((character, left, right))
    return line.spans[0].baseline, characters


def _running(label: str, text: str, box: TextBox, edges: Edges) -> str:
    """Return the label of what a model calls a running head or foot: it must be at an edge."""
    if not edges.hold(box) or len(text) > MAX_RUNNING:
        return "text"
    return "page_number" if _PAGE_NUMBER.match(text) else label.replace("number", "footer")


def _is_note(box: TextBox) -> bool:
    """Tell whether a box begins with the raised mark of a footnote before its words."""
    spans = [span for line in box.lines[:1] for span in line.spans if span.text.strip()]
    if len(spans) < 2:
        return False
    mark, words = spans[0], spans[1]
    raised = words.baseline - mark.baseline > 0.15 * words.size and mark.size < 0.85 * words.size
    return raised and bool(_NOTE_MARK.match(mark.text) and _WORD.search(words.text))


def _is_formula(text: str) -> bool:
    """Tell whether a box of "text" is a displayed formula: operators, and no word to speak of."""
    return len(text) >= 3 and bool(_OPERATOR.search(text)) and not _WORD.search(text)


def _is_prose(box: TextBox) -> bool:
    """Tell whether what a model calls a picture holds running text, not labels."""
    words = [len(prose.line_text(line).split()) for line in box.lines]
    return sum(words) >= _PROSE_WORDS and sum(words) >= _PROSE_LINE * len(words)


def _is_drawn(box: TextBox, ink: Ink) -> bool:
    """Tell whether an image or some drawing lies in a picture box."""
    pictured = sum(overlap(box.box, image) for image in ink.images)
    if pictured > 0.2 * max(area(box.box), 1e-6):
        return True
    return sum(overlap(box.box, drawing) > 0 for drawing in ink.drawings) >= 2


def continues_heading(before: Region, region: Region, entries: Sequence[OutlineEntry]) -> bool:
    """Tell whether a heading goes on: "CHAPTER IV." and its words, or two lines of one bookmark."""
    if before.label not in headings.LABELS or region.label not in headings.LABELS:
        return False
    broken_off = before.text.isupper() and not before.text.endswith((".", ":", "!", "?"))
    if headings.is_chapter_number(before.text) or (broken_off and region.text.isupper()):
        return True
    entry = headings.matching_entry(before.text, entries)
    if entry is not None and headings.is_title(before.text, entry):
        return False  # it is whole
    joined = f"{before.text} {region.text}"
    return entry is not None and entry == headings.matching_entry(joined, [entry])


def merged(first: Region, second: Region) -> Region:
    """Return two headings as one."""
    box = hull([first.box, second.box])
    return Region(first.label, box, prose.join_lines([first.text, second.text]))


def with_marks(region: Region, entries: Sequence[OutlineEntry]) -> Region:
    """Return a heading with its `#` marks; anything else as it is."""
    if region.label not in headings.LABELS:
        return region
    level = headings.heading_level(region.label, region.text, entries)
    text = f"{'#' * level} {region.text}".replace("$", r"\$")
    return Region(region.label, region.box, text)


def fractions(box: Rect, width: float, height: float) -> Rect:
    """Return a box in points as fractions (0..1) of a page of this width and height."""
    width, height = max(width, 1e-6), max(height, 1e-6)
    left, top, right, bottom = (
        min(1.0, max(0.0, value / side))
        for value, side in zip(box, (width, height, width, height), strict=True)
    )
    return (left, top, max(left, right), max(top, bottom))
