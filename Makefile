# Needs Python 3.11 or later and make; everything else goes into .venv.
PYTHON ?= python3
# Versions for Python 3.11; other versions may need `make CONSTRAINTS= test`, the newest of everything.
CONSTRAINTS ?= constraints.txt
VENV := .venv
BIN := $(VENV)/bin
PIP_INSTALL := -m pip install --quiet --disable-pip-version-check
PINNED := $(if $(CONSTRAINTS),--constraint $(CONSTRAINTS))
# The first pip that knows dependency groups.
PIP := 'pip>=25.1'
DB ?= chemdb.duckdb
TYPESCRIPT := 7.0.2
TSC := $(VENV)/node_modules/typescript/bin/tsc
PARALLEL := --numprocesses auto --dist worksteal
SOURCES := $(shell find chemdb sql -name '*.py' -o -name '*.sql' -o -name '*.parquet')

.PHONY: help build test test-unit test-slow test-long lint docs figures claims screenshots bench bench-storage bench-quinaries bench-label bench-embedding bench-agreement bench-suggest bench-explorer bench-serve bench-scaling bench-export bench-robustness constraints licences audit clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

build: $(DB) ## build the database and print Table 2
	@$(BIN)/chemdb report --table2 --db $(DB)

test: $(VENV)/test.stamp ## install what the tests need and run the tests of every change (three minutes on two cores)
	$(BIN)/pytest $(PARALLEL)

test-unit: $(VENV)/test.stamp ## the quick part of them: no large database, process or server (a minute)
	$(BIN)/pytest $(PARALLEL) -m "not integration and not slow and not long"

test-slow: $(VENV)/test.stamp ## the tests that install other programs: the wheel, older and other DuckDB clients
	$(BIN)/pytest -m slow

test-long: $(VENV)/test.stamp ## make test with all matrices whole and ten times the generated examples (an hour)
	$(BIN)/pytest $(PARALLEL) -m "not slow" --hypothesis-profile long

lint: $(VENV)/lint.stamp $(TSC) ## check style, types and the direction of imports
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/node $(TSC) --project chemdb/explorer/page/jsconfig.json

docs: $(DB) $(VENV)/test.stamp ## run the commands that the pages show and write what they print
	CHEMDB_PATH=$(DB) $(BIN)/python docs/refresh.py

figures: $(DB) $(VENV)/test.stamp ## draw docs/figures: the paper's and others (ten minutes, where the file lacks the maps)
	CHEMDB_PATH=$(DB) $(BIN)/python docs/figures.py

claims: $(DB) $(VENV)/test.stamp ## judge the paper's claims: renews the table and the figure of docs/claims.md (two minutes)
	CHEMDB_PATH=$(DB) $(BIN)/python docs/claims.py

screenshots: $(DB) $(VENV)/test.stamp ## take the pictures of docs/explorer.md in Chromium (a minute)
	CHEMDB_PATH=$(DB) $(BIN)/python docs/screenshots.py

bench: $(VENV)/test.stamp ## measure docs/performance.md: peers, bounds, growth (eight minutes)
	$(BIN)/python bench/performance/run.py

bench-storage: $(DB) $(VENV)/test.stamp ## measure docs/storage.md, what listing allowed sets saves (two minutes)
	$(BIN)/python bench/storage.py $(DB) > storage.new && mv storage.new docs/storage.md

bench-quinaries: $(VENV)/test.stamp ## build and check all compositions of two to five elements (five minutes)
	$(BIN)/python bench/quinaries.py --db quinaries.duckdb

bench-label: $(DB) $(VENV)/test.stamp ## time labels of a million formulas against SMACT (a minute)
	$(BIN)/python bench/label.py $(DB)

bench-embedding: $(DB) $(VENV)/test.stamp ## time vectors of compositions against elementembeddings (a minute)
	$(BIN)/python bench/embedding.py $(DB)

bench-agreement: $(VENV)/test.stamp ## compare 4,500 systems with SMACT (15 minutes)
	$(BIN)/python bench/smact_agreement.py

