"""Tests the Modal app with the real client, as far as possible without an account."""

from __future__ import annotations

import asyncio
import importlib
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterable
from importlib.metadata import distribution, version
from pathlib import Path
from typing import Any

import httpx
import modal
import pymupdf
import pytest
from packaging.requirements import Requirement

from ocr_service.common.errors import ModelError, QueryError
from ocr_service.deployment import DEFAULTS, DeploymentSettings
from ocr_service.engines.vision.families import DEFAULT_MODEL
from ocr_service.modal_app import (
    PACKAGES,
    VLLM_PACKAGES,
    engine_loader,
    read_book,
)
from tests.conftest import ROOT
from tests.support.service_fakes import NumberEngine, bars, number_service
from tests.support.tiny_models import coloured_page, save_v2

COMMIT = "0123456789abcdef0123456789abcdef01234567"
VARIABLES = [f"OCTAVO_{name.upper()}" for name in DeploymentSettings.__slots__]


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny DeepSeek-OCR-2."""
    return save_v2(tmp_path_factory.mktemp("tiny") / "v2")


def modal_app(patch: pytest.MonkeyPatch, **environment: str) -> Any:
    """Return the module as `modal deploy` imports it with these variables."""
    for name in VARIABLES:
        patch.delenv(name, raising=False)
    for name, value in environment.items():
        patch.setenv(name, value)
    patch.delitem(sys.modules, "ocr_service.modal_app")
    return importlib.import_module("ocr_service.modal_app")


def modal_command(home: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run Modal's command line where nobody has an account."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
    return subprocess.run(
        [sys.executable, "-m", "modal", *words],
        cwd=ROOT,
        env={**kept, "HOME": str(home), "NO_COLOR": "1", **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def service_info(module: Any) -> Any:
    """Return what Modal's client made of the class's settings.

    By its one private name here: there is no other way to the function that runs a class.
    """
    return module.Ocr._get_class_service_function().info()


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
    assert "retries=modal.Retries" in Path(module.__file__).read_text(encoding="utf-8")
    assert service_info(module).volumes["/compiled"].read_only is False


def test_the_image_of_vllm_is_pinned_whole() -> None:
    """The list was resolved for CUDA; it must match the versions that vLLM is tested with."""
    lines = VLLM_PACKAGES.read_text(encoding="utf-8").splitlines()
    pinned = dict(line.split("==") for line in lines if not line.startswith("#"))
    assert all(re.fullmatch(r"[\w.]+", pin) for pin in pinned.values())
    assert {"vllm", "torch", "triton", "fastapi", "uvicorn", "python-multipart"} <= set(pinned)
    tested = (ROOT / "constraints-vllm.txt").read_text(encoding="utf-8").splitlines()
    for line in tested:
        name, _, pin = line.partition("==")
        if name == "apache-tvm-ffi":  # vLLM for CUDA and vLLM for CPUs each demand a version of it
            continue
        assert pinned.get(canonical(name), pin) == pin, name


@pytest.mark.parametrize("text", ["0", "-1", "many", "1.5"])
@pytest.mark.parametrize("name", ["OCTAVO_MAX_BATCH", "OCTAVO_MAX_CONTAINERS", "OCTAVO_MAX_TOKENS"])
def test_a_number_that_is_none_is_refused_by_name(name: str, text: str) -> None:
    with pytest.raises(QueryError, match=f"{name}={text}: use a whole number"):
        DeploymentSettings.read({name: text})


def test_importing_it_loads_nothing_heavy_and_nothing_else_imports_modal() -> None:
    script = """
