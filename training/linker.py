"""Chooses each content's cue and source among the spans found, or none.

The features of a pair are categories, each a row of a small table; to their sum come projections of the
network's states at both spans. A content's cue and source are chosen together.
"""
import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

import figures

GAPS = [1, 2, 3, 5, 8, 13, 21, 41, 81]  # the first gaps of the buckets 1 to 9
LENGTHS = {"a": [3, 6, 11, 21, 41], "b": [2, 3, 4, 6, 10]}
SIZES = [20, 8, 6, 6, 6, 6, 4, 6, 6]
OFFSETS = np.concatenate([[0], np.cumsum(SIZES)[:-1]])
NEAREST = 12  # candidates a content has at most, of each kind
FAR = -60.0  # a score that rules out; the exponential of much lower ones is slow
QUOTE = 655135397  # the hash of `"`


class Linker(nn.Module):
    def __init__(self, config, width=32, rank=16):
        super().__init__()
        wide = 4 * config.hidden
        self.cue, self.source, self.pair = (Pair(wide, width, rank) for _ in range(3))
        self.none = nn.Linear(wide, 3)  # content without cue, content without source, cue without source

    def forward(self, content, cue, source, near, drop=0.0):
        """Returns scores [content, 1 + cue, 1 + source]; place 0 is none.

        `content`, `cue`, `source` are the spans' states, `near` the categories of the three kinds of pairs.
        """
        content, cue, source = (F.dropout(x, drop, drop > 0) for x in (content, cue, source))
        to_cue, to_source = self.cue(content, cue, near[0]), self.source(content, source, near[1])
        none, none_cue = self.none(content), self.none(cue)[:, 2:]
        to_cue = torch.cat([none[:, :1], to_cue], 1)
        to_source = torch.cat([none[:, 1:2], to_source], 1)
        pair = torch.cat([none_cue, self.pair(cue, source, near[2])], 1)
        pair = torch.cat([torch.zeros(1, pair.shape[1]), pair])
        return to_cue.unsqueeze(2) + to_source.unsqueeze(1) + pair.unsqueeze(0)


class Pair(nn.Module):
    def __init__(self, wide, width, rank):
        super().__init__()
        self.table = nn.Parameter(0.2 * torch.randn(sum(SIZES), width))
        self.a = nn.Linear(wide, width)
        self.b = nn.Linear(wide, width, bias=False)
        self.product_a = nn.Linear(wide, rank, bias=False)
        self.product_b = nn.Linear(wide, rank, bias=False)
        self.out = nn.Linear(width, 1, bias=False)

    def forward(self, a, b, categories):
        hidden = categories.float() @ self.table + self.a(a).unsqueeze(1) + self.b(b).unsqueeze(0)
        return self.out(F.relu(hidden)).squeeze(2) + self.product_a(a) @ self.product_b(b).T


def ends(document, logits):
    """Returns which pieces end a sentence: those the network says, and those before a block's border."""
    border = document.first == document.end
    return ((logits > 0) | np.append(border[1:], True)) & ~border


class Article:
    """What the linker asks about a document: its states, and how many sentences and blocks began before."""

    def __init__(self, document, high, logits):
        self.high = torch.from_numpy(high)
        is_end = ends(document, logits)
        self.sentence = np.concatenate([[0], np.cumsum(is_end)[:-1]])
        self.block = np.cumsum(document.first == document.end)
        self.quoted = (document.features[:, 0] == QUOTE) | (document.features[:, 4] & 4 > 0)

    def states(self, spans):
        first, last = spans[:, 0], spans[:, 1] - 1
        return torch.cat([self.high[first], self.high[last]], 1)

    def categories(self, a, b, found):
        """Returns which of the table's rows are added [a, b, row] for all pairs of two lists of spans, and their gaps."""
        a0, a1, b0, b1 = a[:, :1], a[:, 1:], b[None, :, 0], b[None, :, 1]
        before = (b0 < a0).astype(np.int64)
        low, high = np.where(before, b1, a1), np.where(before, a0, b0)
        gap = np.maximum(0, high - low)
        left, right = low - 1, high

        def between(kind):
            begins = found[kind][:, 0]
            return np.clip(np.searchsorted(begins, high) - np.searchsorted(begins, low), 0, 2) + 3 * before

        length_a = np.searchsorted(LENGTHS["a"], a1 - a0, side="right") + 0 * b0
        length_b = np.searchsorted(LENGTHS["b"], b1 - b0, side="right") + 0 * a0
        features = [
            np.searchsorted(GAPS, gap, side="right") + 10 * before,
            np.clip(self.sentence[right] - self.sentence[left], 0, 3) + 4 * before,
            np.clip(self.block[right] - self.block[left], 0, 2) + 3 * before,
            between("cue"),
            between("source"),
            between("content"),
            self.quoted[a0] + 2 * self.quoted[b0],
            length_b,
            length_a,
        ]
        rows = np.zeros((*gap.shape, sum(SIZES)), np.uint8)
        np.put_along_axis(rows, np.stack(features, 2) + OFFSETS, 1, 2)
        return torch.from_numpy(rows), gap


