"""A page that its reader has marked reads as the clean page does."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pymupdf
import pytest

from ocr_service.engines.local import LocalEngine
from ocr_service.pdf.document import Document
from tests.conftest import SHELF

Mark = Callable[[pymupdf.Page, list[pymupdf.Rect]], object]
WORDS = ("split into two halves", "The Fisher information", "Theorem 2.4")


def _read(path: Path) -> list[str]:
    with Document.open(path) as document:
        return [region.text for region in LocalEngine().read(document, 0, ()).regions]


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("markup") / "clean.pdf"
    with pymupdf.open(SHELF / "statistics-primer.pdf") as book, pymupdf.open() as page:
        page.insert_pdf(book, from_page=10, to_page=10)
        page.save(path)
    return path


@pytest.mark.parametrize(
    "mark",
    [
        lambda page, places: [page.add_highlight_annot(place) for place in places],
        lambda page, places: [page.add_underline_annot(place) for place in places],
        lambda page, places: [page.add_strikeout_annot(place) for place in places],
        lambda page, places: page.add_highlight_annot(places[0] | places[-1]),
    ],
    ids=["highlight", "underline", "strikeout", "a block"],
)
def test_marks_change_nothing(clean: Path, tmp_path: Path, mark: Mark) -> None:
    marked = tmp_path / "marked.pdf"
    with pymupdf.open(clean) as document:
        page = document[0]
        places = [place for words in WORDS for place in page.search_for(words)]
        assert len(places) >= 2
        mark(page, places)
        document.save(marked)
    assert _read(marked) == _read(clean)


def test_notes_typed_onto_a_page_are_read(clean: Path, tmp_path: Path) -> None:
    noted = tmp_path / "noted.pdf"
    with pymupdf.open(clean) as document:
        document[0].add_freetext_annot((72, 700, 400, 730), "compare with Lehmann on sufficiency")
        document.save(noted)
    assert any("compare with Lehmann" in text for text in _read(noted))
