"""Settings of the deployment on Modal: what the environment chooses, and what is refused."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import modal
import pytest

from ocr_service.common.errors import ModelError, QueryError
from ocr_service.deployment import DEFAULTS, DeploymentSettings
from ocr_service.engines.vision.families import DEFAULT_MODEL
from ocr_service.modal_app import (
    engine_loader,
)
from tests.support.modal_runs import COMMIT, VARIABLES, modal_app, service_info


def scaling(patch: pytest.MonkeyPatch, **environment: str) -> dict[str, Any]:
    """Return what `@app.cls` was given; the client tells nothing of scaling before it deploys."""
    given: dict[str, Any] = {}
    original = modal.App.cls

    def noted(self: modal.App, **options: Any) -> Any:
        given.update(options)
        return original(self, **options)

    with patch.context() as inner:
        inner.setattr(modal.App, "cls", noted)
        modal_app(patch, **environment)
    return given


def test_settings_of_the_service(monkeypatch: pytest.MonkeyPatch) -> None:
    info = service_info(modal_app(monkeypatch))
    assert info.gpus == [("A100-80GB", 1)]
    assert (info.timeout, info.startup_timeout) == (1800, 600)
    assert (info.cpu, info.memory_mib) == (4.0, 16 * 1024)
    assert info.concurrency_info.max_inputs == 8
    assert info.concurrency_info.target_inputs == 2
    assert list(info.volumes) == ["/weights", "/compiled"]
    assert info.volumes["/weights"].read_only
    assert info.method_names == ["serve"]
    assert not info.method_details["serve"].unauthenticated
    assert "HF_HUB_OFFLINE" in str(info.secrets)


def test_how_it_scales(monkeypatch: pytest.MonkeyPatch) -> None:
    given = scaling(monkeypatch)
    assert (given["max_containers"], given["scaledown_window"]) == (4, 120)
    assert not {"min_containers", "buffer_containers"} & set(given)  # idle, it costs nothing
    assert not given.get("enable_memory_snapshot")
    assert scaling(monkeypatch, OCTAVO_MAX_CONTAINERS="9")["max_containers"] == 9


def test_settings_of_the_download(monkeypatch: pytest.MonkeyPatch) -> None:
    info = modal_app(monkeypatch).download.info()
    assert not info.gpus
    assert info.timeout == 3600
    assert (info.cpu, info.memory_mib) == (4.0, 8192)  # Modal's own 0.125 cores would be slow
    assert not info.volumes["/weights"].read_only
    assert "HF_HUB_OFFLINE" not in str(info.secrets)


def test_the_environment_chooses(monkeypatch: pytest.MonkeyPatch) -> None:
    given = {
        "OCTAVO_GPU": "L40S",
        "OCTAVO_ENGINE": "transformers",
        "OCTAVO_MODEL": "deepseek-ai/DeepSeek-OCR",
        "OCTAVO_REVISION": COMMIT,
        "OCTAVO_MAX_BATCH": "48",
        "OCTAVO_MAX_CONTAINERS": "16",
        "OCTAVO_MAX_TOKENS": "4000",
        "OCTAVO_REGION": "eu",
    }
    module = modal_app(monkeypatch, **given)
    wanted = DeploymentSettings(
        "L40S", "transformers", "deepseek-ai/DeepSeek-OCR", COMMIT, 48, 16, 4000, "eu"
    )
    assert module.SETTINGS.environment() == wanted.environment() == given
    assert service_info(module).gpus == [("L40S", 1)]


def test_a_container_gets_the_settings_of_the_deployment() -> None:
    for settings in (
        DeploymentSettings(),
        DeploymentSettings("H100", "vllm", "a/b", "main", 7, 1, 9),
    ):
        handed = {name: value or "" for name, value in settings.environment().items()}
        assert sorted(handed) == sorted(VARIABLES)
        assert DeploymentSettings.read(handed) == settings
    assert DeploymentSettings.read({}) == DeploymentSettings()


def test_each_engine_has_its_own_defaults() -> None:
    fast, reference = (
        DeploymentSettings.read({}),
        DeploymentSettings.read({"OCTAVO_ENGINE": "transformers"}),
    )
    assert (fast.engine, fast.model, fast.max_batch) == ("vllm", "deepseek-ai/DeepSeek-OCR", 64)
    assert (reference.model, reference.max_batch) == (DEFAULT_MODEL, 32)
    assert DeploymentSettings.read({"OCTAVO_MAX_BATCH": "8"}).max_batch == 8
    with pytest.raises(QueryError, match="OCTAVO_ENGINE=tesseract: unknown engine"):
        DeploymentSettings.read({"OCTAVO_ENGINE": "tesseract"})


def test_the_engine_is_loaded_that_was_chosen() -> None:
    assert [engine_loader(name).__qualname__ for name in DEFAULTS] == [
        "VllmEngine.load",
        "load_engine",
    ]


def test_several_gpus_are_tried_in_order_and_pairs_are_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    module = modal_app(monkeypatch, OCTAVO_GPU="H100, A100-80GB,L40S")
    assert service_info(module).gpus == [("H100", 1), ("A100-80GB", 1), ("L40S", 1)]
    for name, said in (
        ("H100:2", "OCTAVO_GPU=H100:2: the engines use one GPU; write H100"),
        ("A100-80GB,H100:8", "OCTAVO_GPU=H100:8"),
        ("a gpu", "OCTAVO_GPU=a gpu: not the name of a GPU"),
        ("H100,,L4", "OCTAVO_GPU=: not the name of a GPU"),
    ):
        with pytest.raises(QueryError, match=re.escape(said)):
            DeploymentSettings.read({"OCTAVO_GPU": name})


@pytest.mark.parametrize(
    ("engine", "model", "said"),
    [
        ("vllm", "allenai/olmOCR-2-7B-1025", "does not run olmOCR-2; use OCTAVO_ENGINE=transform"),
        ("vllm", "stepfun-ai/GOT-OCR-2.0-hf", "does not run GOT-OCR2"),
        ("transformers", "rednote-hilab/dots.ocr", "serve it by vLLM's own server"),
        ("vllm", "deepseek-ai/DeepSeek-OCR-2", None),
        ("transformers", "lightonai/LightOnOCR-2-1B", None),
        ("transformers", "someone/their-own-model", None),
    ],
)
def test_models_that_the_engine_does_not_run_are_refused(
    engine: str, model: str, said: str | None
) -> None:
    given = {"OCTAVO_ENGINE": engine, "OCTAVO_MODEL": model}
    if said is None:
        assert DeploymentSettings.read(given).model == model
        return
    with pytest.raises(QueryError, match=said):
        DeploymentSettings.read(given)


def test_the_download_refuses_a_checkpoint_of_another_kind(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "config.json").write_text('{"model_type": "qwen2_5_vl"}')
    for engine, refused in (("vllm", True), ("transformers", False)):
        module = modal_app(monkeypatch, OCTAVO_MODEL=str(tmp_path), OCTAVO_ENGINE=engine)
        if refused:
            with pytest.raises(ModelError, match="the vLLM engine reads"):
                module.download.local()
        else:
            assert str(tmp_path) in module.download.local()
    authors = '{"model_type": "deepseek_vl_v2", "architectures": ["DeepseekOCR2ForCausalLM"]}'
    (tmp_path / "config.json").write_text(authors)
    module = modal_app(monkeypatch, OCTAVO_MODEL=str(tmp_path))
    assert str(tmp_path) in module.download.local()


def test_the_download_is_tried_again_and_the_image_holds_the_models(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    module = modal_app(monkeypatch, OCTAVO_REGION="eu")
    assert module.SETTINGS.region == "eu"
    assert module.download.info().max_retries == 3
    assert service_info(module).volumes["/compiled"].read_only is False


@pytest.mark.parametrize("text", ["0", "-1", "many", "1.5"])
@pytest.mark.parametrize("name", ["OCTAVO_MAX_BATCH", "OCTAVO_MAX_CONTAINERS", "OCTAVO_MAX_TOKENS"])
def test_a_number_that_is_none_is_refused_by_name(name: str, text: str) -> None:
    with pytest.raises(QueryError, match=f"{name}={text}: use a whole number"):
        DeploymentSettings.read({name: text})
