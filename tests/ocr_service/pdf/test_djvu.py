"""DjVu becomes PDF."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pymupdf
import pytest
from PIL import Image, ImageDraw

from ocr_service.common.errors import InputError
from ocr_service.pdf import djvu
from ocr_service.pdf.djvu_text import Bookmark, read_bookmarks, read_metadata, read_words
from ocr_service.pdf.document import Document
from ocr_service.pdf.hidden_text import HiddenText

NEEDS_DJVULIBRE = pytest.mark.skipif(
    not all(map(shutil.which, ("cjb2", "djvm", "djvused", "ddjvu", "djvutxt"))),
    reason="DjVuLibre is not installed",
)
WORDS = r"""(page 0 0 400 600
 (line 40 500 200 540 (word 40 500 100 540 "Gr\303\266\303\237e") (word 110 500 200 540 "\"a b\"")))
()"""


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "octavo" / "djvu"


def run(*command: str | Path) -> None:
    subprocess.run([str(part) for part in command], check=True, capture_output=True)


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """A DjVu file of two pages, with words, outline and metadata."""
    for number in (1, 2):
        page = Image.new("1", (400, 600), 1)
        ImageDraw.Draw(page).rectangle((40, 60, 200, 60 + 20 * number), fill=0)
        page.save(tmp_path / f"{number}.pbm")
        run("cjb2", "-dpi", "100", tmp_path / f"{number}.pbm", tmp_path / f"{number}.djvu")
    path = tmp_path / "book.djvu"
    run("djvm", "-c", path, tmp_path / "1.djvu", tmp_path / "2.djvu")
    (tmp_path / "text").write_text(WORDS.replace("()", "").strip())
    (tmp_path / "outline").write_text('(bookmarks ("Part" "#1" ("Section" "#2")))')
    (tmp_path / "meta").write_text('title "Of Nets"\nauthor "Ada Example"\n')
    script = (
        f"set-outline {tmp_path}/outline; set-meta {tmp_path}/meta; "
        f"select 1; set-txt {tmp_path}/text; save"
    )
    run("djvused", path, "-e", script)
    return path


@NEEDS_DJVULIBRE
def test_pages_words_outline_and_metadata_arrive(book: Path, cache: Path) -> None:
    with Document.open(book) as document:
        assert document.page_count == 2
        assert document.text(0).split() == ["Größe", '"a', 'b"']
        assert document.text(1) == ""
        assert document.stated_title == "Of Nets"
        assert document.authors == ("Ada Example",)
        assert [(e.level, e.title, e.page_index) for e in document.outline()] == [
            (1, "Part", 0),
            (2, "Section", 1),
        ]
        assert document.image(0, grey=True).convert("1").getbbox() is not None
    (pdf,) = cache.glob("*.pdf")
    made = pdf.stat().st_mtime_ns
    with Document.open(book) as document:
        assert document.page_count == 2
    assert pdf.stat().st_mtime_ns == made


@NEEDS_DJVULIBRE
def test_the_cache_is_bounded(book: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cache.mkdir(parents=True)
    (cache / "older.pdf").write_bytes(b"x" * 100)
    monkeypatch.setattr(djvu, "_MAX_CACHE", 10)
    Document.open(book).close()
    assert not (cache / "older.pdf").exists()


@NEEDS_DJVULIBRE
def test_a_damaged_file_is_named_and_leaves_nothing(book: Path, cache: Path) -> None:
    book.write_bytes(book.read_bytes()[:60])
    with pytest.raises(InputError, match=r"book\.djvu: ddjvu cannot read this DjVu file"):
        Document.open(book)
    assert [path for path in cache.iterdir() if path.suffix != ".lock"] == []


@NEEDS_DJVULIBRE
def test_a_conversion_that_takes_too_long_is_ended(
    book: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(djvu, "_SECONDS", 0)
    with pytest.raises(InputError, match="takes over"):
        Document.open(book)


def test_without_djvulibre_it_is_said_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "book.djvu"
    path.write_bytes(b"AT&TFORM and more")
    monkeypatch.setenv("PATH", "")
    with pytest.raises(InputError, match=r"book\.djvu: .*djvulibre-bin"):
        Document.open(path)


def test_words_have_boxes_from_the_top_left() -> None:
    (first, second), nothing = read_words(WORDS)
    assert (first.text, second.text) == ("Größe", '"a b"')
    assert first.box == pytest.approx((0.1, 0.1, 0.25, 1 / 6))
    assert nothing == []


@pytest.mark.parametrize(
    "printed", ["", ")", "(page 0 0 0 0)", '(page a b c d (word 1 2 3 4 "x"))', "(" * 5_000]
)
def test_odd_output_has_no_words(printed: str) -> None:
    assert all(words == [] for words in read_words(printed))


def test_bookmarks_and_metadata() -> None:
    printed = '(bookmarks ("A \\"b\\"" "#3" ("C" "#4")) ("web" "http://x") ("D" "#5"))'
    assert read_bookmarks(printed) == [
        Bookmark(1, 'A "b"', 3),
        Bookmark(2, "C", 4),
        Bookmark(1, "D", 5),
    ]
    assert read_metadata('Title\t"T \\303\\244"\nnote "x"\n') == {"title": "T ä", "note": "x"}


def test_hidden_text_of_any_script_comes_back_at_its_place() -> None:
    document = pymupdf.open()
    page = document.new_page(width=400, height=600)
    words = ["Größe", "Оценка", "Σύνολο", "估计", "תורת"]
    boxes = [(0.1, 0.1 * n, 0.5, 0.1 * n + 0.05) for n in range(1, 6)]
    HiddenText(document).add(page, list(zip(boxes, words, strict=True)))
    (page,) = pymupdf.open(stream=document.tobytes())
    found = page.get_text("words")
    assert sorted(word[4] for word in found) == sorted(words)
    left, top, right, bottom = next(word for word in found if word[4] == "Оценка")[:4]
    assert (left, top, bottom) == pytest.approx((40, 120, 150), abs=8)
    assert right == pytest.approx(200, abs=1)
    assert not any(page.get_pixmap().samples.strip(b"\xff"))
