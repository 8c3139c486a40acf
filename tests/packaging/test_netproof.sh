#!/usr/bin/env bash
# netproof.sh on the built tree: it proves what is so, and finds a socket that should not be there.
#   test_netproof.sh NETPROOF BIN PRELOADED
set -uo pipefail
netproof=$1 bin=$2 preloaded=$3
fail() { printf 'FAILED: %s\n' "$*"; exit 1; }

"$netproof" --bin "$bin" || fail "the proof failed: $?"

strace -f -o /dev/null true 2>/dev/null || { echo "skipped: no strace that may trace here"; exit 0; }
for when in before after; do
  found=$(SIDEWINDER_TEST_SOCKET=$when LD_PRELOAD=$preloaded "$netproof" --bin "$bin" --only strace)
  code=$?
  printf '== with a socket opened %s the lock: exit %s\n%s\n' "$when" $code "$found"
  [ $code -gt 0 ] || fail "a socket that was opened $when the lock was not found"
  grep -q 'FAILED.*sidewinder-cli ask: sockets of AF_INET' <<<"$found" || fail "the terminal program's socket was not named"
done
