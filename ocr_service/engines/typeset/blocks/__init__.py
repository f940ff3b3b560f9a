"""Rows to the blocks and regions of a page.

lines         rows as read, with an equation's number separated
grounds       frames and tinted grounds of text, told from the drawings of figures
figures       images and drawings
note_marks    marks of footnotes, parted from the formulas before them
measure       the page's type size, leading, margins and columns
code          lines of program code
tables        lines whose cells form columns
line_facts    what the rules for blocks ask of a line
paragraphs    whether a line continues a paragraph
run_in        headings that their paragraph follows on the same line
find_blocks   lines to paragraphs, headings, displays, lists, code, footnotes
displays      displayed lines to one formula, or several aligned
regions       blocks to labelled regions with boxes and markdown
"""
