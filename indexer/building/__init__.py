"""The incremental build.

dry_run        reports what a build would read, send and cost
build_run      runs `octavo build`: reads inputs, records failures, updates the index
plan_index     compares the books with the index: what to add, replace, remove and embed
indexed_book   turns a book's pages into what the index stores
build_index    writes a new generation of the index as planned, and publishes it
reports        the `--json` answers of the commands that write
"""
