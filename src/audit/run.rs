//! The audit: everything about a log at once, every fault reported, none of them the last.
//!
//! Two stages run at the same time on one pool of threads. The parallel one parses, hashes and
//! verifies a chunk of entries by itself ([`prepare_all`]); the sequential one replays the chunk before
//! it. Chunks bound what is in memory beside the facts and the tree. When the log is through, its
//! head and the checkpoints that were kept are compared with the tree, and the objects that are
//! there with those that entries speak of.
//!
//! A damaged entry makes later ones look wrong: its number is missing from its author's chain, and
//! every root past it is another. Such findings are marked with the entry that they may follow from,
//! and beyond the first [`LISTED_ECHOES`] of a code they are counted rather than listed. No other
//! finding is ever left out.

mod checkpoints;
mod objects;
mod standings;

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::Arc;

use rayon::iter::{IndexedParallelIterator as _, IntoParallelIterator as _, ParallelIterator as _};

use super::finding::{Code, Echo, Finding, Severity, Topic, causes};
use super::log_keys::LogKeys;
use super::memory::MemoryFacts;
use super::objects::{Objects, Texts};
use super::prepare::{Absent, GROUP, Prepared, QuoteTask, prepare_all};
use super::replay::{Effect, Replay, record};
use super::report::{Check, Report, Unlisted, not_shown};
use crate::entry::{Body, Entry, Kind};
use crate::trust::merkle::{LeafHash, Tree};
use crate::trust::tlog_policy::TrustPolicy;
use crate::words::id::{EntryId, ObjectId};
use crate::words::source::Rights;

/// Entries in one chunk: enough to keep all cores busy, a few megabytes at most.
const CHUNK: usize = 1024;

/// Findings of one code that may only follow from an earlier fault are listed up to this number.
pub const LISTED_ECHOES: u64 = 20;

/// Where so much is wrong, whatever else follows would not be read by anyone: the audit ends.
const MOST_FINDINGS: usize = 100_000;

/// An entry's bytes, and where they lie.
#[derive(Clone, Debug)]
pub struct StoredEntry {
    /// The bytes, or why they could not be read.
    pub bytes: Result<Vec<u8>, String>,
    /// The file, or where in it they lie; for people.
    pub file: Option<Arc<str>>,
}

/// A checkpoint's bytes, and where they lie.
#[derive(Clone, Debug)]
pub struct StoredCheckpoint {
    /// The bytes.
    pub bytes: Vec<u8>,
    /// The file, or where in it they lie; for people.
    pub file: String,
}

/// An object that is there, wherever an entry speaks of it or not.
#[derive(Clone, Debug)]
pub struct PresentObject {
    /// Its id.
    pub id: ObjectId,
    /// The file, or where in it the bytes lie; for people.
    pub file: Option<String>,
}

/// What is audited.
pub struct Input<E, O, P> {
    /// The entries, in the order of the log.
    pub entries: E,
    /// Hands out objects.
    pub objects: O,
    /// All objects that are there.
    pub present: P,
    /// The objects that are said to be withheld.
    pub withheld: Vec<ObjectId>,
    /// Whether entries may be missing that objects belong to, for files were being written.
    pub is_unfinished: bool,
    /// The head: the last checkpoint. `None` where it is missing.
    pub head: Option<StoredCheckpoint>,
    /// Earlier checkpoints that were kept.
    pub checkpoints: Vec<StoredCheckpoint>,
    /// The ledger that it must be, where the auditor knows its id.
    pub ledger: Option<EntryId>,
    /// The logs and witnesses that the auditor trusts.
    pub policy: Option<TrustPolicy>,
}

/// Audits a log, on the threads of the pool that the caller is in.
///
/// `progress` is told how many entries have been replayed, now and then.
pub fn audit<E, O, P>(input: Input<E, O, P>, progress: impl FnMut(u64) + Send) -> Report
where
    E: Iterator<Item = StoredEntry> + Send,
    O: Objects,
    P: Iterator<Item = PresentObject>,
{
    audit_tree(input, progress).0
}

