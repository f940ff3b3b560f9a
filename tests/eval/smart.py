"""Converts the classic collections (CISI, CACM, Medline) from the format of SMART to text sets.

    python tests/eval/smart.py DOCUMENTS QUERIES JUDGEMENTS FOLDER

writes corpus.jsonl, queries.jsonl and qrels.trec into FOLDER, for `retrieval.py --sets FOLDER`. In
the files, ".I 7" begins document or query 7, ".W" its text and ".T" its title; other fields are
left out. A line of judgements begins with a query and a document that answers it.
"""

from __future__ import annotations

import argparse
import json
import re
from pathlib import Path

__all__ = ["read_fields", "read_judgements", "write_text_set"]

_FIELDS = "TW"  # title, text


def read_fields(path: Path) -> dict[str, str]:
    """Return the title and text of each document or query, by its number."""
    texts: dict[str, list[str]] = {}
    number, field = "", ""
    for line in path.read_text(encoding="latin-1").splitlines():
        if begins := re.match(r"\.I\s+(\d+)", line):
            number, field = begins[1], ""
            texts[number] = []
        elif starts := re.fullmatch(r"\.([A-Z])\s*", line):
            field = starts[1]
        elif number and field in _FIELDS:
            texts[number].append(line)
    return {number: " ".join(" ".join(lines).split()) for number, lines in texts.items()}


def read_judgements(path: Path) -> set[tuple[str, str]]:
    """Return pairs of a query and a document that answers it."""
    pairs = set()
    for line in path.read_text(encoding="latin-1").splitlines():
        if line.strip():
            query, document = line.split()[:2]
            pairs.add((str(int(query)), str(int(document))))
    return pairs


def write_text_set(documents: Path, queries: Path, judgements: Path, folder: Path) -> None:
    """Write a collection as a text set; queries without an answer are left out."""
    relevant = read_judgements(judgements)
    judged = {query for query, _ in relevant}
    folder.mkdir(parents=True, exist_ok=True)
    for name, path, kept in (("corpus", documents, None), ("queries", queries, judged)):
        lines = [
            json.dumps({"id": number, "text": text}) + "\n"
            for number, text in read_fields(path).items()
            if kept is None or number in kept
        ]
        (folder / f"{name}.jsonl").write_text("".join(lines), encoding="utf-8")
    lines = [f"{query} 0 {document} 1\n" for query, document in sorted(relevant)]
    (folder / "qrels.trec").write_text("".join(lines), encoding="utf-8")


def main() -> None:
    """Convert one collection."""
    parser = argparse.ArgumentParser()
    for name in ("documents", "queries", "judgements", "folder"):
        parser.add_argument(name, type=Path)
    write_text_set(**vars(parser.parse_args()))


if __name__ == "__main__":
    main()
