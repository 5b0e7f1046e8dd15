//! Keys with names: what a signature line names, what a verifier pins, what a signer holds.
//!
//! Follows C2SP signed-note v1, "Signatures" and "Verifier keys": the key id is
//! SHA-256(name ‖ 0x0A ‖ type ‖ key)[..4], a verifier key is written
//! `<name>+<8 hex digits>+<base64(type ‖ key)>`.
//!
//! Departures, all of them narrower than the specification: a name has at most 255 bytes
//! (tlog-cosignature counts it in one byte) and no control character; the key id is lower-case hex;
//! base64 is canonical; the only types are Ed25519 (0x01) and, for witnesses (`cosignature`),
//! Ed25519 cosignatures (0x04); and a public key must decode canonically, be torsion-free and not be
//! of small order, so that no signature can hold for two keys or two messages by construction.
//!
//! Not here: key files and agents (`keys`), who is entitled to what (`audit`).

use std::cell::RefCell;
use std::cmp::Ordering;
use std::collections::HashMap;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;
use std::sync::atomic::AtomicU32;
use std::sync::{Arc, OnceLock};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use curve25519_dalek::edwards::CompressedEdwardsY;
use ed25519_dalek::Signer as _;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::multiples::KeyMultiples;
use super::signature::{Begun, Signature};

/// What the signatures of an Ed25519 key are over, and the byte that C2SP signed-note gives it in
/// key ids and verifier keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum KeyType {
    /// A note's text.
    Text = 0x01,
    /// A witness's time, and the text of a checkpoint: C2SP tlog-cosignature.
    Cosignature = 0x04,
}

/// Says why something is not a key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// The name is empty.
    #[error("a key name is never empty")]
    EmptyName,
    /// The name is longer than [`KeyName::MAX_BYTES`].
    #[error("a key name has at most {max} bytes, this has {0}", max = KeyName::MAX_BYTES)]
    LongName(usize),
    /// A character that no name may hold.
    #[error("a key name has no white space, control character or '+', but {0:?} stands in it")]
    NameCharacter(char),
    /// A verifier key has not the three parts name, key id and key.
    #[error("a verifier key is <name>+<key id>+<base64 key>, this has {0} of the three parts")]
    Parts(usize),
    /// The key id is not eight lower-case hex digits.
    #[error("a key id is 8 lower-case hex digits, not {0:?}")]
    IdSyntax(String),
    /// The key id is not the hash of what stands beside it.
    #[error("the key id of {name} is {computed}, but {stated} is written")]
    IdMismatch {
        /// The key's name.
        name: KeyName,
        /// The id as written.
        stated: KeyId,
        /// The id that name, type and key give.
        computed: KeyId,
    },
    /// The key is not canonical padded base64.
    #[error("a key is written in canonical padded base64")]
    Base64(#[source] base64::DecodeError),
    /// The key has a type that signs no entries.
    #[error("keys here are Ed25519 (type 0x01), this is {name} (type {byte:#04x})", name = type_name(*.0), byte = .0)]
    Type(u8),
    /// The key has a type that no witness here has.
    #[error("a witness's key is an Ed25519 cosignature key (type 0x04), this is {name} (type {byte:#04x})", name = type_name(*.0), byte = .0)]
    WitnessType(u8),
    /// The key has another length than an Ed25519 key.
    #[error("an Ed25519 key has 32 bytes, this has {0}")]
    Length(usize),
    /// The bytes are no point of the curve.
    #[error("the 32 bytes are not a point of the curve")]
    NotAPoint,
    /// The bytes are a second way to write a point.
    #[error("the key is not written in its canonical form")]
    NotCanonical,
    /// The point has small order: it verifies signatures on anything.
    #[error("the key has small order")]
    SmallOrder,
    /// The point has a component of small order.
    #[error("the key is not torsion-free")]
    Torsion,
}

/// Names what C2SP signed-note says a type byte stands for.
fn type_name(byte: u8) -> &'static str {
    match byte {
        0x01 => "Ed25519",
        0x02 => "ECDSA",
        0x04 => "an Ed25519 witness cosignature key",
        0x05 => "an RFC 6962 tree head key",
        0x06 => "an ML-DSA-44 cosignature key",
        0xff => "a key type named by a longer identifier",
        _ => "an unknown key type",
    }
}

/// The name of a key: a schema-less URL by convention, `newsroom.example/alice`.
///
/// Not empty, at most 255 bytes, no Unicode white space, no control character, no `+`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct KeyName(String);

impl KeyName {
    /// The most bytes a name has: tlog-cosignature counts names and origins in one byte.
    pub const MAX_BYTES: usize = 255;

    /// Checks a name.
    pub fn new(name: impl Into<String>) -> Result<Self, KeyError> {
        let name = name.into();
        Self::check(&name)?;
        Ok(Self(name))
    }

