#!/usr/bin/env bash
# Builds the image of deploy/Containerfile on a bare Debian and uses it, from its user and file modes to receipts that
# outlive the container; and checks deploy/compose.yml, with its settings against a real PostgreSQL.
#   scripts/container-test.sh    prints "N passed, N failed"; uses KAKEKOMI_BIN, or else builds the program
# Needs root and Debian, and installs by apt what is missing. Nothing is left out: what cannot run is a failure.
#
# buildah works without a daemon, a registry or a user namespace: images are folders (vfs), a container is a chroot with
# namespaces, capabilities and seccomp filter of its own. The network is this machine's.
set -uo pipefail
cd "$(dirname "$0")/.."
export LC_ALL=C.UTF-8

passed=0
failed=0
work=$(mktemp -d)
chmod go+x "$work" # the container's user passes through it
image=localhost/kakekomi-test
python=/usr/bin/python3 # Debian's, to which docker-compose brings YAML
program= # the process of buildah that runs the desk

close() {
  [ -z "$program" ] || kill -KILL $(tree "$program") 2>/dev/null
  [ ! -d "$work/postgres/data" ] || as_postgres pg_ctl stop --silent --mode immediate --pgdata "$work/postgres/data"
  box rm --all >/dev/null 2>&1
  box umount --all >/dev/null 2>&1
  rm -rf "$work"
}
trap close EXIT

check() { # title, command…: its output is shown where it fails
  local title=$1
  shift
  if "$@" >"$work/output" 2>&1; then
    passed=$((passed + 1)) && printf 'ok      %s\n' "$title"
  else
    failed=$((failed + 1)) && printf 'FAILED  %s\n' "$title" && tail -30 "$work/output" | sed 's/^/        /'
    return 1
  fi
}
need() { check "$@" || finish; } # nothing that follows would make sense without it
finish() {
  printf '%s passed, %s failed\n' "$passed" "$failed"
  [ "$failed" -eq 0 ]
  exit
}

box() { buildah --storage-driver vfs --root "$work/storage" --runroot "$work/run" "$@"; }
tree() { echo "$1" && for child in $(pgrep --parent "$1"); do tree "$child"; done; } # a process and those below it
same() { [ "$1" = "$2" ] || { diff <(printf '%s\n' "$1") <(printf '%s\n' "$2"); return 1; }; }

# --- what is needed

install_tools() {
  local missing=() tool
  [ "$(id -u)" -eq 0 ] || { echo "this needs root" && return 1; }
  for tool in buildah debootstrap curl docker-compose; do command -v $tool || missing+=("$tool"); done
  ls /usr/lib/postgresql/*/bin/initdb || missing+=(postgresql)
  [ ${#missing[@]} -eq 0 ] || {
    apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "${missing[@]}"
  } && postgres_programs=$(ls -d /usr/lib/postgresql/*/bin | sort -V | tail -1)
}

# The archive and the bills of materials that an operator has, with the program that was built.
distribution() {
  scripts/dist.sh "$work/dist" && version=$(cargo pkgid --locked --package kakekomi | sed 's/.*[#@]//') &&
    mkdir "$work/archive" && tar -xzf "$work"/dist/kakekomi-*.tar.gz -C "$work/archive" --strip-components 1
}

