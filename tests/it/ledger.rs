//! A ledger as its users have it: start, append, read, refuse.

use std::path::Path;

use factlog::entry::{Body, ClaimEntry, Role, SourceEntry, VerdictEntry};
use factlog::ledger::{
    self, AppendError, Composer, Found, Ledger, LedgerError, Pending, SeekError, Start,
    VerifyOptions,
};
use factlog::store::StoreError;
use factlog::trust::key::{KeyName, SigningKey};
use factlog::words::claim::{Claim, Claimant, Manner};
use factlog::words::id::{ClaimId, ObjectId, SourceId, VerdictId};
use factlog::words::object;
use factlog::words::policy::Policy;
use factlog::words::salt::Salt;
use factlog::words::source::{Kept, Meta, Rights, SourceType};
use factlog::words::span::{Quote, Span};
use factlog::words::time::Timestamp;
use factlog::words::verdict::Verdict;

const TEXT: &str = "The mayor said the bridge was closed in 2019. It opened again a year later.\n";

fn at(minute: u32) -> Timestamp {
    format!("2026-11-22T10:{minute:02}:00Z").parse().unwrap()
}

fn key(name: &str, seed: u8) -> SigningKey {
    SigningKey::from_seed(KeyName::new(name).unwrap(), &[seed; 32])
}

fn alice() -> SigningKey {
    key("desk.example/alice", 3)
}

fn start(folder: &Path) -> Ledger {
    start_called(folder, "Example Desk")
}

fn start_called(folder: &Path, name: &str) -> Ledger {
    let (root, alice) = (key("desk.example/facts/root", 1), alice());
    let start = Start {
        place: &folder.join(".factlog"),
        name: name.into(),
        root: &root,
        log: key("desk.example/facts", 2),
        reviewer: &alice,
        roles: vec![Role::Reviewer],
        policy: Policy::default(),
        at: at(0),
        files: vec![("log.key", b"kept as it is".to_vec())],
    };
    Ledger::init(start, ledger::options()).unwrap()
}

fn open(folder: &Path) -> Ledger {
    let mut options = ledger::options();
    options.log_key = Some(key("desk.example/facts", 2));
    let (ledger, notices) = Ledger::open(&folder.join(".factlog"), options).unwrap();
    assert!(notices.is_empty(), "{notices:?}");
    ledger
}

fn source(composer: &mut Composer, minute: u32) -> (Pending, SourceId) {
    let mut pending = Pending::default();
    let kept = Kept::of(TEXT.as_bytes());
    pending.object(TEXT.as_bytes().to_vec());
    let meta = Meta {
        url: None,
        title: Some("A bridge".into()),
        authors: vec![],
        publisher: None,
        published: None,
        retrieved: None,
        language: None,
        salt: Salt::from_seed(b"test", 0),
    };
    let meta = pending.object(object::to_bytes(&meta).unwrap());
    let body = Body::Source(SourceEntry {
        source_type: SourceType::Document,
        raw: Some(kept),
        text: Some(kept),
        media: "text/plain".into(),
        charset: Some("utf-8".into()),
        normalizer: Some("text/1".into()),
        rights: Rights::Quoted,
        meta,
        replaces: None,
    });
    let draft = composer.draft(at(minute), body).unwrap();
    let entry = composer.sign(&draft, &alice(), &[]).unwrap();
    let id = SourceId(entry.id().0);
    pending.entries.push(entry);
    (pending, id)
}

fn claim(composer: &mut Composer, source: SourceId, minute: u32) -> (Pending, ClaimId) {
    let mut pending = Pending::default();
    let start = TEXT.find("the bridge").unwrap();
    let span = Span::new(start, start + "the bridge was closed in 2019".len()).unwrap();
    let claim = Claim {
        source: ObjectId::of(TEXT.as_bytes()),
        text: "the bridge was closed in 2019".into(),
        added: vec![],
        parts: vec![span],
        statement: vec![span],
        cue: None,
        claimant: Some(Claimant {
            name: "the mayor".into(),
            role: None,
            same_as: None,
            span: Some(Span::new(0, 9).unwrap()),
        }),
        manner: Manner::Indirect,
        said: None,
        quote: Quote::new(TEXT, span).unwrap(),
        language: "en".into(),
    };
    let body = Body::Claim(ClaimEntry {
        claim: pending.object(object::to_bytes(&claim).unwrap()),
        source,
        start: span.start() as u64,
        end: span.end() as u64,
        extractor: None,
        supersedes: None,
        change: None,
    });
    let draft = composer.draft(at(minute), body).unwrap();
    let entry = composer.sign(&draft, &alice(), &[]).unwrap();
    let id = ClaimId(entry.id().0);
    pending.entries.push(entry);
    (pending, id)
}

