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


@torch.no_grad()
def states(network, documents, batch=48):
    """Returns each document's states of both layers, from windows with a core and margins."""
    core, margin = network.config.core, network.config.margin
    places = []
    for number, document in enumerate(documents):
        for at in range(0, len(document), core):
            places.append((number, max(0, at - margin), min(len(document), at + core + margin), at))
    wide = 2 * network.config.hidden
    low = [np.zeros((len(d), wide), np.float32) for d in documents]
    high = [np.zeros((len(d), wide), np.float32) for d in documents]
    places.sort(key=lambda p: p[2] - p[1])
    for start in range(0, len(places), batch):
        some = places[start : start + batch]
        windows = [p[:3] for p in some]
        outputs = network.encode(stack(documents, windows, "features", 0), lengths(windows))
        for (number, first, end, at), *layers in zip(some, *outputs):
            stop = min(at + core, end)
            for kept, layer in zip((low, high), layers):
                kept[number][at:stop] = layer[at - first : stop - first].numpy()
    return list(zip(low, high))
