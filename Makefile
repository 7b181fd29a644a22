# The words of this file are explained in README.md, one line each.
PYTHON ?= python3
PORT ?= 8501
VENV := .venv
BIN := $(VENV)/bin
COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --no-emit-index-url --no-annotate --custom-compile-command "make requirements"

.PHONY: demo test long lint format bench torture scale interop requirements

$(VENV)/.installed: requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; name one with PYTHON=python3.12 make ..." >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

$(VENV)/.scale: requirements-scale.txt $(VENV)/.installed
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements-scale.txt
	@touch $@

$(VENV)/.lint: requirements-lint.txt $(VENV)/.scale
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements-lint.txt
	@touch $@

$(VENV)/.bench: requirements-bench.txt $(VENV)/.scale
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements-bench.txt
	@touch $@

demo: $(VENV)/.installed
	@PORT=$(PORT) $(BIN)/streamlit run streamlit_app.py --server.port $(PORT)

test: $(VENV)/.scale
	$(BIN)/pytest -n 3 --dist worksteal

long: $(VENV)/.scale
	$(BIN)/pytest -n 2 -m long

# SEED=, REELS= (2000) and MINUTES= (one round) choose how; a broken promise leaves its evidence in build/torture.
torture: $(VENV)/.installed
	@SEED="$(SEED)" REELS="$(REELS)" MINUTES="$(MINUTES)" $(BIN)/python -m tests.torture

# SEED=, REELS= (5000) and MINUTES= (no more are handed in then) choose how; a broken promise leaves its evidence in build/scale.
scale: $(VENV)/.scale
	@SEED="$(SEED)" REELS="$(REELS)" MINUTES="$(MINUTES)" $(BIN)/python -m tests.scale

# Apart from `test`, since it needs Node.js and installs from the registry of its packages.
interop: $(VENV)/.installed
	@command -v npm >/dev/null || { echo "Node.js 20 or newer with npm is needed" >&2; exit 1; }
	npm install --prefix tests/interop --ignore-scripts --no-package-lock --no-audit --no-fund --loglevel=error
	$(BIN)/pytest tests/interop/heygens_n8n_node.py

# A missed target is said and is no failure; the figures go to build/bench.json and docs/performance.md.
bench: $(VENV)/.bench
	@$(BIN)/python -m bench

lint: $(VENV)/.lint
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

format: $(VENV)/.lint
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

requirements: $(VENV)/.lint
	$(COMPILE) --extra test -o requirements.txt pyproject.toml
	$(COMPILE) --extra test --extra s3 --extra postgres --extra celery --extra scale --constraint requirements.txt -o requirements-scale.txt pyproject.toml
	for extra in s3 postgres celery lint bench; do $(COMPILE) --extra $$extra --constraint requirements-scale.txt -o requirements-$$extra.txt pyproject.toml || exit 1; done
