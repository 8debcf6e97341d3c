#!/usr/bin/env bash
# Adds the WebAssembly target to the Rust toolchain where it is missing; does nothing otherwise.
set -euo pipefail
cd "$(dirname "$0")/.."

target=wasm32-unknown-unknown

command -v cargo >/dev/null || { echo "cargo is missing: install the Rust toolchain with rustup first" >&2; exit 1; }
# A toolchain of the operating system brings its targets itself; the build says so where it does not.
command -v rustup >/dev/null || exit 0
installed=$(rustup target list --installed)
case " ${installed//$'\n'/ } " in
  *" $target "*) ;;
  *) rustup target add "$target" ;;
esac
