//! What a publisher takes away: `ClaimReview`, Web Annotations, JSON Lines, CSV, a site; and reports.
//!
//! Plain values in, bytes out. A caller that has replayed a ledger describes it as a
//! [`PublishedLedger`] and its [`PublishedClaim`]s; nothing here opens a ledger, verifies a
//! signature or decides what stands.
//!
//! What may leave the house: claims, verdicts and policies are published. Of another's work only
//! its quotes and what is known about it leave, and of a source whose rights say *withheld*
//! nothing but its id. An object that was erased is `None` here, and the documents say so.

pub mod annotations;
pub mod base_url;
pub mod claimreview;
pub mod csv;
pub mod jsonl;
pub mod report;
pub mod site;

mod escape;
mod record;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use base_url::{BaseUrl, BaseUrlError};

use crate::words::claim::{Claim, ClaimChange};
use crate::words::id::{ClaimId, EntryId, ObjectId, SourceId, VerdictId};
use crate::words::policy::{Policy, Rating, RatingCode};
use crate::words::source::{Kept, Meta, Rights, SourceType};
use crate::words::time::Timestamp;
use crate::words::verdict::{Verdict, VerdictChange};

/// The ledger that claims are exported from, as of one checkpoint.
#[derive(Clone, Debug)]
pub struct PublishedLedger {
    /// The genesis entry's id.
    pub id: EntryId,
    /// The desk's name, for people: the ledger's name.
    pub desk: String,
    /// Where the export will be published.
    pub base_url: Option<BaseUrl>,
    /// The checkpoint that the export is made from.
    pub checkpoint: PublishedCheckpoint,
    /// The policies that verdicts name.
    pub policies: BTreeMap<ObjectId, Policy>,
    /// The sources that claims stand in or verdicts cite.
    pub sources: BTreeMap<SourceId, PublishedSource>,
}

/// A checkpoint of the ledger.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PublishedCheckpoint {
    /// The ledger's name in checkpoints.
    pub origin: String,
    /// The number of entries.
    pub size: u64,
    /// The root hash, in standard padded base64.
    pub root: String,
    /// The signed note, whole; `None` where what is exported stands beside proofs, which have theirs.
    pub note: Option<String>,
}

/// A source in which a claim stands, or that a verdict cites.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PublishedSource {
    /// What kind of work it is.
    pub source_type: SourceType,
    /// What may leave the house.
    pub rights: Rights,
    /// What is known of it; `None` if that was erased.
    pub meta: Option<Meta>,
    /// The media type of its bytes, such as `text/html`.
    pub media: String,
    /// The kept copy.
    pub raw: Option<Kept>,
    /// Its text.
    pub text: Option<Kept>,
    /// Whether the text was erased.
    pub is_text_erased: bool,
}

/// A claim and all verdicts on it.
#[derive(Clone, Debug)]
pub struct PublishedClaim {
    /// The claim entry.
    pub id: ClaimId,
    /// Its index.
    pub index: u64,
    /// When its author says it was recorded.
    pub at: Timestamp,
    /// The claim; `None` if it was erased.
    pub claim: Option<Claim>,
    /// The source that it stands in.
    pub source: SourceId,
    /// The claim whose place it took, and how it differs from that.
    pub supersedes: Option<(ClaimId, ClaimChange)>,
    /// Whether a revoked key signed it, and nobody has confirmed it.
    pub is_tainted: bool,
    /// The claim that took its place; its verdicts are then on the earlier wording.
    pub superseded_by: Option<ClaimId>,
    /// The verdicts on it, in the log's order.
    pub verdicts: Vec<PublishedVerdict>,
}

/// A verdict on a claim.
#[derive(Clone, Debug)]
pub struct PublishedVerdict {
    /// The verdict entry.
    pub id: VerdictId,
    /// Its index.
    pub index: u64,
    /// When its author says it was given.
    pub at: Timestamp,
    /// The name of the reviewer's key.
    pub reviewer: String,
    /// The conclusion, a code of the policy's scale.
    pub rating: RatingCode,
    /// The policy that was in force.
    pub policy: ObjectId,
    /// Its reasons and evidence; `None` if they were erased.
    pub verdict: Option<Verdict>,
    /// Whether it stands.
    pub standing: Standing,
    /// Whether it has ever stood: what never had its approvals was never published.
    pub has_stood: bool,
    /// The approvals that count, in log order.
    pub approvals: Vec<PublishedDecision>,
    /// How many its policy asks for.
    pub approvals_needed: u32,
    /// The disputes that count, in log order.
    pub disputes: Vec<PublishedDecision>,
    /// The verdict whose place it takes.
    pub supersedes: Option<VerdictId>,
    /// How it differs from that.
    pub change: Option<VerdictChange>,
    /// The verdict that took its place.
    pub superseded_by: Option<VerdictId>,
    /// How it was taken back.
    pub retraction: Option<PublishedRetraction>,
}

/// Says whether a verdict had its approvals once, and no dispute: what approvers said of it before it
/// was replaced or retracted, in log order, each with who said it and whether it approves. What was
/// tainted since counted then.
pub fn ever_stood<H: Ord>(said: impl IntoIterator<Item = (H, bool)>, needed: u32) -> bool {
    if needed == 0 {
        return true;
    }
    let mut last: BTreeMap<H, bool> = BTreeMap::new();
    said.into_iter().any(|(holder, approves)| {
        last.insert(holder, approves);
        let approvals = last.values().filter(|approves| **approves).count();
        approvals == last.len() && approvals >= needed as usize
    })
}

