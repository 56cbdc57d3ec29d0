# Two commands are enough on a fresh machine: `make demo` and `make test`.
# Each sets up what it needs in .venv from the pinned requirements, and does so once.

PYTHON ?= python3
BIN := .venv/bin
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help setup setup-development setup-cluster setup-documentation demo test test-cluster lint format validate bench docs pin clean

help:  ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 28

# --- set-up -----------------------------------------------------------------------------------

setup: .venv/.runtime  ## create .venv with what Kerne needs to run

setup-development: .venv/.development  ## the same, and what the tests need

setup-cluster: .venv/.cluster-tests  ## the same, and what a cluster and its tests need

setup-documentation: .venv/.documentation  ## the same, and what the documentation needs

.venv/.bootstrap: requirements/bootstrap.txt
	@echo "setup: creating .venv"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "setup: Python 3.11 or newer is needed; name it with PYTHON=..." >&2; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "setup: installing requirements/bootstrap.txt (uv and the build backend)"
	@if command -v uv >/dev/null; \
	  then uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements/bootstrap.txt; \
	  else $(BIN)/python -m pip install --quiet --disable-pip-version-check \
	    --require-hashes -r requirements/bootstrap.txt; fi
	@touch $@

.venv/.runtime: .venv/.bootstrap requirements/runtime.txt pyproject.toml
	@$(call install,runtime)
	@$(BIN)/python -m compileall -q src
	@echo "setup: compiling what reads and counts genomes"
	@$(BIN)/python -m kerne.genomes.warming
	@touch $@

.venv/.development: .venv/.runtime requirements/development.txt
	@$(call install,development)
	@touch $@

.venv/.cluster-tests: .venv/.development requirements/cluster-tests.txt
	@$(call install,cluster-tests)
	@touch $@

.venv/.documentation: .venv/.development requirements/documentation.txt
	@$(call install,documentation)
	@touch $@

define install
echo "setup: installing requirements/$(1).txt"; \
$(BIN)/uv pip install --compile-bytecode --python $(BIN)/python --require-hashes -r requirements/$(1).txt && \
$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
endef

# --- use --------------------------------------------------------------------------------------

demo: setup  ## walk one order from the doctor to the answer, in a synthetic country
	@$(BIN)/kerne demo $(ARGS)

# --- checks -----------------------------------------------------------------------------------

test: lint  ## everything a change must pass
	$(BIN)/pytest -n 2 --dist loadgroup --cov --cov-report= $(ARGS)
	@$(BIN)/coverage report --skip-covered --fail-under=95
	@$(BIN)/coverage report --skip-covered --fail-under=100 \
	  --include='src/kerne/gate/*,src/kerne/policy/*,src/kerne/consent/*,src/kerne/audit/*'

test-cluster: setup-cluster  ## a scan on two Ray nodes and an object store, on this machine
	$(BIN)/pytest -m cluster tests/genomes/test_cluster.py $(ARGS)

lint: setup-development  ## style, types and the import contracts
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

format: setup-development  ## put every file into house format
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

validate: setup-development  ## acceptance against real data and other programs; prints figures
	@missed=; for script in validation/*.py; do echo "== $$script"; \
	  $(BIN)/python $$script || missed="$$missed $$script"; done; \
	  test -z "$$missed" || { echo "validate: a bar was missed in$$missed" >&2; exit 1; }

bench: setup-development  ## speed and size, as ratios against peers
	@for script in benchmarks/*.py; do echo "== $$script"; $(BIN)/python $$script || exit 1; done

docs: setup-documentation  ## the documentation, in docs/_build
	$(BIN)/sphinx-build --fail-on-warning --quiet -b html docs docs/_build
	@echo "docs: docs/_build/index.html"

pin: .venv/.bootstrap  ## compile the pinned requirements anew
	@compile="$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --python-version 3.11"; \
	$$compile pyproject.toml -o requirements/runtime.txt && \
	for extra in development documentation keys cluster export; do \
	  $$compile --extra $$extra --constraint requirements/runtime.txt pyproject.toml \
	    -o requirements/$$extra.txt || exit 1; \
	done && \
	$$compile --extra cluster-tests --constraint requirements/development.txt \
	  --constraint requirements/cluster.txt pyproject.toml -o requirements/cluster-tests.txt && \
	printf "uv\nhatchling\neditables\n" | $$compile - -o requirements/bootstrap.txt

clean:  ## remove .venv and everything made by the tools
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage docs/_build
