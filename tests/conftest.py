"""What the tests share: the development corpora, and a library built from the sample shelf."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SHELF = ROOT / "data" / "shelf"

Octavo = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="session")
def corpora() -> Path:
    """The development corpora, which stand beside the checkout and are no part of the project."""
    folder = ROOT.parent / "shared" / "corpora"
    if not folder.is_dir():
        pytest.skip("needs the development corpora beside the checkout, and they are not there")
    return folder


@pytest.fixture(scope="session", autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep prepared encoders out of the user's cache, and prepare them once for all tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        patch.setenv("NO_COLOR", "1")
        patch.delenv("OCTAVO_LIBRARY", raising=False)
        yield


def run_octavo(*arguments: str | Path, timeout: float = 300) -> subprocess.CompletedProcess[str]:
    """Run the installed console script in a process of its own."""
    script = Path(sys.executable).with_name("octavo")
    return subprocess.run(
        [script, *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=timeout,
        env=os.environ.copy(),
        check=False,
    )


@pytest.fixture(scope="session")
def octavo() -> Octavo:
    """The console script."""
    return run_octavo


@pytest.fixture(scope="session")
def encoder_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The cache with the default encoder in its light form; preparing it takes half a minute."""
    folder = tmp_path_factory.mktemp("encoder")
    document = folder / "first-light.mmd"
    document.write_text("A page of one line, for the sake of the encoder.\n", encoding="utf-8")
    done = run_octavo("build", document, "--library", folder / "library")
    assert done.returncode == 0, done.stderr
    shutil.rmtree(folder / "library")
    return Path(os.environ["XDG_CACHE_HOME"])


@pytest.fixture(scope="session")
def shelf_library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library built from data/shelf. Tests only read it."""
    library = tmp_path_factory.mktemp("shelf") / "library"
    done = run_octavo("build", SHELF, "--library", library)
    assert done.returncode == 0, done.stderr
    return library


@pytest.fixture
def ask(shelf_library: Path) -> Octavo:
    """The console script on the shelf's library."""

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return run_octavo("--library", shelf_library, *arguments)

    return run
