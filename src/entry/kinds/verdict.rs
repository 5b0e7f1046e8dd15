//! Verdict: records what a reviewer found.

use serde::{Deserialize, Serialize};

use super::{Kind, KindFields};
use crate::entry::EntryError;
use crate::trust::key::VerifierKey;
use crate::words::id::{ClaimId, ObjectId, VerdictId};
use crate::words::policy::RatingCode;
use crate::words::verdict::VerdictChange;

/// Records a verdict.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VerdictEntry {
    /// The claim that was judged.
    pub claim: ClaimId,
    /// The conclusion, a code of the policy's scale.
    pub rating: RatingCode,
    /// The policy in force.
    pub policy: ObjectId,
    /// The `verdict` object.
    pub verdict: ObjectId,
    /// The verdict in whose place it stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub supersedes: Option<VerdictId>,
    /// How it differs from that; with `supersedes` only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub change: Option<VerdictChange>,
}

impl KindFields for VerdictEntry {
    const KIND: Kind = Kind::Verdict;
    fn objects(&self) -> Vec<ObjectId> {
        vec![self.verdict]
    }

    fn check(&self, _: &VerifierKey) -> Result<(), EntryError> {
        Self::presence("change", self.change.is_some(), self.supersedes.is_some())
    }
}
