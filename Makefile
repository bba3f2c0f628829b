SHELL := /bin/bash
.DEFAULT_GOAL := help
BIN := .venv/bin
unexport PYTHONDONTWRITEBYTECODE

help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 18

.venv/ready: requirements/dev.txt scripts/setup.sh layers/backroom/pyproject.toml local/pyproject.toml console/pyproject.toml
	scripts/setup.sh

setup: .venv/ready ## Set up everything that developing and running locally takes

lock: .venv/ready ## Resolve requirements/*.in and */requirements.in again, with hashes
	scripts/lock.sh

.PHONY: help setup lock
