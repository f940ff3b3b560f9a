"""Reads the mathematics of typeset PDFs from fonts and positions: no recognition, no model.

glyphs      a page's characters and rules, each with its ink, in the order they are drawn
symbols     what a character of a font stands for
items       the parts of a formula: glyphs, fractions, roots, scripts, arrays
rows        glyphs to rows of type
rules       fractions, roots and bars by their rules
fences      delimiters and braces put together of pieces; arrays between them
structure   a row or a part of it to nuclei with their scripts
latex       that to LaTeX
inline      a row to text with formulas in it
layout      rows to paragraphs, headings, displays, lists
page        all of it: a page to regions, with a confidence
"""
