"""Compares the sections of pages with the outline of their PDF, with the outline and without it.

    python -m tests.eval.sections book.pdf ... [--verbose] [--keep FOLDER]

Each PDF is read twice: as it is, and a copy without its outline, whose tags are kept. For every
page, the path of headings that is open at its end is compared with the path of the outline. A page
is right if its path begins with the outline's; what is open below may be deeper than outlines go.
Titles are compared by their words, with or without number. A single entry above all others is the
title of the book, and is left out. Without the outline, entries whose words are not on their page
("Main Matter") cannot be known: whatever stands there, or nothing, is right.

The figures behind the slash also count a page as right below a heading that the outline omits
("Index"), if it is printed in the very font and size of titles of the level that it closes.
"""

from __future__ import annotations

import argparse
import json
import re
import tempfile
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pymupdf

from indexer.passages.blocks import split_blocks
from indexer.passages.section_paths import SectionPaths
from ocr_service.books.running_heads import find_running_heads
from ocr_service.books.sections.book import book_text
from ocr_service.books.sections.numbering import heading_number
from ocr_service.library.pages import Page, PageBookmark, PageRecord
from ocr_service.workers.tasks import PageTask, look_into, read_page
from tests.eval.omitted_headings import PrintedHeadings

SectionPath = tuple[str, ...]
_SYMBOL = re.compile(r"(?<![\u0370-\u03ff])[\u0370-\u03ff](?![\u0370-\u03ff])")  # LaTeX2ε


@dataclass(frozen=True, slots=True)
class SectionScore:
    """How many pages of a PDF have the section of its outline."""

    name: str
    pages: int
    right: int
    omitted: int
    wrong: tuple[tuple[int, SectionPath, SectionPath], ...] = ()

    @property
    def shares(self) -> str:
        """The share of pages that are right, without and with those below omitted headings."""
        pages = max(1, self.pages)
        return f"{self.right / pages:5.3f}/{(self.right + self.omitted) / pages:5.3f}"


def main() -> None:
    """Print the share of pages that are right, for each PDF and over all."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("pdfs", nargs="+", type=Path)
    parser.add_argument("--verbose", action="store_true", help="print the pages that are wrong")
    parser.add_argument("--keep", type=Path, help="a folder for the pages read, used again")
    options = parser.parse_args()
    print(f"{'':34} pages  without      with the outline")
    totals = [SectionScore("all", 0, 0, 0)] * 2
    for path in options.pdfs:
        found = scores(path, options.keep)
        print(f"{path.stem[:34]:34} {found[1].pages:5}  {found[0].shares}  {found[1].shares}")
        for name, score in zip(("without", "with"), found, strict=True):
            for page, truth, wrong in score.wrong if options.verbose else ():
                print(
                    f"  {name} p. {page}: {' > '.join(truth)}\n      is {' > '.join(wrong)}"[:300]
                )
        totals = [_sum(total, score) for total, score in zip(totals, found, strict=True)]
    print(f"{'all':34} {totals[1].pages:5}  {totals[0].shares}  {totals[1].shares}")


def _sum(one: SectionScore, other: SectionScore) -> SectionScore:
    return SectionScore(
        one.name,
        one.pages + other.pages,
        one.right + other.right,
        one.omitted + other.omitted,
    )


def scores(path: Path, keep: Path | None) -> tuple[SectionScore, SectionScore]:
    """Return how a PDF does without its outline and with it."""
    with pymupdf.open(path) as document:
        entries = [
            PageBookmark(level, " ".join(title.split()), number - 1)
            for level, title, number in document.get_toc()
            if 1 <= number <= document.page_count
        ]
        texts = [_folded(page.get_text()) for page in document]
        rooted = _without_root(entries)
        headings = PrintedHeadings.find(document, rooted, _folded)
    with tempfile.TemporaryDirectory() as name:
        bare = Path(name, path.name)
        with pymupdf.open(path) as document:
            document.set_toc([])
            document.save(bare)
        without = records_of(bare, keep and keep / f"{path.stem}.without.jsonl")
        tagged = look_into(bare, None, guess_title=False).outline
    given = records_of(path, keep and keep / f"{path.stem}.with.jsonl")
    printed = [
        entry
        if _is_printed(entry, texts[entry.page_index])
        else PageBookmark(entry.level, "", entry.page_index)
        for entry in rooted
    ]
    count = len(texts)
    return (
        _score(path.stem, outline_paths(printed, count), derived_paths(without, tagged), headings),
        _score(path.stem, outline_paths(rooted, count), derived_paths(given, entries), headings),
    )


def records_of(path: Path, kept: Path | None) -> list[PageRecord]:
    """Read the pages of a PDF, or load them if they are kept."""
    if kept is not None and kept.exists():
        return [PageRecord.from_dict(json.loads(line)) for line in kept.read_text().splitlines()]
    info = look_into(path, None, guess_title=False)
    records = [
        read_page(PageTask(path, str(path), index, label, 2.0, force_ocr=False))
        for index, label in enumerate(info.labels)
    ]
    if kept is not None:
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_text("".join(json.dumps(record.to_dict()) + "\n" for record in records))
    return records


def derived_paths(
    records: Sequence[PageRecord], outline: Sequence[PageBookmark]
) -> list[SectionPath]:
    """Return the path that is open at the end of each page, as the index would have it."""
    text = book_text(records, find_running_heads(records), outline)
    paths = SectionPaths()
    found: list[SectionPath] = []
    for record, markdown in zip(records, text.markdowns, strict=True):
        unprinted = text.unprinted.get(record.page_index, ())
        paths.turn_page(
            Page("", record.page_index, "", markdown, (), record.status, "", unprinted=unprinted)
        )
        for block in split_blocks(markdown):
            paths.pass_block(block)
        found.append(paths.path_at_end())
    return found


def outline_paths(entries: Sequence[PageBookmark], count: int) -> list[SectionPath]:
    """Return the path of the outline that is open at the end of each page."""
    paths: list[SectionPath] = []
    opened: list[PageBookmark] = []
    for page_index in range(count):
        for entry in entries:
            if entry.page_index == page_index:
                while opened and opened[-1].level >= entry.level:
                    opened.pop()
                opened.append(entry)
        paths.append(tuple(entry.title for entry in opened))
    return paths


def _without_root(entries: Sequence[PageBookmark]) -> list[PageBookmark]:
    tops = [entry for entry in entries if entry.level == 1]
    if len(tops) != 1 or len(entries) < 2 or entries[0].level != 1:
        return list(entries)
    return [PageBookmark(entry.level - 1, entry.title, entry.page_index) for entry in entries[1:]]


def _score(
    name: str,
    truths: Sequence[SectionPath],
    found: Sequence[SectionPath],
    headings: PrintedHeadings,
) -> SectionScore:
    pages = [
        (number, truth, path)
        for number, (truth, path) in enumerate(zip(truths, found, strict=True), 1)
        if any(truth)
    ]
    wrong = tuple(page for page in pages if not _begins_with(page[2], page[1]))
    omitted = sum(
        _is_below_omitted(path, truth, headings, number - 1) for number, truth, path in wrong
    )
    return SectionScore(name, len(pages), len(pages) - len(wrong), omitted, wrong)


def _begins_with(path: SectionPath, truth: SectionPath) -> bool:
    """Tell whether a path begins with the outline's; the title of the book may come first."""
    return any(_agree(rest, truth) for rest in (path, path[1:]))


