"""The library as tools for agents (Model Context Protocol).

types          what the tools return
arguments      what they accept
cursors        where a list continues
fencing        text from books, fenced and bounded
live_library   a library kept open while builds go on
answers        search results within the token bound
reading        pages, books, outlines
page_views     pages as images
tools          the tools
server         tools, resources, instructions
http           the server over HTTP: authentication and limits
"""
