# make install | run | test | check | browse | bench    (each installs what it needs)
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
# numpy's threads gain nothing on matrices this small, and thrash on a busy machine.
export OPENBLAS_NUM_THREADS := 1
SOURCES := monitor models db flows sample tests bench

.PHONY: install run test check browse bench clean
.DEFAULT_GOAL := run

install: $(STAMP)

# uv resolves in seconds what pip takes a minute for; constraints.txt pins versions and holds no addresses.
$(STAMP): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed (make PYTHON=python3.12)"; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	$(BIN)/uv pip install --quiet --python $(BIN)/python --constraints constraints.txt --group dev --editable .
	@touch $@

run: install
	$(BIN)/zingonia run --sample

test: install
	$(BIN)/python -m pytest

check: install
	$(BIN)/ruff check $(SOURCES)
	$(BIN)/ruff format --check $(SOURCES)
	$(BIN)/mypy

browse: install
	$(BIN)/zingonia browse --db data/sample.db

bench: install
	$(BIN)/python bench/spikes.py

clean:
	rm -rf $(VENV) data build dist *.egg-info
