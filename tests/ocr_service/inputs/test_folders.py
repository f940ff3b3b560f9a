"""What the files of a folder are together."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from ocr_service.inputs.find import Found, find_sources

NOWHERE = Path("/nowhere")


def make(folder: Path, *names: str, text: str = "x") -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def found(folder: Path, *, split: bool = False) -> tuple[list[tuple[str, str]], str]:
    """Return the inputs as (path, kind), and what is told of them."""
    sources, wrong, told = find_sources([folder], skip=NOWHERE, split=split)
    assert wrong == {}
    places = [(s.path.relative_to(folder).as_posix(), str(s.kind)) for s in sources]
    return sorted(places), "\n".join(told)


def test_numbered_images_are_one_book_unless_split(tmp_path: Path) -> None:
    make(tmp_path, "IMG_1.png", "IMG_2.PNG", "IMG_10.png", "Thumbs.db")
    inputs, told = found(tmp_path)
    assert inputs == [(".", "image folder")]
    assert "3 numbered files, IMG_1.png to IMG_10.png, are the pages of one book" in told
    assert "--split" in told
    inputs, told = found(tmp_path, split=True)
    assert [kind for _, kind in inputs] == ["image"] * 3
    assert "numbered" not in told


def test_numbered_texts_are_one_book_unless_split(tmp_path: Path) -> None:
    make(tmp_path, "1.md", "2.md", "README.md")
    make(tmp_path / "prefixed", "book_page_1.mmd", "book_page_2.mmd", "cover.md")
    inputs, _ = found(tmp_path)
    assert inputs == [(".", "page folder"), ("prefixed", "page folder")]
    inputs, _ = found(tmp_path, split=True)
    assert [name for name, _ in inputs] == [
        "1.md",
        "2.md",
        "prefixed/book_page_1.mmd",
        "prefixed/book_page_2.mmd",
    ]


@pytest.mark.parametrize(
    ("names", "count"),
    [
        (["chapter1.pdf", "chapter2.pdf"], 2),
        (["scan_1.png", "scan_2.png", "cover.png"], 3),
        (["scan_1.png", "scan_2.png", "book.pdf"], 3),
        (["2024-01-05.png", "2024-01-06.png"], 2),
    ],
)
def test_what_is_not_joined(tmp_path: Path, names: list[str], count: int) -> None:
    make(tmp_path, *names)
    inputs, told = found(tmp_path)
    assert len(inputs) == count
    assert told == ""


def test_chapters_and_documents_with_pages_are_not_joined(tmp_path: Path) -> None:
    make(tmp_path / "long", "part1.mmd", "part2.mmd", text="word " * 5_000)
    make(tmp_path / "paged", "part1.mmd", "part2.mmd", text="one\n<--- Page Split --->\ntwo\n")
    assert [kind for _, kind in found(tmp_path)[0]] == ["document"] * 4


def test_images_of_several_pages_are_not_joined(tmp_path: Path) -> None:
    pages = [Image.new("L", (8, 8), shade) for shade in (0, 255)]
    pages[0].save(tmp_path / "fax1.tif")
    pages[1].save(tmp_path / "fax2.tif")
    assert found(tmp_path)[0] == [(".", "image folder")]
    pages[0].save(tmp_path / "fax3.tif", save_all=True, append_images=pages[1:])
    assert [kind for _, kind in found(tmp_path)[0]] == ["image"] * 3


def test_images_beside_their_transcriptions_are_not_read_again(tmp_path: Path) -> None:
    make(tmp_path, "p1.png", "p1.mmd", "p2.png", "p2.mmd")
    inputs, told = found(tmp_path)
    assert inputs == [(".", "page folder")]
    assert "not read beside its page files: p1.png, p2.png" in told


TOOLS = {
    "DeepSeek-OCR": (
        ["kernels.mmd", "kernels_det.mmd", "kernels_layouts.pdf", "images/0_0.jpg"],
        "kernels.mmd",
    ),
    "marker": (
        ["nets/nets.md", "nets/nets_meta.json", "nets/_page_0_Picture_1.jpeg"],
        "nets/nets.md",
    ),
    "MinerU": (
        [
            "flow/auto/flow.md",
            *(f"flow/auto/flow_{role}.json" for role in ("content_list", "middle", "model")),
            *(f"flow/auto/flow_{role}.pdf" for role in ("layout", "span", "origin")),
            "flow/auto/images/a8ec.jpg",
        ],
        "flow/auto/flow.md",
    ),
    "docling": (["tree.md", "tree.json", "tree_artifacts/image_000000_ab.png"], "tree.md"),
}


@pytest.mark.parametrize("tool", TOOLS)
def test_the_output_of_a_tool_is_one_book(tmp_path: Path, tool: str) -> None:
    names, document = TOOLS[tool]
    make(tmp_path, *names)
    inputs, told = found(tmp_path)
    assert inputs == [(document, "document")]
    assert f"what {tool} wrote" in told


def test_the_download_of_minerus_web_service_is_one_book(tmp_path: Path) -> None:
    make(tmp_path, "full.md", "layout.json", "9f1a_content_list.json", "9f1a_origin.pdf")
    assert found(tmp_path)[0] == [("full.md", "document")]


def test_pictures_that_a_document_links_to_are_no_books(tmp_path: Path) -> None:
    make(tmp_path, "thesis.mmd", text="![](fig/a.png) ![plot](plot%201.png)")
    make(tmp_path, "fig/a.png", "fig/b.png", "plot 1.png", "scan.png", "other/c.png")
    inputs, told = found(tmp_path)
    assert [name for name, _ in inputs] == ["other/c.png", "scan.png", "thesis.mmd"]
    assert "its pictures: plot 1.png, fig/" in told


def test_notes_are_passed_over_and_counted(tmp_path: Path) -> None:
    make(tmp_path, "a.pdf", "notes.md", "b.djvux", "c.docx", "d.docx", "LICENSE")
    inputs, told = found(tmp_path)
    assert inputs == [("a.pdf", "pdf")]
    assert told == (
        "5 files of other kinds passed over: 2 .docx, 1 without a suffix, 1 .djvux, 1 .md; "
        "name a .md file itself to read it"
    )


def test_pdfs_are_known_by_their_header_where_the_name_says_nothing(tmp_path: Path) -> None:
    make(tmp_path, "2301.00001v2", "thesis", "pdf.docx", text="%PDF-1.7\n")
    make(tmp_path, "Makefile")
    inputs, told = found(tmp_path)
    assert inputs == [("2301.00001v2", "pdf"), ("thesis", "pdf")]
    assert "1 .docx" in told


def test_linked_folders_are_followed_once(tmp_path: Path) -> None:
    make(tmp_path / "real", "a.pdf", "deep/b.pdf")
    shelf = tmp_path / "shelf"
    make(shelf / "own", "c.pdf")
    (shelf / "nas").symlink_to("../real")
    (shelf / "again").symlink_to("../real/deep")
    (shelf / "own" / "up").symlink_to("..")
    (shelf / "own" / "out").symlink_to(tmp_path)
    (tmp_path / "real" / "loop").symlink_to(".")
    inputs, told = found(shelf)
    assert [Path(name).name for name, _ in inputs] == ["b.pdf", "a.pdf", "c.pdf"]
    assert "own/out: a link to a folder above, not followed" in told


def test_a_link_to_itself_is_named(tmp_path: Path) -> None:
    (tmp_path / "loop.pdf").symlink_to("loop.pdf")
    (message,) = find_sources([tmp_path / "loop.pdf"], skip=NOWHERE).wrong.values()
    assert "loop.pdf: no such file" in message


def library(folder: Path) -> None:
    make(folder / "books" / "primer", "book.json", "ocr.jsonl", "document.mmd")
    make(folder / "books" / "primer" / "pages", "page_0001.mmd")
    make(folder, "write.lock")


def test_another_library_is_not_read(tmp_path: Path) -> None:
    library(tmp_path / "old")
    make(tmp_path, "a.pdf")
    inputs, told = found(tmp_path)
    assert inputs == [("a.pdf", "pdf")]
    assert "old: an Octavo library" in told
    sources, wrong, _ = find_sources([tmp_path / "old"], skip=NOWHERE)
    assert sources == []
    assert "search it with --library" in next(iter(wrong.values()))


def test_a_book_of_a_library_can_be_named(tmp_path: Path) -> None:
    library(tmp_path / "old")
    book = tmp_path / "old" / "books" / "primer"
    for given in (book, book / "pages"):
        result: Found = find_sources([given], skip=NOWHERE)
        assert [source.path for source in result.sources] == [book / "pages"]


def test_a_folder_that_cannot_be_read_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(tmp_path, "a.pdf", "closed/b.pdf")
    listed = Path.iterdir

    def iterdir(folder: Path) -> object:
        if folder.name == "closed":  # a test that runs as root cannot take permissions away
            raise PermissionError(13, "Permission denied")
        return listed(folder)

    monkeypatch.setattr(Path, "iterdir", iterdir)
    sources, wrong, _ = find_sources([tmp_path], skip=NOWHERE)
    assert [source.path.name for source in sources] == ["a.pdf"]
    assert "closed: this folder cannot be read (Permission denied)" in next(iter(wrong.values()))
