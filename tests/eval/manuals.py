"""Asks manuals questions in everyday words, which are not the manuals' own.

    python tests/eval/manuals.py --manuals FOLDER --work FOLDER [--whole]

--manuals has the PDFs that manuals.jsonl names, as Debian ships them: valgrind, bzip2-doc,
zlib1g-dev and nettle-dev (unpacked), and the documentation of TeX Live. A library of them is built
in --work. A topic asks within its own manual, or with --whole within all of them; pages of grade 1
and 2 count as right. Five manuals may be looked at when a rule is made; six are kept apart.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from ocr_service.library.library import Library
from search import Searcher
from search.evaluate import Qrels, Topic
from tests.bench.common import OCTAVO
from tests.eval.retrieval import report

TOPICS = Path(__file__).with_name("manuals.jsonl")


def manual_topics(library: Library, *, whole: bool = False) -> tuple[list[Topic], Qrels]:
    """Return the topics whose manual the library has, of two kinds, and their judgements."""
    ids = {}
    for book_id in library.book_ids():
        manifest = library.folder(book_id).manifest()
        if manifest is not None:
            ids[Path(manifest.book.source).name] = book_id
    topics, qrels = [], {}
    for row in map(json.loads, TOPICS.read_text(encoding="utf-8").splitlines()):
        book_id = ids.get(row["file"])
        if book_id is None:
            continue
        kind = "kept apart" if row["kept"] else "looked at"
        topics.append(Topic(row["id"], row["query"], kind, () if whole else (book_id,)))
        qrels[row["id"]] = {f"{book_id}:{page}": grade for page, grade in row["pages"].items()}
    return topics, qrels


def main() -> None:
    """Build the library, ask in every mode and print the measures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--manuals", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--whole", action="store_true")
    arguments = parser.parse_args()
    library = arguments.work / "manuals"
    subprocess.run(
        [OCTAVO, "build", "--quiet", "--library", library, arguments.manuals], check=True
    )
    topics, qrels = manual_topics(Library(library), whole=arguments.whole)
    name = "manuals-whole" if arguments.whole else "manuals"
    report(arguments.work / name, Searcher.open(library), topics, qrels)


if __name__ == "__main__":
    main()
