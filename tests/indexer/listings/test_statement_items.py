"""Tests the statements of a book that only the whole book tells."""

from __future__ import annotations

import pytest

from indexer.listings.listing import StatementItem
from indexer.listings.statement_items import statement_items
from ocr_service.library.pages import Page, PageStatus


def items_of(*texts: str) -> list[StatementItem]:
    pages = [
        Page("book", index, str(index + 1), text, (), PageStatus.OK, "import")
        for index, text in enumerate(texts)
    ]
    return list(statement_items(pages))


@pytest.mark.parametrize(
    ("markdown", "kind", "number", "name"),
    [
        ("Theorem 4.2 (Bayes). Let", "theorem", "4.2", "Bayes"),
        ("8. Theorem. From any point", "theorem", "8", ""),
        ("**2.1 Definition** (Group). A set", "definition", "2.1", "Group"),
        ("**Theorem** (Sylow). Every group", "theorem", "", "Sylow"),
        ("Definition. Two triangles are", "definition", "", ""),
        ("## § 78. Of the limit", "section", "78", "Of the limit"),
        ("### 2.3 Parallel lines", "section", "2.3", "Parallel lines"),
        ("## THE THEORY. § 13. COMPLEX NUMBERS.", "section", "13", "COMPLEX NUMBERS."),
        ("# CHAPTER IV. Limits", "chapter", "IV", "Limits"),
        ("\\[ a = b \\tag{2.6} \\]", "equation", "2.6", ""),
    ],
)
def test_a_statement_has_kind_number_and_name(
    markdown: str, kind: str, number: str, name: str
) -> None:
    (item,) = items_of(f"Some words before it.\n\n{markdown}\n\nand after it.")
    assert (item.kind, item.number, item.name) == (kind, number, name)
    assert item.start == len("Some words before it.\n\n")


@pytest.mark.parametrize(
    "markdown",
    [
        "1. The first of three points.\n\n2. The second.",
        "Theorem and proof. They differ.",
        "3 men.",
    ],
)
def test_other_paragraphs_are_no_statements(markdown: str) -> None:
    assert items_of(markdown) == []


def test_exercises_are_numbered_within_their_list_over_pages() -> None:
    found = items_of(
        "# 7 Series\n\nMISCELLANEOUS EXERCISES VII.\n\n1. Show that \\(a = b\\).\n\n"
        "2. Prove the formula.\n\n\\[ c = d \\]\n\nfor all c. (Math. Trip. 1923.)\n\n3. Sum the",
        "series.\n\n4. Find x.\n\n## Answers\n\n### Exercises VII.\n\n1. yes\n\n2. no",
    )
    exercises = [(item.number, item.group, item.page) for item in found if item.kind == "exercise"]
    assert exercises == [("1", "VII", 1), ("2", "VII", 1), ("3", "VII", 1), ("4", "VII", 2)]
    assert [item.number for item in found if item.kind == "answer"] == ["1", "2"]
    assert all(item.section[0] == "7 Series" for item in found if item.page == 1)


def test_an_attribution_stays_with_its_exercise() -> None:
    text = (
        "## Exercises\n\n1. Prove the formula\n\n\\[ c = d \\]\n\nfor all c. (*Math. Trip.* 1923.)"
        "\n\n2. Sum the series."
    )
    first, second = items_of(text)
    assert (first.source, second.source) == ("Math. Trip. 1923.", "")
    assert text[first.start : first.end].endswith("1923.)")
    assert text[second.start : second.end] == "2. Sum the series."
