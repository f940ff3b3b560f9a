"""Which files and folders are inputs."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from ocr_service.common.errors import InputError
from ocr_service.inputs.content import source_digest
from ocr_service.inputs.find import find_sources
from ocr_service.inputs.text_pages import read_text_pages
from ocr_service.library.book_folder import PAGE_SPLIT
from ocr_service.library.sources import InputSource, SourceKind

NOWHERE = Path("/nowhere")


def write(path: Path, text: str = "x") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def test_a_folder_is_searched_through(tmp_path: Path) -> None:
    write(tmp_path / "b.pdf")
    write(tmp_path / "deep" / "er" / "a.PDF")
    write(tmp_path / "scan.tiff")
    write(tmp_path / "README.md")
    write(tmp_path / ".hidden" / "c.pdf")
    write(tmp_path / "notes" / "page_0001.mmd")
    write(tmp_path / "notes" / "figure.png")
    write(tmp_path / "library" / "books" / "b" / "document.mmd")
    sources, wrong, _ = find_sources([tmp_path], skip=tmp_path / "library")
    assert wrong == {}
    assert {(s.path.relative_to(tmp_path).as_posix(), s.kind) for s in sources} == {
        ("b.pdf", SourceKind.PDF),
        ("deep/er/a.PDF", SourceKind.PDF),
        ("scan.tiff", SourceKind.IMAGE),
        ("notes", SourceKind.PAGE_FOLDER),
    }


def test_what_cannot_be_used_is_named_and_the_rest_goes_on(tmp_path: Path) -> None:
    good = write(tmp_path / "good.pdf")
    other = write(tmp_path / "song.mp3")
    (tmp_path / "empty").mkdir()
    sources, wrong, _ = find_sources(
        [tmp_path / "missing.pdf", other, tmp_path / "empty", good, good], skip=NOWHERE
    )
    assert [source.path for source in sources] == [good]
    assert len(wrong) == 3
    messages = " / ".join(wrong.values())
    assert "no such file" in messages
    assert "not a kind of file" in messages
    assert "no PDF, image or page file" in messages


def test_pages_of_a_folder_with_a_gap(tmp_path: Path) -> None:
    for number, text in ((1, "one"), (2, "\ufefftwo"), (4, "four")):
        write(tmp_path / f"page_{number:04d}.md", text)
    source = InputSource(tmp_path, SourceKind.PAGE_FOLDER)
    assert [page.text for page in read_text_pages(source)] == ["one", "two", None, "four"]


def test_pages_may_count_from_zero(tmp_path: Path) -> None:
    write(tmp_path / "page_0.mmd", "zero")
    write(tmp_path / "page_1.mmd", "one")
    pages = read_text_pages(InputSource(tmp_path, SourceKind.PAGE_FOLDER))
    assert [page.text for page in pages] == ["zero", "one"]


def test_two_files_for_one_page_are_refused(tmp_path: Path) -> None:
    write(tmp_path / "page_1.mmd")
    write(tmp_path / "page_01.md")
    with pytest.raises(InputError, match="both page 1"):
        read_text_pages(InputSource(tmp_path, SourceKind.PAGE_FOLDER))


def test_a_page_number_out_of_proportion_is_refused(tmp_path: Path) -> None:
    write(tmp_path / "page_9999999.mmd")
    with pytest.raises(InputError, match="page number above"):
        source_digest(InputSource(tmp_path, SourceKind.PAGE_FOLDER))


@pytest.mark.parametrize("after_last", [True, False])
def test_a_document_with_markers(tmp_path: Path, after_last: bool) -> None:
    pages = ["# One\n\ntext", "", "three"]
    text = f"\n{PAGE_SPLIT}\n".join(pages) + (f"\n{PAGE_SPLIT}\n" if after_last else "")
    path = write(tmp_path / "document.mmd", text)
    read = read_text_pages(InputSource(path, SourceKind.DOCUMENT))
    assert [page.text for page in read] == pages


def test_an_empty_document_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "document.mmd", f" \n{PAGE_SPLIT}\n")
    with pytest.raises(InputError, match="empty"):
        read_text_pages(InputSource(path, SourceKind.DOCUMENT))


def test_the_digest_is_of_the_content(tmp_path: Path) -> None:
    a, b = write(tmp_path / "a.pdf", "same"), write(tmp_path / "b.pdf", "same")
    digest = source_digest(InputSource(a, SourceKind.PDF))
    assert digest == source_digest(InputSource(b, SourceKind.PDF))
    write(a, "different")
    assert digest != source_digest(InputSource(a, SourceKind.PDF))
    folder = InputSource(tmp_path / "pages", SourceKind.PAGE_FOLDER)
    write(folder.path / "page_1.mmd", "ab")
    write(folder.path / "page_2.mmd", "c")
    before = source_digest(folder)
    write(folder.path / "page_1.mmd", "a")
    write(folder.path / "page_2.mmd", "bc")
    assert before != source_digest(folder)


def make_special(path: Path, kind: str) -> Path:
    """Make what is no regular file at `path`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "socket":
        here = Path.cwd()
        os.chdir(path.parent)  # the path of a socket has at most 107 characters
        with socket.socket(socket.AF_UNIX) as opened:
            opened.bind(path.name)
        os.chdir(here)
    else:
        path.symlink_to("/dev/zero")
    return path


@pytest.mark.timeout(20)
@pytest.mark.parametrize("kind", ["pipe", "socket", "device"])
@pytest.mark.parametrize("name", ["a.pdf", "a.png", "a.mmd", "deep/a.tiff"])
def test_what_is_no_file_is_named_and_never_opened(tmp_path: Path, name: str, kind: str) -> None:
    good = write(tmp_path / "shelf" / "good.pdf")
    special = make_special(tmp_path / "shelf" / name, kind)
    for given in ([tmp_path / "shelf"], [special, good]):
        sources, wrong, _ = find_sources(given, skip=NOWHERE)
        assert [source.path for source in sources] == [good]
        (message,) = wrong.values()
        assert f"{name}: this is a" in message
        assert kind in message
    good.unlink()
    assert find_sources([tmp_path / "shelf"], skip=NOWHERE)[0] == []
    with pytest.raises(InputError, match=kind):  # put there since the folder was searched
        source_digest(InputSource(special, SourceKind.PDF))


@pytest.mark.timeout(20)
@pytest.mark.parametrize("kind", ["pipe", "device"])
def test_a_page_that_is_no_file_is_named(tmp_path: Path, kind: str) -> None:
    write(tmp_path / "page_0001.mmd")
    make_special(tmp_path / "page_0002.mmd", kind)
    write(tmp_path / "page_0003.mmd", "three")
    (source,), wrong, _ = find_sources([tmp_path], skip=NOWHERE)
    (message,) = wrong.values()
    assert "page_0002.mmd: this is a" in message
    assert kind in message
    assert source_digest(source)
    assert [page.text for page in read_text_pages(source)] == ["x", None, "three"]