    /// Returns the name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn check(name: &str) -> Result<(), KeyError> {
        if name.is_empty() {
            return Err(KeyError::EmptyName);
        }
        if name.len() > Self::MAX_BYTES {
            return Err(KeyError::LongName(name.len()));
        }
        match name
            .chars()
            .find(|c| c.is_whitespace() || c.is_control() || *c == '+')
        {
            Some(character) => Err(KeyError::NameCharacter(character)),
            None => Ok(()),
        }
    }
}

impl fmt::Display for KeyName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for KeyName {
    type Err = KeyError;

    fn from_str(name: &str) -> Result<Self, KeyError> {
        Self::new(name)
    }
}

impl TryFrom<String> for KeyName {
    type Error = KeyError;

    fn try_from(name: String) -> Result<Self, KeyError> {
        Self::new(name)
    }
}

impl From<KeyName> for String {
    fn from(name: KeyName) -> Self {
        name.0
    }
}

/// The four bytes that stand before a signature and say which key made it: a hint, not a proof.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId(pub [u8; 4]);

impl KeyId {
    /// Computes the id of an Ed25519 key: SHA-256(name ‖ 0x0A ‖ 0x01 ‖ key)[..4].
    pub fn of(name: &KeyName, public: &PublicKey) -> Self {
        Self::of_type(KeyType::Text, name, public)
    }

    /// Computes the id of a key of a type: SHA-256(name ‖ 0x0A ‖ type ‖ key)[..4].
    pub(super) fn of_type(key_type: KeyType, name: &KeyName, public: &PublicKey) -> Self {
        let hash = Sha256::new()
            .chain_update(name.as_str())
            .chain_update([b'\n', key_type as u8])
            .chain_update(public.as_bytes())
            .finalize();
        Self([hash[0], hash[1], hash[2], hash[3]])
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:08x}", u32::from_be_bytes(self.0))
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyId({self})")
    }
}

impl FromStr for KeyId {
    type Err = KeyError;

    /// Reads exactly eight lower-case hex digits.
    fn from_str(text: &str) -> Result<Self, KeyError> {
        let digits = text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        match u32::from_str_radix(text, 16) {
            Ok(id) if digits && text.len() == 8 => Ok(Self(id.to_be_bytes())),
            _ => Err(KeyError::IdSyntax(text.to_owned())),
        }
    }
}

/// An Ed25519 public key that may be enrolled: canonical, torsion-free, not of small order.
///
/// Equal, ordered and hashed by its 32 bytes. A copy shares what makes verifying with it fast.
#[derive(Clone)]
pub struct PublicKey(Arc<Checked>);

/// A key that passed the check.
struct Checked {
    key: ed25519_dalek::VerifyingKey,
    /// How many signatures were verified with it.
    uses: AtomicU32,
    multiples: OnceLock<KeyMultiples>,
}

/// How many checked keys a thread remembers: more than the reviewers of a large ledger, and at
/// about 250 bytes a key a small share of its memory.
const REMEMBERED_KEYS: usize = 1024;

thread_local! {
    /// Keys that passed [`PublicKey::new`] on this thread.
    ///
    /// The check costs more than a signature (it multiplies by the group's order), every entry
    /// repeats its author's key, and the answer depends on the bytes alone.
    static CHECKED: RefCell<HashMap<[u8; 32], PublicKey>> = RefCell::new(HashMap::new());
}

impl PublicKey {
    /// Checks 32 bytes as a key that may be enrolled.
    pub fn new(bytes: &[u8; 32]) -> Result<Self, KeyError> {
        if let Some(known) = CHECKED.with_borrow(|checked| checked.get(bytes).cloned()) {
            return Ok(known);
        }
        let point = CompressedEdwardsY(*bytes)
            .decompress()
            .ok_or(KeyError::NotAPoint)?;
        if point.compress().as_bytes() != bytes {
            return Err(KeyError::NotCanonical);
        }
        if point.is_small_order() {
            return Err(KeyError::SmallOrder);
        }
        if !point.is_torsion_free() {
            return Err(KeyError::Torsion);
        }
        let key = Self::of(ed25519_dalek::VerifyingKey::from(point));
        CHECKED.with_borrow_mut(|checked| {
            if checked.len() == REMEMBERED_KEYS {
                checked.clear();
            }
            checked.insert(*bytes, key.clone());
        });
        Ok(key)
    }

    fn of(key: ed25519_dalek::VerifyingKey) -> Self {
        Self(Arc::new(Checked {
            key,
            uses: AtomicU32::new(0),
            multiples: OnceLock::new(),
        }))
    }

    /// Returns the 32 bytes.
    pub fn as_bytes(&self) -> &[u8; 32] {
        self.0.key.as_bytes()
    }

    /// Begins to say whether 64 bytes are this key's signature of a message.
    pub(super) fn begin(&self, signature: &[u8; 64], message: &[u8]) -> Begun {
        let Checked {
            key,
            uses,
            multiples,
        } = &*self.0;
        if let Some(multiples) = multiples.get() {
            let expected = multiples.expect(signature, message);
            return expected.map_or(Begun::Settled(false), Begun::Open);
        }
        if let Some(made) = KeyMultiples::when_worthwhile(uses, key) {
            // Only one thread gets here for a key.
            let _ = multiples.set(made);
        }
        let signature = ed25519_dalek::Signature::from_bytes(signature);
        Begun::Settled(key.verify_strict(message, &signature).is_ok())
    }
}

