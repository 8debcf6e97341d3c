#!/usr/bin/env bash
# All figures of docs/performance.md in one run, each with its aim. Fastify is installed for the comparison alone. With a
# PostgreSQL server on the machine its figures are printed too. Parts of it: scripts/bench.sh check start http log recheck store sizes visit
set -euo pipefail
cd "$(dirname "$0")/.."

parts=("$@")
wanted() { [ "${#parts[@]}" -eq 0 ] || [[ " ${parts[*]} " == *" $1 "* ]]; }

scripts/wasm-target.sh
scripts/install-test-tools.sh
cargo build --release --locked --workspace --all-targets
other=tests/bench-fastify
[ "$other/node_modules/.package-lock.json" -nt "$other/package-lock.json" ] || npm ci --prefix "$other" --no-audit --no-fund

postgres=$(mktemp -d)
chmod go+rx "$postgres" # the server runs as another user where this is root
trap 'scripts/postgres.sh stop "$postgres/server"; rm -rf "$postgres"' EXIT
KAKEKOMI_TEST_POSTGRES=$(scripts/postgres.sh start "$postgres/server")
export KAKEKOMI_TEST_POSTGRES

echo "commit $(git describe --always --dirty 2>/dev/null || echo unknown), $(nproc) cores, load $(cut -d' ' -f1 /proc/loadavg 2>/dev/null || echo unknown)"
target=$(cargo metadata --format-version 1 --no-deps --locked | sed -n 's/.*"target_directory":"\([^"]*\)".*/\1/p')/release
rust=()
for part in "${parts[@]}"; do [ "$part" = visit ] || rust+=("$part"); done
if [ "${#parts[@]}" -eq 0 ] || [ "${#rust[@]}" -gt 0 ]; then "$target/bench" "${rust[@]}"; fi
if wanted visit; then KAKEKOMI_BIN="$target/kakekomi" node tests/browser/throttled.mjs; fi
