//! Approval: approves or disputes a verdict.

use serde::{Deserialize, Serialize};

use super::{Kind, KindFields};
use crate::words::id::{ObjectId, VerdictId};

/// What an approver decided.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Decision {
    /// The verdict holds.
    Approve,
    /// It does not.
    Dispute,
}

/// Approves or disputes a verdict.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Approval {
    /// The verdict.
    pub verdict: VerdictId,
    /// What was decided.
    pub decision: Decision,
    /// Why: a `note` object.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<ObjectId>,
}

impl KindFields for Approval {
    const KIND: Kind = Kind::Approval;
    fn objects(&self) -> Vec<ObjectId> {
        self.note.into_iter().collect()
    }
}
