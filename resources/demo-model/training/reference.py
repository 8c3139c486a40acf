"""The model as a plain sequential recurrence over the exported file: no chunks, nothing shared with model.py.
Also the safetensors file itself (read, write) and batched decoding. Runs on a CPU or a GPU."""
import json
import struct
import torch

DT = {"BF16": torch.bfloat16, "F32": torch.float32}


def save_safetensors(path, tensors):
    head, off, blobs = {}, 0, []
    for name in sorted(tensors):
        t = tensors[name].detach().to("cpu", torch.bfloat16).contiguous()
        raw = t.view(torch.int16).numpy().tobytes()
        head[name] = {"dtype": "BF16", "shape": list(t.shape), "data_offsets": [off, off + len(raw)]}
        off += len(raw)
        blobs.append(raw)
    h = json.dumps(head, separators=(",", ":")).encode()
    h += b" " * (-len(h) % 8)
    with open(path, "wb") as f:
        f.write(struct.pack("<Q", len(h)) + h)
        for b in blobs:
            f.write(b)


def load_safetensors(path):
    raw = open(path, "rb").read()
    n = struct.unpack("<Q", raw[:8])[0]
    out = {}
    for name, e in json.loads(raw[8:8 + n]).items():
        a, b = e["data_offsets"]
        out[name] = torch.frombuffer(bytearray(raw[8 + n + a:8 + n + b]), dtype=DT[e["dtype"]]).view(e["shape"])
    return out


class Reference:
    def __init__(self, folder, device="cpu", dtype=torch.float32):
        p = json.load(open(f"{folder}/params.json"))
        self.dim, self.layers, self.groups, self.vocab = p["dim"], p["n_layers"], p["n_groups"], p["vocab_size"]
        w = load_safetensors(f"{folder}/consolidated.safetensors")
        self.w = {k.replace("model.backbone.", ""): v.to(device, dtype) for k, v in w.items()}
        self.device, self.dtype = device, dtype
        self.di = 2 * self.dim
        self.heads = self.di // 64
        self.conv_dim = self.di + 2 * self.groups * 128

    def state(self, batch):
        z = lambda *s: torch.zeros(*s, device=self.device, dtype=self.dtype)
        return [(z(batch, self.conv_dim, 4), z(batch, self.heads, 64, 128)) for _ in range(self.layers)]

    def norm(self, x, w):
        return x / torch.sqrt((x * x).mean(-1, keepdim=True) + 1e-5) * w

    def step(self, tokens, state):
        """tokens [batch] -> logits [batch, vocab]; state is advanced in place."""
        w, di, G, H = self.w, self.di, self.groups, self.heads
        res = w["embedding.weight"][tokens]
        n = res.shape[0]
        for i, (conv, S) in enumerate(state):
            k = f"layers.{i}.mixer."
            h = self.norm(res, w[f"layers.{i}.norm.weight"])
            zx = h @ w[k + "in_proj.weight"].T
            z, xbc, dt = zx[:, :di], zx[:, di:di + self.conv_dim], zx[:, di + self.conv_dim:]
            conv[:, :, :3] = conv[:, :, 1:].clone()
            conv[:, :, 3] = xbc
            v = w[k + "conv1d.bias"] + (conv * w[k + "conv1d.weight"][:, 0, :]).sum(-1)
            v = v * torch.sigmoid(v)
            x = v[:, :di].reshape(n, H, 64)
            B = v[:, di:di + G * 128].reshape(n, G, 128).repeat_interleave(H // G, 1)
            C = v[:, di + G * 128:].reshape(n, G, 128).repeat_interleave(H // G, 1)
            dt = dt + w[k + "dt_bias"]
            dt = torch.where(dt <= 20, torch.log1p(torch.exp(dt.clamp(max=20))), dt)
            dA = torch.exp(-dt * torch.exp(w[k + "A_log"]))
            S.mul_(dA[:, :, None, None]).add_((x * dt[:, :, None])[:, :, :, None] * B[:, :, None, :])
            y = (S * C[:, :, None, :]).sum(-1) + w[k + "D"][:, None] * x
            u = y.reshape(n, di) * (z * torch.sigmoid(z))
            u = u.reshape(n, G, di // G)
            u = (u / torch.sqrt((u * u).mean(-1, keepdim=True) + 1e-5)).reshape(n, di) * w[k + "norm.weight"]
            res = res + u @ w[k + "out_proj.weight"].T
        return self.norm(res, w["norm_f.weight"]) @ w["embedding.weight"].T

    @torch.no_grad()
    def generate(self, prompts, max_new=300, temperature=0.0, top_p=0.95, seed=0, eos=2):
        """prompts: lists of ids. Returns lists of new ids (the EOS included where it came)."""
        gen = torch.Generator(device=self.device).manual_seed(seed)
        n = len(prompts)
        state = self.state(n)
        cur = torch.tensor([p[0] for p in prompts], device=self.device)
        out, done = [[] for _ in prompts], [False] * n
        t = 0
        while not all(done):
            lg = self.step(cur, state)
            if temperature > 0:
                pr = torch.softmax(lg.float() / temperature, -1)
                sp, si = pr.sort(-1, descending=True)
                sp[(sp.cumsum(-1) - sp) > top_p] = 0
                nxt = si.gather(1, torch.multinomial(sp, 1, generator=gen))[:, 0].tolist()
            else:
                nxt = lg.argmax(-1).tolist()
            t += 1
            feed = []
            for i, p in enumerate(prompts):
                if t < len(p):
                    feed.append(p[t])
                    continue
                if not done[i]:
                    out[i].append(nxt[i])
                    done[i] = nxt[i] == eos or len(out[i]) >= max_new
                feed.append(nxt[i])
            cur = torch.tensor(feed, device=self.device)
        return out

    @torch.no_grad()
    def nll(self, rows):
        """rows: equally long lists of ids -> mean nats a token (the first token of a row is given)."""
        x = torch.tensor(rows, device=self.device)
        state, tot = self.state(len(rows)), 0.0
        for t in range(x.shape[1] - 1):
            lp = torch.log_softmax(self.step(x[:, t], state).float(), -1)
            tot -= lp.gather(1, x[:, t + 1:t + 2]).sum().item()
        return tot / (x.shape[0] * (x.shape[1] - 1))
