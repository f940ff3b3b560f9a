"""What all commands share.

options       options and messages
progress      the progress of a build on stderr
page_notes    writes the notes of a book's pages, one line for each kind
forecast      how long it still takes
status_line   a line that changes, or plain lines
completion    completes the ids of books in a shell
json_values   our types as plain JSON values
"""
