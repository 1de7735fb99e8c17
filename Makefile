# Two commands: `make annexes` (deliveries in, annexes out) and `make test` (everything that proves it).
# Both set up what they need in .venv; nothing else on the machine is touched.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/ready

# A compiled cache makes every start two to three times faster.
unexport PYTHONDONTWRITEBYTECODE
# Another checkout named there would take the place of this one.
unexport PYTHONPATH
export DO_NOT_TRACK := 1
PROCESSES ?= auto
# Which tests `make pytest` runs; `make nightly` runs all.
WHICH := -m "not nightly"

.PHONY: help annexes quick test nightly lint types sql unit-tests pytest slowest golden mutants benchmark ui wheel
.PHONY: spark schemas lock sbom licences audit clean

help:
	@echo "make annexes    load what is in the inbox and write the annexes (an empty inbox gets demo deliveries first)"
	@echo "make quick      lint, types and the tests that need no pipeline (under a minute); make test runs all of them"
	@echo "make test       lint, types, SQL style, dbt unit tests and pytest"
	@echo "make nightly    make test and what takes minutes more: other seeds, sizes and moments of the same tests"
	@echo "make golden     renew the reviewed texts of tests/golden; read the difference before you commit it"
	@echo "make slowest    the tests of make quick that take over a second: make them faster, or mark them slow"
	@echo "make mutants    change models, macros, rules and Python in small places; what no test notices is named (hours)"
	@echo "make benchmark  cost of the pipeline against one hand-written script, at national size"
	@echo "make ui         the Dagster page, on this machine alone"
	@echo "make spark      add Apache Spark, the other engine, to .venv (docs/spark.md)"
	@echo "make wheel      what OCMWs install to check deliveries before they send them, in dist"
	@echo "make sbom       bill of materials of all packages (CycloneDX), in dist; make licences checks theirs"
	@echo "make audit      known vulnerabilities of the packages, by pip-audit (PIP_AUDIT=...); fails when not all were checked"
	@echo "make schemas    JSON Schemas of the YAML files, for editors, in docs/schemas"

annexes: $(READY)
	@$(BIN)/twe demo --if-empty
	@$(BIN)/twe run

quick: lint types
	$(BIN)/pytest -m "not slow and not nightly" --numprocesses $(PROCESSES) --dist loadfile

test: lint types sql unit-tests pytest

nightly: WHICH :=
nightly: test

lint: $(READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: $(READY)
	$(BIN)/ty check --python $(VENV) --output-format concise orchestration expectations exports

sql: $(READY)
	$(BIN)/sqlfluff lint --disable-progress-bar dbt_project/models dbt_project/tests

unit-tests: $(READY)
	$(BIN)/python -m tests.dbt_unit_tests

# A file of tests stays together, since its tests may share a data folder.
pytest: $(READY)
	$(BIN)/pytest $(WHICH) --numprocesses $(PROCESSES) --dist loadfile --no-loadscope-reorder

# One at a time, so that no test is slow because of another.
slowest: $(READY)
	$(BIN)/pytest -m "not slow and not nightly" --numprocesses 1 --durations 0 --durations-min 1

golden: $(READY)
	$(BIN)/pytest --golden
	@git --no-pager diff --stat tests/golden

mutants: $(READY)
	$(BIN)/python -m tests.mutants

benchmark: $(READY)
	$(BIN)/python -m tests.benchmark

ui: $(READY)
	$(BIN)/twe ui

wheel: $(READY)
	@$(BIN)/python -m pip wheel --quiet --disable-pip-version-check --no-build-isolation --no-deps --wheel-dir dist .
	@rm -rf build

spark: $(READY)
	@echo "Adding Spark to $(VENV) (half a gigabyte, once) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps --no-build-isolation -r requirements-spark.lock

schemas: $(READY)
	$(BIN)/python -m tests.support.schemas

sbom: $(READY)
	@$(BIN)/python -m tests.supply sbom dist/twe-warehouse.cdx.json

licences: $(READY)
	@$(BIN)/python -m tests.supply licences

PIP_AUDIT ?= pip-audit
audit: $(READY)
	@$(BIN)/python -m tests.supply audit $(PIP_AUDIT)

$(READY): requirements.lock pyproject.toml
	@echo "Setting up $(VENV) (one to two minutes, once) ..."
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed, and $(PYTHON) is " + sys.version.split()[0] + "; set PYTHON=...")'
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps --editable .
	@$(BIN)/python -m orchestration.warehouse.dbt
	@touch $@

# The locks hold for every Python from 3.11 on, and name no registry. That of Spark has what comes on top. Needs uv.
lock:
	uv pip compile pyproject.toml --extra warehouse --extra dev --extra postgres --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-emit-find-links --no-header --quiet --output-file requirements.lock
	uv pip compile pyproject.toml --extra warehouse --extra spark --constraint requirements.lock --universal --python-version 3.11 \
		--generate-hashes --no-emit-index-url --no-emit-find-links --no-header --quiet --output-file requirements-spark.lock \
		$$(sed -n 's/^\([a-z0-9._-]*\)==.*/--no-emit-package \1/p' requirements.lock)
	sed -i '/^# The following packages/,$$d' requirements-spark.lock

clean:
	rm -rf $(VENV) dbt_project/target
