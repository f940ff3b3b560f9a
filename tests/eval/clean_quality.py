r"""Measures the cleaning of real model output: tags left, characters lost, pages that loop.

    python tests/eval/clean_quality.py [--show PAGE]

Reads the 65 files of raw DeepSeek-OCR output in the development corpora. Three of them are whole
books in one file, with a table of contents that has tags within its lines; they are cleaned as they
are, and again page by page ("049.12" is the thirteenth page of file 049).

tags left       pieces of tags in the markdown
labels left     lines that are nothing but a label, and label words that are no words of a language
lost            characters of the raw text, white space apart, that are not in the markdown in
                their order. What counts as text is decided here by four plain substitutions, not
                by the parser. Formulas and tables are compared without their delimiters and tags,
                loops are left out.

At the end: the pages that loop, with the share of windows of 24 characters that are new (over the
whole page, tags and all), and where the detector of the generation engine would have stopped them.
The pages have no tokens, so pieces of up to four letters or three digits take their place.
"""

from __future__ import annotations

import argparse
import re
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from ocr_service.cleaning.clean import CleanPage, clean
from ocr_service.cleaning.loops import find_loops
from ocr_service.engines.vision.repetition import LoopDetector, TokenKinds
from tests.bench.common import need_corpora

LABELS = "text|title|sub_title|equation|image|table|image_caption|table_caption"
PAGE_MARK = re.compile(r"\n---\n\n<a id=\"page-\d+\"></a>\n\n## Seite \d+\n")
TAG_LEFT = re.compile(r"<\|?/?(?:ref|det)\b|/?(?:ref|det)\|>|<\||\|>")
LABEL_LEFT = re.compile(rf"^\W*(?:{LABELS})\W*$|\w+_(?:title|caption)\b", re.MULTILINE)
# Text between and behind broken tags is text; numbers and lengths in the place of a box are not.
NO_TEXT = (
    (re.compile(r"<\|det\|>[^<\n]*\d[^<\n]*<\|/det\|>"), " "),
    (re.compile(rf"<\|ref\|>(?:(?:{LABELS})\b(?:, ?\d{{1,3}}(?:ex|em|pt)\b)?)?"), " "),
    (re.compile(r"<\|/ref\|>[^<\n]{0,20}<\|/ref\|>|<\|/ref\|>[\[\]\d, ]*<\|/det\|>"), " "),
    (re.compile(r'<\|det\|>(?:\s*\[(?=[\[\]"\d-]))?[\]\[\d.,\s"-]*|<\|/?(?:ref|det)\|>'), " "),
)
# What is compared: no markup that is added or changed, and the spellings that are repaired.
MARKUP = re.compile(
    r"</?(?:table|t[drh]|center)\b[^<>]*>|!\[\]\(figure\)|^```$|\\[()\[\]]|\s+|#",
    re.MULTILINE,
)
SPELLINGS = (
    (re.compile(r"\\qquad\\text\{(\([^{}]*\))\}"), r"\1"),
    (re.compile(r"\\tag\{([^{}]*)\}"), r"(\1)"),
    (re.compile(r"\\text\{ (\w+) \}"), r"\\text\1"),
    (re.compile(r"\\(?:left|right)(?![a-z])\.?|@\{\\quad\}"), ""),
    (re.compile(r"_\{(\\vec\{\w\})\}"), r"_\1"),
    (re.compile(r"\\(?:operatorname\{)?(arccot|arcsinh|img)\b\}?"), r"\1"),
    (re.compile(r"\\infin\b"), r"\\infty"),
    (re.compile(r"\\coloneqq\b"), ":="),
    (re.compile(r"\\q[qu]+ad\b"), ""),
    (re.compile("¨u"), "ü"),
)
PIECE = re.compile(r"<\|/?\w+\|>|</?t[drh]>|\d{1,3}|[^\W\d_]{1,4}|\s|.", re.DOTALL)


def pages(folder: Path) -> Iterator[tuple[str, str]]:
    """Yield the name and raw text of every different page, those of whole books one by one."""
    seen: set[str] = set()
    for path in sorted(folder.glob("page_*.md")):
        texts = PAGE_MARK.split(path.read_text())
        for place, text in enumerate(texts[1:] if len(texts) > 1 else texts):
            if text.strip() not in seen:
                seen.add(text.strip())
                yield path.stem[-3:] + (f".{place}" if len(texts) > 1 else ""), text


def between_loops(raw: str) -> list[str]:
    """Return the pieces of a text that its loops, from their second turn on, leave."""
    pieces, position = [], 0
    for loop in find_loops(raw):
        if loop.kind != "empty cells":
            pieces.append(re.sub(r"\S+\Z", "", raw[position : loop.second]))
            position = loop.end
    return [*pieces, raw[position:]]


