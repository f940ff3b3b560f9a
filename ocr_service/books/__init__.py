"""An input becomes a finished book.

page_selection   which pages to read, with which engine
catalogue        which inputs are books already, and which of their pages are missing
prefetch         begins the next inputs early, so that all workers stay busy
identity         chooses a book's title, authors, year and id
running_heads    learns what recurs at page edges, and removes it
page_labels      learns printed page numbers
book_reader      reads one book: finds missing pages, checkpoints each, publishes the result
pipeline         many inputs, one after another
"""
