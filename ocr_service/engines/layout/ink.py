"""Tells what a page shows besides visible type: images, drawings, rules, hidden text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from ocr_service.common.boxes import area, overlap
from ocr_service.pdf.document import Document
from ocr_service.pdf.page_tree import Native

__all__ = ["Ink", "Rect", "page_ink", "upright_page"]

Rect = tuple[float, float, float, float]

MIN_IMAGE_SHARE = 0.02  # of the page: smaller images are ornaments and rules
MIN_DRAWINGS = 8  # paths with some height and width: fewer are rules, boxes, root signs
MAX_LOG = 50_000  # drawing operations looked at
MAX_FIELDS = 500  # fields of a form looked at


@dataclass(frozen=True, slots=True)
class Ink:
    """What is on a page besides visible type; boxes in points of the page as displayed.

    Shares are fractions (0..1): `image_share` of the page covered by images, `largest_drawing` of
    the page covered by its largest drawing, `hidden_share` of the text (by area) that is drawn
    invisibly or lies beneath an image. `drawings` are paths with
    some width and height, but for those of form fields, `rules` thin level lines, such as those of
    fractions.
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
            _crop_for_good(page)
            page.remove_rotation()
            page = document.handle.load_page(page_index)
            _show_all(page)
    return page


def _crop_for_good(page: Native) -> None:
    """Make the visible part of a page its whole, for `remove_rotation` forgets what is cut off."""
    crop, media = page.cropbox, page.mediabox
    if (crop.width, crop.height) != (media.width, media.height):
        page.set_mediabox((crop.x0, media.y1 - crop.y1, crop.x1, media.y1 - crop.y0))
        _show_all(page)


def _show_all(page: Native) -> None:
    """Undo a CropBox that the page inherits: setting the MediaBox removes but the page's own."""
    if page.cropbox != page.mediabox:
        page.parent.xref_set_key(page.xref, "CropBox", "[{} {} {} {}]".format(*page.mediabox))


def page_ink(document: Document, page_index: int) -> Ink:
    """Return what a page (0-based index) shows besides type.

    Raises:
        InputError: The page cannot be read.
    """
    page = upright_page(document, page_index)
    with document.page_errors(page_index):
        bounds = tuple(page.rect)
        log = page.get_bboxlog()[:MAX_LOG]
        fields = _fields(page)
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
            texts.append((area(box), hidden))
        elif "path" in kind and any(_frames(box, field) for field in fields):
            continue  # the box to tick, or the frame of an answer
        elif "path" in kind and width > 3 and height > 3:
            drawings.append(box)
        elif "path" in kind and width > 2 > height:
            rules.append(box)
    whole = max(area(bounds), 1e-6)
    written = sum(size for size, _ in texts)
    hidden_area = sum(size for size, hidden in texts if hidden)
    return Ink(
        image_share=min(1.0, sum(map(area, images)) / whole),
        largest_drawing=max(map(area, drawings), default=0.0) / whole,
        hidden_share=hidden_area / written if written else 0.0,
        images=tuple(images),
        drawings=tuple(drawings),
        rules=tuple(rules),
    )


def _fields(page: Native) -> list[Rect]:
    """Return the boxes of a page's form fields; none if the form is damaged."""
    try:
        return [tuple(widget.rect) for widget in islice(page.widgets(), MAX_FIELDS)]
    except Exception:  # MuPDF's errors have no common type; a page needs no form to be read
        return []


def _clipped(box: Sequence[float], bounds: Sequence[float]) -> Rect:
    """Return a box cut to the page's."""
    return (
        max(box[0], bounds[0]),
        max(box[1], bounds[1]),
        min(box[2], bounds[2]),
        min(box[3], bounds[3]),
    )


def _frames(drawing: Rect, field: Rect) -> bool:
    """Tell whether a drawing is the frame of a form field: MuPDF's box of a stroke is too wide."""
    x, y = (drawing[0] + drawing[2]) / 2, (drawing[1] + drawing[3]) / 2
    within = field[0] < x < field[2] and field[1] < y < field[3]
    return within and area(drawing) <= 5 * area(field)


def _covers(outer: Sequence[float], inner: Sequence[float]) -> bool:
    """Tell whether `outer` covers at least nine tenths of `inner`."""
    return overlap(inner, outer) >= 0.9 * area(inner) > 0
