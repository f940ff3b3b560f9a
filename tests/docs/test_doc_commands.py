"""The command lines in the docs and in the help do what is said of them: each is run."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pymupdf
import pytest

from tests.conftest import ROOT, Octavo, call_octavo
from tests.docs.test_docs import DOCS, code_lines
from tests.support.helpers import make_page_folder, make_pdf

# What is not run here, and where the same is run.
ELSEWHERE = {
    "serve-ocr": "needs a model of gigabytes; ocr_service/server/ serves a small one",
    "--engine service": "needs such a server; ocr_service/client/test_service_build.py has one",
    "--encoder": "fetches a model; indexer/encoder/test_embedding.py brings one",
    "--formulas": "needs a reader of formulas; end_to_end has a test with one of its own",
    "--engine tesseract": "needs Tesseract and its languages; engines/scan has tests of it",
    "--watch": "goes on until it is stopped; indexer/building/test_watch.py does that",
    "mcp --http": "serves until it is stopped; search/mcp/test_http.py does that",
    "--index": "needs a server; indexer/qdrant/ runs its engine in the process",
    "octavo open": "starts a viewer; search/reader/test_open.py brings one",
    "octavo read": "serves until it is stopped; search/reader/test_browser.py does that",
}
LINES = list(
    dict.fromkeys(
        line
        for path in [*DOCS, ROOT / "docs" / "skill" / "octavo" / "SKILL.md"]
        for line in code_lines(path)
    )
)
RUN = [line for line in LINES if not any(part in line for part in ELSEWHERE)]
BUILDS = [line for line in RUN if line.startswith("octavo build")]
WRITERS = [line for line in RUN if line.startswith(("octavo reclean", "octavo remove"))]
HITS = [line for line in RUN if line.startswith("octavo page statistics-primer")]  # of README.md
HITS += [line for line in RUN if line.startswith("octavo page random-walks")]
README = (ROOT / "README.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^    \$ (octavo [^\n]+)\n((?:    [^\n]+\n)+)", README, re.MULTILINE)
ASKED = [
    line
    for line in RUN
    if line not in [*BUILDS, *WRITERS, *HITS] and line not in [asked for asked, _ in EXAMPLES]
]

PAGES = {
    12: "A conjugate prior keeps the posterior in its family, which makes its update easy.",
    13: "An unbiased estimator is right on the average. The maximum likelihood estimator is not.",
    14: "The conjugate prior of the binomial likelihood is the beta distribution.",
    33: "Another conjugate prior, of the normal mean, is normal; see the table of these.",
    51: "The sample variance is divided by n - 1, so that it is unbiased.",
    53: "Whoever has read as far as this page has come to the end of the primer.",
}
NOTES = (
    "# Notes on Least Squares\n\nThe normal equations \\[ A^T A x = A^T b \\] have a solution.",
    "Giuseppe Piazzi discovered Ceres.\n\n\\[ A = U \\Sigma V^T, \\quad p(x) = c e^{-x^2} \\]",
)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory, encoder_cache: Path) -> Path:
    """A home folder with the files that the examples name, where all `octavo build` were run."""
    assert encoder_cache.is_dir()
    home = tmp_path_factory.mktemp("desk")
    books = home / "books"
    books.mkdir()
    primer = make_pdf(books / "primer.pdf", [PAGES.get(n, "") for n in range(1, 61)], "A Primer")
    with pymupdf.open(primer) as document:
        document.set_page_labels(
            [
                {"startpage": 0, "style": "r", "firstpagenum": 1},
                {"startpage": 20, "style": "D", "firstpagenum": 1},
            ]
        )
        document.saveIncr()
    make_page_folder(books / "least-squares-scan", NOTES)
    make_pdf(home / "thesis.pdf", ["A thesis on the trisection of the angle."])
    make_pdf(home / "scan.pdf", ["A page that says as much as any other."])
    make_page_folder(home / "scans" / "letters", ["A letter on the squaring of the circle."])
    with pymupdf.open(home / "thesis.pdf") as document:
        document.save(
            home / "secret.pdf", encryption=pymupdf.PDF_ENCRYPT_AES_256, user_pw="open sesame"
        )
    guide = (ROOT / "docs" / "guide.md").read_text(encoding="utf-8")
    (topic,) = re.findall(r'`(\{"id": [^`]+\})`', guide)
    (judgement,) = re.findall(r"`(1 0 least-squares-scan:2 1)`", guide)
    (home / "topics.jsonl").write_text(f"{topic}\n")
    (home / "qrels.trec").write_text(f"{judgement}\n")
    assert BUILDS[0].endswith("octavo build ~/books")
    for line in BUILDS:
        done = shell(line, home)
        assert done.returncode == 0, f"{line}: {done.stderr}"
    return home


def shell(line: str, home: Path) -> subprocess.CompletedProcess[str]:
    """Run a line as a person would, with the console script of this environment on the path."""
    surroundings = {
        **os.environ,
        "HOME": str(home),
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
    }
    surroundings.pop("XDG_DATA_HOME", None)
    return subprocess.run(
        ["/bin/bash", "-c", f"set -o pipefail; {line}"],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        cwd=home,
        env=surroundings,
        stdin=subprocess.DEVNULL,
    )


@pytest.mark.parametrize("line", ASKED)
def test_it_answers(desk: Path, line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if re.match("octavo mcp", line) or re.search("[|>]", line):
        done = shell(line, desk)
    else:  # in this process, which is quicker by far
        monkeypatch.setenv("HOME", str(desk))
        monkeypatch.delenv("XDG_DATA_HOME", raising=False)
        monkeypatch.chdir(desk)
        done = call_octavo(*shlex.split(line, comments=True)[1:])
    assert done.returncode == 0, done.stderr
    silent = line.startswith("octavo mcp") or " > " in line  # no client; a file
    assert bool(done.stdout) is not silent
    for word in ("octavo: ", "Traceback"):
        assert word not in done.stderr


def test_labels_and_pages_are_those_that_were_asked_for(desk: Path) -> None:
    by_label = shell("octavo page primer --label xiv", desk).stdout
    assert "the beta distribution" in by_label
    assert "p. xiv (PDF page 14)" in by_label
    assert PAGES[51] in shell("octavo page primer 51", desk).stdout
    found = shell('octavo search --book primer --pages 30-60 -k 3 "conjugate prior"', desk).stdout
    assert "of the normal mean" in found
    assert "beta" not in found


def test_what_writes(desk: Path) -> None:
    assert len(WRITERS) > 2
    for line in WRITERS:
        done = shell(line, desk)
        assert done.returncode == 0, f"{line}: {done.stderr}"
    assert "primer" not in shell("octavo books", desk).stdout


def test_all_that_is_not_run_is_in_the_docs() -> None:
    assert len(ASKED) > 25
    for part in ELSEWHERE:
        assert any(part in line for line in LINES), part


def pieces(written: str) -> Iterator[str]:
    """Yield what stands between the cuts of a printed example, its lines unwrapped."""
    for piece in written.split("…"):
        if text := " ".join(piece.split()):
            yield text


@pytest.mark.parametrize(("asked", "written"), EXAMPLES, ids=[asked for asked, _ in EXAMPLES])
def test_the_readme_s_examples_are_answers(ask: Octavo, asked: str, written: str) -> None:
    answer = " ".join(ask(*shlex.split(asked)[1:]).stdout.split())
    place = 0
    for piece in pieces(written):
        place = answer.find(piece, place)
        assert place >= 0, f"{piece!r} is not in {answer!r}"
        place += len(piece)
