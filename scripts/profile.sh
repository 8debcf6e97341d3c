#!/usr/bin/env bash
# Prints where the server's processor time goes: scripts/profile.sh check|submission [SECONDS]
# Eight clients send the example draft to the program that was built. Needs Linux's perf and Node.
set -euo pipefail
cd "$(dirname "$0")/.."

kind=${1:-check}
seconds=${2:-10}
case $kind in
  check) path=/v1/check ;;
  submission) path=/v1/submissions ;;
  *) echo "usage: scripts/profile.sh check|submission [SECONDS]" >&2 && exit 2 ;;
esac
binary=${KAKEKOMI_BIN:-target/release/kakekomi}
folder=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null || true; wait; rm -rf "$folder"' EXIT

"$binary" example >"$folder/draft.json"
port=$(node -e 'const s = require("node:net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close(); })')
"$binary" serve --listen "127.0.0.1:$port" --data "$folder/data" --rate-limit 0 --address-quota 0 2>"$folder/log" >&2 &
server=$!

ticks() { awk '{ print $14 + $15 }' "/proc/$server/stat"; }
sleep 1
before=-1
# The server compresses the page once, when it starts.
while now=$(ticks) && [ "$now" -ne "$before" ]; do before=$now && sleep 1; done

node --input-type=module - "http://127.0.0.1:$port$path" "$folder/draft.json" <<'EOF' &
import { readFileSync } from "node:fs";
import { Agent, request } from "node:http";

const [url, file] = process.argv.slice(2);
const body = readFileSync(file);
const agent = new Agent({ keepAlive: true, maxSockets: 8 });
let number = 0;
const send = () => {
  const headers = { "content-type": "application/json", "idempotency-key": `profile-${number++}` };
  request(url, { method: "POST", agent, headers }, (answer) => {
    if (answer.statusCode >= 300) throw new Error(`status ${answer.statusCode}`);
    answer.resume().on("end", send);
  }).end(body);
};
for (let client = 0; client < 8; client++) send();
EOF
client=$!

sleep 2
perf record --freq 1999 --pid "$server" --output "$folder/perf" -- sleep "$seconds" >"$folder/perf.log" 2>&1 ||
  { cat "$folder/perf.log" >&2 && exit 1; }
kill -0 "$server" "$client" || { cat "$folder/log" >&2 && exit 1; }
perf report --input "$folder/perf" --stdio --fields sample,dso,symbol --field-separator '|' 2>/dev/null |
  awk -F '|' -v kind="$kind" '
  function group(object, name) {
    if (object ~ /JIT|\/tmp\/perf-/) return "rules in the module"
    if (object ~ /kernel/) {
      if (name ~ /tcp|sock|inet|ip_|skb|net|loopback|poll|copy_from_iter|copy_to_iter/) return "kernel: network"
      if (name ~ /sched|futex|task_switch|wake|timer|tick|rcu|spin_unlock/) return "kernel: threads that wait and wake"
      if (name ~ /ext4|jbd2|sync|vfs|file|page|folio|blk|bio|virtio|iowrite|buffer/) return "kernel: files and memory"
      return "kernel: other"
    }
    if (name ~ /wasmtime|cranelift/) return "wasmtime: instances, calls, memory"
    if (name ~ /from_utf8/) return "UTF-8 of the report"
    if (name ~ /serde|submit::verdict/) return "JSON that the host reads and writes"
    if (name ~ /malloc|free|alloc|unlink_chunk/) return "allocator"
    if (name ~ /memmove|memcpy|memset|memcmp/) return "copies of memory"
    if (name ~ /sqlite|sqlx|walChecksum/) return "database"
    if (name ~ /sha2|sha256/) return "SHA-256"
    if (name ~ /tracing/) return "log"
    if (name ~ /kakekomi|tokio|hyper|axum|tower|http::|mio::|bytes::|futures/) return "HTTP server, tasks and the host itself"
    return "other"
  }
  /^ *[0-9]+ *\|/ { samples[group($2, $3)] += $1; all += $1 }
  END {
    printf "processor time of a %s\n", kind
    for (name in samples) printf "%6.1f %%  %s\n", 100 * samples[name] / all, name | "sort -rn"
  }'
