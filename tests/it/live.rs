//! What may wait for somebody, as the database's rows have it, compared with a look at every entry:
//! after claims, verdicts, decisions and keys in any order that a ledger takes.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::fs;
use std::path::Path;

use factlog::audit::facts::{ClaimFacts, Detail, Facts as _};
use factlog::audit::standing::Standing;
use factlog::audit::taint::Taints;
use factlog::entry::{
    Approval, Body, ClaimEntry, Decision, KeyEntry, PolicyEntry, Reaffirmation, Retraction,
    RevocationReason, Role, SourceEntry, VerdictEntry,
};
use factlog::ledger::{self, Ledger, LiveGroup, Pending, Start};
use factlog::trust::key::{KeyName, SigningKey};
use factlog::words::claim::{Added, AddedWhy, Claim, ClaimChange, Manner};
use factlog::words::id::{ClaimId, EntryId, ObjectId, SourceId, VerdictId};
use factlog::words::note::Note;
use factlog::words::object;
use factlog::words::policy::Policy;
use factlog::words::salt::Salt;
use factlog::words::source::{Kept, Meta, Rights, SourceType};
use factlog::words::span::{Quote, Span};
use factlog::words::time::Timestamp;
use factlog::words::verdict::{Verdict, VerdictChange};

/// Lines of the text, each of which may be claimed.
const LINES: usize = 60;

/// Things that are tried in one ledger.
const TRIES: usize = 150;

fn at() -> Timestamp {
    "2026-11-22T10:00:00Z".parse().unwrap()
}

fn key(name: &str, seed: u8) -> SigningKey {
    SigningKey::from_seed(KeyName::new(name).unwrap(), &[seed; 32])
}

/// The same numbers for the same seed: `SplitMix64`.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % bound as u64).unwrap()
    }

    fn one<T: Clone>(&mut self, of: &[T]) -> Option<T> {
        (!of.is_empty()).then(|| of[self.below(of.len())].clone())
    }
}

/// A ledger, and what was appended to it.
struct Desk {
    ledger: Ledger,
    dice: Dice,
    root: SigningKey,
    reviewers: Vec<SigningKey>,
    approvers: Vec<SigningKey>,
    text: String,
    source: SourceId,
    claims: Vec<ClaimId>,
    verdicts: Vec<VerdictId>,
    salt: u64,
    taken: BTreeMap<&'static str, usize>,
}

impl Desk {
    fn start(folder: &Path, seed: u64) -> Self {
        let (root, alice) = (
            key("desk.example/facts/root", 1),
            key("desk.example/alice", 3),
        );
        let start = Start {
            place: &folder.join(".factlog"),
            name: "Desk".into(),
            root: &root,
            log: key("desk.example/facts", 2),
            reviewer: &alice,
            roles: vec![Role::Reviewer],
            policy: Policy::default(),
            at: at(),
            files: vec![],
        };
        let ledger = Ledger::init(start, ledger::options()).unwrap();
        let lines: Vec<String> = (0..LINES)
            .map(|n| format!("Bridge {n} was closed.\n"))
            .collect();
        let text = lines.concat();
        let mut desk = Self {
            ledger,
            dice: Dice(seed),
            root,
            reviewers: vec![alice],
            approvers: vec![],
            text,
            source: SourceId([0; 32]),
            claims: vec![],
            verdicts: vec![],
            salt: 0,
            taken: BTreeMap::new(),
        };
        for (name, seed, role) in [
            ("desk.example/bob", 4, Role::Reviewer),
            ("desk.example/carol", 5, Role::Reviewer),
            ("desk.example/dan", 6, Role::Approver),
            ("desk.example/eve", 7, Role::Approver),
            ("desk.example/fay", 8, Role::Approver),
        ] {
            let key = key(name, seed);
            let body = Body::Key(KeyEntry::add(key.verifier().clone(), vec![role]));
            let root = desk.root.clone();
            desk.append("key", &root, body, vec![], &[&key]).unwrap();
            match role {
                Role::Reviewer => desk.reviewers.push(key),
                _ => desk.approvers.push(key),
            }
        }
        desk.take_in();
        desk
    }

    fn next_salt(&mut self) -> Salt {
        self.salt += 1;
        Salt::from_seed(b"live", self.salt)
    }

