"""Train the sentencepiece vocabulary: `python3 tokenizer.py WORK OUT.model [vocab]` (reads WORK/raw.pkl, WORK/pairs.pkl, the seeds).

Leading spaces are stripped from the training lines, so that no piece joins a run of spaces with a word; the runs of
2..16 spaces are then added as pieces of score -1e9 (merged last), as in Mistral's v3 vocabulary.
"""
import io
import pickle
import random
import re
import struct
import sys

CONTROL = ["[INST]", "[/INST]", "[TOOL_CALLS]", "[AVAILABLE_TOOLS]", "[/AVAILABLE_TOOLS]", "[TOOL_RESULTS]", "[/TOOL_RESULTS]",
           "[IMG]", "[PREFIX]", "[MIDDLE]", "[SUFFIX]"]
RUNS = range(2, 17)


def varint(n):
    out = b""
    while n > 127:
        out += bytes([n & 127 | 128])
        n >>= 7
    return out + bytes([n])


def fields(buf):
    """Top-level protobuf fields as (number, wire type, value bytes or int)."""
    i = 0

    def vi():
        nonlocal i
        n = s = 0
        while True:
            b = buf[i]
            i += 1
            n |= (b & 127) << s
            s += 7
            if b < 128:
                return n
    while i < len(buf):
        key = vi()
        num, wt = key >> 3, key & 7
        if wt == 0:
            yield num, wt, vi()
        else:
            n = {1: 8, 5: 4}.get(wt) or vi()
            yield num, wt, buf[i:i + n]
            i += n


def put(num, wt, v):
    key = varint(num << 3 | wt)
    return key + varint(v) if wt == 0 else key + v if wt in (1, 5) else key + varint(len(v)) + v


def add_runs(model, vocab):
    pieces, rest = b"", b""
    for num, wt, v in fields(model):
        if num == 1:
            pieces += put(num, wt, v)
        else:
            if num == 2:                                            # trainer_spec.vocab_size
                v = b"".join(put(n, w, vocab if n == 4 else x) for n, w, x in fields(v))
            rest += put(num, wt, v)
    for n in RUNS:
        p = put(1, 2, ("\u2581" * n).encode()) + put(2, 5, struct.pack("<f", -1e9))
        pieces += put(1, 2, p)
    return pieces + rest


def verify(sp, vocab):
    assert sp.get_piece_size() == vocab
    for i, p in enumerate(["<unk>", "<s>", "</s>"] + CONTROL):
        assert sp.id_to_piece(i) == p and (i == 0 or sp.is_control(i)), (i, p)
    assert sp.id_to_piece(14) == "<0x00>" and sp.is_byte(14) and sp.id_to_piece(14 + 10) == "<0x0A>"
    assert not any(sp.is_control(i) or sp.is_byte(i) for i in sp.encode("[INST] hi [/INST]</s><s>"))
    assert sp.encode("\n")[-1] == 24
    for n in (3, 4, 7, 8, 11, 12, 16):
        assert len(sp.encode(" " * (n - 1))) == 1, n
        assert len(sp.encode("\n" + " " * n + "return x")) == 5 - (n == 1), (n, sp.encode("\n" + " " * n + "return x", out_type=str))
    for s in ("héllo 🦙\n\tx", "  two  spaces ", "a▁b"[:1], "def f(a):\n    return a\n"):
        assert sp.decode(sp.encode(s)) == s, s


def main(work, out, vocab=4096):
    import sentencepiece as spm
    rng = random.Random(0)
    raw, pairs = pickle.load(open(f"{work}/raw.pkl", "rb")), pickle.load(open(f"{work}/pairs.pkl", "rb"))
    lines = []
    rng.shuffle(raw)
    size = 0
    for t in raw:
        lines += t.split("\n")
        size += len(t)
        if size > 9_000_000:
            break
    import seed_gen
    for i in range(9000):
        for q, a in seed_gen.sample(rng):
            lines += (q + "\n" + a).split("\n")
    import corpus
    for p in rng.sample(pairs, min(len(pairs), 3000)):
        q, a = corpus.pair_text(p, rng)
        lines += (q + "\n" + a).split("\n")
    lines = [re.sub(r"  +", " ", x.lstrip(" ")) for x in lines]
    lines = [x for x in lines if x and len(x) < 300]
    model = io.BytesIO()
    spm.SentencePieceTrainer.train(
        sentence_iterator=iter(lines), model_writer=model, model_type="bpe", vocab_size=vocab - len(RUNS), byte_fallback=True,
        split_digits=True, allow_whitespace_only_pieces=True, add_dummy_prefix=True, normalization_rule_name="identity",
        remove_extra_whitespaces=False, unk_id=0, bos_id=1, eos_id=2, pad_id=-1, control_symbols=CONTROL,
        character_coverage=0.9999, required_chars="".join(map(chr, range(33, 127))), num_threads=16, shuffle_input_sentence=False,
        input_sentence_size=0, minloglevel=1)
    data = add_runs(model.getvalue(), vocab)
    open(out, "wb").write(data)
    sp = spm.SentencePieceProcessor(model_file=out)
    verify(sp, vocab)
    sample = raw[0][:3000]
    print("tokenizer:", len(lines), "lines;", len(sample) / len(sp.encode(sample)), "characters a token", flush=True)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], *map(int, sys.argv[3:]))
