# What people type. Everything is installed into .venv and into folders of the user, once.
.DEFAULT_GOAL := help
SHELL := /bin/sh
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11 python3.14; do $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
WORKERS ?= 4
TESTS ?=
# A test on real servers that failed is run once more, at most eight in a whole run, and the closing lines show what it
# first failed of: one in thousands meets a machine that is slower than it allows. RERUNS=0 to see each fail at once.
RERUNS ?= 1
RUN := .venv/bin/python -m
COMPILE := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url

.PHONY: help demo demo-reset test test-compose kubernetes identity images bench lint lock schemas environment environment-dev

help: ## show this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 14

demo: environment ## run the whole system on this machine with the demo data; Ctrl-C stops it
	@exec $(RUN) deploy.local.demo

demo-reset: environment ## forget what the demo has kept
	@exec $(RUN) deploy.local.demo --reset

test: environment-dev ## all tests, on a real Kafka and a real MongoDB; TESTS=tests/unit for some of them
	@$(RUN) deploy.local.fetch
	@$(RUN) compileall -q -j 2 services deploy
	@env -u PYTHONDONTWRITEBYTECODE $(RUN) pytest -n $(WORKERS) --dist loadgroup \
	  --reruns $(RERUNS) --max-suite-reruns 8 --rerun-show-tracebacks \
	  --rerun-exclude-path tests/unit --rerun-exclude-path tests/rules $(TESTS)

test-compose: environment-dev ## the containers of docker-compose.yml: looked at, rolled, killed, audited; needs a Docker engine
	@$(RUN) pytest -o faulthandler_timeout=0 tests/compose
	@exec $(RUN) tests.compose

kubernetes: environment-dev ## apply it to the cluster that kubectl leads to, kill, evict, roll, audit; prints a table
	@exec $(RUN) tests.kubernetes

identity: environment-dev ## Keycloak with the realm of deploy/keycloak: login, roles, keys, logout; fetches it once
	@exec $(RUN) pytest -o faulthandler_timeout=0 tests/identity

images: ## build the four images and print their sizes
	@for service in issues volunteers events notify; do \
	  docker build -q -f deploy/Dockerfile --build-arg SERVICE=$$service -t community-$$service . || exit 1; done
	@docker images --format '{{.Repository}}	{{.Size}}' 'community-*'

bench: environment-dev ## measure against the floors of this machine
	@$(RUN) deploy.local.fetch --no-browser
	@exec $(RUN) tests.bench

lint: environment-dev ## style, types, generated files
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .
	@.venv/bin/mypy
	@$(RUN) services.contracts check

schemas: environment-dev ## write the schemas, the AsyncAPI document and the drawing of a case anew
	@$(RUN) services.contracts generate
	@$(RUN) services.issues.cases.state_diagram

lock: ## pin the newest versions that fit together
	@$(COMPILE) $(UPGRADE) requirements.in -o requirements.lock
	@$(COMPILE) $(UPGRADE) requirements-dev.in -o requirements-dev.lock

environment environment-dev:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed: install it, or name it with PYTHON=…" >&2; exit 1; }
	@$(PYTHON) -m deploy.local.environment $(if $(filter environment-dev,$@),--dev)
