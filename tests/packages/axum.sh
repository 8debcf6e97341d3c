#!/usr/bin/env bash
# `cargo package` of the crate kakekomi-sandbox, and a fresh axum project that is compiled with the packed files and judges
# drafts with the bytes of the desk. It compiles wasmtime: minutes, so it is part of make packages-test alone.
set -euo pipefail
cd "$(dirname "$0")/../.."
root=$PWD
binary=${KAKEKOMI_BIN:-$root/target/release/kakekomi}
target=$root/target/packages-axum
project=$(mktemp -d)
trap 'kill "${server:-}" "${desk:-}" 2>/dev/null || true; wait 2>/dev/null || true; rm -rf "$project"' EXIT

# In the project the packed files are compiled, so that their own verification would do it a second time.
cargo package --quiet --offline --locked --allow-dirty --no-verify --target-dir "$target" \
  --package kakekomi-sandbox-codegen --package kakekomi-sandbox
version=$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml)
for crate in kakekomi-sandbox-codegen kakekomi-sandbox; do
  tar --extract --gzip --directory "$project" --file "$target/package/$crate-$version.crate"
done

mkdir "$project/src"
cp host/sandbox/examples/axum.rs "$project/src/main.rs"
# The workspace's lock, so that nothing is fetched and the versions are those that were tested.
cp Cargo.lock "$project"
cat >"$project/Cargo.toml" <<MANIFEST
[package]
name = "partner"
version = "1.0.0"
edition = "2024"

[dependencies]
axum = { version = "0.8", default-features = false, features = ["http1", "tokio"] }
kakekomi-sandbox = { path = "kakekomi-sandbox-$version" }
tokio = { version = "1", features = ["macros", "net", "rt-multi-thread"] }

[patch.crates-io]
kakekomi-sandbox-codegen = { path = "kakekomi-sandbox-codegen-$version" }

# Debug information of wasmtime takes longer than its code.
[profile.dev]
debug = false
MANIFEST
cargo build --quiet --offline --manifest-path "$project/Cargo.toml" --target-dir "$target"

address() { # log, pattern: waits for the line in which a server says where it is
  for _ in $(seq 600); do
    sed -n "s/$2/\1/p" "$1" | grep . && return
    sleep 0.1
  done
  cat "$1"
  return 1
}
"$binary" serve --listen 127.0.0.1:0 --data "$project/data" --log warn 2>"$project/log" &
desk=$!
at=$(address "$project/log" '^kakekomi: serving at \(.*\)\/$')
cd "$project"
python3 - "$at" <<'PYTHON'
import json, sys, urllib.request
get = lambda path: urllib.request.urlopen(sys.argv[1] + path).read()
desk = json.loads(get("/v1/desk"))
open("context.json", "w").write(json.dumps(desk["context"]))
open("kakekomi.wasm", "wb").write(get("/module/" + desk["module"].removeprefix("sha256:") + ".wasm"))
PYTHON
"$binary" example >right.json
echo '{"contact":{"phone":"110"}}' >wrong.json

port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
"$target/debug/partner" kakekomi.wasm context.json "127.0.0.1:$port" &
server=$!
until curl --silent --output /dev/null "http://127.0.0.1:$port/"; do # compiling the module takes seconds
  kill -0 "$server"
  sleep 0.1
done
judge() { # draft: the server's report is the desk's own
  curl --fail --silent --show-error --output theirs --data-binary "@$1" "http://127.0.0.1:$port/check"
  "$binary" check --json --context context.json "$1" >ours || true
  cmp theirs ours
}
judge right.json
grep -q '"accepted":true' theirs
judge wrong.json
grep -q '"accepted":false' theirs
echo "axum: two drafts judged with the packed crate, the desk's bytes"
