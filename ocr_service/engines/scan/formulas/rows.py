"""Finds the rows of a page that are displayed formulas, by what was recognised and where it stands.

A displayed formula is a row without words, away from the left margin of its column, in which there
is a sign of mathematics. Its parts (numerators, limits, what is under a root) are recognised as
rows of their own, so rows of a display that follow each other are one band.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ocr_service.common.boxes import hull
from ocr_service.engines.scan.line_geometry import TextLine, TypeScale, shared
from ocr_service.library.pages import Box

__all__ = ["Band", "display_bands", "equation_number", "has_signs"]

_FUNCTIONS = re.compile(
    r"sinh|cosh|tanh|arc|sin|cos|tan|cot|sec|csc|log|lim|exp|max|min|sup|inf|det|dim|ker|mod|"
    r"const|grad|curl|div"
)
_WORD = re.compile(
    r"[^\W\d_]{4,}|\b(?:the|and|for|let|but|are|was|has|not|any|all|als|und|der|die|das|ist|les|"
    r"des|une|est|que|per|con|del|los|las)\b",
    re.IGNORECASE,
)
_IDEOGRAPH = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_SIGN = re.compile(
    r"[=≡≈≅∼<>≤≥≦≧≠∝√∫∑∏∂∞∈⊂⇒±×]|(?<=[\w)])(?:[+−·/-]|\s[+−·/-]\s)(?=[\w(])|\w\s?\^\s?\w"
)
_NUMBER = re.compile(
    r"[(\[]\s?(\d{1,3}(?:[.\-]\d{1,3}){0,2}\s?[a-z*'′]{0,2}|[A-Z*†]|[ivx]{1,4})\s?[)\]]\.?"
)
_PROSE = 0.35  # share of a row's characters that are in words, from which it is prose
_INDENT = 1.5  # characters from the column's left margin at which a display begins
_BODY = 25  # characters of a piece that shows where its column begins and ends
_LEAD = 20  # characters before a formula, such as "and" or "or, finally,"
_BESIDE = 8  # characters between parts of one band that stand beside each other
_APART = 1.0  # lines of white between rows of one band


@dataclass(frozen=True, slots=True)
class Band:
    """Rows of displayed formulas with nothing but formulas between them.

    `pieces` are what was recognised; `column` the left and right end of the column they stand in;
    `above` and `below` the y that the text above and below it reaches. All are fractions of the
    upright page.
    """

    pieces: tuple[TextLine, ...]
    column: tuple[float, float]
    above: float
    below: float

    @property
    def box(self) -> Box:
        """The box around all pieces."""
        return hull([piece.box for piece in self.pieces])


def has_signs(text: str) -> bool:
    """Return whether a text has a sign of mathematics between or beside letters and digits."""
    return bool(_SIGN.search(text)) and any(char.isalnum() for char in text)


def equation_number(text: str) -> str:
    """Return the number of a text that is nothing but the number of a formula, else ""."""
    match = _NUMBER.fullmatch(text.strip())
    return match[1].replace(" ", "") if match else ""


def display_bands(lines: Sequence[TextLine], scale: TypeScale) -> list[Band]:
    """Return the bands of displayed formulas on a page, from top to bottom.

    Args:
        lines: the pieces of an upright page, also those that are not believed to be text.
        scale: the sizes of the page's body text.
    """
    body = [line for line in lines if len(line.text) >= _BODY and _prose_share(line.text) > _PROSE]
    plain = [line for line in lines if not line.label]
    rows = [_without_lead(row, scale) for row in _rows(plain, body, scale)]
    rows = [row for row in rows if _is_display(row, body, scale)]
    prose = [line for line in lines if not any(line in row for row in rows)]
    bands: list[list[TextLine]] = []
    for row in sorted(rows, key=lambda row: min(line.box[1] for line in row)):
        band = next((band for band in bands if _goes_on(band, row, prose, scale)), None)
        if band is None:
            bands.append(list(row))
        else:
            band += row
    numbers = [line for line in prose if equation_number(line.text)]
    for band in bands:
        band += [number for number in numbers if _numbers(number, band, body, scale)]
    prose = [line for line in prose if not any(line in band for band in bands)]
    return [_band(band, body, prose, scale) for band in bands]


def _numbers(
    number: TextLine, band: Sequence[TextLine], body: Sequence[TextLine], scale: TypeScale
) -> bool:
    """Return whether a number stands beside a band, at an end of its column."""
    box = hull([line.box for line in band])
    left, right = _column(box, body)
    inside = left - 4 * scale.char < number.box[0] and number.box[2] < right + 4 * scale.char
    return inside and box[1] < number.middle < box[3]


def _rows(
    lines: Sequence[TextLine], body: Sequence[TextLine], scale: TypeScale
) -> Iterator[list[TextLine]]:
    """Yield the pieces of each printed row of a column, those of several rows only once."""
    rest = sorted(lines, key=lambda line: -len(line.text))
    while rest:
        core = rest[0]
        left, right = _column(core.box, body)
        row = [
            line
            for line in rest
            if line is core
            or (
                shared(line.box, core.box, 1) > 0.5
                and line.box[0] > left - 4 * scale.char
                and line.box[2] < right + 4 * scale.char
            )
        ]
        yield row
        rest = [line for line in rest if line not in row]


def _without_lead(row: list[TextLine], scale: TypeScale) -> list[TextLine]:
    """Return a row without the word that stands before its formula, at the left margin."""
    first = min(row, key=lambda line: line.box[0])
    rest = [line for line in row if line is not first]
    is_lead = len(first.text) <= _LEAD and not re.search(r"[^\w\s,:;.]|\d", first.text)
    if not rest or not is_lead or not re.search(r"[^\W\d_]{2}", first.text):
        return row
    gap = min(line.box[0] for line in rest) - first.box[2]
    return rest if gap > 2 * scale.char else row


def _column(box: Box, body: Sequence[TextLine]) -> tuple[float, float]:
    """Return where the column of a box begins and ends, by the text above and below it."""
    boxes = [line.box for line in body if shared(line.box, box, 0) > 0.3]
    if not boxes:
        return 0.0, 1.0
    lefts = sorted(box[0] for box in boxes)
    # Most lines of prose begin at the margin; the first lines of paragraphs do not.
    return lefts[len(lefts) // 4], max(box[2] for box in boxes)


def _is_display(row: Sequence[TextLine], body: Sequence[TextLine], scale: TypeScale) -> bool:
    text = " ".join(line.text for line in row)
    if _prose_share(text) > _PROSE or not any(not char.isspace() for char in text):
        return False
    formula = [line for line in row if not equation_number(line.text)]
    if not formula:
        return False
    box = hull([line.box for line in formula])
    left, _ = _column(box, body)
    return box[0] > left + _INDENT * scale.char


def _prose_share(text: str) -> float:
    """Return the share of a text's characters that are in words."""
    plain = _FUNCTIONS.sub(" ", text)
    letters = sum(map(len, _WORD.findall(plain))) + len(_IDEOGRAPH.findall(text))
    return letters / max(1, sum(not char.isspace() for char in text))


