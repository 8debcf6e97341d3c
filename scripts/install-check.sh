#!/usr/bin/env bash
# Installs the desk on a bare Debian as docs/operate.md says it, and uses it: receipts over HTTPS through nginx and
# Caddy, a backup under load, a restore, a reload and an upgrade that refuse no request.
#   scripts/install-check.sh ARCHIVE-FOLDER    what scripts/dist.sh wrote
#   scripts/install-check.sh --possible        whether it can run here: root, Debian, namespaces and a cgroup of its own
# The commands are those of the page: its blocks behind `<!-- step: NAME -->`, and files behind `<!-- step: NAME PATH -->`.
# The system is a debootstrap root with systemd as process 1 in namespaces of its own. Needs root, and Debian's debootstrap.
set -euo pipefail
cd "$(dirname "$0")/.."

cgroups=/sys/fs/cgroup
! mountpoint -q $cgroups/unified || cgroups=$cgroups/unified
cgroup=$cgroups/kakekomi-install-$$

if [ "${1:-}" = --possible ]; then
  [ "$(id -u)" -eq 0 ] && (. /etc/os-release && [ "$ID" = debian ]) 2>/dev/null &&
    command -v debootstrap apt-get unshare nsenter openssl python3 curl >/dev/null &&
    unshare --pid --mount --net --cgroup --fork true 2>/dev/null && mkdir "$cgroup" 2>/dev/null && rmdir "$cgroup"
  exit
fi

dist=$(realpath "${1:?the folder that scripts/dist.sh wrote}")
tools=$(realpath -m "${KAKEKOMI_TOOLS:-target/test-tools}")
packages=systemd-sysv,dbus,nginx-light,caddy,ca-certificates
pristine=$tools/debian-root
work=$(mktemp -d)
root=$work/root
host=desk.example.jp
started=$SECONDS

step() { printf '%4d s  %s\n' $((SECONDS - started)) "$*"; }
fail() { echo "FAILED: $*" >&2; exit 1; }

# A Debian with the packages that the page installs, from the mirror that apt uses here; kept for the next time.
bare_system() {
  [ ! -e "$pristine.done" ] || return 0
  local mirror suite
  suite=$(. /etc/os-release && echo "$VERSION_CODENAME")
  mirror=$(apt-get indextargets --format '$(SITE) $(RELEASE)' | awk -v suite="$suite" '$2 == suite { print $1; exit }')
  rm -rf "$pristine"
  mkdir -p "$tools"
  debootstrap --variant=minbase --include=$packages "$suite" "$pristine" "$mirror" >"$work/debootstrap.log" 2>&1 ||
    { tail -5 "$work/debootstrap.log"; fail "debootstrap"; }
  # What Debian's installer writes and debootstrap does not.
  printf '127.0.0.1 localhost\n::1 localhost\n' >"$pristine/etc/hosts"
  # apt need not read them: what the page installs is there.
  rm -rf "$pristine"/var/lib/apt/lists/*
  # Both want the same ports: each is started where the page installs it.
  chroot "$pristine" systemctl --quiet disable nginx caddy
  touch "$pristine.done"
}

# systemd as process 1: process, mount, network and cgroup namespaces are its own, and so are its changes to the root.
boot() {
  mkdir "$cgroup"
  (
    echo $BASHPID >"$cgroup/cgroup.procs"
    exec unshare --pid --mount --net --cgroup --uts --ipc --fork --kill-child tests/install/boot.sh "$pristine" "$root"
  ) </dev/null >"$work/boot.log" 2>&1 &
  unshare_pid=$!
  for _ in $(seq 300); do
    init=$(pgrep --parent "$unshare_pid" 2>/dev/null || true)
    if [ "$(cat "/proc/${init:-0}/comm" 2>/dev/null)" = systemd ]; then
      case $(inside systemctl is-system-running 2>&1) in running | degraded) return 0 ;; esac
    fi
    sleep 0.1
  done
  inside systemctl --failed >&2 || cat "$work/boot.log" >&2
  fail "systemd did not start"
}

halt() {
  [ -z "${unshare_pid:-}" ] || { kill -KILL "$unshare_pid" 2>/dev/null && wait "$unshare_pid" 2>/dev/null; } || true
  rm -rf "$work"
  for _ in $(seq 30); do
    [ -d "$cgroup" ] || return 0
    find "$cgroup" -depth -type d -exec rmdir {} \; 2>/dev/null || sleep 0.1
  done
}
trap halt EXIT

# A command in the bare system; and one of this machine in its network.
inside() { nsenter --target "$init" --all --root --wd env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 "$@"; }
network() { nsenter --target "$init" --net "$@"; }

# The page's blocks of one step, as one shell script: commands as they are, a file as what writes it.
commands() {
  awk -v step="$1" '
    /^<!-- step: / { name = $3; path = $4 == "-->" ? "" : $4; next }
    /^```/ && open { if (path != "") print "END_OF_BLOCK"; open = 0; name = ""; next }
    /^```/ && name == step { open = found = 1; if (path != "") printf "cat >%s <<\"END_OF_BLOCK\"\n", path; next }
    open { print }
    !open && NF { name = "" }
    END { if (!found) print "echo no such step in docs/operate.md: " step " >&2; exit 1" }' docs/operate.md
}

# Types the page's commands of a step, in a folder; further arguments are sed expressions for what an operator would change.
typed() {
  local name=$1 folder=$2
  shift 2
  step "docs/operate.md: $name"
  { echo "set -eu; cd $folder"; commands "$name" | sed -e '' "$@"; } >"$work/$name.sh"
  inside sh -s <"$work/$name.sh" >"$work/$name.log" 2>&1 || { cat "$work/$name.log"; fail "$name"; }
}

# Submissions over HTTPS at a steady rate, and checks, while a command runs: each must get its receipt or whole report.
under_load() {
  local per_second=$1
  shift
  network python3 tests/install/load.py --host $host --authority "$work/authority.pem" --draft "$work/draft.json" \
    --per-second "$per_second" --stop "$work/stop" --receipts "$work/receipts.txt" >"$work/load.log" 2>&1 &
  local load=$!
  sleep 2
  "$@"
  sleep 2
  touch "$work/stop"
  wait $load || { cat "$work/load.log"; fail "a receipt or a report is missing while: $*"; }
  rm "$work/stop"
  step "$(cat "$work/load.log")"
}

get() { network curl --silent --show-error --max-time 20 --cacert "$work/authority.pem" --resolve $host:443:127.0.0.1 "$@"; }

receipt_over_https() {
  local status
  # `systemctl reload` returns before the proxy listens.
  for _ in $(seq 20); do get -o /dev/null https://$host/v1/desk 2>/dev/null && break; sleep 0.5; done
  status=$(get -o "$work/receipt.json" -w '%{http_code} %{http_version}' -H 'Content-Type: application/json' \
    -H "Idempotency-Key: $1" --data-binary @"$work/draft.json" https://$host/v1/submissions)
  [ "$status" = "201 2" ] || { cat "$work/receipt.json"; fail "no receipt through $1: $status"; }
  step "through $1: 201 over HTTP/2, number $(sed 's/.*"number":"\([^"]*\)".*/\1/' "$work/receipt.json")"
}

