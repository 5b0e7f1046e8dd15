//! The audit of a whole log: nothing changed goes unseen, and the right thing is named.

use std::collections::{BTreeMap, BTreeSet};

use super::super::fixture::{Ledger, key, sign};
use super::super::prepare::prepare;
use super::*;
use crate::entry::{Body, Role};
use crate::words::policy::Policy;

/// A log as bytes, to be tampered with.
#[derive(Clone)]
struct Log {
    entries: Vec<Vec<u8>>,
    objects: BTreeMap<ObjectId, Vec<u8>>,
    head: Vec<u8>,
    checkpoints: Vec<Vec<u8>>,
}

impl Log {
    fn of(ledger: &Ledger) -> Self {
        Self {
            entries: ledger
                .entries
                .iter()
                .map(|entry| entry.bytes().to_vec())
                .collect(),
            objects: ledger.objects.clone(),
            head: ledger.checkpoint(),
            checkpoints: vec![],
        }
    }

    fn sample() -> Self {
        Self::of(&Ledger::sample().0)
    }

    fn audit(&self) -> Report {
        let checkpoint = |(at, bytes): (usize, &Vec<u8>)| StoredCheckpoint {
            bytes: bytes.clone(),
            file: format!("checkpoints/{at}"),
        };
        let input = Input {
            entries: self.entries.iter().map(|bytes| StoredEntry {
                bytes: Ok(bytes.clone()),
                file: None,
            }),
            objects: &self.objects,
            present: self.objects.keys().map(|id| PresentObject {
                id: *id,
                file: None,
            }),
            withheld: vec![],
            is_unfinished: false,
            head: Some(StoredCheckpoint {
                bytes: self.head.clone(),
                file: "head".into(),
            }),
            checkpoints: self
                .checkpoints
                .iter()
                .enumerate()
                .map(checkpoint)
                .collect(),
            ledger: None,
            policy: None,
        };
        audit(input, |_| {})
    }
}

/// The bare log: no head, and nothing beside its entries and their objects.
fn bare<E: Iterator<Item = Vec<u8>>>(
    entries: E,
    objects: &BTreeMap<ObjectId, Vec<u8>>,
) -> Input<
    impl Iterator<Item = StoredEntry> + use<'_, E>,
    &BTreeMap<ObjectId, Vec<u8>>,
    std::iter::Empty<PresentObject>,
> {
    Input {
        entries: entries.map(|bytes| StoredEntry {
            bytes: Ok(bytes),
            file: None,
        }),
        objects,
        present: std::iter::empty(),
        withheld: vec![],
        is_unfinished: false,
        head: None,
        checkpoints: vec![],
        ledger: None,
        policy: None,
    }
}

/// Returns the findings that stand for themselves.
fn independent(report: &Report) -> Vec<(Code, Option<u64>)> {
    let alone = report
        .findings
        .iter()
        .filter(|finding| finding.follows.is_none());
    alone.map(|finding| (finding.code, finding.entry)).collect()
}

#[test]
fn a_good_log_has_no_finding() {
    let mut log = Log::sample();
    log.checkpoints = vec![log.head.clone()];
    let report = log.audit();
    assert!(report.findings.is_empty(), "{:#?}", report.findings);
    assert_eq!(report.worst(), None);
    let closing = report.closing();
    assert!(
        closing.starts_with(
            "10 entries, 12 objects, 4 signers: no fault found. Not shown: whether any claim is true"
        ),
        "{closing}"
    );
    let counts: Vec<(Topic, u64)> = report
        .checks
        .iter()
        .map(|check| (check.topic, check.count))
        .collect();
    assert_eq!(counts[..2], [(Topic::Entries, 10), (Topic::Signatures, 12)]);
    assert!(
        report.checks[0]
            .to_string()
            .ends_with("of this ledger: no fault")
    );
}

#[test]
fn a_void_verdict_has_no_standing() {
    let (mut ledger, sample) = Ledger::sample();
    let before = Log::of(&ledger).audit().standings;
    let object = ledger.verdict_object(None);
    let draft = ledger.verdict("mallory", sample.claim, "true", &object);
    ledger.force(sign(&draft, &["mallory"]), Effect::None);
    let report = Log::of(&ledger).audit();
    let at = ledger.tree.size() - 1;
    assert_eq!(independent(&report), [(Code::KeyUnknown, Some(at))]);
    assert_eq!(report.standings, before);
}