def _goes_on(
    band: Sequence[TextLine], row: Sequence[TextLine], prose: Sequence[TextLine], scale: TypeScale
) -> bool:
    """Return whether a row follows a band in its column, without text between them."""
    first, second = hull([line.box for line in band]), hull([line.box for line in row])
    beside = max(first[0], second[0]) - min(first[2], second[2])
    if second[1] - first[3] > _APART * scale.height or beside > _BESIDE * scale.char:
        return False
    return not any(
        first[1] < line.middle < second[3]
        and min(first[3], second[1]) <= line.middle <= max(first[3], second[1])
        and shared(line.box, hull([first, second]), 0) > 0.2
        for line in prose
    )


def _band(
    pieces: Sequence[TextLine],
    body: Sequence[TextLine],
    prose: Sequence[TextLine],
    scale: TypeScale,
) -> Band:
    box = hull([piece.box for piece in pieces])
    left, right = _column(box, body)
    beside = [line for line in prose if line.box[2] > box[0] and line.box[0] < box[2]]
    above = [line.box[3] for line in beside if line.middle < box[1]]
    below = [line.box[1] for line in beside if line.middle > box[3]]
    reach = 1.5 * scale.height
    return Band(
        tuple(sorted(pieces, key=lambda piece: (piece.box[1], piece.box[0]))),
        (min(left, box[0]), max(right, box[2])),
        max([box[1] - reach, *above]),
        min([box[3] + reach, *below]),
    )
