"""Runs the OCR service on Modal's GPUs. The only file that uses Modal; see docs/modal.md.

    modal run -m ocr_service.modal_app::download            fetch the weights, once
    modal deploy -m ocr_service.modal_app                   deploy the service; free while idle
    modal run -m ocr_service.modal_app --book scan.pdf      read one book, without a library

Settings are read from the environment of these commands and passed on to the containers:

    OCTAVO_GPU             A100-80GB   any GPU on Modal with at least 24 GB, or several in the order
                                       of preference, such as H100,A100-80GB,L40S
    OCTAVO_ENGINE          vllm        or transformers, the reference
    OCTAVO_MODEL           hub id; default DeepSeek-OCR, with transformers DeepSeek-OCR-2
    OCTAVO_REVISION        default the pinned one, else the newest at the time of download
    OCTAVO_MAX_BATCH       64          pages that one container reads at once; 32 with transformers
    OCTAVO_MAX_CONTAINERS  4           the most GPUs paid for at the same time
    OCTAVO_MAX_TOKENS      8192        the most tokens generated for one page
    OCTAVO_REGION                      where containers may run, such as eu; Modal charges for it
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import modal

from ocr_service.common.errors import ModelError, OctavoError, QueryError
from ocr_service.common.version import VERSION_VARIABLE, octavo_version
from ocr_service.deployment import DeploymentSettings
from ocr_service.engines.vision import families
from ocr_service.engines.vllm import engine as vllm

if TYPE_CHECKING:
    from fastapi import FastAPI

    from ocr_service.protocol.engine import BatchEngine

__all__ = ["DeploymentSettings", "Ocr", "app", "download", "main", "read_book"]

MINUTES = 60  # seconds
GIB = 1024  # MiB

# All packages of vLLM's image; the guide's recipe for your own GPU uses the same file.
VLLM_PACKAGES = Path(__file__).with_name("vllm_gpu_requirements.txt")

# All packages of the transformers engine's image: what it and the server import, with their
# dependencies, in the versions that Octavo is tested with. torch is the CUDA build here, which
# pins NVIDIA's packages itself.
PACKAGES = """
torch==2.13.0 transformers==5.23.0 tokenizers==0.23.3 safetensors==0.8.0 huggingface_hub==2.4.0
numpy==2.4.6 pillow==13.0.0 fastapi==0.165.0 python-multipart==0.0.34

