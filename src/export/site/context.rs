//! What templates get: plain values with the names that templates use.
//!
//! A field that does not apply is absent. Days are written for people, times in RFC 3339.

use chrono::NaiveDate;
use serde::Serialize;

use crate::export::base_url::SHORT_DIGITS;
use crate::export::{
    PublishedClaim, PublishedDecision, PublishedLedger, PublishedVerdict, Standing,
};
use crate::words::claim::Claim;
use crate::words::id::{ObjectId, SourceId, VerdictId};
use crate::words::policy::{Policy, Rating, RatingCode};
use crate::words::source::{Meta, Rights, SourceType};
use crate::words::span::Quote;
use crate::words::verdict::{Evidence, Stance, VerdictChange};

/// The first digits of an id: what addresses have.
pub(super) fn short(id: &impl ToString) -> String {
    id.to_string()[..SHORT_DIGITS].to_owned()
}

/// A day for people: "22 November 2026".
pub(super) fn day(date: NaiveDate) -> String {
    date.format("%-d %B %Y").to_string()
}

/// The direction in which a language is written: by its script, or by what Unicode says of the text.
pub(super) fn direction(language: &str) -> &'static str {
    let mut tags = language.split(['-', '_']);
    let primary = tags.next().unwrap_or_default();
    match tags.next() {
        Some("Arab" | "Hebr" | "Thaa" | "Syrc" | "Nkoo" | "Adlm") => "rtl",
        Some(script) if script.len() == 4 => "ltr",
        _ => match primary {
            "ar" | "arc" | "ckb" | "dv" | "fa" | "he" | "iw" | "nqo" | "ps" | "sd" | "syr"
            | "ug" | "ur" | "yi" => "rtl",
            "" | "und" => "auto",
            _ => "ltr",
        },
    }
}

/// A rating of a scale.
#[derive(Clone, Serialize)]
pub(super) struct ScaleRating {
    pub(super) code: String,
    pub(super) label: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) lang: Option<String>,
    pub(super) definition: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) value: Option<u32>,
    pub(super) here: bool,
}

impl ScaleRating {
    /// The ratings of a policy, the truest first, those without a value last.
    pub(super) fn all(policy: &Policy, here: Option<&RatingCode>) -> Vec<Self> {
        let mut scale: Vec<&Rating> = policy.scale.iter().collect();
        scale.sort_by_key(|rating| std::cmp::Reverse(rating.value));
        let shown = |rating: &&Rating| Self {
            code: rating.code.to_string(),
            label: rating.label().to_owned(),
            lang: rating.labels.contains_key("en").then(|| "en".to_owned()),
            definition: rating.definition.clone(),
            value: rating.value,
            here: here == Some(&rating.code),
        };
        scale.iter().map(shown).collect()
    }
}

/// A rating as a verdict has it.
#[derive(Clone, Serialize)]
pub(super) struct Rated {
    pub(super) rating: String,
    pub(super) label: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) label_lang: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) value: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) best: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) worst: Option<u32>,
}

impl Rated {
    pub(super) fn of(
        ledger: &PublishedLedger,
        verdict: &PublishedVerdict,
        language: Option<&str>,
    ) -> Self {
        let rating = ledger.rating(verdict);
        let label = ledger.rating_label(verdict, language);
        let of_language = rating.and_then(|rating| {
            let found = rating.labels.iter().find(|(_, known)| *known == label);
            found.map(|(language, _)| language.replace('_', "-"))
        });
        let value = rating.and_then(|rating| rating.value);
        let scale = ledger.policy(verdict);
        Self {
            rating: verdict.rating.to_string(),
            label: label.to_owned(),
            label_lang: of_language,
            value,
            best: scale.map(|policy| policy.best),
            worst: scale.map(|policy| policy.worst),
        }
    }
}

/// Words of a source, with what stands around them.
#[derive(Clone, Serialize)]
pub(super) struct QuoteContext {
    prefix: String,
    exact: String,
    suffix: String,
    at_start: bool,
}

impl QuoteContext {
    pub(super) fn of(quote: &Quote) -> Self {
        Self {
            prefix: quote.prefix.clone(),
            exact: quote.exact.clone(),
            suffix: quote.suffix.clone(),
            at_start: quote.bytes.start() == quote.prefix.len(),
        }
    }
}

/// A source, as far as its rights let it be shown.
#[derive(Clone, Serialize)]
pub(super) struct SourceContext {
    pub(super) id: String,
    pub(super) short: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) title: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) publisher: Option<String>,
    pub(super) authors: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) authors_joined: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) published: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) published_day: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) retrieved: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) retrieved_day: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) lang: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) dir: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) kind: Option<SourceType>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) raw: Option<ObjectId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) text: Option<ObjectId>,
    pub(super) withheld: bool,
    pub(super) erased: bool,
    pub(super) has_page: bool,
}

