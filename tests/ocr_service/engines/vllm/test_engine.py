"""Tests the vLLM engine without vLLM: its arguments, and how it handles the outputs.

The engine itself is held against the transformers engine by `make test-vllm`, in its environment.
"""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner

from ocr_service.common.errors import ModelError, QueryError
from ocr_service.engines.vision.attempt import PageAttempt
from ocr_service.engines.vision.families import FAMILIES, ModelFamily
from ocr_service.engines.vision.retries import Attempts, best
from ocr_service.engines.vllm.engine import VllmEngine, take
from ocr_service.engines.vllm.settings import (
    context_of,
    engine_settings,
    family_in,
    sampling_settings,
    traits_of,
)
from ocr_service.engines.vllm.weights import check_weights, weight_names
from ocr_service.protocol.engine import FinishReason
from ocr_service.server.cli import serve_ocr
from tests.support.tiny_models import (
    END_ID,
    published_config,
    save_tokenizer,
    save_v1,
    save_v2,
    v1_language,
)

HERE = Path("folder")


def attempts(
    folder: Path, family: ModelFamily = ModelFamily.DEEPSEEK_OCR, retries: int = 2
) -> Attempts:
    from tokenizers import Tokenizer

    save_tokenizer(folder)
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    return Attempts(tokenizer, FAMILIES[family], {0, END_ID}, retries)


def output(tokens: list[int], reason: str | None = None) -> Any:
    """Return the part of a vLLM `RequestOutput` that the engine looks at."""
    said = SimpleNamespace(token_ids=tokens, finish_reason=reason)
    return SimpleNamespace(outputs=[said], finished=reason is not None)


def test_the_authors_own_checkpoints_are_known() -> None:
    v1 = published_config(v1_language(), "DeepseekOCRForCausalLM")
    v2 = published_config(v1_language(), "DeepseekOCR2ForCausalLM")
    assert family_in(HERE, v1) is ModelFamily.DEEPSEEK_OCR
    assert family_in(HERE, v2) is ModelFamily.DEEPSEEK_OCR_2


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({"model_type": "deepseek_ocr2"}, "deepseek-ai/DeepSeek-OCR-2"),
        ({"model_type": "unlimited_ocr"}, "Unlimited-OCR"),
        ({"architectures": ["BertModel"]}, "BertModel"),
        ({}, "another kind"),
    ],
)
def test_other_checkpoints_are_refused(config: dict[str, Any], message: str) -> None:
    with pytest.raises(ModelError, match=message):
        family_in(HERE, config)


def test_pages_have_six_tiles_at_most() -> None:
    v1, v2 = traits_of(ModelFamily.DEEPSEEK_OCR), traits_of(ModelFamily.DEEPSEEK_OCR_2)
    assert v1.tiling.grid(1190, 1684) == FAMILIES[ModelFamily.DEEPSEEK_OCR].tiling.grid(1190, 1684)
    assert v1.tiling.tokens(2, 3) == 903  # an A4 page
    assert FAMILIES[ModelFamily.DEEPSEEK_OCR].tiling.grid(2000, 2000) == (3, 3)
    assert v1.tiling.grid(2000, 2000) == (2, 2)
    assert v2 == FAMILIES[ModelFamily.DEEPSEEK_OCR_2]
    assert v1.prompts == FAMILIES[ModelFamily.DEEPSEEK_OCR].prompts


