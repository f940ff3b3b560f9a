"""Limits of answers, and arguments that are refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from search.context.tokens import token_counter
from search.mcp.quoting import estimate_tokens, fitting
from tests.support.mcp_agent import Agent, text_of

PRIMER = "statistics-primer"
LARGE: list[tuple[str, dict[str, Any]]] = [
    ("search", {"query": "the mean of a random variable", "limit": 50, "detail": "detailed"}),
    ("search", {"query": "the mean of a random variable", "limit": 50}),
    ("read_pages", {"book": PRIMER, "from_page": 1, "to_page": 28}),
    ("read_pages", {"book": "linear", "from_page": 1, "to_page": 14}),
    ("find_formula", {"query": r"\sum_{i=1}^n x_i", "limit": 50}),
    ("list_books", {"book": PRIMER, "outline": True}),
]
REFUSALS: list[tuple[str, dict[str, Any], str]] = [
    ("search", {}, "query: Field required"),
    ("search", {"query": ""}, "at least 1 character"),
    ("search", {"query": "!!!"}, "has no word and no formula"),
    ("search", {"query": "x" * 4001}, "at most 4000 characters"),
    ("search", {"query": 5}, "query: Input should be a valid string"),
    ("search", {"query": "prior", "limit": "many"}, "limit: Input should be a valid integer"),
    ("search", {"query": "prior", "limit": 0}, "greater than or equal to 1"),
    ("search", {"query": "prior", "limit": 10**30}, "less than or equal to 50"),
    ("search", {"query": "prior", "mode": "fuzzy"}, "'hybrid', 'keyword' or 'semantic'"),
    ("search", {"query": "prior", "book": PRIMER}, "did you mean books?"),
    ("search", {"query": "prior", "books": 7}, "books: Input should be a valid list"),
    (
        "search",
        {"query": "prior", "books": ["statistcs"]},
        f"did you mean {PRIMER} (by the octavo authors, a primer",
    ),
    ("search", {"query": "prior", "books": ["zzz"]}, "list_books lists all ids"),
    ("search", {"query": "prior", "pages": "9-3"}, "write 3-9"),
    ("search", {"query": "prior", "pages": "iv"}, "write 51 or 30-60"),
    ("search", {"query": "prior", "pages": "90-99"}, f"{PRIMER} has 1 to 28"),
    ("find_formula", {"query": "x", "books": ["ran"], "pages": "5"}, "has 1 to 4"),
    ("find_formula", {"query": 7}, "query: Input should be a valid string"),
    ("read_pages", {"book": PRIMER, "from_page": "iv"}, "from_page: Input should be a valid int"),
    ("list_books", {"outline": "perhaps"}, "outline: Input should be a valid boolean"),
    ("page_image", {"book": 3, "page": 1}, "book: Input should be a valid string"),
    ("search", {"query": "prior", "cursor": "abc"}, "this is not a cursor"),
    ("search", {"query": "prior", "cursor": "é\x00"}, "this is not a cursor"),
    ("read_pages", {"book": PRIMER, "from_page": 29}, "has pages 1 to 28"),
    ("read_pages", {"book": PRIMER, "from_page": 0}, "greater than or equal to 1"),
    ("read_pages", {"book": PRIMER, "from_page": 5, "to_page": 4}, "has pages 1 to 28"),
    ("read_pages", {"book": PRIMER, "from_page": 5, "offset": 10**7}, "leave offset out"),
    ("read_pages", {"book": "../../etc", "from_page": 1}, "no such book"),
    ("list_books", {"outline": True}, "name one book"),
    ("page_image", {"book": PRIMER, "page": 1, "max_side": 0}, "greater than or equal to 64"),
    ("page_image", {"book": PRIMER, "page": 29}, "it has 1 to 28"),
    ("page_image", {"book": PRIMER, "page": 1, "region": [0, 0, 0, 1]}, "region is empty"),
    ("page_image", {"book": PRIMER, "page": 1, "region": [0, 0, 2, 1]}, "less than or equal to 1"),
    ("page_image", {"book": PRIMER, "page": 1, "region": [0, 0]}, "at least 4 items"),
    ("page_image", {"book": "linear", "page": 1}, "came as text"),
    ("delete_book", {"book": PRIMER}, "Unknown tool"),
]


@pytest.mark.parametrize(("tool", "arguments"), LARGE)
def test_answers_stay_below_8000_tokens(
    agent: Agent, shelf_library: Path, tool: str, arguments: dict[str, Any]
) -> None:
    result, as_json = agent.call(tool, **arguments), agent.ask(tool, **arguments)
    (encoder,) = (shelf_library / "index" / "encoders").iterdir()
    count = token_counter(encoder)
    for shown in (text_of(result), json.dumps(as_json, ensure_ascii=False)):
        assert estimate_tokens(shown) <= 8_000
        assert count(shown) <= 1.05 * estimate_tokens(shown)  # the estimate is close


def test_fitting_cuts_where_words_end() -> None:
    text = "One two three.\n\nFour five six seven eight nine ten."
    assert fitting(text, 1_000, estimate_tokens) == len(text)
    assert text[: fitting(text, 10, estimate_tokens)] == "One two three.\n\nFour five six seven"
    assert fitting(text, 0, estimate_tokens) == 0


@pytest.mark.parametrize(("tool", "arguments", "told"), REFUSALS)
def test_errors_say_what_to_do(
    agent: Agent, tool: str, arguments: dict[str, Any], told: str
) -> None:
    refusal = agent.refusal(tool, **arguments)
    assert told in refusal
    assert len(refusal) < 400


def test_a_cursor_of_another_question_is_refused(agent: Agent) -> None:
    cursor = agent.ask("search", query="prior", limit=1)["next_cursor"]
    assert "another question" in agent.refusal("search", query="posterior", cursor=cursor)
    assert "another question" in agent.refusal(
        "search", query="prior", mode="keyword", cursor=cursor
    )
    assert "another question" in agent.refusal("find_formula", query="prior", cursor=cursor)
    assert agent.ask("search", query="prior", limit=7, cursor=cursor)["hits"]


@pytest.mark.parametrize(
    "query",
    [
        "Несмещённая оценка",
        "最大似然估计",
        "تقدير غير متحيز",
        "αβγ",
        "a\x00b prior",
        "\\" * 3000,
        "{" * 4000,
        r"\frac{" * 600,
    ],
)
@pytest.mark.parametrize("tool", ["search", "find_formula"])
def test_odd_queries_are_answered_or_told(agent: Agent, tool: str, query: str) -> None:
    result = agent.call(tool, query=query)
    told = ("no word and no formula", "is broken and not searched")
    assert not result.is_error or any(part in text_of(result) for part in told)
