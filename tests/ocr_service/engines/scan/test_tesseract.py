"""Tesseract as an engine: languages by name, hOCR as regions, and what is said without it."""

from __future__ import annotations

import json
from pathlib import Path

import pymupdf
import pytest
from PIL import Image, ImageDraw, ImageFont

from ocr_service.common.errors import InputError, ModelError, QueryError
from ocr_service.engines.scan import tesseract
from ocr_service.engines.scan.tesseract_languages import tesseract_code
from ocr_service.engines.scan.tesseract_reader import TesseractReader
from tests.conftest import run_octavo

needs_tesseract = pytest.mark.skipif(
    not tesseract.is_installed(),
    reason="Tesseract is not installed (apt-get install tesseract-ocr)",
)
needs_german = pytest.mark.skipif(
    "deu" not in tesseract.installed_languages(),
    reason="Tesseract has no German (apt-get install tesseract-ocr-deu)",
)
PARAGRAPH = [
    "A set of numbers is called bounded if there is a number that",
    "is larger than each of them. Every such set has a least upper",
    "bound, and this is what makes the real numbers complete.",
]


def page(lines: list[str], size: int = 34) -> Image.Image:
    image = Image.new("L", (1240, 1754), 255)
    draw = ImageDraw.Draw(image)
    for place, line in enumerate(lines):
        draw.text((120, 200 + 1.5 * size * place), line, fill=0, font=ImageFont.load_default(size))
    return image


def scan(path: Path, lines: list[str]) -> Path:
    picture = path.with_suffix(".png")
    page(lines).save(picture)
    with pymupdf.open() as document:
        document.new_page(width=595, height=842).insert_image((0, 0, 595, 842), filename=picture)
        document.save(path)
    return path


@pytest.mark.parametrize("name", ["German", "german", "deu", "de", " DE "])
def test_languages_go_by_name_and_code(name: str) -> None:
    assert tesseract_code(name) == "deu"


def test_other_names() -> None:
    assert tesseract_code("Ancient Greek") == "grc"
    assert tesseract_code("chinese (simplified)") == tesseract_code("zh") == "chi_sim"
    assert tesseract_code("my_font", {"eng", "my_font"}) == "my_font"
    with pytest.raises(QueryError, match=r"'Germn'; did you mean German\?"):
        tesseract_code("Germn")
    with pytest.raises(QueryError, match="; write an English name or a code"):
        tesseract_code("-l eng; rm")


HOCR = """<?xml version="1.0" encoding="UTF-8"?>
<html xmlns="http://www.w3.org/1999/xhtml"><body><div class='ocr_page' title='bbox 0 0 1000 2000'>
<span class='ocr_header' title="bbox 100 40 900 80">
 <span class='ocrx_word' title='bbox 100 40 300 80; x_wconf 96'><strong>Limits</strong></span>
 <span class='ocrx_word' title='bbox 310 40 330 80; x_wconf 40'>&amp;</span></span>
<span class='ocr_line'><span class='ocrx_word' title='bbox 1 2 3 4'> </span></span>
<span class='ocr_line' title="x"><span class='ocrx_word' title='no box'>lost</span></span>
<span class='ocr_line'><span class='ocrx_word' title='bbox 100 200 900 240; x_wconf 90'>words</span>
"""


def test_hocr_is_parsed_into_lines_of_words_with_boxes() -> None:
    first, second = tesseract.parse(HOCR, (1000, 2000))
    assert first.text == "Limits &"
    assert first.box == (0.1, 0.02, 0.33, 0.04)
    assert first.score == pytest.approx((6 * 0.96 + 0.4) / 7)
    assert [word.text for word in second.words] == ["words"]
    assert tesseract.parse("", (10, 10)) == tesseract.parse("no hOCR <", (10, 10)) == []


@needs_tesseract
def test_a_page_becomes_regions_with_boxes() -> None:
    read = TesseractReader(["eng"]).read(page(["1.2 Bounded sets", "", *PARAGRAPH]))
    assert [region.label for region in read.regions] == ["section_header", "text"]
    assert read.regions[0].text == "## 1.2 Bounded sets"
    assert read.regions[1].text == " ".join(PARAGRAPH)
    left, top, right, bottom = read.regions[1].box
    assert left == pytest.approx(120 / 1240, abs=0.01)
    assert top == pytest.approx(302 / 1754, abs=0.02)
    assert 0.6 < right < 1
    assert bottom == pytest.approx(440 / 1754, abs=0.03)
    assert TesseractReader(["eng"]).read(Image.new("L", (900, 900), 255)).regions == ()


@needs_tesseract
@needs_german
def test_another_language_is_read_in_its_letters() -> None:
    lines = ["Die Größe wächst über alle Maße, wenn süße Äpfel", "müßig auf öden Straßen liegen."]
    with pymupdf.open() as document:
        document.new_page().insert_text((72, 120), lines, fontsize=13)
        pixels = document[0].get_pixmap(dpi=300)
    picture = Image.frombytes("RGB", (pixels.width, pixels.height), pixels.samples)
    read = TesseractReader(["deu"]).read(picture)
    assert " ".join(region.text for region in read.regions) == " ".join(lines)


@needs_tesseract
def test_a_failure_names_what_tesseract_says(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InputError, match="Tesseract says"):
        TesseractReader(["none_such"]).read(page(PARAGRAPH))
    monkeypatch.setenv("PATH", "")
    with pytest.raises(InputError, match="does not start"):
        TesseractReader(["eng"]).read(page(PARAGRAPH))


@needs_tesseract
def test_missing_data_names_the_package() -> None:
    assert tesseract.require(()) == ("eng",)
    assert tesseract.require(["English", "eng"]) == ("eng",)
    with pytest.raises(ModelError, match=r"no data for Cherokee \(chr\).*tesseract-ocr-chr"):
        tesseract.require(["Cherokee"])


@needs_tesseract
def test_build_reads_scans_and_reads_again_what_the_other_reader_read(tmp_path: Path) -> None:
    pdf, library = scan(tmp_path / "sets.pdf", PARAGRAPH), tmp_path / "library"
    build = ["build", pdf, "--library", library, "--json"]
    assert run_octavo(*build).returncode == 0
    done = run_octavo(*build, "--engine", "tesseract", "--ocr-language", "English")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["inputs"][0]["pages_read"] == 1
    manifest = json.loads((library / "books" / "sets" / "book.json").read_text())
    assert manifest["engines"] == ["tesseract"]
    again = run_octavo(*build, "--engine", "tesseract")
    assert json.loads(again.stdout)["inputs"][0]["pages_read"] == 0


def test_build_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pdf = scan(tmp_path / "sets.pdf", PARAGRAPH)
    build = ["build", pdf, "--library", tmp_path / "library", "--engine"]
    monkeypatch.setenv("PATH", "")
    done = run_octavo(*build, "tesseract")
    assert (done.returncode, done.stdout) == (10, "")
    assert "no program 'tesseract'; install it (Debian and Ubuntu: apt-get" in done.stderr
    assert not (tmp_path / "library").exists()
    done = run_octavo(*build, "local", "--ocr-language", "German")
    assert done.returncode == 2
    assert "--ocr-language needs --engine tesseract" in done.stderr
