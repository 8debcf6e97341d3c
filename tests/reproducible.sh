#!/usr/bin/env bash
# The module has one digest for everybody: this tree's build against a clone in another folder, with
# another HOME, an empty CARGO_HOME and flags of its own in the environment. Prints both digests.
set -euo pipefail
cd "$(dirname "$0")/.."

[ -n "${KAKEKOMI_BIN:-}" ] || cargo build --release --locked --quiet --package kakekomi
here=$("${KAKEKOMI_BIN:-target/release/kakekomi}" module --json | sed -n 's/.*"module":"sha256:\([0-9a-f]*\)".*/\1/p')
other=$(mktemp -d)
trap 'rm -rf "$other"' EXIT
mkdir -p "$other/home" "$other/a longer folder/kakekomi"
git ls-files -z --cached --others --exclude-standard | tar --null --files-from=- --create | tar --extract --directory "$other/a longer folder/kakekomi"

cd "$other/a longer folder/kakekomi"
# The toolchain stays where it is; rustup finds it by RUSTUP_HOME.
export RUSTUP_HOME="${RUSTUP_HOME:-$HOME/.rustup}"
export HOME="$other/home" CARGO_HOME="$other/home/cargo-elsewhere" RUSTFLAGS="-Copt-level=1"
export CARGO_PROFILE_RELEASE_DEBUG=1 CARGO_TARGET_DIR="$other/target"
cargo build --locked --quiet --package kakekomi-artifact
there=$(cat "$other"/target/debug/build/kakekomi-artifact-*/out/kakekomi.sha256)

echo "this tree:     $here"
echo "another clone: $there"
[ -n "$here" ] && [ "$here" = "$there" ]
