//! The audit of what is not simply there: unreadable, erased, withheld, or under a name that is taken.

use std::collections::BTreeMap;

use super::super::fixture::{Ledger, key, sign};
use super::*;
use crate::audit::objects::ObjectState;
use crate::entry::{Body, KeyEntry, Role};
use crate::trust::checkpoint::Checkpoint;
use crate::trust::key::SigningKey;
use crate::trust::note::SignedNote;

/// Objects, some of them in another state than present.
struct Partly<'o> {
    objects: &'o BTreeMap<ObjectId, Vec<u8>>,
    other: BTreeMap<ObjectId, ObjectState>,
}

impl Objects for Partly<'_> {
    fn object(&self, id: &ObjectId) -> ObjectState {
        match self.other.get(id) {
            Some(state) => state.clone(),
            None => self.objects.object(id),
        }
    }
}

/// What of a ledger is other than it was left.
#[derive(Default)]
struct Changed {
    /// Entries that can't be read.
    unreadable: Vec<usize>,
    /// Objects in another state.
    objects: BTreeMap<ObjectId, ObjectState>,
    /// The head's bytes.
    head: Option<Vec<u8>>,
    /// Checkpoints that were kept.
    checkpoints: Vec<Vec<u8>>,
}

impl Changed {
    /// Audits a ledger; returns the findings that stand for themselves, and how the audit ended.
    fn audit(self, ledger: &Ledger) -> (Vec<(Code, Option<u64>)>, Report) {
        let stored = |bytes: Vec<u8>| StoredCheckpoint {
            bytes,
            file: "checkpoint".into(),
        };
        let entries = ledger.entries.iter().enumerate();
        let report = audit(
            Input {
                entries: entries.map(|(index, entry)| StoredEntry {
                    bytes: if self.unreadable.contains(&index) {
                        Err("a worn-out disk".to_owned())
                    } else {
                        Ok(entry.bytes().to_vec())
                    },
                    file: Some("journal".into()),
                }),
                objects: Partly {
                    objects: &ledger.objects,
                    other: self.objects,
                },
                present: ledger.objects.keys().map(|id| PresentObject {
                    id: *id,
                    file: None,
                }),
                withheld: vec![],
                is_unfinished: false,
                head: Some(stored(self.head.unwrap_or_else(|| ledger.checkpoint()))),
                checkpoints: self.checkpoints.into_iter().map(stored).collect(),
                ledger: None,
                policy: None,
            },
            |_| {},
        );
        let alone = report.findings.iter().filter(|f| f.follows.is_none());
        let alone = alone.map(|f| (f.code, f.entry)).collect();
        (alone, report)
    }
}

#[test]
fn an_entry_that_cannot_be_read_is_named_with_the_reason() {
    let (ledger, _) = Ledger::sample();
    let changed = Changed {
        unreadable: vec![4],
        ..Changed::default()
    };
    let (alone, report) = changed.audit(&ledger);
    assert_eq!(alone, [(Code::EntryUnreadable, Some(4))]);
    let finding = report.findings.iter().find(|f| f.entry == Some(4));
    let message = &finding.expect("a finding").message;
    assert!(message.contains("a worn-out disk"), "{message}");
    assert_eq!(report.worst(), Some(Severity::Fault));
}

#[test]
fn objects_in_every_state_have_their_codes() {
    let (ledger, sample) = Ledger::sample();
    let index = |id: EntryId| ledger.entries.iter().position(|entry| entry.id() == id);
    let at = index(sample.first.entry()).expect("the verdict");
    let id = ledger.entries[at].objects()[0];
    let at = Some(at as u64);
    for (state, expected, worst) in [
        (
            ObjectState::Missing,
            vec![(Code::ObjectMissing, at)],
            Severity::Fault,
        ),
        (
            ObjectState::Unreadable("a worn-out disk".into()),
            vec![(Code::ObjectUnreadable, at)],
            Severity::Fault,
        ),
        // No source is withheld that the verdict could quote.
        (
            ObjectState::Withheld,
            vec![(Code::WithheldUnexpected, at)],
            Severity::Incomplete,
        ),
        // No copy could have withheld it.
        (
            ObjectState::Unrestored,
            vec![(Code::ObjectMissing, at)],
            Severity::Fault,
        ),
        // Whoever hands it out says that it was erased; no entry did.
        (
            ObjectState::Erased,
            vec![(Code::ObjectMissing, at)],
            Severity::Fault,
        ),
    ] {
        let changed = Changed {
            objects: [(id, state.clone())].into(),
            ..Changed::default()
        };
        let (alone, report) = changed.audit(&ledger);
        assert_eq!(alone, expected, "{state:?}");
        assert_eq!(report.worst(), Some(worst), "{state:?}");
    }
}