    /// Appends what the ledger takes; `None` where it refuses.
    fn append(
        &mut self,
        what: &'static str,
        by: &SigningKey,
        body: Body,
        objects: Vec<Vec<u8>>,
        others: &[&SigningKey],
    ) -> Option<EntryId> {
        let mut composer = self.ledger.composer(by.verifier()).unwrap();
        let draft = composer.draft(at(), body).unwrap();
        let entry = composer.sign(&draft, by, others).ok()?;
        let id = entry.id();
        let pending = Pending {
            entries: vec![entry],
            objects,
            ..Pending::default()
        };
        self.ledger.append(&pending).ok()?;
        *self.taken.entry(what).or_default() += 1;
        Some(id)
    }

    fn take_in(&mut self) {
        let kept = Kept::of(self.text.as_bytes());
        let meta = Meta {
            url: None,
            title: Some("Bridges".into()),
            authors: vec![],
            publisher: None,
            published: None,
            retrieved: None,
            language: None,
            salt: self.next_salt(),
        };
        let meta = object::to_bytes(&meta).unwrap();
        let body = Body::Source(SourceEntry {
            source_type: SourceType::Document,
            raw: Some(kept),
            text: Some(kept),
            media: "text/plain".into(),
            charset: Some("utf-8".into()),
            normalizer: Some("text/1".into()),
            rights: Rights::Quoted,
            meta: ObjectId::of(&meta),
            replaces: None,
        });
        let by = self.reviewers[0].clone();
        let objects = vec![self.text.clone().into_bytes(), meta];
        let id = self.append("source", &by, body, objects, &[]).unwrap();
        self.source = SourceId(id.0);
    }

    fn claim(&mut self, supersedes: Option<ClaimId>) {
        let by = self.dice.one(&self.reviewers).unwrap();
        let n = self.dice.below(LINES);
        let line = self.text.lines().nth(n).unwrap();
        let start = line.as_ptr() as usize - self.text.as_ptr() as usize;
        let span = Span::new(start, start + line.len() - 1).unwrap();
        let mut text = span.of(&self.text).unwrap().to_owned();
        let added = supersedes.map(|_| text.len());
        if added.is_some() {
            text = format!("{text} ({})", self.salt);
        }
        let added = added.map(|at| Added {
            at,
            text: text[at..].to_owned(),
            why: AddedWhy::Carried,
        });
        let claim = Claim {
            source: ObjectId::of(self.text.as_bytes()),
            text,
            added: added.into_iter().collect(),
            parts: vec![span],
            statement: vec![],
            cue: None,
            claimant: None,
            manner: Manner::Narration,
            said: None,
            quote: Quote::new(&self.text, span).unwrap(),
            language: "en".into(),
        };
        let claim = object::to_bytes(&claim).unwrap();
        self.salt += 1;
        let body = Body::Claim(ClaimEntry {
            claim: ObjectId::of(&claim),
            source: self.source,
            start: span.start() as u64,
            end: span.end() as u64,
            extractor: None,
            supersedes,
            change: supersedes.map(|_| ClaimChange::Wording),
        });
        let what = if supersedes.is_some() {
            "wording"
        } else {
            "claim"
        };
        let id = self.append(what, &by, body, vec![claim], &[]);
        self.claims.extend(id.map(|id| ClaimId(id.0)));
    }

    fn verdict(&mut self, claim: ClaimId, supersedes: Option<VerdictId>) {
        let by = self.dice.one(&self.reviewers).unwrap();
        let verdict = Verdict {
            summary: "The register says so.".into(),
            rationale: None,
            reason: supersedes.map(|_| "The register was read again.".into()),
            evidence: vec![],
            conflicts: vec![],
            salt: self.next_salt(),
        };
        let verdict = object::to_bytes(&verdict).unwrap();
        let body = Body::Verdict(VerdictEntry {
            claim,
            rating: "true".parse().unwrap(),
            policy: self.ledger.policy().unwrap().0,
            verdict: ObjectId::of(&verdict),
            supersedes,
            change: supersedes.map(|_| VerdictChange::Update),
        });
        let what = if supersedes.is_some() {
            "correction"
        } else {
            "verdict"
        };
        let id = self.append(what, &by, body, vec![verdict], &[]);
        self.verdicts.extend(id.map(|id| VerdictId(id.0)));
    }

