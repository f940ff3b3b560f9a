"""Finds what a book lists about itself: its index, contents, figures, glossary, bibliography.

listing         the types: kinds of lists, their entries, printed pages, statements
plain_lines     turns the markdown of a list into plain lines
locators        reads page references such as "106-9, 112 ff., xiv"
printed_pages   translates printed page numbers and section numbers to pages of the file
index_entries   parses the lines of an index
term_order      tells terms from sub-terms by the alphabet
contents_entries  parses contents and lists of figures and tables
work_entries    parses glossaries and bibliographies
find_lists      decides which pages are which list
statement_items lists the numbered statements of a book with their sections
book_items      does all of this for a book
"""
