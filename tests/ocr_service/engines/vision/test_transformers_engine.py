"""Tests the engine with tiny models of every family: loading, refusing, reading."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from ocr_service.common.errors import ModelError
from ocr_service.engines.vision import checkpoints, tiling
from ocr_service.engines.vision.attempt import PageAttempt
from ocr_service.engines.vision.families import FAMILIES
from ocr_service.engines.vision.repetition import LoopDetector, LoopLimits, TokenKinds
from ocr_service.engines.vision.retries import best
from ocr_service.engines.vision.transformers_engine import DeepseekEngine
from ocr_service.protocol.engine import BatchEngine, EngineInfo, FinishReason, Prompt
from tests.support.tiny_models import (
    cell_loop,
    coloured_page,
    save_v2,
)

pytestmark = pytest.mark.usefixtures("one_thread")

NAMES = ["v2", "v1", "unlimited"]
QUICK = LoopLimits(window=48, variety=0.2, period=40)


@pytest.fixture(scope="module", params=NAMES)
def engine(request: pytest.FixtureRequest, folders: dict[str, Path]) -> DeepseekEngine:
    return engine_of(folders[request.param], 12, retries=0)


def engine_of(folder: Path, tokens: int, batch: int = 4, **options: Any) -> DeepseekEngine:
    """Return an engine with settings that `load` has no option for."""
    checkpoint = checkpoints.load(folder, "cpu", "float32")
    info = EngineInfo("deepseek", str(folder), None, "cpu", "float32", batch, tokens)
    return DeepseekEngine(checkpoint, info, **options)


def test_options_that_make_no_sense_are_named(folders: dict[str, Path]) -> None:
    with pytest.raises(ModelError, match="no revisions"):
        DeepseekEngine.load(str(folders["v2"]), revision="main", device="cpu")
    with pytest.raises(ModelError, match="dtype 'int8'"):
        DeepseekEngine.load(str(folders["v2"]), dtype="int8", device="cpu")
    with pytest.raises(ModelError, match="device 'abacus'"):
        DeepseekEngine.load(str(folders["v2"]), device="abacus")


def test_the_engine_says_what_it_is(folders: dict[str, Path]) -> None:
    known: BatchEngine = DeepseekEngine.load(str(folders["v2"]), device="cpu", max_output_tokens=12)
    folder = str(folders["v2"])
    assert known.info == EngineInfo("deepseek", folder, None, "cpu", "float32", 4, 12)


def by_transformers(engine: DeepseekEngine, page: Image.Image, tokens: int) -> str:
    """Read a page with nothing of ours but its tiles: the model's own forward and `generate`."""
    import torch

    from ocr_service.engines.vision.continuous_batching import _levels

    checkpoint = engine._checkpoint
    traits, model = FAMILIES[checkpoint.family], checkpoint.model
    views = tiling.cut(page, traits.tiling)
    words = checkpoint.tokenizer.encode(traits.prompts[Prompt.DOCUMENT]).ids
    image = [checkpoint.image_token] * traits.tiling.tokens(*views.grid)
    ids = torch.tensor([[checkpoint.begin_token, *image, *words]])
    inputs: dict[str, Any] = {"pixel_values": _levels(views.whole[None], model)}
    inputs["num_local_patches"] = [len(views.tiles)]
    if len(views.tiles):
        inputs["pixel_values_local"] = _levels(views.tiles, model)
    if traits.tiling.row_ends:
        inputs["patches_grid"] = [list(views.grid)]
    output = model.generate(
        input_ids=ids,
        attention_mask=torch.ones_like(ids),
        max_new_tokens=tokens,
        do_sample=False,
        pad_token_id=2,
        eos_token_id=sorted(checkpoint.stop_tokens),
        **inputs,
    )
    said = [token for token in output[0, ids.shape[1] :].tolist() if token > 2]
    text: str = checkpoint.tokenizer.decode(said, skip_special_tokens=False)
    return text


