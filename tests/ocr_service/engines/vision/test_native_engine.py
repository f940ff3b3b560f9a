"""Models of other makers with transformers' own classes: tiny ones, saved as they are published."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from PIL import Image

from ocr_service.cleaning.clean import clean
from ocr_service.common.errors import ModelError
from ocr_service.engines.vision.load import load_engine
from ocr_service.engines.vision.native_engine import NativeEngine
from ocr_service.engines.vision.native_models import NATIVE, load_native
from ocr_service.engines.vision.repetition import LoopLimits
from ocr_service.protocol.engine import EngineInfo, FinishReason, Prompt
from ocr_service.protocol.model_output import output_of
from tests.support.tiny_models import coloured_page
from tests.support.tiny_native import END, SAVERS

PROFILES = {
    "lighton_ocr": "LightOnOCR",
    "paddleocr_vl": "PaddleOCR-VL",
    "glm_ocr": "GLM-OCR",
    "got_ocr2": "GOT-OCR2",
}
PAGES = [coloured_page(seed, (280, 360)) for seed in range(3)]


@pytest.fixture(scope="module")
def checkpoints(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("native")
    return {kind: save(folder / kind) for kind, save in SAVERS.items()}


def engine(folder: Path, limits: LoopLimits | None = None, **options: int) -> NativeEngine:
    loaded = load_native(folder, str(folder), "cpu", "float32")
    tokens, batch = options.get("tokens", 12), options.get("batch", 2)
    info = EngineInfo(loaded.kind, str(folder), None, "cpu", "float32", batch, tokens)
    return NativeEngine(loaded, info, limits)


def test_every_kind_has_a_tiny_checkpoint() -> None:
    assert set(SAVERS) == set(NATIVE)


@pytest.mark.parametrize("kind", SAVERS)
def test_each_kind_reads_pages(checkpoints: dict[str, Path], kind: str) -> None:
    reader = load_engine(str(checkpoints[kind]), device="cpu", max_output_tokens=10, max_batch=2)
    assert isinstance(reader, NativeEngine)
    assert reader.info.name == kind
    assert reader._loaded.profile.name == PROFILES.get(kind, "")
    pages = reader.read(PAGES, Prompt.DOCUMENT)
    assert len(pages) == 3
    for page in pages:
        assert page.error is None
        assert page.prompt_tokens > 16  # the image's tokens too
        assert page.finish_reason in {FinishReason.STOP, FinishReason.LENGTH}
        assert (page.attempts == 1) == (page.finish_reason is FinishReason.STOP)
        assert output_of(page.text).size is not None
        assert END not in page.text
        clean(page.text)
    first = [output_of(page.text).text for page in pages]
    assert len(set(first)) > 1 or kind == "got_ocr2"  # what is on the page has a say


@pytest.mark.parametrize("kind", ["qwen2_5_vl", "paddleocr_vl"])
def test_a_page_reads_the_same_alone_and_in_a_batch(
    checkpoints: dict[str, Path], kind: str
) -> None:
    reader = engine(checkpoints[kind])
    pages = [PAGES[0], coloured_page(5, (500, 300)), PAGES[2]]
    together = [answer.text for answer in reader._generate(pages, 0.0, 0)]
    assert together == [reader._generate([page], 0.0, 0)[0].text for page in pages]


def test_the_names_of_models_tell_how_to_ask_them(
    checkpoints: dict[str, Path], tmp_path: Path
) -> None:
    for name, profile in (
        ("olmOCR-2-7B-1025", "olmOCR-2"),
        ("Nanonets-OCR2-3B", "Nanonets-OCR2"),
        ("Qwen2.5-VL-3B", ""),
    ):
        folder = shutil.copytree(checkpoints["qwen2_5_vl"], tmp_path / name)
        assert load_native(folder, str(folder), "cpu", "float32").profile.name == profile


def test_a_loop_is_stopped_and_read_again_warmer(checkpoints: dict[str, Path]) -> None:
    limits = LoopLimits(window=24, variety=2.0)  # anything counts as a loop after 24 tokens
    (page,) = engine(checkpoints["paddleocr_vl"], limits, tokens=200).read(PAGES[:1], Prompt.FREE)
    assert page.finish_reason is FinishReason.LOOP
    assert page.attempts == 3
    assert 3 * 24 <= page.output_tokens < 3 * 60


def test_an_unreadable_image_fails_alone(checkpoints: dict[str, Path]) -> None:
    class Broken(Image.Image):
        size = (10, 10)

        def convert(self, *_: object, **__: object) -> Image.Image:
            raise OSError("truncated")

    pages = engine(checkpoints["lighton_ocr"]).read([Broken(), PAGES[0]], Prompt.DOCUMENT)
    assert pages[0].finish_reason is FinishReason.ERROR
    assert pages[0].error == "the image cannot be read (truncated)"
    assert pages[1].error is None


def test_inexact_checkpoints_are_refused(checkpoints: dict[str, Path], tmp_path: Path) -> None:
    folder = shutil.copytree(checkpoints["paddleocr_vl"], tmp_path / "deeper")
    config = json.loads((folder / "config.json").read_text())
    config["text_config"]["num_hidden_layers"] += 1
    config["text_config"].pop("layer_types", None)
    (folder / "config.json").write_text(json.dumps(config))
    with pytest.raises(ModelError, match="not an exact paddleocr_vl checkpoint"):
        load_engine(str(folder), device="cpu")
    (folder / "model.safetensors").unlink()
    with pytest.raises(ModelError, match="no safetensors"):
        load_engine(str(folder), device="cpu")
    folder = shutil.copytree(checkpoints["glm_ocr"], tmp_path / "no-words")
    (folder / "tokenizer.json").unlink()
    with pytest.raises(ModelError, match="cannot be loaded as glm_ocr"):
        load_engine(str(folder), device="cpu")
    config["model_type"] = "bert"
    (folder / "config.json").write_text(json.dumps(config))
    with pytest.raises(ModelError, match="lighton_ocr, paddleocr_vl, glm_ocr and got_ocr2"):
        load_engine(str(folder), device="cpu")
