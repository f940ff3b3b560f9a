"""Tests which pages of a book are lists, what they say, and where their pages are in the file."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from indexer.listings.book_items import BookItems, book_items
from indexer.listings.listing import ListKind
from indexer.listings.locators import read_locators
from indexer.listings.printed_pages import PrintedPages
from ocr_service.library.pages import Page, PageStatus

PROSE = (
    "In 1733, Saccheri wrote a book of 142 pages, and in 1766, Lambert went on. The proof of "
    "theorem 3, which takes up 12 pages, is of no interest to us here, as it uses the axiom.\n"
)


def pages_of(texts: Sequence[str], labels: Sequence[str]) -> list[Page]:
    return [
        Page("book", index, label, text, (), PageStatus.OK, "import")
        for index, (text, label) in enumerate(zip(texts, labels, strict=True))
    ]


@pytest.fixture(scope="module")
def items() -> BookItems:
    contents = "## CONTENTS\n\nPreface … iii\n1 Groups 1 2 Rings and their ideals … 3\n3 Fields 5"
    index = (
        "abelian group, 1\nfield, 5–6\nideal, 3 f.\nintegral domain, 4\nmodule, see ring\nring, *3*"
    )
    bibliography = "# References\n\n[1] E. Artin, Algebra, 1957.\n\n[2] S. Lang, Algebra, 2002."
    texts = [
        contents, f"# 1 Groups\n\n{PROSE}", PROSE, f"# 2 Rings\n\n{PROSE}", PROSE,
        f"# 3 Fields\n\n{PROSE}", PROSE, bibliography, f"# Index\n\n{index}",
    ]  # fmt: skip
    labels = ["iii", "1", "2", "3", "4", "5", "6", "7", "8"]
    return book_items(pages_of(texts, labels))


def test_entries_lead_to_pages_of_the_file(items: BookItems) -> None:
    found = {
        (entry.kind, entry.term[-1]): [(span.first, span.last) for span in entry.spans]
        for entry in items.entries
    }
    assert found[ListKind.INDEX, "abelian group"] == [(2, 2)]
    assert found[ListKind.INDEX, "field"] == [(6, 7)]
    assert found[ListKind.INDEX, "ideal"] == [(4, 5)]
    assert found[ListKind.CONTENTS, "Preface"] == [(1, 1)]
    assert found[ListKind.CONTENTS, "2 Rings and their ideals"] == [(4, 4)]
    assert found[ListKind.CONTENTS, "3 Fields"] == [(6, 6)]
    assert (ListKind.BIBLIOGRAPHY, "E. Artin, Algebra, 1957.") in found


def test_only_pages_that_lead_elsewhere_are_lists(items: BookItems) -> None:
    assert items.list_pages == (1, 9)


def test_prose_with_numbers_is_no_index() -> None:
    texts = [PROSE * 8 for _ in range(12)]
    found = book_items(pages_of(texts, [str(number) for number in range(1, 13)]))
    assert found.entries == ()


def test_a_table_of_numbers_is_no_index() -> None:
    rows = "\n".join(
        f"| {a}{b} | {a}{b}X | 0{n} |"
        for n, (a, b) in enumerate(zip("ABCDEFGHIJKLMNOPQR", "BCDEFGHIJKLMNOPQRS", strict=True))
    )
    texts = [PROSE, PROSE, PROSE, f"| code | long | number |\n| --- | --- | --- |\n{rows}"]
    assert book_items(pages_of(texts, ["1", "2", "3", "4"])).entries == ()


def test_a_bookmark_is_a_heading_too() -> None:
    texts = [PROSE, PROSE, "apple, 1\nbanana, 2\ncherry, 1, 2\n", "date, 2\nelder, 1\n"]
    pages = pages_of(texts, ["1", "2", "3", "4"])
    assert book_items(pages).list_pages == ()
    assert book_items(pages, {2: ["Subject Index."]}).list_pages == (3, 4)


@pytest.mark.parametrize(
    ("text", "first", "last", "more"),
    [
        ("106-9", "106", "109", 0),
        ("98–102", "98", "102", 0),
        ("124–27", "124", "127", 0),
        ("106 ff.", "106", "106", 2),
        ("106 f.", "106", "106", 1),
        ("59 et seqq.", "59", "59", 2),
        ("xii–xiv", "xii", "xiv", 0),
        ("34 n.", "34", "34", 0),
        ("pp. 7–9", "7", "9", 0),
    ],
)
def test_a_reference_is_read(text: str, first: str, last: str, more: int) -> None:
    (one,) = read_locators(text)
    assert (one.first, one.last, one.more) == (first, last, more)


def test_bold_pages_are_the_main_ones() -> None:
    assert [one.main for one in read_locators("7, **45**, 80")] == [False, True, False]


def test_of_equal_labels_those_of_the_longer_run_count() -> None:
    labels = ["1", "2", "i", "ii", "1", "2", "3", "4"]
    printed = PrintedPages(labels, {"12": 7})
    assert [span.first for span in printed.spans("1, 2, ii, § 12, 99, 3n")] == [5, 6, 4, 7, 7]
