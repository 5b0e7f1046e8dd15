//! The encoder: pieces in, a state of both layers for each piece out, window by window.
//!
//! A window is a core of pieces with a margin on both sides; states are zero at its ends, and only those
//! of the core are kept. So a window depends on nothing outside of it, and several are read in step.

use std::ops::Range;

use super::embedding::{self, Embedding};
use super::gates::{INPUT_ONE, STATE_ONE};
use super::lstm::{Input, Layer, Output, to_f32};
use super::matrix::Matrix;
use super::pieces::Features;
use super::weights::Weights;

/// Pieces of a window whose states are kept.
pub(super) const CORE: usize = 160;

/// Pieces that are read on each side of a core.
pub(super) const MARGIN: usize = 32;

/// Places that a window takes in memory.
const ROOM: usize = CORE + 2 * MARGIN;

/// Windows read in step.
const TOGETHER: usize = 8;

/// Embeddings and both layers.
pub(super) struct Encoder<'a> {
    embedding: Embedding<'a>,
    low: Layer,
    high: Layer,
}

/// The states of a text's pieces, one after the other, in fixed point.
pub(super) struct States {
    /// After the first layer: what sentences and grammar are read from.
    pub(super) low: Vec<i16>,
    /// After the second: what attributions are read from.
    pub(super) high: Vec<i16>,
    /// The length of a state.
    pub(super) width: usize,
}

impl States {
    /// Returns a piece's state after the second layer.
    pub(super) fn high_of(&self, piece: usize) -> &[i16] {
        &self.high[piece * self.width..][..self.width]
    }
}

/// Where a window lies among the pieces.
struct Window {
    pieces: Range<usize>,
    core: Range<usize>,
}

impl Window {
    fn all(pieces: usize) -> Vec<Self> {
        let window = |first: usize| Self {
            pieces: first.saturating_sub(MARGIN)..(first + CORE + MARGIN).min(pieces),
            core: first..(first + CORE).min(pieces),
        };
        (0..pieces).step_by(CORE).map(window).collect()
    }
}

impl<'a> Encoder<'a> {
    pub(super) fn new(weights: &Weights<'a>) -> Option<Self> {
        let config = weights.config()?;
        let fits = config.core == CORE && config.margin == MARGIN;
        let found = Self {
            embedding: Embedding::new(weights)?,
            low: Layer::new(weights, "lstm.0", INPUT_ONE)?,
            high: Layer::new(weights, "lstm.1", STATE_ONE)?,
        };
        let width = found.embedding.width().next_multiple_of(16);
        let fits = fits
            && found.low.forward.columns() == width
            && found.low.backward.columns() == width
            && found.high.forward.columns() == found.low.width()
            && found.high.backward.columns() == found.low.width()
            && found.high.width() == found.low.width();
        fits.then_some(found)
    }

    /// Returns the length of a state.
    pub(super) const fn width(&self) -> usize {
        self.low.width()
    }

    /// Reads pieces.
    pub(super) fn encode(&self, pieces: &[Features]) -> States {
        self.encode_together(pieces, TOGETHER)
    }

    /// Reads pieces, so many windows in step; their number makes no difference but in time.
    pub(super) fn encode_together(&self, pieces: &[Features], together: usize) -> States {
        let width = self.low.width();
        let mut states = States {
            low: vec![0; pieces.len() * width],
            high: vec![0; pieces.len() * width],
            width,
        };
        for windows in Window::all(pieces.len()).chunks(together) {
            self.read(pieces, windows, &mut states);
        }
        states
    }

