//! Checkpoints: a ledger's origin, size and root, as a signed note.
//!
//! Follows C2SP tlog-checkpoint v1: `<origin>\n<size>\n<base64 root>\n`. None of our checkpoints
//! has extension lines. In those of others non-empty extension lines are read over, as the
//! specification asks, and are not kept here: the note has them.
//!
//! Departures, narrower than the specification: an origin is a [`KeyName`] (at most 255 bytes, no
//! white space, no `+`), as the log's key bears the origin as its name; and a checkpoint of size 0
//! has the root of the empty tree.
//!
//! Not here: cosignatures, and whether two checkpoints are consistent (`merkle`).

use super::key::{KeyError, KeyName, SigningKey};
use super::merkle::{RootError, RootHash, TreeHead};
use super::note::{NoteError, SignedNote, VerifiedNote};

/// A ledger's checkpoint has at most so many bytes, its signature lines included (`docs/format.md`,
/// section 4).
pub const MAX_BYTES: usize = 16 * 1024;

/// A ledger has at most so many entries: 2^53−1, what every JSON reader holds exactly.
pub const MAX_SIZE: u64 = (1 << 53) - 1;

/// Says why a note is not the checkpoint it should be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CheckpointError {
    /// There are fewer than three lines.
    #[error("a checkpoint has the lines origin, size and root, this has {0}")]
    Lines(usize),
    /// The first line can't be an origin.
    #[error("the checkpoint's first line is not an origin")]
    OriginSyntax(#[source] KeyError),
    /// The second line is not a size.
    #[error("a checkpoint's size is decimal without leading zeros and below 2^64, not {0:?}")]
    Size(String),
    /// The third line is not a root hash.
    #[error("the checkpoint's third line is not a root hash")]
    Root(#[source] RootError),
    /// The size is 0 and the root is not that of the empty tree.
    #[error("a checkpoint of size 0 has root {empty}, this has {0}", empty = RootHash::empty())]
    EmptyRoot(RootHash),
    /// It is longer than a ledger's checkpoint may be.
    #[error("a ledger's checkpoint has at most {MAX_BYTES} bytes, this has {0}")]
    Long(usize),
    /// It states more entries than a ledger may have.
    #[error("a ledger has at most {MAX_SIZE} entries, the checkpoint states {0}")]
    Many(u64),
    /// An extension line is empty.
    #[error("line {0} of the checkpoint is empty")]
    EmptyLine(usize),
    /// The checkpoint is another ledger's.
    #[error("the checkpoint is of {found}, not of {expected}")]
    Origin {
        /// The origin that was asked for.
        expected: KeyName,
        /// The origin that the checkpoint names.
        found: KeyName,
    },
    /// The checkpoint and its log's key differ in name.
    #[error("the checkpoint is of {origin}, but the log's key is called {key}")]
    KeyName {
        /// The checkpoint's origin.
        origin: KeyName,
        /// The key's name.
        key: KeyName,
    },
    /// The checkpoint can't be written as a note.
    #[error("the checkpoint can't be written as a note")]
    Note(#[source] NoteError),
}

/// What a log says of itself: at this size, its tree had this root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// The ledger's name.
    pub origin: KeyName,
    /// The size and the root.
    pub head: TreeHead,
}

impl Checkpoint {
    /// Returns the text of the note: three lines, each with its line feed.
    pub fn to_text(&self) -> String {
        let TreeHead { root, size } = self.head;
        format!("{}\n{size}\n{root}\n", self.origin)
    }

    /// Signs the checkpoint with the log's key, whose name is the origin.
    pub fn sign(&self, log: &SigningKey) -> Result<SignedNote, CheckpointError> {
        if *log.name() != self.origin {
            return Err(CheckpointError::KeyName {
                origin: self.origin.clone(),
                key: log.name().clone(),
            });
        }
        check_empty(&self.head)?;
        SignedNote::sign(&self.to_text(), &[log]).map_err(CheckpointError::Note)
    }

    /// Reads a note whose signatures hold as a checkpoint. The caller then asks whose it is:
    /// [`check_origin`](Self::check_origin).
    pub fn from_verified(note: &VerifiedNote<'_>) -> Result<Self, CheckpointError> {
        Self::from_text(note.text())
    }

    /// Reads the text of a note, whoever signed it.
    pub(super) fn from_text(text: &str) -> Result<Self, CheckpointError> {
        let (origin, head) = stated(text)?;
        check_empty(&head)?;
        Ok(Self { origin, head })
    }

    /// Checks that the checkpoint is of the ledger that the caller means.
    pub fn check_origin(&self, expected: &KeyName) -> Result<(), CheckpointError> {
        if self.origin == *expected {
            Ok(())
        } else {
            Err(CheckpointError::Origin {
                expected: expected.clone(),
                found: self.origin.clone(),
            })
        }
    }
}

fn parse_size(text: &str) -> Result<u64, CheckpointError> {
    parse_decimal(text).ok_or_else(|| CheckpointError::Size(text.to_owned()))
}

/// Returns the origin and the head that the text of a checkpoint states, whoever signed it: what a
/// witness looks at before it knows whose keys to verify with. What an empty tree's root is has not
/// been compared.
pub fn stated(text: &str) -> Result<(KeyName, TreeHead), CheckpointError> {
    let lines: Vec<&str> = text
        .strip_suffix('\n')
        .unwrap_or(text)
        .split('\n')
        .collect();
    let [origin, size, root, extensions @ ..] = lines.as_slice() else {
        return Err(CheckpointError::Lines(lines.len()));
    };
    if let Some(index) = extensions.iter().position(|line| line.is_empty()) {
        return Err(CheckpointError::EmptyLine(index + 4));
    }
    let origin = KeyName::new(*origin).map_err(CheckpointError::OriginSyntax)?;
    let head = TreeHead {
        size: parse_size(size)?,
        root: root.parse().map_err(CheckpointError::Root)?,
    };
    Ok((origin, head))
}

/// Returns the size that a note's text states where a checkpoint has it, whoever signed it.
pub fn stated_size(text: &str) -> Option<u64> {
    text.lines().nth(1).and_then(parse_decimal)
}

/// Checks the length of a ledger's checkpoint in bytes, and the size that it states.
pub fn check_bounds(bytes: usize, size: u64) -> Result<(), CheckpointError> {
    if bytes > MAX_BYTES {
        return Err(CheckpointError::Long(bytes));
    }
    if size > MAX_SIZE {
        return Err(CheckpointError::Many(size));
    }
    Ok(())
}

/// Reads a decimal number below 2^64 without sign and leading zeros, as C2SP writes all of them.
pub(super) fn parse_decimal(text: &str) -> Option<u64> {
    let digits = text.bytes().all(|b| b.is_ascii_digit());
    let leading_zero = text.len() > 1 && text.starts_with('0');
    text.parse().ok().filter(|_| digits && !leading_zero)
}

fn check_empty(head: &TreeHead) -> Result<(), CheckpointError> {
    if head.size == 0 && head.root != RootHash::empty() {
        return Err(CheckpointError::EmptyRoot(head.root));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::key::VerifierKey;
    use super::*;

    /// A text that is no checkpoint, and how to recognise the reason.
    type Case = (String, fn(&CheckpointError) -> bool);

    // A throw-away log of 70,000 entries, made with another implementation.
    const SAMPLE_KEY: &str =
        "ledger.example/claims+cfe29bdc+AZShAs2wK/3VZ0vlYOcAhix4lIGUd7t85haek4xl6R2/";
    const SAMPLE_TEXT: &str =
        "ledger.example/claims\n70000\nzcddbCmAKkbT8Rp7eiLfY1mOUkyOVX+dBheyYEHWUew=\n";
    const SAMPLE_LINE: &str = "\u{2014} ledger.example/claims z+Kb3AD8nQvp3f63MEVjau0UfyyQErLAbuzBN+hVrvVf7vb4q4O446EgtWnBvkHKSJoUzrggbEwO2j2Pen4iG2GGXQ8=\n";
    const SAMPLE_COSIGNATURE: &str = "\u{2014} witness.example/w1 sEv/ywAAAABrAs5c0ZBCzQNsn4AaqNRBCROYSislpQo2HV1IEipv3cB/8s9+m0EY6mBuom5lbV9Snj0mUg2qK+pgMVj5XJrZkywbBA==\n";

    /// A test log, from a seed that anyone can guess.
    fn log() -> SigningKey {
        SigningKey::from_seed("desk.example/facts".parse().expect("as written"), &[1; 32])
    }

    fn read(text: &str) -> Result<Checkpoint, CheckpointError> {
        let log = log();
        let note = SignedNote::sign(text, &[&log]).expect("a note");
        Checkpoint::from_verified(&note.verify(&[log.verifier()]).expect("verifies"))
    }

    #[test]
    fn the_sample_reads_with_and_without_its_cosignature() {
        let key: VerifierKey = SAMPLE_KEY.parse().expect("a key");
        for more in ["", SAMPLE_COSIGNATURE] {
            let note = format!("{SAMPLE_TEXT}\n{SAMPLE_LINE}{more}");
            let note = SignedNote::parse(note.as_bytes()).expect("a note");
            let verified = note.verify(&[&key]).expect("verifies");
            let checkpoint = Checkpoint::from_verified(&verified).expect("a checkpoint");
            assert_eq!(checkpoint.origin, *key.name());
            assert_eq!(checkpoint.head.size, 70_000);
            assert_eq!(checkpoint.to_text(), SAMPLE_TEXT);
        }
    }

    #[test]
    fn what_is_signed_is_read_back() {
        let log = log();
        for size in [1, 9, 10, 256, u64::MAX] {
            let checkpoint = Checkpoint {
                origin: log.name().clone(),
                head: TreeHead {
                    root: RootHash([3; 32]),
                    size,
                },
            };
            let note = checkpoint.sign(&log).expect("a note");
            let note = SignedNote::parse(note.bytes()).expect("a note");
            let verified = note.verify(&[log.verifier()]).expect("verifies");
            assert_eq!(Checkpoint::from_verified(&verified), Ok(checkpoint.clone()));
            assert_eq!(note.text(), checkpoint.to_text());
        }
        let empty = Checkpoint {
            origin: log.name().clone(),
            head: TreeHead::empty(),
        };
        assert!(empty.sign(&log).is_ok());
    }

    #[test]
    fn extension_lines_of_others_are_read_over() {
        let text = format!("{SAMPLE_TEXT}an extension\nanother one\n");
        assert_eq!(read(&text).expect("a checkpoint").to_text(), SAMPLE_TEXT);
    }

    #[test]
    fn what_is_not_a_checkpoint_is_refused_for_its_reason() {
        const ROOT: &str = "zcddbCmAKkbT8Rp7eiLfY1mOUkyOVX+dBheyYEHWUew=";
        let size = |size: &str| format!("a\n{size}\n{ROOT}\n");
        let root = |root: &str| format!("a\n7\n{root}\n");
        let cases: Vec<Case> = vec![
            ("\n".into(), |e| matches!(e, CheckpointError::Lines(1))),
            ("a\n7\n".into(), |e| matches!(e, CheckpointError::Lines(2))),
            (format!("\n7\n{ROOT}\n"), |e| {
                matches!(e, CheckpointError::OriginSyntax(_))
            }),
            (format!("a b\n7\n{ROOT}\n"), |e| {
                matches!(e, CheckpointError::OriginSyntax(_))
            }),
            ("factlog/entry@v1\n{}\n\n".into(), |e| {
                matches!(e, CheckpointError::Size(_))
            }),
            (size(""), |e| matches!(e, CheckpointError::Size(_))),
            (size("07"), |e| matches!(e, CheckpointError::Size(_))),
            (size("00"), |e| matches!(e, CheckpointError::Size(_))),
            (size("+7"), |e| matches!(e, CheckpointError::Size(_))),
            (size("-7"), |e| matches!(e, CheckpointError::Size(_))),
            (size(" 7"), |e| matches!(e, CheckpointError::Size(_))),
            (size("7 "), |e| matches!(e, CheckpointError::Size(_))),
            (size("7_000"), |e| matches!(e, CheckpointError::Size(_))),
            (size("0x7"), |e| matches!(e, CheckpointError::Size(_))),
            (size("\u{0667}"), |e| matches!(e, CheckpointError::Size(_))),
            (size("18446744073709551616"), |e| {
                matches!(e, CheckpointError::Size(_))
            }),
            (size("0"), |e| matches!(e, CheckpointError::EmptyRoot(_))),
            (root(""), |e| {
                matches!(e, CheckpointError::Root(RootError::Length(0)))
            }),
            (root(&ROOT[..43]), |e| {
                matches!(e, CheckpointError::Root(RootError::Base64(_)))
            }),
            (root(&ROOT.replace("w=", "x=")), |e| {
                matches!(e, CheckpointError::Root(RootError::Base64(_)))
            }),
            (root("AAAA"), |e| {
                matches!(e, CheckpointError::Root(RootError::Length(3)))
            }),
            (root(&format!("{ROOT}\n")), |e| {
                matches!(e, CheckpointError::EmptyLine(4))
            }),
            (root(&format!("{ROOT}\nmore\n\nmore")), |e| {
                matches!(e, CheckpointError::EmptyLine(5))
            }),
        ];
        for (text, expected) in cases {
            let error = read(&text).expect_err(&text);
            assert!(expected(&error), "{text:?}: {error:?}");
        }
    }

    #[test]
    fn a_checkpoint_of_another_ledger_is_refused_with_both_names() {
        let checkpoint = read(SAMPLE_TEXT).expect("a checkpoint");
        let expected = KeyName::new("desk.example/facts").expect("a name");
        assert_eq!(
            checkpoint
                .check_origin(&expected)
                .expect_err("another")
                .to_string(),
            "the checkpoint is of ledger.example/claims, not of desk.example/facts"
        );
        assert_eq!(checkpoint.check_origin(&checkpoint.origin), Ok(()));
        assert!(matches!(
            checkpoint.sign(&log()),
            Err(CheckpointError::KeyName { .. })
        ));
        let root = RootHash([1; 32]);
        let wrong = Checkpoint {
            origin: expected,
            head: TreeHead { root, size: 0 },
        };
        assert_eq!(wrong.sign(&log()), Err(CheckpointError::EmptyRoot(root)));
    }
}
