# Everything runs from .venv/, which `make setup` fills from requirements.lock. No path outside the checkout is written.
.DEFAULT_GOAL := help
SHELL := /bin/sh

PYTHON ?= python3
VENV := .venv
# How many test files run at once; most of their time they wait for other processes.
JOBS ?= 3
# The end-to-end tests first, in the order of their names: the short ones fill what is left at the end.
PARALLEL := -n "$(JOBS)" --dist loadfile --no-loadscope-reorder
PY := $(VENV)/bin/python
INSTALLED := $(VENV)/.installed
SOURCES := bot workers sandbox tests $(wildcard bench)

# The process commands stand in the Procfile and nowhere else.
procfile = PATH="$(CURDIR)/$(VENV)/bin:$$PATH" exec $$(sed -n 's/^$(1): *//p' Procfile)

.PHONY: help
help: ## list these commands
	@awk 'BEGIN { FS = ":.*## " } /^[a-z0-9-]+:.*## / { printf "  make %-18s %s\n", $$1, $$2 }' Makefile

.PHONY: setup
setup: $(INSTALLED) ## make .venv/ from the lock file; nothing to do when it is up to date

# One at a time fills .venv/: who comes next waits, looks again, and finds nothing to do.
ifndef IS_ALONE
$(INSTALLED): requirements.lock
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo 'Python 3.11 or newer is needed; name one: make setup PYTHON=python3.11' >&2; exit 1; }
	@exec "$(PYTHON)" sandbox/alone.py $(MAKE) --no-print-directory --silent IS_ALONE=1 "$@"
else
# A Python without ensurepip (Debian's, without python3-venv) lends its own pip.
$(INSTALLED): requirements.lock
	@"$(PY)" -m pip --version >/dev/null 2>&1 || "$(PYTHON)" -m venv --clear "$(VENV)" >/dev/null 2>&1 || \
	  "$(PYTHON)" -m venv --clear --without-pip "$(VENV)"
	@if "$(PY)" -m pip --version >/dev/null 2>&1; then set -- "$(PY)" -m pip; \
	  else set -- "$(PYTHON)" -m pip --python "$(PY)"; fi; \
	  echo 'Installing what requirements.lock names into $(VENV)/ (one to three minutes)'; \
	  PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore "$$@" install \
	    --quiet --require-hashes --only-binary :all: -r requirements.lock
	@touch "$@"
endif

.PHONY: demo
demo: setup ## open the sandbox: a web page to talk to the bot, with no account and no key
	@exec "$(PY)" -m sandbox demo

.PHONY: smoke
smoke: setup ## one scripted conversation through the real processes, its transcript on the screen
	@exec "$(PY)" -m sandbox smoke

.PHONY: test
test: setup ## run all tests
	"$(PY)" -m pytest $(PARALLEL)

.PHONY: test-failed
test-failed: setup ## the files in which something failed the last time, one after the other
	@files=$$("$(PY)" -c 'import json, pathlib; \
	  failed = json.loads(pathlib.Path(".pytest_cache/v/cache/lastfailed").read_text()); \
	  print(*sorted({name.partition("::")[0] for name in failed}))') && test -n "$$files" && "$(PY)" -m pytest $$files

.PHONY: test-unit
test-unit: setup ## tests of single parts
	"$(PY)" -m pytest $(PARALLEL) tests/unit

.PHONY: test-integration
test-integration: setup ## tests with a Redis-protocol server, Celery and the stand-ins
	"$(PY)" -m pytest $(PARALLEL) tests/integration

.PHONY: test-e2e
test-e2e: setup ## tests with the processes of the Procfile
	"$(PY)" -m pytest $(PARALLEL) tests/e2e

.PHONY: bench
bench: setup ## the benchmark: a table on the screen, every value in bench/results/latest.json; also PARTS="overhead burst"
	@exec "$(PY)" -m bench $(PARTS)

.PHONY: chaos
chaos: setup ## the fault run, its counts on the screen; also SEED=3, MENTIONS=300, SHORT=1, EDITS=1
	@exec "$(PY)" -m bench.chaos $(if $(SEED),--seed $(SEED)) $(if $(MENTIONS),--mentions $(MENTIONS)) \
	  $(if $(SHORT),--short) $(if $(EDITS),--edits)

.PHONY: format
format: setup ## let the formatter rewrite the sources
	"$(PY)" -m ruff check --fix-only --exit-zero --quiet .
	"$(PY)" -m ruff format .

.PHONY: lint
lint: setup ## formatter, linter, types and import rules, without tests
	"$(PY)" -m ruff format --check .
	"$(PY)" -m ruff check .
	"$(PY)" -m mypy $(SOURCES)
	"$(VENV)/bin/lint-imports"

.PHONY: check
check: lint test ## all that CI asks

.PHONY: lock
lock: setup ## write requirements.lock anew from pyproject.toml
	"$(PY)" -m uv pip compile pyproject.toml --group dev --universal --generate-hashes --no-emit-index-url \
	  --python-version 3.11 -o requirements.lock

.PHONY: doctor
doctor: setup ## ask Slack, Jira, Claude and Redis whether the settings in .env work
	@exec "$(PY)" -m workers doctor

.PHONY: run
run: setup ## web, worker and beat together, for a real workspace
	@"$(PY)" -m workers settings
	@exec $(MAKE) --no-print-directory --jobs=3 web worker beat

.PHONY: web
web: setup ## the listener
	@$(call procfile,web)

.PHONY: worker
worker: setup ## a worker; start as many as you like
	@$(call procfile,worker)

.PHONY: beat
beat: setup ## the timed jobs
	@$(call procfile,beat)

.PHONY: redis
redis: setup ## a Redis-protocol server on port 6379, its data in .sandbox/, for a machine that has none
	@exec "$(PY)" -m sandbox redis

.PHONY: clean
clean: ## remove .venv/, .sandbox/ and the tools' caches
	rm -rf "$(VENV)" .sandbox .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
