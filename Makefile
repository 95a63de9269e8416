# Two commands: `make demo` and `make test`. Both work on a fresh machine with Python 3.11 or later.

PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3; do command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
VENV = .venv
BIN = $(VENV)/bin
PACKAGES = libreoffice-calc libreoffice-writer python3-uno fonts-noto-cjk poppler-utils desktop-file-utils nodejs npm chromium chromium-driver
SOURCES = setup.cfg pyproject.toml
# Two workers that take file after file, in the order of conftest.py.
PYTEST = $(BIN)/python -m pytest -q -n 2 --dist loadfile --no-loadscope-reorder --durations=25 --durations-min=10

.PHONY: demo test quick lint soak mutants fuzz templates judgements rules addin pictures bench clean system wine

demo: $(VENV)/.installed
	@$(BIN)/selfeval demo demo

test: $(VENV)/.test system
	@$(PYTEST)

# For daily work: no LibreOffice, no validator, no cluster, nothing slow; a minute or so.
quick: $(VENV)/.test
	@$(PYTEST) -m 'not (soak or slow or office or validator)'

# Form, arrows between the rooms, types.
lint: $(VENV)/.test $(VENV)/.lint
	@$(BIN)/ruff format --check -q . || { echo "写法没有排好，请运行：$(BIN)/ruff format ."; exit 1; }
	@$(BIN)/ruff check -q .
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/mypy

soak: $(VENV)/.test system wine
	@$(BIN)/python -m pytest -q -m soak -s
	@$(BIN)/python benchmarks/attack.py

# Small mistakes put into the rules, one at a time: whether the quick tests notice them; half an hour or more.
mutants: $(VENV)/.test
	@$(BIN)/python -m pip install -q --disable-pip-version-check -e '.[mutants]'
	@$(BIN)/python benchmarks/mutants.py

# Files changed at random, guided by what the readers do with them: make fuzz MINUTES=60.
fuzz: $(VENV)/.test system
	@$(BIN)/python -m pip install -q --disable-pip-version-check -e '.[fuzz]'
	@$(BIN)/python benchmarks/fuzzing.py --minutes $(or $(MINUTES),60)

templates: $(VENV)/.installed
	@$(BIN)/python -m selfeval_xl.templates workbook_templates

# The weights of the judgements on texts, from the labelled texts in training/, and their results.
judgements: $(VENV)/.installed
	@$(BIN)/python -m pip install -q --disable-pip-version-check -e '.[training]'
	@$(BIN)/python training/train.py
	@$(BIN)/python training/train.py --second

rules: $(VENV)/.test
	@$(BIN)/python docs/make_rules.py

addin: $(VENV)/.test
	@PYTHONPATH=. $(BIN)/python vba_shim/build.py
	@$(BIN)/python docs/make_buttons.py

pictures: $(VENV)/.test system
	@$(BIN)/python docs/make_pictures.py
	@$(BIN)/python docs/pictures_of_issue.py
	@$(BIN)/python docs/pictures_of_returns.py
	@$(BIN)/python docs/pictures_of_review.py
	@$(BIN)/python docs/pictures_of_desks.py
	@$(BIN)/python docs/pictures_of_desk.py
	@$(BIN)/python docs/make_template_pictures.py
	@$(BIN)/python docs/make_county_pictures.py
	@$(BIN)/python docs/make_province_pictures.py
	@$(BIN)/python docs/make_filmstrip.py

bench: $(VENV)/.test
	@$(BIN)/python benchmarks/reading.py
	@$(BIN)/python benchmarks/county.py
	@$(BIN)/python benchmarks/scale.py --forms 1600 10000
	@$(BIN)/python benchmarks/desk_load.py

$(VENV)/bin/python:
	@test -n "$(PYTHON)" || { echo "需要 Python 3.11 或更高版本，请先安装。"; exit 1; }
	@$(PYTHON) -m venv $(VENV) >/dev/null || { rm -rf $(VENV); \
	  echo "建不了虚拟环境。Debian 或 Ubuntu 上请先运行：sudo apt-get install python3-venv"; exit 1; }

$(VENV)/.installed: $(VENV)/bin/python $(SOURCES)
	@echo "正在安装（第一次需要一两分钟）……"
	@$(BIN)/python -m pip install -q --disable-pip-version-check -e . && touch $@

$(VENV)/.test: $(VENV)/.installed
	@$(BIN)/python -m pip install -q --disable-pip-version-check -e '.[test,addin]' && touch $@

$(VENV)/.lint: $(VENV)/.installed
	@$(BIN)/python -m pip install -q --disable-pip-version-check -e '.[lint]' && touch $@

# LibreOffice, its Python bridge, a Chinese font, poppler and Chromium from the system; the Open XML validator and axe from npm.
system:
	@bash tests/system.sh $(PACKAGES)

# The starter for dropped files is tried in wine's cmd, in `make soak` only.
wine:
	@command -v wine >/dev/null || { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null \
	  && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends wine wine64 >/dev/null; } \
	  || echo "没有wine，跳过拖放校验的一项测试；要跑它请运行：sudo apt-get install --no-install-recommends wine wine64"

clean:
	rm -rf $(VENV) build dist *.egg-info demo tests/node_modules