    fn note(&mut self) -> Vec<u8> {
        let note = Note {
            text: "So it is.".into(),
            salt: self.next_salt(),
        };
        object::to_bytes(&note).unwrap()
    }

    /// Tries one thing; the ledger may refuse it.
    fn attempt(&mut self, may_taint: bool) {
        let (claim, verdict) = (self.dice.one(&self.claims), self.dice.one(&self.verdicts));
        match (
            self.dice.below(if may_taint { 24 } else { 21 }),
            claim,
            verdict,
        ) {
            (0..4, ..) => self.claim(None),
            (4..6, Some(claim), _) => self.claim(Some(claim)),
            (6..11, Some(claim), _) => self.verdict(claim, None),
            (11..13, _, Some(verdict)) => {
                let record = self.ledger.entry(&verdict.entry()).unwrap();
                let Body::Verdict(older) = record.entry.body() else {
                    panic!("it is a verdict");
                };
                self.verdict(older.claim, Some(verdict));
            }
            (13..18, _, Some(verdict)) => {
                let by = self.dice.one(&self.approvers).unwrap();
                let decision = [Decision::Approve, Decision::Dispute][self.dice.below(4) / 3];
                let body = Body::Approval(Approval {
                    verdict,
                    decision,
                    note: None,
                });
                self.append(decision_word(decision), &by, body, vec![], &[]);
            }
            (18..20, _, Some(verdict)) => {
                let by = self.dice.one(&self.reviewers).unwrap();
                let note = self.note();
                let body = Body::Retraction(Retraction {
                    verdict,
                    note: ObjectId::of(&note),
                });
                self.append("retraction", &by, body, vec![note], &[]);
            }
            (20, ..) => {
                let policy = Policy {
                    approvals: u32::try_from(self.dice.below(3)).unwrap(),
                    ..Policy::default()
                };
                let policy = object::to_bytes(&policy).unwrap();
                let body = Body::Policy(PolicyEntry {
                    policy: ObjectId::of(&policy),
                });
                let root = self.root.clone();
                self.append("policy", &root, body, vec![policy], &[]);
            }
            (21, ..) => {
                let signers = [&self.reviewers[1..], &self.approvers[1..]].concat();
                let key = self.dice.one(&signers).unwrap();
                let size = usize::try_from(self.ledger.tree_head().size).unwrap();
                let from = self.dice.below(size) as u64;
                let reason = RevocationReason::Compromised;
                let key = key.verifier().clone();
                let body = Body::Key(KeyEntry::revoke(key, reason, from));
                let root = self.root.clone();
                self.append("revocation", &root, body, vec![], &[]);
            }
            (22.., ..) => {
                let tainted: Vec<u64> = self.ledger.may_be_tainted().unwrap().into_iter().collect();
                let Some(index) = self.dice.one(&tainted) else {
                    return;
                };
                let note = self.note();
                let body = Body::Reaffirmation(Reaffirmation {
                    entries: vec![self.ledger.entry_at(index).unwrap().entry.id()],
                    note: ObjectId::of(&note),
                });
                let root = self.root.clone();
                self.append("reaffirmation", &root, body, vec![note], &[]);
            }
            _ => {}
        }
    }
}

fn decision_word(decision: Decision) -> &'static str {
    match decision {
        Decision::Approve => "approval",
        Decision::Dispute => "dispute",
    }
}

