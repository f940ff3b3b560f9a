"""How answers look in a terminal.

text     hits and pages
status   what a library holds, and what is wrong with it
"""
