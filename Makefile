# Two commands matter: `make run` and `make test`. `make help` lists the rest.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
MAKEFLAGS += --no-print-directory

# Programs that tools/setup installed for this checkout alone.
export PATH := $(CURDIR)/.tools/venv/bin:$(PATH)

ROUNDS ?= 1000
SECONDS_PER_TARGET ?= 300
SEQUENCES ?= 10000

.PHONY: help run test check bench torture fuzz model advisories sbom clean lint clippy web journeys tests-built

help: ## this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /\1\t/' | expand -t 12

run: ## build everything and serve a demo portal at http://127.0.0.1:8080, with its data in ./data
	tools/setup rust node wasm
	npm --prefix web run --silent build
	cargo run --package restante -- serve --demo

check: ## formatting, lints, licences and all tests that need nothing but this checkout
	tools/setup rust-tools wasm node
	$(MAKE) lint web clippy
	cargo nextest run --workspace --profile check
	node --test crates/vault-wasm/tests

test: ## everything: `make check`, and the tests against real mail, databases, object stores and a browser
	tools/setup rust-tools node browser mail postgres objects
	$(MAKE) lint
	# Two cores: npm waits for the network while cargo compiles.
	$(MAKE) --jobs=2 web tests-built
	$(MAKE) clippy
	node --test crates/vault-wasm/tests
	tools/with-parts mail postgres s3 -- $(MAKE) with-parts-running
	tools/with-parts postgres-durable -- tools/torture 50
	tools/fuzz 15

# What `make test` does while the real parts run.
.PHONY: with-parts-running
with-parts-running:
	cargo nextest run --workspace
	$(MAKE) journeys

journeys:
	npm --prefix journeys run --silent check
	npm --prefix journeys test --silent

lint:
	cargo fmt --all --check
	cargo deny --log-level warn check licenses bans sources
	cargo shear

clippy:
	cargo clippy --workspace --all-targets --quiet -- --deny warnings

web:
	tools/setup wasm node
	npm --prefix web run --silent lint
	npm --prefix web run --silent build
	npm --prefix web run --silent check
	npm --prefix web test --silent

# With the tests comes the binary, which the journeys run.
tests-built:
	cargo nextest run --workspace --no-run

bench: ## measure what docs/performance.md tells
	tools/setup wasm node browser mail postgres objects
	npm --prefix web run --silent build
	tools/bench

torture: ## kill the portal at random moments, ROUNDS times (1000)
	tools/setup postgres
	tools/with-parts postgres-durable -- tools/torture $(ROUNDS)

model: ## play SEQUENCES (10 000) random sequences of address migration on each engine, beside a reference model
	tools/setup postgres
	tools/with-parts postgres -- tools/model $(SEQUENCES)

fuzz: ## feed everything that parses with random input, SECONDS_PER_TARGET seconds each (300)
	tools/fuzz $(SECONDS_PER_TARGET)

advisories: ## check every crate against a copy of the RustSec advisories, DB=FOLDER or .tar.gz; needs no network
	tools/setup rust-tools
	tools/advisories $(DB)

sbom: ## write down what a release is made of (CycloneDX), into target/sbom
	tools/setup rust node
	tools/sbom target/sbom

clean: ## remove what was built; ./data and ./.tools stay
	cargo clean --quiet
	rm -rf web/dist web/src/vault/module web/node_modules journeys/node_modules journeys/results
