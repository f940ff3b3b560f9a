"""Libraries whose vectors are damaged, or whose disk cannot be written."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from indexer.stores.generations import PAGE_NUMBERS, SIGNS, VECTORS, current_generation
from tests.conftest import call_octavo, run_octavo

PAGES = (
    "A **vector space** has a basis, and all its bases have as many elements.\n",
    "The mean of a sample is an *unbiased estimator* of the mean: \\(E[\\bar x] = \\mu\\).\n",
)


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory, encoder_cache: Path) -> Path:
    """A library of two short documents."""
    assert encoder_cache.is_dir()
    folder = tmp_path_factory.mktemp("sound")
    for name, page in zip(("basis", "estimator"), PAGES, strict=True):
        (folder / f"{name}.mmd").write_text(page, encoding="utf-8")
    done = call_octavo("build", folder, "--library", folder / "library")
    assert done.returncode == 0, done.stderr
    return folder / "library"


@pytest.fixture
def library(sound: Path, tmp_path: Path) -> Path:
    """A copy of it, to be damaged."""
    copy = tmp_path / "library"
    shutil.copytree(sound, copy)
    return copy


def generation(library: Path) -> Path:
    folder = current_generation(library / "index")
    assert folder is not None
    return folder


def search(library: Path, mode: str) -> subprocess.CompletedProcess[str]:
    return call_octavo("search", "unbiased estimator", "--mode", mode, "--library", library)


@pytest.mark.parametrize("name", [VECTORS, PAGE_NUMBERS, SIGNS])
@pytest.mark.parametrize("damage", ["missing", "truncated"])
def test_words_are_found_without_vectors(library: Path, name: str, damage: str) -> None:
    file = generation(library) / name
    if damage == "missing":
        file.unlink()
    else:
        file.write_bytes(file.read_bytes()[:-1_000] if name != PAGE_NUMBERS else b"\0")
    keyword, semantic = search(library, "keyword"), search(library, "semantic")
    assert keyword.returncode == 0
    assert "[estimator]" in keyword.stdout
    assert semantic.returncode == 5
    assert "vectors are missing" in semantic.stderr
    assert "octavo build" in semantic.stderr


def test_a_hybrid_search_goes_on_and_says_so_and_a_build_mends(library: Path) -> None:
    (generation(library) / VECTORS).unlink()
    hybrid = run_octavo("search", "unbiased estimator", "--library", library)
    assert hybrid.returncode == 0
    assert "[estimator]" in hybrid.stdout
    assert hybrid.stderr.count("vectors are missing") == 1
    assert "Traceback" not in hybrid.stderr
    mended = call_octavo("build", "--library", library, library.parent)
    assert (generation(library) / VECTORS).stat().st_size > 0, mended.stderr
    found = search(library, "semantic")
    assert found.returncode == 0
    assert "[estimator]" in found.stdout


def test_the_encoder_of_another_index_is_refused(library: Path) -> None:
    info = next((library / "index" / "encoders").glob("*/encoder.json"))
    info.write_text(json.dumps({**json.loads(info.read_text()), "fingerprint": "0" * 64}))
    done = search(library, "semantic")
    assert done.returncode == 9
    assert "not the encoder that made the index" in done.stderr
    assert "octavo build" in done.stderr


@pytest.mark.parametrize("damage", ["missing", "truncated"])
def test_weights_that_are_damaged_are_told(library: Path, damage: str) -> None:
    """In a process of its own: what is mapped and not there ends one."""
    weights = next((library / "index" / "encoders").glob("*/model.onnx.data"))
    if damage == "missing":
        weights.unlink()
    else:
        os.truncate(weights, weights.stat().st_size // 2)
    done = run_octavo("search", "estimator", "--mode", "semantic", "--library", library)
    assert done.returncode == 9
    assert "the encoder cannot be loaded" in done.stderr
    assert "octavo build" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_index_of_another_version_is_refused(library: Path) -> None:
    manifest = generation(library) / "manifest.json"
    manifest.write_text(json.dumps({**json.loads(manifest.read_text()), "version": 1}))
    done = search(library, "keyword")
    assert done.returncode == 5
    assert "octavo build" in done.stderr


def test_an_index_of_another_version_keeps_its_encoder(library: Path) -> None:
    manifest = generation(library) / "manifest.json"
    data = {**json.loads(manifest.read_text()), "version": 1, "encoder": "/gone/my-encoder"}
    manifest.write_text(json.dumps(data))
    done = call_octavo("build", "--library", library, library.parent)
    assert done.returncode == 9
    assert "/gone/my-encoder: this encoder is neither a folder nor available" in done.stderr
    chosen = ("--encoder", "all-MiniLM-L6-v2")
    done = call_octavo("build", "--library", library, library.parent, *chosen)
    assert "indexed 2 books" in done.stderr
    assert search(library, "semantic").returncode == 0


_ASK = """
import sys
from search import Searcher
searcher = Searcher.open(sys.argv[1])
for mode in ("keyword", "semantic", "hybrid", "formula"):
    assert searcher.search("unbiased estimator $\\\\mu$", mode=mode), mode
"""


def test_a_library_on_a_read_only_disk_is_searched(library: Path) -> None:
    ask = [sys.executable, "-c", _ASK, str(library)]
    if os.geteuid() == 0:  # whom permissions do not stop
        mount = 'mount --bind "$0" "$0" && mount -o remount,ro,bind "$0" && ! touch "$0/x" && "$@"'
        try:
            subprocess.run(
                ["unshare", "-m", "sh", "-c", 'mount --bind "$0" "$0"', library],  # noqa: S607
                check=True,
                capture_output=True,
            )
        except (OSError, subprocess.CalledProcessError):
            pytest.skip("needs to mount a folder read-only, and may not")
        ask = ["unshare", "-m", "sh", "-c", mount, str(library), *ask]
    else:
        for folder, _, _ in os.walk(library):
            Path(folder).chmod(0o555)
    try:
        done = subprocess.run(ask, capture_output=True, text=True, check=False)
    finally:
        for folder, _, _ in os.walk(library):
            Path(folder).chmod(0o755)
    assert done.returncode == 0, done.stderr
