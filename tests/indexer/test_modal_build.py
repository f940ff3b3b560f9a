"""The function that builds on many machines: its definition, and what it does, run here."""

from __future__ import annotations

from pathlib import Path

import pytest

from indexer.modal_build import MOST_CONTAINERS, build_file, packages
from indexer.qdrant.editions import list_editions
from tests.support.engines import make_engine
from tests.support.helpers import make_document


def test_settings_of_the_function() -> None:
    info = build_file.info()
    assert not info.gpus
    assert (info.cpu, info.memory_mib, info.timeout) == (4.0, 8 * 1024, 120 * 60)
    assert "octavo-shelf" in str(info.secrets)
    assert MOST_CONTAINERS > 1


def test_the_image_has_the_versions_that_are_tested() -> None:
    pins = dict(text.split("==") for text in packages())
    assert {"tantivy", "PyMuPDF", "onnxruntime"} <= set(pins)
    assert "pytest" not in pins


@pytest.mark.usefixtures("encoder_cache")
def test_a_file_is_read_and_stored(tmp_path: Path) -> None:
    file = make_document(tmp_path / "dogs.mmd", ["Dogs bark."])
    places = (f"edge:{tmp_path / 'edge'}", f"file://{tmp_path / 'shelf'}")
    code, told = build_file.local(f"file://{file}", *places)
    assert (code, "1 book stored" in told) == (0, True), told
    engine = make_engine("edge", tmp_path)
    assert [one.book_id for one in list_editions(engine)] == ["dogs"]
    engine.close()
    assert (tmp_path / "shelf" / "books" / "dogs" / "pages" / "page_0001.mmd").exists()
