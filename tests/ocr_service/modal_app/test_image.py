"""The image and the Volumes of the Modal app: pinned packages, and containers made of them."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterable
from importlib.metadata import distribution, version
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement

from ocr_service.modal_app import (
    PACKAGES,
    VLLM_PACKAGES,
)
from tests.conftest import ROOT
from tests.support.modal_runs import COMMIT
from tests.support.tiny_models import coloured_page


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
