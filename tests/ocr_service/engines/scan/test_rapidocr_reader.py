"""Reading page images with the real models: upright, turned, skewed, small, none at all."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pymupdf
import pytest
from PIL import Image, ImageDraw, ImageFont

from ocr_service.engines.scan.rapidocr_reader import ScanReader
from ocr_service.engines.scan.scanned_page import ScannedPage
from tests.conftest import CORPORA, ROOT
from tests.support.text_distance import distance, letters

LINES = [
    "When two straight lines are cut by a third,",
    "the alternate angles are equal to each other",
    "whenever the two lines are parallel.",
]


@pytest.fixture(scope="module")
def reader() -> ScanReader:
    return ScanReader()


def picture(lines: list[str], size: tuple[int, int] = (820, 560)) -> Image.Image:
    page = Image.new("L", size, 245)
    draw = ImageDraw.Draw(page)
    for i, text in enumerate(lines):
        draw.text((90, 180 + 42 * i), text, fill=20, font=ImageFont.load_default(30))
    return page


def rendered(name: str, index: int = 0) -> Image.Image:
    path = CORPORA / name
    if not path.exists():
        pytest.skip("the development corpora are not beside the checkout")
    with pymupdf.open(path) as document:
        page = document[index]
        zoom = min(2.0, 4096 / max(page.rect.width, page.rect.height))
        zoom = min(zoom, (12e6 / (page.rect.width * page.rect.height)) ** 0.5)
        found = page.get_pixmap(
            matrix=pymupdf.Matrix(zoom, zoom), colorspace=pymupdf.csGRAY, alpha=False
        )
    return Image.frombytes("L", (found.width, found.height), found.samples)


def joined(page: ScannedPage) -> str:
    return " ".join(region.text for region in page.regions)


@pytest.mark.parametrize("turned", [0, 90, 180, 270])
def test_a_page_is_read_whichever_way_it_lies(reader: ScanReader, turned: int) -> None:
    image = picture(LINES).rotate(turned, expand=True, fillcolor=245)
    page = reader.read(image)
    assert joined(page) == " ".join(LINES)
    left, top, right, bottom = page.regions[0].box
    expected = {
        0: (0.11, 0.33, 0.83, 0.54),
        90: (0.33, 0.17, 0.54, 0.89),
        180: (0.17, 0.46, 0.89, 0.67),
        270: (0.46, 0.11, 0.67, 0.83),
    }[turned]
    assert (left, top, right, bottom) == pytest.approx(expected, abs=0.02)


@pytest.mark.parametrize("skew", [-4.0, 3.0])
def test_a_skewed_page_is_read(reader: ScanReader, skew: float) -> None:
    image = picture(LINES).rotate(skew, Image.Resampling.BICUBIC, expand=True, fillcolor=245)
    assert joined(reader.read(image)) == " ".join(LINES)


def two_columns() -> Image.Image:
    """Return a page of two narrow columns, each of four lines, under a bold title."""
    left = (
        "The harbour board met\nto hear that the quay\nis ready. Ships of any\nsize may land there."
    )
    right = (
        "Nobody was hurt when\nthe crane was taken\ndown. The town itself\nhas met all the costs."
    )
    with pymupdf.open() as pdf:
        page = pdf.new_page(width=260, height=130)
        page.insert_text((70, 28), "Report of the Board", fontsize=12, fontname="hebo")
        page.insert_text((20, 60), left, fontsize=9, fontname="tiro")
        page.insert_text((140, 60), right, fontsize=9, fontname="tiro")
        found = page.get_pixmap(dpi=180, colorspace=pymupdf.csGRAY)
    return Image.frombytes("L", (found.width, found.height), found.samples)


def curled(page: Image.Image, depth: int) -> Image.Image:
    """Return a page whose lines bend down in the middle by `depth` pixels, as near a spine."""
    levels = np.asarray(page)
    height, width = levels.shape
    down = (depth * np.sin(np.pi * np.arange(width) / width)).astype(int)
    rows = np.clip(np.arange(height)[:, None] - down[None, :], 0, height - 1)
    return Image.fromarray(levels[rows, np.arange(width)[None, :]])


@pytest.mark.parametrize(("skew", "depth"), [(2.0, 0), (0.0, 24), (-1.5, 16)])
def test_columns_stay_apart_on_skewed_and_curled_paper(
    reader: ScanReader, skew: float, depth: int
) -> None:
    page = curled(two_columns(), depth).rotate(skew, Image.Resampling.BICUBIC, fillcolor=255)
    assert [region.text for region in reader.read(page).regions] == [
        "## Report of the Board",
        "The harbour board met to hear that the quay is ready. Ships of any size may land there.",
        "Nobody was hurt when the crane was taken down. The town itself has met all the costs.",
    ]


def test_bold_lines_and_formulas_on_a_page_image(reader: ScanReader) -> None:
    with pymupdf.open() as pdf:
        page = pdf.new_page(width=300, height=150)
        lines = [
            "The board has met to hear that the quay",
            "is ready, and that the ships may land.",
        ]
        page.insert_text((20, 30), lines, fontsize=10, fontname="tiro")
        page.insert_text((20, 60), "Editing the plan", fontsize=10, fontname="tibo")
        page.insert_text((20, 75), lines, fontsize=10, fontname="tiro")
        page.insert_text((110, 120), "y = 3x + 4b", fontsize=10, fontname="tiit")
        found = page.get_pixmap(dpi=180, colorspace=pymupdf.csGRAY)
    read = reader.read(Image.frombytes("L", (found.width, found.height), found.samples))
    assert "## Editing the plan" in [region.text for region in read.regions]
    assert read.notes == ("formulas not read: 1 line of formulas is kept as plain characters",)


@pytest.mark.parametrize("mode", ["1", "RGB", "RGBA", "CMYK", "P", "I;16"])
def test_any_mode(reader: ScanReader, mode: str) -> None:
    plain = picture(LINES[:1])
    if mode == "I;16":
        image = Image.fromarray(np.asarray(plain).astype(np.uint16) * 257)
    else:
        image = plain.convert("RGB").convert(mode)
    assert joined(reader.read(image)) == LINES[0]


def test_nothing_is_invented(reader: ScanReader) -> None:
    rng = np.random.default_rng(0)
    assert joined(reader.read(Image.new("L", (600, 800), 250))) == ""
    assert joined(reader.read(Image.new("L", (3, 3), 0))) == ""
    noise = Image.fromarray(rng.normal(225, 14, (800, 600)).clip(0, 255).astype(np.uint8))
    assert joined(reader.read(noise)) == ""
    dots = Image.new("L", (600, 800), 245)
    draw = ImageDraw.Draw(dots)
    for x, y in rng.integers(0, (600, 800), (250, 2)).tolist():
        draw.rectangle((x, y, x + 2, y + 2), fill=0)
    assert joined(reader.read(dots)) == ""


def test_importing_loads_no_model_and_reading_is_silent_and_offline() -> None:
    # A socket that cannot be made stands for a machine without a network.
    code = """
