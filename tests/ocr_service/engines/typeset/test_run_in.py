"""Headings of papers: bold titles before their text, and italic ones on lines of their own."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.ocr_service.engines.typeset.test_tex_pages import MARGINS, read_document

pytestmark = pytest.mark.skipif(
    shutil.which("pdflatex") is None, reason="pdflatex is not installed"
)


def document(folder: Path, preamble: str, body: str) -> str:
    """Set a document and return the markdown of its first page on one line."""
    source = f"{preamble}\\pagestyle{{empty}}\\begin{{document}}\n{body}\n\\end{{document}}\n"
    return read_document(folder, source)[0]


def test_a_title_before_its_text_is_a_heading(tmp_path: Path) -> None:
    body = f"\\section{{Sums}}{MARGINS}\n\\subsection{{Random rows}}{MARGINS}\n\n{MARGINS}"
    page = document(tmp_path, "\\documentclass[11pt]{amsart}", body)
    assert f" 1.1. Random rows. {MARGINS} {MARGINS}" in page
    assert "# 1.1. Random rows." in page


def test_a_numbered_theorem_is_none(tmp_path: Path) -> None:
    preamble = (
        "\\documentclass[11pt]{amsart}\\newtheoremstyle{n}{}{}{}{}{\\bfseries}{.}{ }"
        "{\\thmnumber{#2. }\\thmname{#1}}\\theoremstyle{n}\\newtheorem{thm}{Theorem}[section]"
    )
    body = f"\\section{{Sums}}{MARGINS}\n\\begin{{thm}}{MARGINS}\\end{{thm}}"
    page = document(tmp_path, preamble, body)
    assert "1.1. Theorem. These" in page
    assert "# 1.1." not in page


def test_an_italic_line_with_a_number_is_a_heading(tmp_path: Path) -> None:
    preamble = (
        "\\documentclass[11pt]{article}\\usepackage{titlesec}"
        "\\titleformat{\\subsection}{\\normalsize\\itshape}{\\thesubsection}{1em}{}"
    )
    body = f"\\section{{Sums}}{MARGINS}\n\\subsection{{Random rows}}\n{MARGINS}"
    assert "# 1.1 Random rows" in document(tmp_path, preamble, body)


def test_a_sentence_that_ends_with_the_words_of_a_title_is_no_heading(tmp_path: Path) -> None:
    preamble = "\\documentclass[11pt]{article}\\usepackage{hyperref}"
    body = f"{MARGINS}\n\\section{{Random rows}}\nSome words of random rows.\n\n{MARGINS}"
    page = document(tmp_path, preamble, body)
    assert "# 1 Random rows Some words of random rows. These" in page


def test_titles_without_a_number_are_told_by_the_white_after_them(tmp_path: Path) -> None:
    lines = "\n\n".join(
        f"\\paragraph{{{title}}} Here begins {MARGINS}"
        for title in ("Random rows", "Proof.", "Remark 3.", "Input:")
    )
    terms = f"\\begin{{description}}\\item[Random sums] Here begins {MARGINS}\\end{{description}}"
    cells = "\\noindent\\textbf{Random means}\\qquad Twelve"
    page = document(
        tmp_path, "\\documentclass[11pt]{article}", f"{lines}\n\n{terms}\n\n{cells}\n\n{MARGINS}"
    )
    assert page.startswith("## Random rows Here begins")
    assert page.count("#") == 2
