//! The test keys of `tests/conformance/make.py`, from seeds that anyone can guess.

use std::sync::OnceLock;

use factlog::trust::note::{SignatureLine, SignedNote};
use factlog::trust::{SigningKey, VerifierKey, WitnessSigningKey};

/// Names, and the byte of which the seed is 32 times.
const KEYS: [(&str, u8); 14] = [
    ("desk.example/root", 1),
    ("desk.example/facts", 2),
    ("desk.example/alice", 3),
    ("desk.example/bob", 4),
    ("desk.example/carol", 5),
    ("desk.example/dave", 6),
    ("desk.example/root-2", 7),
    ("desk.example/root-3", 8),
    ("desk.example/root-4", 9),
    ("desk.example/facts", 10),
    ("desk.example/alice", 11),
    ("other.example/eve", 12),
    ("desk.example/alicia", 3),
    ("desk.example/bob-2", 14),
];

/// Returns all of them.
pub fn all() -> &'static [SigningKey] {
    static ALL: OnceLock<Vec<SigningKey>> = OnceLock::new();
    ALL.get_or_init(|| {
        let key = |(name, seed): &(&str, u8)| {
            SigningKey::from_seed(name.parse().expect("a name"), &[*seed; 32])
        };
        KEYS.iter().map(key).collect()
    })
}

/// Returns the key that signs checkpoints.
pub fn log() -> &'static SigningKey {
    &all()[1]
}

/// Returns a witness's key.
pub fn witness(number: u8) -> WitnessSigningKey {
    let name = match number {
        0 => "witness.example/w".to_owned(),
        _ => format!("witness.example/w{number}"),
    };
    WitnessSigningKey::from_seed(name.parse().expect("a name"), &[13 + number; 32])
}

/// Returns the key that a line names.
pub fn named(line: &SignatureLine) -> Option<&'static SigningKey> {
    all().iter().find(|key| line.names(key.verifier()))
}

/// Returns the key of this text form.
pub fn by_vkey(vkey: &str) -> Option<&'static SigningKey> {
    all().iter().find(|key| key.verifier().to_string() == vkey)
}

/// Returns what verifies them.
pub fn verifiers() -> Vec<&'static VerifierKey> {
    all().iter().map(SigningKey::verifier).collect()
}

/// Says whether a line is, byte for byte, the one that its key would write: Ed25519 signs a text in
/// one way, and nobody else has the key.
pub fn is_by_its_key(line: &SignatureLine, note: &SignedNote) -> bool {
    named(line).is_some_and(|key| line.signature == key.sign(note.text()).0)
}
