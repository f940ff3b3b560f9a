r"""Parses a model's tagged output into labelled parts with their text and boxes.

The models of the DeepSeek-OCR family write a pair of tags before every part of a page,

    <|ref|>sub_title<|/ref|><|det|>[[107, 66, 640, 85]]<|/det|>
    9. Integrals of polynomials

with coordinates from 0 to 999 and, rarely, several boxes; Unlimited-OCR writes a single pair,
<|det|>sub_title [107, 66, 640, 85]<|/det|>. The parser relies on the order of tags, never on their
balance: a tag may be missing, cut, doubled or inside another. Text in the place of a label or a
box that is neither belongs to the page and is kept. Every step visits each character a bounded
number of times, so a hostile page costs no more than a long one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from ocr_service.cleaning.model_boxes import (
    MODEL_RANGE,
    ModelBox,
    PartialBox,
    boxes_in,
    completed,
    damaged_box,
    is_closed_list,
    split_numbers,
)

__all__ = ["KNOWN_LABELS", "TAG", "TagStream", "Tagged", "read_tags"]

# The models' labels, and those of the layout data sets that they were trained on.
KNOWN_LABELS = frozenset(
    """
    abstract algorithm aside_text author caption chart chart_caption code code_block code_caption
    content display_formula doc_title equation equation_block figure figure_caption figure_title
    footer footnote formula formula_number header heading image image_caption image_footnote
    index inline_formula isolate_formula list list_item number page_footer page_footnote
    page_header page_number paragraph paragraph_title picture plain_text ref_text reference
    references section_header section_title seal sub_title subtitle table table_caption
    table_footnote table_title text title toc
    """.split()
)

_PAIRED = ("<|ref|>", "<|/ref|>", "<|det|>", "<|/det|>")
_SPECIAL = ("<|grounding|>", "<|User|>", "<|Assistant|>", "<|EOT|>", "<image>")
# A name between full-width bars, with U+2581 for spaces, is a token of the model, not text.
_WIDE = r"<｜[\w▁]{1,40}｜>"
TAG = re.compile("|".join([*map(re.escape, _PAIRED + _SPECIAL), _WIDE]))
_LONGEST_TAG = 44  # characters

_LONGEST_LABEL = 60  # characters, with surrounding space
_LABEL = re.compile(r"\s*([A-Za-z][A-Za-z _-]{0,29}?)\s*")
_MADE_UP = re.compile(r"[a-z]{2,}(?:_[a-z]+)*")  # the form of an unknown label
_ANY_LABEL = f"(?:{'|'.join(sorted(KNOWN_LABELS, key=len, reverse=True))})"
# A label that is not closed; what may follow it on its line as debris is a TeX length.
_BARE_LABEL = re.compile(
    rf"\s*({_ANY_LABEL})(?![A-Za-z_])(?:,\s?\d{{1,3}}(?:\.\d{{1,3}})?\s?(?:ex|em|pt|mm|cm)\b)?"
)
# In the place of a label, a label and text: the text begins on the next line, or not like the rest
# of a sentence that begins with the same word ("table of contents").
_LABEL_AND_TEXT = re.compile(rf"\s*({_ANY_LABEL})(?:[ \t]*\n|[ \t]+(?![a-z]))(?=\s*\S)")
# A label without the tag before it: on a line of its own, or directly before a box.
_BOX_FOLLOWS = r"<\|det\|>\s{0,3}\["
_UNOPENED = re.compile(
    rf"""(?P<opened> <\|(?:ref|/ref|det)\|> \s*+ )?
    (?P<label> (?:^|(?<=\n)) [ \t]*+ {_ANY_LABEL} [ \t]* (?=<\|/ref\|>|{_BOX_FOLLOWS})
        | (?<=[\s\]]) {_ANY_LABEL} (?=<\|/ref\|> \s{{0,3}} {_BOX_FOLLOWS}) )""",
    re.VERBOSE,
)
_BOX_END = "] \t\n"  # the end of a list of boxes


@dataclass(slots=True)
class Tagged:
    """The part of a page under one label.

    `label`: the model's, in lower case with `_` for spaces; "" before the first tag. `boxes`:
    (left, top, right, bottom) in the model's coordinates, sorted and clipped. `texts`: the text,
    split at stray tags. `damaged`: a box of which some edges are unknown.
    """

    label: str = ""
    boxes: list[ModelBox] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    damaged: PartialBox | None = None

    @property
    def content(self) -> str:
        """The whole text, with a space for each stray tag."""
        return " ".join(text for text in self.texts if not text.isspace() and text)


class TagStream(NamedTuple):
    """The parts of a page in the model's order; `cut` if its text ends within a tag."""

    parts: list[Tagged]
    cut: bool


class _TagText(NamedTuple):
    """A tag ("" at the beginning), the text up to the next tag, and the next tag."""

    tag: str
    text: str
    next_tag: str


def read_tags(raw: str) -> TagStream:
    """Parse tagged text. Text without tags is one part without label and boxes."""
    text, cut = _without_cut_tag(_with_labels_opened(raw))
    parts = _parts(text)
    cut = cut or (not "".join(parts[-1].texts[-1:]).strip() and _is_unfinished(text))
    for part in parts[1:]:
        if part.label not in KNOWN_LABELS and "_" not in part.label and not part.content:
            part.label, part.texts = "text", [part.label]  # a line of one word, not a label
    _complete_boxes(parts)
    return TagStream([part for part in parts if part.content or part.boxes], cut)


