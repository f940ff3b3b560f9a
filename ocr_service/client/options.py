"""Defines the address of an OCR service and the credentials, from the environment or a file.

Secrets are never command-line options (other users of the machine could read them), never part
of a URL, and never sent over an unencrypted connection to another machine.
"""

from __future__ import annotations

import ipaddress
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from urllib.parse import SplitResult, urlsplit, urlunsplit

from ocr_service.common.errors import QueryError

__all__ = [
    "TOKEN",
    "Credentials",
    "ServiceOptions",
    "ServicePlace",
    "ServiceProtocol",
    "checked_token",
    "is_loopback",
    "read_credentials",
]

TOKEN = "OCTAVO_SERVICE_TOKEN"  # noqa: S105 - the name of a variable
MODAL_KEY = "MODAL_PROXY_KEY"
MODAL_SECRET = "MODAL_PROXY_SECRET"  # noqa: S105

REMOTE_SECONDS = 160.0  # a little more than Modal's 150 s before a redirect
_CHAT_SECONDS = 900.0  # of a page that waits behind others for its turn
_LOCAL_SECONDS = 4 * 3600.0
_MAX_FILE = 4096  # bytes
_SECRET = re.compile(r"[!-~]{1,1000}")  # what an HTTP header may contain, without spaces
_FILE_LINE = re.compile(
    r"(modal-key|modal-secret|authorization(?=\s*:\s*bearer\s))\s*:\s*(?:bearer\s+)?(.*)",
    re.IGNORECASE,
)
_LINES = {"modal-key": MODAL_KEY, "modal-secret": MODAL_SECRET, "authorization": TOKEN}


@dataclass(frozen=True, slots=True)
class Credentials:
    """The credentials of a client: a bearer token, and the two halves of a Modal proxy token."""

    token: str | None = field(default=None, repr=False)
    modal_key: str | None = field(default=None, repr=False)
    modal_secret: str | None = field(default=None, repr=False)

    def __bool__(self) -> bool:
        """Return whether there are any credentials."""
        return any(self._values())

    def _values(self) -> tuple[str | None, ...]:
        return (self.token, self.modal_key, self.modal_secret)

    def headers(self) -> dict[str, str]:
        """Return the HTTP headers that carry the credentials."""
        headers = {}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        if self.modal_key and self.modal_secret:
            headers |= {"Modal-Key": self.modal_key, "Modal-Secret": self.modal_secret}
        return headers

    def struck_from(self, text: str) -> str:
        """Return `text` with all secrets replaced: a server may echo what it was sent."""
        for secret in filter(None, self._values()):
            text = text.replace(secret, "***")
        return text


def read_credentials(file: Path | None, environment: Mapping[str, str] = os.environ) -> Credentials:
    """Read the credentials from a file, and those that it lacks from the environment.

    A line of the file is a bearer token, alone or as `Authorization: Bearer ...`, or `Modal-Key:
    ...` or `Modal-Secret: ...`; empty lines and lines that begin with # are ignored.

    Raises:
        QueryError: the file cannot be read or is not valid, or half of a Modal token is missing.
    """
    found = _from_file(file) if file else {}
    for name in (TOKEN, MODAL_KEY, MODAL_SECRET):
        value = environment.get(name, "").strip()
        if value and name not in found:
            found[name] = checked_token(value, name)
    if (MODAL_KEY in found) != (MODAL_SECRET in found):
        missing = MODAL_SECRET if MODAL_KEY in found else MODAL_KEY
        raise QueryError(f"{missing}: a Modal proxy token has two halves; set this variable too")
    return Credentials(found.get(TOKEN), found.get(MODAL_KEY), found.get(MODAL_SECRET))


def _from_file(file: Path) -> dict[str, str]:
    try:
        with file.open("rb") as opened:
            data = opened.read(_MAX_FILE + 1)
        text = data.decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise QueryError(f"{file}: cannot read this token file ({error}); check it") from None
    if len(data) > _MAX_FILE:
        raise QueryError(
            f"{file}: more than {_MAX_FILE} bytes, so not a token file; use another file"
        )
    found: dict[str, str] = {}
    for line in map(str.strip, text.splitlines()):
        if not line or line.startswith("#"):
            continue
        match = _FILE_LINE.fullmatch(line)
        name, value = TOKEN, line
        if match is not None:
            name, value = _LINES[match[1].lower()], match[2]
        if name in found:
            raise QueryError(f"{file}: contains two tokens of the same kind; remove one")
        found[name] = checked_token(value, str(file))
    if not found:
        raise QueryError(f"{file}: contains no token; write one on a line of its own")
    return found


