"""The boxes of a page's text layer in reading order, by PyMuPDF's layout models.

Two models come with PyMuPDF. The quick one looks at the text alone and is three to six times as
fast; the full one looks at the picture of the page as well and is the better at tables and figures.
The full one reads pages with drawings, those on which the quick one sees a table, and those whose
text OCR tools hid under a picture; images it finds no better, for they are objects of the file.
Models are loaded with the first page of a process.
"""

from __future__ import annotations

import contextlib
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import islice
from typing import Any

from ocr_service.common.boxes import hull
from ocr_service.engines.layout.drop_caps import join_drop_caps, move_lone_caps
from ocr_service.engines.layout.ink import Ink, Rect, upright_page
from ocr_service.engines.layout.late_scripts import cut_at_scripts
from ocr_service.engines.layout.merged_columns import part_columns
from ocr_service.engines.layout.prose import has_leaders, line_text
from ocr_service.engines.layout.raw_text import raw_blocks
from ocr_service.engines.layout.shown_text import Overprints, shown_lines
from ocr_service.engines.layout.table_cells import fill_cells
from ocr_service.engines.layout.text_lines import Line, Span, assign, build_lines
from ocr_service.pdf.document import Document
from ocr_service.pdf.page_tree import Native

__all__ = ["TextBox", "read_boxes"]

MAX_SPANS = 50_000

_USUAL = (300.0, 1_200.0)  # points: the widths of pages that the models know
_COPY_WIDTH = 612.0
_MAY_HAVE_COLUMNS = frozenset({"text", "picture", "list-item", "footnote", "fallback"})


@dataclass(frozen=True, slots=True)
class TextBox:
    """A box of the layout: label as the model says it ("section-header"), box in points.

    `table` is the table's rows of cells, None where the box is no table; its lines are there too.
    `grid` is the edges of a table's columns and rows, in points.
    """

    label: str
    box: Rect
    lines: tuple[Line, ...] = ()
    table: tuple[tuple[str, ...], ...] | None = None
    grid: tuple[tuple[float, ...], tuple[float, ...]] | None = None


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
        full = ink.is_drawn or ink.hidden_share > 0.5
        boxes = _parse(document, page_index, full=full)
        if not full and any(box.label == "table" for box in boxes):
            boxes = _parse(document, page_index, full=True)
        spans = _spans(upright_page(document, page_index))
    shares, others = assign(spans, [box.box for box in boxes])
    move_lone_caps(shares, [box.box for box in boxes])
    found = [
        filled for box, share in zip(boxes, shares, strict=True) for filled in _filled(box, share)
    ]
    for share in others:
        place_box(found, TextBox("text", hull([span.box for span in share]), build_lines(share)))
    return found


def place_box(boxes: list[TextBox], box: TextBox) -> None:
    """Put a box that the model did not see where it is read: before what stands below it."""
    left, top, right, _ = box.box
    for place, other in enumerate(boxes):
        beside = other.box[0] < right and left < other.box[2]
        if beside and other.box[1] > top:
            boxes.insert(place, box)
            return
    boxes.append(box)


def _filled(box: TextBox, spans: Sequence[Span]) -> Iterator[TextBox]:
    """Yield a box with its lines and, if it is a table, the text of its cells; or its columns."""
    spans = cut_at_scripts(spans)
    lines = join_drop_caps(build_lines(spans))
    columns = _columns_of(box, spans, lines)
    if len(columns) > 1:
        label = "table" if box.label == "table" else "text"
        for part in columns:
            around = hull([span.box for span in part])
            yield TextBox(label, around, join_drop_caps(build_lines(part)))
        return
    table = fill_cells(spans, *box.grid) if box.grid else None
    yield replace(box, lines=lines, table=table)


def _columns_of(
    box: TextBox, spans: Sequence[Span], lines: Sequence[Line]
) -> Sequence[Sequence[Span]]:
    """Return the columns of running text, or of a table of contents, that a box has; or all."""
    contents = has_leaders([line_text(line) for line in lines])
    if box.label in _MAY_HAVE_COLUMNS or (box.label == "table" and contents):
        return part_columns(spans, contents=contents)
    return [spans]


