//! The auditor's arithmetic: keys, signatures, notes, trees, checkpoints.
//!
//! What a stranger needs to check a ledger, as functions of bytes: nothing here opens a file, reads
//! a clock or draws a random number. The formats are those of C2SP (signed-note, tlog-checkpoint,
//! tlog-cosignature, tlog-tiles, tlog-proof, tlog-witness, tlog-policy), RFC 6962 / RFC 9162 (the
//! Merkle tree) and Bao (slices); where a file departs from its specification, its header says so.
//! The bytes are in `docs/format.md`.
//!
//! A key passes three doors, each a type: [`PublicKey`] is 32 bytes that may verify,
//! [`VerifierKey`] gives it a name, and only a [`VerifiedNote`] can be read as a [`Checkpoint`].
//! A witness has a [`WitnessKey`] instead, and what a reader's [`TrustPolicy`] says of a checkpoint
//! and its cosignatures is an [`Evaluation`](tlog_policy::Evaluation).

pub mod checkpoint;
pub mod cosignature;
pub mod entry_proof;
pub mod key;
pub mod merkle;
mod multiples;
pub mod note;
pub mod proof;
pub mod signature;
pub mod slice;
pub mod tile;
pub mod tlog_policy;

pub use checkpoint::Checkpoint;
pub use cosignature::{Cosignature, WitnessKey, WitnessSigningKey};
pub use entry_proof::{EntryProof, WitnessRequest};
pub use key::{KeyId, KeyName, PublicKey, SigningKey, VerifierKey};
pub use merkle::{LeafHash, RootHash, TreeHead};
pub use note::{SignedNote, VerifiedNote};
pub use proof::{ConsistencyProof, InclusionProof};
pub use signature::Signature;
pub use slice::SliceRange;
pub use tile::{EntryBundle, HashTile, TilePath};
pub use tlog_policy::TrustPolicy;

#[cfg(test)]
mod definition;

#[cfg(test)]
mod vectors {
    //! Other people's test vectors, read from the folder that `FACTLOG_DATA` names.

    /// Returns a file of vectors, or `None`, with a word, where `FACTLOG_DATA` is unset.
    #[expect(clippy::print_stderr, reason = "a test says that it was skipped")]
    pub(super) fn read(name: &str) -> Option<serde_json::Value> {
        let Some(data) = std::env::var_os("FACTLOG_DATA") else {
            eprintln!("skipped: FACTLOG_DATA is unset");
            return None;
        };
        let path = std::path::Path::new(&data).join("vectors").join(name);
        let bytes = std::fs::read(&path).expect("the vectors can be read");
        Some(serde_json::from_slice(&bytes).expect("the vectors are JSON"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Bytes that never change; the file says how they were made, without this program.
    const FROZEN: &str = include_str!("../../tests/vectors/trust.json");

    /// Test keys, from seeds that anyone can guess.
    fn keys(file: &serde_json::Value) -> Vec<SigningKey> {
        let keys = file["keys"].as_array().expect("keys").iter();
        keys.map(|key| {
            let seed = seed_of(&key["seed"]);
            let name = key["name"]
                .as_str()
                .expect("a name")
                .parse()
                .expect("a name");
            let signing = SigningKey::from_seed(name, &seed);
            assert_eq!(signing.verifier().to_string(), key["vkey"]);
            assert_eq!(signing.verifier().id().to_string(), key["id"]);
            signing
        })
        .collect()
    }

    fn seed_of(hex: &serde_json::Value) -> [u8; 32] {
        crate::words::id::parse_hex(hex.as_str().expect("hex")).expect("hex")
    }

    #[test]
    fn the_frozen_keys_notes_and_checkpoints_are_reproduced() {
        let file: serde_json::Value = serde_json::from_str(FROZEN).expect("JSON");
        let keys = keys(&file);
        for frozen in file["notes"].as_array().expect("notes") {
            let signers: Vec<&SigningKey> = frozen["signers"]
                .as_array()
                .expect("indices")
                .iter()
                .map(|index| {
                    &keys[usize::try_from(index.as_u64().expect("an index")).expect("small")]
                })
                .collect();
            let text = frozen["text"].as_str().expect("a text");
            let note = SignedNote::sign(text, &signers).expect("a note");
            assert_eq!(note.as_str(), frozen["note"]);
            let known: Vec<_> = signers.iter().map(|key| key.verifier()).collect();
            let note = SignedNote::parse(note.bytes()).expect("a note");
            assert_eq!(
                note.verify(&known).expect("verifies").signers().len(),
                known.len()
            );
        }

        let mut tree = merkle::Tree::new();
        let log = &keys[0];
        for frozen in file["checkpoints"].as_array().expect("checkpoints") {
            let size = frozen["size"].as_u64().expect("a size");
            while tree.size() < size {
                tree.push(LeafHash::of(tree.size().to_string().as_bytes()));
            }
            let head = tree.head();
            assert_eq!(head.root.to_string(), frozen["root"]);
            let origin = log.name().clone();
            let checkpoint = Checkpoint { origin, head };
            let note = checkpoint.sign(log).expect("a note");
            assert_eq!(note.as_str(), frozen["note"]);
            let verified = note.verify(&[log.verifier()]).expect("verifies");
            assert_eq!(Checkpoint::from_verified(&verified), Ok(checkpoint));
        }
    }

    #[test]
    fn the_frozen_cosignatures_are_reproduced() {
        let file: serde_json::Value = serde_json::from_str(FROZEN).expect("JSON");
        let log = &keys(&file)[0];
        for frozen in file["cosignatures"].as_array().expect("cosignatures") {
            let index = usize::try_from(frozen["checkpoint"].as_u64().expect("an index"));
            let note = &file["checkpoints"][index.expect("small")]["note"];
            let note = SignedNote::parse(note.as_str().expect("a note").as_bytes());
            let note = note.expect("a note");
            let name = frozen["name"].as_str().expect("a name").parse();
            let witness =
                WitnessSigningKey::from_seed(name.expect("a name"), &seed_of(&frozen["seed"]));
            assert_eq!(witness.witness().to_string(), frozen["vkey"]);

            let verified = note.verify(&[log.verifier()]).expect("verifies");
            let time = frozen["time"].as_u64().expect("a time");
            let cosignature = witness.cosign(&verified, time).expect("a cosignature");
            let line = cosignature.to_line(witness.witness());
            assert_eq!(line.to_string(), frozen["line"]);
            let cosigned = note.with_lines(&[line]).expect("a note");
            let vkey: WitnessKey = frozen["vkey"]
                .as_str()
                .expect("text")
                .parse()
                .expect("a key");
            assert_eq!(vkey.verify(&cosigned), Ok(cosignature));
        }
    }
}
