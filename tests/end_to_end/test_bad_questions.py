"""Invalid questions and options: an exit code, and one clear line that says what is wrong."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.conftest import SHELF, Octavo
from tests.support.complaints import one_line

pytestmark = pytest.mark.usefixtures("encoder_cache")


@pytest.mark.parametrize("mode", ["hybrid", "keyword", "semantic", "formula"])
@pytest.mark.parametrize(
    "question",
    [
        "P(A|B)",
        '"an unclosed quote',
        "x" * 100_000,
        "matrix " * 14_000,
        "теорема о среднем значении",
        "平均値の定理",
        "مبرهنة \u202eفيثاغورس\u202c שלום \u2067$x^2$\u2069",
        "\x01theta\x1b[31m\x7f \x85$\x02\\frac{a\x03}{b}$\x9b",
        "-- AND OR NOT body:matrix [a TO b] ~2 ^3",
        "\udce9 caf\udce9, bytes that are no text",
        "\\frac{",
        "$\\left( \\sqrt[ }{ $",
        "{" * 3_000 + "a",
        "\\frac{\\sqrt{x_1}}{" * 2_800,
        "$" + "\\frac{" * 300 + "$",
        "a\u200bb \U0001d465 \ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16"),
    ],
    ids=lambda text: text[:12] if text.isascii() else "unicode",
)
def test_any_question_can_be_asked(ask: Octavo, ask_here: Octavo, mode: str, question: str) -> None:
    run = ask if mode == "keyword" else ask_here  # each goes through a real argument list once
    began = time.monotonic()
    done = run("search", "--mode", mode, "-k", "2", "--json", "--", question)
    assert time.monotonic() - began < 20
    assert done.returncode in (0, 2), done.stderr
    assert "Traceback" not in done.stderr
    assert "fault" not in done.stderr
    if done.returncode == 0:
        assert len(json.loads(done.stdout)["hits"]) <= 2
    else:
        broken = "{" in question or "\\left" in question
        one_line(done, 2, "is broken and not searched" if broken else "no word and no formula")


@pytest.mark.parametrize("question", ["*", "...", "?!", "+", '""', " ", "", "()[]{}", "- -", "$$"])
def test_a_question_that_asks_nothing(ask_here: Octavo, question: str) -> None:
    done = ask_here("search", "--", question)
    one_line(done, 2, "no word and no formula")
    assert done.stdout == ""


def test_a_question_without_hits_is_no_error(ask_here: Octavo) -> None:
    done = ask_here("search", "--mode", "keyword", "zyzzyva")
    assert (done.returncode, done.stdout) == (0, "not on this shelf: zyzzyva\n")
    assert "nothing found" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["search", "--nope", "x"], 2, ["--nope"]),
        (["search", "-likelihood"], 2, ["-l"]),
        (["search"], 2, ["QUERY"]),
        (["search", "--mode", "magic", "x"], 2, ["magic", "hybrid"]),
        (["search", "-k", "0", "x"], 2, ["-k", "0"]),
        (["search", "-k", "many", "x"], 2, ["-k", "many"]),
        (["search", "--pages", "9-3", "x"], 2, ["9-3", "not a page range"]),
        (["search", "--pages", "0", "x"], 2, ["from 1 upwards"]),
        (["search", "--pages", "iv", "x"], 2, ["iv", "30-60"]),
        (["search", "--book", "statistics-premier", "x"], 7, ["statistics-primer"]),
        (["search", "--book", "", "x"], 7, ["no such book"]),
        (["search", "--book", "../..", "x"], 7, ["no such book"]),
        (["serach", "x"], 2, ["serach", "search"]),
        (["frobnicate"], 2, ["frobnicate", "--help"]),
        (["page", "statistics-primr", "1"], 7, ["did you mean statistics-primer"]),
        (["page", "statistics-primer", "29"], 7, ["no page 29", "1 to 28"]),
        (["page", "statistics-primer", "0"], 2, ["from 1 upwards"]),
        (["page", "statistics-primer", "9-3"], 2, ["9-3"]),
        (["page", "statistics-primer", "99999999"], 2, ["99999999"]),
        (["page", "statistics-primer"], 2, ["--label"]),
        (["page", "statistics-primer", "1", "--label", "i"], 2, ["--label"]),
        (["page", "statistics-primer", "--label", "\x1b[31m"], 7, ["no page is labelled"]),
        (["page", "../../etc", "1"], 7, ["no such book"]),
        (["remove", "nothing-like-it"], 7, ["no such book"]),
        (["build"], 2, ["PATHS"]),
        (["build", "--jobs", "0", "x.pdf"], 2, ["--jobs"]),
        (["build", "--zoom", "99", "x.pdf"], 2, ["--zoom"]),
        (["books", "\x1b[2J"], 2, ["unexpected"]),
    ],
    ids=lambda value: " ".join(value).replace("\x1b", "ESC") if isinstance(value, list) else None,
)
def test_wrong_usage(ask_here: Octavo, arguments: list[str], code: int, words: list[str]) -> None:
    done = ask_here(*arguments)
    one_line(done, code, *words)
    assert done.stdout == ""


def test_a_reader_that_goes_away_is_no_error(ask: Octavo, shelf_library: Path) -> None:
    script = Path(sys.executable).with_name("octavo")
    for arguments in (["page", "statistics-primer", "1-28"], ["search", "-k", "500", "the"]):
        process = subprocess.Popen(
            [script, "--library", shelf_library, *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            bufsize=0,
        )
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.read(10)
        process.stdout.close()
        said = process.stderr.read()
        process.stderr.close()
        assert process.wait(30) == 0
        assert said == b""
    assert ask("books").returncode == 0


def test_the_sample_shelf_is_left_as_it_was(shelf_library: Path) -> None:
    assert shelf_library.is_dir()
    assert not list(SHELF.rglob("*.tmp"))
