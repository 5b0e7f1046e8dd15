"""Reads the data sets as pieces with labels.

A piece is what `src/extract/model/pieces.rs` says; the command `examples/pieces.rs` writes them, so that
training and use cannot differ. Annotations are laid over pieces by counting characters that are no
white space.
"""
import json
import os
import subprocess
from dataclasses import dataclass, field

import numpy as np

TAGS = ["O", "B-source", "I-source", "B-cue", "I-cue", "B-content", "I-content"]
KINDS = ["source", "cue", "content"]
UPOS = "ADJ ADP ADV AUX CCONJ DET INTJ NOUN NUM PART PRON PROPN PUNCT SCONJ SYM VERB X".split()
# Universal relations; a subtype is kept where clause splitting can use it.
RELATIONS = (
    "glue root acl acl:relcl advcl advmod amod appos aux aux:pass case cc ccomp compound compound:prt conj cop csubj "
    "dep det discourse dislocated expl fixed flat goeswith iobj list mark nmod nmod:poss nmod:tmp nsubj "
    "nsubj:pass nummod obj obl obl:agent obl:tmp orphan parataxis punct reparandum vocative xcomp"
).split()
BORDER = 252472541  # the hash of a block's border


@dataclass
class Document:
    """One text: a row of features a piece, and the labels that its data set has."""

    first: np.ndarray
    end: np.ndarray
    norms: list
    features: np.ndarray  # u32 [pieces, 5]: word, prefix, suffix, shape, flags
    tags: np.ndarray = None
    sentence_ends: np.ndarray = None
    upos: np.ndarray = None
    heads: np.ndarray = None
    relations: np.ndarray = None
    sentence_ids: np.ndarray = None
    attributions: list = field(default_factory=list)  # of {kind: [(first, end) in pieces]}
    gold: list = field(default_factory=list)  # of {kind: [(first, end) in characters]}
    ends: set = field(default_factory=set)  # sentence ends in characters
    words: int = 0

    def __len__(self):
        return len(self.first)


def read_pieces(texts, command=None):
    """Returns a `Document` without labels for each text."""
    command = command or os.environ.get("FACTLOG_PIECES", "cargo run --release --quiet --example pieces").split()
    lines = "".join(json.dumps({"text": t}) + "\n" for t in texts)
    run = subprocess.run(command, input=lines.encode(), stdout=subprocess.PIPE, check=True)
    documents = []
    for line in run.stdout.decode().split("\n")[:-1]:
        rows = json.loads(line)["pieces"]
        documents.append(
            Document(
                first=np.array([r[0] for r in rows], np.int64),
                end=np.array([r[1] for r in rows], np.int64),
                norms=[r[2] for r in rows],
                features=np.array([r[3:] for r in rows], np.int64).reshape(-1, 5),
            )
        )
    assert len(documents) == len(texts)
    return documents


def read_lines(path):
    with open(path, encoding="utf-8") as lines:
        return [json.loads(line) for line in lines if line.strip()]


def ordinals(text):
    """Returns, for each offset, how many characters that are no white space stand before it."""
    counts = np.cumsum([0] + [not c.isspace() for c in text])
    return counts


def to_pieces(document, span):
    """Returns the range of pieces that begin in a range of characters, or that it begins in."""
    first = int(np.searchsorted(document.end, span[0], side="right"))
    last = int(np.searchsorted(document.first, span[1], side="left"))
    while last > first and document.first[last - 1] == document.end[last - 1]:
        last -= 1
    while first < last and document.first[first] == document.end[first]:
        first += 1
    return first, last


def read_attributions(path):
    """Reads articles whose statements are annotated (PolNeAR)."""
    rows = read_lines(path)
    documents = read_pieces([r["text"] for r in rows])
    for row, document in zip(rows, documents):
        count = ordinals(row["text"])
        for attribution in row["attributions"]:
            gold = {k: [(int(count[s]), int(count[e])) for s, e in attribution[k]] for k in KINDS}
            document.gold.append(gold)
            document.attributions.append({k: [to_pieces(document, s) for s in gold[k]] for k in KINDS})
        document.tags = tags(document)
    return documents


def tags(document):
    """Returns the flat tags: longer contents first, then sources and cues; what overlaps is left out."""
    found = np.zeros(len(document), np.int64)
    for kind in ("content", "cue", "source"):
        spans = sorted({s for a in document.attributions for s in a[kind]}, key=lambda s: s[0] - s[1])
        for first, end in spans:
            if first < end and not found[first:end].any():
                found[first:end] = 2 + 2 * KINDS.index(kind)
                found[first] -= 1
    return found