import sys
import ocr_service.engines.scan.rapidocr_reader as scan
assert not {"rapidocr", "onnxruntime", "cv2"} & set(sys.modules)
import socket
def refuse(*args, **kwargs):
    raise OSError("no network")
socket.socket.connect = refuse
socket.getaddrinfo = refuse
from PIL import Image, ImageDraw, ImageFont
page = Image.new("L", (700, 200), 255)
ImageDraw.Draw(page).text((40, 80), "A line of text", fill=0, font=ImageFont.load_default(30))
reader = scan.ScanReader()
assert [region.text for region in reader.read(page).regions] == ["A line of text"]
assert reader.read(Image.new("L", (300, 300), 255)).regions == ()
"""
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        cwd=ROOT,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.corpora
def test_a_real_scan_on_its_side_in_two_columns(reader: ScanReader) -> None:
    image = rendered("pdfs_nasty/four_orientations.pdf", 3)
    text = joined(reader.read(image.crop((0, 0, image.width * 7 // 10, image.height))))
    for passage in [
        "The LinnSequencer",
        "- Operation is similar to multi-track tape recorder with PLAY, STOP, RECORD, FAST",
        "simply use LOCATE, FAST FORWARD, or REWIND to find the desired bar number, then start",
        "Optional SMPTE time code synchronization.",
    ]:
        assert passage in text
    left, right = text.index("To record a sequence"), text.index("simply use LOCATE")
    assert left < text.index("To erase a wrong note") < right


@pytest.mark.corpora
def test_a_real_skewed_scan(reader: ScanReader) -> None:
    image = rendered("pdfs_nasty/rotated_skewed_scan.pdf")
    text = joined(reader.read(image.crop((0, 0, image.width, image.height // 3))))
    assert "- Operation is similar to multi-track tape recorder with PLAY, STOP, RECORD" in text
    assert '- Ultra-fast 3½" disk drive stores complex songs in seconds' in text


@pytest.mark.corpora
def test_a_running_head_across_a_page_on_its_side_is_read(reader: ScanReader) -> None:
    font = ImageFont.load_default(28)
    block = Image.new("L", (1300, 900), 255)
    for row in range(12):
        text = f"The rows of this wide page stand on their side, number {row}"
        ImageDraw.Draw(block).text((40, 40 + 60 * row), text, fill=0, font=font)
    page = Image.new("L", (1200, 1600), 255)
    page.paste(block.rotate(90, expand=True), (180, 200))
    ImageDraw.Draw(page).text((380, 60), "Memoirs of the Society", fill=0, font=font)
    regions = reader.read(page).regions
    (head,) = [region for region in regions if region.label == "page_header"]
    assert head.text == "Memoirs of the Society"
    assert head.box[3] < 0.1  # where it stands on the page as given
    text = " ".join(region.text for region in regions if region is not head)
    assert [f"number {row}" in text for row in range(12)] == [True] * 12


def test_one_small_line_on_a_huge_page(reader: ScanReader) -> None:
    text = joined(reader.read(rendered("pdfs_nasty/huge_mono.pdf")))
    assert text == "This is a very big image with a tiny amount of text."


@pytest.mark.corpora
def test_prose_of_a_book_is_read_almost_without_error(reader: ScanReader) -> None:
    name = "books/calculus-made-easy/33283.pdf"
    image = rendered(name, 12)
    with pymupdf.open(CORPORA / name) as document:
        lines = [letters(line) for line in document[12].get_text().splitlines()]
    lines = [line for line in lines if len(line) > 20]
    read = letters(joined(reader.read(image)))
    errors = sum(distance(line, read) for line in lines)
    assert errors <= 0.01 * sum(map(len, lines))
