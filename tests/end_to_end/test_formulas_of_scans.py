"""`octavo build --formulas`: formulas of a scan in its pages, its record, `build` and `status`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pymupdf
import pytest

from tests.conftest import call_octavo, run_octavo
from tests.support.tiny_formulanet import save_formulanet

BOOK = Path(__file__).resolve().parents[2] / "data" / "shelf" / "statistics-primer.pdf"


def write_scan(path: Path, number: int) -> None:
    """Write one page of a typeset book as a scan."""
    with pymupdf.open(BOOK) as book, pymupdf.open() as scan:
        picture = book[number - 1].get_pixmap(dpi=150, colorspace=pymupdf.csGRAY)
        page = scan.new_page(width=book[number - 1].rect.width, height=book[number - 1].rect.height)
        page.insert_image(page.rect, stream=picture.tobytes("png"))
        scan.save(path)


def records(library: Path) -> list[dict[str, Any]]:
    (file,) = (library / "books").glob("*/ocr.jsonl")
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def test_a_scan_is_read_again_with_a_reader_of_formulas(tmp_path: Path) -> None:
    library, model = tmp_path / "library", save_formulanet(tmp_path / "tiny-formulanet")
    scan = tmp_path / "scan.pdf"
    write_scan(scan, 12)
    where = ("--library", str(library), "--jobs", "1")
    assert run_octavo("build", str(scan), *where).returncode == 0
    for _ in range(2):  # the second has nothing left to read
        built = run_octavo("build", str(scan), *where, "--formulas", str(model))
        assert built.returncode == 0
    plain, read = records(library)
    assert (plain["engine"], read["engine"]) == ("rapidocr", "rapidocr+formulas")
    note = "formulas not read: 2 displayed formulas are kept as pictures"
    assert read["notes"][0].startswith(note)  # the weights are random
    pictures = [region for region in read["regions"] if region["label"] == "image"]
    assert [region["text"].startswith("[formula not read: ") for region in pictures] == [True] * 2
    status = json.loads(call_octavo("status", "--library", str(library), "--json").stdout)
    assert status["noted_pages"]["scan"]["1"].startswith(note)
    page = call_octavo("page", "scan", "1", "--library", str(library)).stdout
    assert "[formula not read: " in page
    assert page.index("inequality") < page.index("[formula not read: ") < page.index("In smooth")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--formulas", "nowhere"), "is no folder of a model"),
        (("--formulas", "latex-ocr-junia", "--engine", "service"), "this machine reads"),
    ],
)
def test_a_reader_that_is_not_there_is_told_before_anything_is_read(
    tmp_path: Path, options: tuple[str, ...], message: str
) -> None:
    scan = tmp_path / "scan.pdf"
    write_scan(scan, 12)
    library = tmp_path / "library"
    result = call_octavo("build", str(scan), "--library", str(library), *options)
    assert result.returncode == 2
    assert message in result.stderr
    assert not (library / "books").exists()
