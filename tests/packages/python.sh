#!/usr/bin/env bash
# A fresh FastAPI project that installs the wheel which a desk serves: types, connect, limits, a server with a client,
# the whole table of cases, and ten thousand drafts of the stream.
# PyPI's packages are fetched once for each list and kept in target/test-tools; the wheel is installed without a registry.
set -euo pipefail
cd "$(dirname "$0")/../.."
root=$PWD
binary=${KAKEKOMI_BIN:-$root/target/release/kakekomi}
tools=${KAKEKOMI_TOOLS:-$root/target/test-tools}
source=$root/wasm/packages/python
tests=$root/tests/packages/python

project=$(mktemp -d)
trap 'kill "${desk:-}" 2>/dev/null || true; wait 2>/dev/null || true; rm -rf "$project"' EXIT

packages=$tools/wheels-$(sha256sum <"$tests/requirements.txt" | cut -c 1-16)
if [ ! -d "$packages" ]; then
  "$tools/bin/pip" download --quiet --disable-pip-version-check --dest "$project/wheels" --requirement "$tests/requirements.txt"
  mv "$project/wheels" "$packages"
fi

"$binary" serve --listen 127.0.0.1:0 --data "$project/data" --log warn 2>"$project/log" &
desk=$!
for _ in $(seq 600); do
  address=$(sed -n 's/^kakekomi: serving at \(.*\)\/$/\1/p' "$project/log")
  [ -n "$address" ] && break
  kill -0 "$desk" || { cat "$project/log"; exit 1; }
  sleep 0.1
done

# No configuration and no registry: pip sees the project's own packages and the desk.
export PIP_CONFIG_FILE=/dev/null PIP_NO_INDEX=1 PIP_DISABLE_PIP_VERSION_CHECK=1
unset PYTHONPATH PIP_INDEX_URL PIP_EXTRA_INDEX_URL PIP_FIND_LINKS
python3 -m venv "$project/venv"
pip() { "$project/venv/bin/python" -m pip --quiet "$@"; }
pip install --find-links "$packages" --requirement "$tests/requirements.txt"
served=$address/packages
sum=$(curl --fail --silent --show-error "$served/SHA256SUMS" | grep '\.whl$')
pip install "$served/${sum##* }#sha256=${sum%% *}"
pip check

cp "$source/examples/fastapi_app.py" "$tests"/*.py "$project"
cd "$project"
"$tools/bin/mypy" --strict --no-error-summary --python-executable venv/bin/python fastapi_app.py typed_use.py desk.py test_*.py
curl --fail --silent --show-error --remote-name "$served/${sum##* }"
"$tools/bin/twine" check --strict "${sum##* }"
"$binary" openapi | venv/bin/python "$source/generate_report_types.py" | diff "$source/kakekomi_check/report.py" - ||
  { echo "run: kakekomi openapi | python3 generate_report_types.py > kakekomi_check/report.py, in $source"; exit 1; }

"$binary" example >draft.json
KAKEKOMI_TEST_DESK=$address KAKEKOMI_TEST_DRAFT=$project/draft.json KAKEKOMI_CASES=${KAKEKOMI_CASES:-$root/target/cases.json} \
  venv/bin/python -m unittest
cd "$root"
KAKEKOMI_PYTHON=$project/venv/bin/python "$(dirname "$binary")/same" --seed 20261129 --count 10000 --jobs 1 --uncovered python
