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
mod tests {
    use proptest::prelude::*;

    use super::super::checkpoint::Checkpoint;
    use super::super::definition::{leaves, tree};
    use super::super::key::SigningKey;
    use super::super::merkle::{RootHash, Tree};
    use super::*;

    const SIZES: u64 = 20;

    /// A test log, from a seed that anyone can guess.
    fn log() -> SigningKey {
        SigningKey::from_seed("desk.example/facts".parse().expect("a name"), &[1; 32])
    }

    fn head(tree: &Tree, size: u64) -> TreeHead {
        let root = tree.root(size).expect("a size of the tree");
        TreeHead { root, size }
    }

    fn checkpoint(head: TreeHead) -> SignedNote {
        let log = log();
        let origin = log.name().clone();
        Checkpoint { origin, head }.sign(&log).expect("a note")
    }

    #[test]
    fn an_entry_proof_is_written_as_the_specification_has_it() {
        let tree = tree(&leaves(3));
        let note = checkpoint(head(&tree, 3));
        let inclusion = InclusionProof::prove(0, 3, &tree).expect("a proof");
        let hash = |level, index| {
            use super::super::merkle::HashReader as _;
            BASE64.encode(tree.hash(level, index).expect("in the tree"))
        };
        let (one, two) = (hash(0, 1), hash(0, 2));
        let proof = EntryProof::new(inclusion, note.clone()).expect("short");
        assert_eq!(
            proof.to_string(),
            format!(
                "c2sp.org/tlog-proof@v1\nindex 0\n{one}\n{two}\n\n{}",
                note.as_str()
            )
        );
        let growth = ConsistencyProof::prove(2, 3, &tree).expect("a proof");
        let request = WitnessRequest::new(2, growth, note.clone()).expect("short");
        assert_eq!(
            request.to_string(),
            format!("old 2\n{two}\n\n{}", note.as_str())
        );
    }

    #[test]
    fn every_entry_of_small_logs_is_shown_by_its_file() {
        let leaves = leaves(SIZES);
        let tree = tree(&leaves);
        let log = log();
        for size in 1..=SIZES {
            let note = checkpoint(head(&tree, size));
            for index in 0..size {
                let inclusion = InclusionProof::prove(index, size, &tree).expect("a proof");
                let proof = EntryProof::new(inclusion, note.clone()).expect("short");
                let read = EntryProof::parse(proof.to_string().as_bytes()).expect("a proof");
                assert_eq!(read, proof);
                let verified = read.checkpoint().verify(&[log.verifier()]).expect("holds");
                let head = Checkpoint::from_verified(&verified)
                    .expect("a checkpoint")
                    .head;
                let leaf = leaves[usize::try_from(index).expect("small")];
                assert_eq!(read.verify(&leaf, &head), Ok(()));
                let other = leaves[usize::try_from((index + 1) % SIZES).expect("small")];
                assert!(read.verify(&other, &head).is_err());
            }
        }
    }

    #[test]
    fn every_growth_of_small_logs_is_shown_by_its_file() {
        let tree = tree(&leaves(SIZES));
        for newer in 0..=SIZES {
            let note = checkpoint(head(&tree, newer));
            for older in 0..=newer {
                let proof = ConsistencyProof::prove(older, newer, &tree).expect("a proof");
                let request = WitnessRequest::new(older, proof, note.clone()).expect("short");
                let read = WitnessRequest::parse(request.to_string().as_bytes());
                let read = read.expect("a request");
                assert_eq!(read, request);
                let (old, new) = (head(&tree, older), head(&tree, newer));
                assert_eq!(read.verify(&old, &new), Ok(()));
                if older > 0 {
                    let known = head(&tree, older - 1);
                    assert_eq!(
                        read.verify(&known, &new),
                        Err(RequestError::Old {
                            stated: older,
                            known: older - 1,
                        })
                    );
                    let root = RootHash([9; 32]);
                    let other = TreeHead { root, size: older };
                    assert!(matches!(
                        read.verify(&other, &new),
                        Err(RequestError::Proof(_))
                    ));
                }
            }
        }
    }

