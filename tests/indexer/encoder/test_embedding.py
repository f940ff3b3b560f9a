"""Embedding: runs of texts, the fast backend, when it is taken; encoders kept for all libraries."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.encoder import bulk as encoder_bulk
from indexer.encoder.bfloat16 import Bfloat16Encoder
from indexer.encoder.bulk import MANY, SOME, TorchBackend, TorchEncoder, agrees, open_bulk_encoder
from indexer.encoder.encoder import Encoder, _runs
from indexer.encoder.export import DEFAULT_ENCODER, LEAST_COSINE, PROBES, fingerprint, locate_model
from indexer.encoder.store import find_model, install_encoder, remove_other_encoders
from ocr_service.common.bfloat16_model import has_bfloat16

TEXTS = ["A vector space has a basis.", *PROBES, "x", "An open set is a union of open balls. " * 4]


@pytest.fixture(scope="module")
def folder(encoder_cache: Path) -> Path:
    """The ONNX export of the default encoder."""
    # By its name: other tests prepare encoders of their own in the same cache.
    return encoder_cache / "octavo" / "encoders" / fingerprint(locate_model(DEFAULT_ENCODER))[:16]


@pytest.fixture(scope="module")
def light(folder: Path) -> Encoder:
    return Encoder(folder)


@pytest.fixture(scope="module")
def bfloat16(light: Encoder) -> TorchEncoder:
    """The default encoder in bfloat16, which every CPU can at least imitate."""
    return TorchEncoder(light.info, TorchBackend("cpu", "bfloat16", 16))


@given(st.lists(st.integers(1, 300), max_size=60))
def test_runs_hold_every_text_once_and_little_padding(lengths: list[int]) -> None:
    runs = list(_runs(lengths))
    assert sorted(row for run in runs for row in run) == list(range(len(lengths)))
    for run in runs:
        assert len(run) == 1 or len(run) * max(lengths[row] for row in run) <= 512


def test_a_text_has_the_same_vector_in_any_company(light: Encoder) -> None:
    together = light.encode_documents(TEXTS)
    alone = np.stack([light.encode_documents([text])[0] for text in TEXTS])
    assert np.min(np.sum(together * alone, axis=1)) > 0.99999
    backwards = light.encode_documents(TEXTS[::-1])
    np.testing.assert_allclose(together, backwards[::-1], atol=1e-5)
    assert light.encode_documents([]).shape == (0, light.info.dimension)


def test_bfloat16_agrees_with_the_onnx_export(light: Encoder, bfloat16: TorchEncoder) -> None:
    short = [text for text in TEXTS if len(text) < 200]
    found, expected = bfloat16.encode_documents(short), light.encode_documents(short)
    assert found.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), 1, atol=1e-6)
    assert np.min(np.sum(found * expected, axis=1)) >= LEAST_COSINE
    assert agrees(bfloat16, light)


@pytest.mark.skipif(not has_bfloat16(), reason="needs a CPU that multiplies bfloat16, and OpenVINO")
def test_openvino_gives_the_vectors_of_the_export_in_bfloat16(folder: Path, light: Encoder) -> None:
    fast = Bfloat16Encoder(folder)
    found, expected = fast.encode_documents(TEXTS), light.encode_documents(TEXTS)
    assert np.min(np.sum(found * expected, axis=1)) >= LEAST_COSINE
    assert agrees(fast, light)
    assert isinstance(open_bulk_encoder(folder, TEXTS, SOME), Bfloat16Encoder)


def test_few_passages_do_not_wait_for_torch(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def never() -> None:
        raise AssertionError("torch was asked")

    monkeypatch.setattr(encoder_bulk, "find_torch_backend", never)
    assert isinstance(open_bulk_encoder(folder, TEXTS, MANY - 1), Encoder)
    with pytest.raises(AssertionError, match="torch was asked"):
        open_bulk_encoder(folder, TEXTS, MANY)


def test_a_backend_that_cannot_be_taken_is_left(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    backend = TorchBackend("no-such-device", "bfloat16", 16)
    monkeypatch.setattr(encoder_bulk, "find_torch_backend", lambda: backend)
    assert isinstance(open_bulk_encoder(folder, TEXTS, MANY), Encoder)


def test_a_backend_that_gives_other_vectors_is_left(light: Encoder, bfloat16: TorchEncoder) -> None:
    import torch

    weights = next(p for p in bfloat16._model.parameters() if p.ndim == 2)
    kept = weights.detach().clone()
    try:
        with torch.no_grad():
            weights.mul_(torch.linspace(0.5, 1.5, weights.shape[1], dtype=weights.dtype))
        assert not agrees(bfloat16, light)
    finally:
        with torch.no_grad():
            weights.copy_(kept)


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sentence encoder of one random layer, with the default encoder's words."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.models import Pooling, Transformer
    from transformers import AutoTokenizer, BertConfig, BertModel

    folder = tmp_path_factory.mktemp("tiny")
    tokenizer = AutoTokenizer.from_pretrained(locate_model(DEFAULT_ENCODER))
    config = BertConfig(
        vocab_size=len(tokenizer),
        hidden_size=32,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=64,
    )
    BertModel(config).save_pretrained(folder / "bert")
    tokenizer.save_pretrained(folder / "bert")
    words = Transformer(str(folder / "bert"))
    model = SentenceTransformer(
        modules=[words, Pooling(words.get_embedding_dimension())], device="cpu"
    )
    model.save(str(folder / "model"))
    return folder / "model"


def test_a_damaged_encoder_of_the_cache_is_made_again(
    folder: Path, tiny: Path, tmp_path: Path
) -> None:
    key = fingerprint(tiny)[:16]
    damaged = tmp_path / "cache" / key
    shutil.copytree(folder, damaged)
    os.truncate(damaged / "model.onnx.data", 4096)
    installed = install_encoder(find_model(str(tiny)), tmp_path / "encoders", damaged.parent)
    assert installed == tmp_path / "encoders" / key
    for made in (damaged, installed):
        assert Encoder(made).encode_query("a basis").shape == (32,)


def test_what_a_killed_copy_left_is_cleared_away(folder: Path, tmp_path: Path) -> None:
    cache, encoders = folder.parent, tmp_path / "encoders"
    for name in (f".{folder.name}.tmp", ".0123.tmp", "0123"):
        (encoders / name).mkdir(parents=True)
        (encoders / name / "model.onnx.data").write_bytes(b"half")
    installed = install_encoder(find_model(DEFAULT_ENCODER), encoders, cache)
    assert installed == encoders / folder.name
    assert not (encoders / f".{folder.name}.tmp").exists()
    remove_other_encoders(encoders, folder.name)
    assert list(encoders.iterdir()) == [encoders / folder.name]
    assert Encoder(encoders / folder.name).info == Encoder(folder).info
