"""The text layer: what it is worth, and what it says region by region."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pymupdf
import pytest
from PIL import Image

from ocr_service.engines.layout import prose
from ocr_service.engines.layout.headings import heading_level, matching_entry
from ocr_service.engines.layout.text_layer import CUT_NOTE, MAX_PAGE_CHARS, read_text_layer
from ocr_service.engines.layout.text_lines import Span, build_lines
from ocr_service.engines.layout.verdict import TextVerdict
from ocr_service.engines.local import LocalEngine
from ocr_service.engines.text_readers import TextPage
from ocr_service.library.pages import Region
from ocr_service.pdf.document import Document, OutlineEntry
from ocr_service.text.text_quality import (
    glued_share,
    junk_share,
    odd_share,
    spaced_share,
    wordlike_share,
)

PROSE = (
    "A group is a set with one operation that is associative, has a neutral element and for every "
    "element an inverse. The order of a subgroup divides the order of the group. "
)


def span(text: str, x: float, baseline: float, size: float = 10.0) -> Span:
    return Span(text, (x, baseline - size, x + 0.5 * size * len(text), baseline), baseline, size)


def joined(regions: list[Region], *labels: str) -> str:
    return "\n".join(r.text for r in regions if not labels or r.label in labels)


def page_of(tmp_path: Path, *texts: tuple[tuple[float, ...], str, float]) -> Document:
    """Return a document of one page with texts in boxes (left, top, right, bottom)."""
    path = tmp_path / "page.pdf"
    with pymupdf.open() as pdf:
        page = pdf.new_page(width=500, height=700)
        for box, text, size in texts:
            assert page.insert_textbox(box, text, fontsize=size) >= 0
        pdf.save(path)
    return Document.open(path)


def scan_of(tmp_path: Path, text: str, mode: int = 3) -> Document:
    """Return a page that is one grey image with a text layer, hidden by default."""
    image = tmp_path / "scan.png"
    Image.effect_noise((250, 350), 60).save(image)
    path = tmp_path / "scan.pdf"
    with pymupdf.open() as pdf:
        page = pdf.new_page(width=500, height=700)
        page.insert_image(page.rect, filename=image)
        if text:
            page.insert_textbox((40, 40, 460, 660), text, fontsize=9, render_mode=mode)
        pdf.save(path)
    return Document.open(path)


def judge(document: Document, page_index: int) -> TextVerdict:
    """Return the verdict on a page's text layer, as the local engine asks for it."""
    return TextPage.look(document, page_index, []).verdict


def test_verdicts_on_scans(tmp_path: Path) -> None:
    noise = "tbe qu|ck br■wn f0x.j mps ov^r tlie i'1azy d~g xkcdqrtz th|s wa■ rcad bad1y "
    assert judge(scan_of(tmp_path, ""), 0) is TextVerdict.MISSING
    assert judge(scan_of(tmp_path, "Downloaded from a library", mode=0), 0) is TextVerdict.MISSING
    assert judge(scan_of(tmp_path, PROSE * 4), 0) is TextVerdict.USABLE
    assert judge(scan_of(tmp_path, noise * 6), 0) is TextVerdict.GARBLED
    spaced = " ".join((PROSE * 2).replace(" ", ""))
    glued = "\n".join(PROSE.replace(" ", "")[i : i + 45] for i in range(0, 150, 45))
    half = spaced + "\n" + PROSE * 2
    for text in (spaced, glued, half):
        assert judge(scan_of(tmp_path, text), 0) is TextVerdict.GARBLED
    assert judge(scan_of(tmp_path, spaced, mode=0), 0) is not TextVerdict.GARBLED


def test_verdicts_on_born_digital_pages(tmp_path: Path) -> None:
    assert judge(page_of(tmp_path), 0) is TextVerdict.USABLE  # nothing there, nothing missing
    page = page_of(tmp_path, ((50, 50, 450, 300), PROSE, 10))
    assert judge(page, 0) is TextVerdict.USABLE


def test_measures_of_text() -> None:
    assert junk_share("\ufffd\ue000ab") == 0.5
    assert junk_share("x² + y² = z²\n\t∫ 漢字") == 0.0
    german = "Angstschweiß Grundlagen Verknüpfung heißt assoziativ wenn gilt " * 3
    assert (wordlike_share(german) or 0) > 0.9
    assert wordlike_share("x y z") is None
    assert (odd_share(PROSE) or 0) == 0
    assert (odd_share("th|s i^s ba■d w0rk " * 5) or 0) > 0.5


