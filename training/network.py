"""The network: embeddings, two bidirectional LSTM layers, and a head for each question.

Only sigmoid, tanh and relu are used, so that the same sums can be made with whole numbers.
"""
from dataclasses import asdict, dataclass, replace

import torch
from torch import nn
from torch.nn import functional as F

from data import RELATIONS, TAGS, UPOS


@dataclass(frozen=True)
class Config:
    word: int = 96
    affix: int = 24
    layout: int = 8
    hidden: int = 112
    buckets: int = 256  # rows for words outside of the vocabulary
    affixes: int = 4096  # rows for prefixes, suffixes
    shapes: int = 512
    arc: int = 64
    label: int = 32
    core: int = 160
    margin: int = 32

    def to_json(self):
        return asdict(self)


class Embedding(nn.Module):
    """Joins what the tables hold for a piece: word, prefix, suffix, shape, layout."""

    def __init__(self, config, keys, vectors):
        super().__init__()
        self.config = config
        self.register_buffer("keys", keys)  # sorted hashes of the known words
        self.word = nn.Embedding.from_pretrained(vectors, freeze=False)
        self.prefix = nn.Embedding(config.affixes, config.affix)
        self.suffix = nn.Embedding(config.affixes, config.affix)
        self.shape = nn.Embedding(config.shapes, config.affix)
        self.glued, self.line, self.quoted = (nn.Embedding(2, config.layout) for _ in range(3))
        self.block = nn.Embedding(8, config.layout)
        for table in (self.prefix, self.suffix, self.shape, self.glued, self.line, self.quoted, self.block):
            nn.init.normal_(table.weight, std=0.15)
        self.width = config.word + 3 * config.affix + config.layout

    def rows(self, features, drop=None):
        """Returns the word table's rows; `drop` holds each known word's chance to be taken for unknown."""
        word = features[..., 0].contiguous()
        place = torch.searchsorted(self.keys, word).clamp(max=len(self.keys) - 1)
        known = self.keys[place] == word
        if drop is not None:
            known &= torch.rand(word.shape) >= drop[place]
        return torch.where(known, place, len(self.keys) + (word & (self.config.buckets - 1)))

    def forward(self, features, drop=None):
        flags = features[..., 4]
        affixes, shapes = self.config.affixes - 1, self.config.shapes - 1
        layout = (
            self.glued(flags & 1) + self.line(flags >> 1 & 1) + self.quoted(flags >> 2 & 1) + self.block(flags >> 3 & 7)
        )
        parts = [
            self.word(self.rows(features, drop)),
            self.prefix(features[..., 1] & affixes),
            self.suffix(features[..., 2] & affixes),
            self.shape(features[..., 3] & shapes),
            layout,
        ]
        return torch.cat(parts, -1)


class Both(nn.Module):
    """An LSTM layer in both directions; each text of the batch ends where its own length says."""

    def __init__(self, width, hidden):
        super().__init__()
        self.forward_ = nn.LSTM(width, hidden, batch_first=True)
        self.backward_ = nn.LSTM(width, hidden, batch_first=True)
        for lstm in (self.forward_, self.backward_):
            for name, values in lstm.named_parameters():
                if "bias" in name:
                    nn.init.zeros_(values)
                elif "weight_hh" in name:
                    nn.init.orthogonal_(values)
                else:
                    nn.init.xavier_uniform_(values)
            lstm.bias_ih_l0.data[hidden : 2 * hidden] = 1.0
            lstm.bias_hh_l0.requires_grad = False

    def forward(self, x, turned):
        """`turned` gives each row's places in the opposite order, padding left where it is."""
        index = turned.unsqueeze(-1)
        back = self.backward_(x.gather(1, index.expand_as(x)))[0]
        return torch.cat([self.forward_(x)[0], back.gather(1, index.expand_as(back))], -1)


def turned(lengths, size):
    places = torch.arange(size).unsqueeze(0).expand(len(lengths), -1)
    return torch.where(places < lengths.unsqueeze(1), lengths.unsqueeze(1) - 1 - places, places)


def dropped(x, rate, training):
    """Drops the same columns along a whole text."""
    if not training:
        return x
    keep = torch.rand(x.shape[0], 1, x.shape[2]) >= rate
    return x * keep / (1 - rate)


