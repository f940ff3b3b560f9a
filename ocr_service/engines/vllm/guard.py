"""Forbids repeated n-grams, as a logits processor of vLLM.

vLLM ships the authors' own processor, which searches the whole window at each token of each page.
This one applies the same rule with `NoRepeatNgrams`, at a cost independent of the window, and
masks the tokens of all pages at once. vLLM imports it in the process of its model.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vllm.v1.sample.logits_processor import LogitsProcessor
from vllm.v1.sample.logits_processor.builtin import process_dict_updates

from ocr_service.engines.vision.repetition import NoRepeatNgrams, ngrams_forbidden

if TYPE_CHECKING:
    import torch

__all__ = ["NgramGuard"]


class NgramGuard(LogitsProcessor):  # type: ignore[misc] # vLLM is not installed when types are checked
    """Masks tokens that would complete an n-gram; settings are in `SamplingParams.extra_args`."""

    def __init__(self, vllm_config: Any, device: Any, is_pin_memory: bool) -> None:  # noqa: ARG002
        """Start without pages."""
        self._pages: dict[int, _Page] = {}  # by their rows in the batch

    def is_argmax_invariant(self) -> bool:
        """Return False: the most likely token may change."""
        return False

    def update_state(self, batch_update: Any) -> None:
        """Update the rows of pages that join, leave or move."""
        process_dict_updates(self._pages, batch_update, _page_of)

    def apply(self, logits: torch.Tensor) -> torch.Tensor:
        """Mask tokens in the scores, (pages, vocabulary)."""
        guards: list[NoRepeatNgrams | None] = [None] * len(logits)
        for row, page in self._pages.items():
            guards[row] = page.caught_up()
        rows, tokens = ngrams_forbidden(guards)
        if rows:
            logits[rows, tokens] = float("-inf")
        return logits


class _Page:
    """A page's guard, and the list to which vLLM appends its tokens."""

    def __init__(self, guard: NoRepeatNgrams, tokens: list[int]) -> None:
        self._guard = guard
        self._tokens = tokens
        self._seen = 0

    def caught_up(self) -> NoRepeatNgrams:
        """Return the guard after adding all new tokens."""
        for token in self._tokens[self._seen :]:
            if token < 0:  # a placeholder, not yet known
                break
            self._guard.append(token)
            self._seen += 1
        return self._guard


def _page_of(params: Any, _prompt: list[int] | None, tokens: list[int]) -> _Page | None:
    """Return the state of a new page. A page that vLLM preempted has its tokens so far."""
    settings = (params.extra_args or {}).get("ngrams")
    if settings is None:
        return None
    size, window, exempt = settings
    return _Page(NoRepeatNgrams(size, window, exempt), tokens)
