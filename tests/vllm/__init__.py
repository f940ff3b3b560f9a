"""The vLLM engine, in an environment of its own; `make test-vllm` runs these."""
