"""Finds the inputs at the paths a person names: PDFs, images, and pages that are text already.

Nothing is passed over in silence: what cannot be used has a reason, and lines tell which files
become one book, and which are not read. Named pipes, devices and sockets are never opened.
"""

from __future__ import annotations

import mimetypes
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from ocr_service.common.errors import InputError
from ocr_service.common.path_text import path_text
from ocr_service.console.progress import counted
from ocr_service.inputs.libraries import is_book_folder, is_library
from ocr_service.inputs.page_files import DOCUMENTS, IMAGES, TEXTS, has_page_name
from ocr_service.inputs.regular import read_start, require_regular
from ocr_service.inputs.series import Series, series_of
from ocr_service.inputs.tool_output import ToolOutput, only_images, tool_output
from ocr_service.library.sources import InputSource, SourceKind

__all__ = ["Found", "find_sources"]

_MOST_KINDS = 6  # named of those that are passed over
_MOST_NAMES = 4  # of files that are not read beside others
_KINDS = {
    ".pdf": SourceKind.PDF,
    ".djvu": SourceKind.DJVU,
    ".djv": SourceKind.DJVU,
    ".epub": SourceKind.EBOOK,
    **dict.fromkeys(IMAGES, SourceKind.IMAGE),
    **dict.fromkeys(DOCUMENTS, SourceKind.DOCUMENT),
}
_READABLE = "PDF, EPUB, DjVu, PNG, JPEG, TIFF, markdown pages"


class Found(NamedTuple):
    """The inputs in order, each once.

    `wrong` has the reason for each path that cannot be used, `told` what a person should know
    about the choice, in lines.
    """

    sources: list[InputSource]
    wrong: dict[str, str]
    told: list[str]


def find_sources(paths: Iterable[Path], skip: Path, *, split: bool = False) -> Found:
    """Find the inputs in files and folders.

    Folders are searched through, linked ones too, except hidden ones and the folder `skip` (the
    library). With `split`, files that are numbered like the pages of one book are not joined.
    """
    found: dict[Path, InputSource] = {}
    finder = _Finder(skip.resolve(), split=split)
    for given in paths:
        before = len(finder.wrong) + len(finder.told)
        try:
            sources = list(finder.at(given))
            if not sources and len(finder.wrong) + len(finder.told) == before:
                others = finder.others_told()
                raise InputError(
                    f"{given}: no PDF, image or page file in this folder"
                    + (f"; {others[0]}" if others else "")
                )
        except InputError as error:
            finder.wrong[path_text(_resolved(given))] = str(error)
            continue
        for source in sources:
            found.setdefault(source.path.resolve(), source)
    return Found(list(found.values()), finder.wrong, [*finder.told, *finder.others_told()])


