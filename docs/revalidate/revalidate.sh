#!/bin/sh
# Judges a draft where nothing runs WebAssembly, by asking the desk: revalidate.sh https://desk.example.jp SHA256 draft.json
#
# Prints the report. Exit 0: accepted; 1: issues; 2: the desk judges by another module than was wanted; 4: no report.
set -eu
desk=$1 wanted=${2#sha256:} draft=$3
head=$(mktemp)
body=$(mktemp)
trap 'rm -f "$head" "$body"' EXIT

status=$(curl --silent --show-error --max-time 30 --dump-header "$head" --output "$body" --write-out '%{http_code}' \
  --header 'Content-Type: application/json' --data-binary "@$draft" "$desk/v1/check") || exit 4
found=$(sed -n 's/^[Kk]akekomi-[Mm]odule: sha256:\([0-9a-f]*\).*/\1/p' "$head")
if [ "$found" != "$wanted" ]; then
  echo "the desk judges by sha256:$found, and sha256:$wanted was wanted" >&2
  exit 2
fi
cat "$body"
case $status in
  200) ;;
  400) exit 1 ;; # no JSON: a problem, with the report in it
  *) exit 4 ;;
esac
# Canonical: no white space, and the quotes of what an applicant wrote are escaped.
grep -q ',"accepted":true,"issues":\[\],' "$body"