# A Debian as its image has it: without the authorities. From the mirror that apt uses here.
base_image() {
  local mirror suite container
  suite=$(. /etc/os-release && echo "$VERSION_CODENAME")
  mirror=$(apt-get indextargets --format '$(SITE) $(RELEASE)' | awk -v suite="$suite" '$2 == suite { print $1; exit }')
  debootstrap --variant=minbase "$suite" "$work/debian" "$mirror" || return
  rm -rf "$work"/debian/var/lib/apt/lists/*
  container=$(box from scratch) && box add --quiet "$container" "$work/debian" / &&
    box commit --quiet "$container" $image-base && box rm "$container" && rm -rf "$work/debian" &&
    base=$image-base@$(box images --format '{{.Digest}}' $image-base)
}

build() { # name, base
  box build --isolation chroot --pull=never --format docker --timestamp 0 --file deploy/Containerfile \
    --build-arg BASE="$2" --build-arg VERSION="$version" --tag "$1" "$work/dist"
}

# --- the image

builds_from_another_digest() { build $image-wrong "$image-base@sha256:$(printf '%064d' 0)"; }
builds_other_bytes() { # a file that is not the one of SHA256SUMS
  cp -r "$work/dist" "$work/changed" && echo >>"$(ls "$work"/changed/*-module.cdx.json)" &&
    box build --isolation chroot --pull=never --file deploy/Containerfile --target files \
      --build-arg BASE="$base" --build-arg VERSION="$version" "$work/changed"
}
not() { ! "$@"; }
config() { box inspect --type image --format "{{$1}}" $image; }
# The layers, since Docker's format also has a field for the random name of the container that built an image.
has_the_same_layers_twice() {
  build $image-again "$base" &&
    same "$(config .OCIv1.RootFS)" "$(box inspect --type image --format '{{.OCIv1.RootFS}}' $image-again)"
}
label() { config "index .Docker.Config.Labels \"org.opencontainers.image.$1\""; }
is_configured() {
  same "$(config .Docker.Config.User)" 10001:10001 &&
    same "$(config .Docker.Config.Entrypoint)" '[/usr/local/bin/kakekomi]' &&
    same "$(config .Docker.Config.Cmd)" '[serve]' &&
    same "$(config .Docker.Config.Volumes)" 'map[/var/lib/kakekomi:{} /var/lib/kakekomi.keys:{}]' &&
    same "$(config .Docker.Config.Healthcheck.Test)" '[CMD /usr/local/bin/kakekomi doctor --ready]' &&
    same "$(label version) $(label licenses) $(label base.name)" "$version Apache-2.0 $base"
}

# Mode, owner and path of every file of a root; times of the package manager's own files do not matter.
files_of() { (cd "$1" && find . -printf '%m %U:%G %P\n' | sort -k3); }
holds_these_files_alone() {
  local of_base
  of_base=$(box from --pull-never $image-base) && files_of "$(box mount "$of_base")" >"$work/before" &&
    files_of "$root" >"$work/after" && box rm "$of_base" >/dev/null || return
  same "$(comm -13 <(sort "$work/before") <(sort "$work/after") | sort -k3)" "755 0:0 etc/ssl
755 0:0 etc/ssl/certs
644 0:0 etc/ssl/certs/ca-certificates.crt
755 0:0 usr/local/bin/kakekomi
755 0:0 usr/local/share/kakekomi
644 0:0 usr/local/share/kakekomi/LICENSE
644 0:0 usr/local/share/kakekomi/kakekomi-module.cdx.json
644 0:0 usr/local/share/kakekomi/kakekomi.cdx.json
700 10001:10001 var/lib/kakekomi
700 10001:10001 var/lib/kakekomi.keys" && same "$(comm -23 <(sort "$work/before") <(sort "$work/after"))" ""
}
has_the_program_of_the_archive() { cmp "$root/usr/local/bin/kakekomi" "$work/archive/kakekomi"; }
has_bills_of_materials() {
  $python - "$version" "$root"/usr/local/share/kakekomi/kakekomi{,-module}.cdx.json <<'PYTHON'
import json, sys
for path, name, part in [(sys.argv[2], "kakekomi", "tokio"), (sys.argv[3], "kakekomi-wasm", "serde")]:
    with open(path) as file:
        bill = json.load(file)
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.5"), path
    about = bill["metadata"]["component"]
    assert (about["name"], about["version"]) == (name, sys.argv[1]), about
    assert any(component["name"] == part for component in bill["components"]), f"{path} has no {part}"
PYTHON
}

# --- a container

free_port() { $python -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }

# Runs a command of the image in the container, as an engine does with --read-only and --cap-drop all: its root cannot be
# written, a /run of its own and the volumes can.
inside() { # [further options of buildah…] -- command…
  local options=()
  while [ "$1" != -- ]; do options+=("$1") && shift; done
  shift
  unshare --mount --propagation private sh -c \
    'mount --bind "$0" "$0" && mount -o remount,bind,ro "$0" && mount -t tmpfs tmpfs "$0/run" && exec "$@"' "$root" \
    buildah --storage-driver vfs --root "$work/storage" --runroot "$work/run" run --isolation chroot --cap-drop all \
    --volume "$volumes/data:/var/lib/kakekomi" --volume "$volumes/keys:/var/lib/kakekomi.keys" \
    --env KAKEKOMI_LISTEN="127.0.0.1:$port" --env KAKEKOMI_ADMIN_LISTEN="127.0.0.1:$admin" --env KAKEKOMI_EVIDENCE_MIN_FREE=0 \
    "${options[@]}" "$container" -- "$@"
}
get() { curl --silent --show-error --max-time 20 "$@"; }

start() { # further options of buildah…
  inside "$@" -- /usr/local/bin/kakekomi serve >"$work/serve.log" 2>&1 &
  program=$!
  for _ in $(seq 300); do
    ! get --fail -o /dev/null "http://127.0.0.1:$admin/readyz" 2>/dev/null || return 0
    kill -0 $program 2>/dev/null || break
    sleep 0.2
  done
  cat "$work/serve.log"
  return 1
}
desk_process() { for process in $(tree "$program"); do [ "$(cat "/proc/$process/comm")" != kakekomi ] || echo "$process"; done; }
stops_on_sigterm() {
  local process started=$SECONDS
  process=$(desk_process) && kill -TERM "$process" || return
  wait "$program"
  local status=$?
  program=
  echo "exit $status after $((SECONDS - started)) s" && [ $status -eq 0 ] && [ $((SECONDS - started)) -le 10 ]
}
is_restricted() {
  local status
  status=$(cat "/proc/$(desk_process)/status") &&
    same "$(awk '/^Uid:|^Gid:/ { print $2, $3, $4, $5 }' <<<"$status")" $'10001 10001 10001 10001\n10001 10001 10001 10001' &&
    same "$(awk '/^Cap(Inh|Prm|Eff|Amb):/ { print $2 }' <<<"$status" | sort -u)" 0000000000000000 &&
    ! nsenter --target "$(desk_process)" --mount --root touch /written
}
health_check() { # the image's own command, as its user
  local command
  read -ra command < <(config .Docker.Config.Healthcheck.Test | tr -d '[]')
  inside -- "${command[@]:1}"
}
page_and_desk() {
  get --fail -o "$work/page.html" "http://127.0.0.1:$port/" && grep -i '<!doctype html>' "$work/page.html" &&
    get --fail -o "$work/desk.json" "http://127.0.0.1:$port/v1/desk" && grep '"phone":' "$work/desk.json"
}
post() { # the draft of the image's own program; headers go to $work/headers
  get -o "$1" -D "$work/headers" -w '%{http_code}' -H 'Content-Type: application/json' -H 'Idempotency-Key: container' \
    --data-binary @"$work/draft.json" "http://127.0.0.1:$port/v1/submissions"
}
receipt() {
  inside -- /usr/local/bin/kakekomi example >"$work/draft.json" && same "$(post "$work/receipt.json")" 201 &&
    grep '"number":"' "$work/receipt.json"
}
replay() {
  post "$work/replay.json" && grep -i '^idempotency-replayed: true' "$work/headers" && cmp "$work/receipt.json" "$work/replay.json"
}
has_one_case() { # further options of buildah…
  same "$(inside "$@" -- /usr/local/bin/kakekomi cases list --json | grep -o '"number"' | wc -l)" 1
}
volumes_are_private() {
  same "$(find "$volumes"/* ! -user 10001)" "" &&
    same "$(find "$volumes" -type f -perm /077)" ""
}

# --- compose

compose() {
  local options=()
  for file in "$@"; do options+=(--file "deploy/$file"); done
  KAKEKOMI_DESK_URL=https://desk.example.jp KAKEKOMI_EVIDENCE_URL=s3://bucket/desk docker-compose "${options[@]}" config
}
compose_files_are_valid() {
  compose compose.yml >"$work/compose.yml" && compose compose.yml compose.tls.yml >"$work/compose.tls.yml" &&
    compose compose.yml compose.s3.yml >"$work/compose.s3.yml" && compose compose.yml compose.notices.yml >"$work/compose.notices.yml" &&
    compose compose.yml compose.tls.yml compose.s3.yml compose.notices.yml
}
# Every service is restricted and has a health check, secrets are files, and no value looks like one.
compose_is_restricted() {
  $python - "$work"/compose{,.tls,.s3,.notices}.yml <<'PYTHON'
import sys, yaml
plain, tls, s3, notices = (yaml.safe_load(open(path)) for path in sys.argv[1:])
for services in (plain, tls, s3, notices):
    for name, service in services["services"].items():
        assert service["read_only"] is True and service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"] and service["healthcheck"]["test"], name
        assert "privileged" not in service and "cap_add" not in service and "ports" not in service, name
    assert all(list(secret) == ["file"] for secret in services["secrets"].values()), services["secrets"]
desk = plain["services"]["kakekomi"]["environment"]
assert desk["KAKEKOMI_LISTEN"] != desk["KAKEKOMI_DESK_LISTEN"], "one listener for both"
assert all(desk[name].startswith("127.0.0.1:") for name in desk if name.endswith("_LISTEN")), desk
assert plain["services"]["postgres"]["network_mode"] == "none"
assert tls["services"]["kakekomi"]["environment"]["KAKEKOMI_TLS_KEY"] == "/etc/kakekomi/tls/privkey.pem"
assert "evidence_credentials" in s3["secrets"]
mounts = [mount if isinstance(mount, str) else mount["target"] for mount in notices["services"]["kakekomi"]["volumes"]]
for target in ("/etc/kakekomi/kakekomi.toml", "/etc/kakekomi/secrets"):
    assert any(target in mount for mount in mounts), target
print(desk["KAKEKOMI_DATABASE_URL"])
PYTHON
}

as_postgres() { (cd / && runuser -u postgres -- "$postgres_programs/$1" "${@:2}"); }
# PostgreSQL as compose.yml sets it up, at a socket alone and with passwords; the image does so with the same arguments and script.
postgres_of_compose() {
  local at=$work/postgres password
  install -d -o postgres "$at" "$at/socket"
  for password in postgres_password kakekomi_password; do od -An -tx1 -N16 /dev/urandom | tr -d ' \n' >"$at/$password"; done
  chown postgres "$at"/*_password
  # shellcheck disable=SC2046 # these are words
  as_postgres initdb --pgdata "$at/data" --username postgres --pwfile "$at/postgres_password" \
    $(of_compose postgres POSTGRES_INITDB_ARGS) &&
    as_postgres pg_ctl start --wait --pgdata "$at/data" --log "$at/log" \
      --options "-c listen_addresses='' -c unix_socket_directories=$at/socket" &&
    sed "s|/run/secrets/|$at/|" deploy/postgres-role.sh |
    PGHOST=$at/socket PGPASSWORD=$(cat "$at/postgres_password") sh &&
    echo "*:*:kakekomi:kakekomi:$(cat "$at/kakekomi_password")" >"$at/pgpass" &&
    chown 10001 "$at/pgpass" && chmod 0400 "$at/pgpass"
}
of_compose() { # service, variable
  $python -c 'import sys, yaml; print(yaml.safe_load(sys.stdin)["services"][sys.argv[1]]["environment"][sys.argv[2]])' "$@" <"$work/compose.yml"
}
serves_on_postgres() {
  volumes=$work/volumes-postgres
  install -d -o 10001 -g 10001 -m 0700 "$volumes"/{data,keys}
  postgres_options=(
    --volume "$work/postgres/socket:/run/postgresql:ro" --volume "$work/postgres/pgpass:/run/secrets/pgpass:ro"
    --env PGPASSFILE="$(of_compose kakekomi PGPASSFILE)"
    --env KAKEKOMI_DATABASE_URL="$(of_compose kakekomi KAKEKOMI_DATABASE_URL)"
  )
  start "${postgres_options[@]}" && receipt && has_one_case "${postgres_options[@]}"
}
role_is_limited() {
  local rights
  rights=$(PGHOST=$work/postgres/socket PGPASSWORD=$(cat "$work/postgres/postgres_password") "$postgres_programs/psql" \
    --username postgres --dbname postgres --tuples-only --no-align --command \
    "SELECT rolsuper, rolcreaterole, rolcreatedb, rolreplication, (SELECT count(*) FROM pg_auth_members WHERE member = r.oid)
     FROM pg_roles r WHERE rolname = 'kakekomi'")
  same "$rights" "f|f|f|f|0" &&
    ! PGHOST=$work/postgres/socket "$postgres_programs/psql" --no-password --username kakekomi --command 'SELECT 1'
}

need "buildah, debootstrap, curl, docker-compose and PostgreSQL are installed" install_tools
need "make dist: the archive and its bills of materials" distribution
need "a bare Debian becomes the base" base_image
need "the image is built on the base's digest" build $image "$base"
check "another digest is refused" not builds_from_another_digest
check "a file that SHA256SUMS does not name is refused" not builds_other_bytes
check "the same layers twice" has_the_same_layers_twice
check "user, entry point, volumes, health check, labels" is_configured
container=$(box from --pull-never $image)
root=$(box mount "$container")
check "its files with modes and owners: no key, no data, nothing else" holds_these_files_alone
check "the program is that of the archive" has_the_program_of_the_archive
check "bills of materials, CycloneDX" has_bills_of_materials

# Makes the files that an engine mounts its own over, such as /etc/hosts.
box run --isolation chroot "$container" -- true
# buildah mounts volumes of its own for those of an image, before or after ours.
box config --volume /var/lib/kakekomi- --volume /var/lib/kakekomi.keys- "$container"
volumes=$work/volumes
install -d -o 10001 -g 10001 -m 0700 "$volumes"/{data,keys}
port=$(free_port) admin=$(free_port)
need "serve starts" start
check "it is no root, has no capability, and its root cannot be written" is_restricted
check "health check: ready" health_check
check "the page and /v1/desk" page_and_desk
check "the example is sent, and gets its receipt" receipt
check "the receipt is shown again" replay
check "it ends on SIGTERM within 10 s" stops_on_sigterm
check "health check: not ready when nothing serves" not health_check
check "the case outlives the container" has_one_case
need "serve starts again on the same volumes" start
check "the receipt is shown again after the restart" replay
check "it ends on SIGTERM again" stops_on_sigterm
check "what it wrote into the volumes is for its user alone" volumes_are_private

check "the Compose files are valid, alone and added up" compose_files_are_valid
check "each service is restricted, secrets are files, the desk's pages have a listener of their own" compose_is_restricted
need "PostgreSQL as compose.yml has it" postgres_of_compose
check "the desk's role is limited, and needs its password" role_is_limited
check "a receipt on PostgreSQL, at the socket, with the password of a file" serves_on_postgres
check "it ends on SIGTERM there too" stops_on_sigterm
finish