/// As [`audit`]; gives the log's tree beside the report, to compare published hashes with.
pub fn audit_tree<E, O, P>(
    input: Input<E, O, P>,
    mut progress: impl FnMut(u64) + Send,
) -> (Report, Tree)
where
    E: Iterator<Item = StoredEntry> + Send,
    O: Objects,
    P: Iterator<Item = PresentObject>,
{
    let Input {
        mut entries,
        objects,
        present,
        withheld,
        is_unfinished,
        head,
        checkpoints,
        ledger,
        policy,
    } = input;
    let mut auditor = Auditor::new(&objects);
    let texts = auditor.replay.texts();
    let mut ready: Vec<Stored> = Vec::new();
    let mut next: Vec<StoredEntry> = entries.by_ref().take(CHUNK).collect();
    while !next.is_empty() || !ready.is_empty() || !auditor.quotes.is_empty() {
        let raw = std::mem::take(&mut next);
        let quotes = std::mem::take(&mut auditor.quotes);
        let ((), (prepared, found)) = rayon::join(
            || {
                for stored in std::mem::take(&mut ready) {
                    auditor.take(stored);
                }
                progress(auditor.tree.size());
                if !auditor.has_given_up() {
                    next = entries.by_ref().take(CHUNK).collect();
                }
            },
            || {
                (
                    prepare_chunk(raw, &objects, &texts),
                    look_for(quotes, &objects, &texts),
                )
            },
        );
        ready = prepared;
        for finding in found {
            auditor.keep_last(finding);
        }
    }
    if auditor.has_given_up() {
        let message = format!(
            "more than {MOST_FINDINGS} things are wrong: entries from here on were not looked at"
        );
        let index = auditor.tree.size();
        let finding = Finding::new(Code::EntryUnreadable, message);
        auditor.keep(Finding {
            entry: Some(index),
            ..finding
        });
    }
    auditor.check_ledger(ledger);
    auditor.check_checkpoints(head, &checkpoints, policy.as_ref());
    auditor.check_objects(present, is_unfinished);
    auditor.check_withheld(&withheld, is_unfinished);
    auditor.tell_withheld();
    auditor.check_taint();
    auditor.into_report()
}

/// What became of stored bytes by themselves.
enum Stored {
    Entry(Box<Prepared>, Option<Arc<str>>),
    Damaged(LeafHash, Finding),
}

/// Prepares a chunk of entries, on all cores, a group at a time: the signatures of a group are verified
/// together.
fn prepare_chunk(chunk: Vec<StoredEntry>, objects: &impl Objects, texts: &Texts) -> Vec<Stored> {
    let groups = chunk.into_par_iter().chunks(GROUP);
    groups
        .flat_map_iter(|group| prepare_group(group, objects, texts))
        .collect()
}

fn prepare_group(group: Vec<StoredEntry>, objects: &impl Objects, texts: &Texts) -> Vec<Stored> {
    enum Parsed {
        Entry(Option<Arc<str>>),
        Damaged(Stored),
    }
    let mut entries = Vec::with_capacity(group.len());
    let mut parse = |StoredEntry { bytes, file }: StoredEntry| {
        let damaged = |leaf, finding: Finding| {
            Parsed::Damaged(Stored::Damaged(
                leaf,
                match &file {
                    Some(file) => finding.of_file(&**file),
                    None => finding,
                },
            ))
        };
        let bytes = match bytes {
            Ok(bytes) => bytes,
            Err(reason) => {
                let message = format!("the entry could not be read: {reason}");
                let finding = Finding::new(Code::EntryUnreadable, message);
                // Nothing has this leaf hash that anyone knows of; every root past it is another.
                return damaged(LeafHash([0; 32]), finding);
            }
        };
        match Entry::parse(&bytes) {
            Ok(entry) => entries.push(entry),
            Err(error) => {
                let message = format!("the bytes are not an entry: {}", causes(&error));
                let finding = Finding::new(Code::EntryDamaged, message);
                return damaged(LeafHash::of(&bytes), finding);
            }
        }
        Parsed::Entry(file)
    };
    let parsed: Vec<Parsed> = group.into_iter().map(&mut parse).collect();
    let mut prepared = prepare_all(entries, objects, texts).into_iter();
    let stored = parsed.into_iter().map(|parsed| match parsed {
        Parsed::Entry(file) => {
            let prepared = prepared.next().expect("each entry was prepared");
            Stored::Entry(Box::new(prepared), file)
        }
        Parsed::Damaged(stored) => stored,
    });
    stored.collect()
}

