r"""Splits a page of markdown into labelled parts.

A block ends at a blank line, unless that is in fenced code, a table or a displayed formula. The
tags of Nanonets-OCR2 (`page_number`, `watermark`, `signature`, `img`) make blocks of their own, and
so do picture links; olmOCR's name the picture's place on the page in pixels, as in
`![A graph](page_120_80_300_200.png)`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ocr_service.cleaning.outputs.dollars import without_dollars
from ocr_service.cleaning.outputs.parts import TaggedText, part, scaled
from ocr_service.library.pages import Box
from ocr_service.protocol.model_output import ModelOutput

__all__ = ["from_markdown", "markdown_parts"]

_HEADING = re.compile(r"#{1,6}[ \t]+\S")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_WRAPPED = re.compile(r"\s*```(?:markdown|md)\s*\n(.*?)\n?```\s*", re.DOTALL)
_THOUGHTS = re.compile(r"\s*<think>(.*?)</think>", re.DOTALL)
_PIECE = re.compile(
    r"<(?P<tag>page_number|watermark|signature|img)>(?P<said>[^<]{0,4000})</(?P=tag)>"
    r"|!\[(?P<alt>(?:[^\[\]\n]|\[[^\[\]\n]*\]){0,2000})\]\((?P<link>[^()\s]{1,500})\)"
)
_PLACE = re.compile(r"page_(\d{1,5})_(\d{1,5})_(\d{1,5})_(\d{1,5})\.png")
_FIGURE = "![](figure)"
_TAG_LABELS = {"page_number": "page_number", "img": "image"}


def from_markdown(output: ModelOutput) -> TaggedText:
    """Return a page of markdown as tagged text."""
    text, notes = output.text, []
    thoughts = _THOUGHTS.match(text)
    if thoughts:
        text = text[thoughts.end() :]
        notes.append(f"{len(thoughts[1])} characters of the model's thoughts are left out")
    whole = _WRAPPED.fullmatch(text)
    text = whole[1] if whole and "```" not in whole[1] else text
    return TaggedText("".join(markdown_parts(text, output.size)), tuple(notes))


def markdown_parts(text: str, size: tuple[int, int] | None = None) -> Iterator[str]:
    """Yield the parts of a page of markdown, in tags."""
    for block in _blocks(without_dollars(text)):
        label = _label(block)
        if label == "text":
            yield from _pieces(block, size)
        else:
            yield part(label, block)


def _blocks(text: str) -> Iterator[str]:
    """Yield the blocks of a text without the blank lines between them."""
    lines: list[str] = []
    closing, position = "", 0
    last: dict[str, int] = {}
    for line in text.splitlines(keepends=True):
        position += len(line)
        if not closing and not line.strip():
            yield from _flushed(lines)
            continue
        if not closing and _HEADING.match(line):
            yield from _flushed(lines)
            yield line.strip()
            continue
        opened = not closing
        closing = closing or _closing(line)
        if opened and closing:
            # Nothing is opened that is not closed; each mark is looked for once.
            if closing not in last:
                last[closing] = text.lower().rfind(closing)
            closing = closing if last[closing] >= position else ""
        if opened and closing:
            yield from _flushed(lines)
        lines.append(line)
        if closing and not opened and closing in line.lower():
            yield from _flushed(lines)
            closing = ""
    yield from _flushed(lines)


def _flushed(lines: list[str]) -> Iterator[str]:
    block = "".join(lines).strip("\n").rstrip()
    lines.clear()
    if block:
        yield block


def _closing(line: str) -> str:
    """Return what closes the block that a line opens; "" if it opens none."""
    fence = _FENCE.match(line)
    lower = line.lower()
    if fence:
        return fence[1]
    if lower.lstrip().startswith("<table") and "</table" not in lower:
        return "</table"
    return r"\]" if line.lstrip().startswith(r"\[") and r"\]" not in line else ""


def _label(block: str) -> str:
    if _FENCE.match(block):
        return "code"
    if block.lower().startswith("<table") or (block.startswith("|") and "\n|" in block):
        return "table"
    if block.startswith(r"\[") and block.endswith(r"\]") and block.count(r"\[") == 1:
        return "equation"
    return "text"


def _pieces(block: str, size: tuple[int, int] | None) -> Iterator[str]:
    """Yield a block of text, split at its pictures and special tags."""
    end = 0
    for found in _PIECE.finditer(block):
        if before := block[end : found.start()].strip():
            yield part("text", before)
        label = _TAG_LABELS.get(found["tag"], "text") if found["tag"] else "image"
        content = _said(found)
        place = _place(found["link"] or "", size)
        if label == "image" and place is None:
            content = f"{_FIGURE}\n\n{content}".strip()  # what a place alone would say
        yield part(label, content, place)
        end = found.end()
    if rest := block[end:].strip():
        yield part("text", rest)


def _said(found: re.Match[str]) -> str:
    return (found["said"] or found["alt"] or "").strip()


def _place(link: str, size: tuple[int, int] | None) -> Box | None:
    """Return the place of a picture on the page that its link names."""
    named = _PLACE.fullmatch(link)
    if named is None or size is None:
        return None
    left, top, width, height = (float(number) for number in named.groups())
    return scaled((left, top, left + width, top + height), *size)