#[test]
fn a_copy_takes_nothing_from_the_entry_that_it_is_a_copy_of() {
    let (mut ledger, sample) = Ledger::sample();
    let verdict = ledger.add_verdict("alice", sample.claim, "true", sample.charter);
    let copied = ledger.entries[ledger.entries.len() - 1].clone();
    ledger.force(copied, Effect::None);
    let draft = ledger.retraction("alice", verdict);
    ledger.append_draft(&draft, &["alice"]);
    let report = Log::of(&ledger).audit();
    let at = ledger.tree.size() - 2;
    let found = independent(&report);
    assert!(found.contains(&(Code::ChainFork, Some(at))), "{found:?}");
    assert!(
        found.iter().all(|(_, entry)| *entry == Some(at)),
        "{found:?}"
    );
    let standings = report.standings;
    assert_eq!(
        (standings.standing, standings.retracted),
        (1, 2),
        "{standings:?}"
    );
}

/// Of all the bits of a log, one in this many is tried with an audit of the whole log; every bit is
/// tried on what the audit does with the entry or object alone.
const WHOLE: usize = 131;

#[test]
fn every_bit_of_every_entry_is_seen_and_its_entry_named() {
    let log = Log::sample();
    let roots = [key("root").verifier().clone()];
    let mut tried = 0;
    for (index, bytes) in log.entries.iter().enumerate() {
        for bit in 0..bytes.len() * 8 {
            let mut changed = bytes.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            let unseen = Entry::parse(&changed).is_ok_and(|entry| entry.verify(&roots).is_ok());
            assert!(!unseen, "entry {index}, bit {bit}");
            tried += 1;
            if tried % WHOLE == 0 {
                let mut tampered = log.clone();
                tampered.entries[index] = changed;
                let alone = independent(&tampered.audit());
                let named = alone.iter().all(|(_, entry)| *entry == Some(index as u64));
                assert!(
                    !alone.is_empty() && named,
                    "entry {index}, bit {bit}: {alone:?}"
                );
            }
        }
    }
}

#[test]
fn every_bit_of_every_object_is_seen_and_the_object_named() {
    let mut log = Log::sample();
    let mut tried = 0;
    for (id, bytes) in log.objects.clone() {
        let entries = log
            .entries
            .iter()
            .filter_map(|bytes| Entry::parse(bytes).ok());
        let mut of = entries.filter(|entry| entry.objects().contains(&id));
        let entry = of.next().expect("an entry speaks of it");
        for bit in 0..bytes.len() * 8 {
            let mut changed = bytes.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            log.objects.insert(id, changed);
            tried += 1;
            let findings = if tried % WHOLE == 0 {
                log.audit().findings
            } else {
                prepare(entry.clone(), &log.objects, &Texts::default()).findings
            };
            let faults = findings
                .iter()
                .filter(|finding| finding.severity == Severity::Fault);
            let about: BTreeSet<_> = faults.map(|fault| (fault.code, fault.object)).collect();
            assert_eq!(
                about,
                BTreeSet::from([(Code::ObjectHash, Some(id))]),
                "{id}, bit {bit}"
            );
        }
        log.objects.insert(id, bytes);
    }
}

#[test]
fn every_bit_of_the_head_and_of_a_checkpoint_is_seen() {
    let log = Log::of(&Ledger::begin(&["root"], 1, &Policy::default()));
    for bit in 0..log.head.len() * 8 {
        let mut tampered = log.clone();
        tampered.head[bit / 8] ^= 1 << (bit % 8);
        tampered.checkpoints = vec![tampered.head.clone()];
        let report = tampered.audit();
        let files: BTreeSet<_> = report
            .findings
            .iter()
            .filter_map(|f| f.file.clone())
            .collect();
        let expected = BTreeSet::from(["checkpoints/0".to_owned(), "head".to_owned()]);
        assert_eq!(files, expected, "bit {bit}");
    }
}

