#!/usr/bin/env bash
# The long run that docs/sameness.md records: each engine beside the native core over one stream.
# SEED chooses the stream; SHARE=10 makes a tenth of it.
set -euo pipefail
cd "$(dirname "$0")/.."

cargo build --release --locked --package kakekomi-tests
same=$(cargo metadata --format-version 1 --no-deps --locked | sed -n 's/.*"target_directory":"\([^"]*\)".*/\1/p')/release/same
share=${SHARE:-1}

compare() { # drafts, engine, more…
  local count=$(($1 / share))
  "$same" --seed "${SEED:-20261124}" --count "$count" --uncovered "${@:2}"
}

compare 10000000 sandbox
compare 1000000 node-page
compare 1000000 node-host
compare 100000 chromium --jobs 1
for engine in firefox webkit wasmi python; do compare 20000 $engine --jobs 1; done
