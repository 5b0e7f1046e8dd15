//! A piece's whole numbers become the vector that the network reads.
//!
//! The row of its word, or for an unknown word one that it shares with others, then the rows of its
//! prefix, suffix and shape, then the sum of four rows about the layout.

use std::collections::HashMap;

use super::gates::{self, INPUT_ONE};
use super::pieces::{Features, flag};
use super::weights::{Table, Weights};

/// The network's tables.
pub(super) struct Embedding<'a> {
    /// The known words' hashes, sorted; each one's place is its row.
    words: Vec<u32>,
    word: Table<'a>,
    prefix: Table<'a>,
    suffix: Table<'a>,
    shape: Table<'a>,
    /// Rows of two, two, two and eight: glued, first of a line, quoted, the block's kind.
    layout: [Vec<f32>; 4],
    layout_columns: usize,
}

impl<'a> Embedding<'a> {
    pub(super) fn new(weights: &Weights<'a>) -> Option<Self> {
        let layout = |name: &str| weights.floats(&format!("embed.{name}"));
        let glued = layout("glued")?;
        let columns = glued.len() / 2;
        let found = Self {
            words: weights.whole_numbers("embed.word.keys")?,
            word: weights.table("embed.word")?,
            prefix: weights.table("embed.prefix")?,
            suffix: weights.table("embed.suffix")?,
            shape: weights.table("embed.shape")?,
            layout: [glued, layout("line")?, layout("quoted")?, layout("block")?],
            layout_columns: columns,
        };
        let unknown = found.word.rows().checked_sub(found.words.len())?;
        let hashed = [&found.prefix, &found.suffix, &found.shape];
        let fits = unknown.is_power_of_two()
            && hashed.iter().all(|table| table.rows().is_power_of_two())
            && columns > 0
            && (found.layout.iter().map(Vec::len)).eq([2, 2, 2, 8].map(|rows| rows * columns));
        fits.then_some(found)
    }

    /// Returns the length of a vector.
    pub(super) fn width(&self) -> usize {
        let hashed = [&self.prefix, &self.suffix, &self.shape];
        let hashed: usize = hashed.iter().map(|table| table.columns()).sum();
        self.word.columns() + hashed + self.layout_columns
    }

    /// Returns the vectors of pieces, one after the other, each as long as a matrix wants it.
    pub(super) fn vectors(&self, pieces: &[Features]) -> Vec<i16> {
        let columns = self.width().next_multiple_of(16);
        let mut vectors = vec![0; pieces.len() * columns];
        for (piece, vector) in pieces.iter().zip(vectors.chunks_exact_mut(columns)) {
            self.write(*piece, vector);
        }
        vectors
    }

    /// Writes a piece's vector in fixed point.
    fn write(&self, features: Features, vector: &mut [i16]) {
        let row = |table: &Table, hash: u32| hash as usize & (table.rows() - 1);
        let word = self
            .words
            .binary_search(&features.word)
            .unwrap_or_else(|_| {
                let unknown = self.word.rows() - self.words.len();
                self.words.len() + (features.word as usize & (unknown - 1))
            });
        let joined = (self.word.row(word))
            .chain(self.prefix.row(row(&self.prefix, features.prefix)))
            .chain(self.suffix.row(row(&self.suffix, features.suffix)))
            .chain(self.shape.row(row(&self.shape, features.shape)));
        let mut at = 0;
        for value in joined {
            vector[at] = gates::to_fixed(value, INPUT_ONE);
            at += 1;
        }
        let set = |bit: u8| usize::from(features.flags & bit != 0);
        let rows = [
            set(flag::GLUED),
            set(flag::LINE),
            set(flag::QUOTED),
            usize::from(features.flags >> flag::BLOCK_SHIFT & 7),
        ];
        let [glued, line, quoted, block] = &self.layout;
        let columns = self.layout_columns;
        for (i, to) in vector[at..at + columns].iter_mut().enumerate() {
            let first = glued[rows[0] * columns + i] + line[rows[1] * columns + i];
            let second = quoted[rows[2] * columns + i] + block[rows[3] * columns + i];
            *to = gates::to_fixed(first + second, INPUT_ONE);
        }
    }
}

/// Returns the pieces that differ, in order of their first places, and for each place which one stands there.
pub(super) fn distinct(features: &[Features]) -> (Vec<Features>, Vec<u32>) {
    let mut numbers = HashMap::new();
    let mut found = Vec::new();
    let of_place = features.iter().map(|piece| {
        *numbers.entry(*piece).or_insert_with(|| {
            found.push(*piece);
            u32::try_from(found.len() - 1).expect("a section has fewer pieces")
        })
    });
    let of_place = of_place.collect();
    (found, of_place)
}
