"""Cuts documents into windows, for training at random places and for use as the program does it."""
import numpy as np
import torch


def cut(documents, size, random):
    """Returns windows (document, first piece, end) that cover all documents, begun at random places."""
    windows = []
    for number, document in enumerate(documents):
        first = -random.integers(size) if len(document) > size else 0
        while first < len(document):
            windows.append((number, max(first, 0), min(first + size, len(document))))
            first += size
    random.shuffle(windows)
    return windows


def stack(documents, windows, name, empty):
    """Returns one array of the documents for all windows, padded with `empty`."""
    size = max(end - first for _, first, end in windows)
    rows = []
    for number, first, end in windows:
        row = getattr(documents[number], name)[first:end]
        rows.append(np.pad(row, [(0, size - len(row))] + [(0, 0)] * (row.ndim - 1), constant_values=empty))
    return torch.from_numpy(np.stack(rows))


def lengths(windows):
    return torch.tensor([end - first for _, first, end in windows])


def states(network, documents):
    """Returns each document's states of both layers, as the program finds them: from cores with margins."""

    def run(windows):
        return network.encode(stack(documents, windows, "features", 0), lengths(windows))

    return over_cores(documents, network.config.core, network.config.margin, run)


@torch.no_grad()
def over_cores(documents, core, margin, run, batch=48):
    """Returns, for each document, what `run` returns for windows, put together from their cores."""
    places = []
    for number, document in enumerate(documents):
        for at in range(0, len(document), core):
            places.append((number, max(0, at - margin), min(len(document), at + core + margin), at))
    places.sort(key=lambda p: p[2] - p[1])
    kept = [None] * len(documents)
    for start in range(0, len(places), batch):
        some = places[start : start + batch]
        outputs = run([p[:3] for p in some])
        for (number, first, end, at), *layers in zip(some, *outputs):
            if kept[number] is None:
                kept[number] = [np.zeros((len(documents[number]), layer.shape[1]), np.float32) for layer in layers]
            stop = min(at + core, end)
            for whole, layer in zip(kept[number], layers):
                whole[at:stop] = layer[at - first : stop - first].numpy()
    return kept
