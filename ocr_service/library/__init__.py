"""Books on disk.

pages         the types Book, Page, PageRecord, Region and Box, which all other packages use
manifest      one book's manifest, `book.json`
book_folder   one book: manifest, records, pages
names         finds the books that an id, a title or an author means
edits         changes the title, the authors and the year of a book
library       all books, the lock, the list of failures
sources       what an input is
"""
