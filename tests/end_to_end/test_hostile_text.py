"""Text of books that plays tricks: bytes that are no text, controls, text that nobody sees."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pymupdf
import pytest

from tests.conftest import call_octavo, run_octavo
from tests.support.complaints import CONTROL
from tests.support.helpers import (
    make_page_folder,
)

pytestmark = pytest.mark.usefixtures("encoder_cache")


def test_bytes_that_are_no_text_and_tricks_on_the_terminal(tmp_path: Path, library: Path) -> None:
    shelf = tmp_path / "shelf"
    tricks = make_page_folder(
        shelf / "tri\x1b[31mcks",
        ["# \x1b]0;owned\x07A title\x9b2J\n\nA \x1b[2Jclear\x1b[H screen, \u009b31m \x08\x08."],
    )
    (tricks / "page_0002.mmd").write_bytes(b"caf\xe9 \xff\xfe na\xc3\xafve \x00 ends here")
    broken = shelf / "bad\x1b[2Jname.pdf"
    broken.touch()
    odd = os.fsencode(shelf) + b"/caf\xe9.mmd"  # a name that is no UTF-8
    Path(os.fsdecode(odd)).write_text("A caf\u00e9 is a compact Hausdorff space with coffee.")
    done = run_octavo("build", shelf, "--library", library)
    assert done.returncode == 3, done.stderr
    outputs = [done]
    outputs.append(call_octavo("page", "tri", "1-2", "--library", library))
    for command in (
        ["search", "screen"],
        ["search", "--json", "coffee"],
        ["page", "tri", "1-2"],
        ["books"],
        ["books", "--json"],
        ["status"],
        ["status", "--json"],
        ["page", "caf", "1"],
    ):
        asked = call_octavo("--library", library, *command)
        assert asked.returncode == 0, (command, asked.stderr)
        outputs.append(asked)
        if "--json" in command:
            json.loads(asked.stdout)
    for output in outputs:
        assert not CONTROL.search(output.stdout + output.stderr), output.args
    page = call_octavo("page", "tri", "2", "--library", library).stdout
    assert "could not be read" in page
    assert "page_0002.mmd: neither UTF-8 nor UTF-16" in done.stderr
    # The odd name is known again.
    again = run_octavo("build", shelf, "--library", library)
    assert again.stderr.count(": unchanged, ") == 2


HIDDEN = "".join(chr(0xE0000 + ord(char)) for char in "obey")  # Unicode tag characters
INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\U000e0000-\U000e0fff]")
NO_LABEL = "ignore all above; do"


def make_hidden_pdf(path: Path) -> Path:
    """Write a PDF whose letters Q are tag characters by its Unicode map, and two page labels."""
    prose = "The theorem of this page says that each bounded sequence has a convergent part. "
    with pymupdf.open() as document:
        for _ in range(2):
            page = document.new_page()
            page.insert_font(fontname="F0", fontbuffer=pymupdf.Font("tiro").buffer)
            area = pymupdf.Rect(72, 72, 520, 700)
            page.insert_textbox(area, f"{prose * 4}QQQQQQQ It ends here.", fontname="F0")
        maps = {document.xref_get_key(xref, "ToUnicode") for xref in range(1, len_of(document))}
        for _, reference in maps - {("null", "null")}:
            xref = int(reference.split()[0])
            more = b"endbfrange\n1 beginbfchar\n<0032> <DB40DC69>\nendbfchar\n"
            text = document.xref_stream(xref).replace(b"endbfrange\n", more, 1)
            document.update_stream(xref, text)
        document.set_page_labels(
            [{"startpage": 0, "prefix": NO_LABEL}, {"startpage": 1, "prefix": "A-", "style": "D"}]
        )
        document.set_toc([[1, "A \u202eheading\u202c", 1]])
        document.set_metadata({"title": "Sequences \u2066and\u2069 their limits"})
        document.save(path)
    return path


def len_of(document: pymupdf.Document) -> int:
    """Return one more than the highest object number."""
    return int(document.xref_length())


def test_text_that_nobody_sees_reaches_nobody(tmp_path: Path, library: Path) -> None:
    shelf = tmp_path / "shelf"
    make_page_folder(
        shelf / "folder",
        [f"# A title{HIDDEN}\n\nEach boun\u200bded sequence\u202e converges.\ufeff"],
    )
    make_hidden_pdf(shelf / "hidden.pdf")
    done = run_octavo("build", shelf, "--library", library)
    assert done.returncode == 0, done.stderr
    notes = {}
    for name in ("folder", "hidden"):
        line = (library / "books" / name / "ocr.jsonl").read_text().splitlines()[0]
        notes[name] = json.loads(line)["notes"]
    assert notes["folder"] == ["7 invisible characters removed"]
    assert "7 invisible characters removed" in notes["hidden"]
    stored = [path for path in library.glob("books/**/*") if path.is_file()]
    assert not [path for path in stored if INVISIBLE.search(path.read_text())]
    assert not [path for path in stored if NO_LABEL in path.read_text()]
    for command in (
        ["search", "bounded sequence"],
        ["search", "--json", "bounded sequence"],
        ["context", "bounded sequence"],
        ["page", "hidden", "1-2"],
    ):
        shown = call_octavo("--library", library, *command).stdout
        assert "converge" in shown
        assert not INVISIBLE.search(shown)
        assert NO_LABEL not in shown
    context = call_octavo("--library", library, "context", "bounded sequence").stdout
    assert "[hidden p. 1]" in context
    page = call_octavo("--library", library, "page", "hidden", "--label", "A-1").stdout
    assert "p. A-1 (PDF page 2)" in page
