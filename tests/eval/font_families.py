r"""Measures how many formulas come out exactly, by the font package that a PDF was set with.

    python tests/eval/font_families.py                 all packages that TeX Live has here
    python tests/eval/font_families.py --only newtx    packages whose name has this in it
      [--work DIR] [--wrong N] [--reader typeset]

One document with known formulas is set with many packages: by pdfTeX as it is and with Unicode maps
(`\pdfgentounicode`), some by dvips with Ghostscript and by dvipdfmx, and with OpenType fonts by
LuaTeX, and as MathML by pandoc and Chromium. Needs these programs; what is not installed is named
and left out.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.eval.compare import compare
from tests.eval.figures import BookFigures
from tests.eval.latex_source import read_source
from tests.eval.page_pieces import read_pages
from tests.eval.tokens import tokens_of

FORMULAS = Path(__file__).with_name("font_families.tex")
_TIMEOUT = 180.0  # seconds a document; LuaTeX reads every font it has not seen

_MD = r"\usepackage[{0}]{{mathdesign}}"
_NEWTX = r"\usepackage{{{0}}}\usepackage[{1}]{{newtxmath}}"
_NO_AMS = "% noams\n"
PACKAGES: dict[str, str] = {
    "cm": "",
    "lm": r"\usepackage{lmodern}",
    "mlmodern": r"\usepackage{mlmodern}",
    "eulervm": r"\usepackage{palatino}\usepackage{eulervm}",
    "eulervm-eu": r"\usepackage[euler-digits]{eulervm}",
    "mathptmx": r"\usepackage{mathptmx}",
    "mathpazo": r"\usepackage{mathpazo}",
    "txfonts": _NO_AMS + r"\usepackage{txfonts}",
    "pxfonts": _NO_AMS + r"\usepackage{pxfonts}",
    "newtx": r"\usepackage{newtxtext}\usepackage{newtxmath}",
    "newpx": r"\usepackage{newpxtext}\usepackage{newpxmath}",
    "newtx-libertine": _NEWTX.format("libertine", "libertine"),
    "newtx-xcharter": _NEWTX.format("XCharter", "xcharter"),
    "newtx-cochineal": _NEWTX.format("cochineal", "cochineal"),
    "newtx-baskervaldx": _NEWTX.format("baskervaldx", "baskervaldx"),
    "newtx-ebgaramond": _NEWTX.format("ebgaramond", "ebgaramond"),
    "newtxsf": r"\usepackage{newtxsf}",
    "mathdesign-charter": _MD.format("bitstream-charter"),
    "mathdesign-utopia": _MD.format("adobe-utopia"),
    "fourier": r"\usepackage{fourier}",
    "fouriernc": r"\usepackage{fouriernc}",
    "kpfonts": _NO_AMS + r"\usepackage{kpfonts}",
    "stix": _NO_AMS + r"\usepackage{stix}",
    "stix2": _NO_AMS + r"\usepackage{stix2}",
    "libertinust1": r"\usepackage{libertinus-type1}\usepackage{libertinust1math}",
    "arev": r"\usepackage{arev}",
    "iwona": r"\usepackage[math]{iwona}",
    "kurier": r"\usepackage[math]{kurier}",
    "anttor": r"\usepackage[math]{anttor}",
    "cmbright": r"\usepackage{cmbright}",
    "mnsymbol": _NO_AMS + r"\usepackage{MnSymbol}",
    "mdsymbol": _NO_AMS + r"\usepackage{mdsymbol}",
    "fdsymbol": _NO_AMS + r"\usepackage{fdsymbol}",
    "mathabx": r"\usepackage{mathabx}",
}
OPENTYPE = {
    "latin-modern": "latinmodern-math.otf",
    "new-cm": "NewCMMath-Regular.otf",
    "stix-two": "STIXTwoMath-Regular.otf",
    "xits": "XITSMath-Regular.otf",
    "termes": "texgyretermes-math.otf",
    "pagella": "texgyrepagella-math.otf",
    "fira": "FiraMath-Regular.otf",
    "libertinus": "LibertinusMath-Regular.otf",
    "garamond": "Garamond-Math.otf",
    "erewhon": "Erewhon-Math.otf",
    "kp": "KpMath-Regular.otf",
    "euler": "Euler-Math.otf",
    "xcharter": "XCharter-Math.otf",
}
_BY_WAY_OF_DVI = ("cm", "newtx", "mathdesign-charter")
_PANDOC = """pandoc --standalone --mathml --metadata title=Formulas --include-in-header head.html
formulas.tex --output formulas.html"""
_CHROMIUM = """chromium --headless --no-sandbox --disable-gpu --no-pdf-header-footer
--print-to-pdf=formulas.pdf formulas.html"""
_COMMANDS = {
    "pdflatex": ("pdflatex -interaction=nonstopmode -halt-on-error formulas.tex",),
    "lualatex": ("lualatex -interaction=nonstopmode -halt-on-error formulas.tex",),
    "dvips": ("latex -interaction=batchmode formulas.tex", "dvips -q formulas.dvi",
              "ps2pdf formulas.ps formulas.pdf"),
    "dvipdfmx": ("latex -interaction=batchmode formulas.tex", "dvipdfmx -q formulas.dvi"),
    "chromium": (_PANDOC, _CHROMIUM),
}  # fmt: skip
_STYLE = """<style>
@font-face {{ font-family: mathematics; src: url("file://{path}"); }}
math {{ font-family: mathematics; }}
</style>
"""
_UNICODE = "\\input{glyphtounicode}\\pdfgentounicode=1\n"


def documents() -> dict[str, tuple[str, str]]:
    """Return TeX program and source of each document, by name."""
    body = FORMULAS.read_text()
    found: dict[str, tuple[str, str]] = {}
    for name, packages in PACKAGES.items():
        ams = "" if packages.startswith(_NO_AMS) else "\\usepackage{amssymb}\n"
        head = f"\\documentclass{{article}}\n\\usepackage{{amsmath}}\n{ams}{packages}\n"
        found[name] = ("pdflatex", f"{head}{body}")
        found[f"{name}+map"] = ("pdflatex", f"{head}{_UNICODE}{body}")
        if name in _BY_WAY_OF_DVI:
            found |= {f"{name}.{way}": (way, f"{head}{body}") for way in ("dvips", "dvipdfmx")}
    for name, font in OPENTYPE.items():
        head = "\\documentclass{article}\n\\usepackage{amsmath}\n\\usepackage{unicode-math}\n"
        found[f"{name}.otf"] = ("lualatex", f"{head}\\setmathfont{{{font}}}\n{body}")
        found[f"{name}.html"] = ("chromium", f"% {font}\n\\documentclass{{article}}\n{body}")
    return found


def typeset(folder: Path, program: str, source: str) -> Path | None:
    """Set a document in a folder of its own; None if TeX fails, as it does without the package."""
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / "formulas.pdf"
    path = target.with_suffix(".tex")
    if target.exists() and path.exists() and path.read_text() == source:
        return target
    path.write_text(source)
    target.unlink(missing_ok=True)
    try:
        if program == "chromium" and not _write_style(folder, font=source.split()[1]):
            return None
        for command in _COMMANDS[program]:
            subprocess.run(
                command.split(), cwd=folder, capture_output=True, timeout=_TIMEOUT, check=False
            )
    except (subprocess.TimeoutExpired, FileNotFoundError):
        return None
    return target if target.exists() else None


def _write_style(folder: Path, font: str) -> bool:
    """Write the part of a page that sets its formulas in an OpenType font; False without it."""
    found = subprocess.run(["kpsewhich", font], capture_output=True, text=True, check=False)  # noqa: S607
    (folder / "head.html").write_text(_STYLE.format(path=found.stdout.strip()))
    return bool(found.stdout)


def measure(pdf: Path, reader: str) -> tuple[BookFigures, dict[str, int]]:
    """Read a document and compare it with its source; return the readers of its pages too."""
    import pymupdf

    with pymupdf.open(pdf) as document:
        count = document.page_count
    read = read_pages(pdf, range(count), reader, 1)
    truth = tokens_of(read_source(pdf.with_suffix(".tex")))
    return compare(truth, tokens_of(read.pieces()), count), read.engines


def options() -> argparse.ArgumentParser:
    """Return the options of this script."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--only", default="", help="packages whose name has this in it")
    parser.add_argument("--work", type=Path, help="keep the documents in this folder")
    parser.add_argument("--wrong", type=int, default=0, help="show as many inexact formulas")
    parser.add_argument("--reader", choices=("local", "typeset"), default="local")
    return parser


