"""Hits for shells and scripts: each form can be read back, whatever a book says."""

from __future__ import annotations

import csv
import io
import json
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from indexer.stores.fulltext import FormulaDoc, PassageDoc
from ocr_service.library.library import Library
from search import Searcher
from search.commands.formats import (
    FORMATS,
    SearchResults,
    csv_text,
    files_text,
    markdown_text,
    xml_text,
)
from search.retrieval.hits import Hit, Snippet
from tests.conftest import Octavo

QUESTIONS = (
    ("keyword", "German tank problem"),
    ("hybrid", "singular values of a matrix"),
    ("formula", "A = U \\Sigma V^T"),
)
NASTY = '=HYPERLINK(1)\x00\x1b[31m ]]> </hit> <b>&amp;\ufffe\ud800\u2028```\n> x, "y"'


@pytest.fixture(scope="module")
def searcher(shelf_library: Path) -> Searcher:
    return Searcher.open(shelf_library)


def answer_to(searcher: Searcher, mode: str, question: str) -> SearchResults:
    return SearchResults(
        searcher.library, question, mode, searcher.search(question, mode=mode, limit=8)
    )


@pytest.fixture
def nasty(searcher: Searcher) -> SearchResults:
    """An answer in which every text of a book tries to break out."""
    found = [
        searcher.search(question, mode=mode, limit=1)[0]
        for mode, question in (QUESTIONS[0], QUESTIONS[2])
    ]
    hits: list[Hit] = []
    for hit in found:
        changes: dict[str, Any] = {"label": NASTY, "section": [NASTY, NASTY]}
        if isinstance(hit.source, PassageDoc):
            changes["text"] = NASTY
        elif isinstance(hit.source, FormulaDoc):
            changes["latex"] = NASTY
        hits.append(
            replace(
                hit,
                title=NASTY,
                source=replace(hit.source, **changes),
                snippet=Snippet(" ".join(NASTY.split()), ((1, 10),)),
            )
        )
    return SearchResults(searcher.library, NASTY, "hybrid", hits)


@pytest.mark.parametrize(("mode", "question"), QUESTIONS)
def test_files_are_places_in_pages(searcher: Searcher, mode: str, question: str) -> None:
    answer = answer_to(searcher, mode, question)
    lines = files_text(answer).splitlines()
    assert len(lines) == len(answer.hits)
    for hit, line in zip(answer.hits, lines, strict=True):
        path, number, text = line.split(":", 2)
        assert path.endswith(f"{hit.source.book_id}/pages/page_{hit.source.page:04d}.mmd")
        assert text == hit.snippet.text
        page_lines = Path(path).read_text(encoding="utf-8").split("\n")
        shown = page_lines[int(number) - 1].lower()
        marks = [hit.snippet.text[a:b].lower() for a, b in hit.snippet.marks]
        assert not marks or any(word in shown for word in marks)


def test_the_line_is_the_one_that_grep_finds(ask_here: Octavo) -> None:
    done = ask_here("search", "--format", "files", "--mode", "keyword", "-k", "1", "German tank")
    path, number, _ = done.stdout.split(":", 2)
    found = subprocess.run(
        ["grep", "-n", "German tank", path],  # noqa: S607 - the one that people have
        capture_output=True,
        text=True,
        check=True,
    )
    assert found.stdout.split(":")[0] == number


@pytest.mark.parametrize(("mode", "question"), QUESTIONS)
def test_xml_says_what_json_says(ask_here: Octavo, mode: str, question: str) -> None:
    done = ask_here("search", "--mode", mode, "--format", "xml", question)
    root = ElementTree.fromstring(done.stdout)  # noqa: S314 - our own
    whole = json.loads(ask_here("search", "--mode", mode, "--json", question).stdout)
    assert (root.findtext("query"), root.findtext("mode")) == (question, mode)
    assert len(root.findall("hit")) == len(whole["hits"])
    for element, hit in zip(root.findall("hit"), whole["hits"], strict=True):
        for key in ("rank", "score", "kind", "title", "book_id", "page", "label", "snippet"):
            assert element.findtext(key) == str(hit[key]), key
        assert [one.text for one in element.findall("section")] == hit["section"]
        assert [one.findtext("retriever") for one in element.findall("contributions")] == [
            part["retriever"] for part in hit["contributions"]
        ]
        if hit["kind"] == "formula":
            assert element.findtext("latex") == hit["latex"]
            assert element.findtext("display") == str(hit["display"]).lower()
            assert (element.find("number") is None) == (hit["number"] is None)


@pytest.mark.parametrize(("mode", "question"), QUESTIONS)
def test_csv_reads_back(ask_here: Octavo, mode: str, question: str) -> None:
    done = ask_here("search", "--mode", mode, "--format", "csv", question)
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    whole = json.loads(ask_here("search", "--mode", mode, "--json", question).stdout)
    assert len(rows) == len(whole["hits"])
    for row, hit in zip(rows, whole["hits"], strict=True):
        for key in ("rank", "score", "kind", "title", "book_id", "page", "label"):
            assert row[key] == str(hit[key]), key
        assert row["section"] == " › ".join(hit["section"])
        assert row["snippet"].removeprefix("'") == hit["snippet"]
        assert row["latex"].removeprefix("'") == hit.get("latex", "")


def test_markdown_cites_and_quotes(ask_here: Octavo) -> None:
    done = ask_here("search", "--format", "md", "--mode", "keyword", "-k", "1", "German tank")
    title, quotation, command = done.stdout.strip().split("\n\n")
    assert title.startswith("1. **The Octavo Authors, A Primer of Statistical Inference**, p. 4 (")
    assert "p. 4 (PDF page 9), " in title
    assert title.endswith("2.1 Estimators, bias and risk")
    assert quotation.startswith("   > ")
    assert "**German** **tank**" in quotation
    assert command == "   `octavo page statistics-primer 9`"


def test_a_book_breaks_no_form(nasty: SearchResults, searcher: Searcher) -> None:
    root = ElementTree.fromstring(xml_text(nasty))  # noqa: S314
    assert len(root.findall("hit")) == 2
    assert "]]> </hit> <b>&amp;" in str(root.find("hit").findtext("title"))  # type: ignore[union-attr]
    rows = list(csv.DictReader(io.StringIO(csv_text(nasty))))
    assert len(rows) == 2
    for row in rows:
        assert None not in row
        texts = [row[key] for key in ("title", "label", "section", "latex", "snippet")]
        assert not [text for text in texts if text.startswith(("=", "+", "-", "@"))]
        assert rows[0]["title"].startswith("'=HYPERLINK")
    assert len(files_text(nasty).splitlines()) == 2
    for line in markdown_text(nasty).splitlines():
        assert line == "" or line.startswith(("1. **", "   > ", "   `octavo page "))
    for form in FORMATS.values():
        text = form(nasty)
        assert not {"\x00", "\x1b"} & set(text)
        assert form(SearchResults(searcher.library, "x", "hybrid", [])) is not None


def test_a_page_that_is_gone_has_a_line_all_the_same(searcher: Searcher, tmp_path: Path) -> None:
    hits = searcher.search("tank", mode="keyword", limit=1)
    line = files_text(SearchResults(Library(tmp_path), "tank", "keyword", hits))
    assert line.split(":")[1] == "1"


def test_no_two_forms_at_once(ask_here: Octavo) -> None:
    done = ask_here("search", "--format", "csv", "--json", "tank")
    assert (done.returncode, done.stdout) == (2, "")
    assert "--json" in done.stderr
    assert ask_here("search", "--format", "yaml", "tank").returncode == 2
