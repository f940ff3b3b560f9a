"""Pages that wrap a book are recognised; pages of books are not."""

from __future__ import annotations

import pytest

from indexer.formulas.find import find_formulas
from indexer.passages.wrapper import is_wrapper
from ocr_service.library.pages import Page, PageStatus

WRAPPERS = [
    (
        "This eBook is for the use of anyone anywhere at no cost. You may copy it under the "
        "terms of the Project Gutenberg License included with this eBook."
    ),
    (
        "This is a digital copy of a book that was preserved for generations.\n\n"
        "It has survived long enough for the copyright to expire; it is now in the public domain."
    ),
    (
        "Digitized by the Internet Archive in 2010.\n\nThe scanned pages may be redistributed for "
        "non-commercial use; the copyright has expired."
    ),
    "DATE DUE\n\nThis book is due on the last date stamped below. A fine of 5 cents a day.",
]
BOOKS = [
    "The copyright of this treatise is the author's. A licence is not needed to read on.",
    "Theorem. The sum of the angles of a triangle is two right angles.",
    (
        "Project Gutenberg has the works of Euclid. We follow the edition of Heath: its proofs are "
        "longer than ours.\n\nLet \\(ABC\\) be a triangle.\n\nIts angles are two right angles."
    ),
]


@pytest.mark.parametrize("text", WRAPPERS)
def test_wrappers(text: str) -> None:
    assert is_wrapper(text)


@pytest.mark.parametrize("text", BOOKS)
def test_books(text: str) -> None:
    assert not is_wrapper(text)


def formulas(markdown: str) -> list[tuple[str, str | None]]:
    page = Page("book", 0, "1", markdown, (), PageStatus.OK, "typeset")
    return [(one.latex, one.number) for one in find_formulas(page)]


def test_letters_of_figures_are_no_formulas_and_contents_number_none() -> None:
    assert formulas("\\(A\\) \\(B'\\) C\n\nLet \\(A\\) be a point.") == [("A", None)]
    assert formulas("The square \\(x^2\\) … … … 12 (3)") == [("x^2", None)]
    assert formulas("\\(x^2 = y\\) (3)") == [("x^2 = y", "3")]
