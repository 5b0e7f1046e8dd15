//! What is signed as it should not be: refused with a word on what to do, and found if forced in.

use std::fs;

use factlog::entry::{Approval, Body, Decision, Draft, Header};
use factlog::keys::PrivateKeyFile;
use factlog::ledger::{self, Ledger, Pending};
use factlog::store::Store;
use factlog::trust::SigningKey;
use factlog::words::id::VerdictId;

use super::{add, verdict_by};
use crate::desk::{Desk, copy};

/// Reads the unencrypted key of a name, as a thief would.
fn stolen(desk: &Desk, name: &str) -> SigningKey {
    let keys = fs::read_dir(desk.path("home/keys")).unwrap();
    let keys = keys.filter_map(|file| PrivateKeyFile::read(&file.unwrap().path()).ok());
    let file = { keys }.find(|file| file.name().is_some_and(|found| found.as_str() == name));
    let file = file.unwrap();
    file.unlock(file.name().unwrap().clone(), None).unwrap()
}

/// Opens the desk's ledger with its log key.
fn options(desk: &Desk) -> ledger::Options {
    let file = PrivateKeyFile::read(&desk.ledger().join("log.key")).unwrap();
    let mut options = ledger::options();
    options.log_key = Some(
        file.unlock("desk.example/facts".parse().unwrap(), None)
            .unwrap(),
    );
    options
}

/// Makes the entry that somebody would sign next, changed in some way.
fn next(
    desk: &Desk,
    key: &SigningKey,
    body: Body,
    change: impl FnOnce(&mut Header),
) -> factlog::entry::Entry {
    let (ledger, _) = Ledger::open(&desk.ledger(), options(desk)).unwrap();
    let composer = ledger.composer(key.verifier()).unwrap();
    let at = "2026-11-22T10:00:00Z".parse().unwrap();
    let Draft { mut header, body } = composer.draft(at, body).unwrap();
    change(&mut header);
    Draft { header, body }.sign(&[key]).unwrap()
}

fn write(desk: &Desk, entry: factlog::entry::Entry) {
    let pending = Pending {
        entries: vec![entry],
        ..Pending::default()
    };
    fs::write(desk.path("forged.pending"), pending.to_bytes()).unwrap();
}

fn approval(verdict: &str) -> Body {
    Body::Approval(Approval {
        verdict: VerdictId(verdict.parse::<factlog::words::id::EntryId>().unwrap().0),
        decision: Decision::Approve,
        note: None,
    })
}

#[test]
fn a_stolen_key_that_signs_in_parallel_is_refused_kept_and_found() {
    let desk = Desk::new();
    add(&desk, "desk.example/bob", "approver");
    let verdict = verdict_by(&desk, "alice", "1");
    let bob = stolen(&desk, "desk.example/bob");
    // The thief takes the same number that bob takes, and says the opposite.
    let thief = next(&desk, &bob, approval(&verdict), |_| {});
    desk.done(&["dispute", &verdict, "--note", "It was not."]);
    write(&desk, thief.clone());
    let size = desk.size();
    let err = desk.refused(&["append", "forged.pending"], 1);
    assert!(
        err.contains("key revoke desk.example/bob --reason compromised"),
        "{err}"
    );
    assert_eq!(desk.size(), size);
    let kept = fs::read_dir(desk.ledger().join("forks")).unwrap().next();
    let kept = fs::read(kept.unwrap().unwrap().path()).unwrap();
    let kept = Pending::parse(&kept).unwrap();
    assert_eq!(kept.entries.len(), 2);
    assert_eq!(kept.entries[1].id(), thief.id());
    // The evidence is no fault of the ledger's.
    desk.done(&["verify"]);

    let forced = Desk::empty();
    copy(&desk.path(""), &forced.path(""));
    let (mut store, _) = Store::open(&forced.ledger(), options(&forced)).unwrap();
    let mut round = store.begin();
    round.push_entry(thief.bytes()).unwrap();
    round.commit().unwrap();
    store.close().unwrap();
    let output = forced.run(&["verify"]);
    assert_eq!(output.status.code(), Some(1));
    let out = String::from_utf8(output.stdout).unwrap();
    assert!(out.contains("[chain-fork]"), "{out}");
}

#[test]
fn what_was_signed_wrongly_is_refused_with_what_to_do() {
    let desk = Desk::new();
    add(&desk, "desk.example/bob", "reviewer,approver");
    let own = verdict_by(&desk, "bob", "1");
    let other = verdict_by(&desk, "alice", "2");
    let bob = stolen(&desk, "desk.example/bob");

    // An approval by the author.
    write(&desk, next(&desk, &bob, approval(&own), |_| {}));
    let err = desk.refused(&["append", "forged.pending"], 4);
    assert!(
        err.contains("[approval-own]") && err.contains("another approver"),
        "{err}"
    );

    // An entry of another ledger.
    let elsewhere = next(&desk, &bob, approval(&other), |header| {
        header.ledger = Some(factlog::words::id::EntryId([7; 32]));
    });
    write(&desk, elsewhere);
    let err = desk.refused(&["append", "forged.pending"], 4);
    assert!(
        err.contains("[ledger-other]") && err.contains("--ledger DIR"),
        "{err}"
    );
    let err = desk.refused(&["sign", "forged.pending"], 4);
    assert!(err.contains("another ledger"), "{err}");

    // One that is dated before its author's last.
    let earlier = next(&desk, &bob, approval(&other), |header| {
        header.at = "2026-11-21T10:00:00Z".parse().unwrap();
    });
    write(&desk, earlier);
    let err = desk.refused(&["append", "forged.pending"], 1);
    assert!(
        err.contains("[at-earlier]") && err.contains("sign it anew"),
        "{err}"
    );

    // One by a key that was revoked before it.
    let late = next(&desk, &bob, approval(&other), |_| {});
    desk.done(&["key", "revoke", "bob", "--reason", "retired"]);
    write(&desk, late);
    let err = desk.refused(&["append", "forged.pending"], 4);
    assert!(
        err.contains("[key-ended]") && err.contains("key in force"),
        "{err}"
    );
    assert!(!desk.ledger().join("forks").exists());
    desk.done(&["verify"]);
}
