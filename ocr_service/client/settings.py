"""How books are read with a service, for all parts of the client."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ocr_service.client.options import ServiceOptions
from ocr_service.client.stats import ServiceStats
from ocr_service.protocol.engine import Prompt

__all__ = ["ReaderSettings"]


@dataclass(frozen=True, slots=True)
class ReaderSettings:
    """Settings and counts of all books; see `ServiceReader`.

    `prompt`: what the model is asked for. `ahead`: pages rendered, or being rendered, before they
    can be sent. `stats`: counts over all books. `tell`: is called with a line for people;
    `tell_once` leaves out lines that it was called with before.
    """

    options: ServiceOptions
    prompt: Prompt
    ahead: int
    stats: ServiceStats
    tell: Callable[[str], None]
    tell_once: Callable[[str], None]
