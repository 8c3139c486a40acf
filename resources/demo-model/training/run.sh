#!/bin/bash
# Everything in one go on a machine with a GPU: corpus, vocabulary, data, a short comparison of optimisers, the long run.
#   OUT=out SECONDS_MAIN=380 bash run.sh
set -o pipefail
cd "$(dirname "$0")"
export PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
W=${WORK:-/tmp/demo}; O=${OUT:-out}; T=$O/tok.model
mkdir -p "$W" "$O"
python3 corpus.py "$W" && cp "$W/sources.json" "$O/" && sha256sum "$W/heldout.txt" || exit 1
if [ -n "$TOKENIZER" ]; then cp "$TOKENIZER" "$T"; else python3 tokenizer.py "$W" "$T" 4096 || exit 1; fi
MUON=${MUON:-}
if [ -z "$MUON" ]; then
    python3 train.py "$W" "$T" /tmp/q1 --seconds 22 --wait "python3 dataset.py $W $T ${SEEDS:-320000}" || exit 1
    python3 train.py "$W" "$T" /tmp/q2 --seconds 22 --muon 0.004 || exit 1
    MUON=$(python3 -c "import json; a, b = (json.load(open(f'/tmp/q{i}/run.json')) for i in (1, 2)); print(0.004 if b['heldout_code'] + b['heldout_instruct'] < a['heldout_code'] + a['heldout_instruct'] else 0.0)")
    PREP=true
else
    PREP="python3 dataset.py $W $T ${SEEDS:-320000}"
fi
echo "muon $MUON"
python3 train.py "$W" "$T" "$O/main" --seconds "${SECONDS_MAIN:-380}" --muon "$MUON" --wait "$PREP" $ARGS