annotated-doc==0.0.7 annotated-types==0.8.0 anyio==4.16.0 click==8.5.1 filelock==4.2.11
fsspec==2026.9.0 h11==0.16.0 hf-xet==1.8.0 httpcore2==2.16.2 httpx2==2.16.2 idna==3.20
Jinja2==3.1.6 markdown-it-py==4.3.0 MarkupSafe==3.0.4 mdurl==0.1.2 mpmath==1.3.0 networkx==3.6.1
opentelemetry-api==1.45.2 packaging==26.3 pydantic==2.14.3 pydantic_core==2.50.4 Pygments==2.21.0
PyYAML==6.0.3 regex==2026.11.15 rich==15.0.0 setuptools==84.2.1 shellingham==1.5.4
starlette==1.10.0 sympy==1.14.0 tqdm==4.70.1 truststore==0.10.5 typer==0.29.2
typing_extensions==4.16.0 typing-inspection==0.4.5
""".split()

WEIGHTS = "/weights"  # mount point of the Volume in every container
COMPILED = "/compiled"  # mount point of the Volume for what vLLM compiles at its first start
UV_VERSION = "0.13.9"  # of the program that installs the packages
MOST_INPUTS = 8  # requests that one container accepts at once


def _settings() -> DeploymentSettings:
    """Return the settings of the environment; end with one line if a variable is wrong."""
    try:
        return DeploymentSettings.read()
    except QueryError as error:
        sys.stderr.write(f"octavo: {error}\n")
        raise SystemExit(int(error.exit_code)) from None


SETTINGS = _settings()

# The source is added when a container starts, so that changing it builds no new image. It comes
# without package metadata, so the version is passed in the environment.
base = modal.Image.debian_slim(python_version="3.11")
image = (
    base.uv_pip_install(requirements=[str(VLLM_PACKAGES)], uv_version=UV_VERSION)
    if SETTINGS.engine == "vllm"
    else base.uv_pip_install(*PACKAGES, uv_version=UV_VERSION)
)
image = image.env(
    {
        "HF_HUB_CACHE": WEIGHTS,
        "HF_XET_HIGH_PERFORMANCE": "1",  # all cores and bandwidth for `download`
        "PYTHONUNBUFFERED": "1",
        "VLLM_CACHE_ROOT": f"{COMPILED}/vllm",
        "TORCHINDUCTOR_CACHE_DIR": f"{COMPILED}/inductor",
        "TRITON_CACHE_DIR": f"{COMPILED}/triton",
    }
).add_local_python_source(
    "ocr_service", ignore=["**/__pycache__", "**/*.pyc"]
)  # with models/*.toml
volume = modal.Volume.from_name("octavo-weights", create_if_missing=True)
compiled = modal.Volume.from_name("octavo-compiled", create_if_missing=True)
app = modal.App("octavo", image=image, include_source=False)


@app.function(
    volumes={WEIGHTS: volume},
    env=SETTINGS.environment(),
    cpu=4.0,  # the fast transfer uses all cores, and gigabytes for what is on its way
    memory=8 * GIB,
    timeout=60 * MINUTES,
    retries=modal.Retries(max_retries=3, initial_delay=10.0, backoff_coefficient=2.0),
    region=SETTINGS.region,
)
def download() -> str:
    """Fetch the weights into the Volume if they are missing; return model and commit.

    Fetches the files that the engine reads (JSON and safetensors, no code), of one commit. What was
    fetched stays if a transfer breaks off; Modal then calls this again.

    Raises:
        ModelError: the model or revision does not exist, the hub cannot be reached, or the engine
            does not run this model.
    """
    from ocr_service.engines.vision import checkpoints

    folder, commit = checkpoints.locate(SETTINGS.model, SETTINGS.revision)
    _check_kind(folder)
    if not modal.is_local():
        volume.commit()
    told = f"{SETTINGS.model} at {commit or folder}"
    logging.getLogger(__name__).warning("ready to serve: %s", told)
    return told


def _check_kind(folder: Path) -> None:
    """Refuse a checkpoint that the engine does not run, before a GPU is paid for."""
    from ocr_service.engines.vision.checkpoints import read_config
    from ocr_service.engines.vision.native_models import native_kind
    from ocr_service.engines.vllm.settings import family_in

    config = read_config(folder)
    if SETTINGS.engine == "vllm":
        family_in(folder, config)
    elif families.family_of(config) is None and native_kind(config) is None:
        raise ModelError(
            f"{SETTINGS.model}: the engine {SETTINGS.engine} does not run models of the type "
            f"{config.get('model_type')!r}; see OCTAVO_MODEL in docs/modal.md"
        )


def engine_loader(name: str) -> Callable[..., BatchEngine]:
    """Return what loads the engine; its heavy libraries are only in its own image."""
    if name == "vllm":
        return vllm.VllmEngine.load
    from ocr_service.engines.vision.load import load_engine

    return load_engine


# Concurrency: Octavo's client sends one batch per request. Two requests keep a container busy, one
# being read and one queued, so that is Modal's scaling target. Up to eight are accepted, so that
# the small requests of other clients (four pages each, like the blog's) fill a batch too; further
# ones wait for another container. A request is at most one batch, and the engine gets one batch at
# a time, to keep answers below the 150 s after which Modal redirects clients. Unusually long pages
# may take longer; the client follows the redirect.
#
# No memory snapshot: the stable kind does not include GPU memory, so the weights, nearly all of the
# start, would need another way of loading; the kind that does is an alpha feature, and vLLM would
# have to sleep before it and wake after it, on CUDA only. Neither could be tried, and a model that
# is restored wrongly writes fluent nonsense.
@app.cls(
    gpu=SETTINGS.gpus,
    region=SETTINGS.region,
    cpu=4.0,  # threads cut the next pages while the model generates
    memory=16 * GIB,  # the weights pass through host memory
    volumes={WEIGHTS: volume.with_mount_options(read_only=True), COMPILED: compiled},
    env={
        **SETTINGS.environment(),
        VERSION_VARIABLE: octavo_version(),
        "HF_HUB_OFFLINE": "1",  # only what `download` fetched
    },
    max_containers=SETTINGS.max_containers,
    scaledown_window=2 * MINUTES,  # idling between two books costs less than a restart
    startup_timeout=10 * MINUTES,
    timeout=30 * MINUTES,  # per request: three attempts at the longest page, on a slow GPU
)
@modal.concurrent(max_inputs=MOST_INPUTS, target_inputs=2)
class Ocr:
    """A container: a model and its server."""

    @modal.enter()
    def load(self) -> None:
        """Load the model before the first request.

        A container that fails here would be restarted again and again, at a cost. So it starts
        nevertheless, and /health reports the error.
        """
        self._engine: BatchEngine | None = None
        self._trouble = ""
        try:
            self._engine = engine_loader(SETTINGS.engine)(
                SETTINGS.model,
                revision=SETTINGS.revision,
                max_batch=SETTINGS.max_batch,
                max_output_tokens=SETTINGS.max_tokens,
            )
        except ModelError as error:
            hint = "modal run -m ocr_service.modal_app::download fetches it"
            self._trouble = f"{error}; on Modal, {hint}"
            logging.getLogger(__name__).error("%s", self._trouble)
        else:
            if not modal.is_local():
                compiled.commit()  # the next start finds it

    @modal.asgi_app(requires_proxy_auth=True)
    def serve(self) -> FastAPI:
        """Return the ASGI app."""
        from ocr_service.server.app import ServerSettings, create_app

        settings = ServerSettings(
            files=SETTINGS.max_batch,
            waiting_pages=MOST_INPUTS * SETTINGS.max_batch,  # no accepted request is refused
            containers=SETTINGS.max_containers,
        )
        return create_app(self._engine or self._refuse, settings)

    def _refuse(self) -> BatchEngine:
        raise ModelError(self._trouble)


@app.local_entrypoint()
def main(book: str, output: str = "", max_pages: int = 0, batch_size: int = 0) -> None:
    """Read a book into a folder of pages, with containers that live as long as this command.

    Only one such command may write to a folder at a time.

    Args:
        book: A PDF or image file.
        output: The folder; by default the book's name without its suffix, in this directory.
        max_pages: The number of pages to read, from the first; 0 for all.
        batch_size: The most pages in flight; 0 for as many as the service accepts.
    """
    from ocr_service.console.options import say

    url = Ocr().serve.get_web_url() or ""
    try:
        read_book(Path(book), Path(output or Path(book).stem), url, max_pages, batch_size)
    except OctavoError as error:
        say(str(error))
        raise SystemExit(int(error.exit_code)) from None


def read_book(book: Path, folder: Path, url: str, max_pages: int = 0, batch_size: int = 0) -> None:
    """Write the missing pages of a book as page_0001.mmd and so on; see `main`.

    They are read as by `octavo build --engine service`. Steps that need all pages of a book, such
    as removing running heads, are left to `octavo build FOLDER`.

    Raises:
        InputError: The book cannot be read.
        ServiceError: The service cannot be reached, refuses, or keeps failing.
        QueryError: The credentials in the environment are not valid.
    """
    from functools import partial

    from ocr_service.books.running_heads import RunningHeads, page_markdown
    from ocr_service.client.options import ServiceOptions, read_credentials
    from ocr_service.client.reader import PageJob, ServiceReader
    from ocr_service.common.files import write_atomic
    from ocr_service.console.options import say
    from ocr_service.inputs.content import source_digest
    from ocr_service.library.sources import InputSource, SourceKind
    from ocr_service.workers.pool import PagePool, available_cores
    from ocr_service.workers.tasks import PageTask

    options = ServiceOptions(url, read_credentials(None), most_pages=batch_size or None)
    reader = ServiceReader(options, tell=say)
    digest = source_digest(InputSource(book, SourceKind.PDF))
    folder.mkdir(parents=True, exist_ok=True)
    with PagePool(available_cores()) as pool:
        labels = pool.look_into(book, None).labels[: max_pages or None]
        tasks = [PageTask(book, digest, i, label, 2.0, False) for i, label in enumerate(labels)]
        jobs = (
            PageJob(task.page_index, task.label, partial(pool.draw, task))
            for task in tasks
            if not _page_file(folder, task.page_index).exists()
        )
        for record in reader.read(digest, jobs):
            if record.error is not None:
                say(f"{book}: page {record.page_index + 1}: {record.error}")
                continue
            text = page_markdown(record, RunningHeads())
            write_atomic(_page_file(folder, record.page_index), f"{text}\n" if text else "")
    say(f"{folder}: {reader.stats.summary()}")


def _page_file(folder: Path, page_index: int) -> Path:
    return folder / f"page_{page_index + 1:04d}.mmd"