fn look_for(quotes: Vec<QuoteTask>, objects: &impl Objects, texts: &Texts) -> Vec<Finding> {
    quotes
        .into_par_iter()
        .filter_map(|task| task.run(objects, texts))
        .collect()
}

/// The sequential stage: what is known so far, and what was found.
struct Auditor<'o, O> {
    objects: &'o O,
    facts: MemoryFacts,
    tree: Tree,
    replay: Replay,
    quotes: Vec<QuoteTask>,
    /// Objects that are not there, and the entry that speaks of them.
    absent: Vec<(u64, EntryId, Absent)>,
    /// Whether there is a source of which nothing may be published.
    has_withheld_source: bool,
    /// How many objects are withheld, by the field that names them.
    withheld: BTreeMap<&'static str, u64>,
    log_keys: LogKeys,
    findings: Vec<Finding>,
    checks: BTreeMap<Topic, Check>,
    echoes: BTreeMap<Code, Unlisted>,
    first: First,
    witnessed: Option<u64>,
}

/// The first entries that can alone be the reason for findings in later ones.
#[derive(Clone, Copy, Default)]
struct First {
    /// Whose bytes are not those that were signed.
    damage: Option<u64>,
    /// That is void.
    void: Option<u64>,
    /// With any fault.
    fault: Option<u64>,
}

impl First {
    fn note(&mut self, index: u64, code: Code) {
        let damage = matches!(code, Code::EntryDamaged | Code::EntryUnreadable)
            || code.topic() == Topic::Signatures;
        for (first, applies) in [
            (&mut self.damage, damage),
            (&mut self.void, code.voids()),
            (&mut self.fault, true),
        ] {
            if applies {
                *first = Some(first.map_or(index, |first| first.min(index)));
            }
        }
    }

    fn cause(self, echo: Echo) -> Option<u64> {
        match echo {
            Echo::Never => None,
            Echo::Damage => self.damage,
            Echo::Void => self.void,
            Echo::Fault => self.fault,
        }
    }
}

impl<'o, O: Objects> Auditor<'o, O> {
    fn new(objects: &'o O) -> Self {
        Self {
            objects,
            facts: MemoryFacts::new(),
            tree: Tree::new(),
            replay: Replay::new(),
            quotes: Vec::new(),
            absent: Vec::new(),
            has_withheld_source: false,
            withheld: BTreeMap::new(),
            log_keys: LogKeys::default(),
            findings: Vec::new(),
            // What an export consists of is no part of a ledger.
            checks: Topic::ALL
                .into_iter()
                .filter(|topic| *topic != Topic::Files)
                .map(|topic| (topic, Check::new(topic, 0)))
                .collect(),
            echoes: BTreeMap::new(),
            first: First::default(),
            witnessed: None,
        }
    }

    /// Says whether so much is wrong that no more entries are read.
    fn has_given_up(&self) -> bool {
        self.findings.len() > MOST_FINDINGS
    }

    fn take(&mut self, stored: Stored) {
        let index = self.tree.size();
        self.count(Topic::Entries, 1);
        match stored {
            Stored::Damaged(leaf, finding) => {
                self.tree.push(leaf);
                self.keep(Finding {
                    entry: Some(index),
                    id: Some(leaf.into()),
                    ..finding
                });
            }
            Stored::Entry(prepared, file) => self.take_entry(index, *prepared, file.as_deref()),
        }
    }

