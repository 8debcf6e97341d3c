#!/usr/bin/env bash
# Requests that schemathesis makes out of /openapi.json, sent to the real server: no 5xx, no undocumented status or
# media type, and every answer as its schema says. The seed is fixed, so that a failure comes again.
set -euo pipefail
cd "$(dirname "$0")/.."

binary=${KAKEKOMI_BIN:-$PWD/target/release/kakekomi}
tools=${KAKEKOMI_TOOLS:-$PWD/target/test-tools}
examples=${EXAMPLES:-10}
config=$PWD/tests/schemathesis.toml
export SCHEMATHESIS_HOOKS=$PWD/tests/schemathesis_hooks.py
home=$(mktemp -d)
trap 'kill "${server:-}" 2>/dev/null || true; wait 2>/dev/null || true; rm -rf "$home"' EXIT

"$binary" serve --listen 127.0.0.1:0 --data "$home/data" --log warn 2>"$home/log" &
server=$!
for _ in $(seq 600); do
  base=$(sed -n 's/^kakekomi: serving at \(.*\)\/$/\1/p' "$home/log")
  [ -n "$base" ] && break
  kill -0 "$server" || { cat "$home/log"; exit 1; }
  sleep 0.1
done

# It notes what it found where it runs.
(cd "$home" && "$tools/bin/st" --config-file "$config" run "$base/openapi.json" --seed 20261124 --max-examples "$examples") || {
  status=$?
  cat "$home/log"
  exit "$status"
}
kill -0 "$server" || { echo "the server has gone"; cat "$home/log"; exit 1; }
