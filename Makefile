# Two commands do everything: "make run" and "make test". The rest is for those who work on the code.
SHELL := /bin/bash
PORT ?= 8000
export PORT
ifdef DATABASE_URL
export DATABASE_URL
endif

BIN := .venv/bin
SOURCES := core people training questions exam certificates app tests
CATALOGUES := $(wildcard app/translations/*/LC_MESSAGES/messages.po)
COMPILED := $(CATALOGUES:.po=.mo)

.PHONY: run test check format bench catalogue drill clean

run: .venv/run-ready $(COMPILED)
	@$(BIN)/chizheng run

# Browsers, servers and their faults wait for each other on a small machine: what fails beside others is run
# once more alone, and fails only if it does so again. Both runs are printed.
PYTEST := $(BIN)/python -m pytest -q -n auto --dist loadfile
AGAIN := $(BIN)/python -m pytest -q --last-failed --last-failed-no-failures none

test: .venv/dev-ready $(COMPILED)
	$(PYTEST) || $(AGAIN)
	$(BIN)/python scripts/on_postgresql.py $(PYTEST) -m "not browser and not slow"

check: .venv/dev-ready $(COMPILED)
	$(BIN)/ruff format --no-cache --check $(SOURCES) scripts
	$(BIN)/ruff check --no-cache $(SOURCES) scripts
	$(BIN)/mypy
	$(BIN)/python -m pytest -q tests/test_architecture.py tests/test_catalogue.py tests/test_templates.py
	$(BIN)/djlint templates --lint --quiet

format: .venv/dev-ready
	$(BIN)/ruff check -q --fix $(SOURCES) scripts
	$(BIN)/ruff format -q $(SOURCES) scripts

# Measures the exam room on both databases; ONLY=postgresql:1000 or ONLY=documents measures a part, FULL=1 up to 10,000,000 rows.
bench: .venv/dev-ready $(COMPILED)
	@ONLY="$(ONLY)" FULL="$(FULL)" $(BIN)/python -m scripts.bench

# Gathers every text into the catalogue; new ones are left for a person to translate.
catalogue: .venv/dev-ready
	$(BIN)/pybabel -q extract -F babel.cfg -k _ -k lazy_gettext --no-location --sort-output --no-wrap -o var/messages.pot .
	$(BIN)/pybabel -q update -i var/messages.pot -d app/translations -l en --no-wrap --no-fuzzy-matching --ignore-obsolete

.venv/run-ready: requirements.lock requirements-setup.lock pyproject.toml
	@scripts/environment run
	@touch $@

.venv/dev-ready: requirements-dev.lock requirements-setup.lock pyproject.toml
	@scripts/environment dev
	@touch $@ .venv/run-ready

# Does harm to a real server for about an hour and prints what became of it; ONLY="kill bell" runs these alone.
drill: .venv/dev-ready $(COMPILED)
	$(BIN)/python -m scripts.drill $(ONLY)

%.mo: %.po | .venv/run-ready
	@$(BIN)/pybabel -q compile -i $< -o $@

clean:
	rm -rf .venv var build *.egg-info
