"""Every model's file is read, whole, and found by the names that servers give the model."""

from __future__ import annotations

import tomllib
from importlib import resources

import pytest

from ocr_service.cleaning.outputs.forms import FORMS
from ocr_service.models.profiles import PLAIN, ModelProfile, model_profiles, profile_of

FILES = [item for item in resources.files("ocr_service.models").iterdir() if ".toml" in item.name]


@pytest.mark.parametrize("item", FILES, ids=lambda item: item.name)
def test_a_file_has_known_keys_and_cites_where_it_was_read(item: resources.abc.Traversable) -> None:
    text = item.read_text("utf-8")
    data = tomllib.loads(text)
    known = {*ModelProfile.__dataclass_fields__}
    assert set(data) <= known
    for part in ("image", "decoding"):
        part_of = type(getattr(PLAIN, part))
        assert set(data.get(part, {})) <= {*part_of.__dataclass_fields__}
    head = text.partition("\nname = ")[0]
    assert "# prompt" in head
    assert "# license" in head
    assert all(line.startswith("#") for line in head.splitlines())


def test_all_models_are_read_with_known_forms() -> None:
    assert len(model_profiles()) == len(FILES) == 11
    assert {profile.output for profile in (*model_profiles(), PLAIN)} <= set(FORMS)
    assert all(profile.source.startswith("https://") for profile in model_profiles())


@pytest.mark.parametrize(
    ("served", "name"),
    [
        ("allenai/olmOCR-2-7B-1025-FP8", "olmOCR-2"),
        ("deepseek-ai/DeepSeek-OCR", "DeepSeek-OCR"),
        ("deepseek-ai/DeepSeek-OCR-2", "DeepSeek-OCR-2"),
        ("deepseek-ocr:3b", "DeepSeek-OCR"),
        ("rednote-hilab/dots.ocr", "dots.ocr"),
        ("/weights/DotsOCR", "dots.ocr"),
        ("lightonai/LightOnOCR-2-1B", "LightOnOCR"),
        ("lightonai/LightOnOCR-1B-1025", "LightOnOCR"),
        ("lightonai/LightOnOCR-3-1B", "LightOnOCR-3"),
        ("PaddlePaddle/PaddleOCR-VL", "PaddleOCR-VL"),
        ("glm-ocr:latest", "GLM-OCR"),
        ("nanonets/Nanonets-OCR2-3B", "Nanonets-OCR2"),
        ("stepfun-ai/GOT-OCR-2.0-hf", "GOT-OCR2"),
        ("stepfun-ai/GOT-OCR2_0", "GOT-OCR2"),
        ("baidu/Unlimited-OCR", "Unlimited-OCR"),
        ("Qwen/Qwen2.5-VL-7B-Instruct", None),
    ],
)
def test_a_model_is_known_by_its_served_name(served: str, name: str | None) -> None:
    profile = profile_of(served)
    assert (profile.name if profile else None) == name


def test_the_first_name_that_is_known_counts() -> None:
    profile = profile_of("model", "allenai/olmOCR-2-7B")
    assert profile is not None
    assert profile.name == "olmOCR-2"
