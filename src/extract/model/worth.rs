//! How much a sentence is worth checking: the probability that people would call it so.
//!
//! Made from N. Hassan, F. Arslan, C. Li and M. Tremayne, "Toward Automated Fact-Checking: Detecting
//! Check-worthy Factual Claims by `ClaimBuster`" (KDD 2017), whose sentences from US debates, each with its
//! label, are those of F. Arslan and others, "A Benchmark Dataset of Check-worthy Factual Claims"
//! (ICWSM 2020). Two sums over a claim's text, which stands alone:
//!
//! - of words, pairs of words, beginnings, ends and shapes, each once, found in a table by a hash:
//!   S. Wang and C. Manning, "Baselines and Bigrams: Simple, Good Sentiment and Topic Classification" (ACL
//!   2012), whose ratios are folded into the table;
//! - of the greatest and the mean states of a bidirectional LSTM layer with tables of its own, so that new
//!   weights of the network change no score.
//!
//! A line through both makes the probability: J. Platt, "Probabilistic Outputs for Support Vector
//! Machines" (1999). It departs from that in having two inputs, and in fitting the labels themselves.
//!
//! The same on every machine: the table is summed in whole numbers, the rest in `f32` in a written order.
//! `training/worth.py` makes the weights; `docs/model.md` says what they reach.

use std::ops::Range;

use super::embedding::{self, Embedding};
use super::gates::{self, INPUT_ONE, STATE_ONE};
use super::lstm::{Input, Layer, Output, to_f32};
use super::pieces::{self, Features, flag};
use super::weights::{Table, Weights};

/// Pieces of a text that are read, at most: more than a sentence has.
const MOST_PIECES: usize = 256;

/// Pieces of texts that are looked up together, or a text's more: a word that stands in many of them is
/// looked up once, and memory doesn't grow with their number.
const GROUP: usize = 8_192;

/// Texts that are read in step.
const TOGETHER: usize = 8;

/// Marks that transcripts end and begin with, and claims do not. A question mark is kept: it asks.
const MARKS: [char; 21] = [
    ' ', '.', '!', ',', ';', ':', '…', '-', '–', '—', '"', '\'', '“', '”', '‘', '’', '(', ')', '[',
    ']', '¤',
];

/// The scorer.
pub(super) struct Worth<'a> {
    embedding: Embedding<'a>,
    layer: Layer,
    /// One row, a place for each hash of 16 bits.
    words: Table<'a>,
    /// What a state's greatest numbers are multiplied by, then what their means are.
    states: Vec<f32>,
    /// What the two sums are multiplied by, and what is added.
    line: [f32; 3],
}

impl<'a> Worth<'a> {
    /// Reads the scorer from its file; `None` if that is another file.
    pub(super) fn new(bytes: &'a [u8]) -> Option<Self> {
        let weights = Weights::parse(bytes)?;
        let found = Self {
            embedding: Embedding::new(&weights)?,
            layer: Layer::new(&weights, "lstm.0", INPUT_ONE)?,
            words: weights.table("worth.words")?,
            states: weights.floats("worth.states")?,
            line: weights.floats("worth.line")?.try_into().ok()?,
        };
        let columns = found.embedding.width().next_multiple_of(16);
        let fits = found.layer.forward.columns() == columns
            && found.layer.backward.columns() == columns
            && found.words.rows() == 1
            && found.words.columns() == 1 << 16
            && found.states.len() == 2 * found.layer.width();
        fits.then_some(found)
    }

