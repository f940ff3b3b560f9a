"""The incremental build.

dry_run       what a build would read, send and cost
build_index   brings the index up to date with the books
build_run     one run of `octavo build`: reads inputs, records failures, updates the index
reports       the `--json` answers of the commands that write
"""