#[test]
fn entries_that_are_dropped_doubled_or_swapped_are_seen() {
    let log = Log::sample();
    for index in 0..log.entries.len() {
        let mut dropped = log.clone();
        dropped.entries.remove(index);
        assert_eq!(
            dropped.audit().worst(),
            Some(Severity::Fault),
            "dropped {index}"
        );
        let mut doubled = log.clone();
        doubled.entries.insert(index, log.entries[index].clone());
        assert_eq!(
            doubled.audit().worst(),
            Some(Severity::Fault),
            "doubled {index}"
        );
        for other in index + 1..log.entries.len() {
            let mut swapped = log.clone();
            swapped.entries.swap(index, other);
            assert_eq!(
                swapped.audit().worst(),
                Some(Severity::Fault),
                "swapped {index} {other}"
            );
        }
    }
}

#[test]
fn what_is_lost_is_named() {
    let log = Log::sample();
    for id in log.objects.keys() {
        let mut lost = log.clone();
        lost.objects.remove(id);
        let report = lost.audit();
        let faults = report
            .findings
            .iter()
            .filter(|f| f.severity == Severity::Fault);
        let faults: BTreeSet<_> = faults.map(|f| (f.code, f.object)).collect();
        assert_eq!(faults, BTreeSet::from([(Code::ObjectMissing, Some(*id))]));
    }
    let mut stray = log.clone();
    stray
        .objects
        .insert(ObjectId::of(b"stray"), b"stray".to_vec());
    assert_eq!(
        independent(&stray.audit()),
        [(Code::ObjectUnreferenced, None)]
    );
}

#[test]
fn a_head_that_is_behind_ahead_or_another_ledgers_is_seen() {
    let log = Log::sample();
    let (ledger, _) = Ledger::sample();
    let other = Ledger::begin(&["root"], 1, &Policy::default());
    let mut behind = log.clone();
    behind.head = other.checkpoint();
    assert_eq!(independent(&behind.audit()), [(Code::HeadSize, None)]);
    let mut ahead = log.clone();
    ahead.entries.pop();
    ahead.objects.retain(|id, _| {
        ledger.entries[..9]
            .iter()
            .any(|entry| entry.objects().contains(id))
    });
    assert_eq!(independent(&ahead.audit()), [(Code::CheckpointSize, None)]);
    let mut forked = log.clone();
    let (mut fork, _) = Ledger::sample();
    fork.entries.pop();
    fork.tree = Tree::new();
    for entry in &fork.entries {
        fork.tree.push(entry.id().into());
    }
    let draft = fork.source("bob", "Another history.\n");
    fork.force(sign(&draft, &["bob"]), Effect::Full);
    forked.head = fork.checkpoint();
    forked.checkpoints = vec![fork.checkpoint()];
    assert_eq!(
        independent(&forked.audit()),
        [(Code::CheckpointRoot, None), (Code::HeadRoot, None)]
    );
}

#[test]
fn another_ledger_than_the_one_asked_for_is_seen() {
    let log = Log::sample();
    let input = Input {
        ledger: Some(EntryId([1; 32])),
        ..bare(log.entries.iter().cloned(), &log.objects)
    };
    let report = audit(input, |_| {});
    assert_eq!(
        independent(&report),
        [(Code::GenesisOther, Some(0)), (Code::HeadMissing, None)]
    );
}

#[test]
fn nothing_at_all_is_a_fault() {
    let mut log = Log::sample();
    log.entries.clear();
    log.objects.clear();
    assert_eq!(log.audit().worst(), Some(Severity::Fault));
}

#[test]
fn faults_past_a_damaged_entry_still_stand_for_themselves() {
    let (mut ledger, _) = Ledger::sample();
    for round in 0..40 {
        ledger.add_source("alice", &format!("Source {round}.\n"));
    }
    let draft = ledger.source("mallory", "Forced in.\n");
    ledger.force(sign(&draft, &["mallory"]), Effect::None);
    let mut draft = ledger.source("bob", "Backdated.\n");
    draft.header.at = "2026-11-22T10:00:01Z".parse().expect("a time");
    ledger.force(sign(&draft, &["bob"]), Effect::Full);
    let mut log = Log::of(&ledger);
    assert_eq!(
        independent(&log.audit()),
        [(Code::KeyUnknown, Some(50)), (Code::AtEarlier, Some(51))]
    );
    log.entries[6] = b"rubbish".to_vec();
    let report = log.audit();
    let alone = independent(&report);
    assert_eq!(
        alone,
        [(Code::EntryDamaged, Some(6)), (Code::AtEarlier, Some(51))],
        "{report:#?}"
    );
    let stranger = report
        .findings
        .iter()
        .find(|finding| finding.code == Code::KeyUnknown);
    assert_eq!(stranger.and_then(|finding| finding.follows), Some(6));
    let unlisted: Vec<_> = report
        .unlisted
        .iter()
        .map(|unlisted| unlisted.code)
        .collect();
    assert_eq!(unlisted, [Code::AfterRoot]);
}

