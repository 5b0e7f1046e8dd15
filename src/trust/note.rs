//! Signed notes: a text, a blank line, signature lines.
//!
//! Follows C2SP signed-note v1, the format of checkpoints and of our entries alike. A note that was
//! parsed keeps its bytes: verifying reads them and never writes them anew. [`SignedNote`] is what
//! was parsed; only [`SignedNote::verify`] and [`SignedNote::verify_exactly`] make a
//! [`VerifiedNote`].
//!
//! Departures, all of them narrower than the specification: base64 is canonical, as the entry
//! format has it; two lines by the same name and key id are refused, known or not; names are
//! [`KeyName`]s (at most 255 bytes, no control character); [`MAX_BYTES`] and [`MAX_SIGNATURES`]
//! bound a note. A text may end in blank lines, as there: what reads the text decides.
//!
//! Not here: which keys ought to have signed, and cosignatures (their lines pass as unknown ones).

use std::collections::HashSet;
use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;

use super::key::{KeyError, KeyId, KeyName, SigningKey, VerifierKey};
use super::signature::Signature;

/// The most bytes a note has: what the two-byte length of an entry in a C2SP tile can say.
pub const MAX_BYTES: usize = 65_535;

/// The most signature lines a note has: as many as golang.org/x/mod/sumdb/note reads. C2SP asks
/// for sixteen at least.
pub const MAX_SIGNATURES: usize = 100;

/// What a signature line starts with: an em dash (U+2014) and a space.
const LINE_START: &str = "\u{2014} ";

/// Says why bytes are not a signed note, or can't become one. Line numbers count from 1.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    /// The note is longer than [`MAX_BYTES`].
    #[error("a note has at most {MAX_BYTES} bytes, this has {0}")]
    TooLong(usize),
    /// The note is not UTF-8.
    #[error("the note is not UTF-8 from byte {0} on")]
    Utf8(usize),
    /// A control character other than a line feed.
    #[error("byte {offset} of the note is the control character {byte:#04x}")]
    Control {
        /// Where it stands.
        offset: usize,
        /// The byte.
        byte: u8,
    },
    /// The text doesn't end in a line feed.
    #[error("the text of a note ends in a line feed, this does not")]
    TextEnd,
    /// No blank line stands before the signatures.
    #[error("the note has no blank line between its text and its signatures")]
    NoBlankLine,
    /// The last line has no line feed.
    #[error("the last line of the note does not end in a line feed")]
    LastLine,
    /// There is no signature line.
    #[error("the note has no signature line")]
    NoSignatures,
    /// There are more than [`MAX_SIGNATURES`] signature lines.
    #[error("a note has at most {MAX_SIGNATURES} signature lines, this has {0}")]
    TooManySignatures(usize),
    /// A line among the signatures is not "— name base64".
    #[error("signature line {0} is not an em dash, a key name and base64, one space between them")]
    LineSyntax(usize),
    /// The name on a signature line is not a key name.
    #[error("the name on signature line {line} is not a key name")]
    Name {
        /// Which signature line.
        line: usize,
        /// What is wrong with the name.
        source: KeyError,
    },
    /// A signature is not canonical base64.
    #[error("signature line {line} is not canonical padded base64")]
    Base64 {
        /// Which signature line.
        line: usize,
        /// What is wrong with the encoding.
        source: base64::DecodeError,
    },
    /// A signature line has a key id and nothing after it, or less.
    #[error("signature line {line} holds {bytes} bytes, less than a key id and a signature")]
    Short {
        /// Which signature line.
        line: usize,
        /// How many bytes the base64 stands for.
        bytes: usize,
    },
    /// Two lines are by the same key name and id.
    #[error("signature line {line} is by {name} ({id}), as an earlier one")]
    Repeated {
        /// The second of the lines.
        line: usize,
        /// The name on both.
        name: KeyName,
        /// The key id on both.
        id: KeyId,
    },
}

