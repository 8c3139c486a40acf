#!/usr/bin/env bash
# netproof.sh on the built tree: it proves what is so, and finds a socket that should not be there.
#   test_netproof.sh NETPROOF BIN PRELOADED LINKS_LIBGIT2 [LINKS_LIBSSH2_TOO]
set -uo pipefail
netproof=$1 bin=$2 preloaded=$3 with_git=$4 with_ssh=${5:-}
fail() { printf 'FAILED: %s\n' "$*"; exit 1; }

"$netproof" --bin "$bin" || fail "the proof failed: $?"

said=$("$netproof" --program "$with_git") || fail "what comes with libgit2 was refused: $said"
if ldd "$with_git" | grep -qE 'libssh2|libssl'; then
  grep -q 'of libgit2, refused sockets by the kernel' <<<"$said" || fail "what comes with libgit2 was not shown: $said"
fi
if [ -n "$with_ssh" ]; then
  said=$("$netproof" --program "$with_ssh") && fail "a network library beside libgit2 was let pass: $said"
  grep -q 'FAILED.*loads libssh2' <<<"$said" || fail "it was refused for something else: $said"
fi
said=$("$netproof" --program "$bin/sidewinder-fetch") && fail "libcurl was let pass: $said"
grep -q 'FAILED.*libcurl' <<<"$said" || fail "libcurl was not named: $said"

strace -f -o /dev/null true 2>/dev/null || { echo "skipped: no strace that may trace here"; exit 0; }
for when in before after; do
  found=$(SIDEWINDER_TEST_SOCKET=$when LD_PRELOAD=$preloaded "$netproof" --bin "$bin" --only strace)
  code=$?
  printf '== with a socket opened %s the lock: exit %s\n%s\n' "$when" $code "$found"
  [ $code -gt 0 ] || fail "a socket that was opened $when the lock was not found"
  grep -q 'FAILED.*sidewinder-cli ask: sockets of AF_INET' <<<"$found" || fail "the terminal program's socket was not named"
done
