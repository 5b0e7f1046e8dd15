//! The check of a proof bundle: its entries replayed at their places in the log, each proven to be in
//! the checkpoint's tree.
//!
//! `docs/format.md`, section 14: "each entry is in the checkpoint's tree; the checkpoint is signed by
//! the log's key that genesis or the last `log` entry names, under the ledger's origin; each entry is
//! right where it stands, by section 7, so far as the entries in the bundle tell; objects and slices
//! are those that entries call for."

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use super::outcome::Outcome;
use super::report::{ShownEntry, ShownPublication, ShownRevocation, ShownVerdict};
use super::{About, Bundle, BundleEntry, Expected, ShownReport};
use crate::audit::facts::{Detail, Facts as _};
use crate::audit::finding::{Code, Finding, Topic, causes};
use crate::audit::log_keys::LogKeys;
use crate::audit::objects::{ObjectState, Objects};
use crate::audit::prepare::{Absent, Content, Quoted, prepare};
use crate::audit::replay::{Effect, Replay, record};
use crate::audit::sparse::SparseFacts;
use crate::audit::standing::{VerdictStanding, standing};
use crate::audit::taint::{Taints, tainted};
use crate::entry::{Body, Entry, KeyOp, Kind, VerdictEntry};
use crate::trust::checkpoint::stated_size;
use crate::trust::merkle::{LeafHash, Tree};
use crate::trust::proof::InclusionProof;
use crate::trust::slice::SliceRange;
use crate::words::claim::Claim;
use crate::words::id::{EntryId, ObjectId};
use crate::words::object::{self, Object};
use crate::words::policy::Policy;
use crate::words::source::Rights;
use crate::words::verdict::Verdict;

/// What is expected of facts in memory.
const MEMORY: &str = "memory can be read and written";

/// Checks a bundle.
pub fn check(bundle: &Bundle, expected: &Expected) -> ShownReport {
    let entries = bundle.entries.iter();
    let entries = entries.filter_map(|shown| Entry::parse(shown.note.as_bytes()).ok());
    let held = Held {
        bundle,
        erased: entries
            .filter_map(|entry| match entry.body() {
                Body::Erasure(erasure) => Some(erasure.object),
                _ => None,
            })
            .collect(),
        asked: Mutex::default(),
    };
    let mut checker = Checker {
        bundle,
        held: &held,
        facts: SparseFacts::default(),
        replay: Replay::with_gaps(),
        leaves: Vec::with_capacity(bundle.entries.len()),
        absent: Vec::new(),
        log_keys: LogKeys::default(),
        policies: BTreeSet::new(),
        first_withheld: None,
        authors: BTreeSet::new(),
        revoked: Vec::new(),
        outcome: Outcome::default(),
    };
    for entry in &bundle.entries {
        checker.take(entry);
    }
    checker.check_ledger(expected);
    checker.check_proofs(expected);
    checker.check_absent();
    checker.check_present();
    checker.tell_taint();
    checker.tell_subject();
    checker.outcome.into_report()
}

/// Reads and checks a bundle: bytes that are none are a finding, too.
pub fn check_bytes(bytes: &[u8], expected: &Expected) -> ShownReport {
    match Bundle::parse(bytes) {
        Ok(bundle) => check(&bundle, expected),
        Err(error) => {
            let mut outcome = Outcome::default();
            let message = format!("the bytes are not a proof bundle: {}", causes(&error));
            outcome.find(Code::BundleForm, message);
            outcome.into_report()
        }
    }
}

/// The objects of a bundle, and which of its slices were asked for.
struct Held<'b> {
    bundle: &'b Bundle,
    /// What the bundle's own entries erase. That they are right is for replay to say.
    erased: BTreeSet<ObjectId>,
    asked: Mutex<BTreeSet<(ObjectId, SliceRange)>>,
}

impl Objects for Held<'_> {
    fn object(&self, id: &ObjectId) -> ObjectState {
        match self.bundle.objects.get(id) {
            Some(bytes) => ObjectState::Present(bytes.clone()),
            None if self.erased.contains(id) => ObjectState::Erased,
            None => ObjectState::Withheld,
        }
    }

    fn slice(&self, text: &ObjectId, range: SliceRange) -> Option<Vec<u8>> {
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        asked.insert((*text, range));
        self.bundle.slices.get(&(*text, range)).cloned()
    }
}