/// Compares the rows with what a look at every entry gives.
fn compare(ledger: &Ledger) {
    let all: Vec<_> = ledger.survey().map(Result::unwrap).collect();
    assert_eq!(all.len() as u64, ledger.tree_head().size);
    let (mut lines, mut judged, mut live) = (HashMap::new(), HashSet::new(), BTreeSet::new());
    for (index, known) in &all {
        assert_eq!(*known, ledger.facts_at(*index).unwrap());
        match &known.detail {
            Detail::Claim(claim) => drop(lines.insert(*index, claim.line)),
            Detail::Verdict(verdict) if !verdict.has_ended() => {
                judged.insert(lines[&verdict.claim]);
                live.insert(*index);
            }
            _ => {}
        }
    }
    let is_unjudged =
        |claim: &ClaimFacts| claim.superseded_by.is_none() && !judged.contains(&claim.line);
    let unjudged: Vec<_> = all
        .iter()
        .filter(|(_, known)| matches!(&known.detail, Detail::Claim(claim) if is_unjudged(claim)))
        .map(|(index, _)| *index)
        .collect();
    assert_eq!(ledger.unjudged().unwrap(), unjudged);

    let doubtful = ledger.may_be_tainted().unwrap();
    let mut listed = BTreeSet::new();
    for group in ledger.live_groups().unwrap() {
        let verdicts: Vec<u64> = ledger.live_in(&group).map(Result::unwrap).collect();
        assert_eq!(verdicts.len() as u64, group.count, "{group:?}");
        assert!(verdicts.is_sorted());
        let policy: Policy = ledger.object(&group.policy).unwrap();
        for index in verdicts {
            assert!(listed.insert(index), "{index} is in two groups");
            if !doubtful.contains(&index) {
                compare_standing(ledger, index, &group, &policy);
            }
        }
    }
    assert_eq!(listed, live);

    // What is kept in memory says the same.
    let known = ledger.known().unwrap();
    let mut taints = Taints::default();
    for (index, entry) in &all {
        assert_eq!(known.entry(*index), Ok(Some(entry.clone())));
        assert_eq!(known.index_of(&entry.id), Ok(Some(*index)));
        let alone = ledger.standings([*index]).unwrap().pop();
        let together = ledger.standing_by(&known, *index, &mut taints).unwrap();
        assert_eq!(together, alone.map(|(_, standing)| standing));
    }
    for signer in ledger.keys().unwrap() {
        let public = signer.key.public();
        let counted = ledger.chain_of(public).unwrap().len() as u64;
        assert_eq!(ledger.chain_length(public).unwrap(), counted);
    }
    let sources = ledger.source_list().unwrap();
    let records = ledger.sources().unwrap();
    assert_eq!(sources.len(), records.len());
    for (listed, record) in sources.iter().zip(records) {
        assert_eq!(listed.id.entry(), record.entry.id());
    }
}

fn compare_standing(ledger: &Ledger, index: u64, group: &LiveGroup, policy: &Policy) {
    let (_, standing) = ledger.standings([index]).unwrap().pop().unwrap();
    let expected = if group.is_disputed {
        Standing::Disputed
    } else if group.approvals < policy.approvals {
        Standing::Proposed
    } else {
        Standing::Standing
    };
    assert_eq!(standing.standing, expected, "{index} in {group:?}");
    assert_eq!(standing.approvals.len() as u64, u64::from(group.approvals));
}

#[test]
fn the_rows_of_what_waits_are_what_a_look_at_every_entry_gives() {
    let mut taken: BTreeMap<&str, usize> = BTreeMap::new();
    for seed in 0..6 {
        let folder = tempfile::tempdir().unwrap();
        let mut desk = Desk::start(folder.path(), seed);
        for n in 0..TRIES {
            // Half of the ledgers have nothing that is tainted.
            desk.attempt(seed % 2 == 1 && n > TRIES / 3);
            if n % 25 == 0 {
                compare(&desk.ledger);
            }
        }
        compare(&desk.ledger);
        for (what, times) in std::mem::take(&mut desk.taken) {
            *taken.entry(what).or_default() += times;
        }
        desk.ledger.close().unwrap();
        // A database that is built anew has the same rows.
        fs::remove_file(folder.path().join(".factlog/db.stamp")).unwrap();
        let mut options = ledger::options();
        options.log_key = Some(key("desk.example/facts", 2));
        let (ledger, notices) = Ledger::open(&folder.path().join(".factlog"), options).unwrap();
        assert_eq!(notices.len(), 1, "{notices:?}");
        compare(&ledger);
    }
    // Each kind of thing happened, so that the comparison means something.
    for what in [
        "claim",
        "wording",
        "verdict",
        "correction",
        "approval",
        "dispute",
        "retraction",
        "policy",
        "revocation",
        "reaffirmation",
    ] {
        assert!(
            taken.get(what).is_some_and(|times| *times >= 3),
            "{what}: {taken:?}"
        );
    }
}
