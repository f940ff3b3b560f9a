"""Libraries for the tests of builds."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Path]:
    """A place for a library of this test's own; taken away, as its encoder is 90 MB."""
    place = tmp_path / "library"
    yield place
    shutil.rmtree(place, ignore_errors=True)
