"""Reads the text layer that a PDF carries.

raw_text        the text of a page as PyMuPDF extracts it
drawing_fonts   which fonts hold pieces of drawings
shown_text      which text of a page counts
sideways        pages whose text runs up, down or upside down, turned while they are read
page_text       the lines of a page, with their fonts
ink             what a page shows besides type
verdict         what the text layer is worth
text_boxes      the boxes of a page in reading order, by PyMuPDF's layout models
gutters         where the columns of a page part
reading_order   columns one after the other
text_lines      spans of type to lines
late_scripts    small type drawn after its line, in the gaps of the line
merged_columns  columns of running text that a model put in one box
word_gaps       blanks that a file leaves out, by the gaps between its characters
line_numbers    finds numbers of lines in the margin, and takes them from the page
markup          takes highlights and other marks of a reader's pen from the page
drop_caps       large first letters to the words that they begin
edges           which boxes may be running heads
table_signs     where a page has ruled tables, without a model
table_cells     the words of a table in its cells
prose           lines to markdown: words, hyphens, paragraphs, lists
code            program code with its blanks and empty lines
headings        which boxes are headings, and of what level
box_regions     boxes to labelled regions of markdown
text_layer      a page region by region, by the steps above
plain           a page block by block, without the layout models: no word is lost
"""
