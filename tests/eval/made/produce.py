"""Makes PDFs with the programs that are installed: pandoc, TeX, LibreOffice, Chromium, groff."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.bench.common import ROOT

__all__ = ["SOURCES", "Document", "make"]

SOURCES = Path(__file__).with_name("sources")
_TIMEOUT = 180.0  # seconds a command
_KATEX = ROOT / "search" / "reader" / "static" / "katex"
_LATEX = "{program} -interaction=nonstopmode made.tex"
_OFFICE = "soffice -env:UserInstallation=file://{folder}/profile --headless --convert-to"
_CHROMIUM = (
    "chromium --headless --no-sandbox --disable-gpu --no-pdf-header-footer"
    " --allow-file-access-from-files --virtual-time-budget=10000"
    " --print-to-pdf=made.pdf made.html"
)
_MARKDOWN = "pandoc --standalone --from=markdown source"
_STEPS: dict[str, tuple[str, ...]] = {
    "tex": ("{program} -interaction=nonstopmode source",) * 2,
    "latex": (_MARKDOWN + " --to=latex {options} --output=made.tex", _LATEX, _LATEX),
    "beamer": (_MARKDOWN + " --to=beamer {options} --output=made.tex", _LATEX, _LATEX),
    "html": ("cp source made.html", _CHROMIUM),
    "web": (_MARKDOWN + " --to=html5 {options} --output=made.html", _CHROMIUM),
    "odt": (_MARKDOWN + " --to=odt {options} --output=made.odt", _OFFICE + " pdf made.odt"),
    "docx": (_MARKDOWN + " --to=docx {options} --output=made.docx", _OFFICE + " pdf made.docx"),
    "fodt": ("cp source made.fodt", _OFFICE + " pdf made.fodt"),
    "fodp": ("cp source made.fodp", _OFFICE + " pdf made.fodp"),
    "fods": ("cp source made.fods", _OFFICE + " pdf made.fods"),
    "groff": (_MARKDOWN + " --to=ms {options} --output=made.ms",
              "groff -K utf8 -k -e -t -ms -T pdf made.ms > made.pdf"),
    "typst": ("typst compile source made.pdf",),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Document:
    """One document: how it is made, of which source, and where its truth is.

    `truth` is the name of a source that pandoc reads; it is the source itself if that is empty.
    """

    name: str
    kind: str
    source: str
    options: str = ""
    program: str = "pdflatex"
    truth: str = ""


def make(document: Document, folder: Path) -> Path | str:
    """Make a document's PDF in a folder of its own; return why not if that fails.

    A PDF that is newer than its source is kept.
    """
    target, source = folder / "made.pdf", SOURCES / document.source
    if (
        target.exists()
        and target.stat().st_mtime > source.stat().st_mtime
        and target.stat().st_size
    ):
        return target
    folder.mkdir(parents=True, exist_ok=True)
    target.unlink(missing_ok=True)
    shutil.copyfile(source, folder / "source")
    options = document.options.format(katex=_KATEX, sources=SOURCES)
    for step in _STEPS[document.kind]:
        command = step.format(program=document.program, options=options, folder=folder)
        program = command.split()[0]
        if shutil.which(program) is None:
            return f"{program} is not installed"
        if document.kind == "tex":
            command = command.replace("source", "-jobname=made source")
        try:
            done = subprocess.run(  # noqa: S602 - commands are written above
                command, shell=True, cwd=folder, capture_output=True, timeout=_TIMEOUT, check=False
            )
        except subprocess.TimeoutExpired:
            return f"{program} took over {_TIMEOUT:.0f} seconds"
        (folder / "log").write_bytes(done.stdout[-20_000:] + done.stderr[-20_000:])
    return (
        target
        if target.exists() and target.stat().st_size
        else f"{program} made no PDF; see {folder / 'log'}"
    )
