//! What is shown of a thing, as plain values: read from an open ledger ([`super::gather`]), written as
//! text ([`super::page`]) or as JSON.
//!
//! `schemas/output-show.schema.json` describes the JSON. A field that does not apply is absent.

use factlog::entry::Kind;
use factlog::export::{PublishedDecision, Standing};
use factlog::words::claim::{ClaimChange, Manner};
use factlog::words::id::ObjectId;
use factlog::words::policy::{Policy, RatingCode};
use factlog::words::source::{Kept, Rights, SourceType};
use factlog::words::time::{DayOrTime, Timestamp};
use factlog::words::verdict::{Stance, VerdictChange};
use serde::{Serialize, Serializer};
use serde_json::Value;

use crate::cli::desk::shown::Said;
use crate::cli::fetched::FetchRecord;
use crate::cli::gone::Erased;

/// A thing to be shown.
#[derive(Serialize)]
#[serde(tag = "what", rename_all = "lowercase")]
pub(super) enum Shown {
    /// An entry of any kind.
    Entry(Box<EntryShown>),
    /// An object.
    Object(Box<ObjectShown>),
    /// A claim that is not recorded.
    Proposed(Box<ProposedShown>),
}

/// An id, with its shortest form for people.
#[derive(Clone)]
pub(super) struct Id {
    pub(super) full: String,
    pub(super) short: String,
}

impl Serialize for Id {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.full)
    }
}

/// An entry, what it links to and what answers it.
#[derive(Serialize)]
pub(super) struct EntryShown {
    pub(super) id: Id,
    pub(super) index: u64,
    pub(super) kind: Kind,
    pub(super) at: Timestamp,
    pub(super) by: KeyShown,
    /// What it records, in a line of words.
    pub(super) says: String,
    /// The line of JSON that was signed.
    pub(super) signed: Value,
    /// Who signed it: key names with key ids, the author first.
    pub(super) signatures: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) verdict: Option<VerdictShown>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) claim: Option<ClaimShown>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) source: Option<SourceShown>,
    /// Of a claim: all verdicts on it, in log order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) verdicts: Vec<VerdictShown>,
    /// Of a source: its recorded claims, in the order of the text.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) claims: Vec<ClaimRow>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) note: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) policy: Option<Policy>,
    /// What supersedes, retracts, approves or disputes it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) answers: Vec<AnswerShown>,
    /// Who looks after it, and what the desk noted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) desk: Option<Said>,
    /// Objects that it speaks of and that are not there.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) gone: Vec<ObjectId>,
    /// Those of them that were erased.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) erased: Vec<Erased>,
}

/// A key.
#[derive(Serialize)]
pub(super) struct KeyShown {
    pub(super) name: String,
    /// The whole key, in C2SP's form.
    pub(super) key: String,
    /// Its place in the author's chain.
    pub(super) n: u64,
}

/// An entry that answers another.
#[derive(Serialize)]
pub(super) struct AnswerShown {
    pub(super) id: Id,
    pub(super) index: u64,
    pub(super) kind: Kind,
    pub(super) at: Timestamp,
    pub(super) by: String,
    pub(super) says: String,
}

/// A claim in a list.
#[derive(Serialize)]
pub(super) struct ClaimRow {
    pub(super) id: Id,
    pub(super) index: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) text: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) claimant: Option<String>,
    pub(super) superseded: bool,
    /// The label of the latest verdict that stands.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) rating: Option<String>,
    /// Whether that was given on an earlier wording.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(super) on_earlier_wording: bool,
}

/// A claim.
#[derive(Serialize)]
pub(super) struct ClaimShown {
    /// Absent, as are the next two, while it is not recorded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) id: Option<Id>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) index: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) object: Option<ObjectId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) text: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) claimant: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) role: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) manner: Option<Manner>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) quote: Option<String>,
    pub(super) start: u64,
    pub(super) end: u64,
    /// The sentence around it, where the text is there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) sentence: Option<SentenceShown>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) extractor: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) superseded_by: Option<Id>,
    /// What that one changes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) superseded_change: Option<ClaimChange>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) supersedes: Option<Id>,
}

