#!/usr/bin/env bash
# Makes build/bundle/sidewinder-<version>-x86_64.tar.xz out of build/release: everything but glibc and cuBLAS, for a bare
# Linux x86-64. `./dev bundle` calls it. With --tests the tests for a GPU machine come along, and what is in the
# repository anyway (the demo model) stays out. With --folder no archive is made of it.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."

build=build/release
tests= folder=
for option in "$@"; do
  case $option in
    --tests) tests=1 ;;
    --folder) folder=1 ;;
    *) echo "There is no option $option." >&2; exit 2 ;;
  esac
done
version=$(sed -n 's/^CMAKE_PROJECT_VERSION:STATIC=//p' $build/CMakeCache.txt)
name=sidewinder-$version-x86_64${tests:+-tests}
stage=build/bundle/$name
libraries=$stage/lib/sidewinder
plugins=$(/usr/lib/qt6/bin/qmake -query QT_INSTALL_PLUGINS)

# What the machine must bring: glibc, and NVIDIA's driver and cuBLAS (half a gigabyte).
not_ours='^(ld-linux|linux-vdso|lib(c|m|dl|rt|pthread|resolv|util|nsl|anl|mvec)\.so|libcuda|libcublas|libnvidia)'

copy_plugin() {
  mkdir -p "$libraries/plugins/$(dirname "$1")"
  cp -L "$plugins/$1" "$libraries/plugins/$1"
}

# Every library that the programs, plugins and libraries in the bundle need, by the name they ask for.
copy_closure() {
  find "$stage" -type f \( -perm -u+x -o -name '*.so*' \) -print0 |
    while IFS= read -r -d '' file; do LD_LIBRARY_PATH=$libraries ldd "$file" 2>/dev/null || true; done |
    awk '$2 == "=>" { print $1, ($3 == "not" ? "-" : $3) }' | sort -u |
    while read -r soname path; do
      [[ $soname =~ $not_ours ]] && continue
      [ "$path" = - ] && { echo "$soname is needed and not on this machine." >&2; exit 1; }
      [ -e "$libraries/$soname" ] || cp -L "$path" "$libraries/$soname"
    done
}

