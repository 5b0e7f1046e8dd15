"""What the small network learns from the large one: its chances for each tag, on texts as they are and varied.

Distillation as Hinton and others (2015) have it, of a chain's marginals; words are replaced by near ones as in
TinyBERT (Jiao and others, 2020).
"""
import copy

import numpy as np
import torch

import windows as w
from data import TAGS

NEAR = 8


@torch.no_grad()
def marginals(emissions, crf):
    """Returns P(tag) [piece, tag] and P(tag, next tag) [piece - 1, tag, tag] of a whole document."""
    steps = crf.steps().double().numpy()
    start = np.where(crf.begins.numpy(), crf.start.double().numpy(), -30.0)
    e = emissions.astype(np.float64)
    forward, backward = np.zeros_like(e), np.zeros_like(e)
    forward[0] = start + e[0]
    for i in range(1, len(e)):
        s = forward[i - 1][:, None] + steps
        top = s.max(0)
        forward[i] = top + np.log(np.exp(s - top).sum(0)) + e[i]
    for i in range(len(e) - 2, -1, -1):
        s = steps + (backward[i + 1] + e[i + 1])[None]
        top = s.max(1)
        backward[i] = top + np.log(np.exp(s - top[:, None]).sum(1))
    whole = forward[-1].max() + np.log(np.exp(forward[-1] - forward[-1].max()).sum())
    one = np.exp(forward + backward - whole)
    two = np.exp(forward[:-1, :, None] + steps[None] + (e + backward)[1:, None, :] - whole)
    return one.astype(np.float32), two.astype(np.float16)


def from_tags(document):
    """Returns what `marginals` does, for the annotators' tags, of which they have no doubt."""
    tags = document.tags
    one = np.eye(len(TAGS), dtype=np.float32)[tags]
    two = np.zeros((max(0, len(tags) - 1), len(TAGS), len(TAGS)), np.float16)
    two[np.arange(len(two)), tags[:-1], tags[1:]] = 1
    return one, two


def give(documents, chances):
    """Sets the chances that the documents are learned with."""
    for document, (one, two) in zip(documents, chances, strict=True):
        document.chances, document.pair_chances = one, two


def blend(ours, theirs, share):
    """Returns the mean of two chances; `share` is the second's weight."""
    return tuple((a + share * (b.astype(np.float32) - a)).astype(a.dtype) for a, b in zip(ours, theirs, strict=True))


def stack(documents, some):
    """Returns the chances of windows: of tags [window, piece, tag], of neighbours [window, piece - 1, tag, tag]."""
    inside = [(number, first, end - 1) for number, first, end in some]
    return w.stack(documents, some, "chances", 0).float(), w.stack(documents, inside, "pair_chances", 0).float()


def varied(documents, network, share, seed):
    """Returns the documents with a share of their words replaced by near ones of the same shape, without labels."""
    random = np.random.default_rng(seed)
    forms = {}  # {word: {shape: (norm, the first four features)}}
    for document in documents:
        for norm, row in zip(document.norms, document.features):
            if norm.isalpha():
                forms.setdefault(int(row[0]), {}).setdefault(int(row[3]), (norm, row[:4].copy()))
    near = neighbours(network, list(forms))
    return [vary(document, forms, near, share, random) for document in documents]


def neighbours(network, words):
    """Returns {word: the words whose rows in the network's table are nearest}."""
    rows = network.embed.word.weight.detach()[: len(network.embed.keys)]
    place = {int(key): i for i, key in enumerate(network.embed.keys)}
    words = [word for word in words if word in place]
    rows = torch.nn.functional.normalize(rows[torch.tensor([place[word] for word in words])])
    near = {}
    for first in range(0, len(words), 1024):
        best = (rows[first : first + 1024] @ rows.T).topk(NEAR + 1, 1).indices[:, 1:].tolist()
        near.update({words[first + i]: [words[j] for j in row] for i, row in enumerate(best)})
    return near


def vary(document, forms, near, share, random):
    result = copy.copy(document)
    result.norms, result.features, result.tags = list(document.norms), document.features.copy(), None
    for i in np.nonzero(random.random(len(document)) < share)[0]:
        word, shape = int(result.features[i, 0]), int(result.features[i, 3])
        options = near.get(word)
        form = options and forms[options[random.integers(NEAR)]].get(shape)
        if form:
            result.norms[i], result.features[i, :4] = form
    return result
