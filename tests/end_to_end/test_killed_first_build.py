"""A first build that is killed again and again."""

from __future__ import annotations

import shutil
from collections import Counter
from pathlib import Path

import pymupdf
import pytest

from ocr_service.common.errors import LibraryError
from search.question.options import Mode
from search.searcher import Searcher
from tests.conftest import SHELF
from tests.support.helpers import (
    finished_pages,
    make_page_folder,
    own_mark,
    wait_until_gone,
)
from tests.support.killed import run_steps
from tests.support.undisturbed import (
    SURVIVAL,
    assert_equal,
    build,
    check_readable,
    undisturbed_at,
)

pytestmark = pytest.mark.usefixtures("encoder_cache")


@pytest.fixture(scope="module")
def inputs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Pages of every kind that are quickly read: typeset, scanned, and text already."""
    folder = tmp_path_factory.mktemp("inputs")
    with pymupdf.open(SHELF / "statistics-primer.pdf") as primer:
        primer.select([7, 8])
        primer.save(folder / "primer.pdf")
    with pymupdf.open(SHELF / "least-squares-scan.pdf") as scan:
        strip = pymupdf.Rect(60, 80, 540, 130)
        scan[2].get_pixmap(dpi=144, clip=strip, colorspace=pymupdf.csGRAY).save(
            folder / "strip.png"
        )
    make_page_folder(
        folder / "algebra",
        [path.read_text() for path in sorted((SHELF / "linear-algebra-notes").iterdir())[:4]],
    )
    return folder


# Each is in another stage; of most, the steps of the smaller changes below are killed one by one.
FIRST_MOMENTS = (
    "after append to books/primer/ocr.jsonl",  # a worker is at its second page
    "after copy to index/encoders/.KEY.tmp",
    "before replace index/CURRENT",
    "before append to books/strip/ocr.jsonl",  # a worker has read it, and its text is lost
    "after append to books/algebra/ocr.jsonl",
    "before write vectors to index/gen-N",
)


def test_a_first_build_killed_again_and_again(inputs: Path, tmp_path: Path) -> None:
    """Each build goes on where the one before it was killed; the last is as if none had been.

    A book can be searched as soon as it is read, whatever becomes of the build.
    """
    library = tmp_path / "library"
    for number, moment in enumerate(FIRST_MOMENTS):
        mark = f"first-{number}"
        run = run_steps(library, "build", inputs, "--jobs", "1", kill=moment, env=own_mark(mark))
        assert run.was_killed, moment
        # Only the process itself is killed: its workers have to notice.
        assert wait_until_gone(mark, SURVIVAL) == []
        check_readable(library)
        if number > FIRST_MOMENTS.index("before replace index/CURRENT"):
            searcher = Searcher.open(library)
            assert "primer" in searcher.manifest.books
            assert searcher.search("estimator", mode=Mode.KEYWORD)
        else:
            with pytest.raises(LibraryError, match="nothing is indexed yet"):
                Searcher.open(library)
    build(library, inputs)
    undisturbed = tmp_path / "undisturbed"
    build(undisturbed, inputs, "--jobs", "1")
    assert_equal(library, undisturbed_at(undisturbed))
    assert max(Counter(finished_pages(library)).values()) == 1
    assert set(finished_pages(library)) == set(finished_pages(undisturbed))
    for path in (library, undisturbed):
        shutil.rmtree(path)
