"""Shows the books and the state of a library."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from indexer.encoder.info import EncoderInfo
from indexer.stores.generations import PENDING, SERVING, IndexManifest, current_generation
from ocr_service.common.errors import OctavoError
from ocr_service.common.path_text import path_text
from ocr_service.console.json_values import JSON_VERSION, plain
from ocr_service.console.page_notes import note_lines
from ocr_service.console.progress import counted
from ocr_service.library.library import Library, is_source_gone
from ocr_service.library.manifest import Manifest
from ocr_service.library.pages import PageStatus, storable
from search.output.coverage import percent

__all__ = [
    "BookRow",
    "EncoderRow",
    "LibraryStatus",
    "book_rows",
    "books_text",
    "library_status",
    "status_text",
]


@dataclass(frozen=True, slots=True)
class BookRow:
    """A book of the library.

    `pages`, `passages` and `formulas` are counts; `engines` counts the pages that each engine read.
    `failed_pages` maps 1-based page numbers to reasons, `noted_pages` to what was lost or guessed
    on pages that were read. `edited` names what a person has set of title, authors and year.
    `state` is "indexed", "not indexed" or "unfinished" (not completely read). `source_gone` tells
    that there is no file or folder at `source` any more.
    """

    book_id: str
    title: str
    authors: tuple[str, ...]
    year: int | None
    edited: tuple[str, ...]
    pages: int
    state: str
    failed_pages: dict[str, str]
    noted_pages: dict[str, str]
    blank_pages: int
    engines: dict[str, int]
    passages: int
    formulas: int
    source: str
    source_gone: bool


@dataclass(frozen=True, slots=True)
class EncoderRow:
    """The index's encoder; if its files cannot be read, `problem` says why."""

    name: str
    dimension: int | None
    light_form_cosine: float | None
    problem: str | None


@dataclass(frozen=True, slots=True)
class NextEncoder:
    """The encoder that a build is changing to; `coverage` is the share of its vectors there is."""

    name: str
    coverage: float


@dataclass(frozen=True, slots=True)
class LibraryStatus:
    """The state of a library.

    `writer` describes the process that writes the library at this moment. `coverage` is the share
    of the passages that can be found by meaning; a build makes the rest.
    `next_encoder` is set while a build changes the encoder, with the share of vectors it has made.
    `failed_inputs` maps paths to reasons, `failed_pages` book ids to 1-based pages and reasons,
    `noted_pages` book ids to 1-based pages and what was lost or guessed there, `gone_sources` book
    ids to the paths they were read from, where there is nothing any more.
    """

    schema_version: int
    library: str
    writer: str | None
    books: int
    pages: int
    passages: int
    formulas: int
    coverage: float
    encoder: EncoderRow | None
    next_encoder: NextEncoder | None
    not_indexed: tuple[str, ...]
    failed_inputs: dict[str, str]
    failed_pages: dict[str, dict[str, str]]
    noted_pages: dict[str, dict[str, str]]
    gone_sources: dict[str, str]


def book_rows(library: Library) -> list[dict[str, Any]]:
    """Return the books of a library: `BookRow`s as plain JSON values.

    Raises:
        LibraryError: a book's manifest is damaged or of another version.
    """
    index = _index_manifest(library)
    indexed = index.books if index else {}
    rows: list[dict[str, Any]] = []
    for book_id, manifest in library.manifests().items():
        entry = indexed.get(book_id)
        row = BookRow(
            book_id=book_id,
            title=manifest.book.title,
            authors=manifest.book.authors,
            year=manifest.book.year,
            edited=manifest.book.edited,
            pages=manifest.book.page_count,
            state=_state(manifest, entry is not None and entry.digest == manifest.digest),
            failed_pages={str(page): reason for page, reason in manifest.failed_pages.items()},
            noted_pages={str(page): notes for page, notes in manifest.noted_pages.items()},
            blank_pages=manifest.statuses.count(PageStatus.BLANK),
            engines={
                engine: manifest.engines.count(engine) for engine in sorted(set(manifest.engines))
            },
            passages=entry.last_row - entry.first_row if entry else 0,
            formulas=entry.formulas if entry else 0,
            source=manifest.book.source,
            source_gone=is_source_gone(manifest.book),
        )
        rows.append(plain(row))
    return rows


def _state(manifest: Manifest, indexed: bool) -> str:
    if manifest.digest is None:
        return "unfinished"
    return "indexed" if indexed else "not indexed"


def _index_manifest(library: Library, pointer: str = SERVING) -> IndexManifest | None:
    folder = current_generation(library.index_path, pointer)
    if folder is None:
        return None
    try:
        return IndexManifest.read(folder)
    except (OctavoError, FileNotFoundError):
        return None