fn verdict(
    composer: &mut Composer,
    policy: ObjectId,
    claim: ClaimId,
    rating: &str,
) -> (Pending, VerdictId) {
    let mut pending = Pending::default();
    let verdict = Verdict {
        summary: "It was closed from March 2019 to March 2020.".into(),
        rationale: None,
        reason: None,
        evidence: vec![],
        conflicts: vec![],
        salt: Salt::from_seed(b"test", 1),
    };
    let body = Body::Verdict(VerdictEntry {
        claim,
        rating: rating.parse().unwrap(),
        policy,
        verdict: pending.object(object::to_bytes(&verdict).unwrap()),
        supersedes: None,
        change: None,
    });
    let draft = composer.draft(at(9), body).unwrap();
    let entry = composer.sign(&draft, &alice(), &[]).unwrap();
    let id = VerdictId(entry.id().0);
    pending.entries.push(entry);
    (pending, id)
}

#[test]
fn a_verdict_can_be_read_back_after_reopening() {
    let folder = tempfile::tempdir().unwrap();
    let mut ledger = start(folder.path());
    let policy = ledger.policy().unwrap().0;
    let mut composer = ledger.composer(alice().verifier()).unwrap();
    let (taken_in, source) = source(&mut composer, 1);
    let (recorded, claim) = claim(&mut composer, source, 2);
    let (judged, verdict) = verdict(&mut composer, policy, claim, "mostly-true");
    assert_eq!(ledger.append(&taken_in).unwrap(), [2]);
    assert_eq!(ledger.append(&recorded).unwrap(), [3]);
    assert_eq!(ledger.append(&judged).unwrap(), [4]);
    ledger.close().unwrap();

    let ledger = open(folder.path());
    assert_eq!(ledger.tree_head().size, 5);
    assert_eq!(ledger.sources().unwrap().len(), 1);
    assert_eq!(
        ledger.claims_of(&source).unwrap()[0].entry.id(),
        claim.entry()
    );
    assert_eq!(
        ledger.verdicts_on(&claim).unwrap()[0].entry.id(),
        verdict.entry()
    );
    assert_eq!(ledger.text_of(&source).unwrap().as_deref(), Some(TEXT));
    assert_eq!(
        ledger.chain_of(alice().verifier().public()).unwrap(),
        [2, 3, 4]
    );
    assert_eq!(ledger.keys().unwrap().len(), 3);
    let short = ledger.short(verdict.entry().as_bytes()).unwrap();
    assert_eq!(ledger.find(&short).unwrap(), Found::Entry(verdict.entry()));
    assert!(matches!(
        ledger.find("00000000"),
        Err(SeekError::Nothing(_))
    ));
    assert!(matches!(ledger.find("xyz"), Err(SeekError::Form(_))));
    assert_eq!(
        std::fs::read(ledger.folder().join("log.key")).unwrap(),
        b"kept as it is"
    );
}

