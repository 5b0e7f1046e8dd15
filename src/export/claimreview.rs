//! `ClaimReview`: one JSON-LD document for each claim with a standing verdict.
//!
//! Follows schema.org 30.0 and Google's profile of `ClaimReview` (fact check structured data), and
//! `schemas/claimreview.schema.json` describes what is written. A document holds one `ClaimReview`,
//! as the profile asks of a page, and is safe inside a `<script>` element as it is.
//!
//! What these leave open is decided here:
//!
//! - Only a verdict that stands is a review. Where several reviewers' verdicts stand, the latest
//!   is the review and the others are its `associatedClaimReview`s.
//! - `correction` has a comment for each step from the first verdict to the one shown, and for each
//!   retraction on the claim: a correction is visible wherever its verdict is.
//! - The profile asks for less than 75 characters in `claimReviewed`. A longer claim is shortened
//!   at a word border and ends in an ellipsis; where there is no such border it stays whole. All of
//!   it is always in `itemReviewed.text`.
//! - A rating without a place on the scale has an `alternateName` and no number.
//! - The desk is the review's `author`, the reviewer that of its `reviewRating`. A narrator's claim
//!   has no author. Whether a claimant is a person or a body is not recorded: one with a role, or
//!   whose name does not look like a body's, is written as a person.
//! - An address that is not one of the web is an `identifier`, never a link.
//! - A citation's `name` is its source's title, else its address, else the beginning of its id.
//!
//! Without a base address a document lacks `@id` and `url`, and the profile requires `url`.

mod person;
mod schema;

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

use schema::{
    Agent, Claim, ClaimReview, CorrectionComment, MediaReview, MediaReviewItem, PropertyValue,
    Quotation, Rating, Review, Work,
};

use super::base_url::SHORT_DIGITS;
use super::escape::to_json;
use super::{PublishedClaim, PublishedLedger, PublishedVerdict, Standing, web_address};
use crate::words;
use crate::words::id::{ClaimId, SourceId, VerdictId};
use crate::words::source::Rights;
use crate::words::time::Timestamp;
use crate::words::verdict::{Evidence, Stance, VerdictChange};

/// `claimReviewed` has fewer characters than this, as the profile asks.
const CLAIM_CHARACTERS: usize = 75;

/// What a claim's export came to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ClaimReviews {
    /// The documents, in the order of the claims.
    pub documents: Vec<Document>,
    /// The claims that gave none.
    pub skipped: Vec<(ClaimId, Skipped)>,
}

/// One JSON-LD document.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Document {
    /// The claim.
    pub claim: ClaimId,
    /// Its file's name: hex digits of the claim's id and `.jsonld`.
    pub file_name: String,
    /// The bytes, UTF-8, with a final line feed.
    pub bytes: Vec<u8>,
}

/// Says why a claim gave no document.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, thiserror::Error)]
pub enum Skipped {
    /// There is no verdict on it.
    #[error("no verdict on it")]
    Unjudged,
    /// All its verdicts were retracted, or led to one that was.
    #[error("its verdict was retracted")]
    Retracted,
    /// It has verdicts, and none of them stands.
    #[error("no verdict on it stands")]
    NotStanding,
    /// Its source is withheld, and the claim is words of it.
    #[error("its source is withheld")]
    Withheld,
    /// The claim itself was erased.
    #[error("the claim was erased")]
    Erased,
}

/// Writes the documents of all claims that have a standing verdict.
///
/// `claims` are all claims of the ledger: what a verdict took the place of is looked for in them.
pub fn documents(ledger: &PublishedLedger, claims: &[PublishedClaim]) -> ClaimReviews {
    let mut result = ClaimReviews {
        documents: Vec::new(),
        skipped: Vec::new(),
    };
    let mut sharing: BTreeMap<String, usize> = BTreeMap::new();
    let history = History::of(claims);
    for claim in claims {
        match document(ledger, &history, claim) {
            Ok(document) => {
                *sharing.entry(document.file_name.clone()).or_default() += 1;
                result.documents.push(document);
            }
            Err(skipped) => result.skipped.push((claim.id, skipped)),
        }
    }
    // Two ids that begin alike must not overwrite each other's file.
    for document in &mut result.documents {
        if sharing[&document.file_name] > 1 {
            document.file_name = format!("{}.jsonld", document.claim);
        }
    }
    result
}

