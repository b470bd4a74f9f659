# make run    install what is needed, then everything at once: broker, console and player with the starter campaign
# make test   everything: format, lint, types, import contracts, all tests
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
MADE   := $(VENV)/.made

.PHONY: run demo player test check spoilt bench bench-push bench-office bench-starter soak fuzz lock clean help

help:
	@sed -n 's/^# make/make/p' Makefile

run: $(MADE)
	$(BIN)/wuzha-office trial --config kiosk_config.toml $(ARGS)

# make demo   in the running trial: publish an emergency, signed by its two made-up people (end it: .venv/bin/wuzha-office withdraw N --home var/trial)
demo: $(MADE)
	$(BIN)/wuzha-office push demo/冒充客服预警 --to all --home var/trial \
	  --passphrase-file-author var/trial/passphrases/author --passphrase-file-approver var/trial/passphrases/approver

# make player the player alone, with kiosk_config.toml
player: $(MADE)
	$(BIN)/wuzha-player run --config kiosk_config.toml

test: $(MADE)-test
	tools/test-packages
	$(BIN)/ruff format --check signage player office deploy tests tools
	$(BIN)/ruff check signage player office deploy tests tools
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -n 2 --dist loadgroup

# make check  format, lint, types, import contracts and the fast tests, in under a minute
check: $(MADE)-test
	$(BIN)/ruff format --check signage player office deploy tests tools
	$(BIN)/ruff check signage player office deploy tests tools
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -n 2 --dist loadgroup -m "not slow" -q

# make spoilt a thousand broken playlists, calendars and configurations each, mended by what their complaints say
spoilt: $(MADE)-test
	SPOILT=1000 $(BIN)/python -m pytest -q tests/signage/test_cures.py

# make bench  figures beside mpv, ffplay, VLC and Chromium: docs/performance.md (ARGS="--quick", "--only a,d --json F")
bench: $(MADE)-test
	$(BIN)/python -m tests.bench.bench $(ARGS)

# make bench-push  from a push to the first frame on the screen (ARGS="--pushes 10 --xvfb")
bench-push: $(MADE)-test
	$(BIN)/python -m tests.bench.push_latency $(ARGS)

# make bench-office  the office: counts under kills, records a second, a thousand screens (half an hour)
bench-office: $(MADE)-test
	$(BIN)/python -m tests.bench.exactness
	$(BIN)/python -m tests.bench.office_ingest
	$(BIN)/python -m tests.bench.fleet_figures storm --screens 1000

# make bench-starter  figures of a ten-minute run of the starter campaign (SECONDS=n for another length)
bench-starter: $(MADE)-test
	$(BIN)/python -m tests.bench.starter_run $(or $(SECONDS),600)

# make soak   an hour of playing while files, processes and the clock misbehave (HOURS=n for another length)
soak: $(MADE)-test
	tools/test-packages
	$(BIN)/python -m tests.bench.soak --hours $(or $(HOURS),1)

# make fuzz   hostile input at every edge, a minute for each (SECONDS=n for another length, ARGS="ledger --seed S")
fuzz: $(MADE)-test
	$(BIN)/python -m tests.fuzz --seconds $(or $(SECONDS),60) $(ARGS)

$(MADE): requirements.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --config-settings editable_mode=compat -e .
	$(BIN)/python -m compileall -q signage player office
	touch $@

$(MADE)-test: $(MADE) requirements-test.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-test.lock
	touch $@

# make lock   choose newest versions again and write both lock files
lock: $(MADE)-test
	$(BIN)/pip install --quiet pip-tools
	$(BIN)/pip-compile --quiet --generate-hashes --allow-unsafe --strip-extras --no-header --no-emit-index-url --no-emit-trusted-host --no-emit-find-links --extra build --extra office -o requirements.lock pyproject.toml
	$(BIN)/pip-compile --quiet --generate-hashes --allow-unsafe --strip-extras --no-header --no-emit-index-url --no-emit-trusted-host --no-emit-find-links --extra build --extra office --extra test --extra tools -o requirements-test.lock pyproject.toml

clean:
	rm -rf $(VENV) build *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
