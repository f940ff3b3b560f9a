"""The examples of docs/api.md run, say what the text says, and show the whole public API."""

from __future__ import annotations

import ast
import doctest
import subprocess
import sys
from pathlib import Path

import pytest

import search
from tests.conftest import ROOT

API = ROOT / "docs" / "api.md"


def test_the_examples_of_the_api(shelf_library: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(shelf_library.parent)
    result = doctest.testfile(str(API), False, encoding="utf-8")
    assert result.attempted > 20
    assert result.failed == 0


def test_the_examples_import_the_public_names_and_no_others() -> None:
    parser = doctest.DocTestParser()
    imported: list[str] = []
    for example in parser.get_examples(API.read_text(encoding="utf-8")):
        for node in ast.walk(ast.parse(example.source)):
            assert not isinstance(node, ast.Import)
            if isinstance(node, ast.ImportFrom) and node.module != "pathlib":
                assert node.module == "search"
                imported += [name.name for name in node.names]
    assert sorted(imported) == sorted(search.__all__)


def test_public_names_are_loaded_when_they_are_used() -> None:
    code = (
        "import sys, search; before = set(sys.modules)\n"
        "assert not [m for m in before if m.startswith(('search.', 'indexer', 'tantivy'))]\n"
        "assert set(search.__all__) <= set(dir(search))\n"
        "from search import *\n"
        "assert all(name in globals() for name in search.__all__)\n"
        "print([m for m in ('torch', 'pymupdf', 'mcp', 'pydantic') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
    with pytest.raises(AttributeError, match="no attribute 'Searchers'"):
        _ = search.Searchers
