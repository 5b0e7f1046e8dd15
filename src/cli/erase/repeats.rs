//! The last look: which other objects of the ledger repeat the words that are to be erased.
//!
//! What refers to them is found by what it refers to: the raw bytes of a text, claims on it, verdicts
//! that quote it as evidence. What repeats them without referring to them is found by its words
//! ([`Words`]). Words that were put otherwise, or stand in a picture, are not found.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use factlog::entry::{Body, Entry};
use factlog::ledger::{Ledger, LedgerError};
use factlog::words::claim::Claim;
use factlog::words::id::{EntryId, ObjectId};
use factlog::words::verdict::Verdict;
use serde::Serialize;
use serde_json::Value;

use super::targets::Target;
use super::words::Words;
use crate::cli::says;

/// An object that repeats what is to be erased.
#[derive(Serialize)]
pub(super) struct Repeat {
    pub(super) object: ObjectId,
    /// What it is, such as `claim 1a2b3c4d`.
    pub(super) what: String,
    /// The entry that introduced it.
    pub(super) entry: u64,
    /// How it repeats the words.
    pub(super) how: &'static str,
    /// Whether it can be erased: a policy can't.
    pub(super) erasable: bool,
}

/// What the last look found.
pub(super) struct Look {
    /// The entries that speak of each object that is to be erased.
    pub(super) spoken_of: BTreeMap<ObjectId, Vec<u64>>,
    /// What repeats the words, in the order of the log.
    pub(super) repeats: Vec<Repeat>,
}

/// What an object is, by the entry that introduced it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    Raw,
    Text,
    Meta,
    Claim,
    Verdict,
    Other,
}

struct Kept {
    entry: u64,
    id: EntryId,
    kind: &'static str,
    role: Role,
}

/// What the log says of objects.
#[derive(Default)]
struct Log {
    kept: BTreeMap<ObjectId, Kept>,
    spoken_of: BTreeMap<ObjectId, Vec<u64>>,
    /// The text and the raw bytes of each source.
    sources: HashMap<EntryId, (Option<ObjectId>, Option<ObjectId>)>,
    /// The source of each claim's object.
    claims: HashMap<ObjectId, EntryId>,
}

impl Log {
    fn add(&mut self, index: u64, entry: &Entry, targets: &BTreeSet<ObjectId>) {
        let id = entry.id();
        let mut roles = BTreeMap::new();
        match entry.body() {
            Body::Source(source) => {
                let (text, raw) = (source.text, source.raw);
                let of = |kept: Option<factlog::words::source::Kept>| kept.map(|kept| kept.blake3);
                self.sources.insert(id, (of(text), of(raw)));
                roles.insert(source.meta, Role::Meta);
                roles.extend(of(raw).map(|raw| (raw, Role::Raw)));
                roles.extend(of(text).map(|text| (text, Role::Text)));
            }
            Body::Claim(claim) => {
                self.claims.insert(claim.claim, claim.source.entry());
                roles.insert(claim.claim, Role::Claim);
            }
            Body::Verdict(verdict) => {
                roles.insert(verdict.verdict, Role::Verdict);
            }
            _ => {}
        }
        for object in entry.objects() {
            let role = roles.get(&object).copied().unwrap_or(Role::Other);
            self.kept.entry(object).or_insert(Kept {
                entry: index,
                id,
                kind: entry.kind().as_str(),
                role,
            });
            if targets.contains(&object) {
                let spoken_of = self.spoken_of.entry(object).or_default();
                if spoken_of.last() != Some(&index) {
                    spoken_of.push(index);
                }
            }
        }
    }

    /// Returns the sources whose text or raw bytes are among the targets.
    fn sources_of(&self, targets: &BTreeSet<ObjectId>) -> BTreeSet<EntryId> {
        let is_target = |object: &Option<ObjectId>| object.is_some_and(|id| targets.contains(&id));
        let sources = self.sources.iter();
        let sources = sources.filter(|(_, (text, raw))| is_target(text) || is_target(raw));
        sources.map(|(id, _)| *id).collect()
    }

    /// Returns the words of the targets, and the phrases of them that claims quote.
    fn words(&self, ledger: &Ledger, targets: &BTreeSet<ObjectId>) -> anyhow::Result<Words> {
        let mut words = Words::default();
        for target in targets {
            let Some(bytes) = bytes_of(ledger, target)? else {
                continue;
            };
            match self.kept.get(target).map(|kept| kept.role) {
                Some(Role::Text | Role::Raw) => words.add(&bytes),
                _ => words.add_object(&serde_json::from_slice(&bytes).unwrap_or_default()),
            }
        }
        let sources = self.sources_of(targets);
        for (object, source) in &self.claims {
            if sources.contains(source)
                && let Some(claim) = says::readable::<Claim>(ledger, object)?
            {
                words.add_phrase(&claim.quote.exact);
            }
        }
        Ok(words)
    }
}