    fn read(&self, pieces: &[Features], windows: &[Window], states: &mut States) {
        let width = states.width;
        // Each window has its own room: they share the pieces in their margins, but not the states.
        let room = |at: usize, range: &Range<usize>| {
            let first = at * ROOM + range.start - windows[at].pieces.start;
            first..first + range.len()
        };
        let begin = windows[0].pieces.start;
        let end = windows[windows.len() - 1].pieces.end;
        let (different, numbers) = embedding::distinct(&pieces[begin..end]);
        let vectors = self.embedding.vectors(&different);
        let mut of_place = vec![0; windows.len() * ROOM];
        for (at, window) in windows.iter().enumerate() {
            let from = window.pieces.start - begin..window.pieces.end - begin;
            of_place[room(at, &window.pieces)].copy_from_slice(&numbers[from]);
        }
        let mut low = vec![0; windows.len() * ROOM * width];
        let mut high = low.clone();
        let all = |range: fn(&Window) -> Range<usize>| -> Vec<Range<usize>> {
            (0..windows.len())
                .map(|at| room(at, &range(&windows[at])))
                .collect()
        };
        let directions = [
            (&self.low.forward, &self.high.forward),
            (&self.low.backward, &self.high.backward),
        ];
        for (at, (direction, _)) in directions.into_iter().enumerate() {
            let made = direction.project_all(&vectors);
            let input = Input::Made {
                rows: &made,
                of_place: &of_place,
            };
            let mut output = Output {
                states: &mut low,
                stride: width,
                offset: at * width / 2,
            };
            direction.run(&all(|w| w.pieces.clone()), at == 1, input, &mut output);
        }
        // No state of a margin is kept, so each direction may stop where its own margin would begin.
        let seen = [
            all(|w| w.pieces.start..w.core.end),
            all(|w| w.core.start..w.pieces.end),
        ];
        for (at, (_, direction)) in directions.into_iter().enumerate() {
            let mut output = Output {
                states: &mut high,
                stride: width,
                offset: at * width / 2,
            };
            direction.run(&seen[at], at == 1, Input::Vectors(&low), &mut output);
        }
        for (at, window) in windows.iter().enumerate() {
            let core = room(at, &window.core);
            let from = core.start * width..core.end * width;
            let to = window.core.start * width..window.core.end * width;
            states.low[to.clone()].copy_from_slice(&low[from.clone()]);
            states.high[to].copy_from_slice(&high[from]);
        }
    }
}

/// A matrix with a bias over states: a score for each of its rows.
pub(super) struct Linear {
    matrix: Matrix,
    scales: Vec<f32>,
    bias: Vec<f32>,
}

impl Linear {
    /// Reads `name.weight` and, if it has one, `name.bias`, for vectors of `width` numbers.
    pub(super) fn new(weights: &Weights, name: &str, width: usize) -> Option<Self> {
        let matrix = weights.matrix(&format!("{name}.weight"))?;
        let none = || vec![0.0; matrix.rows()];
        let bias = weights.floats(&format!("{name}.bias")).unwrap_or_else(none);
        let scales = matrix.scales().iter().map(|s| s / STATE_ONE).collect();
        let fits = matrix.columns() == width.next_multiple_of(16)
            && bias.len().next_multiple_of(4) == matrix.rows();
        fits.then_some(Self {
            matrix,
            scales,
            bias,
        })
    }

    /// Returns how many scores a vector gets.
    pub(super) const fn scores(&self) -> usize {
        self.bias.len()
    }

    /// Returns the scores of vectors, one after the other.
    pub(super) fn apply(&self, vectors: &[i16]) -> Vec<f32> {
        const TOGETHER: usize = 16;
        let columns = self.matrix.columns();
        let rows = self.matrix.rows();
        let mut sums = vec![0; TOGETHER * rows];
        let mut scores = Vec::with_capacity(vectors.len() / columns * self.bias.len());
        for vectors in vectors.chunks(columns * TOGETHER) {
            let sums = &mut sums[..vectors.len() / columns * rows];
            self.matrix.product(vectors, sums);
            for sums in sums.chunks_exact(rows) {
                let scaled = sums.iter().zip(&self.scales).zip(&self.bias);
                scores.extend(scaled.map(|((sum, scale), bias)| to_f32(*sum) * scale + bias));
            }
        }
        scores
    }
}
