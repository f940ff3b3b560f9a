"""Compares what was read of typeset PDFs with their LaTeX source: formulas and prose.

    python tests/eval/typeset.py                                  the three books of the corpora
    python tests/eval/typeset.py --book non-euclidean --pages 10-40 --reader typeset
    python tests/eval/typeset.py --folder DIR                     DIR/NAME/NAME.pdf and NAME.tex
    python tests/eval/typeset.py --oracle                         the source against itself
      [--jobs N] [--rate] [--kinds N] [--dump PAIRS.jsonl] [--prose TEXTS.jsonl] [--json]

Both sides become one stream of words and formulas and are aligned in order (`align.py`); formulas
are compared in one canonical form (`canonical.py`), displays row by row (`displays.py`).

- exact: share of the source's formulas of three or more symbols whose canonical form is equal.
- similarity: 1 - edit distance / longer length over the symbols and structure marks of the two;
  a formula aligned to nothing counts 0; one that came out in parts, or joined with its neighbour,
  counts as inexact, with the similarity of the joined parts.
- false a page: formulas of the output aligned to nothing, whose letters the source has as prose.
- prose error: edit distance over the characters of the source's text, without spaces, case
  folded, one placeholder for a formula; long stretches that the source does not have (a table of
  contents that LaTeX makes) are counted apart; tables, figures and their captions count on
  neither side. word order: share of the matched words that are in the source's order.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.eval.compare import compare, crop
from tests.eval.figures import BookFigures, FormulaPair
from tests.eval.latex_source import read_source
from tests.eval.oracle import as_pieces
from tests.eval.page_pieces import ReadPages, read_pages
from tests.eval.tokens import tokens_of

_COLUMNS = (
    ("inline", "{:.0f}"), ("inline_exact", "{:.3f}"), ("inline_similarity", "{:.3f}"),
    ("display", "{:.0f}"), ("display_exact", "{:.3f}"), ("display_similarity", "{:.3f}"),
    ("similarity", "{:.3f}"), ("false_per_page", "{:.3f}"), ("extra_per_page", "{:.3f}"),
    ("unparsed", "{:.0f}"), ("prose_error", "{:.4f}"), ("word_order", "{:.4f}"),
    ("numbers_right", "{:.2f}"), ("pages", "{:.0f}"), ("pages_per_second", "{:.1f}"),
)  # fmt: skip
_HEADS = (
    "inline", "exact", "simil", "displ", "exact", "simil", "all sim", "false/p", "extra/p",
    "unpars", "prose err", "order", "tags", "pages", "pages/s",
)  # fmt: skip


_RATES = ("one core", "all cores", "pymupdf4llm")


def books(arguments: argparse.Namespace) -> Iterator[tuple[str, Path, Path]]:
    """Yield name, PDF and source of each book that is asked for."""
    if arguments.folder is None:
        from tests.bench.common import need_corpora

        root = need_corpora() / "books"
    else:
        root = arguments.folder
    for pdf in sorted(root.glob("*/*.pdf")):
        source = pdf.with_suffix(".tex")
        name = pdf.parent.name if pdf.stem.isdigit() or pdf.stem == pdf.parent.name else pdf.stem
        if source.exists() and arguments.book in f"{pdf.parent.name}/{name}":
            yield name, pdf, source


def page_range(text: str | None, count: int) -> list[int]:
    """Return 0-based indices of "10-40" (1-based, inclusive), or of all pages."""
    if text is None:
        return list(range(count))
    first, _, last = text.partition("-")
    return [index for index in range(int(first) - 1, int(last or first)) if index < count]


def measure(
    pdf: Path, source: Path, arguments: argparse.Namespace
) -> tuple[BookFigures, ReadPages]:
    """Read a book and compare it with its source."""
    import pymupdf

    truth = tokens_of(read_source(source))
    if arguments.oracle:
        read = ReadPages(pages=[1], markdown=[""])
        output = tokens_of(as_pieces(read_source(source), random.Random(7), arguments.degrade))
        return compare(truth, output, 1), read
    with pymupdf.open(pdf) as document:
        indices = page_range(arguments.pages, document.page_count)
    read = read_pages(pdf, indices, arguments.reader, arguments.jobs)
    output = tokens_of(read.pieces())
    if arguments.pages:
        truth = list(crop(truth, output))
    result = compare(truth, output, len(indices))
    return result, read


def rates(pdf: Path, arguments: argparse.Namespace) -> dict[str, float]:
    """Return pages a second of the reader on one core and on all, and of pymupdf4llm."""
    import os

    import pymupdf
    import pymupdf4llm

    with pymupdf.open(pdf) as document:
        indices = page_range(arguments.pages, document.page_count)
    middle = indices[len(indices) // 3 :][:40]
    result = {}
    for name, jobs in (("one core", 1), ("all cores", os.cpu_count() or 1)):
        if jobs == 1:
            read_pages(pdf, indices[:2], arguments.reader, 1)  # imports are not reading
        result[name] = len(indices) / read_pages(pdf, indices, arguments.reader, jobs).seconds
    start = time.perf_counter()
    # Its own recognition of pages that it takes for scans is left out: it costs 10 s a page.
    pymupdf4llm.to_markdown(str(pdf), pages=middle, show_progress=False, use_ocr=False)
    result["pymupdf4llm"] = len(middle) / (time.perf_counter() - start)
    return result


def write_prose(target: Path, total: BookFigures) -> None:
    """Write every place where the prose differs, the worst first."""
    worst = sorted(total.prose, key=lambda place: -place[1])
    with target.open("w") as file:
        for page, errors, source, output in worst:
            place = {"page": page, "errors": errors, "source": source, "output": output}
            file.write(json.dumps(place, ensure_ascii=False) + "\n")


def print_table(rows: dict[str, dict[str, float]]) -> None:
    """Print one line a book."""
    width = max(len(name) for name in rows)
    print(" " * width, *(f"{head:>9}" for head in _HEADS))
    for name, figures in rows.items():
        cells = (form.format(figures.get(key, 0)) for key, form in _COLUMNS)
        print(f"{name:{width}}", *(f"{cell:>9}" for cell in cells))
    for name, figures in rows.items():
        if "one core" in figures:
            print(name, *(f"{key}: {figures[key]:.1f} pages/s" for key in _RATES), sep="  ")


def print_kinds(pairs: list[FormulaPair], count: int) -> None:
    """Print the commonest kinds of errors, with an example of each."""
    wrong = [pair for pair in pairs if not pair.equal and (pair.symbols >= 3 or not pair.source)]
    kinds = Counter(pair.kind for pair in wrong)
    print(f"\n{len(wrong)} inexact formulas; the commonest kinds:")
    for kind, number in kinds.most_common(count):
        examples = [pair for pair in wrong if pair.kind == kind]
        example = min(examples, key=lambda pair: len(pair.source) + len(pair.output))
        print(f"{number:6}  {kind}")
        print(f"          p.{example.page}  source {' '.join(example.source.split())[:150]}")
        print(f"                 output {' '.join(example.output.split())[:150]}")


def options() -> argparse.ArgumentParser:
    """Return the options of this script."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--book", default="", help="only books whose name has this in it")
    parser.add_argument("--folder", type=Path, help="books elsewhere: NAME/NAME.pdf and NAME.tex")
    parser.add_argument("--pages", help="1-based, such as 10-40")
    parser.add_argument("--reader", choices=("local", "typeset"), default="local")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--rate", action="store_true", help="pages a second, pymupdf4llm beside")
    parser.add_argument("--kinds", type=int, default=10, help="how many kinds of errors to show")
    parser.add_argument("--dump", type=Path, help="write every pair as a line of JSON")
    parser.add_argument("--prose", type=Path, help="write what differs in the prose, likewise")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--oracle", action="store_true", help="the source against itself")
    parser.add_argument("--degrade", type=float, default=0.0, help="share of formulas to spoil")
    return parser