/// Returns how a verdict differs, for readers, from an earlier one of its line that they saw last, where
/// those between the two never stood.
pub fn seen_change(change: VerdictChange, older: &RatingCode, newer: &RatingCode) -> VerdictChange {
    match change {
        _ if older != newer => VerdictChange::Rating,
        VerdictChange::Rating => VerdictChange::Correction,
        change => change,
    }
}

/// What an approver decided about a verdict: the last word of each.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct PublishedDecision {
    /// The approval entry.
    pub entry: EntryId,
    /// Its index.
    pub index: u64,
    /// When its author says it was recorded.
    pub at: Timestamp,
    /// The name of its author's key.
    pub by: String,
    /// What was said with it; `None` if nothing was, or that was erased.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// How a verdict was taken back.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PublishedRetraction {
    /// The retraction entry.
    pub id: EntryId,
    /// Its index.
    pub index: u64,
    /// When its author says it was recorded.
    pub at: Timestamp,
    /// The name of its author's key.
    pub by: String,
    /// Why; `None` if that was erased.
    pub reason: Option<String>,
}

/// Whether a verdict stands.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Standing {
    /// It lacks approvals that the policy wants.
    Proposed,
    /// It stands.
    Standing,
    /// An approver disputes it.
    Disputed,
    /// Another took its place.
    Superseded,
    /// It was taken back.
    Retracted,
    /// Its key was revoked since, from before it.
    Tainted,
}

impl Standing {
    /// Returns its name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Proposed => "proposed",
            Self::Standing => "standing",
            Self::Disputed => "disputed",
            Self::Superseded => "superseded",
            Self::Retracted => "retracted",
            Self::Tainted => "tainted",
        }
    }
}

impl PublishedLedger {
    /// Returns the policy that a verdict was given under.
    fn policy(&self, verdict: &PublishedVerdict) -> Option<&Policy> {
        self.policies.get(&verdict.policy)
    }

    /// Returns a verdict's rating, with its label and its place on the scale.
    fn rating(&self, verdict: &PublishedVerdict) -> Option<&Rating> {
        self.policy(verdict)?.rating(&verdict.rating)
    }

    /// Returns a rating's label in the language `tag`, else as [`Rating::label`] has it.
    fn rating_label<'a>(&'a self, verdict: &'a PublishedVerdict, tag: Option<&str>) -> &'a str {
        let Some(rating) = self.rating(verdict) else {
            return verdict.rating.as_str();
        };
        let key = tag.unwrap_or("en").to_ascii_lowercase().replace('-', "_");
        let language = key.split('_').next().unwrap_or_default();
        rating
            .labels
            .get(&key)
            .or_else(|| rating.labels.get(language))
            .map_or_else(|| rating.label(), String::as_str)
    }

    /// Returns what may be said of a source: nothing where it is withheld or that was erased.
    fn meta(&self, source: SourceId) -> Option<&Meta> {
        let source = self.sources.get(&source)?;
        if source.rights == Rights::Withheld {
            return None;
        }
        source.meta.as_ref()
    }

    /// Returns what a verdict says, unless it was erased or quotes a source that is withheld.
    fn content<'a>(&self, verdict: &'a PublishedVerdict) -> Option<&'a Verdict> {
        let quotes_withheld = |verdict: &&Verdict| {
            let mut quoted = verdict.evidence.iter().filter(|e| e.quote.is_some());
            quoted.any(|evidence| !self.may_quote(evidence.source))
        };
        verdict.verdict.as_ref().filter(|v| !quotes_withheld(v))
    }

    /// Says whether anything of a claim may leave the house: what it says are words of its source.
    pub fn may_leave(&self, claim: &PublishedClaim) -> bool {
        self.may_quote(claim.source)
    }

    /// Says whether words of a source may leave the house.
    fn may_quote(&self, source: SourceId) -> bool {
        self.sources
            .get(&source)
            .is_some_and(|source| source.rights != Rights::Withheld)
    }
}

/// Returns an address if it is one of the web, safe to stand as a link: `http` or `https`, visible
/// ASCII without quotation marks and angle brackets.
fn web_address(text: &str) -> Option<&str> {
    let scheme = ["https://", "http://"]
        .into_iter()
        .find(|scheme| starts_with_ignoring_case(text, scheme))?;
    let rest = &text[scheme.len()..];
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let visible = rest.bytes().all(|b| {
        b.is_ascii_graphic()
            && !matches!(
                b,
                b'"' | b'<' | b'>' | b'\\' | b'^' | b'`' | b'{' | b'|' | b'}'
            )
    });
    (visible && !host.is_empty()).then_some(text)
}

fn starts_with_ignoring_case(text: &str, prefix: &str) -> bool {
    text.get(..prefix.len())
        .is_some_and(|start| start.eq_ignore_ascii_case(prefix))
}

#[cfg(test)]
pub(crate) mod samples;

#[cfg(test)]
mod tests {
    use super::web_address;

    #[test]
    fn only_addresses_of_the_web_become_links() {
        for good in [
            "https://news.example/a1",
            "http://127.0.0.1:8000/page.html?x=1&y=2#z",
            "HTTPS://News.example",
        ] {
            assert_eq!(web_address(good), Some(good));
        }
        for bad in [
            "javascript:alert(1)",
            "data:text/html,x",
            "https://",
            "https:///path",
            "https://news.example/a b",
            "https://news.example/\"onclick=",
            "https://news.example/<script>",
            "https://news.example/\u{202e}",
            "https://news.example/\n",
            "news.example/a1",
            "ftp://news.example",
            "",
        ] {
            assert_eq!(web_address(bad), None, "{bad:?}");
        }
    }
}