# The licences of what is not ours: of every library in the bundle, of what is compiled into the programs, and the texts
# that Debian's files only refer to.
compiled_in=(libhwy-dev nlohmann-json3-dev libcli11-dev libxxhash-dev libsqlitecpp-dev libsentencepiece-dev libmd4c-dev)
copy_licences() {
  local file package real licences=$stage/share/doc/sidewinder/licences
  mkdir -p "$licences/common"
  for file in "$libraries"/*.so* $(cd "$libraries/plugins" && find . -name '*.so'); do
    # Where the file came from, told by its name: /lib is a link to /usr/lib on some machines.
    [[ $file != */libsidewinder_cuda.so ]] || continue
    package=$(dpkg -S "*/$(basename "$file")" 2>/dev/null | grep -v '/\.debug/' | head -1 | cut -d: -f1) || true
    [ -n "$package" ] || { echo "Whose library $(basename "$file") is, is not known: its licence is missing." >&2; exit 1; }
    compiled_in+=("$package")
  done
  for package in $(printf '%s\n' "${compiled_in[@]}" | sort -u); do
    real=/usr/share/doc/$package/copyright
    [ -e "$real" ] || { echo "There is no $real." >&2; exit 1; }
    cp -L "$real" "$licences/$package"
  done
  grep -d skip -hoE '/usr/share/common-licenses/[A-Za-z0-9.-]*[A-Za-z0-9]' "$licences"/* | sort -u |
    while read -r file; do [ ! -e "$file" ] || cp -L "$file" "$licences/common/"; done
}

# On a machine with nothing but glibc: every program starts, answers with the demo model, and finds all of its libraries.
check_in_bare_root() {
  unshare -rm true 2>/dev/null || { echo "Not tried in a bare root: this machine makes no namespaces (unshare -rm)." >&2; return 0; }
  local root program
  root=$(mktemp -d)
  mkdir -p "$root"/{bin,lib64,lib/x86_64-linux-gnu,tmp,dev,proc,app,home}
  cp -L /bin/sh "$root/bin/"
  cp -L /lib64/ld-linux-x86-64.so.2 "$root/lib64/"
  for program in c m dl pthread rt resolv util mvec nss_files nss_dns; do
    [ ! -e /lib/x86_64-linux-gnu/lib$program.so.? ] || cp -L /lib/x86_64-linux-gnu/lib$program.so.? "$root/lib/x86_64-linux-gnu/"
  done
  touch "$root/dev/null" "$root/dev/urandom"
  cat >"$root/check" <<'SH'
set -e
/app/bin/sidewinder-fetch --version
/app/bin/sidewinder-fetch --repo o/r --into /tmp/m --endpoint http://127.0.0.1:9 --no-token --backoff-ms 1 || [ $? -ge 10 ]
/app/bin/sidewinder-fetch token show-where
/app/bin/sidewinder-cli ask --seed 1 --max-tokens 8 "Write a function"
/app/bin/sidewinder-cli models list
[ ! -x /app/bin/sidewinder ] || QT_QPA_PLATFORM=offscreen /app/bin/sidewinder --rehearse "Write a function"
SH
  local said code=0
  said=$(unshare -rmn sh -c "mount --bind '$stage' '$root/app' && mount --bind /dev/null '$root/dev/null' &&
    mount --bind /dev/urandom '$root/dev/urandom' && mount --rbind /proc '$root/proc' &&
    exec env -i HOME=/home PATH=/usr/sbin:/usr/bin:/sbin:/bin chroot '$root' /bin/sh /check" 2>&1) || code=$?
  rm -rf "$root"
  [ $code -eq 0 ] || { printf '%s\nThe bundle does not run in a bare root (code %s).\n' "$said" $code >&2; exit 1; }
  echo "It runs in a root with nothing but glibc: $(grep -c . <<<"$said") lines said."
}

copy_tests() {
  cmake --install $build --prefix "$stage" --strip --component tests >/dev/null
  cp packaging/gpu_proof.sh "$stage/tests/"
  printf '[Paths]\nPrefix=../lib/sidewinder\nPlugins=plugins\n' >"$stage/tests/qt.conf"
  mkdir -p "$stage/tests/fonts"
  cp /usr/share/fonts/truetype/dejavu/DejaVuSans{,Mono}.ttf "$stage/tests/fonts/"
  cat >"$stage/tests/fonts/fonts.conf" <<'XML'
<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir prefix="relative">.</dir><cachedir>/tmp/sidewinder-fonts</cachedir></fontconfig>
XML
  local fixtures=../shared/fixtures
  [ -d $fixtures ] || fixtures=../../shared/fixtures
  [ -d $fixtures ] || return 0
  mkdir -p "$stage/fixtures/tokenizer-v3" "$stage/fixtures/goldens"
  cp $fixtures/tokenizer-v3/tokenizer.model.v3 "$stage/fixtures/tokenizer-v3/"
  # The golden models are random weights by a formula: gpu_proof.sh makes them anew where that gives the same model.
  local shape folder made=build/bundle/made golden cli=$build/bin/sidewinder-cli
  mkdir -p $made
  echo '[1,7,19,500,42,3,77,300]' >$made/ids.json
  for shape in tiny g8h2 g1; do
    golden=$stage/fixtures/goldens/$shape
    cp -r $fixtures/goldens/$shape "$golden"
    chmod -R u+w "$golden"
    $cli random-model --shape $shape --out $made/$shape >/dev/null
    for folder in $made/$shape "$golden"; do
      $cli logits --backend cpu --weights f32 --model "$folder" --ids $made/ids.json \
        --out "$made/$(basename "$(dirname "$folder")")-logits" >/dev/null
    done
    if cmp -s $made/made-logits $made/goldens-logits; then rm "$golden/consolidated.safetensors"; fi
  done
  rm -r $made
}

rm -rf "$stage"
mkdir -p "$libraries"
cmake --install $build --prefix "$stage" --strip >/dev/null
[ -z "$tests" ] || rm -rf "$stage/share"
printf '[Paths]\nPrefix=../lib/sidewinder\nPlugins=plugins\n' >"$stage/bin/qt.conf"
for plugin in platforms/libqoffscreen.so imageformats/libqsvg.so iconengines/libqsvgicon.so; do copy_plugin $plugin; done
if [ -n "$tests" ]; then
  copy_tests
else
  for plugin in platforms/libqxcb.so platforms/libqwayland-generic.so platforms/libqwayland-egl.so \
    wayland-shell-integration/libxdg-shell.so wayland-decoration-client/libbradient.so \
    platforminputcontexts/libcomposeplatforminputcontextplugin.so \
    platforminputcontexts/libibusplatforminputcontextplugin.so xcbglintegrations/libqxcb-glx-integration.so \
    xcbglintegrations/libqxcb-egl-integration.so; do
    [ ! -e "$plugins/$plugin" ] || copy_plugin $plugin
  done
fi
copy_closure
[ -n "$tests" ] || copy_licences
find "$libraries" -name '*.so*' -exec strip --strip-unneeded {} +
[ -n "$tests" ] || check_in_bare_root
[ -z "$folder" ] || exit 0
# The dictionary is longer than two programs with the kernels in them: every test for the GPU holds the same ones.
tar -C build/bundle -cf - "$name" | xz -T1 --lzma2=preset=6,dict=192MiB >"$stage.tar.xz"
du -h "$stage.tar.xz" | awk '{ print $2 ", " $1 }'
