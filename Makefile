# The two commands of a newcomer: `make chat` and `make test`. Everything is installed into .venv.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
PORT   ?= 7860
# Test processes that run in parallel.
JOBS   ?= 2
# What fails because of the browser is run once more, and counted as a rerun at the end.
RERUN  := --reruns 1 --only-rerun '^(Error|TimeoutError|TargetClosedError): (Page|Locator|Frame|Browser|BrowserContext)\.'
# Left out of the compilation: what the assistant never calls.
export CMAKE_ARGS ?= -DLLAVA_BUILD=OFF -DMTMD_BUILD=OFF

.PHONY: chat ask test check lint types contract pytest fast bench screenshots setup clean help

help:                ## List the commands
	@sed -n 's/^\([a-z]*\): .*## /\1\t/p' $(MAKEFILE_LIST)

$(VENV)/.installed: pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Python 3.11 or newer is needed; name one with: make PYTHON=python3.12 ...")'
	@echo "Setting up $(VENV): the first time compiles llama.cpp, which takes some minutes."
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@

setup: $(VENV)/.installed            ## Install into .venv and nothing more

chat: $(VENV)/.installed             ## Open the chat page; PORT=7860
	@$(BIN)/assistant serve --port $(PORT) --sample

ask: $(VENV)/.installed              ## One cited answer: make ask Q="..."
	@$(if $(Q),,$(error say what to ask: make ask Q="your question"))$(BIN)/assistant ask --sample -- "$(Q)"

test: $(VENV)/.installed-dev lint types contract pytest   ## Lint, types, import contract, all tests

check: $(VENV)/.installed-dev lint types contract fast    ## The same with the fast tests only

lint: $(VENV)/.installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.installed-dev
	$(BIN)/mypy

contract: $(VENV)/.installed-dev
	$(BIN)/lint-imports

pytest: $(VENV)/.installed-dev
	$(BIN)/pytest -n $(JOBS) --dist loadgroup --durations 15 $(RERUN)

fast: $(VENV)/.installed-dev
	$(BIN)/pytest -n $(JOBS) --dist loadgroup -m "not slow" -q

bench: $(VENV)/.installed-dev        ## Measure quality and speed; prints tables
	$(BIN)/python -m benchmarks.speed
	$(BIN)/python -m benchmarks.tldr_speed

screenshots: $(VENV)/.installed-dev  ## Pictures of every tab in screenshots/; OUT=folder
	$(BIN)/python tests/screenshots.py $(OUT)

clean:                               ## Remove .venv and caches, never a library
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache build dist
