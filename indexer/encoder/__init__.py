"""Embeddings.

info      what is known of an encoder; standard library only
export    a sentence-transformers model to ONNX; the only module that loads torch
store     keeps exports in the library and in the user's cache
encoder   encodes with ONNX Runtime and tokenizers
bulk      the fastest backend for many passages
"""
