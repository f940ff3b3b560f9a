"""The index on disk.

fulltext      tantivy indexes of passages and formulas
embedded_text says what is embedded of a passage
read_only     opens them on read-only media
vectors       unit vectors, one row per passage
signs         one bit per dimension, to preselect among many vectors
items         what books list and state: entries and statements
book_entries  what a generation holds of each book
book_stamps   what the manifests of indexed books looked like from outside
generations   atomic generations of all of these
"""