def _parse(document: Document, page_index: int, *, full: bool) -> list[TextBox]:
    """Run pymupdf4llm's analysis of one page with one of the two models."""
    with _usual_size(document, page_index) as (handle, number, scale):
        return [_box(raw, scale) for raw in _analysed(handle, number, full=full)]


@contextlib.contextmanager
def _usual_size(document: Document, page_index: int) -> Iterator[tuple[Native, int, float]]:
    """Yield a document with the page, its index there, and by what its points are to be divided.

    The models know the sizes of type and page in points, and take a page of the size of a hand, or
    a poster, for a picture: such a page is analysed as a copy of the usual width.
    """
    import pymupdf

    width, height = document.page(page_index).rect.br
    if _USUAL[0] <= width <= _USUAL[1]:
        yield document.handle, page_index, 1.0
        return
    scale = _COPY_WIDTH / max(width, 1.0)
    with pymupdf.open() as copy:
        page = copy.new_page(width=_COPY_WIDTH, height=max(1.0, scale * height))
        page.show_pdf_page(page.rect, document.handle, page_index)
        yield copy, 0, scale


def _analysed(handle: Native, page_index: int, *, full: bool) -> Sequence[Native]:
    from pymupdf4llm.helpers.document_layout import parse_document

    with _model_in_place(full=full), contextlib.redirect_stdout(io.StringIO()):
        # use_ocr=False: by default it would run OCR of its own choice, and print about it.
        return list(parse_document(handle, pages=[page_index], use_ocr=False).pages[0].boxes)


@cache
def _models() -> dict[bool, Callable[..., Any]]:
    """Return the layout models, the full one under True; loaded once a process."""
    with _sessions_of_one_thread():
        import pymupdf
        from pymupdf.layout import DocumentLayoutAnalyzer

        # Importing the package has loaded the full model: taken from there, not loaded twice.
        full = pymupdf._get_layout or DocumentLayoutAnalyzer.get_model().predict  # noqa: SLF001
        return {True: full, False: DocumentLayoutAnalyzer.get_model(feature_set_name="rf").predict}


@contextlib.contextmanager
def _sessions_of_one_thread() -> Iterator[None]:
    """Let models that are loaded meanwhile run on one thread: there is no argument for it.

    A process for each core reads pages. With as many threads in each, which wait for one another
    by turning round, a page takes a quarter more processor time, and no less time by the clock.
    """
    import onnxruntime

    options = onnxruntime.SessionOptions

    def of_one_thread() -> Any:
        made = options()
        made.intra_op_num_threads = 1
        return made

    onnxruntime.SessionOptions = of_one_thread
    try:
        yield
    finally:
        onnxruntime.SessionOptions = options


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


def _box(raw: Native, scale: float) -> TextBox:
    """Return a pymupdf4llm box as ours, its lines still to come, its sides divided by a scale."""
    grid = None
    cells = (raw.table or {}).get("cells") if raw.boxclass == "table" else None
    if cells and cells[0]:
        columns = (cells[0][0][0], *(cell[2] for cell in cells[0]))
        rows = (cells[0][0][1], *(row[0][3] for row in cells))
        grid = (tuple(x / scale for x in columns), tuple(y / scale for y in rows))
    left, top, right, bottom = (float(side) / scale for side in (raw.x0, raw.y0, raw.x1, raw.y1))
    return TextBox(label=str(raw.boxclass), box=(left, top, right, bottom), grid=grid)


def _spans(page: Native) -> list[Span]:
    """Return the spans of a page in the file's order, with the flags plain text is read with."""
    blocks = raw_blocks(page, "rawdict")
    spans = [
        Span.from_raw(raw, line["dir"], number)
        for number, line, found in islice(shown_lines(blocks), MAX_SPANS)
        for raw in found
        if raw["chars"]
    ][:MAX_SPANS]
    drawn = Overprints()
    return [
        span
        for span in spans
        if not drawn.is_again(span.text, span.box[0], span.baseline, span.size)
    ]
