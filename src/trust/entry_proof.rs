//! The files that carry proofs: that an entry is in a log, and that a log only grew.
//!
//! [`EntryProof`] follows C2SP tlog-proof v1, [`WitnessRequest`] the body of `add-checkpoint` in
//! C2SP tlog-witness, which we keep as a file too. Both are a few lines, the hashes of a proof, an
//! empty line, and a checkpoint as it is.
//!
//! Departures: base64 is canonical, and [`MAX_BYTES`] bounds a file. The `extra` line of a
//! tlog-proof, which nothing authenticates, is read over and not kept, and we write none.
//!
//! Not here: the entry itself, whose bytes stand beside its proof; whether the checkpoint may be
//! trusted (`tlog_policy`); and talking to a witness.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;

use super::checkpoint::parse_decimal;
use super::merkle::{LeafHash, TreeHead};
use super::note::{self, NoteError, SignedNote};
use super::proof::{ConsistencyProof, InclusionProof, ProofError};

/// The most hashes that a file has. C2SP tlog-witness: "The client MUST NOT send more than 63
/// consistency proof lines." A tree of so many levels has 2^63 entries.
pub const MAX_HASHES: usize = 63;

/// The most bytes that a file has: a checkpoint as long as a note may be, and as much again for
/// what stands before it, which 63 hashes fill to a twentieth.
pub const MAX_BYTES: usize = 2 * note::MAX_BYTES;

/// The first line of a tlog-proof.
const ENTRY_PROOF: &str = "c2sp.org/tlog-proof@v1";

/// Says why bytes are not a file with a proof, or a proof can't be written as one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProofFileError {
    /// The file is longer than [`MAX_BYTES`].
    #[error("a proof's file has at most {MAX_BYTES} bytes, this has {0}")]
    TooLong(usize),
    /// The file is not UTF-8.
    #[error("the proof's file is not UTF-8 from byte {0} on")]
    Utf8(usize),
    /// The file ends before the empty line that stands before a checkpoint.
    #[error("the proof's file ends before its checkpoint")]
    Ends,
    /// A line is not what stands in its place.
    #[error("line {line} of the proof's file should be {expected}")]
    Line {
        /// Which line, from 1.
        line: usize,
        /// What should stand there.
        expected: &'static str,
    },
    /// There are more than [`MAX_HASHES`] hashes.
    #[error("a proof's file has at most {MAX_HASHES} hashes")]
    TooManyHashes,
    /// What follows the empty line is not a note.
    #[error("the checkpoint in the proof's file is not a signed note")]
    Checkpoint(#[source] NoteError),
}

/// Says why a witness's request does not show that a log only grew.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RequestError {
    /// The request is about another earlier size than the one that is known.
    #[error("the request grows a tree of {stated} entries, but the known one has {known}")]
    Old {
        /// The size in the request.
        stated: u64,
        /// The size of the tree that is known.
        known: u64,
    },
    /// The proof does not hold.
    #[error(transparent)]
    Proof(#[from] ProofError),
}

/// Shows to whoever trusts a log's key that an entry is in the log.
///
/// Neither the checkpoint nor the proof is verified by reading it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryProof {
    inclusion: InclusionProof,
    checkpoint: SignedNote,
}

impl EntryProof {
    /// Puts a proof and a checkpoint of the tree that it is about together.
    ///
    /// # Errors
    ///
    /// If the proof has more than [`MAX_HASHES`] hashes.
    pub fn new(inclusion: InclusionProof, checkpoint: SignedNote) -> Result<Self, ProofFileError> {
        check_count(&inclusion.hashes)?;
        Ok(Self {
            inclusion,
            checkpoint,
        })
    }

    /// Reads a tlog-proof.
    pub fn parse(bytes: &[u8]) -> Result<Self, ProofFileError> {
        let mut lines = Lines::new(bytes)?;
        // "The first line MUST be the string c2sp.org/tlog-proof@v1."
        if lines.next()? != ENTRY_PROOF {
            return Err(lines.wrong(ENTRY_PROOF));
        }
        let mut line = lines.next()?;
        // "The second line MAY start with the string extra followed by a space (U+0020) and
        // base64-encoded opaque extra data."
        if let Some(extra) = line.strip_prefix("extra ") {
            if BASE64.decode(extra).is_err() {
                return Err(lines.wrong("extra and canonical padded base64"));
            }
            line = lines.next()?;
        }
        // "The next line MUST start with the string index followed by a space (U+0020) and the
        // zero-based index of the entry in the log, represented as an ASCII decimal with no
        // leading zeroes".
        let index = line.strip_prefix("index ").and_then(parse_decimal);
        let index = index.ok_or_else(|| lines.wrong("index and a decimal number"))?;
        let (hashes, checkpoint) = lines.hashes_and_checkpoint()?;
        Ok(Self {
            inclusion: InclusionProof { index, hashes },
            checkpoint,
        })
    }

    /// Returns the proof, not verified.
    pub fn inclusion(&self) -> &InclusionProof {
        &self.inclusion
    }

    /// Returns the checkpoint, not verified.
    pub fn checkpoint(&self) -> &SignedNote {
        &self.checkpoint
    }

    /// Checks that an entry is in the tree of `head`, which the caller has from the
    /// [checkpoint](Self::checkpoint) once its signatures hold.
    pub fn verify(&self, leaf: &LeafHash, head: &TreeHead) -> Result<(), ProofError> {
        self.inclusion.verify(leaf, head)
    }
}

