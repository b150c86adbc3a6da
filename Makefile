# make run        set up, fetch Fashion-MNIST, train LeNet      make test       set up, run the tests: up to 10 minutes
# make check      lint and test                                 make test-all   after make test: what takes longer
# make results    RESULTS.md from results/*.json                make test-long  everything, with ten times the examples
# make sweep      results near their target, other seeds        make bench      claims of speed, side by side
#                 (SWEEP="--list" shows them)                                   (BENCH="startup trainer" some of them)
PYTHON ?= python3
BIN := .venv/bin
PYTEST := $(BIN)/python -m pytest --numprocesses 2 --dist loadfile
.DEFAULT_GOAL := help
# Threads that wait by spinning come to a crawl when another program is busy.
export GOMP_SPINCOUNT ?= 1000
.PHONY: help setup run bench test test-all test-long lint check results sweep clean

help:
	@sed -n '1,5s/^# //p' Makefile

setup: .venv/dev

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "deepdive needs Python 3.11 or newer; name one with: make PYTHON=python3.12 ..."; exit 2; }
	@echo "making .venv, an environment of its own ..."
	@$(PYTHON) -m venv .venv || \
		{ rm -rf .venv; echo "no virtual environment; on Debian: apt-get install python3-venv"; exit 2; }

# What each stage installs: .venv/run what recipes need, .venv/dev what tests need, .venv/peers what benchmarks need.
.venv/run .venv/dev .venv/peers: pyproject.toml constraints.txt | .venv/bin/python
	@echo "installing deepdive and what it needs into .venv (PyTorch is large: a minute or more) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[$(EXTRAS)]'
	@touch $@
.venv/run: EXTRAS = tables,tokenizers
.venv/dev: EXTRAS = dev
.venv/peers: EXTRAS = dev,peers

run: .venv/run
	$(BIN)/deepdive run lenet

bench: .venv/peers
	$(BIN)/python -m benchmarks $(BENCH)

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

results: .venv/run
	$(BIN)/python -m deepdive.recipes.results

sweep: .venv/run
	$(BIN)/python -m deepdive.recipes.results.sweep $(SWEEP)

clean:
	rm -rf .venv
