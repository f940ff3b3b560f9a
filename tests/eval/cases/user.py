r"""Inputs that people have: each check yields what is wrong, in words."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeAlias

from tests.eval.cases.shelf import Shelf

_BAD_TITLE = re.compile(
    r"(?i)pii:|&lt;|<i>|\*\*|^contents$|^kapitel 1$|^page 1$|untitled|layout 1|x{9}|\.\w{3}$"
)

Check: TypeAlias = Callable[[Shelf, Path], Iterator[str]]


def _without(text: str, words: list[str]) -> Iterator[str]:
    for word in words:
        if word not in text:
            yield f"{word!r} is not in the text"


def highlights(shelf: Shelf, folder: Path) -> Iterator[str]:
    """A page that its reader has marked reads as the clean page does."""
    shelf.build(folder)
    plain = shelf.page("plain")
    if "## 2.1" not in plain and "# 2.1" not in plain:
        yield "the unmarked page has lost its heading"
    for book in ("oneword", "para", "under"):
        if shelf.page(book) != plain:
            yield f"{book}.pdf reads otherwise than the unmarked page"


def numbered_headings(shelf: Shelf, folder: Path) -> Iterator[str]:
    """Numbered headings stay, and the numbers at the foot are the labels."""
    shelf.build(folder / "problems.pdf", folder / "lectures")
    for number, page in enumerate(shelf.pages("problems"), 1):
        if not re.search(rf"^#+ Problem {number}$", page, re.MULTILINE):
            yield f"the heading 'Problem {number}' is lost"
    labels = shelf.record("problems")["labels"]
    if labels != [str(number) for number in range(41, 53)]:
        yield f"labels are {labels}, printed are 41 to 52"
    for number, page in enumerate(shelf.pages("lectures"), 1):
        if f"# Lecture {number}" not in page:
            yield f"the heading 'Lecture {number}' is lost"


def soft_hyphens(shelf: Shelf, folder: Path) -> Iterator[str]:
    """Soft hyphens join the word at a line's end, and are dropped inside."""
    shelf.build(folder / "shy.pdf")
    yield from _without(
        shelf.page("shy"),
        "estimator standard consistent regularity Wertpapierindex measurable topological".split(),
    )


def one_letter_compounds(shelf: Shelf, folder: Path) -> Iterator[str]:
    """A compound of one letter keeps its hyphen at a line's end; other words are joined."""
    shelf.build(folder / "hyphens.pdf", folder / "texhyphen.pdf")
    common = ["t-distribution", "p-value", "n-dimensional"]
    plain = _without_mathematics(shelf.page("hyphens"))
    yield from _without(plain, [*common, "σ-algebra", "F-distribution", "Cramér-Rao", "well-known"])
    yield from _without(plain, ["non-linear", "self-adjoint", "estimator", "unbiased"])
    yield from _without(_without_mathematics(shelf.page("texhyphen")), [*common, "matter"])


def _without_mathematics(text: str) -> str:
    """Return the text with the marks of inline formulas removed, to compare words."""
    return re.sub(r"\\[()]", "", text).replace(r"\sigma", "σ")


def three_columns(shelf: Shelf, folder: Path) -> Iterator[str]:
    """Paragraphs of three columns come in the order of the columns."""
    shelf.build(folder / "c3g18.pdf")
    for number, page in enumerate(shelf.pages("c3g18"), 1):
        places = re.findall(r"c(\d)p(\d+)start", page)
        order = [(int(column), int(paragraph)) for column, paragraph in places]
        if not order or order != sorted(order):
            yield f"page {number} has its paragraphs in the order {order}"


def cjk_words(shelf: Shelf, folder: Path) -> Iterator[str]:
    """A word inside a run of ideographs is found."""
    shelf.build(folder / "zh", folder / "ja")
    wanted = {
        "最大似然估计": ("zh", 1), "似然": ("zh", 1), "概率": ("zh", 1), "贝叶斯定理": ("zh", 1),
        "大数定律": ("zh", 2), "无偏估计": ("zh", 2), "ベイズ": ("ja", 1), "公理": ("ja", 2),
    }  # fmt: skip
    for question, page in wanted.items():
        hits = shelf.found(question)
        if page not in hits[:2] or any(book != page[0] for book, _ in hits):
            yield f"{question} finds {hits[:3] or 'nothing'} instead of {page}"


def right_to_left(shelf: Shelf, folder: Path) -> Iterator[str]:
    """Hebrew reads in logical order."""
    shelf.build(folder / "hepdf.pdf")
    yield from _without(shelf.page("hepdf"), ["תורת ההסתברות", "הגבול המרכזי"])
    if not shelf.found("תורת"):
        yield "the word תורת is not found"


