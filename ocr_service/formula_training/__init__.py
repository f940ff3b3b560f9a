"""Trains readers of formulas on pages that the typeset reader reads.

train        trains a reader and saves it: `python -m ocr_service.formula_training.train`
network      makes the encoder-decoder and what is saved beside it
vocabulary   splits LaTeX into tokens
pairs        makes images of formulas with their LaTeX out of typeset PDFs
wear         wears images as printing and scanning do
"""
