//! Genesis: starts a ledger.

use serde::{Deserialize, Serialize};

use super::{Kind, KindFields, check_roots};
use crate::entry::EntryError;
use crate::trust::key::{KeyName, VerifierKey};
use crate::trust::merkle::RootHash;
use crate::words::id::{EntryId, ObjectId};
use crate::words::object::FieldFault;

/// Starts a ledger. Every root signs.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Genesis {
    /// The ledger's name, for people.
    pub name: String,
    /// The ledger's name in checkpoints.
    pub origin: KeyName,
    /// The keys that everything else rests on.
    pub roots: RootSet,
    /// The key that signs checkpoints; its name is the origin.
    pub log: VerifierKey,
    /// The first policy.
    pub policy: ObjectId,
    /// The ledger that this one takes up, where that had to end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub continues: Option<Continues>,
}

/// Root keys, and how many of them must sign.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RootSet {
    /// The keys, in byte order of (name, key id).
    pub keys: Vec<VerifierKey>,
    /// How many distinct public keys must sign; from 1 to the number of keys.
    pub threshold: u32,
}

/// An older ledger that a new one takes up.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Continues {
    /// Its id.
    pub ledger: EntryId,
    /// How many entries of it are known.
    pub size: u64,
    /// The root of its tree at that size.
    pub root: RootHash,
}

impl KindFields for Genesis {
    const KIND: Kind = Kind::Genesis;
    const TAKES_ROOTS: bool = true;

    fn objects(&self) -> Vec<ObjectId> {
        vec![self.policy]
    }

    fn required_signers(&self) -> Vec<&VerifierKey> {
        self.roots.keys.iter().collect()
    }

    fn check(&self, by: &VerifierKey) -> Result<(), EntryError> {
        if self.name.is_empty() {
            return Self::fault("name", FieldFault::Empty);
        }
        if self.log.name() != &self.origin {
            return Self::fault("log", FieldFault::Contradiction);
        }
        check_roots::<Self>(&self.roots.keys, self.roots.threshold)?;
        if !self.roots.keys.contains(by) {
            return Self::fault("by", FieldFault::Contradiction);
        }
        let is_root = |key: &VerifierKey| key.public() == self.log.public();
        if self.roots.keys.iter().any(is_root) {
            return Self::fault("log", FieldFault::Twice);
        }
        Ok(())
    }
}
