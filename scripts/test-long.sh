#!/usr/bin/env bash
# The checks that do not fit into `make test`: long runs of suites whose short runs are in it, and the comparison of all engines.
# SHARE=10 makes a tenth of each run, SEED chooses the streams, ONLY="fuzz same" chooses suites:
# kill power faults histories delivery clauses operators uploads hosts fuzz guided load changes same. The last lines are a list to paste into docs/test-long.md.
set -uo pipefail
cd "$(dirname "$0")/.."

share=${SHARE:-1}
export KAKEKOMI_SEED=${SEED:-20261129}
only=${ONLY:-kill power faults histories delivery clauses operators uploads hosts fuzz guided load changes same}
failed=0
figures=$(mktemp)
output=$(mktemp)
postgres=$(mktemp -d)
chmod go+rx "$postgres" # the server runs as another user where this is root
trap 'rm -f "$figures" "$output"; scripts/postgres.sh stop "$postgres/server"; rm -rf "$postgres"' EXIT

part() { # a whole run's count → the count of this share, at least 1
  echo $((($1 + share - 1) / share))
}

run() { # suite, how much, command…: one run, whose time, result and figures are kept
  local suite=$1 amount=$2 started=$SECONDS status result=passed
  shift 2
  [[ " $only " == *" $suite "* ]] || return 0
  printf '\n== %s: %s\n' "$suite" "$amount"
  "$@" 2>&1 | tee "$output"
  status=${PIPESTATUS[0]}
  # cargo succeeds where a filter chose no test.
  if grep -q '^test result:' "$output" && ! grep -qE '^test result: ok\. [1-9]' "$output"; then status=1; fi
  [ "$status" -eq 0 ] || { result=FAILED && failed=$((failed + 1)); }
  {
    printf -- '- `%s`, %s: %s after %s s.\n' "$suite" "$amount" "$result" "$((SECONDS - started))"
    grep -E '^(test result|[a-z-]+ +[0-9]+ drafts|.*inputs in |stat::number_of_executed_units|.*moments|.*histories: |.*orders: |.*sequences: |.*people, half|.*cuts, .*hosts|two writers: |[0-9]+ notices to |.* power failures over |[0-9]+ bytes in |[0-9]+ rounds of two hosts: )' "$output" |
      sed 's/^/  - `/; s/$/`/'
  } >>"$figures"
}

suite() { # suite's test file, filter…: one of the tests in Rust
  local file=$1
  shift
  cargo test --release --locked --package kakekomi-tests --test "$file" -- --nocapture "$@"
}

scripts/wasm-target.sh && scripts/install-test-tools.sh || exit 1
target=$(cargo metadata --format-version 1 --no-deps --locked | sed -n 's/.*"target_directory":"\([^"]*\)".*/\1/p')
export KAKEKOMI_BIN="$target/release/kakekomi" KAKEKOMI_TOOLS="$target/test-tools"
cargo build --release --locked --workspace --all-targets || exit 1
if [[ " $only " =~ \ (kill|power|faults|histories|delivery|clauses|operators|uploads|hosts)\  ]]; then
  KAKEKOMI_TEST_POSTGRES=$(scripts/postgres.sh start "$postgres/server") || exit 1
  export KAKEKOMI_TEST_POSTGRES
fi

export KAKEKOMI_HISTORIES KAKEKOMI_NOTICES KAKEKOMI_KILLS KAKEKOMI_SUBMISSIONS KAKEKOMI_CUTS KAKEKOMI_FUZZ_SECONDS KAKEKOMI_LOAD_PEOPLE KAKEKOMI_CHANGES_COMPILE=1
KAKEKOMI_KILLS=$(part 200) KAKEKOMI_SUBMISSIONS=$(part 10000)
run kill "$KAKEKOMI_KILLS kills, $KAKEKOMI_SUBMISSIONS submissions of five senders each" suite store_faults
KAKEKOMI_KILLS=$(part 60) KAKEKOMI_NOTICES=$(part 10000)
run delivery "$KAKEKOMI_NOTICES events, $KAKEKOMI_KILLS kills of hosts and of the database" suite delivery
KAKEKOMI_CUTS=$(part 100)
run power "$KAKEKOMI_CUTS restarts after a power failure on SQLite" suite power_loss
run faults "each write and flush fails once" suite store_io_errors
KAKEKOMI_HISTORIES=$(part 10000)
run histories "$KAKEKOMI_HISTORIES random histories of events on each database" \
  cargo test --release --locked --package kakekomi-store --lib -- --nocapture random_histories
run clauses "$KAKEKOMI_HISTORIES random orders of referral and remote work on each database" \
  cargo test --release --locked --package kakekomi-store --lib -- --nocapture no_order_of_events
run operators "$KAKEKOMI_HISTORIES random sequences by eight operators on each database" \
  cargo test --release --locked --package kakekomi-casework --test histories -- --nocapture
export KAKEKOMI_UPLOAD_CUTS KAKEKOMI_UPLOAD_KILLS KAKEKOMI_UPLOAD_ROUNDS TUS_MIB TUS_BROWSER_MIB TUS_CUTS TUS_KILLS
KAKEKOMI_UPLOAD_CUTS=$(part 500) KAKEKOMI_UPLOAD_KILLS=$(part 500) KAKEKOMI_UPLOAD_ROUNDS=$(part 1000)
export KAKEKOMI_UPLOAD_LARGE=$((4 * 1024 * 1024 * 1024 / share + 1))
run uploads "$KAKEKOMI_UPLOAD_CUTS cuts, $KAKEKOMI_UPLOAD_KILLS kills, $KAKEKOMI_UPLOAD_ROUNDS meetings of two writers, $KAKEKOMI_UPLOAD_LARGE bytes" \
  suite files_interrupted
KAKEKOMI_CUTS=$(part 500)
run uploads "$KAKEKOMI_CUTS power failures during uploads" suite files_power_loss
TUS_MIB=$(part 2048) TUS_BROWSER_MIB=$(part 2048) TUS_CUTS=20 TUS_KILLS=4
run uploads "$TUS_MIB MiB by tus-js-client and tuspy, $TUS_BROWSER_MIB MiB from pages, through nginx, $TUS_CUTS cuts and $TUS_KILLS kills each" \
  npm test --prefix tests/tus
export KAKEKOMI_HOSTS_ROUNDS
KAKEKOMI_HOSTS_ROUNDS=$(part 30)
run hosts "$KAKEKOMI_HOSTS_ROUNDS rolling upgrades and failovers of two hosts under load" suite several_hosts
KAKEKOMI_FUZZ_SECONDS=$(part 3600)
run fuzz "$KAKEKOMI_FUZZ_SECONDS s each: parser, ABI, HTTP" suite fuzz
run guided "$(part 3600) s of libFuzzer" scripts/fuzz.sh "$(part 3600)" "$KAKEKOMI_SEED"
KAKEKOMI_LOAD_PEOPLE=$(part 60000)
# Fewer are gone before one slow head has lasted, whose end is measured.
[ "$KAKEKOMI_LOAD_PEOPLE" -ge 600 ] || KAKEKOMI_LOAD_PEOPLE=600
run load "$KAKEKOMI_LOAD_PEOPLE clients beside ten thousand connections" suite load
run changes "five changes to a scratch copy, each compiled" suite changes
run same "10,000,000 drafts and fewer, divided by $share" env SEED="$KAKEKOMI_SEED" SHARE="$share" scripts/same-large.sh

processor=$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo 2>/dev/null | head -1)
commit=$(git rev-parse --short=12 HEAD)
git diff --quiet HEAD 2>/dev/null || commit="$commit with changes"
printf '\n### %s, commit %s, seed %s, share 1/%s\n\n' "$(date -u +%F)" "$commit" "$KAKEKOMI_SEED" "$share"
printf -- '- Machine: %s cores, %s, %s.\n' "$(nproc)" "${processor:-processor not named}" "$(uname -sm)"
cat "$figures"
printf '\n%s failed\n' "$failed"
[ "$failed" -eq 0 ]