    #[test]
    fn an_extra_line_is_read_over() {
        let tree = tree(&leaves(2));
        let inclusion = InclusionProof::prove(1, 2, &tree).expect("a proof");
        let proof = EntryProof::new(inclusion, checkpoint(head(&tree, 2))).expect("short");
        let text = proof.to_string();
        for extra in ["", "AAAA", "bm90IGEgd29yZA=="] {
            let with = text.replacen('\n', &format!("\nextra {extra}\n"), 1);
            assert_eq!(EntryProof::parse(with.as_bytes()), Ok(proof.clone()));
        }
    }

    #[test]
    fn what_is_not_a_file_with_a_proof_is_refused_for_its_reason() {
        let note = checkpoint(TreeHead::empty());
        let note = note.as_str();
        let hash = BASE64.encode([7; 32]);
        let entry = |lines: &str| format!("{ENTRY_PROOF}\n{lines}\n\n{note}");
        let line = |line| move |e: &ProofFileError| matches!(e, ProofFileError::Line { line: at, .. } if *at == line);
        let ends = |e: &ProofFileError| *e == ProofFileError::Ends;
        assert!(EntryProof::parse(entry("index 0").as_bytes()).is_ok());
        for text in [
            entry("index 0").replace("v1", "v2"),
            entry("index 0").replace("c2sp", " c2sp"),
            note.to_owned(),
        ] {
            assert!(line(1)(
                &EntryProof::parse(text.as_bytes()).expect_err(&text)
            ));
        }
        for lines in [
            "",
            "index",
            "index ",
            "index 00",
            "index -1",
            "index +1",
            "index 1 ",
            "index  1",
            "index 1\r",
            "Index 1",
            "index 0x1",
            "index 18446744073709551616",
            "extra",
            "extra A\nindex 0",
            "extra AAAB=\nindex 0",
            "extra  AAAA\nindex 0",
            &hash,
        ] {
            assert!(
                line(2)(&EntryProof::parse(entry(lines).as_bytes()).expect_err(lines)),
                "{lines}"
            );
        }
        for lines in [
            "extra AAAA\nextra AAAA\nindex 0",
            "index 0\nindex 0",
            "index 0\nextra AAAA",
            "index 0\nAAAA",
            &format!("index 0\n {hash}"),
            &format!("index 0\n{hash} "),
            &format!("index 0\n{}", hash.trim_end_matches('=')),
            &format!("index 0\n{}", hash.replace("c=", "d=")),
        ] {
            assert!(
                line(3)(&EntryProof::parse(entry(lines).as_bytes()).expect_err(lines)),
                "{lines}"
            );
        }
        for text in [
            "",
            ENTRY_PROOF,
            &format!("{ENTRY_PROOF}\nindex 0"),
            &format!("{ENTRY_PROOF}\nindex 0\n{hash}\n"),
        ] {
            assert!(
                ends(&EntryProof::parse(text.as_bytes()).expect_err(text)),
                "{text}"
            );
        }
        for text in [
            format!("{ENTRY_PROOF}\nindex 0\n\n"),
            entry("index 0\n"),
            entry("index 0") + "\n",
            entry("index 0") + "x",
        ] {
            let error = EntryProof::parse(text.as_bytes());
            // An empty line more is the first of the checkpoint's text, which the note allows.
            if text == entry("index 0\n") {
                assert!(error.expect("a note").checkpoint().text().starts_with('\n'));
            } else {
                assert!(
                    matches!(error, Err(ProofFileError::Checkpoint(_))),
                    "{text}"
                );
            }
        }

        let request = |lines: &str| format!("{lines}\n\n{note}");
        assert!(WitnessRequest::parse(request("old 0").as_bytes()).is_ok());
        for lines in [
            "", "old", "old ", "old 01", "old -1", "old 1 ", "old 1\r", "Old 1", "size 1", &hash,
        ] {
            let error = WitnessRequest::parse(request(lines).as_bytes()).expect_err(lines);
            assert!(line(1)(&error), "{lines}");
        }
        for lines in ["old 1\nold 1", "old 1\nAAAA", "old 1\n "] {
            let error = WitnessRequest::parse(request(lines).as_bytes()).expect_err(lines);
            assert!(line(2)(&error), "{lines}");
        }
        assert_eq!(WitnessRequest::parse(b"old 1"), Err(ProofFileError::Ends));
        assert_eq!(
            WitnessRequest::parse(b"old 1\xff"),
            Err(ProofFileError::Utf8(5))
        );
    }

