"""Whole pages: the two TeX books of the shelf, compared with their sources."""

from __future__ import annotations

import re
from functools import cache

import pymupdf
import pytest

from ocr_service.engines.local import LocalEngine
from ocr_service.engines.typeset.page import TypesetPage, read_typeset
from ocr_service.library.pages import PageStatus
from ocr_service.pdf.document import Document
from tests.conftest import ROOT, SHELF

PRIMER, WALKS = "statistics-primer", "random-walks-two-column"


@cache
def shelf_page(book: str, index: int) -> TypesetPage:
    with Document.open(SHELF / f"{book}.pdf") as document:
        return read_typeset(document, index, document.outline())


def text_of(book: str, index: int, *labels: str) -> str:
    regions = shelf_page(book, index).regions
    return "\n".join(r.text for r in regions if not labels or r.label in labels)


@cache
def source(book: str) -> str:
    text = (ROOT / "data" / "sources" / f"{book}.tex").read_text(encoding="utf-8")
    return re.sub(r"\s+", " ", text)


# Book, page (0-based), what the source has, what the region must have.
FORMULAS = [
    (PRIMER, 5, r"\PP(A\given B)=\frac{\PP(A\cap B)}{\PP(B)}",
     r"\[ \mathbb{P}(A|B) = \frac{\mathbb{P}(A \cap B)}{\mathbb{P}(B)}. \tag{1.1} \]"),
    (PRIMER, 6, r"\begin{cases} 0, & x<0,\\ x, & 0\le x\le 1,\\ 1, & x>1 . \end{cases}",
     r"\begin{cases} 0, & x < 0, \\ x, & 0 \le x \le 1, \\ 1, & x > 1. \end{cases}"),
    (PRIMER, 6, r"\PP\bigl(|X-\EE X|\ge c\bigr)\le\frac{\Var(X)}{c^2}",
     r"\[ \mathbb{P}\left(|X - \mathbb{E}X| \ge c\right) \le \frac{\operatorname{Var}(X)}{c^{2}}."),
    (PRIMER, 7, r"\varphi(t)=\EE[e^{itY_1}]=1-\tfrac12t^2+o(t^2)",
     r"\(\varphi(t) = \mathbb{E}[e^{itY_{1}}] = 1 - \frac{1}{2}t^{2} + o(t^{2})\)"),
    (PRIMER, 9, r"\arg\max_{\theta\in\Theta}\ \sum_{i=1}^n\log f(x_i;\theta)",
     r"\arg\max_{\theta \in \Theta}\sum_{i = 1}^{n}\log f(x_{i};\theta). \tag{2.2}"),
    (PRIMER, 15, r"\begin{pmatrix} 1&x_1\\ 1&x_2\\ \vdots&\vdots\\ 1&x_n\end{pmatrix}",
     r"\begin{pmatrix} 1 & x_{1} \\ 1 & x_{2} \\ \vdots & \vdots \\ 1 & x_{n} \end{pmatrix}"),
    (PRIMER, 15, r"(X\T X)^{-1}X\T y",
     r"\[ \hat{\beta} = (X^{\mathsf{T}}X)^{-1}X^{\mathsf{T}}y. \tag{4.2} \]"),
    (PRIMER, 9, r"$\ell(\lambda)=-n\lambda+\sum x_i\log\lambda+\text{const}$",
     r"\(\ell(\lambda) = -n\lambda + \sum x_{i}\log\lambda + \operatorname{const}\)"),
    (PRIMER, 19, r"\lambda^{\alpha+\sum x_i-1}", r"\lambda^{\alpha + \sum x_{i} - 1}"),
    (PRIMER, 21, r"B_{10}=\frac{1/11}{\binom{10}{7}2^{-10}}",
     r"\[ B_{10} = \frac{1/11}{\binom{10}{7}2^{-10}} = \frac{0.0909}{0.1172} \approx 0.78, \]"),
    (PRIMER, 11, r"The conditions are needed.", r"\). The conditions are needed."),
    (WALKS, 0, r"N_{n,k}=\binom{n}{(n+k)/2}", r"\[ N_{n,k} = \binom{n}{(n + k)/2} \tag{2} \]"),
    (WALKS, 0, r"n!\sim\sqrt{2\pi n}\,(n/e)^n", r"\(n! \sim \sqrt{2\pi n}(n/e)^{n}\)"),
    (WALKS, 0, r"T=\min\{n\ge1:S_n=0\}", r"\(T = \min\{n \ge 1:S_{n} = 0\}\)"),
    (WALKS, 1, r"\sqrt{\frac2\pi}\int_0^x e^{-t^2/2}\dd t",
     r"\sqrt{\frac{2}{\pi}}\int_{0}^{x}e^{-t^{2}/2}\mathrm{d}t. \tag{12}"),
    (WALKS, 1, r"f_{2n}=\PP(T>2n-2)-\PP(T>2n)=u_{2n-2}-u_{2n}",
     r"\[ f_{2n} = \mathbb{P}(T > 2n - 2) - \mathbb{P}(T > 2n) = u_{2n - 2} - u_{2n}, \tag{6} \]"),
    (WALKS, 2, r"\left[\binom{2n}{n}\frac{1}{4^n}\right]^2",
     r"\left[\binom{2n}{n}\frac{1}{4^{n}}\right]^{2} \sim \frac{1}{\pi n}, \tag{16}"),
    (WALKS, 3, r"\limsup_{n\to\infty}\frac{S_n}{\sqrt{2n\log\log n}}=1",
     r"\[ \limsup_{n \to \infty}\frac{S_{n}}{\sqrt{2n\log\log n}} = 1. \tag{24} \]"),
    (WALKS, 2, r"in which $I_0$ is the modified Bessel function",
     r"in which \(I_{0}\) is the modified Bessel function"),
]  # fmt: skip


