"""Questions of one rare word, of two thousand, of stop words, of digits, and in four scripts."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest

from indexer.stores.items import ItemBooks
from indexer.words.terms import index_terms
from ocr_service.library.library import Library
from search import Searcher

MODES = ("hybrid", "keyword")


@pytest.fixture(scope="module")
def searcher(shelf_library: Path) -> Searcher:
    return Searcher.open(shelf_library)


@pytest.fixture(scope="module")
def pages(shelf_library: Path) -> dict[tuple[str, int], str]:
    """The text of each page of the shelf, by book and page number."""
    library = Library(shelf_library)
    return {
        (book_id, page.page_number): page.markdown
        for book_id, manifest in library.manifests().items()
        for page in library.folder(book_id).pages(manifest)
    }


def found(searcher: Searcher, question: str, mode: str, limit: int = 10) -> list[tuple[str, int]]:
    """Return the pages found, best first."""
    hits = searcher.search(question, mode=mode, limit=limit)
    return [(hit.source.book_id, hit.source.page) for hit in hits]


@pytest.mark.parametrize(("mode", "depth", "share"), [("keyword", 1, 0.0), ("hybrid", 3, 0.05)])
def test_one_rare_word(
    searcher: Searcher, pages: dict[tuple[str, int], str], mode: str, depth: int, share: float
) -> None:
    """Long words whose stem stands on one page only lead there, by meaning nearly all of them."""
    places: dict[str, set[tuple[str, int]]] = {}
    lists = {
        (book_id, number)
        for book_id, listed in ItemBooks.read(searcher._index.generation).books.items()
        for number in listed.list_pages
    }
    for page, text in pages.items():
        for term in index_terms(text, "en"):
            places.setdefault(term, set()).add(page)
    rare = {
        word: page
        for page, text in pages.items()
        for word in re.findall(r"(?<![\w\\-])[a-z]{9,}(?![\w-])", text)
        if page not in lists  # an index leads to the page that it names
        if [places.get(term) for term in index_terms(word, "en")] == [{page}]
    }
    assert len(rare) > 50
    missed = {
        word for word, page in rare.items() if page not in found(searcher, word, mode)[:depth]
    }
    assert len(missed) <= share * len(rare), missed


@pytest.mark.parametrize("mode", MODES)
def test_two_thousand_words(
    searcher: Searcher, pages: dict[tuple[str, int], str], mode: str
) -> None:
    """A question as long as a chapter is answered, and finds the pages that it quotes."""
    page = max(pages, key=lambda place: len(re.findall(r"[A-Za-z]{4,}", pages[place])))
    words = re.findall(r"[A-Za-z]{4,}", pages[page])
    question = " ".join((words * (2_000 // len(words) + 1))[:2_000])
    began = time.process_time()
    assert page in found(searcher, question, mode)[:3]
    assert time.process_time() - began < 5


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("question", ["what is the", "is it of the", "why do we", "and or not"])
def test_only_stop_words(searcher: Searcher, mode: str, question: str) -> None:
    """They are looked for when there is nothing else, and never refused."""
    assert len(found(searcher, question, mode)) == 10


@pytest.mark.parametrize("mode", MODES)
def test_only_digits(searcher: Searcher, pages: dict[tuple[str, int], str], mode: str) -> None:
    """A number that stands on few pages leads to one of them."""
    places: dict[str, set[tuple[str, int]]] = {}
    for page, text in pages.items():
        for number in re.findall(r"(?<![\w.,\\^_{-])\d{3,4}(?![\w.,}-])", text):
            places.setdefault(number, set()).add(page)
    rare = {number: on for number, on in places.items() if len(on) <= 2}
    assert len(rare) > 10
    right = [number for number, on in rare.items() if found(searcher, number, mode)[0] in on]
    assert len(right) > 0.9 * len(rare), set(rare) - set(right)
    assert found(searcher, "3 1 4 1 5 9 2 6 5 3 5", mode)


@pytest.mark.parametrize("mode", MODES)
def test_four_scripts_at_once(searcher: Searcher, mode: str) -> None:
    """Words that the shelf does not have do not hide those that it has."""
    page = found(searcher, "bootstrap confidence interval", mode)[0]
    mixed = "bootstrap доверительный 信頼区間 فترة confidence διάστημα interval"
    assert page in found(searcher, mixed, mode)[:3]
    assert not found(searcher, "доверительный 信頼区間 فترة διάστημα", "keyword")
