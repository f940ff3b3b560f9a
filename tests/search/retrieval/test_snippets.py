"""Excerpts: they begin at the statement that has the words, and stay in their length."""

from __future__ import annotations

import pytest

from search.retrieval.snippets import make_snippet, shorter

BEFORE = "The class number is finite, as was shown before by counting lattice points. " * 6
ITEM = "Example 2.1 (Tanks). Each tank has a serial number, and four of them were captured."
AFTER = " Other estimates are less sure, and need more tanks than anybody has seen. " * 6
TERMS = {"serial", "captur"}


def test_an_excerpt_begins_at_its_statement() -> None:
    snippet = make_snippet(f"{BEFORE}\n\n**{ITEM}**\n\n{AFTER}", TERMS)
    assert snippet.text.startswith("… Example 2.1 (Tanks). Each tank")
    short = shorter(snippet, 100)
    assert short.text.startswith("… Example 2.1 (Tanks)")
    assert [short.text[a:b] for a, b in short.marks] == ["serial", "captured"]


def test_a_statement_named_within_a_sentence_begins_no_excerpt() -> None:
    text = f"{BEFORE}This follows from Example 2.1 of the last chapter as serial numbers. {AFTER}"
    assert not make_snippet(text, {"serial"}).text.startswith("… Example")


def test_an_excerpt_stays_at_its_words_if_they_are_far_from_the_beginning() -> None:
    text = f"{ITEM} {AFTER}{AFTER}The lion is rare. {AFTER}"
    snippet = make_snippet(text, {"lion"}, length=120)
    assert "lion" in snippet.text
    assert "Example" not in snippet.text


NORM = r"\(\vert x \vert\)"
PIPES = f"| Country | | Rate |\n| --- | --- | ---: |\n| | | {NORM} |\n| Latvia | | 9 |"
ROWS = f"<tr><td>{NORM}</td></tr><tr><td>Latvia</td><td>9</td></tr>"
TAGS = f"<table><tr><th>Country</th><th>Rate</th></tr>{ROWS}</table>"


@pytest.mark.parametrize("table", [PIPES, TAGS])
def test_an_excerpt_of_a_table_has_its_cells_alone(table: str) -> None:
    snippet = make_snippet(f"Rates differ.\n\n{table}", {"latvia"})
    words = f"Rates differ. Country | Rate; {NORM}; Latvia | 9"
    assert snippet.text.removesuffix("; ").rstrip(";") == words
    assert [snippet.text[a:b] for a, b in snippet.marks] == ["Latvia"]


def test_bars_of_a_formula_are_kept() -> None:
    text = "For all numbers\n\n\\[\n|a| - |b|\n\\]\n\nholds."
    assert make_snippet(text, {"holds"}).text == r"For all numbers \[ |a| - |b| \] holds."
