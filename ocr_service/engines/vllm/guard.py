"""The guard against repeated n-grams, as vLLM's model runner calls it.

vLLM ships the authors' own processor, which looks through the whole window at each token of each
page. This one keeps to the same rule with `NoRepeatNgrams`, at the same cost whatever the window,
and strikes the tokens of all pages out at once. Imported by vLLM, in the process of its model.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vllm.v1.sample.logits_processor import LogitsProcessor
from vllm.v1.sample.logits_processor.builtin import process_dict_updates

from ocr_service.engines.vision.repetition import NoRepeatNgrams, ngrams_forbidden

if TYPE_CHECKING:
    import torch

__all__ = ["NgramGuard"]


class NgramGuard(LogitsProcessor):  # type: ignore[misc] # vLLM is not here when types are checked
    """Strikes out what would complete an n-gram; settings are in `SamplingParams.extra_args`."""

    def __init__(self, vllm_config: Any, device: Any, is_pin_memory: bool) -> None:  # noqa: ARG002
        """Know no page yet."""
        self._pages: dict[int, _Page] = {}  # by their rows in the batch

    def is_argmax_invariant(self) -> bool:
        """Say that the likeliest token may be another one afterwards."""
        return False

    def update_state(self, batch_update: Any) -> None:
        """Take note of pages that come, go and change their rows."""
        process_dict_updates(self._pages, batch_update, _page_of)

    def apply(self, logits: torch.Tensor) -> torch.Tensor:
        """Strike tokens out of the scores, (pages, vocabulary)."""
        guards: list[NoRepeatNgrams | None] = [None] * len(logits)
        for row, page in self._pages.items():
            guards[row] = page.caught_up()
        rows, tokens = ngrams_forbidden(guards)
        if rows:
            logits[rows, tokens] = float("-inf")
        return logits


class _Page:
    """A page's guard, and the list that vLLM adds the page's tokens to."""

    def __init__(self, guard: NoRepeatNgrams, tokens: list[int]) -> None:
        self._guard = guard
        self._tokens = tokens
        self._seen = 0

    def caught_up(self) -> NoRepeatNgrams:
        """Return the guard when it has seen all tokens so far."""
        for token in self._tokens[self._seen :]:
            if token < 0:  # not known yet
                break
            self._guard.append(token)
            self._seen += 1
        return self._guard


def _page_of(params: Any, _prompt: list[int] | None, tokens: list[int]) -> _Page | None:
    """Return the state of a new page. One that vLLM had set aside comes with its tokens so far."""
    settings = (params.extra_args or {}).get("ngrams")
    if settings is None:
        return None
    size, window, exempt = settings
    return _Page(NoRepeatNgrams(size, window, exempt), tokens)
