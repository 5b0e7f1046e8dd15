//! From what a person typed to the thing that somebody looks after, or that a note is on.

use std::collections::BTreeSet;

use factlog::entry::Body;
use factlog::ledger::{Found, Ledger};
use factlog::words::claim::Claim;
use factlog::words::id::{ObjectId, SourceId};

use super::{Desk, Thing, ThingKind};
use crate::cli::claim_list::{self, ClaimLine};
use crate::cli::drafts::Drafts;
use crate::cli::exit::{Failure, Status};
use crate::cli::proposals::Proposals;
use crate::cli::says;
use crate::cli::screen;
use crate::cli::seek::{self, Sought};

/// A thing as a person named it.
pub(crate) struct Named {
    /// The thing.
    pub(crate) thing: Thing,
    /// Of a claim: the source that it stands in.
    pub(crate) source: Option<SourceId>,
    /// What it is called in a message, such as `claim 1a2b3c4d, “The bridge was closed”`.
    pub(crate) words: String,
}

/// So many columns of a thing's words stand in a message.
const WORDS: usize = 50;

/// Finds the source, claim or verdict that a person means.
///
/// # Errors
/// There is none, or it is something else: exit status 3.
pub(crate) fn find(ledger: &Ledger, proposals: &Proposals, typed: &str) -> anyhow::Result<Named> {
    let id = match seek::find(ledger, proposals, typed)? {
        Sought::Proposed(line) => return of_claim(ledger, &line),
        Sought::Recorded(Found::Entry(id)) => id,
        Sought::Recorded(Found::Object(_)) => return Err(not_one(typed, "an object").into()),
    };
    let record = ledger.entry(&id)?;
    let short = ledger.short(id.as_bytes())?;
    match record.entry.body() {
        Body::Claim(_) => match claim_list::of_record(ledger, &record)? {
            Some(line) => of_claim(ledger, &line),
            None => Err(Failure::new(
                Status::NotFound,
                format!("the words of claim {short} are not there"),
            )
            .hint("take its source or its verdict instead")
            .into()),
        },
        Body::Source(source) => {
            let id = SourceId(id.0);
            let meta = says::readable(ledger, &source.meta)?;
            let label = meta.map_or_else(
                || says::GONE.to_owned(),
                |meta| says::source_words(ledger, id, &meta, &source.media),
            );
            Ok(Named {
                thing: Thing::source(id),
                source: None,
                words: format!("source {short}, {}", screen::cut(&label, WORDS)),
            })
        }
        Body::Verdict(verdict) => Ok(Named {
            thing: Thing::verdict(id.0),
            source: None,
            words: format!("verdict {short}, {}", verdict.rating),
        }),
        _ => Err(not_one(typed, &format!("a {}", record.entry.kind())).into()),
    }
}

fn of_claim(ledger: &Ledger, line: &ClaimLine) -> anyhow::Result<Named> {
    let short = line.short(ledger)?;
    let desk = Desk::of(ledger);
    let pages = desk.pages()?;
    let page = pages.of_line(&desk, line);
    Ok(Named {
        thing: page.map_or(Thing::claim(line.origin), super::Page::thing),
        source: Some(line.source.id),
        words: format!("claim {short}, “{}”", screen::cut(&line.claim.text, WORDS)),
    })
}

fn not_one(typed: &str, is: &str) -> Failure {
    Failure::new(
        Status::NotFound,
        format!("{typed} is {is}, and the desk keeps words on sources, claims and verdicts"),
    )
    .hint("`factlog claims` lists the claims with their sources")
}

/// Returns the things whose own objects are among those that are to be erased, which are still there.
pub(crate) fn erased(
    ledger: &Ledger,
    objects: &BTreeSet<ObjectId>,
) -> anyhow::Result<BTreeSet<Thing>> {
    let mut things = BTreeSet::new();
    for index in 0..ledger.tree_head().size {
        let entry = ledger.entry_at(index)?.entry;
        if !entry
            .objects()
            .iter()
            .any(|object| objects.contains(object))
        {
            continue;
        }
        match entry.body() {
            Body::Source(_) => {
                things.insert(Thing::source(SourceId(entry.id().0)));
            }
            Body::Verdict(verdict) if objects.contains(&verdict.verdict) => {
                things.insert(Thing::verdict(entry.id().0));
            }
            Body::Claim(claim) => {
                let Some(words) = says::readable::<Claim>(ledger, &claim.claim)? else {
                    continue;
                };
                let identity = words.identity();
                things.insert(Thing::claim(identity));
                let decided = Drafts::of(ledger.folder()).load(&claim.source)?.decisions;
                let edited = decided.into_iter().filter(|decision| {
                    let edited = decision.edited.as_ref();
                    edited.is_some_and(|claim| claim.identity() == identity)
                });
                things.extend(edited.map(|decision| Thing::claim(decision.claim)));
            }
            _ => {}
        }
    }
    Ok(things)
}

/// Returns, of things that an erasure touches, the sources whose words go, not only what is known of them.
pub(crate) fn without_words(
    ledger: &Ledger,
    things: &BTreeSet<Thing>,
    objects: &BTreeSet<ObjectId>,
) -> anyhow::Result<BTreeSet<SourceId>> {
    let mut sources = BTreeSet::new();
    for thing in things
        .iter()
        .filter(|thing| thing.kind == ThingKind::Source)
    {
        let source = SourceId(thing.id.0);
        if let Body::Source(entry) = ledger.entry(&source.entry())?.entry.body() {
            let kept = [entry.text, entry.raw].into_iter().flatten();
            if kept.into_iter().any(|kept| objects.contains(&kept.blake3)) {
                sources.insert(source);
            }
        }
    }
    Ok(sources)
}
