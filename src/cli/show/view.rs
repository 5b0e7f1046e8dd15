//! What is shown of a thing, as plain values: read from an open ledger, written as text or as JSON.
//!
//! `schemas/output-show.schema.json` describes the JSON. A field that does not apply is absent.

use factlog::entry::{Body, Entry, Kind};
use factlog::export::{PublishedClaim, PublishedVerdict, Standing};
use factlog::extract::{layout, sentences};
use factlog::ledger::{Found, Ledger, LedgerError, Record};
use factlog::words::claim::{Claim, Manner};
use factlog::words::id::{ClaimId, EntryId, ObjectId, SourceId};
use factlog::words::note::Note;
use factlog::words::policy::{Policy, RatingCode};
use factlog::words::source::{Kept, Meta, Rights, SourceType};
use factlog::words::span::Span;
use factlog::words::time::{DayOrTime, Timestamp};
use factlog::words::verdict::{Stance, VerdictChange};
use serde::{Serialize, Serializer};
use serde_json::Value;

use crate::cli::claim_list::ClaimLine;
use crate::cli::published::Gatherer;
use crate::cli::says;
use crate::cli::seek::Sought;

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
    /// Objects that it speaks of and that are not there.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) gone: Vec<ObjectId>,
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
}

/// An object.
#[derive(Serialize)]
pub(super) struct ObjectShown {
    pub(super) id: Id,
    pub(super) bytes: u64,
    /// What its field `type` says, where it is one of our JSON objects.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub(super) type_name: Option<String>,
    /// A JSON object's content.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) content: Option<Value>,
    /// The words, where it is text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) text: Option<String>,
    /// The entries that speak of it.
    pub(super) entries: Vec<AnswerShown>,
}

impl Shown {
    /// Says whether all that it speaks of is there.
    pub(super) fn is_complete(&self) -> bool {
        match self {
            Self::Entry(entry) => entry.gone.is_empty(),
            Self::Object(_) | Self::Proposed(_) => true,
        }
    }
}

/// Reads what is shown of a thing.
pub(super) fn of(ledger: &Ledger, sought: &Sought) -> anyhow::Result<Shown> {
    Ok(match sought {
        Sought::Recorded(Found::Entry(id)) => {
            Shown::Entry(Box::new(entry(ledger, &ledger.entry(id)?)?))
        }
        Sought::Recorded(Found::Object(id)) => Shown::Object(Box::new(object(ledger, id)?)),
        Sought::Proposed(line) => Shown::Proposed(Box::new(proposed(ledger, line)?)),
    })
}

fn proposed(ledger: &Ledger, line: &ClaimLine) -> anyhow::Result<ProposedShown> {
    let claim = &line.claim;
    let hull = claim.quote.bytes;
    Ok(ProposedShown {
        id: Id {
            full: line.id.clone(),
            short: line.short(ledger)?,
        },
        number: line.number,
        state: line.state.as_str(),
        score: line.worth.map(|worth| worth.score),
        claim: ClaimShown {
            id: None,
            index: None,
            object: None,
            text: Some(claim.text.clone()),
            claimant: claim
                .claimant
                .as_ref()
                .map(|claimant| claimant.name.clone()),
            role: claim
                .claimant
                .as_ref()
                .and_then(|claimant| claimant.role.clone()),
            manner: Some(claim.manner),
            quote: Some(claim.quote.exact.clone()),
            start: hull.start() as u64,
            end: hull.end() as u64,
            sentence: sentence(&line.source.text, claim),
            extractor: line.extractor.map(str::to_owned),
            superseded_by: None,
            supersedes: None,
        },
        source: source(ledger, line.source.id)?,
    })
}