class Network(nn.Module):
    def __init__(self, config, keys, vectors):
        super().__init__()
        self.config = config
        self.embed = Embedding(config, keys, vectors)
        self.lstm = nn.ModuleList([Both(self.embed.width, config.hidden), Both(2 * config.hidden, config.hidden)])
        wide = 2 * config.hidden
        self.tags = nn.Linear(wide, len(TAGS))
        self.crf = Crf(len(TAGS))
        self.sentence = nn.Linear(wide, 1)
        self.upos = nn.Linear(wide, len(UPOS))
        self.arc = Arcs(wide, config)
        self.dropout = 0.4

    def encode(self, features, lengths, drop=None):
        """Returns both layers' states."""
        order = turned(lengths, features.shape[1])
        with torch.autocast("cpu", torch.bfloat16, enabled=self.training):
            x = dropped(self.embed(features, drop), self.dropout / 2, self.training)
            low = self.lstm[0](x, order)
            high = self.lstm[1](dropped(low, self.dropout, self.training), order)
        return low.float(), high.float()


    @torch.no_grad()
    def widened(self, hidden):
        """Returns a network with more units that starts out nearly as this one; the new units are small."""
        h = self.config.hidden
        wide = Network(replace(self.config, hidden=hidden), self.embed.keys, self.embed.word.weight.detach().clone())
        same = {k: v for k, v in self.state_dict().items() if v.shape == wide.state_dict()[k].shape}
        wide.load_state_dict(same, strict=False)
        both = torch.cat([torch.arange(h), hidden + torch.arange(h)])
        for number, (old, new) in enumerate(zip(self.lstm, wide.lstm)):
            columns = both if number else torch.arange(self.embed.width)
            for a, b in ((old.forward_, new.forward_), (old.backward_, new.backward_)):
                for gate in range(4):
                    from_, to = slice(gate * h, (gate + 1) * h), slice(gate * hidden, gate * hidden + h)
                    b.weight_hh_l0[to, h:] *= NEW
                    b.weight_hh_l0[to, :h] = a.weight_hh_l0[from_]
                    b.weight_ih_l0[to] *= NEW
                    b.weight_ih_l0[to, columns] = a.weight_ih_l0[from_]
                    b.bias_ih_l0[to] = a.bias_ih_l0[from_]
        heads = ("tags", "sentence", "upos", "arc.dependent", "arc.head", "arc.label_dependent", "arc.label_head")
        for name in heads:
            old, new = self.get_submodule(name), wide.get_submodule(name)
            new.weight *= NEW
            new.weight[:, both] = old.weight
            new.bias.copy_(old.bias)
        return wide


NEW = 0.3  # what is left of the random values that read new units, or by which new units are read


class Arcs(nn.Module):
    """Scores a piece's possible heads in its sentence, and the relation to the head."""

    def __init__(self, wide, config):
        super().__init__()
        self.dependent = nn.Linear(wide, config.arc)
        self.head = nn.Linear(wide, config.arc)
        self.bilinear = nn.Parameter(torch.eye(config.arc) / config.arc**0.5)
        self.lean = nn.Parameter(torch.zeros(config.arc))
        self.label_dependent = nn.Linear(wide, config.label)
        self.label_head = nn.Linear(wide, config.label)
        self.label_bilinear = nn.Parameter(torch.randn(len(RELATIONS), config.label, config.label) * 0.05)
        self.label_linear = nn.Linear(2 * config.label, len(RELATIONS))

    def scores(self, states):
        """Returns [.., dependent, head]; a piece that is its own head is a root."""
        dependent, head = F.relu(self.dependent(states)), F.relu(self.head(states))
        return (dependent @ self.bilinear + self.lean) @ head.transpose(-1, -2)

    def labels(self, dependents, heads):
        """Returns each relation's score for pairs of states."""
        d, h = F.relu(self.label_dependent(dependents)), F.relu(self.label_head(heads))
        return torch.einsum("nd,rde,ne->nr", d, self.label_bilinear, h) + self.label_linear(torch.cat([d, h], -1))


class Crf(nn.Module):
    """A linear chain over the tags. Impossible steps keep their score of -30 in training too."""

    def __init__(self, size):
        super().__init__()
        self.transitions = nn.Parameter(torch.zeros(size, size))
        self.start = nn.Parameter(torch.zeros(size))
        allowed = torch.tensor([[t % 2 == 1 or t == 0 or f in (t, t - 1) for t in range(size)] for f in range(size)])
        begins = torch.tensor([t % 2 == 1 or t == 0 for t in range(size)])
        self.register_buffer("allowed", allowed)
        self.register_buffer("begins", begins)

    def steps(self):
        return self.transitions.masked_fill(~self.allowed, -30.0)

    def loss(self, emissions, one, two, first):
        """Sum over windows of -log p, expected under the chances of tags `one` and of neighbours `two`.

        Where `one` is all zero the window has ended; `first` says where a window is a document's start.
        """
        size = emissions.shape[2]
        mask = (one.sum(2) > 0).float()
        steps = self.steps()
        start = torch.where(first.unsqueeze(1), self.start.masked_fill(~self.begins, -30.0), torch.zeros(size))
        moves = steps + emissions[:, 1:].unsqueeze(2)
        paths = (emissions * one).sum() + (two.sum((0, 1)) * steps).sum() + (start * one[:, 0]).sum()
        return self.total(start + emissions[:, 0], moves, mask) - paths

    @staticmethod
    def total(start, moves, mask):
        """Sum of log of all paths' weight, by joining neighbouring steps in pairs."""
        size = start.shape[1]
        still = torch.full((size, size), -60.0)
        still.fill_diagonal_(0.0)
        moves = torch.where(mask[:, 1:, None, None] > 0, moves, still)
        while moves.shape[1] > 1:
            if moves.shape[1] % 2:
                moves = torch.cat([moves, still.expand(moves.shape[0], 1, size, size)], 1)
            left, right = moves[:, ::2], moves[:, 1::2]
            top_left, top_right = left.amax(3, keepdim=True), right.amax(2, keepdim=True)
            product = (left - top_left).exp() @ (right - top_right).exp()
            moves = product.clamp_min(1e-30).log() + top_left + top_right
        return torch.logsumexp(start.unsqueeze(2) + moves[:, 0], (1, 2)).sum()