impl SourceContext {
    pub(super) fn of(ledger: &PublishedLedger, id: SourceId, has_page: bool) -> Self {
        let known = ledger.sources.get(&id);
        let meta: Option<&Meta> = ledger.meta(id);
        let withheld = known.is_none_or(|source| source.rights == Rights::Withheld);
        let published = meta.and_then(|meta| meta.published);
        let retrieved = meta.and_then(|meta| meta.retrieved);
        let language = meta.and_then(|meta| meta.language.clone());
        let authors = meta.map_or_else(Vec::new, |meta| meta.authors.clone());
        Self {
            id: id.to_string(),
            short: short(&id),
            title: meta.and_then(|meta| meta.title.clone()),
            url: meta.and_then(|meta| meta.url.clone()),
            publisher: meta.and_then(|meta| meta.publisher.clone()),
            authors_joined: (!authors.is_empty()).then(|| authors.join(", ")),
            authors,
            published: published.map(|date| date.to_string()),
            published_day: published.map(|date| day(date.date())),
            retrieved: retrieved.map(|time| time.to_string()),
            retrieved_day: retrieved.map(|time| day(time.date())),
            dir: language.as_deref().map(direction),
            lang: language,
            kind: known.map(|source| source.source_type),
            raw: known.and_then(|source| Some(source.raw?.blake3)),
            text: known.and_then(|source| Some(source.text?.blake3)),
            withheld,
            erased: !withheld && meta.is_none(),
            has_page,
        }
    }
}

/// A piece of evidence.
#[derive(Clone, Serialize)]
pub(super) struct EvidenceContext {
    n: usize,
    stance: Stance,
    primary: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    quote: Option<QuoteContext>,
    #[serde(skip_serializing_if = "Option::is_none")]
    locator: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unavailable: Option<String>,
    source: SourceContext,
}

impl EvidenceContext {
    pub(super) fn of(
        ledger: &PublishedLedger,
        n: usize,
        evidence: &Evidence,
        has_page: bool,
    ) -> Self {
        let shown = Some(evidence).filter(|piece| ledger.may_quote(piece.source));
        Self {
            n,
            stance: evidence.stance,
            primary: evidence.primary,
            quote: shown.and_then(|piece| piece.quote.as_ref().map(QuoteContext::of)),
            locator: shown.and_then(|piece| piece.locator.clone()),
            note: shown.and_then(|piece| piece.note.clone()),
            unavailable: shown.and_then(|piece| piece.unavailable.clone()),
            source: SourceContext::of(ledger, evidence.source, has_page),
        }
    }
}

/// An approval or dispute.
#[derive(Clone, Serialize)]
pub(super) struct DecisionContext {
    by: String,
    at: String,
    day: String,
}

impl DecisionContext {
    fn all(decisions: &[PublishedDecision]) -> Vec<Self> {
        let shown = |decision: &PublishedDecision| Self {
            by: decision.by.clone(),
            at: decision.at.to_string(),
            day: day(decision.at.date()),
        };
        decisions.iter().map(shown).collect()
    }
}

/// How a verdict was taken back.
#[derive(Clone, Serialize)]
pub(super) struct RetractionContext {
    id: String,
    by: String,
    at: String,
    day: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

/// A verdict.
#[derive(Clone, Serialize)]
pub(super) struct VerdictContext {
    pub(super) id: VerdictId,
    pub(super) short: String,
    pub(super) index: u64,
    pub(super) at: String,
    pub(super) day: String,
    pub(super) reviewer: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) reviewer_page: Option<String>,
    #[serde(flatten)]
    pub(super) rated: Rated,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) definition: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) summary: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) rationale: Option<String>,
    pub(super) paragraphs: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) reason: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) change: Option<VerdictChange>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) supersedes: Option<VerdictId>,
    pub(super) standing: Standing,
    pub(super) conflicts: Vec<String>,
    pub(super) approvals: Vec<DecisionContext>,
    pub(super) approvals_needed: u32,
    pub(super) disputes: Vec<DecisionContext>,
    pub(super) evidence: Vec<EvidenceContext>,
    pub(super) erased: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) retraction: Option<RetractionContext>,
}

