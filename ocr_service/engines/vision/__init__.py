"""OCR models with transformers, and the parts that DeepSeek-OCR's vLLM engine shares.

families              how each model is prompted, fed images and limited
checkpoints           loads weights completely and exactly, or not at all
tiling                a page as one overview and enlarged tiles
repetition            logits processors against repeated text
attempt               one attempt at a page: input, output, why it stopped
retries               which settings each further attempt gets, and which attempt is kept
kv_cache              keys and values of a batch whose rows join and leave
continuous_batching   generates many pages at once, each at its own pace
transformers_engine   the engine of DeepSeek-OCR
devices               device and precision
native_models         loads other makers' models that transformers has classes for
native_engine         the engine of these
load                  chooses the engine by the checkpoint
"""
