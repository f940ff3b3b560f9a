"""Holds the commands that are loaded when they are called, one per file.

search      octavo search
context     octavo context
evaluate    octavo eval
mcp         octavo mcp
formats     writes hits as places in files, markdown, XML and CSV
schema      describes the JSON that commands print
printing    prints JSON; decides on colour
"""
