"""The examples of docs/api.md run, and say what the text says."""

from __future__ import annotations

import doctest
from pathlib import Path

import pytest

from tests.conftest import ROOT


def test_the_examples_of_the_api(shelf_library: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(shelf_library.parent)
    result = doctest.testfile(str(ROOT / "docs" / "api.md"), False, encoding="utf-8")
    assert result.attempted > 20
    assert result.failed == 0
