"""Where an OCR service is, and what to show it. Secrets come from the environment or from a file.

They are never options of a command (other people on the machine could read them), never part of a
URL, and never sent over an unencrypted connection to another machine.
"""

from __future__ import annotations

import ipaddress
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import SplitResult, urlsplit, urlunsplit

from ocr_service.common.errors import QueryError

__all__ = [
    "TOKEN",
    "Credentials",
    "ServiceOptions",
    "checked_token",
    "is_loopback",
    "read_credentials",
]

TOKEN = "OCTAVO_SERVICE_TOKEN"  # noqa: S105 - the name of a variable
MODAL_KEY = "MODAL_PROXY_KEY"
MODAL_SECRET = "MODAL_PROXY_SECRET"  # noqa: S105

REMOTE_SECONDS = 160.0  # a little more than Modal waits
_LOCAL_SECONDS = 4 * 3600.0
_MAX_FILE = 4096  # bytes
_SECRET = re.compile(r"[!-~]{1,1000}")  # what may stand in a header, without spaces
_FILE_LINE = re.compile(r"(modal-key|modal-secret)\s*:\s*(.*)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a client shows: a bearer token, and the two halves of a Modal proxy token."""

    token: str | None = field(default=None, repr=False)
    modal_key: str | None = field(default=None, repr=False)
    modal_secret: str | None = field(default=None, repr=False)

    def __bool__(self) -> bool:
        """Tell whether there is anything to show."""
        return any(self._values())

    def _values(self) -> tuple[str | None, ...]:
        return (self.token, self.modal_key, self.modal_secret)

    def headers(self) -> dict[str, str]:
        """Return the HTTP headers that show it."""
        headers = {}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        if self.modal_key and self.modal_secret:
            headers |= {"Modal-Key": self.modal_key, "Modal-Secret": self.modal_secret}
        return headers

    def struck_from(self, text: str) -> str:
        """Return `text` without any secret: a server may say back what it was shown."""
        for secret in filter(None, self._values()):
            text = text.replace(secret, "***")
        return text


def read_credentials(file: Path | None, environment: Mapping[str, str] = os.environ) -> Credentials:
    """Return what the file holds, and for the rest what the environment does.

    A line of the file is a bearer token, or `Modal-Key: ...` or `Modal-Secret: ...`; empty lines
    and those that begin with # do not count.

    Raises:
        QueryError: the file cannot be read or is none of that, or half of a Modal token is missing.
    """
    found = _from_file(file) if file else {}
    for name in (TOKEN, MODAL_KEY, MODAL_SECRET):
        value = environment.get(name, "").strip()
        if value and name not in found:
            found[name] = checked_token(value, name)
    if (MODAL_KEY in found) != (MODAL_SECRET in found):
        missing = MODAL_SECRET if MODAL_KEY in found else MODAL_KEY
        raise QueryError(f"{missing}: a Modal proxy token has two halves; set this one too")
    return Credentials(found.get(TOKEN), found.get(MODAL_KEY), found.get(MODAL_SECRET))


def _from_file(file: Path) -> dict[str, str]:
    try:
        with file.open("rb") as opened:
            data = opened.read(_MAX_FILE + 1)
        text = data.decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise QueryError(f"{file}: this token file cannot be read ({error}); check it") from None
    if len(data) > _MAX_FILE:
        raise QueryError(f"{file}: over {_MAX_FILE} bytes; this is no token file, name another")
    found: dict[str, str] = {}
    for line in map(str.strip, text.splitlines()):
        if not line or line.startswith("#"):
            continue
        match = _FILE_LINE.fullmatch(line)
        name, value = TOKEN, line
        if match is not None:
            name = MODAL_KEY if match[1].lower() == "modal-key" else MODAL_SECRET
            value = match[2]
        if name in found:
            raise QueryError(f"{file}: more than one token of a kind in it; leave one")
        found[name] = checked_token(value, str(file))
    if not found:
        raise QueryError(f"{file}: there is no token in it; write one, on a line of its own")
    return found


def checked_token(value: str, place: str) -> str:
    """Return the token, which fits into an HTTP header.

    Raises:
        QueryError: it does not; `place` is the file or variable that it comes from.
    """
    if not _SECRET.fullmatch(value):
        raise QueryError(f"{place}: a token has at most 1,000 characters, and no spaces; check it")
    return value


@dataclass(frozen=True, slots=True)
class ServiceOptions:
    """How to reach a service. Times are in seconds.

    `request_seconds`: how long one answer may take; by default a little more than the 150 s after
    which Modal sends elsewhere for it, and hours on this machine itself, where a CPU may be at
    work, and where a server that is gone is noticed at once. `connect_seconds`: how long to try to
    reach a service that nobody has reached yet. `startup_seconds`: how long it may load its model.
    `patience_seconds`: how long nothing but failures is borne. `backoff_seconds`: the first pause
    after a failure; it doubles. `most_pages`: pages that are with the service at once, whatever it
    says; None for no limit of one's own. `most_bytes`: of their images.

    Raises:
        QueryError: `url` is no address of a service, or the credentials would travel unencrypted.
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

    def __post_init__(self) -> None:
        """Check the URL, and take a slash from its end."""
        parts = _checked_url(self.url)
        object.__setattr__(self, "url", urlunsplit(parts).rstrip("/"))
        if self.credentials and parts.scheme == "http" and not is_loopback(parts.hostname or ""):
            raise QueryError(
                f"{self.url}: http would send your token unencrypted; use https, or an SSH tunnel "
                "to an address of this machine"
            )

    @property
    def answer_seconds(self) -> float:
        """How long one answer may take."""
        default = _LOCAL_SECONDS if self.is_local else REMOTE_SECONDS
        return self.request_seconds or default

    @property
    def is_local(self) -> bool:
        """Whether the service runs on this machine."""
        return is_loopback(urlsplit(self.url).hostname or "")


def _checked_url(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise QueryError("--service: this is no address; give one like https://host") from None
    if parts.username is not None or parts.password is not None:
        raise QueryError(
            "--service: leave name and password out of the address; put the token into "
            f"{TOKEN} or a file"
        )
    if parts.scheme not in {"http", "https"} or not host or parts.query or parts.fragment:
        raise QueryError(
            f"{url}: this is no address of a service; give one like https://host or "
            "http://127.0.0.1:8765"
        )
    return parts


def is_loopback(host: str) -> bool:
    """Tell whether an address is this machine's own. Names other than localhost are not."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