fn entry(ledger: &Ledger, record: &Record) -> anyhow::Result<EntryShown> {
    let header = record.entry.header();
    let mut shown = EntryShown {
        id: named(ledger, record.entry.id())?,
        index: record.index,
        kind: record.entry.kind(),
        at: header.at,
        by: KeyShown {
            name: header.by.name().to_string(),
            key: header.by.to_string(),
            n: header.chain.n,
        },
        says: says::says(ledger, record)?,
        signed: signed_line(&record.entry),
        signatures: signatures(&record.entry),
        verdict: None,
        claim: None,
        source: None,
        verdicts: vec![],
        claims: vec![],
        note: None,
        policy: None,
        answers: answers(ledger, &record.entry.id())?,
        gone: vec![],
    };
    let mut gatherer = Gatherer::new(ledger);
    match record.entry.body() {
        Body::Genesis(genesis) => shown.policy = says::readable(ledger, &genesis.policy)?,
        Body::Policy(policy) => shown.policy = says::readable(ledger, &policy.policy)?,
        Body::Source(_) => {
            let id = SourceId(record.entry.id().0);
            shown.source = Some(source(ledger, id)?);
            shown.claims = claim_rows(ledger, &mut gatherer, id)?;
        }
        Body::Claim(_) => {
            let id = ClaimId(record.entry.id().0);
            let (claim, published) = claim(ledger, &mut gatherer, id)?;
            shown.verdicts = verdicts(ledger, &published)?;
            shown.claim = Some(claim);
            shown.source = Some(source(ledger, published.source)?);
        }
        Body::Verdict(verdict) => {
            of_verdict(
                ledger,
                &mut gatherer,
                &mut shown,
                verdict.claim,
                record.entry.id(),
            )?;
        }
        Body::Approval(approval) => {
            let verdict = approval.verdict.entry();
            shown.note = approval
                .note
                .as_ref()
                .map(|id| note(ledger, id))
                .transpose()?
                .flatten();
            of_verdict_entry(ledger, &mut gatherer, &mut shown, verdict)?;
        }
        Body::Retraction(retraction) => {
            shown.note = note(ledger, &retraction.note)?;
            let verdict = retraction.verdict.entry();
            of_verdict_entry(ledger, &mut gatherer, &mut shown, verdict)?;
        }
        Body::Reaffirmation(reaffirmation) => shown.note = note(ledger, &reaffirmation.note)?,
        Body::Roots(_) | Body::Log(_) | Body::Key(_) | Body::Erasure(_) | Body::Publication(_) => {}
    }
    for id in record.entry.objects() {
        if ledger.object_bytes(&id)?.is_none() {
            shown.gone.push(id);
        }
    }
    let gone = gatherer.finish(None).gone;
    shown.gone.extend(gone);
    shown.gone.sort_unstable();
    shown.gone.dedup();
    Ok(shown)
}

fn of_verdict_entry(
    ledger: &Ledger,
    gatherer: &mut Gatherer<'_>,
    shown: &mut EntryShown,
    verdict: EntryId,
) -> anyhow::Result<()> {
    let record = ledger.entry(&verdict)?;
    if let Body::Verdict(entry) = record.entry.body() {
        of_verdict(ledger, gatherer, shown, entry.claim, verdict)?;
    }
    Ok(())
}

fn of_verdict(
    ledger: &Ledger,
    gatherer: &mut Gatherer<'_>,
    shown: &mut EntryShown,
    claim_id: ClaimId,
    verdict: EntryId,
) -> anyhow::Result<()> {
    let (claim, published) = claim(ledger, gatherer, claim_id)?;
    let mut verdicts = verdicts(ledger, &published)?;
    verdicts.retain(|v| v.id.full == verdict.to_string());
    shown.verdict = verdicts.pop();
    shown.claim = Some(claim);
    shown.source = Some(source(ledger, published.source)?);
    Ok(())
}

fn named(ledger: &Ledger, id: EntryId) -> Result<Id, LedgerError> {
    Ok(Id {
        full: id.to_string(),
        short: ledger.short(id.as_bytes())?,
    })
}

fn signed_line(entry: &Entry) -> Value {
    let line = entry.note().text().lines().nth(1).unwrap_or_default();
    serde_json::from_str(line).unwrap_or_default()
}

fn signatures(entry: &Entry) -> Vec<String> {
    let lines = entry.note().signatures().iter();
    lines
        .map(|line| format!("{}+{}", line.name, line.id))
        .collect()
}

fn answers(ledger: &Ledger, id: &EntryId) -> anyhow::Result<Vec<AnswerShown>> {
    let records = ledger.answers_to(id)?;
    records
        .iter()
        .map(|record| answer(ledger, record))
        .collect()
}

fn answer(ledger: &Ledger, record: &Record) -> anyhow::Result<AnswerShown> {
    let header = record.entry.header();
    Ok(AnswerShown {
        id: named(ledger, record.entry.id())?,
        index: record.index,
        kind: record.entry.kind(),
        at: header.at,
        by: header.by.name().to_string(),
        says: says::says(ledger, record)?,
    })
}

fn note(ledger: &Ledger, id: &ObjectId) -> Result<Option<String>, LedgerError> {
    Ok(says::readable::<Note>(ledger, id)?.map(|note| note.text))
}

