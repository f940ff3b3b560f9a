"""Serves the library to agents as tools (Model Context Protocol).

arguments      defines what the tools accept
live_library   keeps a library open while builds run
answers        makes search results within the token limit
reading        makes pages, books and outlines
page_views     renders pages as images
fencing        marks text from books as quotations and limits its length
types          defines what the tools return
cursors        encodes where a list continues
tools          defines the tools
server         combines tools, resources and instructions
http           serves over HTTP, with authentication and limits
"""