def main() -> None:
    """Set and measure the documents, and print one line for each."""
    arguments = options().parse_args()
    if shutil.which("pdflatex") is None:
        sys.exit("pdflatex is not installed; on Debian: apt-get install texlive-fonts-extra")
    work = arguments.work or Path(tempfile.mkdtemp(prefix="font-families-"))
    wanted = {name: made for name, made in documents().items() if arguments.only in name}
    with ThreadPoolExecutor(2) as pool:
        made = pool.map(lambda item: typeset(work / item[0], *item[1]), wanted.items())
        pdfs = dict(zip(wanted, made, strict=True))
    exact = total = 0.0
    print(f"{'package':24}{'inline':>8}{'display':>9}{'exact':>8}{'simil.':>8}  read by")
    for name, pdf in pdfs.items():
        if pdf is None:
            print(f"{name:24}not set: package or program is missing, or TeX failed")
            continue
        result, engines = measure(pdf, arguments.reader)
        figures = result.figures()
        count = figures["inline"] + figures["display"]
        right = sum(figures[kind] * figures[f"{kind}_exact"] for kind in ("inline", "display"))
        exact, total = exact + right, total + count
        cells = (figures["inline_exact"], figures["display_exact"], right / max(1, count))
        shown = "".join(f"{cell:9.3f}" for cell in cells)
        print(f"{name:23}{shown}{figures['similarity']:8.3f}  {engines}", flush=True)
        wrong = [pair for pair in result.pairs if not pair.equal]
        for pair in wrong[: arguments.wrong]:
            print(f"    {pair.kind}: {pair.source}\n        -> {pair.output}")
    print(f"{'all':23}{'':18}{exact / max(1.0, total):9.3f}")


if __name__ == "__main__":
    main()
