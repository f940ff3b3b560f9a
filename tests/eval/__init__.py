"""Measures quality on the development corpora."""
