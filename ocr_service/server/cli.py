"""Implements `octavo serve-ocr`: the OCR service on your own GPU or CPU."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ocr_service.client.options import TOKEN, read_credentials
from ocr_service.common.errors import QueryError
from ocr_service.console.options import say
from ocr_service.server.listen import listen, require_token

if TYPE_CHECKING:
    import socket

    from ocr_service.protocol.engine import BatchEngine

__all__ = ["serve_ocr"]

# Seconds that an idle connection stays open: a request sent while the server closes is lost.
_KEEP_ALIVE = 60
_READ_BATCHES = 2  # the engine starts a page when another ends; more would delay responses


@click.command("serve-ocr")
@click.option(
    "--engine",
    "kind",
    type=click.Choice(["transformers", "vllm"]),
    default="transformers",
    show_default=True,
    help="Library that runs the model; vllm needs its own environment.",
)
@click.option(
    "--model",
    help="Hub id or folder of the model [default: DeepSeek-OCR-2; DeepSeek-OCR with vllm].",
)
@click.option("--revision", help="Revision of the model on the hub [default: the pinned one].")
@click.option("--device", help="cuda, cuda:1 or cpu [default: a GPU if available].")
@click.option(
    "--max-batch",
    type=click.IntRange(1, 1024),
    help="Most pages read at once [default: as many as fit in memory].",
)
@click.option(
    "--max-output-tokens",
    type=click.IntRange(16, 65536),
    help="Most tokens generated per page [default: 8192].",
)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), default=8765, show_default=True)
@click.option(
    "--token-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="File with the token that clients must send [default: $OCTAVO_SERVICE_TOKEN].",
)
def serve_ocr(
    kind: str,
    model: str | None,
    revision: str | None,
    device: str | None,
    max_batch: int | None,
    max_output_tokens: int | None,
    host: str,
    port: int,
    token_file: Path | None,
) -> None:
    """Serve an OCR model on this machine's GPU or CPU, for 'octavo build --engine service'.

    With transformers: DeepSeek-OCR, DeepSeek-OCR-2, Unlimited-OCR, and models of the types
    qwen2_5_vl (olmOCR, Nanonets-OCR2), lighton_ocr, paddleocr_vl, glm_ocr and got_ocr2.

    By default only this machine can connect. With another --host, clients must send a token. The
    connection is not encrypted: use a TLS proxy or an SSH tunnel. Ctrl-C stops the service after
    it has read the pages it has accepted.

    \b
    Examples:
      octavo serve-ocr
      octavo serve-ocr --device cpu --port 9000
      octavo serve-ocr --host 0.0.0.0 --token-file ~/.octavo-token
      octavo serve-ocr --model allenai/olmOCR-2-7B-1025
      octavo serve-ocr --engine vllm --model deepseek-ai/DeepSeek-OCR-2
    """
    token = read_credentials(token_file).token
    require_token(host, token, TOKEN)
    if kind == "vllm" and device is not None:
        raise QueryError(
            "--device: vLLM runs on the device it was built for; omit this option and choose a GPU "
            "with CUDA_VISIBLE_DEVICES"
        )

    with listen(host, port) as listener:  # before the model loads
        shown = f"[{host}]" if ":" in host else host
        where = f"{shown}:{listener.getsockname()[1]}"
        given = {
            "revision": revision,
            "device": device,
            "max_batch": max_batch,
            "max_output_tokens": max_output_tokens,
        }
        options = {name: value for name, value in given.items() if value is not None}
        say(f"listening at http://{where}; loading the model")
        _serve(lambda: _load(kind, model, options), token, listener)


def _load(kind: str, model: str | None, options: dict[str, Any]) -> BatchEngine:
    load: Callable[..., BatchEngine]
    if kind == "vllm":
        from ocr_service.engines.vllm.engine import VllmEngine

        load = VllmEngine.load
    else:
        from ocr_service.engines.vision.load import load_engine

        load = load_engine
    engine = load(*([model] if model else []), **options)
    info = engine.info
    say(f"ready: {info.model} on {info.device}, up to {info.max_batch} pages at once")
    return engine


def _serve(load: Callable[[], BatchEngine], token: str | None, listener: socket.socket) -> None:
    """Serve until a signal arrives.

    Raises:
        BaseException: the error of loading the model.
    """
    from ocr_service.server.app import ServerSettings, create_app
    from ocr_service.server.http_guard import guarded_server

    failures: list[BaseException] = []

    def stop(error: BaseException) -> None:
        failures.append(error)
        server.should_exit = True

    settings = ServerSettings(token=token, read_batches=_READ_BATCHES)
    app = create_app(load, settings, on_failure=stop)
    server = guarded_server(app, keep_alive=_KEEP_ALIVE)
    with suppress(KeyboardInterrupt):  # raised again after all accepted pages are answered
        server.run(sockets=[listener])
    if failures:
        raise failures[0]
    say("stopped; all accepted pages have been answered")
