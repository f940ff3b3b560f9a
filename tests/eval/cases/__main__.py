"""Build each case as a user would, and print its verdict.

    python -m tests.eval.cases                    both folders of the corpora
    python -m tests.eval.cases 05 07a             cases whose name begins so
      [--jobs N] [--keep DIR]                     keep the libraries to look at

Exit code 0 if every case is right, 1 if one is not.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.bench.common import need_corpora
from tests.eval.cases import reading, user
from tests.eval.cases.shelf import Shelf


def cases(corpora: Path) -> Iterator[tuple[str, user.Check, Path]]:
    """Yield name, check and input of every case."""
    for name, check in user.CHECKS.items():
        yield name, check, corpora / "user_cases" / name
    for path in sorted((corpora / "reading_cases").glob("*.pdf")):
        yield path.name, reading.check, path


def verdict(check: user.Check, path: Path, library: Path) -> list[str]:
    """Return what is wrong; empty if the case is right."""
    if not path.exists():
        return [f"{path.name} is not there"]
    try:
        return list(check(Shelf(library), path))
    except (OSError, KeyError) as error:  # a book that is not there has no record to look at
        return [f"{type(error).__name__}: {error}"]


def main() -> None:
    """Judge the cases and print a line for each, and one for each fault."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("names", nargs="*", help="cases whose name begins so")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--keep", type=Path, help="folder for the libraries")
    arguments = parser.parse_args()
    chosen = [
        case for case in cases(need_corpora())
        if not arguments.names or case[0].startswith(tuple(arguments.names))
    ]  # fmt: skip
    with tempfile.TemporaryDirectory() as name, ThreadPoolExecutor(arguments.jobs) as pool:
        folder = arguments.keep or Path(name)
        libraries = [folder / case_name for case_name, _, _ in chosen]
        faults = list(pool.map(verdict, [c[1] for c in chosen], [c[2] for c in chosen], libraries))
    for (case_name, _, _), wrong in zip(chosen, faults, strict=True):
        print(f"{'WRONG' if wrong else 'right'}  {case_name}")
        for fault in wrong:
            print(f"         {fault}")
    right = sum(not wrong for wrong in faults)
    print(f"{right} of {len(chosen)} cases are right")
    sys.exit(right < len(chosen))


if __name__ == "__main__":
    main()