def _parts(text: str) -> list[Tagged]:
    """Return all parts of a text, empty ones too; the first has the text before any tag."""
    parts = [Tagged()]
    label_open = False  # after a label, which another one may correct
    placed = False  # after text in a part that has a box: another box is of another part
    for piece in _pieces(text):
        rest = piece.text
        match piece.tag:
            case "<|ref|>":
                parts.append(_labelled(piece))
                label_open, placed = piece.next_tag == "<|/ref|>", False
                continue
            case "<|/ref|>":
                rest = _after_label(parts[-1], piece, corrected=label_open)
            case "<|det|>":
                if labelled := _labelled_box(piece):
                    parts.append(labelled)
                    label_open, placed = False, bool(labelled.content)
                    continue
                if placed and piece.next_tag == "<|/det|>" and is_closed_list(piece.text):
                    parts.append(Tagged())
                    placed = False
                rest = _after_box(parts[-1], piece)
            case "<|/det|>" if piece.next_tag == "<|/det|>" and not piece.text.strip(_BOX_END):
                rest = ""  # the end of a nested box
        label_open = False
        parts[-1].texts.append(rest)
        placed = placed or (bool(parts[-1].boxes) and not rest.isspace() and rest != "")
    return parts


def _with_labels_opened(text: str) -> str:
    """Put a tag before each label that lacks it; else the label stays in the text before it."""
    return _UNOPENED.sub(
        lambda found: found[0] if found["opened"] else f"<|ref|>{found['label']}", text
    )


def _pieces(text: str) -> Iterator[_TagText]:
    """Split a text at its tags."""
    tag, start = "", 0
    for found in TAG.finditer(text):
        yield _TagText(tag, text[start : found.start()], found[0])
        tag, start = found[0], found.end()
    yield _TagText(tag, text[start:], "")


def _without_cut_tag(text: str) -> tuple[str, bool]:
    """Remove an incomplete tag at the end of the text; return whether there was one."""
    start = text.rfind("<", max(0, len(text) - _LONGEST_TAG))
    tail = text[start:] if start >= 0 else ""
    if tail == "<":  # may be a less-than sign, unless a tag before it is open
        cut = _is_unfinished(text) or text.endswith("|><")
    else:
        cut = any(tag.startswith(tail) and tag != tail for tag in _PAIRED + _SPECIAL if tail)
        cut = cut or bool(re.fullmatch(r"<｜[\w▁]{0,40}｜?", tail))
    return (text[:start], True) if cut else (text, False)


def _is_unfinished(text: str) -> bool:
    """Return whether the last label or box of a text is not closed."""
    return any(
        text.rfind(opening) > text.rfind(closing)
        for opening, closing in (("<|ref|>", "<|/ref|>"), ("<|det|>", "<|/det|>"))
    )


# ------------------------------------------------------------------------------------- labels


def _labelled(piece: _TagText) -> Tagged:
    """Begin a part with its label; text in the label's place that is no label is kept."""
    text = piece.text
    if piece.next_tag == "<|/ref|>" and (label := _label(text)):
        return Tagged(label)
    closed = piece.next_tag == "<|/ref|>"
    if bare := (_LABEL_AND_TEXT if closed else _BARE_LABEL).match(text):
        part = Tagged(bare[1])
        part.texts.append(_take_boxes(part, text[bare.end() :]))
        return part
    beginning = text.strip()
    if not piece.next_tag and any(label.startswith(beginning) for label in KNOWN_LABELS):
        return Tagged("text")  # the text ends within a label
    return Tagged("text", texts=[text])


def _label(text: str) -> str | None:
    """Return the normalised label, None if the text is not a label."""
    found = _LABEL.fullmatch(text) if len(text) <= _LONGEST_LABEL else None
    if not found:
        return None
    label = re.sub(r"[\s-]+", "_", found[1].lower())
    return label if label in KNOWN_LABELS or _MADE_UP.fullmatch(found[1]) else None


def _after_label(part: Tagged, piece: _TagText, *, corrected: bool) -> str:
    """Parse what follows a label: a second label, a box without its tag, or text."""
    if corrected and piece.next_tag == "<|/ref|>" and _label(piece.text):
        return ""
    if piece.next_tag == "<|/det|>":
        return _take_boxes(part, piece.text)
    return piece.text


# -------------------------------------------------------------------------------------- boxes


def _after_box(part: Tagged, piece: _TagText) -> str:
    """Parse boxes into a part; return the text in their place or after them."""
    closed = piece.next_tag == "<|/det|>"
    if closed and is_closed_list(piece.text):
        part.boxes += boxes_in(piece.text)
        return ""
    if damaged := damaged_box(piece.text, closed=closed):
        part.damaged = damaged.edges
        return f"{damaged.words}{piece.text[damaged.end :]}"
    return _take_boxes(part, piece.text)


def _labelled_box(piece: _TagText) -> Tagged | None:
    """Begin a part whose label and box share a tag; None if they do not."""
    label = _BARE_LABEL.match(piece.text)
    if piece.next_tag not in {"<|/det|>", ""} or label is None:
        return None
    boxes, rest = split_numbers(piece.text[label.end() :])
    return Tagged(label[1], list(boxes_in(boxes)), [rest]) if boxes.strip() else None


def _take_boxes(part: Tagged, text: str) -> str:
    """Parse the boxes at the beginning of a text into a part; return the rest."""
    numbers, rest = split_numbers(text)
    part.boxes += boxes_in(numbers)
    return rest


def _complete_boxes(parts: list[Tagged]) -> None:
    """Give parts with no box but a damaged one that box, completed from the parts around them."""
    below = [MODEL_RANGE] * len(parts)
    for place in range(len(parts) - 2, -1, -1):
        following = parts[place + 1].boxes
        below[place] = min(box[1] for box in following) if following else below[place + 1]
    above = 0.0
    for part, edge in zip(parts, below, strict=True):
        if part.damaged and not part.boxes and (box := completed(part.damaged, above, edge)):
            part.boxes.append(box)
        above = max((box[3] for box in part.boxes), default=above)
