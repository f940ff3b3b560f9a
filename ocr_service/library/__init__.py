"""Books on disk.

pages         Book, Page, Region, PageStatus: the types everything else passes on
book_folder   one book: manifest, records, pages
library       all books, the lock, the list of failures
sources       finds the inputs among the files and folders a person names
"""