/// Says why a note's signatures don't do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VerifyError {
    /// A signature by a known key does not hold.
    #[error("the signature of {name} ({id}) does not verify")]
    Signature {
        /// The key's name.
        name: KeyName,
        /// The key's id.
        id: KeyId,
    },
    /// No signature is by a known key.
    #[error("no signature on the note is by a known key")]
    NoKnownSignature,
    /// Two known keys share name and key id.
    #[error("two known keys are called {name} ({id})")]
    Ambiguous {
        /// The name of both.
        name: KeyName,
        /// The id of both.
        id: KeyId,
    },
    /// The note has more or fewer signatures than there are keys.
    #[error("the note has {found} signatures, {expected} should stand")]
    Count {
        /// How many keys should have signed.
        expected: usize,
        /// How many signature lines stand.
        found: usize,
    },
    /// A signature line is by another key than the one whose place it is.
    #[error("signature line {line} is by {found_name} ({found_id}), not by {expected}")]
    Signer {
        /// Which signature line, from 1.
        line: usize,
        /// The key whose line should stand there.
        expected: Box<VerifierKey>,
        /// The name that stands there.
        found_name: KeyName,
        /// The key id that stands there.
        found_id: KeyId,
    },
}

/// One signature line: who claims to have signed, and the bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignatureLine {
    /// The name of the key.
    pub name: KeyName,
    /// The key id: a hint that finds the key.
    pub id: KeyId,
    /// The signature: 64 bytes for Ed25519, others for types we don't know. Never empty.
    pub signature: Vec<u8>,
}

impl SignatureLine {
    /// Reads signature lines that stand without their note, as a witness answers with them: at
    /// least one, each with its line feed. Checks no signature.
    pub fn parse_all(lines: &str) -> Result<Vec<Self>, NoteError> {
        if lines.len() > MAX_BYTES {
            return Err(NoteError::TooLong(lines.len()));
        }
        check_control(lines)?;
        if lines.is_empty() {
            return Err(NoteError::NoSignatures);
        }
        let lines = lines.strip_suffix('\n').ok_or(NoteError::LastLine)?;
        let count = lines.split('\n').count();
        if count > MAX_SIGNATURES {
            return Err(NoteError::TooManySignatures(count));
        }
        let signatures = lines
            .split('\n')
            .enumerate()
            .map(|(index, line)| parse_line(index + 1, line))
            .collect::<Result<Vec<_>, _>>()?;
        check_repeated(&signatures)?;
        Ok(signatures)
    }

    /// Returns whether the line names this key.
    pub fn names(&self, key: &VerifierKey) -> bool {
        self.id == key.id() && self.name == *key.name()
    }

    fn verify(&self, key: &VerifierKey, text: &str) -> Result<(), VerifyError> {
        <[u8; 64]>::try_from(self.signature.as_slice())
            .ok()
            .and_then(|bytes| Signature(bytes).verify(key.public(), text.as_bytes()).ok())
            .ok_or_else(|| VerifyError::Signature {
                name: self.name.clone(),
                id: self.id,
            })
    }
}

/// Writes the line without its line feed.
impl fmt::Display for SignatureLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let blob = [&self.id.0, self.signature.as_slice()].concat();
        write!(f, "{LINE_START}{} {}", self.name, BASE64.encode(blob))
    }
}

/// A note that was parsed, not verified: its bytes, and where in them what stands.
#[derive(Clone, PartialEq, Eq)]
pub struct SignedNote {
    note: String,
    text_bytes: usize,
    signatures: Vec<SignatureLine>,
}

impl SignedNote {
    /// Reads a note and keeps its bytes. Checks no signature.
    pub fn parse(bytes: &[u8]) -> Result<Self, NoteError> {
        if bytes.len() > MAX_BYTES {
            return Err(NoteError::TooLong(bytes.len()));
        }
        let note =
            std::str::from_utf8(bytes).map_err(|error| NoteError::Utf8(error.valid_up_to()))?;
        check_control(note)?;
        // Signatures start after the last blank line; the text keeps its final line feed.
        let text_bytes = note.rfind("\n\n").ok_or(NoteError::NoBlankLine)? + 1;
        let signatures = SignatureLine::parse_all(&note[text_bytes + 1..])?;
        Ok(Self {
            note: note.to_owned(),
            text_bytes,
            signatures,
        })
    }

