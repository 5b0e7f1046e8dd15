//! Reading what is shown of a thing from an open ledger.

use factlog::entry::{Body, Entry, Kind};
use factlog::export::{PublishedClaim, PublishedVerdict, Standing};
use factlog::extract::{layout, sentences};
use factlog::ledger::{Found, Ledger, LedgerError, Record};
use factlog::words::claim::Claim;
use factlog::words::id::{ClaimId, EntryId, ObjectId, SourceId};
use factlog::words::note::Note;
use factlog::words::policy::Policy;
use factlog::words::source::Meta;
use factlog::words::span::Span;
use serde_json::Value;

use super::objects;
use super::view::{
    AnswerShown, ClaimRow, ClaimShown, EntryShown, EvidenceShown, Id, KeyShown, MetaShown,
    ProposedShown, RetractionShown, SentenceShown, Shown, SourceShown, VerdictShown,
};
use crate::cli::claim_list::{self, ClaimLine};
use crate::cli::desk::{self, Thing};
use crate::cli::fetched;
use crate::cli::gone;
use crate::cli::published::Gatherer;
use crate::cli::says::{self, Policies};
use crate::cli::seek::Sought;

/// Reads what is shown of a thing.
pub(super) fn of(ledger: &Ledger, sought: &Sought) -> anyhow::Result<Shown> {
    Ok(match sought {
        Sought::Recorded(Found::Entry(id)) => {
            Shown::Entry(Box::new(entry(ledger, &ledger.entry(id)?)?))
        }
        Sought::Recorded(Found::Object(id)) => {
            Shown::Object(Box::new(objects::object(ledger, id)?))
        }
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
            extractor: line.extractor.clone(),
            superseded_by: None,
            superseded_change: None,
            supersedes: None,
        },
        source: source(ledger, line.source.id)?,
        desk: desk::shown::of_line(ledger, line)?,
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
        says: says::says(ledger, record, &mut Policies::new())?,
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
        desk: said_by_desk(ledger, record)?,
        gone: vec![],
        erased: vec![],
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
        Body::Claim(entry) => {
            let id = ClaimId(record.entry.id().0);
            let (claim, published) = claim(ledger, &mut gatherer, id)?;
            for earlier in gatherer.earlier_verdicts(entry)? {
                shown.verdicts.push(verdict(ledger, &earlier, true)?);
            }
            shown.verdicts.extend(verdicts(ledger, &published)?);
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
    for id in &shown.gone {
        shown.erased.extend(gone::erased(ledger, id)?);
    }
    Ok(shown)
}

/// Returns what the desk says of an entry that it keeps words on.
fn said_by_desk(ledger: &Ledger, record: &Record) -> anyhow::Result<Option<desk::shown::Said>> {
    let id = record.entry.id();
    match record.entry.body() {
        Body::Source(_) => Ok(desk::shown::of_thing(ledger, Thing::source(SourceId(id.0)))),
        Body::Verdict(_) => Ok(desk::shown::of_thing(ledger, Thing::verdict(id.0))),
        Body::Claim(_) => match claim_list::of_record(ledger, record)? {
            Some(line) => desk::shown::of_line(ledger, &line),
            None => Ok(None),
        },
        _ => Ok(None),
    }
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

pub(super) fn answer(ledger: &Ledger, record: &Record) -> anyhow::Result<AnswerShown> {
    let header = record.entry.header();
    Ok(AnswerShown {
        id: named(ledger, record.entry.id())?,
        index: record.index,
        kind: record.entry.kind(),
        at: header.at,
        by: header.by.name().to_string(),
        says: says::says(ledger, record, &mut Policies::new())?,
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
        fetched: entry
            .raw
            .and_then(|raw| fetched::read(ledger.folder(), id, raw.blake3)),
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
        let earlier = gatherer.earlier_verdicts(entry)?;
        let stands = |verdict: &&PublishedVerdict| verdict.standing == Standing::Standing;
        let own = published.verdicts.iter().rfind(stands);
        let standing = own.or_else(|| earlier.iter().rfind(stands));
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
            on_earlier_wording: own.is_none() && rating.is_some(),
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
    let newer = published.superseded_by.map(|by| ledger.entry(&by.entry()));
    let superseded_change = match newer.transpose()?.as_ref().map(|newer| newer.entry.body()) {
        Some(Body::Claim(newer)) => newer.change,
        _ => None,
    };
    let shown = ClaimShown {
        superseded_change,
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
fn sentence(text: &str, claim: &Claim) -> Option<SentenceShown> {
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
        let says = match &meta {
            Some(meta) => says::source_words(ledger, piece.source, meta, &media),
            None => says::GONE.to_owned(),
        };
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
        approvals: published.approvals.clone(),
        approvals_needed: published.approvals_needed,
        disputes: published.disputes.clone(),
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
