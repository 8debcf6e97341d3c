#!/usr/bin/env bash
# Runs a Python program with the package kakekomi-check from its sources and with wasmtime, in an environment of its own
# that is made where it is missing; KAKEKOMI_PYTHON names a Python that has the package installed.
set -euo pipefail
cd "$(dirname "$0")/../.."
[ -z "${KAKEKOMI_PYTHON:-}" ] || exec "$KAKEKOMI_PYTHON" "$@"
venv=target/python
wanted=tests/same/requirements.txt
if [ ! -f $venv/made ] || [ $wanted -nt $venv/made ]; then
  (
    flock 9 # two threads may want it at once
    if [ ! -f $venv/made ] || [ $wanted -nt $venv/made ]; then
      python3 -m venv $venv
      $venv/bin/pip install --quiet --disable-pip-version-check --requirement $wanted
      touch $venv/made
    fi
  ) 9>target/python.lock >&2
fi
PYTHONPATH=wasm/packages/python exec $venv/bin/python "$@"
