# Python 3.11 or newer, Node.js with npm, and make are all that is needed; everything else comes
# into .venv and node_modules. An unpacked bundle needs neither Node.js nor a network.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
MANAGE := $(BIN)/python manage.py
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check
BABEL := $(BIN)/python -m babel.messages.frontend --quiet
CODE := config demo members proposals supervision

export DATA_DIR ?= $(CURDIR)/.data
DEMO_DATABASE := $(DATA_DIR)/demo.sqlite3
VENDOR := config/static/vendor
ICONS := config/icons.tsv
CHROMIUMS := $(or $(CHROMIUM),chromium chromium-browser google-chrome)
FIND_CHROMIUM := (for name in $(CHROMIUMS); do command -v $$name > /dev/null && exit; done; false)
FIND_NGINX := (PATH="$$PATH:/usr/sbin"; command -v nginx && command -v curl && command -v openssl) > /dev/null
FIND_SLAPD := (PATH="$$PATH:/usr/sbin"; command -v slapd && command -v slapadd) > /dev/null
SUDO := $(if $(filter 0,$(shell id -u)),env,sudo -n) DEBIAN_FRONTEND=noninteractive
CATALOGUES := $(patsubst %.po,%.mo,$(wildcard locale/*/LC_MESSAGES/*.po))
BUILT := $(VENDOR) $(ICONS) $(CATALOGUES)

# An unpacked bundle to install from; inside of one it is the bundle itself.
OFFLINE ?= $(if $(wildcard wheels/requirements.txt),.)
BUNDLES := dist

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help install run serve demo bundle test browser nginx slapd screenshots bench lint format types layers migrations messages

help: ## Say what there is
	@grep -hE '^[a-z]+:.*## ' Makefile | sed -E 's/:.*## /\t/' | expand -t 14

# -- To run it ---------------------------------------------------------------------------

install: .venv/runtime $(BUILT) ## Install what the product needs; from the unpacked bundle OFFLINE, if named

run demo: export DEMO = true
run: export DATABASE_URL := $(or $(DATABASE_URL),sqlite:///$(DEMO_DATABASE))
run: install $(if $(DATABASE_URL),,$(DEMO_DATABASE)) ## Serve the product with a demo, on HOST and PORT
	$(MANAGE) migrate --no-input --verbosity 0
	$(MANAGE) collectstatic --no-input --verbosity 0
	$(MANAGE) serve

serve: install ## Serve the product itself, without the demo, to ALLOWED_HOSTS
	DATABASE_URL="$${OWNER_DATABASE_URL:-$$DATABASE_URL}" $(MANAGE) migrate --no-input --verbosity 0
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

ifneq ($(OFFLINE),)
.venv/runtime: requirements.txt $(OFFLINE)/wheels/requirements.txt
	@cmp -s $< $(OFFLINE)/$< || { echo "The bundle in $(OFFLINE) is of another version." >&2; false; }
	$(PYTHON) -m venv .venv
	cd $(OFFLINE)/wheels && $(CURDIR)/$(PIP) install --no-index --no-deps --require-hashes --requirement requirements.txt
	touch $@

$(VENDOR) $(ICONS): $(OFFLINE)/wheels/requirements.txt
	[ $(OFFLINE)/$@ -ef $@ ] || { rm -rf $@ && cp -R $(OFFLINE)/$@ $@; }
	touch $@
else
.venv/runtime: requirements.txt
	$(PYTHON) -m venv .venv
	$(PIP) install --requirement $<
	touch $@

node_modules: package.json package-lock.json
	npm ci --silent
	touch $@

# What pages load, without the rest of the packages and their maps, and the notices of all of them.
$(VENDOR): node_modules Makefile
	mkdir -p $@/notices
	for file in @tabler/core/dist/css/tabler.min.css @tabler/core/dist/css/tabler-vendors.min.css \
		@tabler/core/dist/js/tabler.min.js htmx.org/dist/htmx.min.js echarts/dist/echarts.min.js \
		tom-select/dist/js/tom-select.complete.min.js; \
	do sed -E 's,(/\*|//)# sourceMappingURL=.*$$,,' node_modules/$$file > $@/$$(basename $$file); done
	cd node_modules && for file in */LICENSE* */NOTICE* @*/*/LICENSE*; \
	do cp $$file $(CURDIR)/$@/notices/$$(echo $$file | tr -d @ | tr / -); done
	touch $@

# A line for each icon, its name and its drawing: one file in place of five thousand.
$(ICONS): node_modules Makefile
	cd node_modules/@tabler/icons/icons/outline && awk 'FNR == 1 { name = FILENAME; sub(".svg$$", "", name); \
		printf "%s%s\t", (NR > 1 ? "\n" : ""), name } { printf "%s ", $$0 } END { print "" }' *.svg > $(CURDIR)/$@
endif

%.mo: %.po | .venv/runtime
	$(BABEL) compile --input-file $< --output-file $@

# -- To take it along --------------------------------------------------------------------

# One folder with the files of the tree, what is built, and a wheel of every package with its hash.
VERSION = $(shell sed -n 's/^__version__ = "\(.*\)"$$/\1/p' config/__init__.py)
PLATFORM = $(shell $(BIN)/python -c 'from sysconfig import *; \
	print(f"py{get_python_version()}-{get_platform()}")')
BUNDLE = tian-$(VERSION)-$(PLATFORM)

bundle: install ## Pack what another machine needs to install without a network, for this platform, into dist/
	rm -rf $(BUNDLES)/$(BUNDLE)
	mkdir -p $(BUNDLES)/$(BUNDLE)/wheels
	git ls-files -z | tar --create --null --files-from=- | tar --extract --directory=$(BUNDLES)/$(BUNDLE)
	tar --create $(BUILT) | tar --extract --directory=$(BUNDLES)/$(BUNDLE)
	$(PIP) wheel --no-deps --wheel-dir=$(BUNDLES)/$(BUNDLE)/wheels --requirement requirements.txt
	cd $(BUNDLES)/$(BUNDLE)/wheels && sha256sum *.whl | \
		sed -E 's,^([0-9a-f]+) [ *](.*),./\2 --hash=sha256:\1,' > requirements.txt
	tar --create --gzip --file=$(BUNDLES)/$(BUNDLE).tar.gz --directory=$(BUNDLES) $(BUNDLE)
	rm -rf $(BUNDLES)/$(BUNDLE)
	cd $(BUNDLES) && sha256sum $(BUNDLE).tar.gz > $(BUNDLE).tar.gz.sha256

# -- To work on it -----------------------------------------------------------------------

.venv/development: requirements-dev.txt .venv/runtime
	$(PIP) install --requirement $<
	touch $@

# Checks need no database that stays.
lint types migrations: export DATABASE_URL = sqlite://:memory:

test: install .venv/development browser nginx slapd ## Run every test on PostgreSQL, and on SQLite what can differ there
	$(BIN)/python -m pytest --numprocesses=2 --database=sqlite -m sqlite
	$(BIN)/python -m pytest --numprocesses=2 --database=postgres

browser: ## Make sure that there is a Chromium for the tests of the pages
	@$(FIND_CHROMIUM) || { $(SUDO) apt-get update -qq && $(SUDO) apt-get install -qq --yes \
		--no-install-recommends chromium fonts-noto-cjk > /dev/null && $(FIND_CHROMIUM); } || \
		{ echo "The tests of the pages need Chromium: install it, or name it in CHROMIUM." >&2; false; }

nginx: ## Make sure that there are nginx, curl and openssl for the tests of deploy/
	@$(FIND_NGINX) || { $(SUDO) apt-get update -qq && $(SUDO) apt-get install -qq --yes \
		--no-install-recommends nginx-light curl openssl > /dev/null && $(FIND_NGINX); } || \
		{ echo "The tests of deploy/ need nginx, curl and openssl: install them." >&2; false; }

slapd: ## Make sure that there is an LDAP server for the tests of signing in
	@$(FIND_SLAPD) || { $(SUDO) apt-get update -qq && $(SUDO) apt-get install -qq --yes \
		--no-install-recommends slapd > /dev/null && $(FIND_SLAPD); } || \
		{ echo "The tests of signing in need slapd: install it." >&2; false; }

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
