//! The search index, kept as new as the ledger.
//!
//! It lies in the ledger's folder, in `search/`, and is written under the ledger's lock. What it has of
//! a claim changes with its own verdicts and those on its earlier wordings, so an index that is behind
//! takes in the claims that newer entries speak of, with their later wordings. Where one entry changes what stands of many claims (a revoked key, a
//! reaffirmation), or takes words away (an erasure), it is built anew.

use std::collections::hash_map::Entry;
use std::collections::{BTreeSet, HashMap};
use std::path::Path;

use factlog::audit::facts::Detail;
use factlog::audit::standing::Standing;
use factlog::entry::{Body, ClaimEntry, KeyOp};
use factlog::find::{self, FindError, FoundClaim, Index, Stale, Stamp, State, Writing};
use factlog::ledger::{Ledger, LedgerError, Record};
use factlog::words::claim::Claim;
use factlog::words::id::{ClaimId, EntryId, SourceId, VerdictId};
use factlog::words::source::Meta;
use factlog::words::time::DayOrTime;
use factlog::words::verdict::Verdict;
use indicatif::ProgressBar;
use rayon::prelude::*;

use super::claim_list;
use super::context::Context;
use super::progress;
use super::says;

/// So many entries are taken in while a person waits for something else.
const AT_ONCE: u64 = 2000;

/// So many claims are read from the ledger together, by all threads.
const TOGETHER: usize = 2000;

/// Opens the search index, as new as the ledger is; builds it where there is none that can be used.
///
/// Where it can't be written, it is made in memory, and that is said.
pub(crate) fn open(ledger: &Ledger, context: &Context) -> anyhow::Result<Index> {
    let folder = ledger.folder().join(find::FOLDER);
    let in_memory = ledger.is_read_only();
    let stamp = stamp(ledger)?;
    let entry_at = |index| ledger.entry_at(index).map(|record| record.entry.id());
    let stale = match Index::open(&folder, &stamp, in_memory, entry_at)? {
        State::Current(index) => return Ok(index),
        State::Behind(index, size) => match changed_since(ledger, size)? {
            Some(claims) => match add(ledger, index, &claims, &stamp) {
                Ok(index) => return Ok(index),
                Err(Fault::Ledger(error)) => return Err(error.into()),
                // Such as a full disk: what is there is no longer sure.
                Err(Fault::Index(_)) => None,
            },
            None => None,
        },
        State::Stale(stale) => Some(stale),
    };
    match stale {
        Some(Stale::Missing) => context.say("building the search index of this ledger"),
        Some(Stale::Damaged) => {
            context.warn("the search index is damaged or was not finished: it is built anew");
        }
        Some(Stale::OtherLedger) => {
            context.warn("the search index is of another state of the ledger: it is built anew");
        }
        None => context.say("building the search index of this ledger anew"),
    }
    let bar = progress::of("indexing", "sources", 0, context);
    let why = if in_memory {
        "the ledger's folder is read-only".to_owned()
    } else {
        match build(ledger, Some(&folder), &stamp, &bar) {
            Ok(index) => return Ok(index),
            Err(Fault::Ledger(error)) => return Err(error.into()),
            Err(Fault::Index(error)) => format!("{:#}", anyhow::Error::from(error)),
        }
    };
    context.say(&format!(
        "the search index can't be kept, and is made in memory for this once: {why}"
    ));
    match build(ledger, None, &stamp, &bar) {
        Ok(index) => Ok(index),
        Err(Fault::Ledger(error)) => Err(error.into()),
        Err(Fault::Index(error)) => Err(error.into()),
    }
}