class _Finder:
    """Searches folders; each one, and so each file, once."""

    def __init__(self, skip: Path, *, split: bool) -> None:
        self.wrong: dict[str, str] = {}
        self.told: list[str] = []
        self._skip = skip
        self._split = split
        self._others: Counter[str] = Counter()
        self._visited: set[tuple[int, int]] = set()  # device and inode of folders
        self._above: set[tuple[int, int]] = set()  # of those that hold the folder given

    def at(self, given: Path) -> Iterator[InputSource]:
        """Yield the inputs at a path.

        Raises:
            InputError: there is nothing that can be used.
        """
        if not given.exists():
            raise InputError(f"{given}: no such file or folder; check the path")
        if given.is_dir():
            self._above = {_identity(folder) for folder in given.resolve().parents}
            if is_library(given):
                raise InputError(
                    f"{given}: an Octavo library; search it with --library, or name the folder of "
                    "one of its books to add that"
                )
            if is_book_folder(given):
                given = given / "pages"
            yield from self._folder(given)
            return
        require_regular(given)
        kind = _kind_of(given, explicit=True)
        if kind is None:
            raise InputError(f"{given}: not a kind of file that Octavo reads ({_READABLE})")
        yield InputSource(given, kind)

    def others_told(self) -> list[str]:
        """Return a line on the kinds that are not read, if there were any."""
        if not self._others:
            return []
        most = self._others.most_common(_MOST_KINDS)
        kinds = [f"{count} {kind}" for kind, count in most]
        rest = self._others.total() - sum(count for _, count in most)
        kinds += [f"{rest} more"] if rest else []
        files = counted(self._others.total(), "file")
        hint = "; name a .md file itself to read it" if self._others[".md"] else ""
        return [f"{files} of other kinds passed over: {', '.join(kinds)}{hint}"]

    def _folder(self, folder: Path) -> Iterator[InputSource]:
        identity = _identity(folder)
        if folder.resolve() == self._skip or identity in self._visited:
            return
        self._visited.add(identity)
        if is_library(folder) or is_book_folder(folder):
            self.told.append(f"{folder}: an Octavo library, whose books are not read again")
            return
        try:
            entries = sorted(path for path in folder.iterdir() if not path.name.startswith("."))
        except OSError as error:
            self.wrong[path_text(folder.absolute())] = (
                f"{folder}: this folder cannot be read ({error.strerror}); check its permissions"
            )
            return
        subfolders = [path.name for path in entries if path.is_dir()]
        names = [path.name for path in entries if path.name not in set(subfolders)]
        yield from self._files(folder, self._regular(folder, names), subfolders)
        for name in subfolders:
            if (folder / name).is_symlink() and _identity(folder / name) in self._above:
                self.told.append(f"{folder / name}: a link to a folder above, not followed")
            else:
                yield from self._folder(folder / name)

    def _files(
        self, folder: Path, names: list[str], subfolders: list[str]
    ) -> Iterator[InputSource]:
        """Yield the inputs among the files of a folder; remove its picture folders from the list.

        Args:
            folder: the folder.
            names: its regular files.
            subfolders: those of its folders that are still to be searched.
        """
        if any(map(has_page_name, names)):
            subfolders[:] = [name for name in subfolders if not only_images(folder / name)]
            self._tell_beside_pages(folder, names)
            yield InputSource(folder, SourceKind.PAGE_FOLDER)
            return
        outputs = tool_output(folder, names, subfolders)
        for output in outputs.values():
            self._tell_output(output)
            names = [name for name in names if name not in output.files]
            subfolders[:] = [name for name in subfolders if name not in output.folders]
        kinds = {name: self._kind(folder / name, outputs) for name in names}
        series = series_of(folder, [name for name in names if kinds[name] is not None], names)
        if series is not None and not self._split:
            self._tell_series(folder, series)
            yield InputSource(folder, series.kind)
            joined = {*series.names, *series.beside}
            names = [name for name in names if name not in joined]
        elif series is not None:
            kinds |= dict.fromkeys(series.names, series.single_kind)
        for name in names:
            kind = kinds[name]
            if kind is None:
                self._others[Path(name).suffix.lower() or "without a suffix"] += 1
            else:
                yield InputSource(folder / name, kind)

    def _kind(self, path: Path, outputs: dict[str, ToolOutput]) -> SourceKind | None:
        return SourceKind.DOCUMENT if path.name in outputs else _kind_of(path, explicit=False)

    def _regular(self, folder: Path, names: Sequence[str]) -> list[str]:
        """Return the files that may be opened; note the others of a kind that is read."""
        kept = []
        for name in names:
            path = folder / name
            try:
                require_regular(path)
            except InputError as error:
                if path.suffix.lower() in {*_KINDS, *TEXTS}:
                    self.wrong[path_text(path.absolute())] = str(error)
            else:
                kept.append(name)
        return kept

    def _tell_beside_pages(self, folder: Path, names: Sequence[str]) -> None:
        beside = [
            name
            for name in names
            if not has_page_name(name) and _kind_of(folder / name, explicit=False) is not None
        ]
        if beside:
            self.told.append(f"{folder}: not read beside its page files: {_few(beside)}")

    def _tell_output(self, output: ToolOutput) -> None:
        beside = [*output.files, *(f"{name}/" for name in output.folders)]
        if not beside:
            return
        which = f"what {output.tool} wrote" if output.tool else "its pictures"
        self.told.append(f"{output.document}: not read beside it, {which}: {_few(beside)}")

    def _tell_series(self, folder: Path, series: Series) -> None:
        self.told.append(
            f"{folder}: {len(series.names)} numbered files, {series.names[0]} to "
            f"{series.names[-1]}, are the pages of one book; --split makes each a book"
        )
        if series.beside:
            self.told.append(f"{folder}: not read beside its page files: {_few(series.beside)}")


def _few(names: Sequence[str]) -> str:
    more = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
    return ", ".join(names[:_MOST_NAMES]) + more


def _resolved(path: Path) -> Path:
    try:
        return path.resolve()
    except (OSError, RuntimeError):  # a link to itself
        return path.absolute()


def _identity(folder: Path) -> tuple[int, int]:
    status = folder.stat()
    return status.st_dev, status.st_ino


def _kind_of(path: Path, *, explicit: bool) -> SourceKind | None:
    suffix = path.suffix.lower()
    if suffix in _KINDS:
        return _KINDS[suffix]
    if explicit and suffix in TEXTS:
        return SourceKind.DOCUMENT
    # A name such as "2301.00001v2" says nothing; a known kind of another suffix is left unopened.
    if (explicit or mimetypes.guess_type(path.name)[0] is None) and (
        os.access(path, os.R_OK) and read_start(path, 5) == b"%PDF-"
    ):
        return SourceKind.PDF
    return None
