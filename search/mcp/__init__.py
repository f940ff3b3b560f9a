"""Serves the library to agents as tools (Model Context Protocol).

arguments      defines what the tools accept
answers        makes search results within the token limit
reading        makes pages, books and outlines
quoting        marks text from books as quotations and limits its length
types          defines what the tools return
cursors        encodes where a list continues
tools          defines the tools
index_tool     defines the tool that looks terms up in the books' own indexes
answer_workers answers calls in worker processes, one for each core
server         combines tools, resources and instructions
http           serves over HTTP, with authentication and limits
page_tools     defines the tools that show pages
forms          chooses text or JSON for an answer
logs           sends log messages to stderr
"""
