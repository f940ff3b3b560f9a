"""The tools that find: passages, formulas, books."""

from __future__ import annotations

import re

import pytest

from search.mcp.answers import asks_in_words
from tests.support.mcp_agent import Agent, text_of

PRIMER = "statistics-primer"


def test_search_finds_quotes_and_cites(agent: Agent) -> None:
    arguments = {"query": "conjugate prior", "books": "stat", "limit": 3}
    hits = agent.ask("search", **arguments)["hits"]
    assert len(hits) == 3
    assert {hit["book"] for hit in hits} == {PRIMER}
    assert all(hit["cite"].startswith(f"[{PRIMER} p. ") for hit in hits)
    assert any("conjugate" in hit["quote"].lower() for hit in hits)
    result = agent.call("search", **arguments)
    assert result.structured_content is None
    for hit in hits:  # either form is complete
        assert hit["cite"] in text_of(result)
        assert hit["quote"] in text_of(result)
    as_json = agent.begin_json("search", **arguments).result()
    assert hits[0]["quote"] not in text_of(as_json)


def test_what_no_page_has_is_told_first(agent: Agent) -> None:
    arguments = {"query": "Galois group of a quintic polynomial"}
    answer = agent.ask("search", **arguments)
    assert answer["said"] is False
    assert "Galois" in answer["missing"]
    assert all(hit["near"] for hit in answer["hits"])
    first = text_of(agent.call("search", **arguments)).splitlines()[0]
    assert first.startswith("not on this shelf: Galois")
    assert "nothing on this shelf says this" in first


def test_detail_and_filters(agent: Agent) -> None:
    concise = agent.ask("search", query="posterior", limit=5)["hits"]
    detailed = agent.ask("search", query="posterior", limit=5, detail="detailed")["hits"]
    assert [hit["cite"] for hit in concise] == [hit["cite"] for hit in detailed]
    assert sum(len(hit["quote"]) for hit in detailed) > sum(len(hit["quote"]) for hit in concise)
    assert all("rank" in hit["found_by"] for hit in detailed)
    found = agent.ask("search", query="estimator", pages="9-12", mode="keyword")["hits"]
    assert found
    assert all(9 <= hit["page"] <= 12 for hit in found)


def test_what_is_near_in_meaning_only_is_told(agent: Agent) -> None:
    hint = agent.ask("search", query="最小二乗法", limit=2)["hint"]
    assert hint.startswith("the question is in Chinese, no book searched is: ask in the language")
    hint = agent.ask("search", query="least squares", limit=2)["hint"]
    assert re.fullmatch(r"\d+ pages have all words", hint)


def test_formulas_that_are_not_there(agent: Agent) -> None:
    numbered = agent.ask("find_formula", query="(97.4)", limit=1)
    assert numbered["hint"] == "not on this shelf: (97.4)"
    in_words = agent.ask("find_formula", query="Galois group of a quintic", limit=1)
    assert "nothing on this shelf says this" in in_words["hint"]


def test_find_formula(agent: Agent) -> None:
    best = agent.ask("find_formula", query=r"A = U \Sigma V^T", limit=3)["hits"][0]
    assert best["book"] == "linear-algebra-notes"
    assert "Sigma" in best["latex"]
    assert best["number"] == "6.1"
    assert best["relation"] == "equal"
    holes = agent.ask("find_formula", query="A = ? V^T", limit=3)["hits"]
    assert "6.1" in [hit.get("number") for hit in holes]
    by_words = agent.ask("find_formula", query="conjugate prior for the binomial", limit=5)["hits"]
    assert by_words
    assert all(hit["latex"] for hit in by_words)


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("normal equations", True),
        ("gamma prior $e^{-x}$ density", True),
        ("$e^{-x}$", False),
        ("a x + b", False),
        ("(3.4)", False),
        (r"\theta", False),
        ("sin x", False),
    ],
)
def test_words_and_formulas_are_told_apart(query: str, words: bool) -> None:
    assert asks_in_words(query) is words


def test_list_books_and_outline(agent: Agent) -> None:
    books = agent.ask("list_books")["books"]
    assert [book["book"] for book in books] == sorted(book["book"] for book in books)
    assert {book["book"]: book["pages"] for book in books}[PRIMER] == 28
    answer = agent.ask("list_books", book="stat", outline=True)
    assert answer["books"][0]["labels"] == "i to v, then 1 to 23"
    outline = [(item["section"], item["page"]) for item in answer["outline"]]
    assert ("5.1 Prior and posterior", 19) in outline


def test_a_list_goes_on_where_it_ended(agent: Agent) -> None:
    def leaf(limit: int) -> list[str]:
        found: list[str] = []
        cursor = None
        while len(found) < 24:
            more = {"cursor": cursor} if cursor else {}
            answer = agent.ask("search", query="random variable", limit=limit, **more)
            found += [hit["cite"] + hit["quote"] for hit in answer["hits"]]
            cursor = answer.get("next_cursor")
            assert cursor is not None
        return found[:24]

    assert leaf(24) == leaf(5)