def main() -> None:
    """Measure the books and print the table."""
    parser = options()
    arguments = parser.parse_args()
    total = BookFigures()
    rows: dict[str, dict[str, float]] = {}
    seconds = 0.0
    lines: list[str] = []
    for name, pdf, source in books(arguments):
        result, read = measure(pdf, source, arguments)
        rows[name] = result.figures()
        rows[name]["pages_per_second"] = result.pages / read.seconds if read.seconds else 0.0
        seconds += read.seconds
        if arguments.rate:
            rows[name] |= rates(pdf, arguments)
        pairs = ({"book": name, **pair.to_dict()} for pair in result.pairs)
        lines += [json.dumps(pair, ensure_ascii=False) + "\n" for pair in pairs]
        total.add(result)
    if arguments.dump:
        arguments.dump.write_text("".join(lines))
    if arguments.prose:
        write_prose(arguments.prose, total)
    if not rows:
        parser.error("no PDF with a source beside it; see --folder and --book")
    if len(rows) > 1:
        rows["all"] = total.figures()
        rows["all"]["pages_per_second"] = total.pages / seconds if seconds else 0.0
    if arguments.json:
        print(json.dumps(rows, indent=1))
        return
    print_table(rows)
    print_kinds(total.pairs, arguments.kinds)


if __name__ == "__main__":
    main()
