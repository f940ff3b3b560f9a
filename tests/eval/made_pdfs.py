"""Makes PDFs of known sources with ordinary programs and judges the markdown against the source.

    python tests/eval/made_pdfs.py                  all documents
    python tests/eval/made_pdfs.py --only beamer    documents whose name has this in it
      [--work DIR] [--wrong N] [--jobs N]

A line a document, in percent: words of the source that are in the markdown, those of them in the
source's order, headings found and with the right level, table cells at their place, list items,
footnotes kept as notes, code lines with their indentation, inline and displayed formulas that are
exactly right; then counts of glued words, of formulas and of headings that the source does not
have. A program that is not installed is named, and its documents are left out.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import fields
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.eval.made.documents import DOCUMENTS
from tests.eval.made.found import read_pdf, shown_by
from tests.eval.made.judge import Share, Verdict, judge
from tests.eval.made.produce import SOURCES, Document, make
from tests.eval.made.truth import read_truth

_FORMS = {".md": "markdown", ".html": "html", ".tex": "latex", ".typ": "markdown"}
_SHARES = [one.name for one in fields(Verdict) if one.default_factory is Share]
_COUNTS = ("glued", "extra_formulas", "extra_headings")


def measure(document: Document, work: Path) -> Verdict | str:
    """Make, read and judge a document; return why not if it cannot be made."""
    folder = work / document.name
    pdf = make(document, folder)
    if isinstance(pdf, str):
        return pdf
    source = SOURCES / (document.truth or document.source)
    truth = read_truth(source, _FORMS[source.suffix])
    reading = read_pdf(pdf)
    (folder / "made.mmd").write_text("\n\n<!-- page -->\n\n".join(reading.pages))
    (folder / "notes.txt").write_text("\n".join([*reading.engines, *reading.notes]))
    return judge(truth, shown_by(reading.pages), len(reading.pages))


def row(name: str, verdict: Verdict) -> str:
    """Return the line of a document."""
    cells = []
    for field in _SHARES:
        share = getattr(verdict, field)
        cells.append(f"{100 * share.right / share.count:9.1f}" if share.count else f"{'':9}")
    counts = "".join(f"{len(getattr(verdict, field)):8}" for field in _COUNTS)
    return f"{name:24}{''.join(cells)}{counts}"


def faults(verdict: Verdict, most: int) -> Iterator[str]:
    """Yield what is wrong in a document, so many of each kind."""
    for field in _SHARES:
        for wrong in getattr(verdict, field).wrong[:most]:
            yield f"    {field}: {wrong}"
    for field in _COUNTS:
        for wrong in getattr(verdict, field)[:most]:
            yield f"    {field}: {wrong}"


def total(verdicts: list[Verdict]) -> Verdict:
    """Return the sum of the figures of several documents."""
    whole = Verdict()
    for verdict in verdicts:
        for field in _SHARES:
            getattr(whole, field).plus(getattr(verdict, field))
        for field in _COUNTS:
            getattr(whole, field).extend(getattr(verdict, field))
    return whole


def options() -> argparse.ArgumentParser:
    """Return the options of this script."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--only", default="", help="documents whose name has this in it")
    parser.add_argument("--work", type=Path, help="keep PDFs and markdown in this folder")
    parser.add_argument("--wrong", type=int, default=0, help="show as many faults of each kind")
    parser.add_argument("--jobs", type=int, default=2)
    return parser


def main() -> None:
    """Measure the documents and print the table."""
    arguments = options().parse_args()
    work = (arguments.work or Path(tempfile.mkdtemp(prefix="made-pdfs-"))).resolve()
    wanted = [one for one in DOCUMENTS if arguments.only in one.name]
    heads = "".join(f"{field:>9}" for field in _SHARES)
    print(f"{'document':24}{heads}{'glued':>8}{'formul.+':>8}{'heads+':>8}")
    verdicts = []
    with ProcessPoolExecutor(arguments.jobs) as pool:
        results = pool.map(partial(measure, work=work), wanted)
        for document, verdict in zip(wanted, results, strict=True):
            if isinstance(verdict, str):
                print(f"{document.name:24}left out: {verdict}")
                continue
            verdicts.append(verdict)
            print(row(document.name, verdict), *faults(verdict, arguments.wrong), sep="\n")
            sys.stdout.flush()
    if verdicts:
        print(row(f"all {len(verdicts)}", total(verdicts)))


if __name__ == "__main__":
    main()