/// Writes the file.
impl fmt::Display for EntryProof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            inclusion,
            checkpoint,
        } = self;
        writeln!(f, "{ENTRY_PROOF}\nindex {}", inclusion.index)?;
        write_hashes_and_checkpoint(&inclusion.hashes, checkpoint, f)
    }
}

/// Shows to whoever knows an earlier checkpoint of a log that a newer one only adds to it: what a
/// witness is asked to cosign.
///
/// Neither the checkpoint nor the proof is verified by reading it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WitnessRequest {
    old: u64,
    proof: ConsistencyProof,
    checkpoint: SignedNote,
}

impl WitnessRequest {
    /// Puts the size of the earlier tree, the proof and the newer checkpoint together.
    ///
    /// # Errors
    ///
    /// If the proof has more than [`MAX_HASHES`] hashes.
    pub fn new(
        old: u64,
        proof: ConsistencyProof,
        checkpoint: SignedNote,
    ) -> Result<Self, ProofFileError> {
        check_count(&proof.hashes)?;
        Ok(Self {
            old,
            proof,
            checkpoint,
        })
    }

    /// Reads the body of a request.
    pub fn parse(bytes: &[u8]) -> Result<Self, ProofFileError> {
        let mut lines = Lines::new(bytes)?;
        let old = lines.next()?.strip_prefix("old ").and_then(parse_decimal);
        let old = old.ok_or_else(|| lines.wrong("old and a decimal number"))?;
        let (hashes, checkpoint) = lines.hashes_and_checkpoint()?;
        Ok(Self {
            old,
            proof: ConsistencyProof { hashes },
            checkpoint,
        })
    }

    /// Returns the size of the earlier tree.
    pub const fn old(&self) -> u64 {
        self.old
    }

    /// Returns the proof, not verified.
    pub fn proof(&self) -> &ConsistencyProof {
        &self.proof
    }

    /// Returns the newer checkpoint, not verified.
    pub fn checkpoint(&self) -> &SignedNote {
        &self.checkpoint
    }

    /// Checks that the tree of `newer`, which the caller has from the
    /// [checkpoint](Self::checkpoint) once its signatures hold, begins with the tree of `older`,
    /// which the caller knew before.
    pub fn verify(&self, older: &TreeHead, newer: &TreeHead) -> Result<(), RequestError> {
        if self.old != older.size {
            return Err(RequestError::Old {
                stated: self.old,
                known: older.size,
            });
        }
        Ok(self.proof.verify(older, newer)?)
    }
}

/// Writes the body of the request.
impl fmt::Display for WitnessRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "old {}", self.old)?;
        write_hashes_and_checkpoint(&self.proof.hashes, &self.checkpoint, f)
    }
}

fn check_count(hashes: &[[u8; 32]]) -> Result<(), ProofFileError> {
    if hashes.len() > MAX_HASHES {
        return Err(ProofFileError::TooManyHashes);
    }
    Ok(())
}

fn write_hashes_and_checkpoint(
    hashes: &[[u8; 32]],
    checkpoint: &SignedNote,
    f: &mut fmt::Formatter<'_>,
) -> fmt::Result {
    for hash in hashes {
        writeln!(f, "{}", BASE64.encode(hash))?;
    }
    write!(f, "\n{}", checkpoint.as_str())
}

/// The lines before a checkpoint, which are read one after the other.
struct Lines<'a> {
    rest: &'a str,
    /// The number of the line that was read last.
    line: usize,
}

impl<'a> Lines<'a> {
    fn new(bytes: &'a [u8]) -> Result<Self, ProofFileError> {
        if bytes.len() > MAX_BYTES {
            return Err(ProofFileError::TooLong(bytes.len()));
        }
        let rest = std::str::from_utf8(bytes)
            .map_err(|error| ProofFileError::Utf8(error.valid_up_to()))?;
        Ok(Self { rest, line: 0 })
    }

    fn next(&mut self) -> Result<&'a str, ProofFileError> {
        let (line, rest) = self.rest.split_once('\n').ok_or(ProofFileError::Ends)?;
        self.rest = rest;
        self.line += 1;
        Ok(line)
    }

    /// Refuses the line that was read last.
    fn wrong(&self, expected: &'static str) -> ProofFileError {
        ProofFileError::Line {
            line: self.line,
            expected,
        }
    }

    /// Reads hashes up to an empty line, and the checkpoint after it.
    fn hashes_and_checkpoint(mut self) -> Result<(Vec<[u8; 32]>, SignedNote), ProofFileError> {
        let mut hashes = Vec::new();
        loop {
            let line = self.next()?;
            if line.is_empty() {
                break;
            }
            if hashes.len() == MAX_HASHES {
                return Err(ProofFileError::TooManyHashes);
            }
            let hash = BASE64
                .decode(line)
                .ok()
                .and_then(|hash| hash.try_into().ok());
            hashes.push(hash.ok_or_else(|| self.wrong("a hash in canonical padded base64"))?);
        }
        let checkpoint =
            SignedNote::parse(self.rest.as_bytes()).map_err(ProofFileError::Checkpoint)?;
        Ok((hashes, checkpoint))
    }
}

#[cfg(test)]
mod tests;
