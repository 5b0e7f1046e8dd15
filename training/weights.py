"""Writes the weights as the program reads them: see "What is in the weights" in README.md."""
import json
import struct

import numpy as np
import torch

from data import RELATIONS, TAGS, UPOS
from linker import GAPS, LENGTHS, NEAREST, OFFSETS

MAGIC = b"FLM1"
KINDS = {"i1": "i8", "f4": "f32", "u4": "u32"}
DIRECTIONS = {"forward": "forward_", "backward": "backward_"}


def encoder_parameters(embed, layers):
    """Returns {name in the file: (parameter, is it quantised)} of tables and LSTM layers."""
    named = {"embed.word": (embed.word.weight, True)}
    for name in ("prefix", "suffix", "shape"):
        named[f"embed.{name}"] = (getattr(embed, name).weight, True)
    for name in ("glued", "line", "quoted", "block"):
        named[f"embed.{name}"] = (getattr(embed, name).weight, False)
    for number, layer in enumerate(layers):
        for direction, attribute in DIRECTIONS.items():
            lstm, prefix = getattr(layer, attribute), f"lstm.{number}.{direction}"
            named[f"{prefix}.input"] = (lstm.weight_ih_l0, True)
            named[f"{prefix}.state"] = (lstm.weight_hh_l0, True)
            named[f"{prefix}.bias"] = (lstm.bias_ih_l0, False)
    return named


def parameters(network, linker):
    """Returns what `encoder_parameters` does, of all that the network has, transposed to [outputs, inputs] already."""
    named = encoder_parameters(network.embed, network.lstm)
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
    tensors |= rounded(parameters(network, linker))
    tensors["crf.transitions"] = network.crf.steps().numpy().astype("<f4")
    tensors["crf.start"] = np.where(network.crf.begins.numpy(), network.crf.start.numpy(), -30.0).astype("<f4")
    return tensors


@torch.no_grad()
def rounded(named):
    """Rounds parameters in place to what the file can hold, and returns their tensors."""
    tensors = {}
    for name, (parameter, is_matrix) in named.items():
        values = parameter.detach().numpy().astype("<f4")
        if is_matrix:
            whole, scale = whole_numbers(values)
            tensors[name], tensors[f"{name}.scale"] = whole, scale
            parameter.copy_(torch.from_numpy(whole.astype("f4") * scale[:, None]))
        else:
            tensors[name] = values
    return tensors


def whole_numbers(values):
    """Rounds the rows of a matrix to 8 bits: returns the whole numbers and each row's scale."""
    scale = (np.abs(values).max(1) / 127).astype("<f4")
    scale[scale == 0] = 1.0
    return np.clip(np.rint(values / scale[:, None]), -127, 127).astype("i1"), scale


def write(path, tensors, network):
    labels = {"tags": TAGS, "upos": UPOS, "relations": RELATIONS}
    linker = {
        "gaps": GAPS,
        "lengths_a": LENGTHS["a"],
        "lengths_b": LENGTHS["b"],
        "offsets": OFFSETS.tolist(),
        "nearest": NEAREST,
    }
    return write_tensors(path, tensors, {"labels": labels, "config": network.config.to_json() | {"linker": linker}})


def write_tensors(path, tensors, header):
    """Writes tensors behind a header that lists them and has what `header` has; returns the file's size."""
    header = {"tensors": []} | header
    data = b""
    for name, values in sorted(tensors.items()):
        bytes_ = np.ascontiguousarray(values).tobytes()
        header["tensors"].append(
            {
                "name": name,
                "dtype": KINDS[values.dtype.str[1:]],
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


def read_tensors(path):
    """Returns the tensors of a file of weights as they are stored, by name, and the header."""
    with open(path, "rb") as file:
        magic, length = struct.unpack("<4sI", file.read(8))
        assert magic == MAGIC
        header = json.loads(file.read(length))
        data = file.read()
    tensors = {}
    for entry in header["tensors"]:
        stored = data[entry["offset"] : entry["offset"] + entry["length"]]
        dtype = {kind: name for name, kind in KINDS.items()}[entry["dtype"]]
        tensors[entry["name"]] = np.frombuffer(stored, f"<{dtype}").reshape(entry["shape"])
    return tensors, header