    fn take_entry(&mut self, index: u64, prepared: Prepared, file: Option<&str>) {
        let id = prepared.entry().id();
        self.count_entry(prepared.entry());
        let checked = self
            .replay
            .check(prepared, index, &self.facts, self.objects, &self.tree);
        let (entry, checked) = checked.expect("memory can be read");
        self.quotes.extend(checked.quotes);
        if let Body::Source(source) = entry.body() {
            self.has_withheld_source |= source.rights == Rights::Withheld;
        }
        for mut absent in checked.absent {
            // What a copy may not withhold is missing, whoever says that one did.
            absent.is_unrestored &= self.may_be_withheld(&entry, absent.field);
            self.absent.push((index, id, absent));
        }
        for absent in checked.withheld {
            self.take_withheld(&entry, index, absent);
        }
        let effect = Effect::of(&checked.findings);
        let after = entry.header().after.map_or(0, |after| after.size);
        // What is wrong with the entry itself is no reason for the rest of it.
        let first = self.first;
        for finding in checked.findings {
            // What is wrong with an object lies in the object's own file, which the caller knows.
            let finding = match file.filter(|_| finding.object.is_none()) {
                Some(file) => finding.of_file(file),
                None => finding,
            };
            // Roots before the first damage can still be compared.
            let follows = match finding.code {
                Code::AfterRoot => first.damage.filter(|damaged| *damaged < after),
                code => first.cause(code.echoes()),
            };
            self.keep(Finding { follows, ..finding });
        }
        self.tree.push(id.into());
        if let Some(effect) = effect {
            self.log_keys.take(&entry, effect);
            let kept: Result<(), Infallible> = record(&entry, index, &mut self.facts, effect);
            kept.expect("memory can be written");
        }
    }

    fn count(&mut self, topic: Topic, number: u64) {
        self.check(topic).count += number;
    }

    fn check(&mut self, topic: Topic) -> &mut Check {
        self.checks
            .entry(topic)
            .or_insert_with(|| Check::new(topic, 0))
    }

    fn count_entry(&mut self, entry: &Entry) {
        self.count(Topic::Signatures, entry.note().signatures().len() as u64);
        for topic in [
            Topic::Entitlement,
            Topic::Chains,
            Topic::Tree,
            Topic::References,
        ] {
            self.count(topic, 1);
        }
        match entry.kind() {
            Kind::Source => self.count(Topic::Sources, 1),
            Kind::Claim => self.count(Topic::Claims, 1),
            Kind::Verdict => self.count(Topic::Verdicts, 1),
            _ => {}
        }
    }

    /// Keeps a finding, and counts it.
    fn keep(&mut self, finding: Finding) {
        self.check(finding.topic).add(finding.severity);
        if let Some(index) = finding.entry
            && finding.severity == Severity::Fault
            && finding.follows.is_none()
        {
            // A finding that may follow from another entry's fault explains nothing itself.
            self.first.note(index, finding.code);
        }
        if let Some(follows) = finding.follows {
            let code = finding.code;
            let echoes = self.echoes.entry(code).or_insert(Unlisted {
                code,
                count: 0,
                follows,
            });
            echoes.count += 1;
            if echoes.count > LISTED_ECHOES {
                return;
            }
        }
        self.findings.push(finding);
    }

    /// Keeps a finding, marked with what it may follow from.
    fn keep_last(&mut self, finding: Finding) {
        let earlier = |cause: &u64| finding.entry.is_none_or(|entry| *cause < entry);
        let follows = self.first.cause(finding.code.echoes()).filter(earlier);
        self.keep(Finding { follows, ..finding });
    }

    /// Checks that the ledger has begun, and is the one that was asked for.
    fn check_ledger(&mut self, asked: Option<EntryId>) {
        if self.tree.size() == 0 {
            self.keep(Finding::new(Code::GenesisMissing, "the log has no entry"));
        }
        let found = self.tree.leaf(0).map(EntryId::from);
        if let (Some(asked), Some(found)) = (asked, found)
            && asked != found
        {
            let message = format!("the ledger is {found}, not {asked}");
            self.keep(Finding::new(Code::GenesisOther, message).of_entry(0, found));
        }
    }

    fn into_report(mut self) -> (Report, Tree) {
        self.findings
            .sort_by_key(|finding| finding.entry.unwrap_or(u64::MAX));
        let head = self.tree.head();
        let standings = self.standings();
        let unlisted = self.echoes.into_values().filter_map(|echoes| {
            let count = echoes
                .count
                .checked_sub(LISTED_ECHOES)
                .filter(|count| *count > 0)?;
            Some(Unlisted { count, ..echoes })
        });
        let report = Report {
            head,
            objects: self.facts.objects() as u64,
            witnessed: self.witnessed,
            standings,
            signers: self.facts.signers() as u64,
            checks: self.checks.into_values().collect(),
            findings: self.findings,
            unlisted: unlisted.collect(),
            not_shown: not_shown(head.size),
        };
        (report, self.tree)
    }
}

#[cfg(test)]
mod states;
#[cfg(test)]
mod tests;