@pytest.mark.parametrize("size", [(480, 620), (900, 450)])
def test_a_page_is_read_as_transformers_reads_it(
    engine: DeepseekEngine, size: tuple[int, int]
) -> None:
    page = coloured_page(1, size)
    (read,) = engine.read([page], Prompt.DOCUMENT)
    assert read.text == by_transformers(engine, page, 12)
    assert read.error is None
    grid = FAMILIES[engine._checkpoint.family].tiling.grid(*size)
    assert (grid == (1, 1)) == (max(size) <= 640)
    assert read.prompt_tokens > FAMILIES[engine._checkpoint.family].tiling.tokens(*grid)


@pytest.mark.parametrize("engine", ["v2", "v1"], indirect=True)
def test_each_image_has_its_own_text_whatever_its_company(engine: DeepseekEngine) -> None:
    pages = [coloured_page(seed) for seed in (1, 2, 3)]
    together = [read.text for read in engine.read(pages, Prompt.DOCUMENT)]
    backwards = [read.text for read in engine.read(pages[::-1], Prompt.DOCUMENT)]
    assert together == backwards[::-1]
    assert len(set(together)) == 3
    assert engine.read([], Prompt.DOCUMENT) == []


def test_another_question_has_another_prompt(folders: dict[str, Path]) -> None:
    engine = engine_of(folders["v2"], 3, retries=0)
    lengths = {
        prompt: engine.read([coloured_page(1)], prompt)[0].prompt_tokens for prompt in Prompt
    }
    said = {
        # bytes, but for <|grounding|>, which is one token
        Prompt.DOCUMENT: 1 + 1 + len("Convert the document to markdown."),
        Prompt.FREE: len("\nFree OCR."),
        Prompt.FIGURE: len("\nParse the figure."),
    }
    assert lengths == {prompt: 1 + 257 + length for prompt, length in said.items()}


def test_a_damaged_image_fails_alone(folders: dict[str, Path], tmp_path: Path) -> None:
    engine = engine_of(folders["v2"], 5, retries=0)
    path = tmp_path / "torn.png"
    Image.fromarray(np.random.default_rng(0).integers(0, 256, (300, 300, 3), np.uint8)).save(path)
    path.write_bytes(path.read_bytes()[:5000])
    good = coloured_page(1)
    with Image.open(path) as torn:
        first, bad, last = engine.read([good, torn, good], Prompt.DOCUMENT)
    assert bad.finish_reason is FinishReason.ERROR
    assert "truncated" in (bad.error or "")
    assert (bad.text, bad.output_tokens) == ("", 0)
    assert first.text == last.text == engine.read([good], Prompt.DOCUMENT)[0].text


def test_a_batch_that_is_too_large_for_memory_is_halved(folders: dict[str, Path]) -> None:
    import torch

    engine = engine_of(folders["v2"], 8, batch=4, retries=0)
    pages = [coloured_page(seed) for seed in range(4)]
    wanted = [read.text for read in engine.read(pages, Prompt.DOCUMENT)]
    model = engine._checkpoint.model
    forward, met = model.forward, []

    def small(*arguments: Any, **inputs: Any) -> Any:
        if len(inputs["attention_mask"]) > 2:
            met.append(len(inputs["attention_mask"]))
            raise torch.OutOfMemoryError("no room")
        return forward(*arguments, **inputs)

    model.forward = small
    try:
        read = engine.read(pages, Prompt.DOCUMENT)
    finally:
        model.forward = forward
    assert met
    assert [page.text for page in read] == wanted
    assert not any(page.error for page in read)


