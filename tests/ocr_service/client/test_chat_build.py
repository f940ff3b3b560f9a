"""`octavo build` of a small scan with a server of OpenAI's chat protocol, from end to end."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pymupdf
import pytest

from tests.conftest import run_octavo
from tests.support.chat_server import ChatServer
from tests.support.service_fakes import bars, serve

MARK = 0x5500  # on every page beside its number, so that none looks blank
TOKEN = "secret-token-1"  # noqa: S105


@pytest.fixture
def scan(tmp_path: Path) -> Path:
    """Return a PDF of four page images with numbers as bars, and a blank page."""
    drawn, path = pymupdf.open(), tmp_path / "scan.pdf"
    with pymupdf.open() as document:
        for number in range(1, 6):
            page = drawn.new_page()
            for box in bars(MARK | number, page.rect.width, page.rect.height):
                if number < 5:
                    page.draw_rect(pymupdf.Rect(*box), color=None, fill=(0, 0, 0))
            image = page.get_pixmap(dpi=100)
            document.new_page().insert_image(page.rect, pixmap=image)
        document.save(path)
    return path


def olmocr(number: int, _request: dict[str, Any]) -> str:
    """Write as olmOCR does; the front matter of page 2 is missing, page 3 is cut."""
    front = "---\nprimary_language: en\nis_rotation_valid: True\n---\n"
    text = f"## Section {number & 0xFF}\n\nLet $x_{{{number & 0xFF}}} \\to a$ be the hourglass."
    if number & 0xFF == 3:
        text += "\n\n<table><tr><td>1</td><td>2"
    return text if number & 0xFF == 2 else front + text


def records(library: Path) -> dict[int, dict[str, Any]]:
    lines = (library / "books" / "scan" / "ocr.jsonl").read_text().splitlines()
    return {item["page_index"]: item for item in map(json.loads, lines)}


@pytest.mark.usefixtures("encoder_cache")
def test_a_scan_is_built_by_a_chat_server_and_searched(
    tmp_path: Path, scan: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = tmp_path / "library"
    models = [{"id": "allenai/olmOCR-2-7B-1025-FP8"}, {"id": "glm-ocr:latest"}]
    server = ChatServer(models=models, text=olmocr, token=TOKEN, faults=[429, 500])
    monkeypatch.setenv("OCTAVO_SERVICE_TOKEN", TOKEN)
    with serve(server.app()) as url:
        command = ("build", scan, "--library", library, "--engine", "service", "--service", url)
        unnamed = run_octavo(*command)
        assert unnamed.returncode == 11
        assert "several models: allenai/olmOCR-2-7B-1025-FP8, glm-ocr:latest" in unnamed.stderr
        assert server.numbers == []
        done = run_octavo(*command, "--model", "allenai/olmOCR-2-7B-1025-FP8")
        assert done.returncode == 0, done.stderr
        asked = len(server.numbers)
        again = run_octavo(*command, "--model", "allenai/olmOCR-2-7B-1025-FP8")
        assert again.returncode == 0, again.stderr
    assert (len(server.requests), asked, len(server.numbers)) == (4, 6, 6)  # nothing is paid twice
    assert "4 pages read by the service in 4 requests" in done.stderr
    assert "1 blank page not sent" in done.stderr
    assert TOKEN not in done.stderr + unnamed.stderr
    found = records(library)
    assert [found[page]["status"] for page in range(5)] == ["ok", "ok", "truncated", "ok", "blank"]
    assert found[1]["notes"] == ["the model's answer has no front matter"]
    page = run_octavo("--library", library, "page", "scan", "1")
    assert "## Section 1" in page.stdout
    assert r"\(x_{1} \to a\)" in page.stdout
    assert "primary_language" not in page.stdout
    hits = run_octavo("--library", library, "search", "hourglass")
    assert "hourglass" in hits.stdout
    recleaned = run_octavo("reclean", "--library", library)
    assert recleaned.returncode == 0
    assert records(library) == found


def test_the_dry_run_counts_a_request_a_page_and_sends_nothing(tmp_path: Path, scan: Path) -> None:
    server = ChatServer()
    with serve(server.app()) as url:
        done = run_octavo(
            "build", scan, "--library", tmp_path / "library", "--engine", "service", "--dry-run",
            "--service", url, "--protocol", "openai", "--gpu-price", "3.6",
        )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "5 pages to send, one a request: at 1 page a second 5 s of one GPU, $0.01" in done.stdout
    assert server.numbers == []


def test_options_of_a_service_need_one(tmp_path: Path, scan: Path) -> None:
    for option, value in (("--model", "x"), ("--protocol", "openai")):
        done = run_octavo("build", scan, "--library", tmp_path / "library", option, value)
        assert done.returncode == 2
        assert "--engine service" in done.stderr
