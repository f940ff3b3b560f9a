"""Opens a PDF or an image file: page images, text layer, labels and outline.

Searching never imports this module, and importing it loads nothing: the first `Document.open`
imports PyMuPDF (1 to 2 s). Files are untrusted: sizes are bounded, and all errors of PyMuPDF are
raised as an `InputError` that names the file and, for a page, its 1-based number.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Self

from ocr_service.common.errors import EncryptedError, InputError
from ocr_service.pdf.font_names import FontNames
from ocr_service.pdf.front_matter import front_lines, is_portfolio, published_year
from ocr_service.pdf.mupdf import load_pymupdf
from ocr_service.pdf.open_file import open_file
from ocr_service.pdf.page_tree import Native, repair_page_tree
from ocr_service.pdf.tagged_headings import tagged_headings
from ocr_service.pdf.title_page import PrintedLine, title_of_pages
from ocr_service.pdf.titles import (
    MAX_TITLE,
    clean_authors,
    clean_language,
    clean_title,
    one_line,
)
from ocr_service.text.imprint import printed_authors, printed_year
from ocr_service.text.page_label import label_or_number

if TYPE_CHECKING:
    from types import TracebackType

    from PIL import Image

__all__ = ["MAX_IMAGE_PIXELS", "MAX_IMAGE_SIDE", "Document", "OutlineEntry"]

MAX_IMAGE_SIDE = 4096  # pixels
MAX_IMAGE_PIXELS = 12_000_000
MAX_OUTLINE = 20_000  # entries
TITLE_PAGES = 6  # pages at the front on which the title may be printed

# Everything PyMuPDF is known to raise: MuPDF's own classes derive from Exception directly.
_TROUBLE = Exception


@dataclass(frozen=True, slots=True)
class OutlineEntry:
    """A bookmark: `level` is 1-based (1 = chapter), `page_index` 0-based."""

    level: int
    title: str
    page_index: int


class Document:
    """An open PDF or image file (PNG, JPEG, TIFF of one or more pages); a context manager.

    Attributes:
        path: The file.
        page_count: Number of pages that can be reached, at least 1.
        stated_title: From the metadata; None if there is no usable one.
        stated_authors: From the metadata; empty if there are no usable ones.
        language: Primary subtag in lower case ("en"), or None.
    """

    def __init__(self, path: Path, handle: Native, page_count: int) -> None:
        self.path = path
        self.page_count = page_count
        self._handle = handle
        self._fonts = FontNames(handle) if handle.is_pdf else None
        metadata = handle.metadata or {}
        generator = f"{metadata.get('creator')} {metadata.get('producer')}"
        self.stated_authors = clean_authors(metadata.get("author"), generator)
        self.language = clean_language(_catalog_language(handle))
        self.stated_title = clean_title(metadata.get("title"), path.name)

    @classmethod
    def open(cls, path: Path, password: str | None = None) -> Self:
        """Open a file.

        Args:
            path: A PDF, DjVu, PNG, JPEG or TIFF file.
            password: For an encrypted PDF; ignored by others.

        Raises:
            EncryptedError: The file needs a password, or the one given is wrong.
            InputError: It is missing, empty, damaged, without pages, or of another kind.
        """
        handle, is_pdf = open_file(path)
        try:
            if handle.needs_pass:
                _unlock(handle, path, password)
            with _page_errors(f"{path}: its pages cannot be found, so it is damaged"):
                page_count = repair_page_tree(handle) if is_pdf else handle.page_count
            if page_count < 1:
                raise InputError(f"{path}: this file has no pages; leave it out, or get it again")
            return cls(path, handle, page_count)
        except BaseException:
            handle.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; a second call does nothing."""
        if not self._handle.is_closed:
            self._handle.close()

    @property
    def handle(self) -> Native:
        """The `pymupdf.Document`, for the text layer's layout analysis."""
        return self._handle

    def page(self, page_index: int) -> Native:
        """Return the `pymupdf.Page` at a 0-based index.

        Raises:
            InputError: There is no such page, or it is damaged.
        """
        if not 0 <= page_index < self.page_count:
            raise InputError(
                f"{self.path}: no page {page_index + 1}; it has pages 1 to {self.page_count}"
            )
        with self.page_errors(page_index):
            if self._fonts:
                self._fonts.tell_apart(page_index)
            return self._handle.load_page(page_index)

    @contextmanager
    def page_errors(self, page_index: int) -> Iterator[None]:
        """Turn any exception raised inside into an `InputError` that names the page."""
        with _page_errors(f"{self.path}: page {page_index + 1} cannot be read"):
            yield

    def label(self, page_index: int) -> str:
        """Return the label of a page (0-based index): "xiv", "45"; its number if it has none."""
        try:
            label = one_line(str(self._handle.load_page(page_index).get_label() or ""))
        except _TROUBLE:
            label = ""
        return label_or_number(label, page_index)

    def outline(self) -> list[OutlineEntry]:
        """Return the bookmarks in order, else the headings that a tagged file marks.

        Empty if there are none or they are damaged.
        """
        try:
            toc = self._handle.get_toc(simple=True) or tagged_headings(self._handle)
        except _TROUBLE:
            return []
        return [
            OutlineEntry(max(1, int(level)), title[:MAX_TITLE], number - 1)
            for level, raw, number, *_ in toc[:MAX_OUTLINE]
            if 1 <= number <= self.page_count and (title := one_line(str(raw)))
        ]

    def text(self, page_index: int) -> str:
        """Return the plain text layer of a page (0-based index), in the file's own order.

        Raises:
            InputError: The page cannot be read.
        """
        page = self.page(page_index)
        with self.page_errors(page_index):
            return str(page.get_text("text"))

    def image(self, page_index: int, zoom: float = 2.0, *, grey: bool = False) -> Image.Image:
        """Render a page (0-based index) as it is displayed, with /Rotate applied.

        Args:
            page_index: 0-based.
            zoom: Pixels per point; 2.0 is 144 dpi. Lowered where needed so that no side exceeds
                MAX_IMAGE_SIDE and the area does not exceed MAX_IMAGE_PIXELS.
            grey: One channel ("L") instead of three ("RGB").

        Raises:
            InputError: The page cannot be rendered.
        """
        from PIL import Image

        pymupdf = load_pymupdf()
        page = self.page(page_index)
        with self.page_errors(page_index):
            scale = bounded_zoom(page.rect.width, page.rect.height, zoom)
            space = pymupdf.csGRAY if grey else pymupdf.csRGB
            mode = "L" if grey else "RGB"
            matrix = pymupdf.Matrix(scale, scale)
            pixels = page.get_pixmap(matrix=matrix, colorspace=space, alpha=False)
            if pixels.width < 1 or pixels.height < 1:
                return Image.new(mode, (max(1, pixels.width), max(1, pixels.height)), "white")
            size = (pixels.width, pixels.height)
            return Image.frombytes(mode, size, pixels.samples_mv, "raw", mode, pixels.stride)

    @cached_property
    def title(self) -> str | None:
        """The stated title, or the one on the first pages; None if neither is clear."""
        if self.stated_title or is_portfolio(self._handle):
            return self.stated_title
        return title_of_pages(self._front)

    @cached_property
    def authors(self) -> tuple[str, ...]:
        """The stated authors, or those that the first pages name; empty if neither is clear."""
        return self.stated_authors or printed_authors(self._front_texts())

    @cached_property
    def year(self) -> int | None:
        """The year of publication, by the metadata or the first pages; None if neither says it."""
        return published_year(self._handle) or printed_year(self._front_texts())

    @cached_property
    def _front(self) -> list[list[PrintedLine]]:
        return front_lines(self._handle, min(TITLE_PAGES, self.page_count))

    def _front_texts(self) -> list[str]:
        return ["\n".join(line.text for line in lines) for lines in self._front]


