#!/usr/bin/env bash
# Proves the GPU engine on a bare machine, out of an unpacked `./dev bundle --tests`:
#   tests/gpu_proof.sh --out FOLDER [--steps info,check,gpu,cpu,bench,window,projects] [--sanitize memcheck,racecheck]
#                      [--layers 64] [--weights bf16,int8,int4] [--prefill 512,4096,32768] [--window-weights int4]
#                      [--project FOLDER]
# Writes log.txt, bench.json, bench.md, projects.json and window.png into FOLDER. --steps quality compares quantised forms
# with bf16; projects reads a project (a copy of --project, else of PyTorch's sources) and asks about it. A step that
# fails does not keep the others from running; the exit code is the number of steps that failed.
set -uo pipefail
shopt -s extglob
root=$(cd "$(dirname "$(readlink -f "$0")")/.." && pwd)
out=$PWD/proof steps=info,check,gpu,cpu,bench,window sanitize= layers=64 weights=bf16,int8,int4
prefill=512,4096,32768 window_weights=int4 project= demo=$PWD/resources/demo-model
while [ $# -gt 1 ]; do
  case $1 in
    --out) out=$2 ;;
    --steps) steps=$2 ;;
    --sanitize) sanitize=$2 ;;
    --layers) layers=$2 ;;
    --weights) weights=$2 ;;
    --prefill) prefill=$2 ;;
    --window-weights) window_weights=$2 ;;
    --project) project=$2 ;;
    --demo) demo=$2 ;;
    *) echo "There is no option $1." >&2; exit 2 ;;
  esac
  shift 2
done
mkdir -p "$out"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cli=$root/bin/sidewinder-cli

export PATH=$PATH:/usr/local/cuda/bin
export QT_QPA_PLATFORM=offscreen FONTCONFIG_FILE=$root/tests/fonts/fonts.conf SIDEWINDER_FIXTURES=$root/fixtures
export XDG_DATA_HOME=$work/data XDG_CACHE_HOME=$work/cache XDG_CONFIG_HOME=$work/config HOME=$work LC_ALL=C.UTF-8
unset XDG_RUNTIME_DIR

say() { printf '%s\n' "$*" | tee -a "$out/log.txt"; }
failed=0
step() { # name, seconds, command
  local name=$1 limit=$2 start=$SECONDS rc
  shift 2
  say "== $name"
  if [ "$(type -t "$1")" = function ]; then limit=; fi
  ${limit:+timeout "$limit"} "$@" 2>&1 | tee -a "$out/log.txt"
  rc=${PIPESTATUS[0]}
  [ $rc -eq 0 ] || failed=$((failed + 1))
  say "== $name: exit $rc, $((SECONDS - start)) s"
}
wanted() { [[ ,$steps, == *,$1,* ]]; }

# cuBLAS is not in the bundle: links to wherever this machine has it.
find_cublas() {
  local file
  file=$(ls /usr/local/cuda*/lib64/libcublasLt.so.13 /usr/local/cuda*/targets/*/lib/libcublasLt.so.13 2>/dev/null | head -1)
  [ -n "$file" ] || file=$(find / -xdev -name libcublasLt.so.13 -not -path '/proc/*' 2>/dev/null | head -1)
  [ -n "$file" ] || { say "libcublasLt.so.13 is not on this machine."; return; }
  say "cuBLAS: $file"
  mkdir "$work/cublas"
  ln -s "$(dirname "$file")"/libcublas*.so.13 "$work/cublas/"
  export LD_LIBRARY_PATH=$work/cublas${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
}

make_golden_models() {
  local shape
  for shape in tiny g8h2 g1; do
    [ -e "$root/fixtures/goldens/$shape/golden.safetensors" ] || continue
    [ -e "$root/fixtures/goldens/$shape/consolidated.safetensors" ] ||
      { "$cli" random-model --shape $shape --out "$work/$shape" >/dev/null &&
        mv "$work/$shape/consolidated.safetensors" "$root/fixtures/goldens/$shape/"; }
  done
}

make_window_model() { # not a program: `timeout` is left out
  [ ! -d "$work/7b" ] || return 0
  "$cli" random-model --shape 7b --layers "$layers" --out "$work/7b" &&
    cp "$root/fixtures/tokenizer-v3/tokenizer.model.v3" "$work/7b/"
}

: >"$out/log.txt"
find_cublas
make_golden_models
if [ ! -e "$root/share/sidewinder/demo-model" ] && [ -d "$demo" ]; then
  mkdir -p "$root/share/sidewinder"
  ln -s "$demo" "$root/share/sidewinder/demo-model"
fi
wanted info && step info 30 nvidia-smi
wanted check && step check 60 "$cli" check --backend cuda
if wanted gpu; then
  for program in "$root"/tests/gpu_*; do
    [[ -x $program && $program != *@(.sh|_bench) ]] || continue
    step "$(basename "$program")" 180 "$program"
    [[ $program == */gpu_@(long_scan|against_cpu|bf16_copies) ]] && continue # hours under a sanitizer
    for tool in ${sanitize//,/ }; do
      step "$(basename "$program") under $tool" 300 compute-sanitizer --tool "$tool" --error-exitcode 9 \
        --print-limit 20 "$program"
    done
  done
fi
if wanted cpu; then
  for program in "$root"/tests/kernels_test_* "$root"/tests/inference_test_*; do
    step "$(basename "$program")" 120 "$program"
  done
fi
if wanted bench; then
  step bench 300 "$cli" bench --backend cuda --layers "$layers" --weights "$weights" --prefill "$prefill" \
    --save "$out/bench.json"
  "$cli" bench --table "$out/bench.json" >"$out/bench.md"
fi
if wanted quality; then # not by default: minutes
  step "quality of the demo model" 120 "$cli" quality --backend cuda --tokens 4096 \
    --weights int8,int4-g128,int4-g128-calibrated,int4-g64,int4-g64-calibrated --save "$out/quality-demo.json"
  step "quality of the random 7B" 500 "$cli" quality --backend cuda --model random --layers "$layers" \
    --weights int8,int4-g128,int4-g64 --save "$out/quality-7b.json"
fi
if wanted window; then
  step "window model" 120 make_window_model
  step window 240 "$root/tests/window_proof" --model "$work/7b" --device cuda --weights "$window_weights" \
    --tokens 400 --out "$out/window.png"
fi
if wanted projects; then
  [ -n "$project" ] || project=$(python3 -c 'import torch; print(torch.__path__[0])')
  step "projects' model" 120 make_window_model
  step projects 240 "$cli" bench projects "$project" --model "$work/7b" --backend cuda --weights bf16 --work "$work" \
    --save "$out/projects.json"
fi
grep -E '^== .*: exit' "$out/log.txt"
say "== $failed failed, $SECONDS s in all"
exit $failed
