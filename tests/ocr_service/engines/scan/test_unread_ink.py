"""Small type beside large type is found by a second look."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from ocr_service.engines.scan.rapidocr_reader import ScanReader
from ocr_service.engines.scan.unread_ink import merged, strips, unread_letters

SMALL = [
    "the meeting of the harbour board was held on Tuesday",
    "and the members were told that the new quay is ready",
]


def newspaper() -> Image.Image:
    """Return a large page with a headline and two lines of small type far below it."""
    image = Image.new("L", (2400, 1700), 245)
    draw = ImageDraw.Draw(image)
    draw.text((150, 100), "HARBOUR OPENS", fill=10, font=ImageFont.load_default(220))
    for i, text in enumerate(SMALL):
        draw.text((400, 1200 + 24 * i), text, fill=20, font=ImageFont.load_default(16))
    return image


def quads(*boxes: tuple[float, float, float, float]) -> np.ndarray:
    return np.array(
        [[(x0, y0), (x1, y0), (x1, y1), (x0, y1)] for x0, y0, x1, y1 in boxes], dtype=np.float64
    ).reshape(-1, 4, 2)


def test_letters_outside_the_lines_are_seen() -> None:
    page = newspaper()
    headline = (140.0, 100.0, 2300.0, 360.0)
    letters = unread_letters(page, quads(headline))
    assert len(letters) > 60
    assert 1190 < letters[:, 1].min() < letters[:, 1].max() < 1260
    assert list(strips(page, letters, 12)) != []
    whole = quads(headline, (390, 1195, 1000, 1222), (390, 1219, 1000, 1248))
    assert not len(unread_letters(page, whole))


def test_a_drawing_is_no_text() -> None:
    page = Image.new("L", (1200, 1600), 245)
    draw = ImageDraw.Draw(page)
    for i in range(12):
        draw.ellipse((200 + 20 * i, 300 + 30 * i, 700 + 20 * i, 900), outline=0, width=3)
    assert not len(unread_letters(page, quads()))


def test_lines_found_twice_are_kept_once() -> None:
    found = merged(quads((0, 0, 100, 20)), quads((2, 1, 98, 21), (0, 30, 100, 50)))
    assert found.tolist() == quads((0, 0, 100, 20), (0, 30, 100, 50)).tolist()


def test_a_line_found_in_parts_is_kept_once() -> None:
    parts = [(0, 0, 50, 20), (70, 0, 100, 20)]
    assert merged(quads(*parts), quads((0, 1, 100, 21))).tolist() == quads(*parts).tolist()
    longer = (0, 1, 150, 21)
    assert merged(quads(*parts), quads(longer)).tolist() == quads(longer).tolist()


def test_small_type_beside_large_type_is_read() -> None:
    read = " ".join(region.text for region in ScanReader().read(newspaper()).regions)
    assert "HARBOUR OPENS" in read
    for text in SMALL:
        assert text in read


def test_dots_of_leaders_are_no_letters() -> None:
    page = Image.new("RGB", (900, 600), "white")
    draw = ImageDraw.Draw(page)
    for row in range(12):
        top = 40 + 40 * row
        for x in range(60, 300, 14):  # letters: an outline of 10 by 16 pixels
            draw.rectangle((x, top, x + 9, top + 15), outline="black", width=2)
        for x in range(320, 800, 12):
            draw.rectangle((x, top + 11, x + 3, top + 14), fill="black")
    quads = np.array([
        [(50, 36 + 40 * row), (310, 36 + 40 * row), (310, 60 + 40 * row), (50, 60 + 40 * row)]
        for row in range(12)
    ], dtype=float)  # fmt: skip
    assert not len(unread_letters(page, quads))