fn source(ledger: &Ledger, id: SourceId) -> anyhow::Result<SourceShown> {
    let record = ledger.entry_of(Kind::Source, &id.entry())?;
    let Body::Source(entry) = record.entry.body() else {
        anyhow::bail!("entry {id} is not a source");
    };
    let meta: Option<Meta> = says::readable(ledger, &entry.meta)?;
    Ok(SourceShown {
        id: named(ledger, id.entry())?,
        index: record.index,
        source_type: entry.source_type,
        rights: entry.rights,
        media: entry.media.clone(),
        normalizer: entry.normalizer.clone(),
        raw: entry.raw,
        text: entry.text,
        meta: meta.map(|meta| MetaShown {
            words: says::source_words(ledger, id, &meta, &entry.media),
            url: meta.url,
            title: meta.title,
            authors: meta.authors,
            publisher: meta.publisher,
            published: meta.published,
            retrieved: meta.retrieved,
            language: meta.language,
        }),
    })
}

fn claim_rows(
    ledger: &Ledger,
    gatherer: &mut Gatherer<'_>,
    source: SourceId,
) -> anyhow::Result<Vec<ClaimRow>> {
    let mut rows = Vec::new();
    for record in ledger.claims_of(&source)? {
        let Body::Claim(entry) = record.entry.body() else {
            continue;
        };
        let published = gatherer.claim(&record, entry)?;
        let standing = published
            .verdicts
            .iter()
            .rfind(|v| v.standing == Standing::Standing);
        let rating = match standing {
            Some(verdict) => {
                let policy: Option<Policy> = says::readable(ledger, &verdict.policy)?;
                Some(says::rating_label(policy.as_ref(), &verdict.rating))
            }
            None => None,
        };
        rows.push(ClaimRow {
            id: named(ledger, record.entry.id())?,
            index: record.index,
            claimant: published.claim.as_ref().map(says::claimant_words),
            text: published.claim.map(|claim| claim.text),
            superseded: published.superseded_by.is_some(),
            rating,
        });
    }
    Ok(rows)
}

fn claim(
    ledger: &Ledger,
    gatherer: &mut Gatherer<'_>,
    id: ClaimId,
) -> anyhow::Result<(ClaimShown, PublishedClaim)> {
    let record = ledger.entry_of(Kind::Claim, &id.entry())?;
    let Body::Claim(entry) = record.entry.body() else {
        anyhow::bail!("entry {id} is not a claim");
    };
    let published = gatherer.claim(&record, entry)?;
    let claim = published.claim.as_ref();
    let text = match ledger.text_of(&entry.source) {
        Ok(text) => text,
        Err(LedgerError::NoObject(_) | LedgerError::Text(_)) => None,
        Err(error) => return Err(error.into()),
    };
    let claimant = claim.and_then(|claim| claim.claimant.as_ref());
    let shown = ClaimShown {
        id: Some(named(ledger, record.entry.id())?),
        index: Some(record.index),
        object: Some(entry.claim),
        text: claim.map(|claim| claim.text.clone()),
        claimant: claimant.map(|claimant| claimant.name.clone()),
        role: claimant.and_then(|claimant| claimant.role.clone()),
        manner: claim.map(|claim| claim.manner),
        quote: claim.map(|claim| claim.quote.exact.clone()),
        start: entry.start,
        end: entry.end,
        sentence: claim
            .zip(text)
            .and_then(|(claim, text)| sentence(&text, claim)),
        extractor: entry.extractor.clone(),
        superseded_by: published
            .superseded_by
            .map(|by| named(ledger, by.entry()))
            .transpose()?,
        supersedes: entry
            .supersedes
            .map(|older| named(ledger, older.entry()))
            .transpose()?,
    };
    Ok((shown, published))
}

/// A sentence is shown up to so many bytes; beyond that, the words around the claim.
const MAX_SENTENCE_BYTES: usize = 1200;

/// Finds the sentence around a claim's words.
pub(super) fn sentence(text: &str, claim: &Claim) -> Option<SentenceShown> {
    let hull = claim.quote.bytes;
    hull.of(text).ok()?;
    let around = layout::blocks(text)
        .into_iter()
        .find(|block| block.span.contains(hull))
        .and_then(|block| {
            let sentences = sentences::sentences(text, block.span);
            let touched: Vec<Span> = sentences.into_iter().filter(|s| s.overlaps(hull)).collect();
            Span::hull(&touched)
        })
        .filter(|around| around.contains(hull) && around.len() <= MAX_SENTENCE_BYTES)
        .unwrap_or_else(|| near(text, hull));
    Some(SentenceShown {
        text: around.of(text).ok()?.to_owned(),
        parts: claim
            .parts
            .iter()
            .filter(|part| around.contains(**part))
            .map(|part| (part.start() - around.start(), part.end() - around.start()))
            .collect(),
    })
}

