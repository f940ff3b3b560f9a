"""What the indexes of books list, and statements by their numbers, in searches of the shelf."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from indexer.stores.generations import current_generation
from search import Searcher
from search.output.index_lines import entry_line
from tests.conftest import Octavo, call_octavo

PRIMER = "statistics-primer"
INDEX_PAGES = {27, 28}


@pytest.fixture(scope="module")
def searcher(shelf_library: Path) -> Searcher:
    return Searcher.open(shelf_library)


def test_a_term_has_all_its_entries(searcher: Searcher) -> None:
    answer = searcher.index_of("maximum likelihood", books=[PRIMER])
    assert answer.complete
    found = [(entry.kind, entry.term[-1], entry.pages[0].first) for entry in answer.entries]
    assert found == [("index", "invariance", 10), ("contents", "2.2 Maximum likelihood", 10)]


def test_a_term_that_no_index_has_gets_the_nearest(searcher: Searcher) -> None:
    answer = searcher.index_of("tank battles")
    assert not answer.complete
    assert answer.entries[0].term == ("German tank problem",)
    assert searcher.index_of("xyzzyplugh").entries == ()


def test_what_an_index_says_stands_above_the_hits(ask_here: Octavo) -> None:
    done = ask_here("search", "--mode", "keyword", "-k", "1", "German tank problem")
    first = done.stdout.split("\n")[0]
    assert first == (
        "index of A Primer of Statistical Inference: German tank problem, p. 4 (PDF 9)"
    )
    assert ask_here("index-of", "German tank problem").stdout.split("\n")[1] == (
        "  German tank problem, p. 4 (PDF 9)"
    )


@pytest.mark.parametrize("mode", ["keyword", "hybrid"])
@pytest.mark.parametrize(
    ("question", "page"),
    [
        ("inversion method", 7),
        ("what is meant by the memoryless property?", 7),
        ("hat matrix", 16),
        ("Gauss Markov theorem", 16),
    ],
)
def test_the_page_that_an_index_names_comes_before_the_index(
    searcher: Searcher, mode: str, question: str, page: int
) -> None:
    hits = searcher.search(question, mode=mode, books=[PRIMER], limit=50)
    pages = [hit.source.page for hit in hits]
    assert pages[0] == page
    assert INDEX_PAGES & set(pages)  # it is found, behind what it names
    assert "index" in {part.retriever for part in hits[0].contributions}
    for hit in hits:
        shares = [part.share for part in hit.contributions if part.share is not None]
        assert not shares or sum(shares) == pytest.approx(hit.score, abs=1e-5)


def test_required_words_bind_named_pages_too(searcher: Searcher) -> None:
    hits = searcher.search("hat matrix +tanks", mode="keyword", books=[PRIMER])
    assert hits
    assert all("tank" in hit.to_dict()["text"].lower() for hit in hits)


@pytest.mark.parametrize(
    ("question", "kind", "number", "page"),
    [
        ("Theorem 4.1", "theorem", "4.1", 16),
        ("eq. (2.6) of chapter 2", "equation", "2.6", 11),
        ("example 2.1 tank", "example", "2.1", 9),
        ("section 2.2", "section", "2.2", 10),
    ],
)
def test_a_statement_is_found_by_its_number(
    searcher: Searcher, question: str, kind: str, number: str, page: int
) -> None:
    hit = searcher.search(question, books=[PRIMER])[0]
    assert hit.statement is not None
    assert (hit.statement.kind, hit.statement.number, hit.source.page) == (kind, number, page)
    folder = searcher.library.folder(PRIMER)
    page_text = folder.page(folder.existing_manifest(), page - 1).markdown
    begins = page_text[hit.statement.char_start :].lstrip("#* ")
    assert hit.snippet.text[:10] == " ".join(begins.split())[:10]


def test_statements_of_another_chapter_are_not_meant(searcher: Searcher) -> None:
    note = searcher.about("equation 2.6 in chapter 3", books=[PRIMER])
    assert (note.asked, note.statements) == ("equation 2.6 in chapter 3", 0)


def test_a_kind_restricts_a_search_to_statements(searcher: Searcher) -> None:
    hits = searcher.search("kind:theorem", books=[PRIMER])
    assert len(hits) == searcher.about("kind:theorem", books=[PRIMER]).statements > 5
    assert {hit.statement and hit.statement.kind for hit in hits} == {"theorem"}
    assert [hit.rank for hit in hits] == list(range(1, len(hits) + 1))
    best = searcher.search("kind:theorems linear estimator of a model", books=[PRIMER])[0]
    assert best.snippet.text.startswith("Theorem 4.1 (Gauss–Markov)")


def test_an_entry_shows_where_it_leads(searcher: Searcher) -> None:
    (entry,) = searcher.about("hat matrix", books=[PRIMER]).entries
    assert entry_line(entry).endswith("hat matrix, p. 11 (PDF 16)")


def test_a_library_of_an_older_octavo_gets_its_lists_without_reading(
    shelf_library: Path, tmp_path: Path
) -> None:
    library = tmp_path / "library"
    shutil.copytree(shelf_library, library)
    generation = current_generation(library / "index")
    assert generation is not None
    (generation / "items.json").unlink()
    shutil.rmtree(generation / "items")
    old = Searcher.open(library)
    assert old.index_of("hat matrix").entries == ()
    assert old.search("hat matrix", mode="keyword")
    (tmp_path / "note.mmd").write_text("# A note\n\nOf few words.\n", encoding="utf-8")
    done = call_octavo("build", "--json", tmp_path / "note.mmd", "--library", library)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["embedded"] == 1  # the page of the note alone
    assert Searcher.open(library).index_of("hat matrix").entries[0].pages[0].first == 16
