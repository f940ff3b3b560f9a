"""Turns PDFs, scans and page folders into books: one markdown file per page.

In the order of the data:

library     what a book is and how it lies on disk
inputs      which inputs there are; pages that are text already
pdf         the only door to PyMuPDF
engines     a page becomes text and regions
cleaning    what an OCR model wrote becomes markdown
workers     pages are read and rendered in limited worker processes
client      pages are read by an OCR service over HTTP
books       an input becomes a finished book
server      the OCR service itself; `modal_app.py` runs it on Modal

deployment reads the settings of a deployment on Modal.
protocol, models, console, text and common serve all of them.
"""