/// Returns a span with a little of the text on both sides.
fn near(text: &str, hull: Span) -> Span {
    const AROUND: usize = 160;
    let start = text.floor_char_boundary(hull.start().saturating_sub(AROUND));
    let end = text.ceil_char_boundary(text.len().min(hull.end() + AROUND));
    Span::new(start, end).unwrap_or(hull)
}

fn verdicts(ledger: &Ledger, claim: &PublishedClaim) -> anyhow::Result<Vec<VerdictShown>> {
    let earlier = claim.superseded_by.is_some();
    claim
        .verdicts
        .iter()
        .map(|v| verdict(ledger, v, earlier))
        .collect()
}

fn verdict(
    ledger: &Ledger,
    published: &PublishedVerdict,
    on_earlier_wording: bool,
) -> anyhow::Result<VerdictShown> {
    let policy: Option<Policy> = says::readable(ledger, &published.policy)?;
    let content = published.verdict.as_ref();
    let mut evidence = Vec::new();
    for piece in content.iter().flat_map(|content| &content.evidence) {
        let (meta, media) = says::source_meta(ledger, piece.source)?;
        let says = meta.as_ref().map_or_else(
            || says::GONE.to_owned(),
            |meta| says::source_words(ledger, piece.source, meta, &media),
        );
        evidence.push(EvidenceShown {
            source: named(ledger, piece.source.entry())?,
            stance: piece.stance,
            primary: piece.primary,
            says,
            url: meta.and_then(|meta| meta.url),
            quote: piece.quote.as_ref().map(|quote| quote.exact.clone()),
            locator: piece.locator.clone(),
            note: piece.note.clone(),
            unavailable: piece.unavailable.clone(),
        });
    }
    let retraction = match &published.retraction {
        None => None,
        Some(retraction) => Some(RetractionShown {
            id: named(ledger, retraction.id)?,
            at: retraction.at,
            by: retraction.by.clone(),
            reason: retraction.reason.clone(),
        }),
    };
    Ok(VerdictShown {
        id: named(ledger, published.id.entry())?,
        index: published.index,
        at: published.at,
        by: published.reviewer.clone(),
        rating_label: says::rating_label(policy.as_ref(), &published.rating),
        rating: published.rating.clone(),
        standing: published.standing,
        on_earlier_wording,
        summary: content.map(|content| content.summary.clone()),
        rationale: content.and_then(|content| content.rationale.clone()),
        supersedes: published
            .supersedes
            .map(|id| named(ledger, id.entry()))
            .transpose()?,
        change: published.change,
        reason: content.and_then(|content| content.reason.clone()),
        superseded_by: published
            .superseded_by
            .map(|id| named(ledger, id.entry()))
            .transpose()?,
        retraction,
        evidence,
        conflicts: content
            .map(|content| content.conflicts.clone())
            .unwrap_or_default(),
    })
}

fn object(ledger: &Ledger, id: &ObjectId) -> anyhow::Result<ObjectShown> {
    let bytes = ledger.object_bytes(id)?.ok_or(LedgerError::NoObject(*id))?;
    let length = bytes.len() as u64;
    let content: Option<Value> = serde_json::from_slice(&bytes).ok();
    let type_name = content
        .as_ref()
        .and_then(|content| content["type"].as_str())
        .filter(|name| name.starts_with("factlog/"))
        .map(str::to_owned);
    let content = content.filter(|_| type_name.is_some());
    let text = if content.is_some() {
        None
    } else {
        String::from_utf8(bytes).ok()
    };
    let mut entries = Vec::new();
    for index in 0..ledger.tree_head().size {
        let record = ledger.entry_at(index)?;
        if record.entry.objects().contains(id) {
            entries.push(answer(ledger, &record)?);
        }
    }
    Ok(ObjectShown {
        id: Id {
            full: id.to_string(),
            short: ledger.short(id.as_bytes())?,
        },
        bytes: length,
        type_name,
        content,
        text,
        entries,
    })
}
