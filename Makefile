# Every target prepares what it needs, then calls kumihan or a tool; there is no logic here.
# GNU make 3.81 (macOS) is enough.  README.md tells how to use it.

PYTHON ?= python3
VAULT ?= docs/sample
OUT ?= out
JOBS ?=
ARGS ?=

# A path may hold anything, $ and backquotes too.  It is taken as it was typed, never expanded,
# and reaches kumihan through the environment, never through the shell's text.
override VAULT := $(value VAULT)
override OUT := $(value OUT)
override ARGS := $(value ARGS)
export VAULT OUT JOBS ARGS

BIN = .venv/bin
RUN = $(PYTHON) -m convert.bootstrap run
PYTEST = $(BIN)/python -m pytest -n 2 --dist loadfile

.PHONY: pdf docx html all watch check-notes setup develop test test-all check lint format bench sheet side-by-side theme-pictures editor-pictures golden wheel lock clean
.NOTPARALLEL:

# For everyone: VAULT=path OUT=path JOBS=number ARGS='more options'

pdf:
	@$(RUN) pdf

docx:
	@$(RUN) docx

html:
	@$(RUN) html

all:
	@$(RUN) all

watch:
	@$(RUN) watch

check-notes:
	@$(RUN) check-notes

setup:
	@$(PYTHON) -m convert.bootstrap setup

# For developers: ARGS='options for the tool'

develop:
	@$(PYTHON) -m convert.bootstrap setup --dev

test: develop
	$(PYTEST) -m "not slow" $(ARGS)

test-all: develop
	HYPOTHESIS_PROFILE=random $(PYTEST) $(ARGS)

lint: develop
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

check: lint test

format: develop
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

bench: develop
	$(BIN)/python -m tests.bench $(ARGS)

sheet: develop
	$(BIN)/python -m tests.sheet $(ARGS)

# The pictures of docs/比較
side-by-side: develop
	$(BIN)/python -m tests.side_by_side

# The pictures of docs/themes.md
theme-pictures: develop
	$(BIN)/python -m tests.theme_pictures

# The pictures of docs/編集者の方へ.md; wants LibreOffice
editor-pictures: develop
	$(BIN)/python -m tests.editor_pictures

golden: develop
	UPDATE_GOLDEN=1 $(BIN)/python -m pytest -q tests/test_cases.py tests/test_golden.py tests/test_looks.py $(ARGS)

wheel: develop
	$(BIN)/python -m hatchling build -d dist $(ARGS)

# ARGS=--upgrade takes newer versions; without it only what pyproject.toml changed is changed.
LOCK = $(BIN)/python -m uv --no-config pip compile --quiet --universal --python-version 3.11 \
	--generate-hashes --no-emit-index-url --no-annotate --no-header
lock: develop
	$(LOCK) --group build $(ARGS) -o requirements.lock pyproject.toml
	$(LOCK) --group dev $(ARGS) -c requirements.lock -o requirements-dev.lock pyproject.toml

clean:
	rm -rf .venv dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis
