#!/usr/bin/env bash
# Fuzzes the parser by what it reaches, with libFuzzer on stable Rust: scripts/fuzz.sh [SECONDS] [SEED]
# Needs a C++ compiler. What was found so far stays in target/guided/corpus, and is where the next run begins.
set -euo pipefail
cd "$(dirname "$0")/.."

seconds=${1:-600} seed=${2:-20261125}
target=${CARGO_TARGET_DIR:-target/guided}
host=$(rustc -vV | sed -n 's/^host: //p')

# What cargo-fuzz sets too, without the sanitizers, which need a nightly compiler: the core has no unsafe code.
counters="-Cpasses=sancov-module -Ccodegen-units=1"
for flag in level=4 inline-8bit-counters pc-table trace-compares; do
  counters+=" -Cllvm-args=-sanitizer-coverage-$flag"
done
RUSTFLAGS="$counters" cargo build --release --locked --manifest-path tests/guided/Cargo.toml --target "$host" --target-dir "$target"

mkdir -p "$target/corpus"
cp host/service/examples/*.json tests/cases/base/*.json "$target/corpus/"
"$target/$host/release/kakekomi-guided" "$target/corpus" -max_len=16384 -max_total_time="$seconds" -seed="$seed" \
  -artifact_prefix="$target/" -print_final_stats=1
