"""Encode and pack: `python3 dataset.py WORK TOKENIZER [seed samples]` -> WORK/*.npy

raw.npy      flat uint16 stream of `<s>` file `</s>`
pairs.npy, seeds.npy, held.npy   rows [n, 2, L + 1] of (ids, loss mask); a row starts at the start of a conversation
"""
import pickle
import random
import sys
import time
from multiprocessing import Pool

import numpy as np
import sentencepiece as spm

L = 1024
BOS, EOS, INST, END_INST = 1, 2, 3, 4
SP = None


def init(tok):
    global SP
    SP = spm.SentencePieceProcessor(model_file=tok)


def conversation(turns):
    """[(user, answer)] -> ids, mask (1 on the answer and its EOS)."""
    ids, mask = [BOS], [0]
    for q, a in turns:
        u = [INST, *SP.encode(q), END_INST]
        v = [*SP.encode(a), EOS]
        ids += u + v
        mask += [0] * len(u) + [1] * len(v)
    return ids, mask


def pack(items):
    rows, ids, mask = [], [], []
    for i, m in items:
        if len(i) > L:
            continue
        ids += i
        mask += m
        if len(ids) > L:
            rows.append((ids[:L + 1], mask[:L + 1]))
            ids, mask = [], []
    return np.array(rows, dtype=np.uint16)


def raw_job(texts):
    out = []
    for t in texts:
        out += [BOS, *SP.encode(t), EOS]
    return np.array(out, dtype=np.uint16)


def pair_job(arg):
    seed, pairs, times = arg
    import corpus
    rng = random.Random(seed)
    items = [conversation([corpus.pair_text(p, rng)]) for p in pairs for _ in range(times)]
    rng.shuffle(items)
    return pack(items)


def seed_job(arg):
    seed, n, held = arg
    import seed_gen
    rng = random.Random(seed)
    return pack([conversation(seed_gen.sample(rng, held)) for _ in range(n)])


def main(work, tok, seeds=300_000):
    t0 = time.time()
    raw, pairs = pickle.load(open(f"{work}/raw.pkl", "rb")), pickle.load(open(f"{work}/pairs.pkl", "rb"))
    rng = random.Random(1)
    rng.shuffle(raw)
    rng.shuffle(pairs)
    n = 64
    with Pool(initializer=init, initargs=(tok,)) as pool:
        r = pool.map_async(raw_job, [raw[i::n] for i in range(n)])
        p = pool.map_async(pair_job, [(i, pairs[i::n], 4) for i in range(n)])
        s = pool.map_async(seed_job, [(100 + i, seeds // n, False) for i in range(n)])
        h = pool.map_async(seed_job, [(9000 + i, 40, True) for i in range(16)])
        for name, x in (("raw", r), ("pairs", p), ("seeds", s), ("held", h)):
            a = np.concatenate([y for y in x.get() if len(y)])
            np.save(f"{work}/{name}.npy", a)
            print("dataset:", name, a.shape, round(time.time() - t0, 1), "s", flush=True)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], *map(int, sys.argv[3:]))