bench-suggest: $(DB) $(VENV)/test.stamp ## measure what docs/suggest.md says of suggestions (three minutes)
	$(BIN)/python bench/suggest.py $(DB)

bench-explorer: $(DB) $(VENV)/test.stamp ## time the explorer in Chromium, and compare it with db.query (five minutes)
	$(BIN)/python bench/explorer.py $(DB)

bench-serve: $(DB) $(VENV)/test.stamp ## measure the server: renews a part of docs/serve.md (two minutes)
	$(BIN)/python bench/serve.py $(DB)

bench-scaling: $(DB) $(VENV)/test.stamp ## measure pieces, scores and exports: renews a part of docs/scaling.md (five minutes)
	$(BIN)/python bench/scaling.py $(DB)

bench-export: $(DB) $(VENV)/test.stamp ## export all missing compositions through Dask: renews a part of docs/scaling.md (five minutes)
	$(BIN)/python bench/export.py $(DB)

bench-robustness: $(DB) $(VENV)/test.stamp ## kill, damage, starve and fuzz chemdb: renews docs/reliability.md (two hours)
	$(BIN)/python $(PIP_INSTALL) --group robustness
	$(BIN)/python bench/robustness/run.py $(DB)

constraints: ## renew constraints.txt: the versions that test and lint install
	rm -rf $(VENV)/fresh && $(PYTHON) -m venv $(VENV)/fresh
	$(VENV)/fresh/bin/python $(PIP_INSTALL) --upgrade $(PIP)
	$(VENV)/fresh/bin/python $(PIP_INSTALL) --group dev .
	$(VENV)/fresh/bin/pip check
	(echo "# What make test and make lint install, for Python 3.11: made by make constraints."; \
		$(VENV)/fresh/bin/pip freeze --exclude chemdb) > constraints.txt
	rm -rf $(VENV)/fresh

licences: ## check that what chemdb needs agrees with itself and has licences that docs/licences.md names
	rm -rf $(VENV)/needs && $(PYTHON) -m venv $(VENV)/needs
	$(VENV)/needs/bin/python $(PIP_INSTALL) --no-compile $(PINNED) ".[mcp,distributed]"
	$(VENV)/needs/bin/pip check
	$(PYTHON) -m venv $(VENV)/licences && $(VENV)/licences/bin/pip install --quiet pip-licenses
	$(VENV)/licences/bin/pip-licenses --python $(VENV)/needs/bin/python --from=mixed --partial-match \
		--allow-only="$$(sed -n 's/^- `\([^`]*\)`.*/\1/p' docs/licences.md | paste -sd ';')"

audit: ## look for known vulnerabilities in what constraints.txt names (asks PyPI's advisories)
	$(PYTHON) -m venv $(VENV)/audit && $(VENV)/audit/bin/pip install --quiet pip-audit
	$(VENV)/audit/bin/pip-audit --strict --no-deps --disable-pip --requirement constraints.txt

clean: ## remove what the other targets made
	rm -rf $(VENV) $(DB) .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis dist

$(DB): $(VENV)/install.stamp $(SOURCES)
	$(BIN)/chemdb build --db $@

$(VENV)/venv.stamp:
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python $(PIP_INSTALL) --upgrade $(PIP)
	@touch $@

$(VENV)/install.stamp: $(VENV)/venv.stamp pyproject.toml
	$(BIN)/python $(PIP_INSTALL) --editable .
	@touch $@

$(VENV)/test.stamp: $(VENV)/venv.stamp pyproject.toml $(CONSTRAINTS)
	$(BIN)/python $(PIP_INSTALL) $(PINNED) --group test --editable .
	@touch $@

$(VENV)/lint.stamp: $(VENV)/venv.stamp pyproject.toml $(CONSTRAINTS)
	$(BIN)/python $(PIP_INSTALL) $(PINNED) --group lint --editable .
	@touch $@

$(TSC): $(VENV)/lint.stamp
	$(BIN)/npm install --silent --no-audit --no-fund --no-save --prefix $(VENV) typescript@$(TYPESCRIPT)
	@touch $@