#[test]
fn a_ledger_verifies_and_every_part_of_the_audit_is_reported() {
    let folder = tempfile::tempdir().unwrap();
    let mut ledger = start(folder.path());
    let policy = ledger.policy().unwrap().0;
    let mut composer = ledger.composer(alice().verifier()).unwrap();
    let (taken_in, source) = source(&mut composer, 1);
    let (recorded, claim) = claim(&mut composer, source, 2);
    let (judged, verdict) = verdict(&mut composer, policy, claim, "mostly-true");
    for pending in [taken_in, recorded, judged] {
        ledger.append(&pending).unwrap();
    }
    let standing = ledger.standing(&verdict).unwrap().standing;
    assert_eq!(standing.as_str(), "standing");
    let report = ledger.verify(&VerifyOptions::default(), None).unwrap();
    assert_eq!(report.findings, []);
    assert_eq!(report.head, ledger.tree_head());
    assert!(report.checks.iter().all(|check| check.faults == 0));
    assert!(
        report.closing().contains("no fault found"),
        "{}",
        report.closing()
    );

    let never: ledger::Rederive = |_, _| Some("other words".to_owned());
    let options = VerifyOptions {
        rederive: Some(never),
        ..VerifyOptions::default()
    };
    let findings = ledger.verify(&options, None).unwrap().findings;
    assert_eq!(findings.len(), 1, "{findings:?}");
    assert_eq!(findings[0].code.as_str(), "text-other");

    let stray = ledger.folder().join("objects").join("ab");
    std::fs::create_dir_all(&stray).unwrap();
    std::fs::write(stray.join("notes.txt"), "a stray file").unwrap();
    let findings = ledger
        .verify(&VerifyOptions::default(), None)
        .unwrap()
        .findings;
    assert_eq!(findings.len(), 1, "{findings:?}");
    assert!(findings[0].file.as_ref().unwrap().contains("notes.txt"));
}

#[test]
fn a_refused_entry_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let mut ledger = start(folder.path());
    let policy = ledger.policy().unwrap().0;
    let mut composer = ledger.composer(alice().verifier()).unwrap();
    let (mut all, source) = source(&mut composer, 1);
    let (recorded, claim) = claim(&mut composer, source, 2);
    let (judged, _) = verdict(&mut composer, policy, claim, "rather-true");
    for part in [recorded, judged] {
        all.entries.extend(part.entries);
        all.objects.extend(part.objects);
    }
    let refused = ledger.append(&all);
    let Err(AppendError::Refused {
        position: 2,
        refusal,
        ..
    }) = refused
    else {
        panic!("not refused, or another entry: {refused:?}");
    };
    assert_eq!(refusal.findings.len(), 1, "{refusal}");
    assert!(refusal.to_string().contains("rather-true"), "{refusal}");
    assert_eq!(ledger.tree_head().size, 2);
    drop(ledger);
    assert_eq!(open(folder.path()).tree_head().size, 2);
}

#[test]
fn an_entry_by_a_key_that_is_not_enrolled_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let mut ledger = start(folder.path());
    let mallory = key("desk.example/alice", 99);
    let mut composer = ledger.composer(mallory.verifier()).unwrap();
    let (pending, _) = source(&mut ledger.composer(alice().verifier()).unwrap(), 1);
    let body = pending.entries[0].body().clone();
    let draft = composer.draft(at(1), body).unwrap();
    let entry = composer.sign(&draft, &mallory, &[]).unwrap();
    let forged = Pending {
        entries: vec![entry],
        objects: pending.objects,
        ..Pending::default()
    };
    assert!(matches!(
        ledger.append(&forged),
        Err(AppendError::Refused { .. })
    ));
}

#[test]
fn the_same_place_in_a_chain_is_taken_once() {
    let folder = tempfile::tempdir().unwrap();
    let mut ledger = start(folder.path());
    let mut composer = ledger.composer(alice().verifier()).unwrap();
    let mut twin = composer.clone();
    let (first, _) = source(&mut composer, 1);
    let (second, _) = source(&mut twin, 2);
    ledger.append(&first).unwrap();
    let refused = ledger.append(&second).unwrap_err();
    assert!(refused.to_string().contains("fork"), "{refused}");
    let again = ledger.append(&first).unwrap_err();
    assert!(
        matches!(again, AppendError::Refused { .. } | AppendError::Ledger(_)),
        "{again}"
    );
}

#[test]
fn what_is_signed_elsewhere_is_appended_from_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let mut ledger = start(folder.path());
    let mut composer = ledger.composer(alice().verifier()).unwrap();
    let (pending, _) = source(&mut composer, 1);
    let file = pending.to_bytes();
    let read = Pending::parse(&file).unwrap();
    assert_eq!(read.to_bytes(), file);
    assert_eq!(ledger.append(&read).unwrap(), [2]);
    for at in (0..file.len()).step_by(7) {
        let mut changed = file.clone();
        changed[at] ^= 1;
        let appended = Pending::parse(&changed).is_ok_and(|read| ledger.append(&read).is_ok());
        assert!(!appended, "byte {at}");
    }
}