def greek_capitals(shelf: Shelf, folder: Path) -> Iterator[str]:
    """A Greek text is text."""
    shelf.build(folder / "greek.pdf")
    words = "Γενικά Δεδομένα Θεώρημα Λήμμα Ξένος Πόρισμα Σύνολο Φάσμα Ψηφίο Ωριαία".split()
    yield from _without(shelf.page("greek"), words)
    if re.search(r"\\(?:Theta|Pi|Delta|Sigma|Lambda)", shelf.page("greek")):
        yield "capitals of words have become formulas"


def deepseek_folder(shelf: Shelf, folder: Path) -> Iterator[str]:
    """The folder that DeepSeek-OCR's script writes is one book."""
    shelf.build(folder / "dsocr")
    books = shelf.books()
    if len(books) != 1 or books[0]["pages"] != 2:
        yield f"{[(book['book_id'], book['pages']) for book in books]} instead of one book of two"
    if any("<|ref|>" in page for book in books for page in shelf.pages(book["book_id"])):
        yield "raw tags are in the text"


def encodings(shelf: Shelf, folder: Path) -> Iterator[str]:
    """Page files in other encodings are decoded, or refused and named."""
    shelf.build(folder / "latin1", folder / "cr")
    books = {Path(book["source"]).name: book["book_id"] for book in shelf.books()}
    for name in ("latin1", "cr"):
        book = books.get(name, name)
        if name not in shelf.printed and "�" in shelf.page(book):
            yield f"{name}: characters are lost without a word"
        yield from _without(shelf.page(book, 2), ["Größe 2", "Die Schätzung Nummer 2", "naïve"])
    if any("\n" in book["title"] or "\r" in book["title"] for book in shelf.books()):
        yield "a title has more than one line"


def odd_path(shelf: Shelf, folder: Path) -> Iterator[str]:
    """A sound PDF is read whatever the bytes of its path."""
    with tempfile.TemporaryDirectory() as name:
        odd = os.fsencode(name) + b"/caf\xe9.pdf"
        shutil.copyfile(folder / "ok.pdf", odd)
        shelf.build(Path(name))
    if shelf.code or not shelf.found("xerus"):
        yield f"exit code {shelf.code}: {shelf.printed[:200]}"
    if re.search(r"\\ud[89a-f]", shelf.run("books", "--json").stdout.decode("utf-8", "replace")):
        yield "the JSON has half a surrogate pair"


def pipes(shelf: Shelf, folder: Path) -> Iterator[str]:
    """What is no regular file is passed over and named."""
    with tempfile.TemporaryDirectory() as name:
        os.mkfifo(f"{name}/pipe.pdf")
        Path(name, "zero.pdf").symlink_to("/dev/zero")
        shutil.copyfile(folder.parent / "11-non-utf8-path-damaged" / "ok.pdf", f"{name}/ok.pdf")
        shelf.build(Path(name))
    if shelf.code == 124 or not shelf.found("xerus"):
        yield "the build hangs or reads nothing"
    yield from _without(shelf.printed, ["pipe.pdf", "zero.pdf"])


def scanned_folder(shelf: Shelf, folder: Path) -> Iterator[str]:
    """A folder of numbered page images, or numbered page files, is one book in natural order."""
    shelf.build(folder / "scans", folder / "prefixed")
    books = {book["book_id"]: book["pages"] for book in shelf.books()}
    if sorted(books.values()) != [3, 3]:
        yield f"{books} instead of two books of three pages"
        return
    texts = [shelf.pages(book) for book in books]
    if not any(re.search("Größe 1$.*Größe 2$.*Größe 10$", "".join(text), re.M | re.S)
               for text in texts):  # fmt: skip
        yield "pages are not in natural order"


def printed_numbers(shelf: Shelf, folder: Path) -> Iterator[str]:
    """Labels are what is printed."""
    shelf.build(folder / "pageof.pdf", folder / "twoup.pdf")
    labels = shelf.record("pageof")["labels"]
    if labels != [str(number) for number in range(12, 18)]:
        yield f"'Page 12 of 40' gives {labels}"
    labels = shelf.record("twoup")["labels"]
    if [re.split(r"\D+", label)[0] for label in labels] != ["20", "22", "24", "26", "28"]:
        yield f"two pages a sheet give {labels}"


def stamps(shelf: Shelf, folder: Path) -> Iterator[str]:
    """A line that is the same on every page is left out."""
    shelf.build(folder / "foot.pdf")
    pages = shelf.pages("foot")
    kept = sum("Downloaded from" in page for page in pages)
    if kept:
        yield f"the stamp stays on {kept} of {len(pages)} pages"


