# One command per wish, the same here and in CI. Needs only Python 3.11 or newer and make.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: help setup setup-dev run test check format contracts bench lock

help:            ## show this list
	@grep -hE '^[a-z-]+: .*##' $(MAKEFILE_LIST) | sed -E 's/:.*##/ -/'

setup: .venv/run.stamp  ## build .venv with coterie in it; safe to repeat
setup-dev: .venv/dev.stamp  ## the same, with what tests, checks and benchmarks need

.venv/run.stamp: locks/run.txt pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r locks/run.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

.venv/dev.stamp: .venv/run.stamp locks/dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r locks/dev.txt
	touch $@

run: setup  ## start Coterie on http://127.0.0.1:8000 with its data in ./data
	$(BIN)/coterie serve --data data

test: setup-dev  ## the whole suite, on SQLite and on PostgreSQL; T=path for a part of it
	$(BIN)/python -m pytest -n 4 $(T)

check: setup-dev  ## formatter, linter, type checker, architecture
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python -m pytest tests/test_architecture.py

format: setup-dev  ## put the code into shape
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

contracts: setup-dev  ## write docs/contracts/ anew from the route tables
	$(BIN)/python tests/test_contract_documents.py

bench: setup-dev  ## benchmarks: ratios against the floor and the peers
	$(BIN)/python -m bench

lock: setup-dev  ## pin the newest versions that pyproject.toml allows (needs uv)
	uv pip compile -q --universal --generate-hashes --no-header --no-annotate --upgrade --extra build -o locks/run.txt pyproject.toml
	uv pip compile -q --universal --generate-hashes --no-header --no-annotate --upgrade --extra build --extra dev -o locks/dev.txt pyproject.toml
