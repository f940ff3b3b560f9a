"""Questions to a library built from the sample shelf, from the console and from Python."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from indexer.encoder.export import locate_model
from search import Searcher
from search.retrieval.hits import Hit
from tests.conftest import Octavo

# Facts of the sample shelf: (question, mode, book, PDF pages that answer it).
FACTS = [
    ("German tank problem", "keyword", "statistics-primer", {9}),
    ("how many tanks, judging by captured serial numbers", "hybrid", "statistics-primer", {9}),
    ("why did Gosset publish as Student", "hybrid", "statistics-primer", {13}),
    ("probability of ever returning by dimension", "hybrid", "random-walks-two-column", {3}),
    ("will a drunk bird find its way home?", "semantic", "random-walks-two-column", {3}),
    ("who discovered Ceres", "hybrid", "least-squares-scan", {2}),
    ("Hilbert matrix condition number grows", "keyword", "least-squares-scan", {7}),
    ("who proved the Cayley-Hamilton theorem", "hybrid", "linear-algebra-notes", {9}),
    ("damping factor of PageRank", "hybrid", "linear-algebra-notes", {13}),
]


@pytest.fixture(scope="module")
def searcher(shelf_library: Path) -> Searcher:
    return Searcher.open(shelf_library)


@pytest.mark.parametrize(("question", "mode", "book", "pages"), FACTS)
def test_the_first_hit_answers(
    searcher: Searcher, question: str, mode: str, book: str, pages: set[int]
) -> None:
    hit = searcher.search(question, mode=mode, limit=3)[0]
    assert (hit.source.book_id, hit.source.page in pages) == (book, True)


def test_a_hit_tells_where_it_stands(searcher: Searcher, shelf_library: Path) -> None:
    (hit,) = searcher.search("German tank problem", mode="keyword", limit=1)
    assert (hit.title, hit.source.label) == ("A Primer of Statistical Inference", "4")
    assert hit.source.section[-1] == "2.1 Estimators, bias and risk"
    page = shelf_library / "books" / hit.source.book_id / "pages" / "page_0009.mmd"
    passage = page.read_text()[hit.source.char_start : hit.source.char_end]
    assert passage == hit.to_dict()["text"]
    marked = {hit.snippet.text[a:b].lower() for a, b in hit.snippet.marks}
    assert {"german", "tank", "problem"} <= marked


@pytest.mark.parametrize(
    "latex",
    ["A = U \\Sigma V^T", "$A=U\\Sigma V^{\\mathsf T}$", "\\[ A = U\\,\\Sigma\\,V^{\\rm T}. \\]"],
)
def test_an_equal_formula_comes_first_however_it_is_written(searcher: Searcher, latex: str) -> None:
    hits = searcher.search(latex, mode="formula", limit=5)
    assert hits[0].formula is not None
    assert (hits[0].source.page, hits[0].formula.number) == (11, "6.1")
    assert hits[0].relation == "equal"


def test_a_formula_is_found_by_its_number(searcher: Searcher) -> None:
    hits = searcher.search("(6.1)", mode="formula", limit=1)
    assert hits[0].formula is not None
    assert hits[0].formula.number == "6.1"


def test_formulas_in_snippets_are_whole(searcher: Searcher) -> None:
    for question in ("singular value decomposition", "eigenvalues", "orthogonal basis"):
        for hit in searcher.search(question, books=["linear"], limit=20):
            text = hit.snippet.text
            assert text.count("\\(") == text.count("\\)")
            assert text.count("\\[") == text.count("\\]")


def test_words_formula_and_meaning_meet_in_hybrid(searcher: Searcher) -> None:
    (hit,) = searcher.search("spectral theorem $A = Q \\Lambda Q^T$", limit=1)
    assert (hit.source.book_id, hit.source.page) == ("linear-algebra-notes", 10)
    retrievers = {part.retriever for part in hit.contributions}
    assert retrievers == {"keyword", "semantic", "formula", "neighbours"}


def test_signs_and_phrases(searcher: Searcher) -> None:
    def found(question: str) -> list[Hit]:
        return searcher.search(question, mode="keyword", limit=50)

    assert all("ridge" in hit.to_dict()["text"].lower() for hit in found("matrix +ridge"))
    with_qr, without = found("normal equations"), found("normal equations -QR")
    assert any("QR" in hit.to_dict()["text"] for hit in with_qr)
    assert not any("QR" in hit.to_dict()["text"] for hit in without)
    phrase = found('"normal equations"')
    assert phrase
    assert all(
        "normal equation" in " ".join(hit.to_dict()["text"].lower().split()) for hit in phrase
    )


@pytest.mark.parametrize("mode", ["keyword", "semantic", "hybrid", "formula"])
def test_filters(searcher: Searcher, mode: str) -> None:
    hits = searcher.search("A", mode=mode, books=["linear"], pages=(10, 12), limit=50)
    assert hits
    assert {hit.source.book_id for hit in hits} == {"linear-algebra-notes"}
    assert {hit.source.page for hit in hits} <= {10, 11, 12}


def test_the_contents_page_is_read_without_dots(ask: Octavo) -> None:
    page = ask("page", "statistics-primer", "--label", "iv").stdout
    assert "2.2 Maximum likelihood" in page
    assert ". . ." not in page


def test_the_blank_page_stays_blank(ask: Octavo) -> None:
    data = json.loads(ask("page", "least-squares-scan", "5", "--json").stdout)
    assert (data["pages"][0]["status"], data["pages"][0]["markdown"]) == ("blank", "")


def test_running_heads_and_folios_are_in_no_passage(shelf_library: Path) -> None:
    pages = list((shelf_library / "books" / "random-walks-two-column" / "pages").iterdir())
    heads = [p.name for p in pages if "Returns of the Simple Random Walk\n" in p.read_text()[:60]]
    assert heads == ["page_0001.mmd"]  # the title itself
    for path in pages:
        last = path.read_text().strip().splitlines()[-1]
        assert not last.isdigit(), path.name


def test_no_debris_of_fractions(shelf_library: Path) -> None:
    for path in shelf_library.glob("books/*/document.mmd"):
        text = path.read_text()
        for debris in ("<sup>", "<u>", "<br>", "<!--", "\ufffd"):
            assert debris not in text, (path.parent.name, debris)


def test_json_of_every_command(ask: Octavo) -> None:
    def data(*arguments: str) -> dict[str, Any]:
        done = ask(*arguments, "--json")
        assert done.returncode == 0, done.stderr
        value: dict[str, Any] = json.loads(done.stdout)
        assert value["schema_version"] == 1
        return value

    hits = data("search", "tank")["hits"]
    assert [hit["rank"] for hit in hits] == list(range(1, len(hits) + 1))
    assert {"book_id", "title", "page", "label", "section", "snippet"} <= hits[0].keys()
    assert data("page", "statistics", "9-10")["pages"][1]["page"] == 10
    assert len(data("books")["books"]) == 4
    status = data("status")
    assert (status["books"], status["pages"]) == (4, 55)
    assert status["encoder"]["light_form_cosine"] >= 0.999


def test_a_question_in_another_language_says_so(ask: Octavo) -> None:
    done = ask("search", "-k", "1", "最小二乗法")
    told, near, *hits = done.stdout.splitlines()
    assert told.startswith("the question is in ")
    assert "ask in the language of the books" in told
    assert near.startswith("nearest, by the few words")
    assert hits
    assert ask("search", "-k", "1", "least squares").stderr == ""


def test_the_answer_as_people_see_it(ask: Octavo) -> None:
    done = ask("search", "--mode", "keyword", "-k", "1", "German tank problem")
    lines = done.stdout.splitlines()
    assert lines[:3] == [
        "index of A Primer of Statistical Inference: German tank problem, p. 4 (PDF 9)",
        "2 pages have all words",
        "[statistics-primer] The Octavo Authors, A Primer of Statistical Inference",
    ]
    assert lines[3] == "1. p. 4 (PDF page 9): 2.1 Estimators, bias and risk"
    assert lines[4].startswith("Example 2.1 (The German tank problem). Tanks carry")
    assert done.stderr == ""
    explained = ask("search", "--explain", "-k", "1", "German tank problem").stdout
    assert "keyword: rank 1" in explained
    assert "semantic: rank" in explained
    assert "is looked up" not in explained
    explained = ask("search", "--explain", "-k", "1", "why x^2+y^2=1").stdout
    assert explained.startswith("'x^2+y^2=1' is looked up as the formula $x^{2}+y^{2}=1$\n")


def test_searching_loads_nothing_heavy(shelf_library: Path) -> None:
    import subprocess

    code = (
        "import sys; from search import Searcher; s = Searcher.open(sys.argv[1])\n"
        "s.search('tank', mode=sys.argv[2])\n"
        "print(sorted(m for m in sys.modules if m in "
        "('torch', 'transformers', 'sentence_transformers', 'pymupdf', 'rapidocr', 'rapidfuzz', "
        "'numpy')))"
    )
    loaded = {
        mode: subprocess.run(
            [sys.executable, "-c", code, shelf_library, mode],
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
        for mode in ("keyword", "hybrid")
    }
    assert loaded == {"keyword": "[]", "hybrid": "['numpy']"}


def test_a_warm_question_takes_a_fraction_of_a_second(searcher: Searcher) -> None:
    searcher.search("warm up")
    began = time.perf_counter()
    for _ in range(10):
        searcher.search("unbiased estimator of the variance")
    assert (time.perf_counter() - began) / 10 < 0.5


def test_the_packaged_encoder_is_the_published_one() -> None:
    assert (locate_model("all-MiniLM-L6-v2") / "model.safetensors").exists()


def test_an_answer_says_how_sure_it_is(searcher: Searcher) -> None:
    known = searcher.ask("German tank problem")
    assert known.certainty.said
    assert not known.hits[0].near
    assert known.certainty.missing == ()
    absent = searcher.ask("Galois group of a quintic")
    assert not absent.certainty.said
    assert absent.certainty.missing == ("Galois", "quintic")
    assert all(hit.near for hit in absent.hits)
    assert absent.certainty.absent
    # What a page may say in other words is not denied.
    riddle = searcher.ask("why would I want to throw so many biscuits at a wooden terrace?")
    assert not riddle.certainty.said
    assert not searcher.ask("kitchen").certainty.absent
    assert not searcher.ask("biscuits on wooden terraces", mode="keyword").certainty.absent


def test_an_equation_is_found_by_its_number_in_formula_mode(searcher: Searcher) -> None:
    answer = searcher.ask("eq. (2.6)", mode="formula")
    assert [hit.formula.number for hit in answer.hits if hit.formula] == ["2.6", "2.6"]
    assert [hit.source.book_id for hit in answer.hits] == [
        "linear-algebra-notes",
        "statistics-primer",
    ]
    assert searcher.ask("equation 77.6", mode="formula").hits == []
    named = searcher.ask("eq. (2.6)")
    assert named.certainty.said
    assert named.certainty.missing == ()


@pytest.mark.parametrize("mode", ["keyword", "semantic", "hybrid"])
def test_a_phrase_binds_in_every_mode(searcher: Searcher, mode: str) -> None:
    hits = searcher.search('"normal equations" of a matrix', mode=mode, limit=20)
    assert hits
    for hit in hits:
        assert "normal equation" in " ".join(hit.to_dict()["text"].lower().split())
    answer = searcher.ask('"Black-Scholes" formula', mode=mode)
    assert answer.certainty.unmet
    assert not answer.certainty.said
    assert answer.hits
    assert all(hit.near for hit in answer.hits)


def test_a_hit_says_which_rare_word_it_lacks(searcher: Searcher) -> None:
    hits = searcher.search("German tank problem", mode="keyword", limit=20)
    assert hits[0].lacks == ()
    assert any("tank" in " ".join(hit.lacks).lower() for hit in hits[2:])
