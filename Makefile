# Everything a checkout needs, on a machine with Python 3.11 or later and make. Kept to GNU make 3.81, which is
# what macOS brings.

PORT ?= 8000
# Empty means the first of the usual names that is new enough.
PYTHON ?=

BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet install
# A stamp is touched when what it stands for has been installed, so that a second run asks nobody anything.
INSTALLED := .venv/.installed
TESTS_INSTALLED := .venv/.tests-installed

.DEFAULT_GOAL := help
.PHONY: help install run test lint

help: ## list these commands
	@awk 'BEGIN { FS = ":.*## " } /^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' Makefile

install: $(INSTALLED) ## make .venv with the product in it, and nothing else

run: $(INSTALLED) ## serve the product at http://127.0.0.1:8000 (PORT=…), with the bundled negotiations
	@$(BIN)/parley migrate
	@$(BIN)/parley demo --if-empty
	@exec $(BIN)/parley serve --host 127.0.0.1 --port $(PORT) --local-editor

lint: $(TESTS_INSTALLED) ## check formatting, style, types and which room imports which
	@$(BIN)/ruff format --check --quiet --diff
	@$(BIN)/ruff check --quiet
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo

test: lint ## check everything: lint, then all tests on SQLite, PostgreSQL and in a browser
	@$(BIN)/python -m tests.needs
	@$(BIN)/pytest --numprocesses auto --dist worksteal

# The interpreter that .venv links to may have been upgraded away; then no stamp is worth anything.
ifneq ($(shell test -x $(BIN)/python && echo there),there)
.PHONY: $(INSTALLED)
endif

$(INSTALLED): requirements.lock pyproject.toml
	@$(BIN)/python -m pip --version >/dev/null 2>&1 && exit; \
	for python in $(or $(PYTHON),python3 python3.14 python3.13 python3.12 python3.11 python); do \
	  $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || continue; \
	  $$python -c 'import ensurepip, venv' 2>/dev/null || { \
	    echo "$$python cannot make virtual environments; on Debian or Ubuntu: apt-get install python3-venv" >&2; \
	    exit 1; \
	  }; \
	  exec $$python -m venv --clear .venv; \
	done; \
	echo "$(or $(PYTHON),python3) is missing or older than 3.11; name a newer one: make PYTHON=/path/to/python" >&2; \
	exit 1
	@echo "Installing the product into .venv"
	@$(PIP) --require-hashes --requirement requirements.lock
	@$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

$(TESTS_INSTALLED): dev.lock $(INSTALLED)
	@echo "Installing what the tests need into .venv"
	@$(PIP) --require-hashes --requirement dev.lock
	@touch $@
