#!/usr/bin/env bash
# Every check of the project, one after the other; the last lines name what failed and count: "N passed, N failed".
# A check that fails does not keep the next ones from running; a build that fails does.
set -uo pipefail
cd "$(dirname "$0")/.."

passed=0
failed=0
skipped=0
notes=$(mktemp -d)
output=$notes/output
failures=$notes/failures
touch "$failures"
postgres=$(mktemp -d)
chmod go+rx "$postgres" # the server runs as another user where this is root
trap 'kill "${beside:-}" 2>/dev/null; scripts/postgres.sh stop "$postgres/server"; rm -rf "$postgres" "$notes"' EXIT

close() { # message: prints the counts and ends; a message is a failure that stopped everything
  [ -z "${1:-}" ] || fail "$1"
  [ ! -s "$failures" ] || { printf '\n== failed\n' && cat "$failures"; }
  local line="$passed passed, $failed failed"
  [ "$skipped" -eq 0 ] || line="$line, $skipped skipped"
  printf '\n%s\n' "$line"
  [ "$failed" -eq 0 ]
  exit $?
}

fail() { # sentence: one failure, counted and repeated at the end
  failed=$((failed + 1))
  printf '\nFAILED: %s\n' "$1"
  printf '%s\n' "$1" >>"$failures"
}

heading() { # title: with the minutes since the start
  printf '\n== %d:%02d  %s\n' $((SECONDS / 60)) $((SECONDS % 60)) "$1"
}

check() { # title, command…: one check, which passes or fails as a whole
  heading "$1"
  shift
  if "$@"; then passed=$((passed + 1)); else fail "$*"; fi
}

# Adds up the closing lines of cargo's and of node's test runners.
counts() {
  awk '
    /^test result:/ { for (i = 2; i <= NF; i++) { if ($i ~ /^passed/) p += $(i-1); if ($i ~ /^failed/) f += $(i-1); if ($i ~ /^ignored/) s += $(i-1) } }
    /^(#|ℹ) pass [0-9]+$/ { p += $3 }
    /^(#|ℹ) (fail|cancelled) [0-9]+$/ { f += $3 }
    /^(#|ℹ) (skipped|todo) [0-9]+$/ { s += $3 }
    END { print p + 0, f + 0, s + 0 }' "$output"
}

# The failed tests of cargo's runner (names), and of node's in both of its formats (names and the first lines of the reason).
failed_tests() {
  grep -E '^test .* \.\.\. FAILED$' "$output"
  grep -E -A 14 '^ *not ok ' "$output" | head -100
  awk '/^✖ failing tests:$/ { on = 1 } on' "$output" | head -100
}

suite() { # title, command…: a test runner, whose own counts are added
  heading "$1"
  shift
  "$@" 2>&1 | tee "$output"
  local status=${PIPESTATUS[0]} p f s
  read -r p f s < <(counts)
  passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
  [ "$f" -eq 0 ] || failed_tests >>"$failures"
  if [ "$status" -ne 0 ] && [ "$f" -eq 0 ]; then fail "$*"; fi
  if [ "$status" -eq 0 ] && [ "$p" -eq 0 ]; then fail "it ran no test: $*"; fi
}

one_build() { # of each crate, for the program and the tests alike
  local compiled
  compiled=$(cargo build --color never --release --locked --package kakekomi 2>&1) || { printf '%s\n' "$compiled" && return 1; }
  ! grep '^ *Compiling' <<<"$compiled" | tee -a "$failures" | grep .
}

rust_tests() { # as they were built; a build that fails gives no list, and then no test is run
  cargo test --release --locked --workspace --no-run --message-format json-render-diagnostics | node scripts/rust-tests.mjs
}

installation() { # of the program that was built
  scripts/dist.sh --archive-only "$target/install-check" && scripts/install-check.sh "$target/install-check"
}

# Checks that need no result of the suites run beside them: the suites wait more than they compute.
checks_beside() {
  passed=0 failed=0 skipped=0 failures=$notes/failures_beside
  check "one digest from two clones" nice tests/reproducible.sh
  # Second, when the suite of Rust runs: cargo holds the lock of its folder until that is built.
  check "lints" nice cargo clippy --release --locked --workspace --all-targets -- -D warnings
  check "Python: a fresh FastAPI project installs the served wheel; types, verdicts, the same bytes" tests/packages/python.sh
  if scripts/install-check.sh --possible; then
    check "a bare Debian: docs/operate.md as typed, through nginx and Caddy" installation
  else
    heading "left out: docs/operate.md typed on a bare Debian, which needs root, debootstrap and a cgroup of its own"
    skipped=$((skipped + 1))
  fi
  printf '%s %s %s\n' "$passed" "$failed" "$skipped" >"$notes/counts_beside"
}

end_of_checks_beside() { # prints what they printed, and adds their counts
  local p f s
  wait "$beside"
  cat "$notes/beside"
  read -r p f s <"$notes/counts_beside" || close "The checks beside the suites ended early."
  passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
  cat "$notes"/failures_beside >>"$failures" 2>/dev/null
}

target=$(cargo metadata --format-version 1 --no-deps --locked | sed -n 's/.*"target_directory":"\([^"]*\)".*/\1/p')
export KAKEKOMI_BIN="$target/release/kakekomi"
export KAKEKOMI_CASES="$target/cases.json"
export KAKEKOMI_TOOLS="$target/test-tools"

scripts/wasm-target.sh || close "The WebAssembly target could not be added."
scripts/install-test-tools.sh || close "What the tests need could not be installed."

# Everything at once: a build without the tests' own dependencies has other features, and would compile wasmtime twice.
heading "build"
cargo build --release --locked --workspace --all-targets || close "The build failed."

check "the program alone compiles no crate again" one_build
check "layout of Rust" cargo fmt --all --check
check "layout of JavaScript, CSS and Markdown" tests/browser/node_modules/.bin/prettier --check --log-level warn .
"$target/release/cases-json" >"$KAKEKOMI_CASES" || close "The table of cases could not be printed."
checks_beside >"$notes/beside" 2>&1 &
beside=$!
KAKEKOMI_TEST_POSTGRES=$(scripts/postgres.sh start "$postgres/server") || close "PostgreSQL did not start."
export KAKEKOMI_TEST_POSTGRES

suite "Rust: rules, table of cases, rules of the repository, HTTP, command line" rust_tests
suite "Rust: examples in documentation" cargo test --release --locked --workspace --no-fail-fast --doc

suite "Node over the ABI alone: table of cases" node --test tests/abi_host.test.mjs
suite "documents: links, paths, names of tests" node --test tests/docs_links.test.mjs
suite "Node and browsers: table of cases, the page" npm test --prefix tests/browser
suite "npm packages: table of cases, connections, fresh projects of React and Fastify" npm test --prefix tests/packages
suite "tus-js-client, @uppy/tus and tuspy through nginx: cuts, killed hosts" npm test --prefix tests/tus
check "OpenAPI: schemathesis against the server" tests/schemathesis.sh
check "licences, bans and sources of all crates" "$KAKEKOMI_TOOLS/bin/cargo-deny" --log-level error check licenses bans sources
check "Node, Python, Chromium, Firefox, WebKit: the same drafts, the same bytes" \
  "$target/release/same" --seed 20261124 --count 2000 --jobs 1 --uncovered node-page node-host node-package python chromium firefox webkit
end_of_checks_beside

close
