"""Arguments without a meaning are refused with a remedy, in Python and on the command line."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ocr_service.common.errors import LibraryError, NotFoundError, QueryError
from search import Library, Searcher, build_context, find_label, read_pages
from search.evaluate import Topic, search_topics
from tests.conftest import Octavo

PRIMER = "statistics-primer"

# argument of Searcher.search: values that it cannot have, and what the message tells to do
REFUSED: dict[str, tuple[list[Any], str]] = {
    "limit": ([0, -1, 1_001, 10**30, 2.5, True, None, "3"], "from 1 to 1,000"),
    "mode": (["fuzzy", "", None, 3, ["hybrid"]], "hybrid, keyword, semantic, formula"),
    "pages": (
        [(-9, 3), (0, 3), (9, 3), (1, 2, 3), "3-9", 7, (1, "2"), (1.0, 2.0)],
        "counted from 1",
    ),
    "books": (["primer", 5, [5], None, {"primer"}], "list of ids"),
    "question": ([None, 5, b"tank", ["tank"]], "must be a string"),
    "rerank": (["", " ", 5, Path("model")], "folder or hub id"),
}
CASES = [(name, value, told) for name, (values, told) in REFUSED.items() for value in values]
IDS = [f"{name}={value!r}" for name, value, _ in CASES]


@pytest.fixture(scope="module")
def searcher(shelf_library: Path) -> Searcher:
    return Searcher.open(shelf_library)


@pytest.mark.parametrize(("name", "value", "told"), CASES, ids=IDS)
def test_search_refuses(searcher: Searcher, name: str, value: Any, told: str) -> None:
    arguments = {"question": "tank", name: value}
    with pytest.raises(QueryError, match=told):
        searcher.search(arguments.pop("question"), **arguments)


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        case
        for case in CASES
        if case[0] in ("mode", "pages", "books", "question") and case[1] is not None
    ],
)
@pytest.mark.parametrize("formulas", [False, True])
def test_context_refuses(
    searcher: Searcher, name: str, value: Any, told: str, formulas: bool
) -> None:
    arguments = {"question": "tank", name: value}
    with pytest.raises(QueryError, match=told):
        build_context(searcher, arguments.pop("question"), formulas=formulas, **arguments)
    with pytest.raises(QueryError, match="function"):
        build_context(searcher, "tank", count_tokens=5)  # type: ignore[arg-type]


@settings(max_examples=200, suppress_health_check=list(HealthCheck), deadline=None)
@given(
    name=st.sampled_from(sorted(REFUSED)),
    value=st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.binary(max_size=5)
    | st.lists(st.integers(), max_size=3)
    | st.tuples(st.integers(), st.integers())
    | st.lists(st.text(max_size=5), max_size=3),
)
def test_no_value_is_an_error_of_another_kind(searcher: Searcher, name: str, value: Any) -> None:
    """A value is refused by name, or means something: then there are as many hits as were asked."""
    if name == "rerank" and isinstance(value, str):
        return  # the name of a model, which would be looked for
    arguments = {"question": "tank", "mode": "keyword", name: value}
    try:
        hits = searcher.search(arguments.pop("question"), **arguments)
    except (QueryError, NotFoundError):
        return
    assert len(hits) <= arguments.get("limit", 10)


def test_a_range_may_end_behind_the_book(searcher: Searcher) -> None:
    for last in (28, 10**6, sys.maxsize, 10**30):
        for mode in ("keyword", "semantic", "formula"):
            hits = searcher.search("variance", mode=mode, books=[PRIMER], pages=(20, last))
            assert {hit.source.page for hit in hits} <= set(range(20, 29))
            assert hits


@pytest.mark.parametrize("question", ["tank", "book:primer tank", "pages:9 tank"])
def test_pages_that_no_book_has_are_named(
    searcher: Searcher, ask_here: Octavo, question: str
) -> None:
    question = question.replace("primer", PRIMER)
    told = r"no page 5000 in the books searched: .*statistics-primer has 1 to 28"
    with pytest.raises(NotFoundError, match=told):
        searcher.search(question, pages=(5000, 6000))
    with pytest.raises(NotFoundError, match=told):
        build_context(searcher, question, pages=(5000, 6000))
    with pytest.raises(NotFoundError, match=told):
        searcher.search(f"{question} pages:5000-6000")
    for command in ("search", "context"):
        done = ask_here(command, "--pages", "5000-6000", question)
        assert (done.returncode, done.stdout) == (7, "")
        assert "statistics-primer has 1 to 28" in done.stderr
    # One book has such a page, and the one that is asked for has not.
    assert searcher.search("variance", pages=(20, 20))
    with pytest.raises(NotFoundError, match="random-walks-two-column has 1 to 4"):
        searcher.search("variance", pages=(20, 20), books=["random"])


def test_reranking_that_cannot_be_done_is_refused(searcher: Searcher, ask_here: Octavo) -> None:
    """The model does not exist: nothing may be looked for before the arguments are checked."""
    cases: list[tuple[dict[str, Any], str]] = [
        ({"mode": "formula"}, "passages, not formulas"),
        ({"limit": 51}, "at most 50 hits"),
    ]
    for arguments, told in cases:
        with pytest.raises(QueryError, match=told):
            searcher.search("x^2", rerank="no/such/model", **arguments)
    for options, (_, told) in zip((["--mode", "formula"], ["-k", "51"]), cases, strict=True):
        done = ask_here("search", "--rerank", "no/such/model", *options, "x^2")
        assert (done.returncode, done.stdout) == (2, "")
        assert told in done.stderr


@pytest.mark.parametrize("value", [None, 5, b"x", ["x"]])
def test_names_and_paths_are_strings(searcher: Searcher, value: Any) -> None:
    library = searcher.library
    for call in (
        lambda: searcher.resolve(value),
        lambda: read_pages(library, value, 1, 1),
        lambda: find_label(library, value, "iv"),
        lambda: find_label(library, PRIMER, value),
        lambda: read_pages(value, PRIMER, 1),
        lambda: Searcher.open(value),
    ):
        with pytest.raises(QueryError):
            call()


@pytest.mark.parametrize("span", [(0, 1), (-1, 3), (3, 2), ("1", "2"), (1.5, 2), (None, None)])
def test_pages_to_read_are_a_range(searcher: Searcher, span: tuple[Any, Any]) -> None:
    with pytest.raises(QueryError, match="counted from 1"):
        read_pages(searcher.library, PRIMER, *span)
    for beyond in ((1, 29), (29, 30), (1, 10**30), (10**30, 10**31)):
        with pytest.raises(NotFoundError, match="it has 1 to 28"):
            read_pages(searcher.library, PRIMER, *beyond)


def test_a_library_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(LibraryError, match="no library here"):
        read_pages(Library(tmp_path), PRIMER, 1)
    with pytest.raises(LibraryError, match="no library here"):
        find_label(Library(tmp_path), PRIMER, "iv")


# command lines that mean nothing, each with what its message holds
LINES: list[tuple[tuple[str, ...], str]] = [
    (("search", "-k", "0", "tank"), "0 is not in the range"),
    (("search", "-k", "many", "tank"), "not a valid integer"),
    (("search", "--mode", "fuzzy", "tank"), "'hybrid', 'keyword', 'semantic', 'formula'"),
    (("search", "--pages", "9-3", "tank"), "it ends before it begins; write 3-9"),
    (("search", "--pages", "", "tank"), "write 51 or 30-60"),
    (("search", "--rerank", "", "tank"), "folder or hub id"),
    (("search", "--explain", "--format", "csv", "tank"), "use the format text, or --json"),
    (("search", "?!"), "ask with words"),
    (("context", "--budget", "0", "tank"), "0 is not in the range"),
    (("context", "--mode", "fuzzy", "tank"), "'hybrid'"),
    (("context", "--pages", "-9", "tank"), "write 51 or 30-60"),
    (("page", PRIMER), "give a page number such as 51"),
    (("page", PRIMER, "9-3"), "it ends before it begins; write 3-9"),
    (("page", PRIMER, "0"), "count from 1"),
    (("page", PRIMER, "9", "--label", "iv"), "give a page number such as 51"),
    (("eval", "t", "q", "--depth", "0"), "0 is not in the range"),
    (("eval", "t", "q", "--mode", "fuzzy"), "'hybrid'"),
    (("eval", "t", "q", "--run", "r", "--depth", "5"), "leave out --depth"),
    (("eval", "t", "q", "--run", "r", "--mode", "keyword"), "leave out --mode"),
    (("eval", "no-such-topics", "q"), "no-such-topics: cannot be read"),
]


@pytest.mark.parametrize(("words", "told"), LINES, ids=[" ".join(words) for words, _ in LINES])
def test_command_lines_that_mean_nothing(
    ask_here: Octavo, words: tuple[str, ...], told: str
) -> None:
    done = ask_here(*words)
    assert (done.returncode, done.stdout) == (2, "")
    assert told in " ".join(done.stderr.split())


def test_topics_are_named_in_what_is_wrong_with_them(searcher: Searcher) -> None:
    with pytest.raises(QueryError, match=r"topic 7: .* has no word"):
        search_topics(searcher, [Topic("7", "?!")], "keyword")
    with pytest.raises(NotFoundError, match=r"topic 7: .* no such book"):
        search_topics(searcher, [Topic("7", "tank", books=("zzz",))], "keyword")
    for mode, depth in (("fuzzy", 10), ("keyword", 0)):
        with pytest.raises(QueryError):
            search_topics(searcher, [Topic("7", "tank")], mode, depth)
