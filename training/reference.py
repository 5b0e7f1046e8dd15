"""Writes what the network says about three short texts, for the program to be compared with number by number."""
import json

import torch

import data
import figures
import linker as links
import windows as w

TEXTS = [
    "The minister said on Monday that the bridge would open in June. “We are nearly done,” she told reporters.\n\n"
    "Critics of the plan, among them Peter Hall, doubt it: the cost has doubled since 2019, they argue.\n",
    "Harbour budget approved\n\nCouncillors voted 7-2 for the new budget, according to the town's website. "
    "Mayor Ann Lee called it “a fair deal”, but the U.S. firm that built the pier disagreed.\n\n"
    "- No jobs will be lost, the council promised.\n- Fees don't rise.\n",
    "He thinks so.\n",
]


@torch.no_grad()
def write(path, network, linker):
    rows = []
    for text, document in zip(TEXTS, data.read_pieces(TEXTS)):
        ((low, high),) = w.states(network, [document])
        logits = network.sentence(torch.from_numpy(low)).squeeze(1).numpy()
        emissions = network.tags(torch.from_numpy(high)).numpy()
        tags = figures.decode(emissions, network.crf)
        heads, labels = syntax(network, high, links.ends(document, logits))
        linked = links.link(linker, links.Article(document, high, logits), figures.spans(tags))
        rows.append(
            {
                "text": text,
                "norms": document.norms,
                "features": document.features.tolist(),
                "low": [round(float(x), 4) for x in low[:2].flatten()],
                "high": [round(float(x), 4) for x in high[:2].flatten()],
                "sentence": [round(float(x), 4) for x in logits],
                "upos": network.upos(torch.from_numpy(low)).argmax(1).tolist(),
                "emissions": [[round(float(x), 4) for x in row] for row in emissions],
                "tags": tags.tolist(),
                "heads": heads,
                "relations": labels,
                "links": linked,
            }
        )
    with open(path, "w", encoding="utf-8") as file:
        json.dump(rows, file)


def syntax(network, high, ends):
    heads, labels, first = [], [], 0
    for at, is_end in enumerate(ends):
        if is_end or at + 1 == len(ends):
            states = torch.from_numpy(high[first : at + 1])
            local = network.arc.scores(states).argmax(1)
            heads += (local + first).tolist()
            labels += network.arc.labels(states, states[local]).argmax(1).tolist()
            first = at + 1
    return heads, labels
