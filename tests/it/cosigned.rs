//! Cosigned checkpoints in a ledger: kept, found again whatever happens to the database, published.

use std::fs;

use factlog::ledger::{self, KeepError, Ledger};
use factlog::mirror::{self, Folder};
use factlog::trust::cosignature::{Cosignature, WitnessKey, WitnessSigningKey};
use factlog::trust::{Checkpoint, KeyName, RootHash, SignedNote, SigningKey, TreeHead};

use crate::desk::{Desk, verdict};

const TIME: u64 = 1_795_341_600;

/// A test witness, from a seed that anyone can guess.
fn witness(name: &str, seed: u8) -> WitnessSigningKey {
    WitnessSigningKey::from_seed(KeyName::new(name).unwrap(), &[seed; 32])
}

fn open(desk: &Desk) -> Ledger {
    Ledger::open(&desk.ledger(), ledger::options()).unwrap().0
}

fn head(ledger: &Ledger) -> SignedNote {
    SignedNote::parse(ledger.checkpoint()).unwrap()
}

fn cosigned(ledger: &Ledger, witness: &WitnessSigningKey, time: u64) -> (WitnessKey, Cosignature) {
    let log = ledger.ledger_facts().unwrap().log;
    let head = head(ledger);
    let verified = head.verify(&[&log]).unwrap();
    let cosignature = witness.cosign(&verified, time).unwrap();
    (witness.witness().clone(), cosignature)
}

/// Keeps a witness's cosignature of the last checkpoint; returns it with all that are kept.
fn keep(ledger: &mut Ledger, witness: &WitnessSigningKey, time: u64) -> SignedNote {
    let given = cosigned(ledger, witness, time);
    let head = head(ledger);
    ledger.keep_cosigned(&head, &[given]).unwrap()
}

fn sizes(ledger: &Ledger) -> Vec<u64> {
    ledger.cosigned_sizes().map(Result::unwrap).collect()
}

#[test]
fn what_is_kept_is_found_again_with_and_without_the_database() {
    let desk = Desk::new();
    let [one, two] = [witness("w.example/1", 1), witness("w.example/2", 2)];
    let mut ledger = open(&desk);
    let first = ledger.tree_head().size;
    assert_eq!(sizes(&ledger), [] as [u64; 0]);
    assert_eq!(keep(&mut ledger, &one, TIME).signatures().len(), 2);
    assert_eq!(keep(&mut ledger, &two, TIME).signatures().len(), 3);
    // The newer line of a witness takes the older one's place.
    let kept = keep(&mut ledger, &one, TIME + 5);
    assert_eq!(kept.signatures().len(), 3);
    assert_eq!(one.witness().verify(&kept).unwrap().time(), TIME + 5);
    assert_eq!(two.witness().verify(&kept).unwrap().time(), TIME);
    let length = fs::metadata(desk.ledger().join("journal")).unwrap().len();
    // The same again is not written again.
    keep(&mut ledger, &one, TIME + 5);
    let again = fs::metadata(desk.ledger().join("journal")).unwrap().len();
    assert_eq!(again, length);
    ledger.close().unwrap();

    // Entries follow, and another checkpoint.
    desk.done(&verdict("1"));
    let mut ledger = open(&desk);
    let second = ledger.tree_head().size;
    keep(&mut ledger, &two, TIME + 9);
    assert_eq!(sizes(&ledger), [first, second]);
    ledger.close().unwrap();
    let proof = open(&desk).prove_growth(first, second).unwrap();
    let before = TreeHead {
        root: open(&desk).root_at(first).unwrap(),
        size: first,
    };
    proof.verify(&before, &open(&desk).tree_head()).unwrap();

    for _ in 0..2 {
        let ledger = open(&desk);
        assert_eq!(sizes(&ledger), [first, second]);
        assert_eq!(ledger.cosigned(first).unwrap().unwrap(), kept);
        assert_eq!(ledger.cosigned(first + 1).unwrap(), None);
        ledger.close().unwrap();
        fs::remove_dir_all(desk.ledger().join("db")).unwrap();
    }
    desk.done(&["verify"]);
    // Behind the last cosigned checkpoint the ledger goes on as before.
    desk.done(&verdict("2"));
    assert_eq!(sizes(&open(&desk)), [first, second]);
    desk.done(&["verify"]);
}

