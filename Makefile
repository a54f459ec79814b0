# Two commands do everything on a fresh machine with Python and make: `make demo` and `make test`.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
# The tests make thousands of small stores, each written to the disk for certain: in memory, where 4 GB of it are free, they take half the time.
IN_MEMORY := $(shell [ -w /dev/shm ] && [ "$$(df -Pk /dev/shm 2>/dev/null | awk 'NR == 2 { print $$4 }')" -gt 4000000 ] 2>/dev/null && echo TMPDIR=/dev/shm)
PYTEST = $(IN_MEMORY) $(BIN)/python -m pytest -n auto --dist loadfile
.DEFAULT_GOAL := help
.PHONY: help demo test test-all test-postgres coverage lint bench fuzz clean browser

help:            ## what each target does
	@grep -E '^[a-z-]+: .*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/'

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip

$(VENV)/.demo: $(BIN)/python pyproject.toml
	$(BIN)/python -m pip install --quiet --editable '.[all]'
	@touch $@

$(VENV)/.dev: $(BIN)/python pyproject.toml
	$(BIN)/python -m pip install --quiet --editable '.[dev]'
	@touch $@ $(VENV)/.demo

demo: $(VENV)/.demo  ## the bundled corpus end to end into ./vigie-demo, offline once installed
	$(BIN)/vigie demo

browser:         ## Debian's Chromium, where none is found (the tests of the pages walk it)
	@sh scripts/install_browser.sh

test: $(VENV)/.dev browser  ## everything the tests need, then the tests
	$(PYTEST) -m "not slow and not postgres"

test-all: $(VENV)/.dev browser  ## the tests, with repeats of a proof in another language, edition or seed
	$(PYTEST) -m "not postgres"

test-postgres: $(VENV)/.dev  ## a team's store on a PostgreSQL server of the tests' own (Debian's, installed where there is none)
	@sh scripts/install_postgres.sh
	$(PYTEST) -m postgres tests/postgres

coverage: $(VENV)/.dev browser  ## the tests again, with the lines they reach (half as long again; Python 3.12 and later: little)
	COVERAGE_CORE=$$($(BIN)/python -c 'import sys; print("sysmon" if sys.version_info >= (3, 12) else "ctrace")') \
		$(PYTEST) -m "not postgres" --cov --cov-report=term:skip-covered

lint: $(VENV)/.dev  ## style, types, layers, licences, lexicons, generated data
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python scripts/check_licences.py
	$(BIN)/vigie lexicon check
	$(BIN)/python scripts/build_gazetteer.py --check
	$(BIN)/python scripts/build_maps.py --check
	$(BIN)/python scripts/build_fonts.py --check
	$(BIN)/python scripts/build_demo.py --check
	$(BIN)/python scripts/build_data_dictionary.py --check
	$(BIN)/python scripts/make_relevance_texts.py --check
	$(BIN)/python scripts/train_relevance.py --check
	$(BIN)/python scripts/train_names.py --check

bench: $(VENV)/.dev  ## figures quoted in docs/performance.md (minutes)
	$(BIN)/python benchmarks/startup.py
	$(BIN)/python benchmarks/extract_speed.py
	$(BIN)/python benchmarks/redact_speed.py
	$(BIN)/python benchmarks/growth.py
	$(BIN)/python benchmarks/add_memory.py
	$(BIN)/python benchmarks/credibility.py

fuzz: $(VENV)/.dev  ## damaged files and texts against readers and redactor, ten minutes
	$(BIN)/python fuzz/run.py --minutes 10

clean:           ## remove the environment and what the demo wrote
	rm -rf $(VENV) vigie-demo .pytest_cache .mypy_cache .ruff_cache .import_linter_cache
