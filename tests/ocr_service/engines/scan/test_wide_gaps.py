"""Lines found as one across the white beside a column of text are cut there, and others are not."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageDraw

from ocr_service.engines.scan.line_images import Quads
from ocr_service.engines.scan.wide_gaps import cut_at_gaps

HEIGHT, PITCH = 20, 24  # pixels

Spans = list[tuple[int, int]]


def drawn(rows: list[Spans], *, angle: float = 0.0) -> Image.Image:
    """Return a page on which each span has letters with white of four pixels between words."""
    page = Image.new("RGB", (1000, 400), "white")
    draw = ImageDraw.Draw(page)
    for row, spans in enumerate(rows):
        top = 40 + row * PITCH
        for start, end in spans:
            for x in range(start, end - 6, 9):
                draw.rectangle((x, top + 5, x + 4, top + HEIGHT - 6), fill="black")
    return page.rotate(angle, Image.Resampling.BICUBIC, fillcolor="white")


def quad(start: int, end: int, row: int) -> list[tuple[int, int]]:
    top = 40 + row * PITCH
    return [(start, top), (end, top), (end, top + HEIGHT), (start, top + HEIGHT)]


def ends(quads: Quads) -> list[tuple[int, int]]:
    return [(round(q[0][0]), round(q[1][0])) for q in quads]


def test_a_note_beside_the_text_is_cut_off() -> None:
    rows: list[Spans] = [[(100, 700)]] * 8
    rows[3] = [(100, 700), (722, 860)]
    quads = np.array([quad(100, rows[i][-1][1], i) for i in range(8)], dtype=float)
    cut = cut_at_gaps(drawn(rows), quads, 0)
    assert len(cut) == 9
    (text, note) = ends(cut)[3:5]
    assert (text[0], note[1]) == (100, 860)
    assert 694 <= text[1] <= 710 <= note[0] <= 724


@pytest.mark.parametrize("edges", [1, 6])
def test_white_is_a_gutter_only_if_other_lines_begin_or_end_there(edges: int) -> None:
    rows: list[Spans] = [[(100, 480), (500, 900)]] * 8
    quads = [quad(100, 900, i) for i in range(8 - edges)]
    for i in range(8 - edges, 8):
        quads += [quad(100, 480, i), quad(500, 900, i)]
    cut = cut_at_gaps(drawn(rows), np.array(quads, dtype=float), 0)
    assert len(cut) == (16 if edges == 6 else len(quads))


def test_the_head_of_a_table_is_cut_above_its_columns_and_at_rules() -> None:
    rows: list[Spans] = [[(300, 380), (400, 460), (480, 540)]] * 5
    page = drawn(rows)
    draw = ImageDraw.Draw(page)
    for x in (390, 470):
        draw.line((x, 30, x, 180), fill="black", width=2)
    quads = [quad(300, 540, 0)]
    quads += [quad(start, end, i) for i in range(1, 5) for start, end in rows[i]]
    cut = cut_at_gaps(page, np.array(quads, dtype=float), 0)
    assert len(cut) == len(quads) + 2


def test_lines_of_prose_stay_whole() -> None:
    rows: list[Spans] = [[(100, 400 + 7 * i), (416 + 7 * i, 800)] for i in range(8)]
    quads = np.array([quad(100, 800, i) for i in range(8)], dtype=float)
    assert len(cut_at_gaps(drawn(rows), quads, 0)) == 8
