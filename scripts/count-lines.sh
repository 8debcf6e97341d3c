#!/usr/bin/env bash
# Counts the lines of Rust and JavaScript without tests, for each crate: scripts/count-lines.sh [COMMIT]
# Without a commit it counts the files of the working tree that git knows. Left out are tests/ folders, tests.rs, *_tests.rs,
# *.test.mjs, examples/, fixtures, and the bodies of `#[cfg(test)] mod`. Blank lines and comments count.
set -euo pipefail
cd "$(dirname "$0")/.."

commit=${1:-}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
if [ -n "$commit" ]; then
  git archive "$commit" | tar -x -C "$folder"
else
  git ls-files -z --cached --others --exclude-standard | xargs -0 sh -c 'for file; do [ -f "$file" ] && printf "%s\0" "$file"; done' sh |
    tar --null -T - -c | tar -x -C "$folder"
fi

cd "$folder"
find . -type f \( -name '*.rs' -o -name '*.js' -o -name '*.mjs' -o -name '*.d.ts' \) |
  sed 's|^\./||' |
  grep -vE '(^|/)(tests|examples|node_modules)/|(^|/|_)tests\.rs$|\.test\.mjs$' |
  sort |
  while read -r file; do
    # The crate is the nearest folder above with a manifest; the page is www.
    crate=$(dirname "$file")
    while [ "$crate" != . ] && [ ! -f "$crate/Cargo.toml" ] && [ "$crate" != www ]; do crate=$(dirname "$crate"); done
    language=JavaScript
    [ "${file##*.}" = rs ] && language=Rust
    lines=$(awk '
      # rustfmt closes a module at the indentation of its first line.
      inside { if (index($0, close_line) == 1 && length($0) == length(close_line)) inside = 0; next }
      pending != "" {
        if ($0 ~ /^[ \t]*#\[/) { pending = pending + 1; next }
        held = pending; pending = ""
        if ($0 ~ /^[ \t]*(pub(\([a-z]+\))? )?mod [a-z_0-9]+ \{$/) {
          match($0, /^[ \t]*/); close_line = substr($0, 1, RLENGTH) "}"; inside = 1; next
        }
        if ($0 ~ /^[ \t]*(pub(\([a-z]+\))? )?mod [a-z_0-9]+;$/) next
        count += held
      }
      /^[ \t]*#\[cfg\(test\)\]$/ { pending = 1; next }
      { count++ }
      END { print count + 0 }' "$file")
    printf '%s\t%s\t%s\n' "$language" "$crate" "$lines"
  done |
  awk -F '\t' '
    { lines[$1 "\t" $2] += $3; files[$1 "\t" $2]++; all[$1] += $3; number[$1]++ }
    END {
      for (key in lines) { split(key, part, "\t"); printf "%-12s %-28s %6d lines %4d files\n", part[1], part[2], lines[key], files[key] | "sort" }
      close("sort")
      for (language in all) printf "%-12s %-28s %6d lines %4d files\n", language, "all", all[language], number[language] | "sort"
    }'
