# Python 3.11 or newer, Node.js with npm, and make are all that is needed; everything else comes
# into .venv and node_modules.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
MANAGE := $(BIN)/python manage.py
BABEL := $(BIN)/python -m babel.messages.frontend --quiet
CODE := config demo members proposals supervision

export DATA_DIR ?= $(CURDIR)/.data
DEMO_DATABASE := $(DATA_DIR)/demo.sqlite3
VENDOR := config/static/vendor
ICONS := config/icons.tsv
CHROMIUMS := $(or $(CHROMIUM),chromium chromium-browser google-chrome)
FIND_CHROMIUM := (for name in $(CHROMIUMS); do command -v $$name > /dev/null && exit; done; false)
SUDO := $(if $(filter 0,$(shell id -u)),env,sudo -n) DEBIAN_FRONTEND=noninteractive
CATALOGUES := $(patsubst %.po,%.mo,$(wildcard locale/*/LC_MESSAGES/*.po))
BUILT := $(VENDOR) $(ICONS) $(CATALOGUES)

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help install run serve demo test browser screenshots bench lint format types layers migrations messages

help: ## Say what there is
	@grep -hE '^[a-z]+:.*## ' Makefile | sed -E 's/:.*## /\t/' | expand -t 14

# -- To run it ---------------------------------------------------------------------------

install: .venv/runtime $(BUILT) ## Make .venv and node_modules with what the product needs

run demo: export DEMO = true
run: export DATABASE_URL := $(or $(DATABASE_URL),sqlite:///$(DEMO_DATABASE))
run: install $(if $(DATABASE_URL),,$(DEMO_DATABASE)) ## Serve the product with a demo, on HOST and PORT
	$(MANAGE) migrate --no-input --verbosity 0
	$(MANAGE) collectstatic --no-input --verbosity 0
	$(MANAGE) serve

serve: install ## Serve the product itself, without the demo, to ALLOWED_HOSTS
	$(MANAGE) migrate --no-input --verbosity 0
	$(MANAGE) collectstatic --no-input --verbosity 0
	$(MANAGE) serve

demo: install ## Play the demo, a year and a session of today, into the empty database of DATABASE_URL
	$(MANAGE) migrate --no-input --verbosity 0
	$(MANAGE) play_year lingwu-2022 --demo

# Played into a new file, so that a load that was broken off begins again.
$(DEMO_DATABASE): | .venv/runtime
	rm -f $@.new $@.new-shm $@.new-wal
	$(MAKE) demo DATABASE_URL=sqlite:///$@.new
	mv $@.new $@

.venv/runtime: requirements.txt
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --requirement $<
	touch $@

node_modules: package.json package-lock.json
	npm ci --silent
	touch $@

# What pages load, without the rest of the packages and their maps.
$(VENDOR): node_modules Makefile
	mkdir -p $@
	for file in @tabler/core/dist/css/tabler.min.css @tabler/core/dist/css/tabler-vendors.min.css \
		@tabler/core/dist/js/tabler.min.js htmx.org/dist/htmx.min.js echarts/dist/echarts.min.js \
		tom-select/dist/js/tom-select.complete.min.js; \
	do sed -E 's,(/\*|//)# sourceMappingURL=.*$$,,' node_modules/$$file > $@/$$(basename $$file); done
	touch $@

# A line for each icon, its name and its drawing: one file in place of five thousand.
$(ICONS): node_modules Makefile
	cd node_modules/@tabler/icons/icons/outline && awk 'FNR == 1 { name = FILENAME; sub(".svg$$", "", name); \
		printf "%s%s\t", (NR > 1 ? "\n" : ""), name } { printf "%s ", $$0 } END { print "" }' *.svg > $(CURDIR)/$@

%.mo: %.po | .venv/runtime
	$(BABEL) compile --input-file $< --output-file $@

# -- To work on it -----------------------------------------------------------------------

.venv/development: requirements-dev.txt .venv/runtime
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --requirement $<
	touch $@

# Checks need no database that stays.
lint types migrations: export DATABASE_URL = sqlite://:memory:

test: install .venv/development browser ## Run every test on PostgreSQL, and on SQLite what can differ there
	$(BIN)/python -m pytest --numprocesses=2 --database=sqlite -m sqlite
	$(BIN)/python -m pytest --numprocesses=2 --database=postgres

browser: ## Make sure that there is a Chromium for the tests of the pages
	@$(FIND_CHROMIUM) || { $(SUDO) apt-get update -qq && $(SUDO) apt-get install -qq --yes \
		--no-install-recommends chromium fonts-noto-cjk > /dev/null && $(FIND_CHROMIUM); } || \
		{ echo "The tests of the pages need Chromium: install it, or name it in CHROMIUM." >&2; false; }

# The pictures are of a copy: what they leave behind goes away with it.
screenshots: export DEMO = true
screenshots: export DATABASE_URL := sqlite:///$(DEMO_DATABASE)
screenshots: install .venv/development browser $(DEMO_DATABASE) ## Take the pictures of docs/screenshots from the demo
	$(BIN)/python -m tests.browser.screenshots

bench: install .venv/development ## Print what similarity, search, reminders and pages cost by size, on both databases
	$(BIN)/python -m bench --database sqlite
	$(BIN)/python -m bench --database postgres
	$(BIN)/python -m bench.sweep --database sqlite
	$(BIN)/python -m bench.sweep --database postgres
	$(BIN)/python -m bench.pages --database sqlite
	$(BIN)/python -m bench.pages --database postgres

lint: install .venv/development ## Check style, types, layers, migrations, drawn documents and the schema
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(MAKE) types layers
	$(MANAGE) makemigrations --check
	$(MANAGE) lifecycle --check
	$(MANAGE) spectacular --validate --fail-on-warn --file /dev/null

format: .venv/development ## Format the code and mend what can be mended
	$(BIN)/ruff format
	$(BIN)/ruff check --fix

types: .venv/development ## Check types
	$(BIN)/mypy $(CODE)

layers: .venv/development ## Check which way imports point
	$(BIN)/lint-imports

migrations: install ## Write migrations for changed models
	$(MANAGE) makemigrations

messages: install ## Collect the texts to translate into locale/
	$(BABEL) extract --mapping-file pyproject.toml --no-wrap --sort-by-file \
		--keywords gettext_lazy --keywords ngettext_lazy:1,2 --keywords pgettext_lazy:1c,2 \
		--keywords npgettext_lazy:1c,2,3 --keywords gettext_noop --keywords _t --add-location file \
		--output-file locale/django.pot $(CODE)
	$(BABEL) update --ignore-pot-creation-date --domain django --no-wrap --input-file locale/django.pot --output-dir locale
	rm locale/django.pot
