"""Searches of a library of which a part has no vectors yet."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from search.output.coverage import coverage_note, percent
from search.question.options import Mode
from search.searcher import Searcher
from tests.conftest import call_octavo
from tests.support.helpers import generation

BOOK = "linear-algebra-notes"


@pytest.fixture(scope="module")
def partial(shelf_library: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the shelf's library without the vectors of one book."""
    library = tmp_path_factory.mktemp("partial") / "library"
    shutil.copytree(shelf_library, library)
    path = library / "index" / generation(library) / "manifest.json"
    manifest = json.loads(path.read_text())
    entry = manifest["books"][BOOK]
    manifest["missing"] = [[entry["first_row"], entry["last_row"]]]
    path.write_text(json.dumps(manifest))
    return library


QUESTIONS = (
    "singular value decomposition of a matrix",
    "Gram-Schmidt makes an orthonormal basis",
    "basis of a vector space",
)


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_passage_without_a_vector_is_not_punished(
    partial: Path, shelf_library: Path, question: str
) -> None:
    whole = Searcher.open(shelf_library).search(question, limit=20)
    found = Searcher.open(partial).search(question, limit=20)
    places = [hit.source.book_id for hit in whole]
    first = places.index(BOOK)  # where its best passage is with all vectors
    assert BOOK in [hit.source.book_id for hit in found][: first + 3]
    for hit in found:
        names = {part.retriever for part in hit.contributions}
        assert ("estimate" in names) == (hit.source.book_id == BOOK and "keyword" in names)
        assert "semantic" not in names or hit.source.book_id != BOOK


def test_by_meaning_only_what_has_vectors_is_found(partial: Path) -> None:
    searcher = Searcher.open(partial)
    hits = searcher.search(QUESTIONS[0], mode=Mode.SEMANTIC, limit=50)
    assert hits
    assert BOOK not in {hit.source.book_id for hit in hits}
    assert searcher.search(QUESTIONS[0], mode=Mode.SEMANTIC, books=[BOOK]) == []
    assert searcher.search(QUESTIONS[0], books=[BOOK])[0].source.book_id == BOOK
    assert 0 < searcher.coverage() < 1
    assert searcher.coverage([BOOK]) == 0
    assert searcher.coverage(["statistics-primer"]) == 1


def test_the_share_is_told(partial: Path, shelf_library: Path) -> None:
    done = call_octavo("search", "--json", QUESTIONS[0], "--library", partial)
    coverage = json.loads(done.stdout)["coverage"]
    assert coverage == pytest.approx(Searcher.open(partial).coverage(), abs=1e-6)
    assert f"{percent(coverage)} of the passages were searched by meaning" in done.stderr
    semantic = call_octavo("search", "--mode", "semantic", QUESTIONS[0], "--library", partial)
    assert "the rest is not searched" in semantic.stderr
    for share, arguments in (
        (coverage, ("--mode", "keyword", QUESTIONS[0], "--library", partial)),
        (1.0, (QUESTIONS[0], "--library", shelf_library)),
    ):
        done = call_octavo("search", "--json", *arguments)
        assert json.loads(done.stdout)["coverage"] == pytest.approx(share, abs=1e-6)
        assert "by meaning" not in done.stderr
    status = call_octavo("status", "--library", partial).stdout
    assert f"vectors   {percent(coverage)} of the passages can be found by meaning" in status


def test_a_share_is_never_rounded_to_nothing_or_all() -> None:
    assert [percent(share) for share in (0.0, 0.001, 0.5, 0.999, 1.0)] == [
        "0 %",
        "1 %",
        "50 %",
        "99 %",
        "100 %",
    ]
    assert coverage_note(1.0, "hybrid", building=False) is None
    assert coverage_note(0.5, "formula", building=True) is None
