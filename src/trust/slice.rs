//! Slices: what stands at some bytes of a text whose BLAKE3 hash is known, without the rest.
//!
//! Follows Bao 0.13, "Slice Format": the combined encoding with chunk groups of one chunk of 1,024
//! bytes. A slice is the whole text's length in 8 bytes, little-endian, then in pre-order the
//! parent nodes (two chaining values) and the chunks that overlap the bytes asked for. The vectors
//! of Bao show it, where `FACTLOG_DATA` names them.
//!
//! Departures, narrower than the specification: we make and verify only slices of a [`SliceRange`],
//! whose borders are those of chunks, so that a slice reveals exactly the bytes that it is for;
//! nothing follows the last chunk (Bao ignores what does); and the length in front must be the one
//! that the caller knows, from a signed entry. Bao authenticates a length only by the last chunk.
//!
//! Not here: which slices a claim calls for, and how many code points stand before one.

use std::fmt;
use std::str::FromStr;

use blake3::hazmat::{
    ChainingValue, HasherExt as _, Mode, merge_subtrees_non_root, merge_subtrees_root,
};

use super::checkpoint::parse_decimal;
use crate::words::id::ObjectId;
use crate::words::span::Span;

/// The bytes of a chunk: what the borders of a slice are multiples of.
pub const CHUNK_BYTES: u64 = blake3::CHUNK_LEN as u64;

/// The bytes of the length in front of a slice.
const HEADER_BYTES: usize = 8;

/// Says why a range can't be that of a slice.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RangeError {
    /// The text is not `<start>-<end>`.
    #[error("a slice's range is <start>-<end> in decimal, not {0:?}")]
    Syntax(String),
    /// The end is not past the start.
    #[error("the slice from {start} to {end} is empty")]
    Empty {
        /// Where it starts.
        start: u64,
        /// Where it ends.
        end: u64,
    },
    /// The start is not the start of a chunk.
    #[error("a slice starts at a multiple of {CHUNK_BYTES}, not at {0}")]
    Start(u64),
    /// The end is neither the end of a chunk nor that of the text.
    #[error(
        "a slice ends at a multiple of {CHUNK_BYTES} or with the text, at {text}, not at {end}"
    )]
    End {
        /// Where the slice ends.
        end: u64,
        /// The length of the text.
        text: u64,
    },
    /// The end lies past the text's end.
    #[error("the bytes asked for end at {end}, but the text has {text}")]
    PastEnd {
        /// Where they end.
        end: u64,
        /// The length of the text.
        text: u64,
    },
}

/// Says why a slice does not show what it should.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SliceError {
    /// The range is none of this text.
    #[error("the range is not one of this text")]
    Range(#[from] RangeError),
    /// The slice states another length than the one that is known.
    #[error("the slice is of a text of {stated} bytes, but the text has {known}")]
    Length {
        /// The length in front of the slice.
        stated: u64,
        /// The length that the caller knows.
        known: u64,
    },
    /// The slice ends early.
    #[error("the slice has {0} bytes and ends early")]
    Short(usize),
    /// Something follows the last chunk.
    #[error("{0} bytes follow the slice's last chunk")]
    Trailing(usize),
    /// A parent node or a chunk is not what was hashed.
    #[error("the bytes from {start} to {end} of the text do not hash to what the slice says")]
    Hash {
        /// Where the part of the text starts.
        start: u64,
        /// Where it ends.
        end: u64,
    },
}

/// The bytes that a slice shows: whole chunks of a text, and what it has of its last.
///
/// Starts at a multiple of 1,024 and is never empty. Whether it ends where it may, only a text's
/// length can say: [`make`] and [`verify`] ask it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SliceRange {
    start: u64,
    end: u64,
}

impl SliceRange {
    /// Makes a range, `start` inclusive to `end` exclusive.
    pub fn new(start: u64, end: u64) -> Result<Self, RangeError> {
        if start >= end {
            return Err(RangeError::Empty { start, end });
        }
        if !start.is_multiple_of(CHUNK_BYTES) {
            return Err(RangeError::Start(start));
        }
        Ok(Self { start, end })
    }

