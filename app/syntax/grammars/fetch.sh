#!/usr/bin/env bash
# Fetches the grammars that package-lock.json pins (exact versions, checked against their hashes, no script of theirs is
# run) into ~/.cache/sidewinder/grammars/<hash of the lock file>, where grammars.cmake looks for them. Quick when they are
# there. Prints the folder.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
lock=$(sha256sum "$here/package-lock.json" | cut -c1-16)
folder=${XDG_CACHE_HOME:-$HOME/.cache}/sidewinder/grammars/$lock
echo "$folder"
[ ! -e "$folder/complete" ] || exit 0
command -v npm >/dev/null || { echo "npm is not installed." >&2; exit 1; }

mkdir -p "$(dirname "$folder")"
work=$(mktemp -d "$(dirname "$folder")/fetching-XXXXXX")
trap 'rm -rf "$work"' EXIT
cp "$here"/{package.json,package-lock.json,.npmrc} "$work/"
(cd "$work" && npm ci --ignore-scripts --fetch-retries=1 --fetch-timeout=60000 --loglevel=error >&2)
# Only the C sources, the queries and the licences are of use: the packages also bring programs for node.
find "$work/node_modules" -type f ! -path '*/src/*.[ch]' ! -path '*/common/*.h' ! -path '*/queries/*.scm' \
  ! -path '*/tree-sitter-*/LICENSE*' ! -path '*/tree-sitter-*/package.json' -delete
find "$work/node_modules" -depth \( -type d -empty -o -type l \) -delete
touch "$work/complete"
rm -rf "$folder" # an earlier one without its mark
mv "$work" "$folder"
trap - EXIT