def test_words_spaced_out_or_glued_are_measured() -> None:
    assert spaced_share("C l o s e d c o n v e x sets are convex") == pytest.approx(12 / 25)
    assert spaced_share("A. B. C. Smith and the variables x, y, z are given by us") == 0.0
    assert spaced_share("a b c d e") is None
    glued = "Closedconvextheoremsequence of a norm"
    assert glued_share(glued) == pytest.approx(27 / 34)
    assert glued_share("Geschwindigkeitsbegrenzung".replace("ung", "") + " und mehr Text") == 0.0
    assert (
        glued_share("似然函数的最大值估计量的一致性和渐近正态性证明似然函数的最大值估计量的一致性")
        is None
    )


def test_hyphens_ligatures_and_accents() -> None:
    assert prose.join_lines(["an associa-", "tive law of non-", "zero", "num\u00ad", "bers"]) == (
        "an associative law of non-zero numbers"
    )
    soft = ["the pseudo\u00adAvicenne, Arabo\u00ad", "Latin, soft\u00adware"]
    assert prose.join_lines(soft) == "the pseudo-Avicenne, Arabo-Latin, software"
    assert prose.join_lines(["c'est-", "à-dire"]) == "c'est-à-dire"
    assert prose.join_lines(["state-of-", "the-art; com-", "pute"]) == "state-of-the-art; compute"
    assert prose.join_lines(["Non-", "Euclidean"]) == "Non-Euclidean"
    for whole in ("t-distribution", "an L2-norm", "(n-1)-dimensional", r"\(\sigma\)-algebra"):
        before, after = whole.rsplit("-", 1)
        assert prose.join_lines([f"{before}-", after]) == whole
    assert prose.join_lines(["the sum of 5 -", "x"]) == "the sum of 5 - x"
    assert prose.tidy("the ﬁnal  eﬃcient\u00a0M ¨obius") == "the final efficient Möbius"


def test_leaders_are_shortened_and_entries_kept_apart() -> None:
    lines = ["1.1 Groups . . . . . . . . 3", "1.2 Estimation of", "errors ........ 14"]
    assert prose.entries(lines) == "1.1 Groups … 3\n1.2 Estimation of errors … 14"


def test_tables_and_lists() -> None:
    assert prose.table_markdown([["a", "b|c"], ["1", "2\n3"]]) == (
        "| a | b\\|c |\n| --- | --- |\n| 1 | 2 3 |"
    )
    assert not prose.is_faithful([["P", "REFACE"], ["IN", "TRODUCTION"]], "PREFACE INTRODUCTION")
    items = build_lines([span("• first", 0, 10), span("3. third", 0, 30), span("goes on", 9, 42)])
    assert prose.list_markdown(items) == "- first\n3. third goes on"


def test_escapes_only_what_needs_it() -> None:
    assert prose.escape("costs $5 or a_1 * b") == r"costs \$5 or a_1 * b"
    assert prose.escape("# not a heading") == r"\# not a heading"


def test_heading_levels() -> None:
    entries = [OutlineEntry(2, "IV. Simplest Cases", 0)]
    assert matching_entry("CHAPTER IV. SIMPLEST CASES.", entries) is entries[0]
    assert heading_level("section_header", "Simplest cases", entries) == 2
    assert heading_level("section_header", "2 Groups", []) == 1
    assert heading_level("section_header", "2.1.3 Cosets of it", []) == 3
    assert heading_level("title", "On Groups", []) == 1
    assert heading_level("section_header", "On Groups", []) == 2


