"""Tests the recognition of numbered statements."""

from __future__ import annotations

import pytest

from indexer.passages.statements import find_statements


@pytest.mark.parametrize(
    ("markdown", "kind", "number", "name"),
    [
        ("Theorem 4.2 (Bayes). Let \\(A\\) be", "theorem", "4.2", "Bayes"),
        ("**Lemma 3.** Every chain ends.", "lemma", "3", ""),
        ("Satz 2.1. Jede Folge", "theorem", "2.1", ""),
        ("Définition 5 : une suite", "definition", "5", ""),
        ("Fig. 7. A box", "figure", "7", ""),
        ("### Exercise 36", "exercise", "36", ""),
        ("Theorem II. The sum", "theorem", "II", ""),
        ("Table A.1: Quantiles", "table", "A.1", ""),
    ],
)
def test_a_statement_begins_a_paragraph(markdown: str, kind: str, number: str, name: str) -> None:
    (found,) = find_statements(f"Before it.\n\n{markdown}\n\nAfter it.")
    assert (found.kind, found.number, found.name) == (kind, number, name)
    assert found.start == len("Before it.\n\n")


@pytest.mark.parametrize(
    "markdown",
    [
        "Theorem 4.2 says that every chain ends.",
        "We use Theorem 4.2. It is",
        "Figure skating 3. is no figure",
        "Example of a text",
        "theorem 3. in lower case",
    ],
)
def test_a_sentence_is_no_statement(markdown: str) -> None:
    assert find_statements(markdown) == []


def test_a_tagged_display_is_an_equation() -> None:
    markdown = "So\n\n\\[ a = b, \\tag{2.6} \\]\n\nand \\(c \\tag{9}\\) is inline."
    (found,) = find_statements(markdown)
    assert (found.kind, found.number, found.text, found.start) == ("equation", "2.6", "a = b,", 4)


def test_first_words_end_before_a_formula_that_does_not_fit() -> None:
    (found,) = find_statements("Lemma 1. " + "word " * 16 + "\\(a + b + c + d + e\\) end")
    assert found.text == ("word " * 16).strip()