    /// Returns the probability of each text, from 0 to 1, rounded to thousandths; 0 for one without words.
    pub(super) fn scores<'t>(&self, texts: impl IntoIterator<Item = &'t str>) -> Vec<f32> {
        let mut scores = Vec::new();
        let mut texts = texts.into_iter().peekable();
        while texts.peek().is_some() {
            let mut all = Vec::new();
            let mut ranges = Vec::new();
            while all.len() < GROUP
                && let Some(text) = texts.next()
            {
                let first = all.len();
                all.extend(features(text));
                ranges.push(first..all.len());
            }
            let states = self.read(&all, &ranges);
            scores.extend(ranges.into_iter().map(|range| {
                let width = self.layer.width();
                self.score(
                    &all[range.clone()],
                    &states[range.start * width..range.end * width],
                )
            }));
        }
        scores
    }

    /// Returns the states of texts' pieces, one after the other; a text's states depend on it alone.
    fn read(&self, pieces: &[Features], texts: &[Range<usize>]) -> Vec<i16> {
        let width = self.layer.width();
        let (different, of_place) = embedding::distinct(pieces);
        let vectors = self.embedding.vectors(&different);
        let mut states = vec![0; pieces.len() * width];
        // Texts of like lengths go in step.
        let mut texts = texts.to_vec();
        texts.sort_by_key(Range::len);
        for (at, direction) in [&self.layer.forward, &self.layer.backward]
            .into_iter()
            .enumerate()
        {
            let rows = direction.project_all(&vectors);
            let input = Input::Made {
                rows: &rows,
                of_place: &of_place,
            };
            for texts in texts.chunks(TOGETHER) {
                let mut output = Output {
                    states: &mut states,
                    stride: width,
                    offset: at * width / 2,
                };
                direction.run(texts, at == 1, input, &mut output);
            }
        }
        states
    }

    fn score(&self, pieces: &[Features], states: &[i16]) -> f32 {
        if pieces.is_empty() {
            return 0.0;
        }
        let [words, deep, bias] = self.line;
        let sum = self.words(pieces) * words + self.states(states) * deep + bias;
        (gates::sigmoid(sum) * 1000.0).round() / 1000.0
    }

    fn words(&self, pieces: &[Features]) -> f32 {
        let (table, scale) = self.words.whole_row(0);
        let places = places(pieces);
        let weight = |place: &u16| i32::from(table[usize::from(*place)].cast_signed());
        let sum: i32 = places.iter().map(weight).sum();
        to_f32(sum) * scale / count(places.len()).sqrt()
    }

    fn states(&self, states: &[i16]) -> f32 {
        let width = self.layer.width();
        let mut greatest = vec![i16::MIN; width];
        let mut sums = vec![0_i32; width];
        for state in states.chunks_exact(width) {
            for ((greatest, sum), value) in greatest.iter_mut().zip(&mut sums).zip(state) {
                *greatest = (*greatest).max(*value);
                *sum += i32::from(*value);
            }
        }
        let (for_greatest, for_mean) = self.states.split_at(width);
        let pieces = count(states.len() / width);
        let mut found = 0.0;
        for (value, weight) in greatest.iter().zip(for_greatest) {
            found += f32::from(*value) / STATE_ONE * weight;
        }
        for (sum, weight) in sums.iter().zip(for_mean) {
            found += to_f32(*sum) / pieces / STATE_ONE * weight;
        }
        found
    }
}

fn count(number: usize) -> f32 {
    to_f32(i32::try_from(number).expect("a text has few pieces and places"))
}

/// Returns a text's pieces without what depends on where it stood: layout, marks at its ends, and whether
/// it begins with a capital.
fn features(text: &str) -> Vec<Features> {
    let text = text.trim_matches(MARKS);
    let mut pieces = pieces::Pieces::new(text, &[]);
    let mut found = Vec::new();
    pieces.read(MOST_PIECES, &mut found);
    let mut features: Vec<Features> = found.iter().map(|piece| piece.features).collect();
    for piece in &mut features {
        piece.flags &= flag::GLUED;
    }
    if let Some(first) = features.first_mut() {
        first.shape = 0;
    }
    features
}

/// Returns a text's places in the table, each once, in order.
fn places(pieces: &[Features]) -> Vec<u16> {
    let mut found = Vec::with_capacity(pieces.len() * 5 + 1);
    let mut before = None;
    for piece in pieces {
        found.extend([
            place(1, piece.word),
            place(3, piece.prefix),
            place(4, piece.suffix),
            place(5, piece.shape),
        ]);
        found.push(match before {
            None => place(6, piece.word),
            Some(before) => place(2, u32::rotate_left(before, 7) ^ piece.word),
        });
        before = Some(piece.word);
    }
    let quarter = u32::try_from(pieces.len() / 4).unwrap_or(8);
    found.push(place(7, quarter.min(8)));
    found.sort_unstable();
    found.dedup();
    found
}

