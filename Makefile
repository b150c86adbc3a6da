# make run        set up, fetch Fashion-MNIST, train LeNet      make test       set up, run the tests: up to 10 minutes
# make check      lint and test                                 make test-all   after make test: what takes longer
# make results    RESULTS.md from results/*.json                make test-long  everything, with ten times the examples
# make sweep      results near their target, with other seeds (SWEEP="--list" shows them)
PYTHON ?= python3
BIN := .venv/bin
PYTEST := $(BIN)/python -m pytest --numprocesses 2 --dist loadfile
.DEFAULT_GOAL := help
# Threads that wait by spinning come to a crawl when another program is busy.
export GOMP_SPINCOUNT ?= 1000
.PHONY: help setup run test test-all test-long lint check results sweep clean

help:
	@sed -n '1,4s/^# //p' Makefile

setup: .venv/ready

.venv/ready: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "deepdive needs Python 3.11 or newer; name one with: make PYTHON=python3.12 ..."; exit 2; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv || \
		{ rm -rf .venv; echo "no virtual environment; on Debian: apt-get install python3-venv"; exit 2; }
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	@touch $@

run: setup
	$(BIN)/deepdive run lenet

test: setup
	$(PYTEST) -m "not slow and not long"

test-all: setup
	$(PYTEST) -m "slow and not long"

test-long: setup
	$(PYTEST) --hypothesis-profile=long

lint: setup
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/pyright
	$(BIN)/lint-imports

check: lint test

results: setup
	$(BIN)/python -m deepdive.recipes.results

sweep: setup
	$(BIN)/python -m deepdive.recipes.results.sweep $(SWEEP)

clean:
	rm -rf .venv
