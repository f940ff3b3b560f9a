"""Opening PDFs and images: good files, awkward files, and the messages that people see."""

from __future__ import annotations

import os
from pathlib import Path

import pymupdf
import pytest
from PIL import Image

from ocr_service.common.errors import EncryptedError, InputError, OctavoError
from ocr_service.pdf.document import (
    MAX_IMAGE_PIXELS,
    MAX_IMAGE_SIDE,
    Document,
    OutlineEntry,
    bounded_zoom,
)
from ocr_service.pdf.titles import clean_authors, clean_language, clean_title


def make_pdf(path: Path, pages: int = 2, **options: object) -> Path:
    """Write a small PDF with a line of text a page."""
    with pymupdf.open() as pdf:
        for number in range(pages):
            page = pdf.new_page(width=300, height=400)
            page.insert_text((50, 60), f"Page {number + 1} of a treatise on groups", fontsize=11)
        pdf.set_metadata({"title": "A Treatise on Groups", "author": "A. Cayley; E. Galois"})
        pdf.save(path, **options)
    return path


def test_a_plain_pdf(tmp_path: Path) -> None:
    with Document.open(make_pdf(tmp_path / "groups.pdf")) as document:
        assert document.page_count == 2
        assert document.title == "A Treatise on Groups"
        assert document.authors == ("A. Cayley", "E. Galois")
        assert "Page 2 of a treatise" in document.text(1)
        assert document.image(0).size == (600, 800)
        assert document.image(0, grey=True).mode == "L"
        assert [document.label(0), document.label(1)] == ["1", "2"]
        with pytest.raises(InputError, match="no page 3; it has pages 1 to 2"):
            document.text(2)


def test_labels_outline_and_language(tmp_path: Path) -> None:
    path = tmp_path / "labels.pdf"
    with pymupdf.open() as pdf:
        for _ in range(4):
            pdf.new_page()
        pdf.set_page_labels([{"startpage": 0, "style": "r"}, {"startpage": 2, "style": "D"}])
        pdf.set_toc([[1, " One  ", 1], [2, "Two", 3]])
        pdf.set_language("en-GB")
        pdf.save(path)
    with Document.open(path) as document:
        assert [document.label(index) for index in range(4)] == ["i", "ii", "1", "2"]
        assert document.outline() == [OutlineEntry(1, "One", 0), OutlineEntry(2, "Two", 2)]
        assert document.language == "en"


def test_a_cyclic_outline_is_no_outline(tmp_path: Path) -> None:
    path = tmp_path / "cyclic.pdf"
    with pymupdf.open() as pdf:
        pdf.new_page()
        pdf.set_toc([[1, "One", 1], [1, "Two", 1]])
        root = int(pdf.xref_get_key(pdf.pdf_catalog(), "Outlines")[1].split()[0])
        last = int(pdf.xref_get_key(root, "Last")[1].split()[0])
        first = pdf.xref_get_key(root, "First")[1]
        pdf.xref_set_key(last, "Next", first)
        pdf.save(path)
    with Document.open(path) as document:
        assert len(document.outline()) <= 2


def test_rotation_is_honoured(tmp_path: Path) -> None:
    path = tmp_path / "turned.pdf"
    with pymupdf.open() as pdf:
        pdf.new_page(width=300, height=400).set_rotation(90)
        pdf.save(path)
    with Document.open(path) as document:
        assert document.image(0, 1.0).size == (400, 300)


@pytest.mark.parametrize("size", [(18_000, 36_000), (14_400, 10), (5_000, 5_000), (0.5, 9_000)])
def test_images_are_bounded(tmp_path: Path, size: tuple[float, float]) -> None:
    path = tmp_path / "poster.pdf"
    with pymupdf.open() as pdf:
        pdf.new_page(width=size[0], height=size[1])
        pdf.save(path)
    with Document.open(path) as document:
        image = document.image(0, zoom=4.0)
    assert min(image.size) >= 1
    assert max(image.size) <= MAX_IMAGE_SIDE
    assert image.width * image.height <= MAX_IMAGE_PIXELS
    assert bounded_zoom(600, 800, 2.0) == 2.0