#[test]
fn an_unsigned_entry_leaves_its_pretended_authors_chain_alone() {
    let (mut ledger, _) = Ledger::sample();
    let mut draft = ledger.source("alice", "Forged.\n");
    draft.header.chain.n = 40;
    let honest = sign(&draft, &["alice"]);
    let forged = String::from_utf8(honest.bytes().to_vec()).expect("text");
    let forged = forged.replace("text/plain", "text/other");
    ledger.tree.push(LeafHash::of(forged.as_bytes()));
    let mut log = Log::of(&ledger);
    log.entries.push(forged.into_bytes());
    let next = ledger.source("alice", "Honest.\n");
    log.entries.push(sign(&next, &["alice"]).bytes().to_vec());
    log.objects = ledger.objects.clone();
    let report = log.audit();
    let about_last = report
        .findings
        .iter()
        .filter(|finding| finding.entry == Some(11));
    assert_eq!(about_last.count(), 0, "{:#?}", report.findings);
}

#[test]
fn a_void_entry_has_no_effect() {
    let (mut ledger, _) = Ledger::sample();
    let draft = ledger.key_entry("carol", &[Role::Reviewer]);
    let by_alice = ledger.draft("alice", draft.body);
    ledger.force(sign(&by_alice, &["alice", "carol"]), Effect::None);
    let draft = ledger.source("carol", "By a key that alice let in.\n");
    ledger.force(sign(&draft, &["carol"]), Effect::None);
    let report = Log::of(&ledger).audit();
    let codes: Vec<_> = report
        .findings
        .iter()
        .map(|f| (f.code, f.entry, f.follows))
        .collect();
    assert_eq!(
        codes,
        [
            (Code::KeyNotEntitled, Some(10), None),
            (Code::KeyUnknown, Some(11), Some(10)),
        ]
    );
    assert!(matches!(ledger.entries[10].body(), Body::Key(_)));
    assert_eq!(key("carol").name().as_str(), "desk.example/carol");
}

#[test]
fn reports_serialise_with_stable_codes() {
    let mut log = Log::sample();
    log.entries[3][0] ^= 1;
    let json = serde_json::to_value(log.audit()).expect("JSON");
    let first = &json["findings"][0];
    assert_eq!(first["code"], "entry-damaged");
    assert_eq!(first["severity"], "fault");
    assert_eq!(first["entry"], 3);
    assert!(json["head"]["root"].is_string());
}

#[test]
fn a_log_without_end_of_what_is_no_entry_is_given_up() {
    let log = Log::sample();
    let good = log.entries.iter().cloned();
    let input = bare(good.chain(std::iter::repeat(vec![0; 9])), &log.objects);
    let report = audit(input, |_| {});
    let last = report.findings.iter().rfind(|found| found.entry.is_some());
    let last = last.expect("something is wrong");
    assert_eq!(last.code, Code::EntryUnreadable);
    assert_eq!(last.entry, Some(report.head.size));
}

#[test]
fn many_sources_of_the_same_bytes_are_each_compared() {
    let (mut ledger, _) = Ledger::sample();
    let mut wrong = Vec::new();
    let text = "Some bytes that several sources keep.";
    ledger.add_source("alice", text);
    for change in 0..2 {
        let mut draft = ledger.source("alice", text);
        let Body::Source(source) = &mut draft.body else {
            panic!("a source was drafted");
        };
        let kept = source.text.as_mut().expect("it keeps a text");
        if change == 0 {
            kept.bytes += 1;
        } else {
            kept.sha256 = crate::words::id::Sha256Hash::of(b"other bytes");
        }
        wrong.push(ledger.entries.len() as u64);
        ledger.force(sign(&draft, &["alice"]), Effect::Full);
    }
    let report = Log::of(&ledger).audit();
    let expected = [Code::KeptLength, Code::KeptSha256];
    let expected: Vec<_> = expected
        .into_iter()
        .zip(wrong.into_iter().map(Some))
        .collect();
    assert_eq!(independent(&report), expected);
}
