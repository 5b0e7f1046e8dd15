//! Evidence of a fork: two checkpoints that a log's key signed and that contradict each other.
//!
//! Either both are of the same size and have different roots, or the newer one came with a proof that
//! its tree begins with another root at the older one's size. Whoever has the log's key can check
//! both from the file alone: `docs/format.md`, section 15.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::PathBuf;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use super::state::{hash_of, sync_folder, write_durably};
use crate::trust::key::KeyName;
use crate::trust::merkle::TreeHead;
use crate::trust::note::SignedNote;
use crate::trust::proof::{ConsistencyProof, ProofError};
use crate::words::id::to_hex;

/// What such a file says that it is.
pub const FORK_TYPE: &str = "factlog/fork@v1";

/// So many files are kept of an origin: one is enough to show what the log did.
const MOST_KEPT: usize = 16;

/// The evidence, fields in the order in which they are written.
#[derive(Serialize)]
struct Fork<'a> {
    known: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    proof: Option<Vec<String>>,
    seen: &'a str,
    #[serde(rename = "type")]
    kind: &'static str,
}

/// How two checkpoints contradict each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Contradiction {
    /// They are of one size and have two roots.
    Roots,
    /// The newer one's proof leads to another root at the older one's size.
    Proof,
}

/// Says whether a checkpoint that the log signed contradicts one that was cosigned.
pub(super) fn contradiction(
    known: &TreeHead,
    seen: &TreeHead,
    proof: &ConsistencyProof,
) -> Option<Contradiction> {
    if known.size == seen.size {
        return (known.root != seen.root).then_some(Contradiction::Roots);
    }
    match proof.verify(known, seen) {
        Err(ProofError::Root { size, computed, .. }) if size == known.size => {
            // The proof holds from another older root, so the newer tree does not begin with ours.
            let other = TreeHead {
                root: computed,
                size,
            };
            let holds = proof.verify(&other, seen).is_ok();
            holds.then_some(Contradiction::Proof)
        }
        _ => None,
    }
}

/// The folder with the evidence.
pub(super) struct Forks(PathBuf);

impl Forks {
    pub(super) fn new(folder: PathBuf) -> Self {
        Self(folder)
    }

    /// Keeps evidence, in a file that is named by the origin and by what was seen: the same is kept
    /// once. Returns whether it is there.
    pub(super) fn keep(
        &self,
        origin: &KeyName,
        known: &SignedNote,
        seen: &SignedNote,
        proof: Option<&ConsistencyProof>,
    ) -> io::Result<bool> {
        let origin = hash_of(origin);
        let text = to_hex(&Sha256::digest(seen.text().as_bytes()).into());
        let name = format!("{origin}-{}.json", &text[..16]);
        fs::create_dir_all(&self.0)?;
        let mut kept = BTreeSet::new();
        for item in fs::read_dir(&self.0)? {
            let item = item?.file_name().to_string_lossy().into_owned();
            if item.starts_with(&origin) {
                kept.insert(item);
            }
        }
        if kept.contains(&name) {
            return Ok(true);
        }
        if kept.len() >= MOST_KEPT {
            return Ok(false);
        }
        let hashes = proof.map(|proof| proof.hashes.iter().map(|hash| BASE64.encode(hash)));
        let fork = Fork {
            known: known.as_str(),
            proof: hashes.map(Iterator::collect),
            seen: seen.as_str(),
            kind: FORK_TYPE,
        };
        let bytes = serde_json::to_vec(&fork).map_err(io::Error::from)?;
        write_durably(&self.0.join(name), &bytes)?;
        // The folder of evidence may be new.
        if let Some(folder) = self.0.parent() {
            sync_folder(folder)?;
        }
        Ok(true)
    }
}
