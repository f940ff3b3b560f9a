"""Which section each passage is in: printed headings, those of the outline, and slides."""

from __future__ import annotations

from indexer.passages.split import Passage, split_book
from ocr_service.library.pages import Page, PageStatus, UnprintedHeading
from tests.indexer.passages.test_split import words


def page(
    index: int,
    markdown: str,
    *unprinted: UnprintedHeading,
    status: PageStatus = PageStatus.OK,
    overlay_of: int | None = None,
) -> Page:
    """Return a page with headings that are not printed on it."""
    return Page(
        "book",
        index,
        str(index + 1),
        markdown,
        (),
        status,
        "test",
        unprinted=unprinted,
        overlay_of=overlay_of,
    )


def sections(*pages: Page) -> list[tuple[str, tuple[str, ...]]]:
    """Return the text of each passage with its section."""
    return [(passage.text, passage.section) for passage in passages(*pages)]


def passages(*pages: Page) -> list[Passage]:
    """Return the passages of a book, which are short."""
    return list(split_book(pages, words, 5))


def test_a_heading_closes_its_like() -> None:
    text = "# One\n\nFirst text here.\n\n## Sub\n\nSecond text here.\n\n# Two\n\nThird text here."
    assert sections(page(0, text)) == [
        ("# One\n\nFirst text here.", ("One",)),
        ("## Sub\n\nSecond text here.", ("One", "Sub")),
        ("# Two\n\nThird text here.", ("Two",)),
    ]


def test_headings_that_are_not_printed_open_where_they_begin() -> None:
    text = "Words before it.\n\nWords after it."
    found = sections(
        page(0, "# Main\n\nFirst words here."),
        page(1, text, UnprintedHeading(2, "Hidden", text.index("Words after"))),
        page(2, "Words of the end.", UnprintedHeading(1, "License")),
    )
    assert found[-3:] == [
        ("Words before it.", ("Main",)),
        ("Words after it.", ("Main", "Hidden")),
        ("Words of the end.", ("License",)),
    ]


def test_a_blank_page_opens_its_sections() -> None:
    found = sections(
        page(0, "", UnprintedHeading(1, "Plates"), status=PageStatus.BLANK),
        page(1, "Words of a plate."),
    )
    assert found == [("Words of a plate.", ("Plates",))]


def test_earlier_states_of_a_slide_are_no_passages() -> None:
    found = passages(
        page(0, "# Bayes\n\nPrior words here.", overlay_of=1),
        page(1, "# Bayes\n\nPrior words here.\n\nPosterior words here."),
    )
    assert {passage.page_index for passage in found} == {1}
    assert "Posterior words here." in {passage.text for passage in found}


def test_chapters_of_a_table_of_contents_end_with_its_page() -> None:
    found = sections(
        page(0, "# Contents\n\n# One\n\n1\n\n# Two\n\n2"),
        page(1, "Words of the preface."),
    )
    assert found[-1] == ("Words of the preface.", ())


def test_a_chapter_after_the_text_of_a_title_page_is_open_on_the_next() -> None:
    paragraph = "The words of a paragraph. " * 10
    front = f"# Title\n\n# Contents\n\n# 1 Sums\n\n{paragraph}\n\n# 2 Roots\n\n{paragraph}"
    found = sections(page(0, front), page(1, "Words of the next page."))
    assert found[-1] == ("Words of the next page.", ("2 Roots",))
    listed = sections(page(0, "# Contents\n\n# 1 Sums\n\n# 2 Roots"), page(1, "Words of it."))
    assert listed[-1] == ("Words of it.", ())
