"""Train: `python3 train.py WORK TOKENIZER OUT --seconds 400`. WORK as made by corpus.py and dataset.py.

Schedule by the clock: warm-up, constant, then linear to zero. Until --switch of the time mostly raw code, after it mostly
instructions. Writes OUT/loss.csv, OUT/consolidated.safetensors, OUT/params.json.
"""
import argparse
import json
import math
import os
import subprocess
import sys
import time

import numpy as np
import torch

from model import Model, block, head_loss
from reference import load_safetensors, save_safetensors

ap = argparse.ArgumentParser()
ap.add_argument("work")
ap.add_argument("tok")
ap.add_argument("out")
ap.add_argument("--seconds", type=float, default=400)
ap.add_argument("--layers", type=int, default=12)
ap.add_argument("--dim", type=int, default=256)
ap.add_argument("--groups", type=int, default=2)
ap.add_argument("--vocab", type=int, default=4096)
ap.add_argument("--rows", type=int, default=64)
ap.add_argument("--chunk", type=int, default=128)
ap.add_argument("--lr", type=float, default=3e-3)
ap.add_argument("--muon", type=float, default=0.0, help="learning rate of Muon for the projections; 0: AdamW for all")
ap.add_argument("--switch", type=float, default=0.6)
ap.add_argument("--mix1", default="0.6,0.1,0.3", help="share of rows: raw, pairs, seeds")
ap.add_argument("--mix2", default="0.17,0.08,0.75")
ap.add_argument("--wait", default="", help="command that prepares WORK; runs while the model compiles")
ap.add_argument("--device", default="cuda")
ap.add_argument("--compile", type=int, default=1)
ap.add_argument("--init", default="", help="start from these weights")
ap.add_argument("--seq", type=int, default=1024)
ap.add_argument("--steps", type=int, default=0, help="stop after this many steps (tests)")
a = ap.parse_args()
torch.manual_seed(1)
dev = a.device
os.makedirs(a.out, exist_ok=True)
prep = subprocess.Popen(a.wait, shell=True) if a.wait else None
t0 = time.time()
log = lambda *x: print(f"[{time.time() - t0:6.1f}]", *x, flush=True)

model = Model(a.dim, a.layers, a.groups, a.vocab, a.chunk, torch.bfloat16 if dev == "cuda" else torch.float32).to(dev)
if a.init:
    model.load(load_safetensors(a.init))
nparam = sum(p.numel() for p in model.parameters())
log("parameters", nparam)
big = [p for n, p in model.named_parameters() if n.endswith(("in_proj", "out_proj"))]
emb = [model.emb]
small = [p for n, p in model.named_parameters() if not n.endswith(("in_proj", "out_proj", "emb"))]
groups = [dict(params=emb, weight_decay=0.02, base=a.lr), dict(params=small, weight_decay=0.0, base=a.lr)]
if not a.muon:
    groups.append(dict(params=big, weight_decay=0.1, base=a.lr))
adam = torch.optim.AdamW(groups, lr=a.lr, betas=(0.9, 0.95), eps=1e-10, **(dict(fused=True) if dev == "cuda" else {}))


def newton_schulz(g):
    x = g.bfloat16() if dev == "cuda" else g
    flip = x.shape[-2] > x.shape[-1]
    x = x.mT if flip else x
    x = x / (x.norm(dim=(-2, -1), keepdim=True) + 1e-7)
    for _ in range(5):
        s = x @ x.mT
        x = 3.4445 * x + (-4.7750 * s + 2.0315 * s @ s) @ x
    return (x.mT if flip else x).float()


class Muon:
    """Momentum, orthogonalised, for the matrices (all layers of one shape at once)."""

    def __init__(self, params):
        self.sets = {}
        for p in params:
            self.sets.setdefault(tuple(p.shape), []).append(p)
        self.buf = {s: torch.zeros(len(ps), *s, device=dev) for s, ps in self.sets.items()}

    @torch.no_grad()
    def step(self, lr, momentum):
        for s, ps in self.sets.items():
            g = torch.stack([p.grad for p in ps])
            b = self.buf[s]
            b.lerp_(g, 1 - momentum)
            u = newton_schulz(g.lerp(b, momentum)) * (0.2 * math.sqrt(max(s)))
            for p, q in zip(ps, u):
                p.mul_(1 - lr * 0.1).add_(q, alpha=-lr)


