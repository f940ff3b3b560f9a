"""Which boxes of a page are headings, and of what level: outline, type, numbering. Pure."""

from __future__ import annotations

import re
import statistics
import unicodedata
from collections.abc import Sequence

from ocr_service.engines.layout.text_boxes import TextBox
from ocr_service.pdf.document import OutlineEntry

__all__ = [
    "LABELS",
    "body_size",
    "corrected_label",
    "heading_level",
    "is_address",
    "is_chapter_number",
    "is_title",
    "matching_entry",
]

MAX_HEADING = 160  # characters
_NUMBERED = re.compile(r"^(?:§+\s*)?(\d{1,3}(?:\.\d{1,3}){0,4})\.?\s+(?=\D*[^\W\d_]{3})")
_APPENDIX = re.compile(r"^([A-Z])\.(\d{1,3}(?:\.\d{1,3})*)\.?\s+\w")
_ADDRESS = re.compile(
    r"(?:e-?mail:? ?)?\{?[^\s@]+(?:, ?[^\s@]+)*\}?@[\w.-]+\.\w{2,}|(?:https?://|www\.)\S+", re.I
)
_CHAPTER = re.compile(
    r"^(chapter|chapitre|kapitel|part|teil|partie|appendix|anhang|lecture|book|section|§)\s*"
    r"([ivxlcdm]+|\d+|[a-z])\.?$",
    re.IGNORECASE,
)
_NUMBER_IN_FRONT = re.compile(
    r"^(?:chapter|part|appendix|section)?\s*(?:[\d.]+|[ivxlc]+)[.:]?\s+", re.I
)
_STATEMENT = re.compile(
    r"^(theorem|lemma|proof|definition|corollary|proposition|example|remark|exercise|problem"
    r"|satz|beweis|lösung|théorème|démonstration)\b.{0,20}[.:]?$",
    re.IGNORECASE,
)
LABELS = frozenset({"title", "section_header"})


def body_size(boxes: Sequence[TextBox]) -> float:
    """Return the type size, in points, that most of the page's running text is set in."""
    weights: list[float] = []
    for box in boxes:
        if box.label in {"text", "list-item", "footnote", "formula"}:
            for line in box.lines:
                for span in line.spans:
                    weights.extend([span.size] * min(200, len(span.text)))
    return statistics.median(weights) if weights else 0.0


def matching_entry(text: str, entries: Sequence[OutlineEntry]) -> OutlineEntry | None:
    """Return the bookmark of this page that a box's text stands for, or None."""
    found = _normal(text)
    if len(text) > MAX_HEADING or len(found) < 3:
        return None
    for entry in entries:
        wanted = _normal(entry.title)
        if is_title(text, entry):
            return entry
        near = len(found) <= len(wanted) + 20
        if len(found) >= 6 and (wanted.endswith(found) or wanted.startswith(found)):
            return entry
        if near and len(wanted) >= 6 and (found.endswith(wanted) or found.startswith(wanted)):
            return entry
    return None


def is_title(text: str, entry: OutlineEntry) -> bool:
    """Tell whether a text is a bookmark's title, with or without its number, and no more."""
    bare = _normal(_NUMBER_IN_FRONT.sub("", entry.title, count=1))
    mine = _normal(_NUMBER_IN_FRONT.sub("", text, count=1))
    return _normal(text) == _normal(entry.title) or (len(bare) >= 3 and bare == mine)


def corrected_label(
    box: TextBox, label: str, text: str, body: float, entries: Sequence[OutlineEntry]
) -> str:
    """Return the label of a box after a look at the outline, its type and its numbering.

    Args:
        box: The box, for its type.
        label: What the layout model calls it, in our words ("section_header").
        text: Its text on one line.
        body: The page's body type size in points, 0 if unknown.
        entries: The bookmarks that lead to this page.
    """
    if label not in LABELS and label not in {"text", "list_item", "caption"}:
        return label
    if matching_entry(text, entries) is not None and len(box.lines) <= 4:
        return label if label in LABELS else "section_header"
    if label in LABELS:
        return label if _looks_like_heading(box, text, body) else "text"
    if label == "text" and _stands_out(box, text, body):
        return "section_header"
    return label


def is_address(text: str) -> bool:
    """Tell whether a line in large type is the address of an author or a page, no heading."""
    return bool(_ADDRESS.fullmatch(text.strip()))


def heading_level(label: str, text: str, entries: Sequence[OutlineEntry]) -> int:
    """Return a heading's level, 1 to 6: its bookmark's, else its numbering's, else its label's."""
    entry = matching_entry(text, entries)
    if entry is not None:
        return min(entry.level, 6)
    if text.startswith("§"):
        return 2
    if numbered := _NUMBERED.match(text):
        return min(numbered[1].count(".") + 1, 6)
    if lettered := _APPENDIX.match(text):
        return min(lettered[2].count(".") + 2, 6)
    return 1 if label == "title" or is_chapter_number(text) else 2


def is_chapter_number(text: str) -> bool:
    """Tell whether a heading is only a number, "CHAPTER IV.", whose words follow in the next."""
    return bool(_CHAPTER.match(text.strip()))


def _looks_like_heading(box: TextBox, text: str, body: float) -> bool:
    """Tell whether what a model calls a heading may be one."""
    if len(text) > MAX_HEADING or len(box.lines) > 4 or not re.search(r"[^\W\d_]{2}", text):
        return False
    if text[:1].islower() or text.endswith((",", ";")) or is_address(text):
        return False
    size = max((line.size for line in box.lines), default=0.0)
    distinct = (
        size > body * 1.05
        or all(line.bold for line in box.lines)
        or text.isupper()
        or bool(_NUMBERED.match(text))
        or is_chapter_number(text)
        or all(line.italic for line in box.lines)
    )
    return not body or distinct


def _stands_out(box: TextBox, text: str, body: float) -> bool:
    """Tell whether a box of text is set like a heading: large or bold, short, no sentence."""
    if not body or not box.lines or len(box.lines) > 2 or len(text) > 100:
        return False
    if text.endswith((",", ";", ":")) or text[:1].islower() or "=" in text:
        return False
    if not re.search(r"[^\W\d_]{3}", text) or _STATEMENT.match(text):
        return False
    if is_chapter_number(text):
        return True
    words = len(text.split())
    if text.endswith(".") and words > 8:
        return False
    larger = min(line.size for line in box.lines) >= 1.15 * body
    bold = all(line.bold for line in box.lines) and words <= 12
    return larger or bold


def _normal(text: str) -> str:
    """Return only letters and digits, folded: how titles are compared."""
    folded = unicodedata.normalize("NFKD", text).casefold()
    return "".join(character for character in folded if character.isalnum())
