"""Recognises what OCR tools write beside a document, which is no book of its own.

    DeepSeek-OCR  NAME.mmd, NAME_det.mmd, NAME_layouts.pdf, images/0_0.jpg; result.mmd for an image
    marker        NAME.md, NAME_meta.json, _page_0_Picture_1.jpeg
    MinerU        NAME.md, NAME_content_list.json, NAME_middle.json, NAME_model.json,
                  NAME_layout.pdf, NAME_span.pdf, NAME_origin.pdf, images/
    docling       NAME.md, NAME.json, NAME_artifacts/
    nougat        NAME.mmd

Whatever the tool, pictures that a document links to are its figures.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from ocr_service.common.errors import InputError
from ocr_service.inputs.decode import decode_text
from ocr_service.inputs.page_files import DOCUMENTS, IMAGES, TEXTS, without_readme
from ocr_service.inputs.page_marks import has_page_marks
from ocr_service.inputs.regular import open_regular

__all__ = ["ToolOutput", "only_images", "tool_output"]

_DEEPSEEK, _MARKER, _MINERU, _DOCLING = "DeepSeek-OCR", "marker", "MinerU", "docling"
# What follows the document's name in the names of the files beside it.
_ROLES = {
    "_det.mmd": _DEEPSEEK,
    "_ori.mmd": _DEEPSEEK,
    "_layouts.pdf": _DEEPSEEK,
    "_with_boxes.jpg": _DEEPSEEK,
    "_meta.json": _MARKER,
    "_content_list.json": _MINERU,
    "_content_list_v2.json": _MINERU,
    "_middle.json": _MINERU,
    "_model.json": _MINERU,
    "_model_output.txt": _MINERU,
    "_layout.pdf": _MINERU,
    "_span.pdf": _MINERU,
    "_spans.pdf": _MINERU,
    "_origin.pdf": _MINERU,
    "_line_sort.pdf": _MINERU,
}
_PICTURE_FOLDERS = ("images", "{stem}_artifacts", "{stem}_images")
_LINK = re.compile(r"!\[[^\]\n]*\]\(\s*<?([^()\s<>]+)|<img\b[^<>]*\bsrc=[\"']([^\"'<>]+)")
_DOCLING_IMAGE = re.compile(r"<!-- image -->|\]\(data:image/")
_MARKER_PICTURE = re.compile(r"_page_\d+_\w+\.(?:jpe?g|png)", re.IGNORECASE)
_MOST_TEXT = 20_000_000  # bytes of a document that are searched for links


@dataclass(frozen=True, slots=True)
class ToolOutput:
    """A document of an OCR tool, and what belongs to it in its folder.

    `tool` is None if nothing but links says so; `files` and `folders` are names in the folder.
    """

    document: Path
    tool: str | None
    files: tuple[str, ...]
    folders: tuple[str, ...]


def tool_output(
    folder: Path, names: Sequence[str], subfolders: Sequence[str]
) -> dict[str, ToolOutput]:
    """Return the documents among the files of a folder, by name, with what belongs to them.

    A `.md` file is a document only if an OCR tool has written it: it may be anybody's notes.
    """
    texts = [name for name in names if Path(name).suffix.lower() in TEXTS]
    only = len(without_readme(texts)) == 1
    found: dict[str, ToolOutput] = {}
    for name in texts:
        output = _output_of(folder / name, names, subfolders, only=only)
        if output is not None:
            found[name] = output
    beside = {name for output in found.values() for name in output.files}
    return {name: output for name, output in found.items() if name not in beside}


def _output_of(
    document: Path, names: Sequence[str], subfolders: Sequence[str], *, only: bool
) -> ToolOutput | None:
    roles = _roles(document, names, only=only)
    text = _text(document)
    artifacts = f"{document.stem}_artifacts" in subfolders
    tool = next(iter(roles.values()), _DOCLING if artifacts else None)
    is_document = document.suffix.lower() in DOCUMENTS or tool is not None
    if not (is_document or has_page_marks(text) or _DOCLING_IMAGE.search(text)):
        return None
    links = {unquote(one or two).removeprefix("./") for one, two in _LINK.findall(text)}
    files = [*roles, *(name for name in names if name in links and _is_image(name))]
    if tool == _DOCLING:
        files += [name for name in names if name == f"{document.stem}.json"]
    if tool == _MARKER:
        files += [name for name in names if _MARKER_PICTURE.fullmatch(name)]
    usual = {pattern.format(stem=document.stem) for pattern in _PICTURE_FOLDERS} if tool else set()
    folders = [
        name
        for name in subfolders
        if (name in usual or any(link.startswith(f"{name}/") for link in links))
        and only_images(document.parent / name)
    ]
    return ToolOutput(document, tool, tuple(dict.fromkeys(files)), tuple(folders))


def _roles(document: Path, names: Sequence[str], *, only: bool) -> dict[str, str]:
    """Return the files beside a document that its tool wrote, and the tool.

    The files of MinerU's web service have another name than `full.md`, which is `only` there.
    """
    found = {
        name: tool
        for name in names
        for ending, tool in _ROLES.items()
        if name == f"{document.stem}{ending}"
    }
    lists = [name for name in names if name.endswith("_content_list.json")]
    if only and not found and len(lists) == 1:
        stem = lists[0].removesuffix("_content_list.json")
        found = {name: _MINERU for name in names if name.removeprefix(stem) in _ROLES}
        found |= {name: _MINERU for name in names if name == "layout.json"}
    return found


def _text(document: Path) -> str:
    try:
        with open_regular(document) as file:
            return decode_text(file.read(_MOST_TEXT), document)[0]
    except (InputError, OSError):
        return ""  # reported when the document is read


def _is_image(name: str) -> bool:
    return Path(name).suffix.lower() in IMAGES


def only_images(folder: Path) -> bool:
    """Return whether there is nothing but image files in a folder."""
    try:
        entries = [path for path in folder.iterdir() if not path.name.startswith(".")]
    except OSError:
        return False
    return all(_is_image(path.name) and not path.is_dir() for path in entries)
