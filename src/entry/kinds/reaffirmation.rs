//! Reaffirmation: confirms tainted entries.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{Kind, KindFields};
use crate::entry::EntryError;
use crate::trust::key::VerifierKey;
use crate::words::id::{EntryId, ObjectId};
use crate::words::object::FieldFault;

/// Confirms tainted entries. A threshold of roots signs.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reaffirmation {
    /// The entries.
    pub entries: Vec<EntryId>,
    /// Why: a `note` object.
    pub note: ObjectId,
}

impl KindFields for Reaffirmation {
    const KIND: Kind = Kind::Reaffirmation;
    const TAKES_ROOTS: bool = true;

    fn objects(&self) -> Vec<ObjectId> {
        vec![self.note]
    }

    fn check(&self, _: &VerifierKey) -> Result<(), EntryError> {
        if self.entries.is_empty() {
            return Self::fault("entries", FieldFault::Empty);
        }
        let distinct: BTreeSet<_> = self.entries.iter().collect();
        if distinct.len() != self.entries.len() {
            return Self::fault("entries", FieldFault::Twice);
        }
        Ok(())
    }
}
