"""Checkpoints of every family are loaded with their own weights, and others are refused."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ocr_service.common.errors import ExitCode, ModelError
from ocr_service.engines.vision import checkpoints
from ocr_service.engines.vision.families import ModelFamily, family_of
from ocr_service.engines.vision.transformers_engine import DeepseekEngine
from tests.support.tiny_models import (
    published_config,
    save_v1,
    v1_language,
)

pytestmark = pytest.mark.usefixtures("one_thread")

NAMES = ["v2", "v1", "unlimited"]
FAMILY = {
    "v2": ModelFamily.DEEPSEEK_OCR_2,
    "v1": ModelFamily.DEEPSEEK_OCR,
    "unlimited": ModelFamily.UNLIMITED_OCR,
}


@pytest.mark.parametrize("name", NAMES)
def test_a_checkpoint_is_loaded_with_its_own_weights(folders: dict[str, Path], name: str) -> None:
    from safetensors import safe_open

    loaded = checkpoints.load(folders[name], "cpu", "float32")
    assert loaded.family is FAMILY[name]
    assert loaded.window == (12 if name == "unlimited" else None)
    layer = loaded.model.model.language_model.layers[1]
    tower = loaded.model.model.vision_tower
    pairs = {
        "lm_head.weight": loaded.model.lm_head.weight,
        "model.layers.1.self_attn.q_proj.weight": layer.self_attn.q_proj.weight,
        "model.layers.1.mlp.experts.3.down_proj.weight": layer.mlp.experts.down_proj[3],
        "model.sam_model.net_3.weight": tower.sam_encoder.proj.conv2.weight,
    }
    with safe_open(folders[name] / "model.safetensors", "pt") as file:
        for key, weight in pairs.items():
            assert np.array_equal(file.get_tensor(key), weight.detach())


def test_the_published_sizes_of_v1_are_those_of_the_class() -> None:
    """v1's config.json, translated for transformers, gives the class's own defaults."""
    from transformers import UnlimitedOcrConfig

    towers = {
        "sam_vit_b": {
            "downsample_channels": [512, 1024],
            "global_attn_indexes": [2, 5, 8, 11],
            "heads": 12,
            "layers": 12,
            "width": 768,
        },
        "clip-l-14-224": {
            "heads": 16,
            "image_size": 224,
            "layers": 24,
            "patch_size": 14,
            "width": 1024,
        },
    }
    raw = published_config(v1_language(), "DeepseekOCRForCausalLM")
    raw["vision_config"]["width"] = towers
    ours = UnlimitedOcrConfig.from_dict(checkpoints._translated(raw, full_attention=True))
    defaults = UnlimitedOcrConfig()
    for part in ("sam_config", "encoder_config"):
        mine = getattr(ours.vision_config, part).to_dict()
        theirs = getattr(defaults.vision_config, part).to_dict()
        differ = {key for key in theirs if mine.get(key) != theirs[key]}
        assert not differ, (part, differ)
    assert ours.text_config.layer_types == ["full_attention"] * 2


def test_v1_left_under_its_own_name_would_run_with_random_weights_and_is_refused(
    folders: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The trap that the check is for: transformers loads such a model and only prints a report."""
    translate = checkpoints._translated

    def half_translated(raw: dict[str, Any], full_attention: bool) -> dict[str, Any]:
        return translate(raw, full_attention) | {"model_type": raw["model_type"]}

    monkeypatch.setattr(checkpoints, "_translated", half_translated)
    with pytest.raises(
        ModelError, match=r"random weights \(\d+ missing: lm_head|\d+ missing: model"
    ):
        checkpoints.load(folders["v1"], "cpu", "float32")


def without(weights: dict[str, Any]) -> None:
    del weights["model.layers.1.self_attn.k_proj.weight"]


def with_more(weights: dict[str, Any]) -> None:
    weights["model.layers.7.self_attn.k_proj.weight"] = weights["model.norm.weight"].clone()


def misshapen(weights: dict[str, Any]) -> None:
    weights["model.norm.weight"] = weights["model.norm.weight"][:-1].clone()


