# make run, class, check, test, proof, pythons, lint, bench: each target installs what it needs. You need only Python and git.

VENV := .venv
PYTHON := $(VENV)/bin/python
SUITABLE := import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))
NAMES := python3.13 python3.12 python3.11 python3 python
FIND_PYTHON := for p in $$PYTHON3 $(NAMES); do "$$p" -c '$(SUITABLE)' 2>/dev/null && echo "$$p" && exit; done

.PHONY: run class check test proof pythons one-python lint bench cloud constraints pictures clean

run: $(VENV)/run
	$(PYTHON) -m streamlit run app.py --server.address=localhost

class: $(VENV)/run
	$(PYTHON) -m lrlab class

# Four processes, because browsers and workers keep some waiting. All tests of one file run in the same process,
# because they share servers and workers.
PYTEST := $(PYTHON) -m pytest -n 4 --dist loadfile --no-loadscope-reorder
LINT := $(PYTHON) -m ruff check . && $(PYTHON) -m ruff format --check . && $(PYTHON) -m mypy lrlab pages

FAST := "not slow and not pages and not browser and not training and not proof"

# Two processes, because nothing waits here, and each process imports all test files.
check: $(VENV)/test
	$(LINT)
	$(PYTEST) -n 2 -m $(FAST)

test: $(VENV)/test
	$(PYTHON) tests/browser/chromium.py
	$(LINT)
	$(PYTEST) -m "not proof"

# KILLS is how often a race is killed that must end as an undisturbed one: make proof KILLS=20 LINKS=2300
# LINKS is how many random and hostile links are opened.
KILLS := 4
LINKS := 230
PROOF := proof or hypothesis
proof: $(VENV)/test
	$(PYTHON) tests/browser/chromium.py
	KILLS=$(KILLS) LINKS=$(LINKS) $(PYTEST) -m "$(PROOF)" --hypothesis-profile=proof

# Each Python has an environment of its own. Give their paths as PYTHONS="..." if they are not on the PATH.
PYTHONS := $$PYTHON3 $(NAMES)
VERSIONS := 3.11 3.12 3.13
pythons:
	@for version in $(VERSIONS); do found=; venv=.venv-$$version; \
		for p in $(PYTHON) $(PYTHONS); do \
			"$$p" -c "import sys; sys.exit(sys.version.split('.')[:2] != '$$version'.split('.'))" 2>/dev/null \
				&& found=$$p && break; done; \
		[ -n "$$found" ] || { echo "Python $$version: not found, skipped"; continue; }; \
		[ "$$found" != $(PYTHON) ] || venv=$(VENV); \
		echo "Python $$version: $$found"; \
		$(MAKE) --no-print-directory one-python PYTHON3="$$found" VENV=$$venv || exit 1; \
	done

one-python: $(VENV)/test
	$(PYTEST) -n 2 -m $(FAST)
	LRLAB_HOME=$(VENV)/home $(PYTHON) -m lrlab train step --epochs 2 --train-images 2000 --data synthetic

lint: $(VENV)/test
	$(PYTHON) -m ruff check --fix .
	$(PYTHON) -m ruff format .
	$(PYTHON) -m mypy lrlab pages

bench: $(VENV)/test
	$(PYTHON) tests/browser/chromium.py
	$(PYTHON) -m tests.bench.first_curve
	$(PYTHON) -m tests.bench.drag
	$(PYTHON) -m tests.bench.train
	$(PYTHON) -m tests.bench.race
	$(PYTHON) -m tests.bench.sweep
	$(PYTHON) -m tests.bench.compare
	$(PYTHON) -m tests.bench.load
	$(PYTHON) -m tests.bench.memory

cloud: $(VENV)/test
	$(PYTHON) -m tests.cloud

# The newest versions of all packages that come along: the file is emptied first, so that it holds none back.
constraints: | $(PYTHON)
	: > constraints.txt
	rm -rf .venv-constraints
	$(PYTHON) -m venv .venv-constraints
	.venv-constraints/bin/python -m pip install -q --disable-pip-version-check -r tests/requirements.txt
	.venv-constraints/bin/python -m pip freeze --disable-pip-version-check --all --exclude pip > constraints.txt
	rm -rf .venv-constraints

pictures: $(VENV)/test
	$(PYTHON) -m tests.browser.pictures

clean:
	rm -rf .venv .venv-3.* dist .pytest_cache .ruff_cache .hypothesis

$(PYTHON):
	@found=$$($(FIND_PYTHON)); \
	if [ -z "$$found" ]; then \
		echo "LR Lab needs Python 3.11, 3.12 or 3.13, because TensorFlow has builds for these. Found:" >&2; \
		python3 --version >&2 || echo "no python3" >&2; \
		echo "Install one of them, or give its path: make run PYTHON3=/path/to/python3.12" >&2; exit 1; \
	fi; \
	echo "Setting up $(VENV) with $$($$found --version)"; \
	$$found -m venv $(VENV) || { rm -rf $(VENV); \
		echo "Python's venv module is missing; on Debian: apt-get install python3-venv" >&2; exit 1; }

$(VENV)/run: requirements.txt constraints.txt | $(PYTHON)
	$(PYTHON) -m pip install -q --disable-pip-version-check -r requirements.txt
	@touch $@

$(VENV)/torch: tests/requirements-torch.txt | $(VENV)/test
	$(PYTHON) -m pip install -q --disable-pip-version-check -r tests/requirements-torch.txt
	@touch $@

$(VENV)/test: tests/requirements.txt requirements.txt constraints.txt | $(PYTHON)
	$(PYTHON) -m pip install -q --disable-pip-version-check -r tests/requirements.txt
	@touch $@ $(VENV)/run