muon = Muon(big) if a.muon else None
fns = [torch.compile(f, dynamic=False) for f in (block, head_loss)] if a.compile else [block, head_loss]
fwd = lambda x, y, w: model(x, y, w, *fns)


def train_step(x, y, w, frac):
    loss = fwd(x, y, w)
    loss.backward()
    norm = torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    k = min(1.0, train_step.n / 150) * (1.0 if frac < a.switch - 0.1 else max(0.0, (1 - frac) / (1 - a.switch + 0.1)))
    for g in adam.param_groups:
        g["lr"] = g["base"] * k
    adam.step()
    if muon:
        muon.step(a.muon * k, 0.95)
    model.zero_grad(set_to_none=True)
    train_step.n += 1
    return loss.detach(), norm


train_step.n = 0
S = a.seq
x = torch.randint(1, a.vocab, (a.rows, S), device=dev)
with torch.no_grad():
    keep = [p.clone() for p in model.parameters()]
for _ in range(2):                                                      # compile, then undo
    train_step(x, x.clone(), torch.ones(a.rows, S, device=dev), 0.0)
if muon:
    muon = Muon(big)
with torch.no_grad():
    [p.copy_(q) for p, q in zip(model.parameters(), keep)]
    [v.zero_() for s in adam.state.values() for v in s.values() if torch.is_tensor(v)]
train_step.n = 0
log("compiled")
if prep and prep.wait():
    sys.exit("preparation failed")
log("data ready")
# the data lives on the device
raw = torch.from_numpy(np.load(f"{a.work}/raw.npy").astype(np.int16)).to(dev)
pools = [torch.from_numpy(np.load(f"{a.work}/{n}.npy").astype(np.int16)).to(dev) for n in ("pairs", "seeds")]
held = torch.from_numpy(np.load(f"{a.work}/held.npy").astype(np.int64))[:a.rows].to(dev)
import sentencepiece
sp = sentencepiece.SentencePieceProcessor(model_file=a.tok)
ids = sp.encode(open(f"{a.work}/heldout.txt").read())
nrow = len(ids) // (S - 1)
hraw = torch.tensor([[1, *ids[i * (S - 1):(i + 1) * (S - 1)]] for i in range(nrow)], device=dev)
log("raw tokens", len(raw), "pair rows", len(pools[0]), "seed rows", len(pools[1]), "held-out rows", nrow)
ar = torch.arange(S + 1, device=dev)
gen = torch.Generator(device="cpu").manual_seed(7)


def batch(frac):
    mix = [float(v) for v in (a.mix1 if frac < a.switch else a.mix2).split(",")]
    n = [round(m * a.rows) for m in mix]
    n[0] = a.rows - n[1] - n[2]
    i = torch.randint(0, len(raw) - S - 1, (n[0],), generator=gen).to(dev)
    xs, ws = [raw[i[:, None] + ar].long()], [torch.ones(n[0], S + 1, device=dev)]
    for p, k in zip(pools, n[1:]):
        r = p[torch.randint(0, len(p), (k,), generator=gen).to(dev)]
        xs.append(r[:, 0, :S + 1].long())
        ws.append(r[:, 1, :S + 1].float())
    x, w = torch.cat(xs), torch.cat(ws)
    return x[:, :-1].contiguous(), x[:, 1:].contiguous(), w[:, 1:].contiguous()


@torch.no_grad()
def evaluate():
    def rows(x, w):
        tot = cnt = 0.0
        for i in range(0, len(x), 16):
            xb, wb = x[i:i + 16], w[i:i + 16]
            lp = torch.log_softmax(model.logits(xb[:, :S]), -1)             # S tokens in, chunked
            l = -lp[:, :-1].gather(2, xb[:, 1:S, None])[..., 0]
            tot += (l * wb[:, 1:S]).sum().item()
            cnt += wb[:, 1:S].sum().item()
        return tot / cnt
    return rows(hraw, torch.ones_like(hraw, dtype=torch.float32)), rows(held[:, 0], held[:, 1].float())