    /// Returns the fewest ranges that cover these spans of a text, in order: each span widened to
    /// whole chunks, those that overlap or touch joined.
    ///
    /// # Errors
    ///
    /// If a span ends past the text.
    pub fn covering(spans: &[Span], text_bytes: u64) -> Result<Vec<Self>, RangeError> {
        let mut spans = spans.to_vec();
        spans.sort_unstable();
        let mut ranges: Vec<Self> = Vec::new();
        for span in spans {
            let end = span.end() as u64;
            if end > text_bytes {
                let text = text_bytes;
                return Err(RangeError::PastEnd { end, text });
            }
            let start = span.start() as u64 / CHUNK_BYTES * CHUNK_BYTES;
            // Where the next multiple is past the number range, so is the text's end.
            let end = end
                .checked_next_multiple_of(CHUNK_BYTES)
                .map_or(text_bytes, |end| end.min(text_bytes));
            match ranges.last_mut() {
                Some(last) if start <= last.end => last.end = last.end.max(end),
                _ => ranges.push(Self { start, end }),
            }
        }
        Ok(ranges)
    }

    /// Returns where it starts.
    pub const fn start(self) -> u64 {
        self.start
    }

    /// Returns where it ends, exclusive.
    pub const fn end(self) -> u64 {
        self.end
    }

    /// Says whether these bytes lie inside the range.
    pub fn contains(self, span: Span) -> bool {
        self.start <= span.start() as u64 && span.end() as u64 <= self.end
    }

    /// Checks that the range ends where a slice of a text of this length may.
    pub fn check(self, text_bytes: u64) -> Result<(), RangeError> {
        let (end, text) = (self.end, text_bytes);
        if end > text {
            return Err(RangeError::PastEnd { end, text });
        }
        if end < text && !end.is_multiple_of(CHUNK_BYTES) {
            return Err(RangeError::End { end, text });
        }
        Ok(())
    }
}

/// Writes `<start>-<end>`, as in the names of published slices.
impl fmt::Display for SliceRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.start, self.end)
    }
}

impl FromStr for SliceRange {
    type Err = RangeError;

    fn from_str(text: &str) -> Result<Self, RangeError> {
        let (start, end) = text
            .split_once('-')
            .and_then(|(start, end)| Some((parse_decimal(start)?, parse_decimal(end)?)))
            .ok_or_else(|| RangeError::Syntax(text.to_owned()))?;
        Self::new(start, end)
    }
}

/// Makes the slice of a text that shows these bytes of it.
pub fn make(text: &[u8], range: SliceRange) -> Result<Vec<u8>, RangeError> {
    range.check(text.len() as u64)?;
    Ok(encode(text, range.into()))
}

/// Verifies a slice, and returns the bytes that it shows: those of `range`.
///
/// `text` is the BLAKE3 hash of the whole text and `text_bytes` its length, both as a signed entry
/// has them. Takes memory and time in proportion to the slice, whatever lengths are stated.
pub fn verify(
    slice: &[u8],
    text: &ObjectId,
    text_bytes: u64,
    range: SliceRange,
) -> Result<Vec<u8>, SliceError> {
    range.check(text_bytes)?;
    let chunks = decode(slice, text, text_bytes, range.into())?;
    Ok(chunks.bytes)
}

/// The bytes that a slice is made for, on any borders, as Bao has them. Never empty.
#[derive(Debug, Clone, Copy)]
struct Wanted {
    start: u64,
    end: u64,
}

impl From<SliceRange> for Wanted {
    fn from(SliceRange { start, end }: SliceRange) -> Self {
        Self { start, end }
    }
}

impl Wanted {
    /// Says whether the part of the text from `start` on, `bytes` long, has any of these bytes.
    fn meets(self, start: u64, bytes: u64) -> bool {
        // `start + bytes` is within the text's length: no overflow.
        self.start < start + bytes && start < self.end
    }
}

/// Returns the length of the left subtree: the largest power of two that is smaller.
///
/// `bytes` is more than a chunk, so the power is a multiple of a chunk. The same as
/// `blake3::hazmat::left_subtree_len`, which overflows at the largest length of all.
fn left_bytes(bytes: u64) -> u64 {
    1 << (bytes - 1).ilog2()
}

/// Writes the slice of a text that shows these bytes, on any borders.
fn encode(text: &[u8], wanted: Wanted) -> Vec<u8> {
    let mut slice = (text.len() as u64).to_le_bytes().to_vec();
    if !text.is_empty() {
        encode_part(text, 0, wanted, &mut slice);
    }
    slice
}

/// Writes what is wanted of a part of the text, which is not empty, and returns its chaining value.
fn encode_part(part: &[u8], start: u64, wanted: Wanted, slice: &mut Vec<u8>) -> ChainingValue {
    let bytes = part.len() as u64;
    if !wanted.meets(start, bytes) {
        return chaining_value(part, start);
    }
    if bytes <= CHUNK_BYTES {
        slice.extend_from_slice(part);
        return chaining_value(part, start);
    }
    let left_bytes = left_bytes(bytes);
    let (left, right) = part.split_at(usize::try_from(left_bytes).expect("less than the part has"));
    // A parent stands before its children, which are hashed while they are written.
    let at = slice.len();
    slice.extend_from_slice(&[0; 64]);
    let left = encode_part(left, start, wanted, slice);
    let right = encode_part(right, start + left_bytes, wanted, slice);
    slice[at..at + 32].copy_from_slice(&left);
    slice[at + 32..at + 64].copy_from_slice(&right);
    merge_subtrees_non_root(&left, &right, Mode::Hash)
}

