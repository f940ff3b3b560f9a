"""Books on disk.

pages         the types Book, Page, PageRecord, Region and Box, which all other packages use
book_folder   one book: manifest, records, pages
library       all books, the lock, the list of failures
sources       what an input is
"""
