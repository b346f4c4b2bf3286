# Every target sets up what it needs: `make demo` and `make test` work in a fresh clone.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: demo test test-all check clean

demo: .venv/installed  ## train and evaluate on the built-in data set, write a report
	test -d gaze/popout || $(BIN)/gazemap data popout gaze/popout --images 600
	$(BIN)/gazemap reproduce nurick2021 --data gaze/popout --out runs/demo
	@echo "Open runs/demo/report.html in a browser."

test: check  ## format, lint, types and the quick tests
	$(BIN)/pytest -m "not slow" -n 2

test-all: check  ## the slow tests too
	$(BIN)/pytest -n 2

check: .venv/installed
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

# torch first and pinned: a bare `pip install torch` may bring gigabytes of CUDA libraries
.venv/installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --constraint constraints.txt torch
	$(BIN)/pip install --quiet --constraint constraints.txt --editable ".[dev]"
	touch $@

clean:
	rm -rf .venv gaze runs
