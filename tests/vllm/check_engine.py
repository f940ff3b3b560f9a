"""Compares the vLLM engine with the transformers engine, token for token (`make test-vllm`).

Not collected by `make test`: it needs vLLM's own environment, and what `expected.py` made in the
ordinary one.
"""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from ocr_service.common.errors import ModelError
from ocr_service.engines.vision.retries import DecodingSettings
from ocr_service.engines.vllm.engine import VllmEngine
from ocr_service.protocol.engine import BatchEngine, FinishReason, Prompt
from tests.vllm.pages import QUICK, SIZES, TIGHT, TOKENS, page, read, settings

FOLDER = Path(os.environ["OCTAVO_VLLM_CHECKPOINTS"])


def expected(name: str) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return answer


@contextmanager
def loaded(name: str) -> Iterator[VllmEngine]:
    began = time.perf_counter()
    engine = VllmEngine.load(str(FOLDER / name), max_output_tokens=TOKENS, max_batch=3)
    print(f"{name}: loaded in {time.perf_counter() - began:.1f} s")
    yield engine
    engine.close()


@pytest.fixture(scope="module")
def v1() -> Iterator[VllmEngine]:
    with loaded("v1") as engine:
        yield engine


def compare(found: dict[str, dict[str, Any]], wanted: dict[str, dict[str, Any]], how: str) -> None:
    """Compare all pages; print how many tokens are equal."""
    total = sum(len(wanted[name]["tokens"]) for name in found)
    equal = sum(
        mine == theirs
        for name in found
        for mine, theirs in zip(found[name]["tokens"], wanted[name]["tokens"], strict=False)
    )
    print(f"{how}: {equal} of {total} tokens equal")
    assert found == {name: wanted[name] for name in found}


def timed(engine: VllmEngine, names: list[str]) -> dict[str, dict[str, Any]]:
    began = time.perf_counter()
    found = read(engine, names)
    print(f"{', '.join(names)}: {time.perf_counter() - began:.1f} s")
    return found


def test_v1_pages_are_what_the_transformers_engine_reads_together(v1: VllmEngine) -> None:
    wanted = expected("v1")["pages"]
    assert wanted["small"]["tokens"] != wanted["square"]["tokens"] != wanted["tiled"]["tokens"]
    with settings(v1, [v1._attempts.first], None):
        compare(timed(v1, list(SIZES)), wanted, "v1, together")


def test_v1_pages_are_what_the_transformers_engine_reads_alone(v1: VllmEngine) -> None:
    with settings(v1, [v1._attempts.first], None):
        for name in ("small", "tiled"):
            compare(timed(v1, [name]), expected("v1")["pages"], f"v1, {name} alone")


def test_the_guard_forbids_the_same_ngrams(v1: VllmEngine) -> None:
    wanted = expected("v1")["pages"]
    assert wanted["guarded"]["tokens"] != wanted["small"]["tokens"]
    with settings(v1, [TIGHT], None):
        compare(timed(v1, ["small"]), {"small": wanted["guarded"]}, "v1, guarded")


def test_a_looping_page_is_stopped_and_tried_again_while_a_damaged_one_fails_alone(
    v1: VllmEngine, tmp_path: Path
) -> None:
    path = tmp_path / "torn.png"
    Image.fromarray(np.random.default_rng(0).integers(0, 256, (300, 300, 3), np.uint8)).save(path)
    path.write_bytes(path.read_bytes()[:5000])
    ladder = [
        v1._attempts.first,
        DecodingSettings(0.3, 1, 20, None, ()),
        DecodingSettings(0.8, 2, 20, None, ()),
    ]
    with Image.open(path) as torn, settings(v1, ladder, QUICK):
        bad, good = v1.read([torn, page("small")], Prompt.DOCUMENT)
    assert bad.finish_reason is FinishReason.ERROR
    assert "truncated" in (bad.error or "")
    assert good.finish_reason is FinishReason.LOOP
    assert good.attempts == 3
    assert good.output_tokens < 3 * TOKENS
    assert expected("v1")["pages"]["small"]["text"].startswith(good.text)
    assert not v1._served.engine.has_unfinished_requests()


def test_the_engine_says_what_it_is(v1: VllmEngine) -> None:
    engine: BatchEngine = v1
    assert engine.info.name == "vllm"
    assert engine.info.device == "cpu"
    assert engine.info.dtype == "float32"
    assert engine.info.max_batch == 3


def test_a_checkpoint_without_one_weight_is_refused(tmp_path: Path) -> None:
    from safetensors.torch import load_file, save_file

    folder = shutil.copytree(FOLDER / "v1", tmp_path / "v1", copy_function=os.link)
    weights = load_file(folder / "model.safetensors")
    del weights["model.layers.1.self_attn.o_proj.weight"]
    (folder / "model.safetensors").unlink()
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(ModelError, match=r"1 missing: model\.layers\.1\.self_attn\.o_proj"):
        VllmEngine.load(str(folder))


def test_v2_pages_are_what_the_transformers_engine_reads() -> None:
    with loaded("v2") as engine, settings(engine, [engine._attempts.first], None):
        compare(timed(engine, list(SIZES)), expected("v2")["pages"], "v2, together")
