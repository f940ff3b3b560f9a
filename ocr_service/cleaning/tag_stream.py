r"""Takes a model's tagged text apart: what it wrote, under which label, in which boxes.

The models of the DeepSeek-OCR family put a pair of tags before every part of a page,

    <|ref|>sub_title<|/ref|><|det|>[[107, 66, 640, 85]]<|/det|>
    9. Integrals of polynomials

with coordinates from 0 to 999 and, seldom, several boxes; or, as Unlimited-OCR, a single pair,
<|det|>sub_title [107, 66, 640, 85]<|/det|>. Only the order of the tags is relied
on, never their balance: a tag may be missing, cut, doubled or inside another. Whatever stands
where a label or a box should be and is neither is text of the page and is kept. Every step looks
at each character a bounded number of times, so a hostile page costs no more than a long one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

__all__ = ["KNOWN_LABELS", "MODEL_RANGE", "TAG", "ModelBox", "TagStream", "Tagged", "read_tags"]

MODEL_RANGE = 999.0  # the largest coordinate of a box, at the right and bottom edge

# The words the models use, and those of the layout sets that their training data came from.
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
# A name between full-width bars, with U+2581 for its spaces, is a token of the model and no text.
_WIDE = r"<｜[\w▁]{1,40}｜>"
TAG = re.compile("|".join([*map(re.escape, _PAIRED + _SPECIAL), _WIDE]))
_LONGEST_TAG = 44  # characters

_LONGEST_LABEL = 60  # characters, with the space around it
_LABEL = re.compile(r"\s*([A-Za-z][A-Za-z _-]{0,29}?)\s*")
_MADE_UP = re.compile(r"[a-z]{2,}(?:_[a-z]+)*")  # what an unknown label looks like
_BARE_LABEL = re.compile(
    rf"\s*({'|'.join(sorted(KNOWN_LABELS, key=len, reverse=True))})(?![A-Za-z_])"
)
# Lists of numbers between brackets, each perhaps left open: "[[1, 2, 3, 4], [5, 6", "[0.5]".
_NUMBERS = re.compile(r'\s*+(?:\[(?:[-\[\d., \t"]|\](?=[ \t,]*+[\[\]]))*+\]?+)*+')
_NUMBER = re.compile(r"\d{1,6}(?:\.\d{1,3})?")
_NOT_NUMBERS = re.compile(r"[^\s\d\[\](){}.,;:\"'-]+")
_BOX_END = "] \t\n"  # what a list of boxes ends with
_NOISE = 12  # characters that may stand between the numbers of a closed box

ModelBox = tuple[float, float, float, float]


@dataclass(slots=True)
class Tagged:
    """What stands under one label.

    `label` is what the model wrote, in lower case with `_` for spaces; "" before the first tag.
    `boxes` are (left, top, right, bottom) in the model's coordinates, put in order and in range.
    `texts` is what was written, cut where a stray tag stood.
    """

    label: str = ""
    boxes: list[ModelBox] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)

    @property
    def content(self) -> str:
        """The whole text; what a stray tag separated stays separate."""
        return " ".join(text for text in self.texts if not text.isspace() and text)


class TagStream(NamedTuple):
    """The parts of a page in the model's order, and whether its text ends within a tag."""

    parts: list[Tagged]
    cut: bool


class _TagText(NamedTuple):
    """A tag ("" for the beginning of the text), the text up to the next one, and that one."""

    tag: str
    text: str
    next_tag: str


def read_tags(raw: str) -> TagStream:
    """Take a tagged text apart. Text without tags is one part without label and boxes."""
    text, cut = _without_cut_tag(raw)
    parts = [Tagged()]
    label_open = False  # the tag before was a label's, so another one may correct it
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
                rest = ""  # the end of a box that has another one inside
            case _:
                rest = piece.text
        label_open = False
        parts[-1].texts.append(rest)
    cut = cut or (not "".join(parts[-1].texts[-1:]).strip() and _is_unfinished(text))
    for part in parts[1:]:
        if part.label not in KNOWN_LABELS and "_" not in part.label and not part.content:
            part.label, part.texts = "text", [part.label]  # a line of one word, not its label
    return TagStream([part for part in parts if part.content or part.boxes], cut)


def _pieces(text: str) -> Iterator[_TagText]:
    """Cut a text at its tags."""
    tag, start = "", 0
    for found in TAG.finditer(text):
        yield _TagText(tag, text[start : found.start()], found[0])
        tag, start = found[0], found.end()
    yield _TagText(tag, text[start:], "")


