"""EPUBs become pages of markdown."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from ocr_service.common.errors import InputError
from ocr_service.inputs.ebook import read_ebook
from ocr_service.inputs.mathml import latex_of

CONTAINER = (
    '<?xml version="1.0"?><container><rootfiles>'
    '<rootfile full-path="OEBPS/book.opf" media-type="application/oebps-package+xml"/>'
    "</rootfiles></container>"
)
OPF = """<?xml version="1.0"?><package xmlns:dc="http://purl.org/dc/elements/1.1/">
<metadata><dc:title>On Nets</dc:title><dc:creator>Ada Example</dc:creator>
<dc:creator>Ben Sample</dc:creator><dc:language>en-GB</dc:language></metadata>
<manifest>
<item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>
<item id="two" href="text/two%202.xhtml" media-type="application/xhtml+xml"/>
<item id="one" href="text/one.xhtml" media-type="application/xhtml+xml"/>
<item id="css" href="style.css" media-type="text/css"/>
</manifest>
<spine><itemref idref="nav"/><itemref idref="one"/><itemref idref="two"/></spine></package>"""
NAV = "<html><body><nav epub:type='toc'><a href='text/one.xhtml'>Contents</a></nav>{}</body></html>"


def page(body: str) -> str:
    return f"<html><head><title>x</title><style>p {{}}</style></head><body>{body}</body></html>"


def make(
    path: Path, one: str, two: str, *, nav: str = "", more: dict[str, str] | None = None
) -> Path:
    files = {
        "mimetype": "application/epub+zip",
        "META-INF/container.xml": CONTAINER,
        "OEBPS/book.opf": OPF,
        "OEBPS/nav.xhtml": NAV.format(nav),
        "OEBPS/text/one.xhtml": page(one),
        "OEBPS/text/two 2.xhtml": page(two),
        **(more or {}),
    }
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return path


def test_chapters_come_in_the_order_of_the_spine(tmp_path: Path) -> None:
    book = read_ebook(make(tmp_path / "a.epub", "<h1>One</h1><p>a <i>net</i></p>", "<h1>Two</h1>"))
    assert (book.title, book.authors) == ("On Nets", ("Ada Example", "Ben Sample"))
    assert book.language == "en-GB"
    assert [p.text for p in book.pages] == ["# One\n\na *net*", "# Two"]
    assert [p.label for p in book.pages] == ["1", "2"]
    assert "no printed pages" not in " ".join(book.pages[0].notes)
    assert "not printed anywhere" in book.pages[0].notes[0]
    assert book.pages[1].notes == ()


def test_long_chapters_are_cut_between_paragraphs_and_never_inside_code(tmp_path: Path) -> None:
    paragraph = "<p>" + "word " * 120 + "</p>"
    code = "<pre>" + ("x = 1\n\n" * 600) + "</pre>"
    book = read_ebook(
        make(tmp_path / "a.epub", paragraph * 10 + "<h2>Part</h2>" + code, "<p>y</p>")
    )
    texts = [p.text or "" for p in book.pages]
    assert "".join(texts).count("word") == 1200
    assert all(text.count("```") in (0, 2) for text in texts)
    assert any(text.startswith("## Part") for text in texts)
    assert len(texts) == 4


@pytest.mark.parametrize(
    "mark",
    [
        "<span epub:type='pagebreak' id='p{0}' title='{0}'/>",
        "<div role='doc-pagebreak' aria-label='Page {0}'></div>",
        "<a epub:type='pagebreak' id='page{0}'></a>",
    ],
)
def test_printed_pages_are_the_pages(tmp_path: Path, mark: str) -> None:
    one = f"<p>preface</p>{mark.format(7)}<p>seven {mark.format(8)}eight</p>"
    book = read_ebook(
        make(tmp_path / "a.epub", one, f"<p>still eight</p>{mark.format(9)}<p>nine</p>")
    )
    assert [(p.label, p.text) for p in book.pages] == [
        ("cover", "preface"),
        ("7", "seven"),
        ("8", "eight\n\nstill eight"),
        ("9", "nine"),
    ]


def test_the_page_list_says_where_printed_pages_begin(tmp_path: Path) -> None:
    nav = (
        "<nav epub:type='page-list'><a href='text/one.xhtml#a'>xii</a>"
        "<a href='text/two%202.xhtml#b'>1</a></nav>"
    )
    book = read_ebook(make(tmp_path / "a.epub", "<p id='a'>x</p>", "<h1 id='b'>y</h1>", nav=nav))
    assert [(p.label, p.text) for p in book.pages] == [("xii", "x"), ("1", "# y")]


def test_prices_are_no_formulas_and_links_and_pictures_are_as_in_books(tmp_path: Path) -> None:
    body = "<p>$5 and <a href='#n1'>note 1</a> <img src='e.png' alt='x squared'/> a_b *</p>"
    book = read_ebook(make(tmp_path / "a.epub", body, "<p>y</p>"))
    assert book.pages[0].text == r"\$5 and note 1 ![x squared](figure) a_b *"


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"META-INF/rights.xml": "<x/>"}, "locked by its seller"),
        (
            {"META-INF/encryption.xml": "<enc:EncryptionMethod Algorithm='aes256-cbc'/>"},
            "locked by its seller",
        ),
        ({"META-INF/container.xml": "<container/>"}, "does not name its contents"),
        ({"OEBPS/book.opf": "<package/>"}, "no chapters"),
    ],
)
def test_what_cannot_be_read_is_named(tmp_path: Path, more: dict[str, str], reason: str) -> None:
    path = make(tmp_path / "a.epub", "<p>x</p>", "<p>y</p>", more=more)
    with pytest.raises(InputError, match=rf"a\.epub: .*{reason}"):
        read_ebook(path)


def test_fonts_may_be_obfuscated(tmp_path: Path) -> None:
    lock = "<EncryptionMethod Algorithm='http://www.idpf.org/2008/embedding'/>"
    path = make(tmp_path / "a.epub", "<p>x</p>", "<p>y</p>", more={"META-INF/encryption.xml": lock})
    assert len(read_ebook(path).pages) == 2


def test_damage_nesting_and_emptiness_are_named(tmp_path: Path) -> None:
    path = tmp_path / "a.epub"
    path.write_bytes(b"PK\x03\x04 and no more")
    with pytest.raises(InputError, match="no EPUB, or damaged"):
        read_ebook(path)
    with pytest.raises(InputError, match="nested too deeply"):
        read_ebook(make(path, "<div>" * 5_000 + "x", "<p>y</p>"))
    with pytest.raises(InputError, match="has no text"):
        read_ebook(make(path, "<p> </p>", "<p></p>"))


@pytest.mark.parametrize(
    ("mathml", "latex"),
    [
        ("<mi>x</mi><mo>=</mo><mn>2</mn>", "x = 2"),
        ("<mfrac><mi>a</mi><msqrt><mi>b</mi></msqrt></mfrac>", r"\frac{a}{\sqrt{b}}"),
        ("<msubsup><mo>∑</mo><mn>1</mn><mi>n</mi></msubsup><mi>α</mi>", r"\sum_{1}^{n} \alpha"),
        ("<msup><mrow><mi>a</mi><mo>+</mo><mi>b</mi></mrow><mn>2</mn></msup>", "{a + b}^{2}"),
        ("<mover><mi>x</mi><mo>¯</mo></mover>", r"\bar{x}"),
        ("<mi>sin</mi><mo>\u2061</mo><mi>x</mi>", r"\sin x"),
        (
            (
                "<mtable><mtr><mtd><mn>1</mn></mtd><mtd><mn>0</mn></mtd></mtr>"
                "<mtr><mtd><mn>0</mn></mtd><mtd><mn>1</mn></mtd></mtr></mtable>"
            ),
            r"\begin{matrix} 1 & 0 \\ 0 & 1 \end{matrix}",
        ),
        (
            (
                "<semantics><mi>q</mi><annotation encoding='application/x-tex'>\\mathfrak{q}"
                "</annotation></semantics>"
            ),
            r"\mathfrak{q}",
        ),
        ("<mtext>if</mtext><mi>x</mi>", r"\text{if} x"),
        ("<mfrac><mi>a</mi></mfrac>", "a"),
    ],
)
def test_mathml_as_latex(mathml: str, latex: str) -> None:
    math = BeautifulSoup(f"<math>{mathml}</math>", "html.parser").find("math")
    assert math is not None
    assert latex_of(math) == latex  # type: ignore[arg-type]
