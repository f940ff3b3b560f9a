"""Parses multipart uploads into page images, within limits. Uploads are untrusted.

Bytes are counted as they stream in, and an image's size is checked from its header before any
pixel is decoded.
"""

from __future__ import annotations

import io
from collections.abc import AsyncIterable, Iterable
from dataclasses import dataclass, field
from typing import Any

from PIL import Image, UnidentifiedImageError
from python_multipart import MultipartParser
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import parse_options_header

from ocr_service.library.pages import storable
from ocr_service.protocol.engine import Prompt
from ocr_service.protocol.wire import FORMATS
from ocr_service.server.memory import Lease
from ocr_service.server.refusal import RefusalError

__all__ = ["Form", "UploadedPage", "decode_all", "read_form"]

_MAX_NAME = 100  # characters of a file's name
_MAX_FIELD = 100  # bytes of a field that is not a file
_MAX_HEADER = 1024  # bytes of a header; parsing takes time quadratic in them
_SPARE_PARTS = 8  # fields besides the files
_LONGEST_SIDE = 30_000  # pixels; a row of 4,000,000 is no page, and costs a model's tiling dearly
_MAX_JPEG_SCANS = 100  # progressive JPEGs have about ten; decoding thousands takes hours
_JPEG_SCAN = b"\xff\xda"


@dataclass(slots=True)
class UploadedPage:
    """An uploaded image file."""

    name: str
    data: bytearray = field(default_factory=bytearray)


@dataclass(frozen=True, slots=True)
class Form:
    """The contents of a request to read pages."""

    uploads: list[UploadedPage]
    prompt: Prompt


async def read_form(
    chunks: AsyncIterable[bytes], content_type: str, *, files: int, file_bytes: int, lease: Lease
) -> Form:
    """Parse a multipart body with at most `files` files of at most `file_bytes` bytes each.

    Raises:
        RefusalError: the body is not valid or exceeds a limit.
    """
    options: dict[bytes, bytes] = {}
    kind = b""
    if len(content_type) <= _MAX_HEADER:
        kind, options = parse_options_header(content_type)
    if kind != b"multipart/form-data" or not options.get(b"boundary"):
        raise RefusalError(415, "not_multipart", "send the pages as multipart/form-data 'files'")
    parts = _Parts(files, file_bytes, lease)
    try:
        parser = MultipartParser(
            options[b"boundary"], parts.callbacks(), max_header_size=_MAX_HEADER
        )
        async for chunk in chunks:
            parser.write(chunk)
        parser.finalize()
    except FormParserError as error:
        raise RefusalError(
            400, "bad_multipart", "the multipart body is damaged, or a header is too long"
        ) from error
    if not parts.ended:
        raise RefusalError(400, "bad_multipart", "the multipart body ends too early")
    return parts.form()


