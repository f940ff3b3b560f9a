"""Tests of the vLLM engine in its own environment; `make test-vllm` runs them."""