def checked_token(value: str, place: str) -> str:
    """Return the token if it is valid in an HTTP header.

    Raises:
        QueryError: it is not; `place` names the file or variable that it comes from.
    """
    if not _SECRET.fullmatch(value):
        raise QueryError(
            f"{place}: a token must have at most 1,000 characters and no spaces; check it"
        )
    return value


class ServiceProtocol(StrEnum):
    """How a service is spoken to."""

    OCTAVO = "octavo"  # batches of pages, as `octavo serve-ocr` and the Modal app take them
    OPENAI = "openai"  # chats with one image, as vLLM, SGLang, llama.cpp, Ollama and others do


@dataclass(frozen=True, slots=True)
class ServiceOptions:
    """How to reach a service. Times are in seconds.

    `protocol`: None to find out by asking. `model`: the name of the model to read with; None if the
    service has only one. `request_seconds`: time limit of one answer; by default a little more than
    the 150 s after which Modal redirects, and hours for this machine itself, where a CPU may do the
    work and a dead server is noticed at once. `connect_seconds`: time limit of the first
    connection. `startup_seconds`: time limit for loading the model. `patience_seconds`: give up
    after this many seconds of consecutive failures. `backoff_seconds`: the first pause after a
    failure; it doubles. `most_pages`: the most pages in flight; None for as many as the service
    accepts. `most_bytes`: the most bytes of their images.

    Raises:
        QueryError: `url` is not a valid address, or the credentials would be sent unencrypted.
    """

    url: str
    credentials: Credentials = field(default_factory=Credentials)
    request_seconds: float | None = None
    connect_seconds: float = 20.0
    startup_seconds: float = 900.0
    patience_seconds: float = 120.0
    backoff_seconds: float = 0.5
    most_pages: int | None = None
    most_bytes: int = 256_000_000
    protocol: ServiceProtocol | None = None
    model: str | None = None

    def __post_init__(self) -> None:
        """Check the URL and remove a trailing slash."""
        parts = _checked_url(self.url)
        object.__setattr__(self, "url", urlunsplit(parts).rstrip("/"))
        if self.credentials and parts.scheme == "http" and not is_loopback(parts.hostname or ""):
            raise QueryError(
                f"{self.url}: http would send your token unencrypted; use https, or an SSH tunnel "
                "to an address of this machine"
            )

    @property
    def answer_seconds(self) -> float:
        """The time limit of one answer."""
        default = _LOCAL_SECONDS if self.is_local else REMOTE_SECONDS
        return self.request_seconds or default

    @property
    def chat_seconds(self) -> float:
        """The time limit of one answer of a chat."""
        return self.request_seconds or (_LOCAL_SECONDS if self.is_local else _CHAT_SECONDS)

    @property
    def stated_protocol(self) -> ServiceProtocol | None:
        """The protocol, if `protocol` or the address says it; chats are at addresses with /v1."""
        if self.protocol is None and self.url.endswith("/v1"):
            return ServiceProtocol.OPENAI
        return self.protocol

    @property
    def is_local(self) -> bool:
        """Whether the service runs on this machine."""
        return is_loopback(urlsplit(self.url).hostname or "")


@dataclass(frozen=True, slots=True)
class ServicePlace:
    """What the user says of a service: address, model and protocol; None if nothing."""

    url: str | None = None
    model: str | None = None
    protocol: ServiceProtocol | None = None

    def options(self, credentials: Credentials | None = None) -> ServiceOptions:
        """Return the options to reach it; `url` must be there.

        Raises:
            QueryError: see `ServiceOptions`.
        """
        return ServiceOptions(
            self.url or "",
            credentials or Credentials(),
            protocol=self.protocol,
            model=self.model,
        )


def _checked_url(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise QueryError("--service: not a valid address; use one like https://host") from None
    if parts.username is not None or parts.password is not None:
        raise QueryError(
            "--service: remove name and password from the address; put the token into "
            f"{TOKEN} or a file"
        )
    if parts.scheme not in {"http", "https"} or not host or parts.query or parts.fragment:
        raise QueryError(
            f"{url}: not a valid service address; use one like https://host or "
            "http://127.0.0.1:8765"
        )
    return parts


def is_loopback(host: str) -> bool:
    """Return whether an address is this machine's own; of names only localhost is."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