/// Opens the search index if nobody has to wait for it: where it is as new as the ledger, or few
/// entries are missing. Whatever is wrong with it, there is none then.
pub(crate) fn at_once(ledger: &Ledger) -> Result<Option<Index>, LedgerError> {
    let folder = ledger.folder().join(find::FOLDER);
    let stamp = stamp(ledger)?;
    let entry_at = |index| ledger.entry_at(index).map(|record| record.entry.id());
    let made = match Index::open(&folder, &stamp, ledger.is_read_only(), entry_at)? {
        State::Current(index) => return Ok(Some(index)),
        State::Behind(index, from) if stamp.size - from <= AT_ONCE && !ledger.is_read_only() => {
            match changed_since(ledger, from)? {
                Some(claims) => add(ledger, index, &claims, &stamp),
                None => return Ok(None),
            }
        }
        State::Stale(_) if stamp.size <= AT_ONCE && !ledger.is_read_only() => {
            build(ledger, Some(&folder), &stamp, &ProgressBar::hidden())
        }
        State::Behind(..) | State::Stale(_) => return Ok(None),
    };
    match made {
        Ok(index) => Ok(Some(index)),
        Err(Fault::Ledger(error)) => Err(error),
        Err(Fault::Index(_)) => Ok(None),
    }
}

/// What went wrong while the index was made: the ledger could not be read, or the index not written.
enum Fault {
    Ledger(LedgerError),
    Index(FindError),
}

impl From<LedgerError> for Fault {
    fn from(error: LedgerError) -> Self {
        Self::Ledger(error)
    }
}

impl From<FindError> for Fault {
    fn from(error: FindError) -> Self {
        Self::Index(error)
    }
}

/// Says what an index of the whole ledger covers.
fn stamp(ledger: &Ledger) -> Result<Stamp, LedgerError> {
    let size = ledger.tree_head().size;
    Ok(Stamp {
        ledger: ledger.id(),
        size,
        last: ledger.entry_at(size - 1)?.entry.id(),
    })
}

/// Builds the index in a folder, or in memory.
fn build(
    ledger: &Ledger,
    folder: Option<&Path>,
    stamp: &Stamp,
    bar: &ProgressBar,
) -> Result<Index, Fault> {
    let writing = Writing::new(folder)?;
    let mut known = Known {
        verdicts: Some(ledger.verdict_indexes()?),
        ..Known::default()
    };
    let listed = ledger.sources()?;
    bar.set_length(listed.len() as u64);
    let mut gathered = Vec::new();
    for record in &listed {
        let id = SourceId(record.entry.id().0);
        for claim in ledger.claims_of(&id)? {
            known.read(ledger, &claim)?;
            gathered.push(claim);
        }
        if gathered.len() >= TOGETHER {
            push(ledger, &known, &gathered, |claim| writing.add(claim))?;
            gathered.clear();
        }
        bar.inc(1);
    }
    push(ledger, &known, &gathered, |claim| writing.add(claim))?;
    let index = writing.finish(stamp)?;
    bar.finish_and_clear();
    Ok(index)
}

/// Adds claims that are new, and those of which something changed.
fn add(
    ledger: &Ledger,
    index: Index,
    claims: &BTreeSet<EntryId>,
    stamp: &Stamp,
) -> Result<Index, Fault> {
    let writing = index.write()?;
    let mut known = Known::default();
    let mut records = Vec::new();
    for id in claims {
        let record = ledger.entry(id)?;
        known.read(ledger, &record)?;
        records.push(record);
    }
    for records in records.chunks(TOGETHER) {
        push(ledger, &known, records, |claim| writing.replace(claim))?;
    }
    Ok(writing.finish(stamp)?)
}

fn push(
    ledger: &Ledger,
    known: &Known,
    records: &[Record],
    put: impl Fn(&FoundClaim) -> Result<(), FindError>,
) -> Result<(), Fault> {
    let found: Vec<Option<FoundClaim>> = records
        .par_iter()
        .map(|record| found_claim(ledger, known, record))
        .collect::<Result<_, LedgerError>>()?;
    for claim in found.iter().flatten() {
        put(claim)?;
    }
    Ok(())
}