fn document(
    ledger: &PublishedLedger,
    history: &History<'_>,
    claim: &PublishedClaim,
) -> Result<Document, Skipped> {
    let review = review(ledger, history, claim)?;
    Ok(Document {
        claim: claim.id,
        file_name: format!("{}.jsonld", &claim.id.to_string()[..SHORT_DIGITS]),
        bytes: to_json(&review, true).into_bytes(),
    })
}

fn review<'a>(
    ledger: &'a PublishedLedger,
    history: &History<'a>,
    published: &'a PublishedClaim,
) -> Result<ClaimReview<'a>, Skipped> {
    if !ledger.may_leave(published) {
        return Err(Skipped::Withheld);
    }
    let claim = published.claim.as_ref().ok_or(Skipped::Erased)?;
    let standing = |v: &&PublishedVerdict| v.standing == Standing::Standing;
    let verdict = published
        .verdicts
        .iter()
        .rfind(standing)
        .ok_or_else(|| why_none_stands(published))?;
    let others: Vec<&PublishedVerdict> = published
        .verdicts
        .iter()
        .filter(|v| standing(v) && v.id != verdict.id)
        .collect();
    let shown = shown(history, published, verdict, &others);
    let url = ledger
        .base_url
        .as_ref()
        .map(|base| base.claim(published.id));
    let corrections = corrections(ledger, history, published, verdict);
    let content = ledger.content(verdict);
    let summary = content.map(|v| v.summary.as_str());
    Ok(ClaimReview {
        context: "https://schema.org",
        kind: "ClaimReview",
        id: url.as_ref().map(|url| format!("{url}#claimreview")),
        url,
        claim_reviewed: shorten(&claim.text),
        in_language: &claim.language,
        date_published: shown.first.to_string(),
        date_modified: (shown.last != shown.first).then(|| shown.last.to_string()),
        author: desk(ledger),
        review_rating: rating(ledger, claim, verdict),
        review_body: content
            .and_then(|v| v.rationale.as_deref())
            .or(summary)
            .unwrap_or_else(|| why_no_reasons(verdict)),
        associated_media_review: media_review(ledger, published, verdict),
        item_reviewed: item(ledger, published, claim),
        citation: content
            .map(|v| v.evidence.iter().map(|e| citation(ledger, e)).collect())
            .unwrap_or_default(),
        correction: corrections,
        associated_claim_review: others
            .into_iter()
            .map(|other| Review {
                kind: "Review",
                date_published: other.at.to_string(),
                review_rating: rating(ledger, claim, other),
                correction: steps(ledger, history, published, other),
                identifier: vec![PropertyValue::new("factlog/verdict", other.id.to_string())],
            })
            .collect(),
        identifier: [
            Some(("factlog/verdict", verdict.id.to_string())),
            Some(("factlog/claim", published.id.to_string())),
            Some(("factlog/ledger", ledger.id.to_string())),
            ledger
                .checkpoint
                .note
                .clone()
                .map(|note| ("factlog/checkpoint", note)),
        ]
        .into_iter()
        .flatten()
        .map(|(name, value)| PropertyValue::new(name, value))
        .collect(),
    })
}

/// Says what stands in the place of reasons that may not be given.
const fn why_no_reasons(verdict: &PublishedVerdict) -> &'static str {
    if verdict.verdict.is_none() {
        "The reasons were erased."
    } else {
        "The reasons are not published: they quote a source that is withheld."
    }
}

