//! Claim: records a claim found in a source.

use serde::{Deserialize, Serialize};

use super::{Kind, KindFields};
use crate::entry::EntryError;
use crate::trust::key::VerifierKey;
use crate::words::claim::ClaimChange;
use crate::words::id::{ClaimId, ObjectId, SourceId};
use crate::words::object::FieldFault;

/// Records a claim.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClaimEntry {
    /// The `claim` object.
    pub claim: ObjectId,
    /// The source that it stands in.
    pub source: SourceId,
    /// Where its hull starts, in bytes of the text.
    pub start: u64,
    /// Where its hull ends, exclusive.
    pub end: u64,
    /// What found it, such as `rules/1`; absent where a person did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extractor: Option<String>,
    /// The claim in whose place it stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub supersedes: Option<ClaimId>,
    /// What is different; with `supersedes` only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub change: Option<ClaimChange>,
}

impl KindFields for ClaimEntry {
    const KIND: Kind = Kind::Claim;
    fn objects(&self) -> Vec<ObjectId> {
        vec![self.claim]
    }

    fn check(&self, _: &VerifierKey) -> Result<(), EntryError> {
        if self.start >= self.end {
            return Self::fault("end", FieldFault::Bounds);
        }
        if self.extractor.as_ref().is_some_and(String::is_empty) {
            return Self::fault("extractor", FieldFault::Empty);
        }
        Self::presence("change", self.change.is_some(), self.supersedes.is_some())
    }
}
