"""Writes the weights as the program reads them: see "What is in the weights" in README.md."""
import json
import struct

import numpy as np
import torch

from data import RELATIONS, TAGS, UPOS
from linker import GAPS, LENGTHS, NEAREST, OFFSETS

MAGIC = b"FLM1"
DIRECTIONS = {"forward": "forward_", "backward": "backward_"}


def parameters(network, linker):
    """Returns {name in the file: (parameter, is it quantised)}, transposed to [outputs, inputs] already."""
    embed = network.embed
    named = {"embed.word": (embed.word.weight, True)}
    for name in ("prefix", "suffix", "shape"):
        named[f"embed.{name}"] = (getattr(embed, name).weight, True)
    for name in ("glued", "line", "quoted", "block"):
        named[f"embed.{name}"] = (getattr(embed, name).weight, False)
    for number, layer in enumerate(network.lstm):
        for direction, attribute in DIRECTIONS.items():
            lstm, prefix = getattr(layer, attribute), f"lstm.{number}.{direction}"
            named[f"{prefix}.input"] = (lstm.weight_ih_l0, True)
            named[f"{prefix}.state"] = (lstm.weight_hh_l0, True)
            named[f"{prefix}.bias"] = (lstm.bias_ih_l0, False)
    heads = {"tags": network.tags, "sentence": network.sentence, "upos": network.upos}
    arc = network.arc
    heads |= {"arc.dependent": arc.dependent, "arc.head": arc.head}
    heads |= {"label.dependent": arc.label_dependent, "label.head": arc.label_head, "label.linear": arc.label_linear}
    heads |= {"linker.none": linker.none}
    for kind in ("cue", "source", "pair"):
        pair = getattr(linker, kind)
        named[f"linker.{kind}.table"] = (pair.table, False)
        for name in ("a", "b", "product_a", "product_b", "out"):
            heads[f"linker.{kind}.{name}"] = getattr(pair, name)
    for name, linear in heads.items():
        named[f"{name}.weight"] = (linear.weight, True)
        if linear.bias is not None:
            named[f"{name}.bias"] = (linear.bias, False)
    named["arc.bilinear"] = (arc.bilinear, False)
    named["arc.lean"] = (arc.lean, False)
    named["label.bilinear"] = (arc.label_bilinear, False)
    return named


@torch.no_grad()
def quantise(network, linker):
    """Rounds the matrices in place to what the file can hold, and returns the file's tensors."""
    tensors = {"embed.word.keys": network.embed.keys.numpy().astype("<u4")}
    for name, (parameter, is_matrix) in parameters(network, linker).items():
        values = parameter.detach().numpy().astype("<f4")
        if is_matrix:
            scale = (np.abs(values).max(1) / 127).astype("<f4")
            scale[scale == 0] = 1.0
            whole = np.clip(np.rint(values / scale[:, None]), -127, 127).astype("i1")
            tensors[name], tensors[f"{name}.scale"] = whole, scale
            parameter.copy_(torch.from_numpy(whole.astype("f4") * scale[:, None]))
        else:
            tensors[name] = values
    tensors["crf.transitions"] = network.crf.steps().numpy().astype("<f4")
    tensors["crf.start"] = np.where(network.crf.begins.numpy(), network.crf.start.numpy(), -30.0).astype("<f4")
    return tensors


def write(path, tensors, network):
    kinds = {"i1": "i8", "f4": "f32", "u4": "u32"}
    header = {
        "tensors": [],
        "labels": {"tags": TAGS, "upos": UPOS, "relations": RELATIONS},
        "config": network.config.to_json()
        | {
            "linker": {
                "gaps": GAPS,
                "lengths_a": LENGTHS["a"],
                "lengths_b": LENGTHS["b"],
                "offsets": OFFSETS.tolist(),
                "nearest": NEAREST,
            }
        },
    }
    data = b""
    for name, values in sorted(tensors.items()):
        bytes_ = np.ascontiguousarray(values).tobytes()
        header["tensors"].append(
            {
                "name": name,
                "dtype": kinds[values.dtype.str[1:]],
                "shape": list(values.shape),
                "offset": len(data),
                "length": len(bytes_),
            }
        )
        data += bytes_ + b"\0" * (-len(bytes_) % 4)
    text = json.dumps(header, separators=(",", ":"), ensure_ascii=True).encode()
    text += b" " * (-len(text) % 4)
    with open(path, "wb") as file:
        file.write(MAGIC + struct.pack("<I", len(text)) + text + data)
    return 8 + len(text) + len(data)
