"""What all commands share.

options       options and messages
progress      progress on stderr
json_values   our types as plain JSON values
"""
