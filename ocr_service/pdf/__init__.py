"""Wraps PyMuPDF; only this package and the engines import it.

mupdf            imports PyMuPDF without its layout models
page_tree        repairs page trees with wrong counts or cycles
djvu             converts DjVu to PDF, once for each file
djvu_text        parses what DjVuLibre prints
hidden_text      writes the words of a scan into a PDF
type_facts       finds the type size and weight of regions in the page's own text
font_names       gives fonts that share a name names of their own
open_file        opens a file with MuPDF, or says why it cannot
document         page images, text, labels and outline of a PDF or an image file
tagged_headings  reads the headings that a tagged file marks
front_matter     reads the lines of the first pages, and metadata
title_page       finds the title among those lines
titles           cleans titles, authors, years and languages from a PDF's metadata
"""
