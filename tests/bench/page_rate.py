"""Measures pages a second of `octavo build` next to pymupdf4llm on the same pages and cores.

    python tests/bench/page_rate.py [BOOK...] [--jobs N] [--library DIR] [--prepared]

Reads the three books of the development corpora, 486 pages, or the books in the given folders.
`octavo build` is the whole command: reading, cleaning, splitting, embedding and indexing into an
empty library; with --prepared, after the ONNX export of the encoder was made once on this machine.
pymupdf4llm only makes markdown: `to_markdown(doc, pages=[...], use_ocr=False)`, pages dealt out in
turn, import and model loading not counted. The two run one after the other, pymupdf4llm first. CPU
seconds of all processes are printed with the wall time; on a shared machine they vary less.
pymupdf4llm's CPU seconds include its start.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import re
import resource
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.bench.common import OCTAVO, ROOT, need_corpora, timed


def rival_pages(path: str, page_indexes: list[int], ready: object, go: object) -> None:
    """Make markdown of some pages of one book, as pymupdf4llm does."""
    import pymupdf
    import pymupdf4llm

    document = pymupdf.open(path)
    pymupdf4llm.to_markdown(document, pages=[0], use_ocr=False)
    ready.release()  # type: ignore[attr-defined]
    go.wait()  # type: ignore[attr-defined]
    pymupdf4llm.to_markdown(document, pages=page_indexes, use_ocr=False)


def rival_seconds(path: Path, jobs: int) -> tuple[int, float]:
    """Return the page count and how long `jobs` processes of pymupdf4llm take for a book."""
    import pymupdf

    count = pymupdf.open(path).page_count
    context = multiprocessing.get_context("spawn")
    ready, go = context.Semaphore(0), context.Event()
    workers = [
        context.Process(
            target=rival_pages, args=(str(path), list(range(first, count, jobs)), ready, go)
        )
        for first in range(jobs)
    ]
    for worker in workers:
        worker.start()
    for _ in workers:
        ready.acquire()
    began = time.perf_counter()
    go.set()
    for worker in workers:
        worker.join()
    return count, time.perf_counter() - began


def cpu_seconds() -> float:
    """Return the CPU time of all processes that this one has waited for."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def main() -> None:
    """Print pages a second of both, and their ratio."""
    parser = argparse.ArgumentParser()
    parser.add_argument("books", nargs="*")
    parser.add_argument("--jobs", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--library", type=Path)
    parser.add_argument("--prepared", action="store_true")
    arguments = parser.parse_args()
    books = [
        path
        for path in sorted(need_corpora().glob("books/*/*.pdf"))
        if not arguments.books or path.parent.name in arguments.books
    ]
    pages, rival = 0, 0.0
    rival_cpu = -cpu_seconds()
    for book in books:
        count, seconds = rival_seconds(book, arguments.jobs)
        pages, rival = pages + count, rival + seconds
    rival_cpu += cpu_seconds()
    with tempfile.TemporaryDirectory() as scratch:
        if arguments.prepared:
            notes = ROOT / "data" / "shelf" / "linear-algebra-notes"
            timed([OCTAVO, "build", notes, "--library", Path(scratch) / "warm"])
        library = arguments.library or Path(scratch) / "library"
        command = [OCTAVO, "build", *books, "--library", library, "--jobs", str(arguments.jobs)]
        our_cpu = -cpu_seconds()
        ours = timed(command)
        our_cpu += cpu_seconds()
    name = re.sub(r"\s+", " ", f"octavo build {'(encoder prepared)' if arguments.prepared else ''}")
    print(f"{pages} pages, {arguments.jobs} processes")
    rate = pages / rival
    print(f"pymupdf4llm.to_markdown {rival:7.1f} s {rate:6.2f} pages/s, CPU {rival_cpu:.0f} s")
    print(f"{name:23} {ours:7.1f} s {pages / ours:6.2f} pages/s, CPU {our_cpu:.0f} s")
    print(f"ratio {rival / ours:.2f} by wall time, {rival_cpu / our_cpu:.2f} by CPU time")


if __name__ == "__main__":
    main()