    #[test]
    fn a_file_is_bounded() {
        let note = checkpoint(TreeHead::empty());
        for (count, fits) in [(0, true), (63, true), (64, false), (1000, false)] {
            let hashes = vec![[7; 32]; count];
            let lines = format!("{}\n", BASE64.encode([7; 32])).repeat(count);
            let refused = ProofFileError::TooManyHashes;
            let text = format!("{ENTRY_PROOF}\nindex 0\n{lines}\n{}", note.as_str());
            let inclusion = InclusionProof {
                index: 0,
                hashes: hashes.clone(),
            };
            let made = EntryProof::new(inclusion, note.clone());
            assert_eq!(EntryProof::parse(text.as_bytes()), made);
            assert_eq!(made.err(), (!fits).then(|| refused.clone()));

            let text = format!("old 0\n{lines}\n{}", note.as_str());
            let made = WitnessRequest::new(0, ConsistencyProof { hashes }, note.clone());
            assert_eq!(WitnessRequest::parse(text.as_bytes()), made);
            assert_eq!(made.err(), (!fits).then_some(refused));
        }
        let long = vec![b'\n'; MAX_BYTES + 1];
        let error = ProofFileError::TooLong(long.len());
        assert_eq!(EntryProof::parse(&long), Err(error.clone()));
        assert_eq!(WitnessRequest::parse(&long), Err(error));
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(
            number in any::<u64>(),
            hashes in proptest::collection::vec(any::<[u8; 32]>(), 0..=MAX_HASHES),
        ) {
            let note = checkpoint(TreeHead::empty());
            let inclusion = InclusionProof { index: number, hashes: hashes.clone() };
            let proof = EntryProof::new(inclusion, note.clone()).expect("short");
            prop_assert_eq!(EntryProof::parse(proof.to_string().as_bytes()), Ok(proof));
            let request = WitnessRequest::new(number, ConsistencyProof { hashes }, note);
            let request = request.expect("short");
            prop_assert_eq!(WitnessRequest::parse(request.to_string().as_bytes()), Ok(request));
        }

        #[test]
        fn one_byte_changed_is_refused_or_read_as_it_stands(at in any::<prop::sample::Index>(), byte in any::<u8>()) {
            let tree = tree(&leaves(7));
            let inclusion = InclusionProof::prove(4, 7, &tree).expect("a proof");
            let proof = EntryProof::new(inclusion, checkpoint(head(&tree, 7))).expect("short");
            let mut bytes = proof.to_string().into_bytes();
            let at = at.index(bytes.len());
            bytes[at] = byte;
            if let Ok(read) = EntryProof::parse(&bytes) {
                prop_assert_eq!(read.to_string().into_bytes(), bytes);
            }
        }

        #[test]
        fn any_bytes_are_a_file_or_are_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let after = [b"old 1\n".as_slice(), &bytes].concat();
            prop_assert!(EntryProof::parse(&bytes).is_err());
            prop_assert!(WitnessRequest::parse(&after).is_err() || !bytes.is_empty());
        }
    }
}
