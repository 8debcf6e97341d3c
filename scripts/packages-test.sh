#!/usr/bin/env bash
# Tries the packages that the desk serves, each in a fresh project of somebody else: React, Vue, a plain page, Fastify, FastAPI, axum.
# Projects fetch their own dependencies first, and then ours with no registry in reach.
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/wasm-target.sh
scripts/install-test-tools.sh
# As in scripts/test.sh, so that nothing is compiled twice.
cargo build --release --locked --workspace --all-targets
target=$(cargo metadata --format-version 1 --no-deps --locked | sed -n 's/.*"target_directory":"\([^"]*\)".*/\1/p')
export KAKEKOMI_BIN="$target/release/kakekomi"
export KAKEKOMI_CASES="$target/cases.json"
export KAKEKOMI_TOOLS="$target/test-tools"
"$target/release/cases-json" >"$KAKEKOMI_CASES"

npm run all --prefix tests/packages
for project in tests/packages/*.sh; do
  [ ! -f "$project" ] || "$project"
done
