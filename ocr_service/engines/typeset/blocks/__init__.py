"""Rows to the blocks and regions of a page.

lines         rows with what they say; an equation's number set apart
figures       images and drawings
tables        lines whose cells stand in columns
find_blocks   lines to paragraphs, headings, displays, lists, code, footnotes
displays      displayed lines to one formula, or several aligned
regions       blocks to labelled regions with boxes and markdown
"""