/// Returns the claims of which the entries from an index on say something; `None` where one of these
/// changes more than the claims that it names, so that the index must be built anew.
fn changed_since(ledger: &Ledger, from: u64) -> Result<Option<BTreeSet<EntryId>>, LedgerError> {
    let mut claims = BTreeSet::new();
    let claim_of = |verdict: &VerdictId| -> Result<Option<ClaimId>, LedgerError> {
        Ok(match ledger.entry(&verdict.entry())?.entry.body() {
            Body::Verdict(verdict) => Some(verdict.claim),
            _ => None,
        })
    };
    // What is said of a verdict is said of the later wordings of its claim, too.
    let with_later = |claim: Option<ClaimId>| -> Result<Vec<EntryId>, LedgerError> {
        let mut wordings = Vec::new();
        let mut next = claim.map(ClaimId::entry);
        while let Some(id) = next {
            wordings.push(id);
            next = says::superseded_claim(ledger, ClaimId(id.0))?;
        }
        Ok(wordings)
    };
    for index in from..ledger.tree_head().size {
        let entry = ledger.entry_at(index)?.entry;
        match entry.body() {
            Body::Claim(claim) => {
                claims.insert(entry.id());
                claims.extend(claim.supersedes.map(ClaimId::entry));
            }
            Body::Verdict(verdict) => {
                claims.extend(with_later(Some(verdict.claim))?);
                // The one that is superseded may be on an earlier wording.
                let older = verdict.supersedes.as_ref().map(claim_of).transpose()?;
                claims.extend(with_later(older.flatten())?);
            }
            Body::Approval(approval) => claims.extend(with_later(claim_of(&approval.verdict)?)?),
            Body::Retraction(retraction) => {
                claims.extend(with_later(claim_of(&retraction.verdict)?)?);
            }
            Body::Erasure(_) | Body::Reaffirmation(_) | Body::Roots(_) => return Ok(None),
            Body::Key(key) if key.op == KeyOp::Revoke => return Ok(None),
            Body::Key(_)
            | Body::Genesis(_)
            | Body::Log(_)
            | Body::Policy(_)
            | Body::Source(_)
            | Body::Publication(_) => {}
        }
    }
    Ok(Some(claims))
}

/// What was read before the claims are gone through.
#[derive(Default)]
struct Known {
    /// What is known of the sources that claims stand in; nothing where it was erased.
    sources: HashMap<SourceId, Option<Meta>>,
    /// The indexes of all verdicts, by the claim; absent where few claims are gone through.
    verdicts: Option<HashMap<ClaimId, Vec<u64>>>,
}

impl Known {
    /// Reads what is known of a claim's source, once.
    fn read(&mut self, ledger: &Ledger, record: &Record) -> Result<(), LedgerError> {
        let Body::Claim(claim) = record.entry.body() else {
            return Ok(());
        };
        if let Entry::Vacant(place) = self.sources.entry(claim.source) {
            let entry = ledger.entry(&claim.source.entry())?.entry;
            place.insert(match entry.body() {
                Body::Source(source) => says::readable(ledger, &source.meta)?,
                _ => None,
            });
        }
        Ok(())
    }

    /// Returns the verdicts on a claim, but for superseded ones.
    fn judged(
        &self,
        ledger: &Ledger,
        id: ClaimId,
        entry: &ClaimEntry,
    ) -> Result<Vec<Judged>, LedgerError> {
        let Some(verdicts) = &self.verdicts else {
            return judged(ledger, id, entry);
        };
        judged_by(ledger, id, entry, |claim| {
            let indexes = verdicts.get(claim).into_iter().flatten();
            indexes.map(|index| ledger.entry_at(*index)).collect()
        })
    }
}

