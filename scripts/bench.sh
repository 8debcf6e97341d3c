#!/usr/bin/env bash
# Prints the figures of docs/performance.md, each with its aim: scripts/bench.sh [PART…]
# Parts: check hostile start http peak submit log recheck store desk evidence sizes visit. Without a part all of them. `desk` is
# `desk-queue`, `desk-live` and `desk-refusals`; `evidence` is `evidence-speed`, `evidence-memory` and `evidence-form`, which
# write 4 GiB, and less where the disk has less.
# A part builds the program and the bench, and installs only what it compares with: Node's packages for `http` and
# `evidence`, browsers for `visit`. `submit`, `recheck`, `store` and `desk` use a PostgreSQL server if one is on the machine.
set -euo pipefail
cd "$(dirname "$0")/.."

parts=("$@")
wanted() { # part…: true if one of them is to be run
  [ "${#parts[@]}" -eq 0 ] && return
  local part
  for part in "$@"; do [[ " ${parts[*]} " != *" $part "* ]] || return 0; done
  return 1
}

scripts/wasm-target.sh
if [ "${#parts[@]}" -eq 0 ] || wanted visit; then scripts/install-test-tools.sh; fi
cargo build --release --locked --package kakekomi --package kakekomi-bench --bins
peers() { # folder: installs the packages of a server to compare with
  [ "$1/node_modules/.package-lock.json" -nt "$1/package-lock.json" ] ||
    npm ci --prefix "$1" --omit=optional --no-audit --no-fund
}
if wanted http; then peers tests/bench-fastify; fi
if wanted evidence evidence-speed; then peers tests/bench-tus; fi
if wanted submit recheck store desk desk-queue desk-live desk-refusals &&
  { command -v initdb || ls /usr/lib/postgresql/*/bin/initdb; } >/dev/null 2>&1; then
  postgres=$(mktemp -d)
  chmod go+rx "$postgres" # the server runs as another user where this is root
  trap 'scripts/postgres.sh stop "$postgres/server"; rm -rf "$postgres"' EXIT
  KAKEKOMI_TEST_POSTGRES=$(scripts/postgres.sh start "$postgres/server")
  export KAKEKOMI_TEST_POSTGRES
fi

echo "commit $(git describe --always --dirty 2>/dev/null || echo unknown), $(nproc) cores, load $(cut -d' ' -f1 /proc/loadavg 2>/dev/null || echo unknown)"
target=$(cargo metadata --format-version 1 --no-deps --locked | sed -n 's/.*"target_directory":"\([^"]*\)".*/\1/p')/release
rust=()
for part in "${parts[@]}"; do [ "$part" = visit ] || rust+=("$part"); done
if [ "${#parts[@]}" -eq 0 ] || [ "${#rust[@]}" -gt 0 ]; then "$target/bench" "${rust[@]}"; fi
if wanted visit; then KAKEKOMI_BIN="$target/kakekomi" node tests/browser/throttled.mjs; fi
