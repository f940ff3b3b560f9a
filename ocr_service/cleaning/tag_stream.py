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

__all__ = ["KNOWN_LABELS", "MODEL_RANGE", "TAG", "ModelBox", "TagStream", "Tagged", "read_tags"]

MODEL_RANGE = 999.0  # the largest coordinate, at the right and bottom edges

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
_BARE_LABEL = re.compile(
    rf"\s*({'|'.join(sorted(KNOWN_LABELS, key=len, reverse=True))})(?![A-Za-z_])"
)
# Lists of numbers in brackets, perhaps unclosed: "[[1, 2, 3, 4], [5, 6", "[0.5]".
_NUMBERS = re.compile(r'\s*+(?:\[(?:[-\[\d., \t"]|\](?=[ \t,]*+[\[\]]))*+\]?+)*+')
_NUMBER = re.compile(r"\d{1,6}(?:\.\d{1,3})?")
_NOT_NUMBERS = re.compile(r"[^\s\d\[\](){}.,;:\"'-]+")
_BOX_END = "] \t\n"  # the end of a list of boxes
_NOISE = 12  # most other characters between the numbers of a closed box

ModelBox = tuple[float, float, float, float]


@dataclass(slots=True)
class Tagged:
    """The part of a page under one label.

    `label`: the model's, in lower case with `_` for spaces; "" before the first tag. `boxes`:
    (left, top, right, bottom) in the model's coordinates, sorted and clipped. `texts`: the text,
    split at stray tags.
    """

    label: str = ""
    boxes: list[ModelBox] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)

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
    text, cut = _without_cut_tag(raw)
    parts = [Tagged()]
    label_open = False  # after a label, which another one may correct
    for piece in _pieces(text):
        match piece.tag:
            case "<|ref|>":
                parts.append(_labelled(piece))
                label_open = piece.next_tag == "<|/ref|>"
                continue
            case "<|/ref|>":
                rest = _after_label(parts[-1], piece, corrected=label_open)
            case "<|det|>":
                if labelled := _labelled_box(piece):
                    parts.append(labelled)
                    label_open = False
                    continue
                rest = _after_box(parts[-1], piece)
            case "<|/det|>" if piece.next_tag == "<|/det|>" and not piece.text.strip(_BOX_END):
                rest = ""  # the end of a nested box
            case _:
                rest = piece.text
        label_open = False
        parts[-1].texts.append(rest)
    cut = cut or (not "".join(parts[-1].texts[-1:]).strip() and _is_unfinished(text))
    for part in parts[1:]:
        if part.label not in KNOWN_LABELS and "_" not in part.label and not part.content:
            part.label, part.texts = "text", [part.label]  # a line of one word, not a label
    return TagStream([part for part in parts if part.content or part.boxes], cut)


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
    if piece.next_tag != "<|/ref|>" and (bare := _BARE_LABEL.match(text)):
        return Tagged(bare[1], texts=[text[bare.end() :]])
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
    if piece.next_tag == "<|/det|>":
        numbers = len(_NUMBER.findall(piece.text))
        if numbers >= 4 and sum(map(len, _NOT_NUMBERS.findall(piece.text))) <= _NOISE:
            part.boxes += _boxes(piece.text)
            return ""
    return _take_boxes(part, piece.text)


def _labelled_box(piece: _TagText) -> Tagged | None:
    """Begin a part whose label and box share a tag; None if they do not."""
    label = _BARE_LABEL.match(piece.text)
    if piece.next_tag not in {"<|/det|>", ""} or label is None:
        return None
    boxes, rest = _split_numbers(piece.text[label.end() :])
    return Tagged(label[1], list(_boxes(boxes)), [rest]) if boxes.strip() else None


def _take_boxes(part: Tagged, text: str) -> str:
    """Parse the boxes at the beginning of a text into a part; return the rest."""
    numbers, rest = _split_numbers(text)
    part.boxes += _boxes(numbers)
    return rest


def _split_numbers(text: str) -> tuple[str, str]:
    """Split a text into the coordinates it begins with and the rest."""
    found = _NUMBERS.match(text)
    end = found.end() if found else 0
    if not re.search(r"\d", text[:end]) and text[end : end + 1].isalnum():
        return "", text  # a bracket before a word is not a box
    return text[:end], text[end:]


def _boxes(text: str) -> Iterator[ModelBox]:
    """Yield the boxes of a list of coordinates, without empty ones.

    A minus sign before a number is a misread comma.
    """
    numbers = [min(float(number), MODEL_RANGE) for number in _NUMBER.findall(text)]
    for first in range(0, len(numbers) - 3, 4):
        left, top, right, bottom = numbers[first : first + 4]
        if left != right and top != bottom:
            yield min(left, right), min(top, bottom), max(left, right), max(top, bottom)
