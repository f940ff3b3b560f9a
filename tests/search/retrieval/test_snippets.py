"""Excerpts: they begin at the statement that has the words, and stay in their length."""

from __future__ import annotations

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
