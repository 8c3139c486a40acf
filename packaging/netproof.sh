#!/usr/bin/env bash
# Proves on this machine that Sidewinder talks to no network: whole sessions of the window and of the terminal program,
#   (a) under strace, which sees every socket that they ask the kernel for, and
#   (b) in a network namespace with nothing in it, where everything must work all the same;
# and what libraries they load. Needs no network itself, touches none of your conversations or settings.
#   sidewinder-netproof [--bin FOLDER] [--model FOLDER] [--only libraries,lock,strace,namespace]
#   sidewinder-netproof --program FILE         only the libraries of this one program
# A step whose tool is missing says "skipped" and why. The exit code is the number of steps that failed.
set -uo pipefail
here=$(cd "$(dirname "$(readlink -f "$0")")" && pwd)
bin= model= program= only=libraries,lock,strace,namespace
usage() { sed -n '2,/^set/{/^set/d;s/^# \{0,1\}//;p}' "$0"; }
while [ $# -gt 0 ]; do
  case $1 in
    --bin) bin=${2:?} ;;
    --model) model=${2:?} ;;
    --only) only=${2:?} ;;
    --program) program=${2:?} only=libraries ;;
    -h | --help) usage; exit 0 ;;
    *) echo "There is no option $1." >&2; exit 2 ;;
  esac
  shift 2
done
if [ -n "$program" ]; then
  bin=$(dirname "$program")
elif [ -z "$bin" ]; then
  for bin in "$here" "$here/../bin" "$here/../build/release/bin"; do [ ! -x "$bin/sidewinder-cli" ] || break; done
fi
bin=$(cd "$bin" 2>/dev/null && pwd) && [ -x "${program:-$bin/sidewinder-cli}" ] ||
  { echo "There is no ${program:-sidewinder-cli here: name its folder with --bin}." >&2; exit 2; }
cli=$bin/sidewinder-cli window=$bin/sidewinder
model_option=(${model:+--model "$model"})

work=$(mktemp -d)
x_server=
finish() {
  [ -z "$x_server" ] || kill "$x_server" 2>/dev/null
  rm -rf "$work"
}
trap finish EXIT
export XDG_DATA_HOME=$work/data XDG_CACHE_HOME=$work/cache XDG_CONFIG_HOME=$work/config XDG_RUNTIME_DIR=$work/run
mkdir -m 700 "$XDG_RUNTIME_DIR"

failed=0 skipped=0
pass() { printf '  ok       %s\n' "$*"; }
fail() { printf '  FAILED   %s\n' "$*"; failed=$((failed + 1)); }
skip() { printf '  skipped  %s\n' "$*"; skipped=$((skipped + 1)); }
note() { printf '           %s\n' "$*"; }
wanted() { [[ ,$only, == *,$1,* ]]; }
has() { command -v "$1" >/dev/null 2>&1; }

# The sessions. Each starts with clean folders, and ends with 0 only if answers came.
chat() {
  printf 'Write a function that adds two numbers\nAdd a comment\n/quit\n' |
    "$@" "$cli" chat --seed 1 --max-tokens 40 "${model_option[@]}"
}
ask() { "$@" "$cli" ask --seed 1 --max-tokens 40 "${model_option[@]}" "Write a function that reverses a string"; }
list() { "$@" "$cli" models list; }
window_session() { "$@" "$window" --rehearse "Write a function that adds two numbers" "${model_option[@]}"; }
offscreen() { QT_QPA_PLATFORM=offscreen DISPLAY= WAYLAND_DISPLAY= window_session "$@"; }
xcb() { QT_QPA_PLATFORM=xcb WAYLAND_DISPLAY= DISPLAY=:$display window_session "$@"; }

