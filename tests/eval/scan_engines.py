"""Builds one scan with each engine and prints what each made of its first page.

    python tests/eval/scan_engines.py [SCAN] [--keep FOLDER]

rapidocr     this machine, as installed
tesseract    this machine, if Tesseract is installed
deepseek     `octavo serve-ocr` with a tiny DeepSeek-OCR of random weights: the road is real, the
             text is noise
formulas     this machine, displays read by a PP-FormulaNet of random weights: all are doubted, and
             stay pictures; and by latex-ocr-junia, if a person has installed it
openai       a server of OpenAI's chat protocol with a tiny Qwen2.5-VL of random weights: noise too

The three models are made when the script starts, so it needs no network; two read two pages.
SCAN is the one of the shelf.
"""

from __future__ import annotations

import argparse
import base64
import contextlib
import io
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from PIL import Image
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from ocr_service.engines.scan import tesseract
from ocr_service.engines.scan.formulas import latex_ocr_junia
from ocr_service.engines.vision.load import load_engine
from ocr_service.protocol.engine import BatchEngine, Prompt
from ocr_service.protocol.model_output import output_of
from tests.support.service_fakes import serve
from tests.support.tiny_formulanet import save_formulanet
from tests.support.tiny_models import save_v1
from tests.support.tiny_native import save_qwen2_5_vl

ROOT = Path(__file__).resolve().parents[2]
OCTAVO = Path(sys.executable).with_name("octavo")
_TOKENS = 48  # of a page: the models are noise
_SHOWN = 160  # characters
_FEW = ("--max-pages", "2")  # of a model on a CPU


def chat_app(engine: BatchEngine) -> Starlette:
    """Return a server of OpenAI's chat protocol in front of an engine, one image a request."""

    async def models(_request: Request) -> JSONResponse:
        return JSONResponse({"data": [{"id": Path(engine.info.model).name}]})

    async def chat(request: Request) -> JSONResponse:
        parts: list[dict[str, Any]] = (await request.json())["messages"][0]["content"]
        (url,) = (part["image_url"]["url"] for part in parts if part["type"] == "image_url")
        image = Image.open(io.BytesIO(base64.b64decode(url.partition(",")[2])))
        (page,) = engine.read([image], Prompt.DOCUMENT)
        message = {"role": "assistant", "content": output_of(page.text).text}
        usage = {"prompt_tokens": page.prompt_tokens, "completion_tokens": page.output_tokens}
        choice = {"index": 0, "message": message, "finish_reason": str(page.finish_reason)}
        return JSONResponse({"choices": [choice], "usage": usage})

    routes = [
        Route("/v1/models", models),
        Route("/v1/chat/completions", chat, methods=["POST"]),
    ]
    return Starlette(routes=routes)


@contextlib.contextmanager
def deepseek_service(model: Path) -> Iterator[str]:
    """Run `octavo serve-ocr` with a model; yield the address."""
    command: list[str | Path] = [
        OCTAVO,
        "serve-ocr",
        "--model",
        model,
        "--device",
        "cpu",
        "--port",
        "0",
    ]
    command += ["--max-output-tokens", str(_TOKENS)]
    shown = " ".join(["octavo", *map(str, command[1:])])
    print(f"$ {shown}")
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stderr is not None
        line = process.stderr.readline()
        yield line.partition("listening at ")[2].partition(";")[0]
    finally:
        process.terminate()
        process.wait(30)


def build(scan: Path, library: Path, *options: str) -> None:
    """Build a library of the scan, and print what came of it."""
    command = ["build", str(scan), "--library", str(library), *options]
    print(f"$ octavo {' '.join(command)}")
    began = time.monotonic()
    done = subprocess.run([OCTAVO, *command, "--json"], capture_output=True, text=True, check=False)
    if done.returncode:
        print(f"  exit code {done.returncode}: {done.stderr.strip().splitlines()[-1]}\n")
        return
    (row,) = json.loads(done.stdout)["inputs"]
    (manifest,) = (library / "books").glob("*/book.json")
    engines = sorted(set(json.loads(manifest.read_text(encoding="utf-8"))["engines"]))
    page = subprocess.run(
        [OCTAVO, "page", row["book_id"], "1", "--library", str(library)],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    seconds = time.monotonic() - began
    print(f"  {row['pages_read']} pages by {', '.join(engines)} in {seconds:.0f} s")
    for number, note in sorted(row["noted_pages"].items())[:1]:
        print(f"  page {number}: {note}")
    print(f"  {' '.join(page.stdout.split())[:_SHOWN]}")
    if "--formulas" in options:
        (document,) = (library / "books").glob("*/document.mmd")
        text = document.read_text(encoding="utf-8")
        read, left = text.count("\\["), text.count("[formula not read")
        first = text[text.index("\\[") :][:_SHOWN] if read else ""
        print(f"  {read} displays read, {left} left as pictures; {' '.join(first.split())}")
    print()


def main() -> None:
    """Build with each engine."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    scan = ROOT / "data" / "shelf" / "least-squares-scan.pdf"
    parser.add_argument("scan", nargs="?", type=Path, default=scan)
    parser.add_argument(
        "--keep", type=Path, help="write the libraries to this folder and leave them"
    )
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = given.keep or Path(temporary)
        build(given.scan, folder / "rapidocr")
        if tesseract.is_installed():
            english = ("--engine", "tesseract", "--ocr-language", "English")
            build(given.scan, folder / "tesseract", *english)
        else:
            print("tesseract: not installed (apt-get install tesseract-ocr)\n")
        build(given.scan, folder / "formulas", "--formulas", str(save_formulanet(folder / "noise")))
        if latex_ocr_junia.is_installed():
            build(given.scan, folder / "junia", "--formulas", latex_ocr_junia.NAME)
        else:
            print("latex-ocr-junia: not installed (pip install latex-ocr-junia)\n")
        with deepseek_service(save_v1(folder / "tiny-deepseek-ocr")) as url:
            build(given.scan, folder / "deepseek", "--engine", "service", "--service", url, *_FEW)
        model = save_qwen2_5_vl(folder / "tiny-olmocr")
        engine = load_engine(str(model), device="cpu", max_output_tokens=_TOKENS)
        with serve(chat_app(engine)) as url:
            build(given.scan, folder / "openai", "--engine", "service", "--service", url, *_FEW)


if __name__ == "__main__":
    main()