/// A bundle that is being checked.
struct Checker<'b> {
    bundle: &'b Bundle,
    held: &'b Held<'b>,
    facts: SparseFacts,
    replay: Replay,
    /// The leaf hash of each entry.
    leaves: Vec<LeafHash>,
    /// Objects that are not in the bundle, and the entry that speaks of each.
    absent: Vec<(u64, Entry, Absent)>,
    log_keys: LogKeys,
    /// The policies that verdicts name.
    policies: BTreeSet<ObjectId>,
    /// The first source of which nothing may be published.
    first_withheld: Option<u64>,
    /// The keys of the entries' authors.
    authors: BTreeSet<[u8; 32]>,
    /// Keys that an entry revokes.
    revoked: Vec<ShownRevocation>,
    outcome: Outcome,
}

impl Checker<'_> {
    fn take(&mut self, shown: &BundleEntry) {
        let (index, bytes) = (shown.index, shown.note.as_bytes());
        self.outcome.count(Topic::Entries, 1);
        match Entry::parse(bytes) {
            Ok(entry) => {
                self.leaves.push(entry.id().into());
                self.take_entry(index, entry);
            }
            Err(error) => {
                let leaf = LeafHash::of(bytes);
                self.leaves.push(leaf);
                let message = format!("the bytes are not an entry: {}", causes(&error));
                let finding = Finding::new(Code::EntryDamaged, message);
                self.outcome.keep(finding.of_entry(index, leaf.into()));
            }
        }
    }

    fn take_entry(&mut self, index: u64, entry: Entry) {
        let id = entry.id();
        let is_shown = id == self.bundle.about.entry();
        self.count_entry(&entry);
        let texts = self.replay.texts();
        let prepared = prepare(entry, self.held, &texts);
        if let (true, Content::Verdict(content)) = (is_shown, &prepared.content) {
            for (at, (source, _)) in content.evidence.iter().enumerate() {
                let source = source.entry();
                if self.facts.index_of(&source).expect(MEMORY).is_none() {
                    let message = format!("evidence {at} is source {source}, which is not shown");
                    let finding = Finding::new(Code::BundleIncomplete, message);
                    self.outcome.keep(finding.of_entry(index, id));
                }
            }
        }
        let checked = self
            .replay
            .check(prepared, index, &self.facts, self.held, &Tree::new());
        let (entry, checked) = checked.expect(MEMORY);
        // The evidence of other verdicts is not called for, so its quotes aren't either.
        let mut quotes = checked.quotes;
        quotes.retain(|task| is_shown || matches!(task.quoted, Quoted::Claim(_)));
        let quotes = quotes
            .into_iter()
            .filter_map(|task| task.run(self.held, &texts));
        let findings: Vec<Finding> = checked.findings.into_iter().chain(quotes).collect();
        let effect = Effect::of(&findings);
        for finding in findings {
            self.outcome.keep(finding);
        }
        let absent = checked.absent.into_iter().chain(checked.withheld);
        let absent = absent.map(|absent| (index, entry.clone(), absent));
        self.absent.extend(absent);
        let Some(effect) = effect else { return };
        self.log_keys.take(&entry, effect);
        record(&entry, index, &mut self.facts, effect).expect(MEMORY);
        self.authors.insert(*entry.header().by.public().as_bytes());
        match entry.body() {
            Body::Verdict(verdict) => {
                self.policies.insert(verdict.policy);
            }
            Body::Key(change) if effect == Effect::Full && change.op == KeyOp::Revoke => {
                self.revoked.push(ShownRevocation {
                    key: change.key.clone(),
                    entry: index,
                    reason: change.reason,
                    from: change.from,
                });
            }
            Body::Source(source) if source.rights == Rights::Withheld => {
                self.first_withheld.get_or_insert(index);
            }
            _ => {}
        }
    }

    fn count_entry(&mut self, entry: &Entry) {
        let signatures = entry.note().signatures().len() as u64;
        self.outcome.count(Topic::Signatures, signatures);
        for topic in [Topic::Entitlement, Topic::Chains, Topic::References] {
            self.outcome.count(topic, 1);
        }
        match entry.kind() {
            Kind::Source => self.outcome.count(Topic::Sources, 1),
            Kind::Claim => self.outcome.count(Topic::Claims, 1),
            Kind::Verdict => self.outcome.count(Topic::Verdicts, 1),
            _ => {}
        }
    }

    /// Checks that the bundle begins with the ledger's genesis, and that it is the one that is meant.
    fn check_ledger(&mut self, expected: &Expected) {
        let first = self.bundle.entries.first().map(|entry| entry.index);
        if first != Some(0) {
            let message = "the bundle does not begin with entry 0, the genesis";
            self.outcome.find(Code::GenesisMissing, message);
            return;
        }
        let found: EntryId = self.leaves[0].into();
        self.outcome.report.ledger = Some(found);
        if let Some(asked) = expected.ledger.filter(|asked| *asked != found) {
            let message = format!("the ledger is {found}, not {asked}");
            let finding = Finding::new(Code::GenesisOther, message);
            self.outcome.keep(finding.of_entry(0, found));
        }
    }

    /// Checks the checkpoint, and each entry's proof against it.
    fn check_proofs(&mut self, expected: &Expected) {
        let note = &self.bundle.checkpoint;
        let Some(ledger) = self.facts.ledger().expect(MEMORY) else {
            let message = "there is no good genesis that names the log's key";
            self.outcome.find(Code::CheckpointUnchecked, message);
            return;
        };
        let key = self.log_keys.of(stated_size(note)).unwrap_or(&ledger.log);
        self.outcome.log_keys = self.log_keys.all().cloned().collect();
        let Some(checkpoint) = self.outcome.take_checkpoint(note, Some(key), expected) else {
            return;
        };
        for (shown, leaf) in self.bundle.entries.iter().zip(&self.leaves) {
            self.outcome.count(Topic::Tree, 1);
            let proof = InclusionProof {
                index: shown.index,
                hashes: shown.path.clone(),
            };
            if let Err(error) = proof.verify(leaf, &checkpoint.head) {
                let message = format!(
                    "it is not shown to be in the checkpoint's tree: {}",
                    causes(&error)
                );
                let finding = Finding::new(Code::ProofInvalid, message);
                self.outcome
                    .keep(finding.of_entry(shown.index, (*leaf).into()));
            }
        }
    }

    /// Says of each object that is not in the bundle whether it may be left out.
    fn check_absent(&mut self) {
        let mut left_out: BTreeMap<&str, u64> = BTreeMap::new();
        for (index, entry, absent) in std::mem::take(&mut self.absent) {
            let Absent { field, object, .. } = absent;
            let known = self.facts.object(&object).expect(MEMORY);
            if known.is_some_and(|known| known.erased.is_some()) {
                let finding = absent.finding(known);
                self.outcome.keep(finding.of_entry(index, entry.id()));
                continue;
            }
            if !self.may_be_left_out(index, &entry, field) {
                let message = format!("the {field} object {object} is not in the bundle");
                let finding = Finding::new(Code::BundleIncomplete, message);
                let finding = finding.of_entry(index, entry.id()).of_object(object);
                self.outcome.keep(finding);
                continue;
            }
            *left_out.entry(field).or_default() += 1;
            if matches!(entry.body(), Body::Claim(_) | Body::Verdict(_)) {
                let message = format!("what it says and quotes is withheld: {field} {object}");
                let finding = Finding::new(Code::QuoteUnchecked, message);
                let finding = finding.of_entry(index, entry.id()).of_object(object);
                self.outcome.keep(finding);
            }
        }
        // A source's own bytes are never called for, and a policy that no verdict names isn't.
        left_out.retain(|field, _| !matches!(*field, "raw" | "policy"));
        if !left_out.is_empty() {
            let fields = left_out
                .iter()
                .map(|(field, number)| format!("{number} {field}"));
            let fields: Vec<String> = fields.collect();
            let message = format!("objects are left out: {}", fields.join(", "));
            self.outcome.find(Code::ObjectWithheld, message);
        }
    }

    /// "What is published of a source follows its `rights`", and its bytes and text may always be left
    /// out of a bundle, in whose slices its quotes are.
    fn may_be_left_out(&self, index: u64, entry: &Entry, field: &str) -> bool {
        match entry.body() {
            Body::Source(source) => field != "meta" || source.rights == Rights::Withheld,
            Body::Claim(claim) => {
                let source = self.facts.find(&claim.source.entry()).expect(MEMORY);
                source.is_some_and(
                    |(_, source)| matches!(source.detail, Detail::Source(source) if source.rights == Rights::Withheld),
                )
            }
            // Whether its evidence quotes such a source, only the verdict says; but evidence is
            // recorded before it.
            Body::Verdict(_) => self.first_withheld.is_some_and(|source| source < index),
            Body::Genesis(genesis) => !self.policies.contains(&genesis.policy),
            Body::Policy(policy) => !self.policies.contains(&policy.policy),
            Body::Approval(_) => true,
            _ => false,
        }
    }

    /// Checks that every object and slice belongs to an entry.
    fn check_present(&mut self) {
        for id in self.bundle.objects.keys() {
            self.outcome.count(Topic::Objects, 1);
            let finding = match self.facts.object(id).expect(MEMORY) {
                None => Finding::new(
                    Code::ObjectUnreferenced,
                    format!(
                        "no entry of the bundle speaks of object {id}: it was probably changed after it \
                         was signed"
                    ),
                ),
                Some(known) => match known.erased {
                    None => continue,
                    Some(erased) => Finding::new(
                        Code::ObjectErasedPresent,
                        format!("object {id} is there, but entry {} erased it", erased.by),
                    ),
                },
            };
            self.outcome.keep(finding.of_object(*id));
        }
        let asked = self.held.asked.lock();
        let asked = asked.unwrap_or_else(PoisonError::into_inner);
        for (text, range) in self.bundle.slices.keys() {
            self.outcome.count(Topic::Objects, 1);
            if !asked.contains(&(*text, *range)) {
                let message = format!("no quote in the bundle calls for slice {range} of {text}");
                let finding = Finding::new(Code::ObjectUnreferenced, message);
                self.outcome.keep(finding.of_object(*text));
            }
        }
    }

    /// Says which keys were revoked that signed something, and which entries that taints, as far as
    /// shown.
    fn tell_taint(&mut self) {
        let mut revoked = std::mem::take(&mut self.revoked);
        revoked.retain(|revoked| self.authors.contains(revoked.key.public().as_bytes()));
        self.outcome.report.revoked = revoked;
        let indexes = self.bundle.entries.iter().map(|shown| shown.index);
        let found = tainted(&self.facts, indexes.filter(|index| *index > 0)).expect(MEMORY);
        for finding in found {
            self.outcome.keep(finding);
        }
    }

    /// Says what the bundle shows of what it is about, if that is in it.
    fn tell_subject(&mut self) {
        let id = self.bundle.about.entry();
        let wanted = match self.bundle.about {
            About::Verdict(_) => Kind::Verdict,
            About::Publication(_) => Kind::Publication,
        };
        let shown = self
            .leaves
            .iter()
            .position(|leaf| EntryId::from(*leaf) == id);
        let entry = shown.map(|at| &self.bundle.entries[at]);
        let entry = entry.and_then(|shown| {
            let entry = Entry::parse(shown.note.as_bytes()).ok()?;
            Some((shown.index, entry))
        });
        let Some((index, entry)) = entry else {
            let message = format!("the {wanted} {id} is not in it");
            self.outcome.find(Code::BundleIncomplete, message);
            return;
        };
        self.outcome.report.entry = Some(ShownEntry::new(index, &entry));
        if entry.kind() != wanted {
            let message = format!("it is about a {}, not about a {wanted}", entry.kind());
            let finding = Finding::new(Code::ReferenceKind, message);
            self.outcome.keep(finding.of_entry(index, id));
            return;
        }
        match entry.body() {
            Body::Verdict(fields) => self.tell_verdict(index, fields),
            Body::Publication(fields) => {
                self.outcome.report.publication = Some(ShownPublication {
                    size: fields.size,
                    manifest: self.object(&fields.manifest),
                });
            }
            _ => {}
        }
    }

    fn tell_verdict(&mut self, index: u64, fields: &VerdictEntry) {
        let verdict = self.object::<Verdict>(&fields.verdict);
        let claim = self.leaves.iter().zip(&self.bundle.entries);
        let mut claim = claim.filter(|(leaf, _)| EntryId::from(**leaf) == fields.claim.entry());
        let claim = claim.next().and_then(|(_, shown)| {
            let entry = Entry::parse(shown.note.as_bytes()).ok()?;
            match entry.body() {
                Body::Claim(claim) => self.object::<Claim>(&claim.claim),
                _ => None,
            }
        });
        self.outcome.report.verdict = Some(ShownVerdict {
            rating: fields.rating.to_string(),
            summary: verdict.map(|verdict| verdict.summary),
            claim: claim.map(|claim| claim.text),
            standing: self.standing(index, &fields.policy),
        });
    }

    /// Says what stands of a verdict, by what is shown.
    fn standing(&self, index: u64, policy: &ObjectId) -> Option<VerdictStanding> {
        let policy = self.object::<Policy>(policy)?;
        let mut taints = Taints::default();
        standing(index, &self.facts, &policy, &mut taints).expect(MEMORY)
    }

    fn object<O: Object>(&self, id: &ObjectId) -> Option<O> {
        object::parse(self.bundle.objects.get(id)?).ok()
    }
}
