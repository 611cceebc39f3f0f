# Two commands do all the set-up: `make run` and `make test`. `make help` lists the rest.
PYTHON ?= python3
PY := .venv/bin/python
export VILLAGE_PORT ?= 8000
export DISTRICT_PORT ?= 8001
# Checks that load the settings must not make an office's data folder.
CHECK := DJANGO_SETTINGS_MODULE=tests.settings $(PY)
# Extra words for pytest: make test ARGS="tests/registry -x"
ARGS ?=
# Test processes at once; browsers and offices under test stay on one of them (tests/conftest.py).
WORKERS ?= auto
PYTEST := $(PY) -m pytest -n $(WORKERS) --maxprocesses 4 --dist loadscope --no-loadscope-reorder

.DEFAULT_GOAL := help
.PHONY: help environment dev-environment run demo-reset test unit lint format types layers \
        migrations check-hosted benchmark trial-delivery trial-numbers contract messages messages-check \
        screenshots clean

help:  ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

environment:  ## system libraries and .venv for running
	@$(PYTHON) -I puskesmas/bootstrap.py

dev-environment:  ## the same, with what the tests and checks need
	@$(PYTHON) -I puskesmas/bootstrap.py --dev

run: environment  ## the demo: a village office and a district office, with their workers
	@exec $(PY) -m puskesmas.launcher

demo-reset: environment  ## throw the demo's data away and start it afresh
	@exec $(PY) -m puskesmas.launcher --reset

test: dev-environment  ## the whole test suite (DATABASE_URL, CELERY_BROKER_URL choose the engines)
	@$(PYTEST) $(ARGS)

unit: dev-environment  ## the tests for daily work: no browser, no processes, no sweep over everything
	@$(PYTEST) -m "not browser and not processes and not sweep" $(ARGS)

benchmark: dev-environment  ## how long search and imports take, beside floors: ARGS="search --scale 10000"
	@$(PY) -m benchmarks $(ARGS)

trial-delivery: dev-environment  ## referrals through everything that breaks between two offices (root)
	@$(PY) -m tests.trial $(ARGS)

contract: dev-environment  ## does another system keep docs/exchange.md? URL=https://… TOKEN=… (ARGS="--ask")
	@CONTRACT_TOKEN="$(TOKEN)" $(PY) -m tests.contract --url "$(URL)" $(ARGS)

trial-numbers: dev-environment  ## ten thousand letter numbers by eight writers
	@$(PY) -m tests.letters.trial $(ARGS)

lint: dev-environment  ## style of Python and templates
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@$(PY) -m djlint --lint --quiet templates

format: dev-environment  ## rewrite Python in the house style
	@$(PY) -m ruff check --fix .
	@$(PY) -m ruff format .

types: dev-environment  ## static types
	@$(PY) -m mypy

layers: dev-environment  ## no lower layer imports a higher one
	@.venv/bin/lint-imports

migrations: dev-environment  ## every model change has its migration
	@$(CHECK) manage.py makemigrations --check --dry-run

check-hosted: dev-environment  ## what Django says about the settings of a hosted office
	@data=$$(mktemp -d); trap 'rm -rf "$$data"' EXIT; PUSKESOS_DATA_DIR=$$data \
	  PUSKESOS_BASE_URL=https://puskesos.example.org PUSKESOS_BEHIND_PROXY=1 \
	  $(PY) manage.py check --deploy --fail-level WARNING

messages: dev-environment  ## collect new sentences into the English catalogue
	@$(PY) -m tests.catalogue --write

messages-check: dev-environment  ## every sentence has its English
	@$(PY) -m tests.catalogue

screenshots: dev-environment  ## the README's pictures, taken from a running demo
	@$(PY) -m tests.screenshots

clean:  ## remove what the commands above made, except data in var/
	@rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