class _Parts:
    """Collects the parser's events and enforces the limits."""

    def __init__(self, files: int, file_bytes: int, lease: Lease) -> None:
        self._limits = (files, file_bytes)
        self._lease = lease
        self._uploads: list[UploadedPage] = []
        self._fields: dict[bytes, bytearray] = {}
        self._parts = 0
        self._header_name = bytearray()
        self._header_value = bytearray()
        self._disposition = b""
        self._upload: UploadedPage | None = None
        self._field = bytearray()
        self.ended = False

    def callbacks(self) -> Any:
        """Return the parser's callbacks by the name of their event."""
        return {
            "on_part_begin": self._begin,
            "on_header_field": self._on_header_field,
            "on_header_value": self._on_header_value,
            "on_header_end": self._header_end,
            "on_headers_finished": self._headers_finished,
            "on_part_data": self._on_data,
            "on_end": self._on_end,
        }

    def _begin(self) -> None:
        self._parts += 1
        if self._parts > self._limits[0] + _SPARE_PARTS:
            raise RefusalError(
                413, "too_many_files", f"at most {self._limits[0]} files per request"
            )
        self._disposition = b""

    def _on_header_field(self, data: bytes, start: int, end: int) -> None:
        self._header_name += data[start:end]

    def _on_header_value(self, data: bytes, start: int, end: int) -> None:
        self._header_value += data[start:end]

    def _header_end(self) -> None:
        if self._header_name.lower() == b"content-disposition":
            self._disposition = bytes(self._header_value)
        self._header_name.clear()
        self._header_value.clear()

    def _headers_finished(self) -> None:
        _, options = parse_options_header(self._disposition)
        name = options.get(b"name", b"")
        if name != b"files":
            self._upload = None
            self._field = self._fields.setdefault(name[:_MAX_FIELD], bytearray())
            return
        if len(self._uploads) >= self._limits[0]:
            raise RefusalError(
                413, "too_many_files", f"at most {self._limits[0]} files per request"
            )
        said = options.get(b"filename", b"").decode("utf-8", errors="replace")
        shown = storable(said).replace("\n", " ").strip()[:_MAX_NAME]
        self._upload = UploadedPage(shown or f"file {len(self._uploads) + 1}")
        self._uploads.append(self._upload)

    def _on_data(self, data: bytes, start: int, end: int) -> None:
        if self._upload is None:
            if len(self._field) + end - start > _MAX_FIELD:
                raise RefusalError(
                    413, "too_large", f"a form field has more than {_MAX_FIELD} bytes"
                )
            self._field += data[start:end]
            return
        if len(self._upload.data) + end - start > self._limits[1]:
            raise RefusalError(
                413,
                "too_large",
                f"{self._upload.name}: more than {self._limits[1]} bytes",
                file=self._upload.name,
            )
        self._lease.take(end - start)
        self._upload.data += data[start:end]

    def _on_end(self) -> None:
        self.ended = True

    def form(self) -> Form:
        """Return the parsed form."""
        if not self._uploads:
            raise RefusalError(422, "no_files", "the form has no files; name the parts 'files'")
        words = self._fields.get(b"prompt", bytearray(Prompt.DOCUMENT.encode()))
        try:
            prompt = Prompt(words.decode("utf-8", errors="replace"))
        except ValueError:
            names = ", ".join(Prompt)
            raise RefusalError(422, "bad_prompt", f"prompt must be one of {names}") from None
        return Form(self._uploads, prompt)


def decode_all(uploads: Iterable[UploadedPage], pixels: int, lease: Lease) -> list[Image.Image]:
    """Decode the uploads to RGB images of at most `pixels` pixels each; empties the uploads.

    Raises:
        RefusalError: an image has an unknown format, is damaged or too large.
    """
    images = []
    for upload in uploads:
        images.append(_decode(upload, pixels, lease))
        upload.data = bytearray()
    return images


def _decode(upload: UploadedPage, pixels: int, lease: Lease) -> Image.Image:
    name = upload.name
    try:
        with Image.open(io.BytesIO(upload.data), formats=FORMATS) as image:
            width, height = image.size
            if width * height > pixels:
                raise RefusalError(
                    413,
                    "too_many_pixels",
                    f"{name}: {width} x {height} pixels; at most {pixels} in total",
                    file=name,
                )
            if max(width, height) > _LONGEST_SIDE:
                raise RefusalError(
                    413,
                    "too_many_pixels",
                    f"{name}: {width} x {height} pixels; no side may have over {_LONGEST_SIDE}",
                    file=name,
                )
            if image.format == "JPEG" and upload.data.count(_JPEG_SCAN) > _MAX_JPEG_SCANS:
                raise RefusalError(
                    422, "damaged", f"{name}: this JPEG has too many scans", file=name
                )
            lease.take(width * height * 3)
            return _on_white(image)
    except UnidentifiedImageError:
        raise RefusalError(
            415, "unknown_format", f"{name}: not a PNG, JPEG or WebP image", file=name
        ) from None
    except Image.DecompressionBombError:
        raise RefusalError(
            413, "too_many_pixels", f"{name}: at most {pixels} pixels", file=name
        ) from None
    except RefusalError:
        raise
    except Exception as error:  # Pillow's decoders raise errors of many types
        raise RefusalError(422, "damaged", f"{name}: this image is damaged", file=name) from error


def _on_white(image: Image.Image) -> Image.Image:
    """Return an image as RGB on a white background."""
    if image.mode in {"RGBA", "LA", "PA"} or "transparency" in image.info:
        layer = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", layer.size, "white"), layer)
    return image.convert("RGB")