def books_text(rows: list[dict[str, Any]]) -> str:
    """Return the books of a library, or of an index outside one, as text for a terminal."""
    if not rows:
        return "no books; add some with 'octavo build PATH...'"
    width = max(len(row["book_id"]) for row in rows)
    lines = []
    for row in rows:
        authors = f", {'; '.join(row['authors'])}" if row["authors"] else ""
        year = f" ({row['year']})" if row["year"] else ""
        state = "" if row["state"] == "indexed" else f"  [{row['state']}]"
        state += "  [source gone]" if row.get("source_gone") else ""
        lines.append(
            f"{row['book_id']:<{width}}  {row['pages']:>5} p.  {row['title']}{authors}{year}{state}"
        )
    return storable("\n".join(lines))


def library_status(library: Library) -> dict[str, Any]:
    """Return the state of a library: a `LibraryStatus` as plain JSON values.

    Raises:
        LibraryError: a book's manifest is damaged or of another version.
    """
    rows = book_rows(library)
    index, pending = _index_manifest(library), _index_manifest(library, PENDING)
    status = LibraryStatus(
        schema_version=JSON_VERSION,
        library=path_text(library.path),
        writer=library.writer(),
        books=len(rows),
        pages=sum(row["pages"] for row in rows),
        passages=index.live_rows if index else 0,
        formulas=sum(row["formulas"] for row in rows),
        coverage=index.coverage() if index else 1.0,
        encoder=_encoder_row(library, index) if index else None,
        next_encoder=NextEncoder(pending.encoder, pending.coverage()) if pending else None,
        not_indexed=tuple(row["book_id"] for row in rows if row["state"] != "indexed"),
        failed_inputs=library.failures(),
        failed_pages={row["book_id"]: row["failed_pages"] for row in rows if row["failed_pages"]},
        noted_pages={row["book_id"]: row["noted_pages"] for row in rows if row["noted_pages"]},
        gone_sources={row["book_id"]: row["source"] for row in rows if row["source_gone"]},
    )
    data: dict[str, Any] = plain(status)
    return data


def _encoder_row(library: Library, index: IndexManifest) -> EncoderRow:
    try:
        info = EncoderInfo.read(library.index_path / "encoders" / index.encoder_key)
    except OctavoError as error:
        return EncoderRow(index.encoder, None, None, str(error))
    return EncoderRow(info.name, info.dimension, info.probe_cosine, None)


def status_text(state: dict[str, Any]) -> str:
    """Return the state of a library as text for a terminal."""
    lines = [
        f"library   {state['library']}",
        f"books     {state['books']}, {counted(state['pages'], 'page')}",
        f"index     {_indexed_text(state)}",
        f"encoder   {_encoder_text(state['encoder'])}",
    ]
    lines += _unfinished(state)
    for book_id, pages in state["failed_pages"].items():
        lines += [f"failed    {book_id} page {number}: {why}" for number, why in pages.items()]
    lines += [f"failed    {reason}" for reason in state["failed_inputs"].values()]
    lines += [
        f"gone      {book_id}: nothing at {source} any more; "
        f"'octavo remove {book_id}' takes the book out"
        for book_id, source in state["gone_sources"].items()
    ]
    for book_id, pages in state["noted_pages"].items():
        count = counted(len(pages), "page")
        lines.append(f"noted     {book_id}: something was lost or guessed on {count}")
        notes = {int(number): note for number, note in pages.items()}
        lines += [f"noted     {book_id}, {line}" for line in note_lines(notes)]
    return storable("\n".join(lines))


def _unfinished(state: dict[str, Any]) -> list[str]:
    """Return lines on what a build is doing, or has left for another."""
    writer = state["writer"]
    lines = [f"building  {writer} is writing the library"] if writer else []
    build = "the build" if writer else "'octavo build'"
    if state["coverage"] < 1:
        lines.append(
            f"vectors   {percent(state['coverage'])} of the passages can be found by meaning; "
            f"{build} makes the rest"
        )
    if state["next_encoder"]:
        lines.append(
            f"changing  to {state['next_encoder']['name']}: "
            f"{percent(state['next_encoder']['coverage'])} of its vectors are made; "
            f"{build} goes on, and the old ones answer until then"
        )
    again = "" if writer else "; run 'octavo build' again"
    lines += [
        f"waiting   {book_id}: not finished or not indexed{again}"
        for book_id in state["not_indexed"]
    ]
    return lines


def _indexed_text(state: dict[str, Any]) -> str:
    return f"{counted(state['passages'], 'passage')}, {counted(state['formulas'], 'formula')}"


def _encoder_text(encoder: dict[str, Any] | None) -> str:
    if encoder is None:
        return "none yet"
    if encoder["problem"]:
        return str(encoder["problem"])
    cosine = encoder["light_form_cosine"]
    form = f"ONNX export, cosine {cosine:.4f} to the original" if cosine else "no ONNX export: slow"
    return f"{encoder['name']}, {encoder['dimension']} dimensions, {form}"
