"""Tests that loops are found at their start, and no others."""

from __future__ import annotations

import random
import re
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ocr_service.cleaning.loop import LoopKind
from ocr_service.cleaning.loop_cuts import without_loops
from ocr_service.cleaning.loops import find_loop, find_loops
from tests.conftest import SHELF
from tests.eval.clean_quality import pages, stopped_at

PAGE = (SHELF / "linear-algebra-notes" / "page_0002.mmd").read_text()
CHANCE = random.Random(5)


def row(count: int, cell: str = "0") -> str:
    return " & ".join([cell] * count) + r" \\"


def matrix(size: int) -> str:
    return "\\[\n\\begin{pmatrix}\n" + "\n".join([row(size)] * size) + "\n\\end{pmatrix}\n\\]\n"


def table(rows: int, columns: int, cell: str) -> str:
    line = "<tr>" + f"<td>{cell}</td>" * columns + "</tr>"
    return "<table>" + line * rows + "</table>"


def digits(length: int) -> str:
    return "".join(CHANCE.choices("0123456789", k=length))


TAGS = "<|ref|>text<|/ref|><|det|>[[1{0}, 2{0}, 30{0}, 40{0}]]<|/det|>\n"

LOOPS = {
    "words": " and so on and so forth",
    "a letter": "a",
    "a sentence": "The sum of these two numbers is thus equal to the number itself. ",
    "a paragraph": PAGE[:700],
    "commands": r"\quad ",
    "cells with text": "<td>f(1)</td>",
    "a row": row(6) + "\n",
}


@pytest.mark.parametrize("name", LOOPS)
@pytest.mark.parametrize(
    "after", ["", "\n\nAfter it the page went on with other words as if nothing."]
)
def test_loop_in_the_second_half_of_a_page(name: str, after: str) -> None:
    turn = LOOPS[name]
    period, turns = len(turn), (8_000 if "<" in turn else 3_500) // len(turn) + 2
    loop = find_loop(PAGE + turn * turns + after)
    assert loop is not None
    assert loop.kind is LoopKind.REPEATING
    assert loop.period == period
    assert abs(loop.start - len(PAGE)) <= max(40, period)
    assert abs(loop.end - len(PAGE + turn * turns)) <= 30
    assert abs(loop.repeats - turns) <= 40 / period + 1


@pytest.mark.parametrize(
    "turns",
    [
        [f"({n}, {n}.5) " for n in range(400)],
        [f"x_{{{n}}} + " for n in range(300)],
        [f"{'1 ' * 9}{n} " for n in range(120)],
        [f"{TAGS.format(n % 10)}Case {n} is treated in the same way.\n\n" for n in range(90)],
    ],
)
def test_loop_that_counts(turns: list[str]) -> None:
    page = PAGE + "\n\n" + "".join(turns)
    loop = find_loop(page)
    assert loop is not None
    assert loop.kind is LoopKind.COUNTING
    assert abs(loop.start - len(PAGE)) <= 80
    assert loop.end == len(page.rstrip())


def growing(rows: int) -> str:
    """Return a table in which every row is longer than the one before, two thirds of it empty."""
    lines = ("".join(("<td></td>", "<td></td>", "<td>x</td>")[c % 3] for c in range(n)) for n in
             range(2, rows + 2))  # fmt: skip
    return f"<table>{''.join(f'<tr>{line}</tr>' for line in lines)}</table>"


ENDLESS = {
    "a table of empty cells": table(41, 8, ""),
    "a table with a few words": table(41, 8, "").replace("<td></td>", "<td>a</td>", 49),
    "a table with growing rows": growing(24),
    "quads": r"\[ x = 1 " + r"\quad " * 100 + r"y \]",
    "thin spaces": r"\(x" + r"\, " * 80 + r"\)",
    "zeros of a number": "x = 0." + "0" * 300,
    "zeros of a row": r"\[ \begin{pmatrix} " + "0 & " * 90 + r"0 \end{pmatrix} \]",
    "a derivation": r"\[ \begin{aligned} f(x) &= x "
    + "".join(rf"\\ &= {digits(3)} \cdot x^{{{digits(2)}}} " for _ in range(70))
    + r"\end{aligned} \]",
    "an open derivation": r"\[ \begin{aligned} f(x) &= x "
    + "".join(rf"\\[1ex] & \le {digits(3)} \cdot x^{{{digits(2)}}} " for _ in range(30)),
    "the same row": r"\[ \begin{aligned} f(x) &= x "
    + r"\\ &= \left( a + b \right) " * 20
    + r"\end{aligned} \]",
}


