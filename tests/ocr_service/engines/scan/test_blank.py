"""Blank pages are recognised by pixels: paper, noise and borders are not ink, a digit is."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
import pymupdf
import pytest
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from ocr_service.engines.scan.blank import is_blank, strengthened, with_dark_ink
from tests.conftest import CORPORA

SIZE = (1224, 1584)  # US Letter at zoom 2


def paper(tint: int = 255, noise: float = 0.0, seed: int = 0) -> Image.Image:
    rng = np.random.default_rng(seed)
    levels = rng.normal(tint, noise, (SIZE[1], SIZE[0])) if noise else np.full(SIZE[::-1], tint)
    return Image.fromarray(np.clip(levels, 0, 255).astype(np.uint8))


def printed(page: Image.Image, text: str, place: tuple[int, int], size: int = 20) -> Image.Image:
    page = page.copy()
    ImageDraw.Draw(page).text(place, text, fill=40, font=ImageFont.load_default(size))
    return page


def speckled(page: Image.Image, dots: int, side: int) -> Image.Image:
    page, rng = page.copy(), np.random.default_rng(1)
    draw = ImageDraw.Draw(page)
    for x, y in rng.integers(0, SIZE, (dots, 2)).tolist():
        draw.rectangle((x, y, x + side - 1, y + side - 1), fill=0)
    return page


def bordered(page: Image.Image) -> Image.Image:
    page = page.copy()
    draw = ImageDraw.Draw(page)
    draw.polygon([(0, 0), (70, 0), (40, SIZE[1]), (0, SIZE[1])], fill=15)
    draw.rectangle((0, SIZE[1] - 45, SIZE[0], SIZE[1]), fill=25)
    draw.line((SIZE[0] - 60, 0, SIZE[0] - 48, SIZE[1]), fill=90, width=2)
    return page.filter(ImageFilter.GaussianBlur(1))


def shaded(page: Image.Image) -> Image.Image:
    levels = np.asarray(page, dtype=np.float64)
    fall = np.linspace(0.55, 1.0, SIZE[0])[None, :]
    return Image.fromarray((levels * fall).astype(np.uint8))


EMPTY: dict[str, Callable[[], Image.Image]] = {
    "white": paper,
    "tinted": lambda: paper(214),
    "noisy": lambda: paper(230, 12),
    "very noisy": lambda: paper(215, 25),
    "speckled": lambda: speckled(paper(245, 4), 120, 3),
    "salt": lambda: speckled(paper(), 40_000, 1),
    "dark borders": lambda: bordered(paper(238, 5)),
    "shaded": lambda: shaded(paper(235, 4)),
    "black": lambda: paper(8, 3),
}


@cache
def empty(kind: str) -> Image.Image:
    return EMPTY[kind]()


@pytest.mark.parametrize("kind", EMPTY)
def test_paper_is_blank(kind: str) -> None:
    assert is_blank(empty(kind))


@pytest.mark.parametrize("kind", [kind for kind in EMPTY if kind != "black"])
@pytest.mark.parametrize(
    ("text", "place"), [("7", (600, 1490)), ("xiv", (1100, 60)), ("To my mother.", (480, 500))]
)
def test_a_little_print_is_not_blank(kind: str, text: str, place: tuple[int, int]) -> None:
    assert not is_blank(printed(empty(kind), text, place))


@pytest.mark.parametrize(("tint", "ink", "noise"), [(255, 225, 0), (240, 205, 3), (25, 220, 6)])
def test_pale_and_inverse_print_is_not_blank(tint: int, ink: int, noise: float) -> None:
    page = paper(tint, noise)
    ImageDraw.Draw(page).text((480, 500), "12", fill=ink, font=ImageFont.load_default(22))
    assert not is_blank(page)


def test_faint_and_inverse_print_is_made_black_on_white() -> None:
    for tint, ink in ((240, 205), (25, 220)):
        page = paper(tint, 2)
        ImageDraw.Draw(page).rectangle((480, 500, 500, 506), fill=ink)
        levels = np.asarray(strengthened(page))
        assert levels[501:505, 482:498].max() < 90
        assert np.median(levels) == 255


def test_print_inside_a_dark_border_counts() -> None:
    assert not is_blank(printed(bordered(paper(238, 5)), "The end", (200, 700)))


def test_a_line_drawing_and_a_photograph_are_not_blank() -> None:
    drawing = paper()
    ImageDraw.Draw(drawing).ellipse((300, 300, 700, 700), outline=0, width=3)
    assert not is_blank(drawing)
    rng = np.random.default_rng(3)
    photo = Image.fromarray(rng.integers(0, 255, (20, 16), dtype=np.uint8)).resize(SIZE)
    assert not is_blank(photo)


@pytest.mark.parametrize("mode", ["1", "L", "RGB", "RGBA", "CMYK", "P"])
def test_any_mode(mode: str) -> None:
    assert is_blank(paper().convert("RGB").convert(mode))
    assert not is_blank(printed(paper(), "Chapter I", (400, 300), 40).convert("RGB").convert(mode))


def test_transparent_and_tiny_pictures() -> None:
    assert is_blank(Image.new("RGBA", (500, 700), (0, 0, 0, 0)))
    assert is_blank(Image.new("L", (1, 1), 0))


@pytest.mark.corpora
@pytest.mark.parametrize(
    ("name", "blank"),
    [
        ("blank_page", True),
        ("huge_mono", False),
        ("jbig2_scan", False),
        ("ccitt_fax_scan", False),
        ("skewed_scan", False),
        ("image_bomb", False),
        ("horrible_hidden_ocr_layer", False),
        ("small_page_size", False),
    ],
)
def test_real_scans(name: str, blank: bool) -> None:
    path = CORPORA / "pdfs_nasty" / f"{name}.pdf"
    if not path.exists():
        pytest.skip("the development corpora are not beside the checkout")
    with pymupdf.open(path) as document:
        page = document[0]
        zoom = min(2.0, 4096 / max(page.rect.width, page.rect.height))
        zoom = min(zoom, (12e6 / (page.rect.width * page.rect.height)) ** 0.5)
        picture = page.get_pixmap(
            matrix=pymupdf.Matrix(zoom, zoom), colorspace=pymupdf.csGRAY, alpha=False
        )
    image = Image.frombytes("L", (picture.width, picture.height), picture.samples)
    assert is_blank(image) == blank


def test_a_page_with_dark_paper_is_turned_to_its_negative() -> None:
    dark = Image.new("L", (400, 400), 20)
    dark.paste(230, (100, 100, 200, 120))
    assert with_dark_ink(dark).getpixel((10, 10)) == 235
    light = Image.new("RGB", (400, 400), "white")
    assert with_dark_ink(light) is light
