"""The Modal app as it is used: download, answers, a book, and commands without an account."""

from __future__ import annotations

import asyncio
import re
from importlib.metadata import version
from pathlib import Path
from typing import Any

import httpx
import pymupdf
import pytest

from ocr_service.common.errors import ModelError
from ocr_service.modal_app import (
    read_book,
)
from tests.support.modal_runs import modal_app, modal_command, service_info
from tests.support.service_fakes import NumberEngine, bars, number_service


def test_download_with_a_folder(monkeypatch: pytest.MonkeyPatch, tiny: Path) -> None:
    module = modal_app(monkeypatch, OCTAVO_MODEL=str(tiny), OCTAVO_ENGINE="transformers")
    with pytest.warns(UserWarning, match="executing locally"):
        assert module.download.local() == f"{tiny} at {tiny}"


def test_download_of_what_is_not_there(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    module = modal_app(monkeypatch, OCTAVO_MODEL=str(tmp_path / "nothing"))
    with (
        pytest.warns(UserWarning, match="executing locally"),
        pytest.raises(ModelError, match="no such folder"),
    ):
        module.download.local()


async def answers(app: Any, client: Any, *paths: str) -> list[Any]:
    """Return an ASGI app's response after its model is loaded, under its own lifespan."""
    async with app.router.lifespan_context(app), client:
        for _ in range(500):
            if "loading" not in (await client.get("/health")).text:
                break
            await asyncio.sleep(0.01)
        return [await client.get(path) for path in paths]


def test_the_app_answers(monkeypatch: pytest.MonkeyPatch, tiny: Path) -> None:
    module = modal_app(
        monkeypatch,
        OCTAVO_ENGINE="transformers",
        OCTAVO_MODEL=str(tiny),
        OCTAVO_MAX_BATCH="3",
        OCTAVO_MAX_CONTAINERS="5",
    )
    with pytest.warns(UserWarning, match="executing locally"):
        app = module.Ocr().serve.local()
    client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://container")
    health, info = asyncio.run(answers(app, client, "/health", "/info"))
    assert (health.status_code, health.json()["status"]) == (200, "ready")
    said = info.json()
    assert (said["model"], said["max_batch"], said["containers"]) == (str(tiny), 3, 5)
    assert (said["read_pages"], said["limits"]["files"]) == (3, 3)
    # As many requests as Modal lets in find room, each with all the pages that it may have.
    most_inputs = service_info(module).concurrency_info.max_inputs
    assert said["limits"]["waiting_pages"] == most_inputs * said["limits"]["files"]
    assert said["version"] == version("octavo")


def number_pdf(path: Path, pages: int) -> Path:
    """Write a PDF whose pages carry their numbers as bars."""
    with pymupdf.open() as pdf:
        for number in range(1, pages + 1):
            page = pdf.new_page(width=300, height=400)
            for box in bars(number, 300, 400):
                page.draw_rect(pymupdf.Rect(*box), color=(0, 0, 0), fill=(0, 0, 0))
        pdf.save(path)
    return path


def test_a_book_becomes_a_folder_of_pages(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    book, folder = number_pdf(tmp_path / "book.pdf", 6), tmp_path / "pages"
    engine = NumberEngine()
    with number_service(engine) as url:
        read_book(book, folder, url, max_pages=3, batch_size=2)
        written = {path.name: path.read_text() for path in folder.iterdir()}
        assert written == {
            f"page_{n:04d}.mmd": f"The number of this page is {n}.\n" for n in (1, 2, 3)
        }
        assert max(map(len, engine.batches)) <= 2
        engine.batches.clear()
        read_book(book, folder, url)
    assert sorted(number for batch in engine.batches for number in batch) == [4, 5, 6]
    assert len(list(folder.iterdir())) == 6
    assert "3 pages read by the service" in capsys.readouterr().err


def test_a_page_that_fails_is_named_and_asked_for_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    book, folder = number_pdf(tmp_path / "book.pdf", 3), tmp_path / "pages"
    with number_service(NumberEngine(unreadable=frozenset({2}))) as url:
        read_book(book, folder, url)
    assert "page 2: cannot read 2" in capsys.readouterr().err
    with number_service(NumberEngine()) as url:
        read_book(book, folder, url)
    assert len(list(folder.iterdir())) == 3


def test_without_an_account_deploy_fails_at_authentication_only(tmp_path: Path) -> None:
    done = modal_command(tmp_path, "deploy", "-m", "ocr_service.modal_app")
    assert done.returncode == 1
    assert "Token missing. Could not authenticate client." in done.stderr + done.stdout
    assert "Traceback" not in done.stderr + done.stdout


def test_deploy_comes_as_far_as_the_settings_and_says_one_line(tmp_path: Path) -> None:
    """That is, the message above is not the first thing that it looks at."""
    done = modal_command(tmp_path, "deploy", "-m", "ocr_service.modal_app", OCTAVO_MAX_BATCH="many")
    assert done.returncode == 2
    assert done.stderr == "octavo: OCTAVO_MAX_BATCH=many: use a whole number of at least 1\n"
    assert done.stdout == ""


def test_run_has_the_options_of_a_book(tmp_path: Path) -> None:
    done = modal_command(tmp_path, "run", "-m", "ocr_service.modal_app", "--help")
    assert done.returncode == 0, done.stderr
    for option in ("--book TEXT", "--output TEXT", "--max-pages INTEGER", "--batch-size INTEGER"):
        assert re.search(option.replace(" ", r"\s+"), done.stdout), option
