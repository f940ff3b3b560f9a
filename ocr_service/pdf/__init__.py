"""The only door to PyMuPDF.

mupdf       imports PyMuPDF without its layout models
page_tree   repairs page trees that contradict themselves
document    page images, text, labels and outline of a PDF or an image file
titles      cleans what a PDF's metadata says
"""