start_x_server() {
  has Xvfb || return 1
  local ready=$work/display
  Xvfb -displayfd 3 -nolisten tcp -screen 0 1280x800x24 3>"$ready" >/dev/null 2>&1 &
  x_server=$!
  for _ in {1..100}; do [ ! -s "$ready" ] || break; sleep 0.1; done
  display=$(cat "$ready")
  [ -n "$display" ]
}
sessions=(ask chat list)
if [ -z "$program" ] && [ -x "$window" ]; then
  sessions+=(offscreen)
  if start_x_server; then sessions+=(xcb); else skip "the window in an X server: no Xvfb on this machine"; fi
fi

title() {
  case $1 in
    ask) echo "sidewinder-cli ask" ;;
    chat) echo "sidewinder-cli chat, two turns" ;;
    list) echo "sidewinder-cli models list" ;;
    offscreen) echo "sidewinder, two turns, no display" ;;
    xcb) echo "sidewinder, two turns, in an X server" ;;
  esac
}

# ---- libraries
# Those that are made to talk to a network. What can open a socket but is there for something else is named below them.
network_libraries='^lib(curl|ssl|Qt6Network|Qt6WebSockets|Qt6WebEngine|nghttp|ngtcp|gnutls|nss3|mbedtls|mbedx509|http_parser|ssh|soup|rtmp|ldap|cares|cpprest|boost_asio|grpc|zmq|mosquitto)'
# libgit2 reads repositories here, and brings what it would clone them with. Only what nothing but libgit2 asks for is let
# pass, and only these; its other half, fetching, needs a socket, which the kernel refuses.
of_libgit2='^lib(mbedtls|mbedx509|http_parser|ssh2|ssl)[.-]'
declare -A could=() why_not=(
  [libcrypto]="ours, for SHA-256; TLS would be in libssl" [libdbus-1]="of libQt6DBus"
  [libQt6DBus]="of Qt, for accessibility and input methods" [libsystemd]="of libdbus-1" [libglib-2.0]="of Qt, its event loop"
  [libgio-2.0]="of Qt's themes" [libX11]="of Qt, the display" [libxcb]="of Qt, the display" [libudev]="of Qt, devices"
  [libgssapi_krb5]="Kerberos, of a library of Qt's or of libgit2" [libkrb5]="Kerberos, of a library of Qt's or of libgit2" [libgit2]="git repositories; its transports")
