"""What all commands share.

options       options and messages
progress      progress on stderr
completion    completes the ids of books in a shell
json_values   our types as plain JSON values
"""