/// Hashes a subtree that is not the whole tree: a part of the text that is not empty.
fn chaining_value(part: &[u8], start: u64) -> ChainingValue {
    blake3::Hasher::new()
        .set_input_offset(start)
        .update(part)
        .finalize_non_root()
}

/// Verified chunks in a row, and where the first starts.
#[derive(Debug, Default)]
struct Chunks {
    start: u64,
    bytes: Vec<u8>,
}

/// Verifies a slice for bytes on any borders, and returns the chunks in it.
fn decode(
    slice: &[u8],
    text: &ObjectId,
    text_bytes: u64,
    wanted: Wanted,
) -> Result<Chunks, SliceError> {
    let short = SliceError::Short(slice.len());
    let (header, rest) = slice.split_first_chunk::<HEADER_BYTES>().ok_or(short)?;
    let stated = u64::from_le_bytes(*header);
    if stated != text_bytes {
        let known = text_bytes;
        return Err(SliceError::Length { stated, known });
    }
    let mut decoder = Decoder {
        slice_bytes: slice.len(),
        rest,
        wanted,
        chunks: Chunks::default(),
    };
    decoder.part(0, text_bytes, Expected::Root(text))?;
    if decoder.rest.is_empty() {
        Ok(decoder.chunks)
    } else {
        Err(SliceError::Trailing(decoder.rest.len()))
    }
}

/// What a part of the text must hash to.
#[derive(Clone, Copy)]
enum Expected<'a> {
    /// The part is the whole text.
    Root(&'a ObjectId),
    /// The part is a subtree below a parent.
    Inner(&'a [u8; 32]),
}

struct Decoder<'a> {
    slice_bytes: usize,
    rest: &'a [u8],
    wanted: Wanted,
    chunks: Chunks,
}

impl<'a> Decoder<'a> {
    /// Reads a part of the text that has some of the bytes wanted.
    ///
    /// Goes down only after a parent of 64 bytes was taken from the slice and verified, so its
    /// length bounds the work; the depth is at most 54, as chunks have 2^10 bytes of 2^64.
    fn part(&mut self, start: u64, bytes: u64, expected: Expected<'_>) -> Result<(), SliceError> {
        let wrong = SliceError::Hash {
            start,
            end: start + bytes,
        };
        if bytes <= CHUNK_BYTES {
            let chunk = self.take(usize::try_from(bytes).expect("at most a chunk"))?;
            let holds = match expected {
                Expected::Root(text) => blake3::hash(chunk) == *text.as_bytes(),
                Expected::Inner(hash) => chaining_value(chunk, start) == *hash,
            };
            if !holds {
                return Err(wrong);
            }
            if self.chunks.bytes.is_empty() {
                self.chunks.start = start;
            }
            self.chunks.bytes.extend_from_slice(chunk);
            return Ok(());
        }
        let (left, right) = (self.chaining_value()?, self.chaining_value()?);
        let holds = match expected {
            Expected::Root(text) => {
                merge_subtrees_root(left, right, Mode::Hash) == *text.as_bytes()
            }
            Expected::Inner(hash) => merge_subtrees_non_root(left, right, Mode::Hash) == *hash,
        };
        if !holds {
            return Err(wrong);
        }
        let left_bytes = left_bytes(bytes);
        for (start, bytes, hash) in [
            (start, left_bytes, left),
            (start + left_bytes, bytes - left_bytes, right),
        ] {
            if self.wanted.meets(start, bytes) {
                self.part(start, bytes, Expected::Inner(hash))?;
            }
        }
        Ok(())
    }

    fn take(&mut self, bytes: usize) -> Result<&'a [u8], SliceError> {
        let short = SliceError::Short(self.slice_bytes);
        let (taken, rest) = self.rest.split_at_checked(bytes).ok_or(short)?;
        self.rest = rest;
        Ok(taken)
    }

    fn chaining_value(&mut self) -> Result<&'a [u8; 32], SliceError> {
        let short = SliceError::Short(self.slice_bytes);
        let (taken, rest) = self.rest.split_first_chunk::<32>().ok_or(short)?;
        self.rest = rest;
        Ok(taken)
    }
}

#[cfg(test)]
mod tests;