    /// Signs a text: the author, who is the first of `keys`, first, the others by name and key id.
    ///
    /// # Errors
    ///
    /// If the text can't stand in a note, or a key stands in `keys` twice or not at all.
    pub fn sign(text: &str, keys: &[&SigningKey]) -> Result<Self, NoteError> {
        let mut keys = keys.to_vec();
        if let Some(others) = keys.get_mut(1..) {
            others.sort_by(|a, b| signing_order(a.verifier(), b.verifier()));
        }
        let signatures = keys
            .iter()
            .map(|key| SignatureLine {
                name: key.name().clone(),
                id: key.verifier().id(),
                signature: key.sign(text).0.to_vec(),
            })
            .collect();
        Self::assemble(text, signatures)
    }

    /// Puts a text and its signature lines together, in the order given, and checks the whole as
    /// [`parse`](Self::parse) does. Checks no signature.
    pub fn assemble(text: &str, signatures: Vec<SignatureLine>) -> Result<Self, NoteError> {
        if !text.ends_with('\n') {
            return Err(NoteError::TextEnd);
        }
        check_control(text)?;
        if signatures.is_empty() {
            return Err(NoteError::NoSignatures);
        }
        if signatures.len() > MAX_SIGNATURES {
            return Err(NoteError::TooManySignatures(signatures.len()));
        }
        check_repeated(&signatures)?;
        let mut note = format!("{text}\n");
        for (index, line) in signatures.iter().enumerate() {
            if line.signature.is_empty() {
                return Err(NoteError::Short {
                    line: index + 1,
                    bytes: line.id.0.len(),
                });
            }
            note.push_str(&line.to_string());
            note.push('\n');
        }
        if note.len() > MAX_BYTES {
            return Err(NoteError::TooLong(note.len()));
        }
        Ok(Self {
            note,
            text_bytes: text.len(),
            signatures,
        })
    }

    /// Returns the note with further signature lines, none by a key whose line is there already.
    /// Checks no signature.
    pub fn with_lines(&self, lines: &[SignatureLine]) -> Result<Self, NoteError> {
        Self::assemble(self.text(), [self.signatures(), lines].concat())
    }

    /// Returns what was signed: the text with its final line feed.
    pub fn text(&self) -> &str {
        &self.note[..self.text_bytes]
    }

    /// Returns the signature lines, in their order.
    pub fn signatures(&self) -> &[SignatureLine] {
        &self.signatures
    }

    /// Returns the whole note, byte for byte as it was parsed or written.
    pub fn bytes(&self) -> &[u8] {
        self.note.as_bytes()
    }

    /// Returns the whole note as text.
    pub fn as_str(&self) -> &str {
        &self.note
    }

    /// Verifies a note as C2SP says, for checkpoints: lines by unknown keys are ignored, a line by
    /// a known key that fails refuses the note, and at least one line must be by a known key.
    pub fn verify<'a>(
        &'a self,
        known: &[&'a VerifierKey],
    ) -> Result<VerifiedNote<'a>, VerifyError> {
        let mut signers = Vec::new();
        for line in &self.signatures {
            let mut named = known.iter().filter(|key| line.names(key));
            let Some(&key) = named.next() else { continue };
            if named.any(|other| other.public() != key.public()) {
                return Err(VerifyError::Ambiguous {
                    name: line.name.clone(),
                    id: line.id,
                });
            }
            line.verify(key, self.text())?;
            signers.push(key);
        }
        if signers.is_empty() {
            return Err(VerifyError::NoKnownSignature);
        }
        Ok(VerifiedNote {
            note: self,
            signers,
        })
    }

    /// Verifies a note as entries have it: exactly these keys have signed, in exactly this order.
    pub fn verify_exactly<'a>(
        &'a self,
        keys: &[&'a VerifierKey],
    ) -> Result<VerifiedNote<'a>, VerifyError> {
        if self.signatures.len() != keys.len() {
            return Err(VerifyError::Count {
                expected: keys.len(),
                found: self.signatures.len(),
            });
        }
        for (index, (line, key)) in self.signatures.iter().zip(keys).enumerate() {
            if !line.names(key) {
                return Err(VerifyError::Signer {
                    line: index + 1,
                    expected: Box::new((*key).clone()),
                    found_name: line.name.clone(),
                    found_id: line.id,
                });
            }
            line.verify(key, self.text())?;
        }
        Ok(VerifiedNote {
            note: self,
            signers: keys.to_vec(),
        })
    }
}