/// A sentence, and where in it the claim's own words are, in bytes of it.
#[derive(Serialize)]
pub(super) struct SentenceShown {
    pub(super) text: String,
    pub(super) parts: Vec<(usize, usize)>,
}

/// A source.
#[derive(Serialize)]
pub(super) struct SourceShown {
    pub(super) id: Id,
    pub(super) index: u64,
    #[serde(rename = "type")]
    pub(super) source_type: SourceType,
    pub(super) rights: Rights,
    pub(super) media: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) normalizer: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) raw: Option<Kept>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) text: Option<Kept>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) meta: Option<MetaShown>,
    /// How it was fetched: beside the ledger, signed by nobody.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) fetched: Option<FetchRecord>,
}

/// What is known of a source.
#[derive(Serialize)]
pub(super) struct MetaShown {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) title: Option<String>,
    pub(super) authors: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) publisher: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) published: Option<DayOrTime>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) retrieved: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) language: Option<String>,
    /// The source in a line of words.
    #[serde(skip)]
    pub(super) words: String,
}

/// A verdict.
#[derive(Serialize)]
pub(super) struct VerdictShown {
    pub(super) id: Id,
    pub(super) index: u64,
    pub(super) at: Timestamp,
    pub(super) by: String,
    pub(super) rating: RatingCode,
    pub(super) rating_label: String,
    pub(super) standing: Standing,
    /// The approvals that count.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) approvals: Vec<PublishedDecision>,
    /// How many its policy asks for.
    pub(super) approvals_needed: u32,
    /// The disputes that count.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) disputes: Vec<PublishedDecision>,
    /// The claim was given other words since.
    pub(super) on_earlier_wording: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) summary: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) rationale: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) supersedes: Option<Id>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) change: Option<VerdictChange>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) reason: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) superseded_by: Option<Id>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) retraction: Option<RetractionShown>,
    pub(super) evidence: Vec<EvidenceShown>,
    pub(super) conflicts: Vec<String>,
}

/// How a verdict was taken back.
#[derive(Serialize)]
pub(super) struct RetractionShown {
    pub(super) id: Id,
    pub(super) at: Timestamp,
    pub(super) by: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) reason: Option<String>,
}

/// A piece of evidence.
#[derive(Serialize)]
pub(super) struct EvidenceShown {
    pub(super) source: Id,
    pub(super) stance: Stance,
    pub(super) primary: bool,
    /// The source in a line of words.
    pub(super) says: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) quote: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) locator: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) note: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) unavailable: Option<String>,
}

/// A claim that is not recorded.
#[derive(Serialize)]
pub(super) struct ProposedShown {
    /// What makes it the claim that it is.
    pub(super) id: Id,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) number: Option<usize>,
    pub(super) state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) score: Option<f32>,
    pub(super) claim: ClaimShown,
    pub(super) source: SourceShown,
    /// Who looks after it, and what the desk noted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) desk: Option<Said>,
}

/// An object.
#[derive(Serialize)]
pub(super) struct ObjectShown {
    pub(super) id: Id,
    /// How many bytes it has; absent where they were erased.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) bytes: Option<u64>,
    /// How it was erased.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) erased: Option<Erased>,
    /// What its field `type` says, where it is one of our JSON objects.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub(super) type_name: Option<String>,
    /// A JSON object's content.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) content: Option<Value>,
    /// The words, where it is text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) text: Option<String>,
    /// The entry that introduced it, and those that are known to speak of it again.
    pub(super) entries: Vec<AnswerShown>,
}

impl Shown {
    /// Says whether all that it speaks of is there.
    pub(super) fn is_complete(&self) -> bool {
        match self {
            Self::Entry(entry) => entry.gone.is_empty(),
            Self::Object(object) => object.erased.is_none(),
            Self::Proposed(_) => true,
        }
    }

    /// Says whether anything of it is missing that was not erased.
    pub(super) fn is_missing_any(&self) -> bool {
        match self {
            Self::Entry(entry) => entry.gone.len() > entry.erased.len(),
            Self::Object(_) | Self::Proposed(_) => false,
        }
    }
}
