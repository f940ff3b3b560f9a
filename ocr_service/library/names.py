"""Finds the books that a name means: an id, the beginning of one, a title, or an author.

Names are compared without case and accents, in their own script and transliterated.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Protocol

from ocr_service.common.errors import NotFoundError
from ocr_service.text.slugs import folded, slugify

__all__ = ["Named", "books_of_author", "resolve_name", "resolve_names"]

_SHOWN = 80  # characters of a name in a message


class Named(Protocol):
    """What books are found by, besides their ids."""

    @property
    def title(self) -> str:
        """The title."""
        ...

    @property
    def authors(self) -> Sequence[str]:
        """The names of the authors."""
        ...


def resolve_name(
    name: str, book_ids: Sequence[str], described: Callable[[], Mapping[str, Named]] = dict
) -> str:
    """Return the one of `book_ids` that `name` means.

    `described` returns titles and authors; it is called only if no id fits.

    Raises:
        NotFoundError: `name` fits none or several; the message names the nearest.
    """
    found = resolve_names(name, book_ids, described)
    if len(found) > 1:
        raise _several(name, found)
    return found[0]


def resolve_names(
    name: str, book_ids: Sequence[str], described: Callable[[], Mapping[str, Named]] = dict
) -> tuple[str, ...]:
    """Return the ids that `name` means: one book's by its id or title, or all of an author.

    Raises:
        NotFoundError: `name` fits no book, or several ids or titles; the message names the nearest.
    """
    if name in book_ids:
        return (name,)
    wanted = slugify(name)
    matches = [book_id for book_id in book_ids if wanted and book_id.startswith(wanted)]
    if wanted in matches:
        return (wanted,)
    if len(matches) == 1:
        return (matches[0],)
    books = described()
    exact = [book_id for book_id, book in books.items() if folded(book.title) == folded(name)]
    titled = exact or matches or [key for key, book in books.items() if _has(book.title, name)]
    if len(titled) > 1:
        raise _several(name, titled)
    found = titled or _by_author(name, books)
    if not found:
        raise NotFoundError(f"{name[:_SHOWN]}: no such book; {_hint(name, book_ids, books)}")
    return tuple(found)


def books_of_author(name: str, books: Mapping[str, Named]) -> tuple[str, ...]:
    """Return the ids of the books with an author whose names begin as the words of `name` do.

    Raises:
        NotFoundError: there is none; the message names the nearest authors.
    """
    found = _by_author(name, books)
    if found:
        return tuple(found)
    import difflib  # takes 5 % of a cold search, and only unknown names need it

    authors = {author for book in books.values() for author in book.authors}
    words = {folded(part): author for author in sorted(authors) for part in author.split()}
    last = (folded(name).split() or [""])[-1]
    near = [words[word] for word in difflib.get_close_matches(last, [*words], n=3, cutoff=0.6)]
    hint = f"did you mean {_either(list(dict.fromkeys(near)))}?" if near else _LISTS
    raise NotFoundError(f"{name[:_SHOWN]}: no author has this name; {hint}")


_LISTS = "'octavo books' lists what there is"


def _by_author(name: str, books: Mapping[str, Named]) -> list[str]:
    return [
        book_id
        for book_id, book in books.items()
        if any(_begins(folded(name).split(), folded(author).split()) for author in book.authors)
        or any(_begins(_words(name), _words(author)) for author in book.authors)
    ]


def _begins(wanted: Sequence[str], words: Sequence[str]) -> bool:
    """Return whether each wanted word begins one of the words."""
    return bool(wanted) and all(any(word.startswith(one) for word in words) for one in wanted)


def _words(text: str) -> list[str]:
    return [word for word in slugify(text).split("-") if word]


def _has(title: str, name: str) -> bool:
    """Return whether the words of `name` stand in a title, the last one perhaps only begun."""
    slug = slugify(name)
    in_script = bool(folded(name)) and f" {folded(name)}" in f" {folded(title)}"
    return in_script or (bool(slug) and f"-{slug}" in f"-{slugify(title)}")


def _several(name: str, found: Sequence[str]) -> NotFoundError:
    return NotFoundError(f"{name}: could be {_either(found)}; give more of the id")


def _hint(name: str, book_ids: Iterable[str], books: Mapping[str, Named]) -> str:
    """Return the books with an id, a title or an author near to a name, each with these."""
    import difflib  # takes 5 % of a cold search, and only unknown names need it

    wanted = slugify(name)
    near = difflib.get_close_matches(wanted, list(book_ids), n=3, cutoff=0.4)
    near += [book_id for book_id in book_ids if wanted and wanted in book_id]
    named: dict[str, list[str]] = {}  # a word of a title or an author -> books
    for book_id, book in books.items():
        for word in {word for text in (book.title, *book.authors) for word in _words(text)}:
            named.setdefault(word, []).append(book_id)
    for word in _words(name):
        for close in difflib.get_close_matches(word, list(named), n=2, cutoff=0.75):
            near += named[close]
    shown = [_described(book_id, books.get(book_id)) for book_id in dict.fromkeys(near)]
    return f"did you mean {_either(shown)}?" if shown else _LISTS


def _described(book_id: str, book: Named | None) -> str:
    """Return an id with the authors of its book, and with the title unless the id tells it.

    They are reduced to plain words, as ids are: agents read messages, and files may say anything.
    """
    if book is None:
        return book_id
    own = slugify(book.title)
    names = " and ".join(" ".join(_words(author)) for author in book.authors[:2])
    facts = [f"by {names}"] if names else []
    facts += [own.replace("-", " ")] if own and own != book_id else []
    return f"{book_id} ({', '.join(facts)})" if facts else book_id


def _either(names: Sequence[str]) -> str:
    shown = list(names[:5])
    if len(names) > len(shown):
        left = len(names) - len(shown)
        shown.append(f"{left} other{'s' if left > 1 else ''}")
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} or {shown[-1]}"
