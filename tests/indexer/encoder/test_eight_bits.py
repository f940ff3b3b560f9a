"""The form in eight bits gives nearly the vectors of the export, and is left where it does not."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import numpy as np
import pytest

from indexer.encoder import bulk, eight_bits
from indexer.encoder.bulk import SOME, open_bulk_encoder
from indexer.encoder.eight_bits import EIGHT_BITS, write_eight_bits
from indexer.encoder.encoder import Encoder, open_query_encoder
from indexer.encoder.export import DEFAULT_ENCODER, PROBES
from indexer.encoder.store import find_model, install_encoder

# Others than those by which the large channels were found.
TEXTS = [
    "A vector space has a basis.",
    "x",
    "Let \\(f: X \\to Y\\) be continuous and \\(X\\) compact; then \\(f(X)\\) is compact. " * 9,
    "Chapter 4\nHypothesis tests\n\nThe power of a test is the probability that it rejects.",
    "Wie groß ist die Wahrscheinlichkeit, dass zwei von dreißig am selben Tag Geburtstag haben?",
    "1 2 3 5 8 13 21 34 55 89 144",
]


@pytest.fixture(scope="module")
def folder(encoder_cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The default encoder as a library has it, to be changed by tests."""
    cache = encoder_cache / "octavo" / "encoders"
    encoders = tmp_path_factory.mktemp("encoders")
    return install_encoder(find_model(DEFAULT_ENCODER), encoders, cache)


def cosines(folder: Path) -> np.ndarray:
    """Return the cosines of the vectors in eight bits with the export's."""
    exact, short = Encoder(folder), Encoder(folder, EIGHT_BITS)
    product = exact.encode_documents(TEXTS) * short.encode_documents(TEXTS)
    found: np.ndarray = product.sum(axis=1)
    return found


def test_the_vectors_are_nearly_the_same(folder: Path) -> None:
    found = cosines(folder)
    assert found.min() > 0.99
    assert found.mean() > 0.997
    vectors = Encoder(folder, EIGHT_BITS).encode_documents(TEXTS)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_the_weights_are_not_stored_twice(folder: Path) -> None:
    whole = (folder / "model.onnx.data").stat().st_size
    assert sum(path.stat().st_size for path in folder.glob(f"{EIGHT_BITS}*")) < whole / 5


def test_large_channels_are_multiplied_apart(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    together = tmp_path / folder.name
    shutil.copytree(folder, together)
    monkeypatch.setattr(eight_bits, "_STANDS_OUT", float("inf"))
    write_eight_bits(together, [Encoder(folder).inputs(text) for text in PROBES])
    lost, lost_together = 1 - cosines(folder).mean(), 1 - cosines(together).mean()
    assert lost < lost_together / 2
    assert {path.name for path in together.iterdir()} == {path.name for path in folder.iterdir()}


def test_it_is_taken_for_some_passages_if_it_is_faster(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "has_bfloat16", lambda: False)
    exact = Encoder(folder).encode_documents(TEXTS)
    for wins in (True, False):
        monkeypatch.setattr(bulk, "_wins", lambda *_, wins=wins: wins)
        few = open_bulk_encoder(folder, TEXTS, SOME - 1).encode_documents(TEXTS)
        np.testing.assert_allclose(few, exact, atol=1e-5)
        some = open_bulk_encoder(folder, TEXTS, SOME).encode_documents(TEXTS)
        assert np.allclose(some, exact, atol=1e-5) is not wins


def test_questions_are_encoded_by_it(folder: Path) -> None:
    exact, short = Encoder(folder), open_query_encoder(folder)
    for text in TEXTS:
        expected = Encoder(folder, EIGHT_BITS).encode_query(text)
        np.testing.assert_allclose(short.encode_query(text), expected, atol=1e-6)
        assert 0.99 < float(expected @ exact.encode_query(text)) < 0.99999


def test_questions_are_encoded_by_the_export_where_it_is_damaged(
    folder: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    copy = tmp_path / folder.name
    shutil.copytree(folder, copy)
    os.truncate(copy / EIGHT_BITS, 10_000)
    found = open_query_encoder(copy).encode_query(TEXTS[0])
    np.testing.assert_allclose(found, Encoder(folder).encode_query(TEXTS[0]), atol=1e-6)
    assert "plain form" in caplog.text


def test_it_is_not_kept_if_it_gives_other_vectors(
    encoder_cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepared = encoder_cache / "octavo" / "encoders" / find_model(DEFAULT_ENCODER).key
    shutil.copytree(prepared, tmp_path / "cache" / prepared.name)
    for path in (tmp_path / "cache" / prepared.name).glob(f"{EIGHT_BITS}*"):
        path.unlink()
    monkeypatch.setattr(eight_bits, "_LEVELS", 1)  # signs and zeros
    install_encoder(find_model(DEFAULT_ENCODER), tmp_path / "encoders", tmp_path / "cache")
    installed = {path.name for path in (tmp_path / "encoders" / prepared.name).iterdir()}
    assert not {name for name in installed if name.startswith(EIGHT_BITS)}
    assert "model.onnx" in installed


@pytest.mark.parametrize("damage", ["missing", "cut off", "of another encoder"])
def test_the_export_is_used_where_it_is_damaged(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, damage: str
) -> None:
    monkeypatch.setattr(bulk, "has_bfloat16", lambda: False)
    monkeypatch.setattr(bulk, "_wins", lambda *_: True)
    copy = tmp_path / folder.name
    shutil.copytree(folder, copy)
    if damage == "missing":
        (copy / EIGHT_BITS).unlink()
    elif damage == "cut off":
        os.truncate(copy / EIGHT_BITS, (copy / EIGHT_BITS).stat().st_size // 2)
    else:  # weights in another order: vectors of the right shape
        weights = np.fromfile(copy / f"{EIGHT_BITS}.data", dtype=np.int8)
        weights[: 384 * 384] = weights[: 384 * 384][::-1]
        weights.tofile(copy / f"{EIGHT_BITS}.data")
    found = open_bulk_encoder(copy, TEXTS, SOME).encode_documents(TEXTS)
    np.testing.assert_allclose(found, Encoder(folder).encode_documents(TEXTS), atol=1e-5)