def test_columns_are_read_one_after_the_other(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    left, right = "ALPHA " + PROSE * 4 + "OMEGA", "BETA " + PROSE * 4 + "END"
    document = page_of(
        tmp_path,
        ((50, 40, 450, 80), "1.2 Groups and orders", 18),
        ((50, 100, 240, 600), left, 10),
        ((260, 100, 450, 600), right, 10),
    )
    regions = read_text_layer(document, 0, [])
    text = joined(regions)
    places = [text.index(word) for word in ("Groups", "ALPHA", "OMEGA", "BETA", "END")]
    assert places == sorted(places)
    assert text.startswith("## 1.2 Groups and orders")
    assert all(0 <= value <= 1 for region in regions for value in region.box)
    assert capfd.readouterr().out == ""


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_boxes_are_of_the_page_as_displayed(tmp_path: Path, rotation: int) -> None:
    path = tmp_path / "turned.pdf"
    with pymupdf.open() as pdf:
        page = pdf.new_page(width=500, height=700)
        page.set_rotation(rotation)
        turned = pymupdf.Rect(60, 60, 400, 260) * page.derotation_matrix
        page.insert_textbox(turned, PROSE, fontsize=10, rotate=rotation)
        pdf.save(path)
    with Document.open(path) as document:
        before = document.image(0, 0.5).tobytes()
        regions = read_text_layer(document, 0, [])
        assert document.image(0, 0.5).tobytes() == before
    assert "neutral element" in joined(regions)
    assert max(region.box[3] for region in regions) < 0.6
    assert max(region.box[2] for region in regions) < 0.9


def test_a_page_of_endless_text_is_cut(tmp_path: Path) -> None:
    path = tmp_path / "endless.pdf"
    with pymupdf.open() as pdf:
        page = pdf.new_page(width=500, height=700)
        for row in range(60):
            page.insert_text((5, 10 + row * 11), "abcd efgh " * 400, fontsize=0.1)
        pdf.save(path)
    with Document.open(path) as document:
        regions = LocalEngine().read(document, 0, []).regions
    assert regions[-1].text == CUT_NOTE
    assert sum(len(region.text) for region in regions) <= MAX_PAGE_CHARS + len(CUT_NOTE)


@pytest.mark.corpora
def test_a_page_of_a_real_book(corpora: Path) -> None:
    with Document.open(corpora / "books" / "calculus-made-easy" / "33283.pdf") as document:
        regions = read_text_layer(document, 14, document.outline())
    text = joined(regions)
    assert joined(regions, "page_number") == "4"
    assert joined(regions, "page_header") == "CALCULUS MADE EASY"
    assert "mathematicians talk about" in joined(regions, "footnote")
    for noise in ("<sup>", "<u>", "<br>", "**", "<!--"):
        assert noise not in text


@pytest.mark.corpora
def test_figures_captions_and_contents(corpora: Path) -> None:
    with Document.open(corpora / "books" / "foundations-of-geometry" / "17384.pdf") as document:
        figures = read_text_layer(document, 9, [])
        contents = joined(read_text_layer(document, 5, []))
    assert [r.text for r in figures if r.label == "image"] == ["![](figure)"] * 3
    assert "Fig. 1." in joined(figures, "caption")
    assert "§30. Significance of Desargues’s theorem … 64" in contents


@pytest.mark.corpora
@pytest.mark.parametrize(
    ("name", "verdict"),
    [
        ("horrible_hidden_ocr_layer", TextVerdict.GARBLED),
        ("text_without_unicode_map", TextVerdict.GARBLED),
        ("cmyk", TextVerdict.GARBLED),
        ("small_page_size", TextVerdict.USABLE),
        ("ccitt_fax_scan", TextVerdict.MISSING),
        ("page_without_contents", TextVerdict.USABLE),
    ],
)
def test_verdicts_on_hostile_files(corpora: Path, name: str, verdict: TextVerdict) -> None:
    with Document.open(corpora / "pdfs_nasty" / f"{name}.pdf") as document:
        assert judge(document, 0) is verdict


def test_the_layout_model_is_loaded_when_a_page_needs_it(tmp_path: Path) -> None:
    page_of(tmp_path, ((72, 72, 450, 300), PROSE * 3, 11.0))
    code = f"""
import sys
from pathlib import Path
from ocr_service.engines.layout.text_layer import read_text_layer
from ocr_service.pdf.document import Document
companions = {{"pymupdf.layout", "pymupdf4llm", "onnxruntime"}}
with Document.open(Path({str(tmp_path / "page.pdf")!r})) as document:
    assert document.image(0, 1.0).size == (500, 700)
    assert not companions & set(sys.modules)
    (region,) = read_text_layer(document, 0, [])
    assert region.text.startswith("A group is a set"), region
    assert companions <= set(sys.modules)
"""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr
