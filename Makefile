# `make run` serves on SQLite, `make test` runs every check and test; both first set up what is missing.
# Each step of the set-up leaves a stamp in .venv, so a second run starts at once. GNU make 3.81 is enough.

PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3.14 python3; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && echo $$p && break; done)
BIN := .venv/bin
ARGS ?=
UV  := $(BIN)/uv pip install --quiet --python $(BIN)/python
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
UI  := $(wildcard frontend/*.*) $(wildcard frontend/.npmrc) $(shell find frontend/src -type f 2>/dev/null)

.PHONY: setup run test coverage check bench fuzz lock pictures

setup: .venv/dev .venv/ui .venv/browser

run: .venv/ui
	$(BIN)/steward run --demo $(ARGS)

test: check .venv/ui .venv/browser
	$(BIN)/python -m pytest -n auto --dist worksteal $(ARGS)

# The same tests, slower, with a report of the lines and branches that none of them reaches.
coverage: .venv/ui .venv/browser
	$(BIN)/python -m pytest -n auto --dist worksteal --cov --cov-report=term:skip-covered $(ARGS)

check: .venv/dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: .venv/dev
	$(BIN)/python -m benchmarks $(ARGS)

fuzz: .venv/dev
	$(BIN)/python -m pytest tests/fuzz -p no:cacheprovider $(ARGS)

# docs/pictures: the shipped diagrams, and each page of a made-up company, wide and narrow, light and dark.
pictures: .venv/ui .venv/browser
	$(BIN)/python -m tools.pictures
	$(BIN)/python -m tools.pages_pictures $(ARGS)

# Locked with hashes for every platform and Python >= 3.11, without the address of an index.
# `make lock` keeps what still fits; `make lock ARGS=--upgrade` moves all, ARGS='--upgrade-package flask' one.
LOCK := $(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --no-annotate --python-version 3.11
lock: .venv/uv
	echo uv | $(LOCK) $(ARGS) -o requirements/uv.txt -
	$(LOCK) $(ARGS) --group build -o requirements/run.txt pyproject.toml
	$(LOCK) $(ARGS) --group build --group dev -c requirements/run.txt -o requirements/dev.txt pyproject.toml

.venv/uv: requirements/uv.txt
	@test -n "$(PYTHON)" || { echo "Steward needs Python 3.11 or newer: make PYTHON=/path/to/python3"; exit 1; }
	$(PYTHON) -m venv --clear .venv
	$(PIP) --require-hashes -r requirements/uv.txt
	@touch $@

# uv knows only its own settings: where pip alone knows the way to a package index, pip does the work.
.venv/run: requirements/run.txt pyproject.toml .venv/uv
	$(UV) --require-hashes --no-deps -r $< || $(PIP) --require-hashes --no-deps -r $<
	$(UV) --no-deps --no-build-isolation -e . || $(PIP) --no-deps --no-build-isolation -e .
	@touch $@

.venv/dev: requirements/dev.txt .venv/run
	$(UV) --require-hashes --no-deps -r $< || $(PIP) --require-hashes --no-deps -r $<
	@touch $@

.venv/ui: $(UI) .venv/run
	@if [ -f frontend/build.py ]; then $(BIN)/python frontend/build.py; fi
	@touch $@

.venv/browser: .venv/dev
	@command -v chromium >/dev/null || $(BIN)/playwright install --only-shell chromium >/dev/null 2>&1 \
		|| echo "No Chromium to be had: the browser tests will be skipped."
	@touch $@
