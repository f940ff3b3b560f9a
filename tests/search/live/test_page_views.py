"""Pages as images: bounded in size, time and memory, whatever the file."""

from __future__ import annotations

import asyncio
import hashlib
import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from ocr_service.common.errors import InputError, QueryError
from search.live import page_views
from search.live.page_views import PageViews, ViewTask, draw_view
from tests.conftest import SHELF
from tests.support.helpers import make_pdf, make_slow_pdf


@pytest.fixture(scope="module")
def views() -> Iterator[PageViews]:
    views = PageViews(seconds=3)
    yield views
    views.close()


def _task(path: Path, page_index: int, max_side: int = 300) -> ViewTask:
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return ViewTask(path, digest, page_index, None, max_side)


def test_a_hostile_page_costs_its_own_answer_only(tmp_path: Path, views: PageViews) -> None:
    slow = make_slow_pdf(tmp_path / "slow.pdf", slow_page=1, page_count=3)

    async def draw_all() -> list[object]:
        tasks = [_task(slow, 0), _task(slow, 1), _task(slow, 2)]
        return list(await asyncio.gather(*map(views.draw, tasks), return_exceptions=True))

    first, hostile, third = asyncio.run(draw_all())
    assert isinstance(first, page_views.PageView)
    assert isinstance(third, page_views.PageView)
    assert isinstance(hostile, InputError)
    assert "slow.pdf: page 2 takes over 3 s" in str(hostile)


@pytest.mark.parametrize(
    ("name", "kind"), [("statistics-primer", "image/png"), ("least-squares-scan", "image/jpeg")]
)
def test_a_scan_is_packed_as_a_photograph(name: str, kind: str) -> None:
    path = SHELF / f"{name}.pdf"
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    for box in (None, (0.2, 0.2, 0.8, 0.3)):
        view = draw_view(ViewTask(path, digest, 2, box, 1200))
        assert view.media_type == kind
        assert len(view.data) < 300_000
        assert Image.open(io.BytesIO(view.data)).size == (view.width, view.height)


def test_a_file_that_has_changed_is_told(tmp_path: Path, views: PageViews) -> None:
    path = make_pdf(tmp_path / "book.pdf", ["One page of text."])
    task = _task(path, 0)
    assert asyncio.run(views.draw(task)).width <= 300
    make_pdf(path, ["Another text, and so another file."])
    with pytest.raises(InputError, match="has changed since"):
        asyncio.run(views.draw(task))


def test_the_number_of_waiting_renderings_is_limited(
    tmp_path: Path, views: PageViews, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page_views, "_MAX_WAITING", 3)
    task = _task(make_pdf(tmp_path / "book.pdf", ["A page."]), 0)

    async def draw_all() -> list[object]:
        return list(
            await asyncio.gather(*(views.draw(task) for _ in range(6)), return_exceptions=True)
        )

    found = asyncio.run(draw_all())
    assert sum(isinstance(item, QueryError) for item in found) == 3
    assert sum(isinstance(item, page_views.PageView) for item in found) == 3