impl PartialEq for PublicKey {
    fn eq(&self, other: &Self) -> bool {
        self.as_bytes() == other.as_bytes()
    }
}

impl Eq for PublicKey {}

impl PartialOrd for PublicKey {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for PublicKey {
    fn cmp(&self, other: &Self) -> Ordering {
        self.as_bytes().cmp(other.as_bytes())
    }
}

impl Hash for PublicKey {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_bytes().hash(state);
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({})", BASE64.encode(self.as_bytes()))
    }
}

/// A public key with its name: all that is needed to check its signatures (a "vkey").
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct VerifierKey {
    name: KeyName,
    id: KeyId,
    public: PublicKey,
}

impl VerifierKey {
    /// Gives a public key its name, and with it its key id.
    pub fn new(name: KeyName, public: PublicKey) -> Self {
        let id = KeyId::of(&name, &public);
        Self { name, id, public }
    }

    /// Returns the key's name.
    pub fn name(&self) -> &KeyName {
        &self.name
    }

    /// Returns the key id, which depends on the name and the key.
    pub fn id(&self) -> KeyId {
        self.id
    }

    /// Returns the key without its name.
    pub fn public(&self) -> &PublicKey {
        &self.public
    }
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&write_vkey(
            KeyType::Text,
            &self.name,
            self.id,
            &self.public,
        ))
    }
}

impl fmt::Debug for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "VerifierKey({self})")
    }
}

impl FromStr for VerifierKey {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, KeyError> {
        let (name, id, public) = parse_vkey(KeyType::Text, text)?;
        Ok(Self { name, id, public })
    }
}

/// Writes `<name>+<key id>+<base64(type ‖ key)>`.
pub(super) fn write_vkey(
    key_type: KeyType,
    name: &KeyName,
    id: KeyId,
    public: &PublicKey,
) -> String {
    let mut key = [key_type as u8; 33];
    key[1..].copy_from_slice(public.as_bytes());
    format!("{name}+{id}+{}", BASE64.encode(key))
}

/// Reads a verifier key of a type, whose id must be the one that name, type and key give.
pub(super) fn parse_vkey(
    key_type: KeyType,
    text: &str,
) -> Result<(KeyName, KeyId, PublicKey), KeyError> {
    // A name has no '+', base64 may have some.
    let mut parts = text.splitn(3, '+');
    let (Some(name), Some(id), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
        return Err(KeyError::Parts(text.split('+').count()));
    };
    let name = KeyName::new(name)?;
    let stated: KeyId = id.parse()?;
    let key = BASE64.decode(key).map_err(KeyError::Base64)?;
    let (&byte, key) = key.split_first().ok_or(KeyError::Length(0))?;
    if byte != key_type as u8 {
        return Err(match key_type {
            KeyType::Text => KeyError::Type(byte),
            KeyType::Cosignature => KeyError::WitnessType(byte),
        });
    }
    let key = <&[u8; 32]>::try_from(key).map_err(|_| KeyError::Length(key.len()))?;
    let public = PublicKey::new(key)?;
    let computed = KeyId::of_type(key_type, &name, &public);
    if computed != stated {
        return Err(KeyError::IdMismatch {
            name,
            stated,
            computed,
        });
    }
    Ok((name, computed, public))
}

impl TryFrom<String> for VerifierKey {
    type Error = KeyError;

    fn try_from(text: String) -> Result<Self, KeyError> {
        text.parse()
    }
}

impl From<VerifierKey> for String {
    fn from(key: VerifierKey) -> Self {
        key.to_string()
    }
}

/// A private key with its name. Its memory is wiped when it is dropped, and `Debug` hides it.
#[derive(Clone)]
pub struct SigningKey {
    secret: ed25519_dalek::SigningKey,
    verifier: VerifierKey,
}

impl SigningKey {
    /// Makes the key that a 32-byte seed stands for (RFC 8032, section 5.1.5). The caller wipes the seed.
    #[expect(clippy::missing_panics_doc, reason = "every seed makes a valid key")]
    pub fn from_seed(name: KeyName, seed: &[u8; 32]) -> Self {
        let secret = ed25519_dalek::SigningKey::from_bytes(seed);
        let public = PublicKey::new(secret.verifying_key().as_bytes())
            .expect("a multiple of the base point by a clamped scalar is a valid key");
        Self {
            secret,
            verifier: VerifierKey::new(name, public),
        }
    }

    /// Returns the key's name.
    pub fn name(&self) -> &KeyName {
        self.verifier.name()
    }

    /// Returns the public half, with the name.
    pub fn verifier(&self) -> &VerifierKey {
        &self.verifier
    }

    /// Signs the text of a note: all of it, with its final line feed, without the blank line.
    pub fn sign(&self, text: &str) -> Signature {
        Signature(self.secret.sign(text.as_bytes()).to_bytes())
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKey")
            .field("verifier", &self.verifier)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
