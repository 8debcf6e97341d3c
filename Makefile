# Commands of the project: each is thin over cargo, and longer ones are in scripts/.
.DEFAULT_GOAL := help
.PHONY: help run test test-long test-install test-container bench dist packages packages-test same same-large fuzz fmt

help: ## list the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

run: ## build the desk and serve form and operators' pages (flags of your own: make run SERVE="--listen 127.0.0.1:9000")
	@scripts/wasm-target.sh
	KAKEKOMI_DESK_LISTEN=$${KAKEKOMI_DESK_LISTEN-127.0.0.1:8081} cargo run --release --locked --package kakekomi -- serve $(SERVE)

test: ## install what the tests need, run every check, close with "N passed, N failed"
	@scripts/test.sh

packages-test: ## install the served packages into fresh projects (React, Vue, plain, Fastify, FastAPI, axum) and use them
	@scripts/packages-test.sh

test-long: ## long runs of what make test is too short for: hours (SHARE=10 a tenth, SEED=1, ONLY="fuzz same")
	@scripts/test-long.sh

test-install: ## install the desk on a bare Debian as docs/operate.md says, and use it (needs root and debootstrap)
	@scripts/install-test-tools.sh
	@scripts/dist.sh --archive-only target/install-check
	@scripts/install-check.sh target/install-check

test-container: ## build the image of deploy/Containerfile on a bare Debian, and use it (needs root; apt brings buildah)
	@scripts/container-test.sh

dist: ## write what an operator installs into target/dist: program, units, documents, SHA-256 sums, CycloneDX SBOM
	@scripts/dist.sh

packages: ## write the packages for npm and pip, with SHA-256 sums, into target/packages
	@cargo run --release --locked --quiet --package kakekomi -- packages target/packages

bench: ## print speed as ratios in one run, sizes, and a first visit on a slow phone
	@scripts/bench.sh

SEED ?= 1
N ?= 100000
ENGINES ?= sandbox
same: ## the same drafts to two engines, every byte compared: make same SEED=7 N=100000 ENGINES="wasmi firefox"
	@cargo run --release --locked --quiet --package kakekomi-tests --bin same -- --seed $(SEED) --count $(N) $(ENGINES)

same-large: ## the long run that docs/sameness.md records (hours)
	@scripts/same-large.sh

SECONDS ?= 600
fuzz: ## look for drafts that break the parser, by what they reach: make fuzz SECONDS=3600
	@scripts/fuzz.sh $(SECONDS) $(SEED)

fmt: ## format Rust with rustfmt, and JavaScript, CSS and Markdown with Prettier
	cargo fmt --all
	@[ -x tests/browser/node_modules/.bin/prettier ] || npm ci --prefix tests/browser
	tests/browser/node_modules/.bin/prettier --write --log-level warn .
