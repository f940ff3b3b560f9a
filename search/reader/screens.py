"""Answers the requests for screens: shelf, results, book, page, doubtful pages, citations."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response

from indexer.passages.blocks import BlockKind
from indexer.passages.statements import KINDS
from ocr_service.common.errors import NotFoundError, OctavoError, QueryError
from ocr_service.library.pages import PageStatus
from search.live.live_library import LiveLibrary
from search.live.page_views import has_images
from search.output.bibliography import FORMATS_OF_ENTRIES, CitedPage, entry_text
from search.output.status import book_rows, library_status
from search.output.sureness import certainty_notes, near_line, split_near
from search.pages import find_label
from search.question.options import Mode
from search.reader.above import entry_rows
from search.reader.addresses import book_address, crop_address, image_address, page_address
from search.reader.blocks import PlacedBlock, page_blocks
from search.reader.books import OpenBook, OpenBooks, PlacedStatement
from search.reader.numbered import references
from search.reader.rendering import formula_html, markdown_html, marked_html
from search.reader.results import PROOF, THUMBNAIL, result_rows
from search.retrieval.relation import Relation

__all__ = ["PAGE_SIDE", "Screens"]

PAGE_SIDE = 1_600  # pixels of the longer side of a page's image
_RESULTS = 20
_SIFTED = 200  # hits among which those with a kind of statement are looked for
_SORTS = {"title": "Title", "author": "Author", "year": "Year", "recent": "Recently added"}
_THE_SAME = (Relation.EQUAL, Relation.NOTATION)
_MODES = [str(mode) for mode in Mode]
_KINDS = (*KINDS, PROOF)
_FOLDER = Path(__file__).parent / "templates"


@dataclass(frozen=True, slots=True)
class BlockView:
    """A block on the screen; `start` and `end` are its place in the page's markdown."""

    html: str
    anchor: str
    block: PlacedBlock


