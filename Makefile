# kakekomi: thin over cargo; what is longer than a line stands in scripts/.
.DEFAULT_GOAL := help
.PHONY: help run test bench fmt

help: ## what there is to make
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-6s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

run: ## build the desk and serve it (flags of your own: make run SERVE="--listen 127.0.0.1:9000")
	@scripts/wasm-target.sh
	cargo run --release --locked --package kakekomi -- serve $(SERVE)

test: ## install what the tests need, run every check, close with "N passed, N failed"
	@scripts/test.sh

bench: ## print speed as ratios in one run, and sizes
	cargo build --release --locked --workspace
	cargo run --release --locked --package kakekomi-tests --bin bench

fmt: ## lay out the Rust sources
	cargo fmt --all
