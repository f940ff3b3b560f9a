"""Holds the commands that write, one per file; each is loaded when it is called.

build      octavo build
elsewhere  octavo build --index, into an index that several builders share
index      octavo index push, pull and drop
reclean    octavo reclean
remove     octavo remove
storage    translates errors of the operating system
"""
