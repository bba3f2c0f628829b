SHELL := /bin/bash
.DEFAULT_GOAL := help
BIN := .venv/bin
unexport PYTHONDONTWRITEBYTECODE
export PATH := $(CURDIR)/$(BIN):$(PATH)
export SAM_CLI_TELEMETRY ?= 0
export AWS_DEFAULT_REGION ?= eu-central-1
# `make deploy ENV=prod` is short for CONFIG_ENV=prod; a variable ENV of the shell, which has another meaning there, is none.
CONFIG_ENV ?= $(if $(findstring command,$(origin ENV)),$(ENV),dev)
ARCHITECTURE ?= arm64
WORKERS ?= 2
export ARCHITECTURE
BASE ?= python:3.13-slim
PLATFORMS ?= linux/arm64,linux/amd64
IMAGE_NAMES := $(patsubst containers/%/Dockerfile,%,$(wildcard containers/*/Dockerfile))
COMMA := ,
EMPTY :=
SPACE := $(EMPTY) $(EMPTY)
PYTHON_FILES := layers local console functions containers scripts formal bench tests

help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 18

.venv/ready: requirements/dev.txt scripts/setup.sh layers/backroom/pyproject.toml local/pyproject.toml console/pyproject.toml
	scripts/setup.sh

setup: .venv/ready ## Set up everything that developing and running locally takes

lock: .venv/ready ## Resolve requirements/*.in and */requirements.in again, with hashes
	scripts/lock.sh

demo: setup ## Run a job for three demo tenants on the local twin, and show what came of it; JOB=image_resize (default), sitemap, product_import, stock_import, report, similarity
	$(BIN)/backroom demo $(JOB)

test: setup ## Run the tests, all but the long and the slow ones, by WORKERS=2 processes
	$(BIN)/python -m pytest -q -n $(WORKERS) --dist loadfile -m "not slow and not long" tests

test-long: setup ## Run the tests that take tens of seconds each: pages in a browser, jobs of several nodes, resumes, the guide
	$(BIN)/python -m pytest -q -n $(WORKERS) --dist loadfile -m "long and not slow" tests

test-slow: setup ## Run the slow tests only; takes many minutes
	HYPOTHESIS_PROFILE=explore $(BIN)/python -m pytest -q -m slow tests

lint: setup ## Check style and types
	$(BIN)/ruff check $(PYTHON_FILES)
	$(BIN)/ruff format --check -q $(PYTHON_FILES)
	$(BIN)/mypy

.venv-gates/ready: requirements/gates.txt .venv/ready
	$(BIN)/uv venv -q --allow-existing --python $(BIN)/python .venv-gates
	$(BIN)/uv pip sync -q --require-hashes --compile-bytecode --python .venv-gates/bin/python requirements/gates.txt
	touch $@

gates: setup .venv-gates/ready ## Ask every tool that judges template, policies, code, images and workflows; bills of materials into .aws-sam/bills
	$(BIN)/python -m scripts.gates

validate: setup ## Check the template and the state machine
	$(BIN)/cfn-lint template.yaml infrastructure/registry.yaml
	$(BIN)/sam validate --lint
	$(BIN)/python -m scripts.checks

build: setup ## Build functions and layer for Lambda; ARCHITECTURE=arm64 (default) or x86_64
	$(BIN)/sam build --cached --parallel

.venv-bench/ready: requirements/bench.txt .venv/ready
	$(BIN)/uv venv -q --allow-existing --python $(BIN)/python .venv-bench
	$(BIN)/uv pip sync -q --require-hashes --compile-bytecode --python .venv-bench/bin/python requirements/bench.txt
	touch $@

bench: setup .venv-bench/ready ## Measure against peers (bench/README.md); takes minutes
	.venv-bench/bin/python bench/image_resize.py
	.venv-bench/bin/python bench/sitemap.py
	.venv-bench/bin/python bench/similarity.py
	$(BIN)/python -m bench.product_import
	$(BIN)/python -m bench.stock_import
	$(BIN)/python -m bench.product_import_images
	.venv-bench/bin/python bench/report.py
	$(BIN)/python bench/worker_start.py
	$(BIN)/python -m bench.drain
	$(BIN)/python bench/manifest.py
	$(BIN)/python bench/planner.py --items 1000000 --tenants 100
	$(BIN)/python bench/forecast.py
	$(BIN)/python -m bench.twin
	$(BIN)/python -m bench.observer
	$(BIN)/python -m bench.console

screenshots: setup ## Take the pictures of the web console that README and docs show; needs a Chromium
	$(BIN)/python -m tests.browser.screenshots

cli-reference: setup ## Write docs/cli.md: the help of every command
	$(BIN)/python -m scripts.cli_reference

faults: setup ## Prove the run protocol under all faults, results into docs/reliability.md; takes an hour or more
	$(BIN)/python -m tests.faults.report

formal: setup ## Check the formal model of the run protocol, its mutants and its witnesses
	$(BIN)/python -m formal.check

registry: setup ## Make the repositories of the images in ECR, once an account and region
	$(BIN)/sam deploy -t infrastructure/registry.yaml --stack-name backroom-registry --no-confirm-changeset \
	  --no-fail-on-empty-changeset --parameter-overrides "Names=$(subst $(SPACE),$(COMMA),$(IMAGE_NAMES))"

images: setup ## Build and push images that are not there yet, for CONFIG_ENV; BASE=IMAGE@sha256:..., REGISTRY=HOST/PATH, PLATFORMS=...
	$(BIN)/python -m scripts.images .aws-sam/images-$(CONFIG_ENV).yaml --base $(BASE) --platforms $(PLATFORMS) --registry "$(REGISTRY)"

test-containers: setup ## Build every image and run every job and function in them, with a container engine; RECORD=1 into docs/images.md
	scripts/test_containers.sh $(if $(RECORD),docs/images.md)

deploy: validate build images ## Deploy to AWS; ENV=dev (default), prod or any section of samconfig.toml (docs/deploy.md)
	$(BIN)/sam deploy --config-env $(CONFIG_ENV)

clean: ## Remove what was built and the twin's state; stops a twin that runs
	-[ ! -x $(BIN)/backroom ] || $(BIN)/backroom local down
	rm -rf .aws-sam .backroom .mypy_cache .ruff_cache .pytest_cache .hypothesis

.PHONY: help setup lock demo test test-long test-slow lint gates validate build bench screenshots cli-reference faults formal registry images test-containers deploy clean