#[test]
fn what_is_not_of_this_ledger_is_not_kept() {
    let desk = Desk::new();
    let mut ledger = open(&desk);
    let one = witness("w.example/1", 1);
    let given = cosigned(&ledger, &one, TIME);
    let size = ledger.tree_head().size;
    let journal = fs::read(desk.ledger().join("journal")).unwrap();
    let strange = SigningKey::from_seed(KeyName::new("desk.example/facts").unwrap(), &[7; 32]);
    let root = RootHash([1; 32]);
    let origin = strange.name().clone();
    let head_there = TreeHead { root, size };
    let other = Checkpoint {
        origin,
        head: head_there,
    };
    let other = other.sign(&strange).unwrap();
    let refused = ledger.keep_cosigned(&other, std::slice::from_ref(&given));
    assert!(matches!(refused, Err(KeepError::Log(_))), "{refused:?}");
    // A cosignature of another checkpoint than this one.
    ledger.close().unwrap();
    desk.done(&verdict("1"));
    let mut ledger = open(&desk);
    let now = head(&ledger);
    let refused = ledger.keep_cosigned(&now, &[given]);
    assert!(
        matches!(refused, Err(KeepError::Cosignature(_))),
        "{refused:?}"
    );
    // More than a frame holds.
    let many: Vec<_> = (0..60)
        .map(|n| cosigned(&ledger, &witness(&format!("{n:0>250}"), n), TIME))
        .collect();
    let refused = ledger.keep_cosigned(&now, &many);
    assert!(matches!(refused, Err(KeepError::Ledger(_))), "{refused:?}");
    let after = fs::read(desk.ledger().join("journal")).unwrap();
    assert!(after.starts_with(&journal));
    assert_eq!(sizes(&ledger), [] as [u64; 0]);
}

#[test]
fn a_copy_has_what_witnesses_gave() {
    let desk = Desk::new();
    let [one, two] = [witness("w.example/1", 1), witness("w.example/2", 2)];
    let mut ledger = open(&desk);
    let first = ledger.tree_head().size;
    let earlier = keep(&mut ledger, &one, TIME);
    ledger.close().unwrap();
    desk.done(&verdict("1"));
    let mut ledger = open(&desk);
    let size = ledger.tree_head().size;
    let copy = desk.path("copy");
    let read = |name: &str| fs::read(copy.join(name)).ok();
    let sound = || {
        let folder = Folder::new(&copy);
        let copy = mirror::Copy::open(&folder).unwrap();
        let audited = mirror::verify(&copy, mirror::VerifyOptions::default(), |_| Ok(None), None);
        let report = audited.unwrap().report;
        assert!(report.findings.is_empty(), "{:?}", report.findings);
    };

    ledger.publish(&copy, true, None).unwrap();
    assert_eq!(read("checkpoint").unwrap(), ledger.checkpoint());
    assert_eq!(
        read(&format!("checkpoints/{first}")).unwrap(),
        earlier.bytes()
    );
    assert_eq!(read(&format!("checkpoints/{size}")), None);
    sound();
    // A witness answers later, and then another: nothing but checkpoints changes.
    for (witness, lines) in [(&one, 2), (&two, 3)] {
        let kept = keep(&mut ledger, witness, TIME + 60);
        assert_eq!(kept.signatures().len(), lines);
        ledger.publish(&copy, true, None).unwrap();
        assert_eq!(read("checkpoint").unwrap(), kept.bytes());
        assert_eq!(read(&format!("checkpoints/{size}")).unwrap(), kept.bytes());
        sound();
    }
    // The next checkpoint has none yet; what was cosigned stays.
    ledger.close().unwrap();
    desk.done(&verdict("2"));
    let ledger = open(&desk);
    ledger.publish(&copy, true, None).unwrap();
    assert_eq!(read("checkpoint").unwrap(), ledger.checkpoint());
    assert!(read(&format!("checkpoints/{size}")).is_some());
    sound();
    // A full copy gives them back.
    let cosigned = ledger.cosigned(size).unwrap().expect("it was kept");
    ledger.close().unwrap();
    desk.done(&["--ledger", "back", "restore", "copy"]);
    let options = factlog::ledger::options();
    let (back, _) = Ledger::open(&desk.path("back/.factlog"), options).unwrap();
    for size in [first, size] {
        assert!(back.cosigned(size).unwrap().is_some(), "{size}");
    }
    assert_eq!(back.cosigned(size).unwrap().unwrap(), cosigned);
}
