//! Cosignatures: what a witness says of a checkpoint, and when.
//!
//! Follows C2SP tlog-cosignature v1 with Ed25519. A cosignature is a signature line of a
//! checkpoint, by a key of type 0x04: after the key id stand the time, 8 bytes big-endian, and the
//! signature of the message "cosignature/v1", "time …", and the checkpoint's text. It says that at
//! that time this was the largest consistent tree that the witness had seen of the log.
//!
//! Departures, narrower than the specification: ML-DSA-44 cosignatures pass as unknown lines, and
//! keys are as strict as in `key`.
//!
//! Not here: which witnesses are enough (`tlog_policy`), asking one (`entry_proof` has the
//! request), and whether a time lies in the future, which the caller knows.

use std::fmt;
use std::str::FromStr;

use chrono::DateTime;

use super::checkpoint::{Checkpoint, CheckpointError};
use super::key::{
    KeyError, KeyId, KeyName, KeyType, PublicKey, SigningKey, parse_vkey, write_vkey,
};
use super::note::{NoteError, SignatureLine, SignedNote, VerifiedNote};
use super::signature::Signature;
use crate::words::time::Timestamp;

/// The latest time of a cosignature, in seconds: "It MUST NOT exceed 2^63 - 1".
pub const MAX_TIME: u64 = i64::MAX.unsigned_abs();

/// Says why a cosignature does not hold, or can't be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CosignatureError {
    /// The note is not a checkpoint.
    #[error("what a witness cosigns is a checkpoint, and this is none")]
    Checkpoint(#[from] CheckpointError),
    /// A witness's answer is not signature lines.
    #[error("the witness's answer is not signature lines")]
    Answer(#[source] NoteError),
    /// No line is by the witness.
    #[error("no line on the checkpoint is by witness {name} ({id})")]
    Missing {
        /// The witness's name.
        name: KeyName,
        /// Its key id.
        id: KeyId,
    },
    /// The line has another length than time and signature.
    #[error("the cosignature of {name} has {found} bytes, not 72")]
    Length {
        /// The witness's name.
        name: KeyName,
        /// How many bytes follow its key id.
        found: usize,
    },
    /// The time is past [`MAX_TIME`].
    #[error("a cosignature's time is at most {MAX_TIME} seconds, not {0}")]
    Time(u64),
    /// The signature does not hold.
    #[error("the cosignature of {name} ({id}) does not verify")]
    Signature {
        /// The witness's name.
        name: KeyName,
        /// Its key id.
        id: KeyId,
    },
}

/// A witness's public key with its name: all that is needed to check its cosignatures.
///
/// Written as a verifier key of type 0x04. Another type than [`VerifierKey`](super::VerifierKey),
/// as its signatures are over another message.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WitnessKey {
    name: KeyName,
    id: KeyId,
    public: PublicKey,
}

impl WitnessKey {
    /// Gives a public key the witness's name, and with it its key id.
    pub fn new(name: KeyName, public: PublicKey) -> Self {
        let id = KeyId::of_type(KeyType::Cosignature, &name, &public);
        Self { name, id, public }
    }

    /// Returns the witness's name.
    pub fn name(&self) -> &KeyName {
        &self.name
    }

    /// Returns the key id, which depends on the type, the name and the key.
    pub fn id(&self) -> KeyId {
        self.id
    }

    /// Returns the key without its name.
    pub fn public(&self) -> &PublicKey {
        &self.public
    }

    /// Returns whether a signature line names this key.
    pub fn is_named_by(&self, line: &SignatureLine) -> bool {
        line.id == self.id && line.name == self.name
    }

    /// Verifies the witness's line on a checkpoint.
    ///
    /// It does not ask whether the log signed the checkpoint: [`SignedNote::verify`] does.
    ///
    /// # Errors
    ///
    /// If there is no such line ([`CosignatureError::Missing`]), or it does not hold.
    pub fn verify(&self, checkpoint: &SignedNote) -> Result<Cosignature, CosignatureError> {
        self.verify_among(checkpoint.signatures(), checkpoint)
    }

    /// Verifies a witness's answer to a request to cosign a checkpoint: signature lines, of which
    /// those by other keys are ignored.
    ///
    /// # Errors
    ///
    /// If the answer is not signature lines, or as [`verify`](Self::verify).
    pub fn verify_answer(
        &self,
        answer: &str,
        checkpoint: &SignedNote,
    ) -> Result<Cosignature, CosignatureError> {
        let lines = SignatureLine::parse_all(answer).map_err(CosignatureError::Answer)?;
        self.verify_among(&lines, checkpoint)
    }

