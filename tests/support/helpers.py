"""Helpers for several test files: makes small inputs, reads libraries as plain values."""

from __future__ import annotations

import json
import os
import time
import zlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import psutil
import pymupdf

from ocr_service.library.book_folder import join_pages, page_name
from search.searcher import Searcher

MODES = ("hybrid", "keyword", "semantic", "formula")


def make_pdf(path: Path, texts: Sequence[str], title: str = "") -> Path:
    """Write a PDF with a text layer, one text a page, in plain (not compressed) streams."""
    with pymupdf.open() as document:
        for text in texts:
            page = document.new_page()
            page.insert_textbox(pymupdf.Rect(72, 72, 520, 760), text, fontsize=12)
        if title:
            document.set_metadata({"title": title})
        document.save(path, no_new_id=True, expand=255)
    return path


def make_page_folder(path: Path, texts: Sequence[str]) -> Path:
    """Write a folder of page_0001.mmd files."""
    path.mkdir(parents=True, exist_ok=True)
    for index, text in enumerate(texts):
        (path / page_name(index)).write_text(text, encoding="utf-8")
    return path


def make_document(path: Path, texts: Sequence[str]) -> Path:
    """Write a document with page-split markers."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(join_pages(texts), encoding="utf-8")
    return path


def checkpoints(library: Path) -> dict[str, bytes]:
    """Return every book's ocr.jsonl, by book id."""
    return {path.parent.name: path.read_bytes() for path in library.glob("books/*/ocr.jsonl")}


def finished_pages(library: Path) -> list[tuple[str, str, int]]:
    """Return (book id, digest of the source, page index) of every complete line."""
    found = []
    for book_id, data in sorted(checkpoints(library).items()):
        for line in data.splitlines():
            try:
                value = json.loads(line)
            except ValueError:
                continue
            found.append((book_id, value["source_sha256"], value["page_index"]))
    return found


def page_files(library: Path) -> dict[str, bytes]:
    """Return the published text of all books, by path within the library."""
    paths = [*library.glob("books/*/pages/*"), *library.glob("books/*/document.mmd")]
    return {path.relative_to(library).as_posix(): path.read_bytes() for path in paths}


def generation(library: Path) -> str:
    """Return the name of the index's current generation."""
    return (library / "index" / "CURRENT").read_text().strip()


def index_books(library: Path) -> dict[str, Any]:
    """Return what the index's manifest says of each book."""
    text = (library / "index" / generation(library) / "manifest.json").read_text()
    books: dict[str, Any] = json.loads(text)["books"]
    return books


def answers(library: Path, questions: Iterable[str]) -> dict[str, list[dict[str, Any]]]:
    """Return the answers to the questions in all modes: ids, places, scores, snippets."""
    searcher = Searcher.open(library)
    return {
        f"{mode}: {question}": [hit.to_dict() for hit in searcher.search(question, mode=mode)]
        for question in questions
        for mode in MODES
    }


def same_answers(first: Any, second: Any) -> bool:
    """Return whether answers are equal, scores to five decimals.

    The last bit of a vector depends on the batch its passage was in, and a killed build changes the
    batches.
    """
    if isinstance(first, dict) and isinstance(second, dict):
        return first.keys() == second.keys() and all(
            same_answers(value, second[key]) for key, value in first.items()
        )
    if isinstance(first, list) and isinstance(second, list):
        return len(first) == len(second) and all(map(same_answers, first, second))
    if isinstance(first, float) and isinstance(second, float):
        return abs(first - second) < 1e-5
    return bool(first == second)


def own_mark(mark: str) -> dict[str, str]:
    """Return environment variables that mark processes as started by this test."""
    return {"OCTAVO_TEST": f"{os.getpid()} {mark}"}


def marked_processes(mark: str) -> Iterator[psutil.Process]:
    """Yield the running processes that carry the mark of a test of this process."""
    ((name, value),) = own_mark(mark).items()
    for process in psutil.process_iter():
        try:
            if process.environ().get(name) == value and (process.status() != psutil.STATUS_ZOMBIE):
                yield process
        except psutil.Error:
            continue


def wait_until_gone(mark: str, seconds: float) -> list[list[str]]:
    """Wait for all processes with this mark to end; return the command lines of the others."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if not any(True for _ in marked_processes(mark)):
            return []
        time.sleep(0.05)
    return [process.cmdline() for process in marked_processes(mark)]


def make_slow_pdf(path: Path, slow_page: int, page_count: int) -> Path:
    """Write a PDF one page of which (0-based) never renders: forms that draw forms, six deep."""
    with pymupdf.open() as document:
        for number in range(1, page_count + 1):
            page = document.new_page()
            page.insert_text((72, 100), f"Lemma {number}. This page of the slow book can be read.")
        form = None
        for _ in range(6):
            xref = document.get_new_xref()
            inner = f"/Resources<</XObject<</X {form} 0 R>>>>" if form else ""
            document.update_object(xref, f"<</Type/XObject/Subtype/Form/BBox[0 0 600 800]{inner}>>")
            document.update_stream(xref, b"/X Do " * 100 if form else b"0 0 10 10 re f ")
            form = xref
        page = document[slow_page]
        content = document.get_new_xref()
        document.update_object(content, "<<>>")
        document.update_stream(content, b"/X Do")
        document.xref_set_key(page.xref, "Resources", f"<</XObject<</X {form} 0 R>>>>")
        document.xref_set_key(page.xref, "Contents", f"{content} 0 R")
        document.save(path)
    return path


def make_bomb_pdf(path: Path, bomb_page: int, page_count: int, side: int = 60_000) -> Path:
    """Write a small PDF with a picture of side x side black pixels on one page (0-based)."""
    with pymupdf.open() as document:
        for number in range(1, page_count + 1):
            page = document.new_page()
            page.insert_text((72, 100), f"Lemma {number}. This page of the large book can be read.")
        picture = document.get_new_xref()
        document.update_object(
            picture,
            f"<</Type/XObject/Subtype/Image/Width {side}/Height {side}"
            "/BitsPerComponent 8/ColorSpace/DeviceGray>>",
        )
        document.update_stream(picture, zlib.compress(deflated_zeros(side * side)), compress=False)
        document.xref_set_key(picture, "Filter", "[/FlateDecode/FlateDecode]")
        content = document.get_new_xref()
        document.update_object(content, "<<>>")
        document.update_stream(content, b"q 600 0 0 800 0 0 cm /X Do Q")
        page = document[bomb_page]
        document.xref_set_key(page.xref, "Resources", f"<</XObject<</X {picture} 0 R>>>>")
        document.xref_set_key(page.xref, "Contents", f"{content} 0 R")
        document.save(path)
    return path


def deflated_zeros(count: int) -> bytes:
    """Return a zlib stream of n zeros (a multiple of 1000) without holding them in memory."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = packer.compress(bytes(count // 1000)) + packer.flush(zlib.Z_FULL_FLUSH)
    checksum = ((count % 65_521) << 16) | 1  # what Adler-32 comes to for zeros
    return b"\x78\x01" + block * 1000 + b"\x03\x00" + checksum.to_bytes(4, "big")
