"""Trains the network on all its questions at once."""
import copy
import math
import time

import numpy as np
import torch
from torch.nn import functional as F

import doubts
import figures
import linker as links
import windows as w

LENGTH = 224


def learn(network, articles, trees, drop, epochs, batch, rate, seed, check):
    """Trains, and returns the network with the moving average of its values.

    `articles` have chances of tags (`doubts.give`); `trees` have syntax, and sentence ends where they may be learned from. `batch` is how many
    windows of both make a step.
    """
    random = np.random.default_rng(seed)
    torch.manual_seed(seed)
    steps = math.ceil(sum(map(len, articles)) / (batch[0] * LENGTH)) * epochs
    optimizer = torch.optim.AdamW([p for p in network.parameters() if p.requires_grad], rate, (0.9, 0.98), weight_decay=1e-3)
    average = copy.deepcopy(network)
    queues = [[], []]
    started, sums = time.time(), np.zeros(4)
    for step in range(steps):
        for group in optimizer.param_groups:
            group["lr"] = rate * min(1, (step + 1) / 100) * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * step / steps)))
        network.train()
        some = [take(queue, d, n, random) for queue, d, n in zip(queues, (articles, trees), batch)]
        losses = step_losses(network, articles, trees, some, drop)
        optimizer.zero_grad(set_to_none=True)
        sum(losses).backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 5.0)
        optimizer.step()
        follow(average, network, min(0.998, (1 + step) / (10 + step)))
        sums += [loss.item() for loss in losses]
        if step % 200 == 199:
            print(f"step {step + 1}/{steps} {time.time() - started:.0f} s, losses", (sums / 200).round(4), flush=True)
            sums[:] = 0
        if (step + 1) % (steps // 4) == 0:
            check(average.eval())
    return average.eval()


def take(queue, documents, number, random):
    while len(queue) < number:
        queue.extend(w.cut(documents, LENGTH, random))
    taken = queue[-number:]
    del queue[-number:]
    return taken


def follow(average, network, rate):
    with torch.no_grad():
        for mean, value in zip(average.parameters(), network.parameters()):
            mean.lerp_(value, 1 - rate)


def step_losses(network, articles, trees, batch, drop):
    size = max(end - first for some in batch for _, first, end in some)
    features = [w.stack(d, some, "features", 0) for d, some in zip((articles, trees), batch)]
    features = torch.cat([F.pad(f, (0, 0, 0, size - f.shape[1])) for f in features])
    low, high = network.encode(features, w.lengths(batch[0] + batch[1]), drop)
    border = len(batch[0])
    attribution = attribution_loss(network, articles, batch[0], high[:border])
    return [attribution] + tree_losses(network, trees, batch[1], low[border:], high[border:])


def attribution_loss(network, articles, some, states):
    one, two = doubts.stack(articles, some)
    states = states[:, : one.shape[1]]
    first = torch.tensor([at == 0 for _, at, _ in some])
    emissions = network.tags(drop_columns(states, network))
    return 2.0 * network.crf.loss(emissions, one, two, first) / one.sum()


def drop_columns(states, network):
    keep = torch.rand(states.shape[0], 1, states.shape[2]) >= network.dropout
    return states * keep / (1 - network.dropout)


def tree_losses(network, trees, some, low, high):
    labels = {n: w.stack(trees, some, n, -1) for n in ("sentence_ends", "upos", "heads", "relations", "sentence_ids")}
    size = labels["upos"].shape[1]
    low, high = drop_columns(low[:, :size], network), drop_columns(high[:, :size], network)
    ends = labels["sentence_ends"]
    known = ends >= 0
    logits = network.sentence(low).squeeze(2)
    sentence = F.binary_cross_entropy_with_logits(logits[known], ends[known].float(), reduction="sum")
    sentence = sentence / known.sum().clamp(min=1)
    upos = F.cross_entropy(network.upos(low).flatten(0, 1), labels["upos"].flatten(), ignore_index=-1)
    starts = torch.tensor([first for _, first, _ in some]).unsqueeze(1)
    heads = labels["heads"] - starts
    heads[(labels["heads"] < 0) | (heads < 0) | (heads >= w.lengths(some).unsqueeze(1))] = -1
    same = labels["sentence_ids"].unsqueeze(2) == labels["sentence_ids"].unsqueeze(1)
    scores = network.arc.scores(high).masked_fill(~same, -60.0)
    arcs = F.cross_entropy(scores.flatten(0, 1), heads.flatten(), ignore_index=-1)
    at = heads >= 0
    head_states = high.gather(1, heads.clamp(min=0).unsqueeze(2).expand_as(high))
    relations = F.cross_entropy(network.arc.labels(high[at], head_states[at]), labels["relations"][at])
    return [sentence, 0.25 * upos, 0.35 * (arcs + relations)]


@torch.no_grad()
def rough_spans(network, documents, seed):
    """Returns the spans found with parts of the network left out at random, as it would err on texts it never saw."""
    torch.manual_seed(seed)
    network.train()
    encoded = w.states(network, documents)
    network.eval()
    return [figures.spans(figures.decode(network.tags(torch.from_numpy(high)).numpy(), network.crf)) for _, high in encoded]


SHIFTS = (0.0, 0.3, 0.6, 0.9, 1.2)


@torch.no_grad()
def balance(network, linker, held_back):
    """Raises the scores of spans' beginnings, one kind after the other, as finds most on articles held back."""
    encoded = w.states(network, held_back)
    shifts = np.zeros(len(network.tags.bias), np.float32)

    def right(shift):
        tried = shifts.copy()
        tried[begin] = shift
        found, _ = statements(network, linker, held_back, encoded, tried)
        return figures.attribution(held_back, found)["AttrF@.5"]

    for begin in (5, 1, 3):
        shifts[begin] = max(SHIFTS, key=right)
    network.tags.bias += torch.from_numpy(shifts)
    return shifts


def statements(network, linker, documents, encoded, shifts=0.0):
    """Returns the statements found, and those that the linker makes of the gold's spans, in characters."""
    found, from_gold = [], []
    for document, (low, high) in zip(documents, encoded):
        tags = figures.decode(network.tags(torch.from_numpy(high)).numpy() + shifts, network.crf)
        logits = network.sentence(torch.from_numpy(low)).squeeze(1).numpy()
        article = links.Article(document, high, logits)
        for spans, kept in ((figures.spans(tags), found), (figures.spans(document.tags), from_gold)):
            linked = links.link(linker, article, spans) if linker else figures.nearest(spans)
            kept.append(figures.in_characters(document, linked))
    return found, from_gold


@torch.no_grad()
def measure(network, articles, trees, ends_only=(), linker=None):
    """Returns all figures; without a linker, the nearest cue and source are taken."""
    result = {}
    if articles:
        found, from_gold = statements(network, linker, articles, w.states(network, articles))
        result.update(figures.attribution(articles, found))
        result["AttrF@.5 on gold spans"] = figures.attribution(articles, from_gold)["AttrF@.5"]
    for name, documents in {"trees": trees, "ends": ends_only}.items():
        if documents:
            encoded = w.states(network, documents)
            logits = [network.sentence(torch.from_numpy(low)).squeeze(1).numpy() for low, _ in encoded]
            result[f"SentF {name}"] = figures.sentences(documents, logits)
            if name == "trees":
                result.update(figures.syntax(network, documents, encoded))
    return {k: round(v, 4) for k, v in result.items()}