    fn verify_among(
        &self,
        lines: &[SignatureLine],
        checkpoint: &SignedNote,
    ) -> Result<Cosignature, CosignatureError> {
        let line = lines.iter().find(|line| self.is_named_by(line));
        let line = line.ok_or_else(|| CosignatureError::Missing {
            name: self.name.clone(),
            id: self.id,
        })?;
        Checkpoint::from_text(checkpoint.text())?;
        let wrong_length = || CosignatureError::Length {
            name: self.name.clone(),
            found: line.signature.len(),
        };
        let (time, signature) = line
            .signature
            .split_first_chunk::<8>()
            .ok_or_else(wrong_length)?;
        let signature = signature.try_into().map_err(|_| wrong_length())?;
        let time = u64::from_be_bytes(*time);
        let signature = Signature(signature);
        let message = message(time, checkpoint.text())?;
        match signature.verify(&self.public, message.as_bytes()) {
            Ok(()) => Ok(Cosignature { time, signature }),
            Err(_) => Err(CosignatureError::Signature {
                name: self.name.clone(),
                id: self.id,
            }),
        }
    }
}

impl fmt::Display for WitnessKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let vkey = write_vkey(KeyType::Cosignature, &self.name, self.id, &self.public);
        f.write_str(&vkey)
    }
}

impl fmt::Debug for WitnessKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "WitnessKey({self})")
    }
}

impl FromStr for WitnessKey {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, KeyError> {
        let (name, id, public) = parse_vkey(KeyType::Cosignature, text)?;
        Ok(Self { name, id, public })
    }
}

/// A cosignature that holds: only [`WitnessKey::verify`] and [`WitnessSigningKey::cosign`] make one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cosignature {
    time: u64,
    signature: Signature,
}

impl Cosignature {
    /// Returns when the witness says it was, in seconds since 1970-01-01T00:00:00Z.
    pub const fn time(&self) -> u64 {
        self.time
    }

    /// Returns the time as a date; `None` past the year 9999.
    pub fn timestamp(&self) -> Option<Timestamp> {
        let time = DateTime::from_timestamp(i64::try_from(self.time).ok()?, 0)?;
        Timestamp::new(time)
    }

    /// Returns the signature.
    pub const fn signature(&self) -> &Signature {
        &self.signature
    }

    /// Returns the signature line that says it, for the checkpoint.
    pub fn to_line(&self, witness: &WitnessKey) -> SignatureLine {
        SignatureLine {
            name: witness.name.clone(),
            id: witness.id,
            signature: [&self.time.to_be_bytes()[..], &self.signature.0].concat(),
        }
    }
}

/// A witness's private key with its name. Its memory is wiped when it is dropped, and `Debug` hides
/// it.
#[derive(Clone)]
pub struct WitnessSigningKey {
    key: SigningKey,
    witness: WitnessKey,
}

impl WitnessSigningKey {
    /// Makes the key that a 32-byte seed stands for. The caller wipes the seed.
    ///
    /// The seed must be that of no other key: signed entries and cosignatures differ in their
    /// first line, but the statements that a key makes should be of one kind.
    pub fn from_seed(name: KeyName, seed: &[u8; 32]) -> Self {
        Self::new(SigningKey::from_seed(name, seed))
    }

    /// Makes a witness's key of one that was read from its file. It must serve as nothing else, as
    /// [`from_seed`](Self::from_seed) says.
    pub fn new(key: SigningKey) -> Self {
        let witness = WitnessKey::new(key.name().clone(), key.verifier().public().clone());
        Self { key, witness }
    }

    /// Returns the public half, with the name.
    pub fn witness(&self) -> &WitnessKey {
        &self.witness
    }

    /// Cosigns a checkpoint whose log's signature holds, at a time in seconds since
    /// 1970-01-01T00:00:00Z.
    ///
    /// The caller has seen that the tree is consistent with what the witness cosigned before, and
    /// has stored this one, so that it never cosigns two that are not.
    pub fn cosign(
        &self,
        checkpoint: &VerifiedNote<'_>,
        time: u64,
    ) -> Result<Cosignature, CosignatureError> {
        Checkpoint::from_verified(checkpoint)?;
        let signature = self.key.sign(&message(time, checkpoint.text())?);
        Ok(Cosignature { time, signature })
    }
}

