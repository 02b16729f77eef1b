# inbox_worker: `make` alone prints what there is.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PYTEST_ARGS ?=
BENCH_ARGS ?=
SECONDS ?= 60

.DEFAULT_GOAL := help
.PHONY: help acts demo test crash soak bench fuzz check check-static dist-alone format lint types docs docs-fresh migrations-fresh corpus real-mail documents pictures dist system-packages clean

help: ## what can be made
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(VENV)/.demo: pyproject.toml constraints.txt
	@PYTHON="$(PYTHON)" tools/setup-venv "$(VENV)" '.[documents,demo]'
	@touch $@

$(VENV)/.test: pyproject.toml constraints.txt
	@PYTHON="$(PYTHON)" tools/setup-venv "$(VENV)" '.[test]'
	@touch $@ $(VENV)/.demo

system-packages: ## Dovecot, Chromium and systemd for the tests, from Debian's packages, where they may be installed
	@tools/system-packages

demo: $(VENV)/.demo ## the whole main job on this machine, on a real IMAP and a real SMTP server
	@$(BIN)/inbox-worker demo

test: $(VENV)/.test system-packages ## every test; sets up what it needs by itself
	@$(BIN)/python -m pytest -n 2 --dist loadfile $(PYTEST_ARGS)

crash: $(VENV)/.test system-packages ## the service killed 200 times at random moments; CRASH_SEED=n repeats a run
	@CRASH_KILLS=$${CRASH_KILLS:-200} $(BIN)/python -m pytest -s tests/reliability/test_random_kills.py

soak: $(VENV)/.test system-packages ## 20,000 mails while the worker is killed again and again; prints the figures
	@$(BIN)/python -m tests.reliability.soak

$(VENV)-helpdesk/.ready: bench/peers/helpdesk_site/requirements.txt $(VENV)/.test
	@$(PYTHON) -m venv $(VENV)-helpdesk
	@$(VENV)-helpdesk/bin/python -m pip install -q --disable-pip-version-check -r $<
	@touch $@

bench: $(VENV)/.test $(VENV)-helpdesk/.ready ## speed beside a plain loop and django-helpdesk, into docs/performance.md; BENCH_ARGS="--mails 10000"
	@tools/system-packages smtp-sink=postfix
	@HELPDESK_VENV=$(VENV)-helpdesk $(BIN)/python -m bench --peer django_helpdesk $(BENCH_ARGS)

$(VENV)/.fuzz: $(VENV)/.test
	@PYTHON="$(PYTHON)" tools/setup-venv "$(VENV)" '.[fuzz]'
	@touch $@

fuzz: $(VENV)/.fuzz ## any bytes through parse, build and read, guided by coverage; SECONDS=600 for longer
	@mkdir -p .fuzz
	@$(BIN)/python -m tests.fuzz.fuzz_read -max_total_time=$(SECONDS) -max_len=16384 -timeout=60 \
		-artifact_prefix=.fuzz/ .fuzz tests/corpus/visible

check: check-static test ## all that CI runs

check-static: lint types docs-fresh dist-alone ## format, lint, types, generated docs, a wheel installed alone

format: $(VENV)/.test ## format the code
	@$(BIN)/ruff format . && $(BIN)/ruff check --fix .

lint: $(VENV)/.test
	@$(BIN)/ruff format --check . && $(BIN)/ruff check .

types: $(VENV)/.test
	@$(BIN)/mypy

migrations-fresh: $(VENV)/.test ## the tables and the migrations agree
	@$(BIN)/python -m pytest tests/store -k migration

docs: $(VENV)/.test ## write the generated pages again
	@$(BIN)/python tools/generate_docs.py

docs-fresh: $(VENV)/.test
	@$(BIN)/python tools/generate_docs.py --check

corpus: $(VENV)/.test ## score the reading of every labelled mail; needs the scorer ../shared/score.py beside the checkout
	@$(BIN)/python tools/score_corpus.py

$(VENV)/.learn: $(VENV)/.test
	@PYTHON="$(PYTHON)" tools/setup-venv "$(VENV)" '.[test,learn]'
	@touch $@

acts: $(VENV)/.learn ## learn again what sentences do, from training/sentences; prints what it is worth; ACTS_ARGS=--measure only measures
	@$(BIN)/python tools/learn_acts.py $(ACTS_ARGS)

real-mail: $(VENV)/.test ## real mail from ../shared/real-mail beside the checkout: no exception, no reply; a table of times
	@$(BIN)/python tools/real_mail.py

pictures: $(VENV)/.test ## take the pictures of docs/for-the-team.md again
	@$(BIN)/python tools/build_pictures.py

documents: $(VENV)/.test ## build the PDFs that answer a request, from their sources
	@$(BIN)/python tools/build_documents.py

dist: $(VENV)/.test ## a wheel and an sdist
	@$(BIN)/python -m build --outdir dist .

dist-alone: dist ## a wheel in an empty environment: its templates, its migrations and the demo
	@tools/dist-alone

clean: ## remove what was made here
	rm -rf $(VENV) dist build demo-output .mypy_cache .ruff_cache
