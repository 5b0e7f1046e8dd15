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
use super::signature::{Begun, Signature};

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
        match *Begun::settle(vec![self.begin(key, text)]) {
            [true] => Ok(()),
            _ => Err(self.does_not_hold()),
        }
    }

    fn begin(&self, key: &VerifierKey, text: &str) -> Begun {
        <[u8; 64]>::try_from(self.signature.as_slice()).map_or(Begun::Settled(false), |bytes| {
            Signature(bytes).begin(key.public(), text.as_bytes())
        })
    }

    fn does_not_hold(&self) -> VerifyError {
        VerifyError::Signature {
            name: self.name.clone(),
            id: self.id,
        }
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
        let mut begun = Vec::with_capacity(keys.len());
        let lines = self.begin_exactly(keys.to_vec(), &mut begun);
        lines.finish(&mut Begun::settle(begun).into_iter())
    }

    /// Begins to verify a note as entries have it, and adds to `begun` the signatures that decide it.
    pub(crate) fn begin_exactly<'a>(
        &'a self,
        keys: Vec<&'a VerifierKey>,
        begun: &mut Vec<Begun>,
    ) -> BegunNote<'a> {
        let mut lines = BegunNote {
            note: self,
            keys,
            begun: 0,
            fault: None,
        };
        if self.signatures.len() != lines.keys.len() {
            lines.fault = Some(VerifyError::Count {
                expected: lines.keys.len(),
                found: self.signatures.len(),
            });
            return lines;
        }
        for (line, key) in self.signatures.iter().zip(&lines.keys) {
            if !line.names(key) {
                lines.fault = Some(VerifyError::Signer {
                    line: lines.begun + 1,
                    expected: Box::new((*key).clone()),
                    found_name: line.name.clone(),
                    found_id: line.id,
                });
                break;
            }
            begun.push(line.begin(key, self.text()));
            lines.begun += 1;
        }
        lines
    }
}

/// A note whose signatures are being verified.
pub(crate) struct BegunNote<'a> {
    note: &'a SignedNote,
    keys: Vec<&'a VerifierKey>,
    /// How many of its lines, from the first on, were begun.
    begun: usize,
    /// What is wrong after those.
    fault: Option<VerifyError>,
}

impl<'a> BegunNote<'a> {
    /// Says whether the note is verified, taking from `holds` what became of its signatures.
    pub(crate) fn finish(
        self,
        holds: &mut impl Iterator<Item = bool>,
    ) -> Result<VerifiedNote<'a>, VerifyError> {
        let Self {
            note,
            keys,
            begun,
            fault,
        } = self;
        let holds: Vec<bool> = holds.take(begun).collect();
        // Where something is short, nothing is verified.
        let first_bad = (0..begun).find(|line| holds.get(*line) != Some(&true));
        if let Some(line) = first_bad {
            return Err(note.signatures[line].does_not_hold());
        }
        match fault {
            Some(fault) => Err(fault),
            None => Ok(VerifiedNote {
                note,
                signers: keys,
            }),
        }
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
mod tests;
