"""Opens an EPUB: its metadata, its chapters in reading order, and its list of printed pages.

A zip file from anywhere is untrusted: what is unpacked is bounded, and nothing leaves memory.
"""

from __future__ import annotations

import posixpath
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO
from urllib.parse import unquote

from ocr_service.common.errors import InputError

if TYPE_CHECKING:
    from bs4 import BeautifulSoup, Tag

__all__ = ["Chapter", "EbookPackage", "open_package", "parse", "types_of"]

_MAX_FILE = 20_000_000  # bytes of one chapter
_MAX_ALL = 300_000_000  # of all of them
_MAX_CHAPTERS = 10_000
_TEXTS = {"application/xhtml+xml", "text/html", "text/x-oeb1-document"}
# Encryption of fonts only, which the standard knows; anything else is a lock on the text.
_FONT_LOCKS = ("http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC")


@dataclass(frozen=True, slots=True)
class Chapter:
    """A file of the book's text; `page_ids` has the labels of printed pages by element id."""

    name: str
    soup: BeautifulSoup
    page_ids: dict[str, str]


@dataclass(slots=True)
class EbookPackage:
    """What an EPUB says of itself, and its files."""

    path: Path
    archive: zipfile.ZipFile
    title: str | None = None
    authors: tuple[str, ...] = ()
    language: str | None = None
    spine: list[str] = field(default_factory=list)
    page_list: dict[tuple[str, str], str] = field(default_factory=dict)

    def chapters(self) -> Iterator[Chapter]:
        """Yield the chapters in reading order.

        Raises:
            InputError: they are too large, or cannot be unpacked.
        """
        total = 0
        for name in self.spine:
            data = self.read(name)
            total += len(data)
            if total > _MAX_ALL:
                raise InputError(f"{self.path}: over {_MAX_ALL // 1_000_000} MB of text")
            ids = {
                element: page for (file, element), page in self.page_list.items() if file == name
            }
            yield Chapter(name, parse(data), ids)

    def read(self, name: str) -> bytes:
        """Return a file of the archive.

        Raises:
            InputError: it is missing, damaged or too large.
        """
        try:
            with self.archive.open(name) as file:
                data = file.read(_MAX_FILE + 1)
        except KeyError:
            raise InputError(f"{self.path}: {name} is missing in it; get it again") from None
        except (zipfile.BadZipFile, OSError, EOFError, RuntimeError, ValueError) as error:
            raise InputError(f"{self.path}: damaged ({error}); get it again") from error
        if len(data) > _MAX_FILE:
            raise InputError(f"{self.path}: {name} is over {_MAX_FILE // 1_000_000} MB")
        return data


def open_package(path: Path, file: BinaryIO) -> EbookPackage:
    """Read what an EPUB says of itself.

    Raises:
        InputError: it is no EPUB, damaged, or locked by a seller.
    """
    try:
        package = EbookPackage(path, zipfile.ZipFile(file))
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise InputError(f"{path}: no EPUB, or damaged ({error}); get it again") from error
    _require_unlocked(package)
    container = parse(package.read("META-INF/container.xml"))
    root = next((_attribute(tag, "full-path") for tag in _all(container, "rootfile")), "")
    if not root:
        raise InputError(f"{path}: this EPUB does not name its contents; get it again")
    _read_contents(package, root)
    if not package.spine:
        raise InputError(f"{path}: this EPUB has no chapters; get it again, or leave it out")
    return package


def parse(data: bytes) -> BeautifulSoup:
    """Parse XHTML, or one of the XML files of an EPUB; no entity is expanded but HTML's own."""
    import warnings

    from bs4 import BeautifulSoup, XMLParsedAsHTMLWarning

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", XMLParsedAsHTMLWarning)
        return BeautifulSoup(data, "html.parser")


def types_of(tag: Tag) -> set[str]:
    """Return the `epub:type` and `role` of an element."""
    return set(f"{_attribute(tag, 'epub:type')} {_attribute(tag, 'role')}".split())


def _require_unlocked(package: EbookPackage) -> None:
    names = set(package.archive.namelist())
    locked = "META-INF/rights.xml" in names
    if "META-INF/encryption.xml" in names:
        for method in _all(parse(package.read("META-INF/encryption.xml")), "encryptionmethod"):
            locked |= _attribute(method, "algorithm") not in _FONT_LOCKS
    if locked:
        raise InputError(
            f"{package.path}: this e-book is locked by its seller (DRM), so its text cannot be "
            "read; leave it out, or get a copy without the lock"
        )


def _read_contents(package: EbookPackage, root: str) -> None:
    """Take up the metadata, the spine and the page list from the package document."""
    contents = parse(package.read(root))
    folder = posixpath.dirname(root)
    titles = _texts(contents, "title")
    package.title = titles[0] if titles else None
    package.authors = tuple(_texts(contents, "creator"))
    package.language = next(iter(_texts(contents, "language")), None)
    items = {_attribute(item, "id"): item for item in _all(contents, "item")}
    for reference in _all(contents, "itemref")[:_MAX_CHAPTERS]:
        item = items.get(_attribute(reference, "idref"))
        if item is None or _attribute(item, "media-type") not in _TEXTS:
            continue
        if "nav" not in _attribute(item, "properties").split():
            package.spine.append(_target(folder, _attribute(item, "href"))[0])
    for item in items.values():
        is_nav = "nav" in _attribute(item, "properties").split()
        if is_nav or _attribute(item, "media-type") == "application/x-dtbncx+xml":
            _read_page_list(package, _target(folder, _attribute(item, "href"))[0])


def _read_page_list(package: EbookPackage, name: str) -> None:
    """Take up which element begins which printed page, from the navigation of EPUB 3 or 2."""
    try:
        soup = parse(package.read(name))
    except InputError:
        return  # the book can be read without
    folder = posixpath.dirname(name)
    for nav in _all(soup, "nav"):
        if "page-list" in types_of(nav):
            for link in nav.find_all("a"):
                place = _target(folder, _attribute(link, "href"))
                package.page_list.setdefault(place, link.get_text(" ", strip=True))
    for target in _all(soup, "pagetarget"):
        content = target.find("content")
        if content is not None:
            place = _target(folder, _attribute(content, "src"))
            package.page_list.setdefault(place, target.get_text(" ", strip=True))


def _target(folder: str, href: str) -> tuple[str, str]:
    """Return the file in the archive that a link names, and the id in it."""
    name, _, element = href.partition("#")
    return posixpath.normpath(posixpath.join(folder, unquote(name))), unquote(element)


def _all(soup: BeautifulSoup, name: str) -> list[Tag]:
    """Return the elements with a name, whatever their namespace prefix."""
    return [tag for tag in soup.find_all(True) if tag.name.rpartition(":")[2] == name]


def _texts(soup: BeautifulSoup, name: str) -> list[str]:
    texts = (tag.get_text(" ", strip=True) for tag in _all(soup, name))
    return [text for text in texts if text]


def _attribute(tag: Tag, name: str) -> str:
    value = tag.get(name, "")
    return value if isinstance(value, str) else " ".join(value or ())
