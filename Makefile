PYTHON ?= python3
UPGRADE ?= --upgrade
VENV := .venv
BIN := $(VENV)/bin
BASE := $(VENV)/.base
DEV := $(VENV)/.dev

# Without its bytecode, each process parses TensorFlow anew: 17 seconds to import it, not 7.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help run dev test coverage torture lint docs viz bench scaling calibrate results lock audit clean

help: ## list the targets
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 11

# The virtual environment is made in two stages, each once, and again when its lock or the project's
# metadata change: what a run needs, and on top of it what whoever works on regpipe needs.
$(BASE): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' || \
		{ echo "regpipe needs Python 3.11, 3.12 or 3.13, and '$(PYTHON)' is $$($(PYTHON) --version 2>&1 || echo missing). Name another with: make PYTHON=/path/to/python3.12"; exit 1; }
	@echo "Setting up $(VENV), once: 2.5 GB of libraries, some minutes"
	@$(PYTHON) .ci/set_up.py $(VENV) $<
	@touch $@

$(DEV): requirements-dev.lock $(BASE)
	@echo "Adding to $(VENV), once, what tests, docs and all extras need: 0.8 GB of libraries"
	@$(PYTHON) .ci/set_up.py $(VENV) $<
	@touch $@

run: $(BASE) ## train and compare: does L2 help on moons?
	$(BIN)/kedro run --pipelines=weight_l2

dev: $(DEV) ## set up all extras, too: what tests, docs, kedro-viz, MLflow, Dask and S3 need

test: $(DEV) ## the whole test suite
	$(BIN)/python -m pytest -n 2 --dist loadgroup --no-loadscope-reorder

coverage: $(DEV) ## the test suite, and which lines it doesn't reach
	$(BIN)/python -m pytest -n 2 --dist loadgroup --no-loadscope-reorder --cov --cov-report=term:skip-covered

torture: $(DEV) ## kill, starve and damage runs, and run them in every way: an hour on two cores
	$(BIN)/python -m pytest -n 2 --dist loadgroup --no-loadscope-reorder -m torture tests/torture

lint: $(DEV) ## ruff and mypy
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

docs: $(DEV) ## build the site of the docs: site/index.html
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict

viz: $(DEV) ## browse the pipelines and what they left behind
	$(BIN)/kedro viz run --include-hooks

bench: $(DEV) ## the engine against model.fit and PyTorch; whole commands against the commit before
	$(BIN)/python benchmarks/engine.py
	$(BIN)/python benchmarks/commands.py

scaling: $(BASE) ## seconds against fits, rows and width: tables, and docs/images/scaling.png
	$(BIN)/python benchmarks/scaling.py

calibrate: $(BASE) ## are the verdicts as reliable as they say? (trains 10,000 fits the first time)
	$(BIN)/python benchmarks/calibrate.py
	$(BIN)/python benchmarks/calibrate_looks.py
	$(BIN)/python benchmarks/calibrate_splits.py
	$(BIN)/python benchmarks/calibrate_designs.py
	$(BIN)/python benchmarks/calibrate_origins.py
	$(BIN)/python benchmarks/calibrate_skew.py
	$(BIN)/python benchmarks/calibrate_families.py

results: $(BASE) ## write docs/results.md from what `kedro run` left in data/, and in data/claims
	$(BIN)/python docs/results.py

COMPILE := uv pip compile pyproject.toml --universal --python-version 3.11 \
	--generate-hashes --no-emit-index-url --no-header --quiet

lock: ## renew both locks from pyproject.toml (needs uv); UPGRADE= keeps versions
	$(COMPILE) --extra dev $(UPGRADE) -o requirements-dev.lock
	rm -f requirements.lock # its versions are those of the other one, and none of before
	$(COMPILE) --extra tables --constraints requirements-dev.lock -o requirements.lock

# In an environment of its own: what it needs is none of what it audits.
audit: ## check what is locked against known vulnerabilities (needs PyPI's advisories)
	@test -x .audit/bin/pip-audit || \
		{ $(PYTHON) -m venv .audit && .audit/bin/python -m pip install --quiet pip-audit; }
	@.audit/bin/pip-audit --strict --require-hashes --disable-pip --progress-spinner off \
		--requirement requirements-dev.lock || \
		{ echo "This is no clean bill: either packages are listed above with what is known against them, or not all could be audited. 'Dependency not found on PyPI', or an error of the connection, says that no source of advisories was reached, not that nothing is known."; exit 1; }

clean: ## remove the virtual environment, caches and everything a run left behind; data/01_raw stays
	rm -rf $(VENV) .audit .pytest_cache .mypy_cache .ruff_cache .viz .coverage build dist site src/*.egg-info
	find data -type f ! -name .gitkeep ! -path "data/01_raw/*" -delete
	find data -mindepth 1 -type d -empty -delete
	find src tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +
