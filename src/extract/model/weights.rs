//! The file of weights: named tensors behind a header.
//!
//! `FLM1`, the header's length as a little-endian `u32`, the header as JSON, then the tensors' bytes at
//! the offsets it gives, little-endian. Made by `training/`; `docs/model.md` describes it. The file is part of
//! the program, so a fault in it is ours: reading returns `None`, and a test shows that it does not.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::matrix::Matrix;

/// The first bytes of a file of weights.
const MAGIC: &[u8; 4] = b"FLM1";

/// A file of weights, with its header read.
pub(super) struct Weights<'a> {
    tensors: BTreeMap<String, Tensor>,
    labels: BTreeMap<String, Vec<String>>,
    config: Option<Config>,
    data: &'a [u8],
}

/// Sizes that were chosen when the weights were made.
#[derive(Clone, Deserialize)]
pub(super) struct Config {
    /// Pieces of a window whose states are kept.
    pub(super) core: usize,
    /// Pieces that are read on each side of a core.
    pub(super) margin: usize,
    pub(super) linker: LinkerConfig,
}

/// The linker's classes of distances and lengths: see [`super::linker`].
#[derive(Clone, Deserialize)]
pub(super) struct LinkerConfig {
    pub(super) gaps: Vec<usize>,
    pub(super) lengths_a: Vec<usize>,
    pub(super) lengths_b: Vec<usize>,
    pub(super) offsets: Vec<usize>,
    pub(super) nearest: usize,
}

#[derive(Deserialize)]
struct Header {
    tensors: Vec<Tensor>,
    #[serde(default)]
    labels: BTreeMap<String, Vec<String>>,
    config: Option<Config>,
}

#[derive(Deserialize)]
struct Tensor {
    name: String,
    dtype: Kind,
    shape: Vec<usize>,
    offset: usize,
    length: usize,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Kind {
    I8,
    F32,
    U32,
}

/// Rows of small whole numbers, each with its scale, as they are stored: what is looked up by row.
pub(super) struct Table<'a> {
    columns: usize,
    weights: &'a [u8],
    scales: Vec<f32>,
}

impl Table<'_> {
    /// Returns the length of a row.
    pub(super) const fn columns(&self) -> usize {
        self.columns
    }

    /// Returns the number of rows.
    pub(super) const fn rows(&self) -> usize {
        self.scales.len()
    }

    /// Returns a row's numbers as they are stored, and what each is multiplied by.
    pub(super) fn whole_row(&self, row: usize) -> (&[u8], f32) {
        let row_weights = &self.weights[row * self.columns..][..self.columns];
        (row_weights, self.scales[row])
    }

    /// Returns a row's numbers.
    pub(super) fn row(&self, row: usize) -> impl Iterator<Item = f32> {
        let scale = self.scales[row];
        self.weights[row * self.columns..][..self.columns]
            .iter()
            .map(move |weight| f32::from(weight.cast_signed()) * scale)
    }
}

impl<'a> Weights<'a> {
    /// Reads the header.
    pub(super) fn parse(bytes: &'a [u8]) -> Option<Self> {
        let rest = bytes.strip_prefix(MAGIC)?;
        let (length, rest) = rest.split_first_chunk::<4>()?;
        let length = usize::try_from(u32::from_le_bytes(*length)).ok()?;
        let (header, data) = rest.split_at_checked(length)?;
        let header: Header = serde_json::from_slice(header).ok()?;
        let tensors = header.tensors.into_iter().map(|t| (t.name.clone(), t));
        Some(Self {
            tensors: tensors.collect(),
            labels: header.labels,
            config: header.config,
            data,
        })
    }

    /// Returns the sizes that were chosen when the weights were made, if the file has them.
    pub(super) const fn config(&self) -> Option<&Config> {
        self.config.as_ref()
    }

    /// Returns the names of a head's classes, in order.
    pub(super) fn labels(&self, name: &str) -> Option<&[String]> {
        self.labels.get(name).map(Vec::as_slice)
    }

    /// Returns a matrix with the scales of its rows, for products.
    pub(super) fn matrix(&self, name: &str) -> Option<Matrix> {
        let table = self.table(name)?;
        let weights: Vec<i8> = table.weights.iter().map(|w| w.cast_signed()).collect();
        Matrix::new(table.columns, &weights, &table.scales)
    }

    /// Returns a matrix with the scales of its rows, for looking rows up.
    pub(super) fn table(&self, name: &str) -> Option<Table<'a>> {
        let (shape, weights) = self.bytes(name, Kind::I8)?;
        let (rows, columns) = match *shape {
            [rows, columns] => (rows, columns),
            [columns] => (1, columns),
            _ => return None,
        };
        let scales = self.floats(&format!("{name}.scale"))?;
        (scales.len() == rows && rows.checked_mul(columns)? == weights.len()).then_some(Table {
            columns,
            weights,
            scales,
        })
    }

    /// Returns a tensor of floating point numbers, whatever its shape.
    pub(super) fn floats(&self, name: &str) -> Option<Vec<f32>> {
        let (_, bytes) = self.bytes(name, Kind::F32)?;
        let (words, rest) = bytes.as_chunks::<4>();
        rest.is_empty()
            .then(|| words.iter().map(|w| f32::from_le_bytes(*w)).collect())
    }

    /// Returns a tensor of whole numbers, whatever its shape.
    pub(super) fn whole_numbers(&self, name: &str) -> Option<Vec<u32>> {
        let (_, bytes) = self.bytes(name, Kind::U32)?;
        let (words, rest) = bytes.as_chunks::<4>();
        rest.is_empty()
            .then(|| words.iter().map(|w| u32::from_le_bytes(*w)).collect())
    }

    fn bytes(&self, name: &str, kind: Kind) -> Option<(&[usize], &'a [u8])> {
        let tensor = self.tensors.get(name).filter(|t| t.dtype == kind)?;
        let end = tensor.offset.checked_add(tensor.length)?;
        Some((&tensor.shape, self.data.get(tensor.offset..end)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(header: &str, data: &[u8]) -> Vec<u8> {
        let length = u32::try_from(header.len()).unwrap().to_le_bytes();
        [MAGIC.as_slice(), &length, header.as_bytes(), data].concat()
    }

    const HEADER: &str = r#"{"tensors":[
        {"name":"m","dtype":"i8","shape":[2,2],"offset":0,"length":4},
        {"name":"m.scale","dtype":"f32","shape":[2],"offset":4,"length":8},
        {"name":"keys","dtype":"u32","shape":[1],"offset":12,"length":4}],
        "labels":{"tags":["O","B"]},"config":{"core":160,"margin":32,"hidden":112,"linker":
        {"gaps":[1],"lengths_a":[3],"lengths_b":[2],"offsets":[0],"nearest":12}}}"#;

    const DATA: [u8; 16] = [1, 255, 127, 129, 0, 0, 0, 63, 0, 0, 128, 63, 7, 0, 0, 0];

    #[test]
    fn tensors_are_read_by_their_names() {
        let bytes = file(HEADER, &DATA);
        let weights = Weights::parse(&bytes).unwrap();
        let table = weights.table("m").unwrap();
        assert_eq!(table.row(0).collect::<Vec<_>>(), [0.5, -0.5]);
        assert_eq!(table.row(1).collect::<Vec<_>>(), [127.0, -127.0]);
        assert_eq!(weights.whole_numbers("keys").unwrap(), [7]);
        assert_eq!(weights.config().unwrap().linker.nearest, 12);
        assert!(weights.floats("m").is_none() && weights.floats("absent").is_none());
    }

    #[test]
    fn another_file_is_refused() {
        let cut = file(HEADER, &DATA[..12]);
        assert!(
            Weights::parse(&cut)
                .unwrap()
                .whole_numbers("keys")
                .is_none()
        );
        for bytes in [
            &b"FLM2\0\0\0\0"[..],
            b"FLM1",
            b"FLM1\xff\0\0\0{}",
            b"FLM1\x02\0\0\0{}",
        ] {
            assert!(Weights::parse(bytes).is_none());
        }
    }
}
