//! What was learned: a small network that reads a text once, and its weights.
//!
//! Embeddings of the pieces, two bidirectional LSTM layers, and on top of them: where a sentence ends, what
//! kind of word a piece is, and which pieces are a statement, its source and its cue. A second one, `worth`,
//! reads the claims that are made of all that and scores them. `training/` makes the weights; `docs/model.md` says from what, and what they reach.
//!
//! The same text gives the same reading on every machine: products are sums of whole numbers, what is
//! left is `f32` in one written order without fused operations.

mod crf;
mod embedding;
mod gates;
mod linker;
mod lstm;
mod matrix;
mod network;
pub mod pieces;
mod sentences;
mod syntax;
mod weights;
mod worth;

use std::ops::Range;
use std::sync::OnceLock;

use crf::Crf;
use linker::{Linked, Linker, Text};
use network::{Encoder, Linear, States};
use pieces::{Features, Piece, Pieces, flag};
use sentences::Sentences;
use syntax::Syntax;
use weights::Weights;
use worth::Worth;

use super::layout::Block;
use super::tree::Node;
use crate::words::span::Span;

/// The weights.
static WEIGHTS: &[u8] = include_bytes!("weights.bin");

/// The weights of the scorer of claims.
static WORTH: &[u8] = include_bytes!("worth.bin");

/// Pieces that are read at once, at most: a longer text is read in sections, so that memory doesn't
/// grow with it. Statements don't cross a section's end.
const SECTION: usize = 32_768;

/// What the network says of a text.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Reading {
    /// Every sentence, in order, with the index of its block.
    pub(super) sentences: Vec<(Span, usize)>,
    /// The statements, in order of their first words.
    pub(super) statements: Vec<Statement>,
    /// The nodes of each sentence's tree, in order; not of sentences of more pieces than are read.
    pub(super) trees: Vec<Vec<Node>>,
}

/// Words that somebody is said to have said.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Statement {
    /// All the words attributed together, in order.
    pub(super) parts: Vec<Span>,
    /// The words for the speaker; `None` where nobody is named.
    pub(super) source: Option<Span>,
    /// The words that attribute.
    pub(super) cue: Option<Span>,
}

/// The network with its heads.
struct Model<'a> {
    encoder: Encoder<'a>,
    sentence: Linear,
    tags: Linear,
    crf: Crf,
    linker: Linker,
    syntax: Syntax,
}

/// Reads a text whose blocks are known.
pub(super) fn read(text: &str, blocks: &[Block]) -> Reading {
    static MODEL: OnceLock<Model> = OnceLock::new();
    let model =
        MODEL.get_or_init(|| Model::new(WEIGHTS).expect("the weights are part of the program"));
    model.read(text, blocks)
}

/// Returns how much each text is worth checking, as a text that stands alone: see `worth.rs`.
pub(super) fn worth<'t>(texts: impl IntoIterator<Item = &'t str>) -> Vec<f32> {
    static SCORER: OnceLock<Worth> = OnceLock::new();
    let scorer =
        SCORER.get_or_init(|| Worth::new(WORTH).expect("the weights are part of the program"));
    scorer.scores(texts)
}

impl<'a> Model<'a> {
    fn new(bytes: &'a [u8]) -> Option<Self> {
        let weights = Weights::parse(bytes)?;
        let encoder = Encoder::new(&weights)?;
        let width = encoder.width();
        let model = Self {
            sentence: Linear::new(&weights, "sentence", width)?,
            tags: Linear::new(&weights, "tags", width)?,
            crf: Crf::new(&weights)?,
            linker: Linker::new(&weights, width)?,
            syntax: Syntax::new(&weights, width)?,
            encoder,
        };
        let fits = model.sentence.scores() == 1 && model.tags.scores() == crf::TAGS;
        fits.then_some(model)
    }

