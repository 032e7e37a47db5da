.DEFAULT_GOAL := help
PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
# The installer itself; what it installs is pinned in requirements.lock.
UV := uv>=0.9,<1
export DAGSTER_DISABLE_TELEMETRY := 1
# Compiled modules start twice as fast; some machines are told not to keep them.
unexport PYTHONDONTWRITEBYTECODE

help: ## print the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

COMPILED := hatch_build.py bundle_pipeline/ingest/byte_counts.c bundle_pipeline/mining/kernel/counting.c
.venv/installed: requirements.lock pyproject.toml $(COMPILED)
	@test -n "$(PYTHON)" || { echo "needs Python 3.11 or newer; name one with make PYTHON=..."; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check "$(UV)"
	$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes --compile-bytecode -r requirements.lock
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --editable .
	@touch $@

install: .venv/installed ## install what requirements.lock pins into .venv

# Half a gigabyte, which only the tests of Spark need.
.venv/spark: .venv/installed requirements-spark.lock
	$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements-spark.lock
	@touch $@

BENCH := .venv-bench/bin
.venv-bench/installed: .venv/installed
	$(PYTHON) -m venv .venv-bench
	$(BIN)/uv pip install --quiet --python $(BENCH)/python --require-hashes -r requirements.lock
	$(BIN)/uv pip install --quiet --python $(BENCH)/python ziglang==0.17.1
	CC="$(CURDIR)/$(BENCH)/python -m ziglang cc" $(BIN)/uv pip install --quiet --python $(BENCH)/python --editable ".[bench]"
	@touch $@

run: install ## take the sample shops from CSV to ranked bundles and print them
	$(BIN)/bundle-pipeline run

test: .venv/spark ## run all tests
	$(BIN)/pytest -n auto --dist loadfile

dev: install ## open the Dagster UI with the sample shops registered
	$(BIN)/bundle-pipeline dev

format: install ## format the code
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lint: install ## check style
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: .venv/spark ## check types
	$(BIN)/pyright

imports: install ## check who may import whom
	$(BIN)/lint-imports

validate: install ## load the definitions as Dagster does
	DAGSTER_HOME=$(CURDIR) $(BIN)/dagster definitions validate -w workspace.yaml

golden: install ## rewrite the golden documents; read the diff
	$(BIN)/python -m bundle_pipeline_tests.golden

screenshots: install ## redraw the pictures of the README (needs Chromium)
	$(BIN)/python -m bundle_pipeline_tests.ui.screenshots

bench-mining: .venv-bench/installed ## measure counting beside other packages (real shops: BUNDLE_BENCH_DATA)
	$(BENCH)/python -m bundle_pipeline_tests.benchmarks.mining compare

bench-engines: .venv/spark ## measure our own counting engines beside each other
	$(BIN)/python -m bundle_pipeline_tests.benchmarks.mining engines

lock: install ## pin the newest versions that pyproject.toml allows
	$(BIN)/uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --upgrade \
	  --generate-hashes --no-header --no-annotate --no-emit-index-url --quiet -o requirements.lock
	$(BIN)/uv pip compile --group spark-tests --constraints requirements.lock --universal --python-version 3.11 --upgrade \
	  --generate-hashes --no-header --no-annotate --no-emit-index-url --quiet -o requirements-spark.lock

check: lint types imports validate test ## every gate, as before a commit

clean: ## remove what runs leave behind; landed files stay
	rm -rf data/lake data/dagster .pytest_cache .ruff_cache .hypothesis

.PHONY: help install run test dev format lint types imports validate golden screenshots bench-mining bench-engines lock check clean
