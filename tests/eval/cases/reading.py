"""Pages that readers got wrong: every word survives, none are glued, no formula is invented."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from tests.eval.cases.shelf import Shelf
from tests.eval.ordinary import LONGEST_WORD, truths, words_of_markdown

_PAGES = 5  # of a file
_LEAST_RECALL = 0.95
_FORMULA = re.compile(r"\\\(|\\\[")
_MIXED = re.compile(r"[\u4e00-\u9fff]")

# What a page must say besides, where words of three letters or more are not enough.
_SAYS = {
    "02c_fxo-green.pdf": "Page 1 - green",
    "03a_double_letters_helvetica.pdf": "millions",
    "12_header_no_dash.pdf": "",
}
_NO_IDEOGRAPHS = "13_AcroFormForMerge.pdf"


def check(shelf: Shelf, path: Path) -> Iterator[str]:
    """Build a library of one file and yield what is wrong with its first pages."""
    shelf.build(path, **{"max-pages": str(_PAGES)})
    books = shelf.books()
    if shelf.code or len(books) != 1:
        yield f"exit code {shelf.code}: {shelf.printed.strip()[-200:]}"
        return
    book_id = books[0]["book_id"]
    for number, truth in enumerate(truths(path, _PAGES), 1):
        markdown = shelf.page(book_id, number)
        found = words_of_markdown(markdown)
        recall = (truth.words & found).total() / max(truth.words.total(), 1)
        if truth.words and recall < _LEAST_RECALL:
            yield f"page {number} keeps {recall:.2f} of {truth.words.total()} words"
        glued = [word for word in found if len(word) > LONGEST_WORD and word not in truth.words]
        if glued:
            yield f"page {number} has glued words: {', '.join(glued)[:80]}"
        if truth.plain and _FORMULA.search(markdown):
            yield f"page {number} has formulas and no mathematics"
    if _SAYS.get(path.name, "") not in shelf.page(book_id):
        yield f"page 1 does not say {_SAYS[path.name]!r}"
    if path.name == _NO_IDEOGRAPHS and _MIXED.search(shelf.page(book_id)):
        yield "check boxes are read as ideographs"
