#!/usr/bin/env bash
# Installs what the tests need beside Rust and Node, each only where it is missing:
# a Chromium, a Japanese font for its pictures, and the packages of tests/browser.
set -euo pipefail
cd "$(dirname "$0")/.."

have() { command -v "$1" >/dev/null 2>&1; }

have_chromium() {
  [ -n "${CHROMIUM:-}" ] || have chromium || have chromium-browser || have google-chrome
}

have_japanese_font() {
  have fc-list && [ -n "$(fc-list :lang=ja family)" ]
}

as_root() {
  if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi
}

# The names of the same packages with each package manager.
install_packages() {
  if have apt-get; then
    as_root apt-get update -q
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends chromium fontconfig fonts-noto-cjk
  elif have dnf; then
    as_root dnf install -y chromium fontconfig google-noto-sans-cjk-fonts
  elif have pacman; then
    as_root pacman -S --needed --noconfirm chromium fontconfig noto-fonts-cjk
  elif have apk; then
    as_root apk add chromium fontconfig font-noto-cjk
  elif have brew; then
    brew install --cask chromium font-noto-sans-cjk-jp && brew install fontconfig
  else
    echo "no package manager that this script knows: install Chromium and a Japanese font by hand" >&2
    return 1
  fi
}

have node && have npm || { echo "node and npm are missing: the tests of the page run in them (Node 20 or later)" >&2; exit 1; }

if ! have_chromium || ! have_japanese_font; then
  install_packages
  have_chromium || { echo "Chromium is still missing after the installation" >&2; exit 1; }
fi

# npm keeps its own note of what it laid down; it is older than the lock file only when that has changed.
browser=tests/browser
if [ -f $browser/package-lock.json ] && [ ! $browser/node_modules/.package-lock.json -nt $browser/package-lock.json ]; then
  npm ci --prefix $browser --no-audit --no-fund
fi