@pytest.mark.parametrize("name", ["v2", "v1"])
@pytest.mark.parametrize("change", [without, with_more, misshapen])
def test_a_checkpoint_with_any_other_key_is_refused(
    folders: dict[str, Path], tmp_path: Path, name: str, change: Callable[[dict[str, Any]], None]
) -> None:
    from safetensors.torch import load_file, save_file

    folder = tmp_path / "changed"
    shutil.copytree(folders[name], folder)
    weights = load_file(folder / "model.safetensors")
    change(weights)
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(ModelError) as caught:
        checkpoints.load(folder, "cpu", "float32")
    assert str(folder) in str(caught.value)
    assert caught.value.exit_code == ExitCode.MODEL


def test_a_torn_file_is_refused(folders: dict[str, Path], tmp_path: Path) -> None:
    folder = tmp_path / "torn"
    shutil.copytree(folders["v2"], folder)
    path = folder / "model.safetensors"
    path.write_bytes(path.read_bytes()[:-1000])
    with pytest.raises(ModelError, match="cannot be loaded"):
        checkpoints.load(folder, "cpu", "float32")


@pytest.mark.parametrize(
    ("file", "message"),
    [
        ("config.json", "no config.json"),
        ("tokenizer.json", "no tokenizer.json"),
        ("model.safetensors", "no safetensors"),
    ],
)
def test_an_incomplete_checkpoint_is_refused(
    folders: dict[str, Path], tmp_path: Path, file: str, message: str
) -> None:
    folder = tmp_path / "part"
    shutil.copytree(folders["v2"], folder)
    (folder / file).unlink()
    with pytest.raises(ModelError, match=message):
        DeepseekEngine.load(str(folder), device="cpu")


@pytest.mark.parametrize(
    ("config", "message"),
    [
        (
            {"model_type": "deepseek_vl_v2", "architectures": ["DeepseekOCR2ForCausalLM"]},
            "deepseek-community",
        ),
        (
            {"model_type": "deepseek_vl_v2", "architectures": ["DeepseekVLV2ForCausalLM"]},
            "DeepseekVLV2",
        ),
        ({"model_type": "bert"}, "bert"),
        ([], "not a model configuration"),
        (
            {"model_type": "deepseek_ocr2", "text_config": {"hidden_size": "wide"}},
            "cannot be loaded",
        ),
    ],
)
def test_a_checkpoint_of_another_kind_is_refused(
    folders: dict[str, Path], tmp_path: Path, config: Any, message: str
) -> None:
    folder = tmp_path / "other"
    shutil.copytree(folders["v2"], folder)
    (folder / "config.json").write_text(json.dumps(config))
    with pytest.raises(ModelError, match=message):
        checkpoints.load(folder, "cpu", "float32")


def test_families_are_told_by_their_config() -> None:
    assert family_of({"model_type": "unlimited_ocr"}) is ModelFamily.UNLIMITED_OCR
    published = {"model_type": "unlimited-ocr", "architectures": ["UnlimitedOCRForCausalLM"]}
    assert family_of(published) is ModelFamily.UNLIMITED_OCR
    assert family_of({}) is None


@pytest.mark.parametrize("model", ["./nothing", "/nothing/there", "nothing", "a/b/c"])
def test_a_folder_that_is_not_there_is_named(model: str) -> None:
    with pytest.raises(ModelError, match="no such folder"):
        checkpoints.locate(model)


def test_a_hub_that_cannot_be_reached_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path))
    with pytest.raises(ModelError, match=r"deepseek-ai/DeepSeek-OCR: the hub cannot be reached"):
        checkpoints.locate("deepseek-ai/DeepSeek-OCR")
    with pytest.raises(ModelError, match="hub"):
        checkpoints.locate("not an id/but slashed")


def test_a_fetched_model_is_found_again_with_its_commit(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from huggingface_hub import constants

    commit = "9f30c71f441d010e5429c532364a86705536c53a"
    snapshot = tmp_path / "models--deepseek-ai--DeepSeek-OCR" / "snapshots" / commit
    save_v1(snapshot)
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path))
    assert checkpoints.locate("deepseek-ai/DeepSeek-OCR") == (snapshot, commit)
