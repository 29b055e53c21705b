# make demo and make test are the two to know; the rest is for work on kfm-gates itself.
#
# Everything is installed into .venv and .build of this checkout; OPA goes to the user's cache.

.DEFAULT_GOAL := help
SHELL := /bin/sh
unexport PYTHONPATH PYTHONHOME VIRTUAL_ENV

VENV := .venv
BIN := $(VENV)/bin
PY := $(BIN)/python
WORKERS ?= 2
PYTEST := $(PY) -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder
ARGS ?=

.PHONY: help demo test test-offline lint rego freeze dev opa go-tools wheels bench lock build clean

help: ## Show this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  \1\t\2/p' Makefile | expand -t 20

demo: $(VENV)/.stamp opa ## Record the example run, check it, tamper with it, see it refused
	@$(PY) examples/demo.py

test: dev lint ## Everything that CI runs
	@$(PYTEST) $(ARGS)

test-offline: dev ## The tests with every connection to another machine refused by the kernel
	@unshare --user --map-root-user --net -- sh -c 'ip link set lo up; exec $(PYTEST) $(ARGS)'

lint: $(VENV)/.stamp ## ruff, formatting, types
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/mypy --no-error-summary

OPA = $(shell $(PY) -c 'from kfm_gates.policy.locate import find_opa; print(find_opa().path)')
freeze: $(VENV)/.stamp opa ## Write policies/rules.lock.json after a change of the rules
	@$(PY) -m kfm_gates.policy.freeze

rego: dev ## Rego alone: format, strict check, tests, Regal
	@$(OPA) fmt --fail --list policies
	@$(OPA) check --strict --capabilities policies/capabilities.json policies/kfm
	@$(OPA) test --bundle policies
	@if [ -x .build/bin/regal ]; then .build/bin/regal lint policies; fi

dev: $(VENV)/.stamp opa go-tools wheels ## Install everything that the tests need

$(VENV)/.stamp: requirements-dev.lock pyproject.toml tools/venv.sh
	@sh tools/venv.sh $(VENV)
	@touch $@

opa: $(VENV)/.stamp
	@$(BIN)/kfm-gates fetch opa >/dev/null

go-tools: .build/bin/.tools
.build/bin/.tools: tools/go.mod tools/go.sum tools/go-tools.sh
	@sh tools/go-tools.sh tools .build/bin

wheels: .build/wheels/.stamp
.build/wheels/.stamp: requirements.lock tools/wheels.sh $(VENV)/.stamp
	@sh tools/wheels.sh $(PY) .build/wheels

bench: dev .build/bin/.benchmarks ## Figures and ratios of the speed and memory budget
	@$(PY) benchmarks/run.py $(ARGS)

.build/bin/.benchmarks: benchmarks/go.mod benchmarks/go.sum tools/go-tools.sh
	@sh tools/go-tools.sh benchmarks .build/bin

COMPILE := $(BIN)/uv pip compile --quiet --universal --fork-strategy fewest --python-version 3.11 --generate-hashes \
	--no-header --no-annotate --no-emit-index-url --no-emit-find-links pyproject.toml
lock: $(VENV)/.stamp ## Pin the dependencies anew (ARGS=--upgrade to raise the pins)
	@$(COMPILE) --group build --extra geo --extra shapes $(ARGS) --output-file requirements.lock
	@$(COMPILE) --group dev --all-extras $(ARGS) --output-file requirements-dev.lock

build: $(VENV)/.stamp ## Source distribution and wheel in dist/
	@$(PY) -m hatchling build

clean: ## Remove what was built, the virtual environment too
	@rm -rf .build dist $(VENV) .mypy_cache .pytest_cache .ruff_cache .hypothesis