def bounded_zoom(width: float, height: float, zoom: float) -> float:
    """Return `zoom`, lowered where needed to keep a page of this size in points in bounds."""
    width, height = max(width, 1e-3), max(height, 1e-3)
    # One pixel less than allowed: MuPDF rounds a box outwards.
    by_side = (MAX_IMAGE_SIDE - 1) / max(width, height)
    by_area = math.sqrt(MAX_IMAGE_PIXELS * 0.998 / (width * height))
    wanted = zoom if math.isfinite(zoom) and zoom > 0 else 2.0
    return min(wanted, by_side, by_area)


def _unlock(handle: Native, path: Path, password: str | None) -> None:
    """Try the password given.

    Raises:
        EncryptedError: There is none, or it is wrong.
    """
    if password is None:
        raise EncryptedError(
            f"{path}: this PDF is encrypted; give its password with --password, or leave it out"
        )
    if not handle.authenticate(password):
        raise EncryptedError(
            f"{path}: this is not the password of this PDF; give another with --password, "
            "or leave it out"
        )


@contextmanager
def _page_errors(trouble: str) -> Iterator[None]:
    """Raise `InputError(trouble)` for any exception raised inside, except our own errors."""
    try:
        yield
    except InputError:
        raise
    except MemoryError as error:
        raise InputError(f"{trouble} (it needs too much memory); leave it out") from error
    except _TROUBLE as error:
        reason = one_line(str(error))[:120]
        raise InputError(f"{trouble} ({reason}); repair the file or leave it out") from error


def _catalog_language(handle: Native) -> str | None:
    """Return the catalog's /Lang, or None."""
    try:
        kind, value = handle.xref_get_key(handle.pdf_catalog(), "Lang")
    except _TROUBLE:  # not a PDF, or a catalog that cannot be read
        return None
    return value if kind == "string" else None
