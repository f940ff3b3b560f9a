"""Holds the keys and values of a batch whose pages join and leave at any time.

A row holds one page, aligned to the right: all rows end in the same column, shorter ones begin
later, and columns before a row's beginning are masked. So a page of any length may join a running
batch, and a finished one leaves at once. The buffers are written in place and grow in steps, while
transformers' own cache is copied for every token.

Rotary positions count from the start of each page, not of the buffer, so that moving a row does
not change it.
"""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch

__all__ = ["PageCache"]

_PIECE = 256  # columns by which buffers grow


class PageCache:
    """The cache that a model's attention layers fill, for the pages of one batch.

    Args:
        window: How many of its last output tokens a model attends to, besides the whole prompt
            (Unlimited-OCR's reference sliding window); None for all.
    """

    def __init__(self, window: int | None = None) -> None:
        self._window = window
        self._layers: list[tuple[torch.Tensor, torch.Tensor]] = []
        self._starts: list[int] = []  # the column where each row's page begins
        self._prompt_ends: list[int] = []  # the column where its prompt ends
        self.width = 0
        # transformers reads each layer's type
        self.layers: list[SimpleNamespace] = []

    def __len__(self) -> int:
        return len(self._starts)

    def begin(self, lengths: Sequence[int], prompts: Sequence[int]) -> None:
        """Add rows with the given lengths in tokens, prompts included.

        For an empty cache; the next forward pass must cover max(lengths) columns.
        """
        widest = max(lengths)
        self._starts = [widest - length for length in lengths]
        self._prompt_ends = [
            start + prompt for start, prompt in zip(self._starts, prompts, strict=True)
        ]

    def inputs(self, columns: int, device: Any) -> dict[str, Any]:
        """Return the model's arguments for a forward pass over the next columns.

        Returns:
            `attention_mask`, bool (rows, 1, columns, width + columns), True where attention is
            allowed; `position_ids` (rows, columns); and the cache itself.
        """
        import torch

        starts = torch.tensor(self._starts, device=device)[:, None]
        asking = torch.arange(self.width, self.width + columns, device=device)
        asked = torch.arange(self.width + columns, device=device)
        ask, at = asking[None, :, None], asked[None, None, :]
        allowed = (at <= ask) & (at >= starts[:, :, None])
        if self._window is not None:
            ends = torch.tensor(self._prompt_ends, device=device)[:, None, None]
            allowed &= (at < ends) | (at > ask - self._window)
        # A padding column without any allowed column would give NaN: let it attend to itself.
        allowed |= at == ask
        return {
            "attention_mask": allowed[:, None],
            "position_ids": (asking[None] - starts).clamp(min=0),
            "past_key_values": self,
            "use_cache": True,
        }

    def update(
        self, keys: torch.Tensor, values: torch.Tensor, layer: int, *_: Any, **__: Any
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Write a layer's new columns; return all its columns. Called by the model's attention.

        Both are (rows, heads, columns, size of a head). Until `advance`, the columns may be
        written again, so that a failed pass can be repeated.
        """
        end = self.width + keys.shape[2]
        if layer == len(self._layers):
            self._layers.append((_empty(keys, end), _empty(values, end)))
            self.layers.append(SimpleNamespace(is_sliding=False, _layer_type=None))
        old = self._layers[layer]
        if old[0].shape[2] < end:
            old = self._layers[layer] = (_grown(old[0], end), _grown(old[1], end))
        for buffer, new in zip(old, (keys, values), strict=True):
            buffer[:, :, self.width : end] = new
        return old[0][:, :, :end], old[1][:, :, :end]

    def get_seq_length(self, layer: int = 0) -> int:  # noqa: ARG002
        """Return the number of columns; transformers calls this."""
        return self.width

    def advance(self, columns: int) -> None:
        """Keep the columns that the last forward pass wrote."""
        self.width += columns

    def keep(self, rows: Sequence[int]) -> None:
        """Remove all other rows, and the columns that the remaining ones do not need."""
        import torch

        if not rows:
            self._layers, self._starts, self._prompt_ends, self.width = [], [], [], 0
            self.layers = []
            return
        first = min(self._starts[row] for row in rows)
        for place, pair in enumerate(self._layers):
            chosen = torch.tensor(rows, device=pair[0].device)
            width = self.width - first
            shrunk = []
            for buffer in pair:
                new = _empty(buffer, width, rows=len(rows))
                new[:, :, :width] = buffer[:, :, first : self.width].index_select(0, chosen)
                shrunk.append(new)
            self._layers[place] = (shrunk[0], shrunk[1])
        self._starts = [self._starts[row] - first for row in rows]
        self._prompt_ends = [self._prompt_ends[row] - first for row in rows]
        self.width -= first

    def join(self, other: PageCache) -> None:
        """Add the rows of another cache, which must not be used afterwards."""
        if not self._starts:
            self._layers, self.layers, self.width = other._layers, other.layers, other.width
            self._starts, self._prompt_ends = other._starts, other._prompt_ends
            return
        width = max(self.width, other.width)
        for place, pair in enumerate(self._layers):
            theirs = other._layers[place]
            both = []
            for mine, new in zip(pair, theirs, strict=True):
                merged = _empty(mine, width, rows=mine.shape[0] + new.shape[0])
                shift, other_shift = width - self.width, width - other.width
                count = mine.shape[0]
                merged[:count, :, :shift] = 0  # masked, but NaN would propagate
                merged[count:, :, :other_shift] = 0
                merged[:count, :, shift:width] = mine[:, :, : self.width]
                merged[count:, :, other_shift:width] = new[:, :, : other.width]
                both.append(merged)
            self._layers[place] = (both[0], both[1])
            other._layers[place] = (theirs[0][:0], theirs[1][:0])
        self._starts = _shifted(self._starts, width - self.width) + _shifted(
            other._starts, width - other.width
        )
        self._prompt_ends = _shifted(self._prompt_ends, width - self.width) + _shifted(
            other._prompt_ends, width - other.width
        )
        self.width = width


def _empty(like: torch.Tensor, width: int, rows: int | None = None) -> torch.Tensor:
    """Return a buffer with at least `width` + 1 columns."""
    count, heads, _, size = like.shape
    room = -(-(width + 1) // _PIECE) * _PIECE
    return like.new_empty((count if rows is None else rows, heads, room, size))


def _grown(buffer: torch.Tensor, width: int) -> torch.Tensor:
    """Return a copy of a buffer with at least `width` + 1 columns."""
    larger = _empty(buffer, width)
    larger[:, :, : buffer.shape[2]] = buffer
    return larger


def _shifted(columns: Sequence[int], by: int) -> list[int]:
    """Return columns after a shift to the right."""
    return [column + by for column in columns]
