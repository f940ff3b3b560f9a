"""Finds and reads the displayed formulas of scans, as LaTeX.

read_page         reads the formulas of a page and puts them in the place of its lines
load              loads the reader that a person names
latex_ocr_junia   reads with latex-ocr-junia, if it is installed
generating        reads with PP-FormulaNet, or with what our trainer made
doubts            tells which readings are not to be trusted
tidy              strips delimiters, spacing and sizes from what models write
images            cuts formulas out of a page
places            finds the ink of formulas
ink               finds pieces of ink, and cuts them apart at white
rows              finds the rows that are formulas
reader            defines what reads a formula
"""