import sys
import ocr_service.modal_app
print([name for name in ("torch", "transformers", "fastapi", "pymupdf") if name in sys.modules])
"""
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert done.stdout.strip() == "[]"
    importing = [
        path.name
        for folder in ("ocr_service", "indexer", "search")
        for path in (ROOT / folder).rglob("*.py")
        if re.search(r"^\s*(import|from) modal\b", path.read_text(encoding="utf-8"), re.MULTILINE)
    ]
    assert sorted(importing) == ["modal_app.py", "modal_build.py"]


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def with_requirements(names: Iterable[str]) -> set[str]:
    """Return distributions with all that they require, and what that requires."""
    found: set[str] = set()
    waiting = [canonical(name) for name in names]
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        found.add(name)
        for text in distribution(name).requires or []:
            requirement = Requirement(text)
            if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
                waiting.append(canonical(requirement.name))
    return found


PINS = {canonical(name): pin for name, _, pin in (text.partition("==") for text in PACKAGES)}


def test_the_image_has_the_versions_that_are_tested() -> None:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    tested = {canonical(name): pin for name, _, pin in (line.partition("==") for line in lines)}
    assert all(PINS.values())
    assert {name: pin for name, pin in PINS.items() if tested.get(name, pin) != pin} == {}


def test_all_that_the_image_s_packages_require_is_pinned() -> None:
    cuda = {name for name in with_requirements(["torch"]) if re.match("nvidia|cuda|triton", name)}
    assert with_requirements(PINS) - cuda == set(PINS)


def test_download_with_a_folder(monkeypatch: pytest.MonkeyPatch, tiny: Path) -> None:
    module = modal_app(monkeypatch, OCTAVO_MODEL=str(tiny), OCTAVO_ENGINE="transformers")
    with pytest.warns(UserWarning, match="executing locally"):
        assert module.download.local() == f"{tiny} at {tiny}"


def test_download_of_what_is_not_there(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    module = modal_app(monkeypatch, OCTAVO_MODEL=str(tmp_path / "nothing"))
    with (
        pytest.warns(UserWarning, match="executing locally"),
        pytest.raises(ModelError, match="no such folder"),
    ):
        module.download.local()


async def answers(app: Any, client: Any, *paths: str) -> list[Any]:
    """Return an ASGI app's response after its model is loaded, under its own lifespan."""
    async with app.router.lifespan_context(app), client:
        for _ in range(500):
            if "loading" not in (await client.get("/health")).text:
                break
            await asyncio.sleep(0.01)
        return [await client.get(path) for path in paths]


def test_the_app_answers(monkeypatch: pytest.MonkeyPatch, tiny: Path) -> None:
    module = modal_app(
        monkeypatch,
        OCTAVO_ENGINE="transformers",
        OCTAVO_MODEL=str(tiny),
        OCTAVO_MAX_BATCH="3",
        OCTAVO_MAX_CONTAINERS="5",
    )
    with pytest.warns(UserWarning, match="executing locally"):
        app = module.Ocr().serve.local()
    client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://container")
    health, info = asyncio.run(answers(app, client, "/health", "/info"))
    assert (health.status_code, health.json()["status"]) == (200, "ready")
    said = info.json()
    assert (said["model"], said["max_batch"], said["containers"]) == (str(tiny), 3, 5)
    assert (said["read_pages"], said["limits"]["files"]) == (3, 3)
    # As many requests as Modal lets in find room, each with all the pages that it may have.
    most_inputs = service_info(module).concurrency_info.max_inputs
    assert said["limits"]["waiting_pages"] == most_inputs * said["limits"]["files"]
    assert said["version"] == version("octavo")


IN_A_CONTAINER = """
import asyncio, io, json, sys, warnings
import httpx2
from PIL import Image
from ocr_service import modal_app

warnings.simplefilter("ignore")
app = modal_app.Ocr().serve.local()

async def ask():
    transport = httpx2.ASGITransport(app)
    async with app.router.lifespan_context(app), httpx2.AsyncClient(
        transport=transport, base_url="http://container", timeout=300
    ) as client:
        while "loading" in (health := await client.get("/health")).text:
            await asyncio.sleep(0.01)
        files = {"files": ("a.png", sys.stdin.buffer.read())}
        info = await client.get("/info")
        answer = await client.post("/ocr_batch", files=files)
        return {"health": health.json(), "answer": answer.json(), "info": info.json()}

print(json.dumps(asyncio.run(ask())))
"""


