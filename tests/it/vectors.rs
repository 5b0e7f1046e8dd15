//! The frozen bytes in `tests/vectors`: they are read, and written again.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use factlog::entry::{Entry, Kind};
use factlog::trust::{Checkpoint, SignedNote, VerifierKey};
use factlog::words::id::ObjectId;

use crate::sample::{self, Ledger};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/ledger")
}

fn read(path: &str) -> Vec<u8> {
    let path = folder().join(path);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn names_in(path: &str) -> Vec<String> {
    let entries = std::fs::read_dir(folder().join(path)).expect("the folder can be read");
    let mut names: Vec<String> = entries
        .map(|entry| {
            entry
                .expect("a file")
                .file_name()
                .into_string()
                .expect("UTF-8")
        })
        .collect();
    names.sort();
    names
}

#[test]
fn entries_are_written_as_they_were() {
    let ledger = Ledger::whole();
    let mut expected = Vec::new();
    for (index, (name, entry)) in ledger.entries.iter().enumerate() {
        let file = format!("{index:02}-{name}.note");
        assert!(
            read(&format!("entries/{file}")) == entry.bytes(),
            "{file} has other bytes than are written now: a change of the format?\n{}",
            String::from_utf8_lossy(entry.bytes())
        );
        expected.push(file);
    }
    assert_eq!(names_in("entries"), expected);
}

#[test]
fn frozen_entries_are_read_and_verified() {
    let roots: Vec<VerifierKey> = vec![sample::key(0).verifier().clone()];
    let mut kinds = Vec::new();
    for file in names_in("entries") {
        let bytes = read(&format!("entries/{file}"));
        let entry = Entry::parse(&bytes).unwrap_or_else(|error| panic!("{file}: {error}"));
        assert_eq!(entry.bytes(), bytes, "{file}");
        entry
            .verify(&roots)
            .unwrap_or_else(|error| panic!("{file}: {error}"));
        kinds.push(entry.kind());
    }
    for kind in Kind::ALL {
        assert!(kinds.contains(&kind), "no vector has the kind {kind}");
    }
}

#[test]
fn objects_are_written_as_they_were() {
    let ledger = Ledger::whole();
    let mut expected = Vec::new();
    for (name, bytes) in &ledger.objects {
        let file = object_file(name);
        assert!(
            read(&format!("objects/{file}")) == *bytes,
            "{file} has other bytes than are written now: a change of the format?\n{}",
            String::from_utf8_lossy(bytes)
        );
        expected.push(file);
    }
    expected.sort();
    assert_eq!(names_in("objects"), expected);
}

#[test]
fn ids_roots_and_checkpoints_are_as_they_were() {
    let ledger = Ledger::whole();
    assert_eq!(String::from_utf8_lossy(&read("ids.txt")), ids(&ledger));
    for size in [1, sample::EXAMPLE as u64, ledger.head().size] {
        let file = format!("checkpoint-{size}.note");
        let frozen = read(&file);
        assert_eq!(frozen, ledger.checkpoint(size).bytes(), "{file}");
        let note = SignedNote::parse(&frozen).expect("a note");
        let key = sample::key(1);
        let verified = note.verify(&[key.verifier()]).expect("its log's signature");
        let checkpoint = Checkpoint::from_verified(&verified).expect("a checkpoint");
        assert_eq!(checkpoint.head, ledger.head_at(size), "{file}");
    }
}

/// A line an entry: its index, its id, and the root of the tree that it is the last entry of; then a
/// line an object: its name and its id.
fn ids(ledger: &Ledger) -> String {
    let mut text = String::new();
    for (index, (name, entry)) in ledger.entries.iter().enumerate() {
        let root = ledger.head_at(index as u64 + 1).root;
        writeln!(text, "{index:02}-{name} {} {root}", entry.id()).unwrap();
    }
    for (name, bytes) in &ledger.objects {
        writeln!(text, "{} {}", object_file(name), ObjectId::of(bytes)).unwrap();
    }
    text
}

fn object_file(name: &str) -> String {
    let ending = if name.ends_with("-text") {
        "txt"
    } else {
        "json"
    };
    format!("{name}.{ending}")
}