@pytest.mark.parametrize(("book", "index", "tex", "wanted"), FORMULAS)
def test_formulas_of_the_shelf(book: str, index: int, tex: str, wanted: str) -> None:
    assert tex in source(book)
    assert wanted in text_of(book, index)


NUMBERS = [(PRIMER, 5, "1.1 1.2"), (PRIMER, 9, "2.2 2.3 2.4"), (PRIMER, 10, "2.5 2.6"),
           (PRIMER, 20, "5.5 5.6"), (WALKS, 0, "1 2 3 4 5"), (WALKS, 1, "6 7 8 9 10 11 12 13 14"),
           (WALKS, 2, "15 16 17 18 19 20 21"), (WALKS, 3, "22 23 24 25 26")]  # fmt: skip


@pytest.mark.parametrize(("book", "index", "numbers"), NUMBERS)
def test_numbers_of_equations_are_tags(book: str, index: int, numbers: str) -> None:
    assert re.findall(r"\\tag\{([^}]*)\}", text_of(book, index)) == numbers.split()


@pytest.mark.parametrize("index", [2, 5, 8, 10, 12, 18, 22, 25])
def test_headings_have_the_levels_of_the_outline(index: int) -> None:
    with Document.open(SHELF / f"{PRIMER}.pdf") as document:
        wanted = [entry for entry in document.outline() if entry.page_index == index]
    found = text_of(PRIMER, index, "section_header").splitlines()
    for entry in wanted:
        bare = re.sub(r"^\d+ ", "", entry.title)  # the chapter's number is on its own line
        ends = [line for line in found if line.endswith(bare)]
        assert [line.split()[0] for line in ends[:1]] == ["#" * entry.level]
    assert all(line.startswith("#") for line in found)


