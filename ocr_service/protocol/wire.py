"""Defines the JSON messages between the OCR service and its client; both sides validate them.

POST /ocr_batch  multipart: `files` (PNG, JPEG or WebP, one a page), `prompt` -> OcrAnswer
GET  /health     -> Health; 200 when ready, else 503
GET  /info       -> ServiceInfo

Every error is a `Failure`. Every response names the server process in a header, so that a client
can count the containers behind one address.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from ocr_service.protocol.engine import FinishReason, PageText

__all__ = [
    "FORMATS",
    "INSTANCE_HEADER",
    "Failure",
    "FailureDetails",
    "Health",
    "Limits",
    "OcrAnswer",
    "PageDetails",
    "ServiceInfo",
]

INSTANCE_HEADER = "x-octavo-instance"
FORMATS = ("PNG", "JPEG", "WEBP")  # Pillow's names of the image formats that are accepted

Name = Annotated[str, Field(max_length=500)]
Count = Annotated[int, Field(ge=0, le=1_000_000_000)]
Positive = Annotated[int, Field(ge=1, le=1_000_000_000)]


class PageDetails(BaseModel):
    """The cost and outcome of one page; see `PageText`."""

    file: Name
    finish_reason: FinishReason
    prompt_tokens: Count = 0
    output_tokens: Count = 0
    attempts: Count = 1
    seconds: Annotated[float, Field(ge=0, le=1e9)] = 0.0
    error: str | None = None

    @classmethod
    def of(cls, file: str, page: PageText) -> PageDetails:
        """Return the details of a page that was uploaded as `file`."""
        return cls(
            file=file,
            finish_reason=page.finish_reason,
            prompt_tokens=page.prompt_tokens,
            output_tokens=page.output_tokens,
            attempts=page.attempts,
            seconds=round(page.seconds, 3),
            error=page.error,
        )

    def page_text(self, text: str) -> PageText:
        """Return the page as the engine returned it."""
        return PageText(
            text=text,
            finish_reason=self.finish_reason,
            prompt_tokens=self.prompt_tokens,
            output_tokens=self.output_tokens,
            attempts=self.attempts,
            seconds=self.seconds,
            error=self.error,
        )


class OcrAnswer(BaseModel):
    """The response to a batch: a text and its details for each file, in the order of the files."""

    texts: list[str]
    pages: list[PageDetails]
    instance: Name


class Limits(BaseModel):
    """The limits: files per request, bytes per file, pixels per image, queued pages."""

    files: Positive
    file_bytes: Positive
    pixels: Positive
    formats: list[Name]
    waiting_pages: Positive


class ServiceInfo(BaseModel):
    """Describes a running service.

    `max_batch`: pages the model reads at once. `read_pages`: pages the engine is given per call.
    `containers`: the most servers behind the address; None if unknown.
    """

    version: Name
    instance: Name
    engine: Name
    model: Name
    revision: Name | None
    device: Name
    dtype: Name
    max_batch: Positive
    max_output_tokens: Positive
    read_pages: Positive
    containers: Positive | None
    limits: Limits


class Health(BaseModel):
    """Whether pages are accepted. `failing`: the model did not load, or reading keeps failing."""

    status: Literal["ready", "loading", "failing"]
    instance: Name
    message: str = ""


class FailureDetails(BaseModel):
    """Describes an error: a code for programs, a message for people, the file concerned."""

    code: Name
    message: str
    file: str | None = None


class Failure(BaseModel):
    """The response to a request that was refused or failed."""

    error: FailureDetails
