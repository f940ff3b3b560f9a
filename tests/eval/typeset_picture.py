"""Draws a page of a PDF next to the rendered markdown that was read of it.

    npm install katex                                   once, anywhere; Chromium from the system
    python tests/eval/typeset_picture.py BOOK.pdf 40 out.png --katex node_modules/katex

Renders the markdown with markdown-it and KaTeX in Chromium. Shows formulas that KaTeX does not
understand in red, and counts them.
"""

from __future__ import annotations

import argparse
import html
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from markdown_it import MarkdownIt
from PIL import Image

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from indexer.passages.math_spans import find_math
from ocr_service.engines.local import LocalEngine
from ocr_service.pdf.document import Document

_STYLE = """
body { font: 17px/1.45 serif; width: 760px; margin: 24px; background: white }
h1 { font-size: 1.4em } h2 { font-size: 1.2em } table { border-collapse: collapse }
td, th { border: 1px solid #999; padding: 2px 8px } .katex-error { background: #fcc }
.edge { color: #888; font-size: .8em }
"""


def page_html(document: Document, page_index: int, katex: Path) -> str:
    """Return a page's regions as HTML that KaTeX renders when it is opened."""
    reading = LocalEngine().read(document, page_index, document.outline())
    parts = [f"<p class=edge>{html.escape(reading.engine)} {html.escape('; '.join(reading.notes))}"]
    for region in reading.regions:
        edge = region.label in {"page_header", "page_footer", "page_number"}
        body = _rendered(region.text)
        parts.append(f"<div class=edge>{body}</div>" if edge else body)
    dist = (katex / "dist").resolve().as_uri()
    return f"""<!doctype html><meta charset=utf-8><style>{_STYLE}</style>
<link rel=stylesheet href="{dist}/katex.min.css"><script src="{dist}/katex.min.js"></script>
{"".join(parts)}
<script>for (const e of document.querySelectorAll("[data-tex]"))
katex.render(e.dataset.tex, e, {{displayMode: e.dataset.display == "1", throwOnError: false}});
document.title = document.querySelectorAll(".katex-error").length + " errors"</script>"""


def _rendered(markdown: str) -> str:
    """Return markdown as HTML, each formula an element that carries its LaTeX."""
    pieces: list[str] = []
    formulas: list[str] = []
    end = 0
    for span in find_math(markdown):
        pieces.append(markdown[end : span.start])
        pieces.append(f"\u2983{len(formulas)}\u2984")
        tex = html.escape(span.latex, quote=True)
        formulas.append(f'<span data-tex="{tex}" data-display={int(span.display)}></span>')
        end = span.end
    pieces.append(markdown[end:])
    text = MarkdownIt("commonmark").enable("table").render("".join(pieces))
    for number, formula in enumerate(formulas):
        text = text.replace(f"\u2983{number}\u2984", formula)
    return text


def screenshot(page: str, target: Path) -> None:
    """Draw HTML with Chromium."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        raise SystemExit("Chromium is not installed; get it from the system's packages")
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "page.html"
        source.write_text(page, encoding="utf-8")
        command = [
            chromium, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
            "--allow-file-access-from-files", "--window-size=820,1500",
            "--virtual-time-budget=8000", f"--screenshot={target}", source.as_uri(),
        ]  # fmt: skip
        subprocess.run(command, check=True, capture_output=True, timeout=120)


def main() -> None:
    """Run the command."""
    raw = argparse.RawTextHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=raw)
    parser.add_argument("pdf", type=Path)
    parser.add_argument("page", type=int, help="1-based")
    parser.add_argument("picture", type=Path)
    parser.add_argument("--katex", type=Path, default=Path("node_modules/katex"))
    arguments = parser.parse_args()
    if not (arguments.katex / "dist" / "katex.min.js").exists():
        parser.error(f"{arguments.katex}: no KaTeX there; run 'npm install katex' and name it")
    with Document.open(arguments.pdf) as document:
        left = document.image(arguments.page - 1, 1.6)
        page = page_html(document, arguments.page - 1, arguments.katex)
    with tempfile.TemporaryDirectory() as folder:
        shot = Path(folder) / "shot.png"
        screenshot(page, shot)
        right = Image.open(shot).convert("RGB")
    both = Image.new("RGB", (left.width + right.width, max(left.height, right.height)), "white")
    both.paste(left, (0, 0))
    both.paste(right, (left.width, 0))
    both.save(arguments.picture)
    print(arguments.picture)


if __name__ == "__main__":
    main()