fn frame(kind: u8, bytes: &[u8]) -> Vec<u8> {
    let mut frame = vec![kind];
    frame.extend(u32::try_from(bytes.len()).unwrap().to_be_bytes());
    frame.extend(bytes);
    frame.extend(&blake3::hash(&frame).as_bytes()[..8]);
    frame
}

/// Opens the ledger with these frames written to the end of its journal, which needs no key; then
/// puts the journal back.
fn open_with_tail(folder: &Path, tail: &[u8]) -> Result<u64, String> {
    let path = folder.join(".factlog/journal");
    let journal = std::fs::read(&path).unwrap();
    std::fs::write(&path, [&journal[..], tail].concat()).unwrap();
    let mut options = ledger::options();
    options.log_key = Some(key("desk.example/facts", 2));
    let opened = Ledger::open(&folder.join(".factlog"), options);
    let opened = opened.map(|(ledger, _)| ledger.tree_head().size);
    opened.map_err(|error| {
        std::fs::write(&path, &journal).unwrap();
        let LedgerError::Store(StoreError::TailRefused { offset, source, .. }) = error else {
            panic!("{error:?}")
        };
        assert!(offset >= journal.len() as u64);
        source.to_string()
    })
}

#[test]
fn what_was_written_to_the_journal_without_a_key_is_not_signed() {
    let folder = tempfile::tempdir().unwrap();
    let mut ledger = start(folder.path());
    let policy = ledger.policy().unwrap().0;
    let mut composer = ledger.composer(alice().verifier()).unwrap();
    let (taken_in, source) = source(&mut composer, 1);
    let (recorded, claim) = claim(&mut composer, source, 2);
    let (judged, _) = verdict(&mut composer, policy, claim, "mostly-true");
    ledger.append(&taken_in).unwrap();
    drop(ledger);
    let head = || std::fs::read(folder.path().join(".factlog/head")).unwrap();
    let before = head();
    let refused = |tail: &[u8]| {
        let refused = open_with_tail(folder.path(), tail).unwrap_err();
        assert_eq!(head(), before);
        refused
    };
    let frames = |pending: &Pending| -> Vec<u8> {
        let objects = pending.objects.iter().map(|bytes| frame(b'O', bytes));
        let entries = pending.entries.iter().map(|e| frame(b'E', e.bytes()));
        objects.chain(entries).flatten().collect()
    };

    let again = refused(&frame(b'E', taken_in.entries[0].bytes()));
    assert!(again.contains("already, at index 2"), "{again}");

    let mut text = String::from_utf8(recorded.entries[0].bytes().to_vec()).unwrap();
    let signature = text.trim_end().len() - 8;
    let other = if text.as_bytes()[signature] == b'A' {
        "B"
    } else {
        "A"
    };
    text.replace_range(signature..=signature, other);
    let forged = Pending {
        entries: vec![factlog::entry::Entry::parse(text.as_bytes()).unwrap()],
        objects: recorded.objects.clone(),
        ..Pending::default()
    };
    let forged = refused(&frames(&forged));
    assert!(forged.contains("[signature-invalid]"), "{forged}");

    // Without the claim's object.
    let missing = refused(&frame(b'E', recorded.entries[0].bytes()));
    assert!(missing.contains("missing"), "{missing}");

    // A genesis of another's, signed by a root of its own.
    let elsewhere = tempfile::tempdir().unwrap();
    let other = start_called(elsewhere.path(), "Another Desk");
    let genesis = other.entry(&other.id()).unwrap();
    let second = refused(&frame(b'E', genesis.entry.bytes()));
    assert!(second.contains("genesis"), "{second}");

    let none = refused(&frame(b'E', b"no entry"));
    assert!(!none.is_empty());

    // What an append wrote before it was stopped is recorded.
    let tail = [frames(&recorded), frames(&judged)].concat();
    assert_eq!(open_with_tail(folder.path(), &tail), Ok(5));
    assert_eq!(open(folder.path()).tree_head().size, 5);
}
