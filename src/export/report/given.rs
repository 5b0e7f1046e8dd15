//! What a report is made from: a ledger's sources, claims, verdicts and decisions as plain values.

use std::collections::BTreeMap;

use crate::words::id::{EntryId, VerdictId};
use crate::words::policy::RatingCode;
use crate::words::time::Timestamp;
use crate::words::verdict::VerdictChange;

use super::super::Standing;

/// A ledger, as far as a report counts it. Void entries are not in it.
#[derive(Clone, Debug)]
pub struct Given {
    /// The desk's name, for people.
    pub desk: String,
    /// The ledger's id.
    pub ledger: EntryId,
    /// The ledger's name in checkpoints.
    pub origin: String,
    /// The number of its entries.
    pub size: u64,
    /// The root hash, in standard padded base64.
    pub root: String,
    /// The scale of the policy in force: codes with their labels, in its order.
    pub scale: Vec<(RatingCode, String)>,
    /// The sources, by the indexes of their entries.
    pub sources: BTreeMap<u64, GivenSource>,
    /// The claims, by the indexes of their entries.
    pub claims: BTreeMap<u64, GivenClaim>,
    /// The verdicts, by the indexes of their entries.
    pub verdicts: BTreeMap<u64, GivenVerdict>,
    /// The approvals and disputes, by the indexes of their entries.
    pub decisions: BTreeMap<u64, GivenDecision>,
}

/// A name that is known, or why it is not.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Name {
    /// It is known.
    Known(String),
    /// There is none: nobody recorded one.
    None,
    /// Of a claimant: the source speaks for itself.
    Narration,
    /// The source's rights withhold it.
    Withheld,
    /// What says it was erased, or is not there.
    Gone,
}

impl Name {
    /// Returns the name, or what stands in its place, in brackets.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Known(name) => name,
            Self::None => "(not recorded)",
            Self::Narration => "(the source itself)",
            Self::Withheld => "(withheld)",
            Self::Gone => "(erased)",
        }
    }
}

/// A source.
#[derive(Clone, Debug)]
pub struct GivenSource {
    /// When its author says it was taken in.
    pub at: Timestamp,
    /// The name of its author's key.
    pub by: String,
    /// Who published it.
    pub publisher: Name,
    /// Whether a copy of its bytes or its text is kept, and what may leave the house.
    pub keeping: Keeping,
    /// Whether what is known of it was erased, or is not there.
    pub is_gone: bool,
}

/// What is kept of a source.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Keeping {
    /// A copy, which may be shown or quoted.
    Copy,
    /// A copy, which the source's rights withhold.
    Withheld,
    /// A copy was kept, and it was erased or is not there.
    Gone,
    /// None: only where it is.
    Reference,
}

/// A claim.
#[derive(Clone, Debug)]
pub struct GivenClaim {
    /// When its author says it was recorded.
    pub at: Timestamp,
    /// The name of its author's key.
    pub by: String,
    /// The index of the source that it stands in.
    pub source: u64,
    /// The index of the first claim of its line: each takes the place of the one before.
    pub line: u64,
    /// What it says; `None` where that is withheld, was erased, or is not there.
    pub text: Option<String>,
    /// Who made it.
    pub claimant: Name,
    /// Its language.
    pub language: Name,
    /// Whether what it says was erased, or is not there.
    pub is_gone: bool,
}

/// A verdict.
#[derive(Clone, Debug)]
pub struct GivenVerdict {
    /// The verdict entry.
    pub id: VerdictId,
    /// When its author says it was given.
    pub at: Timestamp,
    /// The name of its author's key.
    pub by: String,
    /// The index of the claim.
    pub claim: u64,
    /// Its rating.
    pub rating: RatingCode,
    /// What stands of it.
    pub standing: Standing,
    /// How many approvals its policy asks for.
    pub approvals_needed: u32,
    /// The indexes of the approvals that count.
    pub approvals: Vec<u64>,
    /// The index of the verdict whose place it takes, and how it differs.
    pub supersedes: Option<(u64, VerdictChange)>,
    /// The index of the verdict that took its place.
    pub superseded_by: Option<u64>,
    /// How it was taken back.
    pub retraction: Option<GivenRetraction>,
    /// What it says; `None` where that was erased, or is not there.
    pub content: Option<GivenContent>,
}

/// What a verdict says, as far as a report counts it.
#[derive(Clone, Default, Debug)]
pub struct GivenContent {
    /// Why it takes another's place.
    pub reason: Option<String>,
    /// The indexes of the sources that it cites, one for each piece of evidence, and whether that piece
    /// is a primary source.
    pub evidence: Vec<(u64, bool)>,
    /// How many conflicts of interest it declares.
    pub conflicts: u64,
}

/// How a verdict was taken back.
#[derive(Clone, Debug)]
pub struct GivenRetraction {
    /// The index of its entry.
    pub index: u64,
    /// When its author says so.
    pub at: Timestamp,
    /// The name of its author's key.
    pub by: String,
    /// Why; `None` where that was erased, or is not there.
    pub reason: Option<String>,
}

/// An approval or a dispute.
#[derive(Clone, Debug)]
pub struct GivenDecision {
    /// When its author says so.
    pub at: Timestamp,
    /// The name of its author's key.
    pub by: String,
    /// The first key of the line that its author's carries on.
    pub holder: [u8; 32],
    /// The index of the verdict.
    pub verdict: u64,
    /// Whether it approves; else it disputes.
    pub approves: bool,
    /// Whether a revoked key signed it, and nobody has confirmed it.
    pub is_tainted: bool,
}