/// Returns a feature's place: of a word 1, a pair 2, a beginning 3, an end 4, a shape 5, a first word 6, a
/// length 7.
const fn place(kind: u32, value: u32) -> u16 {
    let mixed = value ^ kind.wrapping_mul(0x9e37_79b1);
    (mixed.wrapping_mul(0x85eb_ca6b) >> 16) as u16
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::model;

    /// What training's own code says of a few texts; it writes them with the weights.
    const VECTORS: &str = include_str!("../../../tests/vectors/worth.json");

    #[derive(serde::Deserialize)]
    struct Vector {
        text: String,
        features: Vec<[u32; 5]>,
        places: Vec<u16>,
        score: f32,
    }

    #[test]
    fn training_and_use_say_the_same() {
        let vectors: Vec<Vector> = serde_json::from_str(VECTORS).unwrap();
        assert!(vectors.len() > 3);
        for vector in vectors {
            let found = features(&vector.text);
            let rows = found
                .iter()
                .map(|f| [f.word, f.prefix, f.suffix, f.shape, f.flags.into()]);
            assert_eq!(rows.collect::<Vec<_>>(), vector.features);
            assert_eq!(places(&found), vector.places);
            let score = model::worth([vector.text.as_str()])[0];
            assert!(
                (score - vector.score).abs() < 0.004,
                "{}: {score} {}",
                vector.text,
                vector.score
            );
        }
    }

    /// Frozen: another value here is another score on some machine, or other weights.
    #[test]
    fn the_scores_never_change() {
        let scores = model::worth([
            "The unemployment rate fell to 4.1 percent in May.",
            "Vale did not score until midway through the second half",
            "it will not replace her",
        ]);
        assert_eq!(scores, [0.986, 0.607, 0.018]);
    }

    #[test]
    fn figures_are_worth_more_than_thanks() {
        let more = [
            "The unemployment rate fell to 4.1 percent in May.",
            "the council has spent £12 million on repairs since 2019",
            "He voted against the bill 14 times",
        ];
        let less = [
            "Thank you very much.",
            "I am glad to be here",
            "let me answer that",
        ];
        let (more_scores, less_scores) = (model::worth(more), model::worth(less));
        for (text, score) in more.iter().zip(&more_scores) {
            assert!(*score > 0.4, "{text}: {score}");
        }
        for (text, score) in less.iter().zip(&less_scores) {
            assert!(*score < 0.1, "{text}: {score}");
        }
    }

    #[test]
    fn a_score_depends_on_its_text_alone() {
        let texts: Vec<String> = (0..GROUP / 20)
            .map(|i| "the bridge was closed in 2019 and ".repeat(i % 11 + 1) + &i.to_string())
            .collect();
        let together = model::worth(texts.iter().map(String::as_str));
        for (text, score) in texts.iter().zip(&together).step_by(17) {
            assert_eq!(model::worth([text.as_str()]), [*score]);
        }
    }

    #[test]
    fn marks_at_the_ends_and_the_first_capital_make_no_difference() {
        let plain = model::worth(["the bridge was closed in 2019"]);
        for text in [
            "The bridge was closed in 2019.",
            "“The bridge was closed in 2019 --",
            "...the bridge was closed in 2019...",
        ] {
            assert_eq!(model::worth([text]), plain, "{text}");
        }
    }

    #[test]
    fn any_text_has_a_score() {
        let long = "word ".repeat(MOST_PIECES * 3);
        for text in [
            "",
            " -- ",
            "\n\n",
            "?",
            "\u{0}\u{301}",
            "橋は閉鎖された。",
            &long,
        ] {
            let score = model::worth([text])[0];
            assert!((0.0..=1.0).contains(&score), "{text}: {score}");
        }
        assert_eq!(model::worth(["", "--"]), [0.0, 0.0]);
    }
}