/// Reviews a picture, a recording or a film in which the claim is made, where the claim's source is one.
///
/// What became of the medium (`mediaAuthenticityCategory`) no verdict says, so it is left out.
fn media_review<'a>(
    ledger: &'a PublishedLedger,
    published: &PublishedClaim,
    verdict: &'a PublishedVerdict,
) -> Option<MediaReview<'a>> {
    let appearance = work(ledger, published.source);
    (appearance.kind != WORK).then(|| MediaReview {
        kind: "MediaReview",
        date_published: verdict.at.to_string(),
        author: desk(ledger),
        review_body: ledger
            .content(verdict)
            .map_or_else(|| why_no_reasons(verdict), |content| &content.summary),
        item_reviewed: MediaReviewItem {
            kind: "MediaReviewItem",
            media_item_appearance: appearance,
        },
    })
}

/// Returns the desk as an author.
fn desk(ledger: &PublishedLedger) -> Agent<'_> {
    Agent {
        url: ledger.base_url.as_ref().map(super::BaseUrl::as_str),
        ..Agent::organization(&ledger.desk)
    }
}

fn why_none_stands(claim: &PublishedClaim) -> Skipped {
    let gone =
        |v: &PublishedVerdict| matches!(v.standing, Standing::Retracted | Standing::Superseded);
    if claim.verdicts.is_empty() {
        Skipped::Unjudged
    } else if claim.verdicts.iter().all(gone)
        && claim
            .verdicts
            .iter()
            .any(|v| v.standing == Standing::Retracted)
    {
        Skipped::Retracted
    } else {
        Skipped::NotStanding
    }
}

/// All verdicts by their ids: one may take the place of another on an earlier wording of its claim.
struct History<'a>(HashMap<VerdictId, &'a PublishedVerdict>);

impl<'a> History<'a> {
    fn of(claims: &'a [PublishedClaim]) -> Self {
        let verdicts = claims.iter().flat_map(|claim| &claim.verdicts);
        Self(verdicts.map(|verdict| (verdict.id, verdict)).collect())
    }

    /// Returns the verdict whose place another took.
    fn before(&self, verdict: &PublishedVerdict) -> Option<&'a PublishedVerdict> {
        let before = *self.0.get(&verdict.supersedes?)?;
        // An entry speaks of earlier entries only, so every chain ends.
        (before.index < verdict.index).then_some(before)
    }

    /// Returns a verdict and those that it took the place of, the latest first.
    fn chain(&self, verdict: &'a PublishedVerdict) -> Vec<&'a PublishedVerdict> {
        std::iter::successors(Some(verdict), |current| self.before(current)).collect()
    }
}

/// When the first and the last of what a document shows was recorded.
struct Shown {
    first: Timestamp,
    last: Timestamp,
}

fn shown<'a>(
    history: &History<'a>,
    claim: &'a PublishedClaim,
    verdict: &'a PublishedVerdict,
    others: &[&'a PublishedVerdict],
) -> Shown {
    let mut verdicts = history.chain(verdict);
    for other in others {
        verdicts.extend(history.chain(other));
    }
    let retractions = claim.verdicts.iter().filter_map(|v| v.retraction.as_ref());
    let retracted = claim.verdicts.iter().filter(|v| v.retraction.is_some());
    verdicts.extend(retracted);
    let first = verdicts
        .iter()
        .min_by_key(|v| v.index)
        .map_or(verdict.at, |v| v.at);
    let last = verdicts
        .iter()
        .map(|v| v.at)
        .chain(retractions.map(|r| r.at))
        .max()
        .unwrap_or(first);
    Shown { first, last }
}

/// Returns what was corrected on the way to `verdict`, and every retraction on the claim, in the
/// log's order.
fn corrections<'a>(
    ledger: &'a PublishedLedger,
    history: &History<'a>,
    claim: &'a PublishedClaim,
    verdict: &'a PublishedVerdict,
) -> Vec<CorrectionComment<'a>> {
    let mut comments = steps(ledger, history, claim, verdict);
    for retraction in claim.verdicts.iter().filter_map(|v| v.retraction.as_ref()) {
        comments.push(CorrectionComment {
            index: retraction.index,
            kind: "CorrectionComment",
            name: "Retraction".to_owned(),
            text: retraction
                .reason
                .as_deref()
                .unwrap_or("The reason was erased."),
            date_published: retraction.at.to_string(),
            author: Agent::person(&retraction.by),
            identifier: vec![PropertyValue::new(
                "factlog/retraction",
                retraction.id.to_string(),
            )],
        });
    }
    comments.sort_by_key(|comment| comment.index);
    comments
}

