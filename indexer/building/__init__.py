"""The incremental build.

dry_run             reports what a build would read, send and cost
rounds              builds once, or again and again while folders are watched
build_run           runs `octavo build`: reads inputs, records failures, updates the index meanwhile
watch               tells which files of watched folders have changed and are quiet again
finished_books      looks which books are read completely, parsing only what may have changed
plan_index          compares the books with the index: what to add and remove; which encoder
indexed_book        turns a book's pages into what the index stores
recovery            finds out which vectors are there, also after a kill
generation_writer   writes books into a new generation, with the vectors that are known already
item_writer         writes what books list and state into a new generation
generation_series   publishes words and formulas at once, and vectors as they are made
index_build         the index while a command writes it; a change of the encoder
embedder            makes vectors, beside the reading and after it
build_index         all of it in one call
shared_build        builds into an index that several builders share, by leases
reports             the `--json` answers of the commands that write
"""
