"""What the sections of a book are, by all its pages.

numbering         reads the number of a heading: Chapter IV, 3.2, § 12, A.1
headings          the parts of pages, and which are headings
contents          makes the entries of tables of contents lines of text
stray_numbers     drops lines with numbers that are no sections
gaps              finds headings by the gap that they leave in the numbers
known_titles      finds headings by their words: exercises, matter, letters of an index
mending           all of these; joins, splits, adds and drops headings by the type of all pages
levels            gives each heading its level, by numbering, size and recurrence
printed_contents  reads the table of contents as an outline, where the file has none
outline           gives levels by the outline
book              all of these, for one book
"""
