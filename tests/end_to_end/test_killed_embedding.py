"""No passage is embedded twice: after a kill, or when its book is moved, extended or is back."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import platformdirs
import pytest

from search.question.options import Mode
from search.searcher import Searcher
from tests.conftest import call_octavo
from tests.support.helpers import generation, make_document
from tests.support.killed import KilledRun, run_steps
from tests.support.tiny_encoder import make_tiny_encoder

pytestmark = pytest.mark.usefixtures("encoder_cache")

COUNT = 100  # passages, which are embedded in more than one batch


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return tiny(tmp_path / "model", 1)


def tiny(folder: Path, seed: int) -> Path:
    cache = Path(platformdirs.user_cache_dir("octavo", appauthor=False)) / "encoders"
    return make_tiny_encoder(folder, cache, seed)


def pages(count: int = COUNT, first: int = 0) -> list[str]:
    return [f"Lemma {number}: a ring of order {number}." for number in range(first, first + count)]


def manifest_of(library: Path) -> dict[str, Any]:
    path = library / "index" / generation(library) / "manifest.json"
    manifest: dict[str, Any] = json.loads(path.read_text())
    return manifest


def vectors_of(library: Path, book: str) -> Any:
    manifest = manifest_of(library)
    entry = manifest["books"][book]
    folder = library / "index" / generation(library)
    rows = np.fromfile(folder / "vectors.f32", "f4").reshape(-1, manifest["dimension"])
    return rows[entry["first_row"] : entry["last_row"]]


def expect(run: KilledRun, count: int) -> None:
    """Expect a run to go well and to embed so many texts."""
    assert run.code == 0, run.stderr
    assert len(run.embedded) == count


def test_a_killed_build_embeds_nothing_again(tmp_path: Path, model: Path) -> None:
    library = tmp_path / "library"
    source = make_document(tmp_path / "rings.mmd", pages())
    build = ("build", source, "--encoder", model)
    first = run_steps(library, *build, kill="after write digests to index/gen-N")
    assert first.was_killed
    assert 0 < len(first.embedded) < COUNT
    # Words answer; what is there by meaning was not published yet.
    searcher = Searcher.open(library)
    assert searcher.coverage() == 0.0
    assert searcher.search("lemma 77", mode=Mode.KEYWORD)[0].source.page == 78
    assert searcher.search("lemma 77")[0].source.page == 78
    # Killed once more, before the vectors are published.
    second = run_steps(library, *build, kill="before replace index/CURRENT")
    assert second.was_killed
    last = run_steps(library, *build)
    assert last.code == 0
    counts = Counter((*first.embedded, *second.embedded, *last.embedded))
    assert len(counts) == COUNT
    assert set(counts.values()) == {1}
    undisturbed = tmp_path / "undisturbed"
    expect(run_steps(undisturbed, *build), COUNT)
    np.testing.assert_allclose(vectors_of(library, "rings"), vectors_of(undisturbed, "rings"))
    assert "missing" not in manifest_of(library)
    assert Searcher.open(library).coverage() == 1.0


def test_text_that_stays_keeps_its_vector(tmp_path: Path, model: Path) -> None:
    library, shelf = tmp_path / "library", tmp_path / "shelf"
    make_document(shelf / "rings.mmd", pages(8))
    build = ("build", "--encoder", model)
    expect(run_steps(library, *build, shelf), 8)
    before = vectors_of(library, "rings")
    # Extended at its end, and a page of it changed.
    make_document(shelf / "rings.mmd", [*pages(3), "Another text.", *pages(6, first=4)])
    expect(run_steps(library, *build, shelf), 3)
    np.testing.assert_array_equal(vectors_of(library, "rings")[4:8], before[4:])
    # Moved.
    (tmp_path / "elsewhere").mkdir()
    shutil.move(shelf / "rings.mmd", tmp_path / "elsewhere" / "moved.mmd")
    expect(run_steps(library, *build, tmp_path / "elsewhere"), 0)
    # Removed, and back again.
    kept = vectors_of(library, "rings")
    expect(run_steps(library, "remove", "rings"), 0)
    (tmp_path / "elsewhere" / "moved.mmd").rename(shelf / "rings.mmd")
    expect(run_steps(library, *build, shelf), 0)
    np.testing.assert_array_equal(vectors_of(library, "rings"), kept)


def test_a_change_of_encoder_goes_on_and_the_old_one_answers(tmp_path: Path, model: Path) -> None:
    library = tmp_path / "library"
    source = make_document(tmp_path / "rings.mmd", pages())
    expect(run_steps(library, "build", source, "--encoder", model), COUNT)
    before = [hit.to_dict() for hit in Searcher.open(library).search("order 7", mode="semantic")]
    other = tiny(tmp_path / "other", 2)
    kill = "after write digests to index/gen-N"
    first = run_steps(library, "build", source, "--encoder", other, kill=kill)
    assert first.was_killed
    after = [hit.to_dict() for hit in Searcher.open(library).search("order 7", mode="semantic")]
    assert after == before
    status = json.loads(call_octavo("status", "--json", "--library", library).stdout)
    assert status["encoder"]["name"] == str(model)
    assert status["next_encoder"]["name"] == str(other)
    # A book that is added meanwhile is found by its words; the change goes on without being named.
    more = make_document(tmp_path / "fields.mmd", ["A field has no divisors of zero."])
    second = run_steps(library, "build", more, kill=kill)
    assert second.was_killed
    rest = run_steps(library, "build", more)
    assert rest.code == 0, rest.stderr
    assert manifest_of(library)["encoder"] == str(other)
    counts = Counter((*first.embedded, *second.embedded, *rest.embedded))
    assert len(counts) == COUNT + 1
    assert set(counts.values()) == {1}
    assert not (library / "index" / "NEXT").exists()
    assert Searcher.open(library).search("divisors", mode="semantic")


@pytest.mark.parametrize("name", ["vectors.f32", "pages.i32", "signs.u64", "digests.u64"])
def test_half_of_the_vectors_are_lost(tmp_path: Path, model: Path, name: str) -> None:
    """Only what is lost is made again, and words never stop answering."""
    library = tmp_path / "library"
    source = make_document(tmp_path / "rings.mmd", pages())
    expect(run_steps(library, "build", source, "--encoder", model), COUNT)
    kept = vectors_of(library, "rings")
    file = library / "index" / generation(library) / name
    size = file.stat().st_size
    with file.open("r+b") as stream:
        stream.truncate(size // 2)
    assert Searcher.open(library).search("lemma 77")[0].source.page == 78
    expect(run_steps(library, "build", source), 50 if name == "vectors.f32" else 0)
    np.testing.assert_allclose(vectors_of(library, "rings"), kept, atol=1e-6)
    found = Searcher.open(library).search("Lemma 77: a ring of order 77.", mode="semantic")
    assert found[0].source.page == 78


def test_a_library_of_an_older_octavo_keeps_its_vectors(tmp_path: Path, model: Path) -> None:
    library = tmp_path / "library"
    source = make_document(tmp_path / "rings.mmd", pages(8))
    expect(run_steps(library, "build", source, "--encoder", model), 8)
    (library / "index" / generation(library) / "digests.u64").unlink()
    make_document(tmp_path / "rings.mmd", pages(9))
    expect(run_steps(library, "build", source), 1)


def test_an_index_of_another_version_is_built_anew_with_its_vectors(
    tmp_path: Path, model: Path
) -> None:
    library = tmp_path / "library"
    source = make_document(tmp_path / "rings.mmd", pages(8))
    expect(run_steps(library, "build", source, "--encoder", model), 8)
    before = vectors_of(library, "rings")
    folder = library / "index" / generation(library)
    (folder / "manifest.json").write_text(json.dumps(manifest_of(library) | {"version": 3}))
    (folder / "digests.u64").unlink()  # as version 3 was
    expect(run_steps(library, "build", source, "--encoder", model), 0)
    np.testing.assert_array_equal(vectors_of(library, "rings"), before)