@pytest.mark.parametrize("name", [b"caf\xe9", b"\xff\xfe", b"\xc3\x28"])
@pytest.mark.parametrize("folder", [b"", b"b\xfccher"])
def test_names_that_are_not_utf8(tmp_path: Path, name: bytes, folder: bytes) -> None:
    place = Path(os.fsdecode(os.path.join(os.fsencode(tmp_path), folder)))  # noqa: PTH118 - bytes
    place.mkdir(exist_ok=True)
    whole = make_pdf(tmp_path / "whole.pdf")
    path = place / os.fsdecode(name + b".pdf")
    path.write_bytes(whole.read_bytes())
    Image.new("RGB", (200, 300), "white").save(tmp_path / "scan.png")
    picture = (tmp_path / "scan.png").rename(place / os.fsdecode(name + b".png"))
    with Document.open(path) as document:
        assert "Page 2 of a treatise" in document.text(1)
    with Document.open(picture) as document:
        assert document.page_count == 1


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF"])
def test_images_are_documents(tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"scan.{kind.lower()}"
    page = Image.new("RGB", (200, 300), "white")
    more = {"save_all": True, "append_images": [page, page]} if kind == "TIFF" else {}
    page.save(path, kind, **more)
    with Document.open(path) as document:
        assert document.page_count == (3 if kind == "TIFF" else 1)
        assert document.title is None
        assert document.language is None
        assert document.image(0).width >= 1
        assert document.text(0).strip() == ""


def test_passwords(tmp_path: Path) -> None:
    path = make_pdf(
        tmp_path / "hardy.pdf", encryption=pymupdf.PDF_ENCRYPT_AES_256, user_pw="x", owner_pw="y"
    )
    with pytest.raises(EncryptedError, match=r"hardy\.pdf: this PDF is encrypted; give its pass"):
        Document.open(path)
    with pytest.raises(EncryptedError, match="not the password"):
        Document.open(path, password="z")  # noqa: S106
    with Document.open(path, password="x") as document:  # noqa: S106
        assert document.page_count == 2


def test_a_pdf_only_print_protected_opens(tmp_path: Path) -> None:
    path = make_pdf(
        tmp_path / "printed.pdf",
        encryption=pymupdf.PDF_ENCRYPT_AES_256,
        owner_pw="y",
        permissions=0,
    )
    with Document.open(path) as document:
        assert "treatise" in document.text(0)


def test_bad_files_have_their_own_sentences(tmp_path: Path) -> None:
    contents = {
        "empty.pdf": (b"", "this file is empty"),
        "letter.pdf": (b"Dear reader", "neither a PDF nor"),
        "cut.pdf": (b"%PDF-1.7\nnothing", "damaged beyond repair"),
    }
    for name, (content, sentence) in contents.items():
        (tmp_path / name).write_bytes(content)
        with pytest.raises(InputError, match=sentence) as caught:
            Document.open(tmp_path / name)
        assert name in str(caught.value)
    with pytest.raises(InputError, match="no such file"):
        Document.open(tmp_path / "nowhere.pdf")
    with pytest.raises(InputError, match="folder"):
        Document.open(tmp_path)


@pytest.mark.parametrize(
    "header", [b"%PDF1.7\n", b"% no header\n", b"\x00" * 2_000 + b"%PDF-1.7\n"]
)
def test_a_header_that_mupdf_accepts_is_no_reason_to_refuse(tmp_path: Path, header: bytes) -> None:
    path = make_pdf(tmp_path / "odd.pdf")
    path.write_bytes(header + path.read_bytes().split(b"\n", 1)[1])
    with Document.open(path) as document:
        assert "treatise" in document.text(0)


@pytest.mark.parametrize(
    ("known", "unknown"),
    [(b"/Filter/Standard", b"/Filter/Fictions"), (b"/V 5", b"/V 9"), (b"/R 6", b"/R 9")],
)
def test_an_unsupported_encryption_is_called_that(
    tmp_path: Path, known: bytes, unknown: bytes
) -> None:
    path = make_pdf(
        tmp_path / "sealed.pdf", encryption=pymupdf.PDF_ENCRYPT_AES_256, user_pw="x", owner_pw="y"
    )
    content = path.read_bytes()
    assert known in content
    path.write_bytes(content.replace(known, unknown))
    with pytest.raises(InputError, match="encryption that Octavo does not know"):
        Document.open(path)


def test_a_page_count_that_lies(tmp_path: Path) -> None:
    path = make_pdf(tmp_path / "liar.pdf")
    content = path.read_bytes()
    assert b"/Count 2" in content
    path.write_bytes(content.replace(b"/Count 2", b"/Count 9"))
    with Document.open(path) as document:
        assert document.page_count == 2
        assert "Page 2" in document.text(1)


def test_a_title_from_the_first_page(tmp_path: Path) -> None:
    path = tmp_path / "untitled.pdf"
    with pymupdf.open() as pdf:
        page = pdf.new_page()
        page.insert_text((80, 60), "HIDDEN BANNER", fontsize=50, render_mode=3)
        page.insert_text((80, 200), "Lectures on Knots", fontsize=24)
        page.insert_text((80, 300), "by nobody in particular", fontsize=11)
        pdf.set_metadata({"title": "Microsoft Word - knots.doc"})
        pdf.save(path)
    with Document.open(path) as document:
        assert document.title == "Lectures on Knots"


def test_metadata_is_cleaned() -> None:
    for junk in [
        "untitled",
        "Untitled-1",
        "Microsoft Word - foo.doc",
        "thesis.tex",
        "\x00\x00",
        "ch01_v2",
        "foo",
        "(unspecified)",
        "12345",
        "\ufffd\ufffd\ufffd book",
        None,
    ]:
        assert clean_title(junk, "foo.pdf") is None, junk
    assert clean_title("The Catalogue of eBooks #33: Calculus") == "Calculus"
    assert clean_title("Vorlesung über Gruppen: Teil 2") == "Vorlesung über Gruppen: Teil 2"
    assert clean_authors("Hardy and Wright; unknown") == ("Hardy", "Wright")
    assert clean_language("de-AT") == "de"
    assert clean_language("nonsense") is None


def read_all(path: Path) -> str:
    """Open a file and read everything of every page; return the complaint, if any."""
    try:
        with Document.open(path) as document:
            document.outline()
            for page_index in range(document.page_count):
                document.label(page_index)
                document.text(page_index)
                document.image(page_index, 1.0)
    except OctavoError as error:
        return str(error)
    return ""


@pytest.mark.corpora
def test_hostile_files_work_or_say_why(corpora: Path, capfd: pytest.CaptureFixture[str]) -> None:
    for path in sorted((corpora / "pdfs_nasty").glob("*.pdf")):
        complaint = read_all(path)
        assert not complaint or path.name in complaint
    said = capfd.readouterr()
    assert said.out == ""
    assert said.err == ""


@pytest.mark.corpora
@pytest.mark.parametrize("name", ["page_tree_wrong_count", "page_tree_recursive", "page_tree_deep"])
def test_damaged_page_trees_are_mended(corpora: Path, name: str) -> None:
    with Document.open(corpora / "pdfs_nasty" / f"{name}.pdf") as document:
        assert document.page_count == 1
        document.text(0)
