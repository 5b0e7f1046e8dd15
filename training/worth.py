"""Trains how much a sentence is worth checking, and prints how well it ranks and how well it is calibrated.

Two sums over a sentence. One is of words, pairs of words, beginnings, ends and shapes, each a place of a table
that is found by a hash, weighed by its log-count ratio while it is trained (Wang and Manning, ACL 2012). The
other is of the greatest and the mean states of a bidirectional LSTM layer, which starts from the tables and the
first layer of the network that finds statements. A line through both (Platt, 1999) makes them a probability.
"""
import argparse
import copy
import json
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score
from sklearn.model_selection import StratifiedKFold
from torch import nn
from torch.nn import functional as F

import data
import weights
import windows as w
from network import Both, Config, Embedding, dropped, turned

# Transcripts end in them and claims do not; a question mark is kept.
MARKS = " .!,;:…-–—\"'“”‘’()[]¤"
MOST_PIECES = 256
GLUED = 1

ROWS = 1 << 16
WORD, PAIR, PREFIX, SUFFIX, SHAPE, FIRST, LENGTH = range(1, 8)
SMOOTHING = 0.5
STRENGTH = 4.0  # the inverse of the penalty on squared weights

EPOCHS, BATCH, RATE, OUT_RATE = 5, 32, 1e-3, 1e-3
FOLDS, SEED = 5, 1

TEXTS = [
    "The unemployment rate fell to 4.1 percent in May.",
    "Thank you very much.",
    "the council has spent £12 million on repairs since 2019",
    "Vale did not score until midway through the second half",
    "She voted 7-2 against “the bill” --",
    "Why is it so?",
]


def read(texts):
    """Returns the sentences as the program reads claims: without marks at the ends, and without layout."""
    documents = data.read_pieces([text.strip(MARKS) for text in texts])
    for document in documents:
        features = document.features[document.features[:, 0] != data.BORDER][:MOST_PIECES].copy()
        features[:, 4] &= GLUED
        features[:1, 3] = 0  # claims begin within sentences, too: with a capital or without
        document.features = features
        document.first = document.first[: len(features)]
    return documents


# The sum over words.


def row(kind, value):
    mixed = (value ^ kind * 0x9E3779B1) & 0xFFFFFFFF
    return (mixed * 0x85EBCA6B & 0xFFFFFFFF) >> 16


