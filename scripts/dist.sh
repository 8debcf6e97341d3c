#!/usr/bin/env bash
# Writes what an operator installs on another machine of this architecture and system:
#   scripts/dist.sh [--archive-only] [FOLDER]     by default into target/dist; of KAKEKOMI_BIN, or else of a build
#
#   kakekomi-<version>-<arch>-linux.tar.gz        the stripped program, its units and alerts, the example desk, documents
#   kakekomi-<version>-<arch>-linux.cdx.json      bill of materials of the program, CycloneDX 1.5; not with --archive-only
#   kakekomi-<version>-<arch>-linux-module.cdx.json    that of the module of WebAssembly in it
#   SHA256SUMS
#
# The same sources give the same archive: files are sorted, and times are those of the last commit.
set -euo pipefail
cd "$(dirname "$0")/.."

only_archive=
[ "${1:-}" != --archive-only ] || { only_archive=yes; shift; }
target=$(cargo metadata --format-version 1 --no-deps --locked | sed -n 's/.*"target_directory":"\([^"]*\)".*/\1/p')
dist=${1:-$target/dist}
version=$(cargo pkgid --locked --package kakekomi | sed 's/.*[#@]//')
name=kakekomi-$version-$(uname -m)-$(uname -s | tr '[:upper:]' '[:lower:]')
SOURCE_DATE_EPOCH=$(git log -1 --format=%ct 2>/dev/null || stat -c %Y Cargo.lock)
export SOURCE_DATE_EPOCH

program=${KAKEKOMI_BIN:-$target/release/kakekomi}
if [ -z "${KAKEKOMI_BIN:-}" ]; then
  scripts/wasm-target.sh
  cargo build --release --locked --package kakekomi
fi

rm -rf "$dist"
mkdir -p "$dist/$name/docs"
strip -o "$dist/$name/kakekomi" "$program"
cp -r deploy LICENSE CHANGELOG.md "$dist/$name/"
cp -r host/desk "$dist/$name/desk"
cp docs/*.md "$dist/$name/docs/"
tar --sort=name --mtime=@"$SOURCE_DATE_EPOCH" --owner=0 --group=0 --numeric-owner --mode=u+w,go-w,a+rX \
  -C "$dist" -c "$name" | gzip -n9 >"$dist/$name.tar.gz"
rm -r "${dist:?}/$name"

# The program's components, and those that are in the module: the tool writes a file beside each Cargo.toml.
if [ -z "$only_archive" ]; then
  tools=$target/dist-tools
  [ -x "$tools/bin/cargo-cyclonedx" ] || cargo install --quiet --locked --root "$tools" cargo-cyclonedx@0.5.9
  PATH=$tools/bin:$PATH cargo cyclonedx --quiet --manifest-path host/Cargo.toml --format json --spec-version 1.5 \
    --no-build-deps --target "$(rustc -vV | sed -n 's/^host: //p')" --override-filename "$name.cdx"
  sed "s|file://$PWD|file:///kakekomi|g" "host/$name.cdx.json" >"$dist/$name.cdx.json"
  sed "s|file://$PWD|file:///kakekomi|g" "wasm/$name.cdx.json" >"$dist/$name-module.cdx.json"
  find core host tests wasm -name "$name.cdx.json" -delete
fi

cd "$dist"
sha256sum -- kakekomi-* >SHA256SUMS
ls -l