def test_pages_are_cut_while_others_are_written(
    folders: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = engine_of(folders["v2"], 4, batch=1, retries=0)
    cut, order, lock = tiling.cut, [], threading.Lock()

    def noted(image: Image.Image, how: tiling.Tiling) -> tiling.Views:
        views = cut(image, how)
        with lock:
            order.append(threading.current_thread().name)
        return views

    monkeypatch.setattr(tiling, "cut", noted)
    accept = PageAttempt.accept

    def noting(run: PageAttempt, token: int, stops: frozenset[int]) -> None:
        with lock:
            order.append("written")
        accept(run, token, stops)

    monkeypatch.setattr(PageAttempt, "accept", noting)
    engine.read([coloured_page(seed) for seed in range(6)], Prompt.DOCUMENT)
    cuts = [place for place, what in enumerate(order) if what.startswith("tiles")]
    assert len(cuts) == 6
    assert cuts[-1] < len(order) - 4  # the last was cut before the one ahead of it was done


def test_what_ends_a_page_is_no_text_but_other_special_tokens_are(folders: dict[str, Path]) -> None:
    engine = engine_of(folders["v2"], 12)
    letters = engine._checkpoint.tokenizer.encode("ab").ids
    run = PageAttempt(0, [0], None, 99, tokens=[0, 260, *letters, 261, 2], finish=FinishReason.STOP)
    text = engine._attempts.text_of([run]).text
    assert text == "<|ref|>ab<|/ref|>"


def test_a_page_that_loops_is_stopped_early_and_tried_again(tmp_path: Path) -> None:
    engine = engine_of(save_v2(tmp_path, tweak=cell_loop(0.0)), 400, limits=QUICK)
    (read,) = engine.read([coloured_page(1)], Prompt.DOCUMENT)
    assert read.finish_reason is FinishReason.LOOP
    assert read.attempts == 3
    assert 3 * 40 < read.output_tokens < 3 * 80  # of 1,200
    assert read.text.startswith("<td></td><td></td>")


def test_a_warmer_attempt_leaves_the_loop_and_is_kept(tmp_path: Path) -> None:
    engine = engine_of(save_v2(tmp_path, tweak=cell_loop(0.97)), 400, limits=QUICK)
    (read,) = engine.read([coloured_page(1)], Prompt.DOCUMENT)
    assert read.finish_reason is FinishReason.STOP
    assert read.attempts in {2, 3}
    assert read.output_tokens > 40
    again = engine.read([coloured_page(1)], Prompt.DOCUMENT)[0]
    assert (again.text, again.output_tokens) == (read.text, read.output_tokens)


def test_a_truncated_page_is_tried_again_and_marked(folders: dict[str, Path]) -> None:
    engine = engine_of(folders["v2"], 6, retries=1)
    (read,) = engine.read([coloured_page(1)], Prompt.DOCUMENT)
    assert read.finish_reason is FinishReason.LENGTH
    assert (read.attempts, read.output_tokens) == (2, 12)
    assert read.seconds > 0


def attempt(finish: FinishReason, variety: int) -> PageAttempt:
    """Return an attempt with this finish reason and variety."""
    watch = LoopDetector(TokenKinds())
    for token in range(variety + 3):
        watch.append(token)
    error = "no memory" if finish is FinishReason.ERROR else None
    return PageAttempt(0, [], None, 9, finish=finish, watch=watch, error=error)


@pytest.mark.parametrize(
    ("attempts", "kept"),
    [
        ([(FinishReason.LOOP, 40), (FinishReason.STOP, 60)], 1),
        ([(FinishReason.LOOP, 900), (FinishReason.STOP, 3)], 0),
        ([(FinishReason.LOOP, 900), (FinishReason.STOP, 3), (FinishReason.STOP, 700)], 2),
        ([(FinishReason.LOOP, 30), (FinishReason.LENGTH, 80), (FinishReason.LOOP, 10)], 1),
        ([(FinishReason.LENGTH, 80), (FinishReason.ERROR, 99)], 0),
        ([(FinishReason.LOOP, 60), (FinishReason.LENGTH, 90)], 0),
        ([(FinishReason.ERROR, 0)], 0),
    ],
)
def test_the_attempt_that_is_kept_ended_by_itself_and_said_enough(
    attempts: list[tuple[FinishReason, int]], kept: int
) -> None:
    runs = [attempt(*each) for each in attempts]
    assert best(runs) is runs[kept]


def test_half_precision_runs_on_a_cpu(folders: dict[str, Path]) -> None:
    engine = DeepseekEngine.load(
        str(folders["v1"]), device="cpu", dtype="bfloat16", max_output_tokens=4
    )
    (read,) = engine.read([coloured_page(1)], Prompt.DOCUMENT)
    assert engine.info.dtype == "bfloat16"
    assert read.output_tokens >= 1
    assert read.error is None
