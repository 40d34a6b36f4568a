# demo, test, check and bench set up what they need by themselves; the first one needs a package index, later runs are offline.
VENV   := .venv
BIN    := $(VENV)/bin
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11 python; do \
            $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
PIP    := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt
WORKERS ?= 2
PROJECTS = $(filter-out %/third-party-connector/,$(wildcard examples/*/))  # that one's connector is installed by a test

.PHONY: demo test check cases crash compliance bench wheel clean

demo: $(VENV)/.run                                ## sample shop into the embedded ledger and e-conomic, twice
	@$(BIN)/kontering demo --dir demo

test: $(VENV)/.dev                                ## all tests
	@$(BIN)/python -m pytest -q -n $(WORKERS) --dist loadfile

check: $(VENV)/.dev                               ## format, lint, types, layers, our own mappings and examples
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/kontering check mappings $(PROJECTS)
	@$(BIN)/kontering test mappings examples
	@$(BIN)/python benchmarks/house.py

cases: $(VENV)/.dev                               ## the golden accounting cases, a line each
	@$(BIN)/python -m tests.cases_report

crash: $(VENV)/.dev                               ## workers killed in large storms, a line each; ORDERS=2000, ONLY=cluster
	@$(BIN)/python -m tests.crash_report

compliance: $(VENV)/.dev                          ## the official JMESPath files (KONTERING_COMPLIANCE or ../shared/compliance)
	@$(BIN)/python -m tests.compliance_report

bench: $(VENV)/.dev                               ## ratios against peers, in one run
	@$(BIN)/python benchmarks/run.py

wheel: $(VENV)/.dev
	@$(BIN)/python -m build --no-isolation --wheel --outdir dist .

clean:
	rm -rf $(VENV) demo dist build .pytest_cache .mypy_cache .ruff_cache .hypothesis

$(VENV)/.run: pyproject.toml constraints.txt
	@test -n "$(PYTHON)" || { echo "make: Python 3.11 or newer is needed; name it with PYTHON=/path/to/python3" >&2; exit 2; }
	@echo "setting up $(VENV) with $(PYTHON) …"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(PIP) --editable .
	@touch $@

$(VENV)/.dev: $(VENV)/.run
	@echo "adding what tests and checks need …"
	@$(PIP) --editable '.[test,check]'
	@touch $@