def _without_cut_tag(text: str) -> tuple[str, bool]:
    """Leave out a tag of which the text's end shows the beginning only."""
    start = text.rfind("<", max(0, len(text) - _LONGEST_TAG))
    tail = text[start:] if start >= 0 else ""
    if tail == "<":  # may be a sign of the text, unless something is unfinished before it
        cut = _is_unfinished(text) or text.endswith("|><")
    else:
        cut = any(tag.startswith(tail) and tag != tail for tag in _PAIRED + _SPECIAL if tail)
        cut = cut or bool(re.fullmatch(r"<｜[\w▁]{0,40}｜?", tail))
    return (text[:start], True) if cut else (text, False)


def _is_unfinished(text: str) -> bool:
    """Tell whether the last label or box of a text was begun and not closed."""
    return any(
        text.rfind(opening) > text.rfind(closing)
        for opening, closing in (("<|ref|>", "<|/ref|>"), ("<|det|>", "<|/det|>"))
    )


# ------------------------------------------------------------------------------------- labels


def _labelled(piece: _TagText) -> Tagged:
    """Begin a part: its label, and what stands in the label's place without being one."""
    text = piece.text
    if piece.next_tag == "<|/ref|>" and (label := _label(text)):
        return Tagged(label)
    if piece.next_tag != "<|/ref|>" and (bare := _BARE_LABEL.match(text)):
        return Tagged(bare[1], texts=[text[bare.end() :]])
    beginning = text.strip()
    if not piece.next_tag and any(label.startswith(beginning) for label in KNOWN_LABELS):
        return Tagged("text")  # the text ends within the label
    return Tagged("text", texts=[text])


def _label(text: str) -> str | None:
    """Return the label that a text is, None if it says something else."""
    found = _LABEL.fullmatch(text) if len(text) <= _LONGEST_LABEL else None
    if not found:
        return None
    label = re.sub(r"[\s-]+", "_", found[1].lower())
    return label if label in KNOWN_LABELS or _MADE_UP.fullmatch(found[1]) else None


def _after_label(part: Tagged, piece: _TagText, *, corrected: bool) -> str:
    """Read what follows a label's end: a second label, a box without its tag, or text."""
    if corrected and piece.next_tag == "<|/ref|>" and _label(piece.text):
        return ""
    if piece.next_tag == "<|/det|>":
        return _take_boxes(part, piece.text)
    return piece.text


# -------------------------------------------------------------------------------------- boxes


def _after_box(part: Tagged, piece: _TagText) -> str:
    """Read boxes into a part; return the text that stands in their place or behind them."""
    if piece.next_tag == "<|/det|>":
        numbers = len(_NUMBER.findall(piece.text))
        if numbers >= 4 and sum(map(len, _NOT_NUMBERS.findall(piece.text))) <= _NOISE:
            part.boxes += _boxes(piece.text)
            return ""
    return _take_boxes(part, piece.text)


def _labelled_box(piece: _TagText) -> Tagged | None:
    """Begin a part whose label stands with its box, if it does."""
    label = _BARE_LABEL.match(piece.text)
    if piece.next_tag not in {"<|/det|>", ""} or label is None:
        return None
    boxes, rest = _split_numbers(piece.text[label.end() :])
    return Tagged(label[1], list(_boxes(boxes)), [rest]) if boxes.strip() else None


def _take_boxes(part: Tagged, text: str) -> str:
    """Read the boxes a text begins with into a part; return the rest of the text."""
    numbers, rest = _split_numbers(text)
    part.boxes += _boxes(numbers)
    return rest


def _split_numbers(text: str) -> tuple[str, str]:
    """Part the coordinates a text begins with from what follows them."""
    found = _NUMBERS.match(text)
    end = found.end() if found else 0
    if not re.search(r"\d", text[:end]) and text[end : end + 1].isalnum():
        return "", text  # a bracket that opens on a word is no box
    return text[:end], text[end:]


def _boxes(text: str) -> Iterator[ModelBox]:
    """Yield the boxes with an area of a list of coordinates.

    A sign before a number is a misread comma.
    """
    numbers = [min(float(number), MODEL_RANGE) for number in _NUMBER.findall(text)]
    for first in range(0, len(numbers) - 3, 4):
        left, top, right, bottom = numbers[first : first + 4]
        if left != right and top != bottom:
            yield min(left, right), min(top, bottom), max(left, right), max(top, bottom)
