"""DeepSeek-OCR with vLLM.

settings   vLLM's arguments as plain data, without importing vLLM
weights    the names of all weights in the authors' checkpoint
loading    loads a checkpoint completely, or not at all
guard      the repetition guard in vLLM's interface
engine     the engine
"""