impl fmt::Debug for SignedNote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SignedNote({:?})", self.note)
    }
}

/// A note whose signatures hold, and the keys that made them.
///
/// It says which keys signed the text, not that they were entitled to, and not that it is true.
#[derive(Debug, Clone)]
pub struct VerifiedNote<'a> {
    note: &'a SignedNote,
    signers: Vec<&'a VerifierKey>,
}

impl<'a> VerifiedNote<'a> {
    /// Returns the note.
    pub fn note(&self) -> &'a SignedNote {
        self.note
    }

    /// Returns the text that was signed.
    pub fn text(&self) -> &'a str {
        self.note.text()
    }

    /// Returns the keys whose signatures hold, in the order of their lines. Never empty.
    pub fn signers(&self) -> &[&'a VerifierKey] {
        &self.signers
    }
}

/// Orders the signers that follow an entry's author: by the bytes of (name, key id).
pub fn signing_order(a: &VerifierKey, b: &VerifierKey) -> std::cmp::Ordering {
    (a.name(), a.id()).cmp(&(b.name(), b.id()))
}

/// Refuses what C2SP refuses: a byte below 0x20 that is not a line feed.
fn check_control(text: &str) -> Result<(), NoteError> {
    match text.bytes().position(|b| b < 0x20 && b != b'\n') {
        Some(offset) => Err(NoteError::Control {
            offset,
            byte: text.as_bytes()[offset],
        }),
        None => Ok(()),
    }
}

fn check_repeated(signatures: &[SignatureLine]) -> Result<(), NoteError> {
    let mut seen = HashSet::new();
    for (index, line) in signatures.iter().enumerate() {
        if !seen.insert((&line.name, line.id)) {
            return Err(NoteError::Repeated {
                line: index + 1,
                name: line.name.clone(),
                id: line.id,
            });
        }
    }
    Ok(())
}

