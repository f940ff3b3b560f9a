"""Reads the text layer that a PDF carries.

text_boxes      the boxes of a page in reading order
reading_order   two columns, the left one first
text_lines      spans of type to lines
prose           lines to markdown: words, hyphens, paragraphs, lists
headings        which boxes are headings, and of what level
text_layer      is the layer sound, and what does it say, region by region
"""