/// Returns a comment for each verdict of the chain that took another's place, the earliest first.
fn steps<'a>(
    ledger: &'a PublishedLedger,
    history: &History<'a>,
    claim: &'a PublishedClaim,
    verdict: &'a PublishedVerdict,
) -> Vec<CorrectionComment<'a>> {
    let language = claim.claim.as_ref().map(|claim| claim.language.as_str());
    let mut comments: Vec<_> = history
        .chain(verdict)
        .into_iter()
        .filter(|step| step.supersedes.is_some())
        .map(|step| {
            let before = history.before(step);
            let content = ledger.content(step);
            CorrectionComment {
                index: step.index,
                kind: "CorrectionComment",
                name: match (step.change, before) {
                    (Some(VerdictChange::Update), _) => "Update".to_owned(),
                    (Some(VerdictChange::Rating), Some(before)) => format!(
                        "Rating changed from {:?} to {:?}",
                        ledger.rating_label(before, language),
                        ledger.rating_label(step, language)
                    ),
                    (Some(VerdictChange::Rating), None) => "Rating changed".to_owned(),
                    (Some(VerdictChange::Correction) | None, _) => "Correction".to_owned(),
                },
                text: content
                    .and_then(|v| v.reason.as_deref())
                    .unwrap_or("The reason was erased."),
                date_published: step.at.to_string(),
                author: Agent::person(&step.reviewer),
                identifier: vec![PropertyValue::new("factlog/verdict", step.id.to_string())],
            }
        })
        .collect();
    comments.reverse();
    comments
}

fn rating<'a>(
    ledger: &'a PublishedLedger,
    claim: &'a words::claim::Claim,
    verdict: &'a PublishedVerdict,
) -> Rating<'a> {
    let policy = ledger.policy(verdict);
    let value = ledger.rating(verdict).and_then(|rating| rating.value);
    let scale = policy.filter(|_| value.is_some());
    Rating {
        kind: "Rating",
        rating_value: value,
        best_rating: scale.map(|policy| policy.best),
        worst_rating: scale.map(|policy| policy.worst),
        alternate_name: ledger.rating_label(verdict, Some(&claim.language)),
        rating_explanation: ledger.content(verdict).map(|v| v.summary.as_str()),
        author: Agent::person(&verdict.reviewer),
    }
}

fn item<'a>(
    ledger: &'a PublishedLedger,
    published: &'a PublishedClaim,
    claim: &'a words::claim::Claim,
) -> Claim<'a> {
    let said = claim.said.as_ref().and_then(|said| said.date);
    let published_at = ledger
        .meta(published.source)
        .and_then(|meta| meta.published);
    let mut identifier = vec![PropertyValue::new(
        "factlog/claim",
        published.id.to_string(),
    )];
    if let Some(later) = published.superseded_by {
        identifier.push(PropertyValue::new(
            "factlog/superseded-by",
            later.to_string(),
        ));
    }
    Claim {
        kind: "Claim",
        text: &claim.text,
        in_language: &claim.language,
        author: claim.claimant.as_ref().map(person::claimant),
        date_published: said.or(published_at).map(|date| date.to_string()),
        creative_work_status: published.superseded_by.map(|_| "superseded"),
        appearance: appearance(ledger, published.source),
        identifier,
    }
}

