# `make up` and `make test` need only python3 (3.11 or newer) and make; both do all the set-up.
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready
CHECKOV := .venv-checkov/.ready

.PHONY: help setup up test check format lock bench bench-peers clean

help:  ## Show what there is to do
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

setup: $(READY)  ## Install everything into .venv

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Stayline needs Python 3.11 or newer; name one with: make PYTHON=python3.12"; exit 1; }
	@echo "Installing into .venv (about a minute) ..."
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --require-hashes --requirement requirements.lock
	@$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

$(CHECKOV): infra/checkov.txt
	@echo "Installing checkov into .venv-checkov, once (about two minutes) ..."
	@$(PYTHON) -m venv .venv-checkov
	@.venv-checkov/bin/python -m pip install --quiet --requirement infra/checkov.txt
	@touch $@

up: setup  ## Run the main job on a simulated workforce and serve the first score
	@$(BIN)/stayline up --yes --no-serve

test: setup $(CHECKOV)  ## Run every test
	@$(BIN)/python -m pytest -n auto --dist loadfile -m "not quiet"
	@$(BIN)/python -m pytest -m quiet

check: setup  ## Check format, lint, types, import contracts and docs
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python docs/generate.py --check

format: setup  ## Format the code and write the generated docs anew
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .
	@$(BIN)/python docs/generate.py

LOCK := uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes \
  --no-header --no-annotate --no-emit-index-url --quiet

lock:  ## Resolve both lock files anew (needs uv)
	$(LOCK) --extra test --extra dev --output-file requirements.lock
	$(LOCK) --constraint requirements.lock --output-file docker/requirements.lock

bench: setup  ## Measure what bench/README.md states
	@$(BIN)/python -m bench

bench-peers: setup  ## Measure Stayline beside its peers, each in an environment of its own
	@$(BIN)/python -m bench.peers

clean:  ## Remove what make installed
	rm -rf .venv .venv-checkov