impl fmt::Debug for WitnessSigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WitnessSigningKey")
            .field("witness", &self.witness)
            .finish_non_exhaustive()
    }
}

/// Writes what is signed.
fn message(time: u64, checkpoint: &str) -> Result<String, CosignatureError> {
    if time > MAX_TIME {
        return Err(CosignatureError::Time(time));
    }
    // "The signed message MUST be two newline (U+000A) terminated lines (one header line and one
    // timestamp line) followed by the whole note body of the cosigned checkpoint".
    Ok(format!("cosignature/v1\ntime {time}\n{checkpoint}"))
}

#[cfg(test)]
mod tests {
    use super::super::key::VerifierKey;
    use super::super::merkle::{RootHash, TreeHead};
    use super::*;

    const TIME: u64 = 1_795_341_600;

    /// A test log and a test witness, from seeds that anyone can guess.
    fn log() -> SigningKey {
        SigningKey::from_seed("desk.example/facts".parse().expect("a name"), &[1; 32])
    }

    fn witness(name: &str, seed: u8) -> WitnessSigningKey {
        WitnessSigningKey::from_seed(name.parse().expect("a name"), &[seed; 32])
    }

    fn checkpoint() -> SignedNote {
        let log = log();
        let head = TreeHead {
            root: RootHash([3; 32]),
            size: 7,
        };
        let origin = log.name().clone();
        Checkpoint { origin, head }.sign(&log).expect("a note")
    }

    fn cosigned(witness: &WitnessSigningKey) -> SignedNote {
        let (note, log) = (checkpoint(), log());
        let verified = note.verify(&[log.verifier()]).expect("verifies");
        let cosignature = witness.cosign(&verified, TIME).expect("a cosignature");
        let line = cosignature.to_line(witness.witness());
        note.with_lines(&[line]).expect("a note")
    }

    #[test]
    fn what_is_cosigned_is_verified() {
        let witness = witness("witness.example/w1", 9);
        let note = cosigned(&witness);
        let note = SignedNote::parse(note.bytes()).expect("a note");
        let cosignature = witness.witness().verify(&note).expect("verifies");
        assert_eq!(cosignature.time(), TIME);
        let timestamp = cosignature.timestamp().expect("a date");
        assert_eq!(timestamp.to_string(), "2026-11-22T10:00:00Z");
        let line = &note.signatures()[1];
        assert_eq!(cosignature.to_line(witness.witness()), *line);
        assert_eq!(line.signature.len(), 72);
        // For whoever knows only the log, the line is one by an unknown key.
        let log = log();
        let verified = note.verify(&[log.verifier()]).expect("verifies");
        assert_eq!(verified.signers().len(), 1);
    }

    #[test]
    fn the_witness_own_line_is_taken_from_its_answer() {
        let (one, other) = (
            witness("witness.example/w1", 9),
            witness("witness.example/w2", 8),
        );
        let note = checkpoint();
        let line = |witness| format!("{}\n", cosigned(witness).signatures()[1]);
        let answer = line(&other) + &line(&one);
        let cosignature = one.witness().verify_answer(&answer, &note);
        let own = cosignature.expect("verifies").to_line(one.witness());
        assert_eq!(note.with_lines(&[own]), Ok(cosigned(&one)));
        let refused = |answer: &str| one.witness().verify_answer(answer, &note);
        assert!(matches!(
            refused(&line(&other)),
            Err(CosignatureError::Missing { .. })
        ));
        for answer in ["", "OK\n", line(&one).trim_end()] {
            assert!(matches!(refused(answer), Err(CosignatureError::Answer(_))));
        }
    }

    #[test]
    fn a_witness_key_is_not_a_verifier_key() {
        let witness = witness("witness.example/w1", 9);
        let vkey = witness.witness().to_string();
        assert_eq!(vkey.parse(), Ok(witness.witness().clone()));
        assert_eq!(vkey.parse::<VerifierKey>(), Err(KeyError::Type(4)));
        let verifier = witness.key.verifier();
        assert_eq!(
            verifier.to_string().parse::<WitnessKey>(),
            Err(KeyError::WitnessType(1))
        );
        assert_eq!(verifier.public(), witness.witness().public());
        assert_ne!(verifier.id(), witness.witness().id());

        for (spoilt, why) in [
            (vkey.replace("w1", "w2"), "another name"),
            (vkey.replace("+B", "+A"), "another type"),
            (vkey[..vkey.len() - 4].to_owned(), "too short"),
            (vkey.to_uppercase(), "upper case"),
            (format!("{vkey} "), "a space"),
        ] {
            assert!(spoilt.parse::<WitnessKey>().is_err(), "{why}");
        }
    }

