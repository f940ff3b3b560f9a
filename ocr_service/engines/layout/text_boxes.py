"""The boxes of a page's text layer in reading order, by PyMuPDF's layout models.

Two models come with PyMuPDF. The quick one looks at the text alone and is three to six times as
fast; the full one looks at the picture of the page as well and is the better at tables and figures.
The full one reads pages with drawings, and those on which the quick one sees a table; images it
finds no better, for they are objects of the file. Models are loaded with the first page of a
process.
"""

from __future__ import annotations

import contextlib
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from ocr_service.engines.layout.text_lines import Line, Span, assign, build_lines, fold_fractions
from ocr_service.pdf.document import Document
from ocr_service.pdf.page_tree import Native

__all__ = ["Ink", "TextBox", "page_ink", "read_boxes", "upright_page"]

Rect = tuple[float, float, float, float]

MIN_IMAGE_SHARE = 0.02  # of the page: smaller images are ornaments and rules
MIN_DRAWINGS = 8  # paths with some height and width: fewer are rules, boxes, root signs
MAX_LOG = 50_000  # drawing operations looked at
MAX_SPANS = 50_000


@dataclass(frozen=True, slots=True)
class TextBox:
    """A box of the layout: label as the model says it ("section-header"), box in points.

    `table` is the table's rows of cells, None where the box is no table; its lines are there too.
    """

    label: str
    box: Rect
    lines: tuple[Line, ...] = ()
    table: tuple[tuple[str, ...], ...] | None = None


@dataclass(frozen=True, slots=True)
class Ink:
    """What is on a page besides visible type; boxes in points of the page as displayed.

    Shares are fractions (0..1): `image_share` of the page covered by images, `largest_drawing` of
    the page covered by its largest drawing, `hidden_share` of the text (by area) that is drawn
    invisibly or lies beneath an image. `drawings` are paths with
    some width and height, `rules` thin level lines, such as those of fractions.
    """

    image_share: float
    hidden_share: float
    largest_drawing: float
    images: tuple[Rect, ...]
    drawings: tuple[Rect, ...]
    rules: tuple[Rect, ...]

    @property
    def is_figured(self) -> bool:
        """Whether the page shows more than type and rules."""
        return self.image_share >= MIN_IMAGE_SHARE or self.is_drawn

    @property
    def is_drawn(self) -> bool:
        """Whether there are many drawings, or a large one."""
        return len(self.drawings) >= MIN_DRAWINGS or self.largest_drawing >= MIN_IMAGE_SHARE


def upright_page(document: Document, page_index: int) -> Native:
    """Return a `pymupdf.Page` whose own coordinates are those of the page as displayed.

    A /Rotate entry is worked into the page in memory, as pymupdf4llm does too; the page looks the
    same before and after.

    Raises:
        InputError: The page cannot be read.
    """
    page = document.page(page_index)
    with document.page_errors(page_index):
        if page.rotation:
            page.remove_rotation()
            page = document.handle.load_page(page_index)
    return page


def page_ink(document: Document, page_index: int) -> Ink:
    """Return what a page (0-based index) shows besides type.

    Raises:
        InputError: The page cannot be read.
    """
    page = upright_page(document, page_index)
    with document.page_errors(page_index):
        bounds = tuple(page.rect)
        log = page.get_bboxlog()[:MAX_LOG]
    texts: list[tuple[float, bool]] = []  # area, hidden
    images: list[Rect] = []
    drawings: list[Rect] = []
    rules: list[Rect] = []
    for kind, raw in reversed(log):  # from the top of the page's paint down
        box = _clipped(raw, bounds)
        width, height = box[2] - box[0], box[3] - box[1]
        if "image" in kind or kind == "fill-imgmask":
            images.append(box)
        elif "text" in kind:
            hidden = kind == "ignore-text" or any(_covers(image, box) for image in images[:50])
            texts.append((_area(box), hidden))
        elif "path" in kind and width > 3 and height > 3:
            drawings.append(box)
        elif "path" in kind and width > 2 > height:
            rules.append(box)
    whole = max(_area(bounds), 1e-6)
    written = sum(area for area, _ in texts)
    hidden_area = sum(area for area, hidden in texts if hidden)
    return Ink(
        image_share=min(1.0, sum(map(_area, images)) / whole),
        largest_drawing=max(map(_area, drawings), default=0.0) / whole,
        hidden_share=hidden_area / written if written else 0.0,
        images=tuple(images),
        drawings=tuple(drawings),
        rules=tuple(rules),
    )


