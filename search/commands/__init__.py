"""Holds the commands that are loaded when they are called, one per file.

search      octavo search
context     octavo context
index_of    octavo index-of
evaluate    octavo eval
mcp         octavo mcp
filter_options  the options that restrict a search, of search and context
formats     writes hits as places in files, markdown, XML and CSV
schema      describes the JSON that commands print
printing    prints JSON; decides on colour
"""
