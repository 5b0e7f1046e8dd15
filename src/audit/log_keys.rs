//! The keys of the log, and which of them signs a checkpoint.

use super::replay::Effect;
use crate::entry::{Body, Entry};
use crate::trust::key::VerifierKey;

/// The keys of the log, the first first, each with the size past which it signs.
#[derive(Default)]
pub struct LogKeys(Vec<(u64, VerifierKey)>);

impl LogKeys {
    /// Takes in the key that an entry names, if it is one that names any.
    pub fn take(&mut self, entry: &Entry, effect: Effect) {
        let key = match entry.body() {
            Body::Genesis(genesis) => (0, genesis.log.clone()),
            Body::Log(log) => (log.size, log.key.clone()),
            _ => return,
        };
        if effect == Effect::Full {
            self.0.push(key);
        }
    }

    /// Returns the key that signs a checkpoint of this size, the last one where no size is stated;
    /// `None` before a good genesis.
    ///
    /// "Checkpoints of up to `size` entries are the old key's, larger ones the new key's."
    pub fn of(&self, size: Option<u64>) -> Option<&VerifierKey> {
        let size = size.unwrap_or(u64::MAX);
        let later = self.0.iter().rev().find(|(past, _)| *past < size);
        later.or(self.0.first()).map(|(_, key)| key)
    }

    /// Returns all of them, the first first.
    pub fn all(&self) -> impl Iterator<Item = &VerifierKey> {
        self.0.iter().map(|(_, key)| key)
    }
}
