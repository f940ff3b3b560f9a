"""The OCR models of other makers, as data: one TOML file a model.

A file says how a model is asked and what its output looks like, and where each fact was read.

image_sizes  sizes of page images as models see them
profiles   reads the files; finds the one of a served model
*.toml     the models
"""
