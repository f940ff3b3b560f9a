"""Sections and slides from files to hits, in a new library and in one of an older Octavo."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pymupdf

from tests.conftest import call_octavo, run_octavo

LINE = "The {} of this page are words that stand below the heading and fill the line."
OUTLINE = [[1, "Main Matter", 1], [2, "Limits", 1], [3, "Sums of limits", 2], [1, "License", 3]]


def write_book(path: Path) -> None:
    """Write a book of three pages with an outline, of which two entries are printed."""
    with pymupdf.open() as document:
        for title, size, word in (
            ("Limits", 20, "apples"),
            ("Sums of limits", 15, "pears"),
            ("", 0, "plums"),
        ):
            page = document.new_page(width=400, height=560)
            if title:
                page.insert_text((50, 80), title, fontsize=size, fontname="hebo")
            for row in range(8):
                page.insert_text((50, 130 + 14 * row), LINE.format(word), fontsize=10)
        document.set_toc(OUTLINE)
        document.save(path)


def write_slides(path: Path) -> None:
    """Write two slides; the first is shown in three steps with one label."""
    bullets = [
        "The prior is a distribution",
        "The likelihood is a function",
        "The posterior is both",
    ]
    with pymupdf.open() as document:
        for title, shown in (("Bayes", 1), ("Bayes", 2), ("Bayes", 3), ("Summary", 2)):
            page = document.new_page(width=363, height=272)
            page.insert_text((10, 25), title, fontsize=14, fontname="hebo")
            for row, bullet in enumerate(bullets[:shown]):
                page.insert_text((30, 80 + 30 * row), bullet, fontsize=11)
        rules = [(0, 1), (1, 1), (2, 1), (3, 2)]
        document.set_page_labels(
            [{"startpage": start, "style": "D", "firstpagenum": number} for start, number in rules]
        )
        document.save(path)


def manifest(library: Path, book_id: str) -> dict[str, Any]:
    """Return the manifest of a book."""
    data = json.loads((library / "books" / book_id / "book.json").read_text(encoding="utf-8"))
    assert isinstance(data, dict)
    return data


def make_older(folder: Path) -> None:
    """Make a book as an older Octavo wrote it: no sizes of type, no outline."""
    path = folder / "book.json"
    data = json.loads(path.read_text(encoding="utf-8")) | {"cleaning": 3}
    for key in ("outline", "unprinted", "overlays"):
        data.pop(key, None)
    path.write_text(json.dumps(data), encoding="utf-8")
    records = [json.loads(line) for line in (folder / "ocr.jsonl").read_text().splitlines()]
    for record in records:
        record.pop("page_size", None)
        for region in record.get("regions", []):
            region.pop("size", None)
            region.pop("bold", None)
    (folder / "ocr.jsonl").write_text("".join(json.dumps(record) + "\n" for record in records))


def sections(library: Path, query: str) -> list[list[str]]:
    """Return the sections of the hits for a query."""
    found = call_octavo("search", query, "--library", library, "--mode", "keyword", "--json")
    return [hit["section"] for hit in json.loads(found.stdout)["hits"]]


def test_sections_of_files_reach_the_hits(tmp_path: Path) -> None:
    inputs, library = tmp_path / "in", tmp_path / "library"
    inputs.mkdir()
    write_book(inputs / "orchard.pdf")
    write_slides(inputs / "slides.pdf")
    built = run_octavo("build", inputs, "--library", library)
    assert built.returncode == 0, built.stderr
    assert manifest(library, "slides")["overlays"] == {"1": 3, "2": 3}
    book = manifest(library, "orchard")
    assert book["outline"] == OUTLINE
    assert book["unprinted"] == {"1": [[1, "Main Matter", 0]], "3": [[1, "License", 0]]}
    assert sections(library, "pears") == [["Main Matter", "Limits", "Sums of limits"]]
    assert sections(library, "plums") == [["License"]]
    assert sorted(sections(library, "prior book:slides")) == [["Bayes"], ["Summary"]]

    make_older(library / "books" / "orchard")
    cleaned = call_octavo("reclean", "--library", library)
    assert cleaned.returncode == 0, cleaned.stderr
    assert "outline" not in manifest(library, "orchard")
    lines = len((library / "books" / "orchard" / "ocr.jsonl").read_text().splitlines())
    built = run_octavo("build", inputs, "--library", library)
    assert "3 kept from before" in built.stdout + built.stderr
    assert manifest(library, "orchard")["outline"] == OUTLINE
    assert sections(library, "plums") == [["License"]]
    assert len((library / "books" / "orchard" / "ocr.jsonl").read_text().splitlines()) == lines