def test_a_page_has_room_for_its_image_and_the_text_that_is_allowed() -> None:
    config = {"language_config": {"max_position_embeddings": 8192}}
    v1 = traits_of(ModelFamily.DEEPSEEK_OCR)
    largest = max(
        v1.tiling.tokens(columns, rows)
        for columns in range(1, 7)
        for rows in range(1, 6 // columns + 1)
    )
    assert largest + 60 + 500 <= context_of(config, v1, 500) <= largest + 100 + 500
    assert context_of(config, v1, 8192) == 8192


@pytest.mark.parametrize("family", [ModelFamily.DEEPSEEK_OCR, ModelFamily.DEEPSEEK_OCR_2])
def test_attempts_have_the_settings_of_the_transformers_engine(
    tmp_path: Path, family: ModelFamily
) -> None:
    known = attempts(tmp_path, family)
    loop = PageAttempt(0, [], None, 9, finish=FinishReason.LOOP, watch=known.watch())
    ladder = [known.first, known.another([loop]), known.another([loop, loop])]
    assert known.another([loop, loop, loop]) is None
    told = [sampling_settings(each, 700, {END_ID}) for each in ladder if each is not None]
    assert [each["temperature"] for each in told] == [0.0, 0.3, 0.8]
    cells = [265, 266]
    assert [each["extra_args"]["ngrams"] for each in told] == [
        [30, 90, cells],
        [20, None, cells],
        [20, None, cells],
    ]
    assert len({each["seed"] for each in told}) == 3
    for each in told:
        assert each["max_tokens"] == 700
        assert (each["stop_token_ids"], each["ignore_eos"]) == ([END_ID], True)
        assert each["detokenize"] is False


def test_nothing_is_cached_and_no_code_of_a_checkpoint_is_run() -> None:
    told = engine_settings(HERE, "bfloat16", 64, 8192, on_cpu=False)
    assert told["enable_prefix_caching"] is False
    assert told["mm_processor_cache_gb"] == 0
    assert told["trust_remote_code"] is False
    assert (told["max_num_seqs"], told["max_model_len"], told["dtype"]) == (64, 8192, "bfloat16")
    assert told["enforce_eager"] is False


def test_tokens_that_come_in_pieces_make_a_page() -> None:
    run = PageAttempt(0, [0, 9], None, limit=9)
    take(run, output([5, 6]), frozenset({END_ID}))
    assert (run.tokens, run.finish) == ([5, 6], None)
    take(run, output([7, END_ID], "stop"), frozenset({END_ID}))
    assert (run.tokens, run.produced, run.finish) == ([5, 6, 7], 4, FinishReason.STOP)


def test_a_page_at_the_limit_is_truncated() -> None:
    run = PageAttempt(0, [0], None, limit=3)
    take(run, output([5, 6, 7], "length"), frozenset({END_ID}))
    assert run.finish is FinishReason.LENGTH
    short = PageAttempt(0, [0], None, limit=9)
    take(short, output([5], "length"), frozenset({END_ID}))
    assert short.finish is FinishReason.LENGTH


def test_a_looping_page_ends_where_the_loop_is_found(tmp_path: Path) -> None:
    watch = attempts(tmp_path).watch()
    run = PageAttempt(0, [0], None, limit=9000, watch=watch)
    for _ in range(1000):
        take(run, output([5, 6, 7, 8]), frozenset({END_ID}))
    assert run.finish is FinishReason.LOOP
    assert 768 <= run.produced <= 800  # a passage of four tokens, for LoopLimits.period of them


def test_a_page_that_vllm_gives_up_has_an_error() -> None:
    run = PageAttempt(0, [0], None, limit=9)
    take(run, output([5], "abort"), frozenset({END_ID}))
    assert run.finish is FinishReason.ERROR
    assert "abort" in (run.error or "")
    assert best([run]) is run


UNUSED = "model.vision_model.embeddings.patch_embedding.weight"  # of v1, that vLLM asks for


@pytest.mark.parametrize(
    ("save", "family", "more"),
    [(save_v1, ModelFamily.DEEPSEEK_OCR, {UNUSED}), (save_v2, ModelFamily.DEEPSEEK_OCR_2, set())],
)
def test_the_names_of_all_weights_are_those_of_the_true_classes(
    tmp_path: Path, save: Callable[[Path], Path], family: ModelFamily, more: set[str]
) -> None:
    from safetensors import safe_open

    folder = save(tmp_path)
    with safe_open(folder / "model.safetensors", "np") as file:
        saved = set(file.keys())
    config = published_config(v1_language(), "")
    depths = {"sam": 2, "clip": 2, "qwen2": 2}
    assert weight_names(family, config, depths) == saved | more


@pytest.mark.parametrize("family", [ModelFamily.DEEPSEEK_OCR, ModelFamily.DEEPSEEK_OCR_2])
@pytest.mark.parametrize(
    "name",
    [
        "model.layers.1.self_attn.o_proj.weight",
        "model.layers.1.mlp.experts.3.down_proj.weight",
        "model.sam_model.blocks.11.attn.qkv.bias",
    ],
)
def test_a_checkpoint_without_one_weight_is_refused(family: ModelFamily, name: str) -> None:
    config = published_config(v1_language(), "")
    whole = weight_names(family, config, {"sam": 12, "clip": 24, "qwen2": 24})
    check_weights(HERE, family, config, whole)
    with pytest.raises(ModelError, match=re.escape(name)):
        check_weights(HERE, family, config, whole - {name})


def test_the_command_names_what_vllm_does_not_take() -> None:
    command = ["--engine", "vllm", "--device", "cuda:1"]
    with pytest.raises(QueryError, match="CUDA_VISIBLE_DEVICES"):
        CliRunner().invoke(serve_ocr, command, catch_exceptions=False)


@pytest.mark.skipif(importlib.util.find_spec("vllm") is not None, reason="vLLM is installed")
def test_without_vllm_the_error_says_what_to_do() -> None:
    with pytest.raises(ModelError, match="own environment"):
        VllmEngine.load(str(HERE))