def arrays(spans):
    return {kind: np.array(sorted(s), np.int64).reshape(-1, 2) for kind, s in spans.items()}


def questions(article, found):
    """Returns what does not change while learning: the pairs' categories, and which are too far apart."""
    content, cue, source = found["content"], found["cue"], found["source"]
    to_cue, cue_gap = article.categories(content, cue, found)
    to_source, source_gap = article.categories(content, source, found)
    pair, _ = article.categories(cue, source, found)
    return (to_cue, to_source, pair), far(cue_gap).unsqueeze(2) | far(source_gap).unsqueeze(1)


def scores(linker, article, found, asked, drop=0.0):
    """Returns the scores of all choices for each content; what is not among the nearest is ruled out."""
    categories, too_far = asked
    states = [article.states(found[kind]) for kind in ("content", "cue", "source")]
    return linker(*states, categories, drop).masked_fill(too_far, FAR)


def far(gap):
    """Marks all but the nearest spans; of equal gaps, the earlier span is nearer. None is never far."""
    order = np.argsort(np.argsort(gap, axis=1, kind="stable"), axis=1)
    return torch.from_numpy(np.pad(order >= NEAREST, [(0, 0), (1, 0)]))


@torch.no_grad()
def link(linker, article, spans):
    """Returns [(content, source or None, cue or None)]; of equal scores, the first."""
    found = arrays(spans)
    if not len(found["content"]):
        return []
    result = scores(linker, article, found, questions(article, found))
    best = result.flatten(1).argmax(1).numpy()
    width = result.shape[2]
    choice = lambda kind, i: tuple(map(int, found[kind][i - 1])) if i else None  # noqa: E731
    return [
        (tuple(map(int, content)), choice("source", b % width), choice("cue", b // width))
        for content, b in zip(found["content"], best)
    ]


def right_choices(document, found):
    """Returns which choices are right for each content [content, 1 + cue, 1 + source], or None where it has no gold."""
    gold = [(span, a) for a in document.attributions for span in a["content"]]
    contents = [tuple(c) for c in found["content"]]
    rows = {i: gold[j][1] for i, j in figures.match(contents, [g[0] for g in gold], 0.3)}
    shape = len(contents), 1 + len(found["cue"]), 1 + len(found["source"])
    right = np.zeros(shape, bool)
    for i, attribution in rows.items():
        marks = []
        for kind in ("cue", "source"):
            hits = [any(figures.overlap(s, g) > 0 for g in attribution[kind]) for s in found[kind]]
            marks.append(np.array([not any(hits)] + hits))
        right[i] = marks[0][:, None] & marks[1][None, :]
    return torch.from_numpy(right)


def learn(linker, examples, epochs, seed):
    """`examples`: [(document, article, spans)]."""
    random = np.random.default_rng(seed)
    torch.manual_seed(seed)
    prepared = []
    for document, article, spans in examples:
        found = arrays(spans)
        if len(found["content"]):
            prepared.append((article, found, questions(article, found), right_choices(document, found)))
    optimizer = torch.optim.AdamW(linker.parameters(), 2e-3, weight_decay=0.01)
    steps = epochs * len(prepared) // 8
    for step in range(steps):
        for group in optimizer.param_groups:
            group["lr"] = 2e-3 * (1 - step / steps)
        optimizer.zero_grad()
        losses, count = 0.0, 0
        for i in random.integers(len(prepared), size=8):
            article, found, asked, right = prepared[i]
            result = scores(linker, article, found, asked, drop=0.3).flatten(1)
            right = right.flatten(1) & (result > FAR)
            some = right.any(1)
            chosen = result.masked_fill(~right, FAR)
            losses += (torch.logsumexp(result, 1) - torch.logsumexp(chosen, 1))[some].sum()
            count += int(some.sum())
        (losses / max(1, count)).backward()
        optimizer.step()
    return linker
