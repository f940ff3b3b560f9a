"""Says what a reply of the service means: usable, worth another try, refused, or the end.

The service is not trusted: its messages are shortened, and control characters and secrets are
removed before they are shown.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import NoReturn, TypeVar

import httpx
from pydantic import BaseModel, ValidationError

from ocr_service.client.errors import BrokenError, BusyError, RefusedError
from ocr_service.client.options import MODAL_KEY, MODAL_SECRET, TOKEN, ServiceOptions
from ocr_service.common.errors import ServiceError
from ocr_service.library.pages import storable
from ocr_service.protocol.wire import Failure

__all__ = [
    "HttpReply",
    "check_reply",
    "give_up",
    "one_line",
    "parse_reply",
    "reply_message",
    "retry_after_seconds",
]

Model = TypeVar("Model", bound=BaseModel)

_MAX_RETRY_AFTER = 300.0  # seconds
_MOVED = {301, 302, 307, 308}


@dataclass(frozen=True, slots=True)
class HttpReply:
    """A whole HTTP response; `sent` is the monotonic time at which its request's upload began."""

    status: int
    headers: httpx.Headers
    body: bytes
    sent: float


def check_reply(reply: HttpReply, options: ServiceOptions) -> None:
    """Make sure that a reply is a success.

    Raises:
        TroubleError: this request failed; see `errors` for its kinds.
        ServiceError: every other request would fail too.
    """
    status = reply.status
    if status == 200:
        return
    message = reply_message(reply, options)
    if status in {401, 403, 407}:
        _deny(options, message)
    if status in {404, 405}:
        give_up(options, f"there is no OCR service at this address ({message}); check --service")
    if status in _MOVED:
        place = storable(reply.headers.get("location", "?"))[:200]
        give_up(options, f"the service has moved to {place}; use that address with --service")
    if status in {429, 503}:
        raise BusyError(message, retry_after_seconds(reply.headers.get("retry-after")))
    if status == 408 or status >= 500 or status < 400:
        raise BrokenError(message)
    raise RefusedError(message, too_large=status == 413)


def _deny(options: ServiceOptions, message: str) -> NoReturn:
    if options.credentials:
        give_up(options, f"the token is not valid for this service ({message}); correct it")
    give_up(
        options,
        f"authentication required ({message}): set {TOKEN}, or {MODAL_KEY} and {MODAL_SECRET}, or "
        "use --token-file",
    )


def give_up(options: ServiceOptions, message: str) -> NoReturn:
    """Raise a ServiceError that names the service."""
    raise ServiceError(f"{options.url}: {message}")


def reply_message(reply: HttpReply, options: ServiceOptions) -> str:
    """Return a line for people from the reply to a request that failed."""
    said = _said(reply.body)
    clean = " ".join(storable(said).split())[:300]
    shown = f"{clean} (HTTP {reply.status})" if clean else f"HTTP {reply.status}"
    return options.credentials.struck_from(shown)


def _said(body: bytes) -> str:
    """Return the message in the body of a reply that failed: Octavo's own, or another server's."""
    try:
        return Failure.model_validate_json(body).error.message
    except ValidationError:
        pass
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    for key in ("error", "message", "detail"):
        found = data.get(key) if isinstance(data, dict) else None
        found = found.get("message") if isinstance(found, dict) else found
        if isinstance(found, str):
            return found
    return ""


def parse_reply(kind: type[Model], body: bytes) -> Model:
    """Parse the body of a reply.

    Raises:
        BrokenError: it is not valid.
    """
    try:
        return kind.model_validate_json(body)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise BrokenError(f"the answer is not valid ({first['msg'][:200]})") from None


def retry_after_seconds(value: str | None) -> float | None:
    """Return the seconds that a Retry-After header asks for, as a number or as a date."""
    if value is None:
        return None
    try:
        seconds = float(value)
    except ValueError:
        try:
            date = parsedate_to_datetime(value)
        except ValueError:
            return None
        if date.tzinfo is None:
            date = date.replace(tzinfo=UTC)
        seconds = (date - datetime.now(UTC)).total_seconds()
    return min(max(seconds, 0.0), _MAX_RETRY_AFTER) if seconds == seconds else None  # noqa: PLR0124


def one_line(error: Exception) -> str:
    """Return the message of an error on one line, else the name of its type."""
    return (" ".join(storable(str(error)).split()) or type(error).__name__)[:200]
