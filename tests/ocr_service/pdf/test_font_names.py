"""Fonts of one name with several encodings are told apart."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from ocr_service.pdf.document import Document
from ocr_service.pdf.font_names import bare_name, own_name


def span_fonts(document: Document, page_index: int) -> dict[str, str]:
    """Return the texts of a page by the names of their fonts."""
    blocks = document.page(page_index).get_text("dict")["blocks"]
    spans = [span for block in blocks for line in block["lines"] for span in line["spans"]]
    return {span["font"]: span["text"].strip() for span in spans}


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex is not installed")
def test_fonts_of_one_name_get_names_of_their_own(tmp_path: Path) -> None:
    (tmp_path / "case.tex").write_text(
        r"\documentclass{article}\usepackage{lmodern}\usepackage[T1]{fontenc}\usepackage{textcomp}"
        r"\pagestyle{empty}\begin{document}\noindent words\textmusicalnote\newpage\noindent more"
        r"\end{document}",
        "utf-8",
    )
    command = ["pdflatex", "-interaction=batchmode", "-halt-on-error", "case.tex"]
    subprocess.run(command, cwd=tmp_path, check=True, stdout=subprocess.DEVNULL, timeout=120)
    with Document.open(tmp_path / "case.pdf") as document:
        fonts = span_fonts(document, 0)
        assert sorted(map(own_name, fonts)) == ["LMRoman10-Regular"] * 2
        assert set(fonts.values()) == {"words", "♪"}
        assert span_fonts(document, 1) == {font: "more" for font in fonts if fonts[font] == "words"}


def test_names_are_cut_as_mupdf_cuts_them() -> None:
    assert bare_name("ABCDEF+MathDesign-CH-Regular-Extension-10") == "MathDesign-CH-Regular-Ex"
    assert own_name("ABCDEF+Iwona-Regular~2") == "ABCDEF+Iwona-Regular"
