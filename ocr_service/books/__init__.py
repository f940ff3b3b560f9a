"""An input becomes a finished book.

page_selection   which pages to read, with which engine
catalogue        which inputs are books already, and which of their pages are missing
prefetch         begins the next inputs early, so that all workers stay busy
edge_lines       collects the lines that may be running lines
page_numbers     reads printed page numbers; believes those that increase with the pages
labelled_lines   finds the running heads that a page's reader labelled so
page_number_lines  finds the lines that are nothing but a page number
heads_with_numbers  finds running heads by the page number at their end
repeated_titles  finds running heads that repeat the title above them
stamps           finds lines that stand at one place of nearly every page
identity         chooses a book's title, authors, year and id
running_heads    learns what recurs at page edges, and removes it
page_labels      learns page labels from printed page numbers
overlays         finds the earlier states of slides
sections/        finds headings and their levels over the whole book
finishing        all of these, for the pages of one book
book_reader      reads one book: finds missing pages, checkpoints each, publishes the result
pipeline         many inputs, one after another
"""