def export(name="consolidated.safetensors"):
    save_safetensors(f"{a.out}/tmp", model.tensors())
    os.replace(f"{a.out}/tmp", f"{a.out}/{name}")
    json.dump(dict(dim=a.dim, n_layers=a.layers, vocab_size=a.vocab, n_groups=a.groups, rms_norm=True, residual_in_fp32=True,
                   fused_add_norm=True, pad_vocab_size_multiple=1, tie_embeddings=True, model_type="mamba"), open(f"{a.out}/params.json", "w"), indent=2)
    open(f"{a.out}/params.json", "a").write("\n")


csv = open(f"{a.out}/loss.csv", "w")
saved_stable = False
csv.write("step,seconds,tokens,phase,train_loss,heldout_code,heldout_instruct\n")
start = time.time()
acc, step, last_eval, last_save = [], 0, 0.0, 0.0
while True:
    now = time.time() - start
    frac = now / a.seconds
    if frac >= 1 or (a.steps and step >= a.steps):
        break
    if frac >= a.switch - 0.1 and not saved_stable:                      # before the decay: a later run can go on from here
        saved_stable = True
        export("stable.safetensors")
    loss, norm = train_step(*batch(frac), frac)
    acc.append(loss)
    step += 1
    if step == 20:
        log("20 steps:", round(time.time() - start, 1), "s, loss", loss.item())
    if step % 50 == 0:
        mean = torch.stack(acc).mean().item()
        acc = []
        ev = ("", "")
        if now - last_eval > max(15, a.seconds / 20):
            last_eval = now
            ev = tuple(round(v, 4) for v in evaluate())
            log(f"step {step} tokens {step * a.rows * S / 1e6:.0f}M loss {mean:.4f} norm {norm.item():.2f} heldout code {ev[0]} instruct {ev[1]}")
        csv.write(f"{step},{now:.1f},{step * a.rows * S},{1 + (frac >= a.switch)},{mean:.4f},{ev[0]},{ev[1]}\n")
        csv.flush()
        if now - last_save > 120:
            last_save = now
            export()
torch.cuda.synchronize() if dev == "cuda" else None
el = time.time() - start
export()
ev = evaluate()
csv.write(f"{step},{el:.1f},{step * a.rows * S},2,,{ev[0]:.4f},{ev[1]:.4f}\n")
csv.close()
log(f"done: {step} steps, {step * a.rows * S / 1e6:.1f}M tokens in {el:.1f} s ({step * a.rows * S / el / 1e6:.2f}M a second); held-out code {ev[0]:.4f} nats, perplexity {math.exp(ev[0]):.2f}; held-out instruct {ev[1]:.4f}")
# the exported bf16 weights in an independent sequential float32 recurrence, against this model
from reference import Reference
if dev == "cuda":
    torch.backends.cuda.matmul.allow_tf32 = False
ref = Reference(a.out, dev)
xb = held[:2, 0, :256].contiguous() if S >= 256 else held[:2, 0, :S].contiguous()
xb[:, 1:][xb[:, 1:] == 1] = 14                                           # one document a row
with torch.no_grad():
    want = model.logits(xb)
    st = ref.state(len(xb))
    got = torch.stack([ref.step(xb[:, t], st) for t in range(xb.shape[1])], 1)
log("training model (bf16 arithmetic, f32 weights) against the sequential f32 recurrence over the exported file: relative",
    ((want - got).norm() / got.norm()).item(), "same argmax", (want.argmax(-1) == got.argmax(-1)).float().mean().item())
json.dump(dict(steps=step, tokens=step * a.rows * S, seconds=round(el, 1), parameters=nparam, heldout_code=ev[0], heldout_instruct=ev[1],
               args=vars(a), torch=torch.__version__, raw_tokens=len(raw), pair_rows=len(pools[0]), seed_rows=len(pools[1])), open(f"{a.out}/run.json", "w"), indent=1)
