"""Reads the text layer that a PDF carries.

shown_text      which text of a page counts
page_text       the lines of a page, with their fonts
ink             what a page shows besides type
verdict         what the text layer is worth
text_boxes      the boxes of a page in reading order, by PyMuPDF's layout models
reading_order   two columns, the left one first
text_lines      spans of type to lines
table_cells     the words of a table in its cells
prose           lines to markdown: words, hyphens, paragraphs, lists
headings        which boxes are headings, and of what level
box_regions     boxes to labelled regions of markdown
text_layer      a page region by region, by the steps above
plain           a page block by block, without the layout models: no word is lost
"""
