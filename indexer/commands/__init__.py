"""Holds the commands that write, one per file; each is loaded when it is called.

build    octavo build
reclean  octavo reclean
remove   octavo remove
storage  translates errors of the operating system
"""