fn parse_line(number: usize, line: &str) -> Result<SignatureLine, NoteError> {
    let (name, blob) = line
        .strip_prefix(LINE_START)
        .and_then(|rest| rest.split_once(' '))
        .ok_or(NoteError::LineSyntax(number))?;
    let name = KeyName::new(name).map_err(|source| NoteError::Name {
        line: number,
        source,
    })?;
    let mut blob = BASE64.decode(blob).map_err(|source| NoteError::Base64 {
        line: number,
        source,
    })?;
    // Four bytes of key id, and at least one of signature.
    if blob.len() < 5 {
        return Err(NoteError::Short {
            line: number,
            bytes: blob.len(),
        });
    }
    let signature = blob.split_off(4);
    let id = KeyId(blob.try_into().expect("four bytes were split off"));
    Ok(SignatureLine {
        name,
        id,
        signature,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How to recognise a reason.
    type Reason = fn(&NoteError) -> bool;

    /// What is wrong, the note, and how to recognise the reason.
    type Case = (&'static str, String, Reason);

    // C2SP signed-note v1, "Example".
    const EXAMPLE_KEY: &str =
        "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
    const EXAMPLE: &str = "This is an example message.\n\n\u{2014} example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n";

    fn verifier(text: &str) -> VerifierKey {
        text.parse().expect("a verifier key")
    }

    /// A test key, from a seed that anyone can guess.
    fn signer(name: &str, seed: u8) -> SigningKey {
        SigningKey::from_seed(name.parse().expect("a name"), &[seed; 32])
    }

    #[test]
    fn lines_are_read_without_their_note_and_added_to_it() {
        let [first, second] = [signer("a", 1), signer("b", 2)];
        let both = SignedNote::sign("text\n", &[&first, &second]).expect("a note");
        let note = SignedNote::sign("text\n", &[&first]).expect("a note");
        let line = format!("{}\n", both.signatures()[1]);
        let read = SignatureLine::parse_all(&line).expect("a line");
        assert_eq!(read, both.signatures()[1..]);
        assert_eq!(note.with_lines(&read), Ok(both.clone()));
        for twice in [note.with_lines(note.signatures()), both.with_lines(&read)] {
            assert!(matches!(twice, Err(NoteError::Repeated { .. })));
        }
        let cases: Vec<(String, Reason)> = vec![
            (String::new(), |e| *e == NoteError::NoSignatures),
            (line.trim_end().into(), |e| *e == NoteError::LastLine),
            ("\n".into(), |e| *e == NoteError::LineSyntax(1)),
            (format!("\n{line}"), |e| *e == NoteError::LineSyntax(1)),
            (format!("{line}\n{line}"), |e| {
                *e == NoteError::LineSyntax(2)
            }),
            (line.repeat(2), |e| matches!(e, NoteError::Repeated { .. })),
            (line.repeat(101), |e| {
                *e == NoteError::TooManySignatures(101)
            }),
        ];
        for (lines, expected) in cases {
            let error = SignatureLine::parse_all(&lines).expect_err(&lines);
            assert!(expected(&error), "{lines:?}: {error:?}");
        }
    }

    #[test]
    fn the_example_of_the_specification_verifies() {
        let note = SignedNote::parse(EXAMPLE.as_bytes()).expect("a note");
        let key = verifier(EXAMPLE_KEY);
        let verified = note.verify(&[&key]).expect("verifies");
        assert_eq!(verified.text(), "This is an example message.\n");
        assert_eq!(verified.signers(), [&key]);
        assert_eq!(
            note.verify_exactly(&[&key]).expect("verifies").signers(),
            [&key]
        );
        assert_eq!(note.bytes(), EXAMPLE.as_bytes());
    }

    #[test]
    fn no_single_bit_of_a_note_can_change() {
        let key = verifier(EXAMPLE_KEY);
        for place in 0..EXAMPLE.len() * 8 {
            let mut bytes = EXAMPLE.as_bytes().to_vec();
            bytes[place / 8] ^= 1 << (place % 8);
            if let Ok(note) = SignedNote::parse(&bytes) {
                assert!(note.verify(&[&key]).is_err(), "bit {place}");
                assert!(note.verify_exactly(&[&key]).is_err(), "bit {place}");
            }
        }
    }

    #[test]
    #[expect(clippy::too_many_lines, reason = "a table")]
    fn what_is_not_a_note_is_refused_for_its_reason() {
        let line = EXAMPLE.split_once("\n\n").expect("two parts").1;
        let text = "This is an example message.\n";
        let long = format!("{text}{}\n{line}", "a\n".repeat(MAX_BYTES / 2));
        let many: String = (0..=MAX_SIGNATURES)
            .map(|i| line.replace("foo", &format!("foo{i}")))
            .collect();
        let blob = "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=";
        let name = |name: &str| format!("{text}\n{}", line.replace("example.com/foo", name));
        let base64 = |base64: &str| format!("{text}\n{}", line.replace(blob, base64));
        let cases: Vec<Case> = vec![
            ("nothing", String::new(), |e| {
                matches!(e, NoteError::NoBlankLine)
            }),
            ("text alone", text.into(), |e| {
                matches!(e, NoteError::NoBlankLine)
            }),
            ("no blank line", format!("{text}{line}"), |e| {
                matches!(e, NoteError::NoBlankLine)
            }),
            ("no signatures", format!("{text}\n"), |e| {
                matches!(e, NoteError::NoSignatures)
            }),
            (
                "a blank line at the end",
                format!("{text}\n{line}\n"),
                |e| matches!(e, NoteError::NoSignatures),
            ),
            (
                "no last line feed",
                format!("{text}\n{}", line.trim_end()),
                |e| matches!(e, NoteError::LastLine),
            ),
            ("CR LF", EXAMPLE.replace('\n', "\r\n"), |e| {
                matches!(e, NoteError::Control { byte: b'\r', .. })
            }),
            ("a tab", EXAMPLE.replace("is an", "is\tan"), |e| {
                matches!(
                    e,
                    NoteError::Control {
                        offset: 7,
                        byte: b'\t'
                    }
                )
            }),
            (
                "a NUL in a signature line",
                EXAMPLE.replace("foo", "f\0o"),
                |e| matches!(e, NoteError::Control { .. }),
            ),
            ("too long", long, |e| matches!(e, NoteError::TooLong(_))),
            ("too many lines", format!("{text}\n{many}"), |e| {
                matches!(e, NoteError::TooManySignatures(101))
            }),
            ("a line twice", format!("{text}\n{line}{line}"), |e| {
                matches!(e, NoteError::Repeated { line: 2, .. })
            }),
            (
                "a key twice",
                format!("{text}\n{line}{}", line.replace("aQM=", "aQQ=")),
                |e| matches!(e, NoteError::Repeated { line: 2, .. }),
            ),
            ("a hyphen", EXAMPLE.replace('\u{2014}', "-"), |e| {
                matches!(e, NoteError::LineSyntax(1))
            }),
            ("an en dash", EXAMPLE.replace('\u{2014}', "\u{2013}"), |e| {
                matches!(e, NoteError::LineSyntax(1))
            }),
            (
                "no space after the dash",
                EXAMPLE.replace("\u{2014} ", "\u{2014}"),
                |e| matches!(e, NoteError::LineSyntax(1)),
            ),
            (
                "two spaces after the dash",
                EXAMPLE.replace("\u{2014} ", "\u{2014}  "),
                |e| {
                    matches!(
                        e,
                        NoteError::Name {
                            line: 1,
                            source: KeyError::EmptyName
                        }
                    )
                },
            ),
            (
                "a space before the dash",
                EXAMPLE.replace('\u{2014}', " \u{2014}"),
                |e| matches!(e, NoteError::LineSyntax(1)),
            ),
            (
                "no signature",
                format!("{text}\n\u{2014} example.com/foo\n"),
                |e| matches!(e, NoteError::LineSyntax(1)),
            ),
            ("an empty signature", base64(""), |e| {
                matches!(e, NoteError::Short { bytes: 0, .. })
            }),
            ("a key id alone", base64("Uw2QOg=="), |e| {
                matches!(e, NoteError::Short { bytes: 4, .. })
            }),
            (
                "two spaces before the signature",
                name("example.com/foo "),
                |e| matches!(e, NoteError::Base64 { .. }),
            ),
            (
                "a space at the end",
                EXAMPLE.replace("aQM=", "aQM= "),
                |e| matches!(e, NoteError::Base64 { .. }),
            ),
            ("no padding", EXAMPLE.replace("aQM=", "aQM"), |e| {
                matches!(e, NoteError::Base64 { .. })
            }),
            ("trailing bits", EXAMPLE.replace("aQM=", "aQN="), |e| {
                matches!(e, NoteError::Base64 { .. })
            }),
            ("padding too much", EXAMPLE.replace("aQM=", "aQM=="), |e| {
                matches!(e, NoteError::Base64 { .. })
            }),
            (
                "the URL alphabet",
                base64("Uw2QOn-_").replace('+', "-"),
                |e| matches!(e, NoteError::Base64 { .. }),
            ),
            ("a plus in the name", name("example.com/f+o"), |e| {
                matches!(
                    e,
                    NoteError::Name {
                        source: KeyError::NameCharacter('+'),
                        ..
                    }
                )
            }),
            (
                "a no-break space in the name",
                name("example.com/f\u{a0}o"),
                |e| matches!(e, NoteError::Name { .. }),
            ),
            ("a name too long", name(&"n".repeat(256)), |e| {
                matches!(
                    e,
                    NoteError::Name {
                        source: KeyError::LongName(256),
                        ..
                    }
                )
            }),
            (
                "an unknown kind of line",
                format!("{EXAMPLE}hello\n"),
                |e| matches!(e, NoteError::LineSyntax(2)),
            ),
        ];
        for (why, note, expected) in cases {
            let error = SignedNote::parse(note.as_bytes()).expect_err(why);
            assert!(expected(&error), "{why}: {error:?}");
        }
        assert_eq!(
            SignedNote::parse(b"a\xff\n\n\xe2\x80\x94 a AAAAAAA=\n"),
            Err(NoteError::Utf8(1))
        );
    }

    #[test]
    fn signatures_start_after_the_last_blank_line() {
        let key = signer("a.example/a", 1);
        for text in [
            "one\n\ntwo\n",
            "one\n\n",
            "\n",
            "\u{2014} a.example/a AAAAAAA=\n",
        ] {
            let note = SignedNote::sign(text, &[&key]).expect("a note");
            let read = SignedNote::parse(note.bytes()).expect("a note");
            assert_eq!(read, note);
            assert_eq!(read.text(), text);
            assert!(read.verify_exactly(&[key.verifier()]).is_ok());
        }
        for (text, error) in [
            ("", NoteError::TextEnd),
            ("no line feed", NoteError::TextEnd),
            (
                "a\rb\n",
                NoteError::Control {
                    offset: 1,
                    byte: b'\r',
                },
            ),
        ] {
            assert_eq!(SignedNote::sign(text, &[&key]), Err(error));
        }
        assert_eq!(SignedNote::sign("a\n", &[]), Err(NoteError::NoSignatures));
        assert!(matches!(
            SignedNote::sign("a\n", &[&key, &key]),
            Err(NoteError::Repeated { line: 2, .. })
        ));
        assert!(matches!(
            SignedNote::sign(&"a\n".repeat(MAX_BYTES), &[&key]),
            Err(NoteError::TooLong(_))
        ));
    }

    #[test]
    fn the_author_stands_first_and_the_others_by_name_and_id() {
        let author = signer("z.example/z", 1);
        let (b, a, other_a) = (
            signer("b.example", 2),
            signer("a.example", 3),
            signer("a.example", 4),
        );
        let note = SignedNote::sign("text\n", &[&author, &b, &a, &other_a]).expect("a note");
        let mut others = [b.verifier(), a.verifier(), other_a.verifier()];
        others.sort_by(|a, b| signing_order(a, b));
        assert_eq!(others[2].name().as_str(), "b.example");
        assert!(others[0].id() < others[1].id());
        let order = [author.verifier(), others[0], others[1], others[2]];
        assert_eq!(
            note.verify_exactly(&order).expect("verifies").signers(),
            order
        );
    }

    #[test]
    fn exactly_these_keys_in_exactly_this_order() {
        let (a, b, c) = (
            signer("a.example", 1),
            signer("b.example", 2),
            signer("c.example", 3),
        );
        let (va, vb, vc) = (a.verifier(), b.verifier(), c.verifier());
        let note = SignedNote::sign("text\n", &[&a, &b]).expect("a note");
        assert!(note.verify_exactly(&[va, vb]).is_ok());
        assert_eq!(
            note.verify_exactly(&[]).expect_err("refused"),
            VerifyError::Count {
                expected: 0,
                found: 2
            }
        );
        assert_eq!(
            note.verify_exactly(&[va]).expect_err("refused"),
            VerifyError::Count {
                expected: 1,
                found: 2
            }
        );
        assert!(matches!(
            note.verify_exactly(&[va, vb, vc]),
            Err(VerifyError::Count { .. })
        ));
        assert!(matches!(
            note.verify_exactly(&[vb, va]),
            Err(VerifyError::Signer { line: 1, .. })
        ));
        assert!(matches!(
            note.verify_exactly(&[va, vc]),
            Err(VerifyError::Signer { line: 2, .. })
        ));
        assert!(matches!(
            note.verify_exactly(&[va, va]),
            Err(VerifyError::Signer { line: 2, .. })
        ));
    }

    #[test]
    fn a_checkpoint_reader_ignores_strangers_and_refuses_a_known_failure() {
        let (a, b) = (signer("a.example", 1), signer("b.example", 2));
        let note = SignedNote::sign("text\n", &[&a, &b]).expect("a note");
        assert_eq!(
            note.verify(&[b.verifier()]).expect("one").signers(),
            [b.verifier()]
        );
        let both = [b.verifier(), a.verifier()];
        assert_eq!(
            note.verify(&both).expect("both").signers(),
            [a.verifier(), b.verifier()]
        );
        let stranger = signer("c.example", 3);
        for known in [&[][..], &[stranger.verifier()]] {
            assert_eq!(
                note.verify(known).expect_err("refused"),
                VerifyError::NoKnownSignature
            );
        }

        // A known key's line that fails refuses the note, whoever else signed it.
        let mut lines = note.signatures().to_vec();
        lines[1].signature[0] ^= 1;
        let spoilt = SignedNote::assemble("text\n", lines).expect("a note");
        assert!(matches!(
            spoilt.verify(&both),
            Err(VerifyError::Signature { .. })
        ));
        assert!(spoilt.verify(&[a.verifier()]).is_ok());
        // As does one that has not 64 bytes: of a cosignature's length, say.
        let mut lines = note.signatures().to_vec();
        lines[1].signature.extend([0; 8]);
        let longer = SignedNote::assemble("text\n", lines).expect("a note");
        assert!(matches!(
            longer.verify(&both),
            Err(VerifyError::Signature { .. })
        ));
        assert!(longer.verify(&[a.verifier()]).is_ok());
    }

    #[test]
    fn a_line_under_another_name_or_id_is_not_the_keys() {
        let a = signer("a.example", 1);
        let mut lines = SignedNote::sign("text\n", &[&a])
            .expect("a note")
            .signatures()
            .to_vec();
        lines[0].id.0[0] ^= 1;
        let note = SignedNote::assemble("text\n", lines).expect("a note");
        assert_eq!(
            note.verify(&[a.verifier()]).expect_err("refused"),
            VerifyError::NoKnownSignature
        );
        assert!(matches!(
            note.verify_exactly(&[a.verifier()]),
            Err(VerifyError::Signer { .. })
        ));
    }

    #[test]
    fn sixteen_signatures_are_read() {
        let keys: Vec<_> = (0..16)
            .map(|i| signer(&format!("{i:02}.example"), i))
            .collect();
        let note = SignedNote::sign("text\n", &keys.iter().collect::<Vec<_>>()).expect("a note");
        let note = SignedNote::parse(note.bytes()).expect("a note");
        let known: Vec<_> = keys.iter().map(SigningKey::verifier).collect();
        assert_eq!(note.verify(&known).expect("all").signers().len(), 16);
        assert!(note.verify_exactly(&known).is_ok());
    }

    proptest::proptest! {
        #[test]
        fn arbitrary_bytes_never_panic_and_a_note_keeps_its_bytes(bytes: Vec<u8>) {
            if let Ok(note) = SignedNote::parse(&bytes) {
                proptest::prop_assert_eq!(note.bytes(), bytes);
            }
        }

        #[test]
        fn what_parses_is_what_would_be_written(
            text in "[ -~\n]{0,40}\n",
            lines in "(\u{2014} [a-c]{1,3} [AQgw]{6,8}[AQgw=]{2}\n){1,4}",
        ) {
            let bytes = format!("{text}\n{lines}");
            if let Ok(note) = SignedNote::parse(bytes.as_bytes()) {
                let again = SignedNote::assemble(note.text(), note.signatures().to_vec())
                    .expect("a note");
                proptest::prop_assert_eq!(again.bytes(), bytes.as_bytes());
            }
        }
    }

    #[test]
    fn two_known_keys_of_one_name_and_id_settle_nothing() {
        // The points 70,120·B and 1,476·B, found by trying multiples until two ids were the same.
        let one = verifier("a.example+a751e521+AZ/lk/Qrn5QU5IbnqHwKc2xQkj6GInWpoL8mMIlMvkzO");
        let other = verifier("a.example+a751e521+AUNgyy0NnoZouB1vXfE4tmyVyC8xWiLab0cbvFhsYd9O");
        let line = SignatureLine {
            name: one.name().clone(),
            id: one.id(),
            signature: vec![0; 64],
        };
        let note = SignedNote::assemble("text\n", vec![line]).expect("a note");
        let refused = |known: &[&VerifierKey]| note.verify(known).expect_err("refused");
        assert!(matches!(
            refused(&[&one, &other]),
            VerifyError::Ambiguous { .. }
        ));
        assert!(matches!(
            refused(&[&one, &one]),
            VerifyError::Signature { .. }
        ));
        assert!(matches!(refused(&[&other]), VerifyError::Signature { .. }));
    }
}