/// Reads a claim as the index takes it in; `None` where its words are not there.
fn found_claim(
    ledger: &Ledger,
    known: &Known,
    record: &Record,
) -> Result<Option<FoundClaim>, LedgerError> {
    let Body::Claim(entry) = record.entry.body() else {
        return Ok(None);
    };
    let Some(claim) = says::readable::<Claim>(ledger, &entry.claim)? else {
        return Ok(None);
    };
    let id = ClaimId(record.entry.id().0);
    let meta = known.sources.get(&entry.source).and_then(Option::as_ref);
    let judged = known.judged(ledger, id, entry)?;
    let said = claim.said.as_ref().and_then(|said| said.date);
    let published = meta.and_then(|meta| meta.published);
    let day = said.or(published).map(DayOrTime::date);
    let words = |meta: &Meta| {
        let words = [&meta.title, &meta.publisher, &meta.url];
        words.into_iter().flatten().cloned().collect()
    };
    Ok(Some(FoundClaim {
        id,
        claimant: claim
            .claimant
            .as_ref()
            .map_or_else(String::new, |_| claim_list::who(&claim)),
        text: claim.text,
        quote: claim.quote.exact,
        language: claim.language,
        source: entry.source,
        source_words: meta.map_or_else(Vec::new, words),
        day: day.unwrap_or_else(|| record.entry.header().at.date()),
        statuses: statuses(ledger, id, &judged)?,
        ratings: judged.iter().map(|judged| judged.rating.clone()).collect(),
        reviewers: judged
            .iter()
            .map(|judged| judged.reviewer.clone())
            .collect(),
        summaries: judged
            .into_iter()
            .filter_map(|judged| judged.summary)
            .collect(),
    }))
}

/// A verdict on a claim that no other took the place of.
pub(crate) struct Judged {
    pub(crate) id: VerdictId,
    /// Whether it was given on an earlier wording of the claim.
    pub(crate) on_earlier_wording: bool,
    pub(crate) rating: String,
    pub(crate) standing: Standing,
    pub(crate) reviewer: String,
    /// Its summary; `None` where it was erased.
    pub(crate) summary: Option<String>,
}

/// Returns the verdicts on a claim and its earlier wordings, but for superseded ones, in log order.
pub(crate) fn judged(
    ledger: &Ledger,
    id: ClaimId,
    entry: &ClaimEntry,
) -> Result<Vec<Judged>, LedgerError> {
    judged_by(ledger, id, entry, |claim| ledger.verdicts_on(claim))
}

fn judged_by(
    ledger: &Ledger,
    id: ClaimId,
    entry: &ClaimEntry,
    verdicts_on: impl Fn(&ClaimId) -> Result<Vec<Record>, LedgerError>,
) -> Result<Vec<Judged>, LedgerError> {
    let mut wordings = ledger.earlier_wordings(entry)?;
    wordings.reverse();
    wordings.push(id);
    let mut found = Vec::new();
    for wording in wordings {
        for record in verdicts_on(&wording)? {
            let Body::Verdict(verdict) = record.entry.body() else {
                continue;
            };
            let verdict_id = VerdictId(record.entry.id().0);
            let standing = ledger.standing(&verdict_id)?.standing;
            if standing == Standing::Superseded {
                continue;
            }
            let content: Option<Verdict> = says::readable(ledger, &verdict.verdict)?;
            found.push(Judged {
                id: verdict_id,
                on_earlier_wording: wording != id,
                rating: verdict.rating.to_string(),
                standing,
                reviewer: record.entry.header().by.name().to_string(),
                summary: content.map(|content| content.summary),
            });
        }
    }
    Ok(found)
}

/// Returns what a claim can be found by as its status, each word once.
pub(crate) fn statuses(
    ledger: &Ledger,
    id: ClaimId,
    judged: &[Judged],
) -> Result<Vec<String>, LedgerError> {
    let mut found = BTreeSet::new();
    if let Detail::Claim(facts) = ledger.facts_of(&id.entry())?.1.detail
        && facts.superseded_by.is_some()
    {
        found.insert(Standing::Superseded.as_str());
    }
    if ledger.is_tainted(&id.entry())? {
        found.insert(Standing::Tainted.as_str());
    }
    found.extend(judged.iter().map(|judged| judged.standing.as_str()));
    if judged.is_empty() {
        found.insert("unjudged");
    }
    Ok(found.into_iter().map(str::to_owned).collect())
}
