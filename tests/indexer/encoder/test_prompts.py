"""Prompts, pooling and lengths, on small models of the classes that docs/guide.md names."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from indexer.encoder.encoder import Encoder
from indexer.encoder.export import fingerprint, load_original
from indexer.encoder.prompts import Prompts, known_prompts, stated_prompts
from indexer.encoder.store import find_model, install_encoder

BGE_QUERY = "Represent this sentence for searching relevant passages: "
# The last is longer than the window of ModernBERT's local attention.
TEXTS = ["variance", "The sample mean is an unbiased estimator.", "an open set is a union " * 60]
PAD, UNKNOWN, CLS, SEP, MASK = SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
MakeEncoder = Callable[..., Path]


def _tokenizer(length: int) -> Any:
    """Return a fast tokenizer whose words are those of the texts and prompts."""
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors, trainers
    from transformers import PreTrainedTokenizerFast

    words = Tokenizer(models.WordPiece(unk_token=UNKNOWN))
    words.normalizer = normalizers.Lowercase()
    words.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    trainer = trainers.WordPieceTrainer(vocab_size=300, special_tokens=SPECIAL)
    words.train_from_iterator([*TEXTS, BGE_QUERY, "query: passage: "], trainer)
    words.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=words,
        model_max_length=length,
        pad_token=PAD,
        unk_token=UNKNOWN,
        cls_token=CLS,
        sep_token=SEP,
        mask_token=MASK,
    )


def _bert(vocabulary: int) -> Any:
    from transformers import BertConfig, BertModel

    return BertModel(
        BertConfig(
            vocab_size=vocabulary,
            hidden_size=32,
            num_hidden_layers=2,
            num_attention_heads=2,
            intermediate_size=64,
        )
    )


def _modern_bert(vocabulary: int) -> Any:
    from transformers import ModernBertConfig, ModernBertModel

    return ModernBertModel(
        ModernBertConfig(
            vocab_size=vocabulary,
            hidden_size=32,
            num_hidden_layers=4,
            num_attention_heads=2,
            intermediate_size=48,
            global_attn_every_n_layers=3,
            local_attention=128,
            pad_token_id=0,
            cls_token_id=2,
            sep_token_id=3,
            bos_token_id=2,
            eos_token_id=3,
        )
    )


@pytest.fixture(scope="module")
def make_encoder(tmp_path_factory: pytest.TempPathFactory) -> MakeEncoder:
    """Save a random sentence encoder under a name, with a pooling and stated prompts."""

    def make(
        name: str, kind: Callable[[int], Any], pooling: str, length: int, **prompts: str
    ) -> Path:
        import torch
        from sentence_transformers import SentenceTransformer
        from sentence_transformers.models import Normalize, Pooling, Transformer

        torch.manual_seed(7)
        folder = tmp_path_factory.mktemp("models")
        tokenizer = _tokenizer(length)
        kind(len(tokenizer)).save_pretrained(folder / "words")
        tokenizer.save_pretrained(folder / "words")
        words = Transformer(str(folder / "words"), max_seq_length=length)
        pool = Pooling(words.get_embedding_dimension(), pooling_mode=pooling)
        model = SentenceTransformer(modules=[words, pool, Normalize()], device="cpu")
        if prompts:
            model.prompts = dict(prompts)
        model.save(str(folder / name))
        return folder / name

    return make


def _prepare(model: Path, place: Path) -> Encoder:
    installed = install_encoder(find_model(str(model)), place / "encoders", place / "cache")
    assert (installed / "model.onnx").exists()
    return Encoder(installed)


def _assert_same(light: Encoder, model: Path, query: str, document: str) -> None:
    """Compare with the original, which is given the prompts as plain text."""
    original = load_original(model, model.name)
    for prompt, encode in ((query, light.encode_query), (document, _one_document(light))):
        expected = original.encode([prompt + text for text in TEXTS], prompt="")
        found = np.stack([encode(text) for text in TEXTS])
        assert np.min(np.sum(found * expected, axis=1)) > 0.9999


def _one_document(light: Encoder) -> Callable[[str], Any]:
    return lambda text: light.encode_documents([text])[0]


def test_bge_gets_its_instruction_before_queries_only(
    make_encoder: MakeEncoder, tmp_path: Path
) -> None:
    model = make_encoder("bge-small-en-v1.5", _bert, "cls", 512)
    light = _prepare(model, tmp_path)
    assert (light.info.query_prompt, light.info.document_prompt) == (BGE_QUERY, "")
    assert light.info.max_tokens == 512
    _assert_same(light, model, BGE_QUERY, "")
    assert fingerprint(model, str(model)) != fingerprint(model)  # other vectors, another key


@pytest.mark.parametrize("name", ["granite-embedding-small-english-r2", "gte-modernbert-base"])
def test_modernbert_is_exported_with_its_lengths_and_no_prompt(
    make_encoder: MakeEncoder, tmp_path: Path, name: str
) -> None:
    model = make_encoder(name, _modern_bert, "cls", 8192)
    light = _prepare(model, tmp_path)
    assert (light.info.query_prompt, light.info.document_prompt) == ("", "")
    assert light.info.max_tokens == 8192
    _assert_same(light, model, "", "")
    assert fingerprint(model, str(model)) == fingerprint(model)


def test_a_prompt_of_passages_is_that_of_documents(
    make_encoder: MakeEncoder, tmp_path: Path
) -> None:
    model = make_encoder("mine", _bert, "mean", 512, query="query: ", passage="passage: ")
    light = _prepare(model, tmp_path)
    assert (light.info.query_prompt, light.info.document_prompt) == ("query: ", "passage: ")
    _assert_same(light, model, "query: ", "passage: ")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("intfloat/multilingual-e5-small", Prompts("query: ", "passage: ")),
        ("intfloat/e5-large-v2", Prompts("query: ", "passage: ")),
        ("intfloat/e5-mistral-7b-instruct", None),
        ("BAAI/bge-m3", None),
        ("BAAI/bge-base-en/", Prompts(BGE_QUERY)),
        ("sentence-transformers/all-mpnet-base-v2", None),
    ],
)
def test_prompts_are_known_by_the_name(tmp_path: Path, name: str, expected: Prompts | None) -> None:
    assert known_prompts(name, tmp_path) == expected


def test_what_a_model_states_comes_first(tmp_path: Path) -> None:
    file = tmp_path / "config_sentence_transformers.json"
    file.write_text(json.dumps({"prompts": {"query": "Q: ", "document": ""}}), encoding="utf-8")
    assert known_prompts("BAAI/bge-small-en-v1.5", tmp_path) is None
    assert stated_prompts(tmp_path) == Prompts("Q: ", "")
    for damaged in ("{", "[]", '{"prompts": []}', '{"prompts": null}'):
        file.write_text(damaged, encoding="utf-8")
        assert stated_prompts(tmp_path) == Prompts()