def rows(pieces):
    """Returns the distinct places of a sentence in the table."""
    found = set()
    before = None
    for word, prefix, suffix, shape, _ in pieces:
        found |= {row(WORD, word), row(PREFIX, prefix), row(SUFFIX, suffix), row(SHAPE, shape)}
        if before is None:
            found.add(row(FIRST, word))
        else:
            found.add(row(PAIR, ((before << 7 | before >> 25) & 0xFFFFFFFF) ^ word))
        before = word
    found.add(row(LENGTH, min(8, len(pieces) // 4)))
    return sorted(found)


def matrix(documents):
    places = [rows(document.features.tolist()) for document in documents]
    ones = np.concatenate([np.full(len(p), 1 / np.sqrt(len(p))) for p in places])
    ends = np.cumsum([0] + [len(p) for p in places])
    return csr_matrix((ones, np.concatenate(places), ends), shape=(len(places), ROWS))


def learn_words(x, y):
    """Returns the table in whole numbers, and its scale."""
    seen = (x > 0).astype(float)
    worth = np.asarray(seen[y == 1].sum(0))[0] + SMOOTHING
    other = np.asarray(seen[y == 0].sum(0))[0] + SMOOTHING
    ratio = np.log(worth / worth.sum() / (other / other.sum()))
    ratio *= np.asarray(seen.sum(0))[0] > 1
    model = LogisticRegression(C=STRENGTH, max_iter=400).fit(x.multiply(ratio).tocsr(), y)
    return weights.whole_numbers((ratio * model.coef_[0])[None, :])


# The sum over states.


class States(nn.Module):
    def __init__(self, stored, config):
        super().__init__()
        known = torch.from_numpy(stored["embed.word.keys"].astype(np.int64))
        self.embed = Embedding(config, known, torch.zeros(stored["embed.word"].shape))
        self.layer = Both(self.embed.width, config.hidden)
        self.out = nn.Linear(4 * config.hidden, 1)
        with torch.no_grad():
            for name, (parameter, is_matrix) in self.named().items():
                values = stored[name].astype(np.float32)
                if is_matrix:
                    values *= stored[f"{name}.scale"][:, None]
                parameter.copy_(torch.from_numpy(values))

    def named(self):
        return weights.encoder_parameters(self.embed, [self.layer])

    def forward(self, features, lengths):
        unknown = torch.full((len(self.embed.keys),), 0.05) if self.training else None
        x = F.dropout(self.embed(features, unknown), 0.3, self.training)
        states = self.layer(x, turned(lengths, features.shape[1]))
        inside = (torch.arange(features.shape[1]) < lengths.unsqueeze(1)).unsqueeze(2)
        greatest = states.masked_fill(~inside, -1.0).amax(1)
        mean = (states * inside).sum(1) / lengths.unsqueeze(1)
        pooled = torch.cat([greatest, mean], 1)
        return self.out(F.dropout(pooled, 0.5, self.training)).squeeze(1)


def batches(documents, numbers, random):
    """Returns batches of sentences of like lengths, in a random order."""
    near = 20 * BATCH
    shuffled = random.permutation(numbers)
    parts = [shuffled[at : at + near] for at in range(0, len(shuffled), near)]
    parts = [part[np.argsort([len(documents[i]) for i in part], kind="stable")] for part in parts]
    found = [part[at : at + BATCH] for part in parts for at in range(0, len(part), BATCH)]
    random.shuffle(found)
    return found


def inputs(documents, numbers):
    places = [(i, 0, len(documents[i])) for i in numbers]
    return w.stack(documents, places, "features", 0), w.lengths(places)


def learn_states(start, documents, y, numbers):
    """Returns the layer, trained on some of the sentences and rounded, and its tensors."""
    torch.manual_seed(SEED)
    random = np.random.default_rng(SEED)
    model = copy.deepcopy(start)
    groups = [
        {"params": [*model.embed.parameters(), *model.layer.parameters()], "lr": RATE},
        {"params": model.out.parameters(), "lr": OUT_RATE},
    ]
    steps = EPOCHS * len(batches(documents, numbers, random))
    optimiser = torch.optim.AdamW(groups, weight_decay=0.01)
    slower = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: max(0.0, 1 - step / steps))
    model.train()
    for _ in range(EPOCHS):
        for batch in batches(documents, numbers, random):
            logits = model(*inputs(documents, batch))
            loss = F.binary_cross_entropy_with_logits(logits, torch.from_numpy(y[batch]).float())
            optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 5.0)
            optimiser.step()
            slower.step()
    model.eval()
    tensors = {"embed.word.keys": model.embed.keys.numpy().astype("<u4")} | weights.rounded(model.named())
    return model, tensors


@torch.no_grad()
def sums_of_states(model, documents, numbers):
    found = np.zeros(len(numbers))
    order = np.argsort([len(documents[i]) for i in numbers], kind="stable")
    for at in range(0, len(order), 128):
        some = order[at : at + 128]
        found[some] = model(*inputs(documents, numbers[some])).numpy()
    return found


# Both together.


def both_sums(table, scale, model, x, documents, numbers):
    return np.stack([x[numbers] @ (table[0] * float(scale[0])), sums_of_states(model, documents, numbers)], 1)


def line_through(sums, y):
    """Returns the weights of both sums, and what is added."""
    fitted = LogisticRegression(C=1e6).fit(sums, y)
    return np.array([*fitted.coef_[0], fitted.intercept_[0]])


def probability(sums, line):
    return 1 / (1 + np.exp(-(sums @ line[:2] + line[2])))


def calibration_error(probabilities, y, bins=10):
    """Returns the expected calibration error in bins of equal width (Naeini et al., AAAI 2015)."""
    place = np.minimum((probabilities * bins).astype(int), bins - 1)
    parts = [place == number for number in range(bins)]
    return sum(abs(probabilities[p].mean() - y[p].mean()) * p.mean() for p in parts if p.any())


def out_of_fold(start, documents, x, y):
    """Returns each sentence's sums, and its probability, by weights and a line that were made without it."""
    sums, probabilities = np.zeros((len(y), 2)), np.zeros(len(y))
    folds = list(StratifiedKFold(FOLDS, shuffle=True, random_state=SEED).split(sums, y))
    for train, test in folds:
        model, _ = learn_states(start, documents, y, train)
        sums[test] = both_sums(*learn_words(x[train], y[train]), model, x, documents, test)
        print("a fold:", *(f"{average_precision_score(y[test], s):.4f}" for s in sums[test].T), flush=True)
    for train, test in folds:
        probabilities[test] = probability(sums[test], line_through(sums[train], y[train]))
    return sums, probabilities


def report(sums, probabilities, y):
    rank = average_precision_score
    print(f"check-worthiness, out of {FOLDS} folds, {len(y)} sentences, {y.mean():.1%} worth checking:")
    print(f"  AP {rank(y, probabilities):.4f} (words alone {rank(y, sums[:, 0]):.4f}, states alone {rank(y, sums[:, 1]):.4f})")
    print(f"  expected calibration error {calibration_error(probabilities, y):.4f}")


def reference(path, table, scale, model, line):
    documents = read(TEXTS)
    sums = both_sums(table, scale, model, matrix(documents), documents, np.arange(len(documents)))
    lines = [
        {"text": text, "features": d.features.tolist(), "places": rows(d.features.tolist()), "score": round(float(p), 5)}
        for text, d, p in zip(TEXTS, documents, probability(sums, line))
    ]
    with open(path, "w", encoding="utf-8") as file:
        json.dump(lines, file)
        file.write("\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", default=os.environ.get("FACTLOG_DATA"))
    parser.add_argument("--start", default="src/extract/model/weights.bin", help="the network to start from")
    parser.add_argument("--out", default="src/extract/model/worth.bin")
    parser.add_argument("--reference", help="file for scores to compare the program with")
    arguments = parser.parse_args()
    torch.set_num_threads(1)

    labelled = data.read_lines(Path(arguments.data) / "checkworthy/train.jsonl")
    y = np.array([sentence["label"] for sentence in labelled])
    documents = read([sentence["text"] for sentence in labelled])
    x = matrix(documents)
    stored, header = weights.read_tensors(arguments.start)
    torch.manual_seed(SEED)
    start = States(stored, replace(Config(), hidden=header["config"]["hidden"]))

    sums, probabilities = out_of_fold(start, documents, x, y)
    report(sums, probabilities, y)

    line = line_through(sums, y)
    model, tensors = learn_states(start, documents, y, np.arange(len(y)))
    table, scale = learn_words(x, y)
    tensors |= {
        "worth.words": table,
        "worth.words.scale": scale,
        "worth.states": model.out.weight.detach().numpy().reshape(2, -1).astype("<f4"),
        "worth.line": np.array([*line[:2], line[2] + line[1] * model.out.bias.item()], "<f4"),
    }
    print(weights.write_tensors(arguments.out, tensors, {}), "bytes")
    if arguments.reference:
        reference(arguments.reference, table, scale, model, line)


if __name__ == "__main__":
    main()
