"""A folder of numbered page images is one book."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image

from ocr_service.books.page_selection import ReadOptions
from ocr_service.books.pipeline import Outcome, OutcomeKind, Pipeline, Plan
from ocr_service.console.progress import Silent
from ocr_service.inputs.find import find_sources
from ocr_service.library.library import Library
from ocr_service.library.pages import PageRecord, PageStatus
from ocr_service.workers.page_images import draw_page
from ocr_service.workers.pool import PagePool
from ocr_service.workers.tasks import PageTask
from search.live.page_views import page_image, view_source


@pytest.fixture(scope="module")
def pool() -> Iterator[PagePool]:
    with PagePool(1) as pool:
        yield pool


Build = Callable[[], Outcome]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "Vol. 2"
    folder.mkdir()
    return folder


@pytest.fixture
def build(tmp_path: Path, folder: Path, pool: PagePool) -> Build:
    def build() -> Outcome:
        library = Library(tmp_path / "library")
        (source,) = find_sources([folder], skip=library.path).sources
        pipeline = Pipeline(library, ReadOptions(), pool, Silent())
        pipeline.expect([source])
        return pipeline.read(source)

    return build


def leaf(folder: Path, number: int, shade: int = 255) -> None:
    """Make a blank leaf, which is read without a model; the size tells the leaves apart."""
    Image.new("L", (200 + number, 300), shade).save(folder / f"IMG_{number}.png")


def records(tmp_path: Path) -> list[PageRecord]:
    (path,) = (tmp_path / "library" / "books").glob("*/ocr.jsonl")
    return [PageRecord.from_dict(json.loads(line)) for line in path.read_text().splitlines()]


def test_pages_come_in_natural_order_and_only_new_images_are_read(
    tmp_path: Path, folder: Path, build: Build
) -> None:
    for number in (1, 2, 10):
        leaf(folder, number)
    first = build()
    assert (first.kind, first.book_id, first.pages_read) == (OutcomeKind.READ, "vol-2", 3)
    assert first.statuses == (PageStatus.BLANK,) * 3
    assert [r.page_label for r in sorted(records(tmp_path), key=lambda r: r.page_index)] == [
        *("1", "2", "10")
    ]
    assert build().kind is OutcomeKind.UNCHANGED
    leaf(folder, 3)
    leaf(folder, 11)
    second = build()
    assert (second.book_id, second.pages_read, second.page_count) == ("vol-2", 2, 5)
    manifest = Library(tmp_path / "library").folder("vol-2").manifest()
    assert manifest is not None
    assert manifest.labels == ("1", "2", "3", "10", "11")
    assert manifest.book.source == str(folder.resolve())
    stored = Library(tmp_path / "library").folder("vol-2").records(manifest.book.sha256)
    assert sorted(stored) == [0, 1, 2, 3, 4]


def test_what_was_read_before_a_kill_is_not_read_again_even_if_images_were_added(
    tmp_path: Path, folder: Path, build: Build
) -> None:
    for number in (1, 2, 3):
        leaf(folder, number)
    build()
    book = tmp_path / "library" / "books" / "vol-2"
    lines = (book / "ocr.jsonl").read_text().splitlines(keepends=True)
    (book / "ocr.jsonl").write_text(lines[0] + lines[1][:40])  # killed while writing the second
    manifest = json.loads((book / "book.json").read_text())
    (book / "book.json").write_text(json.dumps(manifest | {"digest": None}))
    leaf(folder, 4)
    outcome = build()
    assert (outcome.pages_read, outcome.page_count) == (3, 4)


def test_a_changed_image_is_read_again_and_a_damaged_one_fails_alone(
    folder: Path, build: Build
) -> None:
    for number in (1, 2, 3):
        leaf(folder, number)
    build()
    leaf(folder, 2, shade=250)
    (folder / "IMG_3.png").write_bytes(b"\x89PNG and no more")
    outcome = build()
    assert outcome.pages_read == 2
    assert list(outcome.failed_pages) == [3]
    assert "IMG_3.png" in outcome.failed_pages[3]


def test_a_page_image_is_drawn_for_a_service(folder: Path) -> None:
    page = Image.new("L", (300, 400), 255)
    page.paste(0, (50, 50, 250, 120))
    page.save(folder / "IMG_6.png")
    task = PageTask(folder / "IMG_6.png", "0" * 64, 5, "6", 2.0, False, is_image=True)
    assert not draw_page(task).is_blank


def test_a_dry_run_counts_the_pages(tmp_path: Path, folder: Path, pool: PagePool) -> None:
    for number in (1, 2, 10):
        leaf(folder, number)
    (source,) = find_sources([folder], skip=tmp_path).sources
    pipeline = Pipeline(Library(tmp_path / "library"), ReadOptions(), pool, Silent())
    assert pipeline.plan(source) == Plan(3, 0, 3)


def test_the_image_of_a_page_can_be_shown(tmp_path: Path, folder: Path, build: Build) -> None:
    for number in (1, 2, 10):
        leaf(folder, number)
    build()
    book = Library(tmp_path / "library").folder("vol-2")
    manifest = book.manifest()
    assert manifest is not None
    assert view_source(manifest, 3) == folder.resolve()
    path, sha256 = page_image(book, manifest, 3)
    assert path.name == "IMG_10.png"
    assert len(sha256) == 64
