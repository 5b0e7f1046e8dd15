//! Rows are read as they were written and in no other way, and say what facts in memory say.

use std::collections::BTreeMap;
use std::convert::Infallible;

use super::*;
use crate::audit::facts::{
    ApprovalFacts, ClaimFacts, Detail, EntryFacts, SourceFacts, TextFacts, VerdictFacts,
};
use crate::audit::fixture::{Ledger, key};
use crate::audit::memory::MemoryFacts;
use crate::audit::replay::{Effect, Replay, record};
use crate::entry::{Decision, Kind};
use crate::trust::merkle::Tree;
use crate::words::policy::Policy;
use crate::words::source::Rights;

impl Rows for BTreeMap<Vec<u8>, Vec<u8>> {
    type Error = Infallible;

    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Infallible> {
        Ok(BTreeMap::get(self, key).cloned())
    }

    fn put(&mut self, key: Vec<u8>, value: Vec<u8>) -> Result<(), Infallible> {
        self.insert(key, value);
        Ok(())
    }
}

type Memory = RowFacts<BTreeMap<Vec<u8>, Vec<u8>>>;

#[test]
fn rows_say_what_memory_says() {
    let (ledger, _) = Ledger::sample();
    let (mut rows, mut memory) = (Memory::default(), MemoryFacts::new());
    let (mut replay, mut tree) = (Replay::new(), Tree::new());
    for (index, entry) in (0..).zip(&ledger.entries) {
        let findings = replay
            .examine(entry.clone(), index, &rows, &ledger.objects, &tree)
            .expect("rows can be read");
        assert_eq!(findings, []);
        record(entry, index, &mut rows, Effect::Full).expect("rows can be kept");
        record(entry, index, &mut memory, Effect::Full).expect("memory can be written");
        tree.push(entry.id().into());
        for (at, entry) in (0..=index).zip(&ledger.entries) {
            let kept = rows.entry(at).expect("rows").expect("an entry");
            assert_eq!(Some(&kept), memory.entry(at).expect("memory").as_ref());
            assert_eq!(rows.index_of(&entry.id()).expect("rows"), Some(at));
            assert_eq!(memory.index_of(&entry.id()), Ok(Some(at)));
            for object in entry.objects() {
                let known = rows.object(&object).expect("rows");
                assert_eq!(Ok(known), memory.object(&object));
            }
            for name in ["root", "log", "alice", "bob", "mallory"] {
                let key = key(name);
                let public = key.verifier().public();
                assert_eq!(
                    rows.signer(public).expect("rows"),
                    memory.signer(public).expect("memory")
                );
                assert_eq!(Ok(rows.chain(public).expect("rows")), memory.chain(public));
                let (name, id) = (key.name(), key.verifier().id());
                assert_eq!(
                    Ok(rows.named(name, id).expect("rows")),
                    memory.named(name, id)
                );
                let latest = rows.latest_verdict(at, public).expect("rows");
                assert_eq!(Ok(latest), memory.latest_verdict(at, public));
            }
        }
        assert_eq!(
            rows.ledger().expect("rows"),
            memory.ledger().expect("memory")
        );
    }
    let longest = rows.0.values().map(Vec::len).max();
    assert!(longest.is_some_and(|longest| longest <= MAX_ROW_BYTES));
}

#[test]
fn a_row_is_read_in_no_other_way() {
    let (ledger, _) = Ledger::sample();
    let mut rows = Memory::default();
    for (index, entry) in (0..).zip(&ledger.entries) {
        record(entry, index, &mut rows, Effect::Full).expect("rows can be kept");
    }
    for (key, value) in &rows.0 {
        let again = |bytes: &[u8]| -> Result<Vec<u8>, RowError> {
            Ok(match key[0] {
                b'L' => LedgerFacts::parse(bytes)?.to_bytes(),
                b'S' => SignerFacts::parse(bytes)?.to_bytes(),
                b'H' => ChainEnd::parse(bytes)?.to_bytes(),
                b'E' => EntryFacts::parse(bytes)?.to_bytes(),
                b'O' => ObjectFacts::parse(bytes)?.to_bytes(),
                b'N' => bytes::parse_public(bytes)?.as_bytes().to_vec(),
                _ => bytes::parse_index(bytes)?.to_be_bytes().to_vec(),
            })
        };
        assert_eq!(again(value).as_ref(), Ok(value));
        for end in 0..value.len() {
            assert!(again(&value[..end]).is_err(), "{key:?} cut at {end}");
        }
        assert_eq!(
            again(&[value.as_slice(), b"\0"].concat()),
            Err(RowError::Trailing(1))
        );
        // Whatever bytes are read, they are those that are written for what was read.
        for bit in (0..value.len() * 8).step_by(3) {
            let mut changed = value.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            if let Ok(written) = again(&changed) {
                assert_eq!(written, changed, "{key:?} bit {bit}");
            }
        }
    }
}

#[test]
fn every_kind_of_entry_is_read_as_written() {
    let text = TextFacts {
        id: ObjectId([7; 32]),
        bytes: 12,
    };
    let mut details = vec![
        Detail::Claim(ClaimFacts {
            source: 3,
            line: 4,
            superseded_by: Some(9),
        }),
        Detail::Verdict(VerdictFacts {
            claim: 5,
            rating: "false".parse().expect("a code"),
            policy: ObjectId([8; 32]),
            supersedes: None,
            superseded_by: Some(10),
            retracted_by: None,
            last_decision: Some(11),
        }),
    ];
    for rights in [Rights::Public, Rights::Quoted, Rights::Withheld] {
        for text in [None, Some(text)] {
            details.push(Detail::Source(SourceFacts { text, rights }));
        }
    }
    for decision in [Decision::Approve, Decision::Dispute] {
        for previous in [None, Some(6)] {
            details.push(Detail::Approval(ApprovalFacts { decision, previous }));
        }
    }
    // Of every kind there may be one that refers to nothing.
    details.extend(Kind::ALL.iter().map(|kind| Detail::Other(*kind)));
    for detail in details {
        let entry = EntryFacts {
            id: EntryId([1; 32]),
            author: key("alice").verifier().public().clone(),
            n: 2,
            previous: Some(1),
            reaffirmed_by: None,
            is_void: false,
            carried: None,
            detail,
        };
        let row = entry.to_bytes();
        assert_eq!(EntryFacts::parse(&row).as_ref(), Ok(&entry));
        for wrong in 1..=u8::MAX {
            let mut changed = row.clone();
            changed[32 + 32 + 8 + 9 + 1 + 1 + 1 + 1] ^= wrong;
            assert_ne!(EntryFacts::parse(&changed).as_ref(), Ok(&entry));
        }
    }
}

#[test]
fn a_damaged_row_is_no_absent_one() {
    let mut rows = Memory::default();
    rows.0.insert(b"L".to_vec(), vec![1, 2, 3]);
    assert!(matches!(rows.ledger(), Err(RowFactsError::Damaged { .. })));
}

#[test]
fn a_row_of_the_ledger_is_shorter_than_its_genesis() {
    let roots = ["a", "b", "c", "d", "e", "f", "g"];
    let ledger = Ledger::begin(&roots, 7, &Policy::default());
    let kept = ledger.facts.ledger().expect("memory").expect("a ledger");
    let row = kept.to_bytes();
    assert!(row.len() < ledger.entries[0].bytes().len());
    assert_eq!(LedgerFacts::parse(&row).as_ref(), Ok(&*kept));
    let entry = ledger.facts.entry(0).expect("memory").expect("an entry");
    assert!(matches!(entry.detail, Detail::Other(_)));
}
