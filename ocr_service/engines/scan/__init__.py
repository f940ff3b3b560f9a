"""Reads scanned pages on the CPU.

blank             decides from its pixels whether a page is blank
rapidocr_reader   finds and reads the lines of a page image (PP-OCRv6)
line_geometry     boxes of words to printed lines and columns
paragraphs        lines to regions, in reading order
"""
