//! One record a verdict: what `JSON Lines` and `CSV` have in common.

use serde::Serialize;

use super::{PublishedClaim, PublishedDecision, PublishedLedger, PublishedVerdict, Standing};
use crate::words::claim::Manner;
use crate::words::id::{ClaimId, EntryId, ObjectId, SourceId, VerdictId};
use crate::words::policy::RatingCode;
use crate::words::source::{Meta, SourceType};
use crate::words::time::{DayOrTime, Timestamp};
use crate::words::verdict::{Stance, VerdictChange};

/// What the field `type` of a record says.
const TYPE: &str = "factlog/export-verdict@v1";

/// What an approver decided, without the note that was written with it: that does not leave the house.
#[derive(Serialize)]
pub(super) struct DecisionRecord<'a> {
    pub(super) entry: EntryId,
    pub(super) index: u64,
    pub(super) at: Timestamp,
    pub(super) by: &'a str,
}

impl<'a> DecisionRecord<'a> {
    fn all(decisions: &'a [PublishedDecision]) -> Vec<Self> {
        let record = |decision: &'a PublishedDecision| Self {
            entry: decision.entry,
            index: decision.index,
            at: decision.at,
            by: &decision.by,
        };
        decisions.iter().map(record).collect()
    }
}

/// A verdict with its claim, its source and its place in the ledger. A field that does not apply is
/// absent; so is one whose object was erased or is withheld.
#[derive(Serialize)]
pub(super) struct Record<'a> {
    #[serde(rename = "type")]
    type_name: &'static str,
    pub(super) verdict: VerdictId,
    pub(super) index: u64,
    pub(super) at: Timestamp,
    pub(super) reviewer: &'a str,
    pub(super) standing: Standing,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) approvals: Vec<DecisionRecord<'a>>,
    #[serde(skip_serializing_if = "is_zero")]
    pub(super) approvals_needed: u32,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) disputes: Vec<DecisionRecord<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) supersedes: Option<VerdictId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) change: Option<VerdictChange>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) reason: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) superseded_by: Option<VerdictId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) retraction: Option<RetractionRecord<'a>>,
    pub(super) rating: &'a RatingCode,
    pub(super) rating_label: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) rating_value: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) rating_best: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) rating_worst: Option<u32>,
    pub(super) policy: ObjectId,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) summary: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) rationale: Option<&'a str>,
    pub(super) conflicts: &'a [String],
    pub(super) evidence: Vec<EvidenceRecord<'a>>,
    pub(super) erased: bool,
    pub(super) claim: ClaimRecord<'a>,
    pub(super) source: SourceRecord<'a>,
    pub(super) ledger: LedgerRecord<'a>,
}

#[derive(Serialize)]
pub(super) struct RetractionRecord<'a> {
    pub(super) entry: EntryId,
    pub(super) at: Timestamp,
    pub(super) by: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) reason: Option<&'a str>,
}

#[derive(Serialize)]
pub(super) struct EvidenceRecord<'a> {
    pub(super) stance: Stance,
    pub(super) primary: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) quote: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) locator: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) note: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) unavailable: Option<&'a str>,
    pub(super) source: SourceRecord<'a>,
}

#[derive(Serialize)]
pub(super) struct ClaimRecord<'a> {
    pub(super) entry: ClaimId,
    pub(super) index: u64,
    pub(super) at: Timestamp,
    pub(super) erased: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) superseded_by: Option<ClaimId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) text: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) quote: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) start: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) end: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) language: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) manner: Option<Manner>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) claimant: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) role: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) same_as: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) said: Option<DayOrTime>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) occasion: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) place: Option<&'a str>,
}

#[derive(Serialize)]
pub(super) struct SourceRecord<'a> {
    pub(super) entry: SourceId,
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub(super) source_type: Option<SourceType>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) url: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) title: Option<&'a str>,
    pub(super) authors: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) publisher: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) published: Option<DayOrTime>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) retrieved: Option<Timestamp>,
}

#[derive(Serialize)]
pub(super) struct LedgerRecord<'a> {
    pub(super) id: EntryId,
    pub(super) desk: &'a str,
    pub(super) origin: &'a str,
    pub(super) size: u64,
    pub(super) root: &'a str,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde passes a reference"
)]
const fn is_zero(number: &u32) -> bool {
    *number == 0
}

