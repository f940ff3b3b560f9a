"""What the sections of a book are, by all its pages.

stray_numbers drops lines with numbers that are no sections
numbering   reads the number of a heading: Chapter IV, 3.2, § 12, A.1
headings    the parts of pages, and which are headings
mending     joins, splits, adds and drops headings by the type of all pages
levels      gives each heading its level, by numbering, size and recurrence
outline     gives levels by the outline of the file, where there is one
book        all of these, for one book
"""
