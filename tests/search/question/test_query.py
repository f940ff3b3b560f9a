"""What a person types, fusion, and snippets."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.passages.math_spans import find_math
from indexer.words.words import searchable
from ocr_service.common.errors import QueryError
from search.question.filters import parse_page_range
from search.question.query import Clause, parse_query
from search.retrieval.fusion import fuse
from search.retrieval.keyword import stems
from search.retrieval.snippets import make_snippet


def test_words_phrases_and_signs() -> None:
    query = parse_query('mean "normal equations" +ridge -lasso "open')
    found = [(clause.text, clause.phrase, clause.sign) for clause in query.clauses]
    assert found == [
        ("mean", False, ""),
        ("normal equations", True, "+"),
        ("ridge", False, "+"),
        ("lasso", False, "-"),
        ("open", False, ""),
    ]


@pytest.mark.parametrize("text", ["P(A|B)", "it's", "a:b", "x_{n}=1", "C++", "[a, b)", 'say "hi'])
def test_what_people_paste_is_a_question(text: str) -> None:
    assert parse_query(text).clauses


@pytest.mark.parametrize("text", ["", "  ", "?!", '"', '""', "*", "(", "+ -", "$$", "\\"])
def test_a_question_that_asks_nothing(text: str) -> None:
    with pytest.raises(QueryError, match="no word and no formula"):
        parse_query(text)


def test_latex_is_seen() -> None:
    assert parse_query("gamma prior $\\theta^{\\alpha-1}$").latex == ("\\theta^{\\alpha-1}",)
    assert parse_query("\\frac{a}{b}").latex == ("\\frac{a}{b}",)
    assert parse_query("costs $5").latex == ()


def test_filters_are_tokens_of_their_own() -> None:
    query = parse_query("xpages:3-5 pages:3-5 mean")
    assert (query.text.split(), query.pages) == (["xpages:3-5", "mean"], (3, 5))
    query = parse_query('"the book:of nature" book:galilei')
    assert (query.text, query.books) == ('"the book:of nature"', ("galilei",))
    assert query.clauses == (Clause("the book:of nature", phrase=True, sign="+"),)
    query = parse_query('book:"A name" pages:9-3 $a book:b$ page:7')
    assert (query.text.split(), query.books) == (["pages:9-3", "$a", "book:b$"], ("A name",))
    assert (query.pages, query.latex) == ((7, 7), ("a book:b",))


# what may stand in a question, beside the book or the pages that it stands for
FILTERS: dict[str, str | tuple[int, int]] = {
    "book:primer": "primer",
    'book:"A name"': "A name",
    "pages:3-5": (3, 5),
    "page:7": (7, 7),
    "pages:30–60": (30, 60),
}
WORDS = [
    "mean",
    "xpages:3-5",
    "xbook:primer",
    "pages:3-5x",
    "pages:9-3",
    "-book:primer",
    "(book:primer",
    'book:"A name"s',
    "pages:3-5:7",
    '"the book:of nature"',
    '+"see pages:3-5 there"',
    '-"book:primer"',
    'x"pages:3-5 book:primer"',
    "$a book:b pages:3-5 c$",
    '\\(f" book:b\\)',
]


@given(st.lists(st.sampled_from([*FILTERS, *WORDS]), max_size=8), st.sampled_from(" \t\n"))
def test_only_whole_tokens_outside_quotes_are_filters(parts: list[str], space: str) -> None:
    query = parse_query(space.join(["first", *parts]))
    found = [FILTERS[part] for part in parts if part in FILTERS]
    assert query.books == tuple(one for one in found if isinstance(one, str))
    assert query.pages == next((one for one in found[::-1] if isinstance(one, tuple)), None)
    kept = " ".join(["first", *(part for part in parts if part not in FILTERS)])
    assert query.text.split() == kept.split()


@given(st.text(max_size=300))
def test_no_text_is_an_error_of_another_kind(text: str) -> None:
    try:
        parse_query(text)
    except QueryError as error:
        if "is broken and not searched" in str(error):
            assert re.search(r"\\[A-Za-z]", text) or "$" in text
        else:
            assert not any(letter.isascii() and letter.isalnum() for letter in text)


def test_a_very_long_question_is_cut() -> None:
    query = parse_query("word " * 20_000)
    assert query.cut
    assert len(query.text) <= 4_000
    assert len(query.clauses) <= 64


@pytest.mark.parametrize(
    "text", ["“angle of parallelism”", "„angle of parallelism“", "«angle of parallelism»"]
)
def test_typographic_quotes_make_phrases(text: str) -> None:
    (clause,) = parse_query(text).clauses
    assert clause == Clause("angle of parallelism", phrase=True, sign="+")


def test_half_surrogates_are_no_text() -> None:
    query = parse_query("caf\udce9 \ud800angle $x\udfff^2$")
    assert query.text.encode().decode().split() == ["caf", "angle", "$x", "^2$"]
    assert [clause.text for clause in query.clauses][:2] == ["caf", "angle"]
    with pytest.raises(QueryError):
        parse_query("\ud800 \udc00")


def test_a_page_full_of_formulas_is_cut() -> None:
    query = parse_query("".join(f"$a_{n % 50}$ and " for n in range(200)))
    assert query.cut
    assert query.latex == tuple(f"a_{n}" for n in range(16))
    assert parse_query("$a$ or $a$").latex == ("a",)


@pytest.mark.parametrize("text", ["θ", "\\theta", "theta", "$\\vartheta$", "Θ", "\\Theta"])
def test_greek_letters_meet(text: str) -> None:
    assert stems(searchable(text)) == ["theta"]


def test_typesetting_is_no_word() -> None:
    words = stems(searchable("\\begin{align}\\frac{\\mathrm{d}y}{\\mathrm{d}x} \\left( x \\right)"))
    assert words == ["d", "y", "d", "x", "x"]


def test_ligatures_accents_and_hyphens_fold() -> None:
    assert stems(searchable("coeﬃcient")) == stems("coefficient")
    assert stems(searchable("Čebyšev")) == stems("Cebysev")
    assert stems(searchable("esti-\nmator")) == stems("estimator")
    assert stems(searchable("𝜃 𝑥")) == ["theta", "x"]


@pytest.mark.parametrize(
    ("text", "pages"), [("51", (51, 51)), ("30-60", (30, 60)), (" 3 – 4", (3, 4))]
)
def test_page_ranges(text: str, pages: tuple[int, int]) -> None:
    assert parse_page_range(text) == pages


@pytest.mark.parametrize("text", ["", "x", "0", "9-3", "1-2-3", "-5", "1e3", "xiv"])
def test_no_page_ranges(text: str) -> None:
    with pytest.raises(QueryError, match="page"):
        parse_page_range(text)


def test_fusion_scales_and_explains() -> None:
    fused = fuse(
        {"keyword": [(1, 30.0), (2, 20.0), (3, 10.0)], "semantic": [(2, 0.9), (4, 0.5)]},
        {"keyword": 0.4, "semantic": 0.6},
    )
    assert [row for row, _ in fused.ranked] == [2, 1, 3, 4]
    assert fused.ranked[0][1] == pytest.approx(0.4 * 20 / 30 + 0.6 * (0.9 - 0.5) / (1 - 0.5))
    assert [(part.retriever, part.rank) for part in fused.contributions(2)] == [
        ("keyword", 2),
        ("semantic", 1),
    ]


def test_fusion_with_an_empty_list_is_the_other_list() -> None:
    fused = fuse(
        {"keyword": [], "semantic": [(7, 0.9), (8, 0.1)]}, {"keyword": 0.4, "semantic": 0.6}
    )
    assert fused.ranked == [(7, (0.9 - 0.1) / (1 - 0.1)), (8, 0.0)]


def test_a_snippet_shows_the_matching_words() -> None:
    text = f"{'filler words here. ' * 60}The sufficient statistic is here. {'more of it. ' * 60}"
    snippet = make_snippet(text, set(stems("sufficient statistics")))
    assert [snippet.text[a:b] for a, b in snippet.marks] == ["sufficient", "statistic"]
    assert snippet.text.startswith("… ")
    assert snippet.text.endswith(" …")
    assert len(snippet.text) < 400


def test_only_whole_words_that_say_something_are_marked() -> None:
    text = "Being a basis, the bases of $basis$ are bas_is or abase; BASES_basis: ﬁnite, Être."
    snippet = make_snippet(text, set(stems("finite bases etre")))
    assert [snippet.text[a:b] for a, b in snippet.marks] == ["bases", "BASES", "ﬁnite", "Être"]


def test_words_that_a_stemmer_beheads_are_marked() -> None:
    text = "De lengte wordt gemeten langs de kromme."
    snippet = make_snippet(text, set(stems("meten", "nl")), language="nl")
    assert [snippet.text[a:b] for a, b in snippet.marks] == ["gemeten"]


@given(
    st.lists(
        st.sampled_from(["word", "mean", "\\(a + b\\)", "\\[ x^2 + y^2 = z^2 \\]", "\n\n"]),
        max_size=200,
    )
)
def test_a_snippet_never_breaks_a_formula(parts: list[str]) -> None:
    snippet = make_snippet(" ".join(parts), {"mean"})
    formulas = find_math(snippet.text)
    assert snippet.text.count("\\(") == snippet.text.count("\\)")
    assert snippet.text.count("\\[") == snippet.text.count("\\]")
    for a, b in snippet.marks:
        assert snippet.text[a:b] == "mean"
        assert not any(span.start < b and a < span.end for span in formulas)
