# Everything that a developer runs. `make` lists the targets.
.DEFAULT_GOAL := help
SHELL := /bin/bash
export PYTHONPATH := $(CURDIR)/operator:$(CURDIR)
# What tests start of kubectl writes nothing into the user's home.
export KUBECACHEDIR ?= $(CURDIR)/.state/kubectl

PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready
DEVCLUSTER := $(BIN)/python -m devcluster
ARGS ?=

.PHONY: help up down env status logs
.PHONY: test test-zones test-unit test-backend test-frontend test-integration test-e2e test-disaster test-faults
.PHONY: test-alarms bench
.PHONY: lint format generate requirements setup images clean

##@ Everyday
help: ## List the targets
	@awk 'BEGIN {FS = ":.*## "} /^##@/ {printf "\n%s\n", substr($$0, 5)} \
		/^[a-z0-9-]+:.*## / {printf "  %-18s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

up: $(READY) ## Build all, start a cluster, install the operator and a Resee, wait until it is Ready
	@$(DEVCLUSTER) deploy $(ARGS)

down: $(READY) ## Remove the cluster and all that belongs to it
	@$(DEVCLUSTER) down --all

env: $(READY) ## Print exports for kubectl: eval "$$(make -s env)"
	@$(DEVCLUSTER) env

status: $(READY) ## Say what runs
	@$(DEVCLUSTER) status

logs: $(READY) ## Collect the logs of nodes and Pods in .state/logs
	@$(DEVCLUSTER) logs

##@ Tests
test: $(READY) ## Run every suite and print one line of counts
	@$(BIN)/python -m tests.run $(ARGS)

test-unit: $(READY) ## Run the unit tests: seconds
	@$(BIN)/python -m tests.run unit

test-backend: $(READY) ## Run the Django project's tests on a real PostgreSQL and Redis
	@$(BIN)/python -m tests.run backend

test-frontend: $(READY) ## Check and test the React page
	@$(BIN)/python -m tests.run frontend nginx

test-integration: $(READY) ## Run the operator and the backups against real servers
	@$(BIN)/python -m tests.run integration backup chart images

test-e2e: $(READY) ## Run the tests on real Pods; brings the cluster up
	@$(BIN)/python -m tests.run e2e

test-zones: $(READY) ## Run the faults on three nodes in three zones: 20 minutes, 8 GB
	@$(BIN)/python -m pytest -q -s tests/zones $(ARGS)

test-disaster: $(READY) ## Destroy a whole cluster and bring Resee back from its bucket
	@RESEE_E2E_DISASTER=1 $(BIN)/python -m pytest tests/e2e/test_restore.py -k everything_is_gone $(ARGS)

test-faults: $(READY) ## Break one part after another under a client that writes: 15 minutes
	@RESEE_E2E_FAULTS=1 $(BIN)/python -m pytest -q tests/e2e/test_faults.py tests/e2e/test_more_faults.py $(ARGS)

test-alarms: $(READY) ## Sound each critical alarm by a real fault and read it in Slack's stand-in: 25 minutes
	@RESEE_E2E_ALARMS=1 $(BIN)/python -m pytest -q -s tests/e2e/test_alarms.py $(ARGS)

bench: $(READY) ## Measure, beside a yardstick; the result goes to docs/performance.md
	@$(BIN)/python -m bench $(ARGS)

##@ Code
lint: $(READY) ## Check style, types, layers, chart, workflows and that generated files are current
	@$(BIN)/python -m tools.lint

format: $(READY) ## Put code into form
	@$(BIN)/ruff format . && $(BIN)/ruff check --fix .
	@$(BIN)/python -m tools.node_modules && cd app/frontend && npm run --silent format

generate: $(READY) ## Write the CRDs, the chart's copies and tables, and the chart's snapshots anew
	@PYTHONPATH=operator $(BIN)/python -m tools.generate

requirements: $(READY) ## Lock requirements/*.in with hashes
	@for name in uv operator backup patroni backend dev; do \
		$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --no-annotate \
			--python-version 3.11 requirements/$$name.in --output-file requirements/$$name.txt || exit; \
	done

setup: $(READY) ## Make .venv with every tool, pinned by hash
$(READY): requirements/uv.txt requirements/dev.txt
	@test -x $(BIN)/pip || $(PYTHON) -m venv .venv
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.txt >&2
	@$(BIN)/uv pip sync --quiet --python $(BIN)/python --require-hashes requirements/dev.txt >&2
	@touch $@

##@ Images
images: $(READY) ## Build all images; what has not changed is not built again
	@$(DEVCLUSTER) build $(ARGS)

clean: down ## Remove the cluster, the state folder and the virtual environment
	@rm -rf .state .venv app/frontend/node_modules
