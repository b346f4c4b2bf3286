# Every target sets up what it needs: `make demo` and `make test` work in a fresh clone.
PYTHON ?= python3
PYTHONS ?= python3.11 python3.12 python3.13
BIN := .venv/bin
# Many containers set it, and each process would then compile gazemap and the tests anew: half a minute of each.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo test test-all light package wheel-test check docs page clean

demo: .venv/demo  ## one page: a photograph, a network that learns, one that does not; about two minutes
	$(BIN)/gazemap demo --out gazemap-demo

# a file's tests run in one process, which makes once what they share
test: check  ## format, lint, types and the quick tests
	$(BIN)/pytest -m "not slow" -n 2 --dist loadfile

test-all: check  ## the slow tests too
	$(BIN)/pytest -n 2

light: package  ## what `pip install gazemap` brings, without PyTorch: the wheel, by each of PYTHONS that runs here
	tried=; for python in $(PYTHONS); do \
		$$python -c '' 2> /dev/null || { echo "$$python does not run here: left out."; continue; }; \
		echo "The light environment, by $$python:"; \
		rm -rf .venv-light; \
		$$python -m venv .venv-light || exit 1; \
		.venv-light/bin/pip install --quiet --constraint constraints.txt dist/package/*.whl pytest pytest-xdist || exit 1; \
		.venv-light/bin/pytest tests/light -n 2 || exit 1; \
		tried=$$python; \
	done; test -n "$$tried"

page: src/gazemap/serving/page/index.html  ## the page of `gazemap serve` and `gazemap page`, by Node.js 20 or later

package: .venv/installed page  ## the wheel and the sdist, into dist/package
	rm -rf dist/package
	$(BIN)/python -m build --outdir dist/package .

wheel-test: package  ## both, as pip installs them; the first heat map offline
	$(BIN)/python tests/support/first_heat_map.py dist/package/*.whl dist/package/*.tar.gz

docs: .venv/docs  ## the site, into site/: notebooks are run, links are checked, a warning is an error
	$(BIN)/mkdocs build --strict

check: .venv/installed
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

PAGE := $(shell find page/src -type f) page/build.js page/licenses.txt pyproject.toml  # which has the version

src/gazemap/serving/page/index.html: page/node_modules/.package-lock.json $(PAGE)
	node page/build.js

page/node_modules/.package-lock.json: page/package-lock.json
	cd page && npm ci --no-audit --no-fund --silent
	touch $@

# torch first and pinned: a bare `pip install torch` may bring gigabytes of CUDA libraries
.venv/demo: pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --constraint constraints.txt torch
	$(BIN)/pip install --quiet --constraint constraints.txt --editable ".[train]"
	touch $@

.venv/installed: .venv/demo
	$(BIN)/pip install --quiet --constraint constraints.txt --editable ".[dev]"
	touch $@

.venv/docs: .venv/installed
	$(BIN)/pip install --quiet --constraint constraints.txt --editable ".[docs]"
	touch $@

clean:
	rm -rf .venv .venv-light dist gaze gazemap-demo runs site page/node_modules src/gazemap/serving/page