@pytest.fixture(scope="module")
def container(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for sys.path with what a container has there, and no other package.

    These are the image's packages, Modal's client and what it needs, Octavo's source.
    """
    site = tmp_path_factory.mktemp("container")
    for name in with_requirements([*PINS, "modal"]):
        for file in distribution(name).files or []:
            top = file.parts[0]
            if top not in {"..", "__pycache__"} and not (site / top).exists():
                (site / top).symlink_to(Path(str(distribution(name).locate_file(top))))
    (site / "ocr_service").symlink_to(ROOT / "ocr_service")
    return site


def run_container(site: Path, cache: Path, revision: str) -> dict[str, Any]:
    """Ask the service in a container to read a page, its Volume at `cache`."""
    image = coloured_page(1, (200, 260))
    page = cache.parent / "page.png"
    image.save(page)
    environment = {
        "OCTAVO_ENGINE": "transformers",
        "OCTAVO_MODEL": "octavo/tiny",
        "OCTAVO_REVISION": revision,
        "OCTAVO_MAX_BATCH": "2",
        "OCTAVO_MAX_TOKENS": "40",  # random weights may go on for ever
        "HF_HUB_OFFLINE": "1",
        "OCTAVO_VERSION": version("octavo"),
        "HF_HUB_CACHE": str(cache),
        "HOME": str(cache.parent),
        "PATH": os.environ["PATH"],
    }
    start = f"import sys; sys.path.insert(0, {str(site)!r})\n{IN_A_CONTAINER}"
    with page.open("rb") as file:
        done = subprocess.run(
            [sys.executable, "-I", "-S", "-c", start],
            stdin=file,
            capture_output=True,
            text=True,
            timeout=300,
            env=environment,
            check=False,
        )
    assert done.returncode == 0, done.stderr[-3000:]
    return dict(json.loads(done.stdout.splitlines()[-1]))


def fetched(cache: Path, tiny: Path) -> Path:
    """Make a Volume like the hub's client does."""
    model = cache / "models--octavo--tiny"
    (model / "snapshots").mkdir(parents=True)
    (model / "snapshots" / COMMIT).symlink_to(tiny)
    return cache


def test_the_image_suffices_and_the_volume_is_only_read(
    container: Path, tiny: Path, tmp_path: Path
) -> None:
    cache = fetched(tmp_path / "weights", tiny)
    before = sorted(cache.rglob("*"))
    said = run_container(container, cache, COMMIT)
    assert said["health"]["status"] == "ready"
    (page,) = said["answer"]["pages"]
    assert page["finish_reason"] in {"stop", "length", "loop"}
    assert page["output_tokens"] > 0
    assert said["info"]["version"] == version("octavo")  # told by the environment
    assert sorted(cache.rglob("*")) == before


def test_a_container_without_weights_says_what_to_do(
    container: Path, tiny: Path, tmp_path: Path
) -> None:
    said = run_container(container, fetched(tmp_path / "weights", tiny), COMMIT[::-1])
    assert said["health"]["status"] == "failing"
    assert "modal run -m ocr_service.modal_app::download" in said["health"]["message"]
    assert "download fetches it" in said["answer"]["error"]["message"]


def number_pdf(path: Path, pages: int) -> Path:
    """Write a PDF whose pages carry their numbers as bars."""
    with pymupdf.open() as pdf:
        for number in range(1, pages + 1):
            page = pdf.new_page(width=300, height=400)
            for box in bars(number, 300, 400):
                page.draw_rect(pymupdf.Rect(*box), color=(0, 0, 0), fill=(0, 0, 0))
        pdf.save(path)
    return path


def test_a_book_becomes_a_folder_of_pages(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    book, folder = number_pdf(tmp_path / "book.pdf", 6), tmp_path / "pages"
    engine = NumberEngine()
    with number_service(engine) as url:
        read_book(book, folder, url, max_pages=3, batch_size=2)
        written = {path.name: path.read_text() for path in folder.iterdir()}
        assert written == {
            f"page_{n:04d}.mmd": f"The number of this page is {n}.\n" for n in (1, 2, 3)
        }
        assert max(map(len, engine.batches)) <= 2
        engine.batches.clear()
        read_book(book, folder, url)
    assert sorted(number for batch in engine.batches for number in batch) == [4, 5, 6]
    assert len(list(folder.iterdir())) == 6
    assert "3 pages read by the service" in capsys.readouterr().err


def test_a_page_that_fails_is_named_and_asked_for_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    book, folder = number_pdf(tmp_path / "book.pdf", 3), tmp_path / "pages"
    with number_service(NumberEngine(unreadable=frozenset({2}))) as url:
        read_book(book, folder, url)
    assert "page 2: cannot read 2" in capsys.readouterr().err
    with number_service(NumberEngine()) as url:
        read_book(book, folder, url)
    assert len(list(folder.iterdir())) == 3


def test_without_an_account_deploy_fails_at_authentication_only(tmp_path: Path) -> None:
    done = modal_command(tmp_path, "deploy", "-m", "ocr_service.modal_app")
    assert done.returncode == 1
    assert "Token missing. Could not authenticate client." in done.stderr + done.stdout
    assert "Traceback" not in done.stderr + done.stdout


def test_deploy_comes_as_far_as_the_settings_and_says_one_line(tmp_path: Path) -> None:
    """That is, the message above is not the first thing that it looks at."""
    done = modal_command(tmp_path, "deploy", "-m", "ocr_service.modal_app", OCTAVO_MAX_BATCH="many")
    assert done.returncode == 2
    assert done.stderr == "octavo: OCTAVO_MAX_BATCH=many: use a whole number of at least 1\n"
    assert done.stdout == ""


def test_run_has_the_options_of_a_book(tmp_path: Path) -> None:
    done = modal_command(tmp_path, "run", "-m", "ocr_service.modal_app", "--help")
    assert done.returncode == 0, done.stderr
    for option in ("--book TEXT", "--output TEXT", "--max-pages INTEGER", "--batch-size INTEGER"):
        assert re.search(option.replace(" ", r"\s+"), done.stdout), option