@pytest.mark.parametrize("name", ENDLESS)
@pytest.mark.parametrize("after", ["", "\n\nWords after it."])
def test_what_no_page_has_is_a_loop(name: str, after: str) -> None:
    if after and "open" in name:
        pytest.skip("words after a formula that is not closed are part of it")
    page = f"{PAGE}\n\n{ENDLESS[name]}{after}"
    loop = find_loop(page)
    assert loop is not None
    assert loop.start >= len(PAGE)
    kept, loops = without_loops(page)
    assert loops == [loop]
    assert len(kept) - len(PAGE) < 0.7 * (len(page) - len(PAGE))
    assert kept.startswith(PAGE)
    assert kept.endswith(after)


def test_two_loops_and_a_hollow_table() -> None:
    text = f"{PAGE}{'a b c ' * 700}{PAGE[::-1]}{table(25, 20, '')}{PAGE.swapcase()}{'no ' * 700}"
    loops = list(find_loops(text))
    repeating, hollow = LoopKind.REPEATING, LoopKind.EMPTY_CELLS
    assert [loop.kind for loop in loops] == [repeating, hollow, repeating]
    assert loops[1].repeats == 500
    kept, found = without_loops(text)
    assert found == loops
    assert len(kept) < 3 * len(PAGE) + 500
    assert PAGE[::-1] in kept
    assert PAGE.swapcase() in kept


NORMAL = {
    "zeros": f"Let\n{matrix(18)}be the matrix.",
    "a page twice": PAGE,
    "truth table": table(1, 7, "p") + table(64, 7, "1"),
    "empty form": table(1, 8, "day") + table(11, 8, ""),
    "half a table": table(26, 10, "").replace("<td></td>", "<td>4</td>", 100),
    "triangle": "".join(f"<tr>{'<td>1</td>' * n}</tr>" for n in range(1, 20)),
    "wide spaces": r"\[ x = 1 " + r"\quad " * 12 + r"\]",
    "a repunit": "1" * 190,
    "a long derivation": r"\[ \begin{aligned} f(x) &= x "
    + "".join(rf"\\ &= {digits(3)} \cdot x^{{{digits(2)}}} " for _ in range(40))
    + r"\end{aligned} \]",
    "numbers in cells": table(50, 11, "0.5"),
    "leaders": "\n".join(f"{n}.{n} On limits {'.' * 90} {n}" for n in range(60)),
    "spaced leaders": "\n".join(f"Chapter {n} {'. ' * 60}{7 * n}" for n in range(50)),
    "lines to fill": "\n".join(f"{n}) Answer: {'_' * 60}" for n in range(1, 25)),
    "exercises": "\n".join(
        f"{n}. Differentiate \\(x^{{{CHANCE.randint(2, 99)}}} {f}(x)\\) with respect to \\(x\\)."
        for n in range(60)
        for f in [CHANCE.choice(["sin", "cos", "exp", "ln", "tan", "cosh"])]
    ),
    "bibliography": "\n".join(
        f"[{n}] {digits(2)} A. Author, On {digits(5)}, J. of Mathematics {n} (19{digits(2)})."
        for n in range(70)
    ),
    "logarithms": "\n".join(" ".join(digits(4) for _ in range(20)) for _ in range(50)),
    "random digits": "\n".join(" ".join(digits(5) for _ in range(10)) for _ in range(50)),
    "times table": "\n".join(" ".join(str(a * b) for a in range(1, 13)) for b in range(1, 13)),
    "refrain": "".join(
        f"{PAGE[n * 90 : n * 90 + 150]}\nSing ho, sing hey, the merry.\n" for n in range(9)
    ),
    "permutations": r"\[ "
    + "".join(
        r"\begin{pmatrix} "
        + " ".join(" & ".join("01"[a == b] for b in range(4)) + r" \\" for a in order)
        + r" \end{pmatrix} "
        for order in [CHANCE.sample(range(4), 4) for _ in range(24)]
    )
    + r"\]",
    "dates": "\n".join(f"{n}. 1. 19{n:02}: nothing" for n in range(40)),
    "nothing": "",
    "space": " \n" * 3_000,
}