#[test]
fn checkpoints_that_are_not_the_logs_have_their_codes() {
    let (ledger, _) = Ledger::sample();
    let head = ledger.tree.head();
    let other = SigningKey::from_seed("other.example/log".parse().expect("a name"), &[9; 32]);
    let checkpoint = Checkpoint {
        origin: other.name().clone(),
        head,
    };
    // By another key under another name, and text of another origin under the log's own signature.
    let strange = checkpoint.sign(&other).expect("a checkpoint");
    let log = key("log");
    let text = String::from_utf8(ledger.checkpoint()).expect("text");
    let text = text.split_once("\n\n").expect("a note").0.to_owned() + "\n";
    let elsewhere = text.replacen(log.name().as_str(), "other.example/facts", 1);
    let elsewhere = SignedNote::sign(&elsewhere, &[&log]).expect("a note");
    for (bytes, expected) in [
        (strange.bytes().to_vec(), Code::CheckpointDamaged),
        (b"not a note\n".to_vec(), Code::CheckpointDamaged),
        (elsewhere.bytes().to_vec(), Code::CheckpointOrigin),
    ] {
        let kept = Changed {
            checkpoints: vec![bytes.clone()],
            ..Changed::default()
        };
        assert_eq!(kept.audit(&ledger).0, [(expected, None)]);
        let as_head = Changed {
            head: Some(bytes),
            ..Changed::default()
        };
        assert_eq!(as_head.audit(&ledger).0, [(expected, None)]);
    }
}

#[test]
fn without_a_genesis_no_checkpoint_can_be_checked() {
    let (ledger, _) = Ledger::sample();
    let changed = Changed {
        unreadable: vec![0],
        ..Changed::default()
    };
    let report = changed.audit(&ledger).1;
    let found = report.findings.iter().map(|f| f.code);
    assert!(
        found.clone().any(|code| code == Code::CheckpointUnchecked),
        "{:?}",
        found.collect::<Vec<_>>()
    );
}

#[test]
fn a_name_and_key_id_that_two_keys_share_serve_the_first() {
    let (mut ledger, _) = Ledger::sample();
    // Two keys whose ids collide under this name, found by trying.
    let twin = |n: u64| {
        let mut seed = [0; 32];
        seed[..8].copy_from_slice(&n.to_le_bytes());
        SigningKey::from_seed("desk.example/twin".parse().expect("a name"), &seed)
    };
    let (first, second) = (twin(47_591), twin(59_077));
    assert_eq!(first.verifier().id(), second.verifier().id());
    assert_ne!(first.verifier(), second.verifier());
    for (twin, expected) in [(&first, vec![]), (&second, vec![Code::KeyIdTaken])] {
        let body = Body::Key(KeyEntry::add(twin.verifier().clone(), vec![Role::Reviewer]));
        let root = key("root");
        let entry = ledger.draft("root", body).sign(&[&root, twin]);
        let entry = entry.expect("an entry");
        let found = ledger.examine(entry.clone());
        let codes: Vec<Code> = found.iter().map(|finding| finding.code).collect();
        assert_eq!(codes, expected);
        if codes.is_empty() {
            ledger.append(entry);
        }
    }
    let draft = ledger.source("alice", "As before.\n");
    assert!(ledger.examine(sign(&draft, &["alice"])).is_empty());
}
