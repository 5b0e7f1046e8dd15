"""Measures what the network finds, with the same counting as the project's scoring of `factlog split`."""
import collections

import numpy as np
import torch

from data import KINDS


def overlap(a, b):
    shared = max(0, min(a[1], b[1]) - max(a[0], b[0]))
    return shared / (max(a[1], b[1]) - min(a[0], b[0])) if shared else 0.0


def match(found, gold, least):
    """One to one, best overlap first: [(found, gold)]."""
    pairs = sorted(((overlap(f, g), i, j) for i, f in enumerate(found) for j, g in enumerate(gold)), reverse=True)
    used_found, used_gold, matched = set(), set(), []
    for shared, i, j in pairs:
        if shared >= least and shared > 0 and i not in used_found and j not in used_gold:
            used_found.add(i)
            used_gold.add(j)
            matched.append((i, j))
    return matched


def f(right, found, gold):
    return 2 * right / max(1, found + gold)


def attribution(documents, predictions):
    """`predictions`: for each document, [(content, source or None, cue or None)] in characters."""
    count = collections.Counter()
    for document, found in zip(documents, predictions):
        found = list(dict.fromkeys(found))
        gold = [(span, a["source"], a["cue"]) for a in document.gold for span in a["content"]]
        count["found"] += len(found)
        count["gold"] += len(gold)
        for least in (0.3, 0.5, 0.8):
            for i, j in match([p[0] for p in found], [g[0] for g in gold], least):
                (_, source, cue), (_, sources, cues) = found[i], gold[j]
                right = not sources if source is None else any(overlap(source, g) > 0 for g in sources)
                count["content", least] += 1
                count["attributed", least] += right
                if least == 0.3 and cue is not None:
                    count["cue"] += any(overlap(cue, g) > 0 for g in cues)
    base = count["found"], count["gold"]
    matched = max(1, count["content", 0.3])
    return {
        "AttrF@.5": f(count["attributed", 0.5], *base),
        "statementF@.3": f(count["content", 0.3], *base),
        "statementF@.5": f(count["content", 0.5], *base),
        "claimant": count["attributed", 0.3] / matched,
        "cue": count["cue"] / matched,
        "P@.3": count["content", 0.3] / max(1, base[0]),
        "R@.3": count["content", 0.3] / max(1, base[1]),
    }


def decode(emissions, crf):
    """Returns the best path of tags over a whole document; of equal scores, the lower tag."""
    if not len(emissions):
        return np.zeros(0, np.int64)
    steps = crf.steps().detach().numpy()
    score = emissions[0] + np.where(crf.begins.numpy(), crf.start.detach().numpy(), -30.0)
    back = np.zeros(emissions.shape, np.int64)
    for i in range(1, len(emissions)):
        all_moves = score[:, None] + steps
        back[i] = all_moves.argmax(0)
        score = all_moves.max(0) + emissions[i]
    path = [int(score.argmax())]
    for i in range(len(emissions) - 1, 0, -1):
        path.append(int(back[i][path[-1]]))
    return np.array(path[::-1])


def spans(tags):
    """Returns {kind: [(first, end)]} in pieces."""
    found = {kind: [] for kind in KINDS}
    at = 0
    while at < len(tags):
        end = at + 1
        if tags[at]:
            kind = (int(tags[at]) - 1) // 2
            while end < len(tags) and tags[end] == 2 * kind + 2:
                end += 1
            found[KINDS[kind]].append((at, end))
        at = end
    return found


def characters(document, span):
    return None if span is None else (int(document.first[span[0]]), int(document.end[span[1] - 1]))


def nearest(spans_found):
    """A linker without learning: the nearest cue, and the source nearest to it."""

    def distance(a, b):
        return max(0, b[0] - a[1], a[0] - b[1])

    def closest(span, others, most):
        best = min(others, key=lambda o: distance(span, o), default=None)
        return best if best is not None and distance(span, best) < most else None

    linked = []
    for content in spans_found["content"]:
        cue = closest(content, spans_found["cue"], 60)
        source = closest(cue or content, spans_found["source"], 25)
        linked.append((content, source, cue))
    return linked


def in_characters(document, linked):
    return [tuple(characters(document, span) for span in row) for row in linked]


def sentences(documents, logits):
    """Returns the F of sentence ends; a block's last piece is one whatever the network says."""
    right = found = gold = 0
    for document, logit in zip(documents, logits):
        border = document.first == document.end
        last = np.append(border[1:], True)
        ends = {int(e) for e in document.end[(last | (logit > 0)) & ~border]}
        right += len(ends & document.ends)
        found += len(ends)
        gold += len(document.ends)
    return f(right, found, gold)


@torch.no_grad()
def syntax(network, documents, encoded):
    """Returns accuracy of parts of speech, and UAS and LAS over words within the gold sentences."""
    count = collections.Counter()
    for document, (low, high) in zip(documents, encoded):
        upos = network.upos(torch.from_numpy(low)).argmax(1).numpy()
        known = (document.upos >= 0) & (document.relations > 0)
        count["words"] += int(known.sum())
        count["upos"] += int((upos == document.upos)[known].sum())
        for number in range(document.sentence_ids.max() + 1):
            places = np.flatnonzero(document.sentence_ids == number)
            if not len(places):
                continue
            states = torch.from_numpy(high[places])
            heads = network.arc.scores(states).argmax(1)
            labels = network.arc.labels(states, states[heads]).argmax(1).numpy()
            words = document.relations[places] > 0
            right = places[heads.numpy()] == document.heads[places]
            count["arc"] += int(right[words].sum())
            count["labelled"] += int((right & (labels == document.relations[places]))[words].sum())
            count["arcs"] += int(words.sum())
    return {
        "UPOS": count["upos"] / count["words"],
        "UAS": count["arc"] / count["arcs"],
        "LAS": count["labelled"] / count["arcs"],
    }
