//! Log: changes the key that signs checkpoints.

use serde::{Deserialize, Serialize};

use super::{Kind, KindFields};
use crate::trust::key::VerifierKey;
use crate::trust::merkle::RootHash;

/// Changes the key that signs checkpoints. A threshold of roots and the new key sign.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogKey {
    /// The new key; its name is the origin.
    pub key: VerifierKey,
    /// The size up to which the old key signed.
    pub size: u64,
    /// The root of the tree at that size.
    pub root: RootHash,
}

impl KindFields for LogKey {
    const KIND: Kind = Kind::Log;
    const TAKES_ROOTS: bool = true;

    fn required_signers(&self) -> Vec<&VerifierKey> {
        vec![&self.key]
    }
}
