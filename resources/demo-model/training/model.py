"""Mamba2 for training: chunked SSD in plain PyTorch (model-format: Mistral layout, grouped gated norm)."""
import math
import torch
import torch.nn as nn
import torch.nn.functional as F

HEADDIM, D_STATE, D_CONV, EXPAND, EPS = 64, 128, 4, 2, 1e-5
BOS = 1


def rmsnorm(x, w):
    x = x.float()
    return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + EPS) * w


def ssd(x, dt, dA, B, C, Q, cdt):
    """x [b,l,g,r,p], dt/dA [b,l,g,r] (f32), B and C [b,l,g,n]; the state is zero at the start. -> [b,l,g,r,p]"""
    b, l, g, r, p = x.shape
    n, c = B.shape[-1], l // Q
    dA = dA.view(b, c, Q, g, r).permute(0, 1, 3, 4, 2)                  # b c g r Q
    cs = dA.cumsum(-1)
    end = cs[..., -1]                                                   # b c g r
    xd = (x.float() * dt[..., None]).view(b, c, Q, g, r, p).permute(0, 1, 3, 4, 2, 5)    # b c g r Q p
    Bm = B.view(b, c, Q, g, n).permute(0, 1, 3, 2, 4).to(cdt)           # b c g Q n
    Cm = C.view(b, c, Q, g, n).permute(0, 1, 3, 2, 4).to(cdt)
    # inside a chunk
    CB = torch.matmul(Cm, Bm.transpose(-1, -2))                         # b c g Q Q
    mask = torch.ones(Q, Q, dtype=torch.bool, device=x.device).tril()
    L = torch.exp((cs[..., :, None] - cs[..., None, :]).masked_fill(~mask, -1e30))
    M = (CB[:, :, :, None].float() * L).to(cdt)                         # b c g r Q Q
    y = torch.matmul(M, xd.to(cdt))                                     # b c g r Q p
    # state each chunk adds, at its end
    xe = (xd * torch.exp(end[..., None] - cs)[..., None]).to(cdt)       # b c g r Q p
    xe = xe.permute(0, 1, 2, 4, 3, 5).reshape(b, c, g, Q, r * p)
    S = torch.matmul(Bm.transpose(-1, -2), xe).float().view(b, c, g, n, r, p)
    # pass the states on from chunk to chunk
    T = torch.exp(end)                                                  # b c g r
    state = torch.zeros_like(S[:, 0])
    into = []
    for i in range(c):
        into.append(state.to(cdt))
        state = state * T[:, i, :, None, :, None] + S[:, i]
    into = torch.stack(into, 1).view(b, c, g, n, r * p)
    yo = torch.matmul(Cm, into).view(b, c, g, Q, r, p).permute(0, 1, 2, 4, 3, 5)          # b c g r Q p
    y = y.float() + yo.float() * torch.exp(cs)[..., None]
    return y.permute(0, 1, 4, 2, 3, 5).reshape(b, l, g, r, p)