def test_running_heads_and_folios_are_labelled() -> None:
    head = next(r for r in shelf_page(PRIMER, 6).regions if r.label == "page_header")
    assert head.text == "2 Chapter 1. Probability"
    assert text_of(PRIMER, 5, "page_number") == "1"
    assert text_of(WALKS, 1, "page_header") == "Returns of the Simple Random Walk 2"
    assert "Returns of the Simple" not in text_of(WALKS, 1, "text")


def test_two_columns_are_read_one_after_the_other() -> None:
    text = text_of(WALKS, 0)
    words = ("Abstract", "Two players toss", "# 2 Counting paths", "Stirling", "Lemma 1", "# 3 The")
    places = [text.index(word) for word in words]
    assert places == sorted(places)


def test_tables_are_pipe_tables() -> None:
    conjugate = text_of(PRIMER, 20, "table").splitlines()
    assert conjugate[0] == "| Model | Prior | Posterior |"
    assert r"| Binomial \((n,\theta)\) | Beta \((a,b)\) | Beta \((a + x,b + n - x)\) |" in conjugate
    polya = text_of(WALKS, 2, "table").splitlines()
    assert polya[0] == r"| \(d\) | \(G_{d}\) | \(\pi_{d}\) |"
    assert "| 3 | 1.5164 | 0.3405 |" in polya
    distributions = text_of(PRIMER, 7, "table").splitlines()
    assert distributions[0] == "| Name | Density or mass | Mean | Variance |"
    assert len(distributions) == 9
    assert r"\(\binom{n}{x}p^{x}(1 - p)^{n - x}\)" in distributions[2]


def test_captions_are_text() -> None:
    for book, index, caption in (
        (PRIMER, 7, "Table 1.1: Common distributions, with their means and variances."),
        (
            PRIMER,
            9,
            "Table 2.1: Deaths per corps and year: observed counts and the counts expected",
        ),
        (WALKS, 2, "starting point, and the expected number"),
        (WALKS, 1, "Figure 1: A path of length 18 with returns at the times 2 and 6."),
    ):
        assert caption in text_of(book, index, "caption")


def test_figures_contents_notes_and_lists() -> None:
    figure = next(r for r in shelf_page(WALKS, 1).regions if r.label == "image")
    assert figure.text.startswith("![](figure)")
    assert figure.box[2] < 0.5
    assert figure.box[3] < 0.25
    assert "1.1 Events and conditional probability … 1" in text_of(PRIMER, 3)
    assert "probability 0.95” belongs" in text_of(PRIMER, 12, "footnote")
    assert text_of(PRIMER, 13, "list_item").startswith("- an error of the first kind")


@pytest.mark.parametrize("book", [PRIMER, WALKS])
def test_boxes_are_on_the_page_and_around_their_text(book: str) -> None:
    index = {PRIMER: 10, WALKS: 2}[book]
    with pymupdf.open(SHELF / f"{book}.pdf") as pdf:
        page = pdf[index]
        words = [(pymupdf.Rect(word[:4]), word[4]) for word in page.get_text("words")]
        width, height = page.rect.width, page.rect.height
    for region in shelf_page(book, index).regions:
        left, top, right, bottom = region.box
        assert 0 <= left < right <= 1
        assert 0 <= top < bottom <= 1
        if region.label != "text":
            continue
        box = pymupdf.Rect(left * width, top * height, right * width, bottom * height)
        inside = [word for place, word in words if box.contains((place.tl + place.br) / 2)]
        first = re.match(r"\w+", region.text)
        assert first is None or any(word.startswith(first[0]) for word in inside)


def test_the_local_engine_reads_the_shelf_so() -> None:
    engine = LocalEngine()
    for book in (PRIMER, WALKS):
        with Document.open(SHELF / f"{book}.pdf") as document:
            outline = document.outline()
            for index in (2, document.page_count - 1):
                reading = engine.read(document, index, outline)
                assert (reading.status, reading.engine) == (PageStatus.OK, "typeset")
                assert reading.notes == ()
                assert reading.regions == shelf_page(book, index).regions