impl<'a> Record<'a> {
    pub(super) fn new(
        ledger: &'a PublishedLedger,
        claim: &'a PublishedClaim,
        verdict: &'a PublishedVerdict,
    ) -> Self {
        let content = ledger.content(verdict);
        let policy = ledger.policy(verdict);
        let language = claim.claim.as_ref().map(|claim| claim.language.as_str());
        Self {
            type_name: TYPE,
            verdict: verdict.id,
            index: verdict.index,
            at: verdict.at,
            reviewer: &verdict.reviewer,
            standing: verdict.standing,
            approvals: DecisionRecord::all(&verdict.approvals),
            approvals_needed: verdict.approvals_needed,
            disputes: DecisionRecord::all(&verdict.disputes),
            supersedes: verdict.supersedes,
            change: verdict.change,
            reason: content.and_then(|v| v.reason.as_deref()),
            superseded_by: verdict.superseded_by,
            retraction: verdict
                .retraction
                .as_ref()
                .map(|retraction| RetractionRecord {
                    entry: retraction.id,
                    at: retraction.at,
                    by: &retraction.by,
                    reason: retraction.reason.as_deref(),
                }),
            rating: &verdict.rating,
            rating_label: ledger.rating_label(verdict, language),
            rating_value: ledger.rating(verdict).and_then(|rating| rating.value),
            rating_best: policy.map(|policy| policy.best),
            rating_worst: policy.map(|policy| policy.worst),
            policy: verdict.policy,
            summary: content.map(|v| v.summary.as_str()),
            rationale: content.and_then(|v| v.rationale.as_deref()),
            conflicts: content.map_or(&[], |v| &v.conflicts),
            evidence: evidence(ledger, verdict),
            erased: content.is_none(),
            claim: ClaimRecord::new(ledger, claim),
            source: SourceRecord::new(ledger, claim.source),
            ledger: LedgerRecord {
                id: ledger.id,
                desk: &ledger.desk,
                origin: &ledger.checkpoint.origin,
                size: ledger.checkpoint.size,
                root: &ledger.checkpoint.root,
            },
        }
    }
}

fn evidence<'a>(
    ledger: &'a PublishedLedger,
    verdict: &'a PublishedVerdict,
) -> Vec<EvidenceRecord<'a>> {
    let pieces = ledger.content(verdict).map_or(&[][..], |v| &v.evidence);
    pieces
        .iter()
        .map(|piece| {
            let shown = Some(piece).filter(|piece| ledger.may_quote(piece.source));
            EvidenceRecord {
                stance: piece.stance,
                primary: piece.primary,
                quote: shown
                    .and_then(|piece| piece.quote.as_ref())
                    .map(|quote| quote.exact.as_str()),
                locator: shown.and_then(|piece| piece.locator.as_deref()),
                note: shown.and_then(|piece| piece.note.as_deref()),
                unavailable: shown.and_then(|piece| piece.unavailable.as_deref()),
                source: SourceRecord::new(ledger, piece.source),
            }
        })
        .collect()
}

impl<'a> ClaimRecord<'a> {
    fn new(ledger: &'a PublishedLedger, published: &'a PublishedClaim) -> Self {
        let claim = published.claim.as_ref();
        let claimant = claim.and_then(|claim| claim.claimant.as_ref());
        let said = claim.and_then(|claim| claim.said.as_ref());
        let hull = claim.map(|claim| claim.quote.bytes);
        Self {
            entry: published.id,
            index: published.index,
            at: published.at,
            erased: claim.is_none(),
            superseded_by: published.superseded_by,
            url: ledger
                .base_url
                .as_ref()
                .map(|base| base.claim(published.id)),
            text: claim.map(|claim| claim.text.as_str()),
            quote: claim
                .filter(|_| ledger.may_quote(published.source))
                .map(|claim| claim.quote.exact.as_str()),
            start: hull.map(crate::words::span::Span::start),
            end: hull.map(crate::words::span::Span::end),
            language: claim.map(|claim| claim.language.as_str()),
            manner: claim.map(|claim| claim.manner),
            claimant: claimant.map(|claimant| claimant.name.as_str()),
            role: claimant.and_then(|claimant| claimant.role.as_deref()),
            same_as: claimant.and_then(|claimant| claimant.same_as.as_deref()),
            said: said.and_then(|said| said.date),
            occasion: said.and_then(|said| said.occasion.as_deref()),
            place: said.and_then(|said| said.place.as_deref()),
        }
    }
}

impl<'a> SourceRecord<'a> {
    fn new(ledger: &'a PublishedLedger, source: SourceId) -> Self {
        let meta: Option<&Meta> = ledger.meta(source);
        Self {
            entry: source,
            source_type: ledger.sources.get(&source).map(|source| source.source_type),
            url: meta.and_then(|meta| meta.url.as_deref()),
            title: meta.and_then(|meta| meta.title.as_deref()),
            authors: meta.map_or(&[], |meta| &meta.authors),
            publisher: meta.and_then(|meta| meta.publisher.as_deref()),
            published: meta.and_then(|meta| meta.published),
            retrieved: meta.and_then(|meta| meta.retrieved),
        }
    }
}
