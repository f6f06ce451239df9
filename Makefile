PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.DEFAULT_GOAL := help
.PHONY: help run test torture lint viz bench scaling calibrate results lock audit clean

help: ## list the targets
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 10

# The virtual environment is made once, and again when the lock or the project's metadata change.
$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' || \
		{ echo "regpipe needs Python 3.11, 3.12 or 3.13, and '$(PYTHON)' is $$($(PYTHON) --version 2>&1 || echo missing). Name another with: make PYTHON=/path/to/python3.12"; exit 1; }
	@echo "Setting up $(VENV), once: 3.7 GB of libraries, some minutes"
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $@

run: $(READY) ## train and compare: does L2 help on moons?
	$(BIN)/kedro run --pipelines=weight_l2

test: $(READY) ## the whole test suite
	$(BIN)/python -m pytest -n 2 --dist loadgroup --no-loadscope-reorder

torture: $(READY) ## kill, starve and damage runs, and run them in every way: an hour on two cores
	$(BIN)/python -m pytest -n 2 --dist loadgroup --no-loadscope-reorder -m torture tests/torture

lint: $(READY) ## ruff and mypy
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

viz: $(READY) ## browse the pipelines and what they left behind
	$(BIN)/kedro viz run --include-hooks

bench: $(READY) ## the engine against model.fit and PyTorch; whole commands against the commit before
	$(BIN)/python benchmarks/engine.py
	$(BIN)/python benchmarks/commands.py

scaling: $(READY) ## seconds against fits, rows and width: tables, and docs/images/scaling.png
	$(BIN)/python benchmarks/scaling.py

calibrate: $(READY) ## are the verdicts as reliable as they say? (trains 10,000 fits the first time)
	$(BIN)/python benchmarks/calibrate.py
	$(BIN)/python benchmarks/calibrate_looks.py
	$(BIN)/python benchmarks/calibrate_splits.py
	$(BIN)/python benchmarks/calibrate_designs.py
	$(BIN)/python benchmarks/calibrate_origins.py
	$(BIN)/python benchmarks/calibrate_skew.py
	$(BIN)/python benchmarks/calibrate_families.py

results: $(READY) ## write docs/results.md from what `kedro run` left in data/, and in data/claims
	$(BIN)/python docs/results.py

lock: ## renew requirements.lock from pyproject.toml (needs uv)
	uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 \
		--generate-hashes --no-emit-index-url --no-header --quiet --upgrade -o requirements.lock

# In an environment of its own: what it needs is none of what it audits.
audit: ## check requirements.lock against known vulnerabilities (needs PyPI's advisories)
	@test -x .audit/bin/pip-audit || \
		{ $(PYTHON) -m venv .audit && .audit/bin/python -m pip install --quiet pip-audit; }
	@.audit/bin/pip-audit --strict --require-hashes --disable-pip --progress-spinner off \
		--requirement requirements.lock || \
		{ echo "This is no clean bill: either packages are listed above with what is known against them, or not all could be audited. 'Dependency not found on PyPI', or an error of the connection, says that no source of advisories was reached, not that nothing is known."; exit 1; }

clean: ## remove the virtual environment, caches and everything a run left behind; data/01_raw stays
	rm -rf $(VENV) .audit .pytest_cache .mypy_cache .ruff_cache .viz build dist src/*.egg-info
	find data -type f ! -name .gitkeep ! -path "data/01_raw/*" -delete
	find data -mindepth 1 -type d -empty -delete
	find src tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +
