"""Reads the mathematics of typeset PDFs from fonts and positions, without a model.

characters   a page's characters with their ink, and what each stands for
rows         characters to rows of type
formulas     a row to a tree of nodes: accents, delimiters, fractions, scripts; the tree to LaTeX
inline       a row to text with formulas in it
blocks       rows to paragraphs, headings, displays, tables, figures
page         all of these for one page, and how far the result can be trusted
"""