def read_boxes(document: Document, page_index: int, ink: Ink) -> list[TextBox]:
    """Return a page's boxes in reading order, coordinates in points of the page as displayed.

    Args:
        document: The open document.
        page_index: 0-based.
        ink: What `page_ink` says of this page.

    Raises:
        InputError: The page cannot be read.
    """
    with document.page_errors(page_index):
        boxes = _parse(document, page_index, full=ink.is_drawn)
        if not ink.is_drawn and any(box.label == "table" for box in boxes):
            boxes = _parse(document, page_index, full=True)
        spans = _spans(upright_page(document, page_index))
    shares = assign(fold_fractions(spans, ink.rules), [box.box for box in boxes])
    return [
        replace(box, lines=build_lines(share)) for box, share in zip(boxes, shares, strict=True)
    ]


def _parse(document: Document, page_index: int, *, full: bool) -> list[TextBox]:
    """Run pymupdf4llm's analysis of one page with one of the two models."""
    from pymupdf4llm.helpers.document_layout import parse_document

    with _model_in_place(full=full), contextlib.redirect_stdout(io.StringIO()):
        # use_ocr=False: by default it would run OCR of its own choice, and print about it.
        parsed = parse_document(document.handle, pages=[page_index], use_ocr=False)
    return [_box(raw) for raw in parsed.pages[0].boxes]


@cache
def _models() -> dict[bool, Callable[..., Any]]:
    """Return the layout models, the full one under True; loaded once a process."""
    import pymupdf
    from pymupdf.layout import DocumentLayoutAnalyzer

    # Importing the package has loaded the full model: taken from there, not loaded twice.
    full = pymupdf._get_layout or DocumentLayoutAnalyzer.get_model().predict  # noqa: SLF001
    return {True: full, False: DocumentLayoutAnalyzer.get_model(feature_set_name="rf").predict}


@contextlib.contextmanager
def _model_in_place(*, full: bool) -> Iterator[None]:
    """Let PyMuPDF use one of the models, and put back what it had: there is no argument for it."""
    import pymupdf

    model = _models()[full]
    before = pymupdf._get_layout  # noqa: SLF001
    pymupdf._get_layout = model  # noqa: SLF001
    try:
        yield
    finally:
        pymupdf._get_layout = before  # noqa: SLF001


def _box(raw: Native) -> TextBox:
    """Return a pymupdf4llm box as ours, its lines still to come."""
    rows = (raw.table or {}).get("extract") or ()
    table = tuple(tuple(str(cell or "") for cell in row) for row in rows)
    return TextBox(
        label=str(raw.boxclass),
        box=(float(raw.x0), float(raw.y0), float(raw.x1), float(raw.y1)),
        table=table if raw.boxclass == "table" else None,
    )


def _spans(page: Native) -> list[Span]:
    """Return the spans of a page in the file's order, with the flags plain text is read with."""
    import pymupdf

    blocks = page.get_text("rawdict", flags=pymupdf.TEXTFLAGS_TEXT)["blocks"]
    return [
        Span.from_raw(raw, line["dir"])
        for block in blocks
        for line in block.get("lines", ())
        for raw in line["spans"]
        if raw["chars"]
    ][:MAX_SPANS]


def _clipped(box: Sequence[float], bounds: Sequence[float]) -> Rect:
    """Return a box cut to the page's."""
    return (
        max(box[0], bounds[0]),
        max(box[1], bounds[1]),
        min(box[2], bounds[2]),
        min(box[3], bounds[3]),
    )


def _area(box: Sequence[float]) -> float:
    return float(max(0.0, box[2] - box[0]) * max(0.0, box[3] - box[1]))


def _covers(outer: Sequence[float], inner: Sequence[float]) -> bool:
    """Tell whether `outer` covers at least nine tenths of `inner`."""
    return _area(_clipped(inner, outer)) >= 0.9 * _area(inner) > 0
