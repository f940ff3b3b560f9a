"""Wraps PyMuPDF; only this package and the engines import it.

mupdf       imports PyMuPDF without its layout models
page_tree   repairs page trees with wrong counts or cycles
document    page images, text, labels and outline of a PDF or an image file
titles      cleans titles, authors and languages from a PDF's metadata
"""
