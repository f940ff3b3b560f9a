"""Spans of type to lines: which box a span belongs to, which line, and what is a fraction.

PyMuPDF makes lines of its own, but puts the parts of a fraction in the wrong order ("10001" for
1/1000). Here a line is what stands on one baseline, small type goes with the line it is next to,
and what stands over and under a rule becomes "over/under". Coordinates are points, y downwards.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

__all__ = ["Line", "Span", "assign", "build_lines", "fold_fractions"]

Rect = tuple[float, float, float, float]

MAX_FRACTIONS = 300  # a page: more rules are a drawing
_BOLD, _ITALIC, _MONO = 16, 2, 8  # span flags of PyMuPDF
# TeX's extension font says what it draws only by its own numbers.
_EXTENSION = str.maketrans(
    "PXQYRZpqrs\x00\x01\x02\x03\x08\x09\x10\x11\x12\x13\x14\x15\x1a\x1b",
    "∑∑∏∏∫∫√√√√()[]{}()()[]{}",
)


@dataclass(frozen=True, slots=True)
class Span:
    """A run of characters in one type. `baseline` is its y, `size` its type size.

    `top` is the y of the top of a sign that TeX hangs from there, None for other spans.
    """

    text: str
    box: Rect
    baseline: float
    size: float
    bold: bool = False
    italic: bool = False
    mono: bool = False
    level: bool = True
    top: float | None = None

    @classmethod
    def from_raw(cls, raw: dict[str, Any], direction: Sequence[float]) -> Self:
        """Build a span from PyMuPDF's raw dictionary and its line's direction.

        PyMuPDF puts blanks of its own between words, on the baseline of what went before: a
        blank in front says nothing of where the span stands.
        """
        characters = raw["chars"]
        seen = [char for char in characters if not char["c"].isspace()] or characters
        font, flags = str(raw["font"]).lower(), int(raw["flags"])
        text = "".join(char["c"] for char in characters)
        size, baseline = float(raw["size"]), float(seen[0]["origin"][1])
        hung = 0.0
        extension = "cmex" in font or "mathextension" in font
        if extension or (text.strip() == "√" and ("cmsy" in font or "mathsymbols" in font)):
            # TeX hangs large signs, and roots, from their top.
            text = text.translate(_EXTENSION) if extension else text
            hung, size = size, 0.8 * size
        return cls(
            text=text,
            box=_around([tuple(map(float, char["bbox"])) for char in seen]),  # type: ignore[misc]
            baseline=baseline + hung,
            size=size,
            # TeX's bold faces carry no flag: cmbx10, SFBX1200, cmb10.
            bold=bool(flags & _BOLD) or "bold" in font or "bx" in font or font.startswith("cmb1"),
            italic=bool(flags & _ITALIC) or "csc" in font,  # small capitals serve alike
            mono=bool(flags & _MONO),
            level=abs(direction[0] - 1) < 0.02,
            top=baseline if hung else None,
        )


@dataclass(frozen=True, slots=True)
class Line:
    """A line of type, its spans from left to right."""

    spans: tuple[Span, ...]

    @property
    def box(self) -> Rect:
        """The box around the spans."""
        return _around([span.box for span in self.spans])

    @property
    def size(self) -> float:
        """The largest type size."""
        return max(span.size for span in self.spans)

    @property
    def bold(self) -> bool:
        """Whether every span is bold."""
        return all(span.bold for span in self.spans)

    @property
    def italic(self) -> bool:
        """Whether every span is italic or in small capitals."""
        return all(span.italic for span in self.spans)

    @property
    def mono(self) -> bool:
        """Whether every span is in a type of fixed width."""
        return all(span.mono for span in self.spans)


def assign(spans: Sequence[Span], boxes: Sequence[Rect]) -> list[list[Span]]:
    """Return the spans of each box: each goes to the smallest box that holds its middle.

    A span that no box holds goes to the nearest box no further than two lines away; one further
    away is left out (the caller compares with the plain text and sees that it is missing).
    """
    found: list[list[Span]] = [[] for _ in boxes]
    for span in spans:
        x, y = (span.box[0] + span.box[2]) / 2, (span.box[1] + span.box[3]) / 2
        ranked = [(_distance(x, y, box), _area(box), i) for i, box in enumerate(boxes)]
        distance, _, nearest = min(ranked, default=(1e9, 0.0, -1))
        if distance <= 2 * span.size:
            found[nearest].append(span)
    return found


def fold_fractions(spans: Sequence[Span], rules: Sequence[Rect]) -> list[Span]:
    """Return the spans with what stands over and under each rule made one span, "1/1000".

    Inner fractions have the shorter rules and are folded first.
    """
    folded = list(spans)
    for rule in sorted(rules[:MAX_FRACTIONS], key=lambda rule: rule[2] - rule[0]):
        parts = _over_and_under(folded, rule)
        if parts is None:
            continue
        over, under = parts
        folded = [span for span in folded if span not in over and span not in under]
        size = max(span.size for span in (*over, *under))
        # The rule stands a quarter of the type size above the baseline it belongs to.
        beside = [
            s.size for s in folded if abs(s.baseline - rule[3] - 0.25 * s.size) < 0.12 * s.size
        ]
        size = max([size, *beside[:1]])
        text = f"{_grouped(over)}/{_grouped(under)}"
        box = _around([rule, *(span.box for span in (*over, *under))])
        folded.append(Span(text, box, rule[3] + 0.25 * size, size))
    return folded


def build_lines(spans: Sequence[Span]) -> tuple[Line, ...]:
    """Return the lines of one box, top to bottom; type that is not level keeps the file's order."""
    level = [span for span in spans if span.level]
    rows: list[list[Span]] = []
    weights = sorted(span.size for span in level for _ in range(len(span.text.strip())))
    # Scripts may outnumber what they belong to: the size that a quarter of the type reaches.
    usual = weights[3 * len(weights) // 4] if weights else 0.0
    main = [span for span in level if span.size >= 0.85 * usual and span.text.strip()]
    for span in sorted(main, key=lambda span: span.baseline):
        if rows and abs(span.baseline - rows[-1][0].baseline) <= 0.3 * span.size:
            rows[-1].append(span)
        else:
            rows.append([span])
    chosen = set(map(id, main))
    heads = [row[0] for row in rows]
    for span in (span for span in level if id(span) not in chosen):
        gap, place = min(
            ((abs(head.baseline - span.baseline), i) for i, head in enumerate(heads)),
            default=(1e9, -1),
        )
        if gap <= 0.9 * usual:
            rows[place].append(span)
        elif span.text.strip():
            rows.append([span])
            heads.append(span)
    rows.sort(key=lambda row: row[0].baseline)
    lines = [Line(tuple(sorted(row, key=lambda span: span.box[0]))) for row in rows]
    return (*lines, *(Line((span,)) for span in spans if not span.level and span.text.strip()))


def _over_and_under(spans: Sequence[Span], rule: Rect) -> tuple[list[Span], list[Span]] | None:
    """Return the spans over and under a rule, or None if it is no fraction's."""
    width, y = rule[2] - rule[0], (rule[1] + rule[3]) / 2
    near = [
        span
        for span in spans
        if span.level and span.text.strip() and abs(span.baseline - y) < 3 * span.size
    ]
    if any(s.top is not None and abs(s.top - y) < 2 and abs(s.box[2] - rule[0]) < 2 for s in near):
        return None  # the bar of a root
    within = [s for s in near if s.box[0] >= rule[0] - 2 and s.box[2] <= rule[2] + 2]
    over = _with_scripts([s for s in within if -0.1 < (y - s.baseline) / s.size < 0.75], within)
    under = _with_scripts([s for s in within if 0.45 < (s.baseline - y) / s.size < 1.25], within)
    over = [s for s in over if s not in under]
    if not over or not under:
        return None
    reach = max(_width(over), _width(under))
    # Words that go on beside the rule mean that it underlines, or parts text from notes.
    for part in (over, under):
        left, right = min(s.box[0] for s in part), max(s.box[2] for s in part)
        base = max(s.baseline for s in part)
        for s in near:
            level = s not in part and abs(s.baseline - base) < 0.5
            if level and (
                abs(s.box[0] - right) < 0.4 * s.size or abs(left - s.box[2]) < 0.4 * s.size
            ):
                return None
    return (over, under) if reach >= 0.6 * width else None


def _with_scripts(core: list[Span], spans: Sequence[Span]) -> list[Span]:
    """Return one half of a fraction with the small type beside it."""
    if not core:
        return []
    size = max(span.size for span in core)
    base = next(span.baseline for span in core if span.size == size)
    return core + [
        span
        for span in spans
        if span not in core and span.size < 0.85 * size and abs(span.baseline - base) < 0.6 * size
    ]


def _grouped(spans: Sequence[Span]) -> str:
    """Return the text of a fraction's half, in brackets if it is a sum or a product."""
    texts = []
    ordered = sorted(spans, key=lambda span: span.box[0])
    for before, span in zip([None, *ordered], ordered, strict=False):
        gap = span.box[0] - before.box[2] if before else 0.0
        texts.append((" " if gap > 0.14 * span.size else "") + span.text)
    text = " ".join("".join(texts).split())
    plain = len(text) <= 2 or text.replace(",", "").replace(".", "").isalnum()
    return text if plain else f"({text})"


def _width(spans: Sequence[Span]) -> float:
    return max(span.box[2] for span in spans) - min(span.box[0] for span in spans)


def _around(boxes: Sequence[Rect]) -> Rect:
    lefts, tops, rights, bottoms = zip(*boxes, strict=True)
    return (min(lefts), min(tops), max(rights), max(bottoms))


def _area(box: Rect) -> float:
    return max(0.0, box[2] - box[0]) * max(0.0, box[3] - box[1])


def _distance(x: float, y: float, box: Rect) -> float:
    """Return how far a point lies outside a box, 0 within it."""
    return max(box[0] - x, x - box[2], 0.0) + max(box[1] - y, y - box[3], 0.0)