impl VerdictContext {
    /// Describes a verdict; `has_page` says of which sources there are pages.
    pub(super) fn of(
        ledger: &PublishedLedger,
        verdict: &PublishedVerdict,
        claim: Option<&Claim>,
        reviewer_page: Option<String>,
        has_page: impl Fn(SourceId) -> bool,
    ) -> Self {
        let content = ledger.content(verdict);
        let rationale = content.and_then(|v| v.rationale.clone());
        let evidence = content.map_or(&[][..], |v| &v.evidence).iter().enumerate();
        Self {
            id: verdict.id,
            short: short(&verdict.id),
            index: verdict.index,
            at: verdict.at.to_string(),
            day: day(verdict.at.date()),
            reviewer: verdict.reviewer.clone(),
            reviewer_page,
            rated: Rated::of(ledger, verdict, claim.map(|claim| claim.language.as_str())),
            definition: ledger
                .rating(verdict)
                .map(|rating| rating.definition.clone()),
            summary: content.map(|v| v.summary.clone()),
            paragraphs: rationale
                .iter()
                .flat_map(|text| text.split("\n\n"))
                .map(str::to_owned)
                .collect(),
            rationale,
            reason: content.and_then(|v| v.reason.clone()),
            change: verdict.change,
            supersedes: verdict.supersedes,
            standing: verdict.standing,
            conflicts: content.map_or_else(Vec::new, |v| v.conflicts.clone()),
            approvals: DecisionContext::all(&verdict.approvals),
            approvals_needed: verdict.approvals_needed,
            disputes: DecisionContext::all(&verdict.disputes),
            evidence: evidence
                .map(|(n, piece)| EvidenceContext::of(ledger, n, piece, has_page(piece.source)))
                .collect(),
            erased: verdict.verdict.is_none(),
            retraction: verdict
                .retraction
                .as_ref()
                .map(|retraction| RetractionContext {
                    id: retraction.id.to_string(),
                    by: retraction.by.clone(),
                    at: retraction.at.to_string(),
                    day: day(retraction.at.date()),
                    reason: retraction.reason.clone(),
                }),
        }
    }
}

/// A row of a list of claims.
#[derive(Clone, Serialize)]
pub(super) struct Row {
    pub(super) short: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) text: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) lang: Option<String>,
    pub(super) dir: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) claimant: Option<String>,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub(super) rated: Option<Rated>,
    pub(super) standing: &'static str,
    pub(super) day: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) source_title: Option<String>,
    pub(super) search: String,
}

impl Row {
    pub(super) fn of(
        ledger: &PublishedLedger,
        claim: &PublishedClaim,
        verdict: Option<&PublishedVerdict>,
    ) -> Self {
        let words = claim.claim.as_ref();
        let rated = verdict
            .map(|verdict| Rated::of(ledger, verdict, words.map(|words| words.language.as_str())));
        let text = words.map(|words| words.text.clone());
        let claimant = words.and_then(|words| Some(words.claimant.as_ref()?.name.clone()));
        let source_title = ledger
            .meta(claim.source)
            .and_then(|meta| meta.title.clone());
        let label = rated.as_ref().map(|rated| rated.label.clone());
        let summary = verdict.and_then(|verdict| Some(ledger.content(verdict)?.summary.clone()));
        let search: Vec<String> = [&text, &claimant, &source_title, &label, &summary]
            .into_iter()
            .flatten()
            .map(|text| text.to_lowercase())
            .collect();
        let lang = words.map(|words| words.language.clone());
        Self {
            short: short(&claim.id),
            text,
            dir: lang.as_deref().map_or("auto", direction),
            lang,
            claimant,
            rated,
            standing: verdict.map_or("none", |verdict| verdict.standing.as_str()),
            day: day(verdict.map_or(claim.at, |verdict| verdict.at).date()),
            source_title,
            search: search.join(" "),
        }
    }
}

/// What a policy asks for.
#[derive(Clone, Serialize)]
pub(super) struct PolicyContext {
    #[serde(skip_serializing_if = "Option::is_none")]
    since_day: Option<String>,
    approvals: u32,
    evidence_least: u32,
    others_may_supersede: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    methodology: Option<String>,
    paragraphs: Vec<String>,
    scale: Vec<ScaleRating>,
    best: u32,
    worst: u32,
}

impl PolicyContext {
    pub(super) fn of(policy: &Policy, since: Option<NaiveDate>) -> Self {
        let methodology = policy.methodology.clone();
        Self {
            since_day: since.map(day),
            approvals: policy.approvals,
            evidence_least: policy.evidence_least,
            others_may_supersede: policy.others_may_supersede,
            paragraphs: methodology
                .iter()
                .flat_map(|text| text.split("\n\n"))
                .map(str::to_owned)
                .collect(),
            methodology,
            scale: ScaleRating::all(policy, None),
            best: policy.best,
            worst: policy.worst,
        }
    }
}
