"""Lists the documents: the same sources by many programs and classes, and some of their own."""

from __future__ import annotations

from tests.eval.made.produce import Document

__all__ = ["DOCUMENTS"]

_CLASS = "--variable documentclass={}"
_TWO = " --variable classoption=twocolumn"
_KATEX = "--katex=file://{katex}/"
_CSS = "--css={{sources}}/{}"

DOCUMENTS = (
    Document("chromium-mathml", "web", "statistics.md", "--mathml"),
    Document("chromium-katex", "web", "algebra.md", _KATEX),
    Document("chromium-katex-wide", "web", "accents.md", _KATEX),
    Document("chromium-mathml-wide", "web", "accents.md", "--mathml"),
    Document("chromium-columns", "web", "guide.md", _CSS.format("columns.css")),
    Document("chromium-languages", "web", "languages.md", "--mathml"),
    Document("chromium-cards", "html", "cards.html"),
    Document("chromium-report", "html", "report.html"),
    Document("chromium-answers", "html", "answers.html"),
    Document("chromium-invoice", "html", "invoice.html"),
    Document("chromium-news", "html", "news.html"),
    Document("writer-odt", "odt", "statistics.md"),
    Document("writer-odt-algebra", "odt", "algebra.md"),
    Document("writer-odt-wide", "odt", "accents.md"),
    Document("writer-docx", "docx", "algebra.md"),
    Document("writer-docx-statistics", "docx", "statistics.md"),
    Document("writer-guide", "odt", "guide.md"),
    Document("writer-docx-guide", "docx", "guide.md"),
    Document("writer-languages", "docx", "languages.md"),
    Document("writer-newsletter", "fodt", "newsletter.fodt", truth="newsletter.truth.md"),
    Document("writer-form", "fodt", "form.fodt", truth="form.truth.html"),
    Document("impress-slides", "fodp", "slides.fodp", truth="slides.truth.md"),
    Document("calc-sheet", "fods", "weather.fods", truth="weather.truth.md"),
    Document("latex-article-two", "latex", "guide.md", _CLASS.format("article") + _TWO),
    Document("latex-statistics-two", "latex", "statistics.md", _CLASS.format("article") + _TWO),
    Document("latex-memoir", "latex", "statistics.md", _CLASS.format("memoir")),
    Document("latex-scrbook", "latex", "algebra.md", _CLASS.format("scrbook")),
    Document("latex-scrartcl-guide", "latex", "guide.md", _CLASS.format("scrartcl")),
    Document("latex-amsart", "latex", "statistics.md", _CLASS.format("amsart")),
    Document("latex-wide", "latex", "accents.md", _CLASS.format("article")),
    Document("latex-tufte", "tex", "tufte.tex"),
    Document("latex-exam", "tex", "exam.tex"),
    Document("latex-letter", "tex", "letter.tex"),
    Document("latex-boxes", "tex", "boxes.tex"),
    Document("latex-ieee", "tex", "paper.tex"),
    Document("latex-revtex", "tex", "paper-revtex.tex"),
    Document("latex-llncs", "tex", "paper-llncs.tex"),
    Document("beamer-default", "beamer", "slides.md"),
    Document("beamer-berkeley", "beamer", "slides.md", "--variable theme=Berkeley"),
    Document("beamer-madrid", "beamer", "slides.md", "--variable theme=Madrid"),
    Document("beamer-warsaw", "beamer", "slides.md", "--variable theme=Warsaw"),
    Document("beamer-metropolis", "beamer", "slides.md", "--variable theme=metropolis"),
    Document("groff-ms", "groff", "statistics.md"),
    Document("groff-guide", "groff", "guide.md"),
    Document("typst-report", "typst", "report.typ", truth="report.truth.md"),
)