class Screens:
    """The screens of one library. Methods run in threads."""

    def __init__(self, live: LiveLibrary, books: OpenBooks) -> None:
        """Show this library."""
        self._live = live
        self._books = books
        self._templates = Environment(
            loader=FileSystemLoader(_FOLDER),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.globals.update(
            page_address=page_address, book_address=book_address, image_address=image_address,
            urlencode=urlencode, marked_html=marked_html,
            THUMBNAIL=THUMBNAIL, PAGE_SIDE=PAGE_SIDE,
        )  # fmt: skip

    def shelf(self, request: Request) -> Response:
        """Show the books of the library and its state."""
        library = self._live.library
        library.require()
        sort = request.query_params.get("sort", "title")
        rows = book_rows(library)
        if sort == "author":
            rows.sort(key=lambda row: ("; ".join(row["authors"]).casefold(), row["title"]))
        elif sort == "year":  # the newest first, then those without a year
            rows.sort(key=lambda row: (-(row["year"] or 0), row["title"]))
        elif sort == "recent":
            rows.sort(key=lambda row: -_changed(library.folder(row["book_id"]).path))
        else:
            rows.sort(key=lambda row: str(row["title"]).casefold())
        status = library_status(library)
        drawn = {name for name, found in library.manifests().items() if has_images(found)}
        return self._page(
            "shelf.html", rows=rows, status=status, sort=sort, sorts=_SORTS, drawn=drawn
        )

    def search(self, request: Request) -> Response:
        """Show the hits of a question."""
        asked = request.query_params
        question, mode = asked.get("q", "").strip(), asked.get("mode", "hybrid")
        kind, chosen = asked.get("kind", ""), [b for b in asked.getlist("book") if b]
        searcher = self._live.snapshot().searcher
        rows, entries, notes, above_near, problem = [], [], [], "", ""
        if question:
            try:
                answer = searcher.ask(
                    question, mode=mode, books=chosen, limit=_SIFTED if kind else _RESULTS
                )
                answers, near = split_near(answer.hits)
                rows = result_rows([*answers, *near], self._books, kind)[:_RESULTS]
                about = searcher.about(question, books=chosen)
                entries = entry_rows(about.entries, self._books)
                notes = certainty_notes(answer.certainty, answer.hits)
                above_near = near_line(near, answer.certainty) if near else ""
            except (QueryError, NotFoundError) as error:
                problem = str(error)
        titles = {
            book_id: self._books.book(book_id).manifest.book.title
            for book_id in sorted({row.book_id for row in rows} | set(chosen))
        }
        return self._page(
            "results.html", question=question, mode=mode, modes=_MODES, kind=kind, kinds=_KINDS,
            chosen=chosen, titles=titles, rows=rows, problem=problem,
            entries=entries, notes=notes, above_near=above_near,
            preview=formula_html(question, display=True) if mode == Mode.FORMULA else "",
        )  # fmt: skip

    def elsewhere(self, request: Request) -> Response:
        """Return the places of formulas that equal one, in any notation, as a part of a screen."""
        question = request.query_params.get("q", "").strip()
        hits = []
        if question:
            searcher = self._live.snapshot().searcher
            found = searcher.search(question, mode=str(Mode.FORMULA), limit=_RESULTS)
            hits = [hit for hit in found if hit.relation in _THE_SAME]
        return self._page("elsewhere.html", rows=result_rows(hits, self._books, ""))

    def book(self, request: Request) -> Response:
        """Show a book: its outline and its numbered statements."""
        book = self._books.book(request.path_params["book"])
        contents = self._books.contents(book.book_id)
        groups = {
            kind: [placed for placed in contents.statements if placed.statement.kind == kind]
            for kind in KINDS
        }
        return self._page(
            "book.html", book=book, outline=contents.outline,
            groups={kind: found for kind, found in groups.items() if found},
            formula_html=formula_html,
        )  # fmt: skip

    def label(self, request: Request) -> Response:
        """Show the page with a printed label."""
        name = request.path_params["book"]
        return self._show(name, find_label(self._live.library, name, request.path_params["label"]))

    def number(self, request: Request) -> Response:
        """Show a page by its 1-based number in the file."""
        return self._show(request.path_params["book"], request.path_params["number"])

    def goto(self, request: Request) -> Response:
        """Show the page that a person typed: a printed label, else a number."""
        name, wanted = request.path_params["book"], request.query_params.get("page", "").strip()
        try:
            number = find_label(self._live.library, name, wanted)
        except NotFoundError:
            if not wanted.isdecimal():
                raise
            number = int(wanted)
        return self._show(name, number)

    def _show(self, name: str, number: int) -> Response:
        book = self._books.book(name)
        page = book.page(number)
        blocks = page_blocks(page.markdown, book.regions.get(number - 1, ()))
        return self._page(
            "page.html", book=book, number=number, page=page,
            blocks=self._block_views(book, number, page.markdown, blocks),
            has_image=book.has_images, notes=book.manifest.notes.get(number - 1, ()),
            error=book.manifest.errors.get(number - 1, ""), formats=FORMATS_OF_ENTRIES,
            outline=self._books.contents(book.book_id).outline,
            entries={
                format_: entry_text(CitedPage(book.manifest.book, book.label(number), number),
                                    format_) for format_ in FORMATS_OF_ENTRIES
            },
            file_address=CitedPage(book.manifest.book, book.label(number), number).address,
        )  # fmt: skip

    def _block_views(
        self, book: OpenBook, number: int, markdown: str, blocks: list[PlacedBlock]
    ) -> list[BlockView]:
        contents = self._books.contents(book.book_id)
        anchors = {
            placed.statement.start: placed.anchor
            for placed in contents.statements
            if placed.number == number
        }

        def address(target: PlacedStatement) -> str:
            return f"{page_address(book.book_id, book.labels, target.number)}#{target.anchor}"

        views = []
        for block in blocks:
            text = markdown[block.start : block.end]
            anchor = next((a for s, a in anchors.items() if block.start <= s < block.end), "")
            if block.kind is BlockKind.IMAGE and block.box and book.has_images:
                key = book.image_key
                source = crop_address(book.book_id, number, block.box, key)
                html = f'<img class="figure" loading="lazy" alt="figure" src="{escape(source)}">'
            else:
                html = markdown_html(text, references(text, block.start, contents, address))
            views.append(BlockView(html, anchor, block))
        return views

    def doubtful(self, request: Request) -> Response:
        """Show the pages on which something was lost, guessed or not read."""
        only = request.query_params.get("book", "")
        rows = []
        for book_id, manifest in self._live.library.manifests().items():
            if only not in ("", book_id) or manifest.digest is None:
                continue
            book = self._books.book(book_id)
            for index, status in enumerate(manifest.statuses):
                notes = [*manifest.notes.get(index, ()), manifest.errors.get(index, "")]
                reasons = [note for note in notes if note]
                if reasons or status not in (PageStatus.OK, PageStatus.BLANK, PageStatus.UNREAD):
                    rows.append((book, index + 1, str(status), reasons))
        return self._page("doubtful.html", rows=rows[:500], count=len(rows), only=only)

    def cite(self, request: Request) -> Response:
        """Return the entry of a page as text."""
        book = self._books.book(request.path_params["book"])
        number = request.path_params["number"]
        book.page(number)
        cited = CitedPage(
            book.manifest.book, book.label(number), number, request.query_params.get("quote", "")
        )
        return PlainTextResponse(entry_text(cited, request.query_params.get("format", "bibtex")))

    def problem(self, error: OctavoError) -> Response:
        """Show what went wrong and what to do."""
        status = 404 if isinstance(error, NotFoundError) else 503
        answer = self._page("problem.html", message=str(error))
        answer.status_code = 400 if isinstance(error, QueryError) else status
        return answer

    def _page(self, template: str, **values: Any) -> HTMLResponse:
        return HTMLResponse(self._templates.get_template(template).render(**values))


def _changed(folder: Path) -> float:
    try:
        return (folder / "book.json").stat().st_mtime
    except OSError:
        return 0.0