/// Describes a source by what may be said of it.
fn work(ledger: &PublishedLedger, source: SourceId) -> Work<'_> {
    let meta = ledger.meta(source);
    let address = meta.and_then(|meta| meta.url.as_deref());
    let mut identifier = vec![PropertyValue::new("factlog/source", source.to_string())];
    if let Some(address) = address.filter(|address| web_address(address).is_none()) {
        identifier.push(PropertyValue::new("address", address.to_owned()));
    }
    let of_ledger = ledger.sources.get(&source).filter(|_| meta.is_some());
    let kind = of_ledger.map_or(WORK, |source| media_type(&source.media));
    Work {
        kind,
        encoding_format: of_ledger
            .filter(|_| kind != WORK)
            .map(|source| source.media.as_str()),
        sha256: of_ledger
            .filter(|_| kind != WORK)
            .and_then(|source| source.raw.map(|raw| raw.sha256.to_string())),
        archived_at: None,
        url: address.and_then(web_address),
        headline: meta.and_then(|meta| meta.title.as_deref()),
        name: None,
        description: None,
        in_language: meta.and_then(|meta| meta.language.as_deref()),
        date_published: meta
            .and_then(|meta| meta.published)
            .map(|date| date.to_string()),
        author: meta
            .map(|meta| {
                meta.authors
                    .iter()
                    .map(|name| Agent::person(name))
                    .collect()
            })
            .unwrap_or_default(),
        publisher: meta
            .and_then(|meta| meta.publisher.as_deref())
            .map(Agent::organization),
        has_part: None,
        identifier,
    }
}

/// What a source is called that is no picture, recording or film.
const WORK: &str = "CreativeWork";

/// Returns schema.org's type for a medium.
fn media_type(media: &str) -> &'static str {
    match media.split('/').next() {
        Some("image") => "ImageObject",
        Some("audio") => "AudioObject",
        Some("video") => "VideoObject",
        _ => WORK,
    }
}

/// Returns the work that a claim stands in, and where the site keeps its text, if that is public.
fn appearance(ledger: &PublishedLedger, source: SourceId) -> Work<'_> {
    let known = ledger.sources.get(&source);
    let is_kept = known.is_some_and(|known| {
        known.rights == Rights::Public && known.text.is_some() && !known.is_text_erased
    });
    let base = ledger.base_url.as_ref().filter(|_| is_kept);
    Work {
        archived_at: base.map(|base| base.source(source)),
        ..work(ledger, source)
    }
}

fn citation<'a>(ledger: &'a PublishedLedger, evidence: &'a Evidence) -> Work<'a> {
    let mut work = work(ledger, evidence.source);
    let address = ledger
        .meta(evidence.source)
        .and_then(|meta| meta.url.as_deref());
    // A reader must be able to tell one citation from another, whatever is known of it.
    let name = work.headline.take().or(address).map_or_else(
        || {
            let id = evidence.source.to_string();
            Cow::Owned(format!("Source {}", &id[..SHORT_DIGITS]))
        },
        Cow::Borrowed,
    );
    work.name = Some(name);
    let stance = match evidence.stance {
        Stance::Supports => "Supports the claim",
        Stance::Refutes => "Refutes the claim",
        Stance::Context => "Context",
    };
    let mut description = stance.to_owned();
    if evidence.primary {
        description.push_str("; primary source");
    }
    let may_quote = ledger.may_quote(evidence.source);
    for (label, text) in [
        ("", &evidence.locator),
        ("", &evidence.note),
        ("no copy kept: ", &evidence.unavailable),
    ] {
        if let Some(text) = text.as_ref().filter(|_| may_quote) {
            description.push_str("; ");
            description.push_str(label);
            description.push_str(text);
        }
    }
    work.description = Some(description);
    work.has_part = evidence
        .quote
        .as_ref()
        .filter(|_| may_quote)
        .map(|quote| Quotation {
            kind: "Quotation",
            text: &quote.exact,
        });
    work
}

/// Shortens a text to fewer than [`CLAIM_CHARACTERS`] characters, at a word border, with an ellipsis.
fn shorten(text: &str) -> String {
    // One place is the ellipsis's, and a space after the last word that is kept may stand there.
    let Some((cut, _)) = text.char_indices().nth(CLAIM_CHARACTERS - 1) else {
        return text.to_owned();
    };
    let words = text[..cut].rfind(char::is_whitespace).map_or("", |border| {
        text[..border].trim_end_matches(|c: char| {
            c.is_whitespace() || matches!(c, ',' | ';' | ':' | '–' | '—' | '-')
        })
    });
    if words.trim().is_empty() {
        return text.to_owned();
    }
    format!("{words}…")
}

#[cfg(test)]
mod tests;
