# Everything a developer does here, by name. Needs only make and Python 3.11 or later with its venv module.

.DEFAULT_GOAL := help
.PHONY: help demo test quick check slow docs tools lint format bench bench-peers crash mutants fuzz lock lowest wheel release clean

# Set in many containers. It would make every start of ltxspec compile all of its sources again: seconds instead of
# tenths, and no timing would mean anything.
unexport PYTHONDONTWRITEBYTECODE

VENV    := .venv
BIN     := $(VENV)/bin
RUNTIME := $(VENV)/.installed-runtime
DEV     := $(VENV)/.installed-dev
EDITOR  := $(VENV)/editor
SDKS    := $(VENV)/sdks
AZURITE := $(VENV)/azurite
ENGINES := $(VENV)/.installed-engines
RELEASE := $(VENV)-release
LOWEST  := $(VENV)-lowest

CAN_USE := import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))
PYTHON  ?= $(shell for name in python3 python3.13 python3.12 python3.11 python; do \
	if $$name -c '$(CAN_USE)' >/dev/null 2>&1; then echo $$name; break; fi; done)

help: ## list these targets
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' $(MAKEFILE_LIST) | expand -t 20

demo: $(RUNTIME) ## plan and render the quickstart, offline and free, then show that a second apply buys nothing
	$(BIN)/ltxspec --version
	$(BIN)/ltxspec plan --provider sandbox specs/quickstart.yaml
	$(BIN)/ltxspec apply --provider sandbox --auto-approve specs/quickstart.yaml
	$(BIN)/ltxspec apply --provider sandbox --auto-approve specs/quickstart.yaml
	@ls -lhL renders/sandbox/quickstart/*

test: lint quick ## style, types, layers, and the quick tests

quick: $(VENV)/.collected ## the quick tests alone
	$(PYTEST) -n logical $(addprefix --ignore=,$(SLOW))

# Commands and pipelines as users run them, kills, a browser, an editor, the provider's clients, object stores.
slow: $(VENV)/.collected tools ## the slow tests
	$(PYTEST) -n auto $(SLOW)

# Tests write some 90,000 files, each of them safely: on a file system in memory that takes half of the time.
MEMORY := $(shell test -w /dev/shm && df -Pk /dev/shm | awk 'END { if ($$4 > 2000000) print "/dev/shm" }')
PYTEST := $(if $(MEMORY),TMPDIR=$(MEMORY)) $(BIN)/python -m pytest --dist worksteal
SLOW := tests/acceptance tests/browser tests/crash tests/mutation tests/architecture/test_benchmarks.py \
  tests/architecture/test_startup.py tests/contract/test_faults.py tests/contract/test_older_sdk.py \
  tests/contract/test_javascript_sdk.py

check: test slow ## everything: what CI runs

docs: $(DEV) ## build the documentation site into build/site; a warning is an error
	PYTHONPATH=docs/site $(BIN)/python -m sitegen build/site

lint: $(DEV) ## style, types and layers
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(DEV) ## mend what ruff can mend
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(DEV) ## start-up, plans beside the bare work, chains beside single shots, reviews of 1,000 shots: how long they take
	$(BIN)/python benchmarks/startup.py
	$(BIN)/python benchmarks/plan_speed.py
	$(BIN)/python benchmarks/chain_speed.py
	$(BIN)/python benchmarks/review_speed.py

# Peers are installed into environments of their own; Terraform and GNU Make take part if they are on the PATH.
bench-peers: $(DEV) ## time other programs beside ltxspec, and write docs/performance.md (SIZES="100 1000" PEERS="doit DVC" CLIENTS=100)
	$(BIN)/python benchmarks/peer_speed.py --sizes $(SIZES) $(if $(PEERS),--peers $(PEERS))
	$(BIN)/python benchmarks/client_speed.py --shots $(CLIENTS)
	$(BIN)/python benchmarks/plan_costs.py
	$(BIN)/python benchmarks/performance_page.py
SIZES   := 100 1000 10000 100000
CLIENTS := 100 300

crash: $(DEV) ## kill thousands of applies, play worlds of many actors, count what was lost (COUNT SEED KILLS STEPS FILMS SHARDS)
	PYTHONPATH=tests PYTHONHASHSEED=0 $(BIN)/python -m crash \
	  --count $(COUNT) --seed $(SEED) --kills $(KILLS) --steps $(STEPS) --films $(FILMS) --shards $(SHARDS)
COUNT := 2000
SEED  := 1
KILLS := 200
STEPS := 20000
FILMS := 5000
SHARDS := 5000

mutants: $(DEV) ## make small mistakes where money is decided, and list those no test notices (ONLY="lock apply/recovery")
	PYTHONPATH=tests nice $(BIN)/python -m mutation $(ONLY)

fuzz: $(DEV) ## damage what strangers may write, and see that it is understood or refused (ONLY="spec report" FUZZING=60)
	PYTHONPATH=tests PYTHONHASHSEED=0 $(BIN)/python -m fuzz $(ONLY) --seed $(SEED) --seconds $(FUZZING)
FUZZING := 60

lock: ## resolve the dependencies again, for every platform and Python we support
	@rm -rf $(VENV)-lock && $(PYTHON) -m venv $(VENV)-lock && $(VENV)-lock/bin/pip install --quiet 'uv>=0.9,<1'
	$(VENV)-lock/bin/uv pip compile $(LOCKING) --group build -o requirements.lock pyproject.toml
	$(VENV)-lock/bin/uv pip compile $(LOCKING) --group dev -c requirements.lock -o requirements-dev.lock pyproject.toml
	$(VENV)-lock/bin/uv pip compile $(LOCKING) -c requirements-dev.lock -o tests/sdks/requirements.lock \
	  --python-version 3.11 tests/sdks/requirements.in
	$(VENV)-lock/bin/uv pip compile $(LOCKING) -c requirements-dev.lock -o tests/engines/requirements.lock \
	  --python-version 3.11 tests/engines/requirements.in
	$(VENV)-lock/bin/uv pip compile $(LOCKING) --group pyproject.toml:release -o requirements-release.lock
	@rm -rf $(VENV)-lock
LOCKING := --quiet --universal --fork-strategy fewest --generate-hashes --no-header --annotation-style line

wheel: $(RUNTIME) ## build the wheel into dist/
	$(BIN)/python -m hatchling build -t wheel

release: $(RELEASE)/.installed ## build wheel and sdist, check them, and use both in blank environments of every Python that is here
	PYTHONPATH=tests:. $(RELEASE)/bin/python -m release

# Of everything that ltxspec imports by itself, the oldest version that pyproject.toml allows. Tests need newer tools.
lowest: $(RELEASE)/.installed ## run unit tests with the lowest versions of the dependencies (TESTS="tests/unit/storage")
	$(PYTHON) -m venv --clear $(LOWEST)
	$(RELEASE)/bin/uv pip compile --quiet --no-header --resolution lowest-direct --python $(LOWEST)/bin/python \
	  -o $(LOWEST)/lowest.txt pyproject.toml
	$(RELEASE)/bin/uv pip install --quiet --compile-bytecode --python $(LOWEST)/bin/python \
	  -r $(LOWEST)/lowest.txt -e . --group tests
	$(if $(MEMORY),TMPDIR=$(MEMORY)) $(LOWEST)/bin/python -m pytest -q -n auto --dist worksteal $(TESTS)
TESTS := tests/unit

clean: ## back to a fresh clone, except for what was rendered (renders/, .ltxspec/), which may have been paid for
	rm -rf $(VENV) $(VENV)-lock $(VENV)-peers $(RELEASE) $(LOWEST) build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -prune -exec rm -rf {} +

# --- set-up: by hash from the locks, then this checkout in place ----------------------------------

# Of the thousands of modules that only tests need, Python compiles what is imported, when it is: `--no-compile`.
PIP_INSTALL := $(BIN)/python -m pip install -qq --disable-pip-version-check

$(BIN)/python:
	@$(if $(PYTHON),,echo 'No usable Python: ltxspec needs Python 3.11 or later with venv and ensurepip.' >&2; \
	echo 'Install it (Debian, Ubuntu: apt-get install python3-venv) or name one: make PYTHON=/path/to/python3' >&2; exit 1)
	$(PYTHON) -m venv $(VENV)

$(RUNTIME): requirements.lock pyproject.toml | $(BIN)/python
	$(PIP_INSTALL) --require-hashes -r requirements.lock
	$(PIP_INSTALL) --no-deps --no-build-isolation -e .
	$(BIN)/python -m compileall -q ltxspec
	@touch $@

$(DEV): requirements-dev.lock $(RUNTIME)
	$(PIP_INSTALL) --no-compile --require-hashes -r requirements-dev.lock
	@touch $@

# pytest rewrites the assertions of every test file once. Without this each of its workers would do it, all at once.
$(VENV)/.collected: $(DEV)
	@$(BIN)/python -m pytest --collect-only -qq >/dev/null 2>&1 || : # what is wrong is said by the tests themselves
	@touch $@

tools: $(addsuffix /.installed,$(EDITOR) $(SDKS)/python $(SDKS)/javascript $(AZURITE)) $(ENGINES)

# What an editor runs, the provider's other clients, an Azure Blob Storage server and engines for many machines, by hash from
# their locks. What cannot be installed is said, and its tests skip.
$(EDITOR)/.installed: tests/editor/package.json tests/editor/package-lock.json | $(BIN)/python
	$(call npm_ci,tests/editor,language server)

$(SDKS)/javascript/.installed: tests/sdks/package.json tests/sdks/package-lock.json | $(BIN)/python
	$(call npm_ci,tests/sdks,JavaScript SDK)

$(AZURITE)/.installed: tests/azure/package.json tests/azure/package-lock.json | $(BIN)/python
	$(call npm_ci,tests/azure,Azure Blob Storage server)

npm_ci = @mkdir -p $(@D) && cp $(1)/package.json $(1)/package-lock.json $(@D) && cd $(@D) && \
  if npm ci --ignore-scripts --no-audit --no-fund --silent; then touch .installed; \
  else echo 'npm cannot install the $(2): its tests skip' >&2; fi

# The older Python SDK has the import name of the one in DEV.
$(SDKS)/python/.installed: tests/sdks/requirements.lock | $(BIN)/python
	@mkdir -p $(SDKS)
	@if $(PIP_INSTALL) --no-compile --upgrade --require-hashes --target $(@D) -r $<; \
	then touch $@; else echo 'pip cannot install the older SDK: its tests skip' >&2; fi

$(RELEASE)/.installed: requirements-release.lock
	$(PYTHON) -m venv --clear $(RELEASE)
	$(RELEASE)/bin/python -m pip install -qq --disable-pip-version-check --require-hashes -r $<
	@touch $@

# Only adds to DEV, whose versions its lock keeps.
$(ENGINES): tests/engines/requirements.lock | $(DEV)
	@if $(PIP_INSTALL) --no-compile --require-hashes -r $<; \
	then touch $@; else echo 'pip cannot install Ray and the OpenJD client: their tests skip' >&2; fi