@pytest.mark.parametrize("name", NORMAL)
def test_no_false_alarm(name: str) -> None:
    assert find_loop(NORMAL[name]) is None
    assert find_loop(f"{PAGE}\n\n{NORMAL[name]}") is None
    assert without_loops(NORMAL[name]) == (NORMAL[name], [])


def test_the_shelf_has_no_loops() -> None:
    texts = [path.read_text() for path in SHELF.rglob("*.mmd")]
    assert texts
    assert not [loop for text in texts for loop in find_loops(text)]


def test_a_cut_is_seamless() -> None:
    kept, [loop] = without_loops(PAGE + "over and " * 400 + "out. The end of it all.")
    assert kept.endswith("over and over and out. The end of it all.")
    assert kept.startswith(PAGE)
    assert len(kept) < len(PAGE) + 200
    assert loop.repeats in {399, 400}


def test_a_cut_never_goes_through_a_tag() -> None:
    turns = [f"{TAGS.format(n % 7)}Case {n} in the same way.\n\n" for n in range(200)]
    kept, _ = without_loops("".join(turns))
    rest = re.sub(r"<\|ref\|>text<\|/ref\|><\|det\|>\[\[[\d, ]+\]\]<\|/det\|>\n", "", kept)
    assert "<" not in rest
    assert rest.startswith("Case 0 in the same way.\n\nCase 1")


def test_a_hollow_table_keeps_its_words() -> None:
    text = table(25, 20, "").replace("<td></td>", "<td>A</td>", 1) + "<table><tr><td>B</td></tr>"
    kept, _ = without_loops(text)
    assert kept == "<table><tr><td>A</td></tr></table><table><tr><td>B</td></tr>"


@given(st.text(alphabet="ab 1,|\n<\\", max_size=60), st.integers(1, 400))
@settings(max_examples=60)
def test_cutting_keeps_the_beginning_and_never_grows(turn: str, turns: int) -> None:
    text = "Beginning: " + turn * turns
    kept, loops = without_loops(text)
    assert len(kept) <= len(text)
    assert kept.startswith(text[: 11 + len(turn)].rstrip())
    assert (kept == text) == (not loops)
    for loop in loops:
        assert 0 <= loop.start <= loop.second <= loop.end <= len(text)
        assert loop.period >= 1
        assert loop.repeats >= 1


@pytest.mark.parametrize(
    "piece",
    [".", ". ", "a", "<", "1", "<td>", "<table", "x1", "ab cd ", "\\q ", "\\[", "\\\\ =", "0 & "],
)
def test_linear_time(piece: str) -> None:
    seconds = []
    for length in (100_000, 400_000):
        started = time.process_time()
        find_loop(piece * (length // len(piece)))
        seconds.append(time.process_time() - started)
    assert seconds[1] < 10 * seconds[0] + 0.2  # sixteen times as long if it were quadratic


# ------------------------------------------------------------------------------------ real pages

LOOPING = {
    "006": "empty cells",
    "007": "empty cells",
    "010": "repeating",
    "039": "counting",
    "049.19": "counting",
    "049.81": "counting",
    "050.89": "repeating",
    "051.4": "counting",
}


def test_loops_on_real_pages_are_those_seen_by_eye(corpora: Path) -> None:
    loops = {
        name: found.kind
        for name, raw in pages(corpora / "deepseek_ocr_raw")
        if (found := find_loop(raw))
    }
    assert loops == LOOPING


def test_the_engines_detector_stops_those_pages_and_no_others(corpora: Path) -> None:
    stops = {
        name: stop
        for name, raw in pages(corpora / "deepseek_ocr_raw")
        if (stop := stopped_at(raw)) is not None
    }
    assert set(stops) == set(LOOPING)
    assert max(stops.values()) < 3_000