def read_treebank(path):
    """Reads a treebank's documents, each one text as the scoring of sentences builds it."""
    return with_labels([(joined(paragraphs), sum(paragraphs, [])) for paragraphs in parse_conllu(path)])


def read_cited(path, random):
    """Reads some of a treebank's documents with marks of citations, [12], behind sentences: they belong to them."""
    documents = []
    for paragraphs in parse_conllu(path):
        if random.random() < 0.2:
            space, often = random.choice(["", " "]), random.uniform(0.1, 0.6)
            paragraphs = [[(words + citations(words, space, often, random), rows) for words, rows in p] for p in paragraphs]
            documents.append((joined(paragraphs), sum(paragraphs, [])))
    return with_labels(documents)


def citations(words, space, often, random):
    marks = ""
    if words[-1] in ".!?\"":
        while random.random() < often and len(marks) < 12:
            marks += f"{space}[{random.integers(1, 60)}]"
    return marks


def joined(paragraphs):
    return "\n\n".join(" ".join(words for words, _ in sentences) for sentences in paragraphs if sentences) + "\n"


def with_labels(parsed):
    documents = read_pieces([text for text, _ in parsed])
    for document, (_, sentences) in zip(documents, parsed):
        label(document, sentences)
    return documents


def parse_conllu(path):
    """Returns, for each document, its paragraphs, each a list of sentences: (words, rows)."""
    documents, rows = [], []
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            line = line.rstrip("\n")
            if line.startswith("# newdoc"):
                documents.append([[]])
            elif line.startswith("# newpar"):
                documents[-1].append([])
            elif line.startswith("# text = "):
                rows = []
                documents[-1][-1].append((line[len("# text = "):], rows))
            elif line and not line.startswith("#"):
                rows.append(line.split("\t"))
    return documents


def label(document, sentences):
    """Lays a treebank's annotation over the pieces of its text."""
    size = len(document)
    document.sentence_ends = np.zeros(size, np.int64)
    document.upos = np.full(size, -1)
    document.heads = np.full(size, -1)
    document.relations = np.full(size, -1)
    document.sentence_ids = np.full(size, -1)
    at = 0
    for number, (words, rows) in enumerate(sentences):
        length = sum(not c.isspace() for c in words)
        piece_range = to_pieces(document, (at, at + length))
        if piece_range[0] == piece_range[1]:
            continue
        document.sentence_ids[piece_range[0] : piece_range[1]] = number
        document.sentence_ends[piece_range[1] - 1] = 1
        document.ends.add(at + length)
        parse_over_pieces(document, at, rows, piece_range)
        at += length


def parse_over_pieces(document, at, rows, piece_range):
    tokens, spans, skip = {}, {}, 0
    for row in rows:
        form = row[1].replace(" ", "")
        if "-" in row[0]:  # a word of several tokens: its letters are shared out by the tokens' lengths
            first, last = map(int, row[0].split("-"))
            spans.update(shared(at, form, [r for r in rows if r[0].isdigit() and first <= int(r[0]) <= last]))
            at += len(form)
            skip = last
        elif row[0].isdigit():
            tokens[int(row[0])] = row
            if int(row[0]) > skip:
                spans[int(row[0])] = (at, at + len(form))
                at += len(form)
    place = {}
    owner = {}
    for token, span in spans.items():
        begins = [p for p in range(*piece_range) if span[0] <= document.first[p] < min(span[1], document.end[p])]
        if begins:
            place[token] = begins[0]
            owner.update({p: token for p in begins})
        else:
            place[token] = max(piece_range[0], int(np.searchsorted(document.first, span[0], side="right")) - 1)
    for piece, token in owner.items():
        row = tokens[token]
        document.upos[piece] = UPOS.index(row[3]) if row[3] in UPOS else -1
        if place[token] != piece:
            document.heads[piece], document.relations[piece] = place[token], RELATIONS.index("glue")
            continue
        document.words += 1
        head = int(row[6])
        while head and place[head] == piece:  # its head shares the piece: go on to that one's
            row = tokens[head]
            head = int(row[6])
        document.heads[piece] = place[head] if head else piece
        document.relations[piece] = RELATIONS.index(relation(row[7]))


def shared(at, form, rows):
    spans, rest = {}, len(form)
    for i, row in enumerate(rows):
        length = min(rest, len(row[1])) if i + 1 < len(rows) else rest
        spans[int(row[0])] = (at, at + length)
        at, rest = at + length, rest - length
    return spans


def relation(name):
    return name if name in RELATIONS else name.split(":")[0]