def compared(text: str) -> str:
    """Return what is compared of a text."""
    for wrong, right in SPELLINGS:
        text = wrong.sub(right, text)
    return MARKUP.sub("", text)


def lost(raw: str, page: CleanPage) -> str:
    """Return the characters that are in the raw text and not, in their order, in the markdown."""
    there, found, missing = compared(page.markdown), 0, []
    for piece in between_loops(raw):
        text = piece
        for pattern, replacement in NO_TEXT:
            text = pattern.sub(replacement, text)
        wanted = compared(text)
        place, whole = 0, there.find(wanted, found)
        if whole >= 0:
            found = whole + len(wanted)
            continue
        while place < len(wanted):
            if wanted[place] == there[found : found + 1]:
                place, found = place + 1, found + 1
                continue
            # Is something added there, or missing? The nearer place to go on from tells.
            added = there.find(wanted[place : place + 8], found, found + 2_000) - found
            lacking = wanted.find(there[found : found + 8] or wanted, place, place + 2_000) - place
            if added > 0 and not 0 < lacking < added:
                found += added
            else:
                lacking = max(lacking, 1)
                missing.append(wanted[place : place + lacking])
                place += lacking
    return "".join(missing)


def tally(name: str, raw: str, page: CleanPage) -> Counter[str]:
    """Count what one row of the table shows."""
    missing = lost(raw, page)
    if missing:
        print(f"  {name} lost {missing[:120]!r}")
    labels = Counter(region.label for region in page.regions)
    return Counter(
        {
            "pages": 1,
            "characters": len(raw),
            "tags left": len(TAG_LEFT.findall(page.markdown)),
            "labels left": len(LABEL_LEFT.findall(page.markdown)),
            "lost": len(missing),
            "regions": len(page.regions),
            "headings": labels["title"] + labels["section_header"],
            "equations": labels["equation"],
            "tables": labels["table"],
            "images": labels["image"],
            "code": labels["code"],
            "loops": len(list(find_loops(raw))),
        }
    )


def novelty(text: str) -> float:
    """Return the share of windows of 24 characters that are new."""
    count = len(text) - 23
    return len({text[i : i + 24] for i in range(count)}) / count if count > 0 else 1.0


def stopped_at(raw: str) -> int | None:
    """Return the token at which the engine's detector stops a text, None if it lets it pass."""
    vocabulary: dict[str, int] = {}
    tokens = [vocabulary.setdefault(piece, len(vocabulary)) for piece in PIECE.findall(raw)]
    kinds = TokenKinds(
        vocabulary.get("<|det|>"),
        vocabulary.get("<|/det|>"),
        frozenset(token for piece, token in vocabulary.items() if piece.isdecimal()),
    )
    detector = LoopDetector(kinds)
    return next((i + 1 for i, token in enumerate(tokens) if detector.append(token)), None)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--show", metavar="PAGE", help="print one page's markdown, such as 049.12")
    wanted = parser.parse_args().show
    folder = need_corpora() / "deepseek_ocr_raw"
    every = list(pages(folder))
    if wanted:
        page = clean(dict(every)[wanted])
        print(page.markdown, *page.notes, sep="\n\n")
        return
    files = [(path.stem[-3:], path.read_text()) for path in sorted(folder.glob("page_*.md"))]
    for what, texts in (("files", files), ("page by page", every)):
        started = time.perf_counter()
        cleaned = [(name, raw, clean(raw)) for name, raw in texts]
        seconds = time.perf_counter() - started
        total: Counter[str] = sum((tally(*one) for one in cleaned), Counter())
        print(f"{what}: cleaned in {seconds:.2f} s")
        for column in "pages,characters,regions,headings,equations,tables,images,code".split(","):
            print(f"  {column:12} {total[column]:9,}")
        for column in ("tags left", "labels left", "lost", "loops"):
            print(f"  {column:12} {total[column]:9,}")
    print("loops, page by page: share of new windows, characters, token at which it is stopped")
    for name, raw in every:
        loops, stop = list(find_loops(raw)), stopped_at(raw)
        if loops or stop:
            kinds = ", ".join(f"{loop.kind} from {loop.start}, {loop.repeats} x" for loop in loops)
            print(f"  {name:7} {novelty(raw):.3f} {len(raw):7} {stop}  {kinds}")
    others = [novelty(raw) for _, raw in every if len(raw) > 200 and not list(find_loops(raw))]
    print(f"share of new windows on the other pages: {min(others):.3f} to {max(others):.3f}")


if __name__ == "__main__":
    main()