# What a file itself asks for (DT_NEEDED), by the loader's own account.
needed_by() { # file
  LD_TRACE_LOADED_OBJECTS=1 LD_DEBUG=files "$loader" "$1" 2>&1 >/dev/null |
    awk -v by="needed by $1 [" 'index($0, by) && match($0, /file=[^ ]+/) { print substr($0, RSTART + 5, RLENGTH - 5) }'
}
# Of the libraries that a file loads, those that it would load if libgit2 asked for nothing.
without_libgit2() { # file
  local -A path=() seen=()
  local name where waiting=("$1") next
  loader=
  while read -r name where; do
    path[$name]=$where
    [[ $name != ld-linux* ]] || loader=$where
  done < <(ldd "$1" 2>/dev/null | awk '$2 == "=>" { print $1, $3 } $1 ~ /^\// { n = split($1, part, "/"); print part[n], $1 }')
  [ -n "$loader" ] || return 1
  while [ ${#waiting[@]} -gt 0 ]; do
    next=()
    for where in "${waiting[@]}"; do
      for name in $(needed_by "$where"); do
        [ -z "${seen[$name]:-}" ] || continue
        seen[$name]=1
        [[ $name == libgit2.so* ]] || [ -z "${path[$name]:-}" ] || next+=("${path[$name]}")
      done
    done
    waiting=("${next[@]}")
  done
  printf '%s\n' "${!seen[@]}"
}
closure() { ldd "$1" 2>/dev/null | awk '{ n = split($1, part, "/"); print part[n] }' | sort -u; }
plugins_of() { # what Qt loads at run time: the platforms, beside the programs or where Qt has them
  local folder
  for folder in "$bin/../lib/sidewinder/plugins/platforms" /usr/lib/*/qt6/plugins/platforms; do
    [ -d "$folder" ] || continue
    ls "$folder"/libq{offscreen,xcb,wayland-generic}.so 2>/dev/null
    return
  done
}
check_libraries() { # file
  local name libraries bad="" allowed="" library others
  name=$(basename "$1")
  libraries=$(closure "$1")
  [ -n "$libraries" ] || { fail "$name: ldd lists nothing"; return; }
  others=$libraries # who cannot be told apart is nobody's exception
  ! grep -q '^libgit2\.so' <<<"$libraries" || others=$(without_libgit2 "$1") || others=$libraries
  for library in $(grep -E "$network_libraries" <<<"$libraries"); do
    if [[ $library =~ $of_libgit2 ]] && ! grep -qxF "$library" <<<"$others"; then allowed+=" $library"; else bad+=" $library"; fi
  done
  if [ -n "$bad" ]; then fail "$name loads$bad"
  elif [ -n "$allowed" ]; then pass "$name: $(wc -l <<<"$libraries") libraries, none for a network but$allowed: of libgit2, refused sockets by the kernel"
  else pass "$name: $(wc -l <<<"$libraries") libraries, none for a network"; fi
  for library in $libraries; do
    [ -z "${why_not[${library%%.so*}]:-}" ] || could[${library%%.so*}]=1
  done
}
if wanted libraries; then
  echo "Libraries that are loaded (DT_NEEDED and theirs)"
  if ! has ldd; then
    skip "no ldd on this machine"
  else
    check_libraries "${program:-$cli}"
    if [ -z "$program" ] && [ -x "$window" ]; then
      check_libraries "$window"
      for plugin in $(plugins_of); do check_libraries "$plugin"; done
    fi
    [ ${#could[@]} -eq 0 ] || note "Not made for a network, but with code that could open a socket if the kernel let it:"
    for library in $(printf '%s\n' "${!could[@]}" | sort); do note "  $library (${why_not[$library]})"; done
  fi
fi

# ---- the kernel's lock
if wanted lock; then
  echo "The kernel refuses sockets (seccomp)"
  if ! grep -q '^Seccomp:' /proc/self/status; then
    skip "this kernel says nothing about seccomp"
  else
    if "$cli" check "${model_option[@]}" 2>/dev/null | grep -q '^Network .*refused to this program'; then
      pass "sidewinder-cli"
    else
      fail "sidewinder-cli is not locked"
    fi
    if [ -x "$window" ]; then
      said=$(offscreen 2>&1 | grep '^window on')
      if [[ $said == *"kernel refuses them"* ]]; then pass "sidewinder"; else fail "sidewinder: ${said:-it said nothing}"; fi
    fi
  fi
fi

# ---- (a) strace
# Of a strace log: "family opened refused", and the names that AF_UNIX sockets were connected to.
count_sockets() {
  awk '
    /socket(pair)?\((A|P)F_[A-Z0-9_]+/ || /<\.\.\. socket(pair)? resumed>/ {
      if (match($0, /socket(pair)?\((A|P)F_[A-Z0-9_]+/)) {
        family = substr($0, RSTART, RLENGTH); sub(/^socket(pair)?\(/, "", family); sub(/^PF_/, "AF_", family)
        if (family == "AF_LOCAL") family = "AF_UNIX"
        if (/<unfinished \.\.\.>/) { waiting[$1] = family; next }
      } else { family = waiting[$1]; delete waiting[$1] }
      seen[family] = 1
      if (/ = -1 /) refused[family]++; else opened[family]++
    }
    /socket(pair)?\(0x[0-9a-f]+/ { seen["unknown"] = 1; opened["unknown"]++ }
    /io_uring_setup\(/ { seen["io_uring"] = 1; if (/ = -1 /) refused["io_uring"]++; else opened["io_uring"]++ }
    END { for (family in seen) printf "%s %d %d\n", family, opened[family], refused[family] }' "$1"
}
print_table() { # its arguments: lines of count_sockets
  local family opened refused
  printf '             %-12s %8s %8s\n' family opened refused
  for family in AF_INET AF_INET6 other AF_UNIX; do
    read -r opened refused < <(awk -v want="$family" '
      $1 == want || (want == "other" && $1 !~ /^AF_(INET|INET6|UNIX)$/) { o += $2; r += $3 } END { print o + 0, r + 0 }' <<<"$1")
    printf '             %-12s %8d %8d\n' "$family" "$opened" "$refused"
  done
}
judge() { # title, strace log, exit code of the session
  local counts bad paths
  note "$1"
  counts=$(count_sockets "$2")
  print_table "$counts"
  paths=$(grep -oE 'connect\([0-9]+, \{sa_family=AF_UNIX, sun_path=[^}]*' "$2" | sed 's/.*sun_path=//' | sort | uniq -c |
    awk '{ n = $1; $1 = ""; printf "%s%s (%d)", sep, $0, n; sep = "," }')
  [ -z "$paths" ] || note "  AF_UNIX connected to:$paths"
  awk 'NF == 3 && $1 !~ /^AF_(INET|INET6|UNIX)$/ { print "             other: " $1 ", opened " $2 ", refused " $3 }' <<<"$counts"
  # The internet must not even be tried; of the others, a library's try that the kernel refused does no harm.
  bad=$(awk '$1 ~ /^AF_INET6?$/ && $2 + $3 > 0 { print $1 } $1 !~ /^AF_(INET|INET6|UNIX)$/ && $2 > 0 { print $1 }' <<<"$counts")
  grep -q 'execve' "$2" || bad="$bad nothing-was-traced"
  ! grep -qE 'sun_path="[^"]*(resolve|nscd)' "$2" || note "it asked the system's name service, for users or for hosts: see above"
  if [ "$3" -ne 0 ]; then fail "$1: the session ended with code $3"
  elif [ -n "$bad" ]; then fail "$1: sockets of" $bad
  else pass "$1"; fi
}
if wanted strace; then
  echo "Sockets of whole sessions (strace)"
  if ! has strace; then
    skip "no strace on this machine (Debian: apt install strace)"
  elif ! strace -f -o /dev/null true 2>/dev/null; then
    skip "strace may not trace here"
  else
    for session in "${sessions[@]}"; do
      log=$work/$session.strace
      "$session" strace -f -qq -e signal=none -e trace=network,io_uring_setup,execve -o "$log" >"$work/$session.out" 2>&1
      code=$?
      judge "$(title "$session")" "$log" $code
      [ $code -eq 0 ] || tail -n 5 "$work/$session.out" | sed 's/^/           | /'
    done
  fi
fi

# ---- (b) an empty network namespace
if wanted namespace; then
  echo "Whole sessions in an empty network namespace"
  if ! has unshare; then
    skip "no unshare on this machine (util-linux)"
  elif ! unshare -rn true 2>/dev/null; then
    skip "this machine does not let you make a network namespace (unshare -rn)"
  else
    note "in it: $(unshare -rn sh -c 'tail -n +3 /proc/net/dev | cut -d: -f1 | tr -d " " | tr "\n" " "; tail -n +2 /proc/net/route | wc -l') routes"
    for session in "${sessions[@]}"; do
      "$session" unshare -rn >"$work/$session.out" 2>&1
      code=$?
      if [ $code -eq 0 ]; then pass "$(title "$session")"; else
        fail "$(title "$session"): code $code"
        tail -n 5 "$work/$session.out" | sed 's/^/           | /'
      fi
    done
  fi
fi

[ -n "$program" ] || [ -x "$window" ] || note "the window is not installed here: only the terminal program was looked at"
echo "$failed failed, $skipped skipped"
exit $failed
