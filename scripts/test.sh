#!/usr/bin/env bash
# Every check of the project, one after the other; the last line counts them: "N passed, N failed".
# A check that fails does not keep the next ones from running; a build that fails does.
set -uo pipefail
cd "$(dirname "$0")/.."

passed=0
failed=0
skipped=0
output=$(mktemp)
trap 'rm -f "$output"' EXIT

close() { # what stopped everything, if anything did
  [ -z "${1:-}" ] || { printf '\n%s\n' "$1"; failed=$((failed + 1)); }
  local line="$passed passed, $failed failed"
  [ "$skipped" -eq 0 ] || line="$line, $skipped skipped"
  printf '\n%s\n' "$line"
  [ "$failed" -eq 0 ]
  exit $?
}

check() { # title, command…: one check, which passes or fails as a whole
  printf '\n== %s\n' "$1"
  shift
  if "$@"; then passed=$((passed + 1)); else failed=$((failed + 1)) && echo "FAILED: $*"; fi
}

# Adds up the closing lines of cargo's and of node's test runners.
counts() {
  awk '
    /^test result:/ { for (i = 2; i <= NF; i++) { if ($i ~ /^passed/) p += $(i-1); if ($i ~ /^failed/) f += $(i-1); if ($i ~ /^ignored/) s += $(i-1) } }
    /^(#|ℹ) pass [0-9]+$/ { p += $3 }
    /^(#|ℹ) (fail|cancelled) [0-9]+$/ { f += $3 }
    /^(#|ℹ) (skipped|todo) [0-9]+$/ { s += $3 }
    END { print p + 0, f + 0, s + 0 }' "$output"
}

suite() { # title, command…: a test runner, whose own counts are added
  printf '\n== %s\n' "$1"
  shift
  "$@" 2>&1 | tee "$output"
  local status=${PIPESTATUS[0]} p f s
  read -r p f s < <(counts)
  passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
  if [ "$status" -ne 0 ] && [ "$f" -eq 0 ]; then failed=$((failed + 1)) && echo "FAILED: $*"; fi
  if [ "$status" -eq 0 ] && [ "$p" -eq 0 ]; then failed=$((failed + 1)) && echo "FAILED, it ran no test: $*"; fi
}

target=$(cargo metadata --format-version 1 --no-deps --locked | sed -n 's/.*"target_directory":"\([^"]*\)".*/\1/p')
export KAKEKOMI_BIN="$target/release/kakekomi"
export KAKEKOMI_CASES="$target/cases.json"

scripts/wasm-target.sh || close "The WebAssembly target could not be added."
scripts/install-test-tools.sh || close "What the tests need could not be installed."

printf '\n== build\n'
cargo build --release --locked --workspace || close "The build failed."

check "layout" cargo fmt --all --check
check "lints" cargo clippy --release --locked --workspace --all-targets -- -D warnings
suite "Rust: rules, table of cases, house rules, HTTP, command line" cargo test --release --locked --workspace --no-fail-fast

cargo run --release --locked --quiet --package kakekomi-tests --bin cases-json >"$KAKEKOMI_CASES" || close "The table of cases could not be printed."
suite "Node as a stranger: table of cases over the host face" node --test tests/stranger.test.mjs
suite "Node and Chromium: table of cases, the page" npm test --prefix tests/browser
check "one digest from two clones" tests/reproducible.sh

close
