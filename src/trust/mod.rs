//! The auditor's arithmetic: keys, signatures, notes, trees, checkpoints.
//!
//! What a stranger needs to check a ledger, as functions of bytes: nothing here opens a file, reads
//! a clock or draws a random number. The formats are those of C2SP (signed-note, tlog-checkpoint)
//! and RFC 6962 / RFC 9162 (the Merkle tree); where a file departs from its specification, its
//! header says so. The bytes are in `docs/format.md`.
//!
//! A key passes three doors, each a type: [`PublicKey`](key::PublicKey) is 32 bytes that may verify,
//! [`VerifierKey`](key::VerifierKey) gives it a name, and only a
//! [`VerifiedNote`](note::VerifiedNote) can be read as a [`Checkpoint`](checkpoint::Checkpoint).

pub mod checkpoint;
pub mod key;
pub mod merkle;
pub mod note;
pub mod proof;
pub mod signature;

pub use checkpoint::Checkpoint;
pub use key::{KeyId, KeyName, PublicKey, SigningKey, VerifierKey};
pub use merkle::{LeafHash, RootHash, TreeHead};
pub use note::{SignedNote, VerifiedNote};
pub use proof::{ConsistencyProof, InclusionProof};
pub use signature::Signature;

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
