//! Verdicts: the outcome of a review, its reasons and its evidence.

use serde::{Deserialize, Serialize};

use super::id::SourceId;
use super::object::{FieldFault, Object, ObjectError, absent_or_not_empty, not_empty};
use super::salt::Salt;
use super::span::Quote;

/// What a verdict says beside its rating, as an object of type `factlog/verdict@v1`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Verdict {
    /// The conclusion in a sentence or two.
    pub summary: String,
    /// The reasoning, at length.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rationale: Option<String>,
    /// Why this verdict takes the place of an earlier one. Required where it supersedes one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// What it rests on.
    pub evidence: Vec<Evidence>,
    /// The reviewer's declared conflicts of interest.
    pub conflicts: Vec<String>,
    /// Makes the object's hash unguessable.
    pub salt: Salt,
}

/// A source that a verdict cites.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    /// The `source` entry.
    pub source: SourceId,
    /// What it says of the claim.
    pub stance: Stance,
    /// Whether it is a primary source: the record itself rather than a report of it.
    pub primary: bool,
    /// The words that matter, in the source's text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quote: Option<Quote>,
    /// Where to look, such as a page, a cell or a time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locator: Option<String>,
    /// What the reviewer remarks about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Why no copy of it could be kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unavailable: Option<String>,
}

/// What a piece of evidence says of the claim.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Stance {
    /// It speaks for the claim.
    Supports,
    /// It speaks against the claim.
    Refutes,
    /// It helps to understand the claim.
    Context,
}

/// How a verdict differs from the one that it supersedes.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum VerdictChange {
    /// New information; nothing was wrong.
    Update,
    /// Something was wrong; the rating holds.
    Correction,
    /// The rating is another.
    Rating,
}

impl Object for Verdict {
    const TYPE: &'static str = "factlog/verdict@v1";

    fn check(&self) -> Result<(), ObjectError> {
        not_empty(&self.summary, "summary")?;
        absent_or_not_empty(self.rationale.as_deref(), "rationale")?;
        absent_or_not_empty(self.reason.as_deref(), "reason")?;
        if self.conflicts.iter().any(String::is_empty) {
            return Err(FieldFault::Empty.of("conflicts"));
        }
        for evidence in &self.evidence {
            absent_or_not_empty(evidence.locator.as_deref(), "evidence.locator")?;
            absent_or_not_empty(evidence.note.as_deref(), "evidence.note")?;
            absent_or_not_empty(evidence.unavailable.as_deref(), "evidence.unavailable")?;
        }
        Ok(())
    }
}