def block(hid, seg, start, norm, in_proj, conv_w, conv_b, dt_bias, A_log, D, mnorm, out_proj, g, Q, cdt):
    """One layer as a pure function, so that one compiled graph serves all layers."""
    b, l, dim = hid.shape
    di, gn = EXPAND * dim, g * D_STATE
    h = di // HEADDIM
    zx = F.linear(rmsnorm(hid, norm).to(cdt), in_proj.to(cdt))
    z, xbc, dt = zx.split([di, di + 2 * gn, h], -1)
    v = conv_b + conv_w[:, 3] * xbc.float()
    for k in range(1, D_CONV):                   # earlier tokens of the same document only
        prev = F.pad(xbc, (0, 0, k, 0))[:, :l].float()
        same = (F.pad(seg, (k, 0), value=-1)[:, :l] == seg)[..., None]
        v = v + conv_w[:, 3 - k] * torch.where(same, prev, 0.0)
    v = F.silu(v)
    x, B, C = v.split([di, gn, gn], -1)
    dt = F.softplus(dt.float() + dt_bias)
    dA = -dt * torch.exp(A_log) - 80.0 * start[..., None]       # a document's first token forgets the last one
    r = h // g
    x = x.view(b, l, g, r, HEADDIM)
    y = ssd(x, dt.view(b, l, g, r), dA.view(b, l, g, r), B.view(b, l, g, D_STATE), C.view(b, l, g, D_STATE), Q, cdt)
    y = (y + D.view(g, r, 1) * x).reshape(b, l, di)
    u = (y * F.silu(z.float())).view(b, l, g, di // g)
    u = (u * torch.rsqrt(u.pow(2).mean(-1, keepdim=True) + EPS)).view(b, l, di) * mnorm
    return hid + F.linear(u.to(cdt), out_proj.to(cdt)).float()


def head_loss(hid, norm_f, emb, target, weight, cdt):
    lg = F.linear(rmsnorm(hid, norm_f).to(cdt), emb.to(cdt)).float()
    loss = F.cross_entropy(lg.view(-1, lg.shape[-1]), target.reshape(-1), reduction="none")
    w = weight.reshape(-1)
    return (loss * w).sum() / w.sum().clamp(min=1.0)


class Block(nn.Module):
    def __init__(self, dim, groups, layers):
        super().__init__()
        self.di = EXPAND * dim
        self.h = self.di // HEADDIM
        self.conv_dim = self.di + 2 * groups * D_STATE
        self.norm = nn.Parameter(torch.ones(dim))
        self.in_proj = nn.Parameter(torch.empty(2 * self.di + 2 * groups * D_STATE + self.h, dim).uniform_(-1, 1) / math.sqrt(dim))
        self.conv_w = nn.Parameter(torch.empty(self.conv_dim, D_CONV).uniform_(-0.5, 0.5))
        self.conv_b = nn.Parameter(torch.empty(self.conv_dim).uniform_(-0.5, 0.5))
        dt = torch.exp(torch.rand(self.h) * (math.log(0.1) - math.log(0.001)) + math.log(0.001)).clamp(min=1e-4)
        self.dt_bias = nn.Parameter(dt + torch.log(-torch.expm1(-dt)))
        self.A_log = nn.Parameter(torch.log(torch.empty(self.h).uniform_(1, 16)))
        self.D = nn.Parameter(torch.ones(self.h))
        self.mnorm = nn.Parameter(torch.ones(self.di))
        self.out_proj = nn.Parameter(torch.empty(dim, self.di).uniform_(-1, 1) / math.sqrt(self.di) / math.sqrt(layers))


class Model(nn.Module):
    def __init__(self, dim=256, layers=12, groups=2, vocab=4096, chunk=128, cdt=torch.bfloat16):
        super().__init__()
        self.cfg = dict(dim=dim, layers=layers, groups=groups, vocab=vocab)
        self.chunk, self.cdt = chunk, cdt
        self.emb = nn.Parameter(torch.randn(vocab, dim) * 0.02)
        self.blocks = nn.ModuleList(Block(dim, groups, layers) for _ in range(layers))
        self.norm_f = nn.Parameter(torch.ones(dim))

    def hidden(self, tokens, block_fn):
        start = (tokens == BOS).float()
        seg = (tokens == BOS).cumsum(1)
        hid = F.embedding(tokens, self.emb)
        for b in self.blocks:
            hid = block_fn(hid, seg, start, b.norm, b.in_proj, b.conv_w, b.conv_b, b.dt_bias, b.A_log, b.D, b.mnorm, b.out_proj,
                           self.cfg["groups"], self.chunk, self.cdt)
        return hid

    def logits(self, tokens):
        hid = self.hidden(tokens, block)
        return F.linear(rmsnorm(hid, self.norm_f).to(self.cdt), self.emb.to(self.cdt)).float()

    def forward(self, tokens, target, weight, block_fn=block, head_fn=head_loss):
        return head_fn(self.hidden(tokens, block_fn), self.norm_f, self.emb, target, weight, self.cdt)

    def load(self, tensors):
        with torch.no_grad():
            for k, v in self.tensors().items():
                v.copy_(tensors[k])

    def tensors(self):
        """The tensors of consolidated.safetensors (tied embedding: no lm_head)."""
        out = {"model.backbone.embedding.weight": self.emb, "model.backbone.norm_f.weight": self.norm_f}
        for i, b in enumerate(self.blocks):
            p = f"model.backbone.layers.{i}."
            out[p + "norm.weight"] = b.norm
            out[p + "mixer.in_proj.weight"] = b.in_proj
            out[p + "mixer.conv1d.weight"] = b.conv_w[:, None, :]
            out[p + "mixer.conv1d.bias"] = b.conv_b
            out[p + "mixer.dt_bias"] = b.dt_bias
            out[p + "mixer.A_log"] = b.A_log
            out[p + "mixer.D"] = b.D
            out[p + "mixer.norm.weight"] = b.mnorm
            out[p + "mixer.out_proj.weight"] = b.out_proj
        return {k: v.detach() for k, v in out.items()}
