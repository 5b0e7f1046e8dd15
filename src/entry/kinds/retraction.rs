//! Retraction: takes a verdict back.

use serde::{Deserialize, Serialize};

use super::{Kind, KindFields};
use crate::words::id::{ObjectId, VerdictId};

/// Takes a verdict back.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Retraction {
    /// The verdict.
    pub verdict: VerdictId,
    /// Why: a `note` object.
    pub note: ObjectId,
}

impl KindFields for Retraction {
    const KIND: Kind = Kind::Retraction;
    const TAKES_ROOTS: bool = true;

    fn objects(&self) -> Vec<ObjectId> {
        vec![self.note]
    }
}
