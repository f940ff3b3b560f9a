"""Formulas and tables of word processors: a document with equations, set by LibreOffice."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from ocr_service.engines.local import LocalEngine
from ocr_service.pdf.document import Document

# lomath: without LibreOffice's part for formulas, equations are left out of the PDF.
MISSING = [tool for tool in ("pandoc", "soffice", "lomath") if shutil.which(tool) is None]
pytestmark = pytest.mark.skipif(bool(MISSING), reason=f"not installed: {', '.join(MISSING)}")

SOURCE = r"""# Equations

Let $A \to B$ be a map with $\vec{u}\cdot\vec{v} = 0$ and $\overline{AB} = 3$, so that
$\sin x + \cos y = \log z$ holds.

$$\overbrace{x+y}^{m} = \sum_{i=1}^{n} x_i$$

$$w = \overrightarrow{AB} + \overrightarrow{BC} = \overrightarrow{AC}, \quad \tilde{z} = \dot{x}$$

$$\max_{x} f(x) = \frac{-b \pm \sqrt{b^2-4ac}}{2a}$$

$$a \equiv b \pmod{n}, \quad \alpha \le \gamma$$

| name | first | second |
|------|-------|--------|
| Anna | 2.5   | 3      |
| Otto | 2.25  | 4      |
"""


@pytest.fixture(scope="module")
def markdown(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The page of the document, read with the reader that suits it."""
    folder = tmp_path_factory.mktemp("office")
    (folder / "case.md").write_text(SOURCE, "utf-8")
    _run(folder, "pandoc", "case.md", "-o", "case.docx")
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    _run(folder, "soffice", profile, "--headless", "--convert-to", "pdf", "case.docx")
    with Document.open(folder / "case.pdf") as document:
        return "\n".join(region.text for region in LocalEngine().read(document, 0, ()).regions)


def _run(folder: Path, *command: str) -> None:
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL, timeout=180)


@pytest.mark.parametrize(
    "formula",
    [
        r"\(A \to B\)",
        r"\(\vec{u} \cdot \vec{v} = 0\)",
        r"\(\overline{AB} = 3\)",
        r"\(\sin x + \cos y = \log z\)",
        r"\overbrace{x + y}^{m} = \sum_{i = 1}^{n}x_{i}",
        r"\overrightarrow{AB} + \overrightarrow{BC} = \overrightarrow{AC}",
        r"\tilde{z} = \dot{x}",
        r"\max_{x}f",
        r"\frac{-b \pm \sqrt{b^{2} - 4ac}}{2a}",
        r"a \equiv b\pmod{n}",
        r"\alpha \le \gamma",
    ],
)
def test_formulas_of_libreoffice(formula: str, markdown: str) -> None:
    assert formula in markdown


def test_the_table_beside_them_stays_one(markdown: str) -> None:
    assert "| name | first | second |" in markdown
    assert "| Otto | 2.25 | 4 |" in markdown