/// Returns the words of objects that are to be erased.
pub(crate) fn words(ledger: &Ledger, targets: &BTreeSet<ObjectId>) -> anyhow::Result<Words> {
    let mut log = Log::default();
    for index in 0..ledger.tree_head().size {
        log.add(index, &ledger.entry_at(index)?.entry, targets);
    }
    log.words(ledger, targets)
}

/// Says what each of some objects is, such as `the text of source 1a2b3c4d`, where an entry speaks of it.
pub(crate) fn names(
    ledger: &Ledger,
    objects: &BTreeSet<ObjectId>,
) -> anyhow::Result<BTreeMap<ObjectId, String>> {
    let mut log = Log::default();
    for index in 0..ledger.tree_head().size {
        log.add(index, &ledger.entry_at(index)?.entry, objects);
    }
    let mut names = BTreeMap::new();
    for object in objects {
        if let Some(kept) = log.kept.get(object) {
            names.insert(*object, what(kept, &ledger.short(kept.id.as_bytes())?));
        }
    }
    Ok(names)
}

/// Looks for all that repeats the words of the targets. `progress` is told how far it has come: of
/// how many entries and objects.
pub(super) fn look(
    ledger: &Ledger,
    targets: &[Target],
    progress: impl Fn(u64, u64),
) -> anyhow::Result<Look> {
    let targets: BTreeSet<ObjectId> = targets.iter().map(|target| target.object).collect();
    let size = ledger.tree_head().size;
    let mut log = Log::default();
    for index in 0..size {
        log.add(index, &ledger.entry_at(index)?.entry, &targets);
        progress(index, size * 2);
    }
    let sources = log.sources_of(&targets);
    let siblings: BTreeSet<ObjectId> = sources
        .iter()
        .flat_map(|source| <[_; 2]>::from(log.sources[source]))
        .flatten()
        .collect();
    let words = log.words(ledger, &targets)?;
    let looking = Looking {
        ledger,
        words: &words,
        sources: &sources,
        siblings: &siblings,
        claims: &log.claims,
    };
    let mut repeats = Vec::new();
    let others = log.kept.iter().filter(|(id, _)| !targets.contains(*id));
    let total = size + log.kept.len() as u64;
    for (n, (object, kept)) in (size..).zip(others) {
        progress(n, total);
        if let Some(how) = looking.how(object, kept)? {
            let short = ledger.short(kept.id.as_bytes())?;
            let facts = ledger.facts_of_object(object)?;
            repeats.push(Repeat {
                object: *object,
                what: what(kept, &short),
                entry: kept.entry,
                how,
                erasable: !facts.is_some_and(|facts| facts.is_policy),
            });
        }
    }
    progress(total, total);
    repeats.sort_by_key(|repeat| (repeat.entry, repeat.object));
    Ok(Look {
        spoken_of: log.spoken_of,
        repeats,
    })
}

fn what(kept: &Kept, short: &str) -> String {
    match kept.role {
        Role::Raw => format!("the raw bytes of source {short}"),
        Role::Text => format!("the text of source {short}"),
        Role::Meta => format!("the meta of source {short}"),
        _ => format!("{} {short}", kept.kind),
    }
}

struct Looking<'l> {
    ledger: &'l Ledger,
    words: &'l Words,
    /// The sources whose text or raw bytes are to be erased, and these objects of theirs.
    sources: &'l BTreeSet<EntryId>,
    siblings: &'l BTreeSet<ObjectId>,
    claims: &'l HashMap<ObjectId, EntryId>,
}

impl Looking<'_> {
    /// Says how an object repeats the words, if it does.
    fn how(&self, object: &ObjectId, kept: &Kept) -> anyhow::Result<Option<&'static str>> {
        let Some(bytes) = bytes_of(self.ledger, object)? else {
            return Ok(None);
        };
        if self.siblings.contains(object) {
            return Ok(Some("has the same words"));
        }
        let is_of_source = |source: &EntryId| self.sources.contains(source);
        let quotes = match kept.role {
            Role::Claim => self.claims.get(object).is_some_and(is_of_source),
            Role::Verdict => says::readable::<Verdict>(self.ledger, object)?
                .into_iter()
                .flat_map(|verdict| verdict.evidence)
                .any(|piece| piece.quote.is_some() && is_of_source(&piece.source.entry())),
            _ => false,
        };
        if quotes {
            return Ok(Some("quotes it"));
        }
        let repeats = match kept.role {
            Role::Raw | Role::Text => self.words.are_in(&bytes),
            _ => {
                let object: Value = serde_json::from_slice(&bytes).unwrap_or_default();
                self.words.are_in_object(&object)
            }
        };
        Ok(repeats.then_some("repeats words of it"))
    }
}

/// Returns an object's bytes; `None` where they are not there, or damaged: `verify` says so.
fn bytes_of(ledger: &Ledger, object: &ObjectId) -> Result<Option<Vec<u8>>, LedgerError> {
    match ledger.object_bytes(object) {
        Err(LedgerError::OtherBytes(_)) => Ok(None),
        found => found,
    }
}