def _agree(path: SectionPath, truth: SectionPath) -> bool:
    """Compare paths from their beginning; an empty title stands for any, or for none."""
    if not truth:
        return True
    if not truth[0]:
        return _agree(path, truth[1:]) or _agree(path[1:], truth[1:])
    return bool(path) and _is_title(path[0], truth[0]) and _agree(path[1:], truth[1:])


def _is_below_omitted(
    path: SectionPath, truth: SectionPath, headings: PrintedHeadings, page_index: int
) -> bool:
    """Tell whether a path is right up to a heading that the outline omits."""
    return any(
        _agree(rest[:depth], truth[:depth])
        and headings.is_omitted(_folded(rest[depth]), depth + 1, page_index)
        for rest in (path, path[1:])
        for depth in range(min(len(rest), len(truth)))
    )


def _is_printed(entry: PageBookmark, text: str) -> bool:
    """Tell whether the words of an entry, with or without its number, are on its page."""
    titles = {_folded(entry.title), _folded(_without_number(entry.title))} - {""}
    return any(title in text for title in titles)


def _without_number(title: str) -> str:
    return title[heading_number(title).length :]


def _is_title(found: str, wanted: str) -> bool:
    """Compare titles by their words; one may have a number, or be the beginning of the other."""
    if wanted.endswith(("...", "…")) and _folded(wanted):  # an outline that shortens its titles
        return _folded(_without_number(found)).startswith(_folded(wanted))
    one, other = list(_words(found)), list(_words(wanted))
    bare = _folded(_without_number(found))
    if "".join(one) == "".join(other) or (bare and bare == _folded(_without_number(wanted))):
        return True
    shorter, longer = sorted((one, other), key=len)
    if not shorter:
        return False
    if longer[: len(shorter)] == shorter or (
        longer[-len(shorter) :] == shorter and len(longer) - len(shorter) <= 4
    ):
        return True
    small, large = sorted(("".join(one), "".join(other)), key=len)
    alike = large.startswith(small) or large.endswith(small)
    return len(small) >= 8 and len(large) < 1.6 * len(small) + 6 and alike


def _words(text: str) -> Iterator[str]:
    plain = _SYMBOL.sub("", re.sub(r"\\[a-zA-Z]+", "", text))
    return iter(re.findall(r"[^\W_]+", _without_accents(plain)))


def _folded(text: str) -> str:
    return "".join(_words(text))


def _without_accents(text: str) -> str:
    parts = unicodedata.normalize("NFKD", text).casefold()
    return "".join(char for char in parts if not unicodedata.combining(char))


if __name__ == "__main__":
    main()
