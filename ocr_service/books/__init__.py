"""An input becomes a finished book.

page_selection   which pages to read, with which engine
prefetch         begins the next inputs early, so that all workers stay busy
running_heads    learns what recurs at page edges, and removes it
page_labels      learns printed page numbers
book_reader      reads one book: finds missing pages, checkpoints each, publishes the result
pipeline         many inputs, one after another
"""