    #[test]
    fn every_flipped_bit_of_a_cosignature_is_refused() {
        let witness = witness("witness.example/w1", 9);
        let note = cosigned(&witness);
        for bit in 0..72 * 8 {
            let mut lines = note.signatures().to_vec();
            lines[1].signature[bit / 8] ^= 1 << (bit % 8);
            let spoilt = SignedNote::assemble(note.text(), lines).expect("a note");
            let error = witness
                .witness()
                .verify(&spoilt)
                .expect_err("a bit flipped");
            // The first bit of all makes the time too large.
            let expected = if bit == 7 {
                CosignatureError::Time(TIME | 1 << 63)
            } else {
                CosignatureError::Signature {
                    name: witness.witness().name().clone(),
                    id: witness.witness().id(),
                }
            };
            assert_eq!(error, expected, "{bit}");
        }
        let mut lines = note.signatures().to_vec();
        for length in [1, 7, 8, 64, 71, 73] {
            lines[1].signature.resize(length, 0);
            let spoilt = SignedNote::assemble(note.text(), lines.clone()).expect("a note");
            assert!(matches!(
                witness.witness().verify(&spoilt),
                Err(CosignatureError::Length { found, .. }) if found == length
            ));
        }
    }

    #[test]
    fn a_cosignature_is_over_its_checkpoint_and_by_its_witness() {
        let one = witness("witness.example/w1", 9);
        let note = cosigned(&one);
        let text = note.text().replace("\n7\n", "\n8\n");
        let other = SignedNote::assemble(&text, note.signatures().to_vec()).expect("a note");
        assert!(matches!(
            one.witness().verify(&other),
            Err(CosignatureError::Signature { .. })
        ));
        let extended = format!("{}an extension\n", note.text());
        let extended = SignedNote::assemble(&extended, note.signatures().to_vec());
        assert!(one.witness().verify(&extended.expect("a note")).is_err());
        for other in [
            witness("witness.example/w2", 9),
            witness("witness.example/w1", 8),
        ] {
            let other = other.witness();
            assert_eq!(
                other.verify(&note),
                Err(CosignatureError::Missing {
                    name: other.name().clone(),
                    id: other.id(),
                })
            );
        }
    }

    #[test]
    fn what_is_not_a_checkpoint_and_what_is_past_the_last_time_is_not_cosigned() {
        let (log, witness) = (log(), witness("witness.example/w1", 9));
        let note = SignedNote::sign("factlog/entry@v1\n{}\n", &[&log]).expect("a note");
        let verified = note.verify(&[log.verifier()]).expect("verifies");
        assert!(matches!(
            witness.cosign(&verified, TIME),
            Err(CosignatureError::Checkpoint(_))
        ));
        // Nor is it read as cosigned, though the signature would hold.
        let signature = witness
            .key
            .sign(&message(TIME, note.text()).expect("a time"));
        let line = Cosignature {
            time: TIME,
            signature,
        }
        .to_line(witness.witness());
        let note = SignedNote::assemble(note.text(), vec![line]).expect("a note");
        assert!(matches!(
            witness.witness().verify(&note),
            Err(CosignatureError::Checkpoint(_))
        ));

        let note = checkpoint();
        let verified = note.verify(&[log.verifier()]).expect("verifies");
        for time in [0, MAX_TIME] {
            assert_eq!(
                witness.cosign(&verified, time).expect("in time").time(),
                time
            );
        }
        for time in [MAX_TIME + 1, u64::MAX] {
            assert_eq!(
                witness.cosign(&verified, time),
                Err(CosignatureError::Time(time))
            );
        }
    }

    #[test]
    fn a_private_key_does_not_show_itself() {
        let shown = format!("{0:?} {0:#?}", witness("witness.example/w1", 0xab));
        assert!(shown.contains("witness.example/w1"));
        assert!(!shown.contains("171") && !shown.contains("abab"), "{shown}");
    }
}
