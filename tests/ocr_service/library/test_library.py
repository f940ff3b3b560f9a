"""Names of books, the lock, and the list of failures."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from ocr_service.common.errors import LibraryError, LockedError, NotFoundError
from ocr_service.library.library import Library
from ocr_service.library.names import resolve_name
from ocr_service.text.slugs import slugify

IDS = ["bayes", "bayesian-data-analysis", "calculus", "linear-algebra"]


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("Bayesian Data Analysis", "bayesian-data-analysis"),
        ("Čebyšev & Ömer's", "cebysev-omers"),
        ("  --  ", ""),
        ("数学", "shu-xue"),
        ("x" * 99, "x" * 48),
    ],
)
def test_slugs(text: str, slug: str) -> None:
    assert slugify(text) == slug


def test_a_name_or_its_beginning() -> None:
    assert resolve_name("bayes", IDS) == "bayes"
    assert resolve_name("bayesi", IDS) == "bayesian-data-analysis"
    assert resolve_name("Linear Algebra", IDS) == "linear-algebra"


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("baye", "could be bayes or bayesian-data-analysis"),
        ("calculas", "did you mean calculus"),
        ("algebra", "did you mean linear-algebra"),
        ("zzz", "'octavo books' lists"),
        ("", "'octavo books' lists"),
    ],
)
def test_a_name_that_fits_none_or_several(name: str, says: str) -> None:
    with pytest.raises(NotFoundError, match=says):
        resolve_name(name, IDS)


def test_the_second_writer_is_told_who_is_first(tmp_path: Path) -> None:
    library = Library(tmp_path / "library")
    code = (
        "import sys; from pathlib import Path; from ocr_service.library.library import Library\n"
        "with Library(Path(sys.argv[1])).lock(): print('held', flush=True); sys.stdin.read()"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", code, library.path],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    with pytest.raises(LockedError, match=f"process {holder.pid} on"), library.lock():
        pytest.fail("the lock was given twice")
    holder.kill()
    holder.wait()
    with library.lock():  # what a killed writer leaves behind does no harm
        assert str(os.getpid()) in (library.path / "write.json").read_text()


def test_failures_are_kept(tmp_path: Path) -> None:
    library = Library(tmp_path)
    assert library.failures() == {}
    library.set_failures({"/a.pdf": "broken"})
    assert library.failures() == {"/a.pdf": "broken"}


def test_no_library(tmp_path: Path) -> None:
    with pytest.raises(LibraryError, match="no library here"):
        Library(tmp_path / "nowhere").require()