proxy_shows_the_number() {
  inside systemctl stop kakekomi.socket kakekomi.service
  local status
  status=$(get -o "$work/page.html" -w '%{http_code}' https://$host/)
  [ "$status" = 502 ] && grep -q '0120-111-222' "$work/page.html" || fail "$1 shows no telephone number: $status"
  status=$(get -o "$work/page.html" -w '%{http_code}' --data-binary '{}' https://$host/v1/submissions)
  [ "$status" = 502 ] && grep -q '0120-111-222' "$work/page.html" || fail "$1 shows no telephone number for a submission: $status"
  inside systemctl start kakekomi.socket kakekomi.service
  step "$1: the telephone number while the desk does not answer"
}

cases() { inside kakekomi cases list --config /etc/kakekomi/kakekomi.toml --json | grep -o '"number"' | wc -l; }

bare_system
step "a bare Debian: $packages"
boot
step "systemd is process 1"
network ip link set lo up
inside install -d /srv/archive
tar -C "$dist" -c . | inside tar -C /srv/archive -x
folder=/srv/archive/$(cd "$dist" && ls kakekomi-*-linux.tar.gz | sed 's/\.tar\.gz//')

typed program /srv/archive
typed data "$folder"
inside sed -i 's/^phone = .*/phone = "0120-111-222"/' /etc/kakekomi/desk/desk.toml
typed settings /root
typed keys /root
typed start "$folder"
inside systemd-analyze verify /etc/systemd/system/kakekomi.service /etc/systemd/system/kakekomi.socket
step "systemd-analyze verify"
typed proxy-page /root
inside kakekomi example --config /etc/kakekomi/kakekomi.toml >"$work/draft.json"

# A certificate of our own authority, where certbot would have put one.
certificates=/etc/letsencrypt/live/$host
tests/install/certificate.sh "$work" $host
inside mkdir -p $certificates
for file in fullchain.pem privkey.pem; do inside tee $certificates/$file <"$work/$file" >/dev/null; done
inside systemctl start nginx
typed nginx /root
receipt_over_https nginx
proxy_shows_the_number nginx

typed reload /root
under_load 20 inside systemctl reload kakekomi
under_load 20 typed upgrade "$folder"

inside systemctl stop nginx
inside chmod -R a+rX /etc/letsencrypt
inside systemctl start caddy
# Caddy would fetch a certificate from the internet.
typed caddy /root -e "s|^$host {|&\n    tls $certificates/fullchain.pem $certificates/privkey.pem|"
receipt_over_https caddy
proxy_shows_the_number caddy
under_load 20 inside systemctl restart kakekomi

before=$(cases)
[ "$before" -eq $((2 + $(wc -l <"$work/receipts.txt"))) ] || fail "$before cases for $(wc -l <"$work/receipts.txt") receipts and 2"
under_load 20 typed backup /root
after=$(cases)
# The page has a day of its own for an example.
typed restore /root -e "s/kakekomi-20[0-9-]*\.sqlite3/kakekomi-$(date +%F).sqlite3/"
restored=$(cases)
[ "$restored" -ge "$before" ] && [ "$restored" -le "$after" ] || fail "the backup had $restored of $before to $after cases"
step "restored $restored cases: $before were there when the backup began, $after when it had ended"
receipt_over_https restore
step "done"
