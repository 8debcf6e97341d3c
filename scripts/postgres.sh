#!/usr/bin/env bash
# A throw-away PostgreSQL server for the tests, with its files in one folder:
#   scripts/postgres.sh start FOLDER   makes it where there is none, starts it on a free port, prints its URL
#   scripts/postgres.sh halt FOLDER    ends it in good order and leaves the folder
#   scripts/postgres.sh stop FOLDER    ends it and takes the folder away
# The server does not run as root: root starts it as the user postgres, which the package brings.
set -euo pipefail

what=${1:?start, halt or stop} folder=${2:?a folder}
PATH="$PATH:$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -1)"
as_owner() { if [ "$(id -u)" -eq 0 ]; then (cd / && runuser -u postgres -- env PATH="$PATH" "$@"); else "$@"; fi; }

case "$what" in
  start)
    mkdir -p "$folder"
    [ "$(id -u)" -ne 0 ] || chown -R postgres "$folder"
    if [ ! -f "$folder/data/PG_VERSION" ]; then
      as_owner initdb --pgdata "$folder/data" --username kakekomi --auth trust --encoding UTF8 --locale C >/dev/null
      echo "max_connections = 200" >>"$folder/data/postgresql.conf"
    fi
    # Another program may take a port before the server does; then another one is tried, but a server keeps its own.
    for _ in 1 2 3 4 5 6 7 8; do
      port=$(cat "$folder/port" 2>/dev/null || shuf -i 20000-32000 -n 1)
      if as_owner pg_ctl start --silent --wait --timeout 120 --pgdata "$folder/data" --log "$folder/data/log" \
        --options "-c listen_addresses=127.0.0.1 -c port=$port -c unix_socket_directories=''" >&2; then
        echo "$port" >"$folder/port"
        echo "postgres://kakekomi@127.0.0.1:$port"
        exit 0
      fi
    done
    tail -5 "$folder/data/log" >&2
    exit 1
    ;;
  halt) as_owner pg_ctl stop --silent --wait --mode fast --pgdata "$folder/data" >&2 ;;
  stop)
    as_owner pg_ctl stop --silent --mode immediate --pgdata "$folder/data" >&2 || true
    rm -rf "$folder"
    ;;
esac
