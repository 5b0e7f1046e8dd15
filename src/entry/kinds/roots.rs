//! Roots: changes the root keys or their threshold.

use serde::{Deserialize, Serialize};

use super::{Kind, KindFields, check_roots};
use crate::entry::EntryError;
use crate::trust::key::VerifierKey;

/// Changes the roots or their threshold. A threshold of the old and of the new roots signs.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Roots {
    /// The new keys, in byte order of (name, key id).
    pub keys: Vec<VerifierKey>,
    /// How many must sign from here on.
    pub threshold: u32,
    /// The index from which the removed roots are tainted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<u64>,
}

impl KindFields for Roots {
    const KIND: Kind = Kind::Roots;
    const TAKES_ROOTS: bool = true;

    fn permitted_signers(&self) -> &[VerifierKey] {
        &self.keys
    }

    fn check(&self, _: &VerifierKey) -> Result<(), EntryError> {
        check_roots::<Self>(&self.keys, self.threshold)
    }
}