def titles(shelf: Shelf, folder: Path) -> Iterator[str]:
    """Titles and ids can be told apart and typed."""
    shelf.build(folder / "B")
    for book in shelf.books():
        if re.fullmatch(r"book(-\d+)?|\d{1,3}", book["book_id"]):
            yield f"the id {book['book_id']!r} says nothing"
        if not re.fullmatch(r"[a-z0-9][a-z0-9._-]*", book["book_id"]):
            yield f"the id {book['book_id']!r} is hard to type"
        if _BAD_TITLE.search(book["title"]) or not book["title"].strip():
            yield f"the title of {book['book_id']} is {book['title'][:60]!r}"


def linked_folder(shelf: Shelf, folder: Path) -> Iterator[str]:
    """A linked folder is read; kinds that are not read are named."""
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        root.joinpath("real").mkdir()
        root.joinpath("shelf", "loop").mkdir(parents=True)
        source = folder.parent / "11-non-utf8-path-damaged" / "ok.pdf"
        shutil.copyfile(source, root / "real" / "ok.pdf")
        root.joinpath("shelf", "nas").symlink_to("../real")
        root.joinpath("shelf", "loop", "up").symlink_to("..")
        root.joinpath("shelf", "notes.heic").write_bytes(b"x")
        shelf.build(root / "shelf")
    if not shelf.found("xerus"):
        yield "the book in the linked folder is not read"
    if "heic" not in shelf.printed:
        yield "a file of another kind is passed over in silence"


def gone_source(shelf: Shelf, folder: Path) -> Iterator[str]:
    """A source that is gone is told."""
    with tempfile.TemporaryDirectory() as name:
        source = folder.parent / "11-non-utf8-path-damaged" / "ok.pdf"
        for copy in ("badger.pdf", "otter.pdf"):
            shutil.copyfile(source, Path(name, copy))
        with Path(name, "otter.pdf").open("ab") as other:
            other.write(b"\n% another file\n")
        shelf.build(Path(name))
        Path(name, "badger.pdf").unlink()
        shelf.build(Path(name))
        if "gone" not in shelf.printed and "badger" not in shelf.printed:
            yield "build does not tell it"
        if "badger" not in shelf.run("status").stdout.decode():
            yield "status does not tell it"


def useless_layers(shelf: Shelf, folder: Path) -> Iterator[str]:
    """A hidden layer of spaced letters is not trusted."""
    shelf.build(folder / "ocr_spaced.pdf")
    if len(re.findall(r"\b(?:theorem|estimator|kernel|convex)\b", shelf.page("ocr-spaced"))) < 5:
        yield f"the page reads {shelf.page('ocr-spaced')[:80]!r}"


def page_marks(shelf: Shelf, folder: Path) -> Iterator[str]:
    """Page marks of other tools are understood; a long file without marks is told."""
    shelf.build(folder / "marker.mmd", folder / "docling.mmd", folder / "nougatbook.mmd")
    for book in ("marker", "docling"):
        pages = len(shelf.record(book)["labels"])
        if pages != 3:
            yield f"{book}.mmd has {pages} pages instead of 3"
        if any(re.search(r"\{\d\}-|<!--", page) for page in shelf.pages(book)):
            yield f"{book}.mmd keeps its page marks in the text"
    if not re.search(r"nougatbook[^\n]*page", shelf.printed):
        yield "nougatbook.mmd becomes one page without a word"


def line_numbers(shelf: Shelf, folder: Path) -> Iterator[str]:
    """Line numbers in the margin are left out, and lines join."""
    shelf.build(folder / "linenos.pdf")
    page = shelf.page("linenos")
    if re.search(r"^\d+ |\n\d+\n", page, re.MULTILINE):
        yield "line numbers are in the text"
    yield from _without(page, ["when the sample grows and the variance of each observation"])


CHECKS: dict[str, Check] = {
    "01-highlight-becomes-formula": highlights,
    "02-numbered-headings-dropped-and-labels-wrong": numbered_headings,
    "03-soft-hyphen-splits-words": soft_hyphens,
    "04-one-letter-compounds-at-line-end": one_letter_compounds,
    "05-three-columns-interleaved": three_columns,
    "06-cjk-words-not-found": cjk_words,
    "07-hebrew-arabic-pdf-backwards": right_to_left,
    "08-greek-words-lose-capital": greek_capitals,
    "09-deepseek-ocr-output-folder": deepseek_folder,
    "10-page-files-in-latin1-or-utf16": encodings,
    "11-non-utf8-path-damaged": odd_path,
    "12-fifo-or-device-hangs": pipes,
    "13-folder-of-scan-images-is-many-books": scanned_folder,
    "14-printed-number-not-seen": printed_numbers,
    "15-stamps-and-watermarks-in-text": stamps,
    "16-ids-and-titles": titles,
    "17-symlinked-folder-skipped": linked_folder,
    "18-gone-source-stays-silently": gone_source,
    "19-ocr-layer-spaced-or-glued": useless_layers,
    "20-mmd-without-separators-is-page-1": page_marks,
    "21-line-numbers": line_numbers,
}
