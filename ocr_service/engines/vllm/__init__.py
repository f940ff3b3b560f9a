"""DeepSeek-OCR by vLLM.

settings   what vLLM is given: plain data, no import of vLLM
weights    the names of all weights in the authors' checkpoint
loading    loads a checkpoint completely, or not at all
guard      the repetition guard in vLLM's interface
engine     the engine
"""