    fn read(&self, text: &str, blocks: &[Block]) -> Reading {
        let mut trees = Vec::new();
        let mut sentences = Sentences::new(text, blocks);
        let mut statements: Vec<Statement> = Vec::new();
        let mut rest = Pieces::new(text, blocks);
        let mut pieces = Vec::new();
        loop {
            rest.read(SECTION + 1, &mut pieces);
            if pieces.is_empty() {
                break;
            }
            let end = section_end(&pieces);
            let states = self.encode(&pieces[..end]);
            let (ends, linked) = self.section(&pieces[..end], &states);
            self.add_trees(&pieces[..end], &ends, &states, &mut trees);
            sentences.add(&pieces[..end], ends);
            for next in linked.iter().filter_map(|l| Statement::new(&pieces, l)) {
                match statements.last_mut() {
                    Some(last) if last.goes_on_with(&next) => last.parts.extend(next.parts),
                    _ => statements.push(next),
                }
            }
            pieces.drain(..end);
        }
        for statement in &mut statements {
            statement.source = statement.source.map(|source| in_block(blocks, source));
        }
        Reading {
            sentences: sentences.found,
            statements,
            trees,
        }
    }

    fn encode(&self, pieces: &[Piece]) -> States {
        let features: Vec<Features> = pieces.iter().map(|piece| piece.features).collect();
        self.encoder.encode(&features)
    }

    fn add_trees(
        &self,
        pieces: &[Piece],
        ends: &[bool],
        states: &States,
        trees: &mut Vec<Vec<Node>>,
    ) {
        let mut start = 0;
        for (at, end) in ends.iter().enumerate() {
            if is_border(pieces[at]) {
                start = at + 1;
            } else if *end {
                let sentence = start..at + 1;
                if sentence.len() <= syntax::MOST_PIECES {
                    trees.push(self.syntax.nodes(pieces, states, sentence));
                }
                start = at + 1;
            }
        }
    }

    fn section(&self, pieces: &[Piece], states: &States) -> (Vec<bool>, Vec<Linked>) {
        let ends = sentences::ends(pieces, &self.sentence.apply(&states.low));
        let scores = self.tags.apply(&states.high);
        let tags = self.crf.decode(scores.as_chunks().0);
        let quote = pieces::hash("\"");
        let quoted = |p: &Piece| p.features.word == quote || p.features.flags & flag::QUOTED != 0;
        let text = Text {
            sentence: counted(ends.iter().copied(), false),
            block: counted(pieces.iter().map(|piece| is_border(*piece)), true),
            quoted: pieces.iter().map(quoted).collect(),
            states,
        };
        let statements = self.linker.link(&text, &crf::spans(&tags));
        (ends, statements)
    }
}

impl Statement {
    /// Takes pieces for bytes; `None` if nothing but borders is said.
    fn new(pieces: &[Piece], linked: &Linked) -> Option<Self> {
        let span = |range: &Range<usize>| {
            let mut words = pieces[range.clone()]
                .iter()
                .filter(|piece| !is_border(**piece));
            let first = words.next()?;
            let last = words.next_back().unwrap_or(first);
            Span::new(first.start, last.end).ok()
        };
        Some(Self {
            parts: vec![span(&linked.content)?],
            source: linked.source.as_ref().and_then(span),
            cue: linked.cue.as_ref().and_then(span),
        })
    }

    /// Two halves of a quotation around the words that attribute them are one statement.
    fn goes_on_with(&self, next: &Self) -> bool {
        self.cue.is_some() && self.cue == next.cue && self.source == next.source
    }
}

/// A list's mark before a block is no part of who speaks in it.
fn in_block(blocks: &[Block], words: Span) -> Span {
    let at = blocks.partition_point(|block| block.span.end() < words.end());
    let start = blocks.get(at).map_or(0, |block| block.span.start());
    let clipped = start.max(words.start());
    Span::new(clipped, words.end()).unwrap_or(words)
}

/// Returns where the first section of these pieces ends: at a block's border, if one stands in its second half.
fn section_end(pieces: &[Piece]) -> usize {
    if pieces.len() <= SECTION {
        return pieces.len();
    }
    let border = (SECTION / 2..SECTION)
        .rev()
        .find(|at| is_border(pieces[*at]));
    border.unwrap_or(SECTION)
}

const fn is_border(piece: Piece) -> bool {
    piece.start == piece.end
}

/// Returns for each place how many are set before it, or up to it.
fn counted(set: impl Iterator<Item = bool>, itself: bool) -> Vec<u32> {
    let mut count = 0;
    let number = |set: bool| {
        let before = count;
        count += u32::from(set);
        if itself { count } else { before }
    };
    set.map(number).collect()
}

#[cfg(test)]
mod tests;
