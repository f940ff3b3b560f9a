"""A tiny model for the tests of this folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.tiny_models import save_v2


@pytest.fixture(scope="package")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny DeepSeek-OCR-2."""
    return save_v2(tmp_path_factory.mktemp("tiny") / "v2")
